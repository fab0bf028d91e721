//! Backups made again and again into one directory, of which the newest are kept.

use std::{
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use tokio::sync::watch;

use super::{
    age::Recipient,
    make::{Made, Order, make},
    work::directory,
};
use crate::{
    clock::Clock,
    db::{Db, DbError},
    schedule::{self, Due},
};

/// At the latest it is looked again after so long, as directories and clocks change.
const LOOK: Duration = Duration::from_mins(10);
/// Before one that failed, or whose maker has gone, is tried again.
const AGAIN: Duration = Duration::from_mins(15);
/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// What it is in the table of what one node at a time does.
const TURN: &str = "backup";
/// How files are named, by when they were begun (UTC): in this order they sort by age.
const NAME: &str = "redress-%Y%m%dT%H%M%SZ.backup";

/// Where to, how often, how many.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory, which has to be there.
    pub dir: PathBuf,
    /// Milliseconds between two.
    pub every: i64,
    /// How many are kept, at least one.
    pub keep: usize,
    /// Who can open them; anybody who reads the files if there are none.
    pub recipients: Vec<Recipient>,
}

/// Makes backups whenever one is due and no other node makes it, until `stopped` turns true. Says in the log and by metrics how
/// it went. `name` is what people know the database by.
///
/// Whoever makes one holds it for a while, again and again: from one that has died, was stopped or has failed another takes over.
pub async fn keep(settings: Settings, db: Db, name: String, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let mut owed = false;
    loop {
        note_newest(&settings, clock.now()).await;
        let (now, every) = (clock.now(), settings.every);
        let due = db.write::<_, DbError, _>(move |tx| schedule::take_for(tx, TURN, now, every, millis(AGAIN))).await;
        let pause = match due {
            Ok(Due::Now) => {
                owed = true;
                let made = tokio::select! {
                    made = one(&settings, &db, &name, &clock) => made,
                    never = held(&db, &clock) => match never {},
                    _ = stopped.wait_for(|stop| *stop) => break,
                };
                owed = made.is_err();
                let next = if owed { clock.now() + millis(AGAIN) } else { now + every };
                told(&settings, made);
                put_off(&db, next).await;
                Duration::ZERO
            }
            Ok(Due::In(millis)) => Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(LOOK),
            Err(error) => {
                tracing::warn!(%error, "whether a backup is due cannot be told; it is asked again");
                LOOK
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stop| *stop) => break,
        }
    }
    if owed {
        // Whoever starts next makes it at once.
        put_off(&db, clock.now()).await;
    }
}

/// Goes on holding what is being made.
async fn held(db: &Db, clock: &Clock) -> Infallible {
    loop {
        tokio::time::sleep(AGAIN / 3).await;
        put_off(db, clock.now() + millis(AGAIN)).await;
    }
}

