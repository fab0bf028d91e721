//! Every statement on what gateways call messages and their parts, and on reports that come before we know whose they are.

use uuid::Uuid;

use super::state::Verdict;
use crate::{
    db::{DbError, Row, Tx, params},
    fault::Fault,
};

/// Reports on longer ago come for nothing any more, in milliseconds: 5 days.
const KEPT: i64 = 5 * 24 * 60 * 60 * 1_000;

/// Keeps what a gateway calls the parts of a sending. Gives what was reported of them already, if that says anything of
/// the whole.
pub fn name(
    tx: &mut Tx<'_>,
    gateway: &str,
    ids: &[String],
    (message, round): (Uuid, i64),
    now: i64,
) -> Result<Option<Reported>, Fault> {
    for id in ids {
        let parked = find(tx, gateway, id)?;
        if let Some(parked) = parked.filter(|part| part.message.is_none()) {
            tx.execute(
                "UPDATE message_parts SET notification_id = $3, round = $4, message_id = $5 \
                 WHERE gateway = $1 AND message_id = $2",
                params![gateway, &parked.id, message, round, forms(id).swap_remove(0)],
            )?;
            continue;
        }
        tx.execute(
            "INSERT INTO message_parts (gateway, message_id, notification_id, round, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (gateway, message_id) DO UPDATE SET notification_id = excluded.notification_id, \
             round = excluded.round, at = excluded.at, verdict = NULL, code = NULL",
            params![gateway, forms(id).swap_remove(0), message, round, now],
        )?;
    }
    whole(tx, message, round)
}

/// A report on a message by its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    pub message: Uuid,
    pub round: i64,
    pub verdict: Verdict,
    pub code: String,
}

/// Keeps a report on a part, by the first of these ids that is known. Gives what it says of the whole message, if it does
/// and it is known whose part it is.
pub fn report(
    tx: &mut Tx<'_>,
    gateway: &str,
    ids: &[String],
    verdict: Verdict,
    code: &str,
    now: i64,
) -> Result<Option<Reported>, Fault> {
    let mut known = None;
    for id in ids {
        let found = find(tx, gateway, id)?;
        let better = found.as_ref().is_some_and(|part| part.message.is_some());
        if known.is_none() || better {
            known = found;
        }
        if better {
            break;
        }
    }
    let Some(part) = known else {
        let Some(id) = ids.first() else { return Ok(None) };
        tx.execute(
            "INSERT INTO message_parts (gateway, message_id, verdict, code, at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (gateway, message_id) DO NOTHING",
            params![gateway, forms(id).swap_remove(0), code_of(verdict), code, now],
        )?;
        return Ok(None);
    };
    // Nothing moves backwards, and what is on the phone stays there.
    if part.verdict.is_none_or(|before| code_of(verdict) > before && before != code_of(Verdict::Delivered))
        || verdict == Verdict::Delivered
    {
        tx.execute(
            "UPDATE message_parts SET verdict = $3, code = $4 WHERE gateway = $1 AND message_id = $2",
            params![gateway, &part.id, code_of(verdict), code],
        )?;
    }
    match (part.message, part.round) {
        (Some(message), Some(round)) => whole(tx, message, round),
        _ => Ok(None),
    }
}

/// What the reports on the parts say of the whole: it is delivered when all parts are, and failed when one is.
fn whole(tx: &mut Tx<'_>, message: Uuid, round: i64) -> Result<Option<Reported>, Fault> {
    let sql = "SELECT verdict, code FROM message_parts WHERE notification_id = $1 AND round = $2";
    let mut least: Option<Option<i64>> = None;
    let mut code = String::new();
    for row in tx.query(sql, params![message, round])? {
        let verdict = row.opt_int(0)?;
        if verdict == Some(code_of(Verdict::Failed)) {
            let code = row.opt_text(1)?.unwrap_or_default();
            return Ok(Some(Reported { message, round, verdict: Verdict::Failed, code }));
        }
        code = row.opt_text(1)?.unwrap_or(code);
        least = Some(least.map_or(verdict, |least| least.min(verdict)));
    }
    let verdict = match least.flatten() {
        Some(1) => Verdict::Accepted,
        Some(2) => Verdict::Delivered,
        _ => return Ok(None),
    };
    Ok(Some(Reported { message, round, verdict, code }))
}

/// The stored number of a verdict: of two the greater one counts.
const fn code_of(verdict: Verdict) -> i64 {
    match verdict {
        Verdict::Accepted => 1,
        Verdict::Delivered => 2,
        Verdict::Failed => 3,
    }
}

struct Part {
    id: String,
    message: Option<Uuid>,
    round: Option<i64>,
    verdict: Option<i64>,
}

