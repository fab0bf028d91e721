//! Connections are lost, and nothing else is.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::proxy::Proxy;
use super::*;

#[tokio::test]
async fn a_connection_that_was_ended_is_replaced_before_anybody_notices() {
    let (database, db) = fresh().await;
    for id in 0..5 {
        end_connections(&database);
        assert_eq!(ids(&db).await.len(), usize::try_from(id).unwrap());
        end_connections(&database);
        db.write(move |tx| insert(tx, id)).await.unwrap();
    }
}

#[tokio::test]
async fn a_write_whose_connection_is_lost_half_way_is_done_again_whole() {
    let (database, db) = fresh().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let done = db.write(move |tx| {
        insert(tx, 1)?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            end_connections(&database);
        }
        insert(tx, 2)?;
        select_ids(tx)
    });
    assert_eq!(done.await, Ok(vec![1, 2]));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

/// The server loses the connection when it is told to commit: nobody knows whether it has.
#[tokio::test]
async fn a_commit_without_an_answer_is_told_and_not_done_again() {
    let (database, db) = fresh().await;
    outside(
        &database,
        "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'; \
         CREATE CONSTRAINT TRIGGER leaves AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW WHEN (new.id = 7) EXECUTE FUNCTION leave()",
    );
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let lost = db.write(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        insert(tx, 7)
    });
    let lost = lost.await.unwrap_err().to_string();
    assert!(lost.contains("no known outcome"), "{lost}");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    db.write(|tx| insert(tx, 8)).await.unwrap();
    assert_eq!(ids(&db).await, [8]);
}

#[tokio::test]
async fn a_server_that_is_away_is_told_soon_and_taken_up_again() {
    let (database, there) = fresh().await;
    there.write(|tx| insert(tx, 1)).await.unwrap();
    let proxy = Proxy::before(&database);
    let db = Db::open(&proxy.url(&database).parse().unwrap(), DbOptions::default()).unwrap();
    assert_eq!(ids(&db).await, [1]);
    proxy.cut();
    let began = Instant::now();
    let (read, write) = (db.read(select_ids).await, db.write(|tx| insert(tx, 2)).await);
    assert!(
        matches!((&read, &write), (Err(DbError::Unavailable(_)), Err(DbError::Unavailable(_)))),
        "{read:?} {write:?}"
    );
    assert!(began.elapsed() < Duration::from_secs(10), "whoever waits is told before they give up");
    assert!(db.ping().await.is_err());
    proxy.mend();
    while let Err(error) = db.write(|tx| insert(tx, 3)).await {
        assert!(matches!(error, DbError::Unavailable(_)), "{error}");
        assert!(began.elapsed() < PATIENCE);
    }
    assert_eq!(ids(&db).await, [1, 3]);
}

#[tokio::test]
async fn of_several_hosts_the_one_that_takes_writes_is_used() {
    let (database, there) = fresh().await;
    there.write(|tx| insert(tx, 1)).await.unwrap();
    let server = database.url().split('@').nth(1).unwrap().split('/').next().unwrap();
    let url = database.url().replace(server, &format!("127.0.0.1:9,{server}"));
    let db = Db::open(&url.parse().unwrap(), DbOptions::default()).unwrap();
    assert_eq!(ids(&db).await, [1]);
    // A server that takes no writes is none, even where it could be read.
    outside(
        &database,
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
    );
    let refused = Db::open(&database.url().parse().unwrap(), DbOptions::default()).unwrap_err();
    assert!(matches!(refused, DbError::Unavailable(_)), "{refused}");
}

#[tokio::test]
async fn long_reads_leave_connections_for_writes() {
    let options = DbOptions { connections: 4, busy_timeout: PATIENCE, ..DbOptions::default() };
    let (_database, db) = fresh_with(options).await;
    let meeting = Arc::new(Barrier::new(4));
    let reads: Vec<_> = (0..3)
        .map(|_| {
            let (db, meeting) = (db.clone(), Arc::clone(&meeting));
            tokio::spawn(async move {
                db.read(move |tx| {
                    let ids = select_ids(tx)?;
                    meeting.wait();
                    Ok::<_, DbError>(ids)
                })
                .await
            })
        })
        .collect();
    // All three hold their connections until the write is done.
    let further = db.read(select_ids);
    let write = db.write(|tx| insert(tx, 1));
    assert_eq!(write.await, Ok(1));
    tokio::task::spawn_blocking(move || meeting.wait()).await.unwrap();
    for read in reads {
        read.await.unwrap().unwrap();
    }
    assert_eq!(further.await, Ok(vec![1]));
}

