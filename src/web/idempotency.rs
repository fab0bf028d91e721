//! `Idempotency-Key`: the same request within 24 hours gets the first answer again and does nothing twice.
//!
//! The answer is kept in the transaction that did the work, so that there is no moment in which one exists without
//! the other. It is sealed, since it holds the record.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use vault::{Cell, Purpose, Vault};

use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
    words::Text,
};

const KEY: Purpose = Purpose::new("idempotency.key");
const BODY: Purpose = Purpose::new("idempotency.body");

const KEPT: i64 = 24 * 60 * 60 * 1000;

/// An answer of a write, in a form that can be kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `Location`, if the answer has one.
    pub location: Option<String>,
    /// `ETag`, if the answer has one.
    pub etag: Option<String>,
    /// The body, JSON, or empty.
    pub body: String,
    /// Whether this is the first answer given again.
    #[serde(skip)]
    pub replayed: bool,
}

impl Answer {
    /// An answer with a JSON body.
    ///
    /// # Errors
    /// A fault of ours when the record cannot be written as JSON.
    pub fn json(status: StatusCode, record: &impl Serialize) -> Result<Self, Fault> {
        let body = serde_json::to_string(record).map_err(|error| Fault::Unexpected(error.into()))?;
        Ok(Self { status: status.as_u16(), location: None, etag: None, body, replayed: false })
    }

    /// An answer without a body.
    pub const fn empty(status: StatusCode) -> Self {
        Self { status: status.as_u16(), location: None, etag: None, body: String::new(), replayed: false }
    }

    /// The same with a `Location`.
    #[must_use]
    pub fn at(mut self, location: String) -> Self {
        self.location = Some(location);
        self
    }

    /// The same with an `ETag` of this version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.etag = Some(format!("\"{version}\""));
        self
    }
}

