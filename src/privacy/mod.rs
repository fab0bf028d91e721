//! What clients may ask of their data, and how long it is kept: export, erasure, legal holds, retention.
//!
//! It stands above tickets, clients and messages, each of which knows how to take personal text out of its own tables. What
//! decides whether that may be done, in which order, and what is recorded of it, is here.

mod ages;
pub mod api;
mod confirm;
mod erase;
mod export;
mod former;
mod handout;
mod hold;
mod mentions;
mod pages;
mod retention;
mod settings;
mod store;
mod subject;
#[cfg(test)]
mod tests;

pub use self::{
    erase::{Erased, erase},
    export::{Document, export},
    handout::Handout,
    hold::{Hold, HoldsOfClients, NewHold, end as end_hold, holds, place as place_hold},
    pages::routes,
    retention::{Planned, Rule, count_from_zero, plan, purge},
    settings::{KEYS, Retention},
    subject::{Named, Subject},
};

use axum::extract::FromRef;

use crate::{staff::Staff, tickets::Tickets};

/// What this feature holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// Tickets with all that they know.
    pub tickets: Tickets,
    /// How long what is kept.
    pub retention: Retention,
}

impl FromRef<Privacy> for Staff {
    fn from_ref(privacy: &Privacy) -> Self {
        privacy.tickets.staff.clone()
    }
}
