//! Every statement of tickets: what is personal goes through the vault on its way in and out.

use std::collections::{BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vault::{Cell, Vault};

use super::{Entry, Happening, History, Note, Priority, Reference, Status, Ticket, import, photos, tokens};
use crate::{
    db::{Row, Tx, Value, params},
    fault::Fault,
    phone::Phone,
    staff::{self, Person},
    words::Text,
};

/// The columns of a ticket with the names of its people, in the order that [`ticket`] reads them.
pub(super) const COLUMNS: &str = "t.id, t.ticket_ref, x.client_name, x.client_phone, x.client_email, \
    x.client_account_id, t.issue_type, x.description, t.status, t.priority, t.assigned_to, t.assigned_at, \
    t.created_by, t.created_at, t.updated_at, t.version, c.name, a.name, t.erased_at";

/// What those columns need beside `tickets t`: the texts, and the people.
pub(super) const BESIDE: &str = "JOIN ticket_texts x ON x.seq = t.seq JOIN users c ON c.id = t.created_by LEFT JOIN users a ON a.id = t.assigned_to";

/// Tickets fetched by one statement.
const AT_ONCE: usize = 100;

pub(super) fn cell<'a>(column: &'static str, id: &'a Uuid) -> Cell<'a> {
    Cell { table: "ticket_texts", column, row: id.as_bytes() }
}

pub(super) fn sealed(vault: &Vault, column: &'static str, id: &Uuid, text: &str) -> Vec<u8> {
    vault.seal_text(&cell(column, id), text)
}

/// A sealed text, opened.
pub(super) fn opened(
    vault: &Vault,
    column: &'static str,
    id: &Uuid,
    bytes: Option<Vec<u8>>,
) -> Result<Option<String>, Fault> {
    bytes.map(|bytes| Ok(vault.open_text(&cell(column, id), &bytes)?)).transpose()
}

/// The fault of a stored value that this version cannot read.
pub(super) fn damaged(what: &str) -> Fault {
    Fault::Unexpected(anyhow::anyhow!("a stored {what} is none that this version knows"))
}

/// A ticket of a row of [`COLUMNS`].
pub(super) fn ticket(vault: &Vault, row: &Row) -> Result<Ticket, Fault> {
    let id = row.uuid(0)?;
    let text = |column, at| opened(vault, column, &id, row.opt_bytes(at)?);
    let must = |column, at| text(column, at)?.ok_or_else(|| damaged(column));
    let person = |id: Uuid, at| Ok::<_, Fault>(Person { id, name: staff::user_name(vault, id, &row.bytes(at)?)? });
    Ok(Ticket {
        id,
        reference: Reference::stored(row.text(1)?),
        client_name: must("client_name", 2)?,
        client_phone: Phone::from_e164(&must("client_phone", 3)?).map_err(|_| damaged("phone number"))?,
        client_email: text("client_email", 4)?,
        client_account_id: text("client_account_id", 5)?,
        issue_type: row.text(6)?,
        description: must("description", 7)?,
        status: Status::from_code(row.int(8)?).ok_or_else(|| damaged("status"))?,
        priority: Priority::from_code(row.int(9)?).ok_or_else(|| damaged("priority"))?,
        assigned_to: row.opt_uuid(10)?.map(|id| person(id, 17)).transpose()?,
        assigned_at: row.opt_int(11)?,
        created_by: person(row.uuid(12)?, 16)?,
        created_at: row.int(13)?,
        updated_at: row.int(14)?,
        version: row.int(15)?,
        erased_at: row.opt_int(18)?,
    })
}

/// The ticket with this id or reference, in any letter case.
///
/// # Errors
/// [`Fault::NotFound`].
pub fn by_key(tx: &mut Tx<'_>, vault: &Vault, key: &str) -> Result<Ticket, Fault> {
    by_keys(tx, vault, &[key])?.pop().ok_or(Fault::NotFound)
}

/// The tickets with these ids or references, in this order and each once. Keys of no ticket are passed over.
///
/// # Errors
/// Only the database's and the vault's.
pub fn by_keys(tx: &mut Tx<'_>, vault: &Vault, keys: &[impl AsRef<str>]) -> Result<Vec<Ticket>, Fault> {
    let mut found: Vec<(usize, Ticket)> = Vec::new();
    for (chunk, keys) in (0..).zip(keys.chunks(AT_ONCE)) {
        let (mut references, mut ids) = (Vec::new(), Vec::new());
        for (place, key) in (chunk * AT_ONCE..).zip(keys) {
            if let Some(reference) = Reference::parse(key.as_ref()) {
                references.push((place, Value::from(reference.as_str())));
            } else if let Ok(id) = Uuid::try_parse(key.as_ref()) {
                ids.push((place, Value::from(id)));
            }
        }
        for (column, wanted) in [("t.ticket_ref", references), ("t.id", ids)] {
            let (places, values): (Vec<usize>, Vec<Value>) = wanted.into_iter().unzip();
            if values.is_empty() {
                continue;
            }
            let marks: Vec<String> = (1..=values.len()).map(|number| format!("${number}")).collect();
            let sql = format!("SELECT {COLUMNS} FROM tickets t {BESIDE} WHERE {column} IN ({})", marks.join(", "));
            for row in tx.query(&sql, &values)? {
                let ticket = ticket(vault, &row)?;
                let own =
                    if column == "t.id" { Value::from(ticket.id) } else { Value::from(ticket.reference.as_str()) };
                let place = values.iter().position(|value| *value == own).map_or(usize::MAX, |at| places[at]);
                found.push((place, ticket));
            }
        }
    }
    found.sort_by_key(|(place, _)| *place);
    let mut seen = HashSet::new();
    Ok(found.into_iter().map(|(_, ticket)| ticket).filter(|ticket| seen.insert(ticket.id)).collect())
}

/// The personal fields of a ticket, sealed, and its tokens: all that can be made without the database. Making it takes
/// longer than storing it, so it is made before the one writer is asked for its time.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    client_name: Vec<u8>,
    client_phone: Vec<u8>,
    client_email: Option<Vec<u8>>,
    client_account_id: Option<Vec<u8>>,
    description: Vec<u8>,
    tokens: BTreeSet<i64>,
}

