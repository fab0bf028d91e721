//! Every statement of the audit history. None changes a row: a text that names somebody who was erased can be taken out, and
//! the oldest rows can go once they are past their age, both so that the chain vouches for what is left.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{Entry, Event, Filter, chain, chain::Anchor, noted};
use crate::{
    clock::first_id_at,
    db::{DbError, Row, Tx, params},
    fault::Fault,
};

/// The turn that whoever adds a row takes, the last of all.
pub const TURN: &str = "audit";

fn cell(id: &Uuid) -> Cell<'_> {
    Cell { table: "audit_events", column: "detail", row: id.as_bytes() }
}

/// Adds a row.
pub fn append(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: Uuid,
    at: i64,
    actor: Option<Uuid>,
    event: &Event,
) -> Result<(), Fault> {
    let detail = noted::write(event)?;
    // One after the other: each is bound to the one before. Taken last of all turns, so that none waits in a circle.
    tx.take_turn(TURN)?;
    let before = tx.query_one("SELECT link FROM audit_events ORDER BY seq DESC LIMIT 1", &[])?;
    let before = before.map(|row| row.opt_bytes(0)).transpose()?.flatten().unwrap_or_default();
    let row = chain::Row { id, at, actor, kind: event.code(), detail: &detail };
    let link = chain::link(vault, &before, &row);
    tx.execute(
        "INSERT INTO audit_events (id, at, actor, kind, detail, link) VALUES ($1, $2, $3, $4, $5, $6)",
        params![id, at, actor, event.code(), vault.seal_text(&cell(&id), &detail), link],
    )?;
    Ok(())
}

/// Whether there is a row of a kind from one time to before another, in milliseconds.
pub(super) fn has(tx: &mut Tx<'_>, kind: i64, (from, before): (i64, i64)) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM audit_events WHERE id >= $1 AND id < $2 AND kind = $3 LIMIT 1";
    Ok(tx.query_one(sql, params![first_id_at(from), first_id_at(before), kind])?.is_some())
}

/// A row as it lies there, to be held against the chain.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) seq: i64,
    pub(super) id: Uuid,
    pub(super) at: i64,
    pub(super) actor: Option<Uuid>,
    pub(super) kind: i64,
    /// Nothing where it does not open, or where the id or the actor is none.
    pub(super) detail: Option<String>,
    pub(super) link: Option<Vec<u8>>,
    /// What vouches for the row where its text was taken out.
    pub(super) redacted: Option<Vec<u8>>,
}

/// Id, actor and text in these columns. Whoever writes to the database may put there what is no id: such a row has no text, as
/// one that does not open, and hides no other.
fn open(vault: &Vault, row: &Row, columns: [usize; 3]) -> Result<(Uuid, Option<Uuid>, Option<String>), Fault> {
    let [id, actor, detail] = columns;
    let (id, actor, sealed) = (row.uuid(id).ok(), row.opt_uuid(actor).ok(), row.bytes(detail)?);
    let text = id.zip(actor).and_then(|(id, _)| vault.open_text(&cell(&id), &sealed).ok());
    Ok((id.unwrap_or_default(), actor.flatten(), text))
}

/// Rows after a place, the oldest first.
pub(super) fn after(tx: &mut Tx<'_>, vault: &Vault, seq: i64, most: u32) -> Result<Vec<Kept>, Fault> {
    let rows = tx.query(
        "SELECT seq, id, at, actor, kind, detail, link, redacted FROM audit_events WHERE seq > $1 ORDER BY seq LIMIT $2",
        params![seq, most],
    )?;
    rows.iter()
        .map(|row| {
            let (id, actor, detail) = open(vault, row, [1, 3, 5])?;
            Ok(Kept {
                seq: row.int(0)?,
                id,
                at: row.int(2)?,
                actor,
                kind: row.int(4)?,
                detail,
                link: row.opt_bytes(6)?,
                redacted: row.opt_bytes(7)?,
            })
        })
        .collect()
}

/// A row with its text, which is empty where it does not open.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) seq: i64,
    pub(super) id: Uuid,
    pub(super) text: String,
}

/// Rows of these kinds after a place, the oldest first: at most so many.
pub(super) fn of_kinds(
    tx: &mut Tx<'_>,
    vault: &Vault,
    kinds: &[i64],
    seq: i64,
    most: u32,
) -> Result<Vec<Opened>, Fault> {
    let kinds: Vec<String> = kinds.iter().map(i64::to_string).collect();
    let sql = format!(
        "SELECT seq, id, detail FROM audit_events WHERE seq > $1 AND kind IN ({}) ORDER BY seq LIMIT $2",
        kinds.join(", ")
    );
    let rows = tx.query(&sql, params![seq, most])?;
    let opened = |row: &Row| -> Result<Opened, Fault> {
        // Whoever the actor is: what names somebody goes.
        let (id, _, text) = open(vault, row, [1, 1, 2])?;
        Ok(Opened { seq: row.int(0)?, id, text: text.unwrap_or_default() })
    };
    rows.iter().map(opened).collect()
}

