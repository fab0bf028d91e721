//! What runs beside requests: the sender of messages, what follows their templates, what keeps open pages true, the hourly
//! sweep, backups.

use std::time::{Duration, Instant};

use tokio::{sync::watch, task::JoinSet};
use vault::Vault;

use crate::{
    app::App,
    backup,
    clock::Clock,
    db::{self, Db, DbError, TokenIndex, Tx},
    drafts, keys,
    notifications::{self, Gates, Outcome},
    privacy,
    schedule::{self, Due},
    staff::{self, Carrying, Fate, Mail, Post},
    web::idempotency,
};

const SWEEP: Duration = Duration::from_hours(1);
/// Before whether it is due is asked again, where that could not be told.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// Before a node says again that it is there, where a write was not kept: as it is not ready then, there may be no other that
/// shows that they are kept again.
const SAY_AGAIN: Duration = Duration::from_secs(5);
/// Before other nodes are told how the gateway does now.
const SETTLED: Duration = Duration::from_millis(500);
/// Between the steps of merging the search index: most of the time the writer is free.
const MERGE_PAUSE: Duration = Duration::from_millis(200);

/// The background work of a node.
#[derive(Debug)]
pub struct Work(JoinSet<()>);

impl Work {
    /// Waits for all of it to end, after the stop was rung.
    pub async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

/// A command that writes for long beside servers: it takes up new keys, and says that it is there, so that no key is taken away
/// that it still seals with.
#[derive(Debug)]
pub struct Presence {
    stop: watch::Sender<bool>,
    work: Work,
}

impl Presence {
    /// Says so, and goes on until it ends.
    ///
    /// # Errors
    /// One sentence that says what failed and what to do.
    pub async fn begin(app: &App) -> anyhow::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let vault = &app.tickets.desk.vault;
        let (node, now, has) = (app.node.id, app.clock.now(), keys_of(vault));
        app.db.write::<_, DbError, _>(move |tx| db::announce(tx, node, has, now)).await?;
        // What was forgotten before it was said.
        app.config.keys.reload(vault)?;
        let (changed, keys) = watch::channel(());
        let mut work = JoinSet::new();
        work.spawn(keys::follow(app.config.keys.clone(), vault.clone(), changed, stopped.clone()));
        work.spawn(announce(app.clone(), keys, stopped));
        Ok(Self { stop, work: Work(work) })
    }

    /// Says that it is done.
    pub async fn end(self) {
        self.stop.send_replace(true);
        self.work.finish().await;
    }
}

/// The newest key that a node has, and the one that it seals with.
fn keys_of(vault: &Vault) -> (u32, u32) {
    (vault.newest_key().get(), vault.active_key().get())
}

/// Starts this node's background work, which ends when `stopped` turns true. `base` is this server's own address.
pub fn start(app: &App, base: &str, stopped: watch::Receiver<bool>) -> Work {
    if app.config.public_url.is_none() {
        app.staff.reached_at(base);
    }
    let mut work = JoinSet::new();
    if app.config.worker {
        let worker = app.worker(base);
        let stop = stopped.clone();
        let inbox = app.inbox();
        work.spawn(async move { worker.run(Some(inbox), stop).await });
    }
    // Links of a server without a public address lead to the one that it listens on.
    app.staff.mails.reached_at(base);
    if app.config.worker && app.staff.mails.on() {
        let post = Mailman { gates: app.config.notifications.gates.clone(), clock: app.clock.clone() };
        work.spawn(staff::send_mails(app.staff.clone(), post, stopped.clone()));
    }
    work.spawn(app.live.clone().run(stopped.clone()));
    work.spawn(app.tickets.desk.outbox.templates().clone().follow(app.db.clone(), stopped.clone()));
    let (changed, keys) = watch::channel(());
    work.spawn(keys::follow(app.config.keys.clone(), app.tickets.desk.vault.clone(), changed, stopped.clone()));
    work.spawn(announce(app.clone(), keys, stopped.clone()));
    if app.config.retention.is_set() {
        work.spawn(retain(app.clone(), stopped.clone()));
    }
    if let Some(backups) = app.config.backups.clone() {
        let name = app.config.database_url.to_string();
        work.spawn(backup::keep(backups, app.db.clone(), name, app.clock.clone(), stopped.clone()));
    }
    work.spawn(sweep(app.clone(), stopped));
    Work(work)
}

