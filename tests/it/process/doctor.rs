//! `redress doctor`: each fault is found and said in words, a desk without one is found well, and nothing is changed by it.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
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

fn file(dir: &Dir, name: &str) -> std::path::PathBuf {
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

/// An address where nobody is.
fn nobody() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Somebody who takes connections and says nothing.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
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
async fn keys_that_are_not_there_or_others_or_open_are_told() {
    let (dir, other) = (stopped().await, stopped().await);
    let key = file(&dir, "redress.key");
    let kept = fs::read(&key).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    doctor(&dir, &[]).has("keys", "fault", "chmod 600");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::copy(file(&other, "redress.key"), &key).unwrap();
    doctor(&dir, &[]).has("keys", "fault", "belong to other data");
    fs::write(&key, "not a key").unwrap();
    doctor(&dir, &[]).has("keys", "fault", "is not a key file");
    fs::remove_file(&key).unwrap();
    doctor(&dir, &[]).has("keys", "fault", "nobody can read what is personal: there is no key file");
    assert!(!key.exists(), "none is made");
    doctor(&dir, &["--key-command", "exit 3"]).has("keys", "fault", "key_command failed");
    fs::write(&key, kept).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    doctor(&dir, &[]).has("keys", "ok", "open the data");
}

#[tokio::test]
async fn a_schema_of_another_version_is_told_and_left_alone() {
    let dir = stopped().await;
    sql(&dir, "DELETE FROM schema_migrations WHERE version = (SELECT MAX(version) FROM schema_migrations)");
    for _ in 0..2 {
        let report = doctor(&dir, &[]);
        let older = report.findings.iter().find(|finding| finding["said"].as_str().unwrap().contains("is at version"));
        assert_eq!(older.unwrap_or_else(|| panic!("{}", report.all))["level"], "warning");
    }
    sql(
        &dir,
        "INSERT INTO schema_migrations (version, name, sha256, applied_at) \
               SELECT 99, '0099_later', sha256, 0 FROM schema_migrations WHERE version = 1",
    );
    doctor(&dir, &[]).has("database", "fault", "the database is at version 99");
}

#[tokio::test]
async fn a_clock_behind_what_is_on_record_is_told() {
    let dir = stopped().await;
    doctor(&dir, &[]).has("clock", "ok", "20");
    sql(&dir, "UPDATE tickets SET updated_at = updated_at + 3600000");
    doctor(&dir, &[]).has("clock", "fault", "before the newest change on record");
}

#[tokio::test]
async fn a_directory_that_takes_nothing_is_told() {
    let dir = stopped().await;
    let key = file(&dir, "redress.key").display().to_string();
    let database = dir.database().map_or_else(
        || format!("sqlite://{}", file(&dir, "redress.db").display()),
        |database| database.url().to_owned(),
    );
    // A kernel's own file system takes no files, whoever asks.
    let report = doctor(&dir, &["--data-dir", "/proc", "--key-file", &key, "--database-url", &database]);
    report.has("disk", "fault", "nothing can be written to /proc");
    report.has("keys", "ok", "open the data");
    let backups = doctor(&dir, &["--backup-dir", "/proc"]);
    backups.has("backups", "fault", "nothing can be written to /proc");
    doctor(&dir, &["--backup-dir", "/nowhere/at/all"]).has("backups", "fault", "no backup is made");
}

#[tokio::test]
async fn backups_that_are_old_or_not_made_are_told() {
    let dir = stopped().await;
    let shelf = dir.path().join("backups");
    fs::create_dir(&shelf).unwrap();
    let args = ["--backup-dir", shelf.to_str().unwrap()];
    doctor(&dir, &args).has("backups", "warning", "there is no backup in");
    fs::write(shelf.join("redress-20261101T030000Z.backup"), "").unwrap();
    doctor(&dir, &args).has("backups", "fault", "and one is due every 24 hours");
    let process = Process::serve(&dir, &[("REDRESS_BACKUP_DIR", args[1]), ("REDRESS_BACKUP_KEEP", "2")]);
    process.wait_for("a backup was made");
    process.stop();
    let report = doctor(&dir, &args);
    assert!(report.of("backups").iter().all(|(level, _)| *level == "note" || *level == "ok"), "{}", report.all);
}

mod sqlite_only {
    use super::*;

    #[tokio::test]
    async fn a_damaged_file_is_told_and_left_alone() {
        let dir = stopped().await;
        let path = file(&dir, "redress.db");
        let whole = fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2 / 4096 * 4096;
        damaged[middle..middle + 3 * 4096].fill(0x5a);
        for bytes in [damaged, b"This is a letter, and no database. ".repeat(500), whole[..whole.len() / 2].to_vec()] {
            fs::write(&path, &bytes).unwrap();
            doctor(&dir, &[]).has("database", "fault", "damaged");
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        fs::write(&path, &whole).unwrap();
        doctor(&dir, &[]).has("database", "ok", "SQLite");
    }

    /// What a power cut has left is for the next start, which moves it into the file.
    #[tokio::test]
    async fn what_a_crash_left_stays_for_the_next_start() {
        let dir = Dir::new();
        let process = Process::serve(&dir, &[]);
        let admin = process.admin(&dir);
        admin.ticket(json!({})).await;
        process.kill();
        let log = fs::read(file(&dir, "redress.db-wal")).unwrap();
        let before = contents(&dir);
        let report = doctor(&dir, &[]);
        assert_eq!(report.faulty(), Vec::<&str>::new(), "{}", report.all);
        assert!(!log.is_empty() && fs::read(file(&dir, "redress.db-wal")).unwrap() == log && contents(&dir) == before);
        let process = Process::serve(&dir, &[]);
        assert_eq!(process.admin_again(&dir).get("/api/tickets?q=nadia").await.json["total"], 1);
    }
}

mod postgres_only {
    use super::*;

    #[tokio::test]
    async fn a_server_that_is_away_or_may_lose_what_it_has_answered_is_told() {
        let dir = stopped().await;
        // That of bin/with-postgres.
        doctor(&dir, &[]).has("database", "fault", "fsync is off");
        let away = format!("postgres://redress:tell-nobody@{}/desk", nobody());
        let report = doctor(&dir, &["--database-url", &away]);
        report.has("database", "fault", "cannot be opened");
        assert!(!report.all.contains("tell-nobody"), "{}", report.all);
        let (_held, address) = silent();
        let began = Instant::now();
        doctor(&dir, &["--database-url", &format!("postgres://redress@{address}/desk")]).has("database", "fault", "");
        assert!(began.elapsed() < Duration::from_secs(20));
        let ours = dir.database().unwrap().url();
        let report = doctor(&dir, &["--database-replica-url", ours]);
        assert!(report.of("database").iter().any(|(level, said)| *level == "warning" && said.contains("no standby")));
        let report = doctor(&dir, &["--database-replica-url", &away]);
        assert!(
            report.of("database").iter().any(|(level, said)| *level == "warning" && said.contains("does not answer"))
        );
    }
}

#[tokio::test]
async fn gateways_are_asked_and_sent_nothing() {
    let dir = stopped().await;
    let kannel = |at: &str| {
        let url = format!("http://{at}/cgi-bin/sendsms");
        let args = [
            "--sms-gateway",
            "kannel",
            "--sms-kannel-url",
            &url,
            "--sms-kannel-username",
            "u",
            "--sms-kannel-password",
            "p",
        ];
        doctor(&dir, &args)
    };
    kannel(&answering(|first| {
        // No receiver and no text: it cannot be taken for a message.
        assert!(first.starts_with("GET /cgi-bin/sendsms?username=u&password=p HTTP"), "{first}");
        http("400 Bad Request", "Missing receiver number, rejected")
    }))
    .has("gateways", "ok", "sms by kannel answers, and takes our log-in");
    kannel(&answering(|_| http("403 Forbidden", "Authorization failed for sendsms"))).has(
        "gateways",
        "fault",
        "refuses our log-in (403)",
    );
    kannel(&answering(|_| http("200 OK", "Welcome"))).has("gateways", "fault", "not an answer of Kannel's");
    kannel(&nobody()).has("gateways", "fault", "cannot be used");
    let twilio = |at: &str| {
        let (base, sid) = (format!("http://{at}"), format!("AC{}", "0".repeat(32)));
        let args = [
            "--sms-gateway",
            "twilio",
            "--sms-twilio-account-sid",
            &sid,
            "--sms-twilio-auth-token",
            "t",
            "--sms-twilio-base-url",
            &base,
            "--sms-sender",
            "+15005550006",
        ];
        doctor(&dir, &args)
    };
    twilio(&answering(|first| {
        http(if first.starts_with("GET /2010-04-01/Accounts/AC0") { "200 OK" } else { "500 No" }, "{}")
    }))
    .has("gateways", "ok", "takes our log-in");
    twilio(&answering(|_| http("401 Unauthorized", "{}"))).has("gateways", "fault", "refuses our log-in (401)");
}

#[tokio::test]
async fn a_gateway_by_smpp_is_connected_to_and_not_logged_in_at() {
    let dir = stopped().await;
    let smpp = |at: &str| {
        let port = at.rsplit(':').next().unwrap();
        doctor(
            &dir,
            &[
                "--sms-gateway",
                "smpp",
                "--sms-smpp-host",
                "127.0.0.1",
                "--sms-smpp-port",
                port,
                "--sms-smpp-system-id",
                "u",
                "--sms-smpp-password",
                "p",
            ],
        )
    };
    let (_held, address) = silent();
    smpp(&address).has("gateways", "ok", "sms by smpp answers");
    smpp(&nobody()).has("gateways", "fault", "sms by smpp cannot be used");
}

#[tokio::test]
async fn mail_servers_and_webhooks_are_asked() {
    let dir = stopped().await;
    let webhook = |at: &str| {
        doctor(
            &dir,
            &["--webhook-url", &format!("http://{at}/secret-path?token=x"), "--webhook-secret", "0123456789abcdef"],
        )
    };
    let heard = webhook(&answering(|first| {
        assert!(first.starts_with("HEAD / HTTP"), "{first}");
        http("404 Not Found", "")
    }));
    assert!(
        heard.of("gateways").contains(&("ok", "webhook answers; whether it takes messages, a trial on the page shows")),
        "{}",
        heard.all
    );
    let away = webhook(&nobody());
    away.has("gateways", "fault", "webhook cannot be used");
    assert!(!away.all.contains("secret-path"), "{}", away.all);
    let mail = |at: &str| {
        let port = at.rsplit(':').next().unwrap();
        doctor(
            &dir,
            &[
                "--email-host",
                "127.0.0.1",
                "--email-port",
                port,
                "--email-security",
                "none",
                "--email-from",
                "desk@isp.example",
                "--email-username",
                "u",
                "--email-password",
                "p",
            ],
        )
    };
    mail(&post("235 2.7.0 welcome")).has("gateways", "note", "email answers, and takes our log-in");
    mail(&post("535 5.7.8 tell-nobody")).has("gateways", "fault", "refuses our log-in (535 5.7.8)");
    mail(&nobody()).has("gateways", "fault", "email cannot be used");
}

#[tokio::test]
async fn the_provider_of_single_sign_on_is_asked() {
    let dir = stopped().await;
    let provider = |at: &str| doctor(&dir, &["--oidc-issuer", &format!("http://{at}"), "--oidc-client-id", "redress"]);
    provider(&nobody()).has("single sign-on", "fault", "only passwords let people in");
    provider(&answering(|_| http("404 Not Found", ""))).has("single sign-on", "fault", "cannot be asked");
    let address = nobody();
    let issuer = format!("http://{address}");
    let document = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
    .to_string();
    let listener = TcpListener::bind(&address).unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let body = if head(&mut stream).contains("/jwks") { "{\"keys\":[]}" } else { &document };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    provider(&address).has("single sign-on", "ok", "answers, with its addresses and keys");
}

/// A mail server that says this to a log-in, and takes no mail.
fn post(to_login: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.write_all(b"220 mail ESMTP\r\n");
            let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stream.try_clone().unwrap()));
            while let Some(Ok(line)) = lines.next() {
                let answer = match line.split(' ').next() {
                    Some("EHLO") => "250-mail\r\n250 AUTH PLAIN",
                    Some("AUTH") => to_login,
                    Some("QUIT") => "221 bye",
                    _ => "500 no mail is wanted",
                };
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
            }
        }
    });
    address
}

