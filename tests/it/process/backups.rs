//! `redress backup` and `redress restore`: nothing that was answered is lost, and nothing but a whole backup becomes a desk.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testbase::Database;

use super::recovery::{GATEWAY, Load, holds};
use crate::support::{
    Caller, Dir, eventually,
    process::{Process, Ran, redress, run, script},
    sql,
};

/// A file of `age-keygen` with a secret half, and the public half of it.
fn keys(dir: &Dir) -> (String, String) {
    script(dir, "age-keygen -o identity.txt 2>/dev/null", &[]).done();
    let public = script(dir, "age-keygen -y identity.txt", &[]).done();
    (path(dir, "identity.txt"), public.trim().to_owned())
}

fn path(dir: &Dir, name: &str) -> String {
    dir.path().join(name).display().to_string()
}

/// Another desk's place with a copy of the keys of this one.
fn keyed(from: &Dir) -> Dir {
    let dir = Dir::new();
    fs::create_dir(dir.path().join("data")).unwrap();
    fs::copy(from.path().join("data/redress.key"), dir.path().join("data/redress.key")).unwrap();
    dir
}

/// All that lies in a directory, with everything below it.
fn lies_in(place: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(place).into_iter().flatten().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.insert(entry.path(), Vec::new());
            found.extend(lies_in(&entry.path()));
        } else {
            found.insert(entry.path(), fs::read(entry.path()).unwrap());
        }
    }
    found
}

/// The header of a backup, and the database in it.
fn opened(file: &[u8]) -> (Value, Vec<u8>) {
    let rest = file.strip_prefix(b"redress backup 1\n").unwrap();
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let mut database = Vec::new();
    GzDecoder::new(&rest[end + 1..rest.len() - 32]).read_to_end(&mut database).unwrap();
    (serde_json::from_slice(&rest[..end]).unwrap(), database)
}

/// A backup as the program would write it, of whatever is said.
fn forged(header: &Value, database: &[u8]) -> Vec<u8> {
    let mut file = format!("redress backup 1\n{header}\n").into_bytes();
    flate2::read::GzEncoder::new(database, flate2::Compression::fast()).read_to_end(&mut file).unwrap();
    let digest = Sha256::digest(&file);
    file.extend_from_slice(&digest);
    file
}

/// A small desk that nobody serves any more, and a backup of it.
async fn small() -> (Dir, String) {
    let dir = Dir::new();
    let process = Process::serve(&dir, &GATEWAY);
    process.admin(&dir).ticket(json!({"clientName": "Xanthippe Quillfeather"})).await;
    process.stop();
    let file = path(&dir, "desk.backup");
    run(&dir, &["backup", &file]).done();
    (dir, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_was_answered_before_is_there_and_nothing_personal_is_in_clear() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &GATEWAY);
    let admin = process.admin(&dir);
    let load = Load::start(&admin);
    let file = path(&dir, "desk.backup");
    let mut before = BTreeMap::new();
    for tickets in [30, 90] {
        load.reaches(tickets).await;
        before = load.so_far();
        let said = tokio::task::block_in_place(|| run(&dir, &["backup", &file, "--force"])).done();
        assert!(said.contains("THE KEYS ARE NOT IN IT") && said.contains("redress.key"), "{said}");
        assert!(said.contains("not encrypted") && !said.contains("Quillfeather"), "{said}");
    }
    let after = load.end().await;
    assert!(after.len() > before.len(), "it went on meanwhile");
    process.kill();

    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!lies_in(dir.path()).keys().any(|path| path.to_string_lossy().contains("unfinished")));
    let bytes = fs::read(&file).unwrap();
    let (header, database) = opened(&bytes);
    assert_eq!(header["bytes"], database.len());
    let key = fs::read_to_string(dir.path().join("data/redress.key")).unwrap();
    let secrets = key.lines().flat_map(str::split_whitespace).filter(|word| word.len() > 20).map(str::to_owned);
    for personal in ["Quillfeather", "447700900142", "Charged twice", "priya@isp.example"]
        .map(str::to_owned)
        .into_iter()
        .chain(secrets)
    {
        for held in [&bytes, &database] {
            assert!(!held.windows(personal.len()).any(|part| part == personal.as_bytes()), "{personal}");
        }
    }

    let to = keyed(&dir);
    let said = run(&to, &["restore", &file]).done();
    assert!(said.contains("is the desk as of"), "{said}");
    run(&to, &["audit", "verify"]).done();
    let process = Process::serve(&to, &GATEWAY);
    holds(&Caller::new(&process.base).with_token(&admin.token().unwrap()), &before).await;
    process.stop();
    let refused = run(&to, &["restore", &file]).failed();
    assert!(refused.contains("holds data already"), "{refused}");
}

