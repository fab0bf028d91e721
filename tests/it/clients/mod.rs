//! Clients through the real server: calls, pages, options while typing, and files.

mod calls;
mod import;
mod pages;
mod suggest;

use serde_json::{Value, json};

use crate::support::{Caller, Reply};

/// Where a client is.
fn path(account: &str) -> String {
    format!(
        "/api/clients/{}",
        form_urlencoded::byte_serialize(account.as_bytes()).collect::<String>().replace('+', "%20")
    )
}

/// Adds or changes a client.
async fn put(admin: &Caller, account: &str, fields: Value) -> Reply {
    admin.put(&path(account), &fields).await
}

/// A new client.
async fn client(admin: &Caller, account: &str, name: &str, phone: &str) -> Value {
    let reply = put(admin, account, json!({"name": name, "phone": phone})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

fn query(q: &str) -> String {
    form_urlencoded::byte_serialize(q.as_bytes()).collect()
}

/// The accounts that a search suggests, in order.
async fn suggested(admin: &Caller, q: &str) -> Vec<String> {
    let reply = admin.get(&format!("/api/clients?q={}", query(q))).await;
    assert_eq!(reply.status, 200, "{q}: {}", reply.text);
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|item| item["accountId"].as_str().unwrap().to_owned()).collect()
}