/// Carries mails to the staff by the channel that mails to clients go by.
struct Mailman {
    gates: Gates,
    clock: Clock,
}

impl Post for Mailman {
    fn carry<'a>(&'a self, mail: &'a Mail) -> Carrying<'a> {
        Box::pin(async move {
            let outcome =
                notifications::send_letter(&self.gates, mail.id, self.clock.now(), (&mail.to, &mail.text)).await;
            match outcome {
                Outcome::Accepted { .. } => Fate::Taken,
                Outcome::Refused { reason } | Outcome::OptedOut { reason } | Outcome::NotSent { reason } => {
                    Fate::Refused(reason)
                }
                other => Fate::Later(other.why_not().unwrap_or_default()),
            }
        })
    }
}

/// Says again and again that this node serves, so that an upgrade takes nothing away from under it, and how the gateway
/// does as seen from here; and which keys it has, as soon as there are others.
async fn announce(app: App, mut keys: watch::Receiver<()>, mut stopped: watch::Receiver<bool>) {
    let (db, node, mut turns) = (&app.db, app.node.id, app.health.turns());
    let vault = &app.tickets.desk.vault;
    let every = Duration::from_millis(u64::try_from(db::NODE_EVERY).unwrap_or_default());
    loop {
        turns.mark_unchanged();
        keys.mark_unchanged();
        let has = keys_of(vault);
        let (now, health) = (app.clock.now(), app.health.now());
        let told = db.write(move |tx| {
            db::announce(tx, node, has, now)?;
            notifications::tell_health(tx, node, &health, now)
        });
        if let Err(error) = told.await {
            tracing::debug!(%error, "this node could not say that it is there; it says so again soon");
        }
        tokio::select! {
            () = rest(db, every) => {}
            // A gateway that comes and goes is not told of each time.
            _ = async { tokio::join!(turns.changed(), tokio::time::sleep(SETTLED)) } => {}
            Ok(()) = keys.changed() => {}
            _ = stopped.wait_for(|stop| *stop) => break,
        }
    }
    // Otherwise it is forgotten a minute later.
    let left = db.write(move |tx| {
        db::leave(tx, node)?;
        notifications::forget_health(tx, node)
    });
    let _ = left.await;
}

/// Waits for so long, and no longer than [`SAY_AGAIN`] once a write was not kept.
async fn rest(db: &Db, long: Duration) {
    let end = Instant::now() + long;
    while Instant::now() < end {
        tokio::time::sleep(SAY_AGAIN).await;
        if db.refused().is_some() {
            return;
        }
    }
}

