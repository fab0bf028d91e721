//! Writes share commits, and share nothing else.

use super::*;
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
    let seen = outsider(dir.path()).query_row("SELECT count(*) FROM t", [], |row| row.get(0));
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
async fn a_failed_statement_ends_its_transaction_even_when_ignored() {
    let (_dir, db) = fresh().await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    let ignored = db
        .write(|tx| {
            insert(tx, 2)?;
            assert!(insert(tx, 1).is_err());
            assert!(matches!(insert(tx, 3), Err(DbError::Other(_))));
            assert!(select_ids(tx).is_err());
            Ok::<_, DbError>(())
        })
        .await;
    assert_eq!(ignored, Err(DbError::Unique { constraint: "t_pkey".to_owned() }));
    assert_eq!(ids(&db).await, [1]);
}

/// Its destructor panics, on the writer thread when nobody takes the result.
struct Hostile;

impl Drop for Hostile {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "on purpose");
    }
}

#[tokio::test]
async fn the_writer_survives_a_value_that_panics_when_dropped() {
    let (_dir, db) = fresh().await;
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let write = enqueue(&db, move |tx| {
        insert(tx, 1)?;
        started.send(()).unwrap();
        released.recv().unwrap();
        Ok::<_, DbError>(Hostile)
    });
    has_started.recv().unwrap();
    drop(write);
    release.send(()).unwrap();
    db.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test]
async fn a_write_nobody_waits_for_is_done_whole_or_not_at_all() {
    let (dir, db) = fresh().await;
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let begun = enqueue(&db, move |tx| {
        insert(tx, 1)?;
        started.send(()).unwrap();
        released.recv().unwrap();
        insert(tx, 2)
    });
    has_started.recv().unwrap();
    let waiting = enqueue(&db, |tx| insert(tx, 3));
    drop(begun);
    drop(waiting);
    release.send(()).unwrap();
    db.write(|tx| insert(tx, 4)).await.unwrap();
    assert_eq!(ids(&db).await, [1, 2, 4]);
    assert_unlocked(dir.path());
}

#[tokio::test]
async fn a_full_queue_makes_writers_wait_without_blocking() {
    let dir = tempfile::tempdir().unwrap();
    let options = DbOptions { queue: 2, busy_timeout: PATIENCE, ..DbOptions::default() };
    let db = Db::open(&url(dir.path()), options).unwrap();
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT").await;
    let held = hold(&db);
    let queued: Vec<_> = (0..2).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    let outside: Vec<_> = (2..20).map(|id| enqueue(&db, move |tx| insert(tx, id))).collect();
    assert_eq!(db.engine.writer.room(), 0);
    held.release().await;
    for write in queued.into_iter().chain(outside) {
        write.await.unwrap();
    }
    assert_eq!(ids(&db).await.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_writers_find_every_acknowledged_row_after_a_restart() {
    let (dir, db) = fresh().await;
    let writers: Vec<_> = (0..16_i64)
        .map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for n in 0..50 {
                    let id = writer * 1000 + n;
                    db.write(move |tx| insert(tx, id)).await.unwrap();
                    // What was acknowledged is seen at once by a read that follows.
                    let seen = db.read(move |tx| tx.query_one("SELECT 1 FROM t WHERE id = $1", params![id])).await;
                    assert!(Result::<_, DbError>::unwrap(seen).is_some());
                    acknowledged.push(id);
                }
                acknowledged
            })
        })
        .collect();
    let mut acknowledged = Vec::new();
    for writer in writers {
        acknowledged.extend(writer.await.unwrap());
    }
    db.close().await.unwrap();
    acknowledged.sort_unstable();
    assert_eq!(ids(&open(dir.path(), PATIENCE)).await, acknowledged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelled_requests_leave_nothing_open_and_nothing_half_done() {
    let (dir, db) = fresh().await;
    let tasks: Vec<_> = (0..400_i64)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                let _: Vec<i64> = db.read(select_ids).await?;
                db.write(move |tx| {
                    insert(tx, 2 * n)?;
                    insert(tx, 2 * n + 1)
                })
                .await?;
                Ok::<_, DbError>(n)
            })
        })
        .collect();
    for (n, task) in tasks.iter().enumerate() {
        if n % 3 == 0 {
            task.abort();
        }
        tokio::task::yield_now().await;
    }
    let mut acknowledged = Vec::new();
    for task in tasks {
        match task.await {
            Ok(done) => acknowledged.push(done.unwrap()),
            Err(stopped) => assert!(stopped.is_cancelled()),
        }
    }
    assert!(acknowledged.len() >= 266);
    // A write in line after all of them: the queue has been drained.
    db.write(|_| Ok::<_, DbError>(())).await.unwrap();
    assert_unlocked(dir.path());
    let stored = ids(&db).await;
    assert!(stored.chunks(2).all(|pair| pair[0] % 2 == 0 && pair[1] == pair[0] + 1));
    assert!(acknowledged.iter().all(|n| stored.binary_search(&(2 * n)).is_ok()));

    // Every reading connection is back: as many reads as there are meet inside.
    let meeting = Arc::new(std::sync::Barrier::new(4));
    let reads: Vec<_> = (0..4)
        .map(|_| {
            let (db, meeting) = (db.clone(), Arc::clone(&meeting));
            tokio::spawn(async move {
                db.read(move |tx| {
                    meeting.wait();
                    select_ids(tx)
                })
                .await
            })
        })
        .collect();
    for read in reads {
        assert_eq!(read.await.unwrap().unwrap().len(), stored.len());
    }
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
    assert!(!dir.path().join("test.db-wal").exists(), "the log was written back");
    let unavailable = |error: DbError| assert!(matches!(error, DbError::Unavailable(_)), "{error}");
    unavailable(other.write(|tx| insert(tx, 11)).await.unwrap_err());
    unavailable(other.read(select_ids).await.unwrap_err());
    unavailable(other.ping().await.unwrap_err());
    other.close().await.unwrap();
    assert_eq!(ids(&open(dir.path(), PATIENCE)).await.len(), 10);
}

/// As the command line does beside a running server.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_programs_write_to_one_file_side_by_side() {
    let (dir, server) = fresh().await;
    let program = open(dir.path(), PATIENCE);
    let tasks: Vec<_> = (0..8_i64)
        .map(|writer| {
            let db = if writer % 2 == 0 { server.clone() } else { program.clone() };
            tokio::spawn(async move {
                for n in 0..25 {
                    db.write(move |tx| insert(tx, writer * 1000 + n)).await?;
                }
                Ok::<_, DbError>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    // One program stops; the other goes on undisturbed.
    program.close().await.unwrap();
    server.write(|tx| insert(tx, -1)).await.unwrap();
    assert_eq!(ids(&server).await.len(), 201);
}
