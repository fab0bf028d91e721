//! What other processes do to the same database: open pages learn of it without a notice.

use std::time::{Duration, Instant};

use redress::clock::Clock;
use serde_json::json;

use super::{QUIET, Stream, change, list, row};
use crate::{
    notifications::fake_gateway::{Act, FakeGateway},
    support::{
        Browser, Dir, PASSWORD, TestApp, eventually,
        process::{Process, add_user, run, run_with},
    },
};

#[tokio::test]
async fn pages_follow_what_another_server_on_the_same_database_does() {
    let dir = Dir::new();
    let ours = TestApp::at(&dir, &QUIET, Clock::system()).await;
    let theirs = TestApp::at(&dir, &QUIET, Clock::system()).await;
    let (browser, admin) = (ours.browser().await, theirs.admin().await);
    let known = admin.ticket(json!({})).await;
    let mut stream = Stream::open(&browser, &list(&browser.open("/tickets").await)).await;
    change(&admin, &known, json!({"priority": "Urgent"})).await;
    stream.until(&row(&known)).await;
    admin.ticket(json!({"priority": "Urgent"})).await;
    let told = stream.until("1 new ticket. Show it").await;
    // The side bar counts at a pace of its own.
    let counted = "priority=Urgent&#34;:&#34;2&#34;";
    if !told.contains(counted) {
        stream.until(counted).await;
    }
}

#[tokio::test]
async fn a_server_that_sends_nothing_says_that_the_gateway_of_another_fails() {
    let dir = Dir::new();
    let gateway = FakeGateway::start([Act::Answer(503, "Temporary failure")]).await;
    let ours = TestApp::at(&dir, &QUIET, Clock::system()).await;
    let sending = QUIET.map(|(name, value)| match name {
        "sms.kannel.url" => (name, gateway.url.as_str()),
        "worker" => (name, "true"),
        _ => (name, value),
    });
    let theirs = TestApp::at(&dir, &sending, Clock::system()).await;
    let (browser, admin) = (ours.browser().await, theirs.admin().await);
    let warnings = async || browser.open("/tickets").await.all(".notice--page");
    assert!(warnings().await.is_empty());
    admin.ticket(json!({"clientPhone": "+447700900142"})).await;
    let warned = eventually("the warning", async || warnings().await.pop()).await;
    assert!(warned.contains("has been failing since"), "{warned}");
    theirs.stop().await;
    assert!(warnings().await.is_empty(), "who is gone has no trouble");
}

#[tokio::test]
async fn whoever_is_disabled_by_the_command_line_hears_no_more() {
    let dir = &Dir::new();
    let process = Process::serve(dir, &[]);
    run_with(dir, &add_user("priya@isp.example", "Priya Raman", "admin"), PASSWORD).done();
    run_with(dir, &add_user("dev@isp.example", "Dev Anand", "admin"), PASSWORD).done();
    // After 25 seconds it is looked at in any case: a command that is still at work then shows nothing, and is given once more.
    let mut tries = 0;
    let (began, mut stream) = loop {
        let browser = Browser::new(&process.base);
        browser.submit("/login", &[("email", "dev@isp.example"), ("password", PASSWORD)]).await;
        let began = Instant::now();
        let stream = Stream::open(&browser, "").await;
        run(dir, &["user", "disable", "dev@isp.example"]).done();
        if began.elapsed() < Duration::from_secs(15) {
            break (began, stream);
        }
        tries += 1;
        assert!(tries < 5, "a command takes {:?}", began.elapsed());
        run(dir, &["user", "enable", "dev@isp.example"]).done();
    };
    stream.end().await;
    assert!(began.elapsed() < Duration::from_secs(25), "it was not told");
}
