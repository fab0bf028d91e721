//! What the worker says of the queue beside sending it: how much waits, and what is not sent since no gateway is set.

use std::time::{Duration, Instant};

use metrics::gauge;

use super::{channels::Channel, due_store, reason::LOG_ONLY, store, worker::Worker};
use crate::fault::Fault;

/// What waits is counted so often at most, in milliseconds: among a hundred thousand that takes a while.
const COUNT_EVERY: i64 = 2_000;
/// A clock that goes back by more was set, in milliseconds.
const SET_BACK: i64 = 1_000;
/// So long afterwards requests and sends that were begun before may still store what they meant to.
const AFTERWARDS: Duration = Duration::from_secs(30);

/// What is kept in mind of the queue between two looks at it. Times are in milliseconds.
pub(super) struct Notes {
    /// When it was looked at.
    looked: i64,
    /// When what waits was counted.
    counted: i64,
    /// When the last one was made of those that the log has as not sent.
    noted: i64,
    /// When what a clock has put off that was ahead is looked at once more.
    again: Option<Instant>,
}

impl Notes {
    pub(super) const fn new(now: i64) -> Self {
        Self { looked: now, counted: i64::MIN, noted: now, again: None }
    }
}

fn number(of: i64) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

impl Worker {
    /// Says how the queue does. Where the clock was set back, it sees to what waits for a time too far ahead.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn keep_watch(&self, notes: &mut Notes) -> Result<(), Fault> {
        let now = self.clock.now();
        let back = notes.looked - now;
        if back > SET_BACK {
            self.look_again().await?;
            let seconds = back / 1_000;
            tracing::warn!(seconds, "the clock was set back; what waited for a time ahead is looked at now");
            *notes = Notes { again: Some(Instant::now() + AFTERWARDS), ..Notes::new(now) };
        }
        if notes.again.is_some_and(|again| again <= Instant::now()) {
            self.look_again().await?;
            notes.again = None;
        }
        notes.looked = now;
        self.count_waiting(notes, now).await?;
        self.note_unsent(notes, now).await
    }

    /// Says how much waits, and for how long.
    async fn count_waiting(&self, notes: &mut Notes, now: i64) -> Result<(), Fault> {
        if now.saturating_sub(notes.counted) < COUNT_EVERY {
            return Ok(());
        }
        notes.counted = now;
        let backlogs = self.db.read(due_store::backlogs).await?;
        let age = |since: Option<i64>| since.map_or(0, |since| (now - since).max(0) / 1_000);
        for one in &backlogs {
            gauge!("redress_channel_waiting", "channel" => one.channel).set(number(one.waiting));
            gauge!("redress_channel_held", "channel" => one.channel).set(number(one.held));
            gauge!("redress_channel_oldest_seconds", "channel" => one.channel).set(number(age(one.since)));
        }
        let sum = |of: fn(&due_store::Backlog) -> i64| number(backlogs.iter().map(of).sum());
        gauge!("redress_notifications_waiting").set(sum(|one| one.waiting));
        gauge!("redress_notifications_held").set(sum(|one| one.held));
        let oldest = backlogs.iter().filter_map(|one| one.since).min();
        gauge!("redress_notifications_oldest_seconds").set(number(age(oldest)));
        Ok(())
    }

    /// Where nothing is sent, the log says so of each message, without a word of it: in one line for those that came
    /// since it looked last.
    async fn note_unsent(&self, notes: &mut Notes, now: i64) -> Result<(), Fault> {
        if self.gates.hindrance(Channel::SMS) != Some(LOG_ONLY) {
            return Ok(());
        }
        let since = notes.noted;
        let unsent = self.db.read(move |tx| store::suppressed_between(tx, LOG_ONLY, since, now)).await?;
        if let Some((_, at)) = unsent.last() {
            notes.noted = *at;
            let ids = unsent.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(" ");
            tracing::info!(notifications = ids, "SMS not sent: no gateway is set, messages are only noted here");
        }
        Ok(())
    }
}
