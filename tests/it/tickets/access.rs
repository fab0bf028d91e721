//! Who may call what, and what a wrong call gets.

use redress::staff::Role;
use reqwest::Method;
use serde_json::json;

use super::{assert_problem, count, least, path};
use crate::support::{Reply, TestApp};

/// Every call of tickets, users and notifications on this ticket.
fn calls(ticket: &str, user: &str, notification: &str) -> Vec<(Method, String)> {
    vec![
        (Method::GET, "/api/tickets".to_owned()),
        (Method::POST, "/api/tickets".to_owned()),
        (Method::GET, format!("/api/tickets/{ticket}")),
        (Method::PUT, format!("/api/tickets/{ticket}")),
        (Method::PATCH, format!("/api/tickets/{ticket}")),
        (Method::POST, format!("/api/tickets/{ticket}/notes")),
        (Method::GET, format!("/api/tickets/{ticket}/notifications")),
        (Method::POST, format!("/api/notifications/{notification}/resend")),
        (Method::GET, "/api/users".to_owned()),
        (Method::POST, "/api/users".to_owned()),
        (Method::PATCH, format!("/api/users/{user}")),
    ]
}

#[tokio::test]
async fn a_technician_gets_403_and_nobody_401_before_anything_is_read() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let technician = app.caller("Tomasz", Role::Technician).await;
    let ticket = admin.ticket(json!({})).await;
    let id = ticket["id"].as_str().unwrap();
    let sent = super::messages(&admin, &ticket).await.remove(0);
    let nobody = app.anonymous();
    let wrong = nobody.with_token("rdr_0000000000000000000000000000000000000000000");
    for (method, path) in calls(id, id, sent["id"].as_str().unwrap()) {
        for body in [least().to_string(), "not JSON".to_owned()] {
            for (caller, status) in [(&technician, 403), (&nobody, 401), (&wrong, 401)] {
                let request = caller.request(method.as_str(), &path).header("content-type", "application/json");
                let reply = caller.send(request.body(body.clone())).await;
                assert_problem(&reply, status);
                assert!(!reply.text.contains("Nadia"), "{method} {path}: {}", reply.text);
                assert_eq!(reply.header("www-authenticate").is_empty(), status != 401, "{method} {path}");
            }
        }
    }
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
    assert_eq!(count(&admin).await, 1);
    // Not even whether a ticket exists.
    let there = technician.get(&path(&ticket)).await;
    let not_there = technician.get("/api/tickets/BILL-20260101-0000").await;
    assert_eq!((there.status, there.words()), (not_there.status, not_there.words()));
}

#[tokio::test]
async fn unknown_tickets_and_addresses_are_404() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let reference = ticket["ticketRef"].as_str().unwrap();
    let names = [
        "0190b5f0-0000-7000-8000-000000000000",
        "BILL-20260101-0000",
        "x",
        "1",
        "%00",
        "%ff%fe",
        "..%2f..%2fetc%2fpasswd",
        &reference[..reference.len() - 1],
        &format!("{reference}00"),
        "%F0%9F%98%80",
        &"9".repeat(3000),
    ];
    for name in names {
        assert_problem(&admin.get(&format!("/api/tickets/{name}")).await, 404);
        assert_problem(&admin.put(&format!("/api/tickets/{name}"), &json!({"priority": "Low"})).await, 404);
        assert_problem(&admin.post(&format!("/api/tickets/{name}/notes"), &json!({"content": "x"})).await, 404);
        assert_problem(&admin.get(&format!("/api/tickets/{name}/notifications")).await, 404);
    }
    for path in ["/api/", "/api/nothing", "/api/tickets/", "/api/tickets/a/b", "/api/Tickets"] {
        assert_problem(&admin.get(path).await, 404);
    }
}

fn allow(reply: &Reply) -> Vec<String> {
    let mut methods: Vec<_> = reply.header("allow").split(',').map(|method| method.trim().to_owned()).collect();
    methods.retain(|method| method != "HEAD" && !method.is_empty());
    methods.sort();
    methods
}

#[tokio::test]
async fn a_wrong_method_is_405_with_the_right_ones() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let one = path(&ticket);
    let table: [(&str, String, &[&str]); 8] = [
        ("DELETE", "/api/tickets".to_owned(), &["GET", "POST"]),
        ("PUT", "/api/tickets".to_owned(), &["GET", "POST"]),
        ("DELETE", one.clone(), &["GET", "PATCH", "PUT"]),
        ("POST", one.clone(), &["GET", "PATCH", "PUT"]),
        ("GET", format!("{one}/notes"), &["POST"]),
        ("POST", format!("{one}/notifications"), &["GET"]),
        ("GET", "/api/notifications/0190b5f0-0000-7000-8000-000000000000/resend".to_owned(), &["POST"]),
        ("POST", "/api/openapi.json".to_owned(), &["GET"]),
    ];
    for (method, path, want) in table {
        let reply = admin.send(admin.request(method, &path).json(&json!({}))).await;
        assert_problem(&reply, 405);
        assert_eq!(allow(&reply), want, "{method} {path}");
    }
    assert_eq!(admin.send(admin.request("HEAD", &one)).await.status, 200);
}

#[tokio::test]
async fn bodies_that_are_no_json_object_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let notes = format!("{}/notes", path(&ticket));
    for (method, at) in [("POST", "/api/tickets"), ("PUT", &path(&ticket)), ("PATCH", &path(&ticket)), ("POST", &notes)]
    {
        let send = async |kind: Option<&str>, body: Vec<u8>| {
            let request = admin.request(method, at).body(body);
            admin
                .send(match kind {
                    Some(kind) => request.header("content-type", kind),
                    None => request,
                })
                .await
        };
        for body in ["", "{", "{\"a\":1,}", "nope", "{} {}", "\u{feff}{}", "{\"clientName\": \"\\ud800\"}", "{'a': 1}"]
        {
            assert_problem(&send(Some("application/json"), body.into()).await, 400);
        }
        for body in [&b"{\"clientName\": \"\xff\xfe\"}"[..], b"\x00", b"\xff\xfe{\x00}\x00"] {
            assert_problem(&send(Some("application/json"), body.to_vec()).await, 400);
        }
        let deep = "[".repeat(100_000);
        assert_problem(&send(Some("application/json"), deep.into()).await, 400);
        for body in ["[]", "null", "5", "\"x\"", "true", "[{}]"] {
            assert_problem(&send(Some("application/json"), body.into()).await, 422);
        }
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("multipart/form-data")] {
            assert_problem(&send(kind, b"{}".to_vec()).await, 415);
        }
        let big = format!("{{\"description\": \"{}\"}}", "x".repeat(1024 * 1024));
        assert_problem(&send(Some("application/json"), big.into()).await, 413);
    }
    let most = format!("{{\"description\": \"{}\"}}", "x".repeat(1024 * 1024 - 20));
    let reply = admin
        .send(
            admin.request("POST", "/api/tickets").header("content-type", "application/json; charset=utf-8").body(most),
        )
        .await;
    assert_problem(&reply, 422);
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
    assert_eq!(count(&admin).await, 1);
}
