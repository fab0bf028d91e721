//! How much one user may ask for, and what of it the log tells.

use redress::{clock::Clock, staff::Role};
use serde_json::json;

use crate::support::{
    Browser, Dir, PASSWORD, TestApp,
    process::{Process, add_user, run_with},
};

#[tokio::test]
async fn a_user_who_asks_too_much_waits_and_nobody_else_does() {
    let (clock, hand) = Clock::fixed(1_800_000_000_000, 1);
    let app = TestApp::with_clock(&[("requests_per_minute", "12")], clock).await;
    let (one, other) = (app.admin().await, app.caller("Mei-Ling Chow", Role::Admin).await);
    for _ in 0..4 {
        one.ticket(json!({})).await;
        assert_eq!(one.get("/api/tickets?q=okonkwo").await.status, 200);
        assert_eq!(one.get("/api/auth/me").await.status, 200);
    }
    for refused in [
        one.get("/api/tickets").await,
        one.post("/api/tickets", &json!({})).await,
        one.send(one.request("GET", "/api/tickets.csv")).await,
    ] {
        assert_eq!((refused.status, &refused.json["status"]), (429, &json!(429)), "{}", refused.text);
        assert_eq!((refused.header("content-type"), refused.header("retry-after")), ("application/problem+json", "5"));
    }
    assert_eq!(one.get("/api/tickets").await.status, 429);
    hand.advance(5_000);
    assert_eq!(one.get("/api/tickets").await.status, 200, "a twelfth of a minute earns one more");
    assert_eq!(one.get("/api/tickets").await.status, 429);
    assert_eq!(other.get("/api/tickets").await.json["total"], 4, "what was refused made no ticket");
}

#[tokio::test]
async fn a_page_says_so_to_people() {
    let app = TestApp::with_clock(&[("requests_per_minute", "2")], Clock::fixed(1_800_000_000_000, 2).0).await;
    let browser = app.browser().await;
    browser.open("/account").await;
    browser.open("/account").await;
    let page = browser.open("/account").await;
    assert_eq!(page.status, 429);
    assert!(!page.headers["retry-after"].is_empty() && page.text.contains("<h1>"), "{}", page.text);
}

/// Whoever says of a request that a page sent it by itself gets no more than that page.
#[tokio::test]
async fn what_a_page_asks_for_by_itself_is_limited_too_and_apart() {
    let app = TestApp::with_clock(&[("requests_per_minute", "3")], Clock::fixed(1_800_000_000_000, 3).0).await;
    let browser = app.browser().await;
    let behind = async |method: &str, path: &str| {
        let request = browser.request(method, path).header("sec-fetch-site", "same-origin");
        request.header("x-redress-live", "1").send().await.unwrap().status().as_u16()
    };
    for status in [200, 200, 200, 429] {
        assert_eq!(behind("GET", "/account").await, status);
    }
    for status in [200, 200] {
        assert_eq!(browser.open("/account").await.status, status, "it has used up nothing of its user's");
    }
    // What changes something is nothing that a page sends by itself.
    assert_ne!(behind("POST", "/account/preferences").await, 429);
    assert_eq!(behind("POST", "/account/preferences").await, 429);
}

#[tokio::test]
async fn refusals_are_logged_with_who_and_where_and_nothing_personal() {
    let dir = Dir::new();
    let gateway = [
        ("REDRESS_SMS_GATEWAY", "kannel"),
        ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/"),
        ("REDRESS_SMS_KANNEL_USERNAME", "u"),
        ("REDRESS_SMS_KANNEL_PASSWORD", "p"),
    ];
    let process = Process::serve(&dir, &gateway);
    let id = run_with(&dir, &add_user("tomasz@isp.example", "Tomasz Wójcik", "technician"), PASSWORD).done();
    let browser = Browser::new(&process.base);
    browser.submit("/login", &[("email", "tomasz@isp.example"), ("password", PASSWORD)]).await;
    assert_eq!(browser.open("/tickets?q=okonkwo").await.status, 403);
    let line = process.wait_for("a request was refused");
    assert!(line.contains("WARN") && line.contains("/tickets") && line.contains("403"), "{line}");
    assert!(line.contains(id.trim()), "who it was: {line}");
    let forged = "/hooks/sms/kannel/inbound?from=%2B447700900142&text=STOP&secret=wrong";
    assert_eq!(browser.open(forged).await.status, 403);
    let line = process.wait_for("/hooks/");
    assert!(line.contains("WARN") && line.contains("inbound"), "{line}");
    for _ in 0..60 {
        assert_eq!(browser.open("/users").await.status, 403);
    }
    let said = process.stop();
    let lines = said.matches("a request was refused").count();
    assert!((20..60).contains(&lines), "a line each, and no flood: {lines}");
    for personal in ["okonkwo", "7700900142", "tomasz@", "Wójcik", "secret"] {
        assert!(!said.contains(personal), "{personal}: {said}");
    }
}
