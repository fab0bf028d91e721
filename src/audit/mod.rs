//! The audit history: what somebody did that no ticket's own history shows. Rows are only ever added; what may leave it, and
//! how that shows, is in `purge`.
//!
//! It stands below all features, so that each can record what it does, in the transaction that does it. A new kind of
//! event is a variant of [`Event`] with a number and words; the page shows it without further work.

mod chain;
mod event;
mod filter;
mod noted;
mod of_clients;
mod privacy;
mod purge;
mod reads;
mod record;
mod store;
mod told;

pub use self::{
    chain::{Break, Verdict, verify},
    event::{Event, Factor, Over},
    filter::{Filter, Group},
    of_clients::{Brought, Clients},
    privacy::{Privacy, Whom},
    purge::{Naming, Said, age, naming, purge, redact, redact_ahead},
    reads::{HasAccount, Reads},
    record::{Entry, recent, record},
    store::{TURN, newest},
};
