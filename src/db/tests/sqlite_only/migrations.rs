//! Migrations that SQLite needs care with.

use super::super::migrations::{FIRST, SECOND, step, tempdb};
use super::super::*;

#[test]
fn a_table_is_rebuilt_without_losing_the_rows_that_refer_to_it() {
    let (dir, db) = tempdb();
    let rebuild = step(
        "0003_rebuild",
        "CREATE TABLE fresh (id INTEGER PRIMARY KEY, body TEXT, more TEXT) STRICT;
         INSERT INTO fresh (id, body) SELECT id, body FROM t;
         DROP TABLE t; ALTER TABLE fresh RENAME TO t;",
    );
    db.migrate_to(&[FIRST, SECOND, rebuild], 0).unwrap();
    let children = outsider(&dir).query_row("SELECT count(*) FROM child", [], |row| row.get(0));
    assert_eq!(children, Ok(1));
}

#[tokio::test]
async fn a_failing_migration_leaves_nothing_behind() {
    let (dir, db) = tempdb();
    db.migrate_to(&[FIRST, SECOND], 0).unwrap();
    for (bad, told) in [
        ("CREATE TABLE u (a INTEGER); INSERT INTO missing VALUES (1);", "missing"),
        ("CREATE TABLE u (a INTEGER); DELETE FROM t;", "refer to missing rows"),
        ("CREATE TABLE u (a INTEGER); COMMIT; BEGIN; SELECT nonsense;", "nonsense"),
    ] {
        let failed = db.migrate_to(&[FIRST, SECOND, step("0003_bad", bad)], 0).unwrap_err();
        let failed = failed.to_string();
        assert!(failed.contains("0003_bad") && failed.contains(told), "{failed}");
        assert_unlocked(&dir).await;
        assert_eq!(db.status_of(&[FIRST, SECOND]).unwrap().version, 2);
    }
    assert_eq!(ids(&db).await, [1]);
}
