//! Views whose name or search names somebody.

use vault::Vault;

use super::{SavedView, store};
use crate::{db::Tx, fault::Fault, tickets::notices};

/// Whether a name and whether a query string names somebody.
pub type Named<'a> = (&'a dyn Fn(&str) -> bool, &'a dyn Fn(&str) -> bool);

/// Those that name somebody by their name or by their query string, of whomever they are.
///
/// # Errors
/// Only the database's and the vault's.
pub fn naming(tx: &mut Tx<'_>, vault: &Vault, (name, query): Named<'_>) -> Result<Vec<SavedView>, Fault> {
    let mut views = store::all(tx, vault)?;
    views.retain(|view| name(&view.name) || query(&view.query));
    Ok(views)
}

/// Removes those that name somebody, and gives how many there were.
///
/// # Errors
/// Only the database's and the vault's.
pub fn forget(tx: &mut Tx<'_>, vault: &Vault, named: Named<'_>) -> Result<u64, Fault> {
    let views = naming(tx, vault, named)?;
    for view in &views {
        store::delete(tx, view.id)?;
        tx.notify(notices::VIEWS, "");
    }
    Ok(views.len() as u64)
}