/// Certificate and key for these names, good until a year.
fn pair(dir: &Path, name: &str, host: &str, until: i32) -> (String, String) {
    let mut params = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let place = |end: &str| dir.join(format!("{name}.{end}"));
    fs::write(place("cert"), params.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(place("key"), key.serialize_pem()).unwrap();
    fs::set_permissions(place("key"), fs::Permissions::from_mode(0o600)).unwrap();
    (place("cert").display().to_string(), place("key").display().to_string())
}

#[tokio::test]
async fn certificates_are_held_against_their_key_the_name_and_the_time() {
    let dir = stopped().await;
    let (cert, key) = pair(dir.path(), "good", "desk.isp.example", 2200);
    let (old, old_key) = pair(dir.path(), "old", "desk.isp.example", 2020);
    let look = |cert: &str, key: &str, host: &str| {
        doctor(&dir, &["--tls-cert", cert, "--tls-key", key, "--public-url", &format!("https://{host}:1")])
    };
    look(&cert, &key, "desk.isp.example").has("tls", "ok", "is good for");
    look(&cert, &key, "other.isp.example").has("tls", "fault", "is not for other.isp.example");
    look(&cert, &old_key, "desk.isp.example").has("tls", "fault", "is not the key of");
    look(&old, &old_key, "desk.isp.example").has("tls", "fault", "has expired at 2020-01-01");
    look(&key, &key, "desk.isp.example").has("tls", "fault", "holds no certificate");
    let served = [("REDRESS_TLS_CERT", &*cert), ("REDRESS_TLS_KEY", &*key)];
    let process = Process::serve(&dir, &served);
    let listen = process.base.trim_start_matches("https://").to_owned();
    let report = doctor(&dir, &["--listen", &listen, "--tls-cert", &cert, "--tls-key", &key]);
    report.has("listen", "ok", "this desk's server answers");
    // Nobody vouches for this certificate.
    let report = doctor(&dir, &["--public-url", &process.base]);
    report.has("public url", "fault", "nobody answers");
}

#[tokio::test]
async fn addresses_that_lead_elsewhere_are_told() {
    let (dir, other) = (stopped().await, Dir::new());
    let elsewhere = Process::serve(&other, &[]);
    let theirs = elsewhere.base.trim_start_matches("http://").to_owned();
    let report = doctor(&dir, &["--public-url", &elsewhere.base, "--listen", &theirs]);
    report.has("public url", "fault", "another desk answers");
    report.has("listen", "fault", "another desk has");
    let site = answering(|_| http("200 OK", "ok\n"));
    let report =
        doctor(&dir, &["--public-url", &format!("http://{site}"), "--listen", &site, "--metrics-listen", &site]);
    report.has("public url", "fault", "is not this desk: status 200");
    report.has("listen", "fault", "another program has");
    report.has("metrics", "fault", "another program has");
    let nowhere = format!("http://{}", nobody());
    doctor(&dir, &["--public-url", &nowhere]).has("public url", "note", "no server is at work");
    let process = Process::serve(&dir, &[]);
    doctor(&dir, &["--public-url", &nowhere]).has("public url", "fault", "nobody answers");
    process.stop();
}

#[tokio::test]
async fn whoever_says_nothing_is_given_up_and_all_of_them_at_once() {
    let dir = stopped().await;
    let (_held, address) = silent();
    let url = format!("http://{address}");
    let port = address.rsplit(':').next().unwrap();
    let began = Instant::now();
    let report = doctor(
        &dir,
        &[
            "--public-url",
            &url,
            "--listen",
            &address,
            "--metrics-listen",
            &address,
            "--oidc-issuer",
            &url,
            "--oidc-client-id",
            "x",
            "--sms-gateway",
            "kannel",
            "--sms-kannel-url",
            &url,
            "--sms-kannel-username",
            "u",
            "--sms-kannel-password",
            "p",
            "--webhook-url",
            &url,
            "--webhook-secret",
            "0123456789abcdef",
            "--email-host",
            "127.0.0.1",
            "--email-port",
            port,
            "--email-security",
            "none",
            "--email-from",
            "desk@isp.example",
        ],
    );
    // One after the other they would take 35 seconds.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
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
    let dead = nobody();
    let text = format!(
        "isp_name = \"Lake\"\n[sms]\ngateway = \"kannel,http\"\nhook_secret = \"hush-0-hush-hush\"\n[sms.kannel]\n\
         url = \"http://u:hush-1@{dead}/hush-2\"\nusername = \"u\"\npassword = \"hush-3\"\n[sms.http]\n\
         url = \"http://{dead}/hush-4?to={{to}}&text={{text}}&key={{password}}\"\nmethod = \"GET\"\npassword = \"hush-5\"\n\
         [webhook]\nurl = \"http://{dead}/hush-6\"\nsecret = \"hush-7-hush-hush\"\n[email]\nhost = \"127.0.0.1\"\n\
         port = {}\nsecurity = \"none\"\nfrom = \"desk@isp.example\"\nusername = \"u\"\npassword = \"hush-8\"\n[oidc]\n\
         issuer = \"http://{dead}\"\nclient_id = \"x\"\nclient_secret = \"hush-9\"\n",
        dead.rsplit(':').next().unwrap()
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
