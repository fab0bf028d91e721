//! The desk's own: its directory, keys, schema, clock, backups and database.

use std::os::unix::fs::PermissionsExt;

use super::*;

#[tokio::test]
async fn keys_that_are_not_there_or_others_or_open_are_told() {
    let (dir, other) = (stopped().await, stopped().await);
    let key = file(&dir, "redress.key");
    let kept = fs::read(&key).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    doctor(&dir, &[]).has("keys", "fault", "chmod 600");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::copy(file(&other, "redress.key"), &key).unwrap();
    doctor(&dir, &[]).has("keys", "fault", "belong to other data");
    fs::write(&key, "not a key").unwrap();
    doctor(&dir, &[]).has("keys", "fault", "is not a key file");
    fs::remove_file(&key).unwrap();
    doctor(&dir, &[]).has("keys", "fault", "nobody can read what is personal: there is no key file");
    assert!(!key.exists(), "none is made");
    doctor(&dir, &["--key-command", "exit 3"]).has("keys", "fault", "key_command failed");
    fs::write(&key, kept).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    doctor(&dir, &[]).has("keys", "ok", "open the data");
}

#[tokio::test]
async fn a_schema_of_another_version_is_told_and_left_alone() {
    let dir = stopped().await;
    sql(&dir, "DELETE FROM schema_migrations WHERE version = (SELECT MAX(version) FROM schema_migrations)");
    for _ in 0..2 {
        let report = doctor(&dir, &[]);
        let older = report.findings.iter().find(|finding| finding["said"].as_str().unwrap().contains("is at version"));
        assert_eq!(older.unwrap_or_else(|| panic!("{}", report.all))["level"], "warning");
    }
    sql(
        &dir,
        "INSERT INTO schema_migrations (version, name, sha256, applied_at) \
               SELECT 99, '0099_later', sha256, 0 FROM schema_migrations WHERE version = 1",
    );
    doctor(&dir, &[]).has("database", "fault", "the database is at version 99");
}

#[tokio::test]
async fn a_clock_behind_what_is_on_record_is_told() {
    let dir = stopped().await;
    doctor(&dir, &[]).has("clock", "ok", "20");
    sql(&dir, "UPDATE tickets SET updated_at = updated_at + 3600000");
    doctor(&dir, &[]).has("clock", "fault", "before the newest change on record");
}

#[tokio::test]
async fn a_directory_that_takes_nothing_is_told() {
    let dir = stopped().await;
    let key = file(&dir, "redress.key").display().to_string();
    let database = dir.database().map_or_else(
        || format!("sqlite://{}", file(&dir, "redress.db").display()),
        |database| database.url().to_owned(),
    );
    // A kernel's own file system takes no files, whoever asks.
    let report = doctor(&dir, &["--data-dir", "/proc", "--key-file", &key, "--database-url", &database]);
    report.has("disk", "fault", "nothing can be written to /proc");
    report.has("keys", "ok", "open the data");
    let backups = doctor(&dir, &["--backup-dir", "/proc"]);
    backups.has("backups", "fault", "nothing can be written to /proc");
    doctor(&dir, &["--backup-dir", "/nowhere/at/all"]).has("backups", "fault", "no backup is made");
}

#[tokio::test]
async fn backups_that_are_old_or_not_made_are_told() {
    let dir = stopped().await;
    let shelf = dir.path().join("backups");
    fs::create_dir(&shelf).unwrap();
    let args = ["--backup-dir", shelf.to_str().unwrap()];
    doctor(&dir, &args).has("backups", "warning", "there is no backup in");
    fs::write(shelf.join("redress-20261101T030000Z.backup"), "").unwrap();
    doctor(&dir, &args).has("backups", "fault", "and one is due every 24 hours");
    let process = Process::serve(&dir, &[("REDRESS_BACKUP_DIR", args[1]), ("REDRESS_BACKUP_KEEP", "2")]);
    process.wait_for("a backup was made");
    process.stop();
    let report = doctor(&dir, &args);
    assert!(report.of("backups").iter().all(|(level, _)| *level == "note" || *level == "ok"), "{}", report.all);
}

mod sqlite_only {
    use super::*;

    #[tokio::test]
    async fn a_damaged_file_is_told_and_left_alone() {
        let dir = stopped().await;
        let path = file(&dir, "redress.db");
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2 / 4096 * 4096;
        damaged[middle..middle + 3 * 4096].fill(0x5a);
        for bytes in [damaged, b"This is a letter, and no database. ".repeat(500), whole[..whole.len() / 2].to_vec()] {
            fs::write(&path, &bytes).unwrap();
            doctor(&dir, &[]).has("database", "fault", "damaged");
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        fs::write(&path, &whole).unwrap();
        doctor(&dir, &[]).has("database", "ok", "SQLite");
    }

    /// What a power cut has left is for the next start, which moves it into the file.
    #[tokio::test]
    async fn what_a_crash_left_stays_for_the_next_start() {
        let dir = Dir::new();
        let process = Process::serve(&dir, &[]);
        let admin = process.admin(&dir);
        admin.ticket(json!({})).await;
        process.kill();
        let log = fs::read(file(&dir, "redress.db-wal")).unwrap();
        let before = contents(&dir);
        let report = doctor(&dir, &[]);
        assert_eq!(report.faulty(), Vec::<&str>::new(), "{}", report.all);
        assert!(!log.is_empty() && fs::read(file(&dir, "redress.db-wal")).unwrap() == log && contents(&dir) == before);
        let process = Process::serve(&dir, &[]);
        assert_eq!(process.admin_again(&dir).get("/api/tickets?q=nadia").await.json["total"], 1);
    }
}

mod postgres_only {
    use super::*;

    #[tokio::test]
    async fn a_server_that_is_away_or_may_lose_what_it_has_answered_is_told() {
        let dir = stopped().await;
        let began = Instant::now();
        // That of bin/with-postgres.
        doctor(&dir, &[]).has("database", "fault", "fsync is off");
        let alone = began.elapsed();
        let away = format!("postgres://redress:tell-nobody@{NOBODY}/desk");
        let report = doctor(&dir, &["--database-url", &away]);
        report.has("database", "fault", "cannot be opened");
        assert!(!report.all.contains("tell-nobody"), "{}", report.all);
        let (_held, address) = silent();
        let began = Instant::now();
        doctor(&dir, &["--database-url", &format!("postgres://redress@{address}/desk")]).has("database", "fault", "");
        assert!(began.elapsed() < Duration::from_secs(20) + alone, "{:?} after {alone:?}", began.elapsed());
        let ours = dir.database().unwrap().url();
        let report = doctor(&dir, &["--database-replica-url", ours]);
        assert!(report.of("database").iter().any(|(level, said)| *level == "warning" && said.contains("no standby")));
        let report = doctor(&dir, &["--database-replica-url", &away]);
        assert!(
            report.of("database").iter().any(|(level, said)| *level == "warning" && said.contains("does not answer"))
        );
    }
}
