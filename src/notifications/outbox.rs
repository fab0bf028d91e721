//! Where messages to clients are queued, in the transaction of the change that they tell of.

use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;
use vault::Vault;

use super::{
    channels::Gateway,
    delivery::{Delivery, NO_SMS_NUMBER, OPTED_OUT, REPORT_DUE},
    message::{Event, Kind, NewMessage, Notification},
    state::State,
    store::{self, NewRow},
    wording::Sms,
};
use crate::{clock::Clock, db::Tx, fault::Fault, phone::Phone};

/// The outbox. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    vault: Vault,
    clock: Clock,
    isp: Arc<str>,
    hindrance: Option<&'static str>,
    wake: Arc<Notify>,
}

impl Outbox {
    /// The outbox of this ISP, whose messages go out through `gateway`.
    pub fn new(vault: Vault, clock: Clock, isp: &str, gateway: &dyn Gateway) -> Self {
        Self { vault, clock, isp: isp.into(), hindrance: gateway.hindrance(), wake: Arc::new(Notify::new()) }
    }

    /// The same outbox by another clock, for messages of a time that is not now. The worker keeps its own.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Queues a message. It goes once the transaction is kept, and not before its `hold` is over.
    ///
    /// A number that cannot or will not get SMS is noted at once as suppressed; it is looked at again when its turn
    /// comes, since a client may say STOP meanwhile.
    ///
    /// # Errors
    /// Only the database's.
    pub fn enqueue(&self, tx: &mut Tx<'_>, message: &NewMessage<'_>) -> Result<(), Fault> {
        let now = self.clock.now();
        let hindrance = self.hindrance(tx, message.to)?;
        let mut delivery = Delivery::new(self.clock.uuid(), now, message.hold.max(0), hindrance);
        let row = NewRow {
            ticket: message.ticket,
            kind: message.event.kind(),
            revision: message.revision,
            to: message.to,
            sms: &self.preview(message.event),
            created_at: now,
        };
        store::insert(tx, &self.vault, &row, &mut delivery)
    }

    /// Undoes the SMS of a Fixed that made the ticket's version `revision`; `false` when it has gone, or was never
    /// held back.
    ///
    /// # Errors
    /// Only the database's.
    pub fn cancel_held(&self, tx: &mut Tx<'_>, ticket: Uuid, revision: i64, by: Uuid) -> Result<bool, Fault> {
        let Some(mut delivery) = store::delivery_of(tx, ticket, Kind::Fixed, revision)? else { return Ok(false) };
        Ok(delivery.cancel(self.clock.now(), by) && store::save(tx, &mut delivery)?)
    }

    /// The messages of a ticket with their changes of state, oldest first.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn for_ticket(&self, tx: &mut Tx<'_>, ticket: Uuid) -> Result<Vec<Notification>, Fault> {
        store::of_ticket(tx, &self.vault, ticket)
    }

    /// The ticket that a message tells of, if there is such a message.
    ///
    /// # Errors
    /// Only the database's.
    pub fn ticket_of(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Uuid>, Fault> {
        store::ticket_of(tx, id)
    }

    /// Sends a message again, with the same text, to the number that its ticket has now.
    ///
    /// # Errors
    /// [`Fault::NotFound`]; [`Fault::Conflict`] unless [`Notification::may_resend`].
    pub fn resend(&self, tx: &mut Tx<'_>, id: Uuid, to: &Phone, by: Uuid) -> Result<Notification, Fault> {
        let (Some(mut delivery), Some(found)) = (store::delivery(tx, id)?, store::by_id(tx, &self.vault, id)?) else {
            return Err(Fault::NotFound);
        };
        let hindrance = self.hindrance(tx, to)?;
        let elsewhere = found.recipient != to.as_str();
        delivery.resend(self.clock.now(), hindrance, elsewhere, by)?;
        if !store::save(tx, &mut delivery)? {
            return Err(Fault::conflict("This SMS has just changed. Look at it again."));
        }
        if elsewhere {
            store::readdress(tx, &self.vault, id, to)?;
        }
        store::by_id(tx, &self.vault, id)?.ok_or(Fault::NotFound)
    }

    /// The message as it would be sent.
    pub fn preview(&self, event: Event<'_>) -> Sms {
        event.sms(&self.isp)
    }

    /// Tells the worker of this process to look at once. Call it after a commit; without it the worker looks within
    /// half a second.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// What [`wake`](Self::wake) wakes, for the worker.
    pub fn waker(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    fn hindrance(&self, tx: &mut Tx<'_>, to: &Phone) -> Result<Option<&'static str>, Fault> {
        if !to.takes_sms() {
            return Ok(Some(NO_SMS_NUMBER));
        }
        let stopped = store::stopped_at(tx, &self.vault, to)?.is_some();
        Ok(if stopped { Some(OPTED_OUT) } else { self.hindrance })
    }
}

/// Turns messages `unknown` that were sent 72 hours ago or more and never reported on; some of them, and gives how
/// many. Call it until it gives 0. Gateways that never report are not concerned, as they never turn one `sent`.
///
/// # Errors
/// Only the database's.
pub fn lapse(tx: &mut Tx<'_>, now: i64) -> Result<u64, Fault> {
    let mut lapsed = 0;
    for mut delivery in store::unreported(tx, now - REPORT_DUE)? {
        delivery.lapse(now);
        lapsed += u64::from(store::save(tx, &mut delivery)?);
    }
    metrics::counter!("redress_notifications_total", "state" => State::Unknown.name()).increment(lapsed);
    Ok(lapsed)
}
