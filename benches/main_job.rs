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

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
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
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Of processor time, in a second: `USER_HZ`, which is 100 on every Linux.
const TICKS: f64 = 100.0;

const PASSWORD: &str = "correct horse battery";

fn setting(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no settings file")]
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let rounds = setting("REDRESS_BENCH_ROUNDS", 7);
    let tickets = setting("REDRESS_BENCH_TICKETS", 10_000);
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
    let server = Server::start(&dir.join("creation"));
    let token = server.token();
    let bare = Bare::open(&dir.join("bare.db"));
    let count = 2_000;
    for clients in [1, 16] {
        let mut ratios = Vec::new();
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let (mut spread, mut processor) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let before = server.processor();
            let (rate, mut times) = create(&server.base, &token, count, clients);
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
    let server = Server::start(data);
    let token = server.token();
    let empty = server.memory();
    let began = Instant::now();
    let base = server.base.clone();
    let key = token.clone();
    tokio::task::spawn_blocking(move || create(&base, &key, tickets, 16)).await.unwrap();
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
    let sources = Sources::of(&[("data_dir", data.to_str().unwrap())]);
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
        let server = Server::start(data);
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

/// Creates tickets and gives the rate and each one's seconds. The clients share the cores with the server, so that what
/// they take is missing there: they are tasks of one thread, their requests are made before the time begins, and they
/// speak HTTP/1.1 by hand.
fn create(base: &str, token: &str, count: u64, clients: u64) -> (f64, Vec<f64>) {
    let host = base.trim_start_matches("http://");
    let requests: Arc<[String]> = (0..count).map(|place| request(host, token, place)).collect();
    let next = Arc::new(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        let client = |_| tokio::spawn(one_client(host.to_owned(), Arc::clone(&requests), Arc::clone(&next)));
        let clients: Vec<_> = (0..clients).map(client).collect();
        let mut times = Vec::new();
        for client in clients {
            times.append(&mut client.await.unwrap());
        }
        (count as f64 / began.elapsed().as_secs_f64(), times)
    })
}

/// One client: takes the next request, sends it, and waits for its 201, until all are taken.
async fn one_client(host: String, requests: Arc<[String]>, next: Arc<AtomicUsize>) -> Vec<f64> {
    let mut connection = TcpStream::connect(host).await.unwrap();
    let (mut times, mut answer) = (Vec::new(), Vec::with_capacity(8 * 1024));
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        connection.write_all(request.as_bytes()).await.unwrap();
        answer.clear();
        while !is_whole(&answer) {
            assert_ne!(connection.read_buf(&mut answer).await.unwrap(), 0, "the connection was closed");
        }
        times.push(began.elapsed().as_secs_f64());
        assert!(answer.starts_with(b"HTTP/1.1 201 "), "{}", String::from_utf8_lossy(&answer));
    }
    times
}

/// Whether an answer that tells its length is there to its end.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    answer.len() == end + 4 + length.parse::<usize>().unwrap()
}

fn request(host: &str, token: &str, place: u64) -> String {
    let body = ticket(place);
    format!(
        "POST /api/tickets HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn ticket(place: u64) -> String {
    json!({
        "clientName": format!("{} {}", FIRST[place as usize % FIRST.len()], LAST[place as usize / 7 % LAST.len()]),
        "clientPhone": format!("+44770090{:04}", place % 10_000),
        "clientEmail": format!("client{place}@example.com"),
        "clientAccountId": format!("LF-{place:06}"),
        "issueType": "Incorrect Bill",
        "description": "Charged for Fibre 500 since October, although the contract is for Fibre 150. \
            Router rental stands twice on the November bill. Wants the difference back before paying.",
    })
    .to_string()
}

const FIRST: [&str; 5] = ["Nadia", "Peter", "Farah", "Callum", "Grace"];
const LAST: [&str; 5] = ["Okonkwo", "Lindqvist", "Siddiqui", "Fraser", "Adeyemi"];

fn client() -> Client {
    Client::builder().no_proxy().cookie_store(true).build().unwrap()
}

fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

fn quantile(values: &mut [f64], at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * at).round() as usize]
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

/// The program itself, serving.
struct Server {
    child: Child,
    base: String,
    data: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let data = data.to_str().unwrap().to_owned();
        let mut child = Command::new(env!("CARGO_BIN_EXE_redress"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", &data])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains("listening"))).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        let base = line[line.find("http://").unwrap()..].trim().to_owned();
        Self { child, base, data }
    }

    fn run(&self, args: &[&str], input: &str) -> String {
        use std::io::Write;
        let mut child = Command::new(env!("CARGO_BIN_EXE_redress"))
            .args(args)
            .args(["--data-dir", &self.data])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success());
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    fn token(&self) -> String {
        let add =
            ["user", "add", "--email", "bench@isp.example", "--name", "Bench", "--role", "admin", "--password-stdin"];
        self.run(&add, PASSWORD);
        self.run(&["token", "create", "--user", "bench@isp.example", "--name", "bench"], "")
    }

    /// Seconds of processor time so far, of threads that have ended as well.
    fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let ticks = stat[stat.rfind(')').unwrap()..].split(' ').skip(12).take(2);
        ticks.map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS
    }

    /// Resident memory in MiB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
