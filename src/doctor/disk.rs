//! Whether what is written lands on a disk, and whether there is room for it.

use std::{
    ffi::OsStr,
    fs, io,
    io::Write,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{LIMIT, Patient, Verdict, aside};

const MIB: u64 = 1024 * 1024;
/// Below this the next hour may be the last.
const LEAST: u64 = 256 * MIB;
/// Below this somebody should look.
const LITTLE: u64 = 2048 * MIB;
/// Files that can still be made: below this somebody should look.
const FEW_FILES: u64 = 1000;
/// Every change waits for the disk.
const SLOW: Duration = Duration::from_millis(100);

/// What was measured of a directory.
pub(super) struct Room {
    /// Bytes that we may still write.
    pub(super) free: u64,
    /// Files that can still be made; nothing where that is not counted.
    files: Option<u64>,
    /// What kind of file system it is on, by its name in mountinfo.
    kind: Option<String>,
    /// How long it took to write a page and have it on the disk.
    pub(super) written: io::Result<Duration>,
    /// Whose the directory is, and who looks.
    users: (u32, Option<u32>),
}

pub(super) async fn check(patient: &Patient) -> Vec<Verdict> {
    let config = &patient.config;
    let file = config.database_url.file().map(directory_of);
    let data = config.data_dir.clone();
    let mut verdicts = look(data.clone(), file.as_ref() == Some(&data), patient.facts.bytes()).await;
    if let Some(dir) = file.filter(|dir| *dir != data) {
        verdicts.extend(look(dir, true, patient.facts.bytes()).await);
    }
    verdicts
}

fn directory_of(file: &Path) -> PathBuf {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

async fn look(dir: PathBuf, holds_database: bool, database: u64) -> Vec<Verdict> {
    let shown = dir.display().to_string();
    match aside(Some(LIMIT), move || measure(&dir)).await {
        None => vec![Verdict::fault(
            format!("{shown} does not answer within {} s", LIMIT.as_secs()),
            "see whether the disk or the network that it is on is there: `mount`, `dmesg`",
        )],
        Some(Err(error)) => vec![Verdict::fault(
            format!("{shown} cannot be looked at: {error}"),
            "name the data directory with --data-dir, or start redress serve once, which makes it",
        )],
        Some(Ok(room)) => judge(&shown, &room, holds_database, database),
    }
}

/// Measures a directory. What is written for it has no name, and is gone with the program, however that ends.
pub(super) fn measure(dir: &Path) -> io::Result<Room> {
    let meta = fs::metadata(dir)?;
    if !meta.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    let system = rustix::fs::statvfs(dir)?;
    let began = Instant::now();
    let written = tempfile::tempfile_in(dir).and_then(|mut file| {
        file.write_all(&[0; 4096])?;
        file.sync_all()?;
        file.metadata()
    });
    let us = written.as_ref().ok().map(MetadataExt::uid);
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    Ok(Room {
        free: system.f_bavail.saturating_mul(system.f_frsize),
        files: (system.f_files > 0).then_some(system.f_favail),
        kind: fs::canonicalize(dir).ok().and_then(|dir| kind_of(&table, &dir)),
        written: written.map(|_| began.elapsed()),
        users: (meta.uid(), us),
    })
}

/// The kind of file system that a path is on, by `/proc/self/mountinfo` (proc(5)): the mount that is nearest above it, and of
/// several at one place the last.
fn kind_of(table: &str, path: &Path) -> Option<String> {
    let mount = |line: &str| {
        let (place, kind) = line.split_once(" - ")?;
        let place = unescaped(place.split(' ').nth(4)?);
        let place = Path::new(OsStr::from_bytes(&place)).to_owned();
        path.starts_with(&place).then(|| (place.components().count(), kind.split(' ').next().map(ToOwned::to_owned)))
    };
    table.lines().filter_map(mount).max_by_key(|(depth, _)| *depth)?.1
}

/// Blanks and the like stand as `\040` there.
fn unescaped(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let code = (first == b'\\').then(|| after.get(..3)).flatten();
        let code = code.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        out.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[3..] } else { after };
    }
    out
}

