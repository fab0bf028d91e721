//! What holds for every page and every call.

use std::time::Duration;

use redress::{
    staff::Role,
    web::server::{self, Limits},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::support::TestApp;

const LIMIT: Duration = Duration::from_millis(500);

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
    let patient = Duration::from_hours(1);
    let (address, _stop, _) = server(Limits { head: patient, connections: 1, ..Limits::default() }).await;
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
    let (address, stop, task) = server(Limits { head: Duration::from_hours(1), ..Limits::default() }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stream.readable().await.unwrap();
    stop.send_replace(true);
    assert!(rest(stream).await.contains("200 OK"));
    task.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "no new ones");
}

#[tokio::test]
async fn a_token_may_be_used_from_any_site_and_a_cookie_only_from_our_own() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let browser = app.caller("Dev Anand", Role::Admin).await;
    let login = app.anonymous().http.post(format!("{}/login", app.base));
    let signed_in =
        login.form(&[("email", "dev.anand@isp.example"), ("password", crate::support::PASSWORD)]).send().await.unwrap();
    let cookie = signed_in.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();

    let from_afar = |caller: &crate::support::Caller| {
        let request = caller.request("POST", "/api/auth/logout");
        request.header("origin", "https://elsewhere.example").header("sec-fetch-site", "cross-site")
    };
    let nobody = app.anonymous();
    let refused = nobody.send(from_afar(&nobody).header("cookie", &cookie)).await;
    assert_eq!((refused.status, refused.header("content-type")), (403, "application/problem+json"));
    let bogus = nobody.with_token("rdr_00");
    assert_eq!(bogus.send(from_afar(&bogus).header("cookie", &cookie)).await.status, 401, "the cookie is no help");
    let basic = from_afar(&nobody).header("cookie", &cookie).header("authorization", "Basic eDp5");
    assert_eq!(nobody.send(basic).await.status, 403);
    let page = app.anonymous().with_token("rdr_00");
    let page =
        page.request("POST", "/account/preferences").header("sec-fetch-site", "cross-site").header("cookie", &cookie);
    let page = nobody.send(page).await;
    assert_eq!((page.status, page.header("content-type")), (403, "text/html; charset=utf-8"), "a page's door");

    let me = nobody.request("GET", "/api/auth/me").header("cookie", &cookie);
    assert_eq!(nobody.send(me).await.status, 200, "the session has outlived all that");
    assert_eq!(admin.send(from_afar(&admin)).await.status, 204);
    assert_eq!(browser.get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn without_a_user_the_docs_lead_to_the_set_up_and_the_document_stays_open() {
    let app = TestApp::start().await;
    let nobody = app.anonymous();
    let page = nobody.get("/api/docs").await;
    assert_eq!((page.status, page.header("location")), (303, "/setup"));
    assert_eq!(nobody.get("/api/openapi.json").await.status, 200);
    app.technician("Tomasz").await;
    assert_eq!(nobody.get("/api/docs").await.status, 200);
}

#[tokio::test]
async fn the_settings_say_whose_word_about_the_sender_counts() {
    let peer = Some("127.0.0.1".parse().unwrap());
    let headers = [("x-forwarded-for".parse().unwrap(), "198.51.100.7".parse().unwrap())].into_iter().collect();
    let public = ("public_url", "https://desk.example");
    for (settings, want) in [
        (&[][..], Some("127.0.0.1")),
        (&[public][..], None),
        (&[public, ("trusted_proxies", "127.0.0.0/8")][..], Some("198.51.100.7")),
    ] {
        let app = TestApp::with(settings).await;
        let sender = app.app.staff.proxies.sender(peer, &headers);
        assert_eq!(sender.map(|ip| ip.to_string()).as_deref(), want, "{settings:?}");
    }
}

#[tokio::test]
async fn a_log_in_over_the_wire_counts_against_its_address() {
    let app = TestApp::start().await;
    let body = json!({"email": "nobody@isp.example", "password": "not the password"});
    assert_eq!(app.anonymous().post("/api/auth/login", &body).await.status, 401);
    let subjects = app.app.db.read(|tx| {
        let rows = tx.query("SELECT subject FROM login_attempts", redress::db::params![])?;
        Ok::<_, redress::db::DbError>(rows.len())
    });
    assert_eq!(subjects.await.unwrap(), 2, "the account and the address");
}

#[tokio::test]
async fn gateways_call_from_where_they_are_and_nobody_else_does() {
    for (from, trusted, forwarded, status) in [
        ("", "", "", 200),
        // A proxy on this machine that is not trusted may speak for anybody.
        ("127.0.0.1", "", "10.1.2.3", 403),
        ("127.0.0.1", "", "", 200),
        ("10.0.0.0/8,192.0.2.7", "", "", 403),
        // A proxy that is not trusted says nothing of who calls.
        ("10.0.0.0/8", "", "10.1.2.3", 403),
        ("10.0.0.0/8", "127.0.0.1", "10.1.2.3", 200),
        ("10.0.0.0/8", "127.0.0.1", "10.1.2.3, 192.0.2.8", 403),
    ] {
        let public = ("public_url", "https://desk.example");
        let set = [("hooks_from", from), ("trusted_proxies", trusted), public];
        let set: Vec<(&str, &str)> = set.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        let app = TestApp::with(&set).await;
        app.admin().await;
        let secret = app.app.hook_secret();
        let url = format!("{}/hooks/sms/kannel/inbound?from=%2B447700900142&text=HELP&secret={secret}", app.base);
        let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap();
        let mut call = client.get(&url);
        if !forwarded.is_empty() {
            call = call.header("x-forwarded-for", forwarded);
        }
        assert_eq!(call.send().await.unwrap().status(), status, "{from} {trusted} {forwarded}");
        assert_eq!(reqwest::get(format!("{}/healthz", app.base)).await.unwrap().status(), 200, "all else is as it was");
    }
}
