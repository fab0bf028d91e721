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

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, redirect::Policy};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
};

const PASSWORD: &str = "correct horse battery";
/// Rows of a page.
const ROWS: u64 = 25;
/// Changes in a second.
const CHANGES: u64 = 10;
/// Pages that one user may have open.
const PER_USER: u64 = 100;

fn setting(name: &str, default: u64) -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no settings file")]
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() {
    let seconds = setting("REDRESS_BENCH_SECONDS", 15);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let dir = tempfile::tempdir_in(".").unwrap();
    runtime.block_on(async {
        let server = Server::start(&dir.path().join("live"));
        let token = server.user("desk0");
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
        let (before, told, began) = (self.server.busy(), heard(), Instant::now());
        self.work(tickets, seconds).await;
        let share = (self.server.busy() - before) / began.elapsed().as_secs_f64();
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
            self.server.user(&format!("desk{number}"));
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

fn quantile(values: &mut [f64], at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * at).round() as usize]
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

    /// The same with all that it has stored.
    fn again(&self) -> Self {
        let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(kill.success());
        let gone = format!("/proc/{}/stat", self.child.id());
        while std::fs::read_to_string(&gone).is_ok_and(|stat| !stat.contains(") Z ")) {
            std::thread::sleep(Duration::from_millis(50));
        }
        Self::start(Path::new(&self.data))
    }

    /// Adds an admin, and gives a token of theirs.
    fn user(&self, name: &str) -> String {
        let email = format!("{name}@isp.example");
        let add = ["user", "add", "--email", &email, "--name", name, "--role", "admin", "--password-stdin"];
        self.run(&add, PASSWORD);
        self.run(&["token", "create", "--user", &email, "--name", "bench"], "")
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

    /// Resident memory in MiB.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// Seconds of processor time so far, of 1/100 s each as the kernel gives them.
    fn busy(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
