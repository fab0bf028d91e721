//! Where messages to clients are queued, in the transaction of the change that they tell of.

use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;
use vault::Vault;

use super::{
    channels::Gateway,
    delivery::REPORT_DUE,
    message::{Event, Kind, NewMessage, Notification},
    number_store,
    reason::{NO_SMS_NUMBER, OPTED_OUT},
    state::State,
    store::{self, Envelope},
    wording::{Sms, Voice},
};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    phone::Phone,
    words::Text,
};

/// The outbox. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    pub(super) vault: Vault,
    clock: Clock,
    pub(super) voice: Voice,
    pub(super) hindrance: Option<&'static str>,
    wake: Arc<Notify>,
}

impl Outbox {
    /// The outbox of an ISP, whose messages go out through `gateway`.
    pub fn new(vault: Vault, clock: Clock, voice: Voice, gateway: &dyn Gateway) -> Self {
        Self { vault, clock, voice, hindrance: gateway.hindrance(), wake: Arc::new(Notify::new()) }
    }

    /// The same outbox by another clock, for messages of a time that is not now. The worker keeps its own.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Words and seals a message, which takes longer than queueing it: do it before the transaction where that is
    /// possible.
    pub fn prepare(&self, message: &NewMessage<'_>) -> Prepared {
        let sms = self.preview(message.event);
        Prepared {
            envelope: Envelope::seal(&self.vault, self.clock.uuid(), self.clock.now(), message, &sms),
            takes_sms: message.to.takes_sms(),
            hold: message.hold.max(0),
        }
    }

    /// Queues a message. It goes once the transaction is kept, and not before its `hold` is over.
    ///
    /// A number that cannot or will not get SMS is noted at once as suppressed; it is looked at again when its turn
    /// comes, since a client may say STOP meanwhile.
    ///
    /// # Errors
    /// Only the database's.
    pub fn enqueue(&self, tx: &mut Tx<'_>, message: &Prepared) -> Result<(), Fault> {
        let Prepared { envelope, takes_sms, hold } = message;
        let hindrance = self.hindrance(*takes_sms, || envelope.stopped_at(tx))?;
        store::insert(tx, envelope, &mut envelope.delivery(*hold, hindrance))
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

    /// How many changes of state the messages of a ticket have had, which is how many [`Self::for_ticket`] gives.
    ///
    /// # Errors
    /// Only the database's.
    pub fn changes_of(&self, tx: &mut Tx<'_>, ticket: Uuid) -> Result<i64, Fault> {
        store::changes_of(tx, ticket)
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
        let hindrance = self.hindrance(to.takes_sms(), || number_store::stopped_at(tx, &self.vault, to))?;
        let elsewhere = found.recipient != to.as_str();
        delivery.resend(self.clock.now(), hindrance, elsewhere, by)?;
        if !store::save(tx, &mut delivery)? {
            return Err(Fault::conflict(Text::new("notifications-just-changed")));
        }
        if elsewhere {
            store::readdress(tx, &self.vault, id, to)?;
        }
        store::by_id(tx, &self.vault, id)?.ok_or(Fault::NotFound)
    }

    /// The message as it would be sent.
    pub fn preview(&self, event: Event<'_>) -> Sms {
        event.sms(&self.voice)
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

    /// Why a message cannot go, if so: the number's kind, its owner's will, and the gateway, in this order.
    pub(super) fn hindrance(
        &self,
        takes_sms: bool,
        stopped_at: impl FnOnce() -> Result<Option<i64>, Fault>,
    ) -> Result<Option<&'static str>, Fault> {
        if !takes_sms {
            return Ok(Some(NO_SMS_NUMBER));
        }
        Ok(if stopped_at()?.is_some() { Some(OPTED_OUT) } else { self.hindrance })
    }
}

/// A message ready to be queued.
#[derive(Debug, Clone)]
pub struct Prepared {
    envelope: Envelope,
    takes_sms: bool,
    hold: i64,
}

/// Turns messages `unknown` that were sent 72 hours ago or more and never reported on, in small transactions, so that
/// nobody waits for it, and gives how many. Gateways that never report are not concerned, as they never turn one `sent`.
///
/// # Errors
/// Only the database's.
pub async fn lapse(db: &Db, now: i64) -> Result<u64, Fault> {
    let mut all = 0;
    loop {
        let lapsed = db.write(move |tx| lapse_some(tx, now)).await?;
        if lapsed == 0 {
            return Ok(all);
        }
        metrics::counter!("redress_notifications_total", "state" => State::Unknown.name()).increment(lapsed);
        all += lapsed;
    }
}

fn lapse_some(tx: &mut Tx<'_>, now: i64) -> Result<u64, Fault> {
    let mut lapsed = 0;
    for mut delivery in store::unreported(tx, now - REPORT_DUE)? {
        delivery.lapse(now);
        lapsed += u64::from(store::save(tx, &mut delivery)?);
    }
    Ok(lapsed)
}
