//! What messages say, changed by an admin on pages and by calls.

use std::sync::{Arc, Mutex};

use redress::{
    clock::Clock,
    notifications::{Channel, Gates, Gateway, Met, Outcome, Outgoing, Probing, Sending},
    staff::Role,
};
use serde_json::{Value, json};

use super::{Desk, desk, toast};
use crate::{
    live::QUIET,
    notifications::fake_gateway::{ACCEPT, Act, FakeGateway},
    support::{Browser, Dir, PASSWORD, Page, TestApp, eventually},
};

const CREATED: &str = "/notifications/templates/created/sms/en";
const OWN: &str = "Dear customer, complaint {{ref}} about {{issue_type}} is with {{isp}}. {{issue}}";

async fn texts(desk: &Desk) -> Vec<String> {
    desk.send().await;
    desk.gateway.requests().iter().map(|request| request["text"].clone()).collect()
}

async fn save(browser: &Browser, version: &str, body: &str) -> Page {
    browser.submit(CREATED, &[("version", version), ("body", body)]).await
}

/// Asks for a part of a page, as a script does.
async fn stream(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let request = browser.request("POST", path).header("sec-fetch-site", "same-origin").form(fields);
    Browser::page(request.header("accept", "text/vnd.turbo-stream.html")).await
}

#[tokio::test]
async fn what_is_saved_is_what_the_next_ticket_says() {
    let desk = desk([]).await;
    let list = desk.open("/notifications/templates").await;
    assert_eq!(list.all("tbody tr").len(), 20, "five events by two channels in two languages");
    assert_eq!(list.attributes(".tabs [aria-current]", "href"), ["/notifications/templates"]);
    assert!(list.all("tbody tr")[0].contains("{{isp}}: ticket {{ref}} logged. {{issue}}"));
    let page = desk.open(CREATED).await;
    assert!(page.all("#body-hint")[0].contains("built-in"));
    assert!(page.all("#preview .sms__bubble")[0].starts_with("Your ISP: ticket BILL-"), "{}", page.text);
    let first = desk.log("Nadia Okonkwo", "07700 900142").await;
    let saved = save(&desk.browser, "0", OWN).await;
    assert_eq!((saved.status, saved.location.as_str()), (303, CREATED));
    assert_eq!(toast(&desk, &saved).await, "Saved. Messages from now on say so");
    desk.hand.advance(1_000);
    let second = desk.log("Nadia Okonkwo", "07700 900142").await;
    let reference = super::reference(&second);
    let own = format!(
        "Dear customer, complaint {reference} about Incorrect Bill is with Your ISP. Charged twice for the router."
    );
    let sent = texts(&desk).await;
    assert!(sent.iter().any(|text| text.contains(&format!("ticket {} logged", super::reference(&first)))), "{sent:?}");
    assert!(sent.contains(&own), "{sent:?}");
    // The page that logs tickets shows it too.
    let fields = [("clientPhone", "07700 900142"), ("issueType", "Other"), ("description", "Line down")];
    let preview = stream(&desk.browser, "/tickets/new/preview", &fields).await;
    assert!(preview.text.contains("about Other is with Your ISP. <mark>Line down.</mark>"), "{}", preview.text);
    // Saved twice is saved once.
    assert_eq!(save(&desk.browser, "1", OWN).await.status, 303);
    assert_eq!(save(&desk.browser, "1", "Second: {{ref}}").await.status, 303);
    let page = desk.open(CREATED).await;
    let versions = page.all(".versions li");
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert!(versions[0].contains("Version 2") && versions[0].contains("Dev Anand") && versions[0].contains("now"));
    let again = page.attributes(".versions a", "href");
    assert_eq!(again, [format!("{CREATED}?version=1")]);
    let older = desk.open(&again[0]).await;
    assert_eq!(older.all("#body"), [OWN]);
    assert_eq!(older.attributes("#template [name=version]", "value"), ["2"]);
    let reset = desk.browser.submit(&format!("{CREATED}/reset"), &[("version", "2")]).await;
    assert_eq!(toast(&desk, &reset).await, "Messages have the built-in wording again");
    let third = desk.log("Nadia Okonkwo", "07700 900142").await;
    let sent = texts(&desk).await;
    assert!(sent.iter().any(|text| text.contains(&format!("ticket {} logged", super::reference(&third)))), "{sent:?}");
    let events = desk.open("/audit").await.all("tbody tr");
    assert!(
        events[0].contains("built-in") && events[0].contains("Ticket logged, SMS, English: version 3"),
        "{events:?}"
    );
    assert!(events[2].contains("version 1") && events[2].contains("Dev Anand"), "{events:?}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_with_what_is_wrong() {
    let desk = desk([]).await;
    let wrong = save(&desk.browser, "0", "Complaint {{reference}} is logged").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.all("title")[0].starts_with("Error:"));
    assert_eq!(wrong.all("#body"), ["Complaint {{reference}} is logged"]);
    assert_eq!(wrong.all(".error-summary li").len(), 2, "{:?}", wrong.all(".error-summary li"));
    assert_eq!(wrong.all(".marked mark"), ["{{reference}}"]);
    assert_eq!(wrong.attributes("#body", "aria-invalid"), ["true"]);
    let dlt = [
        ("version", "0"),
        ("body", "Your “bill” – {{ref}}"),
        ("entity", "1001"),
        ("header", ""),
        ("templateId", "11 07"),
        ("cap_issue", "many"),
    ];
    let odd = desk.browser.submit(CREATED, &dlt).await;
    assert_eq!((odd.status, odd.all(".marked mark")), (422, vec!["“".into(), "”".into(), "–".into()]));
    let faults = odd.all(".error-summary li");
    assert!(faults[0].starts_with("“ (U+201C) at 6 is not of GSM-7"), "{faults:?}");
    assert_eq!(faults.len(), 6, "{faults:?}");
    for field in ["#header", "#templateId", "#cap_issue"] {
        assert_eq!(odd.attributes(field, "aria-invalid"), ["true"], "{field}");
    }
    assert!(desk.open(CREATED).await.all("#body-hint")[0].contains("built-in"), "nothing is kept");
}

