//! The document with all that is kept of somebody.

use serde_json::json;

use super::{WAITING, at, client, hers, history};
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_kept_is_in_one_document() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let one = hers(&admin, Some("LF-551"), "Charged twice").await;
    hers(&admin, None, "By number alone").await;
    admin
        .ticket(json!({"clientPhone": "+447700900142", "clientAccountId": "LF-777", "description": "Another's"}))
        .await;
    admin.post(&format!("{}/notes", at(&one)), &json!({"content": "She called"})).await;
    admin.put(&at(&one), &json!({"clientEmail": "new@quill.example", "status": "Open"})).await;
    admin.put("/api/opt-outs", &json!({"phone": "+447700900142", "optedOut": true})).await;
    let browser = app.browser().await;
    browser.submit("/views", &[("name", "Hers"), ("query", "q=LF-551")]).await;

    let body = json!({"accountId": "LF-551", "reason": "Request 18"});
    let reply = admin.post("/api/privacy/export", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"personal-data.json\"");
    assert_eq!(reply.header("cache-control"), "no-store");
    let data = reply.json;
    assert_eq!((&data["format"], &data["version"]), (&json!("redress.personal-data"), &json!(1)));
    assert_eq!(data["clients"][0]["address"], "9 Widdershins Lane");
    let tickets = data["tickets"].as_array().unwrap();
    assert_eq!(tickets.len(), 2, "{data:#}");
    let first = tickets.iter().find(|ticket| ticket["id"] == one["id"]).unwrap();
    assert_eq!(first["notes"][0], json!({"at": first["notes"][0]["at"], "by": "desk", "content": "She called"}));
    let edit = first["history"].as_array().unwrap().iter().find(|event| event["what"] == "edited").unwrap();
    assert_eq!(
        (&edit["field"], &edit["from"], &edit["to"]),
        (&json!("clientEmail"), &json!("zoe@quill.example"), &json!("new@quill.example"))
    );
    assert_eq!(first["messages"][0]["recipient"], "+447700900142");
    assert_eq!(
        (&data["consent"][0]["phone"], data["consent"][0]["optedOutAt"].is_string()),
        (&json!("+447700900142"), true)
    );
    assert_eq!(data["mentions"][0]["savedView"], "Hers");
    assert!(!reply.text.contains("Priya") && !reply.text.contains("Another's"), "{}", reply.text);
    let rows = history(&browser).await;
    assert!(rows.iter().any(|row| row.contains("exported, with 2 tickets") && row.contains("Request 18")), "{rows:?}");

    assert_eq!(admin.post("/api/privacy/export", &json!({"accountId": "LF-551"})).await.faults(), ["reason"]);
    assert_eq!(admin.post("/api/privacy/export", &json!({"accountId": "LF-0", "reason": "x"})).await.status, 404);
    let page = browser
        .submit("/privacy/export", &[("subject", &format!("ticket:{}", one["id"].as_str().unwrap())), ("reason", "R")])
        .await;
    assert!(
        page.status == 200 && page.text.contains("\"Charged twice\"") && !page.text.contains("By number"),
        "{}",
        page.text
    );
}
