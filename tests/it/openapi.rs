//! The document and the router say the same.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Caller, TestApp};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The calls of the contract that this version has.
const CONTRACT: [&str; 17] = [
    "GET /api/auth/me",
    "GET /api/clients",
    "GET /api/clients/{accountId}",
    "GET /api/tickets",
    "GET /api/tickets/{id}",
    "GET /api/tickets/{id}/notifications",
    "GET /api/users",
    "PATCH /api/tickets/{id}",
    "PATCH /api/users/{id}",
    "POST /api/auth/login",
    "POST /api/auth/logout",
    "POST /api/notifications/{id}/resend",
    "POST /api/tickets",
    "POST /api/tickets/{id}/notes",
    "POST /api/users",
    "PUT /api/clients/{accountId}",
    "PUT /api/tickets/{id}",
];

async fn document(caller: &Caller) -> Value {
    let reply = caller.get("/api/openapi.json").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    reply.json
}

fn documented(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let calls = paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    calls.collect()
}

#[tokio::test]
async fn every_documented_call_is_there_and_no_other_method_is() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let sent = admin.get(&format!("/api/tickets/{}/notifications", ticket["id"].as_str().unwrap())).await;
    let view = admin.post("/api/views", &json!({"name": "New ones", "query": "status=New"})).await.json;
    let known = json!({"name": "Nadia Okonkwo", "phone": "+447700900142"});
    assert_eq!(admin.put("/api/clients/LF-1", &known).await.status, 201);
    let hold = admin.post("/api/privacy/holds", &json!({"accountId": "LF-1", "reason": "Case 1"})).await.json;
    let document = document(&app.anonymous()).await;
    assert_eq!(document["openapi"], "3.1.0");
    let calls = documented(&document);
    assert!(CONTRACT.iter().all(|call| calls.contains(*call)), "{calls:?}");
    let user = app.id_of(&admin).await;
    for path in document["paths"].as_object().unwrap().keys() {
        let id = match path {
            path if path.starts_with("/api/users") => user.as_str(),
            path if path.starts_with("/api/views") => view["id"].as_str().unwrap(),
            path if path.starts_with("/api/privacy/holds") => hold["id"].as_str().unwrap(),
            path if path.starts_with("/api/notifications") => sent.json["items"][0]["id"].as_str().unwrap(),
            _ => ticket["id"].as_str().unwrap(),
        };
        // The log-out comes last, since it ends the token: it is called by somebody else.
        let caller = if path.ends_with("/logout") {
            app.caller("Dev Anand", redress::staff::Role::Admin).await
        } else {
            admin.clone()
        };
        for method in METHODS {
            let reply = caller
                .send(
                    caller
                        .request(
                            method,
                            &path
                                .replace("{id}", id)
                                .replace("{photo}", id)
                                .replace("{accountId}", "LF-1")
                                .replace("{kind}/{channel}/{language}", "created/sms/en"),
                        )
                        .json(&json!({})),
                )
                .await;
            let call = format!("{method} {path}");
            // Without a photo there is none to get: tests/it/photos.rs.
            if call == "GET /api/tickets/{id}/photos/{photo}" {
                assert_eq!(reply.status, 404, "{}", reply.text);
            } else if calls.contains(&call) {
                assert!(!matches!(reply.status, 404 | 405 | 401), "{call}: {}", reply.text);
                let item = &document["paths"][path][method.to_lowercase()];
                assert!(
                    item["responses"][reply.status.to_string()].is_object(),
                    "{call}: {} is not documented",
                    reply.status
                );
                assert!(item["operationId"].as_str().is_some() && item["summary"].as_str().is_some(), "{call}");
            } else {
                assert_eq!(reply.status, 405, "{call} is there and not documented: {}", reply.text);
            }
        }
    }
}

/// `routes!` puts a call into router and document at once; a plain `route` does only the first.
#[test]
fn no_route_of_the_api_goes_past_the_document() {
    let mut found = Vec::new();
    for (path, text) in crate::architecture::sources() {
        for line in text.lines().filter(|line| line.contains("route(\"/api")) {
            found.push(format!("{path}: {}", line.trim().split('"').nth(1).unwrap()));
        }
    }
    found.sort();
    assert_eq!(found, ["src/app.rs: /api/docs", "src/app.rs: /api/openapi.json"], "these two are the document itself");
}

