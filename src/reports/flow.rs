//! What was logged, against what became Fixed.

use super::{
    Pass, Report,
    sheet::{Cell, Chart, Column, Label, Row, Sheet},
    store,
};
use crate::{fault::Fault, words::Text};

pub struct Flow;

impl Report for Flow {
    fn name(&self) -> &'static str {
        "created-and-fixed"
    }

    fn title(&self) -> Text {
        Text::new("reports-flow")
    }

    fn about(&self) -> Text {
        Text::new("reports-flow-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let ask = pass.ask;
        let (mut rows, mut created) = (Vec::new(), 0);
        for days in &ask.bars {
            let logged = store::logged_on(pass.tx, ask, days)?;
            created += logged;
            let cells = vec![Cell::count(logged, || ask.logged(days, &[]))];
            rows.push(Row { label: Label::Days(*days), cells });
        }
        let fixed = pass.fixed()?;
        for ((row, days), tally) in rows.iter_mut().zip(&ask.bars).zip(&fixed.bars) {
            row.cells.push(Cell::count(tally.tickets, || ask.fixed(days)));
        }
        Ok(Sheet {
            figures: vec![
                (Text::new("reports-created"), Cell::count(created, || ask.logged(&ask.days, &[]))),
                (Text::new("reports-fixed"), Cell::count(fixed.all.tickets, || ask.fixed(&ask.days))),
            ],
            of: Column::new("day", "reports-days"),
            columns: vec![Column::new("created", "reports-created"), Column::new("fixed", "reports-fixed")],
            rows,
            chart: Chart { upright: true, stacked: false, series: vec![(0, "new"), (1, "fixed")] },
        })
    }
}
