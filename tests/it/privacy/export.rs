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

/// A ticket that was logged for somebody else and put right hands nobody out but whose it is now, and erasing the other one takes
/// them out of its history.
#[tokio::test(flavor = "multi_thread")]
async fn whom_a_ticket_was_logged_for_by_mistake_is_not_handed_out_and_goes_with_an_erasure() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let one = hers(&admin, Some("LF-551"), "Charged twice").await;
    let ada = json!({"name": "Ada Byron", "phone": "+447700900199"});
    assert_eq!(admin.put("/api/clients/LF-9", &ada).await.status, 201);
    let right = json!({
        "clientName": "Ada Bryon", "clientPhone": "+447700900199", "clientEmail": null, "clientAccountId": "LF-9",
    });
    assert_eq!(admin.put(&at(&one), &right).await.status, 200);
    assert_eq!(admin.put(&at(&one), &json!({"clientName": "Ada Byron", "priority": "High"})).await.status, 200);

    let hers = ["Quillfeather", "7700900142", "zoe@quill.example", "LF-551"];
    let reply = admin.post("/api/privacy/export", &json!({"accountId": "LF-9", "reason": "R"})).await;
    for word in hers {
        assert!(!reply.text.contains(word), "{word} in {}", reply.text);
    }
    let history = reply.json["tickets"][0]["history"].as_array().unwrap().clone();
    let names: Vec<_> = history.iter().filter(|event| event["field"] == "clientName").collect();
    assert_eq!((&names[0]["from"], &names[0]["to"]), (&json!(null), &json!("Ada Bryon")));
    assert_eq!((&names[1]["from"], &names[1]["to"]), (&json!("Ada Bryon"), &json!("Ada Byron")), "{history:?}");

    let body = json!({"accountId": "LF-551", "reason": "R", "confirm": "LF-551"});
    let erased = admin.post("/api/privacy/erasures", &body).await;
    assert_eq!(erased.json, json!({"clients": 1, "tickets": 0, "notes": 0, "messages": 1}), "{}", erased.text);
    let page = app.browser().await.open(&format!("/tickets/{}", one["ticketRef"].as_str().unwrap())).await;
    for word in ["Quillfeather", "900142", "zoe@quill.example", "LF-551"] {
        assert!(!page.text.contains(word), "{word} in {}", page.text);
    }
    assert!(page.text.contains("Ada Byron"), "{}", page.text);
    let reply = admin.post("/api/privacy/export", &json!({"accountId": "LF-9", "reason": "R"})).await;
    assert!(reply.text.contains("Ada Bryon"), "what is not of whoever was erased stays: {}", reply.text);
    assert_eq!(admin.get(&at(&one)).await.json["clientPhone"], "+447700900199", "the ticket stays whose it is");
}
