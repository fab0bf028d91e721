//! `q`, as the contract tells of it, over the API.

use serde_json::{Value, json};

use super::{assert_problem, listed, path};
use crate::support::{Caller, TestApp};

/// What a query finds, escaped as a form would.
async fn finds(admin: &Caller, q: &str, ticket: &Value) -> bool {
    let address = reqwest::Url::parse_with_params("http://x/", [("q", q), ("pageSize", "100")]).unwrap();
    listed(admin, address.query().unwrap(), "id").await.contains(&ticket["id"].as_str().unwrap().to_owned())
}

async fn expect(admin: &Caller, ticket: &Value, found: &[&str], missed: &[&str]) {
    for q in found {
        assert!(finds(admin, q, ticket).await, "{q:?} does not find {ticket}");
    }
    for q in missed {
        assert!(!finds(admin, q, ticket).await, "{q:?} finds {ticket}");
    }
}

#[tokio::test]
async fn each_clause_of_the_contract() {
    let app = TestApp::with(&[("region", "GB")]).await;
    let admin = app.admin().await;
    let ticket = admin
        .ticket(json!({
            "clientName": "Siobh\u{e1}n O'Brien-Smith",
            "clientPhone": "+447700900142",
            "clientEmail": "S.OBrien+bills@example.com",
            "clientAccountId": "LF 2044-17",
            "description": "Charged twice for the routers, r\u{e9}sum\u{e9} enclosed.",
        }))
        .await;
    let other = admin
        .ticket(json!({"clientName": "Peter Lindqvist", "clientPhone": "+4915123456789", "description": "No light."}))
        .await;
    admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": "Posted the invoices again"})).await;
    let name = [
        "siobhan",
        "SIOBH\u{c1}N",
        "si",
        "Siob",
        "o'brien",
        "obrien",
        "brien",
        "O\u{2019}Bri",
        "smith",
        "brien-smith",
        "Siobhan Smith",
    ];
    expect(&admin, &ticket, &name, &["s", "iobhan", "mith", "siobhanx", "lindqvist", "siobhan peter"]).await;
    let words = ["router", "routers", "TWICE", "resume", "invoice", "invoices posted", "charged invoice siobhan"];
    expect(&admin, &ticket, &words, &["rout", "twi", "invo", "charged light"]).await;
    let phone = [
        "+447700900142",
        "07700900142",
        "07700 900 142",
        "+44 7700 900142",
        "0142",
        "900142",
        "7700900142",
        "+44 (0)7700 900-142",
    ];
    expect(&admin, &ticket, &phone, &["142", "0143", "7700900", "07700 900143"]).await;
    expect(
        &admin,
        &ticket,
        &["s.obrien+bills@example.com", "S.OBRIEN+BILLS@EXAMPLE.COM"],
        &["bills@example.com", "s.obrien+bills@example.co", "example.com"],
    )
    .await;
    expect(&admin, &ticket, &["LF 2044-17", "lf204417", "lf2044-17"], &["lf2044", "LF-20441"]).await;
    expect(
        &admin,
        &ticket,
        &["siobhan 0142", "router lf204417", "\"siobhan\" (0142)", "siobhan; router!"],
        &["siobhan 6789"],
    )
    .await;
    expect(&admin, &other, &["6789", "light", "pe"], &["siobhan", "0142"]).await;
}

#[tokio::test]
async fn a_reference_is_found_whole_by_its_start_and_by_its_tail() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let other = admin.ticket(json!({"clientName": "Peter Lindqvist"})).await;
    let reference = ticket["ticketRef"].as_str().unwrap().to_owned();
    let (day, tail) = reference.split_at(reference.len() - 4);
    let lower = reference.to_lowercase();
    let bare = reference.replace('-', "");
    expect(&admin, &ticket, &[&reference, &lower, &bare, tail, &tail.to_lowercase(), day, "BILL-20", "bill-2"], &[])
        .await;
    let others = other["ticketRef"].as_str().unwrap();
    expect(&admin, &ticket, &[], &[others, &others[others.len() - 4..], "BILL-1999"]).await;
}

