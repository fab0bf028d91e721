//! Every statement that takes personal text out of tickets, and that finds the ones whose age asks for it.
//!
//! A cell is overwritten by another sealed text, so that all that reads tickets goes on to: `[erased]` for a name and a
//! description, an empty one for the rest.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{
    Status,
    store::{self, Detail},
};
use crate::{
    db::{Row, Tx, params},
    fault::Fault,
    notifications::Age,
    phone::Phone,
    staff::THE_CLIENT,
};

/// What stands for a name or a description that was erased. Programs read it; pages say it in words.
pub(super) const ERASED: &str = "[erased]";

/// What erasing a ticket needs to know of it.
pub(super) struct TicketRow {
    id: Uuid,
    pub(super) seq: i64,
    pub(super) reference: String,
    pub(super) version: i64,
    pub(super) erased: bool,
}

/// A note without its text.
pub(super) struct NoteRow {
    id: Uuid,
    pub(super) ticket: Uuid,
    pub(super) version: i64,
}

/// The ticket with this id.
pub(super) fn ticket(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<TicketRow>, Fault> {
    let row = tx.query_one("SELECT seq, ticket_ref, version, erased_at FROM tickets WHERE id = $1", params![id])?;
    let read = |row: Row| {
        let (seq, reference, version) = (row.int(0)?, row.text(1)?, row.int(2)?);
        Ok(TicketRow { id, seq, reference, version, erased: row.opt_int(3)?.is_some() })
    };
    row.map(read).transpose()
}

/// Overwrites the record. Its time of change stays: nobody has worked on it.
pub(super) fn blank_texts(tx: &mut Tx<'_>, vault: &Vault, ticket: &TicketRow, now: i64) -> Result<(), Fault> {
    let changed = tx.execute(
        "UPDATE tickets SET version = version + 1, erased_at = $2 WHERE id = $1 AND version = $3",
        params![ticket.id, now, ticket.version],
    )?;
    if changed == 0 {
        return Err(Fault::conflict(crate::words::Text::new("rules-same-moment")));
    }
    let seal = |column, text: &str| store::sealed(vault, column, &ticket.id, text);
    tx.execute(
        "UPDATE ticket_texts SET client_name = $2, client_phone = $3, client_email = NULL, client_account_id = NULL, \
         description = $4 WHERE seq = $1",
        params![
            ticket.seq,
            seal("client_name", ERASED),
            seal("client_phone", Phone::erased().as_str()),
            seal("description", ERASED),
        ],
    )?;
    Ok(())
}

/// Counts a change of the ticket that nobody made.
pub(super) fn touch(tx: &mut Tx<'_>, ticket: Uuid) -> Result<(), Fault> {
    tx.execute("UPDATE tickets SET version = version + 1 WHERE id = $1", params![ticket])?;
    Ok(())
}

/// Overwrites old and new values of edits of personal fields; that there was an edit, when and by whom stays.
pub(super) fn blank_edits(tx: &mut Tx<'_>, vault: &Vault, ticket: Uuid) -> Result<(), Fault> {
    let rows = tx.query(
        "SELECT version, part, detail FROM ticket_events WHERE ticket_id = $1 AND kind = $2",
        params![ticket, store::EDITED],
    )?;
    for row in rows {
        blank(tx, vault, (ticket, row.int(0)?, row.int(1)?), &row.bytes(2)?, &|_| true)?;
    }
    Ok(())
}

/// An edit: its ticket, the version that it made, and which of the things that happened then it was.
pub type Edit = (Uuid, i64, i64);

fn edit_cell(bound: &[u8; 32]) -> Cell<'_> {
    Cell { table: "ticket_events", column: "detail", row: bound }
}

/// An edit whose old or new value names somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Naming {
    /// Which one.
    pub edit: Edit,
    /// Whether it was of a field that says who the client is, else of the description.
    pub of_client: bool,
}

/// An edit with its field, its old and its new value.
pub(super) struct Edited {
    pub(super) edit: Edit,
    field: String,
    values: [String; 2],
}

