//! Tickets of another help desk, brought here with their past: what its exports mean, and how they are kept so that the same
//! export changes nothing and a later one what is different. decisions/0027.

mod contact;
mod file;
mod past;
mod row;
mod source;
mod store;
mod upsert;
mod values;
mod when;

pub(super) use self::store::{blank, opened, reference};
pub use self::{
    file::{File, NotRead, Row},
    past::{Contact, Step},
    row::{Entry, Rules},
    source::{Field, Head, Source, Unreadable},
    upsert::{Import, Outcome, Prepared, Weighed, tell_pages},
    values::{Technicians, Values},
    when::Order,
};
