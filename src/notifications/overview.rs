//! How the ways out stand, and a message to try one of them.

use super::{
    channels::{Channel, Contact, Outgoing},
    due_store,
    health_store::{self, Standing},
    message::Kind,
    number_store::{self, Allowance},
    outbox::Outbox,
    reason::{self, COUNTRY, OPTED_OUT},
    segments::Encoding,
};
use crate::{
    db::{Db, Tx},
    fault::Fault,
};

/// Trials of all admins together: each costs money.
const TRIALS: Allowance = Allowance { burst: 10, pause: 6_000 };

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
                oldest,
            });
        }
        Ok(ways)
    }

    /// Hands one message to a gateway right now, past the outbox, and gives its answer as a reason; nothing where it took
    /// it. It says only that it is a trial.
    ///
    /// # Errors
    /// [`Fault::NotFound`] where no such gateway is set; [`Fault::Invalid`] on `to` where nothing may go there;
    /// [`Fault::TooMany`] after ten within a minute; the database's.
    pub async fn try_gateway(
        &self,
        db: &Db,
        channel: &str,
        gateway: &str,
        to: &Contact<'_>,
    ) -> Result<Option<String>, Fault> {
        let channel = Channel::find(channel).ok_or(Fault::NotFound)?;
        let gate = self.gates.of(channel).iter().find(|gate| gate.gateway.name() == gateway).ok_or(Fault::NotFound)?;
        let barred = |why: &'static str| Fault::field("to", "not_allowed", reason::reason_text(why));
        let address = (channel.address)(to).map_err(barred)?;
        if channel.to_phones && to.phone.is_some_and(|phone| !self.courtesy.reaches(phone)) {
            return Err(barred(COUNTRY));
        }
        let (token, now) = (number_store::token_of(&self.vault, &address), self.clock.now());
        let all = number_store::token_of(&self.vault, "trials");
        let asked = move |tx: &mut Tx<'_>| {
            Ok::<_, Fault>((number_store::stopped(tx, token)?, number_store::take_message(tx, all, now, TRIALS)?))
        };
        match db.write(asked).await? {
            (Some(_), _) if channel.to_phones => return Err(barred(OPTED_OUT)),
            (_, false) => return Err(Fault::TooMany(60)),
            _ => {}
        }
        let sms = self.voice.trial();
        let message = Outgoing {
            id: self.clock.uuid(),
            round: 0,
            kind: Kind::Note,
            now,
            to: &address,
            text: &sms.text,
            encoding: Encoding::of(&sms.text),
            report_url: None,
            registered: sms.registered.as_ref(),
        };
        Ok(gate.gateway.send(&message).await.why_not())
    }
}
