//! Clients as pages, without scripts.

use serde_json::json;

use super::{client, put};
use crate::support::{Browser, PASSWORD, TestApp};

const FORM: [(&str, &str); 6] = [
    ("name", "Nadia Okonkwo"),
    ("phone", "+447700900142"),
    ("accountId", "LF-204417"),
    ("email", "n@example.com"),
    ("plan", ""),
    ("address", "1 High Street, Leeds"),
];

fn with<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let rest = FORM.into_iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    rest.chain(changed.iter().copied()).collect()
}

#[tokio::test]
async fn a_client_is_added_seen_and_changed() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let empty = browser.open("/clients").await;
    assert!(empty.all("h2").contains(&"No clients yet".to_owned()) && empty.text.contains("redress clients import"));
    let page = browser.open("/clients/new").await;
    let key = page.attribute("[name=idempotencyKey]", "value").unwrap();
    let refused = browser.submit("/clients", &with(&[("phone", "12"), ("name", ""), ("idempotencyKey", &key)])).await;
    assert_eq!(refused.status, 422);
    assert!(refused.all("title")[0].starts_with("Error:"));
    assert_eq!(refused.attributes(".error-summary a", "href"), ["#name", "#phone"], "in the order of the fields");
    assert_eq!(refused.attribute("#phone", "value").as_deref(), Some("12"), "what was typed is kept");
    assert_eq!(refused.attribute("#phone", "aria-invalid").as_deref(), Some("true"));

    let form = with(&[("idempotencyKey", &key)]);
    let added = browser.submit("/clients", &form).await;
    assert_eq!(added.status, 303, "{}", added.text);
    assert!(!added.location.contains("LF"), "an address says nothing of the client: {}", added.location);
    assert_eq!(browser.submit("/clients", &form).await.location, added.location, "a double click adds one");
    let other = browser.submit("/clients", &with(&[("name", "Zoe")])).await;
    assert_eq!((other.status, other.attributes(".error-summary a", "href")), (422, vec!["#accountId".to_owned()]));

    let page = browser.open(&added.location).await;
    assert_eq!(page.all("h1"), ["Nadia Okonkwo"]);
    let facts = page.all(".facts dd");
    assert_eq!(facts[1..5], ["n@example.com", "LF-204417", "Not given", "1 High Street, Leeds"]);
    let edit = page.attribute(".ticket-head__actions a", "href").unwrap();
    let page = browser.open(&edit).await;
    let version = page.attribute("[name=version]", "value").unwrap();
    let saved = browser.submit(&edit, &with(&[("version", &version), ("accountId", "LF-7"), ("email", "")])).await;
    assert_eq!((saved.status, &saved.location), (303, &added.location), "{}", saved.text);
    let page = browser.open(&saved.location).await;
    assert_eq!(page.all(".toast b"), ["Client saved"]);
    assert_eq!(page.all(".facts dd")[1..3], ["Not given", "LF-7"]);

    let stale = browser.submit(&edit, &with(&[("version", &version), ("accountId", "LF-7"), ("name", "Mine")])).await;
    assert_eq!(stale.status, 422);
    assert_eq!(stale.attribute("#name", "value").as_deref(), Some("Mine"), "what was typed is kept");
    assert!(stale.all("#name-now")[0].contains("Nadia Okonkwo"), "and what is there now is shown");
    let version = stale.attribute("[name=version]", "value").unwrap();
    let saved = browser.submit(&edit, &with(&[("version", &version), ("accountId", "LF-7"), ("name", "Mine")])).await;
    assert_eq!(saved.status, 303);
    assert_eq!(browser.open(&saved.location).await.all("h1"), ["Mine"]);
}

