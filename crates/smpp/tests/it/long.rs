//! Long messages, whose parts may fare differently.

use std::sync::Arc;

use smpp::{Doubt, Submitted};

use crate::smsc::*;

#[tokio::test]
async fn parts_follow_one_another() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(text(&"a".repeat(400))).await });
    let mut reference = None;
    for number in 1..=3 {
        let part = conn.answer(0, &format!("id{number}")).await;
        let text = part.body.iter().position(|octet| *octet == b'a').unwrap();
        let header = &part.body[text - 6..text];
        assert_eq!((&header[..3], &header[4..]), (&[5, 0, 3][..], &[3, number][..]));
        assert_eq!(*reference.get_or_insert(header[3]), header[3]);
        // esm_class follows the number.
        let number = part.body.windows(13).position(|octets| octets == b"919876543210\0").unwrap();
        assert_eq!(part.body[number + 13], 0x40);
    }
    assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["id1".into(), "id2".into(), "id3".into()] });
}

#[tokio::test]
async fn a_refused_first_part_is_all_that_was_sent() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(text(&"a".repeat(400))).await });
    conn.answer(0x0b, "").await;
    assert_eq!(sent.await.unwrap(), Submitted::Refused { status: 0x0b });
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(text("short")).await });
    // The next to arrive is another message.
    assert!(conn.answer(0, "s").await.body.ends_with(b"short"));
    assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["s".into()] });
}

#[tokio::test]
async fn later_parts_outlast_a_busy_gateway_and_a_lost_bind() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.per_second = 10;
    let client = start(config);
    let mut conn = smsc.bound().await;
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(text(&"a".repeat(400))).await });
    conn.answer(0, "1").await;
    let busy = conn.answer(0x58, "").await;
    assert_eq!(conn.answer(0, "2").await.body, busy.body);
    // A gateway that has forgotten the bind is bound to again.
    let forgotten = conn.answer(0x04, "").await;
    conn.expect_end().await;
    let mut conn = smsc.bound().await;
    assert_eq!(conn.answer(0, "3").await.body, forgotten.body);
    assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["1".into(), "2".into(), "3".into()] });
    let status = until(&client, |status| status.sessions == 2).await;
    assert_eq!(status.last_error.as_deref(), Some("the gateway says that there is no bind"));
}

#[tokio::test]
async fn later_parts_may_fail_by_themselves() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let partly = |rest| Submitted::Partly { ids: vec!["id1".into()], of: 3, rest: Box::new(rest) };
    for status in [0x0b, 0x08] {
        let sender = Arc::clone(&client);
        let sent = tokio::spawn(async move { sender.submit(text(&"a".repeat(400))).await });
        conn.answer(0, "id1").await;
        conn.answer(status, "").await;
        let rest = match status {
            0x0b => Submitted::Refused { status },
            _ => Submitted::Later { status: Some(status), throttled: false, after: None },
        };
        assert_eq!(sent.await.unwrap(), partly(rest), "{status:#x}");
    }
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(text(&"a".repeat(400))).await });
    conn.answer(0, "id1").await;
    conn.expect(SUBMIT_SM).await;
    drop(conn);
    assert_eq!(sent.await.unwrap(), partly(Submitted::Doubtful { why: Doubt::Cut }));
}
