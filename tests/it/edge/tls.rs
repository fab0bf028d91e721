//! TLS of our own, through the program itself.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use redress::{
    clock::Clock,
    web::{
        server::{self, Limits},
        tls::{Files, Tls},
    },
};
use rustls::{
    ProtocolVersion,
    version::{TLS12, TLS13},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::certificate::{Pair, ask, connect, shown};
use crate::support::{
    Dir, PASSWORD, eventually,
    process::{Process, add_user, redress, run, run_with},
};

fn port(address: &str) -> u16 {
    address.trim().rsplit(':').next().unwrap().parse().unwrap()
}

fn client(pair: &Pair) -> reqwest::Client {
    let root = reqwest::Certificate::from_der(&pair.der).unwrap();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    client.cookie_store(true).tls_certs_only([root]).build().unwrap()
}

#[tokio::test]
async fn people_come_by_tls_and_all_that_they_are_given_is_for_tls_alone() {
    let dir = Dir::new();
    let pair = Pair::new(&dir, "desk");
    let process = Process::serve(&dir, &pair.settings());
    assert!(process.base.starts_with("https://127.0.0.1:"), "{}", process.base);
    run_with(&dir, &add_user("priya@isp.example", "Priya Raman", "admin"), PASSWORD).done();
    for (version, name) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let mut stream = connect(port(&process.base), &[&pair], &[version]).await.unwrap();
        let connection = stream.get_ref().1;
        assert_eq!((connection.protocol_version(), connection.alpn_protocol()), (Some(name), Some(&b"http/1.1"[..])));
        let head = ask(&mut stream, "/healthz").await;
        assert!(head.starts_with("http/1.1 200"), "{head}");
        assert!(head.contains("strict-transport-security: max-age=63072000; includesubdomains"), "{head}");
    }
    let (base, client) = (format!("https://localhost:{}", port(&process.base)), client(&pair));
    let log_in = client.post(format!("{base}/login")).header("origin", &base);
    let signed_in = log_in.form(&[("email", "priya@isp.example"), ("password", PASSWORD)]).send().await.unwrap();
    assert_eq!(signed_in.status(), 303);
    let session = signed_in.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(session.starts_with("__Host-redress_session="), "{session}");
    let preferences = [("theme", "dark"), ("density", "compact"), ("language", "hi"), ("shortcuts", "off")];
    let mut answers = vec![signed_in];
    for (path, form) in [
        ("/account/preferences", &preferences[..]),
        ("/account/tokens", &[("name", "for a script"), ("scope", "tickets:read"), ("days", "")]),
        ("/logout", &[]),
    ] {
        let sent = client.post(format!("{base}{path}")).header("origin", &base).form(form).send().await.unwrap();
        assert_eq!(sent.status(), 303, "{path}");
        answers.push(sent);
        let page = client.get(format!("{base}/account")).send().await.unwrap();
        assert_eq!(page.status(), if path == "/logout" { 303 } else { 200 }, "{path}");
        answers.push(page);
    }
    let cookies = answers.iter().flat_map(|answer| answer.headers().get_all("set-cookie"));
    let cookies: Vec<&str> = cookies.map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(cookies.len() > 8, "{cookies:?}");
    for cookie in cookies {
        let attributes: Vec<&str> = cookie.split("; ").collect();
        assert!(cookie.starts_with("__Host-redress_"), "{cookie}");
        assert!(attributes.contains(&"Secure") && attributes.contains(&"Path=/"), "{cookie}");
        assert!(attributes.contains(&"HttpOnly") && !cookie.contains("Domain"), "{cookie}");
    }
    process.stop();
}

/// A greeting with 3.`minor` as the newest version: 2 is TLS 1.1 (RFC 4346), 3 is TLS 1.2. Whatever else the server wants is in it.
fn greeting(minor: u8) -> Vec<u8> {
    let groups = [0, 10, 0, 4, 0, 2, 0, 23];
    let points = [0, 11, 0, 2, 1, 0];
    let signatures = [0, 13, 0, 4, 0, 2, 4, 3];
    let extensions = [&groups[..], &points, &signatures].concat();
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    // No session; two suites by ECDSA; no compression.
    body.extend([0, 0, 4, 0xc0, 0x2b, 0xc0, 0x09, 1, 0, 0, u8::try_from(extensions.len()).unwrap()]);
    body.extend(extensions);
    let length = u8::try_from(body.len()).unwrap();
    [&[22, 3, 1, 0, length + 4, 1, 0, 0, length], &body[..]].concat()
}

