//! What is told is committed, and what is committed is told once.

use super::*;

pub(super) fn notice(payload: &str) -> Heard {
    Heard::Notice(Notice { channel: "t".into(), payload: payload.into() })
}

/// Everything that a listener has heard so far.
pub(super) fn heard(listener: &mut Listener) -> Vec<Heard> {
    std::iter::from_fn(|| listener.waiting()).collect()
}

#[tokio::test]
async fn who_is_slow_learns_that_something_was_missed() {
    let (_dir, db) = fresh().await;
    hears_others(&db).await;
    let mut listener = db.listen();
    for number in 0..2_000 {
        db.tell("t", &number.to_string());
    }
    assert_eq!(listener.next().await, Some(Heard::Lagged));
    assert_eq!(heard(&mut listener).last(), Some(&notice("1999")));
}

#[tokio::test]
async fn one_transaction_with_much_to_tell_says_so_in_one_notice_of_each_channel() {
    let (_dir, db) = fresh().await;
    let mut listener = db.listen();
    db.write(|tx| {
        tx.notify("other", "1");
        (0..1_000).for_each(|number: i64| tx.notify("t", number.to_string()));
        insert(tx, 1)
    })
    .await
    .unwrap();
    let heard = heard(&mut listener);
    assert!(heard.len() <= 64, "{}", heard.len());
    assert!(heard.contains(&notice("")), "{heard:?}");
    assert!(heard.contains(&Heard::Notice(Notice { channel: "other".into(), payload: "1".into() })), "{heard:?}");
}

#[tokio::test]
async fn a_listener_ends_with_the_database() {
    let (_dir, db) = fresh().await;
    hears_others(&db).await;
    let mut listener = db.listen();
    drop(db);
    assert_eq!(listener.next().await, None);
}
