//! A gateway by template: what it is sent, what its answers mean, and its calls.

use axum::{body::Body, http::Request};
use redress::notifications::State;
use uuid::Uuid;

use super::{
    fake_http::{Act, FakeHttp, answer},
    post::{MOBILE, Post, REFERENCE, path},
};
use crate::support::eventually;

const JSON: &str = r#"{"to": "{to}", "text": "{text}", "from": "{sender}", "ref": "{id}", "callback": "{report_url}",
 "type": "{coding}", "dlt": {"entity": "{entity_id}", "header": "{header}", "template": "{template_id}"}}"#;

async fn through(server: &FakeHttp, path: &str, more: &[(&str, &str)]) -> Post {
    let url = format!("{}{path}", server.url);
    Post::with(&[&[("sms.gateway", "http"), ("sms.http.url", url.as_str())], more].concat()).await
}

/// With JSON, of which `status` decides.
async fn strictly(server: &FakeHttp) -> Post {
    let more = [
        ("sms.sender", "LARKFIELD"),
        ("sms.http.body", JSON),
        ("sms.http.success", "/status = success"),
        ("sms.http.message_id", "/id"),
        ("sms.http.later", "contains busy"),
    ];
    through(server, "/v1/send", &more).await
}

/// What became of a message that such an answer came to.
async fn outcome(act: Act) -> (State, String, Option<String>) {
    let (post, ticket) = queued(act).await;
    post.worker.step().await.unwrap();
    result(&post, ticket).await
}

/// A message that such an answer will come to.
async fn queued(act: Act) -> (Post, Uuid) {
    let server = FakeHttp::start([act]).await;
    let post = strictly(&server).await;
    let ticket = post.log().await;
    (post, ticket)
}

