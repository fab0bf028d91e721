//! What waits and what runs is known, on either engine.

use super::*;

fn writes(db: &Db) -> (u64, u64) {
    let [_, _, Transactions { kind, waiting, running }] = db.transactions();
    assert_eq!(kind, "write");
    (waiting, running)
}

#[tokio::test]
async fn a_write_waits_then_runs_and_is_gone_when_it_is_over_or_given_up() {
    let (dir, db) = fresh().await;
    db.close().await.unwrap();
    // Of two connections one is kept for reads, so that a second write waits for the first on any engine.
    let db = Db::open(&dir.url().parse().unwrap(), DbOptions { connections: 2, ..DbOptions::default() }).unwrap();
    let before = db.transactions();
    assert!(before.iter().all(|one| (one.waiting, one.running) == (0, 0)), "{before:?}");
    let held = hold(&db);
    assert_eq!(writes(&db), (0, 1));
    let waiting = enqueue(&db, |tx| insert(tx, 1));
    let given_up = enqueue(&db, |tx| insert(tx, 2));
    assert_eq!(writes(&db), (2, 1));
    drop(given_up);
    assert_eq!(writes(&db), (1, 1));
    held.release().await;
    waiting.await.unwrap();
    assert_eq!(db.transactions(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_at_work_or_kept() {
    let (_dir, db) = fresh().await;
    let read = db.clone();
    let during = db.read(move |tx| tx.query("SELECT 1", &[]).map(|_| (read.connections(), read.transactions())));
    let (during, running) = during.await.unwrap();
    assert!(during[0].in_use >= 1 && during[0].most >= 4, "{during:?}");
    assert_eq!((running[0].kind, running[0].running), ("read", 1));
    let mut after = db.connections()[0];
    // PostgreSQL's threads put themselves back.
    while after.in_use > 0 {
        tokio::task::yield_now().await;
        after = db.connections()[0];
    }
    assert!(after.idle >= 1 && after.most == during[0].most, "{after:?}");
}
