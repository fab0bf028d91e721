//! The one door to the database: plain SQL in synchronous closures, each closure one transaction.
//!
//! ```ignore
//! let found = db.read(move |tx| store::by_reference(tx, &reference)).await?;
//! db.write(move |tx| store::insert(tx, &ticket)).await?;
//! ```
//!
//! What store code may rely on, whatever the engine:
//! - SQL has `$1` placeholders and three value types, see [`Value`]. No casts written `$1::type`.
//! - A closure holds no `.await`, so it cannot wait for anybody else while it holds locks, and a
//!   cancelled request cannot leave a transaction open.
//! - After a statement fails, the transaction is over: later statements are refused and nothing of
//!   it is kept, even if the closure answers `Ok`. Where a duplicate is expected, write
//!   `ON CONFLICT`.
//! - A write closure may be run again, after a conflict with another one or when a neighbour of its
//!   commit failed: it has no effect but SQL and [`Tx::notify`].
//! - Constraints are immediate. A deferred one would fail at commit, for a whole group of writes.
//!
//! No engine is named outside this module; see `docs/decisions` for why it exists.

mod busy;
mod checkup;
pub mod copy;
mod dialect;
mod error;
mod fit;
mod job;
mod load;
mod migrate;
mod nodes;
mod notices;
mod ping;
mod plan;
mod postgres;
mod readers;
mod refusal;
mod snapshot;
mod sqlite;
mod tx;
mod upkeep;
mod url;
mod value;
mod watch;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use busy::Busy;
use load::Kind;
use watch::Watch;

pub use crate::params;
pub use checkup::{Checkup, Remark, Whole, look, look_at_replica, whole};
pub use dialect::{Dialect, TokenIndex};
pub use error::DbError;
pub use fit::Fit;
pub use load::{Connections, Transactions};
pub use migrate::{MigrationReport, SchemaStatus, newest_schema};
pub use nodes::{EVERY as NODE_EVERY, GONE as NODE_GONE, announce, leave, serving};
pub use notices::{Heard, Listener, Notice};
pub use postgres::Address as PostgresAddress;
pub use snapshot::{Stop, in_file, inspect};
pub use tx::Tx;
pub use upkeep::merge_index;
pub use url::DatabaseUrl;
pub use value::{Row, Value};
pub use writer::WriteStats;

/// How to open a database. The defaults suit a server.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// Make the database when there is none.
    pub create: bool,
    /// How long to wait for another process that holds the write lock, before [`DbError::Busy`].
    pub busy_timeout: Duration,
    /// Reading transactions open at the same time; further ones wait. To wait costs more than the
    /// read itself, so there should be as many as there are requests at once; they are opened when
    /// needed, and each caches up to 2 MB of pages.
    pub readers: usize,
    /// Writes that may wait in line; further ones wait to get into it.
    pub queue: usize,
    /// Connections to a PostgreSQL server at the same time, for reads and writes together; a quarter is kept for writes.
    pub connections: usize,
    /// That a pooler stands before PostgreSQL, which hands each transaction to any connection.
    pub pooled: bool,
    /// A standby of the same PostgreSQL, for reads that may be a little old; see [`Db::stale`].
    pub replica: Option<Box<PostgresAddress>>,
    /// What takes longer is told in the log; nothing is if not set.
    pub slow: Option<Duration>,
}

impl Default for DbOptions {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            create: true,
            busy_timeout: Duration::from_secs(5),
            readers: (2 * cores).max(16),
            queue: 256,
            connections: 16,
            pooled: false,
            replica: None,
            slow: None,
        }
    }
}

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    /// Whether reads may be a little old.
    stale: bool,
    watch: Arc<Watch>,
}

enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Db")
    }
}

