//! Sends what waits in the outbox.
//!
//! A message is marked as being sent, and that is durable, before a byte of it leaves. So a worker may die at any
//! moment, and another takes its messages over when their leases run out: each is sent at least once.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};
use vault::Vault;

use super::{
    callbacks::Callbacks,
    channels::{Gateway, Outgoing},
    delivery::{Change, Claim, Delivery},
    health::Health,
    reason::{LOG_ONLY, NO_SMS_NUMBER, OPTED_OUT},
    segments::Encoding,
    store::{self, Due, Letter},
};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
};

/// Messages on their way at the same time.
const IN_FLIGHT: usize = 16;
/// How long until the worker looks by itself: for retries, for what is held back, and for other processes' messages.
const POLL: Duration = Duration::from_millis(500);
/// The least time between two looks for whoever wakes it: under load the messages of many requests are then taken in
/// one transaction, while a single one still goes at once.
const PACE: Duration = Duration::from_millis(20);
/// How long the sends on their way may take when the program stops.
const GRACE: Duration = Duration::from_secs(6);
/// What a gateway may take to answer, with what it takes to note that, in milliseconds.
const ANSWERED_WITHIN: i64 = 15_000;
/// The pause before an answer that could not be stored is stored again.
const STORE_AGAIN: Duration = Duration::from_secs(1);

/// The worker. Any number of them may run, in any number of processes.
#[derive(Clone)]
pub struct Worker {
    /// Where the outbox is.
    pub db: Db,
    /// Opens recipient and text.
    pub vault: Vault,
    /// Time and randomness.
    pub clock: Clock,
    /// The way out.
    pub gateway: Arc<dyn Gateway>,
    /// Addresses for reports.
    pub callbacks: Callbacks,
    /// How the gateway is doing.
    pub health: Health,
    /// Wakes it: [`Outbox::waker`](super::Outbox::waker).
    pub wake: Arc<Notify>,
}

