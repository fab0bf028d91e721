//! People at the desk, each waiting for one answer before the next request, behind a load balancer that sends a request
//! to the next node when one does not take it.

use std::{
    fmt::Write as _,
    io,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::support::{
    figures::quantile,
    load::{Connection, get, post, ticket},
};

/// No answer takes longer than the server's own limit.
const PATIENCE: Duration = Duration::from_secs(32);
/// How long a node that could not be reached is left alone.
const DOWN: Duration = Duration::from_secs(1);
/// Before a refused request is sent again.
const PAUSE: Duration = Duration::from_millis(50);
/// What is told of as an outage: so long without any request of that kind that went well.
const OUTAGE: f64 = 0.25;

/// What became of requests. Times are seconds since the beginning.
#[derive(Default)]
pub struct Record {
    /// Key, id and reference of each ticket that was acknowledged.
    pub tickets: Vec<(String, String, String)>,
    pub notes: usize,
    reads: usize,
    /// When a write, and when a read, went well.
    written: Vec<f64>,
    read: Vec<f64>,
    refused: Vec<(f64, Refusal)>,
    /// From the first try to the acknowledgement.
    waits: Vec<f64>,
    /// Acknowledged by a later try.
    insisted: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// Nobody listens there.
    Unreachable,
    /// The connection broke before the answer.
    Cut,
    /// No answer in time.
    Silent,
    Status(u16),
}

impl Record {
    pub fn add(&mut self, mut other: Self) {
        self.tickets.append(&mut other.tickets);
        self.written.append(&mut other.written);
        self.read.append(&mut other.read);
        self.refused.append(&mut other.refused);
        self.waits.append(&mut other.waits);
        self.notes += other.notes;
        self.reads += other.reads;
        self.insisted += other.insisted;
    }

    pub fn print(&self, whole: Duration) {
        let (tickets, mut waits) = (self.tickets.len(), self.waits.clone());
        println!(
            "Acknowledged: {tickets} tickets ({:.0}/s), {} notes; {} reads. {} writes by a later try.",
            tickets as f64 / whole.as_secs_f64(),
            self.notes,
            self.reads,
            self.insisted,
        );
        let most = quantile(&mut waits, 1.0);
        let [p50, p99] = [0.5, 0.99].map(|at| quantile(&mut waits, at) * 1e3);
        println!("Waited for a write: p50 {p50:.0} ms, p99 {p99:.0} ms, longest {most:.1} s");
        println!("Without a write:{}", outages(&self.written));
        println!("Without a read: {}", outages(&self.read));
        let mut kinds: Vec<(Refusal, usize, f64, f64)> = Vec::new();
        for (at, refusal) in &self.refused {
            match kinds.iter_mut().find(|kind| kind.0 == *refusal) {
                Some(kind) => *kind = (kind.0, kind.1 + 1, kind.2.min(*at), kind.3.max(*at)),
                None => kinds.push((*refusal, 1, *at, *at)),
            }
        }
        println!("Requests refused: {}", self.refused.len());
        for (refusal, count, first, last) in kinds {
            let name = match refusal {
                Refusal::Unreachable => "node not reached".to_owned(),
                Refusal::Cut => "connection cut".to_owned(),
                Refusal::Silent => "no answer".to_owned(),
                Refusal::Status(status) => format!("answered {status}"),
            };
            println!("  {count:>5} {name}, from {first:.1} s to {last:.1} s");
        }
    }
}

/// The stretches in which nothing went well.
fn outages(times: &[f64]) -> String {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    let mut told = String::new();
    for pair in times.windows(2).filter(|pair| pair[1] - pair[0] > OUTAGE) {
        write!(told, " {:.2} s from {:.1} s on;", pair[1] - pair[0], pair[0]).unwrap();
    }
    if told.is_empty() { format!(" never more than {OUTAGE} s") } else { told }
}

pub struct Client {
    number: u64,
    /// Each with the time until which it is left alone.
    nodes: Vec<(Connection, Instant)>,
    turn: usize,
    token: String,
    began: Instant,
    record: Record,
}

impl Client {
    pub fn new(number: u64, bases: &[String], token: &str, began: Instant) -> Self {
        let nodes = bases.iter().map(|base| (Connection::new(base), began)).collect();
        Self { number, nodes, turn: number as usize, token: token.to_owned(), began, record: Record::default() }
    }

    /// Logs tickets until `end`, reads each second one, and adds a note to each fourth. What is begun is insisted upon.
    pub async fn work(mut self, end: Instant) -> Record {
        for n in 0.. {
            if Instant::now() >= end {
                break;
            }
            let key = format!("LF-{}-{n}", self.number);
            let headers = format!("Idempotency-Key: {key}\r\n");
            let body = ticket(self.number * 1_000 + n, &key);
            let request = post("/api/tickets", &self.token, &headers, &body);
            let made: Value = serde_json::from_slice(&self.write(&request).await).unwrap();
            let text = |field: &str| made[field].as_str().unwrap().to_owned();
            self.record.tickets.push((key.clone(), text("id"), text("ticketRef")));
            if n % 2 == 0 {
                let request = get(&format!("/api/tickets/{}", text("id")), &self.token);
                self.insist(&request, 200).await;
                self.record.reads += 1;
                self.record.read.push(self.began.elapsed().as_secs_f64());
            }
            if n % 4 == 0 {
                let path = format!("/api/tickets/{}/notes", text("id"));
                let headers = format!("Idempotency-Key: note-{key}\r\n");
                let request = post(&path, &self.token, &headers, r#"{"content": "Asked for the November bill."}"#);
                self.write(&request).await;
                self.record.notes += 1;
            }
        }
        self.record
    }

    async fn write(&mut self, request: &[u8]) -> Vec<u8> {
        let (began, before) = (Instant::now(), self.record.refused.len());
        let body = self.insist(request, 201).await;
        self.record.waits.push(began.elapsed().as_secs_f64());
        self.record.written.push(self.began.elapsed().as_secs_f64());
        self.record.insisted += usize::from(self.record.refused.len() > before);
        body
    }

    /// Sends a request to one node after the other until one gives the wanted answer.
    async fn insist(&mut self, request: &[u8], wanted: u16) -> Vec<u8> {
        loop {
            let Some(node) = self.next().await else { continue };
            let (connection, down) = &mut self.nodes[node];
            let refusal = match timeout(PATIENCE, connection.send(request)).await {
                Ok(Ok((status, body))) if status == wanted => return body.to_vec(),
                Ok(Ok((status @ 500.., _))) => Refusal::Status(status),
                Ok(Ok((status, body))) => panic!("answered {status}: {}", String::from_utf8_lossy(body)),
                Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Refusal::Unreachable,
                Ok(Err(_)) => Refusal::Cut,
                Err(_) => Refusal::Silent,
            };
            if refusal == Refusal::Unreachable {
                *down = Instant::now() + DOWN;
            }
            self.record.refused.push((self.began.elapsed().as_secs_f64(), refusal));
            if matches!(refusal, Refusal::Status(_)) {
                sleep(PAUSE).await;
            }
        }
    }

    /// The node whose turn it is among those that are up.
    async fn next(&mut self) -> Option<usize> {
        let now = Instant::now();
        for _ in 0..self.nodes.len() {
            self.turn = (self.turn + 1) % self.nodes.len();
            if self.nodes[self.turn].1 <= now {
                return Some(self.turn);
            }
        }
        sleep(PAUSE).await;
        None
    }
}
