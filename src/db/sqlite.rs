//! SQLite: connections, statements, errors. Group commit is in `writer`, reading in `readers`.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{Null, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::migrate::{self, Applied, Migration, MigrationReport, SchemaStatus};
use super::notices::Notices;
use super::readers::Readers;
use super::writer::Writer;
use super::{DbError, DbOptions, Dialect, Row, Tx, Value, nodes};

/// Statements kept prepared per connection. More than the store has, filters included.
const CACHED_STATEMENTS: usize = 256;

/// Pause between attempts to switch a new file to WAL.
const WAL_RETRY: Duration = Duration::from_millis(10);

/// `synchronous=FULL`: an answer means fsynced; WAL alone would only promise consistency.
/// `secure_delete=FAST` blanks deleted content where that costs no further write.
/// `temp_store=MEMORY` keeps large sorts out of files in /tmp. `journal_size_limit` (64 MiB) gives
/// back the space of a WAL that grew while a long read held it.
const PRAGMAS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA secure_delete = FAST;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864;";

const SCHEMA_TABLE: &str = "
    CREATE TABLE IF NOT EXISTS schema_migrations (
        version INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        applied_at INTEGER NOT NULL
    ) STRICT";

/// An open SQLite database.
pub(super) struct Sqlite {
    source: Source,
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    pub(super) notices: Notices,
}

impl Sqlite {
    pub(super) fn open(path: &Path, options: &DbOptions) -> Result<Self, DbError> {
        let path = path.to_owned();
        if options.create && create_private(&path)? == Made::Before {
            refuse_emptied(&path, options.busy_timeout)?;
        }
        let source = Source { path, patience: options.busy_timeout };
        let connection = source.connect()?;
        let notices = Notices::default();
        Ok(Self {
            readers: Readers::new(source.clone(), options.readers),
            writer: Writer::start(source.clone(), connection, options.queue, notices.clone())?,
            notices,
            source,
        })
    }

    pub(super) fn schema_status(&self, known: &[Migration]) -> Result<SchemaStatus, DbError> {
        status(&self.source.connect()?, known)
    }

    /// Looks again under the write lock, as another process may have been faster.
    pub(super) fn migrate(&self, known: &[Migration], applied_at: i64) -> Result<MigrationReport, DbError> {
        let conn = self.source.connect()?;
        // Rebuilding a table would otherwise cascade; all keys are checked before the commit.
        run(&conn, "PRAGMA foreign_keys = OFF")?;
        let mut report = MigrationReport { version: migrate::last(known), applied: Vec::new() };
        // An error drops the connection, and with it the transaction.
        while !status(&conn, known)?.pending.is_empty() {
            run(&conn, "BEGIN IMMEDIATE")?;
            conn.execute_batch(SCHEMA_TABLE).map_err(error)?;
            let applied = applied(&mut Tx::sqlite(&conn))?;
            if let Some(next) = migrate::pending(&applied, known, Dialect::Sqlite)?.first() {
                let version = migrate::last_applied(&applied) + 1;
                nodes::allow(&mut Tx::sqlite(&conn), version, next, applied_at)?;
                apply(&conn, version, next, applied_at)?;
                report.applied.push(next.name.to_owned());
            }
            run(&conn, "COMMIT")?;
        }
        Ok(report)
    }
}

impl Sqlite {
    /// A connection of its own, beside those that read and write.
    pub(super) fn connect(&self) -> Result<Connection, DbError> {
        self.source.connect()
    }

    /// See [`super::Db::scrub`].
    pub(super) fn scrub(&self) -> Result<(), DbError> {
        let conn = self.source.connect()?;
        let busy = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)).map_err(error)?;
        if busy { Err(DbError::Busy) } else { Ok(()) }
    }
}

pub(super) fn status(conn: &Connection, known: &[Migration]) -> Result<SchemaStatus, DbError> {
    run(conn, "BEGIN")?;
    let applied = applied(&mut Tx::sqlite(conn))?;
    run(conn, "COMMIT")?;
    let pending = migrate::pending(&applied, known, Dialect::Sqlite)?;
    Ok(SchemaStatus::new(&applied, known, pending))
}

fn applied(tx: &mut Tx<'_>) -> Result<Vec<Applied>, DbError> {
    const THERE: &str = "SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'";
    if tx.query_one(THERE, &[])?.is_none() { Ok(Vec::new()) } else { migrate::applied(tx) }
}

