//! E-mail through a mail server that we did not write: Debian's aiosmtpd.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use jiff::tz::TimeZone;
use redress::notifications::{
    Contact, Facts, Kind, Outcome, Outgoing, Settings, State, reason_text, segments::Encoding,
};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use super::post::{MOBILE, Post, REFERENCE, path};

const HOUR: i64 = 60 * 60 * 1_000;

/// A mail server of this test's own, gone with it.
struct MailServer {
    port: String,
    child: Child,
    dir: TempDir,
}

impl MailServer {
    fn start(options: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| dir.path().join(name));
        certificate(&cert, &key);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/mail_server.py");
        // It cannot be given port 0, and whoever else asks for a free one may get the same before it is there.
        for _ in 0..5 {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port().to_string();
            drop(listener);
            let mut command = Command::new("/usr/bin/python3");
            command.arg(&script).arg(&port).arg(dir.path());
            for option in options {
                command.arg(option);
                if option.ends_with("tls") {
                    command.args([&cert, &key]);
                }
            }
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
            if line.trim() == "ready" {
                return Self { port, child, dir };
            }
            child.wait().unwrap();
        }
        panic!("it does not start: apt-get install python3-aiosmtpd")
    }

    fn cert(&self) -> PathBuf {
        self.dir.path().join("cert.pem")
    }

    /// The mails so far, as Python reads them.
    fn mails(&self) -> Vec<Value> {
        let mut files: Vec<_> = std::fs::read_dir(self.dir.path()).unwrap().map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        files.iter().map(|file| serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()).collect()
    }

    fn settings<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = [
            ("email.host", "127.0.0.1"),
            ("email.port", &self.port),
            ("email.from", "Lakeside Fibre <desk@isp.example>"),
            ("notify.created", "email"),
            ("notify.assigned", "email"),
        ];
        [&own[..], more].concat()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn certificate(cert: &Path, key: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"])
        .args(["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(cert)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn header<'m>(mail: &'m Value, name: &str) -> Vec<&'m str> {
    let all = mail["headers"].as_array().unwrap().iter();
    all.filter(|pair| pair[0] == name).map(|pair| pair[1].as_str().unwrap()).collect()
}

/// Hands one mail to the gateway of these settings.
async fn send(settings: &[(&str, &str)], to: &str) -> Outcome {
    let lookup = |key: &str| settings.iter().rev().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
    let settings = Settings::read(&lookup, &TimeZone::UTC).unwrap();
    let gateway = settings.gates.find("email").unwrap();
    let (id, text) = (Uuid::from_u128(7), "Subject\n\nText\n.\n..dots");
    let message = Outgoing {
        id,
        round: 1,
        kind: Kind::Created,
        now: 1_793_707_200_000,
        to,
        text,
        encoding: Encoding::of(text),
        report_url: None,
        registered: None,
    };
    let began = Instant::now();
    let outcome = gateway.send(&message).await;
    assert!(began.elapsed().as_secs() < 14, "within half of the lease");
    assert!(!format!("{outcome:?}").contains('@') || matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    outcome
}

fn facts() -> Facts<'static> {
    Facts {
        reference: REFERENCE,
        issue: "Account 4711 was charged 900 twice",
        issue_type: "Incorrect Bill",
        status: Some(redress::words::Text::new("status-open")),
        registered_at: 1_793_707_200_000,
        note: "",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_encrypted_and_logged_in_with_both_parts_whole() {
    let server = MailServer::start(&["auth", "starttls"]);
    let cert = server.cert();
    let more = [
        ("email.username", "redress"),
        ("email.password", "smtp-pw"),
        ("email.ca_file", cert.to_str().unwrap()),
        ("email.reply_to", "answers@isp.example"),
        ("sms.language", "hi"),
    ];
    let post = Post::with(&server.settings(&more)).await;
    let email = |email| Contact { phone: None, email: Some(email) };
    let ticket = post.tell(Kind::Created, facts(), email("asha@exämple.test")).await;
    post.worker.step().await.unwrap();
    let message = post.message(ticket).await;
    assert_eq!((message.state, path(&message)), (State::Sent, vec!["queued", "sending", "sent"]), "{message:?}");
    assert_eq!((message.segments, message.gateway.as_deref()), (0, Some("email")));

    let mail = server.mails().remove(0);
    assert_eq!((&mail["defects"], &mail["type"]), (&serde_json::json!([]), &"multipart/alternative".into()));
    assert_eq!(mail["ascii"], true, "no server on the way can break its letters");
    assert_eq!(
        (mail["from"].as_str(), mail["to"][0].as_str()),
        (Some("desk@isp.example"), Some("asha@xn--exmple-cua.test"))
    );
    assert_eq!(header(&mail, "Subject"), [format!("Lakeside Fibre: टिकट {REFERENCE} दर्ज है")]);
    assert_eq!(header(&mail, "From"), ["Lakeside Fibre <desk@isp.example>"]);
    assert_eq!(header(&mail, "Reply-To"), ["answers@isp.example"]);
    assert_eq!(header(&mail, "Auto-Submitted"), ["auto-generated"]);
    assert_eq!(header(&mail, "X-Auto-Response-Suppress"), ["All"]);
    assert_eq!(header(&mail, "Message-ID"), [format!("<{}.1@isp.example>", message.id.simple())]);
    assert_eq!(header(&mail, "Date").len(), 1);
    assert!(mail["headers"].as_array().unwrap().iter().all(|pair| !pair[0].as_str().unwrap().starts_with("List-")));
    let (plain, html) = (mail["plain"].as_str().unwrap(), mail["html"].as_str().unwrap());
    for part in [plain, html] {
        for words in ["नमस्ते,", "आपकी शिकायत दर्ज हो गई है।", REFERENCE, "Incorrect Bill", "नवंबर 2026"]
        {
            assert!(part.contains(words), "{words} in {part}");
        }
        assert!(!part.contains("4711") && !part.contains("900"), "{part}");
    }
    assert_eq!(format!("{}\n\n{}", header(&mail, "Subject")[0], plain.trim_end()), message.text);
    assert!(html.starts_with("<!doctype html>\n<html lang=\"hi-IN\">"), "{html}");

    // No report is missing, since mail has none.
    post.hand.advance(100 * HOUR);
    assert_eq!((post.lapse().await, post.state(ticket).await), (0, State::Sent));

    let again = post.outbox.clone();
    let (id, by) = (message.id, post.user);
    let to = "asha@other.test";
    let resent = post.db.write(move |tx| again.resend(tx, id, &Contact { phone: None, email: Some(to) }, by)).await;
    assert_eq!(resent.unwrap().recipient, to);
    post.worker.step().await.unwrap();
    let mail = server.mails().remove(1);
    assert_eq!(header(&mail, "Message-ID"), [format!("<{}.2@isp.example>", message.id.simple())], "another sending");
}

#[tokio::test(flavor = "multi_thread")]
async fn technicians_get_theirs_and_clients_without_an_address_none() {
    let server = MailServer::start(&[]);
    let post = Post::with(&server.settings(&[("email.security", "none")])).await;
    let none = post.tell(Kind::Created, facts(), Contact { phone: None, email: None }).await;
    let message = post.message(none).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some("no e-mail address")));
    let email = Some("tomasz@isp.example");
    let theirs = post.tell(Kind::Assigned, facts(), Contact { phone: None, email }).await;
    post.worker.step().await.unwrap();
    assert_eq!(post.state(theirs).await, State::Sent);
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(header(&mails[0], "Subject"), [format!("Lakeside Fibre: Ticket {REFERENCE} is yours")]);
    assert!(!mails[0].to_string().contains(MOBILE));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_a_server_means_something_of_its_own() {
    let server = MailServer::start(&[]);
    let plain = server.settings(&[("email.security", "none")]);
    let later = |reason: &str| Outcome::Later { reason: reason.to_owned(), after: None };
    let refused = |reason: &str| Outcome::Refused { reason: reason.to_owned() };
    let doubtful = |reason: &str| Outcome::Doubtful { reason: reason.to_owned() };
    let slowed = Outcome::Throttled { reason: "the gateway asks us to slow down (421 4.7.0)".to_owned(), after: None };
    let table = [
        ("a@temp.test", later("the gateway has a fault (451 4.3.0)")),
        ("a@grey.test", Outcome::Deferred { reason: "the gateway cannot pass it on now (450 4.7.1)".to_owned() }),
        ("a@later.test", later("the gateway has a fault (451 4.3.0)")),
        ("a@rate.test", slowed),
        ("a@nouser.test", refused("the gateway refused it (550 5.1.1)")),
        ("a@full.test", refused("the gateway refused it (552 5.2.2)")),
        ("a@shut.test", later("the connection was cut before the answer")),
        ("a@cut.test", doubtful("the connection was cut before the answer")),
    ];
    for (to, want) in table {
        assert_eq!(send(&plain, to).await, want, "{to}");
    }
    // What was cut after the content had come: the mail is there.
    assert_eq!(server.mails().len(), 1);
    let (hung, silent) = tokio::join!(send(&plain, "a@hang.test"), send(&plain, "a@silent.test"));
    assert_eq!(hung, later("the gateway did not answer in time"));
    assert_eq!(silent, doubtful("the gateway did not answer in time"));

    assert!(matches!(send(&plain, "a@good.test").await, Outcome::Accepted { ids } if ids.len() == 1));
    let mail = server.mails().pop().unwrap();
    assert_eq!(mail["plain"], "Text\n.\n..dots\n", "no line ends the content");
    let nobody = [&plain[..], &[("email.from", "nobody@isp.example")]].concat();
    let sender = "the mail server refuses our sender (553 5.7.1)";
    assert_eq!(send(&nobody, "a@good.test").await, Outcome::LoginRefused { reason: sender.to_owned() });
    assert_eq!(reason_text(sender).english(), sender);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_in_clear_and_nothing_to_a_server_that_is_not_known() {
    let later = |reason: &str| Outcome::Later { reason: reason.to_owned(), after: None };
    let server = MailServer::start(&["auth", "starttls"]);
    let login = [("email.username", "redress"), ("email.password", "smtp-pw")];
    let cert = server.cert();
    let trusted = ("email.ca_file", cert.to_str().unwrap());
    let untrusted = "the mail server's certificate is not trusted";
    assert_eq!(send(&server.settings(&login), "a@good.test").await, later(untrusted));
    let wrong = [login[0], ("email.password", "wrong"), trusted];
    let refused = Outcome::LoginRefused { reason: "the gateway refuses our log-in (535 5.7.8)".to_owned() };
    assert_eq!(send(&server.settings(&wrong), "a@good.test").await, refused);
    let nobody = send(&server.settings(&[trusted]), "a@good.test").await;
    assert!(matches!(nobody, Outcome::LoginRefused { .. }), "{nobody:?}");
    let clear = send(&server.settings(&[("email.security", "none"), login[0], login[1]]), "a@good.test").await;
    assert!(!matches!(clear, Outcome::Accepted { .. }), "{clear:?}");
    assert!(server.mails().is_empty());

    let open = MailServer::start(&[]);
    let no_tls = "no encrypted connection to the mail server";
    assert_eq!(send(&open.settings(&[]), "a@good.test").await, later(no_tls), "STARTTLS is taken out of the greeting");
    assert_eq!(send(&open.settings(&[("email.security", "tls")]), "a@good.test").await, later(no_tls));
    assert!(open.mails().is_empty());

    let tls = MailServer::start(&["tls"]);
    let cert = tls.cert();
    let trusted = [("email.security", "tls"), ("email.ca_file", cert.to_str().unwrap())];
    assert!(matches!(send(&tls.settings(&trusted), "a@good.test").await, Outcome::Accepted { .. }));
    let elsewhere = [&trusted[..], &[("email.host", "localhost")]].concat();
    assert_eq!(send(&tls.settings(&elsewhere), "a@good.test").await, later(untrusted), "it is of another name");

    let away = [("email.port", "9")];
    assert_eq!(send(&open.settings(&away), "a@good.test").await, later("the gateway cannot be reached"));
    let unknown = [("email.host", "mail.invalid")];
    assert_eq!(send(&open.settings(&unknown), "a@good.test").await, later("the gateway cannot be reached"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_adds_no_recipient_and_no_header() {
    let server = MailServer::start(&[]);
    let plain = server.settings(&[("email.security", "none")]);
    for evil in [
        "a@good.test\r\nRCPT TO:<evil@good.test>",
        "a@good.test>\r\nDATA\r\nSubject: x\r\n.\r\n",
        "a@good.test\nBcc: evil@good.test",
        "a@good.test, evil@good.test",
        "",
    ] {
        let outcome = send(&plain, evil).await;
        assert_eq!(outcome, Outcome::Refused { reason: "not an address that mail can go to".to_owned() }, "{evil:?}");
    }
    assert!(server.mails().is_empty());
}
