//! Limits, hostile text, and every fault at once.

use serde_json::{Value, json};

use super::{assert_problem, count, least, path, with};
use crate::support::{Reply, TestApp};

fn codes(reply: &Reply) -> Vec<(String, String)> {
    let errors = reply.json["errors"].as_array().cloned().unwrap_or_default();
    let word = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let mut codes: Vec<_> = errors.iter().map(|fault| (word(fault, "field"), word(fault, "code"))).collect();
    codes.sort();
    codes
}

#[tokio::test]
async fn each_field_at_its_limit_and_one_past_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    // An e and an accent are two characters before NFC and one after.
    for (field, most) in [("clientName", 200), ("clientAccountId", 64), ("description", 10_000)] {
        for unit in ["x", "\u{e9}", "e\u{301}", "\u{1f600}", "\u{5d0}"] {
            let body = json!({field: format!(" {} ", unit.repeat(most))});
            let kept = if unit == "e\u{301}" { "\u{e9}" } else { unit }.repeat(most);
            let created = admin.post("/api/tickets", &with(body.clone())).await;
            assert_eq!((created.status, created.json[field].as_str()), (201, Some(kept.as_str())), "{field} {unit}");
            assert_eq!(admin.put(&path(&ticket), &body).await.json[field], kept);
            let more = json!({field: unit.repeat(most + 1)});
            for reply in [admin.post("/api/tickets", &with(more.clone())).await, admin.put(&path(&ticket), &more).await]
            {
                assert_problem(&reply, 422);
                assert_eq!(codes(&reply), [(field.to_owned(), "too_long".to_owned())]);
            }
        }
        let least = admin.put(&path(&ticket), &json!({field: "x"})).await;
        assert_eq!(least.json[field], "x");
    }
    let notes = format!("{}/notes", path(&ticket));
    assert_eq!(admin.post(&notes, &json!({"content": "\u{1f600}".repeat(10_000)})).await.status, 201);
    assert_eq!(
        codes(&admin.post(&notes, &json!({"content": "x".repeat(10_001)})).await),
        [("content".into(), "too_long".into())]
    );
}

#[tokio::test]
async fn numbers_and_addresses_are_checked() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let good =
        [("clientPhone", "+447700900142"), ("clientPhone", "+1 (202) 555-0143"), ("clientPhone", "+91 98765 43210")];
    let mails = [("clientEmail", "a@b.example"), ("clientEmail", "o'brien+bills@mail.example.co.uk")];
    for (field, text) in good.into_iter().chain(mails) {
        let reply = admin.post("/api/tickets", &with(json!({field: text}))).await;
        assert_eq!(reply.status, 201, "{text}: {}", reply.text);
    }
    let phones = [
        "",
        "x",
        "+",
        "+44",
        "+4477009001",
        "+999123456789",
        "7700900142",
        "+44770090014277009",
        "+447700900142 or so",
        "tel:",
    ];
    let mails = [
        "x",
        "@",
        "a@",
        "@b.example",
        "a@b@c.example",
        "a b@c.example",
        "a@b.example, c@d.example",
        "a@b.example\nBcc: x@y.example",
        "<a@b.example>",
    ];
    for (field, text) in phones.map(|t| ("clientPhone", t)).into_iter().chain(mails.map(|t| ("clientEmail", t))) {
        let reply = admin.post("/api/tickets", &with(json!({field: text}))).await;
        assert_eq!((reply.status, reply.faults()), (422, vec![field.to_owned()]), "{text}: {}", reply.text);
    }
    assert_eq!(count(&admin).await, 5);
}

