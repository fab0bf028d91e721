//! The figures of the main job, as ratios measured in one run on one disk: `cargo bench --bench main_job`.
//!
//! Variants are interleaved round by round and the median of the rounds' ratios is shown, so that a busy machine
//! disturbs both sides alike. `REDRESS_BENCH_ROUNDS` and `REDRESS_BENCH_TICKETS` make it shorter.

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
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use redress::{
    app::App,
    clock::Clock,
    config::{Config, Sources},
    web::server::{self, Limits},
};
use reqwest::Client;
use support::{
    figures::{median, number, quantile},
    load,
    server::{Desk, PASSWORD},
};

fn main() {
    let rounds = number("REDRESS_BENCH_ROUNDS", 7);
    let tickets = number("REDRESS_BENCH_TICKETS", 10_000);
    let dir = tempfile::tempdir_in(".").unwrap();
    creation(dir.path(), rounds);
    if tickets == 0 {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let data = dir.path().join("full");
        full(&data, tickets).await;
        pages(&data, rounds).await;
        start(&data, rounds).await;
    });
}

/// Durable creations through the API against bare commits of 1 KB.
fn creation(dir: &Path, rounds: u64) {
    println!("\nDurable creation through the API / bare SQLite commit of 1 KB, synchronous=FULL, same disk");
    let server = Desk::new(&dir.join("creation")).serve();
    let token = server.desk.admin("bench");
    let bare = Bare::open(&dir.join("bare.db"));
    let count = 2_000;
    for clients in [1, 16] {
        let mut ratios = Vec::new();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let (mut spread, mut processor) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let before = server.processor();
            let (rate, mut times) = load::send_all(&[&server.base], &load::creations(&token, count), clients, 201);
            processor.push((server.processor() - before) / count as f64);
            let plain = bare.rate(count);
            ratios.push(rate / plain);
            ours.push(rate);
            theirs.push(plain);
            spread.append(&mut times);
        }
        println!(
            "  {clients:>2} clients: ratio {:.2}   ({:.0}/s against {:.0}/s; p50 {:.2} ms, p99 {:.2} ms; \
             the server's processor time {:.0} µs each)",
            median(&mut ratios),
            median(&mut ours),
            median(&mut theirs),
            quantile(&mut spread, 0.5) * 1e3,
            quantile(&mut spread, 0.99) * 1e3,
            median(&mut processor) * 1e6,
        );
    }
}

/// Fills a server with tickets and shows its memory, idle and under load.
async fn full(data: &Path, tickets: u64) {
    let server = Desk::new(data).serve();
    let token = server.desk.admin("bench");
    let empty = server.memory();
    let began = Instant::now();
    let base = server.base.clone();
    let key = token.clone();
    let create = move || load::send_all(&[&base], &load::creations(&key, tickets), 16, 201);
    tokio::task::spawn_blocking(create).await.unwrap();
    println!("\n{tickets} tickets created by 16 clients in {:.1} s", began.elapsed().as_secs_f64());
    println!("Resident memory: {empty:.1} MiB empty, {:.1} MiB after them", server.memory());
    let stop = Arc::new(AtomicU64::new(0));
    let mut load = Vec::new();
    for place in 0..16 {
        let (base, token, stop) = (server.base.clone(), token.clone(), Arc::clone(&stop));
        load.push(tokio::spawn(async move {
            let client = client();
            let mut done = 0u64;
            while stop.load(Ordering::Relaxed) == 0 {
                let path = if (done + place).is_multiple_of(2) {
                    "/api/tickets?pageSize=100"
                } else {
                    "/api/tickets?q=router"
                };
                client.get(format!("{base}{path}")).bearer_auth(&token).send().await.unwrap().bytes().await.unwrap();
                done += 1;
            }
            done
        }));
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let memory = server.memory();
    stop.store(1, Ordering::Relaxed);
    let mut done = 0;
    for task in load {
        done += task.await.unwrap();
    }
    println!("Under load: {memory:.1} MiB while 16 clients list and search ({:.0} answers/s)", done as f64 / 5.0);
}

/// First list page and detail page against a static body of the same size from the same server.
async fn pages(data: &Path, rounds: u64) {
    let sources = Sources::of(&[("requests_per_minute", "0"), ("data_dir", data.to_str().unwrap())]);
    let app = App::open(Config::check(&sources).unwrap(), Clock::system()).await.unwrap();
    let address = serve(app.router()).await;
    let base = format!("http://{address}");
    let client = client();
    let form = [("email", "bench@isp.example"), ("password", PASSWORD)];
    let answer = client.post(format!("{base}/login")).form(&form).send().await.unwrap();
    assert!(answer.status().as_u16() < 400, "{}", answer.status());
    let list = client.get(format!("{base}/tickets")).send().await.unwrap().text().await.unwrap();
    let at = list.find("/tickets/BILL-").unwrap();
    let detail = list[at..].split(['"', '?']).next().unwrap().to_owned();
    println!("\nPages at the same server / a static body of the same size, one client, no compression");
    for (name, path) in [("first list page", "/tickets".to_owned()), ("detail page", detail)] {
        let body = client.get(format!("{base}{path}")).send().await.unwrap().bytes().await.unwrap();
        let size = body.len();
        let plain = Router::new().route("/plain", get(move || async move { body }));
        let plain = format!("http://{}/plain", serve(plain).await);
        let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let page = time(&client, &format!("{base}{path}"), 200).await;
            let fixed = time(&client, &plain, 200).await;
            ratios.push(page / fixed);
            ours.push(page);
            theirs.push(fixed);
        }
        println!(
            "  {name} ({size} bytes): ratio {:.1}   ({:.2} ms against {:.2} ms)",
            median(&mut ratios),
            median(&mut ours) * 1e3,
            median(&mut theirs) * 1e3,
        );
    }
    app.db.close().await.unwrap();
}

/// From starting the program to its first answer, over the full database.
async fn start(data: &Path, rounds: u64) {
    let mut times = Vec::new();
    for _ in 0..rounds {
        let began = Instant::now();
        let server = Desk::new(data).serve();
        client().get(format!("{}/login", server.base)).send().await.unwrap().error_for_status().unwrap();
        times.push(began.elapsed().as_secs_f64());
    }
    println!("\nFrom start to the first answered request (/login): {:.0} ms", median(&mut times) * 1e3);
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        server::serve(listener, router, Limits::default(), stopped).await;
        drop(stop);
    });
    address
}

/// Seconds for one answer, the mean of `count`.
async fn time(client: &Client, url: &str, count: u32) -> f64 {
    let began = Instant::now();
    for _ in 0..count {
        client.get(url).send().await.unwrap().bytes().await.unwrap();
    }
    began.elapsed().as_secs_f64() / f64::from(count)
}

fn client() -> Client {
    Client::builder().no_proxy().cookie_store(true).build().unwrap()
}

/// Bare commits of 1 KB, one after the other on one connection.
struct Bare(rusqlite::Connection);

impl Bare {
    fn open(path: &Path) -> Self {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)",
            )
            .unwrap();
        Self(connection)
    }

    fn rate(&self, count: u64) -> f64 {
        let body = vec![7u8; 1024];
        let began = Instant::now();
        for _ in 0..count {
            self.0.prepare_cached("INSERT INTO t (body) VALUES (?1)").unwrap().execute([&body]).unwrap();
        }
        count as f64 / began.elapsed().as_secs_f64()
    }
}