fn apply(conn: &Connection, version: i64, migration: &Migration, applied_at: i64) -> Result<(), DbError> {
    let failed = |reason: String| DbError::Other(format!("migration {}: {reason}", migration.name));
    conn.execute_batch(migration.sqlite).map_err(|e| match error(e) {
        DbError::Other(reason) => failed(reason),
        other => other,
    })?;
    let mut tx = Tx::sqlite(conn);
    if !tx.query("PRAGMA foreign_key_check", &[])?.is_empty() {
        return Err(failed("rows refer to missing rows".to_owned()));
    }
    migrate::record(&mut tx, version, migration, applied_at)
}

/// What is needed to open a connection, and to open it again.
#[derive(Clone)]
pub(super) struct Source {
    path: PathBuf,
    /// How long to wait for another process's lock.
    patience: Duration,
}

impl Source {
    /// A connection that may write, on a file that is there.
    pub(super) fn connect(&self) -> Result<Connection, DbError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(&self.path, flags).map_err(error)?;
        self.prepare(&conn).map_err(error)?;
        Ok(conn)
    }

    fn prepare(&self, conn: &Connection) -> rusqlite::Result<()> {
        // Without QPSG, SQLite prepares a statement anew whenever its LIMIT is bound.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // A misspelt "column" must be an error, as on PostgreSQL, and not a string.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        conn.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        self.use_wal(conn)?;
        conn.execute_batch(PRAGMAS)
    }

    /// A connection that refuses to write. It is opened for writing all the same, since a reader
    /// takes part in the WAL's shared memory.
    pub(super) fn connect_reader(&self) -> Result<Connection, DbError> {
        let conn = self.connect()?;
        run(&conn, "PRAGMA query_only = ON")?;
        Ok(conn)
    }

    /// Switching a new file to WAL is not covered by SQLite's busy timeout.
    fn use_wal(&self, conn: &Connection) -> rusqlite::Result<()> {
        let mut patience = self.patience;
        conn.busy_timeout(Duration::ZERO)?;
        while let Err(busy) = conn.execute_batch("PRAGMA journal_mode = WAL") {
            if patience.is_zero() || busy.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
                return Err(busy);
            }
            patience = patience.saturating_sub(WAL_RETRY);
            std::thread::sleep(WAL_RETRY);
        }
        conn.busy_timeout(self.patience)
    }
}

/// Whether a file was there.
#[derive(PartialEq, Eq)]
pub(super) enum Made {
    Now,
    Before,
}

/// SQLite gives `-wal` and `-shm` the mode of the database, so that one must be right first.
pub(super) fn create_private(path: &Path) -> Result<Made, DbError> {
    let mut new = OpenOptions::new();
    match new.write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => {
            // Closing it would drop every POSIX lock that this process holds on the file by now.
            std::mem::forget(file);
            Ok(Made::Now)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Made::Before),
        Err(error) => Err(DbError::Unavailable(format!("cannot create it: {error}"))),
    }
}

/// SQLite takes an empty file for a new database. But a new one is empty only until whoever has made it writes its first page,
/// which is waited for; a desk whose file was emptied must not begin anew as if it had never been.
fn refuse_emptied(path: &Path, mut patience: Duration) -> Result<(), DbError> {
    while std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        if patience.is_zero() {
            return Err(DbError::Empty);
        }
        patience = patience.saturating_sub(WAL_RETRY);
        std::thread::sleep(WAL_RETRY);
    }
    Ok(())
}

/// Runs one of our own statements, without parameters.
pub(super) fn run(conn: &Connection, sql: &str) -> Result<(), DbError> {
    conn.prepare_cached(sql).and_then(|mut statement| statement.raw_execute()).map_err(error)?;
    Ok(())
}

/// A number that becomes another one when another connection has committed, and stays the same whatever this one does
/// (<https://www.sqlite.org/pragma.html#pragma_data_version>). Those of two connections cannot be compared.
pub(super) fn data_version(conn: &Connection) -> Result<i64, DbError> {
    let mut statement = conn.prepare_cached("PRAGMA data_version").map_err(error)?;
    statement.query_row([], |row| row.get(0)).map_err(error)
}

