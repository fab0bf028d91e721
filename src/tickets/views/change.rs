//! Changes a view: its name, its filter, who sees it.

use uuid::Uuid;

use super::{Change, SavedView, find, save::not_taken, store};
use crate::{
    db::Tx,
    fault::Fault,
    tickets::{Desk, notices::VIEWS},
};

/// Changes what is there of a view.
///
/// # Errors
/// As [`find::own`], and [`Fault::Invalid`] with the code `taken` when another view of the owner has the name.
pub fn change(tx: &mut Tx<'_>, desk: &Desk, by: Uuid, id: Uuid, change: &Change) -> Result<SavedView, Fault> {
    store::take_turn(tx, by)?;
    let was = find::own(tx, &desk.vault, by, id)?;
    let Change { name, query, shared } = change.clone();
    let now = SavedView {
        name: name.unwrap_or_else(|| was.name.clone()),
        query: query.unwrap_or_else(|| was.query.clone()),
        shared: shared.unwrap_or(was.shared),
        ..was.clone()
    };
    if (&now.name, &now.query, now.shared) == (&was.name, &was.query, was.shared) {
        return Ok(was);
    }
    not_taken(&store::of_owner(tx, &desk.vault, by)?, id, &now.name)?;
    let now = SavedView { updated_at: desk.clock.now(), ..now };
    store::update(tx, &desk.vault, &now)?;
    tx.notify(VIEWS, "");
    Ok(now)
}
