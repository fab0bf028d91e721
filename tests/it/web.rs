//! What holds for every page and every call.

use std::time::Duration;

use redress::web::server::{self, Limits};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

const LIMIT: Duration = Duration::from_millis(50);

/// A server with a route that shows the caller's address, and what stops it.
async fn server(limits: Limits) -> (std::net::SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    use axum::extract::ConnectInfo;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let show = |ConnectInfo(peer): ConnectInfo<std::net::SocketAddr>| async move { peer.to_string() };
    let router = axum::Router::new().route("/", axum::routing::get(show));
    let (stop, stopped) = watch::channel(false);
    (address, stop, tokio::spawn(server::serve(listener, router, limits, stopped)))
}

/// What comes until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn connections_that_dawdle_are_closed_whatever_they_have_sent() {
    let (address, _stop, _) = server(Limits { head: LIMIT, ..Limits::default() }).await;
    for sent in ["", "GET / HTTP/1.1\r\nHost: x\r\nX-Half: "] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        assert!(!rest(stream).await.contains("200 OK"), "{sent}");
    }
    let mut stream = TcpStream::connect(address).await.unwrap();
    let own = stream.local_addr().unwrap().to_string();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with(&own), "{answer}");
}

#[tokio::test]
async fn more_connections_than_there_are_slots_wait_their_turn() {
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let patient = Duration::from_secs(3600);
    let (address, _stop, _) = server(Limits { head: patient, connections: 1 }).await;
    let idle = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    // Time enough for another server to answer others.
    let (elsewhere, _stop, _) = server(Limits::default()).await;
    for _ in 0..5 {
        let mut third = TcpStream::connect(elsewhere).await.unwrap();
        third.write_all(REQUEST).await.unwrap();
        assert!(rest(third).await.contains("200 OK"));
    }
    let early = second.try_read(&mut [0]).unwrap_err();
    assert_eq!(early.kind(), std::io::ErrorKind::WouldBlock, "the first one holds the slot");
    drop(idle);
    assert!(rest(second).await.contains("200 OK"));
}

#[tokio::test]
async fn a_stop_closes_idle_connections_and_ends() {
    let (address, stop, task) = server(Limits { head: Duration::from_secs(3600), ..Limits::default() }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stream.readable().await.unwrap();
    stop.send_replace(true);
    assert!(rest(stream).await.contains("200 OK"));
    task.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "no new ones");
}
