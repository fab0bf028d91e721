//! Desks that earlier versions have made, as `bin/fixture` kept them: each opens, and is what it was.

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::recovery::GATEWAY;
use crate::support::{
    Caller, Dir, eventually,
    process::{Process, run},
    sql,
};

/// A desk of an earlier version.
struct Kept {
    place: PathBuf,
    /// What it answered.
    said: Value,
}

impl Kept {
    /// All of them that this run's engine can take.
    fn all() -> Vec<Self> {
        let places = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/upgrades");
        let places = fs::read_dir(places).unwrap().map(|entry| entry.unwrap().path());
        let read = |place: PathBuf| {
            let said = serde_json::from_str(&fs::read_to_string(place.join("desk.json")).unwrap()).unwrap();
            Self { place, said }
        };
        let mut all: Vec<_> = places.map(read).filter(Self::is_ours).collect();
        all.sort_by_key(Self::schema);
        assert!(!all.is_empty(), "there are no desks to upgrade");
        all
    }

    /// The versions before the fifth knew SQLite alone.
    fn is_ours(&self) -> bool {
        Dir::new().database().is_none() || self.place.join("postgres.sql.gz").exists()
    }

    fn schema(&self) -> i64 {
        self.said["schema"].as_i64().unwrap()
    }

    /// Whether it was made before what lets somebody in was bound to the keys.
    fn is_unbound(&self) -> bool {
        self.schema() < 20
    }

    /// Accepts who was there, where that has to be said.
    fn accept(&self, dir: &Dir) {
        if self.is_unbound() {
            let said = run(dir, &["user", "vouch", "--all"]).done();
            assert!(said.contains("priya@isp.example is owner, enabled") && said.contains("2 accepted"), "{said}");
        }
        let said = run(dir, &["user", "vouch", "--all"]).failed();
        assert!(said.contains("done before"), "{said}");
    }

    /// Puts it where the program of a test looks.
    fn placed(&self) -> Dir {
        let dir = Dir::new();
        let data = dir.path().join("data");
        self.key_placed(&data);
        match dir.database() {
            None => fs::write(data.join("redress.db"), unpacked(&self.place.join("redress.db.gz"))).unwrap(),
            Some(database) => {
                let dump = String::from_utf8(unpacked(&self.place.join("postgres.sql.gz"))).unwrap();
                // What is for psql alone begins so.
                let sql: Vec<&str> = dump.lines().filter(|line| !line.starts_with('\\')).collect();
                let sql = sql.join("\n");
                database.with(async |client| client.batch_execute(&sql).await).unwrap();
            }
        }
        dir
    }