async fn result(post: &Post, ticket: Uuid) -> (State, String, Option<String>) {
    let message = post.message(ticket).await;
    (message.state, message.reason.unwrap_or_default(), message.gateway_message_id)
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_json_whatever_the_message_says() {
    let server = FakeHttp::start([answer(200, r#"{"status":"success","id":"a-1"}"#)]).await;
    let post = strictly(&server).await;
    let ticket = post.log_for(MOBILE, r#"He said "no" \ {text} + बिल"#).await;
    post.worker.step().await.unwrap();
    let asked = server.only();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v1/send"));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(
        (body["to"].as_str(), body["from"].as_str(), body["type"].as_str()),
        (Some(MOBILE), Some("LARKFIELD"), Some("ucs2"))
    );
    assert!(body["text"].as_str().unwrap().contains(r#"He said "no" \ {text} + बिल"#), "{body}");
    assert!(body["callback"].as_str().unwrap().starts_with("http://desk.test/hooks/sms/http/status?id="));
    assert_eq!(body["dlt"]["template"], "");
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.gateway_message_id.as_deref()), (State::Sent, Some("a-1")));
    assert_eq!(body["ref"], message.id.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_carries_plus_signs_ampersands_and_line_breaks_as_text() {
    let server = FakeHttp::start([answer(200, "OK")]).await;
    let headers = "Authorization: Bearer {password}; Accept: text/plain; charset=utf-8; X-Ref: {id} {text}";
    let more = [("sms.http.method", "GET"), ("sms.http.headers", headers), ("sms.http.password", "tell-nobody")];
    let post =
        through(&server, "/send?key=1&to={to}&n={to_digits}&msg={text}&dlr={report_url}%26status%3D%25s", &more).await;
    post.log_for(MOBILE, "Bill & tax 100% wrong+late #5 \"é\" /x?").await;
    post.worker.step().await.unwrap();
    let asked = server.only();
    assert_eq!((asked.method.as_str(), asked.body.as_str()), ("GET", ""));
    let (_, query) = asked.path.split_once('?').unwrap();
    assert!(query.starts_with("key=1&to=%2B447700900142&n=447700900142&msg=") && !query.contains('+'), "{query}");
    let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(fields.len(), 5, "{fields:?}");
    assert!(fields[3].1.contains("Bill & tax 100% wrong+late #5 \"é\" /x?"), "{fields:?}");
    assert!(fields[4].1.ends_with("&status=%s") && fields[4].1.contains("/hooks/sms/http/status?id="), "{fields:?}");
    assert_eq!(asked.header("authorization"), Some("Bearer tell-nobody"));
    assert_eq!(asked.header("accept"), Some("text/plain; charset=utf-8"));
    assert!(asked.header("x-ref").unwrap().contains(REFERENCE));
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_xml_and_text_are_written_as_they_want_it() {
    let server = FakeHttp::start([answer(200, "OK")]).await;
    for (body, headers, kind) in [
        ("to={to_digits}&text={text}", "", "application/x-www-form-urlencoded"),
        ("<sms to=\"{to}\"><t>{text}</t></sms>", "", "application/xml; charset=utf-8"),
        ("{to}\n{text}", "Content-Type: text/plain", "text/plain"),
    ] {
        let post = through(&server, "/send", &[("sms.http.body", body), ("sms.http.headers", headers)]).await;
        post.log_for(MOBILE, "Tom & \"Jo\" <b>").await;
        post.worker.step().await.unwrap();
        let asked = server.asked().pop().unwrap();
        assert_eq!(asked.header("content-type"), Some(kind));
        let text = match kind {
            "text/plain" => asked.body.split_once('\n').unwrap().1.to_owned(),
            "application/xml; charset=utf-8" => {
                assert!(asked.body.contains("Tom &amp; &quot;Jo&quot; &lt;b&gt;"), "{}", asked.body);
                continue;
            }
            _ => asked.field("text").unwrap(),
        };
        assert!(text.contains("Tom & \"Jo\" <b>"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_by_post_may_have_no_body() {
    let server = FakeHttp::start([answer(204, "")]).await;
    let post = through(&server, "/send/{to_digits}?t={text}", &[]).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    let asked = server.only();
    assert_eq!((asked.method.as_str(), asked.header("content-length")), ("POST", Some("0")));
    assert!(asked.path.starts_with("/send/447700900142?t="));
    assert_eq!(post.state(ticket).await, State::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_has_its_outcome() {
    let retry = Act::Answer(429, "Retry-After: 7\r\n", String::new());
    for (act, state, reason) in [
        (answer(200, r#"{"status":"success"}"#), State::Sent, ""),
        // What many do: 200, and the error inside.
        (answer(200, r#"{"status":"error","code":7}"#), State::Failed, "not an answer that the settings know (200)"),
        (answer(200, "Invalid number"), State::Failed, "not an answer that the settings know (200)"),
        (answer(200, r#"{"status":"busy"}"#), State::Queued, "the gateway has a fault (200)"),
        (answer(400, r#"{"status":"success"}"#), State::Failed, "the gateway refused it (400)"),
        (answer(404, ""), State::Failed, "the gateway refused it (404)"),
        (answer(401, ""), State::Queued, "the gateway refuses our log-in (401)"),
        (answer(403, ""), State::Queued, "the gateway refuses our log-in (403)"),
        (retry, State::Queued, "the gateway asks us to slow down (429)"),
        (answer(503, ""), State::Queued, "the gateway has a fault (503)"),
        (answer(504, ""), State::Queued, "the gateway did not answer in time (504)"),
        (answer(302, ""), State::Queued, "not an answer that the settings know (302)"),
        (Act::Cut, State::Queued, "the connection was cut before the answer"),
        (Act::Reset(r#"{"status":"success","id":"a-1"}"#), State::Queued, "the connection was cut before the answer"),
    ] {
        let found = outcome(act).await;
        assert_eq!((found.0, found.1.as_str()), (state, reason));
    }
    let long = answer(200, &format!("{{\"status\":\"success\"}}{}", " ".repeat(70_000)));
    assert_eq!(outcome(long).await.0, State::Queued, "longer than any answer");
    let nowhere = Post::with(&[("sms.gateway", "http"), ("sms.http.url", "http://127.0.0.1:9/{to}/{text}")]).await;
    let ticket = nowhere.log().await;
    nowhere.worker.step().await.unwrap();
    assert_eq!(nowhere.message(ticket).await.reason.as_deref(), Some("the gateway cannot be reached"));
}

/// The two that take the full ten seconds of a send, side by side. A body that says nothing by the settings is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_without_end_is_waited_for_ten_seconds() {
    let (dripping, hanging) = (queued(Act::Drip(r#"{"status":"success"}"#)).await, queued(Act::Hang).await);
    let begun = std::time::Instant::now();
    tokio::try_join!(dripping.0.worker.step(), hanging.0.worker.step()).unwrap();
    assert!((9..15).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    let (drip, hang) = (result(&dripping.0, dripping.1).await, result(&hanging.0, hanging.1).await);
    assert_eq!((drip.0, drip.1.as_str()), (State::Queued, "the connection was cut before the answer"));
    assert_eq!((hang.0, hang.1.as_str()), (State::Queued, "the gateway did not answer in time"));
    let server = FakeHttp::start([Act::Drip("x")]).await;
    let post = through(&server, "/{to}/{text}", &[]).await;
    let (ticket, begun) = (post.log().await, std::time::Instant::now());
    post.worker.step().await.unwrap();
    assert!(post.state(ticket).await == State::Sent && begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

/// A sent message, and the path of the address for its reports.
async fn sent(post: &Post, server: &FakeHttp) -> (Uuid, String) {
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&server.asked().pop().unwrap().body).unwrap();
    let url = body["callback"].as_str().unwrap().strip_prefix("http://desk.test").unwrap().to_owned();
    (ticket, url)
}

fn posted(url: &str, kind: &str, body: &str) -> Request<Body> {
    Request::post(url).header("content-type", kind).body(body.to_owned().into()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_come_by_query_form_and_json() {
    let server = FakeHttp::start([answer(200, r#"{"status":"success"}"#)]).await;
    let post = strictly(&server).await;
    let (by_query, url) = sent(&post, &server).await;
    for status in ["ENROUTE", "DELIVRD", "DELIVRD", "ACCEPTD"] {
        assert_eq!(post.call(&format!("{url}&status={status}&message_id=a-1")).await, (200, String::new()));
    }
    let message = post.message(by_query).await;
    assert_eq!((path(&message).last(), message.gateway_message_id.as_deref()), (Some(&"delivered"), Some("a-1")));

    let (by_form, url) = sent(&post, &server).await;
    let form = "id=theirs&status=UNDELIV&code=34";
    assert_eq!(post.request(posted(&url, "application/x-www-form-urlencoded", form)).await.0, 200);
    assert_eq!(post.message(by_form).await.reason.as_deref(), Some("reported undeliverable (34)"));

    let (by_json, url) = sent(&post, &server).await;
    let json = r#"{"id":"theirs","secret":"theirs","status":"Undelivered","code":"+447700900142"}"#;
    assert_eq!(post.request(posted(&url, "application/json", json)).await.0, 200);
    assert_eq!(post.message(by_json).await.reason.as_deref(), Some("reported undeliverable (undelivered)"));

    let (ticket, url) = sent(&post, &server).await;
    for (bad, status) in [
        (format!("{url}&status=banana"), 400),
        (url.clone(), 400),
        (url.replace("round=1", "round=2"), 403),
        (url.replace("secret=", "secret=0"), 403),
        (format!("/hooks/sms/http/status?secret={}&status=delivered", post.secret), 403),
    ] {
        assert_eq!(post.call(&bad).await.0, status, "{bad}");
    }
    assert_eq!(post.call(&format!("{url}&status=UNKNOWN")).await.0, 200, "which says nothing");
    assert_eq!(post.state(ticket).await, State::Sent);
}

/// Without its settings too, so that what was sent before a change of gateway is still reported on.
#[tokio::test(flavor = "multi_thread")]
async fn what_clients_write_comes_with_the_secret() {
    let post = Post::with(&[]).await;
    let url = format!("/hooks/sms/http/inbound?secret={}", post.secret);
    let (status, answer) = post.call(&format!("{url}&from=%2B447700900142&text=STATUS&id=1")).await;
    assert!(status == 200 && answer.contains(REFERENCE), "{answer}");
    let json = r#"{"from":"447700900142","text":"STATUS","id":1}"#;
    assert_eq!(post.request(posted(&url, "application/json", json)).await, (200, String::new()), "the same id");
    let json = r#"{"from":"447700900142","text":"STATUS","id":2}"#;
    assert!(post.request(posted(&url, "application/json", json)).await.1.contains(REFERENCE));
    let form = "from=%2B447700900142&text=STOP";
    assert!(post.request(posted(&url, "application/x-www-form-urlencoded", form)).await.1.contains("no more SMS"));
    assert_eq!(post.request(posted(&url, "application/json", "[]")).await.0, 400);
    let in_json = format!("{{\"secret\":\"{}\",\"from\":\"1\",\"text\":\"STOP\"}}", post.secret);
    assert_eq!(post.request(posted("/hooks/sms/http/inbound", "application/json", &in_json)).await.0, 403);
}

/// Some gateways ask again unless the answer says their word, and have names of their own for fields. This one is Jasmin.
#[tokio::test(flavor = "multi_thread")]
async fn calls_may_be_in_the_gateways_own_words_and_are_answered_in_them() {
    let server = FakeHttp::start([answer(200, "Success \"a-1\"")]).await;
    let more = [
        ("sms.http.method", "GET"),
        ("sms.http.success", "contains Success"),
        ("sms.http.fields", "status=message_status,text=content,code=err"),
        ("sms.http.answer", "ACK/Jasmin"),
    ];
    let post = through(&server, "/send?to={to_digits}&content={text}&dlr-url={report_url}", &more).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    let asked = url::form(&server.only().path);
    let report = format!("{}&message_status=DELIVRD&err=000", asked["dlr-url"].replace("http://desk.test", ""));
    assert_eq!(post.call(&report).await, (200, "ACK/Jasmin".to_owned()));
    assert_eq!(post.state(ticket).await, State::Delivered);
    let wrote = format!("/hooks/sms/http/inbound?secret={}&from=07700900142&content=STATUS&id=1", post.secret);
    assert_eq!(post.call(&wrote).await, (200, "ACK/Jasmin".to_owned()));
    eventually("the reply", async || (server.asked().len() == 2).then_some(())).await;
    let reply = url::form(&server.asked()[1].path);
    assert!(reply["content"].contains(REFERENCE) && reply["to"] == "447700900142", "{reply:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_asked_for_reports_leaves_nobody_to_be_called() {
    for (path, lapsed) in [("/?to={to}&text={text}", 0), ("/?to={to}&text={text}&report={report_url}", 1)] {
        let server = FakeHttp::start([answer(200, "")]).await;
        let post = through(&server, path, &[("sms.http.method", "GET")]).await;
        post.log().await;
        post.worker.step().await.unwrap();
        post.hand.advance(73 * 3_600_000);
        assert_eq!(post.lapse().await, lapsed, "{path}");
    }
}

/// Whoever has no secret makes us read little, and keep nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_a_size_that_no_gateway_sends_is_refused() {
    let post = Post::with(&[]).await;
    for path in ["/hooks/sms/http/status", "/hooks/sms/http/inbound", "/hooks/sms/kannel/status"] {
        let long = "a&".repeat(40_000);
        assert_eq!(post.request(posted(path, "application/x-www-form-urlencoded", &long)).await.0, 413, "{path}");
        let many = "a&".repeat(30_000);
        assert_eq!(post.request(posted(path, "application/x-www-form-urlencoded", &many)).await.0, 403, "{path}");
    }
}

mod url {
    use std::collections::BTreeMap;

    /// The fields of a query.
    pub fn form(path: &str) -> BTreeMap<String, String> {
        let (_, query) = path.split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }
}
