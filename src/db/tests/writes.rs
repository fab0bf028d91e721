//! What writes promise, on either engine.

use super::*;
use crate::request_id::{Carried, RequestId};

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

/// Of two connections one is kept for reads, so that a second write waits for the first on any engine.
async fn fresh_for_one_write_at_a_time() -> (Dir, Db) {
    let (dir, db) = fresh().await;
    db.close().await.unwrap();
    let db = Db::open(&dir.url().parse().unwrap(), DbOptions { connections: 2, ..DbOptions::default() }).unwrap();
    (dir, db)
}

#[tokio::test]
async fn the_writer_survives_a_value_that_panics_when_dropped() {
    let (_dir, db) = fresh_for_one_write_at_a_time().await;
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
    let (dir, db) = fresh_for_one_write_at_a_time().await;
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
    assert_unlocked(&dir).await;
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
    assert_eq!(ids(&open(&dir, PATIENCE)).await, acknowledged);
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
    assert_unlocked(&dir).await;
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

/// As the command line does beside a running server.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_programs_write_to_one_file_side_by_side() {
    let (dir, server) = fresh().await;
    let program = open(&dir, PATIENCE);
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

/// On threads of the database's own too, where nothing of whoever asks is known.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_is_done_in_the_name_of_the_request_it_is_for() {
    let (_dir, db) = fresh().await;
    let here = |_: &mut Tx<'_>| Ok::<_, DbError>(RequestId::current());
    let id = RequestId::read("r-1");
    let all = async {
        let (wrote, read) = (db.write(here).await.unwrap(), db.read(here).await.unwrap());
        let within = db.read_within(Duration::from_mins(1), here).await.unwrap();
        [wrote, read, within, db.look_up(here).await.unwrap()]
    };
    let found = Carried::of(id.clone(), tracing::Span::none()).follow(all).await;
    assert_eq!(found, [id.clone(), id.clone(), id.clone(), id]);
    assert_eq!((db.write(here).await, db.read(here).await), (Ok(None), Ok(None)), "and of no other");
}
