//! Removes a view.

use uuid::Uuid;
use vault::Vault;

use super::{find, store};
use crate::{db::Tx, fault::Fault, tickets::notices::VIEWS};

/// Removes a view of one's own, or a shared one whose owner is disabled or no longer an admin.
///
/// # Errors
/// As [`find::find`], and [`Fault::Forbidden`] for any other that somebody shares.
pub fn remove(tx: &mut Tx<'_>, vault: &Vault, by: Uuid, id: Uuid) -> Result<(), Fault> {
    let view = find::find(tx, vault, by, id)?;
    if !view.may_remove(by) {
        return Err(Fault::Forbidden);
    }
    store::delete(tx, id)?;
    tx.notify(VIEWS, "");
    Ok(())
}