#[tokio::test]
async fn of_two_who_change_one_the_second_is_told() {
    let desk = desk([]).await;
    assert_eq!(save(&desk.browser, "0", "First: {{ref}}").await.status, 303);
    let late = save(&desk.browser, "0", "Late: {{ref}}").await;
    assert_eq!(late.status, 409);
    assert!(late.all(".error-summary li")[0].starts_with("Somebody has changed this template meanwhile"));
    assert_eq!((late.all("#body"), late.all(".versions li").len()), (vec!["Late: {{ref}}".to_owned()], 1));
    let version = late.attributes("#template [name=version]", "value");
    assert_eq!(save(&desk.browser, &version[0], "Late: {{ref}}").await.status, 303);
    assert_eq!(desk.browser.submit(&format!("{CREATED}/reset"), &[("version", "1")]).await.status, 409);
}

#[tokio::test]
async fn a_message_is_shown_while_it_is_typed_and_tried_before_it_is_saved() {
    let gateway = FakeGateway::start([ACCEPT, Act::Answer(400, "Invalid number")]).await;
    let mut settings = QUIET.to_vec();
    settings.extend([("sms.price", "0.12 INR"), ("sms.resolve_days", "3"), ("isp_name", "Larkfield Fibre")]);
    settings[1].1 = &gateway.url;
    let app = TestApp::with(&settings).await;
    let browser = app.browser().await;
    let typed = [("body", "{{isp}}: {{ref}} by {{resolve_by}} – ₹"), ("version", "0")];
    let shown = stream(&browser, &format!("{CREATED}/preview"), &typed).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("target=\"preview\"") && shown.text.contains("UCS-2"), "{}", shown.text);
    assert!(shown.text.contains("0.12 INR a message") && shown.text.contains("<bdi>–</bdi>"), "{}", shown.text);
    let page = browser.submit(&format!("{CREATED}/preview"), &typed).await;
    assert_eq!((page.status, page.all("#body")), (200, vec![typed[0].1.to_owned()]));
    // Sent as it stands there, to a number.
    let test = format!("{CREATED}/test");
    let fields = [("body", "Test {{ref}}"), ("number", "07700 900142")];
    let taken = stream(&browser, &test, &fields).await;
    assert!(taken.text.contains("kannel took it."), "{}", taken.text);
    let request = &gateway.requests()[0];
    assert!(request["text"].starts_with("Test BILL-") && request["to"] == "+447700900142", "{request:?}");
    assert!(!request.contains_key("dlr-url"), "no report is asked for");
    let refused = browser.submit(&test, &fields).await;
    assert_eq!((refused.status, refused.all("#tried .notice").len()), (200, 1));
    assert!(
        refused.all("#tried")[0].contains("Not sent: the gateway refused it (400)."),
        "{:?}",
        refused.all("#tried")
    );
    for (number, body, status) in
        [("12", "Test {{ref}}", 422), ("020 7946 0123", "Test {{ref}}", 200), ("07700 900142", "{{oops}}", 422)]
    {
        let page = browser.submit(&test, &[("body", body), ("number", number)]).await;
        assert_eq!(page.status, status, "{number} {body}");
    }
    assert_eq!(gateway.requests().len(), 2);
    for _ in 0..7 {
        assert_eq!(browser.submit(&test, &fields).await.status, 200);
    }
    let many = browser.submit(&test, &fields).await;
    assert_eq!((many.status, gateway.requests().len()), (429, 9));
    let events = browser.open("/audit").await.all("tbody tr");
    assert!(events[0].contains("A test SMS was sent") && events[0].contains("ends in 0142"), "{events:?}");
    assert!(!events.concat().contains("7700"), "{events:?}");
}

