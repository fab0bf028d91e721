//! Every statement of the audit history. There is none that changes or removes a row.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{Entry, Event, chain};
use crate::{
    db::{Tx, params},
    fault::Fault,
};

fn cell(id: &Uuid) -> Cell<'_> {
    Cell { table: "audit_events", column: "detail", row: id.as_bytes() }
}

/// Adds a row.
pub fn append(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: Uuid,
    at: i64,
    actor: Option<Uuid>,
    event: &Event,
) -> Result<(), Fault> {
    let detail = serde_json::to_string(event).map_err(|error| Fault::Unexpected(error.into()))?;
    // One after the other: each is bound to the one before. Taken last of all turns, so that none waits in a circle.
    tx.take_turn("audit")?;
    let before = tx.query_one("SELECT link FROM audit_events ORDER BY seq DESC LIMIT 1", &[])?;
    let before = before.map(|row| row.opt_bytes(0)).transpose()?.flatten().unwrap_or_default();
    let row = chain::Row { id, at, actor, kind: event.code(), detail: &detail };
    let link = chain::link(vault, &before, &row);
    tx.execute(
        "INSERT INTO audit_events (id, at, actor, kind, detail, link) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, at, actor, event.code(), vault.seal_text(&cell(&id), &detail), link],
    )?;
    Ok(())
}

/// A row as it lies there, to be held against the chain.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) seq: i64,
    pub(super) id: Uuid,
    pub(super) at: i64,
    pub(super) actor: Option<Uuid>,
    pub(super) kind: i64,
    /// Nothing where it does not open.
    pub(super) detail: Option<String>,
    pub(super) link: Option<Vec<u8>>,
}

/// Rows after a place, the oldest first.
pub(super) fn after(tx: &mut Tx<'_>, vault: &Vault, seq: i64, most: u32) -> Result<Vec<Kept>, Fault> {
    let rows = tx.query(
        "SELECT seq, id, at, actor, kind, detail, link FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2",
        params![seq, most],
    )?;
    rows.iter()
        .map(|row| {
            let id = row.uuid(1)?;
            Ok(Kept {
                seq: row.int(0)?,
                id,
                at: row.int(2)?,
                actor: row.opt_uuid(3)?,
                kind: row.int(4)?,
                detail: vault.open_text(&cell(&id), &row.bytes(5)?).ok(),
                link: row.opt_bytes(6)?,
            })
        })
        .collect()
}

/// Rows before a place, newest first.
pub fn before(tx: &mut Tx<'_>, vault: &Vault, seq: i64, most: u32) -> Result<Vec<Entry>, Fault> {
    let rows = tx.query(
        "SELECT seq, id, at, actor, detail FROM audit_events WHERE seq < $1 ORDER BY seq DESC LIMIT $2",
        params![seq, most],
    )?;
    rows.iter()
        .map(|row| {
            let id = row.uuid(1)?;
            let detail = vault.open_text(&cell(&id), &row.bytes(4)?)?;
            // While nodes are exchanged for newer ones, these record what this one does not know.
            let event = serde_json::from_str(&detail).unwrap_or(Event::Unknown);
            Ok(Entry { seq: row.int(0)?, id, at: row.int(2)?, actor: row.opt_uuid(3)?, event })
        })
        .collect()
}
