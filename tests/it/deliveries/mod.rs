//! The page of SMS and the list of clients to call, as an admin uses them, against a gateway that does as it is told.

mod calls;
mod gateways;
mod list;
mod templates;

use redress::{
    clock::{Clock, Hand},
    notifications::Worker,
};

use crate::{
    notifications::fake_gateway::{Act, FakeGateway},
    support::{Browser, PASSWORD, Page, TestApp},
};

const NOON: i64 = 1_795_435_200_000;
const HOUR: i64 = 3_600_000;

/// A gateway that refuses this one for good.
const REFUSE: Act = Act::Answer(400, "Invalid number");
/// A gateway that is away.
const AWAY: Act = Act::Answer(503, "Temporary failure");

/// A desk whose worker steps when it is told to.
struct Desk {
    app: TestApp,
    hand: Hand,
    browser: Browser,
    worker: Worker,
    gateway: FakeGateway,
}

async fn desk(acts: impl IntoIterator<Item = Act>) -> Desk {
    desk_with(acts, &[]).await
}

async fn desk_with(acts: impl IntoIterator<Item = Act>, more: &[(&str, &str)]) -> Desk {
    let gateway = FakeGateway::start(acts).await;
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", gateway.url.as_str()),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "secret"),
        ("worker", "false"),
        ("region", "GB"),
    ];
    let (clock, hand) = Clock::fixed(NOON, 11);
    let app = TestApp::with_clock(&[&settings, more].concat(), clock).await;
    let browser = app.browser().await;
    let worker = app.app.worker(&app.base);
    Desk { app, hand, browser, worker, gateway }
}

impl Desk {
    /// Logs a ticket and gives its path.
    async fn log(&self, name: &str, phone: &str) -> String {
        let fields = [
            ("clientName", name),
            ("clientPhone", phone),
            ("issueType", "Incorrect Bill"),
            ("description", "Charged twice for the router."),
            ("priority", "High"),
        ];
        let page = self.browser.submit("/tickets/new", &fields).await;
        assert_eq!(page.status, 303, "{:?}", page.all(".error-summary"));
        page.location
    }

    /// Lets the worker deal with what is due.
    async fn send(&self) {
        while self.worker.step().await.unwrap() > 0 {}
    }

    /// Opens a page. Sessions do not last for the hours that go by here.
    async fn open(&self, path: &str) -> Page {
        let page = self.browser.open(path).await;
        if page.status == 200 {
            return page;
        }
        self.browser.submit("/login", &[("email", "dev.anand@isp.example"), ("password", PASSWORD)]).await;
        let page = self.browser.open(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        page
    }

    async fn set(&self, path: &str, status: &str) {
        let page = self.browser.submit(&format!("{path}/status"), &[("status", status)]).await;
        assert_eq!(page.status, 303, "{status}");
    }
}

/// The words of the toast, if there is one.
async fn toast(desk: &Desk, page: &Page) -> String {
    desk.open(&page.location).await.all("#flash .toast b").join("")
}

fn reference(path: &str) -> &str {
    path.trim_start_matches("/tickets/")
}
