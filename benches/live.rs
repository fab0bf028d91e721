//! What open pages cost: memory for each, and processor time while others work: `cargo bench --bench live`.
//!
//! All pages are lists that show the rows which change: the worst case. `REDRESS_BENCH_SECONDS` makes it shorter.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints its figures, stops at any fault, and counts no further than thousands"
)]

#[expect(dead_code, reason = "other benchmarks use all of it")]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use support::{
    figures::{number, quantile},
    server::{self, PASSWORD, Server},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};

/// Rows of a page.
const ROWS: u64 = 25;
/// Changes in a second.
const CHANGES: u64 = 10;
/// Pages that one user may have open.
const PER_USER: u64 = 100;

fn main() {
    let seconds = number("REDRESS_BENCH_SECONDS", 15);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir_in(".").unwrap();
    runtime.block_on(async {
        let server = server::Desk::new(&dir.path().join("live")).serve();
        let token = server.desk.admin("desk0");
        let mut desk = Desk { server, token, http: Client::builder().no_proxy().build().unwrap() };
        let tickets = desk.tickets().await;
        let mut cookies = Vec::new();
        for number in 0..10 {
            cookies.push(desk.log_in(number).await);
        }
        // Started anew: the memory that checking passwords took would hide what pages take.
        desk.server = desk.server.again();
        // Caches and buffers of the server itself are not what a page costs either.
        desk.work(&tickets, seconds / 3).await;
        println!("\n{CHANGES} changes a second, each of a row that every page shows, for {seconds} s");
        let before = desk.server.memory();
        let mut pages: Vec<Page> = Vec::new();
        for count in [0, 100, 1_000] {
            while (pages.len() as u64) < count {
                pages.extend(desk.open(&cookies[pages.len() / PER_USER as usize], &tickets).await);
            }
            tokio::time::sleep(Duration::from_secs(4)).await;
            let memory = desk.server.memory();
            print!("  {count:>5} pages open: {memory:.1} MiB resident");
            if count > 0 {
                print!(", {:.1} KiB each", (memory - before) * 1024.0 / count as f64);
            }
            let (share, heard) = desk.share(&tickets, &pages, seconds).await;
            println!("; {:.1} % of one core, {heard:.0} rows told", share * 100.0);
            let mut times = desk.delays(&tickets, &pages).await;
            if !times.is_empty() {
                println!(
                    "        from the answered change to the row in the page: p50 {:.0} ms, p99 {:.0} ms",
                    quantile(&mut times, 0.5) * 1e3,
                    quantile(&mut times, 0.99) * 1e3,
                );
            }
            println!("        afterwards {:.1} MiB", desk.server.memory());
        }
        drop(pages);
        tokio::time::sleep(Duration::from_secs(2)).await;
        println!("  all closed: {:.1} MiB", desk.server.memory());
    });
}

/// The server, and somebody who works there.
struct Desk {
    server: Server,
    token: String,
    http: Client,
}

impl Desk {
    /// The tickets that all pages show.
    async fn tickets(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for number in 0..ROWS {
            let body = json!({
                "clientName": "Nadia Okonkwo",
                "clientPhone": format!("+44770090{number:04}"),
                "issueType": "Incorrect Bill",
                "description": "Charged for Fibre 500 since October, although the contract is for Fibre 150.",
            });
            let request = self.http.post(format!("{}/api/tickets", self.server.base)).bearer_auth(&self.token);
            let ticket: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
            ids.push(ticket["id"].as_str().unwrap().to_owned());
        }
        ids
    }

    async fn change(&self, id: &str, number: u64) {
        let priority = ["Low", "Medium", "High", "Urgent"][number as usize % 4];
        let request = self.http.put(format!("{}/api/tickets/{id}", self.server.base)).bearer_auth(&self.token);
        request.json(&json!({"priority": priority})).send().await.unwrap().error_for_status().unwrap();
    }

