//! How the ways out stand, and a message to try one of them.

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    channels::{Channel, Contact, Outgoing},
    courtesy, due_store,
    health_store::{self, Standing},
    number_store::{self, Allowance},
    outbox::Outbox,
    reason::{self, COUNTRY, OPTED_OUT, TEMPLATE_REFUSED},
    segments::Encoding,
};
use crate::{
    audit::{self, Event},
    db::{Db, Tx},
    fault::Fault,
    phone::Phone,
};

/// Trials of gateways and templates by all admins together: each costs money.
const TRIALS: Allowance = Allowance { burst: 10, pause: 6_000 };
/// After so many seconds there is one more.
const TRIALS_PAUSE: u64 = 6;

/// A gateway that is set up.
#[derive(Debug, Clone)]
pub struct Way {
    /// Its channel.
    pub channel: &'static Channel,
    /// Its name.
    pub gateway: &'static str,
    /// Why it sends nothing, if it is one of that sort.
    pub hindrance: Option<&'static str>,
    /// How it does, all nodes together.
    pub standing: Standing,
    /// Messages of its channel that wait, those on their way included.
    pub waiting: i64,
    /// Those of them that quiet hours and limits hold back, whatever the gateway does.
    pub held: i64,
    /// Since when the oldest of them waits, in milliseconds.
    pub oldest: Option<i64>,
}

impl Outbox {
    /// The channels that messages go out by.
    pub fn channels(&self) -> Vec<&'static Channel> {
        self.gates.lanes().iter().map(|lane| lane.channel).collect()
    }

    /// The gateways in the order of their use, each as it stands.
    ///
    /// # Errors
    /// Only the database's.
    pub fn ways(&self, tx: &mut Tx<'_>) -> Result<Vec<Way>, Fault> {
        let mut standings = health_store::standings(tx, &self.health.now(), self.clock.now())?;
        let mut ways = Vec::new();
        for (channel, gateway) in self.gates.all() {
            let (waiting, oldest) = due_store::waiting_on(tx, channel)?;
            ways.push(Way {
                channel,
                gateway: gateway.name(),
                hindrance: gateway.hindrance(),
                standing: standings.remove(gateway.name()).unwrap_or_default(),
                waiting,
                held: due_store::held_back(tx, channel)?,
                oldest,
            });
        }
        Ok(ways)
    }

    /// Since when today has had as many segments as it may, in milliseconds, if that is so.
    ///
    /// # Errors
    /// Only the database's.
    pub fn day_full_since(&self, tx: &mut Tx<'_>, zone: &TimeZone) -> Result<Option<i64>, Fault> {
        if self.courtesy.per_day.is_none() {
            return Ok(None);
        }
        number_store::full_since(tx, &courtesy::day(self.clock.now(), zone))
    }

    /// Hands one message to a gateway right now, past the outbox, and gives its answer as a reason; nothing where it took
    /// it. It says only that it is a trial. `admit` is asked in the transaction that counts it. Who did that is recorded.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where no such gateway is set; [`Fault::Invalid`] on `to` where nothing may go there;
    /// [`Fault::TooMany`] after ten within a minute; the database's.
    pub async fn try_gateway(
        &self,
        db: &Db,
        by: Uuid,
        (channel, gateway): (&str, &str),
        to: &Contact<'_>,
        admit: impl Fn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static,
    ) -> Result<Option<String>, Fault> {
        let channel = Channel::find(channel).ok_or(Fault::NotFound)?;
        let gate = self.gates.of(channel).iter().find(|gate| gate.gateway.name() == gateway).ok_or(Fault::NotFound)?;
        let barred = |why: &'static str| Fault::field("to", "not_allowed", reason::reason_text(why));
        let address = (channel.address)(to).map_err(barred)?;
        if channel.to_phones && to.phone.is_some_and(|phone| !self.courtesy.reaches(phone)) {
            return Err(barred(COUNTRY));
        }
        let token = number_store::token_of(&self.vault, &address);
        if db.read(move |tx| number_store::stopped(tx, token)).await?.is_some() && channel.to_phones {
            return Err(barred(OPTED_OUT));
        }
        self.take_trial(db, admit).await?;
        let reason = match gate.gateway.trial(&self.voice.trial().text) {
            None => Some(TEMPLATE_REFUSED.to_owned()),
            Some((kind, text)) => {
                let message = Outgoing {
                    id: self.clock.uuid(),
                    round: 0,
                    kind,
                    now: self.clock.now(),
                    to: &address,
                    text: &text,
                    encoding: Encoding::of(&text),
                    report_url: None,
                    registered: None,
                };
                gate.send(channel, &message).await.why_not()
            }
        };
        let event = Event::GatewayTried {
            channel: channel.name.to_owned(),
            gateway: gateway.to_owned(),
            to: to.phone.map(Phone::ending).unwrap_or_default(),
            taken: reason.is_none(),
        };
        let (vault, clock) = (self.vault.clone(), self.clock.clone());
        db.write(move |tx| audit::record(tx, &vault, &clock, Some(by), &event)).await?;
        Ok(reason)
    }

    /// Takes one of the messages by which admins may try things out.
    ///
    /// # Errors
    /// [`Fault::TooMany`] when all are taken; the database's.
    pub(super) async fn take_trial(
        &self,
        db: &Db,
        admit: impl Fn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static,
    ) -> Result<(), Fault> {
        let (all, now) = (number_store::token_of(&self.vault, "trials"), self.clock.now());
        let take = move |tx: &mut Tx<'_>| {
            admit(tx)?;
            let taken = number_store::take_message(tx, all, now, TRIALS)?;
            if taken { Ok(()) } else { Err(Fault::TooMany(TRIALS_PAUSE)) }
        };
        db.write(take).await
    }
}
