//! What clients may ask of their data, and how long it is kept.

mod erase;
mod export;
mod holds;
mod others;
mod retention;

use serde_json::{Value, json};

use crate::support::{Browser, Caller};

/// A gateway that nobody is behind, and nobody who sends: what is queued waits.
const WAITING: [(&str, &str); 6] = [
    ("sms.gateway", "kannel"),
    ("sms.kannel.url", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("sms.kannel.username", "redress"),
    ("sms.kannel.password", "sendpw"),
    ("worker", "false"),
    ("region", "GB"),
];

/// Zoë Quill, who has an account, as the billing system knows her.
async fn client(admin: &Caller) -> Value {
    let body = json!({
        "name": "Zoë Quillfeather", "phone": "+447700900142", "email": "zoe@quill.example", "plan": "Fibre 900",
        "address": "9 Widdershins Lane",
    });
    let reply = admin.put("/api/clients/LF-551", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

/// A ticket of hers.
async fn hers(admin: &Caller, account: Option<&str>, description: &str) -> Value {
    let fields = json!({
        "clientName": "Zoë Quillfeather", "clientPhone": "+447700900142", "clientEmail": "zoe@quill.example",
        "clientAccountId": account, "description": description,
    });
    admin.ticket(fields).await
}

/// A ticket's address in the API.
fn at(ticket: &Value) -> String {
    format!("/api/tickets/{}", ticket["id"].as_str().unwrap())
}

async fn close(admin: &Caller, ticket: &Value) {
    for status in ["Open", "Fixed", "Closed"] {
        let reply = admin.put(&at(ticket), &json!({"status": status})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

async fn found(admin: &Caller, q: &str) -> i64 {
    let query = form_urlencoded::byte_serialize(q.as_bytes()).collect::<String>();
    admin.get(&format!("/api/tickets?q={query}")).await.json["total"].as_i64().unwrap()
}

/// Rows of the page of the audit history, each as who, what and about what.
async fn history(browser: &Browser) -> Vec<String> {
    let page = browser.open("/audit").await;
    assert_eq!(page.status, 200);
    page.all(".roster td").chunks(3).map(|row| row.join(" | ")).collect()
}
