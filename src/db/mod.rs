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

mod dialect;
mod error;
mod job;
mod migrate;
mod nodes;
mod notices;
mod postgres;
mod readers;
mod sqlite;
mod upkeep;
mod url;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

pub use crate::params;
pub use dialect::{Dialect, TokenIndex};
pub use error::DbError;
pub use migrate::{MigrationReport, SchemaStatus};
pub use nodes::{EVERY as NODE_EVERY, announce, leave};
pub use notices::{Heard, Listener, Notice};
pub use postgres::Address as PostgresAddress;
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
        }
    }
}

/// A handle on the database; clones share it.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    /// Whether reads may be a little old.
    stale: bool,
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
    pub fn open(url: &DatabaseUrl, options: DbOptions) -> Result<Self, DbError> {
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(sqlite::Sqlite::open(path, &options)?),
            DatabaseUrl::Postgres(address) => Engine::Postgres(postgres::Postgres::open(address, &options)?),
        };
        Ok(Self { engine: Arc::new(engine), stale: false })
    }

    /// The same database, whose reads may be some seconds old: those of a replica, where one is set and answers. For
    /// reports and exports.
    #[must_use]
    pub fn stale(&self) -> Self {
        Self { engine: Arc::clone(&self.engine), stale: true }
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
        let before = self.write_stats().writes;
        let work = move |tx: &mut Tx<'_>| {
            tx.writes_before = before;
            work(tx)
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
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
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

    /// Whether the database answers, to reads and to writes; changes nothing.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(|tx| tx.query("SELECT 1", &[]).map(drop)).await?;
        self.write(|tx| tx.query("SELECT 1", &[]).map(drop)).await
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

/// An open transaction. It ends with the closure that got it.
pub struct Tx<'a> {
    conn: Conn<'a>,
    failed: Option<DbError>,
    /// Whether a statement ran that may change something.
    wrote: bool,
    /// What is told once all this is durable.
    notices: Vec<Notice>,
    writes_before: u64,
}

/// What a transaction is open on.
enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgres::Session),
}

impl<'a> Tx<'a> {
    fn sqlite(conn: &'a rusqlite::Connection) -> Self {
        Self::on(Conn::Sqlite(conn))
    }

    fn postgres(session: &'a mut postgres::Session) -> Self {
        Self::on(Conn::Postgres(session))
    }

    fn on(conn: Conn<'a>) -> Self {
        Self { conn, failed: None, wrote: false, notices: Vec::new(), writes_before: 0 }
    }

    /// [`WriteStats::writes`] before a [read](Db::read) began. It sees at least these writes, so what it counts may be
    /// kept for as long as there are no more.
    pub fn writes_before(&self) -> u64 {
        self.writes_before
    }

    /// The SQL dialect in use, for the little that differs.
    pub fn dialect(&self) -> Dialect {
        match self.conn {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Makes this and every other write that takes the same turn come one after another. To be called before the reads
    /// that a decision rests on, where those are not of the rows that it changes: of two such writes at once, one would
    /// else not see what the other adds.
    pub fn take_turn(&mut self, name: &str) -> Result<(), DbError> {
        match self.dialect().take_turn() {
            Some(sql) => self.execute(sql, params![name]).map(drop),
            None => Ok(()),
        }
    }

    /// Runs a statement that answers no rows, and tells how many rows it changed.
    pub fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, DbError> {
        self.statement(|conn, wrote| match conn {
            Conn::Sqlite(conn) => sqlite::execute(conn, sql, params, wrote),
            Conn::Postgres(session) => postgres::execute(session, sql, params),
        })
    }

    /// All rows of a query. For results without a bound use [`Tx::query_each`].
    pub fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        let mut rows = Vec::new();
        self.rows(sql, params, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }

    /// The only row of a query, if there is one; a second row is an error.
    pub fn query_one(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>, DbError> {
        let mut rows = self.query(sql, params)?;
        if rows.len() > 1 {
            return Err(DbError::Other("more than one row where one was expected".to_owned()));
        }
        Ok(rows.pop())
    }

    /// Hands the rows of a query to `each` one by one, and stops at its first error.
    pub fn query_each<E, F>(&mut self, sql: &str, params: &[Value], mut each: F) -> Result<(), E>
    where
        E: From<DbError>,
        F: FnMut(Row) -> Result<(), E>,
    {
        let mut stopped = None;
        self.rows(sql, params, &mut |row| match each(row) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stopped = Some(error);
                ControlFlow::Break(())
            }
        })?;
        stopped.map_or(Ok(()), Err)
    }

    fn rows(
        &mut self,
        sql: &str,
        params: &[Value],
        each: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), DbError> {
        self.statement(|conn, wrote| match conn {
            Conn::Sqlite(conn) => sqlite::query(conn, sql, params, wrote, each),
            Conn::Postgres(session) => postgres::query(session, sql, params, each),
        })
    }

    /// Tells all listeners, once the transaction is durable; never when it is undone, and once however often the
    /// closure is run. The payload names what has changed, in at most 200 bytes that nobody need hide. In a reading
    /// transaction it says nothing.
    pub fn notify(&mut self, channel: &'static str, payload: impl Into<Arc<str>>) {
        Notice::new(channel, payload).add_to(&mut self.notices);
    }

    /// PostgreSQL ends a transaction at its first failed statement; SQLite goes on, after some
    /// errors even without the transaction. Refused here, so that stores behave alike on both.
    fn statement<T>(&mut self, run: impl FnOnce(&mut Conn<'a>, &mut bool) -> Result<T, DbError>) -> Result<T, DbError> {
        if let Some(earlier) = &self.failed {
            return Err(DbError::Other(format!("an earlier statement failed: {earlier}")));
        }
        run(&mut self.conn, &mut self.wrote).inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// Runs `work`; its `Ok` counts only if all its statements did.
    fn run<T, E: From<DbError>>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let done = work(self)?;
        match &self.failed {
            None => Ok(done),
            Some(error) => Err(E::from(error.clone())),
        }
    }
}
