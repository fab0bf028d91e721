//! Every statement on clients' numbers: who said STOP, and how many replies each has had. Numbers are kept as tokens
//! only.

use vault::{Purpose, Vault};

use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
    phone::Phone,
};

/// Keys the tokens of numbers, here and among the messages.
const NUMBER: Purpose = Purpose::new("notifications.number");

/// What a number is kept as.
pub fn token(vault: &Vault, number: &Phone) -> i64 {
    vault.token(NUMBER, number.as_str())
}

/// When a number said STOP, in milliseconds, if it did.
pub fn stopped_at(tx: &mut Tx<'_>, vault: &Vault, number: &Phone) -> Result<Option<i64>, Fault> {
    stopped(tx, token(vault, number))
}

/// The same by the number's token.
pub fn stopped(tx: &mut Tx<'_>, token: i64) -> Result<Option<i64>, Fault> {
    let sql = "SELECT stopped_at FROM opt_outs WHERE number_token = $1";
    Ok(tx.query_one(sql, params![token])?.map(|row| row.int(0)).transpose()?)
}

/// Keeps that a number said STOP.
pub fn opt_out(tx: &mut Tx<'_>, vault: &Vault, number: &Phone, now: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO opt_outs (number_token, stopped_at) VALUES ($1, $2) \
         ON CONFLICT (number_token) DO UPDATE SET stopped_at = excluded.stopped_at",
        params![token(vault, number), now],
    )?;
    Ok(())
}

/// Keeps that a number said START; `false` when it had not said STOP.
pub fn opt_in(tx: &mut Tx<'_>, vault: &Vault, number: &Phone) -> Result<bool, Fault> {
    let sql = "DELETE FROM opt_outs WHERE number_token = $1";
    Ok(tx.execute(sql, params![token(vault, number)])? > 0)
}

/// Takes one of a number's replies: `burst` of them at once, and one more each `pause` milliseconds. `false` when none
/// is left.
pub fn take_reply(
    tx: &mut Tx<'_>,
    vault: &Vault,
    number: &Phone,
    now: i64,
    pause: i64,
    burst: i64,
) -> Result<bool, Fault> {
    // The generic cell rate algorithm (ITU-T I.371): one time says how much is used up.
    let taken = tx.execute(
        "INSERT INTO inbound_replies (number_token, full_at) VALUES ($1, $2 + $3) \
         ON CONFLICT (number_token) DO UPDATE SET full_at = \
         CASE WHEN inbound_replies.full_at > $2 THEN inbound_replies.full_at ELSE $2 END + $3 \
         WHERE inbound_replies.full_at + $3 <= $2 + $4",
        params![token(vault, number), now, pause, pause * burst],
    )?;
    Ok(taken > 0)
}

/// Forgets the numbers that may have all their replies again.
pub fn forget_replies(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM inbound_replies WHERE full_at <= $1", params![now])
}
