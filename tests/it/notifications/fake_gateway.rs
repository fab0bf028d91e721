//! A gateway on a raw TCP socket that does as it is told, one act for each request.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore},
};

/// What it does with a request.
#[derive(Clone)]
pub enum Act {
    /// Answers.
    Answer(u16, &'static str),
    /// Closes the connection without a word.
    Cut,
    /// Sends half of an answer's head, then resets the connection.
    Reset,
    /// Says nothing until the test is over.
    Hang,
    /// Waits for a permit, then answers.
    WhenTold(Arc<Semaphore>, u16),
}

/// The accepting answer of Kannel.
pub const ACCEPT: Act = Act::Answer(202, "0: Accepted for delivery");

/// The fields of a request's query.
pub type Request = HashMap<String, String>;

/// The gateway. It accepts everything once its script is over.
pub struct FakeGateway {
    pub url: String,
    script: Arc<Mutex<VecDeque<Act>>>,
    requests: Arc<Mutex<Vec<Request>>>,
    arrived: Arc<Notify>,
    away: Arc<AtomicBool>,
}

impl FakeGateway {
    pub async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self {
            url: format!("http://{}/cgi-bin/sendsms", listener.local_addr().unwrap()),
            script: Arc::new(Mutex::new(acts.into_iter().collect())),
            requests: Arc::default(),
            arrived: Arc::default(),
            away: Arc::default(),
        };
        let away = gateway.away.clone();
        let (script, requests, arrived) = (gateway.script.clone(), gateway.requests.clone(), gateway.arrived.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), requests.clone(), arrived.clone(), away.clone()));
            }
        });
        gateway
    }

    /// Whether it answers everything with 503 from here on.
    pub fn away(&self, away: bool) {
        self.away.store(away, Ordering::Relaxed);
    }

    /// The requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until this many requests have arrived.
    pub async fn arrived(&self, count: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.requests.lock().unwrap().len() >= count {
                return;
            }
            arrived.await;
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Arc<Mutex<VecDeque<Act>>>,
    requests: Arc<Mutex<Vec<Request>>>,
    arrived: Arc<Notify>,
    away: Arc<AtomicBool>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    assert!(head.starts_with("GET /cgi-bin/sendsms?"), "{head}");
    let query = head.split([' ', '?']).nth(2).unwrap();
    let request = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let act = script.lock().unwrap().pop_front().unwrap_or(ACCEPT);
    let act = if away.load(Ordering::Relaxed) { Act::Answer(503, "Temporal failure") } else { act };
    requests.lock().unwrap().push(request);
    arrived.notify_waiters();
    match act {
        Act::Answer(status, body) => answer(&mut stream, status, body).await,
        Act::Cut => {}
        Act::Reset => {
            stream.write_all(b"HTTP/1.1 20").await.unwrap();
            stream.set_zero_linger().unwrap();
        }
        Act::Hang => std::future::pending().await,
        Act::WhenTold(told, status) => {
            told.acquire().await.unwrap().forget();
            answer(&mut stream, status, "").await;
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, body: &str) {
    let answer = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // The other side may have given up.
    drop(stream.write_all(answer.as_bytes()).await);
}