impl axum::response::IntoResponse for Answer {
    fn into_response(self) -> Response {
        let empty = self.body.is_empty();
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if !empty {
            let kind = if self.status < 400 { "application/json" } else { "application/problem+json" };
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        for (name, value) in [(header::LOCATION, self.location), (header::ETAG, self.etag)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
        }
        if self.replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}

/// A key that a request carried, bound to who sent it, where to, and the body it came with.
#[derive(Debug, Clone)]
pub struct Key {
    key: [u8; 32],
    body: [u8; 32],
}

impl Key {
    /// The key of a request's headers, if it has one. `scope` says who and what: the user's id and the route.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for a key that is empty, over 255 characters or not plain ASCII.
    pub fn of(vault: &Vault, headers: &HeaderMap, scope: &str, body: &[u8]) -> Result<Option<Self>, Fault> {
        let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
        match value.to_str() {
            Ok(key) if (1..=255).contains(&key.len()) => Ok(Some(Self::new(vault, key, scope, body))),
            _ => Err(Fault::field("Idempotency-Key", "invalid", Text::new("problem-key-characters"))),
        }
    }

    /// The key of a form's hidden field.
    ///
    /// Both are kept as keyed digests: a plain one of a body would let its phone number or password be guessed.
    pub fn new(vault: &Vault, key: &str, scope: &str, body: &[u8]) -> Self {
        Self { key: vault.mac(KEY, &[scope.as_bytes(), key.as_bytes()]), body: vault.mac(BODY, &[body]) }
    }
}

/// Runs `work` once for a key: a second time the first answer comes back. Answers are kept only when `work` succeeds,
/// so that a refused request may be mended and sent again under its key.
///
/// # Errors
/// Those of `work`, and [`Fault::Invalid`] when the key came before with another body.
pub fn once(
    tx: &mut Tx<'_>,
    vault: &Vault,
    now: i64,
    key: Option<&Key>,
    work: impl FnOnce(&mut Tx<'_>) -> Result<Answer, Fault>,
) -> Result<Answer, Fault> {
    let Some(key) = key else { return work(tx) };
    let cell = Cell { table: "idempotency", column: "answer", row: &key.key };
    let found = tx.query_one(
        "SELECT body_hash, answer FROM idempotency WHERE key_hash = $1 AND created_at > $2",
        params![&key.key[..], now - KEPT],
    )?;
    if let Some(row) = found {
        if row.bytes(0)? != key.body {
            return Err(Fault::field("Idempotency-Key", "not_allowed", Text::new("problem-key-used")));
        }
        let kept = vault.open_text(&cell, &row.bytes(1)?)?;
        let answer: Answer = serde_json::from_str(&kept).map_err(|error| Fault::Unexpected(error.into()))?;
        return Ok(Answer { replayed: true, ..answer });
    }
    let answer = work(tx)?;
    let kept = serde_json::to_string(&answer).map_err(|error| Fault::Unexpected(error.into()))?;
    tx.execute("DELETE FROM idempotency WHERE key_hash = $1", params![&key.key[..]])?;
    tx.execute(
        "INSERT INTO idempotency (key_hash, body_hash, created_at, answer) VALUES ($1, $2, $3, $4)",
        params![&key.key[..], &key.body[..], now, vault.seal_text(&cell, &kept)],
    )?;
    Ok(answer)
}

/// Keeps another answer for a key: of work that is done only after the key was taken.
///
/// # Errors
/// Only the database's.
pub fn keep(tx: &mut Tx<'_>, vault: &Vault, key: &Key, answer: &Answer) -> Result<(), Fault> {
    let cell = Cell { table: "idempotency", column: "answer", row: &key.key };
    let kept = serde_json::to_string(answer).map_err(|error| Fault::Unexpected(error.into()))?;
    tx.execute(
        "UPDATE idempotency SET answer = $2 WHERE key_hash = $1",
        params![&key.key[..], vault.seal_text(&cell, &kept)],
    )?;
    Ok(())
}

/// The answer that is kept for a key, whatever body it came with.
///
/// # Errors
/// Only the database's and the vault's.
pub fn kept(tx: &mut Tx<'_>, vault: &Vault, now: i64, key: &Key) -> Result<Option<Answer>, Fault> {
    let cell = Cell { table: "idempotency", column: "answer", row: &key.key };
    let found = tx.query_one(
        "SELECT answer FROM idempotency WHERE key_hash = $1 AND created_at > $2",
        params![&key.key[..], now - KEPT],
    )?;
    let Some(row) = found else { return Ok(None) };
    let kept = vault.open_text(&cell, &row.bytes(0)?)?;
    serde_json::from_str(&kept).map(Some).map_err(|error| Fault::Unexpected(error.into()))
}

/// Puts `410 Gone` in the place of every kept answer that names somebody: sent again under its key, the request must neither
/// show them nor bring them back.
///
/// # Errors
/// Only the database's: an answer that does not open shows nobody.
pub fn forget(tx: &mut Tx<'_>, vault: &Vault, named: &dyn Fn(&str) -> bool) -> Result<(), Fault> {
    for row in tx.query("SELECT key_hash, answer FROM idempotency", &[])? {
        let hash = row.bytes(0)?;
        let cell = Cell { table: "idempotency", column: "answer", row: &hash };
        if !vault.open_text(&cell, &row.bytes(1)?).is_ok_and(|text| named(&text)) {
            continue;
        }
        let body = json!({
            "type": "about:blank", "title": "Gone", "status": 410, "detail": Text::new("problem-erased").english(),
        });
        let gone = Answer::json(StatusCode::GONE, &body)?;
        let kept = serde_json::to_string(&gone).map_err(|error| Fault::Unexpected(error.into()))?;
        let sql = "UPDATE idempotency SET answer = $2 WHERE key_hash = $1";
        tx.execute(sql, params![hash.clone(), vault.seal_text(&cell, &kept)])?;
    }
    Ok(())
}

/// Forgets answers older than 24 hours.
///
/// # Errors
/// Only the database's.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM idempotency WHERE created_at <= $1", params![now - KEPT])
}