impl Sealed {
    /// Seals a ticket's fields.
    pub(super) fn of(vault: &Vault, ticket: &Ticket) -> Self {
        let id = &ticket.id;
        Self {
            client_name: sealed(vault, "client_name", id, &ticket.client_name),
            client_phone: sealed(vault, "client_phone", id, ticket.client_phone.as_str()),
            client_email: ticket.client_email.as_deref().map(|text| sealed(vault, "client_email", id, text)),
            client_account_id: ticket
                .client_account_id
                .as_deref()
                .map(|text| sealed(vault, "client_account_id", id, text)),
            description: sealed(vault, "description", id, &ticket.description),
            tokens: tokens::of_record(vault, ticket),
        }
    }
}

/// Stores a new ticket and what search finds it by, unless its reference has been given before.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Ticket, sealed: &Sealed) -> Result<bool, Fault> {
    // No RETURNING: SQLite would open a statement journal for it, and FTS5 then writes out what it holds of the
    // tickets before in the same commit.
    let added = tx.execute(
        "INSERT INTO tickets (id, ticket_ref, issue_type, status, priority, assigned_to, assigned_at, created_by, \
         created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
         ON CONFLICT (ticket_ref) DO NOTHING",
        params![
            new.id,
            new.reference.as_str(),
            new.issue_type.as_str(),
            new.status.code(),
            new.priority.code(),
            new.assigned_to.as_ref().map(|person| person.id),
            new.assigned_at,
            new.created_by.id,
            new.created_at,
            new.updated_at,
            new.version,
        ],
    )?;
    if added == 0 {
        return Ok(false);
    }
    let seq = seq(tx, new.id)?;
    tx.execute(
        "INSERT INTO ticket_texts (seq, client_name, client_phone, client_email, client_account_id, description) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            seq,
            &sealed.client_name,
            &sealed.client_phone,
            &sealed.client_email,
            &sealed.client_account_id,
            &sealed.description,
        ],
    )?;
    tokens::add(tx, seq, tokens::RECORD, &sealed.tokens)?;
    Ok(true)
}

