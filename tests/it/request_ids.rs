//! Each request has an id: in its answer, in what is refused, and with the messages that it brings about.

use redress::db::{DbError, params};
use serde_json::json;

use crate::support::{Browser, Caller, Reply, TestApp};

const HEADER: &str = "x-request-id";

async fn asked(caller: &Caller, ids: &[&str]) -> String {
    let request = ids.iter().fold(caller.request("GET", "/healthz"), |request, id| request.header(HEADER, *id));
    caller.send(request).await.header(HEADER).to_owned()
}

fn is_ours(id: &str) -> bool {
    id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[tokio::test]
async fn ids_are_taken_from_trusted_proxies_alone_and_only_plain_ones() {
    let app = TestApp::with(&[("trusted_proxies", "127.0.0.1")]).await;
    let proxy = app.anonymous();
    let longest = "x".repeat(64);
    for good in ["7f3a", "Root-1.67891233_abc", &longest] {
        assert_eq!(asked(&proxy, &[good]).await, good);
    }
    for bad in [&[][..], &[""], &["a b"], &["a;b"], &[&"x".repeat(65)], &["one", "two"]] {
        let id = asked(&proxy, bad).await;
        assert!(is_ours(&id), "{bad:?}: {id}");
    }
    for trusted in ["", "192.0.2.7"] {
        let settings = [("trusted_proxies", trusted)];
        let app = TestApp::with(if trusted.is_empty() { &[] } else { &settings }).await;
        let stranger = app.anonymous();
        let (one, other) = (asked(&stranger, &["7f3a"]).await, asked(&stranger, &["7f3a"]).await);
        assert!(is_ours(&one) && is_ours(&other) && one != other, "{one} {other}");
    }
}

#[tokio::test]
async fn whatever_is_refused_says_which_request_it_was() {
    let app = TestApp::start().await;
    let (admin, stranger) = (app.admin().await, app.anonymous());
    let found = admin.get("/api/tickets").await;
    assert!(is_ours(found.header(HEADER)) && found.json.get("requestId").is_none(), "{}", found.text);
    for (reply, status) in [
        (stranger.get("/api/tickets").await, 401),
        (admin.get("/api/tickets/BILL-20260101-0000").await, 404),
        (admin.get("/api/nothing").await, 404),
        (admin.patch("/api/users", &json!({})).await, 405),
        (admin.post("/api/tickets", &json!({})).await, 422),
        (admin.send(admin.request("POST", "/api/tickets").body("x")).await, 415),
        (admin.send(admin.request("POST", "/api/tickets").json(&"x".repeat(2_000_000))).await, 413),
    ] {
        assert_eq!((reply.status, reply.header("content-type")), (status, "application/problem+json"));
        assert!(is_ours(reply.header(HEADER)), "{}", reply.text);
        assert_eq!(reply.json["requestId"], reply.header(HEADER), "{}", reply.text);
    }
    let page = Browser::new(&app.base).open("/nothing").await;
    let id = page.headers[HEADER].to_str().unwrap();
    assert!(page.status == 404 && is_ours(id), "{}", page.text);
    assert!(page.all("main p").iter().any(|text| text.contains("whoever runs the desk") && text.contains(id)));
}

const MESSAGES: &str = "SELECT request_id FROM notifications ORDER BY created_at, id";
const MAILS: &str = "SELECT request_id FROM staff_mails ORDER BY due_at, id";

/// The ids of the requests that such were brought about by.
async fn brought_about(app: &TestApp, such: &'static str) -> Vec<Option<String>> {
    let read = move |tx: &mut redress::db::Tx<'_>| {
        let rows = tx.query(such, params![])?;
        rows.iter().map(|row| row.opt_text(0)).collect::<Result<Vec<_>, DbError>>()
    };
    app.app.db.read(read).await.unwrap()
}

#[tokio::test]
async fn a_message_keeps_the_id_of_the_request_that_brought_it_about() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let body = json!({"clientName": "Nadia Okonkwo", "clientPhone": "+447700900142", "issueType": "Other",
        "description": "Billed twice."});
    let made = admin.post("/api/tickets", &body).await;
    let ticket = format!("/api/tickets/{}", made.json["id"].as_str().unwrap());
    let fixed = admin.put(&ticket, &json!({"status": "Fixed"})).await;
    let id = |reply: &Reply| Some(reply.header(HEADER).to_owned());
    assert_eq!(brought_about(&app, MESSAGES).await, [id(&made), id(&fixed)]);
    let messages = admin.get(&format!("{ticket}/notifications")).await;
    let first = messages.json["items"][0]["id"].as_str().unwrap().to_owned();
    let again = admin.post(&format!("/api/notifications/{first}/resend"), &json!({})).await;
    assert_eq!(again.status, 202, "{}", again.text);
    assert_eq!(brought_about(&app, MESSAGES).await, [id(&again), id(&fixed)]);
}

#[tokio::test]
async fn a_mail_to_the_staff_keeps_the_id_of_the_request_that_it_was_queued_for() {
    // Nothing is sent, so that what was queued stays.
    let settings = [("worker", "false"), ("email.host", "127.0.0.1"), ("email.from", "desk@isp.example")];
    let app = TestApp::with(&settings).await;
    let (admin, mei) = (app.admin().await, app.technician("Mei Chow").await);
    let other = json!({"password": "a password of another"});
    let changed = admin.patch(&format!("/api/users/{}", mei.id), &other).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let wished = Browser::new(&app.base).submit("/forgot", &[("email", &mei.email)]).await;
    assert_eq!(wished.status, 200, "{}", wished.text);
    let wish = wished.headers[HEADER].to_str().unwrap().to_owned();
    assert_eq!(brought_about(&app, MAILS).await, [Some(changed.header(HEADER).to_owned()), Some(wish)]);
}