impl Db {
    /// Opens the database, and makes an empty one (mode 0600) when there is none.
    ///
    /// It neither reads nor changes the schema: call [`Db::migrate`] next. Blocks.
    #[expect(clippy::needless_pass_by_value, reason = "callers make them for this")]
    pub fn open(url: &DatabaseUrl, options: DbOptions) -> Result<Self, DbError> {
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(sqlite::Sqlite::open(path, &options)?),
            DatabaseUrl::Postgres(address) => Engine::Postgres(postgres::Postgres::open(address, &options)?),
        };
        Ok(Self { engine: Arc::new(engine), stale: false, watch: Arc::new(Watch::new(options.slow)) })
    }

    /// The same database, whose reads may be some seconds old: those of a replica, where one is set and answers. For
    /// reports and exports.
    #[must_use]
    pub fn stale(&self) -> Self {
        Self { stale: true, ..self.clone() }
    }

    /// What traces call the engine.
    fn system(&self) -> &'static str {
        match &*self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgresql",
        }
    }

    /// The same database, where nothing is watched.
    fn unwatched(&self) -> Self {
        Self { watch: Arc::default(), ..self.clone() }
    }

    /// Runs `work` in one reading transaction: all its statements see the same state.
    ///
    /// On a multi-thread runtime it runs in place, on the calling worker thread.
    ///
    /// # Panics
    /// When `work` does; its transaction is closed first.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let busy = Busy::with(self, Kind::Read);
        let (before, turn) = (self.write_stats().writes, busy.turn());
        let work = move |tx: &mut Tx<'_>| {
            tx.writes_before = before;
            turn.run(tx, work)
        };
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.read(work).await,
            Engine::Postgres(postgres) => postgres.read(self.stale, None, work).await,
        }
    }

    /// As [`Db::read`], for reads that look at very many rows: what takes longer than `limit` is broken off.
    ///
    /// # Errors
    /// Besides those of `work`: [`DbError::TooLong`].
    ///
    /// # Panics
    /// When `work` does; its transaction is closed first.
    pub async fn read_within<T, E, F>(&self, limit: Duration, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let busy = Busy::with(self, Kind::LongRead);
        let turn = busy.turn();
        let work = move |tx: &mut Tx<'_>| turn.run(tx, work);
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.read_within(limit, work).await,
            Engine::Postgres(postgres) => postgres.read(self.stale, Some(limit), work).await,
        }
    }

    /// As [`Db::read`], for a few rows found by their key: the thread's other tasks wait those microseconds, since
    /// to hand them over and take them back, as a read of unknown length must, costs several times as much.
    ///
    /// # Panics
    /// When `work` does; its transaction is closed first.
    pub async fn look_up<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let busy = Busy::with(self, Kind::Read);
        let turn = busy.turn();
        let work = move |tx: &mut Tx<'_>| turn.run(tx, work);
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.readers.look_up(work).await,
            Engine::Postgres(postgres) => postgres.read(self.stale, None, work).await,
        }
    }

    /// Runs `work` in one writing transaction, and answers once it is durable (fsynced).
    ///
    /// An error or a panic of `work` undoes it alone. Waits while the queue is full. When the
    /// future is dropped before the work began, the work is not done; later, it is done whole.
    ///
    /// # Errors
    /// Besides those of `work`: [`DbError::Busy`] when another process held the lock too long,
    /// [`DbError::Unavailable`] when it could not be made durable. Nothing of it is seen then,
    /// except that after a failed fsync a restart may find it on the disk after all.
    ///
    /// # Panics
    /// When `work` does.
    pub async fn write<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let busy = Busy::with(self, Kind::Write);
        let turn = busy.turn();
        let work = move |tx: &mut Tx<'_>| turn.run(tx, &mut work);
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.writer.write(work).await,
            Engine::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Brings the schema up to date, one transaction per migration, `applied_at` (milliseconds
    /// since the epoch) written beside each. Safe when several processes do it at once. Blocks.
    ///
    /// # Errors
    /// [`DbError::Newer`] and [`DbError::Altered`] when the database is not one of ours to change.
    pub fn migrate(&self, applied_at: i64) -> Result<MigrationReport, DbError> {
        self.migrate_to(migrate::MIGRATIONS, applied_at)
    }

    /// Compares the schema with the one this program knows, and changes nothing. Blocks.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub fn schema_status(&self) -> Result<SchemaStatus, DbError> {
        self.status_of(migrate::MIGRATIONS)
    }

    fn status_of(&self, known: &[migrate::Migration]) -> Result<SchemaStatus, DbError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.schema_status(known),
            Engine::Postgres(postgres) => postgres.schema_status(known),
        }
    }

    fn migrate_to(&self, known: &[migrate::Migration], applied_at: i64) -> Result<MigrationReport, DbError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.migrate(known, applied_at),
            Engine::Postgres(postgres) => postgres.migrate(known, applied_at),
        }
    }

    /// Hears every [`Tx::notify`] that is committed from now on, and every [`Db::tell`]; and that another process has
    /// committed something, a second later at most.
    pub fn listen(&self) -> Listener {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.notices.listen(),
            Engine::Postgres(postgres) => postgres.notices.listen(),
        }
    }

    /// Sends a notice by itself, of what no table holds. It may be lost.
    pub fn tell(&self, channel: &'static str, payload: &str) {
        let notice = Notice::new(channel, payload);
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.notices.send([notice]),
            Engine::Postgres(postgres) => postgres.tell(notice),
        }
    }

    /// Has what was overwritten leave the files now, where the engine would keep it for later: SQLite moves its log into the
    /// database and empties it, unless somebody reads the whole time. PostgreSQL sees to it by itself, in its own time.
    pub async fn scrub(&self) {
        let db = self.clone();
        let done = tokio::task::spawn_blocking(move || match &*db.engine {
            Engine::Sqlite(sqlite) => sqlite.scrub(),
            Engine::Postgres(_) => Ok(()),
        });
        match done.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the log could not be emptied; a later commit does"),
            Err(error) => tracing::warn!(%error, "the log could not be emptied; a later commit does"),
        }
    }

    /// How many writes were made durable, in how many commits.
    pub fn write_stats(&self) -> WriteStats {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.writer.stats(),
            Engine::Postgres(postgres) => postgres.stats(),
        }
    }

    /// Finishes the reads and writes under way and in line, then closes the files.
    ///
    /// Other handles get [`DbError::Unavailable`] from then on.
    pub async fn close(self) -> Result<(), DbError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => {
                sqlite.readers.close().await;
                sqlite.writer.close().await
            }
            Engine::Postgres(postgres) => {
                postgres.close().await;
                Ok(())
            }
        }
    }
}
