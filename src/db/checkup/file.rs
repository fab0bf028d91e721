//! Looking at a file of SQLite.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::{Checkup, Whole};
use crate::db::migrate::MIGRATIONS;
use crate::db::sqlite::{self, error, run};
use crate::db::{DbError, Tx};

/// How long a lock of somebody else is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// Steps of SQLite's machine between two looks at the time: some hundred microseconds.
const BETWEEN_LOOKS: i32 = 10_000;
/// Faults that are counted; more are as bad.
const FAULTS: usize = 10;

pub(in crate::db) fn look<T, E: From<DbError>>(
    path: &Path,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<Checkup<Result<T, E>>, DbError> {
    let conn = connect(path)?;
    let schema = match sqlite::status(&conn, MIGRATIONS) {
        Err(error @ (DbError::Newer { .. } | DbError::Altered { .. })) => Err(error),
        found => Ok(found?),
    };
    let read = match &schema {
        Ok(status) if status.version > 0 => {
            run(&conn, "BEGIN")?;
            Some(Tx::sqlite(&conn).run(work))
        }
        _ => None,
    };
    let bytes =
        conn.query_row("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", [], |row| row.get(0));
    Ok(Checkup {
        engine: format!("SQLite {}", rusqlite::version()),
        schema,
        now: None,
        bytes: bytes.map_err(error)?,
        remarks: Vec::new(),
        read,
    })
}

pub(super) fn whole(path: &Path, limit: Option<Duration>) -> Result<Whole, DbError> {
    let mut conn = connect(path)?;
    let end = limit.map(|limit| Instant::now() + limit);
    let is_over = move || end.is_some_and(|end| Instant::now() >= end);
    conn.progress_handler(BETWEEN_LOOKS, Some(is_over)).map_err(error)?;
    match Tx::sqlite(&conn).query(&format!("PRAGMA quick_check({FAULTS})"), &[]) {
        Ok(rows) if rows.len() == 1 && rows[0].text(0).is_ok_and(|text| text == "ok") => Ok(Whole::Yes),
        Ok(rows) => Ok(Whole::No(rows.len())),
        Err(DbError::Corrupt) => Ok(Whole::No(1)),
        Err(DbError::TooLong) => Ok(Whole::Unfinished),
        Err(error) => Err(error),
    }
}

/// A connection that refuses to write, to a file that is there. It is opened for writing all the same, since a reader takes
/// part in the shared memory of the log, and the last one to leave clears that away.
fn connect(path: &Path) -> Result<Connection, DbError> {
    let log_is_left = log_of(path).metadata().is_ok_and(|log| log.len() > 0);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(error)?;
    conn.busy_timeout(PATIENCE).map_err(error)?;
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        // What a crash has left in the log is for the next server to move into the file.
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, log_is_left),
    ] {
        conn.set_db_config(setting, on).map_err(error)?;
    }
    run(&conn, "PRAGMA query_only = ON")?;
    run(&conn, "PRAGMA trusted_schema = OFF")?;
    Ok(conn)
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push("-wal");
    PathBuf::from(name)
}
