//! What may be done to a ticket, by a program and on a page.

use redress::{clock::Clock, staff::Role};
use serde_json::{Value, json};

use super::support::{Browser, Caller, Page, TestApp};

/// A Fixed raised on a page waits for minutes, and the gateway is never there.
const HELD: [(&str, &str); 5] = [
    ("sms.gateway", "kannel"),
    ("sms.kannel.url", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("sms.kannel.username", "redress"),
    ("sms.kannel.password", "sendpw"),
    ("sms.undo_seconds", "300"),
];

const UNDO_BUTTON: &str = "#history form[action$='/undo'] button";

/// A ticket, and where its record and its page are.
struct Desk {
    api: Caller,
    browser: Browser,
    record: String,
    page: String,
}

impl Desk {
    async fn with(app: &TestApp, fields: Value) -> Self {
        let (api, browser) = (app.admin().await, app.browser().await);
        let ticket = api.ticket(fields).await;
        let reference = ticket["ticketRef"].as_str().unwrap();
        Self { api, browser, record: format!("/api/tickets/{reference}"), page: format!("/tickets/{reference}") }
    }

    async fn ticket(&self) -> Value {
        self.api.get(&self.record).await.json
    }

    async fn put(&self, change: Value) -> u16 {
        self.api.put(&self.record, &change).await.status
    }

    async fn post(&self, rest: &str, fields: &[(&str, &str)]) -> Page {
        self.browser.submit(&format!("{}{rest}", self.page), fields).await
    }

    async fn open(&self, rest: &str) -> Page {
        self.browser.open(&format!("{}{rest}", self.page)).await
    }
}

#[tokio::test]
async fn undo_puts_the_technician_back_too() {
    let app = TestApp::with(&HELD).await;
    let tomasz = app.technician("Tomasz Wilk").await.id.to_string();
    let desk = Desk::with(&app, json!({"assignedTo": tomasz})).await;
    assert_eq!(desk.put(json!({"status": "Dispatched"})).await, 200);
    let before = desk.ticket().await;

    let fixed = desk.post("/status", &[("status", "Fixed"), ("assignedTo", "")]).await;
    assert_eq!(fixed.status, 303, "{}", fixed.text);
    assert_eq!(desk.ticket().await["assignedTo"], Value::Null);
    assert!(desk.open("").await.has(UNDO_BUTTON));
    assert_eq!(desk.post("/undo", &[]).await.status, 303);

    let after = desk.ticket().await;
    for field in ["status", "assignedTo", "assignedAt", "priority"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let sent = desk.api.get(&format!("{}/notifications", desk.record)).await.json;
    assert_eq!(sent["items"][1]["state"], "cancelled");
}

#[tokio::test]
async fn undo_works_after_a_note_and_keeps_what_came_later() {
    let app = TestApp::with(&HELD).await;
    let desk = Desk::with(&app, json!({})).await;
    assert_eq!(desk.post("/status", &[("status", "Fixed")]).await.status, 303);
    assert_eq!(desk.post("/notes", &[("content", "Called the client.")]).await.status, 303);
    assert_eq!(desk.put(json!({"priority": "Urgent"})).await, 200);

    assert!(desk.open("").await.has(UNDO_BUTTON));
    assert_eq!(desk.post("/undo", &[]).await.status, 303);
    let after = desk.ticket().await;
    assert_eq!((&after["status"], &after["priority"]), (&json!("New"), &json!("Urgent")));
    assert!(!desk.open("").await.has(UNDO_BUTTON));
}

#[tokio::test]
async fn there_is_no_undo_to_a_state_that_cannot_be() {
    let app = TestApp::with(&HELD).await;
    let tomasz = app.technician("Tomasz Wilk").await.id.to_string();
    let desk = Desk::with(&app, json!({"assignedTo": tomasz})).await;
    assert_eq!(desk.put(json!({"status": "Dispatched"})).await, 200);
    assert_eq!(desk.post("/status", &[("status", "Fixed")]).await.status, 303);
    assert_eq!(desk.put(json!({"assignedTo": null})).await, 200);

    assert!(!desk.open("").await.has(UNDO_BUTTON));
    assert_eq!(desk.post("/undo", &[]).await.status / 100, 4);
    assert_eq!(desk.ticket().await["status"], "Fixed");
    let sent = desk.api.get(&format!("{}/notifications", desk.record)).await.json;
    assert_eq!(sent["items"][1]["state"], "queued");
}

#[tokio::test]
async fn a_disabled_technician_keeps_a_ticket_but_is_not_sent_out() {
    let app = TestApp::start().await;
    let tomasz = app.technician("Tomasz Wilk").await.id.to_string();
    let aisha = app.technician("Aisha Khan").await.id.to_string();
    let desk = Desk::with(&app, json!({"assignedTo": tomasz})).await;
    let disabled = desk.api.patch(&format!("/api/users/{tomasz}"), &json!({"enabled": false})).await;
    assert_eq!(disabled.status, 200, "{}", disabled.text);

    let saved = desk.post("/edit", &[("description", "Charged three times."), ("assignedTo", &tomasz)]).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    for body in [json!({"status": "Dispatched"}), json!({"status": "Dispatched", "assignedTo": tomasz})] {
        let refused = desk.api.put(&desk.record, &body).await;
        assert_eq!((refused.status, refused.faults()), (422, vec!["assignedTo".to_owned()]), "{body}");
    }
    let choices = desk.open("/status?status=Dispatched").await.all("form.split__main select option");
    assert_eq!(choices, ["Choose one", "Aisha Khan"]);
    assert_eq!(desk.put(json!({"status": "Dispatched", "assignedTo": aisha})).await, 200);
    assert_eq!(desk.put(json!({"assignedTo": tomasz})).await, 422);
}

#[tokio::test]
async fn a_form_is_held_against_the_fields_that_changed_since() {
    let app = TestApp::start().await;
    let desk = Desk::with(&app, json!({})).await;
    assert_eq!(desk.post("/notes", &[("content", "Called the client.")]).await.status, 303);
    for priority in ["High", "Medium"] {
        assert_eq!(desk.put(json!({"priority": priority})).await, 200);
    }
    let saved = desk.post("/edit", &[("version", "1"), ("clientName", "Nadia O"), ("priority", "Low")]).await;
    assert_eq!(saved.status, 303, "nothing of the form has changed: {}", saved.text);

    let old = desk.ticket().await["version"].to_string();
    assert_eq!(desk.put(json!({"priority": "Urgent"})).await, 200);
    let stale = desk.post("/edit", &[("version", &old), ("clientName", "Nadia P"), ("priority", "High")]).await;
    assert_eq!(stale.status, 422, "both changed the priority");
    assert!(stale.text.contains("Urgent") && stale.text.contains("Nadia P"), "{}", stale.text);
    let after = desk.ticket().await;
    assert_eq!((&after["clientName"], &after["priority"]), (&json!("Nadia O"), &json!("Urgent")));

    let merged = desk.post("/edit", &[("version", &old), ("clientName", "Nadia P"), ("priority", "Low")]).await;
    assert_eq!(merged.status, 303, "the form left the priority as it was: {}", merged.text);
    let after = desk.ticket().await;
    assert_eq!((&after["clientName"], &after["priority"]), (&json!("Nadia P"), &json!("Urgent")));
}

#[tokio::test]
async fn a_form_with_a_wrong_version_is_not_the_last_write() {
    let app = TestApp::start().await;
    let desk = Desk::with(&app, json!({})).await;
    for version in ["abc", "", "99999"] {
        let page = desk.post("/edit", &[("version", version), ("clientName", "Somebody else")]).await;
        assert_eq!(page.status, 422, "version {version:?}");
        assert_eq!(page.attribute("[name=version]", "value").unwrap(), "1");
        assert_eq!(desk.ticket().await["version"], 1);
    }
}

#[tokio::test]
async fn a_refused_move_is_422_on_pages_and_409_for_programs() {
    let app = TestApp::start().await;
    let desk = Desk::with(&app, json!({})).await;
    assert_eq!(desk.put(json!({"status": "Closed"})).await, 409);
    let forms = [("/status", "status", "Closed"), ("/edit", "status", "Closed"), ("/undo", "", "")];
    for (rest, name, value) in forms {
        let page = desk.post(rest, &[(name, value)]).await;
        assert_eq!(page.status, 422, "{rest}");
        assert!(page.has(".error-summary li"), "{rest}");
    }
    assert_eq!(desk.ticket().await["version"], 1);
}

#[tokio::test]
async fn mark_fixed_with_a_note_twice_is_once() {
    let app = TestApp::with(&HELD).await;
    let desk = Desk::with(&app, json!({})).await;
    for rest in ["", "/status?status=Fixed"] {
        let key =
            desk.open(rest).await.attribute("[name=status][value=Fixed] ~ [name=idempotencyKey]", "value").unwrap();
        let form = [("status", "Fixed"), ("idempotencyKey", key.as_str()), ("content", "Swapped the router.")];
        let before = desk.ticket().await["notes"].as_array().unwrap().len();
        for _ in 0..2 {
            assert_eq!(desk.post("/status", &form).await.status, 303);
            assert!(desk.open("").await.text.contains("The SMS goes in 300 seconds"));
        }
        assert_eq!(desk.ticket().await["notes"].as_array().unwrap().len(), before + 1);

        let other = [form[0], form[1], ("content", "Other words.")];
        let refused = desk.post("/status", &other).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Other words."));
        assert_eq!(desk.post("/undo", &[]).await.status, 303);
    }
}

#[tokio::test]
async fn a_ticket_keeps_a_type_that_was_taken_out_of_the_settings() {
    let app = TestApp::with(&[("issue_types", "Porting")]).await;
    let ticket = app.admin().await.ticket(json!({"issueType": "Porting"})).await;
    let page = format!("/tickets/{}", ticket["ticketRef"].as_str().unwrap());
    let dir = app.stop().await.unwrap();

    let app = TestApp::at(&dir, &[], Clock::system()).await;
    let (api, browser) = (app.caller("Ines Moreau", Role::Admin).await, app.browser().await);
    let desk = Desk { api, browser, record: format!("/api{page}"), page };
    let form = desk.open("/edit").await;
    assert_eq!(form.attribute("[name=issueType][checked]", "value").unwrap(), "Porting");
    let saved = desk.post("/edit", &[("issueType", "Porting"), ("priority", "High")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let kept = desk.api.put(&desk.record, &json!({"issueType": "porting", "priority": "Low"})).await;
    assert_eq!((kept.status, &kept.json["issueType"]), (200, &json!("Porting")));

    let unknown = desk.api.put(&desk.record, &json!({"issueType": "Roaming", "priority": "Soon"})).await;
    assert_eq!((unknown.status, unknown.faults()), (422, vec!["issueType".to_owned(), "priority".to_owned()]));
    assert_eq!(desk.put(json!({"issueType": "Other"})).await, 200);
    assert_eq!(desk.put(json!({"issueType": "Porting"})).await, 422, "no other ticket may take it");
}

#[tokio::test]
async fn null_means_what_the_document_says() {
    let app = TestApp::start().await;
    let desk = Desk::with(&app, json!({"status": null, "priority": null})).await;
    let ticket = desk.ticket().await;
    assert_eq!((&ticket["status"], &ticket["priority"]), (&json!("New"), &json!("Medium")));

    let schemas = desk.api.get("/api/openapi.json").await.json["components"]["schemas"].clone();
    let fields = schemas["TicketChange"]["properties"].as_object().unwrap().clone();
    assert_eq!(fields.len(), 9);
    for (name, schema) in fields {
        let taken = desk.api.put(&desk.record, &json!({ &name: null })).await.status == 200;
        assert_eq!(schema.to_string().contains("\"null\""), taken, "{name}: {schema}");
    }
    for (schema, field) in [("TicketPage", "page"), ("TicketPage", "nextCursor"), ("TicketSummary", "assignedTo")] {
        let required = schemas[schema]["required"].as_array().unwrap();
        assert!(required.contains(&json!(field)), "{schema}: {required:?}");
        assert!(schemas[schema]["properties"][field].to_string().contains("\"null\""), "{schema}: {field}");
    }
}

#[tokio::test]
async fn the_last_day_there_is_is_a_date() {
    let app = TestApp::with(&[("timezone", "America/New_York")]).await;
    let desk = Desk::with(&app, json!({})).await;
    for (query, total) in [
        ("createdTo=9999-12-31", 1),
        ("createdTo=9999-12-30", 1),
        ("createdFrom=9999-12-31", 0),
        ("createdFrom=9999-12-31&createdTo=9999-12-31", 0),
        ("createdFrom=0000-01-01", 1),
    ] {
        let found = desk.api.get(&format!("/api/tickets?{query}")).await;
        assert_eq!((found.status, &found.json["total"]), (200, &json!(total)), "{query}: {}", found.text);
    }
    assert_eq!(desk.api.get("/api/tickets?createdTo=9999-12-32").await.status, 422);
}

/// The side bar counts by statements of its own: each view must list what it counts.
#[tokio::test]
async fn the_side_bar_counts_what_its_links_list() {
    let app = TestApp::start().await;
    let tomasz = app.technician("Tomasz Wilk").await.id.to_string();
    let desk = Desk::with(&app, json!({"priority": "Urgent"})).await;
    let (some, none) = (json!({"assignedTo": tomasz}), json!({"priority": "Urgent"}));
    let both = json!({"assignedTo": tomasz, "priority": "Urgent"});
    let moves: [(&Value, &[&str]); 9] = [
        (&none, &["Open"]),
        (&some, &["In Progress"]),
        (&some, &["Dispatched"]),
        (&both, &["Dispatched"]),
        (&none, &["Fixed"]),
        (&some, &["Fixed"]),
        (&some, &["Fixed"]),
        (&some, &["Fixed"]),
        (&none, &["Fixed", "Closed"]),
    ];
    for (fields, statuses) in moves {
        let ticket = desk.api.ticket(fields.clone()).await;
        for status in statuses {
            let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
            assert_eq!(desk.api.put(&path, &json!({"status": status})).await.status, 200);
        }
    }
    let page = desk.browser.open("/tickets").await;
    let mut counts = Vec::new();
    for view in 1..=5 {
        let link = format!("#nav ul:first-of-type li:nth-child({view}) a");
        let address = page.attribute(&link, "href").unwrap();
        let count: u64 = page.all(&format!("{link} .count"))[0].parse().unwrap();
        let listed = desk.api.get(&format!("/api{address}")).await;
        assert_eq!(listed.json["total"], count, "{address}");
        counts.push(count);
    }
    assert_eq!(counts, [5, 2, 3, 4, 10], "no two the same, so that none can stand for another");
}

#[tokio::test]
async fn every_call_says_that_the_database_may_be_away() {
    let app = TestApp::start().await;
    let document = app.admin().await.get("/api/openapi.json").await.json;
    for (path, calls) in document["paths"].as_object().unwrap().iter().filter(|(path, _)| path.contains("ticket")) {
        for (method, call) in calls.as_object().unwrap() {
            assert!(call["responses"]["503"].is_object(), "{method} {path}");
        }
    }
}
