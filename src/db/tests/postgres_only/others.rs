//! What stands before a server, or beside it: encryption, a pooler, a standby.

use std::time::Instant;

use testbase::servers::{Encrypted, Pair, Pooler};

use super::*;

fn try_open(url: &str) -> Result<Db, DbError> {
    Db::open(&url.parse().unwrap(), DbOptions { connections: 8, ..DbOptions::default() })
}

#[tokio::test]
async fn an_encrypted_server_is_let_in_only_by_whom_it_is_vouched_for() {
    let server = Encrypted::start();
    let url = |host: &str, more: &str| format!("postgres://redress@{host}:{}/postgres{more}", server.port);
    let trusted = format!("?sslrootcert={}", server.authority.display());
    for host in ["127.0.0.1", "localhost"] {
        let db = try_open(&url(host, &trusted)).unwrap();
        let encrypted = "SELECT COUNT(*) FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()";
        assert_eq!(db.read(|tx| tx.query_one(encrypted, &[])?.unwrap().int(0)).await, Ok(1));
        // Notices have a connection of their own.
        tokio::time::timeout(PATIENCE, hears_others(&db)).await.unwrap();
    }
    let refused = |url: &str| try_open(url).unwrap_err().to_string();
    let plain = refused(&url("127.0.0.1", "?sslmode=disable"));
    assert!(plain.contains("no encryption"), "{plain}");
    let unknown = refused(&url("127.0.0.1", "?sslmode=verify-full"));
    assert!(unknown.contains("certificate"), "nobody we know vouches for it: {unknown}");
    let misnamed = refused(&url("127.0.0.2", &trusted));
    assert!(misnamed.contains("not valid for name") || misnamed.contains("refused"), "{misnamed}");
    let empty = tempfile::NamedTempFile::new().unwrap();
    let empty = refused(&url("127.0.0.1", &format!("?sslrootcert={}", empty.path().display())));
    assert!(empty.contains("sslrootcert") && empty.contains("no certificate"), "{empty}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_may_hand_each_transaction_to_another_connection() {
    let (database, direct) = fresh().await;
    let pooler = Pooler::before(database.url());
    let options = DbOptions { pooled: true, connections: 12, ..DbOptions::default() };
    let nodes = [0, 1].map(|_| Db::open(&pooler.url.parse().unwrap(), options.clone()).unwrap());
    let writers: Vec<_> = (0..12_i64)
        .map(|writer| {
            let db = nodes[usize::try_from(writer % 2).unwrap()].clone();
            tokio::spawn(async move {
                for n in 0..20 {
                    let id = writer * 100 + n;
                    db.write(move |tx| {
                        insert(tx, id)?;
                        tx.execute("UPDATE t SET body = $2 WHERE id = $1", params![id, "changed"])
                    })
                    .await?;
                    let body = db.read(move |tx| tx.query_one("SELECT body FROM t WHERE id = $1", params![id])).await?;
                    assert_eq!(body.unwrap().text(0)?, "changed");
                }
                Ok::<_, DbError>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(ids(&direct).await.len(), 240);
    let limited = nodes[0].read_within(Duration::from_millis(50), |tx| tx.query("SELECT pg_sleep(30)", &[]).map(drop));
    assert_eq!(limited.await, Err(DbError::TooLong));
    for node in nodes {
        node.close().await.unwrap();
    }
}

/// What was acknowledged is on both servers; in between, whoever writes is told so and told soon.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_primary_dies_the_standby_has_all_that_was_acknowledged() {
    let pair = Pair::start();
    let db = try_open(&pair.url).unwrap();
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, data BLOB) STRICT").await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let writers: Vec<_> = (0..4_i64)
        .map(|writer| {
            let (db, stopped) = (db.clone(), stopped.clone());
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                let mut longest = Duration::ZERO;
                for id in (writer..).step_by(4) {
                    if *stopped.borrow() {
                        break;
                    }
                    let began = Instant::now();
                    match db.write(move |tx| insert(tx, id)).await {
                        Ok(_) => acknowledged.push(id),
                        Err(DbError::Unavailable(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                    longest = longest.max(began.elapsed());
                }
                (acknowledged, longest)
            })
        })
        .collect();
    let more = async |db: &Db, least: i64| {
        let count = |tx: &mut Tx<'_>| tx.query_one("SELECT COUNT(*) FROM t", &[])?.unwrap().int(0);
        while db.read(count).await.is_ok_and(|count| count < least) {}
    };
    more(&db, 50).await;
    pair.kill_primary();
    while db.ping().await.is_ok() {}
    pair.promote_standby();
    while db.ping().await.is_err() {}
    let there = db.read(|tx| tx.query_one("SELECT COUNT(*) FROM t", &[])?.unwrap().int(0)).await.unwrap();
    more(&db, there + 50).await;
    stop.send_replace(true);
    let mut acknowledged = Vec::new();
    for writer in writers {
        let (ids, longest) = writer.await.unwrap();
        acknowledged.extend(ids);
        assert!(longest < Duration::from_secs(10), "{longest:?}");
    }
    let stored = ids(&db).await;
    let lost: Vec<_> = acknowledged.iter().filter(|id| stored.binary_search(id).is_err()).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}

/// With a standby to wait for that is gone, PostgreSQL lets every commit wait for ever. Whoever writes is told, in time, that
/// nobody knows; reads go on; and what was written once it waits for nobody is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_waits_for_a_standby_for_ever_keeps_nobody_waiting_for_ever() {
    let pair = Pair::start();
    let db = try_open(&pair.url).unwrap();
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, data BLOB) STRICT").await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    pair.kill_standby();
    let began = Instant::now();
    let (writing, writer) = (db.clone(), tokio::sync::oneshot::channel());
    tokio::spawn(async move { writer.0.send(writing.write(|tx| insert(tx, 2)).await.map(drop)) });
    let mut written = writer.1;
    // Not a moment goes by in which nobody can read.
    let outcome = loop {
        // Once it is given up it may be seen, as it is kept here and not there.
        let there = ids(&db).await;
        assert!(there == [1] || there == [1, 2], "{there:?}");
        if let Ok(outcome) = written.try_recv() {
            break outcome;
        }
    };
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let DbError::Unavailable(reason) = outcome.unwrap_err() else { panic!("it may have been kept") };
    assert!(reason.contains("no known outcome"), "{reason}");
    pair.go_alone();
    db.write(|tx| insert(tx, 3)).await.unwrap();
    let there = ids(&db).await;
    assert!(there == [1, 3] || there == [1, 2, 3], "{there:?}");
}