/// See [`Tx::execute`]. Notes in `wrote` that the statement may have changed something.
pub(super) fn execute(conn: &Connection, sql: &str, params: &[Value], wrote: &mut bool) -> Result<u64, DbError> {
    let mut statement = prepare(conn, sql, params)?;
    *wrote |= !statement.readonly();
    let changed = statement.raw_execute().map_err(error)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Hands the rows to `each` until it breaks off. Notes in `wrote` that the statement may have changed something.
pub(super) fn query(
    conn: &Connection,
    sql: &str,
    params: &[Value],
    wrote: &mut bool,
    each: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<(), DbError> {
    let mut statement = prepare(conn, sql, params)?;
    *wrote |= !statement.readonly();
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error)? {
        let values = (0..columns).map(|column| decode(column, row.get_ref(column)));
        if each(Row(values.collect::<Result<_, _>>()?)).is_break() {
            break;
        }
    }
    Ok(())
}

/// SQLite takes `$2` for a *name*, and numbers names in order of appearance, so they are bound by
/// name.
fn prepare<'c>(conn: &'c Connection, sql: &str, params: &[Value]) -> Result<rusqlite::CachedStatement<'c>, DbError> {
    let mut statement = conn.prepare_cached(sql).map_err(error)?;
    if statement.parameter_count() != params.len() {
        let (expected, given) = (statement.parameter_count(), params.len());
        return Err(DbError::Other(format!("{given} values for {expected} placeholders")));
    }
    for index in 1..=params.len() {
        let value = statement
            .parameter_name(index)
            .and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1))
            .and_then(|number| params.get(number))
            .ok_or_else(|| DbError::Other("placeholders are $1, $2… without a gap".to_owned()))?;
        match value {
            Value::Null => statement.raw_bind_parameter(index, Null),
            Value::Int(int) => statement.raw_bind_parameter(index, int),
            Value::Text(text) => statement.raw_bind_parameter(index, text),
            Value::Bytes(bytes) => statement.raw_bind_parameter(index, bytes),
            Value::Ints(_) => return Err(DbError::Other("SQLite has no arrays".to_owned())),
        }
        .map_err(error)?;
    }
    Ok(statement)
}

fn decode(column: usize, value: rusqlite::Result<ValueRef<'_>>) -> Result<Value, DbError> {
    Ok(match value.map_err(error)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Text(text) => Value::Text(
            String::from_utf8(text.to_vec()).map_err(|_| DbError::Other(format!("column {column} is not UTF-8")))?,
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
        ValueRef::Real(_) => {
            return Err(DbError::Other(format!("column {column} is a floating-point number")));
        }
    })
}

/// Sorts SQLite's result codes (<https://www.sqlite.org/rescode.html>) by what a caller can do.
pub(super) fn error(error: rusqlite::Error) -> DbError {
    use ErrorCode as Code;
    let (code, text) = match error {
        rusqlite::Error::SqliteFailure(code, text) => (code, text.unwrap_or(code.to_string())),
        other => return DbError::Other(other.to_string()),
    };
    match (code.code, code.extended_code) {
        (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
            DbError::Unique { constraint: constraint(&text, code.extended_code) }
        }
        (Code::DatabaseBusy | Code::DatabaseLocked, _) => DbError::Busy,
        (Code::OperationInterrupted, _) => DbError::TooLong,
        (Code::DatabaseCorrupt | Code::NotADatabase, _) => DbError::Corrupt,
        (
            Code::DiskFull
            | Code::SystemIoFailure
            | Code::ReadOnly
            | Code::CannotOpen
            | Code::PermissionDenied
            | Code::OutOfMemory
            | Code::FileLockingProtocolFailed,
            _,
        ) => DbError::Unavailable(text),
        _ => DbError::Other(text),
    }
}

/// `UNIQUE constraint failed: tickets.reference, tickets.day` becomes
/// `tickets_reference_day_key`, the name PostgreSQL gives such a constraint.
fn constraint(text: &str, extended_code: i32) -> String {
    let columns = text.rsplit(": ").next().unwrap_or_default();
    if let Some(index) = columns.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let table = columns.split('.').next().unwrap_or_default();
    if extended_code == ffi::SQLITE_CONSTRAINT_PRIMARYKEY {
        return format!("{table}_pkey");
    }
    let columns: Vec<_> = columns.split(", ").filter_map(|column| column.split('.').nth(1)).collect();
    format!("{table}_{}_key", columns.join("_"))
}