    /// Changes rows, so many a second.
    async fn work(&self, tickets: &[String], seconds: u64) {
        let mut tick = tokio::time::interval(Duration::from_secs(1) / CHANGES as u32);
        for number in 0..seconds * CHANGES {
            tick.tick().await;
            // Another priority each time that a ticket's turn comes.
            self.change(&tickets[(number % ROWS) as usize], number / ROWS + number).await;
        }
    }

    /// The share of one core that the server takes meanwhile, and how many rows a page is told.
    async fn share(&self, tickets: &[String], pages: &[Page], seconds: u64) -> (f64, f64) {
        let heard = || pages.iter().map(|page| page.rows.load(Ordering::Relaxed)).sum::<u64>();
        let (before, told, began) = (self.server.processor(), heard(), Instant::now());
        self.work(tickets, seconds).await;
        let share = (self.server.processor() - before) / began.elapsed().as_secs_f64();
        (share, (heard() - told) as f64 / pages.len().max(1) as f64)
    }

    /// Seconds from a change's answer until each page has its row.
    async fn delays(&self, tickets: &[String], pages: &[Page]) -> Vec<f64> {
        let mut times = Vec::new();
        if pages.is_empty() {
            return times;
        }
        for number in 0..10 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let before: Vec<u64> = pages.iter().map(|page| page.rows.load(Ordering::Relaxed)).collect();
            self.change(&tickets[number as usize], number * 3 + 1).await;
            let answered = Instant::now();
            for (page, before) in pages.iter().zip(before) {
                let mut changed = page.changed.clone();
                let told = changed.wait_for(|rows| *rows > before);
                // A change to what it was already tells nothing.
                if tokio::time::timeout(Duration::from_secs(2), told).await.is_ok() {
                    times.push(answered.elapsed().as_secs_f64());
                }
            }
        }
        times
    }

    /// Opens as many pages as one user may, and waits until each is told that it is open.
    async fn open(&self, cookie: &str, tickets: &[String]) -> Vec<Page> {
        let mut rows = Vec::new();
        for id in tickets {
            let request = self.http.get(format!("{}/api/tickets/{id}", self.server.base)).bearer_auth(&self.token);
            let ticket: Value = request.send().await.unwrap().json().await.unwrap();
            rows.push(format!("{id}:{}", ticket["version"]));
        }
        let path = format!("/live?see=list&query=&since=9000000000000&rows={}", rows.join(","));
        let mut pages = Vec::new();
        for _ in 0..PER_USER {
            pages.push(Page::open(&self.server.base, &path, cookie).await);
        }
        pages
    }

    async fn log_in(&self, number: u64) -> String {
        if number > 0 {
            self.server.desk.admin(&format!("desk{number}"));
        }
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let email = format!("desk{number}@isp.example");
        let form = [("email", email.as_str()), ("password", PASSWORD)];
        let answer = http.post(format!("{}/login", self.server.base)).form(&form).send().await.unwrap();
        answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }
}

/// An open stream.
struct Page {
    rows: Arc<AtomicU64>,
    changed: watch::Receiver<u64>,
}

impl Page {
    async fn open(base: &str, path: &str, cookie: &str) -> Self {
        let host = base.trim_start_matches("http://");
        let mut connection = tokio::io::BufReader::with_capacity(4096, TcpStream::connect(host).await.unwrap());
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut line = String::new();
        connection.read_line(&mut line).await.unwrap();
        assert!(line.contains(" 200 "), "{line}");
        while !line.starts_with("retry:") {
            line.clear();
            assert!(connection.read_line(&mut line).await.unwrap() > 0);
        }
        let (rows, (tell, changed)) = (Arc::<AtomicU64>::default(), watch::channel(0));
        let counter = Arc::clone(&rows);
        tokio::spawn(async move {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(read @ 1..) = connection.read(&mut buffer).await {
                let told = buffer[..read].windows(12).filter(|window| window == b"target=\"row-").count() as u64;
                if told > 0 && tell.send(counter.fetch_add(told, Ordering::Relaxed) + told).is_err() {
                    break;
                }
            }
        });
        Self { rows, changed }
    }
}