/// A log that was left behind would be written into the database that is put beside it.
mod sqlite_only {
    use super::*;

    #[tokio::test]
    async fn a_log_without_its_database_is_in_the_way() {
        let (dir, file) = small().await;
        for left in ["redress.db-wal", "redress.db-shm", "redress.db-journal"] {
            let to = keyed(&dir);
            fs::write(to.path().join("data").join(left), "").unwrap();
            let refused = run(&to, &["restore", &file]).failed();
            assert!(refused.contains(left) && refused.contains("holds data already"), "{refused}");
            assert_eq!(lies_in(to.path()).len(), 3);
        }
        let to = keyed(&dir);
        let args = ["restore", &file, "--database-url", "sqlite://redress.db"];
        run(&to, &args).done();
        assert!(to.path().join("redress.db").exists(), "a name without a directory");
    }
}

#[tokio::test]
async fn what_is_not_whole_is_refused_and_nothing_is_touched() {
    let (dir, file) = small().await;
    let to = keyed(&dir);
    let bytes = fs::read(&file).unwrap();
    let there = lies_in(to.path());
    let refused = |bytes: &[u8], words: &str| {
        let other = path(&dir, "other.backup");
        fs::write(&other, bytes).unwrap();
        for args in [&["restore", &other][..], &["restore", "--verify", &other]] {
            let said = run(&to, args).failed();
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(lies_in(to.path()) == there, "{words}");
    };
    // Every byte is tried beside the format itself; here is the whole way.
    for at in [0, 20, 60, bytes.len() / 3, bytes.len() / 2, bytes.len() - 40, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        refused(&damaged, if at == 0 { "no backup of Redress" } else { "damaged" });
    }
    for end in [bytes.len() - 1, bytes.len() - 33, bytes.len() / 2] {
        refused(&bytes[..end], "damaged or cut short");
    }
    for end in [0, 10, 30] {
        refused(&bytes[..end], "no backup of Redress");
    }
    refused(&[&bytes[..], b"more"].concat(), "damaged");
    refused(b"SQLite format 3\0 and so on", "no backup of Redress");

    // Whole, and yet not what it says, or not for here.
    let (mut header, database) = opened(&bytes);
    header["schema"] = json!(999);
    refused(&forged(&header, &database), "schema version 999, and this Redress knows up to");
    let (header, mut broken) = opened(&bytes);
    let page = usize::from(u16::from_be_bytes([broken[16], broken[17]]));
    let third = broken[2 * page..].iter_mut();
    third.take(page).for_each(|byte| *byte = 0xa5);
    refused(&forged(&header, &broken), "damaged already when it was made");
    let none = run(&to, &["restore", &path(&dir, "none.backup")]).failed();
    assert!(none.contains("cannot read") && none.contains("none.backup"), "{none}");
    assert!(lies_in(to.path()) == there);
    run(&to, &["restore", &file]).done();
}

#[tokio::test]
async fn the_keys_have_to_be_those_of_the_backup() {
    let (dir, file) = small().await;
    let (header, _) = opened(&fs::read(&file).unwrap());
    let fingerprint = header["keys"].as_str().unwrap().to_owned();
    let to = Dir::new();
    let missing = run(&to, &["restore", &file]).failed();
    assert!(missing.contains(&fingerprint) && missing.contains("no key file at"), "{missing}");
    assert!(lies_in(to.path()).is_empty(), "no key is made, and no directory");
    let seen = run(&to, &["restore", "--verify", &file]).done();
    assert!(seen.contains(&fingerprint) && seen.contains("there are none at"), "{seen}");

    let (strange, _) = small().await;
    let to = keyed(&strange);
    let there = lies_in(to.path());
    for args in [&["restore", &file][..], &["restore", "--verify", &file]] {
        let wrong = run(&to, args).failed();
        assert!(wrong.contains(&fingerprint) && wrong.contains("other data"), "{wrong}");
        assert!(lies_in(to.path()) == there);
    }

    // An older copy of the right ones.
    let to = keyed(&dir);
    run(&dir, &["key", "rotate"]).done();
    run(&dir, &["backup", &file, "--force"]).done();
    let there = lies_in(to.path());
    for args in [&["restore", &file][..], &["restore", "--verify", &file]] {
        let older = run(&to, args).failed();
        assert!(older.contains("older copy, without key 2"), "{older}");
        assert!(lies_in(to.path()) == there);
    }
    let to = keyed(&dir);
    let seen = run(&to, &["restore", "--verify", &file]).done();
    assert!(seen.contains("open it"), "{seen}");
    run(&to, &["restore", &file]).done();
    run(&to, &["user", "list"]).done();
}

#[tokio::test]
async fn nothing_is_written_over() {
    let (dir, file) = small().await;
    let before = fs::read(&file).unwrap();
    let refused = run(&dir, &["backup", &file]).failed();
    assert!(refused.contains("there already") && refused.contains("--force"), "{refused}");
    assert!(fs::read(&file).unwrap() == before);
    run(&dir, &["backup", &file, "--force"]).done();

    let into = run(&dir, &["restore", &file]).failed();
    assert!(into.contains("holds data already"), "{into}");
    let users = run(&dir, &["user", "list"]).done();
    assert!(users.contains("priya@isp.example"), "it is what it was: {users}");

    let nowhere = run(&dir, &["backup", &path(&dir, "no/such/desk.backup")]).failed();
    assert!(nowhere.contains("cannot write to") && !dir.path().join("no").exists(), "{nowhere}");
    let full = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 200; exec \"$0\" backup full.backup --data-dir data --database-url \"$1\"",
        ])
        .arg(env!("CARGO_BIN_EXE_redress"))
        .arg(dir.database().map_or(format!("sqlite://{}", path(&dir, "data/redress.db")), |db| db.url().to_owned()))
        .current_dir(dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(full.stderr).unwrap();
    assert!(full.status.code() == Some(1) && said.lines().count() == 1, "{said}");
    let left = lies_in(dir.path()).into_keys().filter(|path| path.to_string_lossy().contains("full"));
    assert_eq!(left.count(), 0, "{said}");
    let empty = Dir::new();
    let none = run(&empty, &["backup", "desk.backup"]).failed();
    assert!(none.contains("there is no desk in") && !empty.path().join("desk.backup").exists(), "{none}");
    let directory = run(&dir, &["backup", "."]);
    assert!(directory.code == Some(2) && directory.err.contains("is a directory"), "{directory:?}");
    for args in [
        &["backup"][..],
        &["restore"],
        &["backup", "-"],
        &["backup", "x", "--recipient", "age1nonsense"],
        &["backup", "x", "y"],
    ] {
        assert_eq!(run(&dir, args).code, Some(2), "{args:?}");
    }
}

