//! Every statement about the tokens of programs alone.

use uuid::Uuid;
use vault::Vault;

use super::{
    bond::Bond,
    credential::{Fresh, Hash, LOG_IN_LIFE, days},
    roles::{Scope, Scopes},
    store::{CHANGED, LOG_IN},
    token::{Grant, TOLD},
};
use crate::db::{DbError, Row, Tx, params};

/// An API token as its owner sees it: never the token itself.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// What it is revoked under.
    pub id: Uuid,
    /// Whose it is.
    pub user: Uuid,
    /// Its owner's name for it; empty for one that a log-in gave.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds; without it, it works until it is revoked.
    pub expires_at: Option<i64>,
    /// Milliseconds.
    pub last_used_at: Option<i64>,
}

impl ApiToken {
    /// Whether it lets nothing in any more at a time, in milliseconds.
    pub fn has_ended(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// Keeps a token for programs; `false` when it is kept already.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    of: Uuid,
    fresh: &Fresh,
    grant: &Grant,
    now: i64,
) -> Result<bool, DbError> {
    let expires_at = grant.lasts.map(|lasts| now + days(lasts));
    keep(tx, vault, of, fresh, (&grant.name, grant.scopes), (now, expires_at))
}

/// Keeps a token that a log-in gave: for all that its owner may do, and for a short time.
pub fn insert_log_in(tx: &mut Tx<'_>, vault: &Vault, of: Uuid, fresh: &Fresh, now: i64) -> Result<(), DbError> {
    keep(tx, vault, of, fresh, (LOG_IN, Scopes::of(Scope::Admin)), (now, Some(now + LOG_IN_LIFE))).map(drop)
}

/// Whether a token is kept and has not ended.
pub fn is_good(tx: &mut Tx<'_>, hash: &Hash, now: i64) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM api_tokens WHERE token_hash = $1 AND (expires_at IS NULL OR expires_at > $2)";
    Ok(tx.query_one(sql, params![*hash, now])?.is_some())
}

fn keep(
    tx: &mut Tx<'_>,
    vault: &Vault,
    of: Uuid,
    fresh: &Fresh,
    (name, scopes): (&str, Scopes),
    (now, expires_at): (i64, Option<i64>),
) -> Result<bool, DbError> {
    // Whoever makes one for a few days knows that it ends.
    let is_short = expires_at.is_some_and(|end| end <= now + days(TOLD));
    let scopes = scopes.to_string();
    let mac = Bond::Token { hash: &fresh.hash, of, name, scopes: &scopes, expires_at }.mac(vault);
    let added = tx.execute(
        "INSERT INTO api_tokens (token_hash, id, user_id, name, created_at, expires_at, scopes, end_told, mac) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (token_hash) DO NOTHING",
        params![fresh.hash, fresh.id, of, name, now, expires_at, scopes, is_short, mac],
    )?;
    Ok(added == 1)
}

/// Tokens of programs that end before a time and whose owners have not been told: id, owner, name and end.
pub fn ending(tx: &mut Tx<'_>, now: i64, before: i64) -> Result<Vec<(Uuid, Uuid, String, i64)>, DbError> {
    let rows = tx.query(
        "SELECT id, user_id, name, expires_at FROM api_tokens \
         WHERE expires_at > $1 AND expires_at < $2 AND end_told = 0 AND name <> $3 ORDER BY expires_at, id LIMIT 100",
        params![now, before, LOG_IN],
    )?;
    rows.iter().map(|row| Ok((row.uuid(0)?, row.uuid(1)?, row.text(2)?, row.int(3)?))).collect()
}

/// Notes that the owner of a token was told of its end.
pub fn note_told(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    tx.execute("UPDATE api_tokens SET end_told = 1 WHERE id = $1", params![id]).map(drop)
}

/// Ends anybody's token with this id; `false` when there is none.
pub fn revoke(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM api_tokens WHERE id = $1", params![id])? == 1)
}

/// Ends those tokens of a user whose scopes are meant, and gives their ids.
pub fn end_of_scopes(tx: &mut Tx<'_>, of: Uuid, meant: impl Fn(Scopes) -> bool) -> Result<Vec<Uuid>, DbError> {
    tx.notify(CHANGED, "");
    let rows = tx.query("SELECT id, scopes FROM api_tokens WHERE user_id = $1", params![of])?;
    let mut ended = Vec::new();
    for row in rows {
        if meant(Scopes::kept(&row.text(1)?)) {
            let id = row.uuid(0)?;
            revoke(tx, id)?;
            ended.push(id);
        }
    }
    Ok(ended)
}

/// Ends all tokens that log-ins over the API gave.
pub fn end_log_ins(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.notify(CHANGED, "");
    tx.execute("DELETE FROM api_tokens WHERE name = $1", params![LOG_IN]).map(drop)
}

/// The tokens of a user or of all, the newest first: those of programs, and of log-ins those that are good.
pub fn list(tx: &mut Tx<'_>, of: Option<Uuid>, now: i64) -> Result<Vec<ApiToken>, DbError> {
    let mut values = params![now, LOG_IN].to_vec();
    // In the statement: those that have ended stay, so that all of them become many.
    let whose = of.map_or("", |of| {
        values.push(of.into());
        "user_id = $3 AND "
    });
    let sql = format!(
        "SELECT id, user_id, name, created_at, expires_at, last_used_at, scopes FROM api_tokens \
         WHERE {whose}(expires_at IS NULL OR expires_at > $1 OR name <> $2) ORDER BY created_at DESC, id DESC"
    );
    let rows = tx.query(&sql, &values)?;
    let token = |row: &Row| {
        Ok(ApiToken {
            id: row.uuid(0)?,
            user: row.uuid(1)?,
            name: row.text(2)?,
            created_at: row.int(3)?,
            expires_at: row.opt_int(4)?,
            last_used_at: row.opt_int(5)?,
            scopes: Scopes::kept(&row.text(6)?),
        })
    };
    rows.iter().map(token).collect()
}
