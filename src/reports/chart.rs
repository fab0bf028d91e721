//! A sheet as rectangles: where each bar stands, how high it is, and where it leads. Scripts and styles play no part:
//! sizes are attributes, and hues are words that the style sheet knows.

use super::{
    say::Say,
    sheet::{Cell, Sheet, Value},
};
use crate::words::Text;

/// The height of an upright picture, and the length of a lying bar, in its own units.
const FULL: u64 = 1000;
/// The room of a row in an upright picture, with the gap beside it.
const SLOT: u64 = 120;
const GAP: u64 = 24;

/// A picture.
#[derive(Debug)]
pub struct Picture {
    /// Whether the rows stand side by side.
    pub upright: bool,
    /// The hue of each series, with its name.
    pub legend: Vec<(&'static str, String)>,
    /// The rows.
    pub slots: Vec<Slot>,
    /// Of the whole, in its own units.
    pub width: u64,
    /// What the top and the middle stand for.
    pub top: String,
    /// See [`Picture::top`].
    pub middle: String,
}

/// A row of the sheet.
#[derive(Debug)]
pub struct Slot {
    /// What it is of.
    pub label: String,
    /// All of it in a number, for lying bars.
    pub total: String,
    /// Its bars.
    pub bars: Vec<Bar>,
}

/// A rectangle.
#[derive(Debug)]
pub struct Bar {
    /// From the left edge.
    pub x: u64,
    /// From the upper edge.
    pub y: u64,
    /// Its width.
    pub width: u64,
    /// Its height.
    pub height: u64,
    /// Its hue.
    pub hue: &'static str,
    /// What it says.
    pub says: String,
    /// Where it leads, and how many are listed there.
    pub leads: Option<(String, u64)>,
}

impl Picture {
    /// Draws a sheet; nothing when there is nothing in it.
    pub fn of(sheet: &Sheet, say: Say) -> Option<Self> {
        let chart = &sheet.chart;
        let height = |cell: &Cell| cell.value.height().unwrap_or(0);
        let heights = |row: &super::sheet::Row| -> Vec<u64> {
            chart.series.iter().filter_map(|(column, _)| row.cells.get(*column)).map(height).collect()
        };
        let highest = sheet.rows.iter().map(|row| {
            let heights = heights(row);
            if chart.stacked { heights.iter().sum() } else { heights.into_iter().max().unwrap_or(0) }
        });
        let highest = highest.max().filter(|highest| *highest > 0)?;
        let sample =
            chart.series.first().and_then(|(column, _)| sheet.rows.first()?.cells.get(*column)).map(|cell| cell.value);
        let top = match sample {
            Some(Value::Time(_)) => round_time(highest),
            Some(Value::Share { .. }) => round(highest).min(1000),
            // A middle that is no whole number of tickets would be none.
            _ => round(highest).max(2),
        };
        let axis = |height: u64| match sample {
            Some(Value::Time(_)) => say.time(u32::try_from(height).unwrap_or(u32::MAX)),
            Some(Value::Share { .. }) => say.share(height),
            _ => say.count(height),
        };
        let full = if chart.upright { top } else { highest };
        let legend =
            chart.series.iter().filter_map(|(column, hue)| Some((*hue, say.text(&sheet.columns.get(*column)?.head))));
        let slots = sheet.rows.iter().enumerate().map(|(place, row)| slot(sheet, place, row, full, say)).collect();
        Some(Self {
            upright: chart.upright,
            legend: legend.collect(),
            slots,
            width: if chart.upright { SLOT * sheet.rows.len() as u64 } else { FULL },
            top: axis(top),
            middle: axis(top / 2),
        })
    }

