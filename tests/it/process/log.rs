//! The log as programs read it, and a request followed through it.

use serde_json::{Map, Value, json};

use crate::support::{Dir, process::Process};

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
    let of = |words: &str| lines.iter().filter(|line| line["message"] == words && line.get("request_id").is_some());
    let asked: Vec<_> = of("request").filter(|line| line["request_id"] == *id).collect();
    assert_eq!(asked.len(), 1, "one line of the request itself: {lines:?}");
    assert_eq!((&asked[0]["route"], &asked[0]["status"]), (&json!("/api/tickets"), &json!(201)));
    let called = of("a gateway was called").next().unwrap();
    assert_eq!((&called["request_id"], &called["notification"]), (&json!(id), &message), "{called:?}");
    assert_eq!((&called["gateway"], &called["answer"]), (&json!("kannel"), &json!("later")));
}

#[tokio::test]
async fn as_text_each_line_of_a_request_has_its_id_whatever_is_said_of_others() {
    let dir = Dir::new();
    let process = Process::serve(&dir, &[("RUST_LOG", "warn,redress=debug")]);
    let admin = process.admin(&dir);
    let id = admin.get("/api/tickets").await.header("x-request-id").to_owned();
    let said = process.stop();
    let asked: Vec<_> = said.lines().filter(|line| line.contains(&format!("request{{request_id={id}}}: "))).collect();
    assert!(asked.len() == 1 && asked[0].contains("route=\"/api/tickets\""), "{said}");
}