#[tokio::test]
async fn a_page_shows_what_is_open_and_what_was() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    let nadia = client(&admin, "LF-204417", "Nadia Okonkwo", "+447700900142").await;
    let page = format!("/clients/{}", nadia["id"].as_str().unwrap());
    let fresh = browser.open(&page).await;
    assert!(fresh.text.contains("No open tickets") && fresh.text.contains("No earlier tickets"));
    let of = async |fields| admin.ticket(fields).await["ticketRef"].as_str().unwrap().to_owned();
    let by_account = of(json!({"clientAccountId": "lf204417", "clientPhone": "+447700900001"})).await;
    let by_phone = of(json!({})).await;
    let done = of(json!({})).await;
    of(json!({"clientAccountId": "LF-9"})).await;
    of(json!({"clientPhone": "+447700900002", "clientName": "Nadia Okonkwo"})).await;
    admin.put(&format!("/api/tickets/{done}"), &json!({"status": "Fixed"})).await;
    let seen = browser.open(&page).await;
    assert_eq!(seen.all("#open a.ref"), [by_phone, by_account], "newest first");
    assert_eq!(seen.all("#history a.ref"), std::slice::from_ref(&done));
    assert_eq!(seen.attributes("#history a.ref", "href"), [format!("/tickets/{done}")]);
    assert_eq!(seen.all("#history .badge"), ["Fixed"]);
    let new = seen.attributes("a[href^='/tickets/new?']", "href");
    let want = format!("/tickets/new?client={}", nadia["id"].as_str().unwrap());
    assert_eq!(new, [want.clone(), want], "nothing personal in it");
}

#[tokio::test]
async fn the_list_is_searched_and_paged() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    for number in 0..60 {
        client(&admin, &format!("LF-{number:03}"), &format!("Client {number:03}"), "+447700900142").await;
    }
    put(&admin, "LF-000", json!({"name": "Zoë Quux"})).await;
    let page = browser.open("/clients").await;
    assert_eq!((page.all("tbody tr").len(), page.all("main .page-head .count")), (25, vec!["60 clients".to_owned()]));
    assert_eq!(page.all("tbody th a")[0], "Client 059", "newest first");
    let mut names = Vec::new();
    let mut at = Some("/clients".to_owned());
    while let Some(path) = at {
        let page = browser.open(&path).await;
        names.extend(page.all("tbody th a"));
        at = page.attribute("a[rel=next]", "href");
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 60, "pages neither repeat nor skip");
    let found = browser.open("/clients?q=zoe+quu").await;
    assert_eq!(found.all("tbody th a"), ["Zoë Quux"]);
    assert_eq!(found.attribute("#find-client", "value").as_deref(), Some("zoe quu"));
    assert_eq!(found.attribute("#q", "value").as_deref(), Some(""), "the frame's box is for tickets");
    let found = browser.open("/clients?q=client+0142&page=2").await;
    assert!(found.attribute("a[rel=prev]", "href").is_some_and(|href| href == "/clients?q=client+0142"));
    let none = browser.open("/clients?q=nobody%3Cb%3E").await;
    assert!(none.all(".empty h2")[0].contains("nobody<b>") && none.status == 200);
    assert_eq!(browser.open("/clients?page=9").await.attributes(".empty a", "href")[0], "/clients");
    for path in ["/clients?page=x", "/clients?page=0", "/clients?page=99999999999999999999"] {
        assert_eq!(browser.open(path).await.status, 200, "{path}");
    }
    assert_eq!(browser.open(&format!("/clients?q={}", "x".repeat(600))).await.status, 422);
}

#[tokio::test]
async fn pages_are_for_admins_and_of_clients_that_there_are() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    let id = client(&admin, "LF-1", "Nadia", "+447700900142").await["id"].as_str().unwrap().to_owned();
    let technician = app.technician("Tomasz").await;
    let (nobody, other) = (Browser::new(&app.base), Browser::new(&app.base));
    other.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    for path in ["/clients", "/clients/new", &format!("/clients/{id}"), &format!("/clients/{id}/edit")] {
        let refused = other.open(path).await;
        assert!(refused.status == 403 && !refused.text.contains("Nadia"), "{path}");
        assert!(nobody.open(path).await.location.starts_with("/login"), "{path}");
    }
    for path in ["/clients".to_owned(), format!("/clients/{id}/edit")] {
        assert_eq!(other.submit(&path, &FORM).await.status, 403, "{path}");
        assert_eq!(nobody.submit(&path, &FORM).await.location, "/login", "{path}");
    }
    for path in ["/clients/LF-1", "/clients/x/edit", "/clients/0190b5f0-0000-7000-8000-000000000000"] {
        assert_eq!(browser.open(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.submit("/clients/0190b5f0-0000-7000-8000-000000000000/edit", &FORM).await.status, 404);
}

#[tokio::test]
async fn pages_speak_hindi() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    client(&admin, "LF-1", "Nadia", "+447700900142").await;
    let page = Browser::page(browser.request("GET", "/clients").header("accept-language", "hi-IN")).await;
    assert_eq!(page.all("h1"), ["ग्राहक"]);
    assert!(page.all("th").contains(&"मोबाइल नंबर".to_owned()));
}