/// Stops a backup with a signal while it is being written, and tells how it ended and what it said. One that was quicker than the
/// signal is made again.
fn broken_off(dir: &Dir, file: &str, signal: &str) -> (Option<i32>, String) {
    let url = format!("sqlite://{}", path(dir, "desk/redress.db"));
    for _ in 0..20 {
        let args = ["backup", file, "--data-dir", "desk", "--database-url", &url];
        let mut child = redress(dir, &args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let id = child.id().to_string();
        let send = |name: &str| {
            assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
        };
        let begun = || lies_in(&dir.path().join("kept")).keys().any(|path| path.ends_with("desk.db"));
        while !begun() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        if child.try_wait().unwrap().is_none() {
            for name in ["STOP", signal, "CONT"] {
                send(name);
            }
        }
        let output = child.wait_with_output().unwrap();
        if fs::remove_file(file).is_err() {
            return (output.status.code(), String::from_utf8(output.stderr).unwrap());
        }
    }
    panic!("it is always whole before SIG{signal} reaches it");
}

#[test]
fn a_backup_that_breaks_off_leaves_no_file() {
    let dir = Dir::new();
    run(&dir, &["demo", "--tickets", "600", "--keep", "desk", "--no-serve"]).done();
    fs::create_dir(dir.path().join("kept")).unwrap();
    let (file, kept) = (path(&dir, "kept/desk.backup"), dir.path().join("kept"));
    let (code, said) = broken_off(&dir, &file, "INT");
    assert!(code == Some(1) && said.contains("interrupted") && said.lines().count() == 1, "{said}");
    assert!(lies_in(&kept).is_empty(), "{:?}", lies_in(&kept).keys());
    broken_off(&dir, &file, "KILL");
    let left: Vec<_> = fs::read_dir(&kept).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left.len(), 1, "what it had begun");
    let old = std::time::UNIX_EPOCH + Duration::from_hours(24);
    fs::File::open(&left[0]).unwrap().set_times(fs::FileTimes::new().set_modified(old)).unwrap();
    let url = format!("sqlite://{}", path(&dir, "desk/redress.db"));
    run(&dir, &["backup", &file, "--data-dir", "desk", "--database-url", &url]).done();
    assert_eq!(
        lies_in(&kept).into_keys().collect::<Vec<_>>(),
        [PathBuf::from(&file)],
        "and that is gone with the next"
    );
}

