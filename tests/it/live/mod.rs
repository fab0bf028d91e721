//! Open pages over the wire: what a stream says, to whom, and when it ends.

mod access;
mod elsewhere;
mod lists;
mod tickets;

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use crate::{
    notifications::fake_gateway::{Act, FakeGateway},
    support::{Browser, Caller, Page, TestApp},
};

/// A gateway is set but nobody sends, so that what is queued stays queued.
pub const QUIET: [(&str, &str); 6] = [
    ("sms.gateway", "kannel"),
    ("sms.kannel.url", "http://127.0.0.1:9/sendsms"),
    ("sms.kannel.username", "redress"),
    ("sms.kannel.password", "secret"),
    ("worker", "false"),
    ("region", "GB"),
];

/// Longer than any test waits for what is going to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open stream.
pub struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    /// Opens the stream of a page that is described by `query`, and waits until it has begun.
    pub async fn open(browser: &Browser, query: &str) -> Self {
        let request = browser.request("GET", &format!("/live?{query}")).header("sec-fetch-site", "same-origin");
        Self::of(request.send().await.unwrap()).await
    }

    async fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        let mut stream = Self { response, text: String::new() };
        while !stream.text.contains("\n\n") {
            assert!(stream.more().await, "it ended at once");
        }
        stream
    }

    /// Reads on; `false` at the end.
    async fn more(&mut self) -> bool {
        let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
        let chunk = chunk.unwrap_or_else(|_| panic!("nothing more came after: {}", self.text));
        match chunk {
            Ok(Some(bytes)) => {
                self.text.push_str(std::str::from_utf8(&bytes).unwrap());
                true
            }
            // Cut off or ended, it is over.
            Ok(None) | Err(_) => false,
        }
    }

    /// Reads until the words have come, and gives all that came since the last call.
    pub async fn until(&mut self, words: &str) -> String {
        loop {
            if self.text.contains(words) && self.text.ends_with("\n\n") {
                return std::mem::take(&mut self.text);
            }
            assert!(self.more().await, "it ended before {words}: {}", self.text);
        }
    }

    /// Reads to the end.
    async fn end(&mut self) {
        while self.more().await {}
    }
}

/// How a list's page describes itself, as `live.js` would.
pub fn list(page: &Page) -> String {
    let ids = page.attributes("tr[data-ticket]", "id");
    let versions = page.attributes("tr[data-ticket]", "data-version");
    let rows: Vec<_> = ids.iter().zip(versions).map(|(id, version)| format!("{}:{version}", &id[4..])).collect();
    let about = |name| page.attribute("#fresh", name).unwrap();
    let mut query = form_urlencoded::Serializer::new("see=list".to_owned());
    query.append_pair("query", &about("data-live-list")).append_pair("since", &about("data-live-since"));
    query.append_pair("rows", &rows.join(",")).finish()
}

/// The same of a ticket's page.
fn ticket(page: &Page) -> String {
    let about = |name| page.attribute("#presence", name).unwrap();
    format!("see=ticket&ticket={}&mark={}", about("data-live-ticket"), about("data-live-mark"))
}

/// A desk with a browser at it, and somebody else who works by the API.
async fn desk() -> (TestApp, Browser, Caller) {
    let app = TestApp::with(&QUIET).await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    (app, browser, admin)
}

async fn change(admin: &Caller, ticket: &Value, fields: Value) -> Value {
    let reply = admin.put(&format!("/api/tickets/{}", ticket["id"].as_str().unwrap()), &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json
}

fn row(ticket: &Value) -> String {
    format!("target=\"row-{}\"", ticket["id"].as_str().unwrap())
}

#[tokio::test]
async fn counts_of_the_side_bar_follow() {
    let (_app, browser, admin) = desk().await;
    let mut stream = Stream::open(&browser, "").await;
    admin.ticket(json!({"priority": "Urgent"})).await;
    let text = stream.until("live-counts").await;
    assert!(text.contains("priority=Urgent&#34;:&#34;1&#34;"), "{text}");
    // Who comes back has missed counts.
    let request = browser.request("GET", "/live").header("last-event-id", "1").send().await.unwrap();
    let mut again = Stream::of(request).await;
    again.until("live-counts").await;
}

#[tokio::test]
async fn clients_to_call_are_counted_along() {
    let gateway = FakeGateway::start([Act::Answer(400, "Invalid number")]).await;
    let mut settings = QUIET;
    settings[1].1 = &gateway.url;
    let app = TestApp::with(&settings).await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let calls = |count: &str| format!("/notifications/calls&#34;:&#34;{count}&#34;");
    let mut stream = Stream::open(&browser, "").await;
    admin.ticket(json!({})).await;
    stream.until(&calls("")).await;
    // Nothing happens to the ticket, but the gateway refuses its SMS for good.
    assert_eq!(app.app.worker(&app.base).step().await.unwrap(), 1);
    stream.until(&calls("1")).await;
    let page = browser.open("/notifications/calls").await;
    let form = page.attributes(".calls form", "action").into_iter().find(|action| action.ends_with("/called")).unwrap();
    assert_eq!(browser.submit(&form, &[]).await.status, 303);
    stream.until(&calls("")).await;
}
