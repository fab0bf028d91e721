//! Every statement of legal holds.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::Hold;
use crate::{
    db::{Row, Tx, params},
    fault::Fault,
};

const COLUMNS: &str = "SELECT id, client_id, ticket_id, reason, placed_at, placed_by, until FROM legal_holds";

fn cell(id: &Uuid) -> Cell<'_> {
    Cell { table: "legal_holds", column: "reason", row: id.as_bytes() }
}

fn hold(vault: &Vault, row: &Row) -> Result<Hold, Fault> {
    let id = row.uuid(0)?;
    Ok(Hold {
        id,
        client: row.opt_uuid(1)?,
        ticket: row.opt_uuid(2)?,
        reason: vault.open_text(&cell(&id), &row.bytes(3)?)?,
        placed_at: row.int(4)?,
        placed_by: row.uuid(5)?,
        until: row.opt_int(6)?,
    })
}

/// The holds that are in force, the oldest first.
pub(super) fn in_force(tx: &mut Tx<'_>, vault: &Vault, now: i64) -> Result<Vec<Hold>, Fault> {
    let sql = format!("{COLUMNS} WHERE ended_at IS NULL AND (until IS NULL OR until > $1) ORDER BY placed_at, id");
    tx.query(&sql, params![now])?.iter().map(|row| hold(vault, row)).collect()
}

/// Those of them on a client or on a ticket.
pub(super) fn on(tx: &mut Tx<'_>, vault: &Vault, of: Uuid, now: i64) -> Result<Vec<Hold>, Fault> {
    let sql = format!(
        "{COLUMNS} WHERE (client_id = $1 OR ticket_id = $1) AND ended_at IS NULL AND (until IS NULL OR until > $2) \
         ORDER BY placed_at, id"
    );
    tx.query(&sql, params![of, now])?.iter().map(|row| hold(vault, row)).collect()
}

/// Stores a new hold.
pub(super) fn insert(tx: &mut Tx<'_>, vault: &Vault, new: &Hold) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO legal_holds (id, client_id, ticket_id, reason, placed_at, placed_by, until) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            new.id,
            new.client,
            new.ticket,
            vault.seal_text(&cell(&new.id), &new.reason),
            new.placed_at,
            new.placed_by,
            new.until
        ],
    )?;
    Ok(())
}

/// Ends a hold; nothing where it is not in force.
pub(super) fn end(tx: &mut Tx<'_>, vault: &Vault, id: Uuid, by: Uuid, now: i64) -> Result<Option<Hold>, Fault> {
    let sql = format!("{COLUMNS} WHERE id = $1 AND ended_at IS NULL");
    let Some(row) = tx.query_one(&sql, params![id])? else { return Ok(None) };
    let hold = hold(vault, &row)?;
    tx.execute("UPDATE legal_holds SET ended_at = $2, ended_by = $3 WHERE id = $1", params![id, now, by])?;
    Ok(Some(hold))
}

/// Takes the reasons out of holds that are over, of a client or of a ticket.
pub(super) fn forget(tx: &mut Tx<'_>, vault: &Vault, of: Uuid) -> Result<(), Fault> {
    for row in tx.query("SELECT id FROM legal_holds WHERE client_id = $1 OR ticket_id = $1", params![of])? {
        blank(tx, vault, row.uuid(0)?)?;
    }
    Ok(())
}

/// Takes the reasons that name somebody out of holds that are over, whomever those were on. There are few of them, as each was
/// placed by hand.
pub(super) fn forget_naming(
    tx: &mut Tx<'_>,
    vault: &Vault,
    now: i64,
    named: impl Fn(&str) -> bool,
) -> Result<(), Fault> {
    let sql = "SELECT id, reason FROM legal_holds WHERE ended_at IS NOT NULL OR until <= $1";
    for row in tx.query(sql, params![now])? {
        let id = row.uuid(0)?;
        // One that does not open says nothing any more.
        let reason = vault.open_text(&cell(&id), &row.bytes(1)?).unwrap_or_default();
        if named(&reason) {
            blank(tx, vault, id)?;
        }
    }
    Ok(())
}

fn blank(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<(), Fault> {
    let reason = vault.seal_text(&cell(&id), "");
    tx.execute("UPDATE legal_holds SET reason = $2 WHERE id = $1", params![id, reason])?;
    Ok(())
}