    /// The labels beneath an upright picture: the first, the middle and the last where there are so many.
    pub fn marks(&self) -> Vec<&str> {
        let last = self.slots.len().saturating_sub(1);
        let mut places = vec![0, last / 2, last];
        places.dedup();
        if self.slots.len() < 3 {
            places = (0..self.slots.len()).collect();
        }
        places.into_iter().filter_map(|place| self.slots.get(place)).map(|slot| slot.label.as_str()).collect()
    }
}

fn slot(sheet: &Sheet, place: usize, row: &super::sheet::Row, full: u64, say: Say) -> Slot {
    let chart = &sheet.chart;
    let label = say.label(&row.label);
    let (mut bars, mut before, mut total) = (Vec::new(), 0, 0);
    let shown = chart.series.len().max(1) as u64;
    for (nth, (column, hue)) in (0_u64..).zip(&chart.series) {
        let (Some(cell), Some(head)) = (row.cells.get(*column), sheet.columns.get(*column)) else { continue };
        let height = cell.value.height().unwrap_or(0);
        total += height;
        if height == 0 {
            continue;
        }
        // What is there is seen, however little.
        let long = (height * FULL / full.max(1)).clamp(6, FULL);
        let left = SLOT * place as u64 + GAP / 2;
        let bar = match (chart.upright, chart.stacked) {
            (true, true) => (left, FULL.saturating_sub(before + long), SLOT - GAP, long),
            (true, false) => (left + (SLOT - GAP) / shown * nth, FULL - long, (SLOT - GAP) / shown, long),
            (false, _) => (before, 0, long, 10),
        };
        before += long;
        let says = Text::new("reports-bar").arg("row", &label).arg("head", head.head.clone());
        let says = say.text(&says.arg("value", say.value(cell.value)));
        let (x, y, width, height) = bar;
        bars.push(Bar { x, y, width, height, hue, says, leads: cell.leads.clone() });
    }
    Slot { label, total: say.count(total), bars }
}

/// The next of 1, 2, 5, 10, 20, 50…, all halves of which but that of 1 and 5 are whole.
fn round(height: u64) -> u64 {
    let mut unit = 1;
    loop {
        for step in [1, 2, 4, 6, 8] {
            if height <= step * unit {
                return step * unit;
            }
        }
        unit *= 10;
    }
}

/// The same for seconds: minutes, hours and days in numbers that people count by.
fn round_time(seconds: u64) -> u64 {
    const STEPS: [u64; 13] = [2, 10, 30, 60, 120, 240, 480, 720, 1440, 2880, 5760, 8640, 14_400];
    let minutes = seconds.div_ceil(60);
    let step = STEPS.into_iter().find(|step| minutes <= *step);
    step.unwrap_or_else(|| round(minutes.div_ceil(1440)) * 1440) * 60
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        reports::sheet::{Chart, Column, Label, Row},
        words::Language,
    };

    fn sheet(upright: bool, stacked: bool, rows: &[[u64; 2]]) -> Sheet {
        let row = |counts: &[u64; 2]| Row {
            label: Label::Name("Row".to_owned()),
            cells: counts.map(|count| Cell::count(count, || "/tickets".to_owned())).to_vec(),
        };
        Sheet {
            figures: Vec::new(),
            of: Column::new("day", "reports-days"),
            columns: vec![Column::new("created", "reports-created"), Column::new("fixed", "reports-fixed")],
            rows: rows.iter().map(row).collect(),
            chart: Chart { upright, stacked, series: vec![(0, "new"), (1, "fixed")] },
        }
    }

    fn draw(sheet: &Sheet) -> Option<Picture> {
        Picture::of(sheet, Say { language: Language::English, today: date(2026, 11, 23) })
    }

    #[test]
    fn tops_are_round_and_no_lower_than_what_is_shown() {
        for (height, want) in [(1, 1), (2, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 20), (61, 80), (999, 1000)] {
            assert_eq!(round(height), want);
        }
        for (seconds, minutes) in [(1, 2), (130, 10), (3601, 120), (86_401, 2880), (86_400 * 11, 1440 * 20)] {
            assert_eq!(round_time(seconds), minutes * 60, "{seconds}");
        }
    }

    #[test]
    fn every_number_but_naught_has_a_bar_inside_the_picture() {
        for (upright, stacked) in [(true, true), (true, false), (false, true)] {
            let drawn = draw(&sheet(upright, stacked, &[[1, 1000], [0, 7], [0, 0], [500, 500]])).unwrap();
            assert_eq!(drawn.slots.iter().map(|slot| slot.bars.len()).collect::<Vec<_>>(), [2, 1, 0, 2]);
            for bar in drawn.slots.iter().flat_map(|slot| &slot.bars) {
                assert!(bar.x + bar.width <= drawn.width + 6 && bar.y + bar.height <= FULL, "{bar:?}");
                assert!(bar.width > 0 && bar.height > 0);
            }
        }
        assert!(draw(&sheet(true, true, &[[0, 0]])).is_none(), "nothing is no picture");
        assert!(draw(&sheet(true, true, &[])).is_none());
    }

    #[test]
    fn heights_are_in_proportion() {
        let drawn = draw(&sheet(true, false, &[[50, 100]])).unwrap();
        let heights: Vec<u64> = drawn.slots[0].bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [500, 1000]);
        assert_eq!((drawn.top.as_str(), drawn.middle.as_str()), ("100", "50"));
    }
}
