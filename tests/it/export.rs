//! The CSV file: what is in it, that it is whole, and that the audit history knows of it.

use std::collections::BTreeSet;

use redress::{
    clock::Clock,
    fault::Fault,
    phone::Phone,
    staff::{Person, Role},
    tickets::{self, NewTicket, Priority, Status},
};
use serde_json::{Value, json};

use crate::support::{Browser, Caller, PASSWORD, Reply, TestApp, eventually};

const NOON: i64 = 1_795_435_200_000;

/// The lines after the first one, by column.
fn rows(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    let text = reply.text.trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        assert_eq!(record.len(), names.len());
        names.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), json!(cell))).collect()
    };
    reader.records().map(|record| Value::Object(row(record.unwrap()))).collect()
}

fn column(rows: &[Value], name: &str) -> Vec<String> {
    rows.iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

/// Many tickets at once, logged by somebody.
async fn fill(app: &TestApp, caller: &Caller, count: usize, description: &str) {
    let by = Person { id: app.id_of(caller).await.parse().unwrap(), name: "Priya Raman".to_owned() };
    let desk = app.app.tickets.desk.clone();
    let new = |n: usize| NewTicket {
        client_name: format!("Client {n}"),
        client_phone: Phone::from_e164("+447700900142").unwrap(),
        client_email: None,
        client_account_id: None,
        issue_type: "Other".to_owned(),
        description: description.to_owned(),
        status: Status::New,
        priority: Priority::Medium,
        assigned_to: None,
    };
    let prepared: Vec<_> = (0..count).map(|n| tickets::prepare(&desk, &by, new(n))).collect();
    let work = move |tx: &mut redress::db::Tx<'_>| {
        for one in &prepared {
            tickets::create(tx, &desk, one)?;
        }
        Ok::<_, Fault>(())
    };
    app.app.db.write(work).await.unwrap();
}

/// What the audit history says of exports, newest first: who, what, which tickets.
async fn history(browser: &Browser) -> Vec<[String; 3]> {
    let page = browser.open("/audit").await;
    assert_eq!(page.status, 200);
    let cells = page.all("tbody td");
    let rows = cells.chunks(3).filter(|row| row[1].starts_with("Export"));
    rows.map(|row| [row[0].clone(), row[1].clone(), row[2].clone()]).collect()
}

#[tokio::test]
async fn every_cell_comes_back_as_it_was() {
    let (clock, hand) = Clock::fixed(NOON, 5);
    let app = TestApp::with_clock(&[("timezone", "Asia/Kolkata"), ("region", "GB")], clock).await;
    let admin = app.admin().await;
    let tech = app.technician("Tomasz, \"Tom\" Zielinski").await;
    let odd = "He said \"no\", twice;\nthen, a \u{202e}word; 😀 José\tend";
    let one = admin
        .ticket(json!({"clientName": "O'Brien, \"Ann\"", "description": odd, "clientEmail": "a@b.example",
            "clientAccountId": "=1+1", "assignedTo": tech.id, "priority": "Urgent"}))
        .await;
    hand.advance(1500);
    for (name, description) in [
        ("=HYPERLINK(\"http://evil\")", "+1"),
        ("-2+3", "@SUM(A1)"),
        ("＝1", "＋1"),
        ("－1", "＠x"),
        ("\u{200b}=1", "fine, =1 is no formula here"),
    ] {
        admin.ticket(json!({"clientName": name, "description": description})).await;
        hand.advance(1000);
    }
    let reply = admin.get("/api/tickets.csv?sort=createdAt&order=asc").await;
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"tickets-20261123-1730.csv\"");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert!(reply.text.starts_with("id,ticketRef,clientName,clientPhone,"), "{}", reply.text);
    assert!(reply.text.ends_with("\r\n"));
    let rows = rows(&reply);
    let first = &rows[0];
    for (name, want) in [
        ("id", one["id"].as_str().unwrap()),
        ("ticketRef", one["ticketRef"].as_str().unwrap()),
        ("clientName", "O'Brien, \"Ann\""),
        ("clientPhone", "'+447700900142"),
        ("clientEmail", "a@b.example"),
        ("clientAccountId", "'=1+1"),
        ("issueType", "Incorrect Bill"),
        ("description", odd),
        ("status", "New"),
        ("priority", "Urgent"),
        ("assignedTo.id", &tech.id.to_string()),
        ("assignedTo.name", "Tomasz, \"Tom\" Zielinski"),
        ("assignedAt", "2026-11-23T17:30:00.000+05:30"),
        ("createdBy.name", "Priya Raman"),
        ("createdAt", "2026-11-23T17:30:00.000+05:30"),
        ("updatedAt", "2026-11-23T17:30:00.000+05:30"),
        ("version", "1"),
    ] {
        assert_eq!(first[name], want, "{name}");
    }
    assert_eq!(first.as_object().unwrap().len(), 18);
    assert_eq!(
        column(&rows[1..], "clientName"),
        ["'=HYPERLINK(\"http://evil\")", "'-2+3", "'＝1", "'－1", "'\u{200b}=1"]
    );
    assert_eq!(column(&rows[1..], "description"), ["'+1", "'@SUM(A1)", "'＋1", "'＠x", "fine, =1 is no formula here"]);
    assert_eq!(rows[1]["assignedTo.id"], "", "what is absent is empty");
}