/// Sweeps whenever that is due and no other node has done it. By a clock that has gone on by years, all would be forgotten
/// that is good still: links, drafts, answers to calls that come again.
async fn sweep(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        compare_clocks(&app).await;
        let (now, every) = (app.clock.now(), i64::try_from(SWEEP.as_millis()).unwrap_or(i64::MAX));
        let due = app.db.write(move |tx| schedule::take_with_care(tx, "sweep", now, every)).await;
        // However far ahead the clock is: it deletes nothing.
        let tidies = matches!(due, Ok(Ok(Due::Now) | Err(_)));
        let pause = match due {
            Ok(Ok(Due::Now)) => {
                forget(&app).await;
                SWEEP
            }
            Ok(Ok(Due::In(millis))) => Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(SWEEP),
            Ok(Err(late)) => {
                let hours = late / 3_600_000;
                tracing::warn!(
                    hours,
                    "by this clock nothing was swept for so long, so that what has lapsed is kept for a day: set the \
                     clock right if it is wrong"
                );
                SWEEP
            }
            Err(error) => {
                tracing::warn!(%error, "whether the hourly sweep is due cannot be told; it is asked again");
                ASK_AGAIN
            }
        };
        let work = async {
            if tidies {
                tidy(&app.db).await;
            }
            tokio::time::sleep(pause).await;
        };
        tokio::select! {
            () = work => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// Lets go of what is past its age, whenever that is due and no other node has done it. A purge that takes longer than an hour
/// may meet another node's: what one has erased, the other passes over. A clock that has gone on by years must not erase all that
/// there is.
async fn retain(app: App, mut stopped: watch::Receiver<bool>) {
    let privacy = app.privacy();
    loop {
        let (now, every) = (app.clock.now(), i64::try_from(SWEEP.as_millis()).unwrap_or(i64::MAX));
        let due = app.db.write(move |tx| schedule::take_with_care(tx, "retention", now, every)).await;
        let pause = match due {
            Ok(Ok(Due::Now)) => {
                let purged = tokio::select! {
                    purged = privacy::purge(&privacy) => purged,
                    _ = stopped.wait_for(|stop| *stop) => return,
                };
                match purged {
                    Ok(done) => {
                        for (rule, count) in done.into_iter().filter(|(_, count)| *count > 0) {
                            tracing::info!(rule = rule.setting(), count, "erased what was past its age");
                        }
                    }
                    Err(fault) => {
                        tracing::warn!(%fault, "what is past its age could not all be erased; the next hour goes on");
                    }
                }
                SWEEP
            }
            Ok(Ok(Due::In(millis))) => Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(SWEEP),
            Ok(Err(late)) => {
                let hours = late / 3_600_000;
                tracing::error!(
                    hours,
                    "by this clock nobody has looked for what is past its age for so long, so that nothing is erased \
                     for a day: set the clock right if it is wrong"
                );
                SWEEP
            }
            Err(error) => {
                tracing::warn!(%error, "whether a purge is due cannot be told; it is asked again");
                ASK_AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// Leases, limits and what is new on a page go by this machine's clock, and by those of other nodes.
async fn compare_clocks(app: &App) {
    let read = |tx: &mut Tx<'_>| {
        let dialect = tx.dialect();
        let row = dialect.clock().map(|sql| tx.query_one(sql, &[])).transpose()?.flatten();
        Ok::<_, DbError>((row.map(|row| row.int(0)).transpose()?, dialect.clock_slack()))
    };
    let before = app.clock.now();
    let Ok((Some(theirs), slack)) = app.db.read(read).await else { return };
    let after = app.clock.now();
    // Between asking and hearing it may have been any time.
    let apart = (before - theirs).max(theirs - after);
    if apart > slack {
        tracing::warn!(
            "this machine's clock and the database's are {} s apart: set them by NTP, as messages may else be sent twice \
             and pages miss what is new",
            apart / 1_000
        );
    }
}

/// Forgets what has lapsed: sessions, tokens of log-ins, failed log-ins, answers kept for idempotency, drafts, replies
/// counted. Gives up waiting for reports on SMS.
async fn forget(app: &App) {
    let now = app.clock.now();
    let settings = app.staff.settings;
    let swept = app.db.write(move |tx| {
        idempotency::sweep(tx, now)?;
        drafts::sweep(tx, now)?;
        staff::sweep(tx, &settings, now)?;
        notifications::sweep(tx, now)?;
        Ok::<_, DbError>(())
    });
    if let Err(error) = swept.await {
        tracing::warn!(%error, "the hourly sweep failed; the next one makes up for it");
    }
    if let Err(fault) = staff::remind_of_tokens(&app.staff).await {
        tracing::warn!(%fault, "those whose tokens end soon were not told; the next sweep does");
    }
    let gates = &app.config.notifications.gates;
    if let Err(fault) = notifications::strand(&app.db, gates, app.clock.now()).await {
        tracing::warn!(%fault, "messages of channels that are not set any more could not be given up; the next sweep does");
    }
    if let Err(fault) = notifications::lapse(&app.db, gates, app.clock.now()).await {
        tracing::warn!(%fault, "SMS without a report could not be noted; the next sweep makes up for it");
    }
}

/// Keeps the search indexes in few pieces.
async fn tidy(db: &Db) {
    if let Err(error) = merge(db).await {
        tracing::warn!(%error, "a search index could not be merged; the next sweep goes on with it");
    }
}

async fn merge(db: &Db) -> Result<(), DbError> {
    for index in TokenIndex::ALL {
        db::merge_index(db, index, MERGE_PAUSE).await?;
    }
    Ok(())
}
