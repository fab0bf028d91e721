//! Logging a ticket: the record, its defaults, and how it is found again.

use redress::{clock::Clock, staff::Role};
use serde_json::{Value, json};

use super::{count, least, messages, path, with};
use crate::support::TestApp;

/// 2026-11-20T08:53:20.007Z.
const START: i64 = 1_795_164_800_007;

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

const WHOLE: [&str; 18] = [
    "assignedAt",
    "assignedTo",
    "clientAccountId",
    "clientEmail",
    "clientName",
    "clientPhone",
    "createdAt",
    "createdBy",
    "description",
    "id",
    "issueType",
    "notes",
    "priority",
    "status",
    "statusHistory",
    "ticketRef",
    "updatedAt",
    "version",
];

#[tokio::test]
async fn the_least_ticket_has_the_contracts_record_and_defaults() {
    let (clock, _) = Clock::fixed(START, 7);
    let app = TestApp::with_clock(&[], clock).await;
    let admin = app.admin().await;
    let reply = admin.post("/api/tickets", &least()).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let ticket = &reply.json;
    assert_eq!(keys(ticket), WHOLE);
    assert_eq!(reply.header("location"), path(ticket));
    assert_eq!(reply.header("etag"), "\"1\"");
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(ticket["version"], 1);
    assert_eq!(ticket["createdAt"], "2026-11-20T08:53:20.007Z");
    assert_eq!(ticket["updatedAt"], ticket["createdAt"]);
    for absent in ["clientEmail", "clientAccountId", "assignedTo", "assignedAt"] {
        assert!(ticket[absent].is_null(), "{absent}");
    }
    assert_eq!((&ticket["status"], &ticket["priority"]), (&json!("New"), &json!("Medium")));
    assert_eq!(ticket["notes"], json!([]));
    let by = json!({"id": ticket["createdBy"]["id"], "name": "Priya Raman"});
    assert_eq!(ticket["createdBy"], by);
    let first = json!([{"status": "New", "timestamp": "2026-11-20T08:53:20.007Z", "updatedBy": by}]);
    assert_eq!(ticket["statusHistory"], first);
    let id: uuid::Uuid = ticket["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
    let (day, tail) = ticket["ticketRef"].as_str().unwrap().split_at("BILL-20261120-".len());
    assert_eq!(day, "BILL-20261120-");
    assert!(tail.len() == 4 && tail.chars().all(|c| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(c)), "{tail}");
}

#[tokio::test]
async fn every_field_that_a_form_has_is_kept() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await;
    let sent = json!({
        "clientName": "  Siobh\u{e1}n O'Brien ",
        "clientPhone": "+44 (0)7700 900-143",
        "clientEmail": "siobhan@example.com",
        "clientAccountId": "LF-204417",
        "issueType": "Service Suspension",
        "description": "Line one\r\nline two\tand a tab",
        "status": "Open",
        "priority": "Urgent",
        "assignedTo": tomasz.id.to_string(),
    });
    let ticket = admin.post("/api/tickets", &sent).await.json;
    let kept = json!({
        "clientName": "Siobh\u{e1}n O'Brien",
        "clientPhone": "+447700900143",
        "clientEmail": "siobhan@example.com",
        "clientAccountId": "LF-204417",
        "issueType": "Service Suspension",
        "description": "Line one\nline two\tand a tab",
        "status": "Open",
        "priority": "Urgent",
        "assignedTo": {"id": tomasz.id.to_string(), "name": "Tomasz"},
        "assignedAt": ticket["createdAt"],
    });
    for (field, want) in kept.as_object().unwrap() {
        assert_eq!(&ticket[field], want, "{field}");
    }
    assert_eq!(ticket["statusHistory"][0]["status"], "Open");
    assert_eq!(ticket["statusHistory"].as_array().unwrap().len(), 1);
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket, "what was answered is what is there");
}

#[tokio::test]
async fn optional_fields_may_be_null_or_empty() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for empty in [Value::Null, json!(""), json!("  ")] {
        let fields = json!({"clientEmail": empty, "clientAccountId": empty, "assignedTo": empty});
        let ticket = admin.ticket(fields).await;
        assert!(
            ticket["clientEmail"].is_null() && ticket["clientAccountId"].is_null() && ticket["assignedTo"].is_null()
        );
    }
}

#[tokio::test]
async fn a_new_ticket_starts_as_new_or_open() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    for status in ["New", "Open"] {
        assert_eq!(admin.ticket(json!({"status": status})).await["status"], status);
    }
    for status in ["In Progress", "Dispatched", "Fixed", "Closed", "Done"] {
        let reply = admin.post("/api/tickets", &with(json!({"status": status, "assignedTo": tomasz}))).await;
        assert_eq!((reply.status, reply.faults()), (422, vec!["status".to_owned()]), "{status}: {}", reply.text);
    }
    assert_eq!(count(&admin).await, 2);
}