#[tokio::test]
async fn the_file_holds_what_the_list_finds_in_its_order() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for (name, priority) in [("Siobhán O'Brien", "Low"), ("Nadia Okonkwo", "Urgent"), ("Ann O'Brien", "High")] {
        admin.ticket(json!({"clientName": name, "priority": priority})).await;
    }
    for (query, want) in [
        ("q=obrien&sort=createdAt&order=asc", vec!["Siobhán O'Brien", "Ann O'Brien"]),
        ("q=obrien&sort=createdAt", vec!["Ann O'Brien", "Siobhán O'Brien"]),
        ("priority=Urgent,High", vec!["Ann O'Brien", "Nadia Okonkwo"]),
        // By urgency a walk could lose its place, so it goes by the time of logging.
        ("sort=priority&order=asc", vec!["Siobhán O'Brien", "Nadia Okonkwo", "Ann O'Brien"]),
        ("status=Closed", vec![]),
    ] {
        let file = rows(&admin.get(&format!("/api/tickets.csv?{query}")).await);
        assert_eq!(column(&file, "clientName"), want, "{query}");
    }
    let by_reference = rows(&admin.get("/api/tickets.csv?sort=ticketRef&order=asc").await);
    assert!(column(&by_reference, "ticketRef").is_sorted());
    for query in ["status=Foo", "colour=red", "page=2", "pageSize=10", "cursor=x", "q=a&q=b"] {
        let reply = admin.get(&format!("/api/tickets.csv?{query}")).await;
        assert_eq!((reply.status, reply.header("content-type")), (422, "application/problem+json"), "{query}");
    }
}

