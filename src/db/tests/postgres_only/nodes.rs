//! What one node commits, the others hear of.

use super::super::notices::notice;
use super::*;

fn node(database: &Database) -> Db {
    Db::open(&database.url().parse().unwrap(), DbOptions::default()).unwrap()
}

/// The next thing heard that is not word of the connection itself.
async fn next(listener: &mut Listener) -> Heard {
    loop {
        match tokio::time::timeout(PATIENCE, listener.next()).await.expect("it is heard in time").unwrap() {
            Heard::Elsewhere => {}
            heard => return heard,
        }
    }
}

/// Waits until two nodes hear each other.
async fn acquainted(one: &Db, other: &Db) {
    for (from, to) in [(one, other), (other, one)] {
        let mut listener = to.listen();
        loop {
            from.tell("hello", "");
            let heard = tokio::time::timeout(Duration::from_millis(100), next(&mut listener)).await;
            if matches!(&heard, Ok(Heard::Notice(notice)) if notice.channel == "hello") {
                break;
            }
        }
    }
    // What of the greetings is still on its way is not part of what follows.
    let mut listener = one.listen();
    other.tell("goodbye", "");
    while !matches!(next(&mut listener).await, Heard::Notice(notice) if notice.channel == "goodbye") {}
    let mut listener = other.listen();
    one.tell("goodbye", "");
    while !matches!(next(&mut listener).await, Heard::Notice(notice) if notice.channel == "goodbye") {}
}

#[tokio::test]
async fn a_notice_is_heard_once_by_each_node() {
    let (database, one) = fresh().await;
    let other = node(&database);
    acquainted(&one, &other).await;
    let (mut here, mut there) = (one.listen(), other.listen());
    let writes = other.write_stats().writes;
    one.write(|tx| {
        tx.notify("t", "1");
        tx.notify("t", "2");
        insert(tx, 1)
    })
    .await
    .unwrap();
    one.tell("t", "3");
    for listener in [&mut here, &mut there] {
        let heard = [next(listener).await, next(listener).await, next(listener).await];
        assert_eq!(heard, [notice("1"), notice("2"), notice("3")]);
    }
    assert!(other.write_stats().writes > writes, "what is kept until somebody writes is kept no longer");
    assert_eq!(ids(&other).await, [1]);
    // Nothing comes back: what comes next is what was said next.
    other.tell("t", "4");
    assert_eq!((next(&mut here).await, next(&mut there).await), (notice("4"), notice("4")));
}

#[tokio::test]
async fn a_write_without_a_word_is_noticed_too() {
    let (database, one) = fresh().await;
    let other = node(&database);
    acquainted(&one, &other).await;
    let writes = other.write_stats().writes;
    one.write(|tx| insert(tx, 1)).await.unwrap();
    one.tell("t", "then");
    let mut listener = other.listen();
    one.tell("t", "last");
    while next(&mut listener).await != notice("last") {}
    assert!(other.write_stats().writes > writes);
}

#[tokio::test]
async fn after_a_lost_connection_everything_is_looked_at_and_notices_come_again() {
    let (database, one) = fresh().await;
    let other = node(&database);
    acquainted(&one, &other).await;
    let mut listener = other.listen();
    end_connections(&database);
    let heard = tokio::time::timeout(PATIENCE, listener.next()).await.unwrap();
    assert_eq!(heard, Some(Heard::Elsewhere));
    acquainted(&one, &other).await;
}

#[tokio::test]
async fn while_nothing_is_heard_nothing_is_kept() {
    let (database, _one) = fresh().await;
    let proxy = super::proxy::Proxy::before(&database);
    let db = Db::open(&proxy.url(&database).parse().unwrap(), DbOptions::default()).unwrap();
    let own = db.write_stats().own;
    let until_none_comes = async || {
        while db.write_stats().writes == db.write_stats().writes {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, hears_others(&db)).await.unwrap();
    proxy.cut();
    tokio::time::timeout(PATIENCE, until_none_comes()).await.unwrap();
    proxy.mend();
    tokio::time::timeout(PATIENCE, hears_others(&db)).await.unwrap();
    assert_eq!(db.write_stats().own, own, "nobody here has written");
}

#[tokio::test]
async fn behind_a_pooler_it_is_noticed_that_somebody_wrote() {
    let (database, one) = fresh().await;
    let options = DbOptions { pooled: true, ..DbOptions::default() };
    let pooled = Db::open(&database.url().parse().unwrap(), options).unwrap();
    hears_others(&pooled).await;
    let mut listener = pooled.listen();
    let writes = pooled.write_stats().writes;
    one.write(|tx| insert(tx, 1)).await.unwrap();
    let heard = tokio::time::timeout(PATIENCE, listener.next()).await.unwrap();
    assert_eq!(heard, Some(Heard::Elsewhere));
    assert!(pooled.write_stats().writes > writes);
    pooled.write(|tx| insert(tx, 2)).await.unwrap();
    assert_eq!(ids(&pooled).await, [1, 2]);
}

/// As a command does that ends at once.
#[tokio::test]
async fn who_stops_has_told_what_it_did() {
    let (database, one) = fresh().await;
    let command = node(&database);
    acquainted(&one, &command).await;
    let mut listener = one.listen();
    command
        .write(|tx| {
            tx.notify("t", "1");
            insert(tx, 1)
        })
        .await
        .unwrap();
    command.close().await.unwrap();
    assert_eq!(next(&mut listener).await, notice("1"));
}
