//! Takes what is due: which messages go out now, by which gateway, and which wait or are given up.

use std::sync::Arc;

use vault::Vault;

use super::{
    channels::Channel,
    courtesy::Courtesy,
    delivery::{Change, Delivery},
    due_store::{self, Due, Letter, Wanted},
    number_store::{self, Allowance},
    pace::Ready,
    reason::{COUNTRY, ENOUGH, NO_SMS_NUMBER, OPTED_OUT, QUIET, SPENT},
    store,
    way::Way,
};
use crate::{db::Tx, fault::Fault, phone::Phone};

/// A message to be sent now.
#[derive(Debug)]
pub struct Job {
    pub delivery: Delivery,
    pub letter: Letter,
    /// The place of its gateway.
    pub gate: usize,
}

/// What a look has come to.
#[derive(Debug, Default)]
pub struct Claimed {
    pub jobs: Vec<Job>,
    /// Messages that have changed.
    pub taken: usize,
    pub changes: Vec<Change>,
    /// Whether this look was the first to find the day full.
    pub day_full: bool,
}

/// What holds for all messages of a look.
#[derive(Debug, Clone)]
pub struct Rules {
    pub vault: Vault,
    pub courtesy: Arc<Courtesy>,
    /// The ISP's day.
    pub day: String,
    /// When the next one begins, in milliseconds.
    pub next_day: i64,
    /// Why nothing goes out at all.
    pub hindrance: Option<&'static str>,
}

/// Takes what is due, in a transaction of its own.
///
/// # Errors
/// Only the database's.
pub fn take(tx: &mut Tx<'_>, rules: &Rules, wanted: Wanted, ready: &[(&str, Ready)]) -> Result<Claimed, Fault> {
    let mut look = Look { rules, wanted, ready: ready.to_vec(), claimed: Claimed::default() };
    for due in due_store::due(tx, &rules.vault, wanted)? {
        look.at(tx, due)?;
    }
    Ok(look.claimed)
}

struct Look<'a> {
    rules: &'a Rules,
    wanted: Wanted,
    /// What each gateway still takes.
    ready: Vec<(&'a str, Ready)>,
    claimed: Claimed,
}

