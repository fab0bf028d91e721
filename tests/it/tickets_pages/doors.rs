//! Who gets in, from where, and what every page tells the browser to refuse.

use redress::staff::Role;

use super::{FIELDS, desk, log};
use crate::support::{Browser, PASSWORD, Page, TestApp};

const PAGES: [&str; 20] = [
    "/tickets",
    "/tickets/new",
    "/tickets/{ref}",
    "/tickets/{ref}/edit",
    "/tickets/{ref}/status",
    "/tickets/{ref}/priority",
    "/tickets/{ref}/assignment",
    "/views",
    "/views/new",
    "/users",
    "/users/new",
    "/audit",
    "/notifications",
    "/notifications/calls",
    "/notifications/resend",
    "/notifications/templates",
    "/notifications/templates/created/sms/en",
    "/reports",
    "/reports/by-technician",
    "/reports/by-technician.csv",
];

#[tokio::test]
async fn only_admins_see_the_desk() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let reference = path.trim_start_matches("/tickets/");
    let technician = app.user("Aisha Bello", Role::Technician).await;
    let (stranger, aisha) = (Browser::new(&app.base), Browser::new(&app.base));
    aisha.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    for page in PAGES {
        let page = page.replace("{ref}", reference);
        assert_eq!(browser.open(&page).await.status, 200, "{page}");
        let shut = stranger.open(&format!("{page}?page=2")).await;
        assert_eq!(shut.status, 303, "{page}");
        let next = shut.location.strip_prefix("/login?next=").expect("to the log-in");
        assert_eq!(form_urlencoded::parse(format!("n={next}").as_bytes()).next().unwrap().1, format!("{page}?page=2"));
        let forbidden = aisha.open(&page).await;
        assert_eq!(forbidden.status, 403, "{page}");
        assert!(forbidden.has("h1") && !forbidden.text.contains("Nadia"), "{page}");
    }
    for (path, fields) in [
        ("/tickets/new".to_owned(), FIELDS.as_slice()),
        (format!("{path}/status"), &[("status", "Fixed")]),
        (format!("{path}/notes"), &[("content", "x")]),
        (format!("{path}/undo"), &[]),
        ("/tickets/bulk".to_owned(), &[("ticket", "x@1"), ("status", "Fixed")]),
        ("/tickets/bulk/x/undo".to_owned(), &[]),
        ("/tickets/density".to_owned(), &[("density", "compact")]),
    ] {
        assert_eq!(aisha.submit(&path, fields).await.status, 403, "{path}");
        let page = stranger.submit(&path, fields).await;
        assert_eq!((page.status, page.location.as_str()), (303, "/login"), "{path}");
    }
    for path in [&format!("/tickets/bulk?ticket={reference}&status=Open"), "/tickets/bulk/x", "/tickets/find?q=nadia"] {
        assert_eq!(aisha.open(path).await.status, 403, "{path}");
        assert_eq!(stranger.open(path).await.status, 303, "{path}");
    }
    assert_eq!(browser.open("/tickets").await.all("tbody tr .badge"), ["New"]);
}

#[tokio::test]
async fn the_start_page_leads_to_the_right_door() {
    let app = TestApp::start().await;
    let nobody = Browser::new(&app.base);
    for path in ["/", "/tickets", "/login", "/nowhere"] {
        assert_eq!(nobody.open(path).await.location, "/setup", "{path}");
    }
    let browser = app.browser().await;
    assert_eq!(browser.open("/").await.location, "/tickets");
    assert_eq!(nobody.open("/").await.location, "/login");
    let technician = app.user("Aisha Bello", Role::Technician).await;
    nobody.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    assert_eq!(nobody.open("/").await.location, "/account");
    assert_eq!(nobody.open("/account").await.status, 200);
}

