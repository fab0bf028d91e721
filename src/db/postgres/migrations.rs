//! Bringing the schema up to date while other nodes do the same.

use super::session::{Mode, Session};
use crate::db::migrate::{self, Migration, MigrationReport, SchemaStatus};
use crate::db::{DbError, Dialect, Tx, nodes};

/// One node migrates at a time; the others wait here until it has committed. Any number that nobody else uses will do.
const LOCK: &str = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7236734455)) AS held";

const SCHEMA_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (\
    version BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 BYTEA NOT NULL, applied_at BIGINT NOT NULL)";

const THERE: &str = "SELECT 1 FROM information_schema.tables \
    WHERE table_schema = current_schema() AND table_name = 'schema_migrations'";

pub(super) fn status(session: &mut Session, known: &[Migration]) -> Result<SchemaStatus, DbError> {
    session.begin(Mode::Read, None);
    let mut tx = Tx::postgres(session);
    let applied = if tx.query_one(THERE, &[])?.is_none() { Vec::new() } else { migrate::applied(&mut tx)? };
    session.abandon();
    let pending = migrate::pending(&applied, known, Dialect::Postgres)?;
    Ok(SchemaStatus::new(&applied, known, pending))
}

pub(super) fn migrate(session: &mut Session, known: &[Migration], applied_at: i64) -> Result<MigrationReport, DbError> {
    let mut report = MigrationReport { version: migrate::last(known), applied: Vec::new() };
    while !status(session, known)?.pending.is_empty() {
        report.applied.extend(next(session, known, applied_at)?);
    }
    Ok(report)
}

/// Applies the first migration that is still to be done, in one transaction, and gives its name.
fn next(session: &mut Session, known: &[Migration], applied_at: i64) -> Result<Option<String>, DbError> {
    // A snapshot taken before the lock was had would not show what its holder did.
    session.begin(Mode::Alone, None);
    let mut tx = Tx::postgres(session);
    tx.query(LOCK, &[])?;
    tx.execute(SCHEMA_TABLE, &[])?;
    let applied = migrate::applied(&mut tx)?;
    let Some(next) = migrate::pending(&applied, known, Dialect::Postgres)?.first() else {
        session.abandon();
        return Ok(None);
    };
    let version = migrate::last_applied(&applied) + 1;
    nodes::allow(&mut tx, version, next, applied_at)?;
    session.batch(next.postgres).map_err(|error| match error {
        DbError::Other(reason) => DbError::Other(format!("migration {}: {reason}", next.name)),
        other => other,
    })?;
    migrate::record(&mut Tx::postgres(session), version, next, applied_at)?;
    session.commit()?;
    Ok(Some(next.name.to_owned()))
}
