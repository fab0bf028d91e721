//! Messages to and from clients: the outbox, the worker that empties it, the ways out, and what clients write back.

mod backoff;
mod call_store;
mod callbacks;
mod channels;
mod courtesy;
mod delivery;
mod due_store;
mod echo;
mod erase;
mod erase_store;
mod gates;
mod health;
mod health_store;
pub mod hooks;
mod inbound;
pub mod inbound_text;
mod inbox;
mod letters;
mod list;
mod list_store;
mod message;
mod number_store;
mod off_store;
mod outbox;
mod overview;
mod pace;
mod parts_store;
mod price;
mod promise;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
mod reason;
mod record;
pub mod segments;
mod settings;
mod state;
mod store;
mod take;
pub mod templates;
mod told;
mod watch;
mod way;
pub mod wording;
mod worker;
mod zero;

pub use self::{
    callbacks::{Callbacks, hook_secret},
    channels::{
        Channel, Contact, Content, Gateway, Incoming, Met, Outcome, Outgoing, Probing, Registered, Report, Sending,
        Unmet,
    },
    delivery::{LEASE, VALIDITY},
    erase::Age,
    gates::Gates,
    health::{GatewayHealth, Health, Seen, Trouble},
    health_store::{Standing, leave as forget_health, standings, tell as tell_health, trouble as gateway_trouble},
    hooks::Hooks,
    inbound::{Answering, Cases},
    inbox::Inbox,
    letters::send_letter,
    list::{Listed, Place, Sought},
    message::{Facts, Kind, News, Notification, StateChange},
    off_store::turn_on,
    outbox::{Outbox, Prepared, lapse, strand},
    overview::Way,
    price::Price,
    promise::WhyNot,
    reason::{LOG_IN_REFUSED, reason_text},
    record::{NotificationChange, NotificationRecord},
    settings::{Key, Routes, SettingFault, Settings},
    state::State,
    store::CHANGED,
    wording::Voice,
    worker::Worker,
    zero::count_from_zero,
};

use crate::db::{DbError, Tx};

/// Forgets what does not matter any more: which numbers were answered, and calls of tickets that are closed.
///
/// # Errors
/// The database's.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    Ok(number_store::forget(tx, now)? + parts_store::forget(tx, now)? + call_store::sweep(tx)?)
}
