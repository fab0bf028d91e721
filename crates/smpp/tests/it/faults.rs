//! Gateways that refuse, stay silent, vanish or talk nonsense.

use std::{sync::Arc, time::Duration};

use smpp::{Client, Doubt, Link, Submitted};
use tokio::{io::AsyncWriteExt, time::Instant};

use crate::smsc::*;

const NOT_BOUND: Submitted = Submitted::Later { status: None, throttled: false, after: None };

fn send(client: &Arc<Client>) -> tokio::task::JoinHandle<Submitted> {
    let client = Arc::clone(client);
    tokio::spawn(async move { client.submit(message()).await })
}

#[tokio::test]
async fn busy_gateways_are_given_time() {
    for status in [0x58, 0x14] {
        let smsc = Smsc::listen().await;
        let mut config = smsc.config();
        config.per_second = 10;
        let client = start(config);
        let mut conn = smsc.bound().await;
        let sent = send(&client);
        let start = Instant::now();
        conn.answer(status, "").await;
        let Submitted::Later { status: Some(seen), throttled: true, after: Some(after) } = sent.await.unwrap() else {
            panic!("not later");
        };
        assert_eq!(seen, status);
        assert!(after >= Duration::from_secs(1));
        assert!(until(&client, |status| status.throttled).await.throttled);
        // The next one is not refused, but waits for its turn.
        let sent = send(&client);
        conn.answer(0, "1").await;
        assert!(start.elapsed() > Duration::from_millis(150), "{:?}", start.elapsed());
        assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["1".into()] });
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let later = |status| Submitted::Later { status: Some(status), throttled: false, after: None };
    let table = [
        (0x0a, Submitted::Refused { status: 0x0a }),
        (0x0b, Submitted::Refused { status: 0x0b }),
        (0x08, later(0x08)),
        (0x45, later(0x45)),
        (0x4321, later(0x4321)),
        (0x0e, Submitted::LoginRefused { status: 0x0e }),
    ];
    for (status, expected) in table {
        let sent = send(&client);
        // An answer that refuses may come without a body (section 4.4.2).
        let submit = conn.expect(SUBMIT_SM).await;
        conn.send(SUBMIT_SM | RESP, status, submit.sequence, b"").await;
        assert_eq!(sent.await.unwrap(), expected, "{status:#x}");
    }
    let sent = send(&client);
    let submit = conn.expect(SUBMIT_SM).await;
    conn.send(GENERIC_NACK, 0x03, submit.sequence, b"").await;
    assert_eq!(sent.await.unwrap(), later(0x03));
}

#[tokio::test]
async fn silence_is_doubt_and_frees_the_window() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.window = 1;
    config.timing.response = Duration::from_secs(1);
    let client = start(config);
    let mut conn = smsc.bound().await;
    let sent = send(&client);
    let silent = conn.expect(SUBMIT_SM).await;
    assert_eq!(sent.await.unwrap(), Submitted::Doubtful { why: Doubt::NoAnswer });
    let mut outcome = Submitted::Doubtful { why: Doubt::NoAnswer };
    for _ in 0..30 {
        let sent = send(&client);
        let next = conn.expect(SUBMIT_SM).await;
        // An answer that comes too late is not taken for the next one's.
        conn.send(SUBMIT_SM | RESP, 0, silent.sequence, b"late\0").await;
        conn.send(SUBMIT_SM | RESP, 0, next.sequence, b"next\0").await;
        outcome = sent.await.unwrap();
        // A second may be too short for us too.
        if outcome != (Submitted::Doubtful { why: Doubt::NoAnswer }) {
            break;
        }
    }
    assert_eq!(outcome, Submitted::Accepted { ids: vec!["next".into()] });
}

#[tokio::test]
async fn a_cut_after_the_message_is_doubt() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let sent = send(&client);
    conn.expect(SUBMIT_SM).await;
    // With a reset, as from a process that was killed.
    conn.stream.set_zero_linger().unwrap();
    drop(conn);
    assert_eq!(sent.await.unwrap(), Submitted::Doubtful { why: Doubt::Cut });
    // And the client is back by itself.
    let mut conn = smsc.bound().await;
    let sent = send(&client);
    conn.answer(0, "again").await;
    assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["again".into()] });
}

