//! The calls of clients.

use redress::staff::Role;
use serde_json::json;

use super::{client, path, put, suggested};
use crate::support::TestApp;

const GB: [(&str, &str); 1] = [("region", "GB")];

#[tokio::test]
async fn an_account_is_added_once_and_changed_then() {
    let app = TestApp::with(&GB).await;
    let admin = app.admin().await;
    let body =
        json!({"name": " Nadia Okonkwo ", "phone": "07700 900142", "email": "n@example.com", "plan": "Fibre 150"});
    let added = put(&admin, "LF-204417", body).await;
    assert_eq!((added.status, added.header("etag")), (201, "\"1\""), "{}", added.text);
    let first = added.json;
    assert_eq!(
        (first["accountId"].as_str(), first["name"].as_str(), first["phone"].as_str(), first["email"].as_str()),
        (Some("LF-204417"), Some("Nadia Okonkwo"), Some("+447700900142"), Some("n@example.com"))
    );
    assert_eq!((&first["plan"], &first["address"], &first["version"]), (&json!("Fibre 150"), &json!(null), &json!(1)));

    let same = put(&admin, "LF-204417", json!({"name": "Nadia Okonkwo"})).await;
    assert_eq!((same.status, &same.json), (200, &first), "nothing is different");
    let changed = put(&admin, "lf-204417", json!({"email": null, "address": "1 High Street\nLeeds"})).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""), "{}", changed.text);
    assert_eq!(
        (&changed.json["email"], &changed.json["plan"]),
        (&json!(null), &json!("Fibre 150")),
        "only what was sent"
    );
    assert_eq!((&changed.json["id"], &changed.json["accountId"]), (&first["id"], &first["accountId"]));
    for account in ["LF-204417", "lf-204417", " LF-204417 "] {
        let read = admin.get(&path(account)).await;
        assert_eq!((read.status, read.header("etag"), &read.json), (200, "\"2\"", &changed.json), "{account}");
    }
    for account in ["LF-20441", "LF204417", "x", "%00", "\u{1f600}", &"9".repeat(3000)] {
        assert_eq!(admin.get(&path(account)).await.status, 404, "{account}");
    }
}

#[tokio::test]
async fn all_faults_come_at_once_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let bad = json!({"phone": "07700 900142", "email": "x", "colour": "red", "id": "x"});
    let reply = put(&admin, &"9".repeat(65), bad).await;
    assert_eq!(
        (reply.status, reply.faults()),
        (422, ["accountId", "colour", "email", "id", "name", "phone"].map(str::to_owned).to_vec())
    );
    assert_eq!(reply.header("content-type"), "application/problem+json");
    for body in [json!({}), json!({"name": null, "phone": ""}), json!({"name": 5, "phone": [1]})] {
        let reply = put(&admin, "LF-1", body).await;
        assert_eq!(
            (reply.status, reply.faults()),
            (422, vec!["name".to_owned(), "phone".to_owned()]),
            "{}",
            reply.text
        );
    }
    assert_eq!(put(&admin, "LF-1", json!([])).await.status, 422);
    assert_eq!(admin.get("/api/clients?q=x&page=2").await.faults(), ["page"]);
    assert_eq!(admin.get(&format!("/api/clients?q={}", "x".repeat(501))).await.faults(), ["q"]);
    assert_eq!(suggested(&admin, "").await, Vec::<String>::new());
    let known = client(&admin, "LF-1", "Nadia", "+447700900142").await;
    assert_eq!(put(&admin, "LF-1", json!({"name": "Zoe", "phone": "12"})).await.faults(), ["phone"]);
    assert_eq!(admin.get(&path("LF-1")).await.json, known);
}

