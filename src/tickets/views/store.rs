//! Every statement of saved views. Names and queries are what people typed, so both are sealed.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::SavedView;
use crate::{
    db::{Row, Tx, params},
    fault::Fault,
    staff::{self, Person, Role},
};

const COLUMNS: &str = "SELECT v.id, v.owner, u.name, u.enabled, u.role, v.name, v.query, v.shared, v.created_at, v.updated_at \
     FROM saved_views v JOIN users u ON u.id = v.owner";

fn cell<'a>(column: &'static str, id: &'a Uuid) -> Cell<'a> {
    Cell { table: "saved_views", column, row: id.as_bytes() }
}

fn view(vault: &Vault, row: &Row) -> Result<SavedView, Fault> {
    let (id, owner) = (row.uuid(0)?, row.uuid(1)?);
    Ok(SavedView {
        owner: Person { id: owner, name: staff::user_name(vault, owner, &row.bytes(2)?)? },
        orphaned: !row.bool(3)? || row.int(4)? != Role::Admin.code(),
        name: vault.open_text(&cell("name", &id), &row.bytes(5)?)?,
        query: vault.open_text(&cell("query", &id), &row.bytes(6)?)?,
        shared: row.bool(7)?,
        created_at: row.int(8)?,
        updated_at: row.int(9)?,
        id,
    })
}

fn views(vault: &Vault, rows: &[Row]) -> Result<Vec<SavedView>, Fault> {
    rows.iter().map(|row| view(vault, row)).collect()
}

/// Waits for others who save or change views of an owner, whose number and names are looked at before.
pub fn take_turn(tx: &mut Tx<'_>, owner: Uuid) -> Result<(), Fault> {
    Ok(tx.take_turn(&format!("views {}", owner.simple()))?)
}

/// Somebody's own views.
pub fn of_owner(tx: &mut Tx<'_>, vault: &Vault, owner: Uuid) -> Result<Vec<SavedView>, Fault> {
    views(vault, &tx.query(&format!("{COLUMNS} WHERE v.owner = $1"), params![owner])?)
}

/// Somebody's own views and all shared ones.
pub fn visible(tx: &mut Tx<'_>, vault: &Vault, user: Uuid) -> Result<Vec<SavedView>, Fault> {
    views(vault, &tx.query(&format!("{COLUMNS} WHERE v.owner = $1 OR v.shared = 1"), params![user])?)
}

/// One view.
pub fn by_id(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<SavedView>, Fault> {
    let row = tx.query_one(&format!("{COLUMNS} WHERE v.id = $1"), params![id])?;
    row.map(|row| view(vault, &row)).transpose()
}

/// Adds a view.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, view: &SavedView) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO saved_views (id, owner, shared, name, query, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            view.id,
            view.owner.id,
            view.shared,
            vault.seal_text(&cell("name", &view.id), &view.name),
            vault.seal_text(&cell("query", &view.id), &view.query),
            view.created_at,
            view.updated_at,
        ],
    )?;
    Ok(())
}

/// Writes what may change of a view.
pub fn update(tx: &mut Tx<'_>, vault: &Vault, view: &SavedView) -> Result<(), Fault> {
    tx.execute(
        "UPDATE saved_views SET shared = $2, name = $3, query = $4, updated_at = $5 WHERE id = $1",
        params![
            view.id,
            view.shared,
            vault.seal_text(&cell("name", &view.id), &view.name),
            vault.seal_text(&cell("query", &view.id), &view.query),
            view.updated_at,
        ],
    )?;
    Ok(())
}

/// Removes a view.
pub fn delete(tx: &mut Tx<'_>, id: Uuid) -> Result<(), Fault> {
    tx.execute("DELETE FROM saved_views WHERE id = $1", params![id])?;
    Ok(())
}

/// Every view of anybody.
pub fn all(tx: &mut Tx<'_>, vault: &Vault) -> Result<Vec<SavedView>, Fault> {
    views(vault, &tx.query(COLUMNS, &[])?)
}
