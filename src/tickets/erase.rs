//! Takes everything personal out of a ticket, for ever: what is left counts, and names nobody.
//!
//! Reference, type, status, priority, technician and every time stay, so that reports say what they said. Who asked for it
//! decides beforehand whether it may be done: see the feature `privacy`.

use uuid::Uuid;

use super::{Desk, Edit, erase_store as store, erase_store::Naming, import, notices, photos, tokens};
use crate::{
    clients::Client,
    db::{Db, Tx},
    fault::Fault,
    phone::Phone,
    search,
};

/// Edits that one read looks at.
const PAGE: u32 = 500;

/// What was taken out of a ticket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Of {
    /// Notes, of the desk and of the client.
    pub notes: u64,
    /// Messages, of whatever state.
    pub messages: u64,
}

/// Every ticket of a client that is not erased yet.
///
/// # Errors
/// Only the database's and the vault's.
pub fn of(tx: &mut Tx<'_>, desk: &Desk, client: &Client) -> Result<Vec<Uuid>, Fault> {
    desk.all_of(tx, client)
}

/// Every ticket with a number that is not erased yet, whatever account it names.
///
/// # Errors
/// Only the database's and the vault's.
pub fn of_number(tx: &mut Tx<'_>, desk: &Desk, phone: &Phone) -> Result<Vec<Uuid>, Fault> {
    desk.all_of_number(tx, phone)
}

/// Every ticket that names an account and is not erased yet.
///
/// # Errors
/// Only the database's and the vault's.
pub fn of_account(tx: &mut Tx<'_>, desk: &Desk, account: &str) -> Result<Vec<Uuid>, Fault> {
    desk.all_of_account(tx, account)
}

/// Erases one ticket: its client, its description, the old values in its history, its notes and
/// photos, its messages, the reference that another help desk gave, and what
/// search finds it by but its own reference. What waits to be sent is cancelled first. `by` is nobody where its age did it. Nothing
/// where it is erased already.
///
/// # Errors
/// [`Fault::NotFound`]; [`Fault::Conflict`] when a message changes at the same moment; the database's.
pub fn erase(tx: &mut Tx<'_>, desk: &Desk, id: Uuid, by: Option<Uuid>) -> Result<Option<Of>, Fault> {
    let (vault, now) = (&desk.vault, desk.clock.now());
    let ticket = store::ticket(tx, id)?.ok_or(Fault::NotFound)?;
    if ticket.erased {
        return Ok(None);
    }
    let messages = desk.outbox.erase(tx, id, by)?;
    store::blank_texts(tx, vault, &ticket, now)?;
    store::blank_edits(tx, vault, id)?;
    let notes = store::notes(tx, id)?;
    for note in &notes {
        blank_note(tx, desk, ticket.seq, note)?;
    }
    photos::forget(tx, id)?;
    if import::blank(tx, vault, id)? {
        tokens::put(tx, ticket.seq, tokens::BEFORE, &std::collections::BTreeSet::new())?;
    }
    // As a copy of the database makes them from what is left: the reference finds it, and so does the word.
    let nobody = Phone::erased();
    let kept = search::Fields {
        name: store::ERASED,
        phone_e164: nobody.as_str(),
        email: None,
        account: None,
        description: store::ERASED,
        notes: &[],
        reference: &ticket.reference,
    };
    tokens::put(tx, ticket.seq, tokens::RECORD, &tokens::of_fields(vault, &kept))?;
    notices::tell_of(tx, id, ticket.version + 1);
    Ok(Some(Of { notes: notes.len() as u64, messages }))
}

/// The edits, of all tickets, whose old or new value names somebody: of tickets that were theirs until it was put right.
///
/// # Errors
/// The database's, and a fault of ours when an edit does not open.
pub async fn edits_naming(db: &Db, desk: &Desk, named: impl Fn(&str) -> bool) -> Result<Vec<Naming>, Fault> {
    let (mut found, mut after) = (Vec::new(), (Uuid::nil(), 0, 0));
    loop {
        let (vault, from) = (desk.vault.clone(), after);
        let rows = db.read(move |tx: &mut Tx<'_>| store::edits(tx, &vault, from, PAGE)).await?;
        let Some(last) = rows.last() else { return Ok(found) };
        after = last.edit;
        found.extend(rows.iter().filter_map(|row| row.naming(&named)));
    }
}

/// Those of them in tickets that were changed since a time, in milliseconds.
///
/// # Errors
/// The database's, and a fault of ours when an edit does not open.
pub fn edits_naming_since(
    tx: &mut Tx<'_>,
    desk: &Desk,
    since: i64,
    named: impl Fn(&str) -> bool,
) -> Result<Vec<Naming>, Fault> {
    let rows = store::edits_since(tx, &desk.vault, since)?;
    Ok(rows.iter().filter_map(|row| row.naming(&named)).collect())
}

/// Takes the old and new values that name somebody out of edits. That there was one, when and by whom stays, and so does the
/// ticket, which is somebody else's.
///
/// # Errors
/// The database's and the vault's.
pub fn erase_edits(tx: &mut Tx<'_>, desk: &Desk, edits: &[Edit], named: &dyn Fn(&str) -> bool) -> Result<(), Fault> {
    for of_ticket in edits.chunk_by(|one, next| one.0 == next.0) {
        for edit in of_ticket {
            store::blank_edit(tx, &desk.vault, *edit, named)?;
        }
        let Some(ticket) = store::ticket(tx, of_ticket[0].0)? else { continue };
        // So that pages that show it are told.
        store::touch(tx, of_ticket[0].0)?;
        notices::tell_of(tx, of_ticket[0].0, ticket.version + 1);
    }
    Ok(())
}

/// Erases what a client wrote: the note that it became.
///
/// # Errors
/// Only the database's.
pub fn erase_inbound(tx: &mut Tx<'_>, desk: &Desk, note: Uuid) -> Result<(), Fault> {
    let Some(found) = store::note(tx, note)? else { return Ok(()) };
    let ticket = store::ticket(tx, found.ticket)?.ok_or(Fault::NotFound)?;
    blank_note(tx, desk, ticket.seq, &found)?;
    // So that pages that show it are told, and a change meant for the ticket as it was is refused.
    store::touch(tx, found.ticket)?;
    notices::tell_of(tx, found.ticket, ticket.version + 1);
    Ok(())
}

fn blank_note(tx: &mut Tx<'_>, desk: &Desk, seq: i64, note: &store::NoteRow) -> Result<(), Fault> {
    store::blank_note(tx, &desk.vault, note, desk.clock.now())?;
    tokens::put(tx, seq, note.version, &std::collections::BTreeSet::new())
}