#[tokio::test]
async fn if_match_guards_against_changes_meanwhile() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let send = async |tag: &str, name: &str| {
        let body = json!({"name": name, "phone": "+447700900142"});
        admin.send(admin.request("PUT", "/api/clients/LF-1").header("if-match", tag).json(&body)).await
    };
    let nobody = send("\"1\"", "Nadia").await;
    assert_eq!((nobody.status, &nobody.json["client"]), (412, &json!(null)), "{}", nobody.text);
    client(&admin, "LF-1", "Nadia", "+447700900142").await;
    assert_eq!(send("\"1\"", "Nadia O").await.json["version"], 2);
    let stale = send("\"1\"", "Zoe").await;
    assert_eq!((stale.status, &stale.json["client"]["name"]), (412, &json!("Nadia O")), "{}", stale.text);
    assert_eq!(send("W/\"2\"", "Zoe").await.status, 200);
    assert_eq!(admin.get("/api/clients/LF-1").await.json["name"], "Zoe");
}

#[tokio::test]
async fn suggestions_match_all_terms_and_are_at_most_ten() {
    let app = TestApp::with(&GB).await;
    let admin = app.admin().await;
    let nadia = json!({"name": "Siobhán O’Brien-Smith", "phone": "07700 900142", "email": "S.OBrien@Example.com"});
    assert_eq!(put(&admin, "LF-204417", nadia).await.status, 201);
    client(&admin, "LF-204418", "Nadeem Akhtar", "07700 900147").await;
    for q in [
        "siobhan",
        "SIO obri",
        "o'brien",
        "brien smith",
        "0142",
        "07700 900 142",
        "+44 (0)7700 900142",
        "sio 0142",
        "s.obrien@example.com",
        "LF-204417",
        "lf204417",
        "lf 204 417",
    ] {
        assert_eq!(suggested(&admin, q).await, ["LF-204417"], "{q}");
    }
    for q in [
        "s",
        "142",
        "iobhan",
        "siobhan akhtar",
        "obrien@example.com",
        "LF-2044",
        "'; DROP TABLE clients; --",
        "*",
        "\"",
        "bill",
    ] {
        assert_eq!(suggested(&admin, q).await, Vec::<String>::new(), "{q}");
    }
    // What was changed is found by what it is now.
    put(&admin, "LF-204417", json!({"name": "Zoë Jones", "phone": "07700 900555"})).await;
    assert_eq!(suggested(&admin, "siobhan").await, Vec::<String>::new());
    assert_eq!(suggested(&admin, "0142").await, Vec::<String>::new());
    assert_eq!(suggested(&admin, "zoe 0555").await, ["LF-204417"]);
    for number in 0..12 {
        client(&admin, &format!("M-{number}"), &format!("Smithson {number}"), "07700 900600").await;
    }
    client(&admin, "M-old", "Ann Smith", "07700 900601").await;
    for number in 12..20 {
        client(&admin, &format!("M-{number}"), &format!("Smithson {number}"), "07700 900600").await;
    }
    let found = suggested(&admin, "smith").await;
    assert_eq!(
        (found.len(), found[0].as_str(), found[1].as_str()),
        (10, "M-old", "M-19"),
        "whole names first, then new ones"
    );
    assert_eq!(suggested(&admin, "").await.len(), 10, "a blank search filters nothing");
}

#[tokio::test]
async fn only_admins_see_clients() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let technician = app.caller("Tomasz", Role::Technician).await;
    client(&admin, "LF-1", "Nadia", "+447700900142").await;
    for (method, path) in [("GET", "/api/clients?q=nadia"), ("GET", "/api/clients/LF-1"), ("PUT", "/api/clients/LF-1")]
    {
        for (caller, status) in [(&technician, 403), (&app.anonymous(), 401)] {
            let reply = caller.send(caller.request(method, path).json(&json!({"name": "Zoe"}))).await;
            assert_eq!(reply.status, status, "{method} {path}");
            assert!(!reply.text.contains("Nadia") && !reply.text.contains("447700900142"), "{}", reply.text);
        }
    }
    for method in ["POST", "DELETE"] {
        assert_eq!(admin.send(admin.request(method, "/api/clients/LF-1").json(&json!({}))).await.status, 405);
    }
    assert_eq!(admin.get("/api/clients/LF-1").await.json["name"], "Nadia");
}
