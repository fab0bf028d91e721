//! Full disks, locks held by others, failed commits, wrong files.

use std::os::unix::fs::PermissionsExt as _;

use std::path::Path;

use super::super::*;

/// Lets the database grow by so many pages of 4 KiB, as a nearly full disk would.
async fn limit_growth(db: &Db, pages: i64) {
    db.write(move |tx| {
        let now = tx.query_one("PRAGMA page_count", &[])?.map_or(Ok(0), |row| row.int(0))?;
        tx.query(&format!("PRAGMA max_page_count = {}", now + pages), &[])
    })
    .await
    .unwrap();
}

fn insert_large(tx: &mut Tx<'_>, id: i64) -> Result<u64, DbError> {
    tx.execute("INSERT INTO t (id, data) VALUES ($1, $2)", params![id, vec![7_u8; 100_000]])
}

#[tokio::test]
async fn a_full_disk_is_told_and_recovered_from() {
    let (dir, db) = fresh().await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    limit_growth(&db, 2).await;
    let full = db.write(|tx| insert_large(tx, 2)).await;
    assert!(matches!(full, Err(DbError::Unavailable(_))), "{full:?}");
    assert_unlocked(&dir).await;
    assert_eq!(ids(&db).await, [1]);
    limit_growth(&db, 1000).await;
    db.write(|tx| insert_large(tx, 2)).await.unwrap();
    assert_eq!(ids(&db).await, [1, 2]);
    let sound = db.read(|tx| tx.query_one("PRAGMA integrity_check", &[])).await;
    assert_eq!(Result::<_, DbError>::unwrap(sound).unwrap().text(0).unwrap(), "ok");
}

#[tokio::test]
async fn on_a_full_disk_an_answer_is_still_the_truth() {
    let (_dir, db) = fresh().await;
    limit_growth(&db, 2).await;
    let held = hold(&db);
    let small = enqueue(&db, |tx| insert(tx, 1));
    let large = enqueue(&db, |tx| insert_large(tx, 2));
    // What follows an error that ended the transaction must not be committed on its own.
    let careless = enqueue(&db, |tx| {
        drop(insert_large(tx, 3));
        drop(insert(tx, 4));
        Ok::<_, DbError>(())
    });
    let last = enqueue(&db, |tx| insert(tx, 5));
    held.release().await;
    let mut told = Vec::new();
    if small.await.is_ok() {
        told.push(1);
    }
    assert!(matches!(large.await, Err(DbError::Unavailable(_))));
    assert!(matches!(careless.await, Err(DbError::Unavailable(_))));
    if last.await.is_ok() {
        told.push(5);
    }
    assert_eq!(ids(&db).await, told);
}

/// A ping writes nothing, and is answered on a full disk as ever.
#[tokio::test]
async fn what_the_last_write_met_is_known_until_one_is_kept() {
    let (_dir, db) = fresh().await;
    limit_growth(&db, 2).await;
    assert_eq!(db.refused(), None);
    db.write(|tx| insert_large(tx, 1)).await.unwrap_err();
    assert!(matches!(db.refused(), Some(DbError::Unavailable(_))), "{:?}", db.refused());
    assert_eq!(db.ping().await, Ok(()));
    db.write(|tx| tx.execute("UPDATE t SET body = 'x' WHERE id = 404", &[])).await.unwrap();
    assert!(db.refused().is_some(), "a write that has nothing to keep shows nothing");
    assert!(db.write(|tx| insert(tx, 1).and(insert(tx, 1))).await.is_err());
    assert!(db.refused().is_some(), "nor does one that is undone");
    limit_growth(&db, 1000).await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    assert_eq!(db.refused(), None);
}

#[tokio::test]
async fn a_failed_commit_fails_every_member_and_the_next_group_works() {
    let (dir, db) = fresh().await;
    define(&db, "CREATE TABLE d (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)").await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    let before = db.write_stats();
    let held = hold(&db);
    let innocent = enqueue(&db, |tx| insert(tx, 2));
    // Refused because of a row that is going to be rolled back: not to be told as a duplicate.
    let misled = enqueue(&db, |tx| insert(tx, 2));
    let culprit = enqueue(&db, |tx| tx.execute("INSERT INTO d VALUES (404)", &[]));
    let panics = enqueue(&db, |_| -> Result<(), DbError> { panic!("on purpose") });
    held.release().await;
    for write in [innocent, misled, culprit] {
        let answer = write.await;
        assert!(matches!(answer, Err(DbError::Unavailable(_))), "{answer:?}");
    }
    assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
    assert_eq!(db.write_stats().writes - before.writes, 1);
    assert_unlocked(&dir).await;
    db.write(|tx| insert(tx, 3)).await.unwrap();
    assert_eq!(ids(&db).await, [1, 3]);
}

#[tokio::test]
async fn a_lock_held_by_another_process_is_waited_for() {
    let (dir, db) = fresh().await;
    let other = outsider(&dir);
    other.execute_batch("BEGIN IMMEDIATE; INSERT INTO t (id) VALUES (1)").unwrap();
    let mut write = enqueue(&db, |tx| insert(tx, 2));
    // Reads go on meanwhile, and the write neither fails nor succeeds.
    assert!(ids(&db).await.is_empty());
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut write).await.is_err());
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(write.await, Ok(1));
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test]
async fn a_lock_held_for_too_long_is_told_as_busy() {
    let (dir, db) = fresh().await;
    db.close().await.unwrap();
    let db = open(&dir, Duration::from_millis(30));
    let other = outsider(&dir);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(db.write(|tx| insert(tx, 1)).await, Err(DbError::Busy));
    assert_eq!(db.ping().await, Err(DbError::Busy));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(db.write(|tx| insert(tx, 2)).await, Ok(1));
    assert_eq!(db.ping().await, Ok(()));
    assert_eq!(ids(&db).await, [2]);
}