#[tokio::test]
async fn an_encrypted_one_is_opened_by_its_recipient_and_by_age() {
    let (dir, plain) = small().await;
    let (identity, recipient) = keys(&dir);
    let file = path(&dir, "sealed.backup");
    let said = run(&dir, &["backup", &file, "--recipient", &recipient]).done();
    assert!(said.contains(", encrypted"), "{said}");
    assert!(fs::read(&file).unwrap().starts_with(b"age-encryption.org/v1\n"));
    let to = keyed(&dir);
    let refused = run(&to, &["restore", &file]).failed();
    assert!(refused.contains("is encrypted") && refused.contains("--identity"), "{refused}");
    let other = path(&dir, "other.txt");
    script(&dir, "age-keygen -o other.txt 2>/dev/null", &[]).done();
    let refused = run(&to, &["restore", &file, "--identity", &other]).failed();
    assert!(refused.contains("encrypted to others"), "{refused}");
    for (identity, words) in [(plain.as_str(), "--identity"), ("none.txt", "--identity none.txt")] {
        let refused = run(&to, &["restore", &file, "--identity", identity]).failed();
        assert!(refused.contains(words), "{refused}");
    }
    let mut damaged = fs::read(&file).unwrap();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(path(&dir, "damaged.backup"), damaged).unwrap();
    let refused = run(&to, &["restore", &path(&dir, "damaged.backup"), "--identity", &identity]).failed();
    assert!(refused.contains("damaged or cut short"), "{refused}");
    assert_eq!(lies_in(to.path()).len(), 2, "the keys and their directory");

    let lines = format!("age -d -i '{identity}' -o opened.backup sealed.backup");
    script(&dir, &lines, &[]).done();
    run(&to, &["restore", "--verify", &path(&dir, "opened.backup")]).done();
    let lines = format!("age -r {recipient} -r $(age-keygen -y other.txt) -o by-age.backup '{plain}'");
    script(&dir, &lines, &[]).done();
    run(&to, &["restore", &path(&dir, "by-age.backup"), "--identity", &other]).done();
    let to = keyed(&dir);
    run(&to, &["restore", &file, "--identity", &identity]).done();
    assert!(run(&to, &["user", "list"]).done().contains("priya@isp.example"));
}

/// A desk as the version before left it, forged of the migrations up to then.
#[tokio::test]
async fn an_older_schema_is_brought_up_to_date() {
    let (dir, file) = small().await;
    let (mut header, _) = opened(&fs::read(&file).unwrap());
    let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut scripts: Vec<_> = fs::read_dir(scripts).unwrap().map(|entry| entry.unwrap().path()).collect();
    scripts.sort();
    let newest = scripts.len();
    scripts.pop();
    let old = dir.path().join("old.db");
    let db = rusqlite::Connection::open(&old).unwrap();
    db.execute_batch(
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 BLOB NOT NULL, \
         applied_at INTEGER NOT NULL) STRICT",
    )
    .unwrap();
    for (version, script) in (1..).zip(&scripts) {
        let text = fs::read_to_string(script).unwrap();
        db.execute_batch(&text).unwrap();
        let (name, digest) = (script.file_stem().unwrap().to_str().unwrap(), Sha256::digest(&text).to_vec());
        let insert = "INSERT INTO schema_migrations VALUES (?1, ?2, ?3, 0)";
        db.execute(insert, rusqlite::params![version, name, digest]).unwrap();
    }
    let keys = data_encoding::HEXLOWER.decode(header["keys"].as_str().unwrap().as_bytes()).unwrap();
    db.execute("INSERT INTO meta (name, value) VALUES ('vault.fingerprint', ?1)", [keys]).unwrap();
    db.close().unwrap();
    let database = fs::read(old).unwrap();
    header["schema"] = json!(newest - 1);
    header["bytes"] = json!(database.len());
    fs::write(&file, forged(&header, &database)).unwrap();
    let to = keyed(&dir);
    let said = run(&to, &["restore", &file]).done();
    assert!(said.contains(&format!("schema brought up to version {newest}")), "{said}");
    run(&to, &["user", "list"]).done();
}

