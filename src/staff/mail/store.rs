//! Every statement on mails to the staff, and on the language that they read in.

use uuid::Uuid;
use vault::{Cell, Vault};

use crate::{
    db::{self, DbError, Tx, params},
    fault::Fault,
    request_id::RequestId,
    words::Language,
};

/// A mail that waits.
#[derive(Debug)]
pub struct Row {
    pub id: Uuid,
    /// Whom it is to, where that is known.
    pub user: Option<Uuid>,
    /// Their address.
    pub recipient: String,
    /// Subject, an empty line, and the text. Without it, a wish for a new password.
    pub text: Option<String>,
    pub language: Language,
    /// When it is tried next, in milliseconds.
    pub due_at: i64,
    pub attempts: i64,
    /// When it is given up, in milliseconds.
    pub expires_at: i64,
    /// Whether it carries a link, with which it is taken back.
    pub has_link: bool,
    /// The request that it was queued for, if it was for one.
    pub request: Option<RequestId>,
}

fn cell<'a>(column: &'static str, id: &'a Uuid) -> Cell<'a> {
    Cell { table: "staff_mails", column, row: id.as_bytes() }
}

/// Queues a mail.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, row: &Row) -> Result<(), DbError> {
    let text = row.text.as_ref().map(|text| vault.seal_text(&cell("text", &row.id), text));
    tx.execute(
        "INSERT INTO staff_mails (id, user_id, recipient, text, language, due_at, attempts, expires_at, has_link, \
         request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            row.id,
            row.user,
            vault.seal_text(&cell("recipient", &row.id), &row.recipient),
            text,
            row.language.tag(),
            row.due_at,
            row.attempts,
            row.expires_at,
            row.has_link,
            row.request.as_ref().map(RequestId::as_str),
        ],
    )
    .map(drop)
}

/// Pauses are shorter, in milliseconds: a clock that was ahead has said when a mail is due that is due later.
const AHEAD: i64 = 15 * 60 * 1000;

/// Whether any is due.
pub fn any_due(tx: &mut Tx<'_>, now: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM staff_mails WHERE due_at <= $1 OR due_at > $2 LIMIT 1";
    Ok(tx.query_one(sql, params![now, now + AHEAD])?.is_some())
}

/// Takes the one that is due longest, so that nobody else takes it before `until`. One that does not open holds up none of the
/// others.
pub fn claim(tx: &mut Tx<'_>, vault: &Vault, now: i64, until: i64) -> Result<Option<Row>, Fault> {
    tx.take_turn("staff mails")?;
    loop {
        let row = tx.query_one(
            "SELECT id, user_id, recipient, text, language, due_at, attempts, expires_at, has_link, request_id \
             FROM staff_mails WHERE due_at <= $1 OR due_at > $2 ORDER BY due_at, id LIMIT 1",
            params![now, now + AHEAD],
        )?;
        let Some(row) = row else { return Ok(None) };
        let id = row.uuid(0)?;
        let again = "UPDATE staff_mails SET due_at = $2, attempts = attempts + 1 WHERE id = $1";
        tx.execute(again, params![id, until])?;
        match opened(vault, id, &row) {
            Err(Fault::Unexpected(error)) => {
                tracing::error!(mail = %id, error = format!("{error:#}"), "a mail to the staff does not open; it is tried again");
            }
            read => return read.map(Some),
        }
    }
}

fn opened(vault: &Vault, id: Uuid, row: &db::Row) -> Result<Row, Fault> {
    let text = row.opt_bytes(3)?.map(|text| vault.open_text(&cell("text", &id), &text)).transpose()?;
    Ok(Row {
        id,
        user: row.opt_uuid(1)?,
        recipient: vault.open_text(&cell("recipient", &id), &row.bytes(2)?)?,
        text,
        language: Language::of(&row.text(4)?).unwrap_or(Language::English),
        due_at: row.int(5)?,
        attempts: row.int(6)?,
        expires_at: row.int(7)?,
        has_link: row.bool(8)?,
        request: row.opt_text(9)?.as_deref().and_then(RequestId::read),
    })
}

/// Puts one off that was claimed.
pub fn put_off(tx: &mut Tx<'_>, id: Uuid, until: i64) -> Result<(), DbError> {
    tx.execute("UPDATE staff_mails SET due_at = $2 WHERE id = $1", params![id, until]).map(drop)
}

/// Forgets one: it was sent, or given up.
pub fn remove(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_mails WHERE id = $1", params![id]).map(drop)
}

/// Forgets all to a user.
pub fn remove_of(tx: &mut Tx<'_>, of: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_mails WHERE user_id = $1 AND has_link = 1", params![of]).map(drop)
}

/// Forgets what was not sent in time.
///
/// # Errors
/// Only the database's.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM staff_mails WHERE expires_at <= $1", params![now]).map(drop)
}

/// The language that a user last read in, once that is known.
pub fn language(tx: &mut Tx<'_>, of: Uuid) -> Result<Option<Language>, DbError> {
    let row = tx.query_one("SELECT language FROM users WHERE id = $1", params![of])?;
    Ok(row.map(|row| row.opt_text(0)).transpose()?.flatten().and_then(|tag| Language::of(&tag)))
}

/// Notes it.
pub fn set_language(tx: &mut Tx<'_>, of: Uuid, language: Language) -> Result<(), DbError> {
    tx.execute("UPDATE users SET language = $2 WHERE id = $1", params![of, language.tag()]).map(drop)
}
