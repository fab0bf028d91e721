//! How the gateways are doing, as nodes tell each other: some may not send, and not all reach it by the same way.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    health::{GatewayHealth, Seen, Trouble},
    off_store,
};
use crate::{
    db::{DbError, Tx, params},
    fault::Fault,
};

/// A node that has not said so again for so many milliseconds is gone, or has started anew.
const TRUE_FOR: i64 = 60_000;

/// Says how the gateways are doing as a node sees them. To be said again within a minute for as long as the node serves.
///
/// # Errors
/// Only the database's.
pub fn tell(tx: &mut Tx<'_>, node: Uuid, seen: &Seen, now: i64) -> Result<(), DbError> {
    for (gateway, health) in seen {
        let trouble = health.trouble();
        tx.execute(
            "INSERT INTO gateway_states (node, gateway, since, reason, error_at, ok_at, seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (node, gateway) DO UPDATE SET since = excluded.since, reason = excluded.reason, \
             error_at = excluded.error_at, ok_at = excluded.ok_at, seen_at = excluded.seen_at",
            params![
                node,
                *gateway,
                trouble.as_ref().map(|trouble| trouble.since),
                health.last_error.as_ref().and_then(|(_, reason)| (!health.login_refused).then_some(reason.as_str())),
                health.last_error.as_ref().map(|(at, _)| *at),
                health.last_ok,
                now,
            ],
        )?;
    }
    tx.execute("DELETE FROM gateway_states WHERE seen_at < $1", params![now - TRUE_FOR])?;
    Ok(())
}

/// Says that a node has stopped.
///
/// # Errors
/// Only the database's.
pub fn leave(tx: &mut Tx<'_>, node: Uuid) -> Result<(), DbError> {
    tx.execute("DELETE FROM gateway_states WHERE node = $1", params![node]).map(drop)
}

/// How a gateway does, all nodes together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The trouble of this node or of any other, whichever has had it for longest, unless the gateway has taken a message
    /// of somebody since: who failed may have nothing to send now, and would call it failing until there is.
    pub trouble: Option<Trouble>,
    /// When it last took a message, in milliseconds.
    pub last_ok: Option<i64>,
    /// When it last failed, in milliseconds, and how; no reason where it refused our log-in.
    pub last_error: Option<(i64, Option<String>)>,
}

/// How each gateway that was used does, as this node and all others see it.
///
/// # Errors
/// Only the database's.
pub fn standings(tx: &mut Tx<'_>, own: &Seen, now: i64) -> Result<BTreeMap<String, Standing>, Fault> {
    let mut looks: BTreeMap<String, Vec<GatewayHealth>> = BTreeMap::new();
    for (gateway, health) in own {
        looks.entry((*gateway).to_owned()).or_default().push(health.clone());
    }
    let sql = "SELECT gateway, since, reason, error_at, ok_at FROM gateway_states WHERE seen_at >= $1";
    for row in tx.query(sql, params![now - TRUE_FOR])? {
        let (since, reason, error_at) = (row.opt_int(1)?, row.opt_text(2)?, row.opt_int(3)?);
        looks.entry(row.text(0)?).or_default().push(GatewayHealth {
            last_ok: row.opt_int(4)?,
            login_refused: reason.is_none(),
            last_error: error_at.map(|at| (at, reason.unwrap_or_default())),
            failing: since.is_some(),
            failing_since: since,
        });
    }
    Ok(looks.into_iter().map(|(gateway, looks)| (gateway, together(&looks, now))).collect())
}

fn together(looks: &[GatewayHealth], now: i64) -> Standing {
    // What a clock that was ahead has noted is later than any failure, until the clock has got there.
    let last_ok = looks.iter().filter_map(|look| look.last_ok).filter(|at| *at <= now + TRUE_FOR).max();
    let failed_at = |look: &GatewayHealth| look.last_error.as_ref().map(|(at, _)| *at);
    // In the same millisecond it is the failure that counts, as each node has one of the two last.
    let failing = looks.iter().filter(|look| failed_at(look) >= last_ok).filter_map(GatewayHealth::trouble);
    let last_error = looks.iter().filter_map(|look| {
        let (at, reason) = look.last_error.as_ref()?;
        Some((*at, (!look.login_refused).then(|| reason.clone())))
    });
    Standing {
        trouble: failing.min_by_key(|trouble| trouble.since),
        last_ok,
        last_error: last_error.max_by_key(|(at, _)| *at),
    }
}

/// The trouble of a gateway that has had one for longest, with the gateway's name.
///
/// # Errors
/// Only the database's.
pub fn trouble(tx: &mut Tx<'_>, own: &Seen, now: i64) -> Result<Option<(String, Trouble)>, Fault> {
    let standings = standings(tx, own, now)?;
    // One that is off stays so, whichever node saw it fail and whatever it answered last.
    let off = off_store::all_off(tx)?;
    let troubled = standings.into_iter().filter_map(|(gateway, standing)| Some((gateway, standing.trouble?)));
    let troubled: Vec<_> = troubled.filter(|(gateway, _)| off.iter().all(|(other, _)| other != gateway)).collect();
    let troubled = troubled.into_iter().chain(off);
    Ok(troubled.min_by_key(|(_, trouble)| trouble.since))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, DbOptions};

    const NOBODY: Uuid = Uuid::nil();

    fn alone(health: GatewayHealth) -> Seen {
        Seen::from([("kannel", health)])
    }

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

    #[test]
    fn what_was_well_by_a_clock_that_was_ahead_hides_no_trouble() {
        let look = |last_ok| GatewayHealth { last_ok: Some(last_ok), ..failing(20, 900) };
        let since = |look: GatewayHealth| together(&[look], 1_000).trouble.map(|trouble| trouble.since);
        assert_eq!([901, 899, 3_601_000].map(|last_ok| since(look(last_ok))), [None, Some(20), Some(20)]);
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
                    tell(tx, node, &alone(health.clone()), now)?;
                    Ok(trouble(tx, &Seen::default(), now)?.map(|(_, trouble)| trouble))
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
                    tell(tx, NOBODY, &alone(others.clone()), 10)?;
                    Ok(trouble(tx, &alone(failing(5, 8)), 10)?.map(|(_, trouble)| trouble))
                })
                .await
                .unwrap();
            assert_eq!(told.map(|trouble| trouble.since), want);
        }
    }
}
