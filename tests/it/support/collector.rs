//! A collector of traces that keeps what it is sent, on a thread of its own, so that it hears whoever is about to stop.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, routing::post};
use redress::web::server::{self, Limits};
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch};

/// It ends when it is dropped.
pub struct Collector {
    pub url: String,
    bodies: Arc<Mutex<Vec<Bytes>>>,
    _stop: watch::Sender<bool>,
}

impl Collector {
    pub fn start() -> Self {
        let bodies = Arc::<Mutex<Vec<Bytes>>>::default();
        let (stop, stopped) = watch::channel(false);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
        let kept = bodies.clone();
        let keep = move |body: Bytes| async move { kept.lock().unwrap().push(body) };
        let router = Router::new().route("/v1/traces", post(keep));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                server::serve(listener, router, Limits::default(), stopped).await;
            });
        });
        Self { url, bodies, _stop: stop }
    }

    /// All that it was sent, word for word.
    pub fn bodies(&self) -> Vec<Bytes> {
        self.bodies.lock().unwrap().clone()
    }

    /// Whom spans are of, as attributes by name, and the spans.
    pub fn spans(&self) -> Vec<(Value, Value)> {
        let mut all = Vec::new();
        for body in self.bodies() {
            let body: Value = serde_json::from_slice(&body).unwrap();
            let [of] = &body["resourceSpans"].as_array().unwrap()[..] else { panic!("{body}") };
            let service = attributes(&of["resource"]);
            let spans = of["scopeSpans"][0]["spans"].as_array().unwrap().clone();
            all.extend(spans.into_iter().map(|span| (service.clone(), span)));
        }
        all
    }
}

/// The attributes of a span or a resource, by name.
pub fn attributes(of: &Value) -> Value {
    let pair = |one: &Value| {
        let value = &one["value"];
        let number = value["intValue"].as_str().map(|text| Value::from(text.parse::<i64>().unwrap()));
        (one["key"].as_str().unwrap().to_owned(), number.unwrap_or_else(|| value["stringValue"].clone()))
    };
    of["attributes"].as_array().unwrap().iter().map(pair).collect::<serde_json::Map<_, _>>().into()
}
