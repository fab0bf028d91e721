//! Writing with group commit: one thread takes all the writes that wait, runs them in one transaction and commits
//! them together, so that they share one fsync.
//!
//! A write that fails must leave no trace of its own and not harm its neighbours. A savepoint around each would see
//! to that, at a price: FTS5 writes its index out at every release, and SQLite journals pages for a return that
//! hardly ever comes. So the group runs without them first; when one fails after it has written, all is rolled back
//! and done once more with savepoints.
//!
//! The thread also notices what other processes commit to the same file. Nothing else in this process writes (but the
//! migrations, before anybody listens), so that a change by another connection than its own is one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::runtime::{self, Runtime};
use tokio::sync::{mpsc, oneshot};

use super::job::{self, Job};
use super::notices::Notices;
use super::refusal::Refusal;
use super::sqlite::{self, Source};
use super::{DbError, Notice, Tx};
use crate::sparing::Sparing;

/// Writes per commit at most: bounds what a failed commit takes down, and how long the first of
/// them waits for the last.
const GROUP: usize = 64;

/// On a disk that takes no writes each of them would say so.
static FAILURES: Sparing = Sparing::new(20, 3);

/// What the writer did since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteStats {
    /// Writes made durable. What other processes have written counts as one whenever that is noticed, so that whoever
    /// keeps something while this stands still keeps it rightly.
    pub writes: u64,
    /// Those of this process alone.
    pub own: u64,
    /// Commits they took.
    pub commits: u64,
}

enum Message {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<Result<(), DbError>>),
}

/// The way to the writer thread. The thread ends when all of these are gone.
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    stats: Arc<Mutex<WriteStats>>,
    refusal: Refusal,
}

impl Writer {
    pub(super) fn start(
        source: Source,
        connection: Connection,
        queue: usize,
        notices: Notices,
    ) -> Result<Self, DbError> {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let (stats, refusal) = (Arc::new(Mutex::default()), Refusal::default());
        let others = Others { seen: sqlite::data_version(&connection).ok(), stats: Arc::clone(&stats), notices };
        let worker = Worker {
            source,
            connection: Some(connection),
            stats: Arc::clone(&stats),
            refusal: refusal.clone(),
            others,
        };
        let unavailable = |error: std::io::Error| DbError::Unavailable(error.to_string());
        // It waits with a limit, which channels alone do not offer to threads.
        let runtime = runtime::Builder::new_current_thread().enable_time().build().map_err(unavailable)?;
        thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn(move || worker.serve(&runtime, receiver))
            .map_err(unavailable)?;
        Ok(Self { queue: sender, stats, refusal })
    }

    /// See [`super::Db::write`].
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (job, answer) = job::write(work);
        self.queue.send(Message::Write(job)).await.map_err(|_| DbError::closed())?;
        answer.wait().await
    }

    pub(super) fn stats(&self) -> WriteStats {
        *self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) const fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.queue.capacity()
    }

    /// Finishes what is in line, writes the WAL back into the database and closes the file.
    pub(super) async fn close(&self) -> Result<(), DbError> {
        let (reply, answer) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or_else(|_| Err(DbError::closed()))
    }
}

struct Worker {
    source: Source,
    /// `None` after a failure, until the next group needs one.
    connection: Option<Connection>,
    stats: Arc<Mutex<WriteStats>>,
    refusal: Refusal,
    others: Others,
}

/// Notices what other processes commit.
struct Others {
    /// The version of the data as the present connection saw it last; `None` when it has not looked yet.
    seen: Option<i64>,
    stats: Arc<Mutex<WriteStats>>,
    notices: Notices,
}

impl Others {
    /// Tells listeners when somebody else has committed since the last look.
    fn look(&mut self, conn: &Connection) {
        // Whoever cannot look now will see it next time.
        let Ok(version) = sqlite::data_version(conn) else { return };
        if self.seen.replace(version) != Some(version) {
            self.stats.lock().unwrap_or_else(PoisonError::into_inner).writes += 1;
            self.notices.send_elsewhere();
        }
    }
}

