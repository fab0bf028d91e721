//! How fast messages leave, how soon after the answer, and what a hundred thousand that wait cost: `bin/bench messages`.
//!
//! `REDRESS_BENCH_MESSAGES` (5,000) are sent for the rate, `REDRESS_BENCH_WAITING` (100,000) wait.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints its figures, stops at any fault, and counts no further than millions"
)]

#[expect(dead_code, reason = "other benchmarks use all of it")]
mod support;

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use support::{
    figures::{number, quantile},
    load::{self, Connection},
    server::{Desk, Server},
};
use testbase::peer::Peer;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    time::sleep,
};

fn main() {
    let count = number("REDRESS_BENCH_MESSAGES", 5_000);
    let waiting = number("REDRESS_BENCH_WAITING", 100_000);
    let dir = tempfile::tempdir_in(".").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    println!("\nMessages a second through one worker, {count} waiting, gateway on this machine");
    by_http(&runtime, &dir.path().join("http"), count);
    by_smpp(&runtime, &dir.path().join("smpp"), count);
    latency(&runtime, &dir.path().join("latency"));
    behind(&runtime, &dir.path().join("waiting"), waiting);
}

/// A gateway that takes all, and remembers when each reference came.
struct Gateway {
    url: String,
    came: Came,
    /// Messages, those that came twice as well.
    all: Arc<AtomicU64>,
}

type Came = Arc<Mutex<HashMap<String, Instant>>>;

impl Gateway {
    async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    async fn start_at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}/cgi-bin/sendsms", listener.local_addr().unwrap());
        let (came, all) = (Came::default(), Arc::<AtomicU64>::default());
        let heard = (Arc::clone(&came), Arc::clone(&all));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, heard.clone()));
            }
        });
        Self { url, came, all }
    }

    fn count(&self) -> u64 {
        self.came.lock().unwrap().len() as u64
    }
}

async fn take(mut stream: TcpStream, (came, all): (Came, Arc<AtomicU64>)) {
    let mut head = Vec::with_capacity(2048);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let now = Instant::now();
    let head = String::from_utf8(head).unwrap();
    let at = head.find("BILL-").unwrap();
    came.lock().unwrap().insert(head[at..at + 18].to_owned(), now);
    all.fetch_add(1, Ordering::Relaxed);
    let answer = "HTTP/1.1 202 Accepted\r\nContent-Length: 25\r\nConnection: close\r\n\r\n0: Accepted for delivery\n";
    let _ = stream.write_all(answer.as_bytes()).await;
}

fn kannel(data: &Path, url: &str) -> Desk {
    Desk::new(data)
        .with("REDRESS_SMS_GATEWAY", "kannel")
        .with("REDRESS_SMS_KANNEL_URL", url)
        .with("REDRESS_SMS_KANNEL_USERNAME", "redress")
        .with("REDRESS_SMS_KANNEL_PASSWORD", "sendpw")
}

/// Queues messages while nobody sends, and gives the desk.
fn queued(desk: Desk, count: u64) -> Desk {
    let idle = desk.clone().with("REDRESS_WORKER", "false");
    let mut server = idle.serve();
    let token = server.desk.admin("bench");
    load::send_all(&[&server.base], &load::creations(&token, count), 16, 201);
    server.kill();
    desk
}

fn by_http(runtime: &Runtime, data: &Path, count: u64) {
    let gateway = runtime.block_on(Gateway::start());
    let server = queued(kannel(data, &gateway.url), count).serve();
    let rate = drained(count, || gateway.count());
    println!("  HTTP (Kannel's call): {rate:.0}/s; the server's processor time {:.0} µs each", used(&server, count));
}

fn by_smpp(runtime: &Runtime, data: &Path, count: u64) {
    let mut peer = runtime.block_on(Peer::start());
    let desk = Desk::new(data)
        .with("REDRESS_SMS_GATEWAY", "smpp")
        .with("REDRESS_SMS_SMPP_HOST", "127.0.0.1")
        .with("REDRESS_SMS_SMPP_PORT", &peer.port.to_string())
        .with("REDRESS_SMS_SMPP_SYSTEM_ID", "redress")
        .with("REDRESS_SMS_SMPP_PASSWORD", "secret08")
        .with("REDRESS_SMS_SMPP_PER_SECOND", "0")
        .with("REDRESS_SMS_SMPP_WINDOW", "50");
    let server = queued(desk, count).serve();
    let took = runtime.block_on(async {
        peer.event("submit").await;
        let began = Instant::now();
        for _ in 1..count {
            peer.event("submit").await;
        }
        began.elapsed()
    });
    let rate = (count - 1) as f64 / took.as_secs_f64();
    println!(
        "  SMPP (npm's stack, window 50): {rate:.0}/s; the server's processor time {:.0} µs each",
        used(&server, count)
    );
}