/// Stores a changed ticket. The version in the database must be the one before.
pub(super) fn update(tx: &mut Tx<'_>, now: &Ticket, sealed: &Sealed) -> Result<(), Fault> {
    touch(tx, now)?;
    let seq = seq(tx, now.id)?;
    tx.execute(
        "UPDATE ticket_texts SET client_name = $2, client_phone = $3, client_email = $4, client_account_id = $5, \
         description = $6 WHERE seq = $1",
        params![
            seq,
            &sealed.client_name,
            &sealed.client_phone,
            &sealed.client_email,
            &sealed.client_account_id,
            &sealed.description,
        ],
    )?;
    tokens::put(tx, seq, tokens::RECORD, &sealed.tokens)
}

/// Stores what every change of a ticket changes, where nothing personal and nothing that search looks at did.
///
/// Neither RETURNING nor `assigned_to`, which is a foreign key: for each of them SQLite would open a statement journal,
/// as for [`insert`].
pub(super) fn touch(tx: &mut Tx<'_>, now: &Ticket) -> Result<(), Fault> {
    let changed = tx.execute(
        "UPDATE tickets SET status = $1, priority = $2, assigned_at = $3, issue_type = $4, updated_at = $5, version = $6 \
         WHERE id = $7 AND version = $8",
        params![
            now.status.code(),
            now.priority.code(),
            now.assigned_at,
            now.issue_type.as_str(),
            now.updated_at,
            now.version,
            now.id,
            now.version - 1,
        ],
    )?;
    if changed == 0 { Err(changed_meanwhile()) } else { Ok(()) }
}

/// Stores whose the ticket is now. The ticket has been touched in this transaction.
pub(super) fn assign(tx: &mut Tx<'_>, now: &Ticket) -> Result<(), Fault> {
    let technician = now.assigned_to.as_ref().map(|person| person.id);
    tx.execute("UPDATE tickets SET assigned_to = $1 WHERE id = $2", params![technician, now.id])?;
    Ok(())
}

/// What joins a ticket's tables inside the database.
pub(super) fn seq(tx: &mut Tx<'_>, id: Uuid) -> Result<i64, Fault> {
    let row = tx.query_one("SELECT seq FROM tickets WHERE id = $1", params![id])?.ok_or(Fault::NotFound)?;
    Ok(row.int(0)?)
}

fn changed_meanwhile() -> Fault {
    Fault::conflict(Text::new("rules-same-moment"))
}

/// What an event's sealed detail holds.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Detail {
    Edited { field: String, from: String, to: String },
    Assigned { from: Option<(Uuid, String)>, to: Option<(Uuid, String)> },
}

const CREATED: i64 = 0;
const MOVED: i64 = 1;
const UNDONE: i64 = 2;
const ASSIGNED: i64 = 3;
pub(super) const EDITED: i64 = 4;

pub(super) fn event_row(ticket: &Uuid, version: i64, part: i64) -> [u8; 32] {
    let mut row = [0; 32];
    row[..16].copy_from_slice(ticket.as_bytes());
    row[16..24].copy_from_slice(&version.to_be_bytes());
    row[24..].copy_from_slice(&part.to_be_bytes());
    row
}

/// Appends what happened in the ticket's present version.
pub(super) fn append(
    tx: &mut Tx<'_>,
    vault: &Vault,
    ticket: &Ticket,
    by: &Person,
    happened: &[Happening],
) -> Result<(), Fault> {
    for (part, what) in (0..).zip(happened) {
        let (kind, detail) = match what {
            Happening::Created(_) => (CREATED, None),
            Happening::Moved(_) => (MOVED, None),
            Happening::Undone(_) => (UNDONE, None),
            Happening::Assigned { from, to } => {
                let kept = |one: &Option<Person>| one.clone().map(|one| (one.id, one.name));
                (ASSIGNED, Some(Detail::Assigned { from: kept(from), to: kept(to) }))
            }
            Happening::Edited { field, from, to } => {
                (EDITED, Some(Detail::Edited { field: field.clone(), from: from.clone(), to: to.clone() }))
            }
        };
        let row = event_row(&ticket.id, ticket.version, part);
        let detail = match detail {
            None => None,
            Some(detail) => {
                let text = serde_json::to_string(&detail).map_err(|error| Fault::Unexpected(error.into()))?;
                Some(vault.seal_text(&Cell { table: "ticket_events", column: "detail", row: &row }, &text))
            }
        };
        tx.execute(
            "INSERT INTO ticket_events (ticket_id, version, part, at, actor, kind, status, detail) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            params![
                ticket.id,
                ticket.version,
                part,
                ticket.updated_at,
                by.id,
                kind,
                what.status().map(Status::code),
                detail,
            ],
        )?;
    }
    Ok(())
}

