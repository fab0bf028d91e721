//! `redress doctor`: each fault is found and said in words, a desk without one is found well, and nothing is changed by it.

mod addresses;
mod desk;
mod peers;

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{
    Dir, contents,
    process::{Process, run},
    sql,
};

/// What a run said.
struct Report {
    code: Option<i32>,
    findings: Vec<Value>,
    all: String,
}

impl Report {
    /// What a check came to, its gravest line first.
    fn of(&self, check: &str) -> Vec<(&str, &str)> {
        let of = self.findings.iter().filter(|finding| finding["check"] == check);
        let mut found: Vec<_> =
            of.map(|finding| (finding["level"].as_str().unwrap(), finding["said"].as_str().unwrap())).collect();
        found.sort_by_key(|(level, _)| ["fault", "warning", "note", "ok"].iter().position(|one| one == level));
        assert!(!found.is_empty(), "{check}: {}", self.all);
        found
    }

    /// The gravest line of a check has this level and these words.
    #[track_caller]
    fn has(&self, check: &str, level: &str, words: &str) {
        let found = self.of(check);
        assert!(
            found[0].0 == level && found.iter().any(|(_, said)| said.contains(words)),
            "{check}, {words}: {found:?}"
        );
        let code = i32::from(self.findings.iter().any(|finding| finding["level"] == "fault"));
        assert_eq!(self.code, Some(code), "{}", self.all);
        for finding in &self.findings {
            assert_eq!(finding["remedy"].is_null(), finding["level"] == "ok", "{finding}");
        }
    }

    /// The checks that found a fault, but for what the server of the tests is known for: it trades durability for speed.
    fn faulty(&self) -> Vec<&str> {
        let faults = self.findings.iter().filter(|finding| finding["level"] == "fault");
        let known = |said: &str| {
            ["fsync is off", "full_page_writes is off", "synchronous_commit is off"]
                .iter()
                .any(|one| said.starts_with(one))
        };
        faults
            .filter(|finding| !known(finding["said"].as_str().unwrap()))
            .map(|finding| finding["check"].as_str().unwrap())
            .collect()
    }
}

/// Runs it with a port of its own, where `args` name none.
fn doctor(dir: &Dir, args: &[&str]) -> Report {
    let port: &[&str] = if args.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
    let ran = run(dir, &[&["doctor", "--json"], port, args].concat());
    let all = format!("{}{}", ran.out, ran.err);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {all}"));
    Report { code: ran.code, findings: report["findings"].as_array().unwrap().clone(), all }
}

/// A directory with a desk that no server works on.
async fn stopped() -> Dir {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[]);
    process.admin(&dir).ticket(json!({})).await;
    process.stop();
    dir
}

fn file(dir: &Dir, name: &str) -> PathBuf {
    dir.path().join("data").join(name)
}

/// Somebody who answers each connection by what `answer` makes of the first line, for as long as the test runs.
fn answering(answer: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let head = head(&mut stream);
            let _ = stream.write_all(answer(head.lines().next().unwrap_or_default()).as_bytes());
        }
    });
    address
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// An address where nobody is, and where nobody comes by asking for any port.
const NOBODY: &str = "127.0.0.1:9";

/// Somebody who takes connections and says nothing.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// Settings of a Kannel there.
fn kannel(url: &str) -> [&str; 8] {
    let [username, password] = ["--sms-kannel-username", "--sms-kannel-password"];
    ["--sms-gateway", "kannel", "--sms-kannel-url", url, username, "u", password, "p"]
}

/// Settings of a mail server of this machine, in clear.
fn mail(port: &str) -> [&str; 8] {
    ["--email-host", "127.0.0.1", "--email-port", port, "--email-security", "none", "--email-from", "desk@isp.example"]
}

fn port(address: &str) -> &str {
    address.rsplit(':').next().unwrap()
}

#[tokio::test]
async fn a_desk_at_work_is_found_well_and_works_on() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[("REDRESS_METRICS_LISTEN", "127.0.0.1:0")]);
    let metrics = process.wait_for("metrics on http://").rsplit("http://").next().unwrap().trim().to_owned();
    let admin = process.admin(&dir);
    admin.ticket(json!({})).await;
    let listen = process.base.trim_start_matches("http://").to_owned();
    let args = ["--public-url", &process.base, "--listen", &listen, "--metrics-listen", &metrics];
    let report = doctor(&dir, &[&args[..], &["--timezone", "UTC", "--isp-name", "Lake", "--thorough"]].concat());
    assert_eq!(report.faulty(), Vec::<&str>::new(), "{}", report.all);
    for (check, level, words) in [
        ("settings", "ok", "will do"),
        ("clock", "ok", "20"),
        ("time zone", "ok", "UTC"),
        ("keys", "ok", "open the data; key 1 seals"),
        ("backups", "note", "makes none"),
        ("listen", "ok", "this desk's server answers"),
        ("tls", "ok", "not set"),
        ("public url", "ok", "this desk answers"),
        ("metrics", "ok", "a server's metrics"),
        ("gateways", "note", "only noted"),
        ("single sign-on", "ok", "not set"),
    ] {
        report.has(check, level, words);
    }
    if dir.database().is_none() {
        report.has("database", "ok", "one server is at work");
        assert_eq!(report.code, Some(0), "{}", report.all);
    }
    admin.ticket(json!({})).await;
    let text = run(&dir, &["doctor", "--listen", &listen]);
    assert!(text.out.lines().count() >= 12 && text.out.lines().all(|line| line.len() > 24), "{text:?}");
    process.stop();
}

