//! Traces, as a collector gets them.

use std::{collections::BTreeSet, time::Instant};

use serde_json::{Value, json};

use crate::support::{
    Browser, Caller, Dir,
    collector::{Collector, attributes},
    eventually,
    process::Process,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn env<'a>(collector: &'a str, sample: &'a str, trusted: &'a str) -> Vec<(&'a str, &'a str)> {
    let all = [
        ("REDRESS_TRACES_ENDPOINT", collector),
        ("REDRESS_TRACES_SAMPLE", sample),
        ("REDRESS_TRUSTED_PROXIES", trusted),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Nothing answers there, so that a call of the gateway fails at once.
const GATEWAY: [(&str, &str); 5] = [
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
    ("REDRESS_SMS_SENDER", "LARKFIELD"),
];

async fn traced(caller: &Caller, path: &str, flags: &str) {
    let request = caller.request("GET", path).header("traceparent", format!("00-{TRACE}-{SPAN}-{flags}"));
    caller.send(request).await;
}

/// A span of this name, waited for: what is left at a stop is sent only if that takes no time.
async fn arrived(collector: &Collector, name: &str) -> Value {
    let find = async || collector.spans().into_iter().map(|(_, span)| span).find(|span| span["name"] == name);
    eventually(name, find).await
}

#[tokio::test]
async fn a_request_its_transactions_and_the_call_of_the_gateway_are_told_of_and_nothing_else() {
    let (dir, collector) = (Dir::new(), Collector::start());
    let mut env = env(&collector.url, "1", "127.0.0.1");
    env.extend(GATEWAY);
    let process = Process::serve(&dir, &env);
    let admin = process.admin(&dir);
    let node = admin.get("/readyz").await.json["node"].clone();
    let body = json!({"clientName": "Nadia Okonkwo", "clientPhone": "+447700900142", "issueType": "Other",
        "description": "Billed twice."});
    let request = admin.request("POST", "/api/tickets").json(&body);
    let made = admin.send(request.header("traceparent", format!("00-{TRACE}-{SPAN}-01"))).await;
    let id = Value::from(made.header("x-request-id"));
    arrived(&collector, "send by kannel").await;
    let told = arrived(&collector, "POST /api/tickets").await;
    eventually("what it wrote", async || {
        let spans = collector.spans();
        let mut writes = spans.iter().map(|(_, span)| span).filter(|span| span["name"] == "database write");
        writes.any(|span| span["parentSpanId"] == told["spanId"]).then_some(())
    })
    .await;
    process.stop();

    let spans = collector.spans();
    assert!(
        spans.iter().all(|(service, _)| service["service.name"] == "redress" && service["service.instance.id"] == node)
    );
    let named = |name: &str| spans.iter().map(|(_, span)| span).filter(|span| span["name"] == name).collect::<Vec<_>>();
    let [asked] = named("POST /api/tickets")[..] else { panic!("{spans:?}") };
    assert_eq!((&asked["traceId"], &asked["parentSpanId"], &asked["kind"]), (&json!(TRACE), &json!(SPAN), &json!(2)));
    let want = json!({"http.request.method": "POST", "http.route": "/api/tickets", "http.response.status_code": 201,
        "redress.request_id": id});
    assert_eq!(attributes(asked), want);
    let time = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u128>().unwrap();
    let within: Vec<_> =
        spans.iter().map(|(_, span)| span).filter(|span| span["parentSpanId"] == asked["spanId"]).collect();
    assert!(within.iter().any(|span| span["name"] == "database write"), "{within:?}");
    for span in within {
        assert_eq!(span["traceId"], TRACE);
        assert!(time(span, "startTimeUnixNano") >= time(asked, "startTimeUnixNano"));
        assert!(time(span, "endTimeUnixNano") <= time(asked, "endTimeUnixNano"));
        let engine = if dir.database().is_some() { "postgresql" } else { "sqlite" };
        assert_eq!(attributes(span)["db.system.name"], engine);
        assert!(attributes(span)["redress.waited_us"].is_number(), "{span}");
    }
    let called = named("send by kannel")[0];
    let told = attributes(called);
    assert_eq!(
        (&told["redress.request_id"], &told["redress.answer"], &called["kind"]),
        (&id, &json!("later"), &json!(3))
    );
    assert!(told["redress.notification"].as_str().unwrap().len() == 36, "{told}");
    let told_of: BTreeSet<String> = spans
        .iter()
        .flat_map(|(_, span)| attributes(span).as_object().unwrap().keys().cloned().collect::<Vec<_>>())
        .collect();
    let known = |name: &String| ["http.", "db.", "redress."].iter().any(|ours| name.starts_with(ours));
    assert!(told_of.iter().all(known) && told_of.len() == 11, "{told_of:?}");
    // Nobody asked for what goes on by itself, such as looks at the queue.
    assert!(spans.iter().all(|(_, span)| span.get("parentSpanId").is_some() || span["kind"] != 1), "{spans:?}");
}

#[tokio::test]
async fn from_a_mail_to_the_staff_one_comes_to_the_request_that_it_was_queued_for() {
    let (dir, collector) = (Dir::new(), Collector::start());
    let mut env = env(&collector.url, "1", "");
    env.extend([
        ("REDRESS_EMAIL_HOST", "127.0.0.1"),
        ("REDRESS_EMAIL_PORT", "9"),
        ("REDRESS_EMAIL_FROM", "desk@isp.example"),
    ]);
    let process = Process::serve(&dir, &env);
    process.admin(&dir);
    let asked = Browser::new(&process.base).submit("/forgot", &[("email", "priya@isp.example")]).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let called = arrived(&collector, "send by email").await;
    process.stop();
    let told = attributes(&called);
    assert_eq!(told["redress.request_id"], asked.headers["x-request-id"].to_str().unwrap(), "{told}");
    assert_eq!((&told["redress.channel"], &told["redress.answer"]), (&json!("email"), &json!("later")), "{told}");
}

#[tokio::test]
async fn a_trusted_proxy_says_what_is_traced_and_nobody_else() {
    let (dir, collector) = (Dir::new(), Collector::start());
    let process = Process::serve(&dir, &env(&collector.url, "0", "127.0.0.1"));
    let caller = Caller::new(&process.base);
    traced(&caller, "/login", "00").await;
    caller.get("/login").await;
    // The others would have come before it.
    traced(&caller, "/healthz", "01").await;
    arrived(&collector, "GET /healthz").await;
    process.stop();
    let spans = collector.spans();
    assert!(spans.iter().all(|(_, span)| span["traceId"] == TRACE), "{spans:?}");
    assert_eq!(spans.iter().filter(|(_, span)| span["kind"] == 2).count(), 1, "{spans:?}");

    let (dir, collector) = (Dir::new(), Collector::start());
    let process = Process::serve(&dir, &env(&collector.url, "1", ""));
    traced(&Caller::new(&process.base), "/healthz", "00").await;
    let asked = arrived(&collector, "GET /healthz").await;
    process.stop();
    assert!(asked["traceId"] != TRACE && asked.get("parentSpanId").is_none(), "{asked}");
}

#[tokio::test]
async fn a_collector_that_is_away_costs_spans_and_nothing_else() {
    let dir = Dir::new();
    let mut env = env("http://127.0.0.1:9/v1/traces", "1", "");
    env.push(("REDRESS_METRICS_LISTEN", "127.0.0.1:0"));
    let mut process = Process::serve(&dir, &env);
    let line = process.wait_for("metrics on http://");
    let metrics = Caller::new(line[line.find("http://").unwrap()..].trim());
    let caller = Caller::new(&process.base);
    for _ in 0..3 {
        assert_eq!(caller.get("/healthz").await.status, 200);
    }
    process.wait_for("took no traces");
    let page = metrics.get("/metrics").await.text;
    let lost = |fate: &str| {
        let name = format!("redress_traces_spans_total{{fate=\"{fate}\"}} ");
        page.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse::<u64>().unwrap()
    };
    assert!(lost("dropped") >= 1 && lost("sent") == 0, "{page}");
    let began = Instant::now();
    process.signal("TERM");
    assert_eq!(process.ended(), Some(0), "{}", process.said());
    assert!(began.elapsed().as_secs() < 10, "the contract's ten seconds");
}
