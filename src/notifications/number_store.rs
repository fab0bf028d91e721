//! Every statement on clients' numbers: who said STOP, and how many replies each has had. Numbers are kept as tokens
//! only.

use uuid::Uuid;
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
    token_of(vault, number.as_str())
}

/// What a number in E.164, or another address, is kept as.
pub fn token_of(vault: &Vault, address: &str) -> i64 {
    vault.token(NUMBER, address)
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

/// How somebody said STOP. The order is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By SMS to us.
    Sms,
    /// To the gateway, which told us.
    Gateway,
    /// On the phone, or anyhow else, to somebody of the staff.
    Staff(Uuid),
}

/// Keeps that a number said STOP. What its owner wrote is kept over what anybody else says of it.
pub fn opt_out(tx: &mut Tx<'_>, token: i64, via: Via, now: i64) -> Result<(), Fault> {
    let (code, actor) = match via {
        Via::Sms => (0, None),
        Via::Gateway => (1, None),
        Via::Staff(actor) => (2, Some(actor)),
    };
    tx.execute(
        "INSERT INTO opt_outs (number_token, stopped_at, via, actor) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (number_token) DO UPDATE SET stopped_at = excluded.stopped_at, via = excluded.via, \
         actor = excluded.actor WHERE excluded.via = 0",
        params![token, now, code, actor],
    )?;
    Ok(())
}

/// Keeps that a number said START; `false` when it had not said STOP.
pub fn opt_in(tx: &mut Tx<'_>, token: i64) -> Result<bool, Fault> {
    let sql = "DELETE FROM opt_outs WHERE number_token = $1";
    Ok(tx.execute(sql, params![token])? > 0)
}

/// An allowance: so many at once, and one more after each pause, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub burst: i64,
    pub pause: i64,
}

impl Allowance {
    /// So many at once, and as many more over each 24 hours.
    pub const fn a_day(count: i64) -> Self {
        Self { burst: count, pause: 24 * 60 * 60 * 1_000 / count }
    }

    /// So many in any 24 hours: half of them at once, and the rest over the day.
    pub const fn most_a_day(count: i64) -> Self {
        let burst = (count + 1) / 2;
        Self { burst, pause: 24 * 60 * 60 * 1_000 / (count - burst + 1) }
    }
}

/// Takes one of a number's replies. `false` when none is left.
pub fn take_reply(tx: &mut Tx<'_>, token: i64, now: i64, allowed: Allowance) -> Result<bool, Fault> {
    take(tx, "inbound_replies", token, now, allowed)
}

/// Takes one of the messages that a number may get. `false` when none is left.
pub fn take_message(tx: &mut Tx<'_>, token: i64, now: i64, allowed: Allowance) -> Result<bool, Fault> {
    take(tx, "number_limits", token, now, allowed)
}

/// When a number may get a message again, in milliseconds.
pub fn next_message(tx: &mut Tx<'_>, token: i64, allowed: Allowance) -> Result<i64, Fault> {
    let row = tx.query_one("SELECT full_at FROM number_limits WHERE number_token = $1", params![token])?;
    let full_at = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(full_at - allowed.pause * (allowed.burst - 1))
}

/// The generic cell rate algorithm (ITU-T I.371): one time says how much is used up.
fn take(tx: &mut Tx<'_>, table: &str, token: i64, now: i64, allowed: Allowance) -> Result<bool, Fault> {
    let sql = format!(
        "INSERT INTO {table} (number_token, full_at) VALUES ($1, $2 + $3) \
         ON CONFLICT (number_token) DO UPDATE SET full_at = \
         CASE WHEN {table}.full_at > $2 THEN {table}.full_at ELSE $2 END + $3 \
         WHERE {table}.full_at + $3 <= $2 + $4"
    );
    Ok(tx.execute(&sql, params![token, now, allowed.pause, allowed.pause * allowed.burst])? > 0)
}

/// Counts segments of a day, unless they would be more than may be sent. `false` when so.
pub fn spend(tx: &mut Tx<'_>, day: &str, segments: i64, most: i64) -> Result<bool, Fault> {
    let taken = tx.execute(
        "INSERT INTO sms_spend (day, segments) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE \
         SET segments = sms_spend.segments + excluded.segments WHERE sms_spend.segments + excluded.segments <= $3",
        params![day, segments, most],
    )?;
    Ok(taken > 0)
}

/// Keeps that a day has no room for a message that wants to go; `true` when nobody knew yet.
pub fn day_is_full(tx: &mut Tx<'_>, day: &str, now: i64) -> Result<bool, Fault> {
    // A message of more segments than a day may have meets a day without any.
    let noted = tx.execute(
        "INSERT INTO sms_spend (day, segments, full_at) VALUES ($1, 0, $2) ON CONFLICT (day) DO UPDATE \
         SET full_at = excluded.full_at WHERE sms_spend.full_at IS NULL",
        params![day, now],
    )?;
    Ok(noted > 0)
}

/// Since when a day has no room, in milliseconds, if it is full.
pub fn full_since(tx: &mut Tx<'_>, day: &str) -> Result<Option<i64>, Fault> {
    let row = tx.query_one("SELECT full_at FROM sms_spend WHERE day = $1", params![day])?;
    Ok(row.map(|row| row.opt_int(0)).transpose()?.flatten())
}

/// Forgets that days are full: the limit may be another than it was.
pub fn days_have_room(tx: &mut Tx<'_>) -> Result<u64, Fault> {
    Ok(tx.execute("UPDATE sms_spend SET full_at = NULL WHERE full_at IS NOT NULL", &[])?)
}

/// Keeps that a message of a gateway's has come; `false` when it had come before.
pub fn first_time(tx: &mut Tx<'_>, gateway: &str, key: &[u8], now: i64) -> Result<bool, Fault> {
    let added = tx.execute(
        "INSERT INTO inbound_seen (gateway, key, at) VALUES ($1, $2, $3) ON CONFLICT (gateway, key) DO NOTHING",
        params![gateway, key, now],
    )?;
    Ok(added > 0)
}

/// The same of what has no name of the gateway's: whether the same has not come for so many milliseconds.
pub fn first_in(tx: &mut Tx<'_>, key: &[u8], spell: i64, now: i64) -> Result<bool, Fault> {
    let added = tx.execute(
        "INSERT INTO inbound_seen (gateway, key, at) VALUES ('', $1, $2) ON CONFLICT (gateway, key) \
         DO UPDATE SET at = excluded.at WHERE inbound_seen.at <= $2 - $3 OR inbound_seen.at > $2",
        params![key.to_vec(), now, spell],
    )?;
    Ok(added > 0)
}

/// Gateways bring nothing again after so long, in milliseconds: 7 days.
const REMEMBERED: i64 = 7 * 24 * 60 * 60 * 1_000;

/// Forgets what does not count any more: numbers that may have everything again, what came long ago, and old days' spend.
pub fn forget(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    let replies = tx.execute("DELETE FROM inbound_replies WHERE full_at <= $1", params![now])?;
    let limits = tx.execute("DELETE FROM number_limits WHERE full_at <= $1", params![now])?;
    let seen = tx.execute("DELETE FROM inbound_seen WHERE at < $1", params![now - REMEMBERED])?;
    Ok(replies + limits + seen)
}
