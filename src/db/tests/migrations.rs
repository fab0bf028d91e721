//! The schema moves forward only, once, and whole.

use super::migrate::{MIGRATIONS, Migration};
use super::*;

const FIRST: Migration = Migration {
    name: "0001_first",
    sqlite: "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT; CREATE INDEX t_body ON t (body);",
};
const SECOND: Migration = Migration {
    name: "0002_second",
    sqlite: "CREATE TABLE child (t INTEGER NOT NULL REFERENCES t (id) ON DELETE CASCADE) STRICT;
             INSERT INTO t (id) VALUES (1); INSERT INTO child VALUES (1);",
};

const fn step(name: &'static str, sqlite: &'static str) -> Migration {
    Migration { name, sqlite }
}

fn tempdb() -> (TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path(), PATIENCE);
    (dir, db)
}

#[test]
fn the_embedded_migrations_are_those_of_the_directory_in_order() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let mut files: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let embedded: Vec<_> = MIGRATIONS.iter().map(|m| format!("{}.sql", m.name)).collect();
    assert_eq!(embedded, files);
    for (number, name) in (1..).zip(&embedded) {
        assert!(name.starts_with(&format!("{number:04}_")), "{name}");
    }
}

#[test]
fn the_embedded_migrations_apply_once() {
    let (_dir, db) = tempdb();
    let known = i64::try_from(MIGRATIONS.len()).unwrap();
    let status = db.schema_status().unwrap();
    assert_eq!((status.version, status.known, status.pending.len()), (0, known, MIGRATIONS.len()));
    let report = db.migrate(1_700_000_000_000).unwrap();
    assert_eq!((report.version, report.applied), (known, status.pending));
    assert_eq!(db.migrate(1_800_000_000_000).unwrap().applied, Vec::<String>::new());
    let status = db.schema_status().unwrap();
    assert_eq!((status.version, status.pending), (known, Vec::new()));
}

#[tokio::test]
async fn each_is_recorded_with_its_time_and_only_new_ones_are_applied() {
    let (_dir, db) = tempdb();
    assert_eq!(db.engine.migrate(&[FIRST], 100).unwrap().applied, ["0001_first"]);
    assert_eq!(db.engine.schema_status(&[FIRST, SECOND]).unwrap().pending, ["0002_second"]);
    let report = db.engine.migrate(&[FIRST, SECOND], 200).unwrap();
    assert_eq!((report.version, report.applied), (2, vec!["0002_second".to_owned()]));
    let times = db.read(|tx| tx.query("SELECT applied_at FROM schema_migrations ORDER BY version", &[])).await;
    let times: Vec<_> = Result::<_, DbError>::unwrap(times).iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(times, [100, 200]);
}

#[test]
fn a_newer_schema_is_refused_in_plain_words() {
    let (_dir, db) = tempdb();
    db.engine.migrate(&[FIRST, SECOND], 0).unwrap();
    let refused = db.engine.migrate(&[FIRST], 0).unwrap_err();
    assert_eq!(refused, DbError::Newer { database: 2, known: 1 });
    assert_eq!(db.engine.schema_status(&[FIRST]).unwrap_err(), refused);
    assert_eq!(
        refused.to_string(),
        "the database is at version 2, this Redress knows up to 1; \
         start the newer version or restore a backup"
    );
}

#[test]
fn an_altered_migration_is_refused() {
    let (_dir, db) = tempdb();
    db.engine.migrate(&[FIRST, SECOND], 0).unwrap();
    let altered = step("0001_first", "CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;");
    let renamed = step("0001_another", FIRST.sqlite);
    for other in [altered, renamed] {
        let refused = db.engine.migrate(&[other, SECOND], 0).unwrap_err();
        assert_eq!(refused, DbError::Altered { applied: "1 (0001_first)".to_owned() });
    }
    db.engine.migrate(&[FIRST, SECOND], 0).unwrap();
}

#[tokio::test]
async fn a_failing_migration_leaves_nothing_behind() {
    let (dir, db) = tempdb();
    db.engine.migrate(&[FIRST, SECOND], 0).unwrap();
    for (bad, told) in [
        ("CREATE TABLE u (a INTEGER); INSERT INTO missing VALUES (1);", "missing"),
        ("CREATE TABLE u (a INTEGER); DELETE FROM t;", "refer to missing rows"),
        ("CREATE TABLE u (a INTEGER); COMMIT; BEGIN; SELECT nonsense;", "nonsense"),
    ] {
        let failed = db.engine.migrate(&[FIRST, SECOND, step("0003_bad", bad)], 0).unwrap_err();
        let failed = failed.to_string();
        assert!(failed.contains("0003_bad") && failed.contains(told), "{failed}");
        assert_unlocked(dir.path());
        assert_eq!(db.engine.schema_status(&[FIRST, SECOND]).unwrap().version, 2);
    }
    assert_eq!(ids(&db).await, [1]);
}

#[test]
fn a_table_is_rebuilt_without_losing_the_rows_that_refer_to_it() {
    let (dir, db) = tempdb();
    let rebuild = step(
        "0003_rebuild",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, body TEXT, more TEXT) STRICT;
         INSERT INTO fresh (id, body) SELECT id, body FROM t;
         DROP TABLE t; ALTER TABLE fresh RENAME TO t;",
    );
    db.engine.migrate(&[FIRST, SECOND, rebuild], 0).unwrap();
    let children = outsider(dir.path()).query_row("SELECT count(*) FROM child", [], |row| row.get(0));
    assert_eq!(children, Ok(1));
}

#[test]
fn openers_at_the_same_time_apply_each_migration_once() {
    let third = || step("0003_third", "CREATE TABLE c (id INTEGER);");
    let fourth = || step("0004_fourth", "CREATE TABLE d (id INTEGER);");
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let start = std::sync::Barrier::new(8);
        let applied: usize = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let db = open(dir.path(), PATIENCE);
                        let report = db.engine.migrate(&[FIRST, SECOND, third(), fourth()], 0).unwrap();
                        assert_eq!(report.version, 4);
                        report.applied.len()
                    })
                })
                .collect();
            openers.into_iter().map(|opener| opener.join().unwrap()).sum()
        });
        assert_eq!(applied, 4);
    }
}