#[tokio::test]
async fn hostile_text_is_kept_as_it_is_or_refused_with_a_reason() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let kept = [
        "<script>alert(1)</script>",
        "\"'><img src=x onerror=alert(1)>",
        "'; DROP TABLE tickets; --",
        "{{7*7}} ${7*7} <%= 7*7 %>",
        "\u{202e}moc.live\u{202c}",
        "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{645}\u{631}\u{62d}\u{628}\u{627}",
        "Z\u{353}\u{354}\u{351}\u{352}a",
        "%00%n%s\\u0000",
        "a\u{fffd}b\u{fffe}",
        "\u{10ffff}",
    ];
    for text in kept {
        for field in ["clientName", "clientAccountId", "description"] {
            let ticket = admin.ticket(json!({field: text})).await;
            assert_eq!(ticket[field], text, "{field}");
            let reply = admin.get(&path(&ticket)).await;
            assert_eq!(reply.json[field], text);
            assert_eq!(reply.header("x-content-type-options"), "nosniff");
            let note = admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": text})).await;
            assert_eq!(note.json["content"], text);
        }
    }
    let before = count(&admin).await;
    let ticket = admin.ticket(json!({})).await;
    for bad in ['\0', '\u{1}', '\u{7}', '\u{8}', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{80}', '\u{85}', '\u{9f}'] {
        let text = format!("a{bad}b");
        for field in [
            "clientName",
            "clientPhone",
            "clientEmail",
            "clientAccountId",
            "issueType",
            "description",
            "status",
            "priority",
            "assignedTo",
        ] {
            for reply in [
                admin.post("/api/tickets", &with(json!({field: text}))).await,
                admin.put(&path(&ticket), &json!({field: text})).await,
            ] {
                assert_problem(&reply, 422);
                assert_eq!(reply.faults(), [field], "{bad:?}");
            }
        }
        let note = admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": text})).await;
        assert_eq!(note.faults(), ["content"]);
        assert!(!note.text.contains(bad), "{bad:?}");
    }
    for nothing in ["\u{200b}", "\u{feff}\u{2060}", "\u{a0}", "\u{202e}", "\u{3164}"] {
        let reply = admin.post("/api/tickets", &with(json!({"clientName": nothing, "description": nothing}))).await;
        assert_eq!(reply.faults(), ["clientName", "description"], "{nothing:?}");
    }
    assert_eq!(count(&admin).await, before + 1);
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
}

#[tokio::test]
async fn every_fault_comes_at_once() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let bad = json!({
        "clientName": "x".repeat(201), "clientPhone": "12", "clientEmail": "x", "clientAccountId": "x".repeat(65),
        "issueType": "Weather", "description": "a\u{0}b", "status": "Done", "priority": "Soon", "assignedTo": "me",
        "id": "1", "ticketRef": "BILL-20260101-0000", "version": 9, "createdBy": "me", "<b>": 1, "": 1,
    });
    let code = |(field, code): (&str, &str)| (field.to_owned(), code.to_owned());
    let mut want = [
        ("clientName", "too_long"),
        ("clientPhone", "invalid"),
        ("clientEmail", "invalid"),
        ("clientAccountId", "too_long"),
        ("issueType", "invalid"),
        ("description", "invalid"),
        ("status", "invalid"),
        ("priority", "invalid"),
        ("assignedTo", "invalid"),
        ("id", "unknown"),
        ("ticketRef", "unknown"),
        ("version", "unknown"),
        ("createdBy", "unknown"),
        ("<b>", "unknown"),
        ("", "unknown"),
    ]
    .map(code);
    want.sort();
    for reply in [admin.post("/api/tickets", &bad).await, admin.put(&path(&ticket), &bad).await] {
        assert_problem(&reply, 422);
        assert_eq!(codes(&reply), want);
        for fault in reply.json["errors"].as_array().unwrap() {
            assert!(fault["message"].as_str().is_some_and(|text| text.ends_with('.')), "{fault}");
        }
    }
    let missing = admin.post("/api/tickets", &json!({})).await;
    assert_eq!(
        codes(&missing),
        [
            ("clientName", "required"),
            ("clientPhone", "required"),
            ("description", "required"),
            ("issueType", "required")
        ]
        .map(code)
    );
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
    assert_eq!(count(&admin).await, 1);
}

#[tokio::test]
async fn a_wrong_type_is_a_fault_of_its_field() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let fields = least().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let optional = ["clientEmail", "clientAccountId", "status", "priority", "assignedTo"].map(str::to_owned);
    for field in fields.into_iter().chain(optional) {
        for value in [json!(5), json!(-1.5), json!(true), json!([]), json!(["x"]), json!({}), json!({"id": "x"})] {
            for reply in [
                admin.post("/api/tickets", &with(json!({&field: value}))).await,
                admin.put(&path(&ticket), &json!({&field: value})).await,
            ] {
                assert_problem(&reply, 422);
                assert_eq!(codes(&reply), [(field.clone(), "invalid".to_owned())], "{value}");
            }
        }
    }
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
}
