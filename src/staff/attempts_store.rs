//! What is kept of failures to log in.

use super::attempts::Tries;
use crate::db::{DbError, Tx, params};

/// What is known of a subject that failed to log in.
pub fn tries(tx: &mut Tx<'_>, subject: i64) -> Result<Option<Tries>, DbError> {
    let row = tx.query_one(
        "SELECT failures, last_at, blocked_until FROM login_attempts WHERE subject = $1",
        params![subject],
    )?;
    row.map(|row| Ok(Tries { failures: row.int(0)?, last_at: row.int(1)?, blocked_until: row.int(2)? })).transpose()
}

/// Keeps or forgets what is known of a subject.
pub fn put_tries(tx: &mut Tx<'_>, subject: i64, tries: Option<Tries>) -> Result<(), DbError> {
    let Some(Tries { failures, last_at, blocked_until }) = tries else {
        return tx.execute("DELETE FROM login_attempts WHERE subject = $1", params![subject]).map(drop);
    };
    tx.execute(
        "INSERT INTO login_attempts (subject, failures, last_at, blocked_until) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (subject) DO UPDATE SET failures = $2, last_at = $3, blocked_until = $4",
        params![subject, failures, last_at, blocked_until],
    )
    .map(drop)
}
