//! Changing a ticket: only what was sent, versions, If-Match, notes.

use redress::clock::Clock;
use serde_json::{Value, json};

use super::{assert_problem, messages, path};
use crate::support::{Caller, Reply, TestApp};

const FULL: fn() -> Value = || {
    json!({
        "clientEmail": "nadia@example.com",
        "clientAccountId": "LF-204417",
        "priority": "High",
    })
};

/// Sends a change under `If-Match`.
async fn put_if(admin: &Caller, path: &str, tags: &[&str], body: &Value) -> Reply {
    let mut request = admin.request("PUT", path).json(body);
    for tag in tags {
        request = request.header("if-match", *tag);
    }
    admin.send(request).await
}

#[tokio::test]
async fn only_the_fields_sent_change() {
    let (clock, hand) = Clock::fixed(1_795_164_800_007, 7);
    let app = TestApp::with_clock(&[], clock).await;
    let admin = app.admin().await;
    let changes = [
        ("clientName", json!("Peter Lindqvist")),
        ("clientPhone", json!("+4915123456789")),
        ("clientEmail", json!("peter@example.com")),
        ("clientAccountId", json!("X/1")),
        ("issueType", json!("Other")),
        ("description", json!("Something else.")),
        ("priority", json!("Low")),
        ("status", json!("In Progress")),
    ];
    for method in ["PUT", "PATCH"] {
        let mut before = admin.ticket(FULL()).await;
        for (field, value) in &changes {
            hand.advance(1000);
            let reply = admin.send(admin.request(method, &path(&before)).json(&json!({*field: value}))).await;
            assert_eq!(reply.status, 200, "{method} {field}: {}", reply.text);
            let version = before["version"].as_i64().unwrap() + 1;
            assert_eq!(reply.header("etag"), format!("\"{version}\""));
            let mut want = before.clone();
            want[*field] = value.clone();
            want["version"] = json!(version);
            want["updatedAt"] = reply.json["updatedAt"].clone();
            if *field == "status" {
                want["statusHistory"] = reply.json["statusHistory"].clone();
            }
            assert_eq!(reply.json, want, "{method} {field}");
            assert!(reply.json["updatedAt"].as_str() > before["updatedAt"].as_str(), "{field}");
            assert_eq!(admin.get(&path(&before)).await.json, want, "{field}");
            before = want;
        }
        assert_eq!(before["version"], 9);
        let history = before["statusHistory"].as_array().unwrap();
        assert_eq!(history.len(), 2);
        assert_eq!(history[1]["status"], "In Progress");
        assert_eq!(history[1]["timestamp"], before["updatedAt"]);
    }
}

#[tokio::test]
async fn null_clears_what_is_optional_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    let mut fields = FULL();
    fields["assignedTo"] = json!(tomasz);
    let ticket = admin.ticket(fields).await;
    for field in ["clientEmail", "clientAccountId", "assignedTo"] {
        let changed = admin.put(&path(&ticket), &json!({field: null})).await.json;
        assert!(changed[field].is_null(), "{field}");
    }
    let now = admin.get(&path(&ticket)).await.json;
    assert!(now["assignedAt"].is_null());
    assert_eq!(now["version"], 4);
    for field in ["clientName", "clientPhone", "issueType", "description", "status", "priority"] {
        let reply = admin.put(&path(&ticket), &json!({field: null})).await;
        assert_eq!(reply.faults(), [field], "{}", reply.text);
    }
    for field in ["clientName", "clientPhone", "issueType", "description"] {
        let reply = admin.put(&path(&ticket), &json!({field: " "})).await;
        assert_eq!(reply.faults(), [field], "{}", reply.text);
    }
    assert_eq!(admin.get(&path(&ticket)).await.json, now);
}

#[tokio::test]
async fn what_is_already_so_changes_no_version() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    let ticket = admin.ticket(json!({"assignedTo": tomasz})).await;
    let same = json!({
        "clientName": " Nadia Okonkwo", "clientPhone": "+44 7700 900142", "clientEmail": null, "clientAccountId": "",
        "issueType": "Incorrect Bill", "description": ticket["description"], "status": "New", "priority": "Medium",
        "assignedTo": tomasz,
    });
    for body in [json!({}), same] {
        let reply = admin.put(&path(&ticket), &body).await;
        assert_eq!((reply.status, &reply.json), (200, &ticket), "{}", reply.text);
        assert_eq!(reply.header("etag"), "\"1\"");
    }
    assert_eq!(messages(&admin, &ticket).await.len(), 1);
}

