//! What is queued, held back, undone, sent again, and never sent.

use redress::{
    clock::Clock,
    notifications::{Contact, Facts, Kind, News, State},
};
use serde_json::json;

use super::{
    fake_gateway::FakeGateway,
    post::{LANDLINE, MOBILE, Post, REFERENCE, path, report_url},
};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_queued_with_its_ticket_and_only_once_for_a_version() {
    let post = Post::at("http://127.0.0.1:9/").await;
    let ticket = post.log().await;
    post.fix(ticket, 0).await;
    post.fix(ticket, 0).await;
    let all = post.messages(ticket).await;
    assert_eq!(all.iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::Created, Kind::Fixed]);
    let first = &all[0];
    assert_eq!((first.state, first.channel.name, first.recipient.as_str()), (State::Queued, "sms", MOBILE));
    assert!(first.text.contains(REFERENCE) && first.text.contains("Reply STATUS"), "{}", first.text);
    assert_eq!((first.segments, first.attempts, first.sent_at, first.settled_at), (1, 0, None, None));
    assert_eq!(path(first), ["queued"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_not_kept_leaves_no_message() {
    let post = Post::at("http://127.0.0.1:9/").await;
    let ticket = post.log().await;
    let outbox = post.outbox.clone();
    let failed = post
        .db
        .write(move |tx| {
            let to = redress::phone::Phone::from_e164(MOBILE).unwrap();
            let facts = Facts { reference: REFERENCE, ..Facts::default() };
            let to = Contact { phone: Some(&to), email: None };
            let message = News { ticket, revision: 2, kind: Kind::Fixed, facts, to, rank: 2, hold: 0 };
            outbox.enqueue(tx, &outbox.prepare(&message))?;
            Err::<(), _>(redress::fault::Fault::NotFound)
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(post.messages(ticket).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_gateway_messages_are_suppressed_at_once() {
    let post = Post::with(&[]).await;
    let ticket = post.log().await;
    let message = post.message(ticket).await;
    assert_eq!(message.state, State::Suppressed);
    assert_eq!(message.reason.as_deref(), Some("not sent: no SMS gateway is set"));
    assert!(message.settled_at.is_some() && message.sent_at.is_none());
    assert_eq!(post.worker.step().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landline_gets_nothing() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log_for(LANDLINE, "No line").await;
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some("no SMS number")));
    assert_eq!(post.worker.step().await.unwrap(), 0);
    assert!(gateway.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_message_waits_and_can_be_undone_until_it_goes() {
    for gateway in ["kannel", "log"] {
        let fake = FakeGateway::start([]).await;
        let post = if gateway == "log" { Post::with(&[]).await } else { Post::through(&fake).await };
        let (kept, undone) = (post.log().await, post.log().await);
        while post.worker.step().await.unwrap() > 0 {}
        let before = fake.requests().len();
        post.fix(kept, 5_000).await;
        post.fix(undone, 5_000).await;
        post.hand.advance(4_999);
        assert_eq!(post.worker.step().await.unwrap(), 0, "held back");
        assert!(post.undo(undone).await);
        assert!(!post.undo(undone).await, "once is enough");
        let cancelled = post.messages(undone).await.remove(1);
        assert_eq!(cancelled.state, State::Cancelled);
        assert_eq!(cancelled.events.last().unwrap().by, Some(post.user));
        post.hand.advance(1);
        assert!(!post.undo(kept).await, "the time is over");
        post.worker.step().await.unwrap();
        assert_eq!(fake.requests().len() - before, usize::from(gateway == "kannel"));
        assert!(!post.undo(kept).await);
        assert!(post.resend(cancelled.id).await.is_err(), "what was undone is not sent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_held_cannot_be_undone() {
    let post = Post::at("http://127.0.0.1:9/").await;
    let ticket = post.log().await;
    post.fix(ticket, 0).await;
    assert!(!post.undo(ticket).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_again_starts_from_the_beginning_and_names_who_asked() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    let first = post.message(ticket).await;
    assert!(post.resend(first.id).await.is_err(), "it waits already");
    post.worker.step().await.unwrap();
    let again = post.resend(first.id).await.unwrap();
    assert_eq!((again.id, again.state, again.attempts, again.sent_at), (first.id, State::Queued, 0, None));
    assert_eq!(again.events.last().unwrap().by, Some(post.user));
    post.worker.step().await.unwrap();
    let sent = gateway.requests();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["text"], sent[1]["text"]);
    assert_ne!(sent[0]["dlr-url"], sent[1]["dlr-url"], "a report has to say which sending it is about");
    assert_eq!(path(&post.message(ticket).await), ["queued", "sending", "sent", "queued", "sending", "sent"]);
    assert!(matches!(post.resend(ticket).await, Err(redress::fault::Fault::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_again_goes_to_the_number_that_the_ticket_has_now() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log_for("+447700900999", "Wrong number").await;
    let first = post.message(ticket).await;
    assert_eq!(post.ticket_of(first.id).await, Some(ticket));
    assert_eq!(post.ticket_of(ticket).await, None);
    post.worker.step().await.unwrap();
    let again = post.resend(first.id).await.unwrap();
    assert_eq!((again.recipient.as_str(), &again.text), (MOBILE, &first.text));
    // The wrong phone has it, which is no news of the right one.
    let report = report_url(&gateway.requests()[0], "1", "old");
    assert_eq!(post.call(&report).await.0, 200);
    assert_eq!(post.worker.step().await.unwrap(), 1);
    assert_eq!(gateway.requests()[1]["to"], MOBILE);

    // The new number's own STOP holds, and a landline's own hindrance.
    post.write(MOBILE, "STOP").await;
    let stopped = post.resend(first.id).await.unwrap();
    assert_eq!((stopped.state, stopped.reason.as_deref()), (State::Suppressed, Some("opted out")));
    let landline = post.resend_to(first.id, LANDLINE).await.unwrap();
    assert_eq!(landline.reason.as_deref(), Some("no SMS number"));
    assert_eq!(post.resend_to(first.id, "+447700900555").await.unwrap().state, State::Queued);
    post.write("+447700900555", "STOP").await;
    post.worker.step().await.unwrap();
    assert_eq!(post.state(ticket).await, State::Suppressed, "looked at again by the new number's token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_corrects_a_number_and_sends_again() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({"clientPhone": "+447700900999"})).await;
    let id = ticket["id"].as_str().unwrap();
    let sms = admin.get(&format!("/api/tickets/{id}/notifications")).await.json["items"][0].clone();
    assert_eq!(sms["recipient"], "+447700900999");
    let corrected = admin.patch(&format!("/api/tickets/{id}"), &json!({"clientPhone": MOBILE})).await;
    assert_eq!(corrected.status, 200, "{}", corrected.text);
    let path = format!("/api/notifications/{}/resend", sms["id"].as_str().unwrap());
    let again = admin.post(&path, &json!({})).await;
    assert_eq!((again.status, &again.json["recipient"]), (202, &json!(MOBILE)), "{}", again.text);
    assert_eq!(admin.post(&format!("/api/notifications/{id}/resend"), &json!({})).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_another_time_are_queued_by_a_clock_of_their_own() {
    let gateway = FakeGateway::start([]).await;
    let mut post = Post::through(&gateway).await;
    let now = post.clock.now();
    let (before, present) = (Clock::fixed(now - 3_600_000, 9).0, post.outbox.clone());
    post.outbox = present.with_clock(before);
    let old = post.log().await;
    post.outbox = present;
    let new = post.log().await;
    let [old, new] = [post.message(old).await, post.message(new).await];
    assert_eq!((old.created_at, old.events[0].at, new.created_at), (now - 3_600_000, now - 3_600_000, now));
    assert!(old.id < new.id);
    post.outbox.wake();
    post.worker.step().await.unwrap();
    assert_eq!(gateway.requests().len(), 2);
}
