//! Backups made again and again into one directory, of which the newest are kept.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use tokio::sync::watch;

use super::{
    age::Recipient,
    make::{Made, Order, make},
};
use crate::{
    clock::Clock,
    db::Db,
    schedule::{self, Due},
};

/// At the latest it is looked again after so long, as directories and clocks change.
const LOOK: Duration = Duration::from_mins(10);
/// Before one that failed is tried again.
const AGAIN: Duration = Duration::from_mins(15);
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

/// Makes backups whenever one is due and no other node has made it, until `stopped` turns true. Says in the log and by metrics how
/// it went. `name` is what people know the database by.
pub async fn keep(settings: Settings, db: Db, name: String, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let mut owed = false;
    loop {
        note_newest(&settings.dir);
        let pause = match due(&db, &settings, clock.now(), owed).await {
            Ok(Due::Now) => {
                let made = tokio::select! {
                    made = one(&settings, &db, &name, &clock) => made,
                    _ = stopped.wait_for(|stop| *stop) => return,
                };
                owed = made.is_err();
                told(&settings, made);
                if owed { AGAIN } else { Duration::ZERO }
            }
            Ok(Due::In(millis)) => Duration::from_millis(u64::try_from(millis).unwrap_or(0)).min(LOOK),
            Err(error) => {
                tracing::warn!(%error, "whether a backup is due cannot be told; it is asked again");
                LOOK
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// Whether one is due. One that this node has failed to make is owed by it, as the others take it for made.
async fn due(db: &Db, settings: &Settings, now: i64, owed: bool) -> Result<Due, crate::db::DbError> {
    if owed {
        return Ok(Due::Now);
    }
    let every = settings.every;
    db.write(move |tx| schedule::take(tx, "backup", now, every)).await
}

/// Makes one, then lets old ones go.
async fn one(settings: &Settings, db: &Db, name: &str, clock: &Clock) -> anyhow::Result<(PathBuf, Made)> {
    let to = settings.dir.join(clock.timestamp().strftime(NAME).to_string());
    let order = Order { to: to.clone(), replace: false, recipients: settings.recipients.clone() };
    let made = make(db, name, clock, order).await?;
    for old in too_many(backups(&settings.dir), settings.keep) {
        if let Err(error) = fs::remove_file(&old) {
            tracing::warn!(%error, file = %old.display(), "an old backup could not be removed; remove it by hand");
        }
    }
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

/// The newest backup of a directory, with when it was begun, in milliseconds.
pub fn newest(dir: &Path) -> Option<(i64, PathBuf)> {
    backups(dir).pop().map(|(at, path)| (at.as_millisecond(), path))
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

fn too_many(mut backups: Vec<(Timestamp, PathBuf)>, keep: usize) -> Vec<PathBuf> {
    backups.truncate(backups.len().saturating_sub(keep.max(1)));
    backups.into_iter().map(|(_, path)| path).collect()
}

/// When the newest was begun, in seconds since 1970, as whoever watches compares that with the time: it goes on being told when
/// none is made any more.
fn note_newest(dir: &Path) {
    if let Some((at, _)) = backups(dir).last() {
        #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
        metrics::gauge!("redress_backup_newest_seconds").set(at.as_second() as f64);
    }
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
        let old = too_many(backups(dir.path()), 2);
        assert_eq!(old, [&days[0], &days[1]].map(|name| dir.path().join(name)));
        assert_eq!(too_many(backups(dir.path()), 0).len(), 3, "never all of them");
        assert!(too_many(backups(dir.path()), 4).is_empty());
        assert!(backups(&dir.path().join("none")).is_empty());
    }
}
