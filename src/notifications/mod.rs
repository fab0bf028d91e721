//! Messages to and from clients: the outbox, the worker that empties it, the gateways, and what clients write back.

mod backoff;
mod callbacks;
mod channels;
mod delivery;
mod health;
pub mod hooks;
mod inbound;
pub mod inbound_text;
mod message;
mod number_store;
mod outbox;
mod promise;
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
    health::{GatewayHealth, Health},
    hooks::Hooks,
    inbound::{Answering, TicketStatus, receive, sweep},
    message::{Event, Kind, NewMessage, Notification, StateChange},
    outbox::{Outbox, Prepared, lapse},
    promise::WhyNot,
    record::{NotificationChange, NotificationRecord},
    settings::{Key, SettingFault, Settings},
    state::State,
    store::CHANGED,
    worker::Worker,
};
