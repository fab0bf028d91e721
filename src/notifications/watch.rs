//! What the worker says of the queue beside sending it: how much waits, and what is not sent since no gateway is set.

use std::sync::atomic::{AtomicI64, Ordering};

use metrics::gauge;

use super::{channels::Channel, due_store, reason::LOG_ONLY, store, worker::Worker};
use crate::fault::Fault;

/// What waits is counted so often at most, in milliseconds: among a hundred thousand that takes a while.
const COUNT_EVERY: i64 = 2_000;

fn number(of: i64) -> f64 {
    f64::from(u32::try_from(of).unwrap_or(u32::MAX))
}

impl Worker {
    /// Says how much waits, and for how long.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn count_waiting(&self, counted: &AtomicI64) -> Result<(), Fault> {
        let now = self.clock.now();
        if now.saturating_sub(counted.load(Ordering::Relaxed)) < COUNT_EVERY {
            return Ok(());
        }
        counted.store(now, Ordering::Relaxed);
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
    pub(super) async fn note_unsent(&self, noted: &mut i64) -> Result<(), Fault> {
        if self.gates.hindrance(Channel::SMS) != Some(LOG_ONLY) {
            return Ok(());
        }
        let since = *noted;
        let unsent = self.db.read(move |tx| store::suppressed_since(tx, LOG_ONLY, since)).await?;
        if let Some((_, at)) = unsent.last() {
            *noted = *at;
            let ids = unsent.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(" ");
            tracing::info!(notifications = ids, "SMS not sent: no gateway is set, messages are only noted here");
        }
        Ok(())
    }
}
