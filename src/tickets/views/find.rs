//! Finds saved views, of which everybody sees their own and the shared ones.

use uuid::Uuid;
use vault::Vault;

use super::{SavedView, store};
use crate::{db::Tx, fault::Fault};

/// What this user sees, by name: their own first, then those that others share.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub fn visible(tx: &mut Tx<'_>, vault: &Vault, user: Uuid) -> Result<Vec<SavedView>, Fault> {
    let mut views = store::visible(tx, vault, user)?;
    views.sort_by_cached_key(|view| (!view.may_change(user), view.name.to_lowercase(), view.id));
    Ok(views)
}

/// A view that this user sees.
///
/// # Errors
/// [`Fault::NotFound`], also for what others keep to themselves.
pub fn find(tx: &mut Tx<'_>, vault: &Vault, user: Uuid, id: Uuid) -> Result<SavedView, Fault> {
    let view = store::by_id(tx, vault, id)?;
    view.filter(|view| view.shared || view.may_change(user)).ok_or(Fault::NotFound)
}

/// A view that is this user's to change.
///
/// # Errors
/// As [`find`], and [`Fault::Forbidden`] for what others share.
pub fn own(tx: &mut Tx<'_>, vault: &Vault, user: Uuid, id: Uuid) -> Result<SavedView, Fault> {
    let view = find(tx, vault, user, id)?;
    if view.may_change(user) { Ok(view) } else { Err(Fault::Forbidden) }
}