#[tokio::test]
async fn older_versions_and_plain_http_are_refused_and_told_why() {
    const PROTOCOL_VERSION: u8 = 70;
    let dir = Dir::new();
    let pair = Pair::new(&dir, "desk");
    let process = Process::serve(&dir, &pair.settings());
    let answered = async |minor| {
        let mut stream = TcpStream::connect(("127.0.0.1", port(&process.base))).await.unwrap();
        stream.write_all(&greeting(minor)).await.unwrap();
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).await.unwrap();
        answer
    };
    for minor in [1, 2] {
        let alert = answered(minor).await;
        assert_eq!((alert[0], alert[5], alert[6]), (21, 2, PROTOCOL_VERSION), "{alert:?}");
    }
    assert_eq!(answered(3).await[0], 22, "the same with TLS 1.2 is taken");
    let mut clear = TcpStream::connect(("127.0.0.1", port(&process.base))).await.unwrap();
    clear.write_all(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut text = Vec::new();
    // What was sent and not read may reset the connection after the answer.
    let _ = clear.read_to_end(&mut text).await;
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("HTTP/1.1 400 ") && text.contains("HTTPS only"), "{text}");
    process.stop();
}

#[tokio::test]
async fn a_new_certificate_is_taken_up_while_open_connections_go_on_and_a_bad_one_is_not() {
    let dir = Dir::new();
    let (first, second, third) = (Pair::new(&dir, "a"), Pair::until(&dir, "b", 2080), Pair::new(&dir, "c"));
    let metrics = ("REDRESS_METRICS_LISTEN", "127.0.0.1:0");
    let process = Process::serve(&dir, &[&first.settings()[..], &[metrics]].concat());
    let roots = [&first, &second, &third];
    let newest = async || connect(port(&process.base), &roots, &[&TLS13]).await.unwrap();
    let mut open = newest().await;
    assert!(ask(&mut open, "/healthz").await.starts_with("http/1.1 200"));
    assert_eq!(shown(&open), first.der);

    second.replace(&first);
    process.wait_for("the certificate was taken up");
    assert_eq!(shown(&newest().await), second.der);
    assert!(ask(&mut open, "/healthz").await.starts_with("http/1.1 200"), "it is as it was");

    fs::write(&first.key, "no key").unwrap();
    process.wait_for("cannot be taken up, the one before stays in use: tls.key:");
    assert_eq!(shown(&newest().await), second.der);
    let line = process.wait_for("metrics on http://");
    let metrics = format!("{}/metrics", line[line.find("http://").unwrap()..].trim());
    let page = reqwest::get(&metrics).await.unwrap();
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    let text = page.text().await.unwrap();
    // 2080-01-01.
    assert!(text.contains("redress_tls_certificate_expires_seconds 3471292800"), "{text}");
    assert!(text.contains("redress_tls_reload_failing 1"), "{text}");

    third.replace(&first);
    process.signal("HUP");
    process.wait_for("until=\"2090");
    assert_eq!(shown(&newest().await), third.der);
    assert!(ask(&mut open, "/healthz").await.starts_with("http/1.1 200"), "still");
    let text = reqwest::get(&metrics).await.unwrap().text().await.unwrap();
    assert!(text.contains("redress_tls_reload_failing 0"), "{text}");
    process.stop();
}

