//! How fast tickets are found, and how that grows with their number: `cargo bench --bench finding`.
//!
//! The same requests go to desks of several sizes, filled by `redress demo`, over the API of servers in this process,
//! one after the other from one client; the sizes take turns request by request, so that a busy machine disturbs all
//! alike. What is asked for is drawn from the desk's own tickets, another ticket in each round.
//!
//! - `REDRESS_BENCH_SIZES`: tickets of each desk, `10000,100000` unless set.
//! - `REDRESS_BENCH_DIR`: where the desks are kept and found again; without it they are made anew and thrown away.
//! - `REDRESS_BENCH_ROUNDS`: requests of each kind to each desk, 200 unless set.
//! - `REDRESS_BENCH_ONLY`: part of the name of the kinds wanted.

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
    fmt::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use redress::{
    app::App,
    cli::token,
    clock::Clock,
    config::{Config, Sources},
    web::server::{self, Limits},
};
use reqwest::Client;
use serde_json::Value;
use support::{
    figures::{quantile, setting},
    server::fill,
};

/// Where a request's share of the time ends: slower kinds get fewer rounds.
const BUDGET: f64 = 20.0;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let thrown = tempfile::tempdir_in(".").unwrap();
    let dir = match setting("REDRESS_BENCH_DIR", "") {
        dir if dir.is_empty() => thrown.path().to_owned(),
        dir => PathBuf::from(dir),
    };
    let sizes: Vec<usize> =
        setting("REDRESS_BENCH_SIZES", "10000,100000").split(',').map(|size| size.trim().parse().unwrap()).collect();
    let rounds = setting("REDRESS_BENCH_ROUNDS", "200").parse().unwrap();
    runtime.block_on(async {
        let mut desks = Vec::new();
        for &size in &sizes {
            let data = dir.join(format!("desk-{size}"));
            fill(&data, size);
            desks.push(Desk::open(&data, size).await);
        }
        measure(&desks, rounds, &setting("REDRESS_BENCH_ONLY", "")).await;
        for desk in desks {
            desk.size_on_disk();
            desk.app.db.close().await.unwrap();
        }
    });
}

/// A server with so many tickets, and some of them to ask for.
struct Desk {
    app: App,
    data: PathBuf,
    tickets: usize,
    base: String,
    token: String,
    client: Client,
    known: Vec<Value>,
    technicians: Vec<String>,
    /// Words that stand in one ticket only.
    serials: Vec<String>,
    cursors: Vec<String>,
}

impl Desk {
    async fn open(data: &Path, tickets: usize) -> Self {
        let sources = Sources::of(&[
            ("requests_per_minute", "0"),
            ("data_dir", data.to_str().unwrap()),
            ("timezone", "Europe/London"),
        ]);
        let app = App::open(Config::check(&sources).unwrap(), Clock::system()).await.unwrap();
        let mut token = Vec::new();
        token::create(&app.staff, "priya@demo.example", "bench", (&[], Some(1)), &mut token).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = app.router();
        tokio::spawn(async move {
            let (stop, stopped) = tokio::sync::watch::channel(false);
            server::serve(listener, router, Limits::default(), stopped).await;
            drop(stop);
        });
        let token = String::from_utf8(token).unwrap().trim().to_owned();
        let client = Client::builder().no_proxy().build().unwrap();
        let data = data.to_owned();
        let (known, technicians, serials, cursors) = Default::default();
        let mut desk = Self { app, data, tickets, base, token, client, known, technicians, serials, cursors };
        desk.look_around().await;
        desk
    }

