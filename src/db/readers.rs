//! Reading: a pool of connections, used on the thread of whoever asks.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::sqlite::{self, Source};
use super::{Connections, DbError, Tx};

/// Steps of the engine between two looks at the clock, which make well under a millisecond.
const BETWEEN_LOOKS: i32 = 10_000;

/// The pool. Connections are opened when first needed.
pub(super) struct Readers {
    pool: Arc<Pool>,
    size: u32,
    permits: Arc<Semaphore>,
}

struct Pool {
    source: Source,
    /// The last one back goes out first, as its page cache is the freshest.
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(source: Source, size: usize) -> Self {
        let size = u32::try_from(size).unwrap_or(u32::MAX).max(1);
        Self {
            pool: Arc::new(Pool { source, idle: Mutex::new(Vec::new()) }),
            size,
            permits: Arc::new(Semaphore::new(size as usize)),
        }
    }

    /// See [`super::Db::read`].
    ///
    /// A read takes microseconds, less than a hop to another thread and back, so a worker of the
    /// runtime runs it itself and hands its other tasks over meanwhile.
    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.away(|lease| lease.read(work)).await
    }

    /// See [`super::Db::read_within`].
    pub(super) async fn read_within<T, E, F>(&self, limit: Duration, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        self.away(move |lease| lease.read_until(Instant::now() + limit, work)).await
    }

    /// Runs it with a connection where no other task waits for it.
    async fn away<T, E, F>(&self, run: F) -> Result<T, E>
    where
        F: FnOnce(Lease) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let lease = self.lease().await?;
        match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(|| run(lease)),
            Ok(_) => match tokio::task::spawn_blocking(|| run(lease)).await {
                Ok(result) => result,
                Err(failed) => match failed.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => Err(DbError::closed().into()),
                },
            },
            Err(_) => run(lease),
        }
    }

    /// See [`super::Db::look_up`].
    pub(super) async fn look_up<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E>,
        E: From<DbError>,
    {
        self.lease().await?.read(work)
    }

    async fn lease(&self) -> Result<Lease, DbError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| DbError::closed())?;
        Ok(Lease { pool: Arc::clone(&self.pool), conn: None, timed: false, _permit: permit })
    }

    /// How many there are, and how many are at work.
    pub(super) fn connections(&self) -> Connections {
        let (most, free) = (self.size as usize, self.permits.available_permits());
        let idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        Connections { pool: "readers", in_use: most.saturating_sub(free), idle, most }
    }

    /// Waits for the reads under way, and refuses further ones.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(self.size).await;
        self.permits.close();
        drop(all);
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The right to one connection. Dropped in whatever way, it leaves no transaction behind.
struct Lease {
    pool: Arc<Pool>,
    conn: Option<Connection>,
    /// Whether the connection breaks off what takes too long.
    timed: bool,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    fn read<T, E: From<DbError>>(mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.run(work)
    }

    /// The same until `end`: the engine then breaks off whatever statement runs.
    fn read_until<T, E: From<DbError>>(
        mut self,
        end: Instant,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let conn = self.connection()?;
        conn.progress_handler(BETWEEN_LOOKS, Some(move || Instant::now() >= end)).map_err(sqlite::error)?;
        self.timed = true;
        self.run(work)
    }

    fn connection(&mut self) -> Result<&mut Connection, DbError> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.idle()?,
        };
        Ok(self.conn.insert(conn))
    }

    fn idle(&self) -> Result<Connection, DbError> {
        let idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(conn) => Ok(conn),
            None => self.pool.source.connect_reader(),
        }
    }

    fn run<T, E: From<DbError>>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let conn = self.connection()?;
        sqlite::run(conn, "BEGIN")?;
        let mut tx = Tx::sqlite(conn);
        let result = tx.run(work);
        if matches!(tx.failed, Some(DbError::Unavailable(_) | DbError::Corrupt)) {
            self.conn = None;
        }
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        // A connection that went back with its limit would break off somebody else's read.
        let untimed = !self.timed || conn.progress_handler(0, None::<fn() -> bool>).is_ok();
        if untimed && (conn.is_autocommit() || sqlite::run(&conn, "ROLLBACK").is_ok()) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}
