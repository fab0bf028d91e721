//! Every statement of drafts.

use uuid::Uuid;
use vault::{Cell, Vault};

use super::{Draft, FormName, Restored, keep::KEPT};
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// Drafts of one admin, at most; the oldest goes.
const MOST: i64 = 50;

/// What the sealed fields are bound to: whose they are and of which form, so that they open nowhere else.
fn row(owner: Uuid, form: &str) -> Vec<u8> {
    [owner.as_bytes(), form.as_bytes()].concat()
}

fn cell(row: &[u8]) -> Cell<'_> {
    Cell { table: "drafts", column: "fields", row }
}

/// Keeps a draft, unless the form with this key has been closed; `false` then.
pub fn put(
    tx: &mut Tx<'_>,
    vault: &Vault,
    owner: Uuid,
    form: FormName,
    key: i64,
    draft: &Draft,
    now: i64,
) -> Result<bool, Fault> {
    let form = form.to_string();
    let sealed = vault.seal_text(&cell(&row(owner, &form)), &draft.encode());
    let put = tx.execute(
        "INSERT INTO drafts (owner, form, key_token, fields, saved_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (owner, form) DO UPDATE \
         SET key_token = excluded.key_token, fields = excluded.fields, saved_at = excluded.saved_at \
         WHERE drafts.fields IS NOT NULL OR drafts.key_token <> excluded.key_token",
        params![owner, form, key, sealed, now],
    )?;
    Ok(put > 0)
}

/// Leaves an admin the newest drafts.
pub fn prune(tx: &mut Tx<'_>, owner: Uuid) -> Result<(), Fault> {
    tx.execute(
        "DELETE FROM drafts WHERE owner = $1 AND form NOT IN \
         (SELECT form FROM drafts WHERE owner = $1 ORDER BY saved_at DESC, form LIMIT $2)",
        params![owner, MOST],
    )?;
    Ok(())
}

/// The draft saved last, if that was after `since`.
pub fn get(tx: &mut Tx<'_>, vault: &Vault, owner: Uuid, form: FormName, since: i64) -> Result<Option<Restored>, Fault> {
    let form = form.to_string();
    let found = tx.query_one(
        "SELECT fields, saved_at FROM drafts WHERE owner = $1 AND form = $2 AND fields IS NOT NULL AND saved_at > $3",
        params![owner, form.as_str(), since],
    )?;
    let Some(found) = found else { return Ok(None) };
    let text = vault.open_text(&cell(&row(owner, &form)), &found.bytes(0)?)?;
    Ok(Some(Restored { draft: Draft::decode(&text), saved_at: found.int(1)? }))
}

/// Forgets what was typed, and that the form was ever opened.
pub fn remove(tx: &mut Tx<'_>, owner: Uuid, form: FormName) -> Result<(), Fault> {
    let sql = "DELETE FROM drafts WHERE owner = $1 AND form = $2 AND fields IS NOT NULL";
    tx.execute(sql, params![owner, form.to_string()])?;
    Ok(())
}

/// Forgets what was typed under a key, and remembers that the key is done with.
pub fn close(tx: &mut Tx<'_>, owner: Uuid, form: FormName, key: i64, now: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO drafts (owner, form, key_token, fields, saved_at) VALUES ($1, $2, $3, NULL, $4) \
         ON CONFLICT (owner, form) DO UPDATE \
         SET key_token = excluded.key_token, fields = NULL, saved_at = excluded.saved_at \
         WHERE drafts.fields IS NULL OR drafts.key_token = excluded.key_token",
        params![owner, form.to_string(), key, now],
    )?;
    Ok(())
}

/// Forgets drafts that are a day old.
///
/// # Errors
/// Only the database's.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM drafts WHERE saved_at <= $1", params![now - KEPT])
}

/// Forgets what was typed by anybody that names somebody, and every note on these tickets. That a form is done with stays, so
/// that a save that comes late does not bring it back.
///
/// # Errors
/// Only the database's.
pub fn forget(tx: &mut Tx<'_>, vault: &Vault, named: &dyn Fn(&str) -> bool, tickets: &[Uuid]) -> Result<(), Fault> {
    for (owner, form, ..) in all(tx, vault, named, tickets)? {
        let sql = "UPDATE drafts SET fields = NULL WHERE owner = $1 AND form = $2";
        tx.execute(sql, params![owner, form.to_string()])?;
    }
    Ok(())
}

/// What anybody has typed that names somebody, and every note on these tickets.
///
/// # Errors
/// As [`forget`].
pub fn naming(
    tx: &mut Tx<'_>,
    vault: &Vault,
    named: &dyn Fn(&str) -> bool,
    tickets: &[Uuid],
) -> Result<Vec<(FormName, Restored)>, Fault> {
    let found = all(tx, vault, named, tickets)?;
    Ok(found.into_iter().map(|(_, form, draft, saved_at)| (form, Restored { draft, saved_at })).collect())
}

fn all(
    tx: &mut Tx<'_>,
    vault: &Vault,
    named: &dyn Fn(&str) -> bool,
    tickets: &[Uuid],
) -> Result<Vec<(Uuid, FormName, Draft, i64)>, Fault> {
    let rows = tx.query("SELECT owner, form, fields, saved_at FROM drafts WHERE fields IS NOT NULL", &[])?;
    let mut found = Vec::new();
    for row in rows {
        let (owner, form) = (row.uuid(0)?, row.text(1)?);
        // One that does not open says nothing to anybody any more.
        let Ok(text) = vault.open_text(&cell(&self::row(owner, &form)), &row.bytes(2)?) else { continue };
        let draft = Draft::decode(&text);
        let Some(form) = FormName::parse(&form) else { continue };
        let about = matches!(form, FormName::Note(ticket) if tickets.contains(&ticket));
        if about || draft.texts().any(named) {
            found.push((owner, form, draft, row.int(3)?));
        }
    }
    Ok(found)
}
