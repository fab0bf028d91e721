//! PostgreSQL: threads with a connection each; what conflicts is done again; notices go to other nodes.

mod address;
mod checkup;
mod migrations;
mod pool;
mod relay;
mod session;
mod source;
mod values;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

pub use self::address::Address;
pub(in crate::db) use self::checkup::{look, look_at_replica};
pub(in crate::db) use self::session::Session;

use self::pool::Pool;
use self::relay::Relay;
use self::session::Mode;
use self::source::Source;
use super::job::{self, Job, Panic};
use super::migrate::{Migration, MigrationReport, SchemaStatus};
use super::notices::Notices;
use super::refusal::Refusal;
use super::{Connections, DbError, DbOptions, Notice, Row, Tx, Value, WriteStats};
use crate::sparing::Sparing;

/// How long a write that conflicts with others is done again. By time and not by tries: of those that want the same turn one
/// gets it each time, so that among many somebody is beaten often, however well all goes.
const CONTENTION: Duration = Duration::from_secs(5);
/// While no server takes writes each of them would say so.
static FAILURES: Sparing = Sparing::new(20, 3);

/// How long a write that found no server goes on trying.
const OUTAGE: Duration = Duration::from_secs(1);
/// How long nobody asks a replica that did not answer: an export of many steps would wait for it at each.
const REPLICA_REST: Duration = Duration::from_secs(30);
/// Between two attempts of that.
const PAUSE: Duration = Duration::from_millis(100);

/// An open PostgreSQL database.
pub(super) struct Postgres {
    source: Source,
    primary: Pool,
    /// Takes the reads that may be a little old.
    replica: Option<Replica>,
    pub(super) notices: Notices,
    books: Books,
    relay: Relay,
}

struct Replica {
    pool: Pool,
    /// Until when nobody asks it, since it did not answer.
    rests_until: Mutex<Option<Instant>>,
}

impl Replica {
    fn rest(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.rests_until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests(&self) -> bool {
        self.rest().is_some_and(|until| Instant::now() < until)
    }
}

/// What every writing thread needs.
#[derive(Clone)]
struct Books {
    stats: Arc<Mutex<WriteStats>>,
    refusal: Refusal,
    notices: Notices,
    told: relay::Sender,
}

impl Postgres {
    /// Connects once, so that a wrong address is told now.
    pub(super) fn open(address: &Address, options: &DbOptions) -> Result<Self, DbError> {
        let source = Source::new(address, options.pooled)?;
        let (notices, stats) = (Notices::default(), Arc::<Mutex<WriteStats>>::default());
        aside(source.clone(), Session::connect)??;
        let replica = options.replica.as_ref().map(|address| Source::new(address, options.pooled)).transpose()?;
        let pool = |source| Pool::new(source, options.connections, options.busy_timeout);
        let relay = Relay::start(source.clone(), notices.clone(), Arc::clone(&stats))?;
        Ok(Self {
            primary: pool(source.clone()),
            replica: replica.map(|source| Replica { pool: pool(source), rests_until: Mutex::default() }),
            books: Books { stats, refusal: Refusal::default(), notices: notices.clone(), told: relay.sender() },
            relay,
            notices,
            source,
        })
    }

    pub(super) fn stats(&self) -> WriteStats {
        let mut stats = self.books.stats();
        if !self.relay.hears() {
            // Nobody knows what others have written, so that nothing may be kept.
            stats.writes += 1;
        }
        *stats
    }

    pub(super) const fn refusal(&self) -> &Refusal {
        &self.books.refusal
    }

    pub(super) fn connections(&self) -> Vec<Connections> {
        let replica = self.replica.as_ref().map(|replica| replica.pool.connections("replica"));
        std::iter::once(self.primary.connections("primary")).chain(replica).collect()
    }

    pub(super) fn tell(&self, notice: Notice) {
        self.books.told.send([notice.clone()]);
        self.notices.send([notice]);
    }

    pub(super) fn migrate(&self, known: &[Migration], applied_at: i64) -> Result<MigrationReport, DbError> {
        aside(self.source.clone(), |session| migrations::migrate(session, known, applied_at))?
    }

    pub(super) fn schema_status(&self, known: &[Migration]) -> Result<SchemaStatus, DbError> {
        aside(self.source.clone(), |session| migrations::status(session, known))?
    }

    /// See [`super::Db::read`]. With `stale` it may be a replica that is read.
    pub(super) async fn read<T, E, F>(&self, stale: bool, limit: Option<Duration>, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let end = limit.map(|limit| Instant::now() + limit);
        let work = match self.replica.as_ref().filter(|replica| stale && !replica.rests()) {
            None => work,
            Some(replica) => match read_in(&replica.pool, end, work).await {
                Ok(result) => return result,
                Err((error, work)) => {
                    *replica.rest() = Some(Instant::now() + REPLICA_REST);
                    tracing::warn!(%error, "no replica answers; the primary is read instead for half a minute");
                    work
                }
            },
        };
        read_in(&self.primary, end, work).await.unwrap_or_else(|(error, _)| Err(error.into()))
    }

    /// See [`super::Db::write`].
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (job, answer) = job::write(work);
        let books = self.books.clone();
        self.primary.run(Mode::Write, move |session| books.carry_out(session, job)).await?;
        answer.wait().await
    }

    pub(super) async fn close(&self) {
        self.primary.close().await;
        if let Some(replica) = &self.replica {
            replica.pool.close().await;
        }
        self.relay.close().await;
    }
}

