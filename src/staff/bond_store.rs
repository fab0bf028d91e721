//! Every statement that binds rows of before there were bonds.

use uuid::Uuid;
use vault::Vault;

use super::{
    User,
    bond::Bond,
    credential::Hash,
    store::{self, USER},
    user::THE_CLIENT,
};
use crate::{
    db::{DbError, Row, Tx, params},
    fault::Fault,
};

/// Where `meta` says that no rows of before are there to be bound any more.
const MARK: &str = "staff.bound";

/// Whether rows of before were bound, or there were none.
pub(super) fn is_marked(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    Ok(tx.query_one("SELECT 1 FROM meta WHERE name = $1", params![MARK])?.is_some())
}

/// Notes that.
pub(super) fn mark(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    tx.execute(sql, params![MARK, vec![1_u8]]).map(drop)
}

/// How many users are not bound. [`THE_CLIENT`] lets nobody in.
pub(super) fn unbound(tx: &mut Tx<'_>) -> Result<usize, DbError> {
    Ok(tx.query("SELECT 1 FROM users WHERE mac IS NULL AND id <> $1", params![THE_CLIENT])?.len())
}

/// Binds all rows that are not bound, and gives back whose users' they are, in order of their names.
pub(super) fn bind(tx: &mut Tx<'_>, vault: &Vault) -> Result<Vec<User>, Fault> {
    let mut users = Vec::new();
    let sql = format!("SELECT {USER}, u.password, u.updated_at FROM users u WHERE u.mac IS NULL");
    for row in tx.query(&sql, params![])? {
        let user = store::unbound(vault, &row, 0)?;
        store::update(tx, vault, &user, row.int(store::USER_COLUMNS + 1)?)?;
        if let Some(hash) = row.opt_text(store::USER_COLUMNS)? {
            store::seal_password(tx, vault, user.id, &hash)?;
        }
        users.push(user);
    }
    users.retain(|user| user.id != THE_CLIENT);
    users.sort_by_cached_key(|user| (user.name.to_lowercase(), user.id));
    bind_credentials(tx, vault)?;
    Ok(users)
}

/// What users sign in with.
fn bind_credentials(tx: &mut Tx<'_>, vault: &Vault) -> Result<(), DbError> {
    each(tx, "sessions", "token_hash", "user_id, expires_at, proved_at, strong", |hash, row| {
        let (of, expires_at, proved_at, strong) = (row.uuid(1)?, row.int(2)?, row.int(3)?, row.bool(4)?);
        Ok(Bond::Session { hash, of, expires_at, proved_at, strong }.mac(vault))
    })?;
    each(tx, "api_tokens", "token_hash", "user_id, name, scopes, expires_at", |hash, row| {
        let (of, name, scopes, expires_at) = (row.uuid(1)?, row.text(2)?, row.text(3)?, row.opt_int(4)?);
        Ok(Bond::Token { hash, of, name: &name, scopes: &scopes, expires_at }.mac(vault))
    })?;
    each(tx, "password_links", "token_hash", "user_id, kind, expires_at", |hash, row| {
        let (of, kind, expires_at) = (row.uuid(1)?, row.int(2)?, row.int(3)?);
        Ok(Bond::Link { hash, of, kind, expires_at }.mac(vault))
    })?;
    each(tx, "identities", "subject_key", "user_id", |subject, row| {
        Ok(Bond::Identity { subject, of: row.uuid(1)? }.mac(vault))
    })?;
    for row in tx.query("SELECT id, user_id, kind, credential FROM authenticators WHERE mac IS NULL", params![])? {
        let (id, of, kind, credential) = (row.uuid(0)?, row.uuid(1)?, row.int(2)?, row.opt_int(3)?);
        let mac = Bond::Factor { id, of, kind, credential }.mac(vault);
        tx.execute("UPDATE authenticators SET mac = $2 WHERE id = $1", params![id, mac])?;
    }
    for row in tx.query("SELECT user_id, place, hash FROM recovery_codes WHERE mac IS NULL", params![])? {
        let (of, place, hash): (Uuid, i64, String) = (row.uuid(0)?, row.int(1)?, row.text(2)?);
        let mac = Bond::Code { of, place, hash: &hash }.mac(vault);
        tx.execute("UPDATE recovery_codes SET mac = $3 WHERE user_id = $1 AND place = $2", params![of, place, mac])?;
    }
    Ok(())
}

/// Binds the rows of a table that are found by a hash and are not bound.
fn each(
    tx: &mut Tx<'_>,
    table: &str,
    key: &str,
    columns: &str,
    mac: impl Fn(&Hash, &Row) -> Result<[u8; 32], DbError>,
) -> Result<(), DbError> {
    for row in tx.query(&format!("SELECT {key}, {columns} FROM {table} WHERE mac IS NULL"), params![])? {
        // What has no hash's length was never written here, and nothing leads to it.
        let Ok(hash) = Hash::try_from(row.bytes(0)?) else { continue };
        tx.execute(&format!("UPDATE {table} SET mac = $2 WHERE {key} = $1"), params![hash, mac(&hash, &row)?])?;
    }
    Ok(())
}
