//! Every statement of second factors. Names and secrets are sealed on the way in.

use uuid::Uuid;
use vault::{Cell, Purpose, Vault};

use super::recovery::Code;
use crate::{
    audit::Factor,
    db::{DbError, Row, Tx, params},
    fault::Fault,
    staff::bond::Bond,
};

const CREDENTIAL: Purpose = Purpose::new("authenticators.credential");
/// Where `meta` says who has to have a second factor.
const REQUIRED: &str = "second_factor";

/// What kind of factor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An authenticator app.
    App,
    /// A passkey.
    Passkey,
}

impl Kind {
    const fn code(self) -> i64 {
        match self {
            Self::App => 1,
            Self::Passkey => 2,
        }
    }

    fn of(code: i64) -> Result<Self, Fault> {
        match code {
            1 => Ok(Self::App),
            2 => Ok(Self::Passkey),
            _ => Err(Fault::Unexpected(anyhow::anyhow!("authenticators.kind holds what was never written there"))),
        }
    }
}

impl From<Kind> for Factor {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::App => Self::App,
            Kind::Passkey => Self::Passkey,
        }
    }
}

/// A second factor of a user.
#[derive(Clone)]
pub struct Authenticator {
    /// What it is removed under.
    pub id: Uuid,
    /// App or passkey.
    pub kind: Kind,
    /// Its user's name for it.
    pub name: String,
    /// An app's key, or a passkey.
    pub secret: String,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub last_used_at: Option<i64>,
}

fn cell<'a>(column: &'static str, id: &'a Uuid) -> Cell<'a> {
    Cell { table: "authenticators", column, row: id.as_bytes() }
}

const COLUMNS: &str = "id, kind, name, secret, created_at, last_used_at, user_id, credential, mac";

/// None where somebody else gave it to its user.
fn authenticator(vault: &Vault, row: &Row) -> Result<Option<Authenticator>, Fault> {
    let id = row.uuid(0)?;
    let bond = Bond::Factor { id, of: row.uuid(6)?, kind: row.int(1)?, credential: row.opt_int(7)? };
    if !bond.vouches(vault, row.opt_bytes(8)?.as_deref()) {
        return Ok(None);
    }
    Ok(Some(Authenticator {
        id,
        kind: Kind::of(row.int(1)?)?,
        name: vault.open_text(&cell("name", &id), &row.bytes(2)?)?,
        secret: vault.open_text(&cell("secret", &id), &row.bytes(3)?)?,
        created_at: row.int(4)?,
        last_used_at: row.opt_int(5)?,
    }))
}

/// Keeps a new one; `credential` is a passkey's id. `false` where that passkey is somebody's already.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    of: Uuid,
    new: &Authenticator,
    credential: Option<&[u8]>,
) -> Result<bool, DbError> {
    let id = &new.id;
    let credential = credential.map(|credential| token(vault, credential));
    let bond = Bond::Factor { id: new.id, of, kind: new.kind.code(), credential };
    let added = tx.execute(
        "INSERT INTO authenticators (id, user_id, kind, name, secret, credential, created_at, mac) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (credential) DO NOTHING",
        params![
            new.id,
            of,
            new.kind.code(),
            vault.seal_text(&cell("name", id), &new.name),
            vault.seal_text(&cell("secret", id), &new.secret),
            credential,
            new.created_at,
            bond.mac(vault),
        ],
    )?;
    Ok(added == 1)
}

fn token(vault: &Vault, credential: &[u8]) -> i64 {
    vault.token(CREDENTIAL, &data_encoding::BASE64URL_NOPAD.encode(credential))
}

/// A user's, the oldest first.
pub fn of_user(tx: &mut Tx<'_>, vault: &Vault, of: Uuid) -> Result<Vec<Authenticator>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM authenticators WHERE user_id = $1 ORDER BY created_at, id");
    tx.query(&sql, params![of])?.iter().filter_map(|row| authenticator(vault, row).transpose()).collect()
}

/// Whose passkey this is, with it.
pub fn by_credential(
    tx: &mut Tx<'_>,
    vault: &Vault,
    credential: &[u8],
) -> Result<Option<(Uuid, Authenticator)>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM authenticators WHERE credential = $1");
    let Some(row) = tx.query_one(&sql, params![token(vault, credential)])? else { return Ok(None) };
    let of = row.uuid(6)?;
    Ok(authenticator(vault, &row)?.map(|passkey| (of, passkey)))
}

/// Whether a user has any.
pub fn any(tx: &mut Tx<'_>, of: Uuid) -> Result<bool, DbError> {
    Ok(tx.query_one("SELECT 1 FROM authenticators WHERE user_id = $1 LIMIT 1", params![of])?.is_some())
}

/// Who has any.
pub fn owners(tx: &mut Tx<'_>) -> Result<Vec<Uuid>, DbError> {
    tx.query("SELECT DISTINCT user_id FROM authenticators", params![])?.iter().map(|row| row.uuid(0)).collect()
}

