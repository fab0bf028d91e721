//! An HTTP server on a raw TCP socket that keeps what it is asked, and answers, or misbehaves, as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What it does with a request.
#[derive(Clone)]
pub enum Act {
    /// Answers with this status, these header lines and this body.
    Answer(u16, &'static str, String),
    /// Closes the connection without a word.
    Cut,
    /// Sends the head of a good answer and half of its body, then resets the connection.
    Reset(&'static str),
    /// Sends the head of a good answer, then its body a byte at a time, and never all of it.
    Drip(&'static str),
    /// Says nothing until the test is over.
    Hang,
}

/// An answer without headers of its own.
pub fn answer(status: u16, body: &str) -> Act {
    Act::Answer(status, "", body.to_owned())
}

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// Path and query, as they came.
    pub path: String,
    head: String,
    pub body: String,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A field of the form in its body.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut fields = form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }
}

/// What it does with each request.
type Script = Arc<dyn Fn(&Asked) -> Act + Send + Sync>;

/// The server. Once its script is over it repeats the last act.
pub struct FakeHttp {
    pub url: String,
    script: Script,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl FakeHttp {
    pub async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let acts = Mutex::new(acts.into_iter().collect::<VecDeque<Act>>());
        Self::answering(move |_| {
            let mut acts = acts.lock().unwrap();
            let act = if acts.len() > 1 { acts.pop_front() } else { acts.front().cloned() };
            act.unwrap()
        })
        .await
    }

    /// Does with each request what this says.
    pub async fn answering(script: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            script: Arc::new(script),
            asked: Arc::default(),
        };
        let (script, asked) = (server.script.clone(), server.asked.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), asked.clone()));
            }
        });
        server
    }

    /// What it was asked so far, in the order of arrival.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The one request that there was.
    pub fn only(&self) -> Asked {
        let mut asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }
}

async fn serve(mut stream: TcpStream, script: Script, asked: Arc<Mutex<Vec<Asked>>>) {
    let Some(request) = read(&mut stream).await else { return };
    let act = script(&request);
    asked.lock().unwrap().push(request);
    // The other side may have given up, so that no write is sure to work.
    match act {
        Act::Answer(status, headers, body) => {
            drop(stream.write_all(format!("{}{headers}\r\n{body}", head(status, body.len())).as_bytes()).await);
        }
        Act::Cut => {}
        Act::Reset(body) => {
            let half = &body[..body.len() / 2];
            drop(stream.write_all(format!("{}\r\n{half}", head(200, body.len())).as_bytes()).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.set_zero_linger().unwrap();
        }
        Act::Drip(body) => {
            drop(stream.write_all(format!("{}\r\n", head(200, 10_000)).as_bytes()).await);
            for byte in body.bytes().chain(std::iter::repeat(b' ')) {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
        Act::Hang => std::future::pending().await,
    }
}

fn head(status: u16, length: usize) -> String {
    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n")
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut first = head.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let mut asked = Asked { method, path, head, body: String::new() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    asked.body = String::from_utf8(body).unwrap();
    Some(asked)
}
