//! Every statement of the staff's tables. Names, addresses and phone numbers are sealed on the way in.

use uuid::Uuid;
use vault::{Cell, Purpose, Vault};

use super::{
    Role, User,
    attempts::WINDOW,
    bond::Bond,
    credential::{Hash, Kind, SESSION_KNOWN},
    oidc, second_factor, session_store,
    user::THE_CLIENT,
};
use crate::{
    db::{DbError, Row, Tx, params},
    email,
    fault::Fault,
    phone::Phone,
};

/// Told when a user has changed or a session or token has ended: see [`Tx::notify`].
pub const CHANGED: &str = "staff";

const EMAIL: Purpose = Purpose::new("users.email");
pub(super) const USER: &str =
    "u.id, u.email, u.name, u.phone, u.role, u.enabled, u.created_at, u.owner, u.email_token, u.mac";
/// How many columns [`USER`] has.
pub(super) const USER_COLUMNS: usize = 10;
/// Where the hash of a password is sealed.
const PASSWORD: &str = "password_hash";
/// The name of a token that a log-in over the API gave. People's own names are never empty.
pub(super) const LOG_IN: &str = "";

fn cell<'a>(column: &'static str, id: &'a Uuid) -> Cell<'a> {
    Cell { table: "users", column, row: id.as_bytes() }
}

fn email_token(vault: &Vault, address: &str) -> i64 {
    vault.token(EMAIL, &email::key(address))
}

/// A user from the columns of [`USER`], the first of which is number `from`.
pub(super) fn user(vault: &Vault, row: &Row, from: usize) -> Result<User, Fault> {
    let user = unbound(vault, row, from)?;
    let (email_token, mac) = (row.int(from + 8)?, row.opt_bytes(from + 9)?);
    let User { id, role, owner, enabled, .. } = user;
    let bond = Bond::User { id, email_token, role: role.code(), owner, enabled };
    Ok(User { genuine: bond.vouches(vault, mac.as_deref()), ..user })
}

/// The same, taken as it stands.
pub(super) fn unbound(vault: &Vault, row: &Row, from: usize) -> Result<User, Fault> {
    let id = row.uuid(from)?;
    let phone = match row.opt_bytes(from + 3)? {
        None => None,
        Some(sealed) => {
            let text = vault.open_text(&cell("phone", &id), &sealed)?;
            Some(Phone::from_e164(&text).map_err(|_| broken("phone"))?)
        }
    };
    Ok(User {
        id,
        email: vault.open_text(&cell("email", &id), &row.bytes(from + 1)?)?,
        name: name(vault, id, &row.bytes(from + 2)?)?,
        phone,
        role: Role::from_code(row.int(from + 4)?).ok_or_else(|| broken("role"))?,
        enabled: row.bool(from + 5)?,
        created_at: row.int(from + 6)?,
        owner: row.bool(from + 7)?,
        genuine: true,
    })
}

fn bond(vault: &Vault, user: &User) -> Bond<'static> {
    let User { id, ref email, role, owner, enabled, .. } = *user;
    Bond::User { id, email_token: email_token(vault, email), role: role.code(), owner, enabled }
}

fn broken(column: &str) -> Fault {
    Fault::Unexpected(anyhow::anyhow!("users.{column} holds what was never written there"))
}

/// Opens a sealed name.
pub fn name(vault: &Vault, id: Uuid, sealed: &[u8]) -> Result<String, Fault> {
    Ok(vault.open_text(&cell("name", &id), sealed)?)
}

/// Waits for others who open or end what a user signs in with. One who looks whether a password is good and opens a
/// session, and one who changes the password and ends all sessions, would not see what the other does.
pub fn take_turn(tx: &mut Tx<'_>, user: Uuid) -> Result<(), DbError> {
    tx.take_turn(&format!("user {}", user.simple()))
}

/// Whether there is any user.
pub fn any_user(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    Ok(!tx.query("SELECT 1 FROM users LIMIT 1", params![])?.is_empty())
}

/// Adds a user; `false` when the address is taken.
pub fn insert(tx: &mut Tx<'_>, vault: &Vault, user: &User, password: Option<&str>) -> Result<bool, Fault> {
    let id = &user.id;
    let phone = user.phone.as_ref().map(|phone| vault.seal_text(&cell("phone", id), phone.as_str()));
    let added = tx.execute(
        "INSERT INTO users (id, email, email_token, name, phone, role, password_hash, enabled, created_at, \
         updated_at, owner, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11) \
         ON CONFLICT (email_token) DO NOTHING",
        params![
            user.id,
            vault.seal_text(&cell("email", id), &user.email),
            email_token(vault, &user.email),
            vault.seal_text(&cell("name", id), &user.name),
            phone,
            user.role.code(),
            password.map(|hash| vault.seal_text(&cell(PASSWORD, id), hash)),
            user.enabled,
            user.created_at,
            user.owner,
            bond(vault, user).mac(vault),
        ],
    )?;
    Ok(added == 1)
}

