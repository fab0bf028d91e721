//! `Idempotency-Key`: twice sent, once done.

use redress::{
    clock::Clock,
    db::{Tx, params},
    staff::Role,
};
use serde_json::{Value, json};

use super::{KANNEL, assert_problem, count, least, messages, path, with};
use crate::support::{Caller, Reply, TestApp, eventually, ready};

const HOUR: i64 = 60 * 60 * 1000;

async fn post(caller: &Caller, path: &str, key: &str, body: &Value) -> Reply {
    caller.send(caller.request("POST", path).header("idempotency-key", key).json(body)).await
}

#[tokio::test]
async fn the_same_request_gets_the_first_answer_and_makes_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let first = post(&admin, "/api/tickets", "k1", &least()).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""), "{}", first.text);
    // The answer is the first one even when the ticket has changed since.
    admin.put(&path(&first.json), &json!({"priority": "Urgent"})).await;
    let second = post(&admin, "/api/tickets", "k1", &least()).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (201, "true"));
    assert_eq!(second.text, first.text);
    for name in ["location", "etag", "content-type"] {
        assert_eq!(second.header(name), first.header(name), "{name}");
    }
    assert_eq!(count(&admin).await, 1);
    assert_eq!(messages(&admin, &first.json).await.len(), 1);

    let notes = format!("{}/notes", path(&first.json));
    let body = json!({"content": "Called back."});
    let first_note = post(&admin, &notes, "n1", &body).await;
    let second_note = post(&admin, &notes, "n1", &body).await;
    assert_eq!((first_note.status, &first_note.text), (201, &second_note.text));
    assert_eq!(second_note.header("idempotency-replayed"), "true");
    assert_eq!(admin.get(&path(&first.json)).await.json["notes"].as_array().unwrap().len(), 1);
}

/// Not only what makes tickets: a hold is placed once, and ended once.
#[tokio::test]
async fn a_hold_is_placed_and_ended_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let hold = json!({"ticket": ticket["ticketRef"], "reason": "Case 1"});
    let placed =
        [post(&admin, "/api/privacy/holds", "h1", &hold).await, post(&admin, "/api/privacy/holds", "h1", &hold).await];
    assert_eq!((placed[0].status, placed[1].header("idempotency-replayed")), (201, "true"), "{}", placed[0].text);
    assert_eq!(placed[0].text, placed[1].text);
    assert_eq!(admin.get("/api/privacy/holds").await.json["items"].as_array().unwrap().len(), 1);
    let end = format!("/api/privacy/holds/{}/end", placed[0].json["id"].as_str().unwrap());
    let ended = [post(&admin, &end, "h2", &json!({})).await, post(&admin, &end, "h2", &json!({})).await];
    assert_eq!((ended[0].status, ended[1].header("idempotency-replayed")), (200, "true"), "{}", ended[0].text);
    assert_eq!(ended[0].text, ended[1].text);
}