#[tokio::test]
async fn only_admins_export_and_every_export_is_on_record() {
    let app = TestApp::start().await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let technician = app.user("Aisha Bello", Role::Technician).await;
    let aisha = Browser::new(&app.base);
    aisha.submit("/login", &[("email", &technician.email), ("password", PASSWORD)]).await;
    admin.ticket(json!({"clientName": "Zoë Quick"})).await;
    assert_eq!(aisha.open("/tickets.csv").await.status, 403);
    assert_eq!(app.anonymous().get("/api/tickets.csv").await.status, 401);
    assert_eq!(Browser::new(&app.base).open("/tickets.csv?q=x").await.location, "/login?next=%2Ftickets.csv%3Fq%3Dx");
    let head = admin.send(admin.request("HEAD", "/api/tickets.csv")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(browser.open("/tickets.csv?status=Foo").await.status, 422);
    assert!(history(&browser).await.is_empty(), "nothing has left");

    let page = browser.open("/tickets?q=zo%C3%AB&pageSize=10&page=1").await;
    let href = page.attribute("a[download]", "href").unwrap();
    assert_eq!(href, "/tickets.csv?q=zo%C3%AB");
    let file = browser.open(&href).await;
    assert!(file.text.starts_with("\u{feff}id,"), "spreadsheet programs know UTF-8 by the mark");
    assert!(file.text.contains("\"Zoë Quick\""), "{}", file.text);
    assert!(!admin.get("/api/tickets.csv").await.text.starts_with('\u{feff}'), "programs need none");
    let line = |who: &str, what: &str, which: &str| [who.to_owned(), what.to_owned(), which.to_owned()];
    assert_eq!(
        history(&browser).await,
        [
            line("Priya Raman", "Export of tickets ended after 1 ticket", "All tickets"),
            line("Priya Raman", "Export of tickets began", "All tickets"),
            line("Dev Anand", "Export of tickets ended after 1 ticket", "q: zoë"),
            line("Dev Anand", "Export of tickets began", "q: zoë"),
        ]
    );
    assert_eq!(aisha.open("/audit").await.status, 403);
    for _ in 0..25 {
        admin.get("/api/tickets.csv?status=Closed").await;
    }
    let first = browser.open("/audit").await;
    let second = browser.open(&first.attribute("a[rel=next]", "href").unwrap()).await;
    let exports =
        [&first, &second].map(|page| page.all("tbody tr").iter().filter(|row| row.contains("Export")).count());
    assert_eq!((first.all("tbody tr").len(), exports.iter().sum::<usize>()), (50, 54));
    assert!(second.has("a[rel=prev]") && !second.has("a[rel=next]"));
    for odd in ["x", "-1", "0", "99999999999999999999"] {
        assert_eq!(browser.open(&format!("/audit?before={odd}")).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_thousand_tickets_come_whole_and_once_while_others_change() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    fill(&app, &admin, 3000, &"Charged twice for the router, and nobody called back. ".repeat(8)).await;
    let all = admin.get("/api/tickets?sort=createdAt&pageSize=100").await.json;
    for query in ["sort=updatedAt", "sort=updatedAt&order=asc", "sort=status"] {
        let mut response = admin.request("GET", &format!("/api/tickets.csv?{query}")).send().await.unwrap();
        let mut text = response.chunk().await.unwrap().unwrap().to_vec();
        let mut changed = 0;
        while let Some(chunk) = response.chunk().await.unwrap() {
            text.extend_from_slice(&chunk);
            if changed < 20 {
                let id = all["items"][changed]["id"].as_str().unwrap();
                let body = json!({"description": format!("Changed by {query}"), "status": "Open"});
                assert_eq!(admin.put(&format!("/api/tickets/{id}"), &body).await.status, 200);
                admin.ticket(json!({"clientName": "Logged meanwhile"})).await;
                changed += 1;
            }
        }
        assert!(changed > 3, "it came in pieces");
        let mut reader = csv::Reader::from_reader(&text[..]);
        let clients: Vec<String> = reader.records().map(|record| record.unwrap()[2].to_owned()).collect();
        let wanted: Vec<&String> = clients.iter().filter(|name| name.starts_with("Client ")).collect();
        let distinct: BTreeSet<_> = wanted.iter().collect();
        assert_eq!((wanted.len(), distinct.len()), (3000, 3000), "{query}");
    }
    let found = rows(&admin.get("/api/tickets.csv?q=changed").await);
    assert!(found.len() > 3 && found.len() <= 20, "a search, after edits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_goes_away_ends_the_work_and_the_record_says_so() {
    let app = TestApp::start().await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    // More than the buffers of both ends of a connection hold.
    fill(&app, &admin, 300, &"x".repeat(60_000)).await;
    let mut response = admin.request("GET", "/api/tickets.csv").send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.chunk().await.unwrap().is_some());
    let begun = history(&browser).await;
    assert_eq!((begun.len(), begun[0][1].as_str()), (1, "Export of tickets began"), "on record before all has left");
    drop(response);
    let end = eventually("the end on record", async || {
        let history = history(&browser).await;
        (history.len() == 2).then(|| history[0][1].clone())
    })
    .await;
    let rows = end.strip_prefix("Export of tickets was broken off after ").expect(&end);
    let rows: usize = rows.split(' ').next().unwrap().parse().unwrap();
    assert!(rows < 300, "{rows}");
}
