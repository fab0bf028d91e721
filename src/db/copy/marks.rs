//! What stands in `meta` of a database that is a copy, until it is a desk of its own.
//!
//! While it is unfinished nobody may serve it. Once it is whole, and for as long as nobody has opened it, it can still be
//! brought up to date: a desk is copied while its servers run, and a second time, shortly, when they have stopped.

use uuid::Uuid;

use super::super::{Db, DbError, Tx, params};
use super::tables::{LEFT, TABLES};
use super::{CopyError, End};

/// Its value says of which desk.
const UNFINISHED: &str = "copy.unfinished";
/// The same, of a copy that was found whole.
const UNOPENED: &str = "copy.unopened";

/// Which run works on it: one that was taken for dead and goes on must not write over what a later one has made.
const RUN: &str = "copy.run";

/// Rows of `meta` but for these.
pub(super) const NOT_MARKS: &str = "name NOT IN ('copy.unfinished', 'copy.unopened', 'copy.run')";

fn mark(tx: &mut Tx<'_>, name: &str) -> Result<Option<Vec<u8>>, DbError> {
    tx.query_one("SELECT value FROM meta WHERE name = $1", params![name])?.map(|row| row.bytes(0)).transpose()
}

fn set(tx: &mut Tx<'_>, name: &str, desk: &[u8]) -> Result<(), DbError> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.execute(sql, params![name, desk]).map(drop)
}

fn clear(tx: &mut Tx<'_>, name: &str) -> Result<(), DbError> {
    tx.execute("DELETE FROM meta WHERE name = $1", params![name]).map(drop)
}

/// To be called by whoever is to work with a database, `name` being what people know it by: refuses an unfinished copy, and
/// makes a whole one a desk of its own, which is copied over no more.
///
/// # Errors
/// [`CopyError::Unfinished`].
pub async fn take_over(db: &Db, name: &str) -> Result<(), CopyError> {
    let failed = |error| CopyError::Db { name: name.to_owned(), table: None, error };
    let read = |tx: &mut Tx<'_>| Ok((mark(tx, UNFINISHED)?, mark(tx, UNOPENED)?));
    let unfinished = match db.read(read).await.map_err(failed)? {
        (None, None) => false,
        (Some(_), _) => true,
        // A copy may have been begun since.
        (None, Some(_)) => {
            let own = |tx: &mut Tx<'_>| {
                clear(tx, UNOPENED)?;
                Ok(mark(tx, UNFINISHED)?.is_some())
            };
            db.write(own).await.map_err(failed)?
        }
    };
    if unfinished { Err(CopyError::Unfinished { name: name.to_owned() }) } else { Ok(()) }
}

/// Makes sure, in a transaction that writes to the target, that no other run has taken it over.
pub(super) fn hold(tx: &mut Tx<'_>, run: Uuid) -> Result<(), DbError> {
    // Written, not read, so that whoever takes over comes before or after.
    let sql = "UPDATE meta SET value = $2 WHERE name = $1 AND value = $2";
    if tx.execute(sql, params![RUN, run])? == 1 {
        return Ok(());
    }
    Err(DbError::Other("another copy to it was begun meanwhile, and this one ends; let one run at a time".to_owned()))
}

/// Whether it is an unfinished copy.
pub(super) async fn is_unfinished(end: &End) -> Result<bool, CopyError> {
    end.read(|tx| Ok(mark(tx, UNFINISHED)?.is_some())).await
}

/// Refuses what cannot be taken for a desk, `name` being what people know it by. Unlike [`take_over`] it changes nothing.
///
/// # Errors
/// [`CopyError::Unfinished`].
pub async fn check_whole(db: &Db, name: &str) -> Result<(), CopyError> {
    let end = End { db: db.clone(), name: name.to_owned() };
    if is_unfinished(&end).await? { Err(CopyError::Unfinished { name: end.name }) } else { Ok(()) }
}

/// Marks a database that is to become a copy of a desk, if it is empty or was such a copy before. Its schema is brought up
/// to date, at the time of `now`, but never that of a desk which somebody else may be working with.
pub(super) async fn begin(target: &End, desk: Vec<u8>, run: Uuid, now: i64) -> Result<(), CopyError> {
    let failed = |error| target.failed(error);
    let status = target.db.schema_status().map_err(failed)?;
    if status.version > 0 {
        // Any version has these.
        check(target, &desk, &["meta", "users"]).await?;
    }
    target.db.migrate(now).map_err(failed)?;
    check(target, &desk, &TABLES.each_ref().map(|table| table.name)).await?;
    check(target, &desk, &LEFT).await?;
    let write = move |tx: &mut Tx<'_>| {
        clear(tx, UNOPENED)?;
        set(tx, RUN, run.as_bytes())?;
        set(tx, UNFINISHED, &desk)
    };
    target.write(write).await
}

/// Whether it is a copy of this desk, or these tables are empty.
async fn check(target: &End, desk: &[u8], tables: &[&'static str]) -> Result<(), CopyError> {
    let tables = tables.to_vec();
    let read = move |tx: &mut Tx<'_>| {
        let was = match mark(tx, UNFINISHED)? {
            Some(desk) => Some(desk),
            None => mark(tx, UNOPENED)?,
        };
        Ok(match was {
            Some(desk) => Found::Copy(desk),
            None => occupied(tx, &tables)?.map_or(Found::Nothing, Found::Rows),
        })
    };
    match target.read(read).await? {
        Found::Copy(of) if of != desk => Err(CopyError::OtherDesk { name: target.name.clone() }),
        Found::Rows(table) => Err(CopyError::NotEmpty { name: target.name.clone(), table }),
        Found::Nothing | Found::Copy(_) => Ok(()),
    }
}

enum Found {
    Nothing,
    /// Of this desk.
    Copy(Vec<u8>),
    /// In this table.
    Rows(&'static str),
}

/// The first table that has a row.
fn occupied(tx: &mut Tx<'_>, tables: &[&'static str]) -> Result<Option<&'static str>, DbError> {
    for &table in tables {
        if !tx.query(&format!("SELECT 1 FROM {table} LIMIT 1"), &[])?.is_empty() {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// Marks the copy as whole.
pub(super) async fn end(target: &End, desk: Vec<u8>, run: Uuid) -> Result<(), CopyError> {
    let write = move |tx: &mut Tx<'_>| {
        hold(tx, run)?;
        clear(tx, RUN)?;
        clear(tx, UNFINISHED)?;
        set(tx, UNOPENED, &desk)
    };
    target.write(write).await
}