impl Edited {
    pub(super) fn naming(&self, named: &dyn Fn(&str) -> bool) -> Option<Naming> {
        let meant = self.values.iter().any(|value| named(value));
        meant.then(|| Naming { edit: self.edit, of_client: self.field != "description" })
    }
}

/// The field, the old and the new value of an edit, where that is personal.
fn personal(vault: &Vault, edit: Edit, sealed: &[u8]) -> Result<Option<(String, String, String)>, Fault> {
    let bound = store::event_row(&edit.0, edit.1, edit.2);
    let text = vault.open_text(&edit_cell(&bound), sealed)?;
    let Ok(Detail::Edited { field, from, to }) = serde_json::from_str(&text) else { return Ok(None) };
    Ok((field != "priority" && field != "issueType").then_some((field, from, to)))
}

/// Overwrites those values of an edit that are meant.
fn blank(tx: &mut Tx<'_>, vault: &Vault, edit: Edit, sealed: &[u8], meant: &dyn Fn(&str) -> bool) -> Result<(), Fault> {
    let Some((field, from, to)) = personal(vault, edit, sealed)? else { return Ok(()) };
    let left = |value: String| if meant(&value) { String::new() } else { value };
    let blank = Detail::Edited { field, from: left(from), to: left(to) };
    let text = serde_json::to_string(&blank).map_err(|error| Fault::Unexpected(error.into()))?;
    let bound = store::event_row(&edit.0, edit.1, edit.2);
    tx.execute(
        "UPDATE ticket_events SET detail = $4 WHERE ticket_id = $1 AND version = $2 AND part = $3",
        params![edit.0, edit.1, edit.2, vault.seal_text(&edit_cell(&bound), &text)],
    )?;
    Ok(())
}

/// Edits of all tickets after one of them, at most so many, with no values where they are not personal.
pub(super) fn edits(tx: &mut Tx<'_>, vault: &Vault, after: Edit, most: u32) -> Result<Vec<Edited>, Fault> {
    let rows = tx.query(
        "SELECT ticket_id, version, part, detail FROM ticket_events WHERE kind = $1 \
         AND (ticket_id, version, part) > ($2, $3, $4) ORDER BY ticket_id, version, part LIMIT $5",
        params![store::EDITED, after.0, after.1, after.2, most],
    )?;
    rows.iter().map(|row| read_edit(vault, row)).collect()
}

/// Every edit of tickets that were changed since a time, in milliseconds, in the same order.
pub(super) fn edits_since(tx: &mut Tx<'_>, vault: &Vault, since: i64) -> Result<Vec<Edited>, Fault> {
    let rows = tx.query(
        "SELECT ticket_id, version, part, detail FROM ticket_events WHERE kind = $1 \
         AND ticket_id IN (SELECT id FROM tickets WHERE updated_at >= $2) ORDER BY ticket_id, version, part",
        params![store::EDITED, since],
    )?;
    rows.iter().map(|row| read_edit(vault, row)).collect()
}

fn read_edit(vault: &Vault, row: &Row) -> Result<Edited, Fault> {
    let edit = (row.uuid(0)?, row.int(1)?, row.int(2)?);
    let (field, from, to) = personal(vault, edit, &row.bytes(3)?)?.unwrap_or_default();
    Ok(Edited { edit, field, values: [from, to] })
}

/// Overwrites those values of one edit that are meant.
pub(super) fn blank_edit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    edit: Edit,
    meant: &dyn Fn(&str) -> bool,
) -> Result<(), Fault> {
    let row = tx.query_one(
        "SELECT detail FROM ticket_events WHERE ticket_id = $1 AND version = $2 AND part = $3",
        params![edit.0, edit.1, edit.2],
    )?;
    match row {
        Some(row) => blank(tx, vault, edit, &row.bytes(0)?, meant),
        None => Ok(()),
    }
}