/// Whether files there are somebody else's over a network, where locks and shared memory are not what they are here.
fn is_remote(kind: &str) -> bool {
    const REMOTE: [&str; 16] = [
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "coda",
        "davfs",
        "gfs2",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
    ];
    const BY_FUSE: [&str; 7] = ["sshfs", "s3fs", "rclone", "glusterfs", "ceph", "davfs", "gcsfuse"];
    REMOTE.contains(&kind) || kind.strip_prefix("fuse.").is_some_and(|kind| BY_FUSE.contains(&kind))
}

fn judge(shown: &str, room: &Room, holds_database: bool, database: u64) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    match &room.written {
        Err(error) => verdicts.push(Verdict::fault(
            format!("nothing can be written to {shown}: {error}"),
            "see who owns it and whether it is mounted read-only; run this as the user that the server runs as",
        )),
        Ok(took) if *took > SLOW => verdicts.push(Verdict::warning(
            format!(
                "{shown} takes {} ms to have a page on the disk, and every change waits for that",
                took.as_millis()
            ),
            "move the data to a faster disk, or see what else keeps it busy",
        )),
        Ok(_) => {}
    }
    verdicts.extend(room_left(shown, room, database));
    verdicts.extend(room.kind.as_deref().and_then(|kind| misplaced(shown, kind, holds_database)));
    if let (owner, Some(us)) = room.users
        && owner != us
    {
        verdicts.push(Verdict::note(
            format!("{shown} belongs to user {owner}, and user {us} has looked"),
            "run this as the user that the server runs as, who may be allowed less",
        ));
    }
    if let (Ok(took), true) = (&room.written, verdicts.is_empty()) {
        let kind = room.kind.as_deref().unwrap_or("an unknown file system");
        let free = bytes(room.free);
        verdicts
            .push(Verdict::ok(format!("{shown}: {free} free on {kind}, a page written in {} ms", took.as_millis())));
    }
    verdicts
}

fn room_left(shown: &str, room: &Room, database: u64) -> Option<Verdict> {
    let said = format!("{shown} has {} left", bytes(room.free));
    let remedy = "make room or enlarge the disk; a database that cannot grow takes no tickets";
    if room.free < LEAST {
        return Some(Verdict::fault(said, remedy));
    }
    if room.free < LITTLE {
        return Some(Verdict::warning(said, remedy));
    }
    // A backup of before an upgrade lies there beside what it is made of.
    if room.free < database.saturating_mul(2) {
        let said = format!("{said}, and the database has {}", bytes(database));
        return Some(Verdict::warning(said, "make room: an upgrade or a restore may need twice as much again"));
    }
    let files = room.files.filter(|files| *files < FEW_FILES)?;
    Some(Verdict::warning(format!("{shown} can take {files} more files"), "remove files that nobody needs"))
}

/// What a kind of file system is not for.
fn misplaced(shown: &str, kind: &str, holds_database: bool) -> Option<Verdict> {
    if is_remote(kind) && holds_database {
        return Some(Verdict::fault(
            format!("{shown} is on {kind}, and a database file on a network is destroyed sooner or later"),
            "move the data to a disk of this machine, or use a database server: docs/operations/moving.md",
        ));
    }
    let gone = match kind {
        "tmpfs" | "ramfs" => "in memory: all of it is gone with a restart of the machine",
        "overlay" | "aufs" => "in the container itself: all of it is gone with the container",
        _ => return None,
    };
    Some(Verdict::warning(format!("{shown} is {gone}"), "put the data directory on a disk or a volume that stays"))
}

