//! Every statement on gateways that are turned off once they have failed steadily, so that a program that is gone for good
//! is not called for ever.

use super::{channels::Outcome, health::Trouble, reason::WEBHOOK_OFF};
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// So many failures in a row …
const FAILURES: i64 = 10;
/// … over so long at least, in milliseconds: a restart of the other side is shorter.
const STEADILY: i64 = 60 * 60 * 1_000;

/// What an answer says of a gateway that may be turned off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It takes messages.
    Well,
    /// It does not.
    Failed,
    /// It says itself that it is gone.
    Gone,
}

impl Sign {
    /// Nothing where the answer says nothing of the gateway: to be asked for less is no failure.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Accepted { .. } => Some(Self::Well),
            Outcome::Gone { .. } => Some(Self::Gone),
            Outcome::Refused { .. }
            | Outcome::Later { .. }
            | Outcome::LoginRefused { .. }
            | Outcome::Doubtful { .. } => Some(Self::Failed),
            Outcome::Throttled { .. }
            | Outcome::Deferred { .. }
            | Outcome::OptedOut { .. }
            | Outcome::NotSent { .. } => None,
        }
    }
}

/// Notes a sign of a gateway with these settings. Gives why it is turned off, where it has been just now.
pub fn note(
    tx: &mut Tx<'_>,
    (gateway, mark): (&str, &str),
    sign: Sign,
    reason: Option<&str>,
    now: i64,
) -> Result<Option<String>, Fault> {
    follow(tx, gateway, mark)?;
    if sign == Sign::Well {
        // One that was sent before it was turned off, and is late: whoever turns it on again has seen to it.
        tx.execute("DELETE FROM gateway_failures WHERE gateway = $1 AND off_at IS NULL", params![gateway])?;
        return Ok(None);
    }
    tx.execute(
        "INSERT INTO gateway_failures (gateway, mark, failures, since) VALUES ($1, $2, 1, $3) \
         ON CONFLICT (gateway) DO UPDATE SET failures = gateway_failures.failures + 1",
        params![gateway, mark, now],
    )?;
    let least = if sign == Sign::Gone { (0, 0) } else { (FAILURES, STEADILY) };
    let reason = if sign == Sign::Gone { reason.unwrap_or(WEBHOOK_OFF) } else { WEBHOOK_OFF };
    let turned = tx.execute(
        "UPDATE gateway_failures SET off_at = $2, reason = $5 \
         WHERE gateway = $1 AND off_at IS NULL AND failures >= $3 AND since <= $4",
        params![gateway, now, least.0, now - least.1, reason],
    )?;
    Ok((turned > 0).then(|| reason.to_owned()))
}

/// Forgets what was noted of a gateway with other settings. Gives whether there was anything.
pub fn follow(tx: &mut Tx<'_>, gateway: &str, mark: &str) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM gateway_failures WHERE gateway = $1 AND mark <> $2", params![gateway, mark])? > 0)
}

/// Forgets what was noted of all gateways but these, each with the mark of its settings.
pub fn keep_only(tx: &mut Tx<'_>, known: &[(&str, String)]) -> Result<(), Fault> {
    for row in tx.query("SELECT gateway, mark FROM gateway_failures", &[])? {
        let (gateway, mark) = (row.text(0)?, row.text(1)?);
        if !known.iter().any(|(name, own)| *name == gateway && *own == mark) {
            tx.execute("DELETE FROM gateway_failures WHERE gateway = $1 AND mark = $2", params![gateway, mark])?;
        }
    }
    Ok(())
}

