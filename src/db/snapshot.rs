//! All that a database holds at one moment, in one SQLite file, whatever the engine, while others go on writing.
//!
//! SQLite writes the file itself, from one reading transaction. Of PostgreSQL every table is read in one transaction
//! (REPEATABLE READ), which keeps nobody waiting either; what search looks up comes along, so that no key is needed. Either
//! file is one that the program can open, and the same as to what it holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::copy::{LEFT, PAGE, Part, TABLES, Table, chunks, put_parts};
use super::migrate::MIGRATIONS;
use super::sqlite::{self, create_private, run};
use super::{DatabaseUrl, Db, DbError, DbOptions, Dialect, Engine, Row, TokenIndex, Tx, Value, params};

/// Steps of SQLite's machine between two looks whether to stop: some hundred microseconds.
const BETWEEN_LOOKS: i32 = 10_000;

/// Tells work on another thread that nobody waits for it any more.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on the work ends as soon as it can, with an error.
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to.
    pub fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn look(&self) -> Result<(), DbError> {
        if self.is_told() { Err(DbError::Unavailable("it was stopped".to_owned())) } else { Ok(()) }
    }
}

impl Db {
    /// Writes all that it holds at one moment into a new file, mode 0600, which is a SQLite database of its own. `now` in
    /// milliseconds. What belongs to a running server alone is left out: [`copy`](super::copy) leaves the same behind.
    /// The file is not forced to the disk.
    ///
    /// Of a schema that is older than ours the file has that one.
    ///
    /// # Errors
    /// As [`Db::schema_status`], or whatever keeps it from being read or written.
    pub async fn snapshot(&self, to: &Path, now: i64, stop: Stop) -> Result<(), DbError> {
        let to = to.to_owned();
        match &*self.engine {
            Engine::Sqlite(sqlite) => {
                let mut conn = sqlite.connect()?;
                on_a_thread(move || vacuum(&mut conn, &to, stop)).await
            }
            Engine::Postgres(_) => {
                let (db, url) = (self.clone(), DatabaseUrl::Sqlite(to.clone()));
                let file = on_a_thread(move || {
                    let version = usize::try_from(db.schema_status()?.version).unwrap_or_default();
                    let file = Db::open(&url, DbOptions::default())?;
                    file.migrate_to(&MIGRATIONS[..version], now)?;
                    Ok(file)
                });
                file.await?.close().await?;
                self.read(move |tx| copy_out(tx, &to, &stop)).await
            }
        }
    }
}

async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DbError> + Send + 'static,
) -> Result<T, DbError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|ended| match ended.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Err(DbError::closed()),
    })
}

/// `VACUUM INTO` reads one state and holds no lock that a writer of WAL waits for. Rather than a copy of the pages, since
/// what was deleted, and still lies in free pages, stays behind.
fn vacuum(conn: &mut Connection, to: &Path, stop: Stop) -> Result<(), DbError> {
    create_private(to)?;
    conn.progress_handler(BETWEEN_LOOKS, Some(move || stop.is_told())).map_err(sqlite::error)?;
    let name = to.to_str().ok_or_else(|| DbError::Other(format!("{} is no UTF-8", to.display())))?;
    conn.execute("VACUUM INTO ?1", [name]).map_err(sqlite::error)?;
    let file = open(to)?;
    for table in LEFT {
        // Databases of before a migration have not all of them.
        if file.table_exists(None, table).map_err(sqlite::error)? {
            file.execute(&format!("DELETE FROM {table}"), []).map_err(sqlite::error)?;
        }
    }
    file.close().map_err(|(_, error)| sqlite::error(error))
}

/// A file that nobody else knows of yet: nothing is forced to the disk.
fn open(file: &Path) -> Result<Connection, DbError> {
    let conn = Connection::open(file).map_err(sqlite::error)?;
    conn.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON")
        .map_err(sqlite::error)?;
    Ok(conn)
}

