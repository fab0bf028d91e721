//! Messages to and from clients: the outbox, the worker that empties it, the gateways, and what clients write back.

mod backoff;
mod call_store;
mod callbacks;
mod channels;
mod delivery;
mod health;
mod health_store;
pub mod hooks;
mod inbound;
pub mod inbound_text;
mod list;
mod list_store;
mod message;
mod number_store;
mod outbox;
mod promise;
mod reason;
mod record;
pub mod segments;
mod settings;
mod state;
mod store;
pub mod wording;
mod worker;

pub use self::{
    callbacks::{Callbacks, hook_secret},
    channels::{Gateway, Outcome, Outgoing, Sending},
    delivery::{LEASE, VALIDITY},
    health::{GatewayHealth, Health, Trouble},
    health_store::{leave as forget_health, tell as tell_health, trouble as gateway_trouble},
    hooks::Hooks,
    inbound::{Answering, TicketStatus, receive},
    list::{Listed, Place, Sought},
    message::{Event, Kind, NewMessage, Notification, StateChange},
    outbox::{Outbox, Prepared, lapse},
    promise::WhyNot,
    reason::reason_text,
    record::{NotificationChange, NotificationRecord},
    settings::{Key, SettingFault, Settings},
    state::State,
    store::CHANGED,
    wording::Voice,
    worker::Worker,
};

use crate::db::{DbError, Tx};

/// Forgets what does not matter any more: which numbers were answered, and calls of tickets that are closed.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    Ok(number_store::forget_replies(tx, now)? + call_store::sweep(tx)?)
}