#[tokio::test]
async fn a_ticket_has_one_address() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let id = app.admin().await.get(&format!("/api{path}")).await.json["id"].as_str().unwrap().to_owned();
    for key in [path.trim_start_matches("/tickets/").to_lowercase(), id] {
        for rest in ["", "?show=sms", "/edit", "/status?status=Fixed"] {
            let page = browser.open(&format!("/tickets/{key}{rest}")).await;
            assert_eq!((page.status, page.location), (303, format!("{path}{rest}")));
        }
    }
    for missing in ["/tickets/BILL-20200101-AAAA", "/tickets/x", "/tickets/BILL-20200101-AAAA/edit", "/nowhere"] {
        let page = browser.open(missing).await;
        assert_eq!(page.status, 404, "{missing}");
        assert!(page.has("h1") && page.has("a[href='/']"), "{missing}");
    }
    for path in ["/notes", "/undo"].map(|rest| format!("{path}{rest}")) {
        assert_eq!(browser.open(&path).await.status, 303, "a reload of {path}");
    }
}

#[tokio::test]
async fn other_sites_cannot_send_forms() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let host = app.base.trim_start_matches("http://");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:1"),
    ] {
        for (path, fields) in [
            ("/tickets/new".to_owned(), FIELDS.as_slice()),
            (format!("{path}/status"), &[("status", "Fixed")]),
            (
                "/users".to_owned(),
                &[("name", "Eve"), ("email", "eve@isp.example"), ("role", "admin"), ("password", PASSWORD)],
            ),
            ("/logout".to_owned(), &[]),
        ] {
            let page = Browser::page(browser.request("POST", &path).header(name, value).form(fields)).await;
            assert_eq!(page.status, 403, "{path} with {name}: {value}");
        }
        let json = serde_json::json!({"content": "x"});
        let call = browser.request("POST", &format!("/api{path}/notes")).header(name, value).json(&json);
        assert_eq!(Browser::page(call).await.status, 403, "the API by cookie with {name}: {value}");
    }
    let list = browser.open("/tickets").await;
    assert_eq!(list.all("tbody tr .badge"), ["New"], "nothing was changed, and nobody signed out");
    assert_eq!(browser.open("/users").await.all("tbody tr").len(), 1);
    let own = browser.request("POST", &format!("{path}/status")).header("origin", format!("http://{host}"));
    assert_eq!(Browser::page(own.form(&[("status", "Open")])).await.status, 303, "our own pages still can");
}

fn guarded(page: &Page, path: &str) {
    let header = |name: &str| page.headers.get(name).map_or("", |value| value.to_str().unwrap());
    let policy = header("content-security-policy");
    for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(header("x-frame-options"), "DENY", "{path}");
    assert_eq!(header("cache-control"), "no-store", "{path}");
    assert_eq!(header("referrer-policy"), "same-origin", "{path}");
    let nonces = page.attributes("script", "nonce");
    assert_eq!(nonces.len(), page.all("script").len(), "{path}: a script without a nonce");
    assert!(nonces.iter().all(|nonce| policy.contains(&format!("'nonce-{nonce}'"))), "{path}");
    assert!(!page.has("[style], [onclick], [onload], [onerror], style"), "{path}: inline styles or handlers");
}

#[tokio::test]
async fn every_page_is_guarded() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let stranger = Browser::new(&app.base);
    let mut nonces = std::collections::HashSet::new();
    for page in PAGES.iter().chain(&["/account", "/api/docs", "/nowhere", "/tickets?status=Foo"]) {
        let page = page.replace("{ref}", path.trim_start_matches("/tickets/"));
        let answer = browser.open(&page).await;
        guarded(&answer, &page);
        nonces.extend(answer.attribute("script", "nonce").map(|nonce| assert!(nonce.len() >= 16)));
    }
    for page in ["/login", "/api/docs", "/tickets"] {
        guarded(&stranger.open(page).await, page);
    }
    let nonce = async || browser.open("/tickets").await.attribute("script", "nonce").unwrap();
    assert_ne!(nonce().await, nonce().await, "a nonce is used once");
}
