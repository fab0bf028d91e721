//! Words that bypass the message files. Two nets: templates hold no words of their own, and no page in Hindi shows a word
//! in Latin letters that is not in the short lists below. What people typed is in Devanagari here, so whatever is left in
//! Latin letters came from the program.

use std::path::Path;

use redress::staff::{NewUser, Role};
use reqwest::header::ACCEPT_LANGUAGE;
use scraper::{Html, Node};
use serde_json::{Value, json};

use crate::support::{Browser, Caller, PASSWORD, TestApp};

/// Names and abbreviations that are the same in Hindi, and what clients type to us.
const NAMES: [&str; 19] = [
    "Redress", "SMS", "CSV", "API", "GSM", "UCS", "STATUS", "STOP", "START", "HELP", "Ctrl", "Esc", "UTC", "UTF",
    "JSON", "Kannel", "ID", "URL", "DLT",
];

/// Attributes that people read or hear.
const SAID: [&str; 6] = ["aria-label", "title", "placeholder", "alt", "data-label", "content"];

/// The words in Latin letters in a text: neither e-mail addresses, references, ids and addresses of pages, nor settings.
fn latin(text: &str) -> Vec<String> {
    let is_id = |word: &str| uuid::Uuid::try_parse(word.trim_end_matches(':')).is_ok();
    let of_a_machine =
        |word: &&str| word.contains(['@', '/', '_', '#', '=', '<', '{']) || word.starts_with("BILL-") || is_id(word);
    let words = text.split_whitespace().filter(|word| !of_a_machine(word));
    let words = words.flat_map(|word| word.split(|c: char| !c.is_ascii_alphabetic()));
    words.filter(|word| word.len() > 1 && !NAMES.contains(word)).map(ToOwned::to_owned).collect()
}

/// What a page shows and says in Latin letters, each with its text around it.
fn shown(html: &Html) -> Vec<String> {
    let mut found = Vec::new();
    for node in html.tree.nodes() {
        let texts: Vec<String> = match node.value() {
            Node::Text(text) => {
                let above: Vec<_> = node.ancestors().filter_map(|above| above.value().as_element()).collect();
                // Code is for programs; what bears a language of its own is meant to be in that.
                let foreign = |name: &str| matches!(name, "script" | "style" | "code" | "kbd");
                let own = above.iter().any(|above| {
                    foreign(above.name())
                        || above.attr("class").is_some_and(|class| class.split(' ').any(|one| one == "ref"))
                        || (above.name() != "html" && above.attr("lang").is_some())
                });
                if own { Vec::new() } else { vec![text.to_string()] }
            }
            Node::Element(element) => {
                let said = |(name, value): (&str, &str)| {
                    let of_meta = name == "content" && element.name() != "template";
                    let read = SAID.contains(&name) && !of_meta || name.starts_with("data-say-");
                    read.then(|| value.to_owned())
                };
                element.attrs().filter_map(said).collect()
            }
            _ => Vec::new(),
        };
        for text in texts {
            let words = latin(&text);
            if !words.is_empty() {
                let whole: Vec<_> = text.split_whitespace().collect();
                found.push(format!("{} in “{}”", words.join(" "), whole.join(" ")));
            }
        }
    }
    found
}