#[derive(Debug, Default)]
struct Seen(Mutex<Vec<(String, String)>>);

impl Gateway for Seen {
    fn name(&self) -> &'static str {
        "kannel"
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(std::future::ready(Ok(Met::Nobody)))
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        let ids = message.registered.map(redress::notifications::Registered::store).unwrap_or_default();
        self.0.lock().unwrap().push((message.text.to_owned(), ids));
        Box::pin(std::future::ready(Outcome::Accepted { ids: Vec::new() }))
    }
}

#[tokio::test]
async fn the_ids_of_a_registered_template_go_with_its_messages() {
    let app = TestApp::with(&QUIET).await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let fields = [
        ("version", "0"),
        ("body", "Dear customer, complaint {{ref}} is registered for {{issue_type}}."),
        ("entity", "1001234567890123456"),
        ("header", "LARKFB"),
        ("templateId", "1107123456789012345"),
        ("cap_issue_type", "8"),
    ];
    assert_eq!(browser.submit(CREATED, &fields).await.status, 303);
    let page = browser.open(CREATED).await;
    assert_eq!(page.attributes("#header", "value"), ["LARKFB"]);
    assert_eq!(page.attributes("#cap_issue_type", "value"), ["8"]);
    assert!(page.has("#template details[open]"));
    let ticket = admin.ticket(json!({"issueType": "Incorrect Bill"})).await;
    let seen = Arc::new(Seen::default());
    let mut worker = app.app.worker(&app.base);
    worker.gates = Gates::new(vec![(Channel::SMS, vec![seen.clone()])]);
    worker.step().await.unwrap();
    let text =
        format!("Dear customer, complaint {} is registered for Incor....", ticket["ticketRef"].as_str().unwrap());
    assert_eq!(*seen.0.lock().unwrap(), [(text, "1001234567890123456|LARKFB|1107123456789012345".to_owned())]);
}

#[tokio::test]
async fn other_nodes_say_so_too() {
    let dir = Dir::new();
    let ours = TestApp::at(&dir, &QUIET, Clock::system()).await;
    let theirs = TestApp::at(&dir, &QUIET, Clock::system()).await;
    let (browser, admin) = (ours.browser().await, theirs.admin().await);
    assert_eq!(save(&browser, "0", "Own words: {{ref}}").await.status, 303);
    let told = eventually("the other node's message", async || {
        let id = admin.ticket(json!({})).await["id"].as_str().unwrap().to_owned();
        let sent = admin.get(&format!("/api/tickets/{id}/notifications")).await.json;
        Some(sent["items"][0]["text"].as_str().unwrap().to_owned()).filter(|text| text.starts_with("Own words"))
    });
    assert!(told.await.starts_with("Own words: BILL-"));
    // And a node that starts later.
    let third = TestApp::at(&dir, &QUIET, Clock::system()).await;
    assert!(third.app.tickets.desk.outbox.voice().own().may_have_made("Own words: BILL-").eq(&false));
    let page = browser.open(CREATED).await;
    assert_eq!(page.all("#body"), ["Own words: {{ref}}"]);
}