#[test]
fn what_cannot_serve_is_refused_at_the_start_and_by_the_check_in_words() {
    let dir = Dir::new();
    let (good, other, old) = (Pair::new(&dir, "a"), Pair::new(&dir, "b"), Pair::until(&dir, "c", 2020));
    let open = Pair::new(&dir, "d");
    fs::set_permissions(&open.key, fs::Permissions::from_mode(0o644)).unwrap();
    let none = dir.path().join("none.crt");
    for (cert, key, words) in [
        (&old.cert, &old.key, "has expired at 2020-01-01"),
        (&good.cert, &other.key, "is not the key of"),
        (&open.cert, &open.key, "open to everybody on this machine (mode 0644)"),
        (&none, &good.key, "tls.cert: cannot read"),
        (&good.key, &good.key, "holds no certificate"),
    ] {
        let flags = ["--tls-cert", cert.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
        let refused = run(&dir, &[&["serve"][..], &flags].concat()).failed();
        assert!(refused.contains(words), "{words}: {refused}");
        let checked = run(&dir, &[&["config", "check"][..], &flags].concat());
        assert!(checked.code == Some(2) && checked.err.contains(words), "{words}: {checked:?}");
    }
    let check = |flags: &[&str]| run(&dir, &[&["config", "check"][..], flags].concat());
    let (cert, key) = (good.cert.to_str().unwrap(), good.key.to_str().unwrap());
    assert_eq!(check(&["--tls-cert", cert, "--tls-key", key]).code, Some(0));
    for (flags, words) in [
        (&["--tls-cert", cert][..], "tls.key: not set"),
        (&["--tls-key", key], "tls.cert: not set"),
        (&["--tls-redirect-listen", "127.0.0.1:0"], "tls.redirect_listen: leads to HTTPS"),
        (&["--tls-cert", cert, "--tls-key", key, "--public-url", "http://desk.example"], "public_url: with tls.cert"),
        (&["--tls-cert", cert, "--tls-key", key, "--tls-acme-webroot", "."], "tls.acme_webroot: authorities look"),
    ] {
        let checked = check(flags);
        assert!(checked.code == Some(2) && checked.err.contains(words), "{words}: {checked:?}");
    }
}

#[tokio::test]
async fn people_who_come_by_http_are_led_over_and_nothing_else_is_served_there() {
    let dir = Dir::new();
    let pair = Pair::new(&dir, "desk");
    let proofs = dir.path().join("proofs");
    fs::create_dir_all(proofs.join(".well-known/acme-challenge")).unwrap();
    fs::write(proofs.join(".well-known/acme-challenge/token"), "token.thumb").unwrap();
    let mut command = redress(&dir, &["serve"]);
    command.env("REDRESS_LISTEN", "127.0.0.1:0").envs(pair.settings());
    command.env("REDRESS_TLS_REDIRECT_LISTEN", "127.0.0.1:0").env("REDRESS_TLS_ACME_WEBROOT", &proofs);
    let process = Process::start(command);
    let line = process.wait_for("leading from http://");
    let clear = line[line.find("http://").unwrap()..].split(' ').next().unwrap().to_owned();
    let client = client(&pair);
    let get = async |path: &str| client.get(format!("{clear}{path}")).send().await.unwrap();
    let led = get("/tickets?q=a%20b").await;
    let to = format!("https://127.0.0.1:{}/tickets?q=a%20b", port(&process.base));
    assert_eq!((led.status().as_u16(), led.headers()["location"].to_str().unwrap()), (308, to.as_str()));
    for path in ["/api/tickets", "/hooks/sms/kannel/status"] {
        assert_eq!(get(path).await.status(), 403, "{path}");
    }
    let proof = get("/.well-known/acme-challenge/token").await;
    assert_eq!((proof.status().as_u16(), proof.text().await.unwrap().as_str()), (200, "token.thumb"));
    assert_eq!(get("/.well-known/acme-challenge/..%2f..%2fdesk.key").await.status(), 404);
    process.stop();
}

/// A server by TLS with one route.
async fn server(dir: &Dir, pair: &Pair, limits: Limits) -> (u16, watch::Sender<bool>) {
    let files = Files { cert: pair.cert.clone(), key: pair.key.clone() };
    let tls = Tls::open(files, Clock::system()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "here" }));
    let (stop, stopped) = watch::channel(false);
    assert!(dir.path().exists());
    tokio::spawn(server::serve_by(listener, Some(tls), router, limits, stopped));
    (port, stop)
}

#[tokio::test]
async fn who_is_slow_to_shake_hands_keeps_nobody_waiting_and_is_closed() {
    let dir = Dir::new();
    let pair = Pair::new(&dir, "desk");
    let patient = Limits { handshake: Duration::from_hours(1), ..Limits::default() };
    let (port, _stop) = server(&dir, &pair, patient).await;
    let mut flood = Vec::new();
    for sent in [&b""[..], &[22], &greeting(2)[..20]].repeat(30) {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(sent).await.unwrap();
        flood.push(stream);
    }
    let mut good = connect(port, &[&pair], &[&TLS13]).await.unwrap();
    assert!(ask(&mut good, "/").await.starts_with("http/1.1 200"));
    for stream in &flood {
        assert_eq!(stream.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "it may go on");
    }

    let (port, _stop) = server(&dir, &pair, Limits { handshake: Duration::from_secs(1), ..Limits::default() }).await;
    let mut slow = Vec::new();
    for sent in [&b""[..], &[22], &greeting(2)[..20]] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(sent).await.unwrap();
        slow.push((stream, sent.len()));
    }
    for (mut stream, sent) in slow {
        assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0, "{sent}");
    }
    // A second may be too short for us too.
    let answer = eventually("whoever is quick enough is served", async || {
        let mut good = connect(port, &[&pair], &[&TLS13]).await.ok()?;
        tokio::spawn(async move { ask(&mut good, "/").await }).await.ok()
    });
    assert!(answer.await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_handshake() {
    let dir = Dir::new();
    let pair = Pair::new(&dir, "desk");
    let mut process = Process::serve(&dir, &pair.settings());
    let _silent = TcpStream::connect(("127.0.0.1", port(&process.base))).await.unwrap();
    let mut good = connect(port(&process.base), &[&pair], &[&TLS13]).await.unwrap();
    assert!(ask(&mut good, "/healthz").await.starts_with("http/1.1 200"));
    process.signal("TERM");
    assert_eq!(process.ended(), Some(0));
    assert!(!process.said().contains("cut off"), "{}", process.said());
}
