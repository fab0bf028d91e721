//! The nodes that serve from a database, so that an upgrade knows who still needs what it takes away.
//!
//! The rule is expand, then contract: a version's migrations add what it needs and leave what the version before needs,
//! so that both serve at the same time while one is exchanged for the other. What nobody needs any more is taken away by
//! a later migration, whose name ends in `_contract`, and which waits until all nodes know the schema before it.

use uuid::Uuid;

use super::migrate::{self, MIGRATIONS, Migration};
use super::{DbError, Tx, params};

/// A node that has not been seen for so many milliseconds is gone.
pub const GONE: i64 = 60_000;
/// How often a node says that it is there, in milliseconds.
pub const EVERY: i64 = 15_000;

/// Says that a node of this version serves, with the newest key that it has and the one that it seals with, and forgets
/// those that are gone.
pub fn announce(tx: &mut Tx<'_>, node: Uuid, (newest, active): (u32, u32), now: i64) -> Result<(), DbError> {
    tx.execute(
        "INSERT INTO nodes (id, schema, seen_at, newest_key, active_key) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, newest_key = excluded.newest_key, \
         active_key = excluded.active_key",
        params![node, migrate::last(MIGRATIONS), now, newest, active],
    )?;
    tx.execute("DELETE FROM nodes WHERE seen_at < $1", params![now - GONE])?;
    Ok(())
}

/// Says that a node has stopped.
pub fn leave(tx: &mut Tx<'_>, node: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM nodes WHERE id = $1", params![node])?;
    Ok(())
}

/// How many nodes serve, or did so in the last minute.
pub fn serving(tx: &mut Tx<'_>, now: i64) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM nodes WHERE seen_at >= $1", params![now - GONE])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Refuses a migration that takes away what a node still needs.
pub(super) fn allow(tx: &mut Tx<'_>, version: i64, next: &Migration, now: i64) -> Result<(), DbError> {
    if !next.contracts() {
        return Ok(());
    }
    let sql = "SELECT COUNT(*) FROM nodes WHERE schema < $1 AND seen_at >= $2";
    let older = tx.query_one(sql, params![version - 1, now - GONE])?.map_or(Ok(0), |row| row.int(0))?;
    if older == 0 { Ok(()) } else { Err(DbError::Needed { migration: next.name.to_owned(), nodes: older }) }
}
