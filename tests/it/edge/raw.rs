//! Bytes that no browser sends: what is ambiguous is refused, and never read as two requests (RFC 9112, section 11.2).

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::TestApp;

/// What comes back until the server closes, which it has to.
async fn exchange(app: &TestApp, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.base.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(sent).await.unwrap();
    let mut text = Vec::new();
    // Bytes that were never read make it end by a reset.
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test]
async fn an_ambiguous_request_is_one_answer_and_the_end() {
    let app = TestApp::start().await;
    app.admin().await;
    let post = |headers: &str, body: &str| format!("POST /login HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n{body}");
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for (what, sent) in [
        ("two lengths", post("Content-Length: 0\r\nContent-Length: 37", hidden)),
        ("two lengths in one", post("Content-Length: 0, 37", hidden)),
        ("a signed length", post("Content-Length: +0", hidden)),
        ("a length in hexadecimal", post("Content-Length: 0x25", hidden)),
        ("an unknown coding", post("Transfer-Encoding: xchunked", hidden)),
        ("chunked is not last", post("Transfer-Encoding: chunked, identity", hidden)),
        ("white space before the colon", post("Content-Length : 37", hidden)),
        ("a folded line", post("Content-Length:\r\n 37", hidden)),
        ("a line end inside of a value", post("X: a\rContent-Length: 37", hidden)),
        ("a null byte", post("X: a\0b", hidden)),
        ("chunked in HTTP/1.0", post("Transfer-Encoding: chunked", "0\r\n\r\n").replace("HTTP/1.1", "HTTP/1.0")),
        ("no chunk at all", post("Transfer-Encoding: chunked", &format!("zz\r\n{hidden}"))),
        ("a chunk's length with a bare line feed", post("Transfer-Encoding: chunked", &format!("0\n\n{hidden}"))),
        ("a chunk longer than it says", post("Transfer-Encoding: chunked", &format!("1\r\nabc\r\n0\r\n\r\n{hidden}"))),
        ("a line of no request", format!("GARBAGE\r\n\r\n{hidden}")),
    ] {
        let answer = exchange(&app, sent.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.0 4"), "{what}: {answer}");
        assert!(!answer.contains("\r\nok\n") && answer.matches("HTTP/1.").count() == 1, "{what}: {answer}");
    }
}

#[tokio::test]
async fn of_both_lengths_the_coding_counts_and_the_connection_ends() {
    let app = TestApp::start().await;
    app.admin().await;
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for headers in
        ["Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 400"]
    {
        let sent = format!("POST /login HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n0\r\n\r\n{hidden}");
        let answer = exchange(&app, sent.as_bytes()).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{headers}: {answer}");
        assert!(answer.to_lowercase().contains("connection: close") && !answer.contains("\r\nok\n"), "{answer}");
    }
}

#[tokio::test]
async fn heads_without_measure_are_refused() {
    let app = TestApp::start().await;
    let many = (0..500).fold(String::new(), |text, n| format!("{text}X-{n}: y\r\n"));
    for (sent, status) in [
        (format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n"), "431"),
        (format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(600_000)), "431"),
        (format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "y".repeat(70_000)), "414"),
    ] {
        let answer = exchange(&app, sent.as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")), "{status}: {answer}");
    }
}
