//! Messages, receipts and binds as they should go.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use smpp::{Client, Delivery, Doubt, Link, Submitted, TryAgain, Verdict};
use tokio::{sync::Semaphore, time::timeout};

use crate::smsc::*;

fn accepted(id: &str) -> Submitted {
    Submitted::Accepted { ids: vec![id.into()] }
}

#[tokio::test]
async fn a_message_goes_out_and_its_receipt_comes_in() {
    let smsc = Smsc::listen().await;
    let (client, _, mut deliveries) = Desk::start(smsc.config());
    let sender = Arc::clone(&client);
    // Sent before there is a bind: it waits for one.
    let sent = tokio::spawn(async move { sender.submit(message()).await });
    let mut conn = smsc.bound().await;
    let submit = conn.answer(0, "2A").await;
    let head = b"\0\x05\x00REDRESS\0\x01\x01919876543210\0\0\0\0\0\0\x01\0\0\0\x21Ticket BILL-20261123-7K3Q logged.";
    assert_eq!(submit.body, head);
    assert_eq!(sent.await.unwrap(), accepted("2A"));

    let receipt =
        [delivery(0x04, b"id:42 sub:001 dlvrd:001 stat:DELIVRD err:000 text:Ticket"), b"\0\x1e\0\x032A\0".into()];
    conn.send(DELIVER_SM, 0, 5, &receipt.concat()).await;
    let answer = conn.expect(DELIVER_SM | RESP).await;
    assert_eq!((answer.status, answer.sequence, answer.body), (0, 5, vec![0]));
    let Some(Delivery::Receipt(receipt)) = deliveries.recv().await else { panic!("no receipt") };
    assert_eq!((receipt.message_id.as_deref(), receipt.receipted_message_id.as_deref()), (Some("42"), Some("2A")));
    assert_eq!(receipt.verdict, Verdict::Delivered);
    let status = until(&client, is_bound).await;
    assert_eq!((status.sessions, status.last_error, status.throttled), (1, None, false));
}

#[tokio::test]
async fn a_delivery_is_acknowledged_when_it_is_kept() {
    let smsc = Smsc::listen().await;
    let kept = Arc::new(Semaphore::new(0));
    let (may_keep, calls) = (Arc::clone(&kept), Arc::new(AtomicUsize::new(0)));
    let client = Client::start(smsc.config(), move |delivery| {
        let (may_keep, call) = (Arc::clone(&may_keep), calls.fetch_add(1, Ordering::Relaxed));
        async move {
            let Delivery::Inbound(message) = delivery else { panic!("not a receipt") };
            assert_eq!(message.text, "STOP");
            match call {
                0 => may_keep.acquire().await.unwrap().forget(),
                1 => return Err(TryAgain),
                _ => panic!("a handler may"),
            }
            Ok(())
        }
    });
    let client = client.unwrap();
    let mut conn = smsc.bound().await;
    conn.send(DELIVER_SM, 0, 1, &delivery(0, b"STOP")).await;
    assert!(conn.is_quiet(Duration::from_millis(50)).await, "acknowledged before it was kept");
    kept.add_permits(1);
    assert_eq!(conn.expect(DELIVER_SM | RESP).await.status, 0);
    for sequence in [2, 3] {
        conn.send(DELIVER_SM, 0, sequence, &delivery(0, b"STOP")).await;
        let answer = conn.expect(DELIVER_SM | RESP).await;
        assert_eq!((answer.status, answer.sequence), (0x64, sequence));
    }
    drop(client);
}

