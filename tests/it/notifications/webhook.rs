//! The webhook against a receiver that keeps what it hears, and against one that fails.

use hmac::{Hmac, KeyInit, Mac};
use jiff::tz::TimeZone;
use redress::{
    notifications::{Contact, Facts, Kind, Notification, Settings, State, gateway_trouble, turn_on},
    phone::Phone,
    words::Text,
};
use sha2::Sha256;
use uuid::Uuid;

use super::{
    post::{MOBILE, Post, REFERENCE, path},
    recorder::{Heard, Recorder},
};
use crate::support::{Dir, process::run, sql};

const SECRET: &str = "a secret of the receiver's";
const MINUTE: i64 = 60_000;
const OFF: &str = "the webhook is off since it failed steadily";
const GONE: &str = "the webhook is off since its receiver said that it is gone";

fn settings(url: &str) -> [(&'static str, String); 4] {
    let url = format!("{url}/hooks/redress?desk=1");
    let told = |kind| (kind, "webhook".to_owned());
    [told("notify.created"), told("notify.assigned"), ("webhook.url", url), ("webhook.secret", SECRET.to_owned())]
}

async fn post(receiver: &Recorder) -> Post {
    let set = settings(&receiver.url);
    Post::with(&set.each_ref().map(|(name, text)| (*name, text.as_str()))).await
}

async fn log(post: &Post) -> Uuid {
    let facts = Facts {
        reference: REFERENCE,
        issue: "Account 4711",
        issue_type: "Incorrect Bill",
        status: Some(Text::new("status-open")),
        note: "Nadia called",
        ..Facts::default()
    };
    let phone: &'static Phone = Box::leak(Box::new(Phone::from_e164(MOBILE).unwrap()));
    post.tell(Kind::Created, facts, Contact { phone: Some(phone), email: Some("nadia@mail.example") }).await
}

async fn sent(post: &Post, ticket: Uuid) -> Notification {
    post.worker.step().await.unwrap();
    post.message(ticket).await
}

/// What the receiver has to check, as docs/channels.md says it.
fn verify(heard: &Heard, secret: &str) -> bool {
    let (t, v1) = heard.header("x-redress-signature").split_once(",v1=").unwrap();
    let signed = format!("{}.{}", t.strip_prefix("t=").unwrap(), heard.body);
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(signed).finalize().into_bytes();
    data_encoding::HEXLOWER.encode(&mac) == v1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_call_tells_what_happened_and_names_nobody() {
    let receiver = Recorder::start(204, "").await;
    let post = post(&receiver).await;
    let ticket = log(&post).await;
    let message = sent(&post, ticket).await;
    assert_eq!((message.state, path(&message)), (State::Sent, vec!["queued", "sending", "sent"]), "{message:?}");
    assert_eq!((message.recipient.as_str(), message.segments), ("webhook", 0));
    let heard = receiver.heard().remove(0);
    assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/hooks/redress?desk=1"));
    assert_eq!(heard.header("content-type"), "application/json");
    assert_eq!(heard.header("x-redress-event"), "ticket.created");
    assert_eq!(heard.header("x-redress-delivery"), message.id.to_string());
    assert!(verify(&heard, SECRET) && !verify(&heard, "another secret"));
    let body = heard.json();
    let at = jiff::Timestamp::from_millisecond(message.created_at).unwrap();
    assert_eq!(
        body,
        serde_json::json!({
            "id": message.id,
            "occurredAt": format!("{at:.3}"),
            "event": "ticket.created",
            "ticket": { "reference": REFERENCE, "issueType": "Incorrect Bill", "status": "Open" },
        })
    );
    for personal in ["4711", "Nadia", "nadia", "7700900142"] {
        assert!(!heard.body.contains(personal), "{personal}");
    }
    // It has the message: no report is missing, nor ever comes.
    post.hand.advance(100 * 60 * MINUTE);
    assert_eq!((post.lapse().await, post.state(ticket).await), (0, State::Sent));
}

/// Whoever copies the example of docs/channels.md has one that works.
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_check_knows_our_calls_from_others() {
    let receiver = Recorder::start(204, "").await;
    let post = post(&receiver).await;
    let ticket = log(&post).await;
    sent(&post, ticket).await;
    let heard = receiver.heard().remove(0);
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/channels.md")).unwrap();
    let example = docs.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let (time, rest) = heard.header("x-redress-signature").split_once(',').unwrap();
    let time: u64 = time[2..].parse().unwrap();
    let run = format!(
        "import sys\n{example}\ntime.time = lambda: {time} + 299\nprint(genuine(sys.argv[1], sys.argv[2], sys.argv[3].encode()))"
    );
    let genuine = |secret: &str, header: &str, body: &str| {
        let mut python = std::process::Command::new("/usr/bin/python3");
        let ran = python.args(["-c", &run, secret, header, body]).output().unwrap();
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    };
    let header = heard.header("x-redress-signature");
    assert_eq!(genuine(SECRET, header, &heard.body), "True");
    assert_eq!(genuine("another secret", header, &heard.body), "False");
    assert_eq!(genuine(SECRET, header, &heard.body.replace("Open", "Fixed")), "False");
    let later = format!("t={},{rest}", time + 1);
    assert_eq!(genuine(SECRET, &later, &heard.body), "False", "its time is signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_called_again_with_the_same_id_and_nobody_is_led_elsewhere() {
    let receiver = Recorder::start(204, "").await;
    let elsewhere = Recorder::start(204, "").await;
    receiver.next_with(307, ("location", &elsewhere.url), "");
    receiver.next(503, "");
    receiver.next_with(429, ("retry-after", "7"), "");
    let post = post(&receiver).await;
    let ticket = log(&post).await;
    for (reason, attempts) in [
        ("the gateway has a fault (307)", 1),
        ("the gateway has a fault (503)", 2),
        ("the gateway asks us to slow down (429)", 2),
    ] {
        let message = sent(&post, ticket).await;
        assert_eq!((message.state, message.reason.as_deref()), (State::Queued, Some(reason)));
        assert_eq!(message.attempts, attempts);
        post.hand.advance(20_000);
    }
    let message = sent(&post, ticket).await;
    assert_eq!(message.state, State::Sent);
    let heard = receiver.heard();
    assert!(heard.len() == 4 && elsewhere.heard().is_empty());
    assert!(heard.iter().all(|one| one.body == heard[0].body && verify(one, SECRET)));
    receiver.next(422, "");
    let refused = log(&post).await;
    let message = sent(&post, refused).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Failed, Some("the gateway refused it (422)")));
    let outbox = post.outbox.clone();
    assert_eq!(post.db.read(move |tx| outbox.count_to_call(tx, 9)).await.unwrap(), 0, "no client missed anything");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_steadily_is_left_alone_until_somebody_sees_to_it() {
    let receiver = Recorder::start(500, "").await;
    let post = post(&receiver).await;
    let first = log(&post).await;
    let mut tries = 0;
    while post.state(first).await == State::Queued {
        post.worker.step().await.unwrap();
        post.hand.advance(10 * MINUTE);
        tries += 1;
        assert!(tries < 40, "it is never turned off");
    }
    let called = receiver.heard().len();
    assert!((10..=14).contains(&called), "{called}");
    let message = post.message(first).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some(OFF)));
    // New ones are not even tried, though it is well again.
    receiver.always(204, "");
    let second = log(&post).await;
    let message = sent(&post, second).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some(OFF)));
    assert_eq!(receiver.heard().len(), called);
    assert_eq!(trouble(&post).await.as_deref(), Some(OFF));

    assert!(post.db.write(|tx| turn_on(tx, "webhook")).await.unwrap());
    let third = log(&post).await;
    assert_eq!(sent(&post, third).await.state, State::Sent);
    assert_eq!(trouble(&post).await, None);
    let by = post.user;
    let (outbox, id) = (post.outbox.clone(), post.message(second).await.id);
    post.db.write(move |tx| outbox.resend(tx, id, &Contact { phone: None, email: None }, by)).await.unwrap();
    assert_eq!(sent(&post, second).await.state, State::Sent, "what was left out can be sent after all");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_gone_is_off_at_once_and_on_again_with_other_settings() {
    let receiver = Recorder::start(410, "").await;
    let mut post = post(&receiver).await;
    let first = log(&post).await;
    let message = sent(&post, first).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some(GONE)));
    assert_eq!(trouble(&post).await.as_deref(), Some(GONE));
    let second = log(&post).await;
    let message = sent(&post, second).await;
    assert_eq!((message.reason.as_deref(), receiver.heard().len()), (Some(OFF), 1));

    let other = Recorder::start(200, "").await;
    let set = settings(&other.url);
    let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| text.clone());
    post.worker.gates = Settings::read(&lookup, &TimeZone::UTC).unwrap().gates;
    let third = log(&post).await;
    assert_eq!(sent(&post, third).await.state, State::Sent);
    assert_eq!((other.heard().len(), trouble(&post).await), (1, None));
}

#[test]
fn the_command_line_says_whether_there_was_anything_to_turn_on() {
    let dir = Dir::new();
    run(&dir, &["db", "migrate"]).done();
    assert_eq!(run(&dir, &["webhook", "on"]).done().trim(), "the webhook was not off");
    sql(
        &dir,
        "INSERT INTO gateway_failures (gateway, mark, failures, since, off_at) VALUES ('webhook', 'm', 10, 1, 2)",
    );
    assert_eq!(run(&dir, &["webhook", "on"]).done().trim(), "the webhook is called again");
}

async fn trouble(post: &Post) -> Option<String> {
    let (seen, now) = (post.worker.health.now(), post.clock.now());
    let found = post.db.read(move |tx| gateway_trouble(tx, &seen, now)).await.unwrap();
    found.and_then(|(gateway, trouble)| (gateway == "webhook").then_some(trouble.reason?))
}
