//! Twilio: what it is sent, what its answers mean, and its signed calls.
//!
//! The signatures of these tests are made here by Twilio's rule; that the rule is Twilio's is held by the vectors of its own
//! library beside the code.

use aws_lc_rs::hmac;
use axum::{body::Body, http::Request};
use data_encoding::BASE64;
use redress::notifications::{State, VALIDITY};

use super::{
    fake_http::{Act, FakeHttp, answer},
    post::{MOBILE, Post, path},
};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "test-auth-token";
const CREATED: &str = r#"{"sid":"SM0123456789abcdef0123456789abcdef","status":"queued","error_code":null}"#;

async fn through(server: &FakeHttp, more: &[(&str, &str)]) -> Post {
    let set = [
        ("sms.gateway", "twilio"),
        ("sms.twilio.base_url", server.url.as_str()),
        ("sms.twilio.account_sid", ACCOUNT),
        ("sms.twilio.auth_token", TOKEN),
    ];
    let sender = [("sms.sender", "+15005550006")];
    let more = if more.is_empty() { &sender } else { more };
    Post::with(&[&set[..], more].concat()).await
}

/// A call as Twilio makes it.
fn signed(url: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let mut sorted = fields.to_vec();
    sorted.sort_unstable();
    let signs: String = sorted.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
    let signature = BASE64.encode(hmac::sign(&key, format!("{url}{signs}").as_bytes()).as_ref());
    posted(url, fields, &signature)
}

fn posted(url: &str, fields: &[(&str, &str)], signature: &str) -> Request<Body> {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(url.strip_prefix("http://desk.test").unwrap())
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .header("x-twilio-signature", signature)
        .body(form.into())
        .unwrap()
}

fn status<'a>(status: &'a str, code: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("MessageSid", "SM1"), ("MessageStatus", status), ("To", MOBILE), ("AccountSid", ACCOUNT)];
    fields.extend(code.map(|code| ("ErrorCode", code)));
    fields
}