#[tokio::test]
async fn search_follows_edits_and_notes() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({"clientEmail": "old@example.com", "clientAccountId": "OLD-1"})).await;
    let one = path(&ticket);
    for (body, gone, found) in [
        (json!({"clientName": "Mei Chow"}), "okonkwo", "chow"),
        (json!({"clientPhone": "+447700900777"}), "0142", "0777"),
        (json!({"clientEmail": "new@example.com"}), "old@example.com", "new@example.com"),
        (json!({"clientAccountId": "NEW-2"}), "OLD-1", "NEW-2"),
        (json!({"description": "Suspended this morning."}), "router", "suspended"),
    ] {
        expect(&admin, &ticket, &[gone], &[found]).await;
        assert_eq!(admin.put(&one, &body).await.status, 200);
        expect(&admin, &ticket, &[found], &[gone]).await;
    }
    expect(&admin, &ticket, &[], &["chargeback"]).await;
    admin.post(&format!("{one}/notes"), &json!({"content": "The bank says chargeback"})).await;
    expect(&admin, &ticket, &["chargeback", "chow chargeback 0777"], &[]).await;
    admin.put(&one, &json!({"description": "Something else.", "clientEmail": null})).await;
    expect(&admin, &ticket, &["chargeback"], &["suspended", "new@example.com"]).await;
    // Words that a note and the description share stay while either has them.
    admin.put(&one, &json!({"description": "A chargeback."})).await;
    admin.put(&one, &json!({"description": "Nothing."})).await;
    expect(&admin, &ticket, &["chargeback"], &[]).await;
}

/// What other search engines take for orders, and what no engine expects.
const ODD: &[&str] = &[
    "\"",
    "\"\"",
    "'",
    "*",
    "nadia*",
    "\"nadia",
    "nadia\"",
    "NEAR(nadia okonkwo)",
    "nadia NEAR/2 okonkwo",
    "nadia OR peter",
    "NOT nadia",
    "clientName: nadia",
    "nadia AND",
    "(nadia",
    "nadia)",
    "^nadia",
    "-nadia",
    "+nadia",
    "{nadia}",
    "nadia --",
    "'; DROP TABLE tickets; --",
    "%",
    "_",
    "\\",
    "100%",
    "\u{0}",
    "nadia\u{0}",
    "\u{7}",
    "\u{202e}nadia",
    "\u{200b}",
    "\u{fffd}",
    "\u{1f600}",
    "\u{645}",
    "@",
    "@@",
    "a@",
    "+",
    "++",
    "+4",
    "()",
    "BILL-",
    "BILL-\u{e9}",
    "....",
    "\u{3000}",
    "ﬁ",
    "İ",
    "ß",
];

#[tokio::test]
async fn no_search_breaks_anything() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket =
        admin.ticket(json!({"clientName": "Nadia \"Nan\" Okonkwo", "description": "100% AND more OR less"})).await;
    for q in ODD {
        finds(&admin, q, &ticket).await;
    }
    expect(&admin, &ticket, &["\"nadia\"", "(nadia)", "nan", "\"nan\" okonkwo", "more", " "], &["\"peter\"", "***"])
        .await;
    for raw in ["%ED%A0%80", "%FF", "%C3%28", "%", "%2", "%zz", "nadia%00", "a%ED%A0%80b"] {
        let reply = admin.get(&format!("/api/tickets?q={raw}")).await;
        assert!(matches!(reply.status, 200 | 422), "{raw}: {}", reply.text);
    }
    for (q, status) in
        [("x".repeat(500), 200), ("\u{1f600}".repeat(500), 200), ("x".repeat(501), 422), ("x".repeat(5000), 422)]
    {
        let address = reqwest::Url::parse_with_params("http://x/", [("q", &q)]).unwrap();
        let reply = admin.get(&format!("/api/tickets?{}", address.query().unwrap())).await;
        assert_eq!(reply.status, status, "{}", q.len());
        if status == 422 {
            assert_problem(&reply, 422);
            assert_eq!(reply.faults(), ["q"]);
        }
    }
    assert_eq!(admin.get(&path(&ticket)).await.json, ticket);
}

