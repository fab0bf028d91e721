//! Sends a message to somebody of the ISP's, to see how it arrives. It is no message of a ticket: nothing is queued.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

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

/// So many in a minute from one process, at most: each costs money.
const MOST: usize = 10;
const MINUTE: i64 = 60_000;

/// When messages were tried out last.
#[derive(Debug, Clone, Default)]
pub struct Tries(Arc<Mutex<VecDeque<i64>>>);

impl Tries {
    /// One more; the milliseconds to wait where that is too many.
    fn one_more(&self, now: i64) -> Result<(), i64> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|at| now - at < MINUTE);
        if tries.len() >= MOST {
            return Err(tries.front().map_or(MINUTE, |first| first + MINUTE - now));
        }
        tries.push_back(now);
        Ok(())
    }
}

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
        let now = self.clock.now();
        let seconds = |millis: i64| u64::try_from(millis / 1_000 + 1).unwrap_or(1);
        self.tries.one_more(now).map_err(|millis| Fault::TooMany(seconds(millis)))?;
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
                    now,
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
        let digits = to.digits();
        let event = Event::TemplateTried {
            kind: place.kind.name().to_owned(),
            channel: place.channel.name.to_owned(),
            language: place.language.tag().to_owned(),
            to: digits[digits.len().saturating_sub(4)..].to_owned(),
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
