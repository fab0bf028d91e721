//! Sends a message to somebody of the ISP's, to see how it arrives. It is no message of a ticket: nothing is queued.

use uuid::Uuid;

use super::set::Place;
use crate::{
    audit::{self, Event},
    db::Db,
    fault::Fault,
    notifications::{
        channels::{Channel, Contact, Content, Outcome, Outgoing},
        gates::Gate,
        number_store,
        outbox::Outbox,
        reason::{COUNTRY, LOG_ONLY, OPTED_OUT, reason_text},
        segments::Encoding,
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
    /// Hands a message to the first gateway of a place's channel, as a test, and records who did that.
    ///
    /// # Errors
    /// [`Fault::TooMany`] after ten in a minute; the database's.
    pub async fn try_out(
        &self,
        db: &Db,
        by: Uuid,
        place: Place,
        to: &Contact<'_>,
        said: &Content,
    ) -> Result<Tried, Fault> {
        self.take_trial(db, |_| Ok(())).await?;
        let tried = match self.way_to(db, place.channel, to).await? {
            Err(why) => Tried::NotTaken { why },
            Ok((address, gate)) => {
                let message = Outgoing {
                    id: self.clock.uuid(),
                    round: 0,
                    kind: place.kind,
                    now: self.clock.now(),
                    to: &address,
                    text: &said.text,
                    encoding: Encoding::of(&said.text),
                    report_url: None,
                    registered: said.registered.as_ref(),
                };
                told(gate.gateway.name(), gate.send(place.channel, &message).await)
            }
        };
        let event = Event::TemplateTried {
            kind: place.kind.name().to_owned(),
            channel: place.channel.name.to_owned(),
            language: place.language.tag().to_owned(),
            to: to.phone.map_or_else(|| domain(to.email.unwrap_or_default()), Phone::ending),
            taken: matches!(tried, Tried::Taken { .. }),
        };
        let (vault, clock) = (self.vault.clone(), self.clock.clone());
        db.write(move |tx| audit::record(tx, &vault, &clock, Some(by), &event)).await?;
        Ok(tried)
    }

    /// Where somebody is reached and by which gateway, or why not.
    async fn way_to(
        &self,
        db: &Db,
        channel: &'static Channel,
        to: &Contact<'_>,
    ) -> Result<Result<(String, &Gate), Text>, Fault> {
        let barred = |reason| Ok(Err(reason_text(reason)));
        let address = match (channel.address)(to) {
            Ok(address) => address,
            Err(reason) => return barred(reason),
        };
        if let Some(phone) = to.phone.filter(|_| channel.to_phones) {
            let token = number_store::token(&self.vault, phone);
            if db.read(move |tx| number_store::stopped(tx, token)).await?.is_some() {
                return barred(OPTED_OUT);
            }
            if !self.courtesy.reaches(phone) {
                return barred(COUNTRY);
            }
        }
        let Some(gate) = self.gates.of(channel).first() else {
            return Ok(Err(if channel == Channel::SMS {
                reason_text(LOG_ONLY)
            } else {
                Text::new("templates-test-unset").arg("channel", channel.label())
            }));
        };
        match gate.gateway.hindrance() {
            Some(reason) => barred(reason),
            None => Ok(Ok((address, gate))),
        }
    }
}

/// Of an address only that: whose it is stays out of the record.
fn domain(address: &str) -> String {
    address.rsplit_once('@').map(|(_, domain)| format!("@{domain}")).unwrap_or_default()
}

fn told(gateway: &'static str, outcome: Outcome) -> Tried {
    match outcome.why_not() {
        None => Tried::Taken { gateway },
        Some(reason) => Tried::NotTaken { why: reason_text(&reason) },
    }
}
