//! Every statement on the work list "not delivered: call the client".

use uuid::Uuid;

use super::{channels::Channel, delivery::Delivery, state::State};
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// Puts a message on the list.
pub fn add(tx: &mut Tx<'_>, id: Uuid, ticket: Uuid, since: i64) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO undelivered (notification_id, ticket_id, since) VALUES ($1, $2, $3) \
         ON CONFLICT (notification_id) DO NOTHING",
        params![id, ticket, since],
    )?;
    Ok(())
}

/// Follows what a message has just turned into. One that had not arrived before and still has not stays as it is: on
/// the list, or off it since somebody called.
pub fn follow(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<(), Fault> {
    let listed = matches!(delivery.guard.state, State::Failed | State::Unknown | State::Suppressed);
    match (listed, delivery.needs_call()) {
        (false, true) => {
            tx.execute(
                "INSERT INTO undelivered (notification_id, ticket_id, since) \
                 SELECT id, ticket_id, COALESCE(settled_at, created_at) FROM notifications \
                 WHERE id = $1 AND channel <> $2 ON CONFLICT (notification_id) DO NOTHING",
                params![delivery.id, Channel::WEBHOOK.name],
            )?;
        }
        (true, false) => {
            remove(tx, delivery.id)?;
        }
        _ => {}
    }
    Ok(())
}

/// Takes a message off the list; `false` when it was not on it.
pub fn remove(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, DbError> {
    Ok(tx.execute("DELETE FROM undelivered WHERE notification_id = $1", params![id])? > 0)
}

/// What of the list `c` still matters: that a ticket is logged or open again, and what a note says, while it is open; that
/// it is fixed, while it is Fixed; none where a later message says the same, or the same was delivered another way. `n` is the message, `t` its ticket.
/// SQLite takes a CROSS JOIN in the order in which it is written: the list is short, and messages are many.
const MATTERS: &str = "FROM undelivered c CROSS JOIN notifications n CROSS JOIN tickets t \
    WHERE n.id = c.notification_id AND t.id = c.ticket_id \
    AND ((n.kind IN (0, 3, 4) AND t.status < 4) OR (n.kind = 1 AND t.status = 4)) \
    AND (n.kind = 4 OR NOT EXISTS (SELECT 1 FROM notifications later WHERE later.ticket_id = n.ticket_id \
    AND later.kind = n.kind AND later.revision > n.revision)) \
    AND NOT EXISTS (SELECT 1 FROM notifications other WHERE other.ticket_id = n.ticket_id AND other.kind = n.kind \
    AND other.revision = n.revision AND other.channel <> n.channel AND other.channel <> 'webhook' AND other.state = 3)";

/// How many clients have to be called, counted up to `most`.
pub fn count(tx: &mut Tx<'_>, most: i64) -> Result<i64, DbError> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 {MATTERS} LIMIT $1) AS found");
    tx.query_one(&sql, params![most])?.map_or(Ok(0), |row| row.int(0))
}

/// The messages on the list after a place, those that wait longest first: at most `most` of them, with the time since.
pub fn after(tx: &mut Tx<'_>, place: Option<(i64, Uuid)>, most: i64) -> Result<Vec<(Uuid, i64)>, DbError> {
    let (since, id) = place.unwrap_or((i64::MIN, Uuid::nil()));
    let sql = format!(
        "SELECT n.id, c.since {MATTERS} AND (c.since, c.notification_id) > ($1, $2) \
         ORDER BY c.since, c.notification_id LIMIT $3"
    );
    tx.query(&sql, params![since, id, most])?.iter().map(|row| Ok((row.uuid(0)?, row.int(1)?))).collect()
}

/// Forgets what has come off the list because its ticket was closed.
pub fn sweep(tx: &mut Tx<'_>) -> Result<u64, DbError> {
    tx.execute("DELETE FROM undelivered WHERE ticket_id IN (SELECT id FROM tickets WHERE status = 5)", &[])
}

#[cfg(test)]
mod sqlite_only {
    use super::*;
    use crate::db::{Db, DbOptions};

    /// It is counted on every page: among two million messages it must go by the short list.
    #[tokio::test]
    async fn the_count_goes_through_the_list_alone() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let steps = db
            .read(|tx| {
                let rows = tx.query(&format!("EXPLAIN QUERY PLAN SELECT 1 {MATTERS}"), &[])?;
                rows.iter().map(|row| row.text(3)).collect::<Result<Vec<_>, DbError>>()
            })
            .await
            .unwrap();
        let scans: Vec<&String> = steps.iter().filter(|step| step.starts_with("SCAN")).collect();
        assert!(scans.len() == 1 && scans[0].starts_with("SCAN c"), "{steps:?}");
    }
}
