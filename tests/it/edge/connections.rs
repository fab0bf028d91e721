//! Connections that take more than their share.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, routing::get};
use futures_util::stream;
use redress::web::server::{self, Limits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};

async fn server(router: Router, limits: Limits) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(server::serve(listener, router, limits, stopped));
    (address, stop)
}

/// Tells when an answer is given up.
struct Told(mpsc::UnboundedSender<()>);

impl Drop for Told {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

#[tokio::test]
async fn who_asks_and_never_reads_is_closed_and_what_they_asked_for_is_dropped() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let endless = move || {
        let told = Told(tell.clone());
        let body = stream::unfold(told, |told| async { Some((Ok::<_, Infallible>(vec![b'x'; 65_536]), told)) });
        async { Body::from_stream(body) }
    };
    let limits = Limits { stalled: Duration::from_millis(100), ..Limits::default() };
    let (address, _stop) = server(Router::new().route("/", get(endless)), limits).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // Nothing is read until then.
    told.recv().await.unwrap();
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    assert!(all.starts_with(b"HTTP/1.1 200"), "it was answered, and cut");
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/// A connection that has been answered once and stays open, or nothing if it was refused.
async fn guest(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(REQUEST).await.ok()?;
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.ok()?;
    assert_eq!(&first, b"HTTP/1.1 200");
    Some(stream)
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_a_trusted_proxy_any_number() {
    let router = || Router::new().route("/", get(|| async { "here" }));
    let limits = Limits { per_address: 3, ..Limits::default() };
    let (address, _stop) = server(router(), limits.clone()).await;
    let mut guests = Vec::new();
    for _ in 0..3 {
        guests.push(guest(address).await.unwrap());
    }
    assert!(guest(address).await.is_none(), "a fourth is closed");
    guests.pop();
    // The server notices that one has gone in its own time.
    while guest(address).await.is_none() {
        tokio::task::yield_now().await;
    }
    let shared = Limits { shared: vec!["127.0.0.0/8".parse().unwrap()], ..limits };
    let (address, _stop) = server(router(), shared).await;
    let mut guests = Vec::new();
    for _ in 0..9 {
        guests.push(guest(address).await.unwrap());
    }
}
