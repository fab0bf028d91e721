//! Reading: a pool of connections, used on the thread of whoever asks.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::sqlite::{self, Source};
use super::{DbError, Tx};

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
        let lease = self.lease().await?;
        match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(|| lease.read(work)),
            Ok(_) => match tokio::task::spawn_blocking(|| lease.read(work)).await {
                Ok(result) => result,
                Err(failed) => match failed.try_into_panic() {
                    Ok(panic) => resume_unwind(panic),
                    Err(_) => Err(DbError::closed().into()),
                },
            },
            Err(_) => lease.read(work),
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
        Ok(Lease { pool: Arc::clone(&self.pool), conn: None, _permit: permit })
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
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    fn read<T, E: From<DbError>>(mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => self.pool.source.connect_reader()?,
        };
        let conn = self.conn.insert(conn);
        sqlite::run(conn, "BEGIN")?;
        let mut tx = Tx::new(conn);
        let result = tx.run(work);
        if matches!(tx.failed, Some(DbError::Unavailable(_) | DbError::Corrupt)) {
            self.conn = None;
        }
        result
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take()
            && (conn.is_autocommit() || sqlite::run(&conn, "ROLLBACK").is_ok())
        {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        }
    }
}
