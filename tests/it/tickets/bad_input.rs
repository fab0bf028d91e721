//! Anything a caller may send gets an answer of the contract, never a 5xx.

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Map, Value, json};

use super::path;
use crate::support::{Caller, Reply, TestApp};

const FIELDS: [&str; 11] = [
    "clientName",
    "clientPhone",
    "clientEmail",
    "clientAccountId",
    "issueType",
    "description",
    "status",
    "priority",
    "assignedTo",
    "content",
    "extra",
];

const PARAMETERS: [&str; 13] = [
    "status",
    "issueType",
    "priority",
    "assignedTo",
    "createdFrom",
    "createdTo",
    "q",
    "sort",
    "order",
    "page",
    "pageSize",
    "cursor",
    "extra",
];

/// Texts that mean something somewhere, and texts that mean nothing anywhere.
fn text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "New",
        "Open",
        "In Progress",
        "Dispatched",
        "Fixed",
        "Closed",
        "Low",
        "Urgent",
        "Other",
        "Incorrect Bill",
        "+447700900142",
        "a@b.example",
        "none",
        "asc",
        "desc",
        "createdAt",
        "1",
        "0",
        "-1",
        "100",
        "101",
        "4294967296",
        "2026-02-30",
        "2026-03-29",
        "9999-12-31",
        "-009999-01-01",
        "2026-11-23T09:00:00Z",
        "BILL-2026",
        "BILL-20261120-7K3Q",
        "",
        " ",
        ",",
        "New,Open",
        "\"",
        "*",
        "%",
        "'",
        "NEAR(a b)",
        "a OR b",
        "\u{0}",
    ])
    .prop_map(str::to_owned);
    prop_oneof![3 => known, 2 => any::<String>(), 1 => "[0-9+() -]{1,24}", 1 => "\\PC{0,600}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![9 => prop::sample::select(FIELDS.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::hash_map(name, value(), 0..8).prop_map(|map| map.into_iter().collect())
}

/// A query string, half of it escaped as it should be.
fn query() -> impl Strategy<Value = String> {
    let name = prop::sample::select(PARAMETERS.to_vec());
    let good = (name.clone(), text()).prop_map(|(name, text)| {
        reqwest::Url::parse_with_params("http://x/", [(name, text)]).unwrap().query().unwrap_or("").to_owned()
    });
    let raw = (name, "[-A-Za-z0-9%+,.:;=_~*'()!$]{0,40}").prop_map(|(name, text)| format!("{name}={text}"));
    prop::collection::vec(prop_oneof![good, raw], 0..5).prop_map(|pairs| pairs.join("&"))
}

#[track_caller]
fn check(reply: &Reply, sent: &str) {
    assert!(reply.status < 500, "{sent}: {} {}", reply.status, reply.text);
    let kind = if reply.status < 400 { "application/json" } else { "application/problem+json" };
    assert_eq!(reply.header("content-type"), kind, "{sent}: {}", reply.text);
    assert!(matches!(reply.status, 200 | 201 | 400 | 404 | 409 | 422), "{sent}: {}", reply.status);
}

async fn send(admin: &Caller, ticket: &str, body: &Map<String, Value>, query: &str) {
    let body = Value::Object(body.clone());
    let sent = body.to_string();
    check(&admin.put(ticket, &body).await, &sent);
    check(&admin.post(&format!("{ticket}/notes"), &body).await, &sent);
    let mut whole = super::least();
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    check(&admin.post("/api/tickets", &whole).await, &sent);
    check(&admin.post("/api/tickets", &body).await, &sent);
    check(&admin.get(&format!("/api/tickets?{query}")).await, query);
}

#[test]
fn whatever_is_sent_the_answer_is_one_of_the_contracts() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, admin, ticket) = runtime.block_on(async {
        let app = TestApp::start().await;
        let admin = app.admin().await;
        let ticket = path(&admin.ticket(json!({})).await);
        (app, admin, ticket)
    });
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(body(), query()), |(body, query)| {
        runtime.block_on(send(&admin, &ticket, &body, &query));
        Ok(())
    });
    runtime.block_on(app.stop());
    outcome.unwrap();
}

/// Parameters may come as often as an address has room for.
#[tokio::test]
async fn very_long_queries_are_answered() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    admin.ticket(json!({})).await;
    for query in [
        format!("assignedTo={}", "none,".repeat(12_000)),
        format!("status={}", "New,".repeat(16_000)),
        format!("priority={}", "Low,".repeat(16_000)),
        "status=New&".repeat(5_000),
        format!("assignedTo={}", "0190b5f0-0000-7000-8000-000000000000,".repeat(1_600)),
        format!("q={}", "a%20".repeat(250)),
        format!("q={}", "(".repeat(500)),
        format!("cursor={}", "A".repeat(60_000)),
        "&".repeat(60_000),
    ] {
        let reply = admin.get(&format!("/api/tickets?{query}")).await;
        check(&reply, &query[..20]);
    }
}
