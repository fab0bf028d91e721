//! Load over HTTP. It shares the cores with the server, so that what it takes is missing there: it speaks HTTP/1.1 by
//! hand, and its clients are tasks of one thread.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// A connection that is kept, and made anew after a fault.
pub struct Connection {
    host: String,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
}

impl Connection {
    /// To `base`, as `http://127.0.0.1:8080`, once it is needed.
    pub fn new(base: &str) -> Self {
        let host = base.trim_start_matches("http://").to_owned();
        Self { host, stream: None, answer: Vec::with_capacity(8 * 1024) }
    }

    /// Sends a request, waits for the whole answer, and gives its status and body.
    pub async fn send(&mut self, request: &[u8]) -> io::Result<(u16, &[u8])> {
        // Gone unless all goes well, also when this is broken off.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(&self.host).await?,
        };
        stream.set_nodelay(true)?;
        stream.write_all(request).await?;
        self.answer.clear();
        let body = loop {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(body) = body(&self.answer) {
                break body;
            }
        };
        self.stream = Some(stream);
        let status = std::str::from_utf8(&self.answer[9..12]).ok().and_then(|status| status.parse().ok());
        Ok((status.ok_or(io::ErrorKind::InvalidData)?, &self.answer[body..]))
    }
}

/// Where the body begins, once an answer that tells its length is there to its end.
fn body(answer: &[u8]) -> Option<usize> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    (answer.len() == end + length.parse::<usize>().unwrap()).then_some(end)
}

pub fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// `headers` are whole lines.
pub fn post(path: &str, token: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n{headers}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Requests that create tickets.
pub fn creations(token: &str, count: u64) -> Arc<[Vec<u8>]> {
    (0..count).map(|place| post("/api/tickets", token, "", &ticket(place, &format!("LF-{place:06}")))).collect()
}

/// A ticket as it is sent.
pub fn ticket(place: u64, account: &str) -> String {
    json!({
        "clientName": format!("{} {}", FIRST[place as usize % FIRST.len()], LAST[place as usize / 7 % LAST.len()]),
        "clientPhone": format!("+44770090{:04}", place % 10_000),
        "clientEmail": format!("client{place}@example.com"),
        "clientAccountId": account,
        "issueType": "Incorrect Bill",
        "description": "Charged for Fibre 500 since October, although the contract is for Fibre 150. \
            Router rental stands twice on the November bill. Wants the difference back before paying.",
    })
    .to_string()
}

const FIRST: [&str; 5] = ["Nadia", "Peter", "Farah", "Callum", "Grace"];
const LAST: [&str; 5] = ["Okonkwo", "Lindqvist", "Siddiqui", "Fraser", "Adeyemi"];

/// Sends all requests from so many clients, which are spread over the servers, and gives the rate and each one's seconds.
/// Every answer has to have this status.
pub fn send_all(bases: &[&str], requests: &Arc<[Vec<u8>]>, clients: usize, status: u16) -> (f64, Vec<f64>) {
    let next = Arc::new(AtomicUsize::new(0));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        let client = |number: usize| {
            let connection = Connection::new(bases[number % bases.len()]);
            tokio::spawn(one_client(connection, Arc::clone(requests), Arc::clone(&next), status))
        };
        let clients: Vec<_> = (0..clients).map(client).collect();
        let mut times = Vec::with_capacity(requests.len());
        for client in clients {
            times.append(&mut client.await.unwrap());
        }
        (requests.len() as f64 / began.elapsed().as_secs_f64(), times)
    })
}

/// One client: takes the next request, sends it, and waits for its answer, until all are taken.
async fn one_client(
    mut connection: Connection,
    requests: Arc<[Vec<u8>]>,
    next: Arc<AtomicUsize>,
    status: u16,
) -> Vec<f64> {
    let mut times = Vec::new();
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        let (answered, body) = connection.send(request).await.unwrap();
        times.push(began.elapsed().as_secs_f64());
        assert_eq!(answered, status, "{}", String::from_utf8_lossy(body));
    }
    times
}