impl Look<'_> {
    fn at(&mut self, tx: &mut Tx<'_>, due: Due) -> Result<(), Fault> {
        let (now, mut delivery) = (self.wanted.now, due.delivery);
        let letter = match due.letter {
            Ok(letter) => letter,
            Err(error) => {
                tracing::error!(notification = %delivery.id, %error, "a message cannot be opened");
                delivery.spoil(now);
                return self.save(tx, delivery, None);
            }
        };
        let hindrance = self.hindrance(&letter, &delivery, due.opted_out);
        if !delivery.look(now, hindrance) {
            return self.save(tx, delivery, None);
        }
        if let Some((until, reason)) = self.patience(tx, &delivery, due.token)? {
            delivery.wait(until, Some(reason), now);
            return self.save(tx, delivery, None);
        }
        match delivery.way(&self.ready) {
            // Behind it others may wait for a gateway that has room: it lets them by.
            Way::Soon if self.ready.iter().any(|(_, ready)| matches!(ready, Ready::Probe | Ready::Open(1..))) => {
                delivery.wait(now + delivery.aside(now), None, now);
                self.save(tx, delivery, None)
            }
            Way::Soon => Ok(()),
            Way::Wait(until) => {
                delivery.wait(until, None, now);
                self.save(tx, delivery, None)
            }
            Way::Nowhere => {
                delivery.strand(now);
                self.save(tx, delivery, None)
            }
            Way::By(gate) if self.spend(tx, &mut delivery, (due.token, due.segments))? => {
                self.send(tx, delivery, letter, gate)
            }
            Way::By(_) => {
                self.claimed.day_full |= number_store::day_is_full(tx, &self.rules.day, now)?;
                delivery.wait(self.rules.next_day, Some(SPENT), now);
                self.save(tx, delivery, None)
            }
        }
    }

    fn send(&mut self, tx: &mut Tx<'_>, mut delivery: Delivery, letter: Letter, gate: usize) -> Result<(), Fault> {
        let Some((name, ready)) = self.ready.get_mut(gate) else { return Ok(()) };
        *ready = match *ready {
            Ready::Open(most) => Ready::Open(most.saturating_sub(1)),
            Ready::Probe => Ready::Open(0),
            resting @ Ready::Resting(_) => resting,
        };
        delivery.begin(self.wanted.now, name);
        self.save(tx, delivery, Some((letter, gate)))
    }

    fn save(&mut self, tx: &mut Tx<'_>, mut delivery: Delivery, job: Option<(Letter, usize)>) -> Result<(), Fault> {
        let changes = delivery.changes.clone();
        if !store::save(tx, &mut delivery)? {
            return Ok(());
        }
        self.claimed.taken += 1;
        self.claimed.changes.extend(changes);
        self.claimed.jobs.extend(job.map(|(letter, gate)| Job { delivery, letter, gate }));
        Ok(())
    }

    fn hindrance(&self, letter: &Letter, delivery: &Delivery, opted_out: bool) -> Option<&'static str> {
        let channel = self.wanted.channel;
        if !channel.to_phones {
            return self.rules.hindrance;
        }
        match Phone::from_e164(&letter.to) {
            Ok(phone) if channel == Channel::SMS && !phone.takes_sms() => return Some(NO_SMS_NUMBER),
            Ok(phone) if !self.rules.courtesy.reaches(&phone) => return Some(COUNTRY),
            Ok(_) => {}
            Err(_) => return Some(NO_SMS_NUMBER),
        }
        let stopped = opted_out && !self.rules.courtesy.is_required(delivery.kind);
        if stopped { Some(OPTED_OUT) } else { self.rules.hindrance }
    }

    /// Until when a message waits for its owner's sake, and why.
    fn patience(&self, tx: &mut Tx<'_>, delivery: &Delivery, token: i64) -> Result<Option<(i64, &'static str)>, Fault> {
        let (courtesy, now) = (&self.rules.courtesy, self.wanted.now);
        if !self.wanted.channel.to_phones {
            return Ok(None);
        }
        if let Some(until) = courtesy.quiet_until(delivery.kind, now) {
            return Ok(Some((until, QUIET)));
        }
        // What was counted has its place.
        let Some(most) = courtesy.per_number.filter(|_| !is_counted(delivery)) else { return Ok(None) };
        let next = number_store::next_message(tx, token, Allowance::most_a_day(most))?;
        Ok((next > now).then_some((next, ENOUGH)))
    }

    /// Takes what a message uses up of what may be sent; `false` when the day has nothing left.
    fn spend(&self, tx: &mut Tx<'_>, delivery: &mut Delivery, (token, segments): (i64, i64)) -> Result<bool, Fault> {
        let courtesy = &self.rules.courtesy;
        if !self.wanted.channel.to_phones || is_counted(delivery) {
            return Ok(true);
        }
        if let Some(most) = courtesy.per_day
            && !number_store::spend(tx, &self.rules.day, segments, most)?
        {
            return Ok(false);
        }
        if let Some(most) = courtesy.per_number {
            number_store::take_message(tx, token, self.wanted.now, Allowance::most_a_day(most))?;
        }
        delivery.counted_in = delivery.round;
        Ok(true)
    }
}

/// Whether a message was counted against what may be sent: a further try is not counted again.
const fn is_counted(delivery: &Delivery) -> bool {
    delivery.counted_in == delivery.round
}

/// What a worker looks for on a channel now, if anything.
pub fn wanted(channel: &'static Channel, ready: &[(&str, Ready)], now: i64) -> Option<Wanted> {
    let open: usize = ready.iter().map(|(_, ready)| if let Ready::Open(most) = ready { *most } else { 0 }).sum();
    let probes = ready.iter().filter(|(_, ready)| *ready == Ready::Probe).count();
    let resting = ready.iter().any(|(_, ready)| matches!(ready, Ready::Resting(_)));
    let (most, doubtful) = match (open + probes, resting) {
        (0, true) => (1, true),
        (0, false) => return None,
        (most, _) => (most.min(MOST), false),
    };
    Some(Wanted { channel, now, most, doubtful, few: false })
}

/// Messages taken in one transaction, at most.
const MOST: usize = 64;
