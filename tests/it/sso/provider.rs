//! A provider that is slow, or too large, or leads elsewhere.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{refusal, settings};
use crate::support::{Browser, TestApp};

/// A desk whose provider answers each request with these bytes and then keeps the connection.
async fn desk(answer: Vec<u8>) -> TestApp {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(&answer).await;
            kept.push(stream);
        }
    });
    let app = TestApp::with(&settings(&issuer, &[])).await;
    app.admin().await;
    app
}

#[tokio::test]
async fn nobody_waits_for_a_provider_that_says_nothing() {
    let app = desk(Vec::new()).await;
    let browser = Browser::new(&app.base);
    let (start, page) = tokio::join!(browser.open("/auth/start"), browser.open("/login"));
    assert_eq!(refusal(&start), "unreachable");
    assert!(page.status == 200 && page.has("#password"));
}

#[tokio::test]
async fn more_than_fits_is_not_read_and_nobody_is_followed_elsewhere() {
    let mut endless = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n".to_vec();
    endless.resize(600 * 1024, b' ');
    let elsewhere = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec();
    for answer in [endless, elsewhere] {
        let app = desk(answer).await;
        assert_eq!(refusal(&Browser::new(&app.base).open("/auth/start").await), "unreachable");
    }
}