#[test]
fn templates_have_no_words_of_their_own() {
    let mut wrong = Vec::new();
    let mut looked = 0;
    for path in files(Path::new("templates")) {
        let html = Html::parse_document(&without_expressions(&std::fs::read_to_string(&path).unwrap()));
        looked += 1;
        wrong.extend(shown(&html).into_iter().map(|found| format!("{}: {found}", path.display())));
    }
    assert!(looked > 50, "the walk has lost its way");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A template without what is between its braces.
fn without_expressions(template: &str) -> String {
    let (mut out, mut rest) = (String::new(), template);
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        let close = match &rest[at..at + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        out.push_str(&rest[..at]);
        let end = rest[at..].find(close).unwrap() + at + 2;
        // A value stands there, and parts the words beside it.
        out.push('·');
        rest = &rest[end..];
    }
    out + rest
}

/// A desk where everything that people typed is in Devanagari.
struct Desk {
    app: TestApp,
    browser: Browser,
    ticket: String,
    client: String,
    view: String,
    technician: String,
}

async fn page(browser: &Browser, path: &str) -> crate::support::Page {
    let request = browser.request("GET", path).header("sec-fetch-site", "same-origin");
    Browser::page(request.header(ACCEPT_LANGUAGE, "hi-IN")).await
}

async fn sent(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> crate::support::Page {
    let request = browser.request("POST", path).header("sec-fetch-site", "same-origin").form(fields);
    Browser::page(request.header(ACCEPT_LANGUAGE, "hi-IN")).await
}

async fn add(app: &TestApp, name: &str, email: &str, role: Role) -> String {
    let (name, email) = (name.to_owned(), email.to_owned());
    let new = NewUser { email, name, phone: None, role, owner: true, password: Some(PASSWORD.to_owned()) };
    redress::staff::add_user(&app.app.staff, None, new).await.unwrap().id.to_string()
}

/// Logs tickets of each kind, and gives the one to which most has happened.
async fn tickets(admin: &Caller, technician: &str) -> String {
    let mut tickets = Vec::new();
    for (issue, priority) in [
        ("Incorrect Bill", "Low"),
        ("Payment Not Reflected", "Medium"),
        ("Service Suspension", "High"),
        ("Other", "Urgent"),
        ("रोमिंग", "Low"),
    ] {
        let fields = json!({
            "clientName": "मीरा जोशी", "clientPhone": "+919876500001", "clientEmail": "meera@mail.example",
            "clientAccountId": "4711", "issueType": issue, "description": "राउटर का शुल्क दो बार लगा है।",
            "priority": priority,
        });
        let ticket = admin.ticket(fields).await;
        tickets.push(ticket["ticketRef"].as_str().unwrap().to_owned());
    }
    let changes = [
        json!({"status": "In Progress", "priority": "High"}),
        json!({"status": "Dispatched", "assignedTo": technician}),
        json!({"status": "Fixed", "clientName": "मीरा शर्मा", "description": "राउटर ख़राब है।"}),
        json!({"status": "Open", "issueType": "Other", "assignedTo": null}),
        json!({"status": "Dispatched", "assignedTo": technician}),
    ];
    for change in &changes {
        let reply = admin.patch(&format!("/api/tickets/{}", tickets[0]), change).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    admin.patch(&format!("/api/tickets/{}", tickets[1]), &json!({"status": "Fixed"})).await;
    admin.post(&format!("/api/tickets/{}/notes", tickets[0]), &json!({"content": "कल फिर देखेंगे।"})).await;
    tickets.swap_remove(0)
}

impl Desk {
    async fn start() -> Self {
        let app = TestApp::with(&[
            ("isp_name", "गंगा ब्रॉडबैंड"),
            ("region", "IN"),
            ("sms.gateway", "kannel"),
            // Nobody listens there: messages wait, and every page says so.
            ("sms.kannel.url", "http://127.0.0.1:9/cgi-bin/sendsms"),
            ("sms.kannel.username", "x"),
            ("sms.kannel.password", "x"),
            ("sms.sender", "+919876543210"),
            ("sms.language", "hi"),
            ("issue_types", "रोमिंग"),
        ])
        .await;
        add(&app, "आशा वर्मा", "asha@isp.example", Role::Admin).await;
        let technician = add(&app, "विक्रम सिंह", "vikram@isp.example", Role::Technician).await;
        let browser = Browser::new(&app.base);
        let login = sent(&browser, "/login", &[("email", "asha@isp.example"), ("password", PASSWORD)]).await;
        assert_eq!(login.status, 303, "{}", login.text);
        let admin = app.anonymous();
        let login = json!({"email": "asha@isp.example", "password": PASSWORD});
        let token = admin.post("/api/auth/login", &login).await.json["token"].as_str().unwrap().to_owned();
        let admin = admin.with_token(&token);
        let put = json!({"name": "मीरा जोशी", "phone": "9876500001", "email": "meera@mail.example"});
        assert_eq!(admin.put("/api/clients/4711", &put).await.status, 201);
        let client = admin.get("/api/clients/4711").await.json["id"].as_str().unwrap().to_owned();
        let ticket = tickets(&admin, &technician).await;
        let view = json!({"name": "मेरी कतार", "query": "status=Open&priority=Urgent", "shared": true});
        let view = admin.post("/api/views", &view).await;
        assert_eq!(view.status, 201, "{}", view.text);
        let view = view.json["id"].as_str().unwrap().to_owned();
        sent(&browser, "/account/tokens", &[("name", "बिलिंग"), ("scope", "admin"), ("days", "30")]).await;
        page(&browser, "/tickets.csv").await;
        Self { app, browser, ticket, client, view, technician }
    }

    /// Every page that there is, with its states.
    fn pages(&self) -> Vec<String> {
        let Self { ticket, client, view, technician, .. } = self;
        let fixed = [
            "/tickets",
            "/tickets?status=Open,Fixed&priority=Urgent&issueType=Other&assignedTo=none",
            "/tickets?q=नहीं",
            "/tickets?createdFrom=2026-01-01&createdTo=2026-12-31&sort=priority&order=asc",
            "/tickets?status=नहीं&page=0",
            "/tickets/new",
            "/tickets/new?clientPhone=011+2345+6789",
            "/tickets/find?q=मी",
            "/tickets/bulk?all=1&list=status%3DNew%26status%3DDispatched&status=Fixed",
            "/tickets/bulk?status=Fixed",
            "/tickets/bulk?all=1&priority=High",
            "/tickets/bulk?all=1&assignedTo=",
            "/clients",
            "/clients?q=नहीं",
            "/clients/new",
            "/clients/suggest?q=मी",
            "/users",
            "/users/new",
            "/audit",
            "/notifications",
            "/notifications?state=queued,sending",
            "/notifications?state=delivered",
            "/notifications/calls",
            "/notifications/resend",
            "/notifications/templates",
            "/notifications/templates/created/sms/hi",
            "/notifications/templates/note/sms/en",
            "/reports",
            "/reports/created-and-fixed?period=last-90-days",
            "/reports?from=2026-02-30",
            "/reports/by-technician?status=Open,Fixed&priority=High",
            "/views",
            "/views/new?query=status%3DOpen",
            "/account",
            "/api/docs",
            "/nothing/here",
            "/tickets/BILL-20200101-0000",
        ];
        let of_ticket = [
            "",
            "?show=sms",
            "?show=notes",
            "?show=changes",
            "/edit",
            "/status",
            "/status?status=Fixed",
            "/status?status=Dispatched",
            "/assignment",
            "/priority",
            "?list=status%3DDispatched",
        ];
        let mut all: Vec<String> = fixed.map(ToOwned::to_owned).into();
        all.extend(of_ticket.map(|rest| format!("/tickets/{ticket}{rest}")));
        all.extend(["", "/edit"].map(|rest| format!("/clients/{client}{rest}")));
        all.extend(["", "/delete"].map(|rest| format!("/views/{view}{rest}")));
        all.push(format!("/users/{technician}/edit"));
        all
    }

    /// Forms that come back with their faults, and what is refused otherwise.
    fn refusals(&self) -> Vec<(String, Vec<(&'static str, &'static str)>)> {
        let Self { ticket, client, view, technician, .. } = self;
        let long = "क".repeat(201).leak();
        vec![
            ("/tickets/new".into(), vec![]),
            (
                "/tickets/new".into(),
                vec![
                    ("clientName", long),
                    ("clientPhone", "12"),
                    ("clientEmail", "क"),
                    ("issueType", "ख"),
                    ("status", "Fixed"),
                    ("priority", "ग"),
                    ("assignedTo", "घ"),
                    ("clientAccountId", "\u{1}"),
                    ("और", "क"),
                    ("description", "क"),
                ],
            ),
            (format!("/tickets/{ticket}/edit"), vec![("clientName", ""), ("clientPhone", "+91"), ("status", "Closed")]),
            (format!("/tickets/{ticket}/status"), vec![("status", "Closed")]),
            (format!("/tickets/{ticket}/status"), vec![("status", "New")]),
            (format!("/tickets/{ticket}/assignment"), vec![("assignedTo", "")]),
            (format!("/tickets/{ticket}/assignment"), vec![("assignedTo", "क")]),
            (format!("/tickets/{ticket}/notes"), vec![("content", " ")]),
            ("/clients".into(), vec![]),
            (format!("/clients/{client}/edit"), vec![("name", ""), ("phone", "1"), ("version", "1")]),
            ("/views".into(), vec![("name", ""), ("query", "status=नहीं")]),
            (format!("/views/{view}"), vec![("name", long)]),
            ("/users".into(), vec![]),
            (
                "/users".into(),
                vec![("name", "क"), ("email", "asha@isp.example"), ("role", "क"), ("password", "123"), ("phone", "1")],
            ),
            (format!("/users/{technician}/edit"), vec![("name", ""), ("email", "क"), ("role", "admin")]),
            ("/account/password".into(), vec![("current", "ग़लत"), ("password", "12")]),
            ("/account/tokens".into(), vec![("name", ""), ("days", "0")]),
            ("/account/preferences".into(), vec![("theme", "क"), ("language", "xx")]),
            ("/tickets/bulk".into(), vec![("status", "Fixed")]),
            (
                "/notifications/templates/created/sms/hi".into(),
                vec![("body", "“शिकायत”  {{x}} {{issue}} {{issue}} {{")],
            ),
            (
                "/notifications/templates/fixed/sms/hi".into(),
                vec![
                    ("body", "“शिकायत”  \u{200b}{{isp}}{{resolve_by}}{{issue}}"),
                    ("entity", "क"),
                    ("header", "क"),
                    ("cap_isp", "0"),
                ],
            ),
            ("/notifications/templates/fixed/sms/hi".into(), vec![("body", long), ("version", "7")]),
            ("/notifications/templates/fixed/sms/hi/test".into(), vec![("body", "{{ref}}"), ("number", "12")]),
        ]
    }
}

#[tokio::test]
async fn no_page_in_hindi_says_a_word_of_another_language() {
    let desk = Desk::start().await;
    let anyone = Browser::new(&desk.app.base);
    let mut wrong = Vec::new();
    let mut look = |place: &str, text: &str| {
        assert!(!text.is_empty(), "{place} shows nothing");
        wrong.extend(shown(&Html::parse_document(text)).into_iter().map(|found| format!("{place}: {found}")));
    };
    for path in desk.pages() {
        let page = page(&desk.browser, &path).await;
        assert!(matches!(page.status, 200 | 404 | 422), "{path}: {} {}", page.status, page.location);
        look(&path, &page.text);
    }
    for (path, fields) in desk.refusals() {
        let page = sent(&desk.browser, &path, &fields).await;
        assert!(matches!(page.status, 403 | 409 | 422), "{path} {fields:?}: {} {}", page.status, page.location);
        look(&format!("POST {path}"), &page.text);
    }
    look("/login", &page(&anyone, "/login").await.text);
    let failed = sent(&anyone, "/login", &[("email", "asha@isp.example"), ("password", "ग़लत")]).await;
    look("POST /login", &failed.text);
    let fresh = TestApp::with(&[("isp_name", "गंगा ब्रॉडबैंड")]).await;
    let first = Browser::new(&fresh.base);
    look("/setup", &page(&first, "/setup").await.text);
    look("POST /setup", &sent(&first, "/setup", &[("email", "क"), ("code", "1")]).await.text);
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

/// Programs get English whatever their `Accept-Language` says: their logs and their authors read it.
#[tokio::test]
async fn the_api_says_the_same_to_everybody() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let wrong = json!({"clientName": "", "clientPhone": "12", "issueType": "x", "description": ""});
    let plain = admin.post("/api/tickets", &wrong).await;
    let request = admin.request("POST", "/api/tickets").header(ACCEPT_LANGUAGE, "hi").json(&wrong);
    let request = request.header("cookie", "redress_language=hi");
    let asked = admin.send(request).await;
    assert_eq!((plain.status, asked.status), (422, 422));
    assert_eq!(plain.words(), asked.words());
    let messages: Vec<_> = plain.json["errors"].as_array().unwrap().iter().map(|one| one["message"].clone()).collect();
    assert!(messages.contains(&Value::from("Enter the client's name.")), "{messages:?}");
}