#[tokio::test]
async fn who_finds_all_connections_at_work_for_too_long_is_told() {
    let options = DbOptions { connections: 2, busy_timeout: Duration::from_secs(1), ..DbOptions::default() };
    let (_database, db) = fresh_with(options).await;
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let held = tokio::spawn({
        let db = db.clone();
        async move {
            db.read(move |_| {
                started.send(()).unwrap();
                released.recv().unwrap();
                Ok::<_, DbError>(())
            })
            .await
        }
    });
    tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
    assert_eq!(db.read(select_ids).await, Err(DbError::Busy));
    assert_eq!(db.write(|tx| insert(tx, 1)).await, Ok(1));
    release.send(()).unwrap();
    held.await.unwrap().unwrap();
    assert_eq!(ids(&db).await, [1]);
}

#[tokio::test]
async fn old_reads_go_to_the_replica_and_to_the_primary_where_there_is_none() {
    let (database, primary) = fresh().await;
    let (copy, replica) = fresh().await;
    primary.write(|tx| insert(tx, 1)).await.unwrap();
    replica.write(|tx| insert(tx, 2)).await.unwrap();
    let proxy = Proxy::before(&copy);
    let DatabaseUrl::Postgres(address) = proxy.url(&copy).parse().unwrap() else { panic!("it is PostgreSQL") };
    let options = DbOptions { replica: Some(Box::new(address.for_reading())), ..DbOptions::default() };
    let db = Db::open(&database.url().parse().unwrap(), options).unwrap();
    assert_eq!((ids(&db).await, ids(&db.stale()).await), (vec![1], vec![2]));
    let limited = db.stale().read_within(PATIENCE, select_ids).await;
    assert_eq!(limited, Ok(vec![2]));
    db.stale().write(|tx| insert(tx, 3)).await.unwrap();
    assert_eq!(ids(&db).await, [1, 3]);
    proxy.cut();
    // The connection may be found out to be lost only by the read itself.
    while let Err(error) = db.stale().read(select_ids).await {
        assert!(matches!(error, DbError::Unavailable(_)), "{error}");
    }
    assert_eq!(ids(&db.stale()).await, [1, 3]);
}

#[tokio::test]
async fn what_the_last_write_met_is_known_until_one_is_kept() {
    let (database, db) = fresh().await;
    outside(
        &database,
        "CREATE FUNCTION no_room() RETURNS BIGINT LANGUAGE plpgsql AS \
         'BEGIN RAISE EXCEPTION ''no room'' USING ERRCODE = ''53100''; END'",
    );
    let full = db.write(|tx| tx.query("SELECT no_room()", &[]).map(drop)).await;
    assert_eq!((full, db.refused()), (Err(no_room()), Some(no_room())));
    assert_eq!(db.ping().await, Ok(()));
    db.write(|tx| tx.execute("UPDATE t SET body = 'x' WHERE id = 404", &[])).await.unwrap();
    assert_eq!(db.refused(), Some(no_room()), "a write that has nothing to keep shows nothing");
    db.write(|tx| insert(tx, 1)).await.unwrap();
    assert_eq!(db.refused(), None);
}

fn no_room() -> DbError {
    DbError::Unavailable("no room".to_owned())
}

#[tokio::test]
async fn a_large_result_comes_row_by_row() {
    let (_database, db) = fresh().await;
    let seen = db.read(|tx| {
        let mut seen = 0_i64;
        tx.query_each("SELECT n, repeat('x', 1000) FROM generate_series(1, 50000) AS n", &[], |row| {
            seen += 1;
            assert_eq!(row.int(0)?, seen);
            Ok::<_, DbError>(())
        })?;
        Ok::<_, DbError>(seen)
    });
    assert_eq!(seen.await, Ok(50_000));
}

#[tokio::test]
async fn a_statement_is_prepared_for_the_types_it_gets() {
    let (_database, db) = fresh().await;
    let put = |id: i64, body: Option<&'static str>, data: Option<Vec<u8>>| {
        db.write(move |tx| {
            tx.execute("INSERT INTO t (id, body, data) VALUES ($1, $2, $3)", params![id, body, data.clone()])
        })
    };
    put(1, None, None).await.unwrap();
    put(2, Some("a"), None).await.unwrap();
    put(3, None, Some(vec![1])).await.unwrap();
    put(4, Some("b"), Some(vec![2])).await.unwrap();
    let sum = db.read(|tx| tx.query_one("SELECT $1 + $2", params![2, 3])?.unwrap().int(0)).await;
    assert_eq!(sum, Ok(5));
    let same: Result<_, DbError> = db.read(|tx| tx.query_one("SELECT $1", params!["x"])?.unwrap().text(0)).await;
    assert_eq!(same, Ok("x".to_owned()));
    let number = db.read(|tx| tx.query_one("SELECT $1", params![7])?.unwrap().int(0)).await;
    assert_eq!(number, Ok(7));
    let wrong = db.read(|tx| tx.query("SELECT id FROM t WHERE id = $1", params!["x"]).map(drop)).await;
    assert!(matches!(wrong, Err(DbError::Other(_))), "{wrong:?}");
    let nul = db.write(|tx| tx.execute("INSERT INTO t (id, body) VALUES (9, $1)", params!["a\0b"])).await;
    assert!(matches!(nul, Err(DbError::Other(_))), "{nul:?}");
}
