//! Billing tickets: the record, its rules, its use cases, and the doors to them.

mod add_note;
pub mod api;
pub mod bulk;
mod by_client;
mod canonical;
mod create;
mod cursor;
mod desk;
mod erase;
mod erase_store;
mod export;
mod field;
mod filter;
mod findable;
pub mod fixes;
mod follow;
pub mod form;
mod from_client;
mod history;
pub mod import;
mod issue_type;
mod list;
pub mod merge;
pub mod notices;
mod of_client;
pub mod pages;
mod parameters;
pub mod photos;
mod priority;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod record;
mod reference;
#[cfg(test)]
mod sample;
mod status;
mod store;
mod telling;
mod terms;
mod ticket;
mod tokens;
mod undo;
mod update;
pub mod views;
mod watch;

pub use self::{
    add_note::{add_new_note, add_note},
    create::{Prepared, create, prepare},
    cursor::Cursor,
    desk::Desk,
    erase::{Of, edits_naming, edits_naming_since, erase, erase_edits, erase_inbound, of, of_account, of_number},
    erase_store::{Edit, Naming, inbound_age, old_inbound, old_tickets, ticket_age},
    filter::{Assignee, At, Filter, Order, Sort},
    findable::findable,
    fixes::Span,
    follow::Holds,
    from_client::FromClients,
    history::{Entry, History, Note},
    issue_type::{IssueTypes, issue_label},
    list::{Counted, Page, Place, ViewCounts, count, list, neighbours, newest, view_counts},
    of_client::{OfClient, of_client},
    priority::Priority,
    reference::Reference,
    status::Status,
    store::{by_key, by_keys, history},
    telling::resend,
    terms::Terms,
    ticket::{Change, Happening, NewTicket, Refused, Ticket},
    undo::{can_undo_fixed, undo_fixed},
    update::update,
    watch::{Watch, mark},
};

use axum::extract::FromRef;

use crate::{db::Db, staff::Staff, web::Chrome};

/// What the doors of this feature hold.
#[derive(Clone, Debug)]
pub struct Tickets {
    /// Where the tickets are.
    pub db: Db,
    /// The use cases' surroundings.
    pub desk: Desk,
    /// Who is at the door.
    pub staff: Staff,
    /// The frame of pages.
    pub chrome: Chrome,
    /// How long the SMS of a Fixed raised on a page waits, in milliseconds.
    pub undo: i64,
    /// Where photos wait for their turn.
    pub darkroom: photos::Darkroom,
}

impl FromRef<Tickets> for Staff {
    fn from_ref(tickets: &Tickets) -> Self {
        tickets.staff.clone()
    }
}
