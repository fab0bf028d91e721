//! Saved views through the real server, over the API and on pages.

mod calls;
mod pages;

use redress::staff::Role;
use serde_json::{Value, json};

use crate::support::{Caller, Reply, TestApp};

/// Two admins of one desk.
async fn two() -> (TestApp, Caller, Caller) {
    let app = TestApp::start().await;
    let priya = app.admin().await;
    let dev = app.caller("Dev Anand", Role::Admin).await;
    (app, priya, dev)
}

async fn save(caller: &Caller, name: &str, query: &str, shared: bool) -> Value {
    let reply = caller.post("/api/views", &json!({"name": name, "query": query, "shared": shared})).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.json
}

fn path(view: &Value) -> String {
    format!("/api/views/{}", view["id"].as_str().unwrap())
}

/// The names that somebody sees, in order.
async fn names(caller: &Caller) -> Vec<String> {
    let reply = caller.get("/api/views").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let items = reply.json["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn code(reply: &Reply) -> &str {
    reply.json["errors"][0]["code"].as_str().unwrap_or("")
}
