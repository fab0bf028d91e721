//! Every statement on keys: what is sealed where, and which keys the nodes have.

use vault::KeyId;

use super::places::Place;
use crate::{
    db::{DbError, NODE_GONE, Tx, Value, params},
    fault::Fault,
};

/// A row with something sealed in it.
#[derive(Debug)]
pub(super) struct Sealed {
    /// Its primary key.
    pub(super) key: Vec<Value>,
    /// What its values are bound to.
    pub(super) bound: Vec<u8>,
    /// The value of each sealed column.
    pub(super) values: Vec<Option<Vec<u8>>>,
}

/// Rows that one read gives.
const PAGE: usize = 200;

/// Reads a page: the first one, or what comes after a key.
pub(super) fn page(tx: &mut Tx<'_>, place: &Place, after: &[Value]) -> Result<Vec<Sealed>, Fault> {
    let (keys, bound) = (place.keys.len(), place.bound.len());
    let own = |names: &[&str]| names.iter().map(|name| format!("p.{name}")).collect::<Vec<_>>();
    let columns = [own(place.keys), place.bound.iter().map(|&name| name.to_owned()).collect(), own(place.columns)];
    let order = own(place.keys).join(", ");
    let marks = (1..=keys).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ");
    let after_key = (!after.is_empty())
        .then(|| if keys == 1 { format!("{order} > {marks}") } else { format!("({order}) > ({marks})") });
    let which: Vec<String> = after_key.into_iter().chain(place.only.map(str::to_owned)).collect();
    let which = if which.is_empty() { String::new() } else { format!(" WHERE {}", which.join(" AND ")) };
    let sql = format!(
        "SELECT {} FROM {} p{}{which} ORDER BY {order} LIMIT {PAGE}",
        columns.concat().join(", "),
        place.table,
        place.beside
    );
    let sealed = |row: &crate::db::Row| {
        Ok(Sealed {
            key: (0..keys).map(|at| row.value(at)).collect::<Result<_, _>>()?,
            bound: (keys..keys + bound)
                .map(|at| row.value(at))
                .collect::<Result<Vec<_>, DbError>>()?
                .iter()
                .flat_map(bytes)
                .collect(),
            values: (keys + bound..keys + bound + place.columns.len())
                .map(|at| row.opt_bytes(at))
                .collect::<Result<_, _>>()?,
        })
    };
    tx.query(&sql, after)?.iter().map(sealed).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    match value {
        Value::Int(number) => number.to_be_bytes().to_vec(),
        Value::Text(text) => text.as_bytes().to_vec(),
        Value::Bytes(bytes) => bytes.clone(),
        Value::Null | Value::Ints(_) => Vec::new(),
    }
}

/// How many rows a place has.
pub(super) fn count(tx: &mut Tx<'_>, place: &Place) -> Result<u64, Fault> {
    let which = place.only.map(|only| format!(" WHERE {only}")).unwrap_or_default();
    let row = tx.query_one(&format!("SELECT count(*) FROM {} p{which}", place.table), &[])?;
    Ok(row.map_or(Ok(0), |row| row.int(0))?.cast_unsigned())
}

/// Puts a value in place of another; `false` where somebody has changed it since.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    place: &Place,
    column: &str,
    key: &[Value],
    (old, new): (&[u8], &[u8]),
) -> Result<bool, Fault> {
    let which = (3..).zip(place.keys).map(|(at, name)| format!("{name} = ${at}")).collect::<Vec<_>>().join(" AND ");
    let sql = format!("UPDATE {} SET {column} = $1 WHERE {column} = $2 AND {which}", place.table);
    let values: Vec<Value> = [new.into(), old.into()].into_iter().chain(key.iter().cloned()).collect();
    Ok(tx.execute(&sql, &values)? > 0)
}

/// Nodes that serve and have not yet got as far as others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// Those that lack the key.
    pub without: i64,
    /// Those that have it and seal with another.
    pub sealing: i64,
}

/// How many of the nodes that serve lack a key, or seal with another. One that was killed counts for a minute.
///
/// # Errors
/// Only the database's.
pub fn behind(tx: &mut Tx<'_>, key: KeyId, now: i64) -> Result<Behind, Fault> {
    let row = tx.query_one(
        "SELECT COUNT(CASE WHEN newest_key IS NULL OR newest_key < $1 THEN 1 END), \
         COUNT(CASE WHEN newest_key >= $1 AND active_key < $1 THEN 1 END) FROM nodes WHERE seen_at >= $2",
        params![key.get(), now - NODE_GONE],
    )?;
    let row = row.ok_or(Fault::NotFound)?;
    Ok(Behind { without: row.int(0)?, sealing: row.int(1)? })
}

/// Where the newest key that something may be sealed with is noted.
const NEEDED: &str = "vault.newest";
/// Where the key of a rotation that is not finished is.
const ROTATING: &str = "vault.rotating";
/// Its value is the fingerprint of the keys that belong to the desk.
const FINGERPRINT: &str = "vault.fingerprint";

/// What tells the keys of a desk from others, as it stands beside the data; nothing where there is no desk.
///
/// # Errors
/// Only the database's.
pub fn recorded(tx: &mut Tx<'_>) -> Result<Option<Vec<u8>>, Fault> {
    let row = tx.query_one("SELECT value FROM meta WHERE name = $1", params![FINGERPRINT])?;
    Ok(row.map(|row| row.bytes(0)).transpose()?)
}

/// Notes whose keys belong to a new desk, unless some are noted.
///
/// # Errors
/// Only the database's.
pub fn record(tx: &mut Tx<'_>, fingerprint: &[u8]) -> Result<(), Fault> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    tx.execute(sql, params![FINGERPRINT, fingerprint])?;
    Ok(())
}

/// Notes that something may be sealed with this key from now on, so that nobody starts without it.
///
/// # Errors
/// Only the database's.
pub fn require(tx: &mut Tx<'_>, key: KeyId) -> Result<(), Fault> {
    note(tx, NEEDED, key)
}

/// The key that nobody may start without, if one was noted.
///
/// # Errors
/// Only the database's.
pub fn needed(tx: &mut Tx<'_>) -> Result<Option<KeyId>, Fault> {
    noted(tx, NEEDED)
}

/// Notes that everything is to be sealed anew under a key.
///
/// # Errors
/// Only the database's.
pub fn begin(tx: &mut Tx<'_>, key: KeyId) -> Result<(), Fault> {
    note(tx, ROTATING, key)
}

/// The key of a rotation that is not finished.
///
/// # Errors
/// Only the database's.
pub fn rotating(tx: &mut Tx<'_>) -> Result<Option<KeyId>, Fault> {
    noted(tx, ROTATING)
}

/// Notes that everything has been sealed anew.
///
/// # Errors
/// Only the database's.
pub fn finish(tx: &mut Tx<'_>) -> Result<(), Fault> {
    tx.execute("DELETE FROM meta WHERE name = $1", params![ROTATING])?;
    Ok(())
}

fn note(tx: &mut Tx<'_>, name: &str, key: KeyId) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, key.get().to_string().into_bytes()],
    )?;
    Ok(())
}

fn noted(tx: &mut Tx<'_>, name: &str) -> Result<Option<KeyId>, Fault> {
    let row = tx.query_one("SELECT value FROM meta WHERE name = $1", params![name])?;
    let value = row.map(|row| row.bytes(0)).transpose()?;
    Ok(value.and_then(|value| String::from_utf8(value).ok()?.parse().ok()).map(KeyId::new))
}