#[tokio::test]
async fn the_server_makes_them_by_itself_and_keeps_the_newest() {
    let dir = Dir::new();
    let kept = dir.path().join("kept");
    fs::create_dir(&kept).unwrap();
    let (identity, recipient) = keys(&dir);
    for name in ["redress-20200101T000000Z.backup", "redress-20200102T000000Z.backup", "mine.backup"] {
        fs::write(kept.join(name), "").unwrap();
    }
    let settings = [
        ("REDRESS_BACKUP_DIR", kept.to_str().unwrap()),
        ("REDRESS_BACKUP_KEEP", "2"),
        ("REDRESS_BACKUP_RECIPIENT", recipient.as_str()),
        ("REDRESS_METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let process = Process::serve(&dir, &settings);
    let line = process.wait_for("a backup was made");
    assert!(line.contains("kept/redress-2"), "{line}");
    let names: Vec<_> = lies_in(&kept).into_keys().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert!(
        names.len() == 3 && names[0] == "mine.backup" && names[1] == "redress-20200102T000000Z.backup",
        "{names:?}"
    );
    let newest = path(&dir, &format!("kept/{}", names[2].to_str().unwrap()));
    let seen = run(&dir, &["restore", "--verify", &newest, "--identity", &identity]).done();
    assert!(seen.contains("open it"), "{seen}");
    let line = process.wait_for("metrics on http");
    let metrics = Caller::new(line[line.find("http").unwrap()..].trim().trim_end_matches("/metrics"));
    let told = async || metrics.get("/metrics").await.text.contains("\nredress_backup_newest_seconds 1").then_some(());
    eventually("the newest is told", told).await;
    process.stop();

    // Not due again, until it is.
    let process = Process::serve(&dir, &settings);
    process.wait_for("listening");
    let said = process.stop();
    assert!(!said.contains("a backup was made"), "{said}");
    sql(&dir, "DELETE FROM schedules WHERE name = 'backup'");
    let process = Process::serve(&dir, &[&settings[..], &[("REDRESS_BACKUP_DIR", "/proc")]].concat());
    let line = process.wait_for("no backup could be made");
    assert!(line.contains("/proc") && line.contains("tried again"), "{line}");
    let line = process.wait_for("metrics on http");
    let metrics = Caller::new(line[line.find("http").unwrap()..].trim().trim_end_matches("/metrics"));
    let text = metrics.get("/metrics").await.text;
    assert!(
        text.contains("\nredress_backup_failures_total 1") && text.contains("\nredress_backup_newest_seconds 0"),
        "{text}"
    );
    process.stop();

    // What was owed at a stop is made at the next start, and not a day later.
    let process = Process::serve(&dir, &settings);
    process.wait_for("a backup was made");
    process.stop();
}

#[test]
fn settings_of_backups_are_checked() {
    let dir = Dir::new();
    let check = |env: &[(&str, &str)]| {
        let output = redress(&dir, &["config", "check"]).envs(env.iter().copied()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    };
    let wrong = check(&[
        ("REDRESS_BACKUP_EVERY", "5m"),
        ("REDRESS_BACKUP_KEEP", "0"),
        ("REDRESS_BACKUP_RECIPIENT", "age1nonsense"),
    ]);
    assert_eq!(wrong.code, Some(2));
    for name in ["backup.every: ", "backup.keep: ", "backup.recipient: "] {
        assert_eq!(wrong.err.matches(name).count(), 1, "{}", wrong.err);
    }
    let secret = "AGE-SECRET-KEY-1QQPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQ9V9XHM";
    let pasted = check(&[("REDRESS_BACKUP_RECIPIENT", secret)]);
    assert!(pasted.code == Some(2) && pasted.err.contains("backup.recipient: "), "{}", pasted.err);
    assert!(!pasted.err.contains("QQPQ") && !pasted.out.contains("QQPQ"), "{}{}", pasted.out, pasted.err);
    let idle = check(&[("REDRESS_BACKUP_KEEP", "3"), ("REDRESS_ISP_NAME", "Larkfield")]).done();
    assert!(idle.contains("# hint: backup.keep: set, but"), "{idle}");
    let absent = check(&[("REDRESS_BACKUP_DIR", "none")]).done();
    assert!(absent.contains("# hint: backup.dir: none is no directory"), "a desk starts all the same: {absent}");
    assert!(!check(&[("REDRESS_BACKUP_DIR", ".")]).done().contains("# hint: backup"));
}

/// From either engine into the other.
mod postgres_only {
    use super::*;

    async fn goes_on(dir: &Dir, url: &str, admin: &Caller, before: &BTreeMap<String, Value>) {
        run(dir, &["audit", "verify", "--database-url", url]).done();
        let process = Process::serve(dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", url)]].concat());
        let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
        holds(&admin, before).await;
        admin.ticket(json!({"clientName": "Persimmonia"})).await;
        let found = admin.get("/api/tickets?q=persimm").await.json;
        assert_eq!(found["total"], 1, "and it goes on");
        process.stop();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_backup_goes_into_the_other_engine_and_back() {
        let dir = Dir::new();
        let process = Process::serve(&dir, &GATEWAY);
        let admin = process.admin(&dir);
        let load = Load::start(&admin);
        load.reaches(40).await;
        let before = load.so_far();
        let first = path(&dir, "first.backup");
        tokio::task::block_in_place(|| run(&dir, &["backup", &first])).done();
        load.end().await;
        process.kill();

        let file = format!("sqlite://{}", path(&dir, "data/redress.db"));
        run(&dir, &["restore", &first, "--database-url", &file]).done();
        goes_on(&dir, &file, &admin, &before).await;

        let (second, server) = (path(&dir, "second.backup"), Database::required());
        run(&dir, &["backup", &second, "--database-url", &file]).done();
        run(&dir, &["restore", &second, "--database-url", server.url()]).done();
        let process = Process::serve(&dir, &[&GATEWAY[..], &[("REDRESS_DATABASE_URL", server.url())]].concat());
        let admin = Caller::new(&process.base).with_token(&admin.token().unwrap());
        holds(&admin, &before).await;
        process.stop();
        let refused = run(&dir, &["restore", &second, "--database-url", server.url()]).failed();
        assert!(refused.contains("holds data already"), "{refused}");
    }

    #[test]
    fn a_restore_that_breaks_off_is_no_desk_and_is_run_again() {
        let (dir, server) = (Dir::new(), Database::required());
        run(&dir, &["demo", "--tickets", "600", "--keep", "desk", "--no-serve"]).done();
        let file = format!("sqlite://{}", path(&dir, "desk/redress.db"));
        let backup = path(&dir, "desk.backup");
        let desk = ["--data-dir", "desk", "--database-url"];
        run(&dir, &[&["backup", &backup][..], &desk, &[&file]].concat()).done();
        let restore = [&["restore", &backup][..], &desk, &[server.url()]].concat();
        let mut child = redress(&dir, &restore).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let has_rows = || {
            let count = server.with(async |client| client.query_one("SELECT count(*) FROM ticket_events", &[]).await);
            count.is_ok_and(|row| row.get::<_, i64>(0) > 0)
        };
        let until = Instant::now() + Duration::from_mins(1);
        while !has_rows() {
            assert!(Instant::now() < until, "it was never under way");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let users = [&["user", "list"][..], &desk, &[server.url()]].concat();
        let refused = run(&dir, &users).failed();
        assert!(refused.contains("unfinished copy") && refused.contains("redress restore"), "{refused}");
        run(&dir, &restore).done();
        assert!(run(&dir, &users).done().contains("priya@demo.example"));
    }
}