/// Takes one of a user's away; `false` when there is none, or it is another's.
pub fn remove(tx: &mut Tx<'_>, of: Uuid, id: Uuid) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM authenticators WHERE id = $2 AND user_id = $1", params![of, id])? == 1)
}

/// Takes all of a user's away, with the recovery codes.
pub fn remove_all(tx: &mut Tx<'_>, of: Uuid) -> Result<u64, DbError> {
    remove_codes(tx, of)?;
    tx.execute("DELETE FROM authenticators WHERE user_id = $1", params![of])
}

/// Notes the step of an app whose code was used; `false` when it, or one after it, was used before.
pub fn use_step(tx: &mut Tx<'_>, of: Uuid, id: Uuid, step: i64, now: i64) -> Result<bool, DbError> {
    let used = tx.execute(
        "UPDATE authenticators SET last_step = $3, last_used_at = $4 \
         WHERE id = $2 AND user_id = $1 AND (last_step IS NULL OR last_step < $3)",
        params![of, id, step, now],
    )?;
    Ok(used == 1)
}

/// Notes that a passkey was used, with what it is from now on; `false` when it is gone.
pub fn use_passkey(
    tx: &mut Tx<'_>,
    vault: &Vault,
    of: Uuid,
    id: Uuid,
    secret: Option<&str>,
    now: i64,
) -> Result<bool, DbError> {
    let used = match secret {
        Some(secret) => tx.execute(
            "UPDATE authenticators SET secret = $3, last_used_at = $4 WHERE id = $2 AND user_id = $1",
            params![of, id, vault.seal_text(&cell("secret", &id), secret), now],
        )?,
        None => tx.execute(
            "UPDATE authenticators SET last_used_at = $3 WHERE id = $2 AND user_id = $1",
            params![of, id, now],
        )?,
    };
    Ok(used == 1)
}

/// Notes that a challenge was answered; `false` when it was before.
pub fn spend_challenge(tx: &mut Tx<'_>, hash: &[u8; 32], until: i64) -> Result<bool, DbError> {
    let sql = "INSERT INTO spent_challenges (hash, until) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    Ok(tx.execute(sql, params![*hash, until])? == 1)
}

/// Puts new recovery codes in the place of those that there are.
pub fn put_codes(tx: &mut Tx<'_>, vault: &Vault, of: Uuid, codes: &[(i64, String)]) -> Result<(), DbError> {
    remove_codes(tx, of)?;
    for (place, hash) in codes {
        let mac = Bond::Code { of, place: *place, hash }.mac(vault);
        let sql = "INSERT INTO recovery_codes (user_id, place, hash, mac) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, params![of, *place, hash.as_str(), mac])?;
    }
    Ok(())
}

fn remove_codes(tx: &mut Tx<'_>, of: Uuid) -> Result<u64, DbError> {
    tx.execute("DELETE FROM recovery_codes WHERE user_id = $1", params![of])
}

/// The hash that a code is held against.
pub fn code_hash(tx: &mut Tx<'_>, vault: &Vault, of: Uuid, code: &Code) -> Result<Option<String>, DbError> {
    let sql = "SELECT hash, mac FROM recovery_codes WHERE user_id = $1 AND place = $2";
    let Some(row) = tx.query_one(sql, params![of, code.place])? else { return Ok(None) };
    let hash = row.text(0)?;
    let bond = Bond::Code { of, place: code.place, hash: &hash };
    let counts = bond.vouches(vault, row.opt_bytes(1)?.as_deref());
    Ok(counts.then_some(hash))
}

/// Takes a code away that was used; `false` when it is gone.
pub fn use_code(tx: &mut Tx<'_>, of: Uuid, place: i64, hash: &str) -> Result<bool, DbError> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = $1 AND place = $2 AND hash = $3";
    Ok(tx.execute(sql, params![of, place, hash])? == 1)
}

/// How many recovery codes a user has left.
pub fn codes_left(tx: &mut Tx<'_>, of: Uuid) -> Result<i64, DbError> {
    let row = tx.query_one("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1", params![of])?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Who has to have a second factor, as it is stored.
pub fn required(tx: &mut Tx<'_>) -> Result<Option<Vec<u8>>, DbError> {
    let row = tx.query_one("SELECT value FROM meta WHERE name = $1", params![REQUIRED])?;
    row.map(|row| row.bytes(0)).transpose()
}

/// Stores who has to have one.
pub fn put_required(tx: &mut Tx<'_>, value: &[u8]) -> Result<(), DbError> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    tx.execute(sql, params![REQUIRED, value]).map(drop)
}

/// Forgets challenges that have ended by themselves.
pub fn sweep(tx: &mut Tx<'_>, now: i64) -> Result<(), DbError> {
    tx.execute("DELETE FROM spent_challenges WHERE until <= $1", params![now]).map(drop)
}