/// The notes of a ticket that are not erased.
pub(super) fn notes(tx: &mut Tx<'_>, ticket: Uuid) -> Result<Vec<NoteRow>, Fault> {
    let sql = "SELECT id, ticket_id, version FROM ticket_notes WHERE ticket_id = $1 AND erased_at IS NULL";
    tx.query(sql, params![ticket])?.iter().map(read_note).collect()
}

/// The note with this id, unless it is erased.
pub(super) fn note(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<NoteRow>, Fault> {
    let sql = "SELECT id, ticket_id, version FROM ticket_notes WHERE id = $1 AND erased_at IS NULL";
    tx.query_one(sql, params![id])?.as_ref().map(read_note).transpose()
}

fn read_note(row: &Row) -> Result<NoteRow, Fault> {
    Ok(NoteRow { id: row.uuid(0)?, ticket: row.uuid(1)?, version: row.int(2)? })
}

/// Overwrites a note. No note that anybody wrote is empty.
pub(super) fn blank_note(tx: &mut Tx<'_>, vault: &Vault, note: &NoteRow, now: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE ticket_notes SET content = $2, erased_at = $3 WHERE id = $1",
        params![note.id, vault.seal_text(&store::note_cell(&note.id), ""), now],
    )?;
    Ok(())
}

/// Closed tickets that nobody has changed since `before`, in milliseconds, and that are not erased.
///
/// # Errors
/// Only the database's.
pub fn ticket_age(tx: &mut Tx<'_>, before: i64) -> Result<Age, Fault> {
    let sql =
        format!("SELECT count(*), min(updated_at), max(updated_at) FROM tickets WHERE {CLOSED} AND updated_at < $1");
    Age::read(tx.query_one(&sql, params![before])?)
}

/// The oldest of those: at most `most`, each with its time, after a time and an id.
///
/// # Errors
/// Only the database's.
pub fn old_tickets(tx: &mut Tx<'_>, before: i64, after: (i64, Uuid), most: i64) -> Result<Vec<(i64, Uuid)>, Fault> {
    let sql = format!(
        "SELECT updated_at, id FROM tickets WHERE {CLOSED} AND updated_at < $1 AND (updated_at, id) > ($2, $3) \
         ORDER BY updated_at, id LIMIT $4"
    );
    tx.query(&sql, params![before, after.0, after.1, most])?.iter().map(|row| Ok((row.int(0)?, row.uuid(1)?))).collect()
}

/// As the index `tickets_to_erase` has it.
const CLOSED: &str = "status = 5 AND erased_at IS NULL";
const _: () = assert!(Status::Closed.code() == 5);

/// What clients wrote before a time, in milliseconds, on tickets that are closed by now, and that is not erased.
///
/// # Errors
/// Only the database's.
pub fn inbound_age(tx: &mut Tx<'_>, before: i64) -> Result<Age, Fault> {
    let sql = format!("SELECT count(*), min(n.at), max(n.at) {INBOUND}");
    Age::read(tx.query_one(&sql, params![THE_CLIENT, before])?)
}

/// The oldest of those: at most `most`, each with its time, the note's id and the ticket's, after a time and a note.
///
/// # Errors
/// Only the database's.
pub fn old_inbound(
    tx: &mut Tx<'_>,
    before: i64,
    after: (i64, Uuid),
    most: i64,
) -> Result<Vec<(i64, Uuid, Uuid)>, Fault> {
    let sql =
        format!("SELECT n.at, n.id, n.ticket_id {INBOUND} AND (n.at, n.id) > ($3, $4) ORDER BY n.at, n.id LIMIT $5");
    let rows = tx.query(&sql, params![THE_CLIENT, before, after.0, after.1, most])?;
    rows.iter().map(|row| Ok((row.int(0)?, row.uuid(1)?, row.uuid(2)?))).collect()
}

const INBOUND: &str = "FROM ticket_notes n JOIN tickets t ON t.id = n.ticket_id \
    WHERE n.actor = $1 AND n.at < $2 AND n.erased_at IS NULL AND t.status = 5";
