//! Sends a message to somebody of the ISP's, to see how it arrives. It is no message of a ticket: nothing is queued.

use uuid::Uuid;

use super::set::Place;
use crate::{
    audit::{self, Event},
    db::Db,
    fault::Fault,
    notifications::{
        channels::{Channel, Outcome, Outgoing},
        number_store,
        outbox::Outbox,
        reason::{COUNTRY, LOG_ONLY, NO_SMS_NUMBER, OPTED_OUT, reason_text},
        wording::Sms,
    },
    phone::Phone,
    words::Text,
};

/// What came of it.
#[derive(Debug)]
pub enum Tried {
    /// The gateway took it.
    Taken {
        /// Its name.
        gateway: &'static str,
    },
    /// It did not go, or may not have gone.
    NotTaken {
        /// Why.
        why: Text,
    },
}

impl Outbox {
    /// Hands a message to the first SMS gateway, as a test, and records who did that.
    ///
    /// # Errors
    /// [`Fault::TooMany`] after ten in a minute; the database's.
    pub async fn try_out(&self, db: &Db, by: Uuid, place: Place, to: &Phone, sms: &Sms) -> Result<Tried, Fault> {
        self.take_trial(db, |_| Ok(())).await?;
        let (vault, number) = (self.vault.clone(), to.clone());
        let stopped = db.read(move |tx| number_store::stopped_at(tx, &vault, &number)).await?.is_some();
        let gate = self.gates.of(Channel::SMS).first();
        let barred = if !to.takes_sms() {
            Some(NO_SMS_NUMBER)
        } else if stopped {
            Some(OPTED_OUT)
        } else if !self.courtesy.reaches(to) {
            Some(COUNTRY)
        } else {
            gate.map_or(Some(LOG_ONLY), |gate| gate.gateway.hindrance())
        };
        let tried = match (barred, gate) {
            (Some(reason), _) => Tried::NotTaken { why: reason_text(reason) },
            (None, Some(gate)) => {
                let message = Outgoing {
                    id: self.clock.uuid(),
                    round: 0,
                    kind: place.kind,
                    now: self.clock.now(),
                    to: to.as_str(),
                    text: &sms.text,
                    encoding: sms.segments.encoding,
                    report_url: None,
                    registered: sms.registered.as_ref(),
                };
                told(gate.gateway.name(), gate.gateway.send(&message).await)
            }
            (None, None) => Tried::NotTaken { why: reason_text(LOG_ONLY) },
        };
        let event = Event::TemplateTried {
            kind: place.kind.name().to_owned(),
            channel: place.channel.name.to_owned(),
            language: place.language.tag().to_owned(),
            to: to.ending(),
            taken: matches!(tried, Tried::Taken { .. }),
        };
        let (vault, clock) = (self.vault.clone(), self.clock.clone());
        db.write(move |tx| audit::record(tx, &vault, &clock, Some(by), &event)).await?;
        Ok(tried)
    }
}

fn told(gateway: &'static str, outcome: Outcome) -> Tried {
    match outcome.why_not() {
        None => Tried::Taken { gateway },
        Some(reason) => Tried::NotTaken { why: reason_text(&reason) },
    }
}
