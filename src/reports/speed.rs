//! How long it takes until a ticket is Fixed.

use super::{
    Pass, Report,
    ask::Ask,
    days::Days,
    fixed::Tally,
    sheet::{Cell, Chart, Column, Label, Row, Sheet, Value},
};
use crate::{fault::Fault, words::Text};

pub struct Speed;

impl Report for Speed {
    fn name(&self) -> &'static str {
        "time-to-fixed"
    }

    fn title(&self) -> Text {
        Text::new("reports-speed")
    }

    fn about(&self) -> Text {
        Text::new("reports-speed-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let ask = pass.ask;
        let fixed = pass.fixed()?;
        let row = |(days, tally): (&Days, &Tally)| Row {
            label: Label::Days(*days),
            cells: vec![
                Cell::count(tally.tickets, || ask.fixed(days)),
                within(ask, days, tally, 50),
                within(ask, days, tally, 90),
            ],
        };
        Ok(Sheet {
            figures: vec![
                (Text::new("reports-median"), within(ask, &ask.days, &fixed.all, 50)),
                (Text::new("reports-ninety"), within(ask, &ask.days, &fixed.all, 90)),
            ],
            of: Column::new("day", "reports-days"),
            columns: vec![
                Column::new("fixed", "reports-fixed"),
                Column::new("medianSeconds", "reports-median"),
                Column::new("percentile90Seconds", "reports-ninety"),
            ],
            rows: ask.bars.iter().zip(&fixed.bars).map(row).collect(),
            chart: Chart { upright: true, stacked: false, series: vec![(1, "open"), (2, "dispatched")] },
        })
    }
}

fn within(ask: &Ask, days: &Days, tally: &Tally, percent: u32) -> Cell {
    Cell::leading(Value::Time(tally.within(percent)), tally.tickets, || ask.fixed(days))
}
