//! What is personal stands in no file, no table and no log line, and is found all the same.

use std::{collections::BTreeSet, sync::LazyLock};

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Value, json};

use crate::support::{
    Browser, Caller, Dir, PASSWORD, at_rest,
    collector::Collector,
    eventually, log_statements,
    process::{Process, redress, run, run_with},
    server_log,
};

/// Nothing answers there, so each attempt fails with the address that it was for.
const ENV: [(&str, &str); 8] = [
    ("RUST_LOG", "trace"),
    ("REDRESS_METRICS_LISTEN", "127.0.0.1:0"),
    ("REDRESS_SMS_GATEWAY", "kannel"),
    ("REDRESS_SMS_KANNEL_URL", "http://127.0.0.1:9/cgi-bin/sendsms"),
    ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
    ("REDRESS_SMS_KANNEL_PASSWORD", "vermilionsendpw"),
    ("REDRESS_SMS_SENDER", "LARKFIELD"),
    ("REDRESS_REGION", "GB"),
];

/// Words that occur nowhere else, one or more for each personal field, before and after edits.
const PLANTED: [&str; 50] = [
    "Xanthippe",
    "Quillfeather",
    "447700931427",
    "7700931427",
    "zephyrine@quagmire.example",
    "zephyrine",
    "quagmire",
    "WOMBAT-551-ZQ",
    "WOMBAT551ZQ",
    "tintinnabulation",
    "flibbertigibbet",
    "Wolstenholme",
    "447700931999",
    "7700931999",
    "peregrinate@example.com",
    "OCELOT-7788",
    "serendipitous",
    "Reply STATUS",
    "is resolved",
    "Bartholomew",
    "bartholomew.x@isp.example",
    "447700931555",
    "Theodolinda",
    "theodolinda@isp.example",
    "mistyped@nowhere.example",
    "vermilionsendpw",
    "447700931777",
    "Iridescently",
    "correct horse battery",
    "quite another one",
    "Ziggurats of",
    "halcyonically",
    "brontosaurian",
    "Quixotically",
    "447700931888",
    "7700931888",
    "OKAPI-4411",
    "skedaddling",
    "discombobulated",
    "Persimmonia",
    "447700931010",
    "7700931010",
    "ALPACA-9090-KV",
    "ALPACA9090KV",
    "umbrageous@quagmire.example",
    "Effervescent Fibre",
    "Widdershins Lane",
    "Marmaduchess",
    "447700931020",
    "GECKO-4141-PL",
];

/// The ways in which a text may stand in bytes.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let mut forms = vec![
        text.as_bytes().to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        text.bytes().rev().collect(),
        HEXLOWER.encode(text.as_bytes()).into_bytes(),
        form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().into_bytes(),
        text.bytes().flat_map(|byte| format!("%{byte:02x}").into_bytes()).collect(),
        utf16.iter().flat_map(|unit| format!("\\u{unit:04x}").into_bytes()).collect(),
    ];
    // As SMS carry numbers: pairs of digits turned round (3GPP TS 23.040, 9.1.2.3).
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let padded = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("{text}f") };
        forms.push(padded.as_bytes().chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect());
    }
    // Inside a longer text base 64 has three shapes; the first and last characters depend on the neighbours.
    for shift in 0..3 {
        let padded = [&b"   "[..shift], text.as_bytes()].concat();
        let whole = BASE64.encode(&padded[..padded.len() / 3 * 3]);
        let from = if shift == 0 { 0 } else { 4 };
        if whole.len() > from + 7 {
            forms.push(whole.as_bytes()[from..].to_vec());
        }
    }
    forms
}

/// All ways in which all words may stand, looked for at once, and the word of each way.
static FORMS: LazyLock<(AhoCorasick, Vec<&str>)> = LazyLock::new(|| {
    let forms = PLANTED.into_iter().flat_map(|text| forms(text).into_iter().map(move |form| (form, text)));
    let (forms, texts): (Vec<_>, Vec<_>) = forms.unzip();
    (AhoCorasick::builder().ascii_case_insensitive(true).build(forms).unwrap(), texts)
});

/// The planted words that some bytes give away, in whatever letter case.
fn leaks(bytes: &[u8]) -> BTreeSet<&'static str> {
    let (search, texts) = &*FORMS;
    search.find_overlapping_iter(bytes).map(|found| texts[found.pattern()]).collect()
}