#[tokio::test]
async fn assigned_at_is_the_time_of_this_technician() {
    let (clock, hand) = Clock::fixed(1_795_164_800_007, 7);
    let app = TestApp::with_clock(&[], clock).await;
    let admin = app.admin().await;
    let tomasz = app.technician("Tomasz").await.id.to_string();
    let aisha = app.technician("Aisha").await.id.to_string();
    let ticket = admin.ticket(json!({})).await;
    let mut at = Vec::new();
    for (step, body) in [
        json!({"assignedTo": tomasz}),
        json!({"priority": "Low"}),
        json!({"assignedTo": tomasz, "description": "More."}),
        json!({"assignedTo": aisha}),
    ]
    .into_iter()
    .enumerate()
    {
        hand.advance(1000);
        let now = admin.put(&path(&ticket), &body).await.json;
        assert_eq!(now["version"], json!(step + 2));
        at.push((now["assignedAt"].as_str().unwrap().to_owned(), now["assignedTo"]["name"].clone()));
    }
    let first = ("2026-11-20T08:53:21.007Z".to_owned(), json!("Tomasz"));
    let last = ("2026-11-20T08:53:24.007Z".to_owned(), json!("Aisha"));
    assert_eq!(at, [first.clone(), first.clone(), first, last]);
}

#[tokio::test]
async fn a_note_is_added_and_counts_as_a_change() {
    let (clock, hand) = Clock::fixed(1_795_164_800_007, 7);
    let app = TestApp::with_clock(&[], clock).await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    hand.advance(5000);
    let reply = admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": " First\r\ncall "})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let note = reply.json;
    let want = json!({
        "id": note["id"], "content": "First\ncall", "timestamp": "2026-11-20T08:53:25.007Z",
        "addedBy": {"id": ticket["createdBy"]["id"], "name": "Priya Raman"},
    });
    assert_eq!(note, want);
    hand.advance(5000);
    let second = admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": "Second"})).await.json;
    let now = admin.get(&path(&ticket)).await.json;
    assert_eq!(now["notes"], json!([note, second]), "oldest first");
    assert_eq!((&now["version"], &now["updatedAt"]), (&json!(3), &json!("2026-11-20T08:53:30.007Z")));
    assert_eq!(now["statusHistory"], ticket["statusHistory"]);
    assert_eq!(messages(&admin, &ticket).await.len(), 1, "a note is internal");
    for body in [json!({}), json!({"content": null}), json!({"content": " "}), json!({"content": 5})] {
        let reply = admin.post(&format!("{}/notes", path(&ticket)), &body).await;
        assert_eq!((reply.status, reply.faults()), (422, vec!["content".to_owned()]), "{body}");
    }
    let reply = admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": "x", "by": "me"})).await;
    assert_eq!(reply.faults(), ["by"]);
    assert_eq!(admin.get(&path(&ticket)).await.json, now);
}

#[tokio::test]
async fn if_match_refuses_what_has_changed_since() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let path = path(&ticket);
    let mut version = 1;
    // A weak tag is ours, made weak by a proxy that compressed the answer.
    for tags in [&["\"V\""][..], &["*"], &["\"77\", \"V\""], &["\"77\"", "\"V\""], &["W/\"V\""], &["\"V\",\"78\""]] {
        let tags: Vec<String> = tags.iter().map(|tag| tag.replace('V', &version.to_string())).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let body = json!({"description": format!("version {}", version + 1)});
        let reply = put_if(&admin, &path, &tags, &body).await;
        assert_eq!(reply.status, 200, "{tags:?}: {}", reply.text);
        version += 1;
        assert_eq!(reply.json["version"], version);
    }
    let now = admin.get(&path).await.json;
    for tags in [&["\"1\""][..], &["\"8\""], &["W/\"1\""], &["\"1\", \"2\""], &["nonsense"], &["\"\""], &["\"-1\""]] {
        let reply = put_if(&admin, &path, tags, &json!({"description": "Lost"})).await;
        assert_problem(&reply, 412);
        assert_eq!(reply.json["ticket"], now, "{tags:?}");
    }
    assert_eq!(admin.get(&path).await.json, now);
}

#[tokio::test]
async fn without_if_match_the_last_write_wins_field_by_field() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let path = path(&ticket);
    let bodies: Vec<Value> = (0..12)
        .map(|n| match n % 3 {
            0 => json!({"description": format!("Number {n}")}),
            1 => json!({"clientAccountId": format!("A{n}")}),
            _ => json!({"clientName": format!("Name {n}")}),
        })
        .collect();
    let mut writes = tokio::task::JoinSet::new();
    for body in bodies {
        let (admin, path) = (admin.clone(), path.clone());
        writes.spawn(async move { admin.put(&path, &body).await });
    }
    let replies = writes.join_all().await;
    let mut versions: Vec<_> = replies.iter().map(|reply| reply.json["version"].as_i64().unwrap()).collect();
    versions.sort_unstable();
    assert_eq!(versions, (2..=13).collect::<Vec<i64>>(), "one version for each change");
    let last = |field: &str| {
        let changes = replies.iter().filter(|reply| {
            let before = replies
                .iter()
                .find(|other| other.json["version"] == json!(reply.json["version"].as_i64().unwrap() - 1));
            let before = before.map_or(&ticket, |reply| &reply.json);
            before[field] != reply.json[field]
        });
        changes.max_by_key(|reply| reply.json["version"].as_i64()).unwrap().json[field].clone()
    };
    let now = admin.get(&path).await.json;
    assert_eq!(now["version"], 13);
    for field in ["description", "clientAccountId", "clientName"] {
        assert_eq!(now[field], last(field));
        assert_ne!(now[field], ticket[field]);
    }
}