/// A call without fields has a body like any other, if one is sent.
#[tokio::test]
async fn calls_without_fields_look_at_what_is_sent() {
    let app = TestApp::with(&KANNEL).await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let message = messages(&admin, &ticket).await[0]["id"].as_str().unwrap().to_owned();
    let place = |call: &str| format!("/api/notifications/{message}/{call}");
    let send = |call: &str, kind: &'static str, body: &'static str| {
        admin.send(admin.request("POST", &place(call)).header("content-type", kind).body(body))
    };
    for call in ["cancel", "resend"] {
        let unknown = post(&admin, &place(call), "c1", &json!({"to": "+447700900999"})).await;
        assert_problem(&unknown, 422);
        assert_eq!(unknown.faults(), ["to"]);
        for (kind, body, status) in [("application/json", "{", 400), ("text/plain", "again", 415)] {
            assert_problem(&send(call, kind, body).await, status);
        }
    }
    // What waits can be taken back, and what was taken back can be sent again.
    for body in ["", "{}"] {
        for (call, status, state) in [("cancel", 200, "cancelled"), ("resend", 202, "queued")] {
            let reply = send(call, "application/json", body).await;
            let came = (reply.status, &reply.json["state"]);
            assert_eq!(came, (status, &json!(state)), "{call} {body:?}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn another_body_under_the_key_is_refused() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let first = post(&admin, "/api/tickets", "k1", &least()).await;
    let other = post(&admin, "/api/tickets", "k1", &with(json!({"priority": "Low"}))).await;
    assert_problem(&other, 422);
    assert_eq!(other.faults(), ["Idempotency-Key"]);
    assert_eq!(count(&admin).await, 1);
    assert_eq!(post(&admin, "/api/tickets", "k1", &least()).await.text, first.text);
}

#[tokio::test]
async fn keys_belong_to_a_user_and_a_call() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let other = app.caller("Dev Anand", Role::Admin).await;
    let first = post(&admin, "/api/tickets", "k1", &least()).await;
    let second = post(&other, "/api/tickets", "k1", &least()).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (201, ""));
    assert_ne!(first.json["id"], second.json["id"]);
    assert_eq!(count(&admin).await, 2);
    for ticket in [&first.json, &second.json] {
        let reply = post(&admin, &format!("{}/notes", path(ticket)), "k1", &json!({"content": "x"})).await;
        assert_eq!((reply.status, reply.header("idempotency-replayed")), (201, ""), "{}", reply.text);
    }
}

#[tokio::test]
async fn a_refused_request_may_be_mended_under_its_key() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    assert_eq!(post(&admin, "/api/tickets", "k1", &with(json!({"clientName": ""}))).await.status, 422);
    assert_eq!(post(&admin, "/api/tickets", "k1", &least()).await.status, 201);
    for key in ["", &"x".repeat(256)] {
        let reply = post(&admin, "/api/tickets", key, &least()).await;
        assert_eq!((reply.status, reply.faults()), (422, vec!["Idempotency-Key".to_owned()]));
    }
    assert_eq!(post(&admin, "/api/tickets", &"x".repeat(255), &least()).await.status, 201);
    assert_eq!(count(&admin).await, 2);
}

#[tokio::test]
async fn at_once_under_one_key_they_make_one_ticket() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let mut posts = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let admin = admin.clone();
        posts.spawn(async move { post(&admin, "/api/tickets", "k1", &least()).await });
    }
    let replies = posts.join_all().await;
    let text = &replies[0].text;
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.text == *text), "{replies:?}");
    let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 11);
    assert_eq!(count(&admin).await, 1);
    assert_eq!(messages(&admin, &replies[0].json).await.len(), 1);
}

#[tokio::test]
async fn a_key_is_remembered_for_a_day() {
    let (clock, hand) = Clock::fixed(1_795_164_800_007, 7);
    let app = TestApp::with_clock(&[], clock).await;
    let admin = app.admin().await;
    let first = post(&admin, "/api/tickets", "k1", &least()).await;
    hand.advance(24 * HOUR - 1);
    assert_eq!(post(&admin, "/api/tickets", "k1", &least()).await.text, first.text);
    hand.advance(2);
    let later = post(&admin, "/api/tickets", "k1", &least()).await;
    assert_eq!((later.status, later.header("idempotency-replayed")), (201, ""), "{}", later.text);
    assert_eq!(count(&admin).await, 2);
}

/// Waits until the hourly sweep, or what it was put off by, is due at a time, and not before or after it.
async fn is_due(app: &TestApp, name: &'static str, at: i64) {
    let due = move |tx: &mut Tx<'_>| tx.query_one("SELECT due_at FROM schedules WHERE name = $1", params![name]);
    eventually("the sweep", async || {
        let row = app.app.db.read(due).await.unwrap();
        row.filter(|row| row.int(0).unwrap() == at)
    })
    .await;
}

#[tokio::test]
async fn a_key_is_remembered_where_the_clock_was_years_ahead_for_a_while() {
    let (start, ahead) = (1_795_164_800_007, 3_650 * 24 * HOUR);
    let dir = ready();
    let app = TestApp::at(&dir, &[], Clock::fixed(start, 7).0).await;
    let admin = app.admin().await;
    let first = post(&admin, "/api/tickets", "k1", &least()).await;
    is_due(&app, "sweep", start + HOUR).await;
    app.stop().await;

    let app = TestApp::at(&dir, &[], Clock::fixed(start + ahead, 8).0).await;
    is_due(&app, "sweep.put_off", start + ahead + 24 * HOUR).await;
    app.stop().await;

    let app = TestApp::at(&dir, &[], Clock::fixed(start + HOUR, 9).0).await;
    is_due(&app, "sweep", start + 2 * HOUR).await;
    let again = post(&app.anonymous().with_token(&admin.token().unwrap()), "/api/tickets", "k1", &least()).await;
    assert_eq!((again.header("idempotency-replayed"), &again.text), ("true", &first.text));
    app.stop().await;
}