#[tokio::test]
async fn programs_read_and_change_them() {
    let app = TestApp::with(&QUIET).await;
    let (admin, technician) = (app.admin().await, app.caller("Aisha Bello", Role::Technician).await);
    let path = "/api/templates/fixed/sms/hi";
    let list = admin.get("/api/templates").await;
    assert_eq!((list.status, list.json["items"].as_array().unwrap().len()), (200, 20));
    let before = admin.get(path).await;
    assert_eq!((before.header("etag"), &before.json["builtIn"]), ("\"0\"", &Value::from(true)));
    for caller in [admin.get("/api/templates/fixed/post/hi").await, admin.get("/api/templates/x/sms/hi").await] {
        assert_eq!(caller.status, 404);
    }
    assert_eq!(technician.get(path).await.status, 403);
    assert_eq!(technician.put(path, &json!({"body": "{{ref}}"})).await.status, 403);
    let wanted = json!({
        "body": "शिकायत {{ref}} हल", "entity": "1001", "header": "LARKFB", "templateId": "1107", "unicode": true,
        "caps": {"ref": 25},
    });
    let put = |body: Value, tag: &str| {
        admin.send(admin.request("PUT", path).header("if-match", format!("\"{tag}\"")).json(&body))
    };
    let changed = put(wanted.clone(), "0").await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"1\""), "{}", changed.text);
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(&changed.json[name], value, "{name}");
    }
    assert_eq!(changed.json["changedBy"], "Priya Raman");
    let stale = put(wanted.clone(), "0").await;
    assert_eq!((stale.status, &stale.json["template"]["version"]), (412, &Value::from(1)));
    let wrong = json!({"body": "“{{rf}}” {{", "header": "L", "caps": {"ref": 0, "x": 3}, "more": 1});
    let refused = admin.put(path, &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let errors = refused.json["errors"].as_array().unwrap().clone();
    let faults: Vec<String> = errors
        .iter()
        .map(|fault| format!("{}: {}", fault["field"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    for fault in
        ["body: unknown", "body: invalid", "body: required", "body: not_allowed", "caps: invalid", "caps: unknown"]
    {
        assert!(faults.iter().any(|found| found == fault), "{fault} in {faults:?}");
    }
    for odd in [json!({"body": 42}), json!({"body": ["x"]}), json!({"body": {}})] {
        let refused = admin.put(path, &odd).await;
        assert_eq!((refused.status, refused.faults()), (422, vec!["body".to_owned()]), "{odd}");
    }
    let long = json!({"body": "x {{ref}}", "entity": "1", "header": "LARKFIELDFIBRE", "templateId": "1"});
    assert!(admin.put(path, &long).await.faults().contains(&"header".to_owned()));
    assert_eq!(admin.get(path).await.json["version"], 1, "nothing was changed");
    let reset = admin.put(path, &json!({"body": null})).await;
    assert_eq!((reset.status, &reset.json["version"], &reset.json["builtIn"]), (200, &json!(2), &json!(true)));
    assert_eq!(reset.json["body"], before.json["body"]);
}

#[tokio::test]
async fn technicians_and_strangers_see_none_of_it() {
    let app = TestApp::with(&QUIET).await;
    let technician = app.user("Aisha Bello", Role::Technician).await;
    let aisha = Browser::new(&app.base);
    aisha.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    for path in ["", "/preview", "/reset", "/test"].map(|rest| format!("{CREATED}{rest}")) {
        assert_eq!(aisha.submit(&path, &[("body", "{{ref}}")]).await.status, 403, "{path}");
    }
    let browser = app.browser().await;
    assert_eq!(browser.open("/notifications/templates/created/post/en").await.status, 404);
    assert_eq!(browser.open(&format!("{CREATED}/test")).await.location, CREATED);
}

const MAIL: &str = "/notifications/templates/created/email/en";

/// The ISP's server is not asked: what is queued has its words.
const BY_MAIL: [(&str, &str); 6] = [
    ("notify.created", "email"),
    ("email.host", "127.0.0.1"),
    ("email.port", "9"),
    ("email.from", "desk@isp.example"),
    ("isp_name", "Lakeside Fibre"),
    ("worker", "false"),
];

#[tokio::test]
async fn mail_has_a_subject_and_a_text_in_the_isps_words() {
    let app = TestApp::with(&BY_MAIL).await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let page = browser.open(MAIL).await;
    let built_in = page.all("#body").concat();
    assert!(
        built_in.starts_with("{{isp}}: Ticket {{ref}} is logged") && built_in.contains("{{issue_type}}"),
        "{built_in}"
    );
    assert!(!page.has("#entity") && page.all("#preview .letter b")[0].starts_with("Lakeside Fibre: Ticket BILL-"));
    let body =
        "Ticket {{ref}}\r\n\r\n\r\nDear customer,\r\n\r\nwe look into:  {{issue}}\r\nBy {{resolve_by}}\r\n\r\n{{isp}}";
    let refused = browser.submit(MAIL, &[("version", "0"), ("body", body)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("sms.resolve_days"), "{}", refused.text);
    let body = body.replace("By {{resolve_by}}\r\n", "");
    assert_eq!(browser.submit(MAIL, &[("version", "0"), ("body", &body)]).await.status, 303);
    let ticket = admin.ticket(json!({"clientEmail": "nadia@example.org"})).await;
    let sent = admin.get(&format!("/api/tickets/{}/notifications", ticket["id"].as_str().unwrap())).await;
    let reference = ticket["ticketRef"].as_str().unwrap();
    let issue = ticket["description"].as_str().unwrap();
    let want = format!("Ticket {reference}\n\nDear customer,\n\nwe look into: {issue}\n\nLakeside Fibre");
    assert_eq!(sent.json["items"][0]["text"], want, "{}", sent.text);
}

#[tokio::test]
async fn what_is_no_letter_is_refused() {
    let app = TestApp::with(&BY_MAIL).await;
    let admin = app.admin().await;
    let path = "/api/templates/created/email/en";
    let long = "x".repeat(150);
    for (body, code) in [
        ("Ticket {{ref}}".to_owned(), "required"),
        ("\n\nTicket {{ref}}".to_owned(), "required"),
        (format!("{{{{ref}}}} {long}\n\nText"), "too_long"),
        (format!("{{{{ref}}}}\n\n{}", "x".repeat(5_000)), "too_long"),
        ("Subject\n\nText".to_owned(), "required"),
        ("{{ref}}\n\n{{rf}}".to_owned(), "unknown"),
        ("{{ref}}: {{issue}}\n\nText".to_owned(), "not_allowed"),
    ] {
        let refused = admin.put(path, &json!({"body": body})).await;
        let codes: Vec<&str> =
            refused.json["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
        assert_eq!((refused.status, codes), (422, vec![code]), "{body:.40}");
    }
    let registered = json!({"body": "{{ref}}\n\nText", "entity": "1", "header": "L", "templateId": "1"});
    assert_eq!(admin.put(path, &registered).await.status, 422);
    // However long the issue is, nothing of it is cut.
    assert_eq!(admin.put(path, &json!({"body": "{{ref}}\n\n{{issue}}"})).await.status, 200);
    let issue = "The bill is wrong. ".repeat(60);
    let ticket = admin.ticket(json!({"clientEmail": "nadia@example.org", "description": issue})).await;
    let sent = admin.get(&format!("/api/tickets/{}/notifications", ticket["id"].as_str().unwrap())).await;
    assert!(sent.json["items"][0]["text"].as_str().unwrap().ends_with(issue.trim()));
}

#[tokio::test]
async fn a_mail_is_tried_by_the_isps_server() {
    let app = TestApp::with(&BY_MAIL).await;
    let browser = app.browser().await;
    let test = format!("{MAIL}/test");
    let fields = |to: &'static str| [("body", "Ticket {{ref}}\n\nText"), ("number", to)];
    let page = browser.submit(&test, &fields("07700 900142")).await;
    assert_eq!(page.status, 422, "a number is no address");
    let page = browser.submit(&test, &fields("me@isp.example")).await;
    assert!(page.all("#tried").concat().contains("cannot be reached"), "{:?}", page.all("#tried"));
    let history = browser.open("/audit").await.text;
    assert!(history.contains("to an address @isp.example") && !history.contains("me@isp"), "{history}");
    let unset = TestApp::with(&QUIET).await;
    let page = unset.browser().await.submit(&test, &fields("me@isp.example")).await;
    assert!(page.all("#tried").concat().contains("E-mail is not set up"), "{:?}", page.all("#tried"));
}
