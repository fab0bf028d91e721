//! The desk as it was before an upgrade, so that the version before can have it back: a schema never goes backwards.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::Context;

use super::{
    age::Recipient,
    make::{Order, make},
    work::directory,
};
use crate::{clock::Clock, db::Db};

/// How many of them are kept, the newest.
const KEPT: usize = 3;
/// A directory that takes longer to be looked at is away.
const PATIENCE: Duration = Duration::from_secs(5);
const PREFIX: &str = "before-upgrade-";
const SUFFIX: &str = ".backup";

/// Where backups of before an upgrade go.
#[derive(Clone, Debug)]
pub struct Before {
    /// The directory for backups.
    pub dir: PathBuf,
    /// Where that is not there: beside the data.
    pub otherwise: PathBuf,
    /// Who can open them; anybody who reads the files if there are none.
    pub recipients: Vec<Recipient>,
}

/// Makes a backup of a desk that has the schema of an older version, `schema`. `name` is what people know the database by.
/// Needs room for it all once more, and reads it all. Nothing is made, and nothing given, where another node has upgraded the
/// desk meanwhile: that one has kept it as it was.
///
/// # Errors
/// One sentence that says what failed and what to do. The desk is as it was.
pub async fn before_upgrade(
    before: &Before,
    (db, name): (&Db, &str),
    schema: i64,
    clock: &Clock,
) -> anyhow::Result<Option<PathBuf>> {
    // A disk for backups that is away, or hangs, keeps nobody from working.
    let there = before.dir.clone();
    let there = tokio::time::timeout(PATIENCE, tokio::task::spawn_blocking(move || there.is_dir())).await;
    let dir = if matches!(there, Ok(Ok(true))) { &before.dir } else { &before.otherwise };
    let to = dir.join(named(schema, clock));
    let order = Order { to: to.clone(), replace: false, recipients: before.recipients.clone() };
    let made = make(db, name, clock, order).await;
    made.with_context(|| {
        format!(
            "{name} was not upgraded, as it could not be kept as it is in {}: make room there or name another place with \
             backup.dir; or make a backup of your own and set backup.before_upgrade to false",
            dir.display()
        )
    })?;
    let (file, asked) = (to.clone(), db.clone());
    let was_in_time = move || -> anyhow::Result<bool> {
        let in_time = asked.schema_status()?.version == schema;
        // Upgrades that fail again and again fill no disk: of one version, the desk as it is now. But what was made too late
        // must not have the place of what was made before.
        remove(if in_time { others_of(&file) } else { vec![file] });
        Ok(in_time)
    };
    let in_time = tokio::task::spawn_blocking(was_in_time).await??;
    Ok(in_time.then_some(to))
}

/// After an upgrade: of those beside `file`, which is the one of before it, the newest stay.
pub async fn let_earlier_go(file: PathBuf) {
    let _ = tokio::task::spawn_blocking(move || remove(too_many(&file))).await;
}

fn remove(files: Vec<PathBuf>) {
    for old in files {
        if let Err(error) = fs::remove_file(&old) {
            tracing::warn!(%error, file = %old.display(), "an old backup could not be removed; remove it by hand");
        }
    }
}

/// In the order of their names they sort by age, as versions and times do. Two nodes may begin in one second.
fn named(schema: i64, clock: &Clock) -> String {
    format!("{PREFIX}{schema:04}-{}{SUFFIX}", clock.timestamp().strftime("%Y%m%dT%H%M%S%.3fZ"))
}

/// Those beside a file, without it, the earliest first.
fn beside(file: &Path) -> Vec<PathBuf> {
    let ours = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        (name.starts_with(PREFIX) && name.ends_with(SUFFIX) && entry.path() != file).then(|| entry.path())
    };
    let mut found: Vec<_> = fs::read_dir(directory(file)).into_iter().flatten().flatten().filter_map(ours).collect();
    found.sort();
    found
}

/// Those of the same version.
fn others_of(file: &Path) -> Vec<PathBuf> {
    let version = |path: &Path| path.file_name()?.to_str()?.strip_prefix(PREFIX)?.split('-').next().map(str::to_owned);
    let ours = version(file);
    beside(file).into_iter().filter(|other| version(other) == ours).collect()
}

fn too_many(file: &Path) -> Vec<PathBuf> {
    let mut found = beside(file);
    found.truncate((found.len() + 1).saturating_sub(KEPT));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{DbOptions, newest_schema},
        keys,
    };

    /// Two nodes of a new version begin at once, and one is done when the other begins to read.
    #[tokio::test]
    async fn what_another_node_kept_before_it_upgraded_stays() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        db.write(|tx| keys::record(tx, &[7; 16])).await.unwrap();
        let (clock, hand) = Clock::fixed(1_795_000_000_000, 1);
        let (shelf, older) = (dir.path().join("backups"), newest_schema() - 1);
        fs::create_dir(&shelf).unwrap();
        let theirs = shelf.join(named(older, &clock));
        fs::write(&theirs, "the desk as it was").unwrap();
        hand.advance(1_000);
        let before = Before { dir: shelf.clone(), otherwise: dir.path().to_owned(), recipients: Vec::new() };
        assert_eq!(before_upgrade(&before, (&db, "the desk"), older, &clock).await.unwrap(), None);
        let there: Vec<_> = fs::read_dir(&shelf).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(there, [theirs]);
    }

    #[test]
    fn the_newest_are_kept_and_nothing_else_is_looked_at() {
        let dir = testbase::Dir::new();
        let names = ["0009-20261201T030000.000Z", "0010-20261101T030000.000Z", "0010-20261101T030000.001Z", "0021-2"];
        let names = names.map(|name| format!("{PREFIX}{name}{SUFFIX}"));
        let others = ["before-upgrade-0001-1.backup.old", "redress-20261101T030000Z.backup", "redress.key"];
        for name in names.iter().map(String::as_str).chain(others) {
            fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(too_many(&dir.path().join(&names[3])), [dir.path().join(&names[0])]);
        assert_eq!(too_many(&dir.path().join(&names[0])), [dir.path().join(&names[1])], "never that of this upgrade");
        assert_eq!(others_of(&dir.path().join(&names[2])), [dir.path().join(&names[1])]);
        assert!(others_of(&dir.path().join(&names[0])).is_empty());
        assert!(too_many(&dir.path().join("none/at-all")).is_empty());
    }

    #[test]
    fn names_sort_by_version_and_then_by_time() {
        let at = |millis| Clock::fixed(millis, 1).0;
        let names = [named(9, &at(5_000)), named(10, &at(1_000)), named(10, &at(1_001)), named(10, &at(61_000))];
        assert!(names.is_sorted(), "{names:?}");
    }
}
