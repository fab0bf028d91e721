//! Against the SMPP stack of the npm package `smpp`, which Node runs. `bin/setup` installs it.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use smpp::{Client, Config, Delivery, Doubt, Link, Long, Message, Submitted, Text, Verdict};
use testbase::peer::Peer;
use tokio::time::Instant;

use crate::smsc::{Desk, is_bound, message, text, until};

fn config(peer: &Peer) -> Config {
    let mut config = Config::new("127.0.0.1", peer.port, "redress", "secret08".into());
    config.source_addr = Some("REDRESS".into());
    config.per_second = 0;
    config.timing.backoff_first = Duration::from_millis(20);
    config.timing.backoff_last = Duration::from_millis(40);
    // Node takes its time on a slow machine.
    config.timing.bind_wait = Duration::from_mins(1);
    config
}

fn ids(submitted: Submitted) -> Vec<String> {
    match submitted {
        Submitted::Accepted { ids } => ids,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stack_of_others_reads_what_we_write() {
    let mut peer = Peer::start().await;
    let mut config = config(&peer);
    config.tlvs = vec![(0x1400, b"1101\0".to_vec())];
    let (client, _, _) = Desk::start(config);
    let bind = peer.event("bind").await;
    assert_eq!((&bind["right"], &bind["version"]), (&json!(true), &json!(0x34)));

    let id = ids(client.submit(text("Bill [1] is 5")).await).remove(0);
    let seen = peer.event("submit").await;
    assert_eq!(seen["id"], json!(id));
    let expected = json!({
        "from": "REDRESS", "fromTon": 5, "fromNpi": 0, "to": "919876543210", "toTon": 1, "toNpi": 1,
        "coding": 0, "esm": 0, "registered": 1, "udh": [], "payload": false, "sar": null,
        "tlvs": {"5120": "1101\0"},
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&seen[field], value, "{field}");
    }

    // The GSM alphabet with an escape, as the stack decodes it.
    let euro = Text::Gsm7(vec![0x1b, 0x65, b'5', b' ', 0x00]);
    ids(client.submit(Message { text: euro, ..message() }).await);
    assert_eq!(peer.event("submit").await["text"], "€5 @");
    let hindi = "आपका टिकट दर्ज हुआ 😀";
    let octets = hindi.encode_utf16().flat_map(u16::to_be_bytes).collect();
    ids(client.submit(Message { text: Text::Ucs2(octets), ..message() }).await);
    let seen = peer.event("submit").await;
    assert_eq!((&seen["text"], &seen["coding"]), (&json!(hindi), &json!(8)));
}

#[tokio::test]
async fn long_messages_arrive_whole_in_each_way() {
    let mut peer = Peer::start().await;
    let long = (0..40).map(|line| format!("Line {line} of the bill.")).collect::<Vec<_>>().join(" ");
    for way in [Long::Udh, Long::Sar, Long::Payload] {
        let mut config = config(&peer);
        config.long = way;
        let (client, _, _) = Desk::start(config);
        let ids = ids(client.submit(text(&long)).await);
        let mut joined = String::new();
        for (number, id) in (1..).zip(&ids) {
            let seen = peer.event("submit").await;
            assert_eq!(seen["id"], json!(id));
            joined += seen["text"].as_str().unwrap();
            match way {
                Long::Udh => {
                    assert_eq!(seen["esm"], 0x40);
                    let header = &seen["udh"][0];
                    assert_eq!((&header[3], &header[4]), (&json!(ids.len()), &json!(number)), "{header}");
                }
                Long::Sar => assert_eq!((&seen["sar"][1], &seen["sar"][2]), (&json!(ids.len()), &json!(number))),
                Long::Payload => assert_eq!(seen["payload"], true),
            }
        }
        assert_eq!(joined, long, "{way:?}");
        client.stop().await;
        peer.event("unbound").await;
    }
}

#[tokio::test]
async fn receipts_come_in_any_number_and_order() {
    let mut peer = Peer::start().await;
    let (client, _, mut deliveries) = Desk::start(config(&peer));
    for (stat, verdict) in
        [("DELIVRD", Verdict::Delivered), ("UNDELIV", Verdict::Failed), ("ENROUTE", Verdict::Accepted)]
    {
        peer.order(json!({"plan": {"receipt": stat, "receiptFirst": stat == "UNDELIV", "receiptTimes": 2}})).await;
        let id = ids(client.submit(message()).await).remove(0);
        for _ in 0..2 {
            let Some(Delivery::Receipt(receipt)) = deliveries.recv().await else { panic!("no receipt") };
            assert_eq!(
                (receipt.verdict, receipt.stat.as_deref(), receipt.err.as_deref()),
                (verdict, Some(stat), Some("000"))
            );
            assert_eq!((receipt.message_id.as_ref(), receipt.receipted_message_id.as_ref()), (Some(&id), Some(&id)));
            assert_eq!(peer.event("delivered").await["status"], 0);
        }
    }
    // Hexadecimal in the answer, decimal in the receipt.
    peer.order(json!({"plan": {"receipt": "DELIVRD", "receiptFirst": false, "receiptTimes": 1, "decimal": true}}))
        .await;
    let id = ids(client.submit(message()).await).remove(0);
    let Some(Delivery::Receipt(receipt)) = deliveries.recv().await else { panic!("no receipt") };
    assert_eq!(receipt.message_id, Some(u64::from_str_radix(&id, 16).unwrap().to_string()));
    assert_eq!(receipt.receipted_message_id, None);
    // None was asked for, none comes: the next delivery is another.
    ids(client.submit(Message { registered_delivery: false, ..message() }).await);
    peer.order(json!({"deliver": {"source_addr": "919876543210", "short_message": "HELP"}})).await;
    assert!(matches!(deliveries.recv().await, Some(Delivery::Inbound(_))));
}

#[tokio::test]
async fn people_write_in_each_alphabet() {
    let mut peer = Peer::start().await;
    let (client, desk, mut deliveries) = Desk::start(config(&peer));
    until(&client, is_bound).await;
    for (coding, text) in [(0, "STOP {€}"), (3, "arrêt"), (8, "बंद करो 😀")] {
        let deliver = json!({"source_addr": "+919876543210", "destination_addr": "56161", "data_coding": coding, "short_message": text});
        peer.order(json!({"deliver": deliver})).await;
        let Some(Delivery::Inbound(message)) = deliveries.recv().await else { panic!("no message") };
        assert_eq!(
            (message.text.as_str(), message.from.as_str(), message.to.as_str()),
            (text, "+919876543210", "56161")
        );
        assert_eq!(peer.event("delivered").await["status"], 0);
    }
    *desk.answer.lock().unwrap() = Err(smpp::TryAgain);
    peer.order(json!({"deliver": {"short_message": "STOP"}})).await;
    assert_eq!(peer.event("delivered").await["status"], 0x64);
    peer.order(json!({"enquire": true})).await;
    assert_eq!(peer.event("enquired").await["status"], 0);
}

#[tokio::test]
async fn trouble_is_told_apart() {
    let mut peer = Peer::start().await;
    let (client, _, _) = Desk::start(config(&peer));
    peer.order(json!({"plan": {"statuses": [0x0b, 0x08, 0x58]}})).await;
    assert_eq!(client.submit(message()).await, Submitted::Refused { status: 0x0b });
    let later = Submitted::Later { status: Some(0x08), throttled: false, after: None };
    assert_eq!(client.submit(message()).await, later);
    assert!(matches!(client.submit(message()).await, Submitted::Later { status: Some(0x58), throttled: true, .. }));
    let mut hasty = config(&peer);
    hasty.timing.response = Duration::from_secs(3);
    let (hasty, _, _) = Desk::start(hasty);
    until(&hasty, is_bound).await;
    peer.order(json!({"plan": {"silent": 1, "cutAfter": 0}})).await;
    assert_eq!(hasty.submit(message()).await, Submitted::Doubtful { why: Doubt::NoAnswer });
    hasty.stop().await;
    peer.event("unbound").await;
    peer.order(json!({"plan": {"cutAfter": 1}})).await;
    assert_eq!(client.submit(message()).await, Submitted::Doubtful { why: Doubt::Cut });
    ids(client.submit(message()).await);
    peer.order(json!({"unbind": true})).await;
    peer.event("unbound").await;
    until(&client, |status| is_bound(status) && status.sessions == 3).await;
    peer.order(json!({"cut": true})).await;
    until(&client, |status| is_bound(status) && status.sessions == 4).await;
}

#[tokio::test]
async fn a_wrong_password_is_a_refused_login() {
    let mut peer = Peer::start().await;
    let mut config = config(&peer);
    config.password = "wrong".into();
    config.timing.login_retry = Duration::from_millis(100);
    let (client, _, _) = Desk::start(config);
    let status = until(&client, |status| status.last_error.is_some()).await;
    assert_eq!(status.link, Link::LoginRefused { status: 0x0e });
    assert_eq!(client.submit(message()).await, Submitted::LoginRefused { status: 0x0e });
    peer.order(json!({"plan": {"password": "wrong"}})).await;
    until(&client, is_bound).await;
    ids(client.submit(message()).await);
}

/// Not a test of anything but speed: `cargo test -p smpp --release -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures"]
async fn how_many_a_second() {
    const MESSAGES: usize = 20_000;
    for window in [1, 10, 50] {
        let mut peer = Peer::start().await;
        let mut config = config(&peer);
        config.window = window;
        let client = Arc::new(Client::start(config, |_| async { Ok(()) }).unwrap());
        until(&client, is_bound).await;
        // Somebody must read what it says, or it stops.
        let events = tokio::spawn(async move { while peer.goes_on().await {} });
        let start = Instant::now();
        let senders = (0..window).map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move {
                for _ in 0..MESSAGES / window {
                    ids(client.submit(message()).await);
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.unwrap();
        }
        let rate = f64::from(u32::try_from(MESSAGES).unwrap()) / start.elapsed().as_secs_f64();
        println!("window {window}: {rate:.0} messages a second");
        events.abort();
    }
}