#[tokio::test]
async fn terms_that_name_a_field() {
    let app = TestApp::with(&[("region", "GB"), ("timezone", "Europe/London")]).await;
    let admin = app.admin().await;
    let technician = app.technician("Tomasz Zielinski").await;
    app.technician("Aisha Bello").await;
    let ticket = admin
        .ticket(json!({
            "clientName": "Nadia Okonkwo",
            "clientPhone": "+447700900142",
            "clientAccountId": "LF-204417",
            "description": "Account closed, status: open question",
            "issueType": "Payment Not Reflected",
            "priority": "Urgent",
            "assignedTo": technician.id,
        }))
        .await;
    admin.put(&path(&ticket), &json!({"status": "In Progress"})).await;
    let found = [
        "status:in-progress",
        "STATUS:\"in progress\" nadia",
        "status:new,InProgress",
        "priority:urgent",
        "priority:low,urgent tech:tom",
        "tech:\"tomasz ziel\"",
        "type:payment",
        "type:\"payment not reflected\"",
        "type:incorrect,reflected okonkwo",
        "phone:0142",
        "phone:\"07700 900 142\"",
        "account:lf204417 priority:Urgent",
        "after:2020-01-01",
        "after:2020-01-01 before:9999-01-01",
        // In quotation marks, or with a blank behind the colon, it is text.
        "\"status:\" question",
        "status: question",
        "phone:07700 900142 nadia",
        // As is a colon behind any other word.
        "question:closed nadia",
        "closed:status okonkwo",
        "LF:204417 okonkwo",
    ];
    let missed = [
        "status:new",
        "status:in-progress status:new",
        "status:in-progress peter",
        "priority:low",
        "tech:aisha",
        "tech:none",
        "tech:tomasz tech:aisha",
        "type:suspension",
        "phone:0143",
        "colour:red",
        "account:204417",
        "before:2020-01-01",
        "after:9999-01-01",
    ];
    expect(&admin, &ticket, &found, &missed).await;
    // They narrow what the other parameters let through.
    for (query, count) in [("status=New&q=status:in-progress", 0), ("priority=Urgent,Low&q=priority:urgent", 1)] {
        assert_eq!(admin.get(&format!("/api/tickets?{query}")).await.json["total"], count, "{query}");
    }
}

#[tokio::test]
async fn terms_that_cannot_be_read_say_what_to_write() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    app.technician("Tomasz Zielinski").await;
    for (q, says) in [
        ("status:gone", "In Progress"),
        ("priority:big", "Urgent"),
        ("type:nothing", "Incorrect Bill"),
        ("tech:nobodyhere", "Tomasz Zielinski"),
        ("phone:12", "4 digits"),
        ("before:yesterday", "2026-11-01"),
        ("after:2026-02-30", "2026-11-01"),
    ] {
        let reply = admin.get(&format!("/api/tickets?q={q}")).await;
        assert_problem(&reply, 422);
        assert_eq!(reply.faults(), ["q"]);
        assert!(reply.text.contains(says), "{q}: {}", reply.text);
    }
}

/// Each pair of neighbouring signs is looked for, and no statement may become too deep by that.
#[tokio::test]
async fn long_runs_of_signs_are_found() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let signs: String = (0..500u32).filter_map(|place| char::from_u32(0x4e00 + 3 * place)).collect();
    let ticket = admin.ticket(json!({"description": signs, "clientName": "Mei Chow"})).await;
    for length in [2, 170, 255, 400] {
        let q: String = signs.chars().skip(50).take(length).collect();
        for (query, count) in [("", 1), ("&status=New", 1), ("&status=Closed", 0), ("&sort=ticketRef", 1)] {
            let address = reqwest::Url::parse_with_params("http://x/", [("q", &q)]).unwrap();
            let reply = admin.get(&format!("/api/tickets?{}{query}", address.query().unwrap())).await;
            assert_eq!((reply.status, &reply.json["total"]), (200, &json!(count)), "{length}{query}: {}", reply.text);
        }
        expect(&admin, &ticket, &[&format!("chow {q}")], &[&format!("smith {q}")]).await;
    }
    let all = reqwest::Url::parse_with_params("http://x/", [("q", &signs)]).unwrap();
    assert!(matches!(admin.get(&format!("/api/tickets?{}", all.query().unwrap())).await.status, 200 | 422));
}

#[tokio::test]
async fn a_technician_whom_nobody_knows_is_a_fault_at_every_door() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    for path in ["/api/tickets?q=tech:nobody", "/api/tickets.csv?q=tech:nobody"] {
        let reply = admin.get(path).await;
        assert_problem(&reply, 422);
        assert_eq!(reply.faults(), ["q"], "{path}");
    }
    let page = app.browser().await.open("/tickets?q=tech:nobody").await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("No technician has the name"), "{}", page.text);
}