#[tokio::test]
async fn ids_of_inbound_messages_never_come_again() {
    let smsc = Smsc::listen().await;
    let (_client, _, mut deliveries) = Desk::start(smsc.config());
    let mut ids = Vec::new();
    for _ in 0..2 {
        let mut conn = smsc.bound().await;
        conn.send(DELIVER_SM, 0, 1, &delivery(0, b"STOP")).await;
        conn.expect(DELIVER_SM | RESP).await;
        let Some(Delivery::Inbound(message)) = deliveries.recv().await else { panic!("no message") };
        ids.push(message.id);
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn many_handlers_run_at_once_but_not_all() {
    let smsc = Smsc::listen().await;
    let (running, most, gate) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
    let (now, top, wait) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&gate));
    let _client = Client::start(smsc.config(), move |_| {
        let (now, top, wait) = (Arc::clone(&now), Arc::clone(&top), Arc::clone(&wait));
        async move {
            top.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            wait.acquire().await.unwrap().forget();
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let mut conn = smsc.bound().await;
    for sequence in 1..=300 {
        conn.send(DELIVER_SM, 0, sequence, &delivery(0, b"Hi")).await;
    }
    // What is too much is sent back at once; and the link still answers.
    for _ in 0..300 - 256 {
        assert_eq!(conn.expect(DELIVER_SM | RESP).await.status, 0x64);
    }
    conn.send(ENQUIRE_LINK, 0, 400, b"").await;
    conn.expect(ENQUIRE_LINK | RESP).await;
    gate.add_permits(256);
    for _ in 0..256 {
        assert_eq!(conn.expect(DELIVER_SM | RESP).await.status, 0);
    }
    assert_eq!((most.load(Ordering::SeqCst), running.load(Ordering::SeqCst)), (32, 0));
}

#[tokio::test]
async fn enquire_link_goes_both_ways() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.timing.enquire_link = Duration::from_millis(30);
    config.timing.enquire_link_answer = PATIENCE;
    let _client = start(config);
    let mut conn = smsc.bound().await;
    for _ in 0..3 {
        let enquiry = conn.expect(ENQUIRE_LINK).await;
        conn.send(ENQUIRE_LINK, 0, 77, b"").await;
        let answer = conn.expect(ENQUIRE_LINK | RESP).await;
        assert_eq!((answer.sequence, answer.status), (77, 0));
        conn.send(ENQUIRE_LINK | RESP, 0, enquiry.sequence, b"").await;
    }
}

#[tokio::test]
async fn a_gateway_that_answers_no_enquire_link_is_left_for_a_new_bind() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.timing.enquire_link = Duration::from_millis(30);
    config.timing.enquire_link_answer = Duration::from_secs(1);
    let client = start(config);
    let mut conn = smsc.bound().await;
    // Answers to other questions do not count, nor does anything else it may say.
    conn.expect(ENQUIRE_LINK).await;
    conn.send(ENQUIRE_LINK | RESP, 0, 9999, b"").await;
    conn.expect_end().await;
    let status = until(&client, |status| status.last_error.is_some()).await;
    assert_eq!(status.last_error.as_deref(), Some("enquire_link had no answer"));
    let _conn = smsc.bound().await;
    // It may have been left for its silence too.
    until(&client, |status| status.sessions == 2).await;
}

#[tokio::test]
async fn the_window_is_kept() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.window = 3;
    let client = start(config);
    let mut conn = smsc.bound().await;
    let sent: Vec<_> = (0..8)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.submit(message()).await })
        })
        .collect();
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(conn.expect(SUBMIT_SM).await.sequence);
    }
    assert!(conn.is_quiet(Duration::from_millis(100)).await, "a fourth left unanswered");
    // In any order: answers name what they answer.
    for answered in 0..8 {
        let sequence = open.pop().unwrap();
        conn.send(SUBMIT_SM | RESP, 0, sequence, format!("id{sequence}\0").as_bytes()).await;
        if answered < 5 {
            open.push(conn.expect(SUBMIT_SM).await.sequence);
        }
    }
    for sent in sent {
        assert!(matches!(sent.await.unwrap(), Submitted::Accepted { .. }));
    }
}

#[tokio::test]
async fn stop_waits_for_answers_then_unbinds() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(message()).await });
    let submit = conn.expect(SUBMIT_SM).await;
    let closer = Arc::clone(&client);
    let stopped = tokio::spawn(async move { closer.stop().await });
    assert!(conn.is_quiet(Duration::from_millis(50)).await, "unbound with a message on its way");
    let late = client.submit(message()).await;
    assert_eq!(late, Submitted::Later { status: None, throttled: false, after: None });
    conn.send(SUBMIT_SM | RESP, 0, submit.sequence, b"last\0").await;
    assert_eq!(sent.await.unwrap(), accepted("last"));
    let unbind = conn.expect(UNBIND).await;
    conn.send(UNBIND | RESP, 0, unbind.sequence, b"").await;
    conn.expect_end().await;
    timeout(PATIENCE, stopped).await.unwrap().unwrap();
    assert_eq!(until(&client, |_| true).await.link, Link::Stopped);
}

#[tokio::test]
async fn stop_does_not_wait_for_ever() {
    let smsc = Smsc::listen().await;
    let mut config = smsc.config();
    config.timing.drain = Duration::from_millis(50);
    let client = start(config);
    let mut conn = smsc.bound().await;
    let sender = Arc::clone(&client);
    let sent = tokio::spawn(async move { sender.submit(message()).await });
    conn.expect(SUBMIT_SM).await;
    // Neither the message nor the unbind is answered.
    client.stop().await;
    assert_eq!(sent.await.unwrap(), Submitted::Doubtful { why: Doubt::Cut });
    conn.expect(UNBIND).await;
    conn.expect_end().await;
}

#[tokio::test]
async fn a_client_that_is_dropped_unbinds() {
    let smsc = Smsc::listen().await;
    let client = start(smsc.config());
    let mut conn = smsc.bound().await;
    until(&client, is_bound).await;
    drop(client);
    conn.expect(UNBIND).await;
}

#[tokio::test]
async fn stop_needs_no_bind() {
    let client = start(Smsc::closed().await);
    until(&client, |status| status.last_error.is_some()).await;
    timeout(PATIENCE, client.stop()).await.unwrap();
}
