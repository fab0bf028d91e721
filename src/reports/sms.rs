//! What became of the SMS.

use super::{
    Pass, Report,
    ask::Ask,
    days::Days,
    sheet::{Cell, Chart, Column, Label, Row, Sheet, Value},
    store,
};
use crate::{fault::Fault, notifications::State, words::Text};

/// What is told apart: the states, the names in files and in words, the hue.
const FATES: [(&[State], &str, &str, &str); 6] = [
    (&[State::Delivered], "delivered", "reports-sms-delivered", "fixed"),
    (&[State::Sent], "sent", "reports-sms-sent", "open"),
    (&[State::Queued, State::Sending], "waiting", "reports-sms-waiting", "progress"),
    (&[State::Failed], "failed", "reports-sms-failed", "bad"),
    (&[State::Unknown], "unknown", "reports-sms-unknown", "dispatched"),
    (&[State::Suppressed], "suppressed", "reports-sms-suppressed", "closed"),
];

pub struct Sms;

impl Report for Sms {
    fn name(&self) -> &'static str {
        "sms-delivered"
    }

    fn title(&self) -> Text {
        Text::new("reports-sms")
    }

    fn about(&self) -> Text {
        Text::new("reports-sms-about")
    }

    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault> {
        let ask = pass.ask;
        let (mut rows, mut all) = (Vec::new(), Vec::new());
        for days in &ask.bars {
            let found = store::messages(pass.tx, ask, days)?;
            rows.push(Row { label: Label::Days(*days), cells: cells(ask, days, &found) });
            all.extend(found);
        }
        let mut figures = cells(ask, &ask.days, &all);
        let share = figures.pop();
        let mut columns: Vec<Column> = FATES.iter().map(|(_, name, word, _)| Column::new(name, word)).collect();
        columns.push(Column::new("deliveredShare", "reports-sms-share"));
        Ok(Sheet {
            figures: share
                .into_iter()
                .map(|share| (Text::new("reports-sms-share"), share))
                .chain(figures.into_iter().nth(3).map(|failed| (Text::new("reports-sms-failed"), failed)))
                .collect(),
            of: Column::new("day", "reports-days"),
            columns,
            rows,
            chart: Chart {
                upright: true,
                stacked: true,
                series: FATES.iter().enumerate().map(|(place, fate)| (place, fate.3)).collect(),
            },
        })
    }
}

fn cells(ask: &Ask, days: &Days, found: &[(State, u64)]) -> Vec<Cell> {
    let of = |states: &[State]| -> u64 {
        found.iter().filter(|(state, _)| states.contains(state)).map(|(_, count)| count).sum()
    };
    let cell = |states: &[State]| leading(ask, days, Value::Count(of(states)), of(states), states);
    let mut cells: Vec<Cell> = FATES.iter().map(|(states, ..)| cell(states)).collect();
    let delivered = of(&[State::Delivered]);
    let whole = of(&[State::Sent, State::Delivered, State::Failed, State::Unknown]);
    cells.push(leading(ask, days, Value::Share { part: delivered, whole }, delivered, &[State::Delivered]));
    cells
}

/// The page of SMS has no filters of tickets, so that there is no list of what these let through.
fn leading(ask: &Ask, days: &Days, value: Value, total: u64, states: &[State]) -> Cell {
    let total = if ask.facets.are_open() { total } else { 0 };
    Cell::leading(value, total, || {
        let states: Vec<&str> = states.iter().map(|state| state.name()).collect();
        format!("/notifications?state={}&from={}&to={}", states.join(","), days.first, days.last)
    })
}
