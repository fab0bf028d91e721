//! Views whose name or search names somebody.

use vault::Vault;

use super::{SavedView, store};
use crate::{db::Tx, fault::Fault, tickets::notices};

/// Those that name somebody, of whomever they are.
///
/// # Errors
/// Only the database's and the vault's.
pub fn naming(tx: &mut Tx<'_>, vault: &Vault, named: &dyn Fn(&str) -> bool) -> Result<Vec<SavedView>, Fault> {
    let mut views = store::all(tx, vault)?;
    views.retain(|view| named(&view.name) || named(&view.query));
    Ok(views)
}

/// Removes those that name somebody, and gives how many there were.
///
/// # Errors
/// Only the database's and the vault's.
pub fn forget(tx: &mut Tx<'_>, vault: &Vault, named: &dyn Fn(&str) -> bool) -> Result<u64, Fault> {
    let views = naming(tx, vault, named)?;
    for view in &views {
        store::delete(tx, view.id)?;
        tx.notify(notices::VIEWS, "");
    }
    Ok(views.len() as u64)
}