/// Where PostgreSQL has what was planted, in rows and in files.
const TABLES: [&str; 13] = [
    "users",
    "idempotency",
    "tickets",
    "ticket_texts",
    "ticket_events",
    "ticket_notes",
    "ticket_search",
    "notifications",
    "saved_views",
    "audit_events",
    "clients",
    "drafts",
    "file of ticket_texts",
];

/// Nothing is given away by what is at rest, among which there are the files named, where they are the database's.
fn assert_sealed(dir: &Dir, files: &[&str]) {
    let found = at_rest(dir);
    for name in if dir.database().is_some() { &TABLES } else { files } {
        assert!(found.get(*name).is_some_and(|bytes| !bytes.is_empty()), "{name}: nothing to look at");
    }
    for (name, bytes) in found {
        assert_eq!(leaks(&bytes), BTreeSet::new(), "in {name}");
    }
}

/// Puts the words into every field there is, by API, page, command and SMS.
async fn plant(process: &Process, dir: &Dir) -> (Caller, Value) {
    let add = ["user", "add", "--email", "bartholomew.x@isp.example", "--name", "Bartholomew", "--role", "admin"];
    let phone = ["--phone", "+447700931555", "--password-stdin"];
    run_with(dir, &[&add[..], &phone].concat(), PASSWORD).done();
    let token = run(dir, &["token", "create", "--user", "bartholomew.x@isp.example", "--name", "tests"]).done();
    let admin = Caller::new(&process.base).with_token(token.trim_end());
    let tech = json!({"email": "theodolinda@isp.example", "name": "Theodolinda", "role": "technician", "password": "quite another one"});
    let tech = admin.post("/api/users", &tech).await.json;
    let body = json!({
        "clientName": "Xanthippe Quillfeather", "clientPhone": "+44 7700 931427",
        "clientEmail": "zephyrine@quagmire.example", "clientAccountId": "WOMBAT-551-ZQ", "issueType": "Other",
        "description": "Much tintinnabulation on the line", "assignedTo": tech["id"],
    });
    let kept = admin.request("POST", "/api/tickets").header("idempotency-key", "k1").json(&body);
    let ticket = admin.send(kept).await;
    assert_eq!(ticket.status, 201, "{}", ticket.text);
    let one = format!("/api/tickets/{}", ticket.json["id"].as_str().unwrap());
    admin.post(&format!("{one}/notes"), &json!({"content": "A flibbertigibbet called"})).await;
    admin.put(&one, &json!({"status": "Dispatched"})).await;
    admin.put(&one, &json!({"status": "Fixed"})).await;

    let browser = Browser::new(&process.base);
    browser.submit("/login", &[("email", "mistyped@nowhere.example"), ("password", "Iridescently")]).await;
    let page = browser.submit("/login", &[("email", "bartholomew.x@isp.example"), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    browser.open("/tickets?q=Xanthippe").await;
    let saved = browser.submit("/views", &[("name", "Ziggurats of all sorts"), ("query", "q=halcyonically")]).await;
    assert_eq!(saved.location, "/tickets?q=halcyonically");
    let other = admin.post("/api/views", &json!({"name": "Other", "query": "q=brontosaurian", "shared": true})).await;
    assert_eq!(other.status, 201, "{}", other.text);
    assert_eq!(browser.open("/tickets.csv?q=brontosaurian").await.status, 200);
    assert!(browser.open("/audit").await.all("td")[2].contains("brontosaurian"));
    let typed = [
        ("clientName", "Quixotically"),
        ("clientPhone", "07700 931888"),
        ("clientAccountId", "OKAPI-4411"),
        ("description", "Everybody went skedaddling"),
    ];
    let keep = async |form: &str, fields: &[(&str, &str)]| {
        let request = browser.request("PUT", &format!("/drafts/{form}")).header("sec-fetch-site", "same-origin");
        let kept = Browser::page(request.form(fields)).await;
        assert!(kept.text.starts_with("Draft saved"), "{}", kept.text);
    };
    keep("ticket", &typed).await;
    keep(&format!("note-{}", ticket.json["id"].as_str().unwrap()), &[("content", "Quite discombobulated")]).await;
    assert_eq!(browser.submit("/tickets/new/preview", &typed).await.status, 200);
    assert!(browser.open("/tickets/new").await.text.contains("skedaddling"));
    browser.open("/tickets?q=zephyrine%40quagmire.example&x=serendipitous").await;

    plant_clients(&admin, &browser, dir).await;
    let mut command = redress(dir, &["config", "hook-address"]);
    let address = command.envs(ENV).output().unwrap();
    let address = String::from_utf8(address.stdout).unwrap();
    let hook = address.lines().find_map(|line| line.split_once("/hooks/")).unwrap().1.to_owned();
    let from = format!("/hooks/{hook}&from=%2B447700931777&to=12345&text=");
    for text in ["STOP", "STATUS%20Iridescently", "Iridescently"] {
        assert_eq!(admin.get(&format!("{from}{text}")).await.status, 200);
    }
    (admin, ticket.json)
}

/// The same for clients, by call, page and file; then some of it is changed.
async fn plant_clients(admin: &Caller, browser: &Browser, dir: &Dir) {
    let body = json!({
        "name": "Persimmonia", "phone": "+447700931010", "email": "umbrageous@quagmire.example",
        "plan": "Effervescent Fibre", "address": "9 Widdershins Lane",
    });
    let added = admin.put("/api/clients/ALPACA-9090-KV", &body).await;
    assert_eq!(added.status, 201, "{}", added.text);
    for path in ["/clients?q=persimm", "/clients/suggest?q=ALPACA-9090-KV", "/api/clients/ALPACA-9090-KV"] {
        assert!(browser.open(path).await.text.contains("Persimmonia"), "{path}");
    }
    let file = "account,name,phone\nGECKO-4141-PL,Marmaduchess,+447700931020\nOCELOT-1,x,12\n";
    let ran = run_with(dir, &["clients", "import", "-"], file);
    assert!(ran.out.contains("1 added") && leaks(ran.err.as_bytes()).is_empty(), "{ran:?}");
    let changed = admin.put("/api/clients/ALPACA-9090-KV", &json!({"name": "Somebody", "plan": null})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
}

/// Gives the ticket other values, so that old ones stand only in its history.
async fn edit(admin: &Caller, ticket: &Value) {
    let body = json!({
        "clientName": "Wolstenholme", "clientPhone": "+447700931999", "clientEmail": "peregrinate@example.com",
        "clientAccountId": "OCELOT-7788", "description": "A serendipitous matter",
    });
    let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    assert_eq!(admin.put(&path, &body).await.status, 200);
}

async fn finds(admin: &Caller, words: &[&str]) {
    for q in words {
        let query = form_urlencoded::byte_serialize(q.as_bytes()).collect::<String>();
        let found = admin.get(&format!("/api/tickets?q={query}")).await;
        assert_eq!(found.json["total"], 1, "{q}: {}", found.text);
    }
}

/// Waits for traces of all kinds: what is left of them at a stop is sent only if that takes no time.
async fn traces_arrive(collector: &Collector) {
    let kinds = ["\"POST /api/tickets\"", "\"GET /tickets\"", "\"send by kannel\"", "\"database write\""];
    eventually("traces of all kinds", async || {
        let text = String::from_utf8(collector.bodies().concat()).unwrap();
        kinds.iter().all(|told| text.contains(told)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn personal_data_is_sealed_at_rest_and_kept_from_the_log() {
    let dir = Dir::new();
    if dir.database().is_some() {
        log_statements(&dir);
    }
    let collector = Collector::start();
    let traces = [("REDRESS_TRACES_ENDPOINT", collector.url.as_str()), ("REDRESS_TRACES_SAMPLE", "1")];
    let process = Process::serve(&dir, &[&ENV[..], &traces[..]].concat());
    let (admin, ticket) = plant(&process, &dir).await;
    let first = [
        "xanthippe",
        "quill",
        "7700931427",
        "1427",
        "zephyrine@quagmire.example",
        "WOMBAT-551-ZQ",
        "tintinnabulation",
        "flibbertigibbet",
    ];
    finds(&admin, &first).await;
    assert_sealed(&dir, &["redress.db-wal", "redress.db-shm"]);
    edit(&admin, &ticket).await;
    finds(&admin, &["wolsten", "931999", "peregrinate@example.com", "ocelot7788", "serendipitous", "flibbertigibbet"])
        .await;
    let path = format!("/api/tickets/{}/notifications", ticket["id"].as_str().unwrap());
    eventually("an attempt to send", async || {
        let sent = admin.get(&path).await.json["items"].as_array().unwrap().clone();
        // While a gateway is away, one message is enough to find out whether it is back.
        sent.iter().any(|one| one["attempts"].as_i64() > Some(0)).then_some(())
    })
    .await;
    assert_sealed(&dir, &["redress.db-wal"]);
    let line = process.wait_for("metrics on");
    let metrics = Caller::new(line[line.find("http://").unwrap()..].trim()).get("/metrics").await;
    assert!(metrics.text.contains("redress_"), "{}", metrics.text);
    assert_eq!(leaks(metrics.text.as_bytes()), BTreeSet::new(), "{}", metrics.text);
    assert_eq!(told_to_others(&process, &ticket).await, [] as [String; 0]);
    for (name, bytes) in process.seen_by_others() {
        // What it was given by its environment it still has there.
        let given = BTreeSet::from(["vermilionsendpw"]);
        assert_eq!(leaks(&bytes).difference(&given).collect::<Vec<_>>(), [] as [&&str; 0], "{name}");
    }
    traces_arrive(&collector).await;
    let said = process.stop();
    if let Some(log) = server_log(&dir) {
        let text = String::from_utf8_lossy(&log);
        assert!(text.contains("INSERT INTO ticket_texts") && text.contains("$1 = '"), "it has statements and values");
        assert_eq!(leaks(&log), BTreeSet::new(), "in PostgreSQL's own log");
    }
    assert_sealed(&dir, &["redress.db", "redress.key"]);
    assert!(said.contains("DEBUG") && said.contains("/api/tickets"), "the log says what it does: {said}");
    assert_eq!(leaks(said.as_bytes()), BTreeSet::new(), "{said}");
    let token = "rdr_";
    assert!(!said.contains(token), "{said}");
    let collected = collector.bodies().concat();
    let text = String::from_utf8(collected.clone()).unwrap();
    assert!(leaks(&collected).is_empty() && !text.contains(token), "{:?} in the traces", leaks(&collected));
}

/// What answers to strangers give away, be they wrong, broken or too many: their own words are not sent back, nor is what the
/// desk has.
async fn told_to_others(process: &Process, ticket: &Value) -> Vec<String> {
    let stranger = Caller::new(&process.base);
    let (id, reference) = (ticket["id"].as_str().unwrap(), ticket["ticketRef"].as_str().unwrap());
    let mut answers = Vec::new();
    for path in [
        "/Xanthippe",
        "/api/tickets/Xanthippe",
        "/hooks/sms/kannel/inbound?secret=x&from=447700931427&text=flibbertigibbet",
    ] {
        answers.push(stranger.get(path).await.text);
    }
    for path in [
        format!("/api/tickets/{id}"),
        format!("/tickets/{reference}"),
        format!("/privacy/tickets/{reference}"),
        "/live".to_owned(),
    ] {
        answers.push(stranger.get(&path).await.text);
    }
    for body in [
        "{\"clientName\": \"Xanthippe\", ",
        "[\"Xanthippe\"]",
        "{\"email\": \"Xanthippe\", \"password\": \"Quillfeather\"}",
    ] {
        for path in ["/api/tickets", "/api/auth/login", "/api/privacy/erasures", "/login"] {
            let request = stranger.request("POST", path).header("content-type", "application/json").body(body);
            answers.push(stranger.send(request).await.text);
        }
    }
    answers.into_iter().filter(|text| !leaks(text.as_bytes()).is_empty()).collect()
}

/// So that the search for leaks is known to find them.
#[test]
fn a_leak_in_any_form_is_found() {
    for text in ["Xanthippe", "447700931427"] {
        for (place, form) in forms(text).into_iter().enumerate() {
            let bytes = [&b"before"[..], &form, b"after"].concat();
            assert!(leaks(&bytes).contains(text), "{text}, form {place}");
        }
        for before in ["", "a", "ab", "abc"] {
            let bytes = BASE64.encode(format!("{before}{text} and more").as_bytes());
            assert!(leaks(bytes.as_bytes()).contains(text), "{text} after {before:?}");
        }
    }
    assert!(leaks(b"nothing of the kind").is_empty());
}
