//! Sends what waits in the outbox.
//!
//! A message is marked as being sent, and that is durable, before a byte of it leaves. So a worker may die at any
//! moment, and another takes its messages over when their leases run out: each is sent at least once.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};
use vault::Vault;

use super::{
    callbacks::Callbacks,
    channels::{Channel, Outcome, Outgoing},
    courtesy::{self, Courtesy},
    delivery::{Change, Delivery},
    due_store::{self, Letter, Wanted},
    gates::{Gate, Gates, Lane},
    health::Health,
    inbox::Inbox,
    number_store, off_store,
    pace::Ready,
    segments::Encoding,
    take::{self, Claimed, Job},
    told::{self, Told},
    watch::Notes,
};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    request_id::Carried,
};

/// How long until the worker looks by itself: for retries, for what is held back, and for other processes' messages.
const POLL: Duration = Duration::from_millis(500);
/// Whoever wakes it waits so many times what the last look took, and [`LONGEST_PACE`] at most: under load the messages of
/// many requests are then taken in one transaction, while a single one still goes at once.
const PACE: u32 = 4;
/// The longest pause between two looks when woken.
const LONGEST_PACE: Duration = Duration::from_millis(20);
/// Looks in a row, after which the stop and the answers are seen to: a hundred thousand that are only put off take many.
const LOOKS: usize = 16;
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
    /// The ways out.
    pub gates: Gates,
    /// When and how much is sent.
    pub courtesy: Arc<Courtesy>,
    /// Of the days whose segments are counted.
    pub zone: TimeZone,
    /// Addresses for reports.
    pub callbacks: Callbacks,
    /// How the gateways are doing.
    pub health: Health,
    /// Wakes it: [`Outbox::waker`](super::Outbox::waker).
    pub wake: Arc<Notify>,
}

impl Worker {
    /// Works until `stop` turns true or its other end is gone. Sends on their way are then finished, for at most 6 s;
    /// what is left counts as doubtful, and is taken up when its lease runs out.
    ///
    /// Each channel has a loop of its own, so that a mail server that hangs holds up no SMS.
    pub async fn run(self, inbox: Option<Inbox>, stop: watch::Receiver<bool>) {
        if let Some(inbox) = inbox {
            self.gates.all().for_each(|(_, gateway)| gateway.start(inbox.clone()));
        }
        let mut lanes = JoinSet::new();
        let turns = Turns::default();
        for at in 0..self.gates.lanes().len() {
            lanes.spawn(self.clone().keep_lane(at, turns.clone(), stop.clone()));
        }
        // Beside them: nothing waits for it, as what was noted with other settings holds nobody up.
        let (db, gates) = (self.db.clone(), self.gates.clone());
        lanes.spawn(async move { told::forget_other_settings(&db, &gates).await });
        let worker = self.clone();
        lanes.spawn(async move {
            if let Err(fault) = worker.look_again().await {
                tracing::warn!(%fault, "what is held back waits as it was put off");
            }
        });
        // One permit wakes one waiter: pass it on to all lanes.
        let wake_all = async {
            loop {
                self.wake.notified().await;
                turns.0.notify_waiters();
            }
        };
        tokio::select! {
            () = async { while lanes.join_next().await.is_some() {} } => {}
            () = wake_all => {}
        }
        for (_, gateway) in self.gates.all() {
            gateway.stop().await;
        }
    }

