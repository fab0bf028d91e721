//! What one node at a time does, such as the hourly sweep: whichever finds it due first.

use crate::db::{DbError, Tx, params};

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// A clock that says that nobody has looked for so long is ahead, more likely than not. In milliseconds.
const ABSENT: i64 = 7 * DAY;

/// Whether something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It is, and for this node to do: others find it done.
    Now,
    /// It will be in so many milliseconds.
    In(i64),
}

/// Takes what is done `every` so many milliseconds, if it is due, for a while (milliseconds): then it is due again, unless
/// [`put_off`] says otherwise. For what takes long, or may fail.
///
/// # Errors
/// Only the database's.
pub fn take_for(tx: &mut Tx<'_>, name: &str, now: i64, every: i64, a_while: i64) -> Result<Due, DbError> {
    // A time further ahead than the clocks of nodes can differ was written before a clock was set back.
    let taken = tx.execute(
        "INSERT INTO schedules (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE \
         SET due_at = excluded.due_at WHERE schedules.due_at <= $3 OR schedules.due_at > $4",
        params![name, now + a_while, now, now + 2 * every],
    )?;
    if taken > 0 {
        return Ok(Due::Now);
    }
    let due_at = due_at(tx, name)?.unwrap_or(now);
    Ok(Due::In((due_at - now).max(0)))
}

/// Takes what is done `every` so many milliseconds, of an hour or so, and cannot be undone, if it is due. Where by this clock
/// nobody has looked for a week, it is put off by a day, in which somebody may set the clock right, and gives for how many
/// milliseconds that was.
///
/// It counts as done from here on. Whoever takes it and dies leaves it to whoever comes when it is due again.
///
/// # Errors
/// Only the database's.
pub fn take_with_care(tx: &mut Tx<'_>, name: &str, now: i64, every: i64) -> Result<Result<Due, i64>, DbError> {
    let late = now - due_at(tx, name)?.unwrap_or(now);
    // A row of its own: in the other's place it could not be told from what a clock wrote that was ahead by a day.
    let waiting = format!("{name}.put_off");
    if late > ABSENT {
        match due_at(tx, &waiting)? {
            Some(until) if until > now && until <= now + DAY + 2 * every => return Ok(Ok(Due::In(until - now))),
            Some(until) if until <= now && now - until <= ABSENT => {}
            _ => {
                tx.execute(
                    "INSERT INTO schedules (name, due_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE \
                     SET due_at = excluded.due_at",
                    params![&waiting, now + DAY],
                )?;
                return Ok(Err(late));
            }
        }
    }
    // A clock that is ahead another time has a day of its own.
    tx.execute("DELETE FROM schedules WHERE name = $1", params![&waiting])?;
    take_for(tx, name, now, every, every).map(Ok)
}

fn due_at(tx: &mut Tx<'_>, name: &str) -> Result<Option<i64>, DbError> {
    let row = tx.query_one("SELECT due_at FROM schedules WHERE name = $1", params![name])?;
    row.map(|row| row.int(0)).transpose()
}

/// Has what was taken be due at a time, in milliseconds.
///
/// # Errors
/// Only the database's.
pub fn put_off(tx: &mut Tx<'_>, name: &str, due_at: i64) -> Result<(), DbError> {
    tx.execute("UPDATE schedules SET due_at = $2 WHERE name = $1", params![name, due_at]).map(drop)
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
            let take = move |tx: &mut Tx<'_>| take_with_care(tx, "sweep", now, HOUR);
            told.push(db.write::<_, DbError, _>(take).await.unwrap().unwrap());
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
    async fn what_is_taken_for_a_while_is_due_again_unless_it_was_done() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let at = async |now: i64| {
            db.write::<_, DbError, _>(move |tx| take_for(tx, "backup", now, 24 * HOUR, HOUR / 4)).await.unwrap()
        };
        assert_eq!(at(1).await, Due::Now);
        assert_eq!(at(2).await, Due::In(HOUR / 4 - 1));
        assert_eq!(at(1 + HOUR / 4).await, Due::Now, "whoever had it has died");
        db.write::<_, DbError, _>(|tx| put_off(tx, "backup", 1 + 24 * HOUR)).await.unwrap();
        assert_eq!(at(2 * HOUR).await, Due::In(22 * HOUR + 1), "it was done, and that is no clock set back");
        assert_eq!(at(1 + 24 * HOUR).await, Due::Now);
    }

    #[tokio::test]
    async fn what_cannot_be_undone_waits_a_day_where_the_clock_has_gone_a_week_on() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let at = async |now: i64| {
            db.write::<_, DbError, _>(move |tx| take_with_care(tx, "retention", now, HOUR)).await.unwrap()
        };
        let (start, years) = (1_763_000_000_000, 3_650 * DAY);
        assert_eq!(at(start).await, Ok(Due::Now));
        assert_eq!(at(start + HOUR - 1).await, Ok(Due::In(1)));
        assert_eq!(at(start + HOUR).await, Ok(Due::Now));
        let ahead = start + 2 * HOUR + years;
        assert_eq!(at(ahead).await, Err(years));
        assert_eq!(at(ahead + HOUR).await, Ok(Due::In(DAY - HOUR)));
        assert_eq!(at(start + 3 * HOUR).await, Ok(Due::Now), "it was set right");
        assert_eq!(at(ahead + 2 * DAY).await, Err(years + 2 * DAY - 2 * HOUR), "it has waited for another time");
        // It is no clock that is wrong: the desk was off.
        let later = start + 4 * HOUR + 60 * DAY;
        assert_eq!([at(later).await, at(later + DAY).await], [Err(60 * DAY), Ok(Due::Now)]);
    }

    #[tokio::test]
    async fn one_thing_does_not_wait_for_another() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let take = |tx: &mut Tx<'_>, name| take_for(tx, name, 1, HOUR, HOUR);
        let both = move |tx: &mut Tx<'_>| Ok::<_, DbError>((take(tx, "sweep")?, take(tx, "other")?));
        assert_eq!(db.write(both).await.unwrap(), (Due::Now, Due::Now));
    }
}