/// Copies all tables and token indexes of one reading transaction into a file with the same schema.
fn copy_out(from: &mut Tx<'_>, to: &Path, stop: &Stop) -> Result<(), DbError> {
    let file = open(to)?;
    run(&file, "BEGIN")?;
    for table in &TABLES {
        // The schema may be one of before.
        let columns = columns(&file, table.name())?;
        if !columns.is_empty() {
            rows_out(from, &table.with_others(&table.others_among(&columns)), &file, stop)?;
        }
    }
    for index in TokenIndex::ALL {
        if file.table_exists(None, index.table()).map_err(sqlite::error)? {
            parts_out(from, index, &file, stop)?;
        }
    }
    run(&file, "COMMIT")?;
    file.close().map_err(|(_, error)| sqlite::error(error))
}

/// What a table has; nothing if there is none.
fn columns(file: &Connection, table: &str) -> Result<Vec<String>, DbError> {
    let rows = Tx::sqlite(file).query("SELECT name FROM pragma_table_info($1)", params![table])?;
    rows.iter().map(|row| row.text(0)).collect()
}

fn rows_out(from: &mut Tx<'_>, table: &Table<'_>, file: &Connection, stop: &Stop) -> Result<(), DbError> {
    let mut after = Vec::new();
    loop {
        stop.look()?;
        let page = from.query(&table.page(after.is_empty()), &after)?;
        let mut into = Tx::sqlite(file);
        for (at, count) in chunks(page.len(), Dialect::Sqlite) {
            let values: Vec<Value> = page[at..at + count].iter().flat_map(|row| row.0.iter().cloned()).collect();
            into.execute(&table.put(count), &values)?;
        }
        match page.last().filter(|_| page.len() == PAGE) {
            Some(last) => after = table.key(last).to_vec(),
            None => return Ok(()),
        }
    }
}

fn parts_out(from: &mut Tx<'_>, index: TokenIndex, file: &Connection, stop: &Stop) -> Result<(), DbError> {
    let sql = stored_parts(index);
    let mut after = (-1, -1);
    loop {
        stop.look()?;
        let page = from.query(sql, params![after.0, after.1, i64::try_from(PAGE).unwrap_or(i64::MAX)])?;
        let parts = page.iter().map(part).collect::<Result<Vec<_>, _>>()?;
        put_parts(&mut Tx::sqlite(file), index, &parts)?;
        match parts.last().filter(|_| parts.len() == PAGE) {
            Some(last) => after = (last.owner, last.part),
            None => return Ok(()),
        }
    }
}

/// What PostgreSQL has of an index: owner, part and tokens, of those after owner `$1` and part `$2` as many as `$3`.
const fn stored_parts(index: TokenIndex) -> &'static str {
    match index {
        TokenIndex::Tickets => {
            "SELECT ticket, part, tokens FROM ticket_search WHERE (ticket, part) > ($1, $2) ORDER BY ticket, part LIMIT $3"
        }
        TokenIndex::Clients => {
            "SELECT client, 0::bigint, tokens FROM client_search WHERE (client, 0::bigint) > ($1, $2) \
             ORDER BY client LIMIT $3"
        }
    }
}

fn part(row: &Row) -> Result<Part, DbError> {
    let Value::Ints(tokens) = row.value(2)? else { return Err(DbError::Other("tokens are no list".to_owned())) };
    Ok(Part { owner: row.int(0)?, part: row.int(1)?, tokens })
}

/// Whether a file is a SQLite database that is whole: every page and index of it fits, and no row names one that is not there.
/// Blocks, for about as long as it takes to read it twice.
///
/// # Errors
/// [`DbError::Corrupt`], or whatever keeps it from being read.
pub fn inspect(file: &Path) -> Result<(), DbError> {
    let conn = open(file)?;
    let found: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(sqlite::error)?;
    let orphans = Tx::sqlite(&conn).query("PRAGMA foreign_key_check", &[])?;
    if found == "ok" && orphans.is_empty() { Ok(()) } else { Err(DbError::Corrupt) }
}

/// The address of a file that holds a database.
pub fn in_file(file: &Path) -> DatabaseUrl {
    DatabaseUrl::Sqlite(PathBuf::from(file))
}
