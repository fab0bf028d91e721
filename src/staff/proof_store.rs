//! What sessions and log-ins have proved: statements about the tables of `store.rs`.

use uuid::Uuid;
use vault::Vault;

use super::{
    User,
    credential::{Fresh, Hash, Kind, NOTED_AFTER},
    roles::{Scope, Scopes},
    second_factor::Required,
    store::{USER, user},
};
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// Notes that the user of a session has proved anew who they are, and gives it another token; `false` when it has ended.
pub fn prove_session(tx: &mut Tx<'_>, hash: &Hash, fresh: &Fresh, strong: bool, now: i64) -> Result<bool, DbError> {
    let proved = tx.execute(
        "UPDATE sessions SET token_hash = $2, proved_at = $4, strong = CASE WHEN $3 = 1 THEN 1 ELSE strong END \
         WHERE token_hash = $1",
        params![*hash, fresh.hash, strong, now],
    )?;
    Ok(proved == 1)
}

/// Notes that what the user of a session proved last was at a time before.
pub fn keep_proof(tx: &mut Tx<'_>, hash: &Hash, proved_at: i64) -> Result<(), DbError> {
    tx.execute("UPDATE sessions SET proved_at = $2 WHERE token_hash = $1", params![*hash, proved_at]).map(drop)
}

/// Makes a session one of two factors.
pub fn strengthen(tx: &mut Tx<'_>, hash: &Hash) -> Result<(), DbError> {
    tx.execute("UPDATE sessions SET strong = 1 WHERE token_hash = $1", params![*hash]).map(drop)
}

/// Makes all sessions of a user who has no second factor any more such of one.
pub fn weaken(tx: &mut Tx<'_>, of: Uuid) -> Result<(), DbError> {
    tx.execute("UPDATE sessions SET strong = 0 WHERE user_id = $1", params![of]).map(drop)
}

/// Whose credential it is, and what it proves.
pub struct Owner {
    /// The user, who is enabled.
    pub user: User,
    /// Whether its use is to be [noted](store::note_use).
    pub stale: bool,
    /// When the user last proved who they are; never for a token.
    pub proved_at: i64,
    /// Whether they have to set up a second factor before anything else.
    pub lacks_factor: bool,
    /// Whether they proved two factors. A token stands for itself.
    pub strong: bool,
    /// What it may be used for: a token's own, a session for all.
    pub scopes: Scopes,
}

/// Whose credential this is, while it is good and its owner enabled. A session that was not used for as long as `idle` is
/// not good.
pub fn owner(
    tx: &mut Tx<'_>,
    vault: &Vault,
    kind: Kind,
    hash: &Hash,
    (now, idle): (i64, i64),
) -> Result<Option<Owner>, Fault> {
    let (table, noted, proved) = match kind {
        Kind::Session => ("sessions", "last_seen_at", "c.proved_at, c.strong, NULL"),
        Kind::Api => ("api_tokens", "last_used_at", "0, 1, c.scopes"),
    };
    let sql = format!(
        "SELECT {USER}, c.{noted}, c.expires_at, {proved}, (SELECT value FROM meta WHERE name = 'second_factor') \
         FROM {table} c JOIN users u ON u.id = c.user_id WHERE c.token_hash = $1 AND u.enabled = 1"
    );
    let Some(row) = tx.query_one(&sql, params![*hash])? else { return Ok(None) };
    let noted = row.opt_int(8)?;
    let idle = kind == Kind::Session && noted.is_none_or(|noted| noted <= now - idle);
    if idle || row.opt_int(9)?.is_some_and(|end| end <= now) {
        return Ok(None);
    }
    let stale = noted.is_none_or(|noted| now - noted >= NOTED_AFTER);
    let (user, proved_at, strong) = (user(vault, &row, 0)?, row.int(10)?, row.bool(11)?);
    let scopes = row.opt_text(12)?.map_or(Scopes::of(Scope::Admin), |names| Scopes::kept(&names));
    let lacks_factor = !strong && Required::of(row.opt_bytes(13)?.as_deref()).asks(user.role);
    Ok(Some(Owner { user, stale, proved_at, lacks_factor, strong, scopes }))
}
