//! Starting, stopping, starting again.

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::support::{
    Browser, Caller, Dir, PASSWORD, contents, eventually,
    process::{Process, redress, run},
};

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_first_start_makes_what_it_needs_and_says_how_to_go_on() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[]);
    let data = dir.path().join("data");
    assert_eq!((mode(&data), mode(&data.join("redress.key"))), (0o700, 0o600));
    let line = process.wait_for("setup code: ");
    let code = line.rsplit(' ').next().unwrap().to_owned();
    assert!(code.len() == 9 && code.as_bytes()[4] == b'-', "{line}");
    let said = process.said();
    assert_eq!(said.matches("listening").count(), 1, "{said}");
    let anyone = Caller::new(&process.base);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(anyone.get(path).await.status, 200, "{path}");
    }
    let browser = Browser::new(&process.base);
    for path in ["/tickets", "/tickets/new", "/users", "/login", "/nothing"] {
        let page = browser.open(path).await;
        assert_eq!((page.status, page.location.as_str()), (303, "/setup"), "{path}");
    }
    let fields = [("name", "Priya Raman"), ("email", "priya@isp.example"), ("password", PASSWORD)];
    let wrong = browser.submit("/setup", &[&fields[..], &[("code", "AAAA-AAAA")]].concat()).await;
    assert_eq!(wrong.status, 422);
    assert!(!run(&dir, &["user", "list"]).done().contains("priya@"));
    let made = browser.submit("/setup", &[&fields[..], &[("code", &code)]].concat()).await;
    assert_eq!(made.status, 303, "{}", made.text);
    assert!(run(&dir, &["user", "list"]).done().contains("priya@isp.example"));
    assert_eq!(browser.open("/setup").await.status, 404, "afterwards it is gone");
    assert_eq!(browser.open("/tickets").await.status, 200, "and the admin is signed in");
    let said = process.stop();
    for secret in ["priya@isp.example", "Priya", PASSWORD] {
        assert!(!said.contains(secret), "{secret}: {said}");
    }
}

#[tokio::test]
async fn a_second_start_keeps_everything_and_asks_for_no_code() {
    let dir = Dir::new();
    let first = Process::serve(&dir, &[]);
    let admin = first.admin(&dir);
    let ticket = admin.ticket(json!({})).await;
    let key = std::fs::read(dir.path().join("data/redress.key")).unwrap();
    first.stop();
    let second = Process::serve(&dir, &[]);
    assert!(!second.said().contains("setup code"), "{}", second.said());
    assert_eq!(std::fs::read(dir.path().join("data/redress.key")).unwrap(), key);
    let again = second.admin_again(&dir);
    assert_eq!(again.get(&format!("/api/tickets/{}", ticket["id"].as_str().unwrap())).await.json, ticket);
    second.signal("INT");
    let mut second = second;
    assert_eq!(second.ended(), Some(0), "SIGINT ends it too");
}

