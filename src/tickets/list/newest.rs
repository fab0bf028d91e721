//! When a ticket was last changed.

use crate::db::{DbError, Tx};

/// The latest change of any ticket, in milliseconds.
///
/// # Errors
/// Only the database's.
pub fn newest(tx: &mut Tx<'_>) -> Result<Option<i64>, DbError> {
    let row = tx.query_one("SELECT updated_at FROM tickets ORDER BY updated_at DESC LIMIT 1", &[])?;
    row.map(|row| row.int(0)).transpose()
}
