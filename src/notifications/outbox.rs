//! Where messages to clients are queued, in the transaction of the change that they tell of.

use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;
use vault::Vault;

use super::{
    channels::{CHANNELS, Channel, Contact},
    courtesy::Courtesy,
    delivery::{Delivery, REPORT_DUE},
    due_store,
    gates::Gates,
    health::Health,
    inbox,
    message::{Facts, Kind, News, Notification},
    number_store::{self, Via},
    price::Price,
    reason::{COUNTRY, NO_EMAIL, NO_SMS_NUMBER, OPTED_OUT},
    settings::{Routes, Settings},
    store::{self, Envelope},
    templates::Templates,
    wording::{Sms, Voice},
};
use crate::{
    audit::{self, Event},
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
    pub(super) clock: Clock,
    pub(super) voice: Voice,
    pub(super) gates: Gates,
    pub(super) routes: Arc<Routes>,
    pub(super) courtesy: Arc<Courtesy>,
    pub(super) health: Health,
    price: Option<Price>,
    wake: Arc<Notify>,
}

impl Outbox {
    /// The outbox of an ISP with these settings.
    pub fn new(vault: Vault, clock: Clock, voice: Voice, settings: &Settings) -> Self {
        Self {
            vault,
            clock,
            voice,
            gates: settings.gates.clone(),
            routes: Arc::new(settings.routes.clone()),
            courtesy: Arc::new(settings.courtesy.clone()),
            health: Health::default(),
            price: settings.price.clone(),
            wake: Arc::new(Notify::new()),
        }
    }

    /// The same outbox by another clock, for messages of a time that is not now. The worker keeps its own.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Whether anybody is told of this at all.
    pub fn tells(&self, kind: Kind) -> bool {
        !self.routes.of(kind).is_empty()
    }

    /// Whether anybody is told of this on that channel.
    pub fn tells_by(&self, kind: Kind, channel: &Channel) -> bool {
        self.routes.of(kind).iter().any(|route| **route == *channel)
    }

    /// Words and seals what is told, for each channel that tells it, which takes longer than queueing it: do it before the
    /// transaction where that is possible.
    pub fn prepare(&self, news: &News<'_>) -> Prepared {
        let channels = self.routes.of(news.kind).iter();
        Prepared { messages: channels.filter_map(|channel| self.word(news, channel)).collect(), hold: news.hold.max(0) }
    }

    /// A message, unless there is no address for it and another channel may reach them: only what comes by phone is missed
    /// by somebody.
    fn word(&self, news: &News<'_>, channel: &'static Channel) -> Option<Message> {
        let content = (channel.write)(&self.voice, news);
        let (to, barred) = match (channel.address)(&news.to) {
            Ok(to) => (to, None),
            // Kept as the record of what was not sent, and why.
            Err(reason @ NO_SMS_NUMBER) => (news.to.phone?.as_str().to_owned(), Some(reason)),
            Err(reason @ NO_EMAIL) if self.routes.of(news.kind).len() == 1 => (String::new(), Some(reason)),
            Err(_) => return None,
        };
        let barred = barred.or_else(|| self.abroad(channel, &news.to));
        let envelope = Envelope::seal(&self.vault, (self.clock.uuid(), self.clock.now()), news, channel, &to, &content);
        Some(Message { envelope, barred })
    }

