//! How much of what became Fixed had to be opened again.

use super::{
    Pass, Report,
    ask::Ask,
    days::Days,
    fixed::Tally,
    sheet::{Cell, Chart, Column, Label, Row, Sheet, Value},
};
use crate::{fault::Fault, words::Text};

pub struct Reopened;

impl Report for Reopened {
    fn name(&self) -> &'static str {
        "reopened"
    }

    fn title(&self) -> Text {
        Text::new("reports-reopened-title")
    }

    fn about(&self) -> Text {
        Text::new("reports-reopened-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let ask = pass.ask;
        let fixed = pass.fixed()?;
        let row = |(days, tally): (&Days, &Tally)| Row {
            label: Label::Days(*days),
            cells: vec![
                Cell::count(tally.tickets, || ask.fixed(days)),
                Cell::count(tally.reopened, || ask.reopened(days)),
                share(ask, days, tally),
            ],
        };
        Ok(Sheet {
            figures: vec![
                (Text::new("reports-reopened-share"), share(ask, &ask.days, &fixed.all)),
                (Text::new("reports-reopened"), Cell::count(fixed.all.reopened, || ask.reopened(&ask.days))),
            ],
            of: Column::new("day", "reports-days"),
            columns: vec![
                Column::new("fixed", "reports-fixed"),
                Column::new("reopened", "reports-reopened"),
                Column::new("reopenedShare", "reports-reopened-share"),
            ],
            rows: ask.bars.iter().zip(&fixed.bars).map(row).collect(),
            chart: Chart { upright: true, stacked: false, series: vec![(2, "progress")] },
        })
    }
}

fn share(ask: &Ask, days: &Days, tally: &Tally) -> Cell {
    let share = Value::Share { part: tally.reopened, whole: tally.tickets };
    Cell::leading(share, tally.reopened, || ask.reopened(days))
}