    /// Puts its key into a data directory, closed to others, which a check-out does not keep.
    fn key_placed(&self, data: &Path) {
        fs::DirBuilder::new().mode(0o700).create(data).unwrap();
        let key = data.join("redress.key");
        fs::copy(self.place.join("redress.key"), &key).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Somebody who signs in with the password of then.
    async fn signed_in(&self, base: &str) -> Caller {
        let proof = json!({"email": self.said["email"], "password": self.said["password"]});
        let answer = Caller::new(base).post("/api/auth/login", &proof).await;
        assert_eq!(answer.status, 200, "{} {}", self.place.display(), answer.text);
        Caller::new(base).with_token(answer.json["token"].as_str().unwrap())
    }
}

fn unpacked(file: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(fs::File::open(file).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Everything that was said is still said, whatever is said beside it.
#[track_caller]
fn says_still(was: &Value, is: &Value, of: &str) {
    match (was, is) {
        (Value::Object(was), Value::Object(is)) => {
            for (name, was) in was {
                says_still(was, is.get(name).unwrap_or(&Value::Null), &format!("{of}.{name}"));
            }
        }
        (Value::Array(was), Value::Array(is)) => {
            assert_eq!(was.len(), is.len(), "{of}");
            for (at, (was, is)) in was.iter().zip(is).enumerate() {
                says_still(was, is, &format!("{of}[{at}]"));
            }
        }
        _ => assert_eq!(was, is, "{of}"),
    }
}

async fn json(caller: &Caller, path: &str) -> Value {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    answer.json
}

/// The desk answers as the earlier version did.
async fn is_as_it_was(kept: &Kept, caller: &Caller) {
    for ticket in kept.said["tickets"].as_array().unwrap() {
        let reference = ticket["ticketRef"].as_str().unwrap();
        says_still(ticket, &json(caller, &format!("/api/tickets/{reference}")).await, reference);
        let messages = json(caller, &format!("/api/tickets/{reference}/notifications")).await;
        says_still(&kept.said["messages"][reference], &messages["items"], reference);
        let phone = ticket["clientPhone"].as_str().unwrap();
        let last_four = &phone[phone.len() - 4..];
        let found = json(caller, &format!("/api/tickets?q={last_four}")).await;
        let found: BTreeSet<&str> =
            found["items"].as_array().unwrap().iter().map(|ticket| ticket["ticketRef"].as_str().unwrap()).collect();
        assert!(found.contains(reference), "{reference} is found by {last_four}: {found:?}");
    }
    let account = kept.said["client"]["accountId"].as_str().unwrap();
    says_still(&kept.said["client"], &json(caller, &format!("/api/clients/{account}")).await, account);
    says_still(&kept.said["users"], &json(caller, "/api/users").await, "users");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn desks_of_every_earlier_version_open_and_are_what_they_were() {
    for kept in Kept::all() {
        let dir = kept.placed();
        let still = [GATEWAY.as_slice(), &[("REDRESS_WORKER", "false")]].concat();
        let token = kept.said["token"].as_str().unwrap();
        if kept.is_unbound() {
            // No start vouches for anybody: it says who can.
            let process = Process::serve(&dir, &still);
            process.wait_for("redress user vouch --all");
            assert_eq!(Caller::new(&process.base).with_token(token).get("/api/tickets").await.status, 401);
            process.stop();
        }
        kept.accept(&dir);
        let process = Process::serve(&dir, &still);
        is_as_it_was(&kept, &Caller::new(&process.base).with_token(token)).await;
        is_as_it_was(&kept, &kept.signed_in(&process.base).await).await;
        process.stop();
        run(&dir, &["audit", "verify"]).done();

        // What waited goes out, or is given up where it is too late; nothing waits for ever.
        let process = Process::serve(&dir, &[]);
        let caller = Caller::new(&process.base).with_token(token);
        for reference in kept.said["messages"].as_object().unwrap().keys() {
            let path = format!("/api/tickets/{reference}/notifications");
            eventually("its messages are settled", async || {
                let said = json(&caller, &path).await;
                let waits = |one: &Value| ["queued", "sending"].contains(&one["state"].as_str().unwrap());
                (!said["items"].as_array().unwrap().iter().any(waits)).then_some(())
            })
            .await;
        }
        let ticket = caller.ticket(json!({"clientName": "Xanthippe Quillfeather"})).await;
        assert_eq!(ticket["clientName"], "Xanthippe Quillfeather");
        process.stop();
    }
}

/// Beside the data, or where backups go.
fn kept_before(place: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(place).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("before-upgrade-")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_is_kept_as_it_was_before_it_is_upgraded() {
    let kept = Kept::all().remove(0);
    let dir = kept.placed();
    let said = run(&dir, &["db", "migrate"]).done();
    assert!(said.contains("up to date"), "{said}");
    let files = kept_before(&dir.path().join("data"));
    let [file] = files.as_slice() else { panic!("one backup of before, not {files:?}") };
    assert!(file.display().to_string().contains(&format!("before-upgrade-{:04}-", kept.schema())), "{file:?}");
    run(&dir, &["db", "migrate"]).done();
    assert_eq!(kept_before(&dir.path().join("data")), files, "where nothing changes none is made");

    let to = Dir::new();
    kept.key_placed(&to.path().join("data"));
    let said = run(&to, &["restore", file.to_str().unwrap()]).done();
    assert!(said.contains("is the desk as of"), "{said}");
    kept.accept(&to);
    let process = Process::serve(&to, &[("REDRESS_WORKER", "false")]);
    is_as_it_was(&kept, &kept.signed_in(&process.base).await).await;
    process.stop();
}

#[tokio::test]
async fn it_goes_where_backups_go_and_not_at_all_where_that_is_set() {
    let kept = Kept::all().remove(0);
    let (dir, backups) = (kept.placed(), Dir::new());
    let place = backups.path().display().to_string();
    run(&dir, &["db", "migrate", "--backup-dir", &place]).done();
    assert_eq!(kept_before(backups.path()).len(), 1);
    assert_eq!(kept_before(&dir.path().join("data")).len(), 0);

    let dir = kept.placed();
    run(&dir, &["db", "migrate", "--backup-dir", &place, "--backup-before-upgrade", "false"]).done();
    assert_eq!(kept_before(backups.path()).len(), 1);
}

#[tokio::test]
async fn without_its_keys_nothing_is_upgraded() {
    let kept = Kept::all().remove(0);
    let dir = kept.placed();
    let (key, mode) = (dir.path().join("data/redress.key"), fs::Permissions::from_mode);
    fs::set_permissions(&key, mode(0o644)).unwrap();
    let refused = run(&dir, &["serve"]).failed();
    assert!(refused.contains("chmod 600"), "{refused}");
    assert_eq!(kept_before(&dir.path().join("data")).len(), 0);
    fs::set_permissions(&key, mode(0o600)).unwrap();
    run(&dir, &["db", "migrate"]).done();
    let [file] = &*kept_before(&dir.path().join("data")) else { panic!("it was upgraded before") };
    assert!(file.display().to_string().contains(&format!("before-upgrade-{:04}-", kept.schema())), "{file:?}");
}

/// Upgrades that fail again and again make one file, and take none of an earlier version away.
#[tokio::test]
async fn one_file_of_a_version_is_kept_and_earlier_ones_go_after_an_upgrade_alone() {
    let kept = Kept::all().remove(0);
    let (dir, backups) = (kept.placed(), Dir::new());
    let place = backups.path().display().to_string();
    let named = |version: i64, at: &str| backups.path().join(format!("before-upgrade-{version:04}-{at}.backup"));
    let same = named(kept.schema(), "20260101T000000.000Z");
    let earlier = [1, 2, 3].map(|version| named(version, "20260101T000000.000Z"));
    for file in earlier.iter().chain([&same]) {
        fs::write(file, "").unwrap();
    }
    // What the next migration adds is there already.
    sql(&dir, "ALTER TABLE recovery_codes ADD COLUMN mac INTEGER");
    for _ in 0..2 {
        run(&dir, &["db", "migrate", "--backup-dir", &place]).failed();
    }
    assert_eq!((same.exists(), kept_before(backups.path()).len()), (false, 4), "of one version the newest");
    assert!(earlier.iter().all(|file| file.exists()), "whoever goes back may want them");
    sql(&dir, "ALTER TABLE recovery_codes DROP COLUMN mac");
    run(&dir, &["db", "migrate", "--backup-dir", &place]).done();
    assert_eq!([0, 1, 2].map(|at| earlier[at].exists()), [false, true, true]);
    assert_eq!(kept_before(backups.path()).len(), 3);
}

#[tokio::test]
async fn where_it_cannot_be_kept_nothing_is_upgraded() {
    let kept = Kept::all().remove(0);
    let (dir, backups) = (kept.placed(), Dir::new());
    // A directory of processes takes no files, whoever asks.
    let refused = run(&dir, &["db", "migrate", "--backup-dir", "/proc/self"]).failed();
    for words in ["was not upgraded", "/proc/self", "backup.dir", "backup.before_upgrade"] {
        assert!(refused.contains(words), "{words} in {refused}");
    }
    let place = backups.path().display().to_string();
    run(&dir, &["db", "migrate", "--backup-dir", &place]).done();
    let files = kept_before(backups.path());
    assert!(files[0].display().to_string().contains(&format!("-{:04}-", kept.schema())), "it still was of before");
}