    fn abroad(&self, channel: &Channel, to: &Contact<'_>) -> Option<&'static str> {
        let abroad = channel.to_phones && to.phone.is_some_and(|phone| !self.courtesy.reaches(phone));
        abroad.then_some(COUNTRY)
    }

    /// Queues what is told. It goes once the transaction is kept, and not before its `hold` is over.
    ///
    /// A number that cannot or will not get messages is noted at once as suppressed; it is looked at again when its turn
    /// comes, since a client may say STOP meanwhile.
    ///
    /// # Errors
    /// Only the database's.
    pub fn enqueue(&self, tx: &mut Tx<'_>, prepared: &Prepared) -> Result<(), Fault> {
        for Message { envelope, barred } in &prepared.messages {
            let stopped = || envelope.stopped_at(tx);
            let hindrance = self.hindrance(envelope.channel, envelope.kind, *barred, stopped)?;
            let mut delivery = envelope.delivery(prepared.hold, hindrance);
            store::insert(tx, envelope, &mut delivery)?;
        }
        Ok(())
    }

    /// Undoes the messages of a Fixed that made the ticket's version `revision`; `false` when one has gone, or was never
    /// held back.
    ///
    /// # Errors
    /// Only the database's.
    pub fn cancel_held(&self, tx: &mut Tx<'_>, ticket: Uuid, revision: i64, by: Uuid) -> Result<bool, Fault> {
        let mut held = store::deliveries_of(tx, ticket, Kind::Fixed, revision)?;
        let now = self.clock.now();
        if held.is_empty() || !held.iter_mut().all(|delivery| delivery.undo(now, by)) {
            return Ok(false);
        }
        for delivery in &mut held {
            if !store::save(tx, delivery)? {
                return Err(Fault::conflict(Text::new("rules-undo-late")));
            }
        }
        Ok(true)
    }

    /// Takes a message back while it waits.
    ///
    /// # Errors
    /// [`Fault::NotFound`]; [`Fault::Conflict`] unless it waits.
    pub fn cancel(&self, tx: &mut Tx<'_>, id: Uuid, by: Uuid) -> Result<Notification, Fault> {
        let mut delivery = store::delivery(tx, id)?.ok_or(Fault::NotFound)?;
        delivery.cancel(self.clock.now(), by)?;
        if !store::save(tx, &mut delivery)? {
            return Err(Fault::conflict(Text::new("notifications-just-changed")));
        }
        store::by_id(tx, &self.vault, id)?.ok_or(Fault::NotFound)
    }

    /// When a number said STOP, in milliseconds, if it did.
    ///
    /// # Errors
    /// Only the database's.
    pub fn stopped_at(&self, tx: &mut Tx<'_>, number: &Phone) -> Result<Option<i64>, Fault> {
        number_store::stopped_at(tx, &self.vault, number)
    }

    /// Keeps that the owner of a number told somebody of the staff to send nothing more, and records who it was. One who
    /// had said so before has said it then.
    ///
    /// # Errors
    /// Only the database's.
    pub fn opt_out(&self, tx: &mut Tx<'_>, number: &Phone, by: Uuid) -> Result<(), Fault> {
        let token = number_store::token(&self.vault, number);
        number_store::opt_out(tx, token, Via::Staff(by), self.clock.now())?;
        audit::record(tx, &self.vault, &self.clock, Some(by), &Event::OptedOut { number: number.ending() })?;
        Ok(())
    }

    /// Keeps that the owner of a number told somebody of the staff to send again, and records who it was; `false` when
    /// nothing was stopped.
    ///
    /// # Errors
    /// Only the database's.
    pub fn opt_in(&self, tx: &mut Tx<'_>, number: &Phone, by: Uuid) -> Result<bool, Fault> {
        let stopped = number_store::opt_in(tx, number_store::token(&self.vault, number))?;
        if stopped {
            audit::record(tx, &self.vault, &self.clock, Some(by), &Event::OptedIn { number: number.ending() })?;
        }
        Ok(stopped)
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

    /// Sends a message again, with the same text, to where its ticket's people are reached now.
    ///
    /// # Errors
    /// [`Fault::NotFound`]; [`Fault::Conflict`] unless [`Notification::may_resend`].
    pub fn resend(&self, tx: &mut Tx<'_>, id: Uuid, to: &Contact<'_>, by: Uuid) -> Result<Notification, Fault> {
        let (Some(mut delivery), Some(found)) = (store::delivery(tx, id)?, store::by_id(tx, &self.vault, id)?) else {
            return Err(Fault::NotFound);
        };
        if found.erased {
            return Err(Fault::conflict(Text::new("notifications-erased")));
        }
        let (address, barred) = match (found.channel.address)(to) {
            Ok(address) => (address, self.abroad(found.channel, to)),
            Err(reason) => {
                (to.phone.map_or_else(|| found.recipient.clone(), |phone| phone.as_str().to_owned()), Some(reason))
            }
        };
        let stopped = || number_store::stopped(tx, number_store::token_of(&self.vault, &address));
        let hindrance = self.hindrance(found.channel, found.kind, barred, stopped)?;
        let elsewhere = found.recipient != address;
        delivery.resend(self.clock.now(), hindrance, elsewhere, by)?;
        if !store::save(tx, &mut delivery)? {
            return Err(Fault::conflict(Text::new("notifications-just-changed")));
        }
        store::asked_again(tx, id)?;
        if elsewhere {
            store::readdress(tx, &self.vault, id, &address)?;
        }
        store::by_id(tx, &self.vault, id)?.ok_or(Fault::NotFound)
    }

    /// The SMS as it would be sent.
    pub fn preview(&self, kind: Kind, facts: &Facts<'_>) -> Sms {
        self.voice.sms(kind, facts)
    }

    /// How the gateways do, as far as this process knows: the worker notes it.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Who speaks.
    pub const fn voice(&self) -> &Voice {
        &self.voice
    }

    /// What so many segments cost, where the settings say that.
    pub fn cost(&self, segments: usize) -> Option<String> {
        self.price.as_ref().map(|price| price.of(segments))
    }

    /// Why the ids of registered templates do not go with SMS, if so.
    pub fn lost_ids(&self) -> Option<Text> {
        self.gates.of(Channel::SMS).first()?.gateway.carries_ids().err()
    }

    /// The ISP's own wording.
    pub const fn templates(&self) -> &Templates {
        self.voice.own()
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
        channel: &Channel,
        kind: Kind,
        barred: Option<&'static str>,
        stopped_at: impl FnOnce() -> Result<Option<i64>, Fault>,
    ) -> Result<Option<&'static str>, Fault> {
        if barred.is_some() {
            return Ok(barred);
        }
        let may_stop = channel.to_phones && !self.courtesy.is_required(kind);
        Ok(if may_stop && stopped_at()?.is_some() { Some(OPTED_OUT) } else { self.gates.hindrance(channel) })
    }
}

/// What is told, ready to be queued: one message for each channel.
#[derive(Debug, Clone)]
pub struct Prepared {
    messages: Vec<Message>,
    hold: i64,
}

#[derive(Debug, Clone)]
struct Message {
    envelope: Envelope,
    /// Why it cannot go, whoever carries it.
    barred: Option<&'static str>,
}

/// Turns messages `unknown` that were sent 72 hours ago or more and never reported on, in small transactions, so that
/// nobody waits for it, and gives how many. On channels that have no reports `sent` is the end, and stays.
///
/// # Errors
/// Only the database's.
pub async fn lapse(db: &Db, gates: &Gates, now: i64) -> Result<u64, Fault> {
    let silent: Vec<&'static str> =
        gates.all().filter(|(_, gateway)| !gateway.reports()).map(|(_, gateway)| gateway.name()).collect();
    let mut all = 0;
    for channel in CHANNELS.iter().filter(|channel| channel.reports) {
        let silent = silent.clone();
        let unreported = move |tx: &mut Tx<'_>| store::unreported(tx, channel, &silent, now - REPORT_DUE);
        all += each(db, unreported, move |delivery| delivery.lapse(now)).await?;
    }
    Ok(all)
}

/// Changes all that a statement finds, some hundred in a transaction, until it finds nothing. What is kept is counted.
async fn each(
    db: &Db,
    find: impl Fn(&mut Tx<'_>) -> Result<Vec<Delivery>, Fault> + Clone + Send + 'static,
    change: impl Fn(&mut Delivery) + Copy + Send + 'static,
) -> Result<u64, Fault> {
    let mut all = 0;
    loop {
        let find = find.clone();
        let work = move |tx: &mut Tx<'_>| {
            let (mut changed, mut states) = (0, Vec::new());
            for mut delivery in find(tx)? {
                change(&mut delivery);
                let turns: Vec<_> = delivery.changes.iter().map(|turn| turn.state.name()).collect();
                if store::save(tx, &mut delivery)? {
                    changed += 1;
                    states.extend(turns);
                }
            }
            Ok::<_, Fault>((changed, states))
        };
        let (changed, states) = db.write(work).await?;
        if changed == 0 {
            return Ok(all);
        }
        inbox::count(&states);
        all += changed;
    }
}

/// Gives up what waits on channels that are not set any more and whose validity is over, since no worker looks at it, and
/// gives how much that was.
///
/// # Errors
/// Only the database's.
pub async fn strand(db: &Db, gates: &Gates, now: i64) -> Result<u64, Fault> {
    let mut all = 0;
    for channel in CHANNELS.iter().filter(|channel| gates.of(channel).is_empty()) {
        let over = move |tx: &mut Tx<'_>| due_store::over(tx, channel, now);
        let give_up = move |delivery: &mut Delivery| {
            delivery.look(now, None);
        };
        all += each(db, over, give_up).await?;
    }
    Ok(all)
}
