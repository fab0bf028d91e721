//! Saves a view.

use uuid::Uuid;

use super::{MOST, NewView, SavedView, store, view::same_name};
use crate::{
    db::Tx,
    fault::Fault,
    staff::Person,
    tickets::{Desk, notices::VIEWS},
    words::Text,
};

/// Saves a view for its owner.
///
/// # Errors
/// [`Fault::Invalid`] on `name`: `too_many` with 50 views of one's own, `taken` when another of them has the name.
pub fn save(tx: &mut Tx<'_>, desk: &Desk, by: &Person, new: &NewView) -> Result<SavedView, Fault> {
    store::take_turn(tx, by.id)?;
    let own = store::of_owner(tx, &desk.vault, by.id)?;
    if own.len() >= MOST {
        return Err(Fault::field("name", "too_many", Text::new("views-too-many").arg("count", MOST)));
    }
    let now = desk.clock.now();
    let view = SavedView {
        id: desk.clock.uuid(),
        owner: by.clone(),
        orphaned: false,
        name: new.name.clone(),
        query: new.query.clone(),
        shared: new.shared,
        created_at: now,
        updated_at: now,
    };
    not_taken(&own, view.id, &view.name)?;
    store::insert(tx, &desk.vault, &view)?;
    tx.notify(VIEWS, "");
    Ok(view)
}

/// Two views of one owner under one name could not be told apart.
pub(super) fn not_taken(own: &[SavedView], id: Uuid, name: &str) -> Result<(), Fault> {
    if own.iter().any(|other| other.id != id && same_name(&other.name, name)) {
        return Err(Fault::field("name", "taken", Text::new("views-name-taken")));
    }
    Ok(())
}
