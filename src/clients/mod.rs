//! The ISP's clients: the record, what keeps it (forms, calls, files), what finds it, and the doors to it.
//!
//! Tickets stand above: they may ask about clients, and clients ask about tickets only through [`Cases`].

pub mod api;
mod client;
mod find;
mod findable;
pub mod form;
mod history;
pub mod import;
pub mod pages;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod store;
mod suggest;
mod upsert;

pub use self::{
    client::{Change, Client, Entry},
    find::{
        COUNTED_TO, Page, Sought, by_account, by_email, by_id, has_number, is_anothers, page, was_erased, with_account,
        with_number,
    },
    findable::findable,
    history::{Caller, Case, Cases, Stage, Whose},
    suggest::{MOST, Suggestion, clients, suggest},
    upsert::{Outcome, Prepared, account_taken, edit, erase, prepare, record, upsert},
};

use std::sync::Arc;

use axum::extract::FromRef;
use vault::Vault;

use crate::{clock::Clock, db::Db, phone::Region, staff::Staff, web::Chrome};

/// What the doors of this feature hold.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Where the clients are.
    pub db: Db,
    /// Seals and opens what is personal.
    pub vault: Vault,
    /// Time and randomness.
    pub clock: Clock,
    /// The country whose numbers may be written without a country code.
    pub region: Option<Region>,
    /// Where their tickets are asked for.
    pub cases: Arc<dyn Cases>,
    /// Who is at the door.
    pub staff: Staff,
    /// The frame of pages.
    pub chrome: Chrome,
}

impl FromRef<Clients> for Staff {
    fn from_ref(clients: &Clients) -> Self {
        clients.staff.clone()
    }
}
