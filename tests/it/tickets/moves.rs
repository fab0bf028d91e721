//! The transition table, walked over HTTP, and its SMS.

use serde_json::{Value, json};

use super::{assert_problem, messages, path};
use crate::support::{Caller, TestApp};

const ALL: [&str; 6] = ["New", "Open", "In Progress", "Dispatched", "Fixed", "Closed"];

/// The contract's table.
fn allowed(from: &str) -> &'static [&'static str] {
    match from {
        "New" => &["Open", "In Progress", "Dispatched", "Fixed"],
        "Open" => &["In Progress", "Dispatched", "Fixed"],
        "In Progress" => &["Open", "Dispatched", "Fixed"],
        "Dispatched" => &["Open", "In Progress", "Fixed"],
        "Fixed" => &["Closed", "Open", "In Progress"],
        "Closed" => &["Open"],
        other => panic!("{other}"),
    }
}

/// A ticket that has come to a status, with a technician or, where that can be, without.
async fn at(admin: &Caller, status: &str, technician: Option<&str>) -> Value {
    let mut ticket = admin.ticket(json!({"assignedTo": technician})).await;
    let way: &[&str] = match status {
        "New" => &[],
        "Closed" => &["Fixed", "Closed"],
        other => &[other][..],
    };
    for step in way {
        let reply = admin.put(&path(&ticket), &json!({"status": step})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        ticket = reply.json;
    }
    ticket
}

fn named(reply: &Value) -> Vec<&str> {
    reply["allowed"].as_array().map(|all| all.iter().map(|one| one.as_str().unwrap()).collect()).unwrap_or_default()
}

#[tokio::test]
async fn all_thirty_six_with_a_technician() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    for from in ALL {
        for to in ALL {
            let before = at(&admin, from, Some(&tomasz)).await;
            let sent = messages(&admin, &before).await.len();
            let reply = admin.put(&path(&before), &json!({"status": to, "description": "Changed too."})).await;
            let now = admin.get(&path(&before)).await.json;
            let what = format!("{from} to {to}: {}", reply.text);
            if from == to {
                assert_eq!(reply.status, 200, "{what}");
                assert_eq!((&now["status"], &now["statusHistory"]), (&before["status"], &before["statusHistory"]));
            } else if allowed(from).contains(&to) {
                assert_eq!((reply.status, &now["status"]), (200, &json!(to)), "{what}");
                let mut entries = before["statusHistory"].as_array().unwrap().clone();
                entries.push(json!({"status": to, "timestamp": now["updatedAt"], "updatedBy": before["createdBy"]}));
                assert_eq!(now["statusHistory"], json!(entries), "{what}");
                assert_eq!(now["version"].as_i64().unwrap(), before["version"].as_i64().unwrap() + 1);
            } else {
                assert_problem(&reply, 409);
                assert_eq!(named(&reply.json), allowed(from), "{what}");
                for status in allowed(from) {
                    assert!(reply.json["detail"].as_str().unwrap().contains(status), "{what}");
                }
                assert_eq!(now, before, "{what}");
            }
            let more = usize::from(to == "Fixed" && allowed(from).contains(&to));
            assert_eq!(messages(&admin, &before).await.len(), sent + more, "{what}");
        }
    }
}

#[tokio::test]
async fn dispatched_needs_a_technician() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    for from in ["New", "Open", "In Progress"] {
        let ticket = at(&admin, from, None).await;
        for body in [json!({"status": "Dispatched"}), json!({"status": "Dispatched", "assignedTo": null})] {
            let reply = admin.put(&path(&ticket), &body).await;
            assert_problem(&reply, 409);
            assert!(!named(&reply.json).contains(&"Dispatched"), "{}", reply.text);
            assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
        }
        let reply = admin.put(&path(&ticket), &json!({"status": "Dispatched", "assignedTo": tomasz})).await;
        assert_eq!((reply.status, &reply.json["status"]), (200, &json!("Dispatched")), "{}", reply.text);
        assert_eq!(reply.json["version"].as_i64(), ticket["version"].as_i64().map(|v| v + 1), "one change");
    }
    // In the same request the technician may also be taken away.
    let ticket = at(&admin, "New", Some(&tomasz)).await;
    let reply = admin.put(&path(&ticket), &json!({"status": "Dispatched", "assignedTo": null})).await;
    assert_problem(&reply, 409);
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
}

#[tokio::test]
async fn a_dispatched_ticket_keeps_its_technician_unless_it_moves_on() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    let aisha = app.technician("Aisha").await.id.to_string();
    let ticket = at(&admin, "Dispatched", Some(&tomasz)).await;
    for body in [json!({"assignedTo": null}), json!({"assignedTo": "", "status": "Dispatched"})] {
        let reply = admin.put(&path(&ticket), &body).await;
        assert_problem(&reply, 409);
        assert_eq!(named(&reply.json), ["Open", "In Progress", "Fixed"], "{}", reply.text);
        assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
    }
    let other = admin.put(&path(&ticket), &json!({"assignedTo": aisha})).await;
    assert_eq!((other.status, &other.json["assignedTo"]["name"]), (200, &json!("Aisha")));
    for to in ["Open", "In Progress", "Fixed"] {
        let ticket = at(&admin, "Dispatched", Some(&tomasz)).await;
        let reply = admin.put(&path(&ticket), &json!({"assignedTo": null, "status": to})).await;
        assert_eq!((reply.status, &reply.json["status"]), (200, &json!(to)), "{}", reply.text);
        assert!(reply.json["assignedTo"].is_null() && reply.json["assignedAt"].is_null());
    }
}

#[tokio::test]
async fn every_change_into_fixed_tells_the_client_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    for status in ["Fixed", "Fixed", "Open", "Fixed", "In Progress", "Fixed", "Closed", "Open", "Fixed"] {
        let reply = admin.put(&path(&ticket), &json!({"status": status})).await;
        assert_eq!(reply.status, 200, "{status}: {}", reply.text);
    }
    let kinds: Vec<Value> = messages(&admin, &ticket).await.iter().map(|message| message["kind"].clone()).collect();
    assert_eq!(kinds, ["created", "fixed", "fixed", "fixed", "fixed"]);
    let history = admin.get(&path(&ticket)).await.json["statusHistory"].clone();
    let walked: Vec<&str> = history.as_array().unwrap().iter().map(|entry| entry["status"].as_str().unwrap()).collect();
    assert_eq!(walked, ["New", "Fixed", "Open", "Fixed", "In Progress", "Fixed", "Closed", "Open", "Fixed"]);
}

#[tokio::test]
async fn of_two_who_fix_at_once_one_tells_the_client() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let mut writes = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (admin, path) = (admin.clone(), path(&ticket));
        writes.spawn(async move { admin.put(&path, &json!({"status": "Fixed"})).await.status });
    }
    assert_eq!(writes.join_all().await, [200; 8]);
    assert_eq!(messages(&admin, &ticket).await.len(), 2);
    assert_eq!(admin.get(&path(&ticket)).await.json["version"], 2);
}
