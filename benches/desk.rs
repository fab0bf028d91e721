//! What a page of the desk costs: `cargo bench --bench desk`. Needs Chromium and its driver.
//!
//! A desk filled by `redress demo` is served in this process. Each page is asked for by one signed-in reader, one request
//! after the other, compressed as browsers ask for it. Then Chromium opens the list over loopback, with an empty cache
//! and with a full one, and says itself what was transferred and when it had painted.
//!
//! - `REDRESS_BENCH_TICKETS`: tickets of the desk, 100000 unless set.
//! - `REDRESS_BENCH_DIR`: where the desk is kept and found again; without it one is made anew and thrown away.
//! - `REDRESS_BENCH_ROUNDS`: requests of each page, 200 unless set.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints its figures, stops at any fault, and counts no further than millions"
)]

#[expect(dead_code, reason = "the tests use all of it")]
#[path = "../tests/it/browser/chromium.rs"]
mod chromium;
#[expect(dead_code, reason = "other benchmarks use all of it")]
mod support;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use chromium::Chromium;
use redress::{
    app::App,
    clock::Clock,
    config::{Config, Sources},
    web::{
        assets,
        server::{self, Limits},
    },
};
use reqwest::{Client, header, redirect};
use serde_json::Value;
use support::{
    figures::{number, setting},
    server::fill,
};

const EMAIL: &str = "priya@demo.example";
const PASSWORD: &str = "a long pass phrase for the bench";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let thrown = tempfile::tempdir_in(".").unwrap();
    let dir = match setting("REDRESS_BENCH_DIR", "") {
        dir if dir.is_empty() => thrown.path().to_owned(),
        dir => PathBuf::from(dir),
    };
    let tickets = number("REDRESS_BENCH_TICKETS", 100_000);
    let rounds = number("REDRESS_BENCH_ROUNDS", 200) as usize;
    let data = dir.join(format!("desk-{tickets}"));
    fill(&data, tickets as usize);
    let at = ["--data-dir", data.to_str().unwrap(), "user", "set-password", EMAIL, "--password-stdin"];
    run(&at, PASSWORD);
    runtime.block_on(async {
        let base = serve(&data).await;
        let reader = Reader::signed_in(&base).await;
        println!("\nPages with {tickets} tickets: time from request to last byte, Brotli as sent");
        for (name, path) in reader.pages().await {
            reader.measure(name, &path, rounds).await;
        }
        first_view(&base).await;
    });
}

fn run(args: &[&str], input: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_redress"));
    let mut child = command.args(args).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{args:?}");
}

async fn serve(data: &Path) -> String {
    let sources = Sources::of(&[
        ("requests_per_minute", "0"),
        ("data_dir", data.to_str().unwrap()),
        ("timezone", "Europe/London"),
        ("region", "GB"),
    ]);
    let app = App::open(Config::check(&sources).unwrap(), Clock::system()).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    assets::compress_ahead();
    tokio::spawn(async move {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        server::serve(listener, app.router(), Limits::default(), stopped).await;
        drop(stop);
    });
    base
}

/// A signed-in browser without a window.
struct Reader {
    client: Client,
    base: String,
}

impl Reader {
    async fn signed_in(base: &str) -> Self {
        let client =
            Client::builder().no_proxy().cookie_store(true).redirect(redirect::Policy::none()).build().unwrap();
        let answer = client
            .post(format!("{base}/login"))
            .header(header::ORIGIN, base)
            .form(&[("email", EMAIL), ("password", PASSWORD)])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        Self { client, base: base.to_owned() }
    }

