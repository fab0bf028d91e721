//! Every statement of the audit history. There is none that changes or removes a row.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{Entry, Event};
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
    tx.execute(
        "INSERT INTO audit_events (id, at, actor, kind, detail) VALUES ($1, $2, $3, $4, $5)",
        params![id, at, actor, event.code(), vault.seal_text(&cell(&id), &detail)],
    )?;
    Ok(())
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
