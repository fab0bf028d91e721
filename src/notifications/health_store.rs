//! How the gateway is doing, as nodes tell each other: some may not send, and not all reach it by the same way.

use uuid::Uuid;

use super::health::Trouble;
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// A node that has not said so again for so many milliseconds is gone, or has started anew.
const TRUE_FOR: i64 = 60_000;

/// Says how the gateway is doing as a node sees it. To be said again within a minute for as long as it fails.
///
/// # Errors
/// Only the database's.
pub fn tell(tx: &mut Tx<'_>, node: Uuid, trouble: Option<&Trouble>, now: i64) -> Result<(), DbError> {
    match trouble {
        Some(Trouble { since, reason }) => tx.execute(
            "INSERT INTO gateway_failures (node, since, reason, seen_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (node) DO UPDATE SET since = excluded.since, reason = excluded.reason, seen_at = excluded.seen_at",
            params![node, *since, reason.as_deref(), now],
        )?,
        None => tx.execute("DELETE FROM gateway_failures WHERE node = $1", params![node])?,
    };
    tx.execute("DELETE FROM gateway_failures WHERE seen_at < $1", params![now - TRUE_FOR])?;
    Ok(())
}

/// The trouble that any node has had for longest.
///
/// # Errors
/// Only the database's.
pub fn told(tx: &mut Tx<'_>, now: i64) -> Result<Option<Trouble>, Fault> {
    let row = tx.query_one(
        "SELECT since, reason FROM gateway_failures WHERE seen_at >= $1 ORDER BY since, node LIMIT 1",
        params![now - TRUE_FOR],
    )?;
    Ok(row.map(|row| Ok::<_, DbError>(Trouble { since: row.int(0)?, reason: row.opt_text(1)? })).transpose()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, DbOptions};

    #[tokio::test]
    async fn the_longest_trouble_is_told_until_its_node_is_well_or_gone() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let since = |since: i64| Some(Trouble { since, reason: (since != 20).then(|| "away".to_owned()) });
        for (node, trouble, now, want) in [
            (one, None, 1_000, None),
            (one, since(20), 1_000, since(20)),
            (other, since(10), 1_000, since(10)),
            (other, since(30), 40_000, since(20)),
            (one, since(20), 61_000, since(20)),
            (other, None, 61_000, since(20)),
            (other, None, 121_001, None),
        ] {
            let told: Option<Trouble> = db
                .write::<_, Fault, _>(move |tx| {
                    tell(tx, node, trouble.as_ref(), now)?;
                    told(tx, now)
                })
                .await
                .unwrap();
            assert_eq!(told, want, "at {now}");
        }
    }
}
