//! WhatsApp against a server that answers as Meta's Cloud API does.

use axum::{body::Body, http::Request};
use hmac::{Hmac, KeyInit, Mac};
use redress::{
    notifications::{Contact, Facts, Kind, State},
    phone::Phone,
    words::Text,
};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{
    post::{LANDLINE, MOBILE, Post, REFERENCE, path},
    recorder::Recorder,
};
use crate::support::eventually;

const SECRET: &str = "the app's secret";

async fn post(meta: &Recorder) -> Post {
    let base = format!("{}/v26.0/", meta.url);
    Post::with(&[
        ("notify.created", "whatsapp"),
        ("whatsapp.phone_number_id", "106540352242922"),
        ("whatsapp.access_token", "EAAtoken"),
        ("whatsapp.app_secret", SECRET),
        ("whatsapp.verify_token", "verify me"),
        ("whatsapp.base_url", &base),
        ("whatsapp.language", "en_GB"),
        ("whatsapp.template.created", "ticket_logged"),
    ])
    .await
}

async fn log(post: &Post, number: &str) -> Uuid {
    let phone: &'static Phone = Box::leak(Box::new(Phone::from_e164(number).unwrap()));
    let facts = Facts {
        reference: REFERENCE,
        issue: "Account 4711",
        issue_type: "Incorrect Bill",
        status: Some(Text::new("status-open")),
        ..Facts::default()
    };
    post.tell(Kind::Created, facts, Contact { phone: Some(phone), email: None }).await
}

fn taken(id: &str) -> String {
    json!({ "messaging_product": "whatsapp", "contacts": [], "messages": [{ "id": id }] }).to_string()
}

fn refusal(code: i64) -> String {
    json!({ "error": { "message": "(#x) about +447700900142", "type": "OAuthException", "code": code } }).to_string()
}

fn signature(secret: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body).finalize().into_bytes();
    format!("sha256={}", data_encoding::HEXLOWER.encode(&mac))
}

fn notice(value: &Value) -> String {
    about("106540352242922", value)
}

/// A call about this one of the business's numbers.
fn about(number: &str, value: &Value) -> String {
    let mut value = value.clone();
    value["metadata"] = json!({ "display_phone_number": "442079460000", "phone_number_id": number });
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [
        { "field": "messages", "value": value },
    ] }] })
    .to_string()
}

async fn meta_calls(post: &Post, body: &str, signature: Option<&str>) -> u16 {
    let mut request = Request::post("/hooks/whatsapp/cloud/status").header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("x-hub-signature-256", signature);
    }
    post.request(request.body(Body::from(body.to_owned())).unwrap()).await.0
}