#[tokio::test]
async fn nothing_is_made_and_nothing_is_changed() {
    let empty = Dir::new();
    for _ in 0..2 {
        let report = doctor(&empty, &[]);
        report.has("database", "fault", "there is no desk");
        report.has("keys", "fault", "there is no key file");
        report.has("disk", "fault", "cannot be looked at");
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
    let dir = stopped().await;
    let names = || {
        let entries = fs::read_dir(dir.path().join("data")).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = (names(), contents(&dir));
    let report = doctor(&dir, &["--thorough"]);
    assert_eq!(report.faulty(), Vec::<&str>::new(), "{}", report.all);
    report.has("listen", "ok", "a start picks a port");
    assert!(!before.1.is_empty() && before == (names(), contents(&dir)), "{:?} {:?}", before.0, names());
}

#[tokio::test]
async fn whoever_says_nothing_is_given_up_and_all_of_them_at_once() {
    let dir = stopped().await;
    let began = Instant::now();
    doctor(&dir, &[]);
    let alone = began.elapsed();
    let (_held, address) = silent();
    let url = format!("http://{address}");
    let began = Instant::now();
    let addresses = ["--public-url", &url, "--listen", &address, "--metrics-listen", &address];
    let provider = ["--oidc-issuer", &url, "--oidc-client-id", "x"];
    let webhook = ["--webhook-url", &url, "--webhook-secret", "0123456789abcdef"];
    let args = [&addresses[..], &provider, &kannel(&url), &webhook, &mail(port(&address))].concat();
    let report = doctor(&dir, &args);
    // One after the other they would take 35 seconds, beside what a run takes here in any case.
    assert!(began.elapsed() < Duration::from_secs(20) + alone, "{:?} after {alone:?}", began.elapsed());
    assert_eq!(report.of("gateways").iter().filter(|(level, _)| *level == "fault").count(), 3, "{}", report.all);
    report.has("public url", "note", "no server is at work");
    for check in ["listen", "metrics", "single sign-on"] {
        report.has(check, "fault", "");
    }
}

#[tokio::test]
async fn no_secret_is_said_and_settings_that_will_not_do_are() {
    let dir = stopped().await;
    let ticket = "Nadia";
    let dead = NOBODY;
    let text = format!(
        "isp_name = \"Lake\"\n[sms]\ngateway = \"kannel,http\"\nhook_secret = \"hush-0-hush-hush\"\n[sms.kannel]\n\
         url = \"http://u:hush-1@{dead}/hush-2\"\nusername = \"u\"\npassword = \"hush-3\"\n[sms.http]\n\
         url = \"http://{dead}/hush-4?to={{to}}&text={{text}}&key={{password}}\"\nmethod = \"GET\"\npassword = \"hush-5\"\n\
         [webhook]\nurl = \"http://{dead}/hush-6\"\nsecret = \"hush-7-hush-hush\"\n[email]\nhost = \"127.0.0.1\"\n\
         port = {}\nsecurity = \"none\"\nfrom = \"desk@isp.example\"\nusername = \"u\"\npassword = \"hush-8\"\n[oidc]\n\
         issuer = \"http://{dead}\"\nclient_id = \"x\"\nclient_secret = \"hush-9\"\n",
        port(dead)
    );
    fs::write(dir.path().join("redress.toml"), text).unwrap();
    let report = doctor(&dir, &[]);
    report.has("gateways", "fault", "cannot be used");
    let text = run(&dir, &["doctor"]);
    for said in [&report.all, &text.out, &text.err] {
        assert!(!said.contains("hush") && !said.contains(ticket) && !said.contains("+44"), "{said}");
    }
    assert!(text.out.lines().any(|line| line.starts_with("fault    gateways")), "{}", text.out);
    fs::write(dir.path().join("redress.toml"), "isp_nam = \"x\"\n[sms]\ngateway = \"pigeon\"\n").unwrap();
    let report = doctor(&dir, &[]);
    report.has("settings", "fault", "isp_nam: there is no such setting");
    report.has("settings", "fault", "sms.gateway:");
    assert!(report.findings.len() == 2, "nothing else can be looked at: {}", report.all);
}
