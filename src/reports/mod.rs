//! Reports: what the desk has done and what lies before it. Each is one file and one line in `ALL`; pages, charts and
//! files are made for all of them alike. docs/reports.md defines every number.

mod age;
mod ask;
mod chart;
mod days;
mod file;
mod fixed;
mod flow;
mod groups;
mod pages;
mod percentile;
mod reopened;
mod say;
mod sheet;
mod sms;
mod speed;
mod store;

use std::sync::Arc;

use axum::extract::FromRef;
use tokio::sync::Semaphore;

use self::{ask::Ask, fixed::Fixed, sheet::Sheet};
use crate::{
    db::Tx,
    fault::Fault,
    staff::Staff,
    tickets::{Desk, Tickets},
    words::Text,
};

pub use self::pages::routes;

/// All reports, in the order of the page.
const ALL: [&dyn Report; 7] =
    [&flow::Flow, &age::Age, &groups::IssueTypes, &groups::Technicians, &speed::Speed, &reopened::Reopened, &sms::Sms];

/// A report.
trait Report: Send + Sync {
    /// Its name in addresses and files.
    fn name(&self) -> &'static str;

    /// What it is called.
    fn title(&self) -> Text;

    /// What its numbers mean, in a sentence or two.
    fn about(&self) -> Text;

    /// Answers a question.
    ///
    /// # Errors
    /// Only the database's.
    fn make(&self, pass: &mut Pass<'_, '_>) -> Result<Sheet, Fault>;
}

/// The report of that name.
fn named(name: &str) -> Option<&'static dyn Report> {
    ALL.into_iter().find(|report| report.name() == name)
}

/// One question, answered by several reports: what more than one of them needs is read once.
struct Pass<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    ask: &'a Ask,
    desk: &'a Desk,
    fixed: Option<Fixed>,
}

impl<'a, 'tx> Pass<'a, 'tx> {
    fn new(tx: &'a mut Tx<'tx>, ask: &'a Ask, desk: &'a Desk) -> Self {
        Self { tx, ask, desk, fixed: None }
    }

    /// What became Fixed.
    fn fixed(&mut self) -> Result<&Fixed, Fault> {
        if self.fixed.is_none() {
            self.fixed = Some(Fixed::read(self.tx, self.ask)?);
        }
        self.fixed.as_ref().ok_or(Fault::NotFound)
    }
}

/// What the doors of this feature hold.
#[derive(Clone, Debug)]
pub struct Reports {
    tickets: Tickets,
    /// Reports that are made at the same time: the other readers are the desk's.
    turns: Arc<Semaphore>,
}

impl Reports {
    /// Over these tickets.
    pub fn new(tickets: Tickets) -> Self {
        Self { tickets, turns: Arc::new(Semaphore::new(2)) }
    }
}

impl FromRef<Reports> for Staff {
    fn from_ref(reports: &Reports) -> Self {
        reports.tickets.staff.clone()
    }
}