fn find(tx: &mut Tx<'_>, gateway: &str, id: &str) -> Result<Option<Part>, Fault> {
    let read = |row: &Row| {
        let (id, message) = (row.text(0)?, row.opt_uuid(1)?);
        Ok::<_, DbError>(Part { id, message, round: row.opt_int(2)?, verdict: row.opt_int(3)? })
    };
    for (at, form) in forms(id).into_iter().enumerate() {
        let sql = "SELECT message_id, notification_id, round, verdict FROM message_parts WHERE gateway = $1 AND message_id = $2";
        let Some(row) = tx.query_one(sql, params![gateway, form])? else { continue };
        let part = read(&row)?;
        // Written otherwise it may be the id of another message, one that has had its report.
        let open = part.verdict.is_none_or(|verdict| verdict == code_of(Verdict::Accepted));
        if at == 0 || part.message.is_none() || open {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

/// The ways in which gateways write one and the same id: in any case, with zeros before it, and as a hexadecimal number in
/// the answer and a decimal one in the report, or the other way round. The first one is the stored one.
fn forms(id: &str) -> Vec<String> {
    let plain = id.trim().to_ascii_lowercase();
    let bare = plain.trim_start_matches('0');
    let bare = if bare.is_empty() { plain.clone() } else { bare.to_owned() };
    let mut forms = vec![bare.clone()];
    if let Ok(number) = bare.parse::<u128>() {
        forms.push(format!("{number:x}"));
    }
    if let Ok(number) = u128::from_str_radix(&bare, 16) {
        forms.push(number.to_string());
    }
    forms.dedup();
    forms
}

/// Forgets what was reported, or waits for a report, for days.
pub fn forget(tx: &mut Tx<'_>, now: i64) -> Result<u64, DbError> {
    tx.execute("DELETE FROM message_parts WHERE at < $1", params![now - KEPT])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, DbOptions};

    #[test]
    fn one_id_is_written_in_several_ways() {
        assert_eq!(forms("0000100A"), ["100a", "4106"]);
        assert_eq!(forms("4106"), ["4106", "100a", "16646"]);
        assert_eq!(forms(" ab-1 "), ["ab-1"]);
        assert_eq!(forms("000"), ["000", "0"]);
        assert_eq!(forms(&"9".repeat(60)), ["9".repeat(60)]);
    }

    fn room() -> (testbase::Dir, Db) {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        (dir, db)
    }

    const MESSAGE: (Uuid, i64) = (Uuid::from_u128(7), 1);

    async fn named(db: &Db, ids: &[&str]) -> Option<Verdict> {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let known = db.write::<_, Fault, _>(move |tx| name(tx, "smpp", &ids, MESSAGE, 1)).await.unwrap();
        known.map(|reported| reported.verdict)
    }

    async fn reported(db: &Db, id: &str, verdict: Verdict) -> Option<Verdict> {
        let ids = [id.to_owned()];
        let found = db.write::<_, Fault, _>(move |tx| report(tx, "smpp", &ids, verdict, "0", 2)).await.unwrap();
        assert!(found.as_ref().is_none_or(|found| (found.message, found.round) == MESSAGE));
        found.map(|found| found.verdict)
    }

    #[tokio::test]
    async fn a_message_of_parts_is_delivered_when_all_of_them_are() {
        let (_dir, db) = room();
        assert_eq!(named(&db, &["0A", "0B"]).await, None);
        assert_eq!(reported(&db, "a", Verdict::Delivered).await, None, "the other one is not");
        assert_eq!(reported(&db, "A", Verdict::Delivered).await, None, "twice is once");
        assert_eq!(reported(&db, "11", Verdict::Accepted).await, Some(Verdict::Accepted), "decimal");
        assert_eq!(reported(&db, "b", Verdict::Delivered).await, Some(Verdict::Delivered));
        assert_eq!(reported(&db, "b", Verdict::Accepted).await, Some(Verdict::Delivered), "never backwards");
        assert_eq!(reported(&db, "b", Verdict::Failed).await, Some(Verdict::Delivered));
    }

    #[tokio::test]
    async fn a_report_may_come_before_the_answer() {
        let (_dir, db) = room();
        assert_eq!(reported(&db, "4106", Verdict::Delivered).await, None, "whose is it?");
        assert_eq!(named(&db, &["0000100A"]).await, Some(Verdict::Delivered));
        assert_eq!(reported(&db, "100a", Verdict::Delivered).await, Some(Verdict::Delivered));
    }

    #[tokio::test]
    async fn what_has_had_its_report_takes_none_of_another_message() {
        let (_dir, db) = room();
        named(&db, &["1000"]).await;
        assert_eq!(reported(&db, "1000", Verdict::Failed).await, Some(Verdict::Failed));
        // 4096 is 1000 in hexadecimal: the answer that names it is still on its way.
        assert_eq!(reported(&db, "4096", Verdict::Delivered).await, None);
        assert_eq!(reported(&db, "1000", Verdict::Accepted).await, Some(Verdict::Failed));
        let ids = ["4096".to_owned()];
        let other = (Uuid::from_u128(8), 1);
        let known = db.write::<_, Fault, _>(move |tx| name(tx, "smpp", &ids, other, 3)).await.unwrap().unwrap();
        assert_eq!((known.message, known.verdict), (other.0, Verdict::Delivered));
    }

    #[tokio::test]
    async fn one_part_that_fails_is_all_of_it() {
        let (_dir, db) = room();
        named(&db, &["1", "2"]).await;
        assert_eq!(reported(&db, "2", Verdict::Failed).await, Some(Verdict::Failed));
        assert_eq!(
            reported(&db, "2", Verdict::Delivered).await,
            None,
            "the network tried again, and part 1 is not known"
        );
        assert_eq!(reported(&db, "1", Verdict::Delivered).await, Some(Verdict::Delivered));
    }
}
