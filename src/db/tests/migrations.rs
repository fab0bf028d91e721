//! The schema moves forward only, once, and whole.

use super::migrate::{MIGRATIONS, Migration};
use super::*;

pub(super) const FIRST: Migration = Migration {
    name: "0001_first",
    sqlite: "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT; CREATE INDEX t_body ON t (body);",
    postgres: "CREATE TABLE t (id BIGINT PRIMARY KEY, body TEXT); CREATE INDEX t_body ON t (body);",
};
const FIRST_WITHOUT_INDEX: Migration = step("0001_first", "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT);");
pub(super) const SECOND: Migration = Migration {
    name: "0002_second",
    sqlite: "CREATE TABLE child (t INTEGER NOT NULL REFERENCES t (id) ON DELETE CASCADE) STRICT;
             INSERT INTO t (id) VALUES (1); INSERT INTO child VALUES (1);",
    postgres: "CREATE TABLE child (t BIGINT NOT NULL REFERENCES t (id) ON DELETE CASCADE);
               INSERT INTO t (id) VALUES (1); INSERT INTO child VALUES (1);",
};

pub(super) const fn step(name: &'static str, script: &'static str) -> Migration {
    Migration { name, sqlite: script, postgres: script }
}

pub(super) fn tempdb() -> (Dir, Db) {
    let dir = Dir::new();
    let db = open(&dir, PATIENCE);
    (dir, db)
}

#[test]
fn the_embedded_migrations_are_those_of_the_directory_in_order() {
    let embedded: Vec<_> = MIGRATIONS.iter().map(|m| format!("{}.sql", m.name)).collect();
    for engine in ["sqlite", "postgres"] {
        let directory = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(directory).unwrap();
        let mut files: Vec<_> = files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(embedded, files);
    }
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
    assert_eq!(db.migrate_to(&[FIRST], 100).unwrap().applied, ["0001_first"]);
    assert_eq!(db.status_of(&[FIRST, SECOND]).unwrap().pending, ["0002_second"]);
    let report = db.migrate_to(&[FIRST, SECOND], 200).unwrap();
    assert_eq!((report.version, report.applied), (2, vec!["0002_second".to_owned()]));
    let times = db.read(|tx| tx.query("SELECT applied_at FROM schema_migrations ORDER BY version", &[])).await;
    let times: Vec<_> = Result::<_, DbError>::unwrap(times).iter().map(|row| row.int(0).unwrap()).collect();
    assert_eq!(times, [100, 200]);
}

#[test]
fn a_newer_schema_is_refused_in_plain_words() {
    let (_dir, db) = tempdb();
    db.migrate_to(&[FIRST, SECOND], 0).unwrap();
    let refused = db.migrate_to(&[FIRST], 0).unwrap_err();
    assert_eq!(refused, DbError::Newer { database: 2, known: 1 });
    assert_eq!(db.status_of(&[FIRST]).unwrap_err(), refused);
    assert_eq!(
        refused.to_string(),
        "the database is at version 2, this Redress knows up to 1; \
         start the newer version, or restore a backup of before (before-upgrade-….backup)"
    );
}

#[test]
fn an_altered_migration_is_refused() {
    let (_dir, db) = tempdb();
    db.migrate_to(&[FIRST, SECOND], 0).unwrap();
    let altered = step("0001_first", "CREATE TABLE t (id INTEGER PRIMARY KEY);");
    let renamed = Migration { name: "0001_another", ..FIRST };
    for other in [altered, renamed] {
        let refused = db.migrate_to(&[other, SECOND], 0).unwrap_err();
        assert_eq!(refused, DbError::Altered { applied: "1 (0001_first)".to_owned() });
    }
    db.migrate_to(&[FIRST, SECOND], 0).unwrap();
}

#[test]
fn openers_at_the_same_time_apply_each_migration_once() {
    let third = || step("0003_third", "CREATE TABLE c (id INTEGER);");
    let fourth = || step("0004_fourth", "CREATE TABLE d (id INTEGER);");
    for _ in 0..10 {
        let dir = Dir::new();
        let start = std::sync::Barrier::new(8);
        let applied: usize = std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        let db = open(&dir, PATIENCE);
                        let report = db.migrate_to(&[FIRST, SECOND, third(), fourth()], 0).unwrap();
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

#[tokio::test]
async fn what_an_older_node_still_needs_is_not_taken_away() {
    let (_dir, db) = tempdb();
    let nodes = "CREATE TABLE nodes (id INTEGER PRIMARY KEY, schema INTEGER NOT NULL, seen_at INTEGER NOT NULL);";
    let third = || step("0003_nodes", nodes);
    let contract = || step("0004_body_contract", "ALTER TABLE t DROP COLUMN body;");
    db.migrate_to(&[FIRST_WITHOUT_INDEX, SECOND, third()], 0).unwrap();
    define(&db, "INSERT INTO nodes (id, schema, seen_at) VALUES (1, 2, 100000)").await;
    let all = [FIRST_WITHOUT_INDEX, SECOND, third(), contract()];
    let refused = db.migrate_to(&all, 130_000).unwrap_err();
    assert_eq!(refused, DbError::Needed { migration: "0004_body_contract".to_owned(), nodes: 1 });
    assert_eq!(db.status_of(&all).unwrap().version, 3);
    // A node that knows the schema before takes what is left; one that was not seen for a minute is gone.
    define(&db, "UPDATE nodes SET schema = 3").await;
    define(&db, "INSERT INTO nodes (id, schema, seen_at) VALUES (2, 1, 60000)").await;
    assert_eq!(db.migrate_to(&all, 130_000).unwrap().applied, ["0004_body_contract"]);
}

/// After the first release, what takes anything away says so in its name, and so waits for older nodes.
#[test]
fn what_contracts_is_named_so() {
    const RELEASED_WITH: usize = 5;
    let takes_away = |script: &str| {
        let script = script.to_uppercase();
        ["DROP ", "RENAME ", "SET NOT NULL", " TYPE "].iter().any(|word| script.contains(word))
            || script.split("ADD COLUMN").skip(1).any(|added| {
                let added = added.split([',', ';']).next().unwrap_or_default();
                added.contains("NOT NULL") && !added.contains("DEFAULT")
            })
    };
    assert!(takes_away("ALTER TABLE t DROP COLUMN a;") && takes_away("alter table t add column b text not null;"));
    assert!(!takes_away("ALTER TABLE t ADD COLUMN b BIGINT NOT NULL DEFAULT 0; CREATE TABLE u (a TEXT NOT NULL);"));
    for migration in &MIGRATIONS[RELEASED_WITH..] {
        for script in [migration.sqlite, migration.postgres] {
            assert!(!takes_away(script) || migration.contracts(), "{}: name it …_contract", migration.name);
        }
    }
}
