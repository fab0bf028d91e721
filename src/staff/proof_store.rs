//! What sessions and log-ins have proved: statements about the tables of `store.rs`.

use vault::Vault;

use super::{
    User,
    bond::Bond,
    credential::{Hash, Kind, NOTED_AFTER},
    roles::{Scope, Scopes},
    second_factor::Required,
    store::{USER, USER_COLUMNS, user},
};
use crate::{
    db::{Tx, params},
    fault::Fault,
};

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
        Kind::Session => ("sessions", "last_seen_at", "c.proved_at, c.strong, c.mac, NULL, NULL"),
        Kind::Api => ("api_tokens", "last_used_at", "0, 1, c.mac, c.scopes, c.name"),
    };
    let sql = format!(
        "SELECT {USER}, c.{noted}, c.expires_at, {proved}, (SELECT value FROM meta WHERE name = 'second_factor') \
         FROM {table} c JOIN users u ON u.id = c.user_id \
         WHERE c.token_hash = $1 AND (c.expires_at IS NULL OR c.expires_at > $2)"
    );
    // What has ended is as if it had never been, and its refusal takes no longer: nothing of it is opened.
    let Some(row) = tx.query_one(&sql, params![*hash, now])? else { return Ok(None) };
    let user = user(vault, &row, 0)?;
    let rest = |number: usize| USER_COLUMNS + number;
    let (noted, expires_at, mac) = (row.opt_int(rest(0))?, row.opt_int(rest(1))?, row.opt_bytes(rest(4))?);
    let (proved_at, strong) = (row.int(rest(2))?, row.bool(rest(3))?);
    let (names, name) = (row.opt_text(rest(5))?, row.opt_text(rest(6))?.unwrap_or_default());
    let bond = match &names {
        None => Bond::Session { hash, of: user.id, expires_at: expires_at.unwrap_or_default(), proved_at, strong },
        Some(scopes) => Bond::Token { hash, of: user.id, name: &name, scopes, expires_at },
    };
    if !user.may_enter() || !bond.vouches(vault, mac.as_deref()) {
        return Ok(None);
    }
    if kind == Kind::Session && noted.is_none_or(|noted| noted <= now - idle) {
        return Ok(None);
    }
    let stale = noted.is_none_or(|noted| now - noted >= NOTED_AFTER);
    let scopes = names.map_or(Scopes::of(Scope::Admin), |names| Scopes::kept(&names));
    let lacks_factor = !strong && Required::of(row.opt_bytes(rest(7))?.as_deref()).asks(user.role);
    Ok(Some(Owner { user, stale, proved_at, lacks_factor, strong, scopes }))
}