#[tokio::test]
async fn what_never_left_is_no_doubt() {
    let mut config = Smsc::closed().await;
    config.timing.bind_wait = Duration::from_millis(50);
    let client = start(config);
    assert_eq!(send(&client).await.unwrap(), NOT_BOUND);
    let status = until(&client, |status| status.last_error.is_some()).await;
    assert!(status.last_error.unwrap().starts_with("cannot connect: "));
    assert_eq!((status.link, status.sessions), (Link::Connecting, 0));

    // Those that wait for a place in the window when the connection goes have not left, either.
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.window = 1;
    let client = start(config);
    let mut conn = smsc.bound().await;
    let first = send(&client);
    conn.expect(SUBMIT_SM).await;
    let second = send(&client);
    assert!(conn.is_quiet(Duration::from_millis(50)).await);
    drop(conn);
    assert_eq!(first.await.unwrap(), Submitted::Doubtful { why: Doubt::Cut });
    assert_eq!(second.await.unwrap(), NOT_BOUND);
}

#[tokio::test]
async fn binds_that_drop_again_and_again_are_made_again_and_again() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    for sessions in 1..=6 {
        let mut conn = smsc.bound().await;
        until(&client, |status| is_bound(status) && status.sessions == sessions).await;
        if sessions % 2 == 0 {
            conn.send(UNBIND, 0, 9, b"").await;
            assert_eq!(conn.expect(UNBIND | RESP).await.sequence, 9);
            conn.expect_end().await;
        }
    }
    let status = until(&client, |status| status.last_error.as_deref() == Some("the gateway unbound")).await;
    assert_eq!(status.sessions, 6);
}

#[tokio::test]
async fn a_refused_login_is_remembered_and_tried_seldom() {
    for refusal in [0x0d, 0x0e, 0x0f] {
        let smsc = Smsc::listen().await;
        let mut config = smsc.config();
        config.timing.login_retry = Duration::from_millis(150);
        let client = start(config);
        let mut conn = smsc.accept().await;
        let bind = conn.expect(BIND_TRANSCEIVER).await;
        let refused = Instant::now();
        conn.send(BIND_TRANSCEIVER | RESP, refusal, bind.sequence, b"").await;
        conn.expect_end().await;
        let status = until(&client, |status| matches!(status.link, Link::LoginRefused { .. })).await;
        assert_eq!(status.link, Link::LoginRefused { status: refusal });
        assert!(!format!("{status:?}").contains("secret08"));
        // No message waits for it.
        assert_eq!(send(&client).await.unwrap(), Submitted::LoginRefused { status: refusal });
        let _conn = smsc.bound().await;
        assert!(refused.elapsed() > Duration::from_millis(140), "{:?}", refused.elapsed());
        until(&client, is_bound).await;
    }
}

#[tokio::test]
async fn a_bind_that_fails_otherwise_is_tried_soon() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.timing.bind = Duration::from_secs(1);
    let client = start(config);
    let mut conn = smsc.accept().await;
    let bind = conn.expect(BIND_TRANSCEIVER).await;
    // Still bound, by its own account: ESME_RALYBND.
    conn.send(BIND_TRANSCEIVER | RESP, 0x05, bind.sequence, b"").await;
    let status = until(&client, |status| status.last_error.is_some()).await;
    assert_eq!(status.last_error.as_deref(), Some("the bind was refused with status 0x5"));
    // No answer at all; then one that trickles in and never ends.
    let mut silent = smsc.accept().await;
    silent.expect(BIND_TRANSCEIVER).await;
    silent.expect_end().await;
    until(&client, |status| status.last_error.as_deref() == Some("the bind had no answer")).await;
    let mut loris = smsc.accept().await;
    loris.expect(BIND_TRANSCEIVER).await;
    loris.raw(b"\0\0\xff").await;
    loris.expect_end().await;
    let mut rude = smsc.accept().await;
    rude.expect(BIND_TRANSCEIVER).await;
    rude.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    rude.expect_end().await;
    until(&client, |status| status.last_error.as_deref() == Some("the gateway sent no SMPP")).await;
    let _conn = smsc.bound().await;
    until(&client, is_bound).await;
}