    /// Takes tickets from all of the desk's time, and cursors from the middle of a walk.
    async fn look_around(&mut self) {
        for part in 1..=20 {
            let page = (self.tickets * part / 21 / 10).max(1);
            let list = self.json(&format!("sort=createdAt&pageSize=10&page={page}")).await;
            self.known.extend(list["items"].as_array().unwrap().iter().cloned());
        }
        for ticket in &self.known {
            self.technicians.extend(ticket["assignedTo"]["id"].as_str().map(ToOwned::to_owned));
            let words = text(ticket, "description").split(|c: char| !c.is_ascii_alphanumeric());
            self.serials.extend(words.filter(|word| word.starts_with("SN") && word.len() == 10).map(ToOwned::to_owned));
        }
        let mut query = format!("sort=createdAt&order=desc&page={}", (self.tickets / 50).max(1));
        for _ in 0..50 {
            let list = self.json(&query).await;
            let Some(cursor) = list["nextCursor"].as_str() else { break };
            query = format!("sort=createdAt&order=desc&cursor={cursor}");
            self.cursors.push(query.clone());
        }
    }

    async fn get(&self, query: &str) -> String {
        let url = format!("{}/api/tickets?{query}", self.base);
        let answer = self.client.get(url).bearer_auth(&self.token).send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert_eq!(status, 200, "{query}: {body}");
        body
    }

    async fn json(&self, query: &str) -> Value {
        serde_json::from_str(&self.get(query).await).unwrap()
    }

    fn size_on_disk(&self) {
        let file = rusqlite::Connection::open(self.data.join("redress.db")).unwrap();
        let sql = "SELECT CASE WHEN s.name LIKE 'ticket_search%' THEN 'search index' \
            WHEN s.name LIKE 'notification%' OR s.name LIKE 'sqlite_autoindex_notification%' THEN 'messages' \
            WHEN s.name LIKE 'ticket_events' THEN 'history' WHEN s.name LIKE '%ticket_notes%' THEN 'notes' \
            WHEN s.name IN ('tickets', 'ticket_texts') THEN 'tickets' WHEN s.name LIKE '%tickets%' THEN 'indexes of tickets' \
            ELSE 'rest' END AS part, SUM(s.pgsize) FROM dbstat AS s WHERE s.aggregate = TRUE GROUP BY part ORDER BY 2 DESC";
        let mut statement = file.prepare(sql).unwrap();
        let parts = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).unwrap();
        let parts: Vec<(String, i64)> = parts.map(Result::unwrap).collect();
        let all: i64 = parts.iter().map(|(_, bytes)| bytes).sum();
        println!("\n{} tickets: {} bytes each on disk", self.tickets, all as usize / self.tickets);
        for (part, bytes) in parts {
            let share = bytes as f64 * 100.0 / all as f64;
            println!("  {part}: {} bytes ({share:.0} %)", bytes as usize / self.tickets);
        }
    }
}

/// A kind of request: its name, and the query of a round.
type Kind = (String, fn(&Desk, usize) -> String);