/// A sent message, and the address for its reports.
async fn sent(post: &Post, server: &FakeHttp) -> (uuid::Uuid, String) {
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    (ticket, server.asked().last().unwrap().field("StatusCallback").unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_is_twilios() {
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    let post = through(&server, &[]).await;
    let ticket = post.log_for(MOBILE, "बिल & tax 100% wrong+late").await;
    post.worker.step().await.unwrap();
    let asked = server.only();
    let place = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", place.as_str()));
    let basic = format!("Basic {}", BASE64.encode(format!("{ACCOUNT}:{TOKEN}").as_bytes()));
    assert_eq!(asked.header("authorization"), Some(basic.as_str()));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(asked.field("To").as_deref(), Some(MOBILE));
    assert_eq!(asked.field("From").as_deref(), Some("+15005550006"));
    assert!(asked.field("Body").unwrap().contains("बिल & tax 100% wrong+late"));
    assert!(asked.field("StatusCallback").unwrap().starts_with("http://desk.test/hooks/sms/twilio/status?id="));
    assert_eq!(asked.field("MessagingServiceSid"), None);
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.gateway.as_deref()), (State::Sent, Some("twilio")));
    assert_eq!(message.gateway_message_id.as_deref(), Some("SM0123456789abcdef0123456789abcdef"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_messaging_service_stands_in_for_the_sender() {
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    let service = "MG0123456789abcdef0123456789abcdef";
    let post = through(&server, &[("sms.sender", "LARKFIELD"), ("sms.twilio.messaging_service_sid", service)]).await;
    post.log().await;
    post.worker.step().await.unwrap();
    let asked = server.only();
    assert_eq!((asked.field("MessagingServiceSid").as_deref(), asked.field("From")), (Some(service), None));
}

#[test]
fn faults_name_the_settings() {
    let keys = |set: &[(&str, &str)]| {
        let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        let read = redress::notifications::Settings::read(&lookup, &jiff::tz::TimeZone::UTC);
        read.err().unwrap_or_default().iter().map(|fault| fault.key).collect::<Vec<_>>()
    };
    let (gateway, sender) = (("sms.gateway", "twilio"), ("sms.sender", "+15005550006"));
    assert_eq!(keys(&[gateway]), ["sms.twilio.account_sid", "sms.twilio.auth_token", "sms.sender"]);
    let whole = [gateway, sender, ("sms.twilio.account_sid", ACCOUNT), ("sms.twilio.auth_token", TOKEN)];
    assert!(keys(&whole).is_empty());
    for (key, bad) in [
        ("sms.twilio.account_sid", "SK0123456789abcdef0123456789abcdef"),
        ("sms.twilio.account_sid", "AC0123456789abcdef0123456789abcde/"),
        ("sms.twilio.messaging_service_sid", "MG1"),
        ("sms.twilio.base_url", "api.twilio.com"),
        ("sms.per_second", "0"),
        ("sms.per_second", "many"),
    ] {
        assert_eq!(keys(&[&[(key, bad)], &whole[..]].concat()), [key], "{bad}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_has_its_outcome() {
    let fault =
        |status, code: u32| answer(status, &format!("{{\"code\":{code},\"message\":\"+447700900142 is bad\"}}"));
    for (act, state, reason) in [
        (fault(400, 21_211), State::Failed, Some("the gateway knows no such number (21211)")),
        (fault(400, 21_612), State::Failed, Some("not routable (21612)")),
        (fault(400, 21_617), State::Failed, Some("the gateway refused it (21617)")),
        (fault(400, 21_610), State::Suppressed, Some("opted out")),
        (fault(401, 20_003), State::Queued, Some("the gateway refuses our log-in (20003)")),
        (fault(400, 21_606), State::Queued, Some("the gateway does not take our settings (21606)")),
        (fault(429, 20_429), State::Queued, Some("the gateway asks us to slow down (20429)")),
        (fault(503, 20_503), State::Queued, Some("the gateway has a fault (20503)")),
        (answer(502, "<html>"), State::Queued, Some("the gateway has a fault (502)")),
        (answer(403, "<html>"), State::Queued, Some("the gateway's refusal could not be read (403)")),
        (answer(201, "<html>"), State::Queued, Some("not an answer of Twilio's (201)")),
        (Act::Cut, State::Queued, Some("the connection was cut before the answer")),
        (Act::Reset(CREATED), State::Queued, Some("not an answer of Twilio's (200)")),
    ] {
        let server = FakeHttp::start([act]).await;
        let post = through(&server, &[]).await;
        let ticket = post.log().await;
        post.worker.step().await.unwrap();
        let message = post.message(ticket).await;
        assert_eq!((message.state, message.reason.as_deref()), (state, reason));
        assert_eq!(
            post.worker.health.of("twilio").login_refused,
            reason.is_some_and(|reason| reason.contains("log-in"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_send_is_tried_once_more_and_then_unknown() {
    let server = FakeHttp::start([answer(201, "")]).await;
    let post = through(&server, &[]).await;
    let ticket = post.log().await;
    for _ in 0..3 {
        post.worker.step().await.unwrap();
        post.hand.advance(40_000);
    }
    assert_eq!((post.state(ticket).await, server.asked().len()), (State::Unknown, 2));
    let url = server.asked()[0].field("StatusCallback").unwrap();
    assert_eq!(post.request(signed(&url, &status("delivered", None))).await.0, 200);
    assert_eq!(post.state(ticket).await, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_waits_as_long_as_twilio_asks_and_costs_no_try() {
    let slow = Act::Answer(429, "Retry-After: 7\r\n", r#"{"code":20429}"#.to_owned());
    let server = FakeHttp::start([slow, answer(201, CREATED)]).await;
    let post = through(&server, &[]).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    assert_eq!(post.message(ticket).await.attempts, 0);
    post.hand.advance(6_999);
    assert_eq!(post.worker.step().await.unwrap(), 0);
    post.hand.advance(1_001);
    post.worker.step().await.unwrap();
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.attempts), (State::Sent, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_a_second_and_no_more() {
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    let post = through(&server, &[("sms.sender", "+15005550006"), ("sms.per_second", "2")]).await;
    for _ in 0..5 {
        post.log().await;
    }
    for sent in [2, 4, 5] {
        while post.worker.step().await.unwrap() > 0 {}
        assert_eq!(server.asked().len(), sent);
        post.hand.advance(1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opt_out_at_twilio_holds_for_the_number() {
    let server = FakeHttp::start([answer(400, r#"{"code":21610}"#), answer(201, CREATED)]).await;
    let post = through(&server, &[]).await;
    post.log().await;
    post.worker.step().await.unwrap();
    let next = post.log().await;
    assert_eq!(post.message(next).await.reason.as_deref(), Some("opted out"));
    post.hand.advance(VALIDITY);
    assert_eq!((post.worker.step().await.unwrap(), server.asked().len()), (0, 1));
    // And by a report.
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    let post = through(&server, &[]).await;
    let (ticket, url) = sent(&post, &server).await;
    assert_eq!(post.request(signed(&url, &status("failed", Some("21610")))).await.0, 200);
    assert_eq!(post.state(ticket).await, State::Failed);
    let next = post.log().await;
    assert_eq!(post.message(next).await.reason.as_deref(), Some("opted out"));
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_reports_count_in_any_order_and_twice() {
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    for order in [["queued", "sent", "delivered"], ["delivered", "sent", "queued"], ["sent", "delivered", "read"]] {
        let post = through(&server, &[]).await;
        let (ticket, url) = sent(&post, &server).await;
        for step in order.into_iter().chain(order) {
            assert_eq!(post.request(signed(&url, &status(step, None))).await, (200, String::new()), "{step}");
        }
        let message = post.message(ticket).await;
        assert_eq!(path(&message), ["queued", "sending", "sent", "delivered"], "{order:?}");
    }
    for order in [["sent", "undelivered"], ["undelivered", "sent"]] {
        let post = through(&server, &[]).await;
        let (ticket, url) = sent(&post, &server).await;
        for step in order {
            let code = (step == "undelivered").then_some("30003");
            assert_eq!(post.request(signed(&url, &status(step, code))).await.0, 200);
        }
        let message = post.message(ticket).await;
        assert_eq!((message.state, message.reason.as_deref()), (State::Failed, Some("reported undeliverable (30003)")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unsigned_or_changed_report_is_refused() {
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    let post = through(&server, &[]).await;
    let (ticket, url) = sent(&post, &server).await;
    let fields = status("delivered", None);
    let good = signed(&url, &fields).headers()["x-twilio-signature"].to_str().unwrap().to_owned();
    let other = status("failed", Some("30003"));
    for (url, fields, signature) in [
        (url.clone(), &fields, ""),
        (url.clone(), &fields, "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        (url.clone(), &other, good.as_str()),
        (url.replace("round=1", "round=2"), &fields, &good),
        (format!("{url}&x=1"), &fields, &good),
    ] {
        assert_eq!(post.request(posted(&url, fields, signature)).await, (403, "Refused.".to_owned()));
    }
    // Twilio's signature does not stand in for the message's own secret.
    let forged = url.replace("secret=", "secret=0");
    assert_eq!(post.request(signed(&forged, &fields)).await.0, 403);
    assert_eq!(post.call(&format!("{url}&MessageStatus=delivered")).await.0, 403);
    assert_eq!(post.state(ticket).await, State::Sent);
    assert_eq!(post.request(signed(&url, &status("banana", None))).await.0, 400);
    assert_eq!(post.request(posted(&url, &fields, &good)).await.0, 200);
    assert_eq!(post.state(ticket).await, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_write_is_answered_in_twiml() {
    const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";
    let server = FakeHttp::start([answer(201, CREATED)]).await;
    let post = through(&server, &[]).await;
    post.set_status("<Fixed> & closed");
    let url = "http://desk.test/hooks/sms/twilio/inbound";
    let write = async |id: &str, body: &str, more: &[(&str, &str)]| {
        let fields = [("MessageSid", id), ("From", MOBILE), ("To", "+15005550006"), ("Body", body), ("NumMedia", "0")];
        let (status, kind, text) = post.answer(signed(url, &[&fields[..], more].concat())).await;
        assert_eq!((status, kind.as_str()), (200, "text/xml; charset=utf-8"));
        text
    };
    let told = write("SM1", "STATUS", &[]).await;
    assert!(told.contains("<Response><Message>") && told.ends_with("</Message></Response>"), "{told}");
    assert!(told.contains("&lt;Fixed&gt; &amp; closed"), "{told}");
    assert_eq!(write("SM1", "STATUS", &[]).await, EMPTY, "the same one again");
    assert!(write("SM2", "please no more", &[("OptOutType", "STOP")]).await.contains("no more SMS"));
    let stopped = post.log().await;
    assert_eq!(post.message(stopped).await.reason.as_deref(), Some("opted out"));
    let fields = [("From", MOBILE), ("Body", "START")];
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    for signature in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        assert_eq!(post.request(posted(url, &fields, signature)).await.0, 403);
    }
    // Where calls are signed, the secret of the settings opens nothing.
    let by_secret = format!("{url}?secret={}&{form}", post.secret);
    assert_eq!(post.call(&by_secret).await.0, 403);
    assert_eq!(post.request(signed(url, &[("From", MOBILE)])).await.0, 400);
    // Without settings nobody could tell who calls.
    let kannel = Post::with(&[]).await;
    assert_eq!(kannel.request(signed(url, &fields)).await.0, 404);
}