impl Worker {
    fn serve(mut self, runtime: &Runtime, mut queue: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(GROUP);
        let mut closing = Vec::new();
        while self.wait(runtime, &mut queue, &mut messages) > 0 {
            let mut group = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Write(job) if job.abandoned() => drop(job),
                    Message::Write(job) => group.push(job),
                    Message::Close(reply) => {
                        queue.close();
                        closing.push(reply);
                    }
                }
            }
            // Jobs catch their own panics; this is for values that panic when dropped.
            if catch_unwind(AssertUnwindSafe(|| self.commit_and_answer(group))).is_err() {
                self.connection = None;
            }
        }
        let closed = self.close();
        for reply in closing {
            drop(reply.send(closed.clone()));
        }
    }

    /// Waits for messages, looks at other processes meanwhile, and gives how many have come: 0 when none will.
    fn wait(&mut self, runtime: &Runtime, queue: &mut mpsc::Receiver<Message>, messages: &mut Vec<Message>) -> usize {
        loop {
            let come = runtime.block_on(async {
                tokio::select! {
                    biased;
                    come = queue.recv_many(messages, GROUP) => Some(come),
                    () = self.others.notices.time_to_look() => None,
                }
            });
            if let Some(come) = come {
                return come;
            }
            if let Some(conn) = &self.connection {
                self.others.look(conn);
            }
        }
    }

    fn commit_and_answer(&mut self, mut group: Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let outcome = self.commit(&mut group);
        match &outcome {
            Ok(()) => {}
            Err(DbError::Busy) if self.connection.as_ref().is_some_and(Connection::is_autocommit) => {}
            // After a failed commit or fsync only a fresh connection knows what is on the disk.
            Err(error) => {
                if let Some(left_out) = FAILURES.may() {
                    tracing::error!(writes = group.len(), %error, left_out, "a commit failed; nothing of it was kept");
                }
                self.refusal.note(error);
                self.connection = None;
            }
        }
        for job in group {
            job.answer(outcome.clone());
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Result<(), DbError> {
        let conn = if let Some(conn) = self.connection.take() {
            conn
        } else {
            self.others.seen = None;
            self.source.connect()?
        };
        let conn = self.connection.insert(conn);
        sqlite::run(conn, "BEGIN IMMEDIATE")?;
        // Within the transaction that is open already it costs next to nothing.
        self.others.look(conn);
        let kept = if let Some(kept) = run_together(conn, group, &self.refusal)? {
            kept
        } else {
            sqlite::run(conn, "ROLLBACK")?;
            if group.len() == 1 {
                return Ok(());
            }
            sqlite::run(conn, "BEGIN IMMEDIATE")?;
            run_apart(conn, group, &self.refusal)?
        };
        sqlite::run(conn, "COMMIT").map_err(|error| match error {
            DbError::Other(reason) => DbError::Unavailable(reason),
            other => other,
        })?;
        {
            let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
            stats.writes += kept.writes;
            stats.own += kept.writes;
            stats.commits += 1;
        }
        if kept.changed {
            self.refusal.forget();
        }
        // After the figures, by which counts are kept: whoever hears of it counts again.
        self.others.notices.send(kept.notices);
        Ok(())
    }

    fn close(&mut self) -> Result<(), DbError> {
        let Some(conn) = self.connection.take() else {
            return Ok(());
        };
        // Never TRUNCATE or RESTART: they hold the write lock while they wait for readers, and a
        // process waiting in BEGIN IMMEDIATE counts as one. The last to close removes the WAL.
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(sqlite::error)?;
        conn.close().map_err(|(_, error)| sqlite::error(error))
    }
}

/// What of a group was kept.
#[derive(Default)]
struct Kept {
    writes: u64,
    /// Whether there was anything to keep.
    changed: bool,
    notices: Vec<Notice>,
}

impl Kept {
    fn add(&mut self, changed: bool, mut notices: Vec<Notice>) {
        self.writes += 1;
        self.changed |= changed;
        self.notices.append(&mut notices);
    }
}

/// Runs all of them in one transaction and collects what is to be kept; `None` when one has to be undone.
fn run_together(conn: &Connection, group: &mut [Box<dyn Job>], refusal: &Refusal) -> Result<Option<Kept>, DbError> {
    let mut kept = Kept::default();
    for job in group {
        match run(conn, job.as_mut(), refusal)? {
            Outcome { keep: true, changed, notices, .. } => kept.add(changed, notices),
            Outcome { wrote: true, .. } => return Ok(None),
            Outcome { .. } => {}
        }
    }
    Ok(Some(kept))
}

/// Runs each of them in a savepoint of its own and collects those that were kept.
fn run_apart(conn: &Connection, group: &mut [Box<dyn Job>], refusal: &Refusal) -> Result<Kept, DbError> {
    let mut kept = Kept::default();
    for job in group {
        sqlite::run(conn, "SAVEPOINT job")?;
        let Outcome { keep, changed, notices, .. } = run(conn, job.as_mut(), refusal)?;
        if keep {
            kept.add(changed, notices);
        } else {
            sqlite::run(conn, "ROLLBACK TO job")?;
        }
        sqlite::run(conn, "RELEASE job")?;
    }
    Ok(kept)
}

/// What became of one write.
struct Outcome {
    keep: bool,
    wrote: bool,
    changed: bool,
    notices: Vec<Notice>,
}

/// Fails only when the whole group is lost.
fn run(conn: &Connection, job: &mut dyn Job, refusal: &Refusal) -> Result<Outcome, DbError> {
    let mut tx = Tx::sqlite(conn);
    let keep = job.run(&mut tx);
    if let Some(error) = &tx.failed {
        refusal.note(error);
    }
    if conn.is_autocommit() {
        // Disk full or an I/O error: SQLite rolled everything back by itself.
        let reason = tx.failed.map_or_else(|| "lost".to_owned(), |error| error.to_string());
        return Err(DbError::Unavailable(format!("the transaction was rolled back: {reason}")));
    }
    Ok(Outcome { keep, wrote: tx.wrote, changed: tx.changed, notices: tx.notices })
}
