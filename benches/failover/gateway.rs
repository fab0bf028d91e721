//! A stand-in for Kannel: takes messages, counts them, and reports each as delivered. The reports go to whichever node
//! answers, as through a load balancer, and again for a while when none does, as Kannel does it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{sleep, timeout},
};

use crate::support::load::Connection;

/// Reports on their way at the same time.
const REPORTERS: usize = 8;
/// How often each is tried, and the pause between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(2);

pub struct Gateway {
    pub base: String,
    counts: Arc<Counts>,
    reports: Option<mpsc::UnboundedReceiver<String>>,
}

#[derive(Default)]
struct Counts {
    /// How often a message about each reference came.
    heard: Mutex<HashMap<String, u32>>,
    reported: AtomicUsize,
    given_up: AtomicUsize,
}

impl Gateway {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (report, reports) = mpsc::unbounded_channel();
        let counts = Arc::<Counts>::default();
        let counted = Arc::clone(&counts);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&counted), report.clone()));
            }
        });
        Self { base, counts, reports: Some(reports) }
    }

    /// From now on reports go to these.
    pub fn report_to(&mut self, nodes: &[String]) {
        let reports = Arc::new(tokio::sync::Mutex::new(self.reports.take().unwrap()));
        for number in 0..REPORTERS {
            let (reports, counts) = (Arc::clone(&reports), Arc::clone(&self.counts));
            let mut nodes: Vec<Connection> = nodes.iter().map(|base| Connection::new(base)).collect();
            let first = number % nodes.len();
            nodes.rotate_left(first);
            tokio::spawn(async move {
                loop {
                    let next = reports.lock().await.recv().await;
                    let Some(path) = next else { return };
                    let kept = if report(&mut nodes, &path).await { &counts.reported } else { &counts.given_up };
                    kept.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    }

    /// How often a message about each reference came.
    pub fn heard(&self) -> HashMap<String, u32> {
        self.counts.heard.lock().unwrap().clone()
    }

    /// How many reports were taken, and how many given up.
    pub fn reports(&self) -> (usize, usize) {
        (self.counts.reported.load(Ordering::Relaxed), self.counts.given_up.load(Ordering::Relaxed))
    }
}

/// Takes one message, each of which comes on a connection of its own.
async fn take(mut stream: TcpStream, counts: Arc<Counts>, report: mpsc::UnboundedSender<String>) {
    let mut head = Vec::with_capacity(2048);
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read_buf(&mut head).await, Ok(1..)) {
            return;
        }
    }
    let head = String::from_utf8(head).unwrap();
    let query = head.split([' ', '?']).nth(2).unwrap();
    let mut fields: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let text = &fields["text"];
    let from = text.find("BILL-").unwrap();
    let reference = text[from..].split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap();
    *counts.heard.lock().unwrap().entry(reference.to_owned()).or_default() += 1;
    let body = "0: Accepted for delivery";
    let answer = format!("HTTP/1.1 202 Accepted\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    // Whoever asked may be dead by now; the message has gone all the same.
    let _ = stream.write_all(answer.as_bytes()).await;
    let address = fields.remove("dlr-url").unwrap().replace("%d", "1").replace("%F", "1");
    let path = address.find("/hooks/").map(|at| address[at..].to_owned());
    let _ = report.send(path.unwrap());
}

async fn report(nodes: &mut [Connection], path: &str) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nHost: desk\r\n\r\n");
    for _ in 0..TRIES {
        for node in &mut *nodes {
            if let Ok(Ok((200..=299, _))) = timeout(Duration::from_secs(10), node.send(request.as_bytes())).await {
                return true;
            }
        }
        sleep(PAUSE).await;
    }
    false
}