fn kinds() -> Vec<Kind> {
    const OPEN: &str = "status=New,Open,In+Progress,Dispatched";
    let kind = |name: &str, query: fn(&Desk, usize) -> String| (name.to_owned(), query);
    let mut kinds = vec![
        kind("open queue, first page", |_, _| OPEN.to_owned()),
        kind("status and priority", |_, _| "status=Open,New&priority=Urgent".to_owned()),
        kind("closed and low priority", |_, _| "status=Closed&priority=Low".to_owned()),
        kind("issue type in a week", |desk, round| {
            let day: jiff::civil::Date = text(known(desk, round), "createdAt")[..10].parse().unwrap();
            let to = day.saturating_add(jiff::Span::new().days(6));
            format!("issueType=Incorrect+Bill&createdFrom={day}&createdTo={to}")
        }),
        kind("a technician's", |desk, round| format!("assignedTo={}", turn(&desk.technicians, round))),
        kind("nobody's, of the open queue", |_, _| format!("{OPEN}&assignedTo=none")),
    ];
    let sorts: [Kind; 10] = [
        kind("sort updatedAt desc", |_, _| "sort=updatedAt&order=desc".to_owned()),
        kind("sort updatedAt asc", |_, _| "sort=updatedAt&order=asc".to_owned()),
        kind("sort createdAt desc", |_, _| "sort=createdAt&order=desc".to_owned()),
        kind("sort createdAt asc", |_, _| "sort=createdAt&order=asc".to_owned()),
        kind("sort ticketRef desc", |_, _| "sort=ticketRef&order=desc".to_owned()),
        kind("sort ticketRef asc", |_, _| "sort=ticketRef&order=asc".to_owned()),
        kind("sort status desc", |_, _| "sort=status&order=desc".to_owned()),
        kind("sort status asc", |_, _| "sort=status&order=asc".to_owned()),
        kind("sort priority desc", |_, _| "sort=priority&order=desc".to_owned()),
        kind("sort priority asc", |_, _| "sort=priority&order=asc".to_owned()),
    ];
    kinds.extend(sorts);
    kinds.extend([
        kind("open queue by priority", |_, _| format!("{OPEN}&sort=priority&order=desc")),
        kind("cursor, in the middle of a walk", |desk, round| turn(&desk.cursors, round).clone()),
        kind("q: start of a name", |desk, round| {
            let name = text(known(desk, round), "clientName");
            search(&name.split(' ').next_back().unwrap().chars().take(4).collect::<String>())
        }),
        kind("q: last 4 digits of a phone", |desk, round| search(tail(known(desk, round), "clientPhone"))),
        kind("q: whole phone", |desk, round| search(text(known(desk, round), "clientPhone"))),
        kind("q: whole reference", |desk, round| search(text(known(desk, round), "ticketRef"))),
        kind("q: last 4 of a reference", |desk, round| search(tail(known(desk, round), "ticketRef"))),
        kind("q: a word of one ticket", |desk, round| search(turn::<String>(&desk.serials, round))),
        kind("q: a rare word", |_, round| search(["harmonium", "telescope", "kiln", "ombudsman"][round % 4])),
        kind("q: a common word", |_, round| search(["paid", "router", "bill", "suspended"][round % 4])),
        kind("q: a common word, open", |_, round| {
            format!("{OPEN}&{}", search(["paid", "router", "bill", "suspended"][round % 4]))
        }),
        kind("q: two common words", |_, round| search(["router bill", "paid account", "bank paid"][round % 3])),
        kind("q: a common and a rare word", |_, round| search(["bill kiln", "paid harmonium"][round % 2])),
        kind("q: no such word", |_, _| search("zyzzyva")),
    ]);
    kinds
}

fn known(desk: &Desk, round: usize) -> &Value {
    turn(&desk.known, round * 13)
}

/// One after the other.
fn turn<T>(all: &[T], round: usize) -> &T {
    &all[round % all.len()]
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap()
}

fn tail<'a>(value: &'a Value, field: &str) -> &'a str {
    let whole = text(value, field);
    &whole[whole.len() - 4..]
}

fn search(q: &str) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish()
}

async fn measure(desks: &[Desk], rounds: usize, only: &str) {
    let mut head = "\n| request |".to_owned();
    let mut line = "|---|".to_owned();
    for desk in desks {
        write!(head, " {} tickets: p50, p99 in ms | ratio | found |", desk.tickets).unwrap();
        line.push_str("---|---|---|");
    }
    println!("{head}\n{line}");
    for (name, query) in kinds().into_iter().filter(|(name, _)| name.contains(only)) {
        let mut times = vec![Vec::new(); desks.len()];
        for round in 0..rounds + 3 {
            for (desk, times) in desks.iter().zip(&mut times) {
                if times.iter().sum::<f64>() > BUDGET {
                    continue;
                }
                let query = query(desk, round);
                let began = Instant::now();
                let body = desk.get(&query).await;
                // The first ones prepare statements.
                if round >= 3 {
                    times.push(began.elapsed().as_secs_f64());
                }
                drop(body);
            }
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
        let mut row = format!("| {name} |");
        let first = quantile(&mut times[0], 0.5);
        for (desk, times) in desks.iter().zip(&mut times) {
            let (half, most) = (quantile(times, 0.5), quantile(times, 0.99));
            let found = desk.json(&query(desk, 0)).await;
            let more = if found["totalIsExact"] == false { "+" } else { "" };
            write!(row, " {:.2}, {:.2} | {:.1} | {}{more} |", half * 1e3, most * 1e3, half / first, found["total"])
                .unwrap();
        }
        println!("{row}");
    }
}