/// Writes a user's fields, the password aside. The address is not taken by another: see [`email_owner`]. Whatever its row
/// said before, Redress vouches for it from now on.
pub fn update(tx: &mut Tx<'_>, vault: &Vault, user: &User, now: i64) -> Result<(), Fault> {
    let id = &user.id;
    let phone = user.phone.as_ref().map(|phone| vault.seal_text(&cell("phone", id), phone.as_str()));
    tx.execute(
        "UPDATE users SET email = $2, email_token = $3, name = $4, phone = $5, role = $6, enabled = $7, \
         updated_at = $8, owner = $9, mac = $10 WHERE id = $1",
        params![
            user.id,
            vault.seal_text(&cell("email", id), &user.email),
            email_token(vault, &user.email),
            vault.seal_text(&cell("name", id), &user.name),
            phone,
            user.role.code(),
            user.enabled,
            now,
            user.owner,
            bond(vault, user).mac(vault),
        ],
    )?;
    tx.notify(CHANGED, "");
    Ok(())
}

/// Sets a password's hash, as one that its owner may keep.
pub fn set_password(tx: &mut Tx<'_>, vault: &Vault, id: Uuid, hash: &str, now: i64) -> Result<(), DbError> {
    seal_password(tx, vault, id, hash)?;
    tx.execute("UPDATE users SET must_change = 0, updated_at = $2 WHERE id = $1", params![id, now]).map(drop)
}

/// Keeps a password's hash, and nothing in clear.
pub(super) fn seal_password(tx: &mut Tx<'_>, vault: &Vault, id: Uuid, hash: &str) -> Result<(), DbError> {
    let sql = "UPDATE users SET password_hash = $2, password = NULL WHERE id = $1";
    tx.execute(sql, params![id, vault.seal_text(&cell(PASSWORD, &id), hash)]).map(drop)
}

/// Takes a user's password away; `false` where there was none.
pub fn take_password(tx: &mut Tx<'_>, id: Uuid, now: i64) -> Result<bool, DbError> {
    let sql = "UPDATE users SET password_hash = NULL, password = NULL, must_change = 0, updated_at = $2 \
               WHERE id = $1 AND password_hash IS NOT NULL";
    Ok(tx.execute(sql, params![id, now])? == 1)
}