#[tokio::test]
async fn settings_add_issue_types_and_a_region_for_numbers() {
    let app = TestApp::with(&[("issue_types", "Roaming, Number Porting"), ("region", "GB")]).await;
    let admin = app.admin().await;
    for issue in ["Incorrect Bill", "Payment Not Reflected", "Service Suspension", "Other", "Roaming", "Number Porting"]
    {
        assert_eq!(admin.ticket(json!({"issueType": issue})).await["issueType"], issue);
    }
    assert_eq!(admin.post("/api/tickets", &with(json!({"issueType": "Weather"}))).await.faults(), ["issueType"]);
    assert_eq!(admin.ticket(json!({"clientPhone": "07700 900 144"})).await["clientPhone"], "+447700900144");
    let plain = TestApp::start().await;
    let admin = plain.admin().await;
    let reply = admin.post("/api/tickets", &with(json!({"clientPhone": "07700 900 144"}))).await;
    assert_eq!(reply.faults(), ["clientPhone"], "no region, so a number needs its plus sign");
}

#[tokio::test]
async fn a_ticket_is_found_by_id_or_reference_in_any_letter_case() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let other = admin.ticket(json!({"clientName": "Peter Lindqvist"})).await;
    let mut version = 1;
    for name in [ticket["id"].as_str().unwrap(), ticket["ticketRef"].as_str().unwrap()] {
        for name in [name.to_lowercase(), name.to_uppercase()] {
            let at = format!("/api/tickets/{name}");
            let reply = admin.get(&at).await;
            assert_eq!((reply.status, &reply.json["id"]), (200, &ticket["id"]), "{name}");
            assert_eq!(reply.header("etag"), format!("\"{version}\""));
            assert_eq!(admin.put(&at, &json!({"priority": "Medium"})).await.json["id"], ticket["id"]);
            assert_eq!(admin.post(&format!("{at}/notes"), &json!({"content": "x"})).await.status, 201);
            let sent = admin.get(&format!("{at}/notifications")).await;
            assert_eq!(sent.json["items"][0]["ticketId"], ticket["id"]);
            version += 1;
        }
    }
    assert_eq!(admin.get(&path(&other)).await.json, other, "and no other");
}

#[tokio::test]
async fn a_technician_must_be_enabled_and_a_technician() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let gone = app.technician("Gareth").await;
    let reply = admin.patch(&format!("/api/users/{}", gone.id), &json!({"enabled": false})).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let other = app.user("Dev Anand", Role::Admin).await;
    let good = app.technician("Tomasz").await;
    let ticket = admin.ticket(json!({})).await;
    let unknown = "0190b5f0-0000-7000-8000-000000000000".to_owned();
    for id in [gone.id.to_string(), other.id.to_string(), unknown, "garbage".to_owned()] {
        let body = json!({"assignedTo": id});
        let created = admin.post("/api/tickets", &with(body.clone())).await;
        assert_eq!((created.status, created.faults()), (422, vec!["assignedTo".to_owned()]), "{id}: {}", created.text);
        let changed = admin.put(&path(&ticket), &body).await;
        assert_eq!((changed.status, changed.faults()), (422, vec!["assignedTo".to_owned()]), "{id}");
    }
    assert_eq!(count(&admin).await, 1);
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
    // With all else that is wrong, and only where it is.
    for (id, faults) in [(gone.id, &["assignedTo", "clientName"][..]), (good.id, &["clientName"])] {
        let body = json!({"assignedTo": id, "clientName": ""});
        for reply in [admin.post("/api/tickets", &with(body.clone())).await, admin.put(&path(&ticket), &body).await] {
            assert_eq!(reply.status, 422, "{}", reply.text);
            assert_eq!(reply.faults(), faults, "{id}");
        }
    }
    let given = admin.put(&path(&ticket), &json!({"assignedTo": good.id.to_string().to_uppercase()})).await;
    assert_eq!(given.json["assignedTo"]["name"], "Tomasz", "{}", given.text);
}

#[tokio::test]
async fn a_refused_ticket_leaves_no_trace() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let reply = admin.post("/api/tickets", &with(json!({"assignedTo": app.id_of(&admin).await}))).await;
    assert_eq!(reply.status, 422);
    let found = admin.get("/api/tickets?q=Nadia").await;
    assert_eq!((&found.json["total"], &found.json["items"]), (&json!(0), &json!([])));
    let ticket = admin.ticket(json!({})).await;
    assert_eq!(messages(&admin, &ticket).await.len(), 1);
}
