//! Records what was done, and reads it back.

use uuid::Uuid;
use vault::Vault;

use super::{Event, Filter, store};
use crate::{clock::Clock, db::Tx, fault::Fault};

/// One row of the history.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its place: later ones are larger.
    pub seq: i64,
    /// `UUIDv7`.
    pub id: Uuid,
    /// Milliseconds.
    pub at: i64,
    /// The user who did it; absent for what the product did by itself.
    pub actor: Option<Uuid>,
    /// The address that the request came from, where there was one and it is known.
    pub from: Option<String>,
    /// What.
    pub event: Event,
}

/// Records an event within the caller's transaction, with the address of the request that it is done for, and gives its id.
///
/// # Errors
/// Only the database's.
pub fn record(
    tx: &mut Tx<'_>,
    vault: &Vault,
    clock: &Clock,
    actor: Option<Uuid>,
    event: &Event,
) -> Result<Uuid, Fault> {
    let id = clock.uuid();
    store::append(tx, vault, id, clock.now(), actor, event)?;
    Ok(id)
}

/// At most `most` entries before a place that a filter lets through, newest first; from the end where no place is given.
///
/// # Errors
/// Only the database's. An entry that does not open is there as [`Event::Unreadable`].
pub fn recent(
    tx: &mut Tx<'_>,
    vault: &Vault,
    filter: &Filter,
    before: Option<i64>,
    most: u32,
) -> Result<Vec<Entry>, Fault> {
    store::before(tx, vault, filter, before.unwrap_or(i64::MAX), most)
}