/// Messages a second, from the first to the last.
fn drained(count: u64, came: impl Fn() -> u64) -> f64 {
    let wait = |until: u64| {
        while came() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        (Instant::now(), came())
    };
    let ((began, first), (ended, last)) = (wait(1), wait(count));
    (last - first) as f64 / (ended - began).as_secs_f64()
}

fn used(server: &Server, count: u64) -> f64 {
    server.processor() * 1e6 / count as f64
}

/// From the answer to whoever logged the ticket until the gateway has its message, with nothing else to do.
fn latency(runtime: &Runtime, data: &Path) {
    let gateway = runtime.block_on(Gateway::start());
    let server = kannel(data, &gateway.url).serve();
    let token = server.desk.admin("bench");
    let mut after: Vec<f64> = runtime.block_on(async {
        let mut connection = Connection::new(&server.base);
        let mut after = Vec::new();
        for request in load::creations(&token, 500).iter() {
            let (status, body) = connection.send(request).await.unwrap();
            let answered = Instant::now();
            assert_eq!(status, 201);
            let ticket: serde_json::Value = serde_json::from_slice(body).unwrap();
            let reference = ticket["ticketRef"].as_str().unwrap().to_owned();
            let came = loop {
                if let Some(came) = gateway.came.lock().unwrap().get(&reference) {
                    break *came;
                }
                sleep(Duration::from_micros(200)).await;
            };
            after.push(came.saturating_duration_since(answered).as_secs_f64());
            // As a desk that logs ten complaints a second.
            sleep(Duration::from_millis(100)).await;
        }
        after
    });
    println!(
        "\nFrom the 201 to the gateway, queue empty: p50 {:.2} ms, p99 {:.2} ms",
        quantile(&mut after, 0.5) * 1e3,
        quantile(&mut after, 0.99) * 1e3
    );
}

/// What a desk pays whose gateway is away while more and more messages wait, and how they go once it is back.
fn behind(runtime: &Runtime, data: &Path, waiting: u64) {
    // Nobody listens there for now.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let server = kannel(data, &format!("http://{address}/cgi-bin/sendsms")).serve();
    let token = server.desk.admin("bench");
    let empty = server.memory();
    let (first, mut before) = load::send_all(&[&server.base], &load::creations(&token, 2_000), 4, 201);
    load::send_all(&[&server.base], &load::creations(&token, waiting - 4_000), 16, 201);
    let (last, mut after) = load::send_all(&[&server.base], &load::creations(&token, 2_000), 4, 201);
    println!("\n{waiting} messages waiting for a gateway that is away");
    println!("  resident memory {empty:.1} MiB empty, {:.1} MiB with them", server.memory());
    println!(
        "  creation by 4 clients: {first:.0}/s at the start, {last:.0}/s with them (ratio {:.2}); p50 {:.2} and {:.2} ms, \
         p99 {:.2} and {:.2} ms",
        last / first,
        quantile(&mut before, 0.5) * 1e3,
        quantile(&mut after, 0.5) * 1e3,
        quantile(&mut before, 0.99) * 1e3,
        quantile(&mut after, 0.99) * 1e3,
    );
    let mut idle = server.processor();
    std::thread::sleep(Duration::from_secs(10));
    idle = server.processor() - idle;
    println!("  the server's processor time while they wait: {:.1} % of one core", idle * 10.0);
    let (back, before) = (Instant::now(), server.processor());
    let gateway = runtime.block_on(Gateway::start_at(&address));
    // The desk goes on.
    let (while_sent, mut during) = load::send_all(&[&server.base], &load::creations(&token, 2_000), 4, 201);
    let all = waiting + 2_000;
    let rate = drained(all, || gateway.count());
    println!(
        "  the gateway is back: all {all} sent {:.0} s later, {rate:.0}/s, {} of them twice; the server's processor time \
         {:.0} µs each",
        back.elapsed().as_secs_f64(),
        gateway.all.load(Ordering::Relaxed) - all,
        (server.processor() - before) * 1e6 / all as f64
    );
    println!(
        "  creation by 4 clients meanwhile: {while_sent:.0}/s; p50 {:.2}, p99 {:.2} ms",
        quantile(&mut during, 0.5) * 1e3,
        quantile(&mut during, 0.99) * 1e3
    );
}
