//! Whether backups are made, how old the newest is, and whether there is room for the next.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

use super::{LIMIT, Level, Patient, Verdict, aside, disk};
use crate::{backup, clock::instant};

const HOUR: i64 = 60 * 60 * 1000;

/// What was found in the directory.
#[derive(Debug, Clone)]
struct Shelf {
    /// The newest: when it was begun, in milliseconds, and its bytes.
    newest: Option<(i64, u64)>,
    /// Bytes that may still be written, and why none can, if so.
    free: u64,
    unwritable: Option<String>,
    /// Whether it is on the disk that the data is on.
    beside_data: bool,
    /// Whether the key file lies in it.
    holds_key: bool,
}

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let Some(settings) = &patient.config.backups else {
        let said = "the server makes none";
        let remedy = "set backup.dir, unless something else makes them: docs/operations/recovery.md";
        return vec![Verdict::note(said, remedy)];
    };
    let (dir, data) = (settings.dir.clone(), patient.config.data_dir.clone());
    let key = patient.config.keys.file().map(Path::to_path_buf);
    let shown = dir.display().to_string();
    let now = patient.clock.now();
    let found = aside(Some(LIMIT), move || look(&dir, &data, key.as_deref(), now)).await;
    let why = match found {
        Some(Ok(shelf)) => return judge(&shown, &shelf, patient.facts.bytes(), (now, settings.every)),
        Some(Err(error)) => error.to_string(),
        None => format!("it does not answer within {} s", LIMIT.as_secs()),
    };
    let said = format!("{shown} cannot be looked at, so no backup is made: {why}");
    vec![Verdict::fault(said, "make the directory, mount its disk, or correct backup.dir")]
}

fn look(dir: &Path, data: &Path, key: Option<&Path>, now: i64) -> std::io::Result<Shelf> {
    let room = disk::measure(dir)?;
    let newest = backup::newest(dir, now).map(|(at, path)| (at, path.metadata().map_or(0, |file| file.len())));
    let device = |path: &Path| fs::metadata(path).ok().map(|meta| meta.dev());
    let whole = fs::canonicalize(dir)?;
    let key = key.and_then(|key| fs::canonicalize(key).ok());
    Ok(Shelf {
        newest,
        free: room.free,
        unwritable: room.written.err().map(|error| error.to_string()),
        beside_data: device(dir).is_some() && device(dir) == device(data),
        holds_key: key.is_some_and(|key| key.starts_with(whole)),
    })
}

/// `database` is how many bytes that has: for a while it lies beside the backup that is made of it.
fn judge(shown: &str, shelf: &Shelf, database: u64, (now, every): (i64, i64)) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    if let Some(why) = &shelf.unwritable {
        let remedy = "let the user that the server runs as write there, which the service's unit may have to allow";
        verdicts.push(Verdict::fault(format!("nothing can be written to {shown}: {why}"), remedy));
    }
    verdicts.extend(age(shown, shelf.newest, now, every));
    let size = shelf.newest.map_or(0, |(_, size)| size);
    if size.saturating_add(database) > shelf.free {
        let [free, size, database] = [shelf.free, size, database].map(disk::bytes);
        let said = format!(
            "{shown} has {free} left; the newest backup has {size}, and the database, which lies beside the next one while \
             that is made, {database}"
        );
        verdicts.push(Verdict::warning(said, "make room, or keep fewer of them with backup.keep"));
    }
    if shelf.holds_key {
        let said = format!("the key file lies in {shown}, beside what it opens");
        verdicts.push(Verdict::warning(said, "keep the keys apart from the backups: docs/operations/keys.md"));
    }
    if shelf.beside_data {
        let said = format!("{shown} is on the disk that the data is on, and is lost with it");
        verdicts.push(Verdict::note(said, "name a directory on another disk, or copy the backups away"));
    }
    if let (true, Some((at, size))) = (verdicts.is_empty(), shelf.newest) {
        let (at, size) = (instant(at), disk::bytes(size));
        verdicts.push(Verdict::ok(format!("{shown}: the newest is of {at}, {size}")));
    }
    verdicts
}

fn age(shown: &str, newest: Option<(i64, u64)>, now: i64, every: i64) -> Option<Verdict> {
    let remedy = "see the log for why none is made (`no backup could be made`), and that the server runs";
    let Some((at, _)) = newest else {
        return Some(Verdict::warning(format!("there is no backup in {shown} yet"), remedy));
    };
    let age = now - at;
    // One takes its time, and is begun somewhat late.
    let level = if age > 3 * every + HOUR {
        Level::Fault
    } else if age > every + every / 2 + HOUR {
        Level::Warning
    } else {
        return None;
    };
    let said = format!(
        "the newest backup in {shown} is {} hours old, and one is due every {} hours",
        age / HOUR,
        every / HOUR
    );
    Some(Verdict::new(level, said, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000;

    fn shelf(hours: i64) -> Shelf {
        let newest = Some((NOW - hours * HOUR, 1 << 20));
        Shelf { newest, free: 1 << 30, unwritable: None, beside_data: false, holds_key: false }
    }

    #[test]
    fn age_room_and_place_are_judged() {
        let table = [
            (shelf(0), Level::Ok, "the newest is of 2026-11-18"),
            (shelf(36), Level::Ok, "the newest is of"),
            (shelf(38), Level::Warning, "38 hours old, and one is due every 24 hours"),
            (shelf(73), Level::Warning, "73 hours old"),
            (shelf(74), Level::Fault, "74 hours old"),
            (Shelf { newest: None, ..shelf(0) }, Level::Warning, "no backup in /b yet"),
            (Shelf { unwritable: Some("no".to_owned()), ..shelf(0) }, Level::Fault, "nothing can be written to /b"),
            (Shelf { free: (3 << 20) - 1, ..shelf(0) }, Level::Warning, "the newest backup has 1 MiB"),
            (Shelf { free: 3 << 20, ..shelf(0) }, Level::Ok, "the newest is of"),
            (Shelf { holds_key: true, ..shelf(0) }, Level::Warning, "the key file lies in /b"),
            (Shelf { beside_data: true, ..shelf(0) }, Level::Note, "lost with it"),
        ];
        for (shelf, level, words) in table {
            let verdicts = judge("/b", &shelf, 2 << 20, (NOW, 24 * HOUR));
            assert_eq!(verdicts.len(), 1, "{words}: {verdicts:?}");
            assert_eq!(verdicts[0].level, level, "{words}");
            assert!(verdicts[0].said.contains(words), "{words}: {verdicts:?}");
        }
    }

    #[test]
    fn a_directory_is_looked_at_and_left_as_it_was() {
        let dir = testbase::Dir::new();
        let (shelf_dir, key) = (dir.path().join("backups"), dir.path().join("backups/redress.key"));
        fs::create_dir(&shelf_dir).unwrap();
        fs::write(&key, "").unwrap();
        fs::write(shelf_dir.join("redress-20261101T030000Z.backup"), "1234").unwrap();
        let found = look(&shelf_dir, dir.path(), Some(&key), NOW).unwrap();
        assert_eq!(found.newest.map(|(_, size)| size), Some(4));
        assert!(found.holds_key && found.beside_data && found.unwritable.is_none());
        assert!(!look(&shelf_dir, dir.path(), Some(&dir.path().join("redress.key")), NOW).unwrap().holds_key);
        assert_eq!(fs::read_dir(&shelf_dir).unwrap().count(), 2);
        assert!(look(&dir.path().join("none"), dir.path(), None, NOW).is_err());
    }
}