/// A call refuses a field that it does not know, so the document says that there are no others.
#[test]
fn no_body_is_documented_as_taking_other_fields() {
    let document = serde_json::to_value(redress::app::document()).unwrap();
    let mut bodies = 0;
    for call in documented(&document) {
        let (method, path) = call.split_once(' ').unwrap();
        let content = &document["paths"][path][method.to_lowercase()]["requestBody"]["content"];
        for body in content.as_object().into_iter().flat_map(|kinds| kinds.values()) {
            let name = body["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            assert_eq!(document["components"]["schemas"][name]["additionalProperties"], json!(false), "{call}: {name}");
            bodies += 1;
        }
    }
    assert!(bodies > 15, "{bodies}");
}

/// Whether a value fits what the document says of a parameter.
fn fits(schema: &Value, value: &str) -> bool {
    if let Some(least) = schema["minimum"].as_u64() {
        let most = schema["maximum"].as_u64().unwrap();
        return value.parse().is_ok_and(|number: u64| (least..=most).contains(&number));
    }
    regex::Regex::new(schema["pattern"].as_str().unwrap()).unwrap().is_match(value)
}

/// What a filter may be stands in the document: nobody has to find out by being refused.
#[tokio::test]
async fn filters_are_documented_as_they_are_read() {
    let app = TestApp::start().await;
    let owner = app.admin().await;
    let document = document(&owner).await;
    let id = app.id_of(&owner).await;
    for (path, name, good, bad) in [
        ("/api/tickets", "sort", vec!["ticketRef", "createdAt", "updatedAt", "status", "priority", ""], "age"),
        ("/api/tickets", "order", vec!["asc", "desc", ""], "up"),
        ("/api/tickets", "createdFrom", vec!["2026-11-27", "2026-11-27T10:00:00Z", ""], "today"),
        ("/api/tickets", "createdTo", vec!["2026-11-27", "2026-11-27T10:00:00Z", ""], "today"),
        ("/api/tickets", "assignedTo", vec!["none", id.as_str(), ""], "me"),
        ("/api/tickets", "page", vec!["1"], "0"),
        ("/api/tickets", "pageSize", vec!["1", "100"], "101"),
        ("/api/tickets.csv", "sort", vec!["ticketRef", "priority"], "age"),
        ("/api/tickets.csv", "order", vec!["asc", "desc"], "up"),
        ("/api/notifications", "channel", vec!["sms", "email", "whatsapp", "webhook"], "post"),
        (
            "/api/notifications",
            "state",
            vec!["queued", "sending,sent,delivered,failed", "unknown,suppressed,cancelled"],
            "lost",
        ),
        ("/api/notifications", "pageSize", vec!["1", "100"], "0"),
        ("/api/audit", "who", vec!["redress", id.as_str()], "me"),
        (
            "/api/audit",
            "kind",
            vec!["changes", "access", "users", "clients", "exports", "reads", "messages", "other", "all"],
            "some",
        ),
    ] {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        let schema = &parameters.iter().find(|parameter| parameter["name"] == name).unwrap()["schema"];
        for (value, is_good) in good.iter().map(|value| (*value, true)).chain([(bad, false)]) {
            assert_eq!(fits(schema, value), is_good, "{path} {name}={value}: {schema}");
            let reply = owner.get(&format!("{path}?{name}={value}")).await;
            assert_eq!(reply.status, if is_good { 200 } else { 422 }, "{path} {name}={value}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn what_is_answered_has_the_documented_fields() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    let note = admin.post(&format!("{path}/notes"), &json!({"content": "x"})).await.json;
    let list = admin.get("/api/tickets").await.json;
    let sent = admin.get(&format!("{path}/notifications")).await.json;
    let view = admin.post("/api/views", &json!({"name": "New ones", "query": "status=New"})).await.json;
    let client = admin.put("/api/clients/LF-1", &json!({"name": "Nadia", "phone": "+447700900142"})).await.json;
    let clients = admin.get("/api/clients").await.json;
    let problem = admin.get("/api/tickets/x").await.json;
    let document = document(&admin).await;
    for (name, value) in [
        ("Ticket", &ticket),
        ("TicketSummary", &list["items"][0]),
        ("TicketPage", &list),
        ("Note", &note),
        ("StatusEntry", &ticket["statusHistory"][0]),
        ("Person", &ticket["createdBy"]),
        ("Notification", &sent["items"][0]),
        ("SavedView", &view),
        ("Client", &client),
        ("ClientList", &clients),
    ] {
        let have: BTreeSet<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        let mut documented = properties(&document, &document["components"]["schemas"][name]);
        // Beside the contract's record, and there once the ticket is erased: tests/it/privacy/erase.rs; or where a note has
        // any: tests/it/photos.rs; or where the ticket came from another help desk: tests/it/process/importing.rs.
        documented.remove("erasedAt");
        documented.remove("referenceBefore");
        documented.remove("photos");
        assert_eq!(documented, have, "{name}");
    }
    let have: BTreeSet<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(properties(&document, &document["components"]["schemas"]["ProblemDocument"]).is_superset(&have));
}

/// The names of a schema's properties, those of its parts included.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        names.extend(properties(document, &document["components"]["schemas"][name]));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        names.extend(properties(document, part));
    }
    names.extend(schema["properties"].as_object().into_iter().flat_map(|map| map.keys().map(String::as_str)));
    names
}

#[tokio::test]
async fn the_docs_are_a_page_that_names_every_call() {
    let app = TestApp::start().await;
    app.admin().await;
    let anyone = app.anonymous();
    let page = anyone.get("/api/docs").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.header("content-type").starts_with("text/html"));
    for call in documented(&document(&anyone).await) {
        let (_, path) = call.split_once(' ').unwrap();
        assert!(page.text.contains(path), "{path}");
    }
    let page = app.browser().await.open("/api/docs").await;
    assert!(page.all("main p code").contains(&"Idempotency-Key".to_owned()));
    assert!(!page.all("main p, main td, main summary").concat().contains('`'), "code is shown as such");
}

/// The document that is kept beside the code is the one that the code makes.
#[test]
fn the_kept_document_is_up_to_date() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json")).unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let made = serde_json::to_value(redress::app::document()).unwrap();
    assert!(kept == made, "it is out of date: run `redress openapi > docs/openapi.json`");
}
