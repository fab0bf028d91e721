//! The tickets' API through the real server: what a script can rely on.

mod access;
mod bad_input;
mod create;
mod idempotency;
mod limits;
mod lists;
mod messages;
mod moves;
mod reference;
mod search;
mod told;
mod update;
mod walks;

use serde_json::{Value, json};

use crate::support::{Caller, Reply};

/// A gateway that nobody is behind, and nobody who sends: what is queued waits.
const KANNEL: [(&str, &str); 5] = [
    ("sms.gateway", "kannel"),
    ("sms.kannel.url", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("sms.kannel.username", "redress"),
    ("sms.kannel.password", "sendpw"),
    ("worker", "false"),
];

/// Everything a ticket must have, and nothing else.
fn least() -> Value {
    json!({
        "clientName": "Nadia Okonkwo",
        "clientPhone": "+447700900142",
        "issueType": "Incorrect Bill",
        "description": "Charged twice for the router.",
    })
}

/// The same with other fields over it.
fn with(fields: impl Into<Value>) -> Value {
    let mut body = least();
    let Value::Object(fields) = fields.into() else { panic!("fields are an object") };
    body.as_object_mut().unwrap().extend(fields);
    body
}

/// Where a ticket is.
fn path(ticket: &Value) -> String {
    format!("/api/tickets/{}", ticket["id"].as_str().unwrap())
}

/// How many tickets there are.
async fn count(admin: &Caller) -> u64 {
    admin.get("/api/tickets").await.json["total"].as_u64().unwrap()
}

/// The messages of a ticket.
async fn messages(admin: &Caller, ticket: &Value) -> Vec<Value> {
    let reply = admin.get(&format!("{}/notifications", path(ticket))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json["items"].as_array().unwrap().clone()
}

/// What every refusal of the API looks like.
#[track_caller]
fn assert_problem(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{}", reply.text);
    assert_eq!(reply.header("content-type"), "application/problem+json", "{}", reply.text);
    assert_eq!(reply.json["status"], status);
    for member in ["type", "title", "detail"] {
        assert!(reply.json[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {}", reply.text);
    }
    for leak in ["sqlite", "postgres", "SELECT ", "INSERT ", "panicked", ".rs:", "rusqlite", "/src/"] {
        assert!(!reply.text.contains(leak), "{leak}: {}", reply.text);
    }
}

/// The values of one field of a list's items, in order.
async fn listed(admin: &Caller, query: &str, field: &str) -> Vec<String> {
    let reply = admin.get(&format!("/api/tickets?{query}")).await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.text);
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}