impl Worker {
    /// Works until `stop` turns true or its other end is gone. Sends on their way are then finished, for at most 6 s;
    /// what is left counts as doubtful, and is taken up when its lease runs out.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut sends = JoinSet::new();
        let mut noted = self.clock.now();
        let mut ailing = false;
        while !*stop.borrow() {
            let look = async {
                self.note_unsent(&mut noted).await?;
                self.fill(&mut sends).await
            };
            match look.await {
                Ok(()) => ailing = false,
                // Once, not twice a second for as long as it lasts.
                Err(fault) if !ailing => {
                    tracing::error!(%fault, "the outbox cannot be read; trying again");
                    ailing = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(done) = sends.join_next() => log_panic(done),
                _ = async { tokio::join!(self.wake.notified(), tokio::time::sleep(PACE)) } => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        let finish = async {
            while let Some(done) = sends.join_next().await {
                log_panic(done);
            }
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!("some SMS were still on their way at the stop; they will be tried once more");
        }
    }

    /// Takes what is due now, sends it and stores the answers. Gives the number of messages dealt with.
    ///
    /// # Errors
    /// The database's, when the messages could not be taken; then none was sent.
    pub async fn step(&self) -> Result<usize, Fault> {
        let claimed = self.claim(IN_FLIGHT).await?;
        let mut sends = JoinSet::new();
        for job in claimed.jobs {
            sends.spawn(self.clone().deliver(job));
        }
        while let Some(done) = sends.join_next().await {
            log_panic(done);
        }
        Ok(claimed.taken)
    }

    async fn fill(&self, sends: &mut JoinSet<()>) -> Result<(), Fault> {
        while sends.len() < IN_FLIGHT {
            let claimed = self.claim(IN_FLIGHT - sends.len()).await?;
            if claimed.taken == 0 {
                break;
            }
            for job in claimed.jobs {
                sends.spawn(self.clone().deliver(job));
            }
        }
        Ok(())
    }

    async fn claim(&self, limit: usize) -> Result<Claimed, Fault> {
        let now = self.clock.now();
        // Most looks find nothing, and a look that only reads costs no commit.
        let (any, waiting) =
            self.db.read(move |tx| Ok::<_, Fault>((store::any_due(tx, now)?, store::waiting(tx)?))).await?;
        metrics::gauge!("redress_notifications_waiting").set(f64::from(u32::try_from(waiting).unwrap_or(u32::MAX)));
        if !any {
            return Ok(Claimed::default());
        }
        let (vault, gateway) = (self.vault.clone(), Arc::clone(&self.gateway));
        let claimed = self.db.write(move |tx| take(tx, &vault, gateway.as_ref(), now, limit)).await?;
        count(&claimed.changes);
        metrics::counter!("redress_notification_doubles_total").increment(claimed.seconds);
        Ok(claimed)
    }

    async fn deliver(self, (mut delivery, letter): (Delivery, Letter)) {
        // A database that took long to answer has used the lease up: whoever takes it over must not find this one sending.
        if delivery.lease_until.is_some_and(|until| self.clock.now() > until - ANSWERED_WITHIN) {
            tracing::warn!(notification = %delivery.id, "an SMS was taken too late to be sent; it is taken up again");
            return;
        }
        let report_url = self.callbacks.report_url(&self.vault, self.gateway.name(), &delivery);
        let outcome = self
            .gateway
            .send(&Outgoing {
                id: delivery.id,
                to: &letter.to,
                text: &letter.text,
                encoding: Encoding::of(&letter.text),
                report_url: report_url.as_deref(),
            })
            .await;
        let now = self.clock.now();
        self.health.note(&outcome, now);
        delivery.settle(outcome, now, &self.clock);
        self.store(delivery).await;
    }

    /// Stores an answer. Where the database cannot take it now, it is tried until the lease runs out, as the answer
    /// is worth more than a second SMS.
    async fn store(&self, delivery: Delivery) {
        let changes = delivery.changes.clone();
        let tries = super::delivery::LEASE / 1_000 / 2;
        for _ in 0..tries {
            let delivery = delivery.clone();
            match self.db.write(move |tx| store::save(tx, &mut delivery.clone())).await {
                Ok(true) => return count(&changes),
                // A report came first, or the lease ran out: the row says more than we know.
                Ok(false) => return,
                Err(fault) => tracing::warn!(%fault, "the gateway's answer cannot be stored; trying again"),
            }
            tokio::time::sleep(STORE_AGAIN).await;
        }
    }

    /// Where nothing is sent, the log says so of each message, without a word of it: in one line for those that came
    /// since it looked last.
    async fn note_unsent(&self, noted: &mut i64) -> Result<(), Fault> {
        if self.gateway.hindrance() != Some(LOG_ONLY) {
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

#[derive(Default)]
struct Claimed {
    jobs: Vec<(Delivery, Letter)>,
    taken: usize,
    changes: Vec<Change>,
    /// Those that the phone may get twice.
    seconds: u64,
}

fn take(tx: &mut Tx<'_>, vault: &Vault, gateway: &dyn Gateway, now: i64, limit: usize) -> Result<Claimed, Fault> {
    let mut claimed = Claimed::default();
    for Due { mut delivery, letter, opted_out } in store::due(tx, vault, now, limit)? {
        let claim = match &letter {
            Err(error) => {
                tracing::error!(notification = %delivery.id, %error, "an SMS cannot be opened");
                delivery.spoil(now)
            }
            Ok(letter) if !letter.to.takes_sms() => delivery.claim(now, Some(NO_SMS_NUMBER), gateway.name()),
            Ok(_) if opted_out => delivery.claim(now, Some(OPTED_OUT), gateway.name()),
            Ok(_) => delivery.claim(now, gateway.hindrance(), gateway.name()),
        };
        let changes = delivery.changes.clone();
        if !store::save(tx, &mut delivery)? {
            continue;
        }
        claimed.taken += 1;
        claimed.changes.extend(changes);
        if let (Claim::Send { second }, Ok(letter)) = (claim, letter) {
            claimed.seconds += u64::from(second);
            claimed.jobs.push((delivery, letter));
        }
    }
    Ok(claimed)
}

fn count(changes: &[Change]) {
    for change in changes {
        metrics::counter!("redress_notifications_total", "state" => change.state.name()).increment(1);
    }
}

fn log_panic(done: Result<(), tokio::task::JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "sending an SMS broke off; it will be tried once more");
    }
}
