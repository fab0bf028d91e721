//! What sessions and log-ins have proved: statements about the tables of `store.rs`.

use uuid::Uuid;

use super::{
    credential::{Fresh, Hash},
    store::{self, LOG_IN},
};
use crate::db::{DbError, Tx, params};

/// Notes that the user of a session has proved anew who they are, and gives it another token; `false` when it has ended.
pub fn prove_session(tx: &mut Tx<'_>, hash: &Hash, fresh: &Fresh, strong: bool, now: i64) -> Result<bool, DbError> {
    let proved = tx.execute(
        "UPDATE sessions SET token_hash = $2, proved_at = $4, strong = CASE WHEN $3 = 1 THEN 1 ELSE strong END \
         WHERE token_hash = $1",
        params![*hash, fresh.hash, strong, now],
    )?;
    Ok(proved == 1)
}

/// Makes a session one of two factors.
pub fn strengthen(tx: &mut Tx<'_>, hash: &Hash) -> Result<(), DbError> {
    tx.execute("UPDATE sessions SET strong = 1 WHERE token_hash = $1", params![*hash]).map(drop)
}

/// Makes all sessions of a user who has no second factor any more such of one.
pub fn weaken(tx: &mut Tx<'_>, of: Uuid) -> Result<(), DbError> {
    tx.execute("UPDATE sessions SET strong = 0 WHERE user_id = $1", params![of]).map(drop)
}

/// Ends all tokens that log-ins over the API gave.
pub fn end_log_in_tokens(tx: &mut Tx<'_>) -> Result<(), DbError> {
    tx.notify(store::CHANGED, "");
    tx.execute("DELETE FROM api_tokens WHERE name = $1", params![LOG_IN]).map(drop)
}
