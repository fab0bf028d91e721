//! Reports: early, late, twice, in any order, about an earlier sending, and forged.

use std::sync::Arc;

use redress::{
    clock::Clock,
    notifications::{LEASE, State},
    staff::Role,
};
use serde_json::json;
use tokio::sync::Semaphore;

use super::{
    fake_gateway::{Act, FakeGateway},
    post::{Post, path, report_url},
};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_report_in_any_order_and_twice_ends_in_delivered() {
    for order in [["8", "1"], ["1", "8"], ["4", "9"]] {
        let gateway = FakeGateway::start([]).await;
        let post = Post::through(&gateway).await;
        let ticket = post.log().await;
        post.worker.step().await.unwrap();
        let request = gateway.requests().remove(0);
        for kind in order.into_iter().chain(order) {
            assert_eq!(post.call(&report_url(&request, kind, "a1")).await, (200, String::new()));
        }
        let message = post.message(ticket).await;
        assert_eq!((message.state, message.gateway_message_id.as_deref()), (State::Delivered, Some("a1")));
        assert_eq!(message.settled_at, Some(post.clock.now()));
        assert_eq!(path(&message), ["queued", "sending", "sent", "delivered"], "{order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_final_state_sticks_but_that_a_delivery_outdoes_a_failure() {
    for (first, then, end) in [("1", "34", State::Delivered), ("34", "1", State::Delivered), ("16", "8", State::Failed)]
    {
        let gateway = FakeGateway::start([]).await;
        let post = Post::through(&gateway).await;
        let ticket = post.log().await;
        post.worker.step().await.unwrap();
        let request = gateway.requests().remove(0);
        for kind in [first, then] {
            assert_eq!(post.call(&report_url(&request, kind, "")).await.0, 200);
        }
        assert_eq!(post.state(ticket).await, end, "{first} then {then}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_may_come_before_our_own_note_of_the_answer() {
    let told = Arc::new(Semaphore::new(0));
    let gateway = FakeGateway::start([Act::WhenTold(told.clone(), 202)]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    let worker = post.worker.clone();
    let step = tokio::spawn(async move { worker.step().await });
    gateway.arrived(1).await;
    assert_eq!(post.call(&report_url(&gateway.requests()[0], "1", "a1")).await.0, 200);
    assert_eq!(post.state(ticket).await, State::Delivered);
    told.add_permits(1);
    step.await.unwrap().unwrap();
    let message = post.message(ticket).await;
    assert_eq!(path(&message), ["queued", "sending", "delivered"]);
    post.hand.advance(LEASE + 1);
    assert_eq!(post.worker.step().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_on_a_doubtful_send_makes_the_second_needless() {
    let gateway = FakeGateway::start([Act::Cut]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    assert_eq!(post.state(ticket).await, State::Queued);
    post.call(&report_url(&gateway.requests()[0], "8", "a1")).await;
    assert_eq!(post.state(ticket).await, State::Sent);
    post.hand.advance(60_000);
    assert_eq!(post.worker.step().await.unwrap(), 0);
    assert_eq!(gateway.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_settles_what_was_unknown() {
    for (kind, end) in [("1", State::Delivered), ("2", State::Failed), ("4", State::Sent)] {
        let gateway = FakeGateway::start([Act::Cut, Act::Cut]).await;
        let post = Post::through(&gateway).await;
        let ticket = post.log().await;
        for _ in 0..2 {
            post.worker.step().await.unwrap();
            post.hand.advance(40_000);
        }
        assert_eq!(post.state(ticket).await, State::Unknown);
        post.call(&report_url(&gateway.requests()[1], kind, "")).await;
        assert_eq!(post.state(ticket).await, end);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_earlier_sending_only_a_delivery_counts() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    let first = gateway.requests().remove(0);
    let id = post.message(ticket).await.id;
    post.resend(id).await.unwrap();
    for kind in ["2", "8", "16"] {
        assert_eq!(post.call(&report_url(&first, kind, "old")).await.0, 200);
        assert_eq!(post.state(ticket).await, State::Queued);
    }
    post.call(&report_url(&first, "1", "old")).await;
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.gateway_message_id), (State::Delivered, None));
    assert_eq!(post.worker.step().await.unwrap(), 0, "the second sending is not needed any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_report_is_refused_without_a_hint() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let (ticket, other) = (post.log().await, post.log().await);
    post.worker.step().await.unwrap();
    let url = report_url(&gateway.requests()[0], "1", "a1");
    let secret = url.split("secret=").nth(1).unwrap().split('&').next().unwrap();
    let (mine, theirs) = (post.message(ticket).await.id.to_string(), post.message(other).await.id.to_string());
    let swapped = if url.contains(&mine) { url.replace(&mine, &theirs) } else { url.replace(&theirs, &mine) };
    let unknown = url.replace(&mine, &post.user.to_string()).replace(&theirs, &post.user.to_string());
    for forged in [
        swapped,
        unknown,
        url.replace(secret, &"0".repeat(secret.len())),
        url.replace(secret, ""),
        url.replace(secret, &secret[2..]),
        url.replace("round=1", "round=2"),
        url.replace("round=1", "round=x"),
        url.replace("id=", "x="),
        "/hooks/sms/kannel/status".to_owned(),
        format!("/hooks/sms/kannel/status?id={mine}&round=1&secret={}&type=1", post.secret),
    ] {
        assert_eq!(post.call(&forged).await, (403, "Refused.".to_owned()), "{forged}");
    }
    assert_eq!((post.state(ticket).await, post.state(other).await), (State::Sent, State::Sent));
    for nonsense in ["", "x", "-1", "99999999999"] {
        assert_eq!(post.call(&report_url(&gateway.requests()[0], nonsense, "")).await.0, 400, "{nonsense}");
    }
    assert_eq!(post.call(&report_url(&gateway.requests()[0], "0", "")).await.0, 200);
    assert_eq!(post.call(&url.replace("/kannel/", "/log/")).await.0, 404);
    assert_eq!(post.call(&url.replace("/kannel/", "/pigeon/")).await.0, 404);
    assert_eq!((post.state(ticket).await, post.state(other).await), (State::Sent, State::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_may_be_posted_as_a_form() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    let url = report_url(&gateway.requests()[0], "1", "a1");
    let (path, query) = url.strip_prefix("http://desk.test").unwrap().split_once('?').unwrap();
    let request = axum::http::Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(query.to_owned().into())
        .unwrap();
    assert_eq!(post.request(request).await.0, 200);
    assert_eq!(post.state(ticket).await, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_report_for_72_hours_it_is_unknown_until_one_comes() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let (silent, reported) = (post.log().await, post.log().await);
    post.worker.step().await.unwrap();
    let id = post.message(reported).await.id.to_string();
    let (mine, other): (Vec<_>, Vec<_>) =
        gateway.requests().into_iter().partition(|request| request["dlr-url"].contains(&id));
    post.call(&report_url(&mine[0], "1", "")).await;
    post.hand.advance(72 * 3_600_000 - 1);
    assert_eq!(post.lapse().await, 0, "not before its time");
    post.hand.advance(1);
    let young = post.log().await;
    post.worker.step().await.unwrap();
    assert_eq!(post.lapse().await, 1);
    assert_eq!(post.lapse().await, 0, "once");
    let message = post.message(silent).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Unknown, Some("no report within 72 hours")));
    assert_eq!(path(&message), ["queued", "sending", "sent", "unknown"]);
    assert_eq!((post.state(reported).await, post.state(young).await), (State::Delivered, State::Sent));
    post.hand.advance(3_600_000);
    assert_eq!(post.worker.step().await.unwrap(), 0, "not sent again by itself");
    post.call(&report_url(&other[0], "1", "")).await;
    assert_eq!(post.state(silent).await, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_looks_for_what_was_never_reported_on() {
    let gateway = FakeGateway::start([]).await;
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", gateway.url.as_str()),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "sendpw"),
    ];
    let (clock, hand) = Clock::fixed(1_793_707_200_000, 4);
    let app = TestApp::with_clock(&settings, clock.clone()).await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let path = format!("/api/tickets/{}/notifications", ticket["id"].as_str().unwrap());
    while admin.get(&path).await.json["items"][0]["state"] != "sent" {
        tokio::task::yield_now().await;
    }
    let dir = app.stop().await.unwrap();
    hand.advance(72 * 3_600_000);
    let app = TestApp::at(&dir, &settings, clock).await;
    let admin = app.caller("Ama Owusu", Role::Admin).await;
    while admin.get(&path).await.json["items"][0]["state"] != "unknown" {
        tokio::task::yield_now().await;
    }
}