async fn put_off(db: &Db, due_at: i64) {
    if let Err(error) = db.write::<_, DbError, _>(move |tx| schedule::put_off(tx, TURN, due_at)).await {
        tracing::warn!(%error, "when the next backup is due could not be noted; it may be made early");
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Makes one, then lets old ones go.
async fn one(settings: &Settings, db: &Db, name: &str, clock: &Clock) -> anyhow::Result<(PathBuf, Made)> {
    let to = settings.dir.join(clock.timestamp().strftime(NAME).to_string());
    let order = Order { to: to.clone(), replace: false, recipients: settings.recipients.clone() };
    let made = make(db, name, clock, order).await?;
    let (keep, file) = (settings.keep, to.clone());
    let let_go = move || {
        for old in too_many(backups(directory(&file)), &file, keep) {
            if let Err(error) = fs::remove_file(&old) {
                tracing::warn!(%error, file = %old.display(), "an old backup could not be removed; remove it by hand");
            }
        }
    };
    tokio::task::spawn_blocking(let_go).await?;
    Ok((to, made))
}

fn told(settings: &Settings, made: anyhow::Result<(PathBuf, Made)>) {
    match made {
        Ok((file, Made { header, bytes })) => {
            tracing::info!(file = %file.display(), bytes, schema = header.schema, "a backup was made");
        }
        Err(error) => {
            metrics::counter!("redress_backup_failures_total").increment(1);
            let (dir, minutes) = (settings.dir.display(), AGAIN.as_secs() / 60);
            tracing::error!(
                error = format!("{error:#}"),
                "no backup could be made in {dir}; tried again in {minutes} min"
            );
        }
    }
}

/// The newest backup of a directory, with when it was begun, in milliseconds. One from days ahead of `now` was made while a clock
/// was wrong, and says nothing of when the last one was.
pub fn newest(dir: &Path, now: i64) -> Option<(i64, PathBuf)> {
    let mut found = backups(dir).into_iter().map(|(at, path)| (at.as_millisecond(), path));
    found.rfind(|(at, _)| *at <= now + DAY)
}

/// The backups of a directory with when they were begun, the oldest first. Other files are nobody's business here.
fn backups(dir: &Path) -> Vec<(Timestamp, PathBuf)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<_> =
        entries.filter_map(|entry| Some((begun(entry.file_name().to_str()?)?, entry.path()))).collect();
    found.sort();
    found
}

fn begun(name: &str) -> Option<Timestamp> {
    let time = DateTime::strptime(NAME, name).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    (time.strftime(NAME).to_string() == name).then_some(time)
}

/// All but the newest, of which `made` is one whatever clocks have said.
fn too_many(mut backups: Vec<(Timestamp, PathBuf)>, made: &Path, keep: usize) -> Vec<PathBuf> {
    backups.retain(|(_, path)| path != made);
    backups.truncate((backups.len() + 1).saturating_sub(keep.max(1)));
    backups.into_iter().map(|(_, path)| path).collect()
}

/// When the newest was begun, in seconds since 1970, as whoever watches compares that with the time: it goes on being told when
/// none is made any more. 0 where there is none. And how often one is wanted, to hold its age against.
async fn note_newest(settings: &Settings, now: i64) {
    let (dir, every) = (settings.dir.clone(), settings.every / 1_000);
    metrics::gauge!("redress_backup_every_seconds").set(f64::from(u32::try_from(every).unwrap_or(u32::MAX)));
    let at = tokio::task::spawn_blocking(move || newest(&dir, now).map_or(0, |(at, _)| at / 1_000)).await;
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
    metrics::gauge!("redress_backup_newest_seconds").set(at.unwrap_or(0) as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_nothing_else_is_looked_at() {
        let dir = testbase::Dir::new();
        let days = ["01", "02", "03", "10"].map(|day| format!("redress-202611{day}T030000Z.backup"));
        let others = ["redress-20261101T030000Z.backup.old", "redress-2026.backup", "by-hand.backup", "redress.key"];
        for name in days.iter().map(String::as_str).chain(others) {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let [first, second, third, last] = days.map(|name| dir.path().join(name));
        let old = |made: &Path, keep| too_many(backups(dir.path()), made, keep);
        assert_eq!(old(&last, 2), [first.clone(), second.clone()]);
        assert_eq!(old(&last, 0), [first.clone(), second.clone(), third], "never all of them");
        assert!(old(&last, 4).is_empty());
        assert_eq!(old(&first, 3), [second], "never the one just made, though a clock was set back");
        assert!(backups(&dir.path().join("none")).is_empty());
    }

    #[test]
    fn one_from_days_ahead_is_not_the_newest() {
        let dir = testbase::Dir::new();
        for name in ["redress-20261110T030000Z.backup", "redress-20990101T000000Z.backup"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let ten = 1_794_279_600_000;
        assert_eq!(newest(dir.path(), ten - DAY).map(|(at, _)| at), Some(ten), "clocks of nodes differ somewhat");
        assert_eq!(newest(dir.path(), ten + 90 * DAY).map(|(at, _)| at), Some(ten));
        assert_eq!(newest(dir.path(), ten - DAY - 1), None);
    }
}