    /// Has what limits hold back be looked at with the settings as they are now, and by the present clock what one that was
    /// ahead has put off.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) async fn look_again(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        let quiet = self.courtesy.is_quiet(now);
        let look = move |tx: &mut Tx<'_>| {
            number_store::days_have_room(tx)?;
            due_store::look_again(tx, quiet, now)
        };
        if self.db.write(look).await? > 0 {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Runs a lane, again where it broke off: a fault of ours must not end all messages of a channel.
    async fn keep_lane(self, lane: usize, turns: Turns, stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let mut run = JoinSet::new();
            run.spawn(self.clone().run_lane(lane, turns.clone(), stop.clone()));
            match run.join_next().await {
                Some(Err(error)) if error.is_panic() => {
                    tracing::error!(%error, "the sending of a channel broke off; it begins again");
                    tokio::time::sleep(POLL).await;
                }
                _ => return,
            }
        }
    }

    async fn run_lane(self, lane: usize, turns: Turns, mut stop: watch::Receiver<bool>) {
        let mut sends = JoinSet::new();
        let mut notes = Notes::new(self.clock.now());
        let mut ailing = false;
        while !*stop.borrow() {
            let woken = turns.0.notified();
            tokio::pin!(woken);
            // From here on a wake is not missed, however long the look takes.
            woken.as_mut().enable();
            let Some(here) = self.gates.lanes().get(lane) else { return };
            let began = Instant::now();
            let look = async {
                if lane == 0 {
                    self.keep_watch(&mut notes).await?;
                }
                self.fill(here, &mut sends).await
            };
            let looked = look.await;
            let more = matches!(looked, Ok(true));
            match looked {
                Ok(_) => ailing = false,
                // Once, not twice a second for as long as it lasts.
                Err(fault) if !ailing => {
                    tracing::error!(%fault, "the outbox cannot be read; trying again");
                    ailing = true;
                }
                Err(_) => {}
            }
            while let Some(done) = sends.try_join_next() {
                log_panic(done);
            }
            if more {
                continue;
            }
            let pace = (began.elapsed() * PACE).min(LONGEST_PACE);
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(done) = sends.join_next() => log_panic(done),
                _ = async { tokio::join!(woken, tokio::time::sleep(pace)) } => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        let finish = async {
            while let Some(done) = sends.join_next().await {
                log_panic(done);
            }
        };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!("some messages were still on their way at the stop; they will be tried once more");
        }
    }

    /// Takes what is due now on every channel, sends it and stores the answers. Gives the number of messages dealt with.
    ///
    /// # Errors
    /// The database's, when the messages could not be taken; then none was sent.
    pub async fn step(&self) -> Result<usize, Fault> {
        let (mut sends, mut taken) = (JoinSet::new(), 0);
        for (at, lane) in self.gates.lanes().iter().enumerate() {
            let claimed = self.claim(lane).await?;
            taken += claimed.taken;
            for job in claimed.jobs {
                sends.spawn(self.clone().deliver(at, job));
            }
        }
        while let Some(done) = sends.join_next().await {
            log_panic(done);
        }
        Ok(taken)
    }

    /// Takes what may go now. Gives whether there is more to be looked at.
    async fn fill(&self, lane: &Lane, sends: &mut JoinSet<()>) -> Result<bool, Fault> {
        let at = self.gates.lanes().iter().position(|one| one.channel == lane.channel).unwrap_or_default();
        for _ in 0..LOOKS {
            let claimed = self.claim(lane).await?;
            if claimed.taken == 0 {
                return Ok(false);
            }
            for job in claimed.jobs {
                sends.spawn(self.clone().deliver(at, job));
            }
        }
        Ok(true)
    }

    async fn claim(&self, lane: &Lane) -> Result<Claimed, Fault> {
        let (now, channel) = (self.clock.now(), lane.channel);
        let ready: Vec<(&'static str, Ready)> =
            lane.gates.iter().map(|gate| (gate.gateway.name(), gate.ready(now))).collect();
        let Some(wanted) = take::wanted(channel, &ready, now) else { return Ok(Claimed::default()) };
        // Most looks find nothing, and a look that only reads costs no commit.
        let behind = lane.is_behind(now);
        let look = move |tx: &mut Tx<'_>| {
            let any = due_store::any_due(tx, wanted)?;
            Ok::<_, Fault>((any, any && !behind && due_store::are_few(tx, wanted)?))
        };
        let (any, few) = self.db.read(look).await?;
        if !any {
            return Ok(Claimed::default());
        }
        if !few && !behind {
            lane.note_behind(now);
        }
        let wanted = Wanted { few, ..wanted };
        let rules = take::Rules {
            vault: self.vault.clone(),
            courtesy: Arc::clone(&self.courtesy),
            day: courtesy::day(now, &self.zone),
            next_day: courtesy::next_day(now, &self.zone),
            hindrance: self.gates.hindrance(channel),
        };
        let watched: Vec<(&'static str, String)> = lane.gates.iter().filter_map(told::watched).collect();
        let take = move |tx: &mut Tx<'_>| {
            let mut rules = rules.clone();
            for (gateway, mark) in &watched {
                rules.hindrance = rules.hindrance.or(off_store::hindrance(tx, gateway, mark)?);
            }
            take::take(tx, &rules, wanted, &ready)
        };
        let claimed = self.db.write(take).await?;
        count(&claimed.changes);
        if claimed.day_full {
            tracing::warn!("as many SMS as a day may have (sms.per_day) have been sent; the others wait for tomorrow");
        }
        for job in &claimed.jobs {
            if let Some(gate) = lane.gates.get(job.gate) {
                gate.begin();
            }
        }
        Ok(claimed)
    }

    /// Sends a message, in the name of the request that brought it about.
    async fn deliver(self, lane: usize, job: Job) {
        let request = job.letter.request.clone();
        let request_id = request.as_ref().map(tracing::field::display);
        let span = tracing::error_span!("message", notification = %job.delivery.id, request_id);
        Carried::of(request, span).follow(self.send(lane, job)).await;
    }

    async fn send(self, lane: usize, Job { mut delivery, letter, gate: at }: Job) {
        let Some((lane, gate)) = self.gates.lanes().get(lane).and_then(|lane| Some((lane, lane.gates.get(at)?))) else {
            return;
        };
        let _flying = Flying(gate);
        // A database that took long to answer has used the lease up: whoever takes it over must not find this one sending.
        if delivery.lease_until.is_some_and(|until| self.clock.now() > until - ANSWERED_WITHIN) {
            tracing::warn!("a message was taken too late to be sent; it is taken up again");
            delivery.withdraw(self.clock.now());
            return self.store(delivery, Told::nothing(gate)).await;
        }
        let (began, since, name, channel) = (Instant::now(), gate.slowed(), gate.gateway.name(), lane.channel);
        let outcome = self.hand_over(channel, gate, &delivery, &letter).await;
        let (now, took) = (self.clock.now(), began.elapsed());
        metrics::histogram!("redress_gateway_seconds", "gateway" => name).record(took);
        metrics::counter!("redress_gateway_answers_total", "gateway" => name, "answer" => outcome.name()).increment(1);
        tracing::debug!(gateway = name, answer = outcome.name(), millis = took.as_millis(), "a gateway was called");
        self.health.note(name, &outcome, now);
        let back = gate.note(&outcome, since, now, &self.clock);
        let names: Vec<&str> = lane.gates.iter().map(|gate| gate.gateway.name()).collect();
        let told = Told::of(&outcome, gate);
        metrics::counter!("redress_notification_doubles_total").increment(u64::from(delivery.doubles(&outcome)));
        delivery.settle(outcome, now, &self.clock, &names);
        self.store(delivery, told).await;
        if back {
            self.hasten(channel, now).await;
        }
    }

    async fn hand_over(&self, channel: &Channel, gate: &Gate, delivery: &Delivery, letter: &Letter) -> Outcome {
        let report_url = self.callbacks.report_url(&self.vault, channel.name, gate.gateway.name(), delivery);
        let message = Outgoing {
            id: delivery.id,
            round: delivery.round,
            kind: delivery.kind,
            now: self.clock.now(),
            to: &letter.to,
            text: &letter.text,
            encoding: Encoding::of(&letter.text),
            report_url: report_url.as_deref(),
            registered: letter.registered.as_ref(),
        };
        gate.send(channel, &message).await
    }

    /// Stores an answer. Where the database cannot take it now, it is tried until the lease runs out, as the answer
    /// is worth more than a second SMS.
    async fn store(&self, delivery: Delivery, told: Told) {
        let changes = delivery.changes.clone();
        let tries = super::delivery::LEASE / 1_000 / 2;
        for _ in 0..tries {
            let (delivery, told, now) = (delivery.clone(), told.clone(), self.clock.now());
            match self.db.write(move |tx| told::keep(tx, delivery.clone(), &told, now)).await {
                Ok(kept) => {
                    kept.tell();
                    // Else a report came first, or the lease ran out: the row says more than we know.
                    if kept.ours {
                        count(&changes);
                    }
                    return;
                }
                Err(fault) => tracing::warn!(%fault, "the gateway's answer cannot be stored; trying again"),
            }
            tokio::time::sleep(STORE_AGAIN).await;
        }
    }

    /// The gateway is back: what waits for it need not wait for its own pause, which may be a quarter of an hour.
    async fn hasten(&self, channel: &'static Channel, now: i64) {
        match self.db.write(move |tx| due_store::hasten(tx, channel, now)).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::info!(channel = channel.name, count, "messages that waited for the gateway go on");
                self.wake.notify_one();
            }
            Err(fault) => tracing::debug!(%fault, "messages that waited for the gateway wait for their own pauses"),
        }
    }
}

/// Wakes every lane.
#[derive(Clone, Default)]
struct Turns(Arc<Notify>);

/// One message on its way by a gateway.
struct Flying<'a>(&'a Gate);

impl Drop for Flying<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn count(changes: &[Change]) {
    for change in changes {
        metrics::counter!("redress_notifications_total", "state" => change.state.name()).increment(1);
    }
}

fn log_panic(done: Result<(), tokio::task::JoinError>) {
    if let Err(error) = done {
        tracing::error!(%error, "sending a message broke off; it will be tried once more");
    }
}
