//! What becomes a desk: all that a backup holds, and nothing that is damaged, of other keys, or in the way.

use std::os::unix::fs::PermissionsExt;

use super::*;

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
    let seen = run(&to, &["restore", "--verify", &file]).done();
    assert!(seen.contains(&fingerprint) && seen.contains("there are none at"), "{seen}");
    assert!(lies_in(to.path()).is_empty(), "no key is made, and no directory");
    if to.database().is_some() {
        let missing = run(&to, &["restore", &file]).failed();
        assert!(missing.contains(&fingerprint) && missing.contains("no key file at"), "{missing}");
        assert!(lies_in(to.path()).is_empty(), "the same");
    }

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

mod sqlite_only {
    use super::*;

    /// Into a file they may follow, and until then nobody takes it for a new desk.
    #[tokio::test]
    async fn the_keys_may_come_after_the_data() {
        let (dir, file) = small().await;
        let to = Dir::new();
        let said = run(&to, &["restore", &file]).done();
        assert!(said.contains("put that desk's key file at") && said.contains("redress.key"), "{said}");
        for args in [&["user", "list"][..], &["serve", "--listen", "127.0.0.1:0"]] {
            let refused = run(&to, args).failed();
            assert!(refused.contains("no key file at"), "{refused}");
        }
        assert!(!to.path().join("data/redress.key").exists());
        fs::copy(dir.path().join("data/redress.key"), to.path().join("data/redress.key")).unwrap();
        assert!(run(&to, &["user", "list"]).done().contains('@'));
        run(&to, &["audit", "verify"]).done();
    }

    /// A log that was left behind would be written into the database that is put beside it.
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