/// Takes the text of a row out. Where the row does not hold, nothing vouches for what is left of it: whoever was at it is not
/// helped to hide that.
pub(super) fn redact(tx: &mut Tx<'_>, vault: &Vault, seq: i64) -> Result<(), Fault> {
    let Some(row) = after(tx, vault, seq - 1, 1)?.into_iter().find(|row| row.seq == seq) else { return Ok(()) };
    let before =
        tx.query_one("SELECT link FROM audit_events WHERE seq < $1 ORDER BY seq DESC LIMIT 1", params![seq])?;
    let before = match before {
        Some(row) => row.opt_bytes(0)?.unwrap_or_default(),
        None => anchor(tx, vault)?.map(|anchor| anchor.link).unwrap_or_default(),
    };
    let proof = match (&row.link, chain::fault(vault, &before, &row)) {
        (Some(link), None) => {
            let left = chain::Row { id: row.id, at: row.at, actor: row.actor, kind: row.kind, detail: "" };
            chain::redaction(vault, &before, link, &left).to_vec()
        }
        _ => Vec::new(),
    };
    tx.execute(
        "UPDATE audit_events SET detail = $2, redacted = $3 WHERE seq = $1",
        params![seq, vault.seal_text(&cell(&row.id), ""), proof],
    )?;
    Ok(())
}

const ANCHOR: &str = "audit.anchor";

fn anchor_cell() -> Cell<'static> {
    Cell { table: "meta", column: "value", row: ANCHOR.as_bytes() }
}

/// Where the chain begins, once its oldest rows have gone.
pub(super) fn anchor(tx: &mut Tx<'_>, vault: &Vault) -> Result<Option<Anchor>, Fault> {
    let row = tx.query_one("SELECT value FROM meta WHERE name = $1", params![ANCHOR])?;
    let Some(row) = row else { return Ok(None) };
    let text = vault.open_text(&anchor_cell(), &row.bytes(0)?)?;
    serde_json::from_str(&text).map(Some).map_err(|error| Fault::Unexpected(error.into()))
}

/// When the newest row was recorded, in milliseconds.
///
/// # Errors
/// Only the database's.
pub fn newest(tx: &mut Tx<'_>) -> Result<Option<i64>, DbError> {
    let row = tx.query_one("SELECT at FROM audit_events ORDER BY seq DESC LIMIT 1", &[])?;
    row.map(|row| row.int(0)).transpose()
}

/// How many rows are from before a time, in milliseconds, with the times of the oldest and the newest of them.
pub(super) fn age(tx: &mut Tx<'_>, before: i64) -> Result<(u64, Option<i64>, Option<i64>), Fault> {
    let row = tx.query_one("SELECT count(*), min(at), max(at) FROM audit_events WHERE at < $1", params![before])?;
    let Some(row) = row else { return Ok((0, None, None)) };
    Ok((row.int(0)?.cast_unsigned(), row.opt_int(1)?, row.opt_int(2)?))
}

/// Removes the rows up to a place, and lets the chain begin after them.
pub(super) fn cut(tx: &mut Tx<'_>, vault: &Vault, seq: i64, anchor: &Anchor) -> Result<(), Fault> {
    let text = serde_json::to_string(anchor).map_err(|error| Fault::Unexpected(error.into()))?;
    tx.execute(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![ANCHOR, vault.seal_text(&anchor_cell(), &text)],
    )?;
    tx.execute("DELETE FROM audit_events WHERE seq <= $1", params![seq])?;
    Ok(())
}

/// Rows before a place that a filter lets through, newest first.
pub fn before(tx: &mut Tx<'_>, vault: &Vault, filter: &Filter, seq: i64, most: u32) -> Result<Vec<Entry>, Fault> {
    let (from, until) = (filter.from.unwrap_or(i64::MIN), filter.until.unwrap_or(i64::MAX));
    let mut values = params![seq, most, from, until].to_vec();
    // What the product did by itself has no actor.
    let whose = match filter.actor {
        None => "",
        Some(actor) if actor.is_nil() => "AND actor IS NULL",
        Some(actor) => {
            values.push(actor.into());
            "AND actor = $5"
        }
    };
    let sql = format!(
        "SELECT seq, id, at, actor, detail, kind FROM audit_events \
         WHERE seq < $1 AND at >= $3 AND at < $4 {whose} AND {} ORDER BY seq DESC LIMIT $2",
        filter.group.condition()
    );
    tx.query(&sql, &values)?.iter().map(|row| entry(vault, row)).collect()
}

/// A row as readers are told of it. One that does not open is told as that: it would hide all others with it.
fn entry(vault: &Vault, row: &Row) -> Result<Entry, Fault> {
    let (seq, kind) = (row.int(0)?, row.int(5)?);
    let (id, actor, text) = open(vault, row, [1, 3, 4])?;
    let (event, from) = match text {
        None => (Event::Unreadable { row: seq }, None),
        Some(text) if text.is_empty() => (Event::Redacted { kind }, None),
        // While nodes are exchanged for newer ones, these record what this one does not know.
        Some(text) => noted::read(&text).unwrap_or((Event::Unknown, None)),
    };
    Ok(Entry { seq, id, at: row.int(2)?, actor, from, event })
}