    async fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let request = self.client.get(format!("{}{path}", self.base)).header(header::ACCEPT_ENCODING, "br");
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    /// The pages, with something on each to show.
    async fn pages(&self) -> Vec<(&'static str, String)> {
        let list: Value = self
            .client
            .get(format!("{}/api/tickets?status=Dispatched&pageSize=1", self.base))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let reference = list["items"][0]["ticketRef"].as_str().unwrap().to_owned();
        vec![
            ("list", "/tickets".to_owned()),
            ("list, filtered", "/tickets?status=Open&priority=Urgent%2CHigh".to_owned()),
            ("search for a name", "/tickets?q=griffiths".to_owned()),
            ("ticket", format!("/tickets/{reference}")),
            ("edit ticket", format!("/tickets/{reference}/edit")),
            ("new ticket", "/tickets/new".to_owned()),
            ("clients", "/clients".to_owned()),
            ("client suggestions", "/clients/suggest?q=grif".to_owned()),
            ("SMS", "/notifications".to_owned()),
            ("reports", "/reports".to_owned()),
            ("saved views", "/views".to_owned()),
            ("users", "/users".to_owned()),
            ("audit history", "/audit".to_owned()),
            ("account", "/account".to_owned()),
        ]
    }

    async fn measure(&self, name: &str, path: &str, rounds: usize) {
        let mut millis = Vec::new();
        let mut bytes = 0;
        for round in 0..rounds + 5 {
            let began = Instant::now();
            let (status, body) = self.get(path).await;
            let took = began.elapsed().as_secs_f64() * 1e3;
            assert_eq!(status, 200, "{path}");
            bytes = body.len();
            // The first ones fill caches.
            if round >= 5 {
                millis.push(took);
            }
            // Nobody measures a slow page two hundred times.
            if millis.iter().sum::<f64>() > 20_000.0 {
                break;
            }
        }
        millis.sort_by(f64::total_cmp);
        let (p50, p99) = (millis[millis.len() / 2], millis[(millis.len() * 99 / 100).min(millis.len() - 1)]);
        println!("{name:>20}: p50 {p50:6.2} ms, p99 {p99:6.2} ms, {:5.1} KB", bytes as f64 / 1e3);
    }
}

/// What Chromium says of the page that it has just loaded.
const TIMES: &str = "const page = performance.getEntriesByType('navigation')[0]; \
    const files = performance.getEntriesByType('resource'); \
    return {html: page.transferSize, all: files.reduce((sum, file) => sum + file.transferSize, page.transferSize), \
        files: files.length, fonts: files.filter((file) => file.name.endsWith('.woff2')).length, \
        painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime, \
        ready: performance.getEntriesByName('redress:ready')[0]?.startTime}";

async fn first_view(base: &str) {
    println!("\nThe list in Chromium over loopback");
    for (cache, again) in [("empty", false), ("full", true)] {
        let (mut painted, mut ready, mut last) = (Vec::new(), Vec::new(), Value::Null);
        let browser = Chromium::start(base, true).await;
        browser.open("/login").await;
        browser.fill("#email", EMAIL).await;
        browser.fill("#password", PASSWORD).await;
        browser.click("main button[type=submit]").await;
        browser.arrive("/tickets").await;
        for _ in 0..15 {
            if !again {
                browser.devtools("Network.clearBrowserCache", &serde_json::json!({})).await;
            }
            browser.open("/tickets").await;
            browser.holds("return performance.getEntriesByName('redress:ready').length > 0 && performance.getEntriesByName('first-contentful-paint').length > 0 && document.readyState === 'complete'", &[]).await;
            last = browser.run(TIMES, &[]).await;
            painted.push(last["painted"].as_f64().unwrap());
            ready.push(last["ready"].as_f64().unwrap());
        }
        painted.sort_by(f64::total_cmp);
        ready.sort_by(f64::total_cmp);
        println!(
            "{cache:>6} cache: {} bytes in all, {} of them HTML, {} files, {} of them fonts; first contentful paint {:.0} ms, interactive {:.0} ms (medians of {})",
            last["all"],
            last["html"],
            last["files"],
            last["fonts"],
            painted[7],
            ready[7],
            painted.len()
        );
    }
}
