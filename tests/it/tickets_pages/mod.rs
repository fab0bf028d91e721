//! The pages of tickets as a person without scripts uses them, through the real server.

mod back;
mod beside;
mod bulk;
mod crawl;
mod doors;
mod edit;
mod hostile;
mod intake;
mod life;
mod list;
mod new;

use redress::clock::{Clock, Hand};

use crate::support::{Browser, Page, TestApp};

const NOON: i64 = 1_795_435_200_000;

/// A gateway is set but nobody sends, so that what is queued stays queued.
const QUIET: [(&str, &str); 7] = [
    ("sms.gateway", "kannel"),
    ("sms.kannel.url", "http://127.0.0.1:9/sendsms"),
    ("sms.kannel.username", "redress"),
    ("sms.kannel.password", "secret"),
    ("sms.undo_seconds", "20"),
    ("worker", "false"),
    ("region", "GB"),
];

/// A desk where time stands still and SMS wait, with an admin at it.
async fn desk() -> (TestApp, Hand, Browser) {
    let (clock, hand) = Clock::fixed(NOON, 11);
    let app = TestApp::with_clock(&QUIET, clock).await;
    let browser = app.browser().await;
    (app, hand, browser)
}

/// A form's fields of a believable ticket.
const FIELDS: [(&str, &str); 5] = [
    ("clientName", "Nadia Okonkwo"),
    ("clientPhone", "07700 900142"),
    ("issueType", "Incorrect Bill"),
    ("description", "Charged twice for the router."),
    ("priority", "High"),
];

/// Logs a ticket on the page, with some fields set otherwise, and gives its path.
async fn log(browser: &Browser, other: &[(&str, &str)]) -> String {
    let page = browser.submit("/tickets/new", &with(&FIELDS, other)).await;
    assert_eq!(page.status, 303, "{:?}", page.all(".error-summary"));
    page.location
}

/// Fields with some of them set otherwise.
fn with<'a>(fields: &[(&'a str, &'a str)], other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| other.iter().all(|(changed, _)| changed != name));
    kept.chain(other).copied().collect()
}

/// The words of the toast, if there is one.
fn toast(page: &Page) -> Vec<String> {
    page.all("#flash .toast b")
}