/// Reads until the head of an answer is whole.
fn head(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn a_stop_finishes_the_request_in_flight_and_takes_no_other() {
    let dir = Dir::new();
    let mut process = Process::serve(&dir, &[]);
    let admin = process.admin(&dir);
    let token = run(&dir, &["token", "create", "--user", "priya@isp.example", "--name", "raw"]).done();
    let address = process.base.strip_prefix("http://").unwrap().to_owned();
    let body =
        json!({"clientName": "In Flight", "clientPhone": "+447700900142", "issueType": "Other", "description": "x"});
    let body = body.to_string();
    let mut slow = TcpStream::connect(&address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(
        slow,
        "POST /api/tickets HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        token.trim_end(),
        body.len()
    )
    .unwrap();
    // The server asks for the body, so the request is in its hands.
    assert!(head(&mut slow).starts_with("HTTP/1.1 100"));
    let idle = TcpStream::connect(&address).unwrap();
    assert_eq!(admin.get("/healthz").await.status, 200);
    process.signal("TERM");
    process.wait_for("stopping");
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < until, "it still takes connections");
        tokio::task::yield_now().await;
    }
    slow.write_all(body.as_bytes()).unwrap();
    let answer = head(&mut slow);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let began = Instant::now();
    assert_eq!(process.ended(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "the contract's ten seconds");
    drop(idle);
    assert!(process.said().contains("stopped"), "{}", process.said());
    assert!(!process.said().contains("cut off"), "{}", process.said());
    let again = Process::serve(&dir, &[]);
    let found = again.admin_again(&dir).get("/api/tickets?q=flight").await;
    assert_eq!(found.json["total"], 1);
}

#[tokio::test]
async fn a_stop_waits_for_nobody_longer_than_ten_seconds() {
    let dir = Dir::new();
    let mut process = Process::serve(&dir, &[]);
    let address = process.base.strip_prefix("http://").unwrap().to_owned();
    // A request that never ends.
    let mut stuck = TcpStream::connect(&address).unwrap();
    write!(
        stuck,
        "POST /api/auth/login HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\
         expect: 100-continue\r\n\r\n"
    )
    .unwrap();
    assert!(head(&mut stuck).starts_with("HTTP/1.1 100"));
    let began = Instant::now();
    process.signal("TERM");
    assert_eq!(process.ended(), Some(0), "{}", process.said());
    assert!(began.elapsed() < Duration::from_secs(10), "the contract's ten seconds: {:?}", began.elapsed());
}

#[tokio::test]
async fn the_demo_serves_a_desk_that_its_log_in_opens() {
    let dir = Dir::new();
    let mut command = redress(&dir, &["demo", "--tickets", "30"]);
    // The database, the key and the gateway of a real desk, which must not be touched.
    command
        .env("REDRESS_LISTEN", "127.0.0.1:0")
        .env("REDRESS_DATABASE_URL", dir.url())
        .env("REDRESS_KEY_FILE", dir.path().join("real.key"))
        .env("REDRESS_SMS_GATEWAY", "kannel")
        .env("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms")
        .env("REDRESS_SMS_KANNEL_USERNAME", "redress")
        .env("REDRESS_SMS_KANNEL_PASSWORD", "sendpw");
    let process = Process::start(command);
    let line = process.wait_for("password ");
    let password = line.rsplit(' ').next().unwrap().trim();
    let place = process.wait_for("A made-up ISP");
    let place = place.split(" in ").nth(1).unwrap().split(" until").next().unwrap().to_owned();
    assert!(Path::new(&place).join("redress.db").exists(), "{place}");
    process.wait_for("admin        priya@demo.example");
    process.wait_for("technician   tomasz@demo.example");
    let body = json!({"email": "priya@demo.example", "password": password});
    let anyone = Caller::new(&process.base);
    let reply = anyone.post("/api/auth/login", &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let admin = anyone.with_token(reply.json["token"].as_str().unwrap());
    assert_eq!(admin.get("/api/tickets").await.json["total"], 30);
    let id = admin.get("/api/tickets").await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let sent = admin.get(&format!("/api/tickets/{id}/notifications")).await;
    assert_eq!(sent.json["items"][0]["state"], "suppressed", "a demo sends nothing: {}", sent.text);
    let browser = Browser::new(&process.base);
    let page = browser.submit("/login", &[("email", "dev@demo.example"), ("password", password)]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    process.stop();
    assert!(!Path::new(&place).exists(), "the directory is thrown away");
    assert!(contents(&dir).is_empty() && !dir.path().join("real.key").exists(), "and no other was touched");
}

/// What lies where on the disk.
mod sqlite_only {
    use super::*;

    #[test]
    fn a_first_start_makes_the_file() {
        let dir = Dir::new();
        Process::serve(&dir, &[]).stop();
        assert_eq!(mode(&dir.path().join("data/redress.db")), 0o600);
    }

    #[test]
    fn a_demo_that_is_kept_is_a_desk_of_its_own_and_never_goes_into_another() {
        let dir = Dir::new();
        let fill = |keep: &str| run(&dir, &["demo", "--tickets", "40", "--keep", keep, "--no-serve"]);
        let filled = fill("kept").done();
        assert!(filled.contains("A made-up ISP with 40 tickets, in kept to stay."), "{filled}");
        // The settings of a real desk are at hand, and it was left alone.
        assert!(!dir.path().join("data").exists());
        let database = std::fs::read(dir.path().join("kept/redress.db")).unwrap();

        let refused = fill("kept");
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains("--keep kept: there is something in it already"), "{refused:?}");
        assert_eq!(
            std::fs::read(dir.path().join("kept/redress.db")).unwrap(),
            database,
            "not a byte of it has changed"
        );
        let alone = run(&dir, &["demo", "--no-serve"]);
        assert_eq!(alone.code, Some(2), "what is thrown away must be served: {alone:?}");

        let users = run(&dir, &["user", "list", "--data-dir", "kept"]).done();
        assert!(users.contains("priya@demo.example"), "{users}");
    }
}

/// The value of a series, by the start of its line.
fn series(page: &str, name: &str) -> f64 {
    let line = page.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {page}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

/// The page of metrics once no request is under way, of which this listener's own are none, and nothing waits to be
/// written: what was read is noted beside the answer.
async fn at_rest(address: &str) -> String {
    let over = ["redress_http_in_flight", "redress_database_transactions{kind=\"write\",state=\"waiting\"}"];
    eventually("it is at rest", async || {
        let page = reqwest::get(address).await.unwrap().text().await.unwrap();
        over.iter().all(|name| series(&page, name).abs() < f64::EPSILON).then_some(page)
    })
    .await
}

/// Where a process shows its metrics.
fn metrics_of(process: &Process) -> String {
    let line = process.wait_for("metrics on http://");
    format!("{}/metrics", line[line.find("http://").unwrap()..].trim())
}

/// What is there from the start, at 0: whoever watches sees the first that comes.
const AT_FIRST: [&str; 8] = [
    "redress_notifications_total{state=\"failed\"}",
    "redress_gateway_answers_total{gateway=\"log\",answer=\"login_refused\"}",
    "redress_gateway_failing{gateway=\"log\"}",
    "redress_notification_doubles_total",
    "redress_inbound_total{kind=\"stop\"}",
    "redress_connections_refused_total",
    "redress_database_slow_total{what=\"statement\"}",
    "redress_database_transactions{kind=\"write\",state=\"waiting\"}",
];

#[tokio::test]
async fn requests_the_database_and_the_process_are_measured_and_nobody_is_named() {
    let dir = Dir::new();
    // Nothing is slow here, however busy the machine is.
    let settings =
        [("REDRESS_METRICS_LISTEN", "127.0.0.1:0"), ("REDRESS_REGION", "GB"), ("REDRESS_LOG_SLOW_QUERY_MS", "60000")];
    let process = Process::serve(&dir, &settings);
    let address = metrics_of(&process);
    let admin = process.admin(&dir);
    let ticket = json!({"clientName": "Xanthippe Quill", "clientPhone": "07700 900142", "issueType": "Other",
        "description": "Billed twice"});
    let reference = admin.ticket(ticket).await["ticketRef"].as_str().unwrap().to_owned();
    assert_eq!(admin.get(&format!("/api/tickets/{reference}")).await.status, 200);
    assert_eq!(admin.get("/api/tickets?q=xanthippe").await.status, 200);
    assert_eq!(admin.get("/api/tickets/BILL-20260101-0000").await.status, 404);
    assert_eq!(admin.get("/no/such/page/xanthippe").await.status, 404);

    let page = at_rest(&address).await;
    let count = |method: &str, route: &str, status: &str| {
        let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
        series(&page, &format!("redress_http_seconds_count{{{labels}}}"))
    };
    assert!(count("POST", "/api/tickets", "2xx") >= 1.0);
    assert!(count("GET", "/api/tickets/{id}", "2xx") >= 1.0 && count("GET", "/api/tickets/{id}", "4xx") >= 1.0);
    assert!(count("GET", "-", "4xx") >= 1.0, "what is no route is one series");
    assert!(
        page.contains(
            "redress_http_seconds_bucket{method=\"POST\",route=\"/api/tickets\",status=\"2xx\",le=\"0.005\"}"
        )
    );
    assert!(series(&page, "redress_database_seconds_count{kind=\"write\"}") >= 1.0);
    assert!(series(&page, "redress_database_commits_total") >= 1.0);
    assert!(series(&page, "process_resident_memory_bytes") > 1e6 && series(&page, "process_open_fds") > 5.0);
    assert!(series(&page, "redress_database_wait_seconds_count{kind=\"write\"}") >= 1.0);
    let pool = if dir.database().is_some() { "primary" } else { "readers" };
    assert!(series(&page, &format!("redress_database_connections{{pool=\"{pool}\",state=\"idle\"}}")) >= 1.0);
    assert!(series(&page, &format!("redress_database_connections_most{{pool=\"{pool}\"}}")) >= 2.0);
    for there in AT_FIRST {
        assert!(series(&page, there).abs() < f64::EPSILON, "{there}");
    }
    assert!(
        !page.contains("redress_retention_total") && !page.contains("redress_backup"),
        "what is not set up is not there"
    );
    eventually("the queue is counted", async || {
        let page = reqwest::get(&address).await.unwrap().text().await.unwrap();
        let waiting = |channel: &str| format!("redress_channel_waiting{{channel=\"{channel}\"}} 0");
        ["sms", "email", "whatsapp", "webhook"].iter().all(|channel| page.contains(&waiting(channel))).then_some(())
    })
    .await;
    let engine = if dir.database().is_some() { "postgresql" } else { "sqlite" };
    let built = format!("redress_build_info{{version=\"{}\",database=\"{engine}\"}} 1", env!("CARGO_PKG_VERSION"));
    assert!(page.contains(&built), "{page}");
    for named in ["anthippe", "7700900142", &reference, "/no/such"] {
        assert!(!page.contains(named), "{named}");
    }
    process.stop();
}

#[tokio::test]
async fn an_open_page_is_in_flight_as_long_as_its_stream_and_timed_until_that_begins() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[("REDRESS_METRICS_LISTEN", "127.0.0.1:0")]);
    let address = metrics_of(&process);
    process.admin(&dir);
    let browser = Browser::new(&process.base);
    let login = [("email", "priya@isp.example"), ("password", PASSWORD)];
    assert_eq!(browser.submit("/login", &login).await.status, 303);
    at_rest(&address).await;
    let mut stream = browser.request("GET", "/live").send().await.unwrap();
    assert!(stream.chunk().await.unwrap().is_some(), "it has begun");
    let page = reqwest::get(&address).await.unwrap().text().await.unwrap();
    assert!((series(&page, "redress_http_in_flight") - 1.0).abs() < f64::EPSILON, "{page}");
    let timed = "redress_http_seconds_count{method=\"GET\",route=\"/live\",status=\"2xx\"}";
    assert!((series(&page, timed) - 1.0).abs() < f64::EPSILON, "{page}");
    drop(stream);
    at_rest(&address).await;
    process.stop();
}

mod postgres_only {
    use super::*;

    /// A statement that waits for somebody else's lock may take 15 s.
    #[tokio::test]
    async fn a_stop_takes_ten_seconds_whatever_the_database_is_at() {
        let dir = Dir::new();
        let mut process = Process::serve(&dir, &[]);
        let token = process.admin(&dir).token().unwrap();
        let address = process.base.trim_start_matches("http://").to_owned();
        let took = dir.database().unwrap().with(async |client| {
            client.batch_execute("BEGIN; LOCK TABLE tickets").await.unwrap();
            let mut asked = TcpStream::connect(&address).unwrap();
            let head = "GET /api/tickets HTTP/1.1\r\nHost: desk.test\r\nAuthorization: Bearer";
            asked.write_all(format!("{head} {token}\r\n\r\n").as_bytes()).unwrap();
            let waits = "SELECT 1 FROM pg_locks WHERE relation = 'tickets'::regclass AND NOT granted \
                         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            while client.query(waits, &[]).await.unwrap().is_empty() {}
            process.signal("TERM");
            let began = Instant::now();
            assert_eq!(process.ended(), Some(0), "{}", process.said());
            began.elapsed()
        });
        // Less than the statement would have taken, and somewhat more than it should, as machines are busy.
        assert!(took < Duration::from_secs(12), "{took:?}");
    }
}
