//! Who may listen, for how long, and what is between.

use redress::{clock::Clock, staff::Role};
use serde_json::json;

use super::{QUIET, Stream, desk, ticket};
use crate::support::{Browser, Dir, PASSWORD, TestApp, eventually, process::Process};

async fn signed_in(app: &TestApp, name: &str, role: Role) -> Browser {
    let user = app.user(name, role).await;
    let browser = Browser::new(&app.base);
    assert_eq!(browser.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await.status, 303);
    browser
}

#[tokio::test]
async fn admins_only() {
    let (app, browser, admin) = desk().await;
    let logged = admin.ticket(json!({})).await;
    let technician = signed_in(&app, "Tomasz Z", Role::Technician).await;
    let nobody = Browser::new(&app.base);
    let editing = [("ticket", logged["ticketRef"].as_str().unwrap()), ("tab", "1"), ("on", "1")];
    assert_eq!(technician.open("/live").await.status, 403);
    assert_eq!(technician.submit("/live/editing", &editing).await.status, 403);
    let page = nobody.open("/live").await;
    assert_eq!((page.status, page.location.as_str()), (303, "/login?next=%2Flive"));
    assert_eq!(nobody.submit("/live/editing", &editing).await.status, 303);
    assert_eq!(browser.submit("/live/editing", &editing).await.status, 204);
    let cross = browser.request("POST", "/live/editing").header("sec-fetch-site", "cross-site").form(&editing);
    assert_eq!(Browser::page(cross).await.status, 403);
    for (field, value, status) in [("ticket", "BILL-20200101-AAAA", 404), ("tab", "x", 422), ("tab", "-1", 422)] {
        let other = editing.map(|(name, given)| (name, if name == field { value } else { given }));
        assert_eq!(browser.submit("/live/editing", &other).await.status, status, "{field} {value}");
    }
    assert_eq!(browser.open("/live?see=ticket&ticket=x").await.status, 404);
    assert_eq!(browser.open("/live?see=list&query=status%3DGone").await.status, 422);
    assert_eq!(app.app.live.open_pages(), 0, "a refusal leaves no seat taken");
}

#[tokio::test]
async fn nothing_between_holds_it_back_or_keeps_it() {
    let (app, browser, _) = desk().await;
    let request = browser.request("GET", "/live").header("accept-encoding", "gzip, br");
    let response = request.send().await.unwrap();
    let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("text/event-stream"));
    assert_eq!(header("x-accel-buffering").as_deref(), Some("no"));
    assert_eq!(header("cache-control").as_deref(), Some("no-store, no-transform"));
    assert_eq!(header("content-encoding"), None);
    let stream = Stream::of(response).await;
    assert!(stream.text.contains("id: 1\n") && stream.text.contains("retry: "), "{}", stream.text);
    assert_eq!(app.app.live.open_pages(), 1);
    drop((stream, browser));
    eventually("the seat is given back", async || (app.app.live.open_pages() == 0).then_some(())).await;
}

#[tokio::test]
async fn whoever_is_disabled_or_signs_out_hears_no_more() {
    let (app, browser, admin) = desk().await;
    let user = app.user("Asha Menon", Role::Admin).await;
    let asha = Browser::new(&app.base);
    asha.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
    let mut hers = Stream::open(&asha, "").await;
    let mut own = Stream::open(&browser, "see=list").await;
    let page = browser.submit(&format!("/users/{}/disable", user.id), &[]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    hers.end().await;
    // Others' go on.
    admin.ticket(json!({})).await;
    own.until("1 new ticket").await;
    assert_eq!(browser.submit("/logout", &[]).await.status, 303);
    own.end().await;
}

#[tokio::test]
async fn a_page_that_is_only_left_open_does_not_keep_its_session_alive() {
    let (clock, hand) = Clock::fixed(1_795_435_200_000, 5);
    let app = TestApp::with_clock(&QUIET, clock).await;
    let (browser, logged) = (app.browser().await, app.admin().await.ticket(json!({})).await);
    let path = format!("/tickets/{}", logged["ticketRef"].as_str().unwrap());
    let day = 24 * 60 * 60 * 1000;
    let mut idle = 0;
    // However long a session may be idle, a page that comes back by itself every six hours does not stretch it.
    while browser.request("GET", &path).header("x-redress-live", "1").send().await.unwrap().status() == 200 {
        let response = browser.request("GET", "/live").send().await.unwrap();
        assert_eq!(response.status(), 200);
        hand.advance(day / 4);
        idle += day / 4;
        assert!(idle <= day, "it is stretched");
    }
    assert_eq!(browser.open("/live").await.status, 303);
}

#[tokio::test]
async fn a_stop_ends_streams_in_time() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[]);
    let admin = process.admin(&dir);
    let browser = Browser::new(&process.base);
    browser.submit("/login", &[("email", "priya@isp.example"), ("password", PASSWORD)]).await;
    let logged = admin.ticket(json!({})).await;
    let page = browser.open(&format!("/tickets/{}", logged["ticketRef"].as_str().unwrap())).await;
    let mut streams = [Stream::open(&browser, "").await, Stream::open(&browser, &ticket(&page)).await];
    let said = tokio::task::spawn_blocking(move || process.stop()).await.unwrap();
    assert!(!said.contains("cut off"), "{said}");
    for stream in &mut streams {
        stream.end().await;
    }
}

#[tokio::test]
async fn a_node_that_only_serves_tells_too() {
    assert!(QUIET.contains(&("worker", "false")));
    let (_app, browser, admin) = desk().await;
    let mut stream = Stream::open(&browser, "see=list").await;
    admin.ticket(json!({})).await;
    stream.until("1 new ticket. Show it").await;
}