/// Why a gateway with these settings is off, if it is.
pub fn hindrance(tx: &mut Tx<'_>, gateway: &str, mark: &str) -> Result<Option<&'static str>, Fault> {
    let sql = "SELECT off_at FROM gateway_failures WHERE gateway = $1 AND mark = $2 AND off_at IS NOT NULL";
    Ok(tx.query_one(sql, params![gateway, mark])?.map(|_| WEBHOOK_OFF))
}

/// The gateways that are off, each with when it was turned off and why.
pub fn all_off(tx: &mut Tx<'_>) -> Result<Vec<(String, Trouble)>, Fault> {
    let rows = tx.query("SELECT gateway, off_at, reason FROM gateway_failures WHERE off_at IS NOT NULL", &[])?;
    rows.iter().map(|row| Ok((row.text(0)?, Trouble { since: row.int(1)?, reason: row.opt_text(2)? }))).collect()
}

/// Turns a gateway on again; `false` when it was not off.
///
/// # Errors
/// Only the database's.
pub fn turn_on(tx: &mut Tx<'_>, gateway: &str) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM gateway_failures WHERE gateway = $1 AND off_at IS NOT NULL", params![gateway])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, DbOptions};

    const MINUTE: i64 = 60_000;

    fn db() -> (testbase::Dir, Db) {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        (dir, db)
    }

    async fn signs(db: &Db, signs: &[(Sign, i64)]) -> Vec<Option<String>> {
        let mut told = Vec::new();
        for (sign, now) in signs.iter().copied() {
            let write = move |tx: &mut Tx<'_>| note(tx, ("webhook", "m1"), sign, Some("gone"), now);
            told.push(db.write(write).await.unwrap());
        }
        told
    }

    async fn off(db: &Db, mark: &'static str) -> bool {
        db.read(move |tx| hindrance(tx, "webhook", mark)).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn ten_failures_in_a_row_over_an_hour_turn_it_off() {
        let (_dir, db) = db();
        // Many at once are one outage.
        assert_eq!(signs(&db, &[(Sign::Failed, 0); 30]).await, vec![None; 30]);
        assert_eq!(signs(&db, &[(Sign::Failed, 60 * MINUTE - 1), (Sign::Well, 60 * MINUTE)]).await, [None, None]);
        // Few over a long time are none either.
        let nine: Vec<_> = (0..9).map(|n| (Sign::Failed, (61 + 10 * n) * MINUTE)).collect();
        assert_eq!(signs(&db, &nine).await, vec![None; 9]);
        assert!(!off(&db, "m1").await);
        let off_at = 200 * MINUTE;
        assert_eq!(signs(&db, &[(Sign::Failed, off_at)]).await, [Some(WEBHOOK_OFF.to_owned())]);
        assert_eq!(signs(&db, &[(Sign::Failed, off_at + 1), (Sign::Well, off_at + 2)]).await, [None, None]);
        assert!(off(&db, "m1").await, "an answer that was on its way changes nothing");
        let told = db.read(all_off).await.unwrap();
        let trouble = Trouble { since: off_at, reason: Some(WEBHOOK_OFF.to_owned()) };
        assert_eq!(told, [("webhook".to_owned(), trouble)]);
    }

    #[tokio::test]
    async fn other_settings_or_somebody_turn_it_on_again() {
        let (_dir, db) = db();
        assert_eq!(signs(&db, &[(Sign::Gone, 5)]).await, [Some("gone".to_owned())]);
        assert!(off(&db, "m1").await && !off(&db, "m2").await);
        assert!(db.write(|tx| turn_on(tx, "webhook")).await.unwrap());
        assert!(!off(&db, "m1").await && !db.write(|tx| turn_on(tx, "webhook")).await.unwrap());
        signs(&db, &[(Sign::Gone, 6)]).await;
        assert!(!db.write(|tx| follow(tx, "webhook", "m1")).await.unwrap() && off(&db, "m1").await);
        assert!(db.write(|tx| follow(tx, "webhook", "m2")).await.unwrap() && !off(&db, "m1").await);
        // As a worker finds it when it starts.
        for (known, stays) in [(Some("m1"), true), (Some("m2"), false), (None, false)] {
            signs(&db, &[(Sign::Gone, 7)]).await;
            let known: Vec<_> = known.map(|mark| ("webhook", mark.to_owned())).into_iter().collect();
            db.write(move |tx| keep_only(tx, &known)).await.unwrap();
            assert_eq!(off(&db, "m1").await, stays);
        }
    }
}