/// Runs it on a thread of its own, where nobody else's runtime is, and waits.
fn aside<T: Send>(source: Source, work: impl FnOnce(&mut Session) -> T + Send) -> Result<T, DbError> {
    let mut session = Session::new(source)?;
    std::thread::scope(|scope| scope.spawn(move || work(&mut session)).join()).map_err(|panic| resume_unwind(panic))
}

/// Reads with a connection of this pool; gives the work back when there is none to be had.
async fn read_in<T, E, F>(pool: &Pool, end: Option<Instant>, work: F) -> Result<Result<T, E>, (DbError, F)>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    enum Fate<T, F> {
        Done(Result<T, Panic>),
        Refused(DbError, F),
    }
    let (reply, answer) = oneshot::channel();
    // Where the pool does not take the work on, it has to come back all the same.
    let kept = Arc::new(Mutex::new(Some(work)));
    let take = |kept: &Mutex<Option<F>>| kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    let held = Arc::clone(&kept);
    let accepted = pool
        .run(Mode::Read, move |session| {
            let Some(work) = take(&held).filter(|_| !reply.is_closed()) else { return };
            if let Err(error) = session.connect() {
                drop(reply.send(Fate::Refused(error, work)));
                return;
            }
            session.begin(Mode::Read, end);
            let result = catch_unwind(AssertUnwindSafe(|| Tx::postgres(session).run(work)));
            drop(reply.send(Fate::Done(result)));
            session.abandon();
        })
        .await;
    if let Err(error) = accepted {
        return match take(&kept) {
            Some(work) => Err((error, work)),
            None => Ok(Err(error.into())),
        };
    }
    match answer.await {
        Ok(Fate::Done(Ok(result))) => Ok(result),
        Ok(Fate::Done(Err(panic))) => resume_unwind(panic),
        Ok(Fate::Refused(error, work)) => Err((error, work)),
        Err(_) => Ok(Err(DbError::closed().into())),
    }
}

/// What became of one attempt at a write.
enum Attempt {
    Kept {
        /// Whether there was anything to keep.
        changed: bool,
        notices: Vec<Notice>,
    },
    /// The work itself did not want it.
    Undone,
    /// Nothing of it was kept, and the next attempt may fare better.
    Again(DbError),
    Failed(DbError),
}

impl Books {
    fn stats(&self) -> std::sync::MutexGuard<'_, WriteStats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a write until its fate is known, and answers.
    fn carry_out(&self, session: &mut Session, mut job: Box<dyn Job>) {
        if job.abandoned() {
            return;
        }
        let fate = self.settle(session, job.as_mut());
        if let Err(error) = &fate {
            if let Some(left_out) = FAILURES.may() {
                tracing::warn!(%error, left_out, "a write failed");
            }
            self.refusal.note(error);
        }
        job.answer(fate);
    }

    fn settle(&self, session: &mut Session, job: &mut dyn Job) -> Result<(), DbError> {
        let began = Instant::now();
        let mut tries = 0;
        let mut duplicates = 0;
        loop {
            tries += 1;
            let error = match attempt(session, job) {
                Attempt::Kept { changed, notices } => {
                    if changed {
                        self.refusal.forget();
                    }
                    self.kept(notices);
                    return Ok(());
                }
                Attempt::Undone => return Ok(()),
                Attempt::Failed(error) => return Err(error),
                Attempt::Again(error) => error,
            };
            match error {
                DbError::Conflict if began.elapsed() < CONTENTION => std::thread::sleep(backoff(tries)),
                // Somebody may have added the row since the work looked. Done again it finds it there, and can say so.
                DbError::Unique { .. } if duplicates < 3 => duplicates += 1,
                DbError::Unique { .. } => return Ok(()),
                DbError::Unavailable(_) if began.elapsed() < OUTAGE => std::thread::sleep(PAUSE),
                error => return Err(error),
            }
        }
    }

    fn kept(&self, notices: Vec<Notice>) {
        {
            let mut stats = self.stats();
            stats.writes += 1;
            stats.own += 1;
            stats.commits += 1;
        }
        self.told.send(notices.iter().cloned());
        // After the figures, by which counts are kept: whoever hears of it counts again.
        self.notices.send(notices);
    }
}

fn attempt(session: &mut Session, job: &mut dyn Job) -> Attempt {
    session.begin(Mode::Write, None);
    let mut tx = Tx::postgres(session);
    let keep = job.run(&mut tx);
    let (failed, changed, notices) = (tx.failed.take(), tx.changed, std::mem::take(&mut tx.notices));
    match failed {
        Some(error @ (DbError::Conflict | DbError::Unique { .. } | DbError::Unavailable(_))) => {
            session.abandon();
            Attempt::Again(error)
        }
        _ if !keep => {
            session.abandon();
            Attempt::Undone
        }
        _ => match session.commit() {
            Ok(()) => Attempt::Kept { changed, notices },
            Err(DbError::Conflict) => Attempt::Again(DbError::Conflict),
            Err(error) => Attempt::Failed(error),
        },
    }
}

/// Longer each time, and not the same for those who met.
fn backoff(tries: u32) -> Duration {
    let most = 2_000_u64 << tries.min(5);
    let mut random = [0; 8];
    // Without randomness the pause is merely the same for all.
    let _ = getrandom::fill(&mut random);
    Duration::from_micros(u64::from_le_bytes(random) % most)
}

/// See [`Tx::execute`].
pub(super) fn execute(session: &mut Session, sql: &str, params: &[Value]) -> Result<u64, DbError> {
    session.statement(sql, params, &mut |_| ControlFlow::Continue(()))
}

/// See [`Tx::query_each`].
pub(super) fn query(
    session: &mut Session,
    sql: &str,
    params: &[Value],
    each: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<(), DbError> {
    session.statement(sql, params, each).map(drop)
}
