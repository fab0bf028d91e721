//! Adds an internal note (US-A-007).

use super::{Desk, Note, Ticket, form::NewNote, notices, store, telling};
use crate::{db::Tx, fault::Fault, staff::Person, words::Text};

/// Adds the note to a ticket that was read in this transaction. It counts as a change: the version goes one up.
///
/// # Errors
/// [`Fault::Conflict`] for a ticket that was erased, since a note may name people again; the database's.
pub fn add_note(tx: &mut Tx<'_>, desk: &Desk, by: &Person, mut ticket: Ticket, content: &str) -> Result<Note, Fault> {
    if ticket.erased_at.is_some() {
        return Err(Fault::conflict(Text::new("rules-erased")));
    }
    let now = desk.clock.now().max(ticket.updated_at);
    ticket.version += 1;
    ticket.updated_at = now;
    store::touch(tx, &ticket)?;
    let note = Note {
        id: desk.clock.uuid(),
        version: ticket.version,
        content: content.to_owned(),
        at: now,
        by: by.clone(),
        photos: Vec::new(),
    };
    store::insert_note(tx, &desk.vault, &ticket, &note)?;
    notices::tell(tx, &ticket);
    Ok(note)
}

/// Adds a note, and has the client get it where that was asked for.
///
/// # Errors
/// As [`add_note`].
pub fn add_new_note(tx: &mut Tx<'_>, desk: &Desk, by: &Person, ticket: Ticket, new: &NewNote) -> Result<Note, Fault> {
    let note = add_note(tx, desk, by, ticket.clone(), &new.content)?;
    if new.tell_client {
        telling::write(tx, desk, &Ticket { version: note.version, ..ticket }, &new.content)?;
    }
    Ok(note)
}
