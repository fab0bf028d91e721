//! Reports over a desk whose every move is known.

mod definitions;
mod links;
mod pages;

use redress::clock::{Clock, Hand};
use serde_json::json;

use crate::support::{Browser, Caller, PASSWORD, Page, TestApp};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Saturday, 24 October 2026, 12:00 in London. In the night after, clocks go back by an hour.
const START: i64 = 1_792_839_600_000;

struct Desk {
    app: TestApp,
    hand: Hand,
    browser: Browser,
    admin: Caller,
}

async fn desk() -> Desk {
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", "http://127.0.0.1:9/sendsms"),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "secret"),
        ("sms.undo_seconds", "20"),
        ("worker", "false"),
        ("region", "GB"),
        ("timezone", "Europe/London"),
    ];
    let (clock, hand) = Clock::fixed(START, 11);
    let app = TestApp::with_clock(&settings, clock).await;
    let browser = app.browser().await;
    let admin = app.admin().await;
    Desk { app, hand, browser, admin }
}

impl Desk {
    /// Logs a ticket and gives its reference.
    async fn log(&self, fields: serde_json::Value) -> String {
        self.admin.ticket(fields).await["ticketRef"].as_str().unwrap().to_owned()
    }

    async fn set(&self, reference: &str, status: &str) {
        let reply = self.admin.put(&format!("/api/tickets/{reference}"), &json!({"status": status})).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    /// Opens a page. Sessions do not last for the days that go by here.
    async fn open(&self, address: &str) -> Page {
        self.sign_in().await;
        self.browser.open(address).await
    }

    async fn sign_in(&self) {
        let page = self.browser.submit("/login", &[("email", "dev.anand@isp.example"), ("password", PASSWORD)]).await;
        assert_eq!(page.status, 303, "{}", page.text);
    }

    /// Marks it fixed on its page, and takes that back.
    async fn fix_and_undo(&self, reference: &str) {
        self.sign_in().await;
        let page = self.browser.submit(&format!("/tickets/{reference}/status"), &[("status", "Fixed")]).await;
        assert_eq!(page.status, 303);
        self.hand.advance(1000);
        let page = self.browser.submit(&format!("/tickets/{reference}/undo"), &[]).await;
        assert_eq!(page.status, 303, "{}", page.text);
    }

    /// The lines of a report's file, each cell without its quotation marks.
    async fn file(&self, address: &str) -> Vec<String> {
        let page = self.open(address).await;
        assert_eq!(page.status, 200, "{address}: {}", page.text);
        let text = page.text.trim_start_matches('\u{feff}').trim_end();
        text.split("\r\n").map(|line| line[1..line.len() - 1].replace("\",\"", ",")).collect()
    }
}
