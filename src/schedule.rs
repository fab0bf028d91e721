//! What one node at a time does, such as the hourly sweep: whichever finds it due first.

use crate::db::{DbError, Tx, params};

/// Whether something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is, and for this node to do: others find it done.
    Now,
    /// It will be in so many milliseconds.
    In(i64),
}

/// Takes what is done `every` so many milliseconds, if it is due.
///
/// It counts as done from here on. Whoever takes it and dies leaves it to whoever comes when it is due again.
///
/// # Errors
/// Only the database's.
pub fn take(tx: &mut Tx<'_>, name: &str, now: i64, every: i64) -> Result<Due, DbError> {
    // A time further ahead than the clocks of nodes can differ was written before a clock was set back.
    let taken = tx.execute(
        "INSERT INTO schedules (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE \
         SET due_at = excluded.due_at WHERE schedules.due_at <= $3 OR schedules.due_at > $4",
        params![name, now + every, now, now + 2 * every],
    )?;
    if taken > 0 {
        return Ok(Due::Now);
    }
    let row = tx.query_one("SELECT due_at FROM schedules WHERE name = $1", params![name])?;
    let due_at = row.map_or(Ok(now), |row| row.int(0))?;
    Ok(Due::In((due_at - now).max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, DbOptions};

    const HOUR: i64 = 3_600_000;

    /// What nodes with these clocks are told, one after another.
    async fn told(nows: &[i64]) -> Vec<Due> {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let mut told = Vec::new();
        for now in nows.iter().copied() {
            told.push(db.write::<_, DbError, _>(move |tx| take(tx, "sweep", now, HOUR)).await.unwrap());
        }
        told
    }

    #[tokio::test]
    async fn of_all_nodes_one_does_it_each_time() {
        let start = 1_763_000_000_000;
        let nows = [start, start + 5, start + HOUR - 1, start + HOUR, start + HOUR + 1];
        let want = [Due::Now, Due::In(HOUR - 5), Due::In(1), Due::Now, Due::In(HOUR - 1)];
        assert_eq!(told(&nows).await, want);
    }

    #[tokio::test]
    async fn a_clock_set_back_by_a_day_does_not_stop_it_for_a_day() {
        let (before, after) = (1_763_000_000_000, 1_763_000_000_000 - 24 * HOUR);
        assert_eq!(told(&[before, after, after + 1]).await, [Due::Now, Due::Now, Due::In(HOUR - 1)]);
        // Nodes whose clocks differ do not do it once each.
        assert_eq!(told(&[before, before - 60_000]).await, [Due::Now, Due::In(HOUR + 60_000)]);
    }

    #[tokio::test]
    async fn one_thing_does_not_wait_for_another() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let both = |tx: &mut Tx<'_>| Ok::<_, DbError>((take(tx, "sweep", 1, HOUR)?, take(tx, "other", 1, HOUR)?));
        assert_eq!(db.write(both).await.unwrap(), (Due::Now, Due::Now));
    }
}
