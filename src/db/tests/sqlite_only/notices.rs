//! Notices of a group of writes, and of other processes on the same file.

use super::super::notices::{heard, notice};
use super::super::*;

#[tokio::test]
async fn a_notice_comes_after_the_commit_and_before_the_answer() {
    let (dir, db) = fresh().await;
    let mut listener = db.listen();
    let held = hold(&db);
    let first = enqueue(&db, |tx| {
        tx.notify("t", "1");
        insert(tx, 1)
    });
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let second = enqueue(&db, move |_| {
        started.send(()).unwrap();
        released.recv().unwrap();
        Ok::<_, DbError>(())
    });
    held.release().await;
    has_started.recv().unwrap();
    // The first has run, in the group that the second keeps open.
    assert_eq!(listener.waiting(), None);
    release.send(()).unwrap();
    assert_eq!(listener.next().await, Some(notice("1")));
    let seen = outsider(&dir).query_row("SELECT count(*) FROM t", [], |row| row.get(0));
    assert_eq!(seen, Ok(1), "who hears of it can read it");
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(listener.waiting(), None);
}

#[tokio::test]
async fn what_is_undone_is_not_told_and_what_runs_twice_is_told_once() {
    let (_dir, db) = fresh().await;
    let mut listener = db.listen();
    let held = hold(&db);
    let before = enqueue(&db, |tx| {
        tx.notify("t", "1");
        insert(tx, 1)
    });
    // Fails after it has written: all of the group is done once more, each in a savepoint.
    let halfway = enqueue(&db, |tx| {
        tx.notify("t", "2");
        insert(tx, 2)?;
        Err::<(), _>(Fault::Rule)
    });
    let blank = enqueue(&db, |tx| {
        tx.notify("t", "3");
        Err::<(), _>(Fault::Rule)
    });
    let panics = enqueue(&db, |tx| -> Result<(), DbError> {
        tx.notify("t", "4");
        panic!("on purpose")
    });
    let after = enqueue(&db, |tx| {
        tx.notify("t", "5");
        tx.notify("t", "6");
        tx.notify("t", "5");
        insert(tx, 5)
    });
    held.release().await;
    before.await.unwrap();
    after.await.unwrap();
    assert_eq!((halfway.await, blank.await), (Err(Fault::Rule), Err(Fault::Rule)));
    assert!(tokio::spawn(panics).await.is_err());
    assert_eq!(heard(&mut listener), [notice("1"), notice("5"), notice("6")]);
}

#[tokio::test]
async fn a_lost_commit_is_not_told() {
    let (dir, db) = fresh().await;
    let db_of_others = outsider(&dir);
    db.close().await.unwrap();
    let db = open(&dir, Duration::ZERO);
    let mut listener = db.listen();
    db_of_others.execute_batch("BEGIN IMMEDIATE").unwrap();
    let told = db.write(|tx| {
        tx.notify("t", "1");
        insert(tx, 1)
    });
    assert_eq!(told.await, Err(DbError::Busy));
    db_of_others.execute_batch("ROLLBACK").unwrap();
    db.tell("t", "ephemeral");
    assert_eq!(heard(&mut listener), [notice("ephemeral")]);
}

#[tokio::test]
async fn what_another_process_commits_is_told_without_anybody_writing_here() {
    let (dir, db) = fresh().await;
    let other = outsider(&dir);
    other.execute_batch("INSERT INTO t (id) VALUES (1)").unwrap();
    let mut listener = db.listen();
    assert_eq!(listener.next().await, Some(Heard::Elsewhere));
    let (before, own) = (db.write_stats().writes, db.write_stats().own);
    other.execute_batch("INSERT INTO t (id) VALUES (2)").unwrap();
    assert_eq!(listener.next().await, Some(Heard::Elsewhere));
    assert_eq!(db.write_stats().writes - before, 1, "what is kept while nothing is written is kept no longer");
    assert_eq!(db.write_stats().own, own, "and it was nobody here who wrote");
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test]
async fn what_another_process_commits_is_told_once_and_before_what_is_written_then() {
    let (dir, db) = fresh().await;
    let other = outsider(&dir);
    let mut listener = db.listen();
    let write = |id: i64| {
        db.write(move |tx| {
            tx.notify("t", id.to_string());
            insert(tx, id)
        })
    };
    write(1).await.unwrap();
    // Undone, it is nothing.
    other.execute_batch("BEGIN IMMEDIATE; INSERT INTO t (id) VALUES (9); ROLLBACK").unwrap();
    write(2).await.unwrap();
    assert_eq!(heard(&mut listener), [notice("1"), notice("2")], "our own writes and reads are not another's");
    other.execute_batch("INSERT INTO t (id) VALUES (3)").unwrap();
    write(4).await.unwrap();
    write(5).await.unwrap();
    assert_eq!(heard(&mut listener), [Heard::Elsewhere, notice("4"), notice("5")]);
}
