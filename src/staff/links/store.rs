//! Every statement on links, and on whether a password was chosen by its owner.

use uuid::Uuid;
use vault::Vault;

use super::Kind;
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
    staff::{User, bond::Bond, credential::Hash, store as users},
};

/// Keeps a link in place of the one before of its kind.
pub fn put(tx: &mut Tx<'_>, vault: &Vault, of: Uuid, kind: Kind, hash: &Hash, expires_at: i64) -> Result<(), DbError> {
    let mac = Bond::Link { hash, of, kind: kind.code(), expires_at }.mac(vault);
    tx.execute(
        "INSERT INTO password_links (user_id, kind, token_hash, expires_at, mac) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (user_id, kind) DO UPDATE SET token_hash = $3, expires_at = $4, mac = $5",
        params![of, kind.code(), *hash, expires_at, mac],
    )
    .map(drop)
}

/// Whose link this is, while it is good and they may enter.
pub fn owner(tx: &mut Tx<'_>, vault: &Vault, hash: &Hash, now: i64) -> Result<Option<(User, Kind)>, Fault> {
    let row = tx.query_one(
        "SELECT user_id, kind, expires_at, mac FROM password_links WHERE token_hash = $1 AND expires_at > $2",
        params![*hash, now],
    )?;
    let Some(row) = row else { return Ok(None) };
    let (of, kind) = (row.uuid(0)?, row.int(1)?);
    let bond = Bond::Link { hash, of, kind, expires_at: row.int(2)? };
    let Some(kind) = Kind::from_code(kind).filter(|_| bond.vouches(vault, row.opt_bytes(3).ok().flatten().as_deref()))
    else {
        return Ok(None);
    };
    Ok(users::able(tx, vault, of)?.map(|user| (user, kind)))
}

/// Makes all links of a user worthless.
pub fn void(tx: &mut Tx<'_>, of: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM password_links WHERE user_id = $1", params![of]).map(drop)
}

/// Forgets links that have ended.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM password_links WHERE expires_at <= $1", params![now]).map(drop)
}

/// Whether somebody else chose this user's password.
pub fn must_change(tx: &mut Tx<'_>, of: Uuid) -> Result<bool, DbError> {
    let row = tx.query_one("SELECT must_change FROM users WHERE id = $1", params![of])?;
    row.map_or(Ok(false), |row| row.bool(0))
}

/// Notes whether they did.
pub fn set_must_change(tx: &mut Tx<'_>, of: Uuid, must: bool) -> Result<(), DbError> {
    tx.execute("UPDATE users SET must_change = $2 WHERE id = $1", params![of, must]).map(drop)
}

/// Whether a user signs in by the provider alone: known there, and without a password here.
pub fn is_the_providers(tx: &mut Tx<'_>, of: Uuid) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM users u WHERE u.id = $1 AND u.password_hash IS NULL \
               AND EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id)";
    Ok(tx.query_one(sql, params![of])?.is_some())
}

/// Whether a user has a password at all.
pub fn has_password(tx: &mut Tx<'_>, of: Uuid) -> Result<bool, DbError> {
    Ok(tx.query_one("SELECT 1 FROM users WHERE id = $1 AND password_hash IS NOT NULL", params![of])?.is_some())
}
