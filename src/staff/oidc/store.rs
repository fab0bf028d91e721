//! Every statement about identities at providers, and what counts once. Subjects and sessions of a provider are kept as
//! keyed tokens alone.

use uuid::Uuid;
use vault::{Purpose, Vault};

use crate::{
    db::{DbError, Tx, params},
    staff::{bond::Bond, credential::Hash, store::CHANGED},
};

const SUBJECT: Purpose = Purpose::new("identities.subject");
const SESSION: Purpose = Purpose::new("sessions.provider_sid");
const ONCE: Purpose = Purpose::new("used_once.mark");

/// A keyed token of an issuer's subject, session, or logout token. With the issuer in it, two providers that use the
/// same names stay apart.
pub type Token = [u8; 32];

/// What somebody is known by: issuer and subject.
pub fn subject(vault: &Vault, issuer: &str, subject: &str) -> Token {
    vault.mac(SUBJECT, &[issuer.as_bytes(), subject.as_bytes()])
}

/// What a provider's session is known by.
pub fn session(vault: &Vault, issuer: &str, sid: &str) -> Token {
    vault.mac(SESSION, &[issuer.as_bytes(), sid.as_bytes()])
}

/// What a logout token is known by.
pub fn mark(vault: &Vault, issuer: &str, jti: &str) -> Token {
    vault.mac(ONCE, &[issuer.as_bytes(), jti.as_bytes()])
}

/// Notes that something is used, which is forgotten at a time in milliseconds; `false` if it was before.
pub fn use_once(tx: &mut Tx<'_>, mark: &[u8; 32], until: i64) -> Result<bool, DbError> {
    let sql = "INSERT INTO used_once (used_key, until) VALUES ($1, $2) ON CONFLICT (used_key) DO NOTHING";
    Ok(tx.execute(sql, params![*mark, until])? == 1)
}

/// Waits for others who make the same identity somebody's.
pub fn take_turn(tx: &mut Tx<'_>, identity: &Token) -> Result<(), DbError> {
    tx.take_turn(&format!("identity {}", data_encoding::HEXLOWER.encode(identity)))
}

/// Whose identity this is.
pub fn owner(tx: &mut Tx<'_>, vault: &Vault, identity: &Token) -> Result<Option<Uuid>, DbError> {
    let row = tx.query_one("SELECT user_id, mac FROM identities WHERE subject_key = $1", params![*identity])?;
    let Some(row) = row else { return Ok(None) };
    let of = row.uuid(0)?;
    let bond = Bond::Identity { subject: identity, of };
    Ok(bond.vouches(vault, row.opt_bytes(1)?.as_deref()).then_some(of))
}

/// Makes an identity somebody's.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, identity: &Token, user: Uuid, now: i64) -> Result<(), DbError> {
    let mac = Bond::Identity { subject: identity, of: user }.mac(vault);
    let sql = "INSERT INTO identities (subject_key, user_id, created_at, mac) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![*identity, user, now, mac]).map(drop)
}

/// Notes by which identity, and in which session of the provider's, a session was opened.
pub fn bind(tx: &mut Tx<'_>, hash: &Hash, identity: &Token, sid: Option<Token>) -> Result<(), DbError> {
    let sql = "UPDATE sessions SET identity = $2, provider_sid = $3 WHERE token_hash = $1";
    tx.execute(sql, params![*hash, *identity, sid.map(|sid| sid.to_vec())]).map(drop)
}

/// Whether a session was opened by the provider.
pub fn is_bound(tx: &mut Tx<'_>, hash: &Hash) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM sessions WHERE token_hash = $1 AND identity IS NOT NULL";
    Ok(tx.query_one(sql, params![*hash])?.is_some())
}

/// Ends the sessions that were opened by an identity, or in a session of the provider's, or both where both are given;
/// tells whose they were, once for each.
pub fn end(tx: &mut Tx<'_>, identity: Option<Token>, sid: Option<Token>) -> Result<Vec<Uuid>, DbError> {
    let (of, values) = match (identity, sid) {
        (Some(identity), Some(sid)) => ("identity = $1 AND provider_sid = $2", params![identity, sid].to_vec()),
        (Some(identity), None) => ("identity = $1", params![identity].to_vec()),
        (None, Some(sid)) => ("provider_sid = $1", params![sid].to_vec()),
        (None, None) => return Ok(Vec::new()),
    };
    let rows = tx.query(&format!("DELETE FROM sessions WHERE {of} RETURNING user_id"), &values)?;
    tx.notify(CHANGED, "");
    rows.iter().map(|row| row.uuid(0)).collect()
}

/// Forgets what is too old to come again.
///
/// # Errors
/// Only the database's.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM used_once WHERE until <= $1", params![now]).map(drop)
}