/// An amount as people read it.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes / MIB {
        0 => format!("{} KiB", bytes / 1024),
        mib @ 1..1024 => format!("{mib} MiB"),
        mib => format!("{}.{} GiB", mib / 1024, mib % 1024 * 10 / 1024),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    const GIB: u64 = 1024 * MIB;

    fn room() -> Room {
        Room {
            free: 100 * GIB,
            files: Some(1_000_000),
            kind: Some("ext4".to_owned()),
            written: Ok(Duration::from_millis(2)),
            users: (1000, Some(1000)),
        }
    }

    fn on(kind: &str) -> Room {
        Room { kind: Some(kind.to_owned()), ..room() }
    }

    #[test]
    fn each_fault_is_told_with_its_level_and_nothing_else() {
        let table = [
            (room(), true, 0, Level::Ok, "100.0 GiB free on ext4"),
            (Room { kind: None, ..room() }, true, 0, Level::Ok, "unknown file system"),
            (Room { free: LEAST - 1, ..room() }, true, 0, Level::Fault, "255 MiB left"),
            (Room { free: LITTLE - 1, ..room() }, true, 0, Level::Warning, "1.9 GiB left"),
            (Room { free: LITTLE, ..room() }, true, 0, Level::Ok, "2.0 GiB free"),
            (Room { free: 9 * GIB, ..room() }, true, 10 * GIB, Level::Warning, "the database has 10.0 GiB"),
            (Room { files: Some(999), ..room() }, true, 0, Level::Warning, "999 more files"),
            (Room { files: None, ..room() }, true, 0, Level::Ok, "free"),
            (
                Room { written: Err(io::Error::from_raw_os_error(30)), ..room() },
                true,
                0,
                Level::Fault,
                "nothing can be",
            ),
            (Room { written: Ok(Duration::from_millis(101)), ..room() }, true, 0, Level::Warning, "101 ms"),
            (Room { users: (999, Some(0)), ..room() }, true, 0, Level::Note, "belongs to user 999"),
            (on("nfs4"), true, 0, Level::Fault, "is on nfs4"),
            (on("fuse.sshfs"), true, 0, Level::Fault, "is on fuse.sshfs"),
            (on("nfs4"), false, 0, Level::Ok, "free on nfs4"),
            (on("fuse.bindfs"), true, 0, Level::Ok, "free"),
            (on("tmpfs"), true, 0, Level::Warning, "in memory"),
            (on("overlay"), false, 0, Level::Warning, "in the container"),
        ];
        for (room, holds_database, database, level, words) in table {
            let verdicts = judge("/data", &room, holds_database, database);
            assert_eq!(verdicts.len(), 1, "{words}: {verdicts:?}");
            assert_eq!(verdicts[0].level, level, "{words}: {verdicts:?}");
            assert!(verdicts[0].said.contains(words), "{words}: {verdicts:?}");
            assert_eq!(verdicts[0].remedy.is_none(), level == Level::Ok, "{words}");
        }
    }

    #[test]
    fn the_nearest_mount_counts_and_of_several_there_the_last() {
        let table = "22 1 254:0 / / rw - ext4 /dev/vda rw\n\
                     30 22 0:40 / /srv rw,relatime shared:1 - xfs /dev/vdb rw\n\
                     31 30 0:41 / /srv/de\\040sk rw master:2 - nfs4 host:/x rw\n\
                     32 22 0:42 / /mnt rw - ext4 /dev/vdc rw\n33 32 0:43 / /mnt rw - tmpfs none rw\nbroken\n";
        for (path, kind) in [
            ("/var/lib", Some("ext4")),
            ("/srv", Some("xfs")),
            ("/srvx", Some("ext4")),
            ("/srv/de sk/data", Some("nfs4")),
            ("/mnt/x", Some("tmpfs")),
            ("elsewhere", None),
        ] {
            assert_eq!(kind_of(table, Path::new(path)).as_deref(), kind, "{path}");
        }
        assert_eq!(kind_of("", Path::new("/")), None);
    }

    #[test]
    fn a_directory_is_measured_and_nothing_is_left_in_it() {
        let dir = testbase::Dir::new();
        let room = measure(dir.path()).unwrap();
        assert!(room.free > 0 && room.kind.is_some() && room.written.is_ok());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        fs::write(dir.path().join("file"), "").unwrap();
        assert!(measure(&dir.path().join("file")).is_err() && measure(&dir.path().join("none")).is_err());
        // A kernel's own file system takes no files, whoever asks.
        assert!(measure(Path::new("/proc")).unwrap().written.is_err());
    }

    #[test]
    fn amounts_are_written_as_people_read_them() {
        let table =
            [(0, "0 KiB"), (MIB - 1, "1023 KiB"), (MIB, "1 MiB"), (GIB - 1, "1023 MiB"), (3 * GIB / 2, "1.5 GiB")];
        for (amount, text) in table {
            assert_eq!(bytes(amount), text);
        }
    }
}
