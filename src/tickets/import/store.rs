//! Every statement of what is kept of where tickets came from.

use std::collections::HashMap;

use uuid::Uuid;
use vault::{Cell, Purpose, Vault};

use super::{Entry, Source};
use crate::{
    db::{Row, Tx, Value, params},
    fault::Fault,
    search,
};

/// A name stays for ever, or an export is imported twice.
const KEY: Purpose = Purpose::new("tickets.import.key");
const ROW: Purpose = Purpose::new("tickets.import.row");

/// Keys looked up by one statement.
const AT_ONCE: usize = 100;

/// What stands for a reference that was erased.
const ERASED: &str = "";

/// What is kept of a ticket that was imported.
#[derive(Debug, Clone)]
pub struct Known {
    /// Our own id of it.
    pub ticket: Uuid,
    /// Of the row that it was made from last: see [`digest`].
    pub digest: Vec<u8>,
    /// The version that this made.
    pub version: i64,
    /// The version that it has now.
    pub version_now: i64,
    /// Whether everything personal was taken out of it.
    pub erased: bool,
}

/// The digest under which a ticket of another help desk is kept: whole, since two that met in it would be one.
pub fn key(vault: &Vault, source: Source, reference: &str) -> [u8; 32] {
    vault.mac(KEY, &[source.name().as_bytes(), search::account_key(reference).as_bytes()])
}

/// The digest of all that a row says, by which a row that says the same is known.
pub fn digest(vault: &Vault, entry: &Entry) -> [u8; 32] {
    let parts = entry.parts();
    vault.mac(ROW, &parts.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// Those of these keys that were imported before.
///
/// # Errors
/// Only the database's.
pub fn known(tx: &mut Tx<'_>, keys: &[[u8; 32]]) -> Result<HashMap<Vec<u8>, Known>, Fault> {
    let mut known = HashMap::new();
    for keys in keys.chunks(AT_ONCE) {
        let values: Vec<Value> = keys.iter().map(|key| Value::from(&key[..])).collect();
        let marks: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
        let sql = format!(
            "SELECT i.source_key, i.ticket_id, i.digest, i.version, t.version, t.erased_at FROM imported_tickets i \
             JOIN tickets t ON t.id = i.ticket_id WHERE i.source_key IN ({})",
            marks.join(", ")
        );
        for row in tx.query(&sql, &values)? {
            known.insert(row.bytes(0)?, read(&row)?);
        }
    }
    Ok(known)
}

fn read(row: &Row) -> Result<Known, Fault> {
    Ok(Known {
        ticket: row.uuid(1)?,
        digest: row.bytes(2)?,
        version: row.int(3)?,
        version_now: row.int(4)?,
        erased: row.opt_int(5)?.is_some(),
    })
}

fn cell(ticket: &Uuid) -> Cell<'_> {
    Cell { table: "imported_tickets", column: "reference", row: ticket.as_bytes() }
}

/// A reference, sealed for its ticket.
pub fn sealed(vault: &Vault, ticket: &Uuid, reference: &str) -> Vec<u8> {
    vault.seal_text(&cell(ticket), reference)
}

/// A reference of a row, opened.
///
/// # Errors
/// The vault's.
pub fn opened(vault: &Vault, ticket: &Uuid, sealed: &[u8]) -> Result<String, Fault> {
    Ok(vault.open_text(&cell(ticket), sealed)?)
}

/// Keeps where a new ticket came from.
///
/// # Errors
/// Only the database's.
pub fn insert(
    tx: &mut Tx<'_>,
    (ticket, version): (Uuid, i64),
    (source, reference): (Source, &[u8]),
    (key, digest): (&[u8; 32], &[u8; 32]),
) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO imported_tickets (ticket_id, source, source_key, reference, digest, version) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![ticket, source.name(), &key[..], reference, &digest[..], version],
    )?;
    Ok(())
}

/// Keeps what a ticket was made from last.
///
/// # Errors
/// Only the database's.
pub fn update(tx: &mut Tx<'_>, ticket: Uuid, version: i64, digest: &[u8; 32]) -> Result<(), Fault> {
    tx.execute(
        "UPDATE imported_tickets SET digest = $2, version = $3 WHERE ticket_id = $1",
        params![ticket, &digest[..], version],
    )?;
    Ok(())
}

/// The reference that a ticket had before it was imported, if it was and is not erased.
///
/// # Errors
/// Only the database's and the vault's.
pub fn reference(tx: &mut Tx<'_>, vault: &Vault, ticket: Uuid) -> Result<Option<String>, Fault> {
    let row = tx.query_one("SELECT reference FROM imported_tickets WHERE ticket_id = $1", params![ticket])?;
    let opened = row.map(|row| opened(vault, &ticket, &row.bytes(0)?)).transpose()?;
    Ok(opened.filter(|reference| reference != ERASED))
}

/// Takes the reference out, where there is one, and tells whether there was. Its digest stays, so that a later import does
/// not bring the ticket back.
///
/// # Errors
/// Only the database's.
pub fn blank(tx: &mut Tx<'_>, vault: &Vault, ticket: Uuid) -> Result<bool, Fault> {
    let blank = sealed(vault, &ticket, ERASED);
    let blanked =
        tx.execute("UPDATE imported_tickets SET reference = $2 WHERE ticket_id = $1", params![ticket, blank])?;
    Ok(blanked > 0)
}
