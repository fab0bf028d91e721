//! An HTTP server that keeps what it is sent and answers as it is told.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use tokio::net::TcpListener;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Heard {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// What it says: status, one more header, body.
pub type Answer = (u16, Option<(&'static str, String)>, String);

#[derive(Clone)]
pub struct Recorder {
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    usual: Arc<Mutex<Answer>>,
}

impl Recorder {
    /// Gives this answer whenever it has been told no other.
    pub async fn start(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let recorder = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            heard: Arc::default(),
            answers: Arc::default(),
            usual: Arc::new(Mutex::new((status, None, body.to_owned()))),
        };
        let router = Router::new().fallback(answer).with_state(recorder.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        recorder
    }

    /// The next answer.
    pub fn next(&self, status: u16, body: &str) {
        self.answers.lock().unwrap().push_back((status, None, body.to_owned()));
    }

    /// The next answer, with a header.
    pub fn next_with(&self, status: u16, header: (&'static str, &str), body: &str) {
        self.answers.lock().unwrap().push_back((status, Some((header.0, header.1.to_owned())), body.to_owned()));
    }

    /// The answer from now on.
    pub fn always(&self, status: u16, body: &str) {
        *self.usual.lock().unwrap() = (status, None, body.to_owned());
    }

    /// What has come so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

async fn answer(
    State(recorder): State<Recorder>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let body = String::from_utf8(body.to_vec()).unwrap();
    recorder.heard.lock().unwrap().push(Heard { method, path, headers, body });
    let next = recorder.answers.lock().unwrap().pop_front();
    let (status, header, body) = next.unwrap_or_else(|| recorder.usual.lock().unwrap().clone());
    let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
    if let Some((name, value)) = header {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
