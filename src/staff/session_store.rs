//! Every statement about sessions alone. What one proves is bound to the keys.

use uuid::Uuid;
use vault::Vault;

use super::{
    Role,
    bond::Bond,
    credential::{Fresh, Hash},
    store::{CHANGED, USER, USER_COLUMNS, user},
};
use crate::{
    db::{DbError, Row, Tx, params},
    fault::Fault,
};

/// A session as its owner sees it.
#[derive(Debug, Clone)]
pub struct Session {
    /// What it is ended under.
    pub id: Uuid,
    /// The browser's own words, cut.
    pub agent: String,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub last_seen_at: i64,
}

/// What is bound of a session.
#[derive(Debug, Clone, Copy)]
struct Bound {
    of: Uuid,
    expires_at: i64,
    proved_at: i64,
    strong: bool,
}

impl Bound {
    const fn under<'a>(&self, hash: &'a Hash) -> Bond<'a> {
        let Self { of, expires_at, proved_at, strong } = *self;
        Bond::Session { hash, of, expires_at, proved_at, strong }
    }
}

/// Opens a session, of two factors or of one (`strong`), whose user has proved at `proved_at` who they are. It ends at its age
/// of `life`.
pub fn insert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    of: Uuid,
    fresh: &Fresh,
    (strong, proved_at): (bool, i64),
    agent: &str,
    (now, life): (i64, i64),
) -> Result<(), DbError> {
    let expires_at = now + life;
    let mac = Bound { of, expires_at, proved_at, strong }.under(&fresh.hash).mac(vault);
    tx.execute(
        "INSERT INTO sessions (token_hash, id, user_id, agent, created_at, last_seen_at, expires_at, proved_at, \
         strong, mac) VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9)",
        params![fresh.hash, fresh.id, of, agent, now, expires_at, proved_at, strong, mac],
    )
    .map(drop)
}

/// Notes that the user of a session has proved anew who they are, and gives it another token; `false` when it has ended.
pub fn prove(
    tx: &mut Tx<'_>,
    vault: &Vault,
    hash: &Hash,
    fresh: &Fresh,
    strong: bool,
    now: i64,
) -> Result<bool, DbError> {
    rewrite(tx, vault, hash, &fresh.hash, |of| Bound { proved_at: now, strong: of.strong || strong, ..of })
}

/// Notes that what the user of a session proved last was at a time before.
pub fn keep_proof(tx: &mut Tx<'_>, vault: &Vault, hash: &Hash, proved_at: i64) -> Result<(), DbError> {
    rewrite(tx, vault, hash, hash, |of| Bound { proved_at, ..of }).map(drop)
}

/// Makes a session one of two factors.
pub fn strengthen(tx: &mut Tx<'_>, vault: &Vault, hash: &Hash) -> Result<(), DbError> {
    rewrite(tx, vault, hash, hash, |of| Bound { strong: true, ..of }).map(drop)
}

/// Makes all sessions of a user who has no second factor any more such of one.
pub fn weaken(tx: &mut Tx<'_>, vault: &Vault, of: Uuid) -> Result<(), DbError> {
    let rows = tx.query("SELECT token_hash FROM sessions WHERE user_id = $1 AND strong = 1", params![of])?;
    for row in rows {
        // What has no hash's length was never written here, and no token leads to it.
        let Ok(hash) = Hash::try_from(row.bytes(0)?) else { continue };
        rewrite(tx, vault, &hash, &hash, |of| Bound { strong: false, ..of })?;
    }
    Ok(())
}

/// Changes what a session proves; `false` where there is none that counts. What somebody else wrote into its row is not
/// vouched for by writing it again.
fn rewrite(
    tx: &mut Tx<'_>,
    vault: &Vault,
    before: &Hash,
    hash: &Hash,
    change: impl FnOnce(Bound) -> Bound,
) -> Result<bool, DbError> {
    let sql = "SELECT user_id, expires_at, proved_at, strong, mac FROM sessions WHERE token_hash = $1";
    let Some(row) = tx.query_one(sql, params![*before])? else { return Ok(false) };
    let (bound, mac) = bound(&row, row.uuid(0)?, 1)?;
    if !bound.under(before).vouches(vault, mac.as_deref()) {
        return Ok(false);
    }
    let after = change(bound);
    let changed = tx.execute(
        "UPDATE sessions SET token_hash = $2, proved_at = $3, strong = $4, mac = $5 WHERE token_hash = $1",
        params![*before, *hash, after.proved_at, after.strong, after.under(hash).mac(vault)],
    )?;
    Ok(changed == 1)
}

/// Whose session this is or was, if they are an enabled admin.
pub fn lapsed_owner(tx: &mut Tx<'_>, vault: &Vault, hash: &Hash) -> Result<Option<Uuid>, Fault> {
    let sql = format!(
        "SELECT {USER}, s.expires_at, s.proved_at, s.strong, s.mac FROM sessions s JOIN users u ON u.id = s.user_id \
         WHERE s.token_hash = $1"
    );
    let Some(row) = tx.query_one(&sql, params![*hash])? else { return Ok(None) };
    let user = user(vault, &row, 0)?;
    let (bound, mac) = bound(&row, user.id, USER_COLUMNS)?;
    let counts = bound.under(hash).vouches(vault, mac.as_deref());
    Ok((counts && user.may_enter() && user.role == Role::Admin).then_some(user.id))
}

/// What is bound of a session, with its MAC, from the columns `expires_at, proved_at, strong, mac`, the first of which is
/// number `from`.
fn bound(row: &Row, of: Uuid, from: usize) -> Result<(Bound, Option<Vec<u8>>), DbError> {
    let (expires_at, proved_at) = (row.int(from)?, row.int(from + 1)?);
    Ok((Bound { of, expires_at, proved_at, strong: row.bool(from + 2)? }, row.opt_bytes(from + 3)?))
}

/// Whose session is kept under this hash, good or not.
pub fn owner(tx: &mut Tx<'_>, hash: &Hash) -> Result<Option<Uuid>, DbError> {
    let row = tx.query_one("SELECT user_id FROM sessions WHERE token_hash = $1", params![*hash])?;
    row.map(|row| row.uuid(0)).transpose()
}

/// Ends every session of a user.
pub fn end_all(tx: &mut Tx<'_>, of: Uuid) -> Result<(), DbError> {
    tx.notify(CHANGED, "");
    tx.execute("DELETE FROM sessions WHERE user_id = $1", params![of]).map(drop)
}

/// A user's sessions that are good, the newest first; with each, whether it has the hash `own`.
pub fn list(tx: &mut Tx<'_>, of: Uuid, own: &Hash, (now, idle): (i64, i64)) -> Result<Vec<(Session, bool)>, DbError> {
    let rows = tx.query(
        "SELECT id, agent, created_at, last_seen_at, token_hash FROM sessions \
         WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY created_at DESC, id DESC",
        params![of, now, now - idle],
    )?;
    let session = |row: &Row| {
        let session =
            Session { id: row.uuid(0)?, agent: row.text(1)?, created_at: row.int(2)?, last_seen_at: row.int(3)? };
        Ok((session, row.bytes(4)? == own))
    };
    rows.iter().map(session).collect()
}
