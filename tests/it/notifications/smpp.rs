//! SMPP through the whole of the outbox, against a stack of other people's.

use redress::notifications::State;
use serde_json::{Value, json};
use testbase::peer::Peer;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::post::{MOBILE, Post, REFERENCE};
use crate::support::eventually;

/// A post room whose worker runs, bound to a gateway.
struct Bound {
    post: Post,
    peer: Peer,
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

impl Bound {
    async fn start(more: &[(&str, &str)]) -> Self {
        let mut peer = Peer::start().await;
        let number = peer.port.to_string();
        let settings = [
            ("sms.gateway", "smpp"),
            ("sms.sender", "REDRESS"),
            ("sms.smpp.host", "127.0.0.1"),
            ("sms.smpp.port", &number),
            ("sms.smpp.system_id", "redress"),
            ("sms.smpp.password", "secret08"),
            ("sms.smpp.per_second", "0"),
        ];
        let post = Post::at_work(&[&settings[..], more].concat()).await;
        let (stop, stopped) = watch::channel(false);
        let worker = tokio::spawn(post.worker.clone().run(Some(post.inbox.clone()), stopped));
        assert_eq!(peer.event("bind").await["right"], true);
        Self { post, peer, stop, worker }
    }

    async fn plan(&mut self, plan: Value) {
        self.peer.order(json!({ "plan": plan })).await;
    }

    async fn log(&self, issue: &'static str) -> Uuid {
        let ticket = self.post.log_for(MOBILE, issue).await;
        self.post.outbox.wake();
        ticket
    }

    async fn until(&self, ticket: Uuid, state: State) {
        eventually(state.name(), async || (self.post.state(ticket).await == state).then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_took_is_delivered_when_its_receipt_says_so_however_it_comes() {
    let mut desk = Bound::start(&[]).await;
    for plan in [
        json!({"receipt": "DELIVRD"}),
        json!({"receipt": "DELIVRD", "receiptTimes": 2, "receiptFirst": true}),
        json!({"receipt": "DELIVRD", "receiptTimes": 1, "receiptFirst": false, "decimal": true}),
    ] {
        desk.plan(plan.clone()).await;
        let ticket = desk.log("The bill counts October twice").await;
        let seen = desk.peer.event("submit").await;
        assert!(seen["text"].as_str().unwrap().contains(REFERENCE) && seen["to"] == MOBILE[1..], "{seen}");
        desk.until(ticket, State::Delivered).await;
        let message = desk.post.message(ticket).await;
        assert_eq!((message.attempts, message.gateway.as_deref()), (1, Some("smpp")), "{plan}");
    }
    desk.plan(json!({"receipt": "UNDELIV", "decimal": false})).await;
    let ticket = desk.log("The bill counts October twice").await;
    desk.until(ticket, State::Failed).await;
    let reason = desk.post.message(ticket).await.reason.unwrap();
    assert!(reason.starts_with("reported undeliverable (UNDELIV"), "{reason}");
    desk.stop.send_replace(true);
    desk.worker.await.unwrap();
    desk.peer.event("unbound").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hindi_of_two_parts_is_delivered_when_both_are() {
    let mut desk = Bound::start(&[("sms.language", "hi")]).await;
    desk.plan(json!({"receipt": "DELIVRD"})).await;
    let ticket = desk.log("राउटर का शुल्क दो बार लगा है और बिल में पिछले महीने की राशि भी है").await;
    let parts = [desk.peer.event("submit").await, desk.peer.event("submit").await];
    assert!(parts.iter().all(|part| part["coding"] == 8 && part["udh"].as_array().unwrap().len() == 1), "{parts:?}");
    desk.until(ticket, State::Delivered).await;
    assert_eq!(desk.post.message(ticket).await.segments, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_be_throttled_costs_no_try_and_a_refused_number_is_final() {
    let mut desk = Bound::start(&[]).await;
    desk.plan(json!({"statuses": [0x58, 0x14], "receipt": "DELIVRD"})).await;
    let ticket = desk.log("Slowly").await;
    desk.until(ticket, State::Delivered).await;
    let message = desk.post.message(ticket).await;
    assert_eq!(message.attempts, 1, "{:?}", message.events);
    let slow = message.events.iter().filter_map(|event| event.reason.as_deref()).collect::<Vec<_>>();
    assert!(slow.contains(&"the gateway asks us to slow down (0x58)"), "{slow:?}");
    desk.plan(json!({"statuses": [0x0B]})).await;
    let ticket = desk.log("Nowhere").await;
    desk.until(ticket, State::Failed).await;
    assert_eq!(desk.post.message(ticket).await.reason.as_deref(), Some("the gateway knows no such number (0x0B)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bind_that_drops_again_and_again_loses_nothing() {
    let mut desk = Bound::start(&[]).await;
    desk.plan(json!({"receipt": "DELIVRD"})).await;
    for _ in 0..3 {
        desk.peer.order(json!({"cut": true})).await;
        let ticket = desk.log("The bill counts October twice").await;
        desk.peer.event("bind").await;
        desk.until(ticket, State::Delivered).await;
        // It was surely not sent while there was no bind, so that it is sent once.
        assert!(desk.post.message(ticket).await.events.iter().all(|event| event.state != State::Unknown));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_after_it_left_is_in_doubt_and_waits_for_its_one_more_try() {
    let mut desk = Bound::start(&[]).await;
    desk.plan(json!({"cutAfter": 1})).await;
    let ticket = desk.log("The bill counts October twice").await;
    desk.peer.event("submit").await;
    eventually("the doubt", async || {
        let message = desk.post.message(ticket).await;
        (message.reason.as_deref() == Some("the connection was cut before the answer")).then_some(())
    })
    .await;
    let message = desk.post.message(ticket).await;
    assert_eq!((message.state, message.attempts), (State::Queued, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_write_is_answered_by_the_same_bind_and_their_long_messages_are_whole() {
    let mut desk = Bound::start(&[]).await;
    let deliver = |text: Value| {
        json!({"deliver": {"source_addr": &MOBILE[1..], "source_addr_ton": 1, "source_addr_npi": 1,
            "destination_addr": "56161", "short_message": text}})
    };
    desk.peer.order(deliver(json!(format!("STATUS {REFERENCE}")))).await;
    let answer = desk.peer.event("submit").await;
    assert!(answer["text"].as_str().unwrap().contains("In Progress") && answer["from"] == "56161", "{answer}");
    assert_eq!((&answer["to"], &answer["registered"]), (&json!(&MOBILE[1..]), &json!(0)));
    for (number, text) in [(2, "as last month."), (1, "The amount is wrong, the same ")] {
        let udh = json!({"udh": [5, 0, 3, 9, 2, number], "message": text});
        let mut order = deliver(udh);
        order["deliver"]["esm_class"] = json!(0x40);
        desk.peer.order(order).await;
    }
    // Neither part is answered before the whole is kept, or they would be taken one by one.
    for _ in 0..2 {
        assert_eq!(desk.peer.event("delivered").await["status"], 0);
    }
    let written = eventually("the whole message", async || {
        let written = desk.post.written.lock().unwrap().clone();
        (!written.is_empty()).then_some(written)
    });
    assert_eq!(written.await, ["The amount is wrong, the same as last month."]);
}
