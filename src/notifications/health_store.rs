//! How the gateway is doing, as nodes tell each other: some may not send, and not all reach it by the same way.

use uuid::Uuid;

use super::health::{GatewayHealth, Trouble};
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// A node that has not said so again for so many milliseconds is gone, or has started anew.
const TRUE_FOR: i64 = 60_000;

/// Says how the gateway is doing as a node sees it. To be said again within a minute for as long as the node serves.
///
/// # Errors
/// Only the database's.
pub fn tell(tx: &mut Tx<'_>, node: Uuid, health: &GatewayHealth, now: i64) -> Result<(), DbError> {
    let trouble = health.trouble();
    tx.execute(
        "INSERT INTO gateway_health (node, since, reason, error_at, ok_at, seen_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (node) DO UPDATE SET since = excluded.since, reason = excluded.reason, \
         error_at = excluded.error_at, ok_at = excluded.ok_at, seen_at = excluded.seen_at",
        params![
            node,
            trouble.as_ref().map(|trouble| trouble.since),
            trouble.as_ref().and_then(|trouble| trouble.reason.as_deref()),
            health.last_error.as_ref().map(|(at, _)| *at),
            health.last_ok,
            now,
        ],
    )?;
    tx.execute("DELETE FROM gateway_health WHERE seen_at < $1", params![now - TRUE_FOR])?;
    Ok(())
}

/// Says that a node has stopped.
///
/// # Errors
/// Only the database's.
pub fn leave(tx: &mut Tx<'_>, node: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM gateway_health WHERE node = $1", params![node]).map(drop)
}

/// The trouble of this node or of any other, whichever has had it for longest, unless the gateway has taken a message of
/// somebody since: who failed may have nothing to send now, and would call it failing until there is.
///
/// # Errors
/// Only the database's.
pub fn trouble(tx: &mut Tx<'_>, own: &GatewayHealth, now: i64) -> Result<Option<Trouble>, Fault> {
    let sql = "SELECT since, reason, error_at, ok_at FROM gateway_health WHERE seen_at >= $1";
    let mut last_ok = own.last_ok;
    let mut failing: Vec<(Trouble, Option<i64>)> = Vec::new();
    failing.extend(own.trouble().map(|trouble| (trouble, own.last_error.as_ref().map(|(at, _)| *at))));
    for row in tx.query(sql, params![now - TRUE_FOR])? {
        last_ok = last_ok.max(row.opt_int(3)?);
        if let Some(since) = row.opt_int(0)? {
            failing.push((Trouble { since, reason: row.opt_text(1)? }, row.opt_int(2)?));
        }
    }
    // In the same millisecond it is the failure that counts, as each node has one of the two last.
    failing.retain(|(_, failed_at)| *failed_at >= last_ok);
    Ok(failing.into_iter().map(|(trouble, _)| trouble).min_by_key(|trouble| trouble.since))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, DbOptions};

    const NOBODY: Uuid = Uuid::nil();

    fn failing(since: i64, last: i64) -> GatewayHealth {
        GatewayHealth {
            last_error: Some((last, "away".to_owned())),
            failing: true,
            failing_since: Some(since),
            ..GatewayHealth::default()
        }
    }

    fn well(last_ok: i64) -> GatewayHealth {
        GatewayHealth { last_ok: Some(last_ok), ..GatewayHealth::default() }
    }

    #[tokio::test]
    async fn the_longest_trouble_is_told_until_somebody_gets_through_or_nobody_says_so_any_more() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for (node, health, now, want) in [
            (one, GatewayHealth::default(), 1_000, None),
            (one, failing(20, 900), 1_000, Some(20)),
            (other, failing(10, 900), 1_000, Some(10)),
            (other, failing(30, 39_000), 40_000, Some(20)),
            (one, failing(20, 900), 61_000, Some(20)),
            // A message of the other got through; the one has none to send, and finds it failing as before.
            (other, well(62_000), 62_000, None),
            (one, failing(20, 900), 63_000, None),
            (one, failing(20, 63_500), 64_000, Some(20)),
            (NOBODY, GatewayHealth::default(), 124_001, None),
        ] {
            let told: Option<Trouble> = db
                .write::<_, Fault, _>(move |tx| {
                    tell(tx, node, &health, now)?;
                    trouble(tx, &GatewayHealth::default(), now)
                })
                .await
                .unwrap();
            assert_eq!(told.map(|trouble| trouble.since), want, "at {now}");
        }
    }

    #[tokio::test]
    async fn a_node_knows_its_own_trouble_before_it_has_told_anybody() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        for (others, want) in [(GatewayHealth::default(), Some(5)), (well(8), Some(5)), (well(9), None)] {
            let told = db
                .write::<_, Fault, _>(move |tx| {
                    tell(tx, NOBODY, &others, 10)?;
                    trouble(tx, &failing(5, 8), 10)
                })
                .await
                .unwrap();
            assert_eq!(told.map(|trouble| trouble.since), want);
        }
    }
}
