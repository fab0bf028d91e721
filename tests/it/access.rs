//! Who may call what: every route there is, with every role, held against one table. A route that is not in it fails.

use std::collections::BTreeMap;

use redress::staff::Role;
use serde_json::json;

use crate::{
    architecture::sources,
    support::{Browser, PASSWORD, TestApp},
};

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Anybody: it gives nothing away, or has a guard of its own, such as a gateway's signature.
    Anybody,
    /// Whoever is signed in.
    Staff,
    /// Admins: the desk (NFR-SEC-001).
    Admin,
}

use Who::{Admin, Anybody, Staff};

/// Every route outside of the API, which has a document.
const PAGES: [(&str, Who); 74] = [
    ("/", Admin),
    ("/account", Staff),
    ("/account/password", Staff),
    ("/account/preferences", Staff),
    ("/account/sessions/{id}/end", Staff),
    ("/account/tokens", Staff),
    ("/account/tokens/{id}/revoke", Staff),
    ("/api/docs", Anybody),
    ("/api/openapi.json", Anybody),
    ("/assets/{fingerprint}/{*path}", Anybody),
    ("/audit", Admin),
    ("/clients", Admin),
    ("/clients/new", Admin),
    ("/clients/suggest", Admin),
    ("/clients/{id}", Admin),
    ("/clients/{id}/edit", Admin),
    ("/drafts/{form}", Admin),
    ("/drafts/{form}/discard", Admin),
    ("/favicon.ico", Anybody),
    ("/healthz", Anybody),
    ("/language", Anybody),
    ("/live", Admin),
    ("/live/editing", Admin),
    ("/login", Anybody),
    ("/logout", Anybody),
    ("/metrics", Anybody),
    ("/notifications", Admin),
    ("/notifications/calls", Admin),
    ("/notifications/gateways", Admin),
    ("/notifications/gateways/{channel}/{gateway}/test", Admin),
    ("/notifications/resend", Admin),
    ("/notifications/templates", Admin),
    ("/notifications/templates/{kind}/{channel}/{language}", Admin),
    ("/notifications/templates/{kind}/{channel}/{language}/preview", Admin),
    ("/notifications/templates/{kind}/{channel}/{language}/reset", Admin),
    ("/notifications/templates/{kind}/{channel}/{language}/test", Admin),
    ("/notifications/{id}/called", Admin),
    ("/notifications/{id}/cancel", Admin),
    ("/notifications/{id}/resend", Admin),
    ("/readyz", Anybody),
    ("/reports", Admin),
    ("/reports/{name}", Admin),
    ("/setup", Anybody),
    ("/tickets", Admin),
    ("/tickets.csv", Admin),
    ("/tickets/bulk", Admin),
    ("/tickets/bulk/{run}", Admin),
    ("/tickets/bulk/{run}/undo", Admin),
    ("/tickets/density", Admin),
    ("/tickets/find", Admin),
    ("/tickets/new", Admin),
    ("/tickets/new/preview", Admin),
    ("/tickets/{key}", Admin),
    ("/tickets/{key}/assignment", Admin),
    ("/tickets/{key}/consent", Admin),
    ("/tickets/{key}/edit", Admin),
    ("/tickets/{key}/notes", Admin),
    ("/tickets/{key}/notifications/{id}/cancel", Admin),
    ("/tickets/{key}/notifications/{id}/resend", Admin),
    ("/tickets/{key}/priority", Admin),
    ("/tickets/{key}/status", Admin),
    ("/tickets/{key}/undo", Admin),
    ("/users", Admin),
    ("/users/new", Admin),
    ("/users/{id}/disable", Admin),
    ("/users/{id}/edit", Admin),
    ("/users/{id}/enable", Admin),
    ("/users/{id}/password", Admin),
    ("/users/{id}/sessions/{session}/end", Admin),
    ("/views", Admin),
    ("/views/new", Admin),
    ("/views/{id}", Admin),
    ("/views/{id}/delete", Admin),
    ("/views/{id}/filter", Admin),
];

/// The calls of the API that are not for admins alone.
const CALLS: [(&str, Who); 3] =
    [("POST /api/auth/login", Anybody), ("GET /api/auth/me", Staff), ("POST /api/auth/logout", Staff)];