#[tokio::test]
async fn a_connection_lost_for_good_is_told_and_taken_up_again() {
    let (dir, db) = fresh().await;
    define(&db, "CREATE TABLE d (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)").await;
    // A failed commit makes the writer open the file anew, and there is none for a while.
    let (file, away) = (dir.path().join("redress.db"), dir.path().join("away.db"));
    let held = hold(&db);
    let culprit = enqueue(&db, |tx| tx.execute("INSERT INTO d VALUES (404)", &[]));
    std::fs::rename(&file, &away).unwrap();
    held.release().await;
    assert!(culprit.await.is_err());
    for _ in 0..2 {
        let lost = db.write(|tx| insert(tx, 1)).await;
        assert!(matches!(lost, Err(DbError::Unavailable(_))), "{lost:?}");
    }
    std::fs::rename(&away, &file).unwrap();
    db.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(ids(&db).await, [2]);
}

#[tokio::test]
async fn the_files_are_for_their_owner_only() {
    let (dir, _db) = fresh().await;
    for name in ["redress.db", "redress.db-wal", "redress.db-shm"] {
        let mode = std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_refused() {
    let dir = Dir::new();
    let refused = |path: &Path, create: bool| {
        let options = DbOptions { create, busy_timeout: Duration::from_millis(50), ..DbOptions::default() };
        Db::open(&DatabaseUrl::Sqlite(path.to_owned()), options).err().unwrap()
    };
    let no_directory = refused(&dir.path().join("none/redress.db"), true);
    assert!(matches!(no_directory, DbError::Unavailable(_)), "{no_directory}");
    let no_file = refused(&dir.path().join("none.db"), false);
    assert!(matches!(no_file, DbError::Unavailable(_)), "{no_file}");
    assert!(!dir.path().join("none.db").exists());
    let text = dir.path().join("text.db");
    std::fs::write(&text, "This is a letter, and no database.".repeat(100)).unwrap();
    assert_eq!(refused(&text, true), DbError::Corrupt);
    let emptied = dir.path().join("emptied.db");
    std::fs::write(&emptied, "").unwrap();
    assert_eq!(refused(&emptied, true), DbError::Empty);
    assert_eq!(std::fs::metadata(&emptied).unwrap().len(), 0, "and left as it is");
}

#[tokio::test]
async fn commits_are_fsynced_and_the_log_is_a_wal() {
    let (_dir, db) = fresh().await;
    let settings = db
        .write(|tx| {
            ["journal_mode", "synchronous", "foreign_keys", "secure_delete"]
                .into_iter()
                .map(|name| Ok(tx.query_one(&format!("PRAGMA {name}"), &[])?.map(|row| row.0)))
                .collect::<Result<Vec<_>, DbError>>()
        })
        .await
        .unwrap();
    let settings: Vec<_> = settings.into_iter().flatten().flatten().collect();
    let wal = Value::Text("wal".to_owned());
    assert_eq!(settings, [wal, Value::Int(2), Value::Int(1), Value::Int(2)]);
}

/// As Litestream is one, which copies the log meanwhile: it must find in it whatever comes.
#[tokio::test]
async fn a_reader_of_the_log_keeps_nobody_waiting_and_loses_nothing_of_it() {
    const LARGE: i64 = 100_000;
    let dir = Dir::new();
    // Whoever waits for the reader waits for longer than the test.
    let db = open(&dir, Duration::from_hours(1));
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, data BLOB) STRICT").await;
    let fill = async |ids: std::ops::Range<i64>| {
        for id in ids {
            let insert = "INSERT INTO t (id, data) VALUES ($1, zeroblob($2))";
            let written = db.write(move |tx| tx.execute(insert, params![id, LARGE]));
            assert_eq!(tokio::time::timeout(PATIENCE, written).await.expect("it waits for nobody"), Ok(1));
        }
    };
    let (main, log) = (dir.path().join("redress.db"), dir.path().join("redress.db-wal"));
    // Another pair of them begins with each new log (https://www.sqlite.org/fileformat2.html#walformat).
    let salts = || std::fs::read(&log).unwrap()[16..24].to_vec();
    fill(0..20).await;
    let reader = outsider(&dir);
    let seen = || reader.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let size = || main.metadata().unwrap().len();
    let (first, before) = ((salts(), seen()), size());
    assert_eq!(first.1, 20);
    fill(20..80).await;
    assert!(size() > before + 1_000_000, "what the reader has seen is moved meanwhile: {before}, {}", size());
    assert_eq!((salts(), seen()), first);
    tokio::time::timeout(PATIENCE, db.close()).await.expect("it waits for nobody").unwrap();
    assert_eq!((salts(), seen()), first);
    assert!(log.metadata().unwrap().len() > 80 * LARGE.unsigned_abs(), "all that was written is in it");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(seen(), 80);
}
