//! A transaction, as use cases see it: statements, notices, turns.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::busy::Turn;
use super::watch::Statement;
use super::{DbError, Dialect, Notice, Row, Value, params, postgres, sqlite};

/// An open transaction. It ends with the closure that got it.
pub struct Tx<'a> {
    pub(super) conn: Conn<'a>,
    pub(super) failed: Option<DbError>,
    /// Whether a statement ran that may change something.
    pub(super) wrote: bool,
    /// Whether one did.
    pub(super) changed: bool,
    /// What is told once all this is durable.
    pub(super) notices: Vec<Notice>,
    pub(super) writes_before: u64,
    /// Whose it is; nobody's where the database itself works.
    pub(super) turn: Option<Turn>,
}

/// What a transaction is open on.
pub(super) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut postgres::Session),
}

impl<'a> Tx<'a> {
    pub(super) fn sqlite(conn: &'a rusqlite::Connection) -> Self {
        Self::on(Conn::Sqlite(conn))
    }

    pub(super) fn postgres(session: &'a mut postgres::Session) -> Self {
        Self::on(Conn::Postgres(session))
    }

    fn on(conn: Conn<'a>) -> Self {
        Self { conn, failed: None, wrote: false, changed: false, notices: Vec::new(), writes_before: 0, turn: None }
    }

    /// [`super::WriteStats::writes`] before a [read](super::Db::read) began. It sees at least these writes, so what it counts may be
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

    /// Has what is freed from here on be blanked in the file, or no longer, where the engine can.
    pub fn blank_freed(&mut self, all: bool) -> Result<(), DbError> {
        match self.dialect().blank_freed(all) {
            Some(sql) => self.query(sql, &[]).map(drop),
            None => Ok(()),
        }
    }

    /// Runs a statement that answers no rows, and tells how many rows it changed.
    pub fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, DbError> {
        let changed = self.statement((sql, params), &Cell::default(), |conn, wrote, rows| {
            let changed = match conn {
                Conn::Sqlite(conn) => sqlite::execute(conn, sql, params, wrote),
                Conn::Postgres(session) => postgres::execute(session, sql, params),
            };
            changed.inspect(|changed| *rows = *changed)
        })?;
        self.changed |= changed > 0;
        Ok(changed)
    }

    /// All rows of a query. For results without a bound use [`Tx::query_each`].
    pub fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DbError> {
        let mut rows = Vec::new();
        self.rows(sql, params, &Cell::default(), &mut |row| {
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
        let (mut stopped, elsewhere) = (None, Cell::default());
        self.rows(sql, params, &elsewhere, &mut |row| {
            let began = Instant::now();
            let done = each(row);
            elsewhere.set(elsewhere.get() + began.elapsed());
            match done {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    stopped = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
        stopped.map_or(Ok(()), Err)
    }

    fn rows(
        &mut self,
        sql: &str,
        params: &[Value],
        elsewhere: &Cell<Duration>,
        each: &mut dyn FnMut(Row) -> ControlFlow<()>,
    ) -> Result<(), DbError> {
        self.statement((sql, params), elsewhere, |conn, wrote, rows| {
            let mut each = |row| {
                *rows += 1;
                each(row)
            };
            match conn {
                Conn::Sqlite(conn) => sqlite::query(conn, sql, params, wrote, &mut each),
                Conn::Postgres(session) => postgres::query(session, sql, params, &mut each),
            }
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
    ///
    /// `run` notes that it may have changed something, and how many rows it changed or gave; `elsewhere` is what of its time
    /// went to whoever takes them.
    fn statement<T>(
        &mut self,
        (sql, params): (&str, &[Value]),
        elsewhere: &Cell<Duration>,
        run: impl FnOnce(&mut Conn<'a>, &mut bool, &mut u64) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        if let Some(earlier) = &self.failed {
            return Err(DbError::Other(format!("an earlier statement failed: {earlier}")));
        }
        let (began, mut rows) = (Instant::now(), 0);
        let done = run(&mut self.conn, &mut self.wrote, &mut rows);
        if let Some(turn) = &self.turn {
            let took = began.elapsed().saturating_sub(elsewhere.get());
            turn.done(&Statement { sql, params, rows, took });
        }
        done.inspect_err(|error| self.failed = Some(error.clone()))
    }

    /// Runs `work`; its `Ok` counts only if all its statements did.
    pub(super) fn run<T, E: From<DbError>>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let done = work(self)?;
        match &self.failed {
            None => Ok(done),
            Some(error) => Err(E::from(error.clone())),
        }
    }
}