/// Every route that the source names, with its methods.
fn routes() -> BTreeMap<String, Vec<&'static str>> {
    let mut found: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (file, code) in sources() {
        // Where several routes begin alike, the file names the beginning once.
        let place = code.split("let place = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        for call in code.split(".route(").skip(1) {
            // To the end of the call: the next one of the chain, or of the statement.
            let call = call.split("\n        .").next().unwrap().split(";\n").next().unwrap().trim_start();
            let route = match call.split(',').next().unwrap() {
                "place" => place.to_owned(),
                first => first.trim_start_matches("&format!(").trim_matches([')', '"']).replace("{place}", place),
            };
            assert!(route.starts_with('/'), "{file}: {call}");
            let methods = [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE")];
            let methods = methods.into_iter().filter(|(word, _)| call.contains(word)).map(|(_, method)| method);
            found.entry(route).or_default().extend(methods);
        }
    }
    found
}

fn filled(route: &str) -> String {
    let id = "0190b5f0-0000-7000-8000-000000000000";
    route
        .replace("{id}", id)
        .replace("{key}", "BILL-20261123-D4ZP")
        .replace("{run}", id)
        .replace("{session}", id)
        .replace("{form}", "ticket")
        .replace("{name}", "age")
        .replace("{channel}/{gateway}", "sms/kannel")
        .replace("{kind}/{channel}/{language}", "created/sms/en")
        .replace("{accountId}", "A-1")
}

async fn call(browser: &Browser, method: &str, path: &str) -> (u16, String) {
    let request = browser.request(method, path).header("sec-fetch-site", "same-origin");
    let request = if method == "GET" { request } else { request.form(&[("back", "/tickets")]) };
    let page = Browser::page(request).await;
    (page.status, page.location)
}

#[tokio::test]
async fn every_page_lets_in_whom_the_table_says_and_nobody_else() {
    let routes = routes();
    let table: BTreeMap<&str, Who> = PAGES.into_iter().collect();
    let named = |route: &&String| !route.starts_with("/hooks") && !table.contains_key(route.as_str());
    let unknown: Vec<&String> = routes.keys().filter(named).collect();
    assert!(unknown.is_empty(), "say who may: {unknown:?}");
    let gone: Vec<&&str> = table.keys().filter(|route| !routes.contains_key(**route)).collect();
    assert!(gone.is_empty(), "there is no such route: {gone:?}");

    let app = TestApp::start().await;
    app.admin().await;
    let technician = app.user("Tomasz Wójcik", Role::Technician).await;
    let signed_in = Browser::new(&app.base);
    signed_in.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    let nobody = Browser::new(&app.base);
    for (route, who) in PAGES {
        // What signs one out comes last, or has a test of its own.
        if who == Anybody || route == "/metrics" {
            continue;
        }
        for method in &routes[route] {
            let path = filled(route);
            let (status, location) = call(&nobody, method, &path).await;
            let refused = status == 401 || (status == 303 && location.starts_with("/login"));
            assert!(refused, "nobody: {method} {path}: {status} {location}");
            let (status, location) = call(&signed_in, method, &path).await;
            match who {
                // A technician has no desk to go to.
                Admin if route == "/" => assert_eq!((status, location.as_str()), (303, "/account")),
                Admin => assert_eq!(status, 403, "a technician: {method} {path}: {location}"),
                _ => {
                    assert!(
                        status != 403 && !location.starts_with("/login"),
                        "a technician: {method} {path}: {status}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn every_call_lets_in_whom_the_table_says_and_nobody_else() {
    let app = TestApp::start().await;
    app.admin().await;
    let document = app.anonymous().get("/api/openapi.json").await.json;
    let table: BTreeMap<&str, Who> = CALLS.into_iter().collect();
    let mut called = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            let who = table.get(format!("{method} {path}").as_str()).copied().unwrap_or(Admin);
            let technician = app.caller(&format!("Technician {called}"), Role::Technician).await;
            let (mut of_nobody, mut of_technician) = (0, 0);
            for (caller, status) in [(app.anonymous(), &mut of_nobody), (technician, &mut of_technician)] {
                *status = caller.send(caller.request(&method, &filled(path)).json(&json!({}))).await.status;
            }
            match who {
                Anybody => assert_ne!((of_nobody, of_technician), (401, 403), "{method} {path}"),
                Staff => {
                    assert!(of_nobody == 401 && of_technician < 300, "{method} {path}: {of_nobody} {of_technician}");
                }
                Admin => assert_eq!((of_nobody, of_technician), (401, 403), "{method} {path}"),
            }
            called += 1;
        }
    }
    assert!(called > 30, "{called}");
}
