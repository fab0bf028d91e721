//! The log as programs read it, and a request followed through it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::support::{Browser, Caller, Dir, eventually, process::Process, sql};

/// Nothing answers there, so that a call of the gateway fails at once.
const ENV: [(&str, &str); 7] = [
    ("RUST_LOG", "debug"),
    ("REDRESS_LOG_FORMAT", "json"),
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
    ("REDRESS_SMS_SENDER", "LARKFIELD"),
];

fn lines(said: &str) -> Vec<Map<String, Value>> {
    said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[tokio::test]
async fn as_json_each_line_is_a_flat_object_and_a_request_is_followed_to_the_gateway() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &ENV);
    let admin = process.admin(&dir);
    let body = json!({"clientName": "Nadia Okonkwo", "clientPhone": "+447700900142", "issueType": "Other",
        "description": "Billed twice."});
    let made = admin.post("/api/tickets", &body).await;
    let id = made.header("x-request-id").to_owned();
    let path = format!("/api/tickets/{}/notifications", made.json["id"].as_str().unwrap());
    let message = admin.get(&path).await.json["items"][0]["id"].clone();
    process.wait_for("a gateway was called");
    let lines = lines(&process.stop());
    for line in &lines {
        let time: jiff::Timestamp = line["time"].as_str().unwrap().parse().unwrap();
        assert!(time.as_second() > 1_700_000_000 && line["time"].as_str().unwrap().ends_with('Z'), "{line:?}");
        assert!(["ERROR", "WARN", "INFO", "DEBUG"].contains(&line["level"].as_str().unwrap()), "{line:?}");
        assert!(line["message"].is_string() && line.values().all(|value| !value.is_object()), "{line:?}");
    }
    let of_requests: Vec<_> = lines.iter().filter(|line| line.contains_key("request_id")).collect();
    let asked: Vec<_> =
        of_requests.iter().filter(|line| line["message"] == "request" && line["request_id"] == *id).collect();
    assert_eq!(asked.len(), 1, "one line of the request itself: {lines:?}");
    assert_eq!((&asked[0]["route"], &asked[0]["status"]), (&json!("/api/tickets"), &json!(201)));
    let called = of_requests.iter().find(|line| line["message"] == "a gateway was called").unwrap();
    assert_eq!((&called["request_id"], &called["notification"]), (&json!(id), &message), "{called:?}");
    assert_eq!((&called["gateway"], &called["answer"]), (&json!("kannel"), &json!("later")));
}

#[tokio::test]
async fn a_wish_for_a_new_password_is_followed_to_the_mail_server() {
    let dir = Dir::new();
    let env = [
        ("REDRESS_LOG_FORMAT", "json"),
        ("REDRESS_EMAIL_HOST", "127.0.0.1"),
        ("REDRESS_EMAIL_PORT", "9"),
        ("REDRESS_EMAIL_FROM", "desk@isp.example"),
    ];
    let process = Process::serve(&dir, &env);
    process.admin(&dir);
    let asked = Browser::new(&process.base).submit("/forgot", &[("email", "priya@isp.example")]).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    let line = lines(&process.wait_for("a mail to the staff has to wait")).remove(0);
    assert_eq!(line["request_id"], asked.headers["x-request-id"].to_str().unwrap(), "{line:?}");
    assert!(line["mail"].as_str().unwrap().len() == 36 && line.get("reason").is_some(), "{line:?}");
    process.stop();
}

#[tokio::test]
async fn as_text_each_line_of_a_request_has_its_id_whatever_is_said_of_others() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[("RUST_LOG", "warn,redress=debug")]);
    let admin = process.admin(&dir);
    let id = admin.get("/api/tickets").await.header("x-request-id").to_owned();
    let said = process.stop();
    // On a slow machine it has others too: that the use of its token is noted late, or what took long.
    let line = format!("request{{request_id={id}}}: request method=GET route=\"/api/tickets\" ");
    assert_eq!(said.lines().filter(|said| said.contains(&line)).count(), 1, "{said}");
}

/// What the hourly sweep forgets failed log-ins by.
const SWEPT: &str = "DELETE FROM login_attempts WHERE last_at <= $1 AND blocked_until <= $1";

/// Starts where so many rows are to be swept: the line of the sweep, and its plan unless others have used up those that are
/// told at once.
async fn swept(dir: &Dir, rows: u32, threshold: u32) -> (Process, Map<String, Value>, Option<Map<String, Value>>) {
    let fill = format!(
        "INSERT INTO login_attempts (subject, failures, last_at, blocked_until) WITH RECURSIVE n(i) AS \
         (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i, 1, 5, 5 FROM n"
    );
    sql(dir, &fill);
    sql(dir, "DELETE FROM schedules");
    let threshold = threshold.to_string();
    let env = [
        ("REDRESS_LOG_FORMAT", "json"),
        ("REDRESS_LOG_SLOW_QUERY_MS", threshold.as_str()),
        ("REDRESS_METRICS_LISTEN", "127.0.0.1:0"),
    ];
    let process = Process::serve(dir, &env);
    let line = lines(&process.wait_for(&format!("\"rows\":{rows},"))).remove(0);
    let told = async || {
        let told = lines(&process.said());
        told.into_iter().find(|line| line.get("statement").is_some_and(|of| of == SWEPT) && line.contains_key("plan"))
    };
    let plan = tokio::time::timeout(Duration::from_secs(10), eventually("its plan", told)).await.ok();
    (process, line, plan)
}

/// A sweep that finds very many rows is slow; then its statement stands in the log, and how it is carried out.
#[tokio::test]
async fn a_slow_statement_is_told_with_its_plan_and_without_its_values() {
    let dir = Dir::new();
    Process::serve(&dir, &[]).stop();
    // Where a machine is so busy that everything is slow, few plans are told: then once more, with more to do.
    let (mut rows, mut threshold) = (200_000, if dir.database().is_some() { 100 } else { 20 });
    let (process, line, plan) = loop {
        let (process, line, plan) = swept(&dir, rows, threshold).await;
        if let Some(plan) = plan {
            break (process, line, plan);
        }
        let said = process.stop();
        (rows, threshold) = (2 * rows, 2 * threshold);
        assert!(rows < 5_000_000, "no plan of it: {said}");
    };
    assert_eq!((&line["message"], &line["statement"]), (&json!("a slow statement"), &json!(SWEPT)), "{line:?}");
    assert!(line["kind"] == "write" && line["millis"].as_u64() >= Some(threshold.into()), "{line:?}");
    assert!(line["waited_millis"].is_number() && line["left_out"].is_number(), "{line:?}");
    assert_eq!(plan["message"], "how a slow statement is carried out");
    assert!(plan["plan"].as_str().unwrap().contains("login_attempts"), "{plan:?}");
    let at = process.wait_for("metrics on");
    let at = at[at.find("http://").unwrap()..].split('"').next().unwrap().to_owned();
    let metrics = Caller::new(&at).get("/metrics").await.text;
    assert!(!metrics.contains("redress_database_slow_total{what=\"statement\"} 0"), "{metrics}");
    process.stop();
}

#[tokio::test]
async fn nothing_is_told_of_what_is_slow_where_that_is_off() {
    let dir = Dir::new();
    Process::serve(&dir, &[]).stop();
    sql(&dir, "DELETE FROM schedules");
    let process = Process::serve(&dir, &[("REDRESS_LOG_SLOW_QUERY_MS", "0")]);
    process.admin(&dir).get("/api/tickets").await;
    assert!(!process.stop().contains("slow"));
}