#[tokio::test]
async fn garbage_between_pdus_ends_the_session_only() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    for garbage in
        [&b"\0\0\0\x0fabcdefghijklmnop"[..], b"\xff\xff\xff\xffxxxxxxxxxxxxxxxx", b"\0\x01\0\x01xxxx", &[0; 64]]
    {
        let mut conn = smsc.bound().await;
        conn.raw(garbage).await;
        let nack = conn.expect(GENERIC_NACK).await;
        assert_eq!((nack.status, nack.sequence), (0x02, 0), "{garbage:x?}");
        conn.expect_end().await;
    }
    until(&client, |status| status.last_error.as_deref() == Some("the gateway sent no SMPP")).await;
}

#[tokio::test]
async fn odd_pdus_leave_the_session_alone() {
    let smsc = Smsc::listen().await;
    let (client, _, mut deliveries) = Desk::start(smsc.config());
    let mut conn = smsc.bound().await;
    // Commands that no client gets: a submit_sm, one of version 5, one of nobody's.
    for (sequence, id) in [(1, SUBMIT_SM), (2, 0x111), (3, 0x7777)] {
        conn.send(id, 0, sequence, b"body").await;
        let nack = conn.expect(GENERIC_NACK).await;
        assert_eq!((nack.status, nack.sequence), (0x03, sequence));
    }
    // Answers to what was not asked, notifications, and a deliver_sm that is cut short.
    conn.send(SUBMIT_SM | RESP, 0, 4242, b"id\0").await;
    conn.send(SUBMIT_SM | RESP, 0, u32::MAX, b"").await;
    conn.send(GENERIC_NACK, 0, 0, b"").await;
    conn.send(0x8000_7777, 0, 1, b"x").await;
    conn.send(UNBIND | RESP, 0, 1, b"").await;
    conn.send(0x102, 0, 5, b"\0").await;
    conn.send(0x0b, 0, 6, b"id\0pw\0").await;
    let whole = delivery(0, b"STOP");
    conn.send(DELIVER_SM, 0, 7, &whole[..whole.len() - 1]).await;
    let answer = conn.expect(DELIVER_SM | RESP).await;
    assert_eq!((answer.status, answer.sequence), (0x02, 7));
    // One octet at a time is odd, but sound.
    for octet in octets(DELIVER_SM, 0, 8, &whole) {
        conn.raw(&[octet]).await;
        conn.stream.flush().await.unwrap();
    }
    assert_eq!(conn.expect(DELIVER_SM | RESP).await.status, 0);
    assert!(deliveries.recv().await.is_some());
    let sent = send(&client);
    conn.answer(0, "ok").await;
    assert_eq!(sent.await.unwrap(), Submitted::Accepted { ids: vec!["ok".into()] });
    assert_eq!(until(&client, is_bound).await.sessions, 1);
}

#[tokio::test]
async fn a_pdu_that_never_ends_is_a_dead_peer() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.timing.enquire_link = Duration::from_millis(50);
    config.timing.enquire_link_answer = Duration::from_millis(100);
    let client = start(config);
    let mut conn = smsc.bound().await;
    // 60 KiB announced, a few octets sent now and then.
    conn.raw(b"\0\0\xf0\0\0\0\0\x05\0\0\0\0\0\0\0\x01").await;
    let mut sent = 0;
    while conn.stream.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        sent += 1;
        assert!(sent < 1000, "the client holds on");
    }
    until(&client, |status| status.last_error.as_deref() == Some("enquire_link had no answer")).await;
}

#[tokio::test]
async fn a_peer_that_asks_and_does_not_read_is_left() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let enquiries = octets(ENQUIRE_LINK, 0, 1, b"").repeat(4096);
    // The answers fill the sockets, then the client's memory, up to its limit.
    for round in 0.. {
        if conn.stream.write_all(&enquiries).await.is_err() {
            break;
        }
        assert!(round < 2000, "the client keeps it all");
    }
    until(&client, |status| status.last_error.as_deref().is_some_and(|words| words.contains("does not read"))).await;
}
