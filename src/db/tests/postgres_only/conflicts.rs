//! Writers at the same time come to what they would have come to one after another.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

async fn all<T: Send + 'static>(tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_reads_a_row_and_changes_it_loses_nobodys_change() {
    let (_database, db) = fresh().await;
    db.write(|tx| tx.execute("INSERT INTO t (id, body) VALUES (1, '0')", &[])).await.unwrap();
    let add = |db: Db| async move {
        for _ in 0..10 {
            db.write(|tx| {
                let row = tx.query_one("SELECT body FROM t WHERE id = 1", &[])?.unwrap();
                let count = row.text(0)?.parse::<u32>().unwrap() + 1;
                tx.execute("UPDATE t SET body = $1 WHERE id = 1", params![count.to_string()])
            })
            .await
            .unwrap();
        }
    };
    all((0..4).map(|_| add(db.clone()))).await;
    let body = db.read(|tx| tx.query_one("SELECT body FROM t", &[])?.unwrap().text(0)).await;
    assert_eq!(body, Ok("40".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_a_turn_sees_what_the_one_before_added() {
    let (_database, db) = fresh().await;
    let add = |db: Db, id: i64| async move {
        db.write(move |tx| {
            tx.take_turn("at most three")?;
            if select_ids(tx)?.len() == 3 {
                return Err(Fault::Rule);
            }
            Ok(insert(tx, id)?)
        })
        .await
    };
    let added = all((0..12).map(|id| add(db.clone(), id))).await;
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 3, "{added:?}");
    assert!(added.iter().all(|added| matches!(added, Ok(1) | Err(Fault::Rule))), "{added:?}");
    assert_eq!(ids(&db).await.len(), 3);
}

#[tokio::test]
async fn turns_of_other_names_do_not_wait_for_each_other() {
    let (_database, db) = fresh().await;
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let first = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |tx| {
                tx.take_turn("one")?;
                started.send(()).unwrap();
                released.recv().unwrap();
                insert(tx, 1)
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
    let other = db.write(|tx| {
        tx.take_turn("another")?;
        insert(tx, 2)
    });
    assert_eq!(other.await, Ok(1));
    release.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
}

#[tokio::test]
async fn a_row_that_somebody_adds_meanwhile_is_found_by_the_second_try() {
    let (database, db) = fresh().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let added = db
        .write(move |tx| {
            let run = counted.fetch_add(1, Ordering::SeqCst);
            if !select_ids(tx)?.is_empty() {
                return Err(Fault::Rule);
            }
            if run == 0 {
                outside(&database, "INSERT INTO t (id) VALUES (1)");
            }
            Ok(insert(tx, 1)?)
        })
        .await;
    assert_eq!((added, runs.load(Ordering::SeqCst)), (Err(Fault::Rule), 2));
}

#[tokio::test]
async fn a_duplicate_is_told_after_a_few_more_tries() {
    let (_database, db) = fresh().await;
    let runs = Arc::new(AtomicUsize::new(0));
    db.write(|tx| insert(tx, 1)).await.unwrap();
    let counted = Arc::clone(&runs);
    let added = db
        .write(move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            insert(tx, 2)?;
            insert(tx, 1)
        })
        .await;
    assert_eq!(added, Err(DbError::Unique { constraint: "t_pkey".to_owned() }));
    assert_eq!(runs.load(Ordering::SeqCst), 4);
    assert_eq!(ids(&db).await, [1]);
}

/// As the last of many who want the same turn is.
#[tokio::test]
async fn who_is_beaten_often_has_their_turn_in_the_end() {
    let (database, db) = fresh().await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let mine = db.write(move |tx| {
        insert(tx, 2)?;
        if counted.fetch_add(1, Ordering::SeqCst) < 13 {
            outside(&database, "UPDATE t SET body = body || '.' WHERE id = 1");
        }
        tx.execute("UPDATE t SET body = 'mine' WHERE id = 1", &[])
    });
    assert_eq!((mine.await, runs.load(Ordering::SeqCst)), (Ok(1), 14));
}

#[tokio::test]
async fn conflicts_without_end_are_told_and_leave_nothing() {
    let (database, db) = fresh().await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    let beaten = db.write(move |tx| {
        insert(tx, 2)?;
        outside(&database, "UPDATE t SET body = body || '.' WHERE id = 1");
        tx.execute("UPDATE t SET body = 'mine' WHERE id = 1", &[])?;
        Ok::<_, DbError>(())
    });
    assert_eq!(beaten.await, Err(DbError::Conflict));
}