/// The hash of a user's password, if there is one.
pub fn password(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<String>, DbError> {
    let row = tx.query_one("SELECT password_hash FROM users WHERE id = $1", params![id])?;
    let sealed = row.map(|row| row.opt_bytes(0)).transpose()?.flatten();
    Ok(sealed.and_then(|sealed| opened(vault, id, &sealed)))
}

/// A hash that Redress did not seal for this user is none.
fn opened(vault: &Vault, id: Uuid, sealed: &[u8]) -> Option<String> {
    let hash = vault.open_text(&cell(PASSWORD, &id), sealed);
    hash.inspect_err(
        |error| tracing::error!(user = %id, %error, "the hash of a password does not open and counts as none"),
    )
    .ok()
}

/// Puts a hash in the place of another of the same password; `false` when that is not the one that is kept.
pub fn renew_password(tx: &mut Tx<'_>, vault: &Vault, id: Uuid, before: &str, hash: &str) -> Result<bool, DbError> {
    let is_kept = password(tx, vault, id)?.as_deref() == Some(before);
    if is_kept {
        seal_password(tx, vault, id, hash)?;
    }
    Ok(is_kept)
}

/// One user. [`THE_CLIENT`] is none whom anybody could see, change or assign.
pub fn by_id(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<User>, Fault> {
    if id == THE_CLIENT {
        return Ok(None);
    }
    let row = tx.query_one(&format!("SELECT {USER} FROM users u WHERE u.id = $1"), params![id])?;
    row.map(|row| user(vault, &row, 0)).transpose()
}

/// One user who may enter: enabled, and as Redress wrote them.
pub fn able(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<User>, Fault> {
    Ok(by_id(tx, vault, id)?.filter(User::may_enter))
}

/// Whether clients have written before, so that [`THE_CLIENT`] is there.
pub fn knows_the_client(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    Ok(!tx.query("SELECT 1 FROM users WHERE id = $1", params![THE_CLIENT])?.is_empty())
}

/// Whose address this is, in any letter case.
///
/// # Errors
/// Only the database's.
pub fn email_owner(tx: &mut Tx<'_>, vault: &Vault, address: &str) -> Result<Option<Uuid>, DbError> {
    let row = tx.query_one("SELECT id FROM users WHERE email_token = $1", params![email_token(vault, address)])?;
    row.map(|row| row.uuid(0)).transpose()
}

/// What a log-in with this address must prove: the id of a user who may enter and, if there is one, the password's hash.
pub fn log_in(tx: &mut Tx<'_>, vault: &Vault, address: &str) -> Result<Option<(Uuid, Option<String>)>, Fault> {
    let sql = format!("SELECT {USER}, u.password_hash FROM users u WHERE u.email_token = $1");
    let Some(row) = tx.query_one(&sql, params![email_token(vault, address)])? else { return Ok(None) };
    let user = user(vault, &row, 0)?;
    if !user.may_enter() || user.id == THE_CLIENT {
        return Ok(None);
    }
    let hash = row.opt_bytes(USER_COLUMNS)?.and_then(|sealed| opened(vault, user.id, &sealed));
    Ok(Some((user.id, hash)))
}

/// All users, or those of a role, by name.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub fn list(tx: &mut Tx<'_>, vault: &Vault, role: Option<Role>) -> Result<Vec<User>, Fault> {
    let mut users = Vec::new();
    tx.query_each(&format!("SELECT {USER} FROM users u"), params![], |row| {
        users.push(user(vault, &row, 0)?);
        Ok::<_, Fault>(())
    })?;
    users.retain(|user| user.id != THE_CLIENT && role.is_none_or(|role| user.role == role));
    users.sort_by_cached_key(|user| (user.name.to_lowercase(), user.id));
    Ok(users)
}

/// Whether anybody but this user is an admin who may enter, and whether one of those is an owner.
pub fn other_admins(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<(bool, bool), Fault> {
    let mut admins = list(tx, vault, Some(Role::Admin))?;
    admins.retain(|user| user.id != id && user.may_enter());
    Ok((!admins.is_empty(), admins.iter().any(|user| user.owner)))
}

/// Notes that a credential was used.
pub fn note_use(tx: &mut Tx<'_>, kind: Kind, hash: &Hash, now: i64) -> Result<(), DbError> {
    let sql = match kind {
        Kind::Session => "UPDATE sessions SET last_seen_at = $2 WHERE token_hash = $1",
        Kind::Api => "UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1",
    };
    tx.execute(sql, params![*hash, now]).map(drop)
}

/// Ends the credential with this hash.
pub fn end(tx: &mut Tx<'_>, kind: Kind, hash: &Hash) -> Result<(), DbError> {
    let sql = match kind {
        Kind::Session => "DELETE FROM sessions WHERE token_hash = $1",
        Kind::Api => "DELETE FROM api_tokens WHERE token_hash = $1",
    };
    tx.notify(CHANGED, "");
    tx.execute(sql, params![*hash]).map(drop)
}

/// Ends a user's own credential with this id; `false` when there is none, or it is another's.
pub fn end_own(tx: &mut Tx<'_>, kind: Kind, of: Uuid, id: Uuid) -> Result<bool, DbError> {
    let sql = match kind {
        Kind::Session => "DELETE FROM sessions WHERE id = $2 AND user_id = $1",
        Kind::Api => "DELETE FROM api_tokens WHERE id = $2 AND user_id = $1",
    };
    tx.notify(CHANGED, "");
    Ok(tx.execute(sql, params![of, id])? == 1)
}

/// Ends whatever a user's log-ins opened, sessions and tokens of log-ins, except the one to `keep`.
pub fn end_log_ins(tx: &mut Tx<'_>, of: Uuid, keep: Option<Hash>) -> Result<(), DbError> {
    tx.notify(CHANGED, "");
    let keep = keep.map_or(Vec::new(), |hash| hash.to_vec());
    tx.execute("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2", params![of, keep.clone()])?;
    let tokens = "DELETE FROM api_tokens WHERE user_id = $1 AND token_hash <> $2 AND name = $3";
    tx.execute(tokens, params![of, keep, LOG_IN]).map(drop)
}

/// Ends every session and every token of a user.
pub fn end_all(tx: &mut Tx<'_>, of: Uuid) -> Result<(), DbError> {
    session_store::end_all(tx, of)?;
    tx.execute("DELETE FROM api_tokens WHERE user_id = $1", params![of]).map(drop)
}

/// Forgets what has ended: sessions, tokens of log-ins, failures of subjects that are quiet again. Tokens of programs stay
/// until they are revoked: those that ended by a clock that was ahead are good again.
///
/// # Errors
/// Only the database's.
pub fn sweep(tx: &mut Tx<'_>, idle: i64, now: i64) -> Result<(), DbError> {
    second_factor::store::sweep(tx, now)?;
    let ended = now - SESSION_KNOWN;
    let sessions = "DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2";
    tx.execute(sessions, params![ended, ended - idle])?;
    tx.execute("DELETE FROM api_tokens WHERE expires_at <= $1 AND name = $2", params![now, LOG_IN])?;
    let quiet = "DELETE FROM login_attempts WHERE last_at <= $1 AND blocked_until <= $1";
    tx.execute(quiet, params![now - WINDOW])?;
    oidc::sweep(tx, now)
}