async fn told(post: &Post, value: &Value) {
    let body = notice(value);
    assert_eq!(meta_calls(post, &body, Some(&signature(SECRET, &body))).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_goes_and_its_reports_come_by_metas_own_name_for_it() {
    let meta = Recorder::start(200, &taken("wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgS")).await;
    let post = post(&meta).await;
    // Who has WhatsApp by which number is Meta's to say.
    let ticket = log(&post, LANDLINE).await;
    post.worker.step().await.unwrap();
    let heard = meta.heard().remove(0);
    assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/v26.0/106540352242922/messages"));
    assert_eq!(heard.header("authorization"), "Bearer EAAtoken");
    let parameter = |text: &str| json!({ "type": "text", "text": text });
    assert_eq!(
        heard.json(),
        json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": LANDLINE.trim_start_matches('+'),
            "type": "template",
            "template": {
                "name": "ticket_logged",
                "language": { "code": "en_GB" },
                "components": [{ "type": "body", "parameters": [
                    parameter(REFERENCE), parameter("Incorrect Bill"), parameter("Open"),
                ] }],
            },
        })
    );
    let message = post.message(ticket).await;
    assert_eq!(message.text, format!("Ticket logged\n{REFERENCE}\nIncorrect Bill\nOpen"));
    assert_eq!(message.gateway_message_id.as_deref(), Some("wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgS"));
    let status = |status: &str| {
        json!({ "statuses": [
            { "id": "wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgS", "status": status, "recipient_id": "442079460123" },
            { "id": "wamid.of_nobody", "status": "delivered" },
        ] })
    };
    for (said, state) in [
        ("sent", State::Sent),
        ("delivered", State::Delivered),
        ("delivered", State::Delivered),
        ("read", State::Delivered),
        ("sent", State::Delivered),
        ("failed", State::Delivered),
    ] {
        told(&post, &status(said)).await;
        assert_eq!(post.state(ticket).await, state, "{said}");
    }
    assert_eq!(path(&post.message(ticket).await), ["queued", "sending", "sent", "delivered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_without_whatsapp_is_told_of_later_and_is_to_be_called() {
    let meta = Recorder::start(200, &taken("wamid.A")).await;
    let post = post(&meta).await;
    // The report may be faster than the answer's way to us.
    told(&post, &json!({ "statuses": [{ "id": "wamid.A", "status": "failed", "errors": [{ "code": 131_026 }] }] }))
        .await;
    let ticket = log(&post, MOBILE).await;
    post.worker.step().await.unwrap();
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Failed, Some("reported undeliverable (131026)")));
    let outbox = post.outbox.clone();
    assert_eq!(post.db.read(move |tx| outbox.count_to_call(tx, 9)).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_meta_refuses_means_something_of_its_own() {
    for (status, code, state, reason) in [
        (400, 131_026, State::Failed, "the gateway knows no such number (131026)"),
        (400, 131_047, State::Failed, "the gateway refused it (131047)"),
        (404, 132_001, State::Failed, "the registered template does not fit (132001)"),
        (400, 131_050, State::Suppressed, "opted out"),
        (401, 190, State::Queued, "the gateway refuses our log-in (190)"),
        (400, 130_429, State::Queued, "the gateway asks us to slow down (130429)"),
        (500, 131_000, State::Queued, "the gateway has a fault (131000)"),
    ] {
        let meta = Recorder::start(status, &refusal(code)).await;
        let post = post(&meta).await;
        let ticket = log(&post, MOBILE).await;
        post.worker.step().await.unwrap();
        let message = post.message(ticket).await;
        assert_eq!((message.state, message.reason.as_deref()), (state, Some(reason)), "{code}");
        assert_eq!(post.worker.health.of("cloud").login_refused, code == 190);
        assert_eq!(message.attempts, i64::from(code != 130_429), "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_meta_is_heard_and_it_learns_that_the_address_is_ours() {
    let meta = Recorder::start(200, &taken("wamid.A")).await;
    let post = post(&meta).await;
    let verify = |token: &str, mode: &str| {
        let pairs = [("hub.mode", mode), ("hub.challenge", "1158201444"), ("hub.verify_token", token)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/hooks/whatsapp/cloud/status?{query}")
    };
    assert_eq!(post.call(&verify("verify me", "subscribe")).await, (200, "1158201444".to_owned()));
    for (token, mode) in [("wrong", "subscribe"), ("", "subscribe"), ("verify me", "unsubscribe")] {
        assert_eq!(post.call(&verify(token, mode)).await.0, 403, "{token} {mode}");
    }
    let ticket = log(&post, MOBILE).await;
    post.worker.step().await.unwrap();
    let body = notice(&json!({ "statuses": [{ "id": "wamid.A", "status": "delivered" }] }));
    let forged = signature("another secret", &body);
    let of_other = signature(SECRET, &format!("{body} "));
    for bad in [None, Some(""), Some(forged.as_str()), Some(of_other.as_str())] {
        assert_eq!(meta_calls(&post, &body, bad).await, 403, "{bad:?}");
    }
    assert_eq!(post.state(ticket).await, State::Sent);
    let nonsense = signature(SECRET, "nonsense");
    assert_eq!(meta_calls(&post, "nonsense", Some(&nonsense)).await, 403, "no message is named");
    assert_eq!(meta_calls(&post, &body, Some(&signature(SECRET, &body))).await, 200);
    assert_eq!(post.state(ticket).await, State::Delivered);
    // Without settings there is no such gateway to call.
    let other = Post::with(&[]).await;
    assert_eq!(other.call(&verify("verify me", "subscribe")).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_is_answered_by_a_call_of_our_own() {
    let meta = Recorder::start(200, &taken("wamid.answer")).await;
    let post = post(&meta).await;
    let wrote = |id: &str, text: &str| {
        let from = MOBILE.trim_start_matches('+');
        json!({ "contacts": [{ "wa_id": from }], "messages": [
            { "id": id, "from": from, "timestamp": "1", "type": "text", "text": { "body": text } },
            { "id": format!("{id}.picture"), "from": from, "type": "image", "image": { "id": "1" } },
        ] })
    };
    told(&post, &wrote("wamid.1", &format!("status {REFERENCE}"))).await;
    let heard = eventually("the answer", async || meta.heard().pop()).await.json();
    assert_eq!((&heard["to"], &heard["type"]), (&json!(MOBILE.trim_start_matches('+')), &json!("text")));
    assert_eq!(heard["text"]["body"], format!("Ticket {REFERENCE}: In Progress."));
    // Meta calls again when it has not heard us.
    told(&post, &wrote("wamid.1", &format!("status {REFERENCE}"))).await;
    told(&post, &wrote("wamid.2", "The modem blinks")).await;
    eventually("the second answer", async || (meta.heard().len() == 2).then_some(())).await;
    assert_eq!(*post.written.lock().unwrap(), ["The modem blinks"]);
    told(&post, &wrote("wamid.3", "STOP")).await;
    eventually("the last answer", async || (meta.heard().len() == 3).then_some(())).await;
    let ticket = log(&post, MOBILE).await;
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some("opted out")));
}
