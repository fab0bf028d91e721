//! Writes share commits, and share nothing else.

use super::super::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[tokio::test]
async fn waiting_writes_share_a_commit() {
    let (_dir, db) = fresh().await;
    let before = db.write_stats();
    let held = hold(&db);
    let waiting: Vec<_> = (0..40).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    held.release().await;
    for write in waiting {
        assert_eq!(write.await, Ok(1));
    }
    let after = db.write_stats();
    assert_eq!(after.writes - before.writes, 41);
    assert_eq!(after.commits - before.commits, 2);
    assert_eq!(ids(&db).await.len(), 40);
}

#[tokio::test]
async fn a_group_has_at_most_64_members() {
    let (_dir, db) = fresh().await;
    let before = db.write_stats();
    let held = hold(&db);
    let waiting: Vec<_> = (0..65).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    held.release().await;
    for write in waiting {
        write.await.unwrap();
    }
    assert_eq!(db.write_stats().commits - before.commits, 3);
}

#[tokio::test]
async fn no_answer_comes_before_the_commit() {
    let (dir, db) = fresh().await;
    let held = hold(&db);
    let first = enqueue(&db, |tx| insert(tx, 1));
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
    let mut first = first;
    assert!(poll_once(&mut first).is_pending());
    let seen = outsider(&dir).query_row("SELECT count(*) FROM t", [], |row| row.get(0));
    assert_eq!(seen, Ok(0));
    release.send(()).unwrap();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(ids(&db).await, [1]);
}

#[tokio::test]
async fn errors_and_panics_undo_only_their_own_write() {
    let (_dir, db) = fresh().await;
    let before = db.write_stats();
    let held = hold(&db);
    let first = enqueue(&db, |tx| insert(tx, 1));
    let rule = enqueue(&db, |tx| {
        insert(tx, 2)?;
        Err::<(), _>(Fault::Rule)
    });
    let panics = enqueue(&db, |tx| -> Result<(), DbError> {
        insert(tx, 3)?;
        panic!("on purpose")
    });
    let duplicate = enqueue(&db, |tx| {
        insert(tx, 4)?;
        insert(tx, 1)
    });
    let last = enqueue(&db, |tx| insert(tx, 5));
    held.release().await;
    assert_eq!(first.await, Ok(1));
    assert_eq!(rule.await, Err(Fault::Rule));
    let panic = tokio::spawn(panics).await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    assert_eq!(duplicate.await, Err(DbError::Unique { constraint: "t_pkey".to_owned() }));
    assert_eq!(last.await, Ok(1));
    assert_eq!(ids(&db).await, [1, 5]);
    let after = db.write_stats();
    assert_eq!((after.writes - before.writes, after.commits - before.commits), (3, 2));
}

/// Runs a group of three and tells how often its first member ran.
async fn runs_beside(db: &Db, failing: impl FnMut(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) -> usize {
    let runs = Arc::new(AtomicUsize::new(0));
    let held = hold(db);
    let first = enqueue(db, {
        let runs = Arc::clone(&runs);
        move |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            insert(tx, 1)
        }
    });
    let failing = enqueue(db, failing);
    let last = enqueue(db, |tx| insert(tx, 3));
    held.release().await;
    assert_eq!((first.await, last.await), (Ok(1), Ok(1)));
    assert_eq!(failing.await, Err(Fault::Rule));
    assert_eq!(ids(db).await, [1, 3]);
    runs.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_write_that_failed_without_a_trace_costs_its_neighbours_nothing() {
    let (_dir, db) = fresh().await;
    let refuse = |tx: &mut Tx<'_>| {
        assert_eq!(select_ids(tx)?.len(), 1, "the neighbour's row is there");
        Err(Fault::Rule)
    };
    assert_eq!(runs_beside(&db, refuse).await, 1);
}

#[tokio::test]
async fn a_group_runs_once_more_when_a_write_failed_halfway() {
    let (_dir, db) = fresh().await;
    let halfway = |tx: &mut Tx<'_>| {
        insert(tx, 2)?;
        Err(Fault::Rule)
    };
    assert_eq!(runs_beside(&db, halfway).await, 2);
}

#[tokio::test]
async fn a_full_queue_makes_writers_wait_without_blocking() {
    let dir = Dir::new();
    let options = DbOptions { queue: 2, busy_timeout: PATIENCE, ..DbOptions::default() };
    let db = Db::open(&url(&dir), options).unwrap();
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT").await;
    let held = hold(&db);
    let queued: Vec<_> = (0..2).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    let outside: Vec<_> = (2..20).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    let Engine::Sqlite(sqlite) = &*db.engine else { panic!("it is SQLite") };
    assert_eq!(sqlite.writer.room(), 0);
    held.release().await;
    for write in queued.into_iter().chain(outside) {
        write.await.unwrap();
    }
    assert_eq!(ids(&db).await.len(), 20);
}

#[tokio::test]
async fn closing_finishes_what_is_in_line_and_refuses_the_rest() {
    let (dir, db) = fresh().await;
    let held = hold(&db);
    let waiting: Vec<_> = (0..10).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    let other = db.clone();
    let closed = Arc::new(AtomicBool::new(false));
    let closing = tokio::spawn({
        let closed = Arc::clone(&closed);
        async move {
            db.close().await.unwrap();
            closed.store(true, Ordering::SeqCst);
        }
    });
    tokio::task::yield_now().await;
    assert!(!closed.load(Ordering::SeqCst));
    held.release().await;
    for write in waiting {
        assert_eq!(write.await, Ok(1));
    }
    closing.await.unwrap();
    assert!(!dir.path().join("redress.db-wal").exists(), "the log was written back");
    let unavailable = |error: DbError| assert!(matches!(error, DbError::Unavailable(_)), "{error}");
    unavailable(other.write(|tx| insert(tx, 11)).await.unwrap_err());
    unavailable(other.read(select_ids).await.unwrap_err());
    unavailable(other.ping().await.unwrap_err());
    other.close().await.unwrap();
    assert_eq!(ids(&open(&dir, PATIENCE)).await.len(), 10);
}
