//! How long what is open has been waiting. It is about now, whatever days are asked for: what is old would else be out
//! of sight.

use jiff::ToSpan;

use super::{
    Pass, Report,
    days::{Days, EARLIEST, LATEST},
    sheet::{Cell, Chart, Column, Label, Row, Sheet},
    store,
};
use crate::{fault::Fault, tickets::Status, words::Text};

/// The open statuses, with their columns.
const OPEN: [(Status, &str, &str); 4] = [
    (Status::New, "new", "status-new"),
    (Status::Open, "open", "status-open"),
    (Status::InProgress, "inProgress", "status-progress"),
    (Status::Dispatched, "dispatched", "status-dispatched"),
];

/// Ages by days of the calendar: from, to (nothing is without end), the word, and the name in files.
const AGES: [(i64, Option<i64>, &str, &str); 7] = [
    (0, Some(0), "reports-age-today", "0 days"),
    (1, Some(2), "reports-age-1", "1-2 days"),
    (3, Some(6), "reports-age-3", "3-6 days"),
    (7, Some(13), "reports-age-7", "7-13 days"),
    (14, Some(29), "reports-age-14", "14-29 days"),
    (30, Some(89), "reports-age-30", "30-89 days"),
    (90, None, "reports-age-90", "90 days or more"),
];

pub struct Age;

impl Report for Age {
    fn name(&self) -> &'static str {
        "open-by-age"
    }

    fn title(&self) -> Text {
        Text::new("reports-age")
    }

    fn about(&self) -> Text {
        Text::new("reports-age-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let ask = pass.ask;
        let (mut rows, mut total) = (Vec::new(), 0);
        for (from, to, word, name) in AGES {
            let ago = |days: i64| ask.today.saturating_sub(days.days());
            // A clock that was ahead is no reason to miss a ticket.
            let last = if from == 0 { LATEST } else { ago(from) };
            let days = Days::new(to.map_or(EARLIEST, ago), last, &ask.zone);
            let mut cells = Vec::new();
            for (status, ..) in OPEN {
                let passes = !ask.facets.of(&[status]).is_empty();
                let count = if passes { store::open_of(pass.tx, ask, &days, &[status])? } else { 0 };
                total += count;
                cells.push(Cell::count(count, || ask.logged(&days, &[("status", status.name().to_owned())])));
            }
            rows.push(Row { label: Label::Word(Text::new(word), name.to_owned()), cells });
        }
        let open = ask.facets.of(&OPEN.map(|(status, ..)| status));
        let list = || ask.list(&[("status", Status::names(&open).replace(", ", ","))]);
        Ok(Sheet {
            figures: vec![(Text::new("reports-open-now"), Cell::count(total, list))],
            of: Column::new("age", "reports-age-column"),
            columns: OPEN.map(|(_, name, word)| Column::new(name, word)).to_vec(),
            rows,
            chart: Chart {
                upright: false,
                stacked: true,
                series: OPEN.iter().enumerate().map(|(place, (status, ..))| (place, status.slug())).collect(),
            },
        })
    }
}