/// The past of a ticket, oldest first.
///
/// # Errors
/// Only the database's and the vault's.
pub fn history(tx: &mut Tx<'_>, vault: &Vault, ticket: &Ticket) -> Result<History, Fault> {
    let rows = tx.query(
        "SELECT e.version, e.part, e.at, e.actor, e.kind, e.status, e.detail, u.name FROM ticket_events e \
         JOIN users u ON u.id = e.actor WHERE e.ticket_id = $1 ORDER BY e.version, e.part",
        params![ticket.id],
    )?;
    let entries = rows.iter().map(|row| entry(vault, ticket, row)).collect::<Result<_, Fault>>()?;
    let rows = tx.query(
        "SELECT n.id, n.version, n.at, n.actor, n.content, u.name FROM ticket_notes n \
         JOIN users u ON u.id = n.actor WHERE n.ticket_id = $1 ORDER BY n.version",
        params![ticket.id],
    )?;
    let notes = rows.iter().map(|row| note(vault, row)).collect::<Result<_, Fault>>()?;
    let notes = photos::of_notes(tx, ticket.id, notes)?;
    Ok(History { entries, notes, before: import::reference(tx, vault, ticket.id)? })
}

fn entry(vault: &Vault, ticket: &Ticket, row: &Row) -> Result<Entry, Fault> {
    let version = row.int(0)?;
    let key = event_row(&ticket.id, version, row.int(1)?);
    let status = || row.opt_int(5)?.and_then(Status::from_code).ok_or_else(|| damaged("event"));
    let what = match row.int(4)? {
        CREATED => Happening::Created(status()?),
        MOVED => Happening::Moved(status()?),
        UNDONE => Happening::Undone(status()?),
        _ => {
            let sealed = row.bytes(6)?;
            let text = vault.open_text(&Cell { table: "ticket_events", column: "detail", row: &key }, &sealed)?;
            match serde_json::from_str(&text).map_err(|_| damaged("event"))? {
                Detail::Assigned { from, to } => {
                    let person = |kept: Option<(Uuid, String)>| kept.map(|(id, name)| Person { id, name });
                    Happening::Assigned { from: person(from), to: person(to) }
                }
                Detail::Edited { field, from, to } => Happening::Edited { field, from, to },
            }
        }
    };
    let id = row.uuid(3)?;
    let by = Person { id, name: staff::user_name(vault, id, &row.bytes(7)?)? };
    Ok(Entry { version, at: row.int(2)?, by, what })
}

fn note(vault: &Vault, row: &Row) -> Result<Note, Fault> {
    let (id, actor) = (row.uuid(0)?, row.uuid(3)?);
    Ok(Note {
        id,
        version: row.int(1)?,
        content: vault.open_text(&note_cell(&id), &row.bytes(4)?)?,
        at: row.int(2)?,
        by: Person { id: actor, name: staff::user_name(vault, actor, &row.bytes(5)?)? },
        photos: Vec::new(),
    })
}

/// The place of a note's text.
pub(super) fn note_cell(id: &Uuid) -> Cell<'_> {
    Cell { table: "ticket_notes", column: "content", row: id.as_bytes() }
}

/// Stores a note and its words for search.
pub(super) fn insert_note(tx: &mut Tx<'_>, vault: &Vault, ticket: &Ticket, note: &Note) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO ticket_notes (ticket_id, version, id, at, actor, content) VALUES ($1, $2, $3, $4, $5, $6)",
        params![
            ticket.id,
            note.version,
            note.id,
            note.at,
            note.by.id,
            vault.seal_text(&note_cell(&note.id), &note.content),
        ],
    )?;
    let seq = seq(tx, ticket.id)?;
    tokens::add(tx, seq, note.version, &tokens::of_note(vault, &note.content))
}
