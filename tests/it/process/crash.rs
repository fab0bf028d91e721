//! What was answered 201 survives a power cut of the process, whole and once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{Caller, Dir, process::Process};

/// Nothing answers there, so that what is queued stays queued.
const GATEWAY: [(&str, &str); 4] = [
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
];

/// The last answer for each ticket, by id.
type Acknowledged = Arc<Mutex<BTreeMap<String, Value>>>;

/// Logs tickets and fixes every other one until the server is gone.
async fn work(admin: Caller, acknowledged: Acknowledged, enough: Arc<Notify>, number: usize) {
    for n in 0.. {
        let body = json!({
            "clientName": format!("Client {number} {n}"), "clientPhone": "+447700900142",
            "issueType": "Other", "description": "Killed in the middle.",
        });
        let Some(ticket) = try_send(&admin, "POST", "/api/tickets", &body).await else { return };
        let id = ticket["id"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().insert(id.clone(), ticket);
        if n % 2 == 0 {
            let fixed = try_send(&admin, "PUT", &format!("/api/tickets/{id}"), &json!({"status": "Fixed"})).await;
            let Some(fixed) = fixed else { return };
            acknowledged.lock().unwrap().insert(id, fixed);
        }
        if acknowledged.lock().unwrap().len() >= 150 {
            enough.notify_one();
        }
    }
}

/// The answer, unless the connection broke.
async fn try_send(admin: &Caller, method: &str, path: &str, body: &Value) -> Option<Value> {
    let response = admin.request(method, path).json(body).send().await.ok()?;
    assert!(response.status().is_success(), "{}", response.status());
    response.json().await.ok()
}

/// What must hold of every ticket, whatever was answered: history and messages agree with its status.
async fn check(admin: &Caller, ticket: &Value) {
    let history: Vec<&str> =
        ticket["statusHistory"].as_array().unwrap().iter().map(|entry| entry["status"].as_str().unwrap()).collect();
    let want: &[&str] = if ticket["status"] == "Fixed" { &["New", "Fixed"] } else { &["New"] };
    assert_eq!(history, want, "{ticket}");
    assert_eq!(ticket["version"].as_u64(), Some(want.len() as u64));
    let path = format!("/api/tickets/{}/notifications", ticket["id"].as_str().unwrap());
    let sent = admin.get(&path).await.json;
    let kinds: Vec<&str> =
        sent["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    let want: &[&str] = if ticket["status"] == "Fixed" { &["created", "fixed"] } else { &["created"] };
    assert_eq!(kinds, want, "no change without its message, no message without its change");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_the_middle_loses_nothing_that_was_answered() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &GATEWAY);
    let admin = process.admin(&dir);
    let acknowledged = Acknowledged::default();
    let enough = Arc::new(Notify::new());
    let mut workers = tokio::task::JoinSet::new();
    for number in 0..8 {
        workers.spawn(work(admin.clone(), acknowledged.clone(), enough.clone(), number));
    }
    enough.notified().await;
    process.kill();
    workers.join_all().await;
    let acknowledged = acknowledged.lock().unwrap().clone();

    let process = Process::serve(&dir, &GATEWAY);
    let admin = process.admin_again(&dir);
    for (id, ticket) in &acknowledged {
        let now = admin.get(&format!("/api/tickets/{id}")).await;
        assert_eq!(now.status, 200, "{id} was answered and is lost");
        // A Fixed may have been kept whose answer did not get out.
        if now.json["status"] == ticket["status"] {
            assert_eq!(now.json, *ticket);
        }
    }
    let mut seen = 0;
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("/api/tickets?sort=createdAt&pageSize=100{cursor}")).await.json;
        for item in page["items"].as_array().unwrap() {
            let path = format!("/api/tickets/{}", item["id"].as_str().unwrap());
            check(&admin, &admin.get(&path).await.json).await;
            seen += 1;
        }
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert!(seen >= acknowledged.len() && seen <= acknowledged.len() + 8, "{seen} of {}", acknowledged.len());
    let found = admin.get("/api/tickets?q=killed").await.json;
    assert_eq!(found["total"], json!(seen), "search knows all of them");
}
