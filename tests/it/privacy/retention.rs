//! What goes by its age, and what a plan says of it before.

use redress::{
    audit,
    clock::Clock,
    notifications::Incoming,
    privacy::{self, Rule},
};
use serde_json::json;

use super::{at, client, close, found, hers};
use crate::support::{Caller, TestApp, blobs, sql};

const DAY: i64 = 24 * 3_600_000;

#[tokio::test(flavor = "multi_thread")]
async fn closed_tickets_and_old_messages_lose_what_is_personal_and_nothing_else_does() {
    let (clock, hand) = Clock::fixed(1_764_000_000_000, 5);
    let settings =
        [("retention.tickets_months", "6"), ("retention.messages_days", "60"), ("retention.inbound_days", "90")];
    let app = TestApp::with_clock(&settings, clock).await;
    let admin = app.admin().await;
    let closed = hers(&admin, None, "Closed and old").await;
    let open = hers(&admin, None, "Open and old").await;
    let text = format!("It is {} still", closed["ticketRef"].as_str().unwrap());
    let incoming = Incoming { from: "+447700900142".to_owned(), text, id: None };
    app.app.inbox().receive("kannel", incoming).await.unwrap();
    let by_client = admin.get(&at(&closed)).await.json["notes"][0].clone();
    assert!(by_client["content"].as_str().unwrap().contains("still"), "{by_client}");
    close(&admin, &closed).await;
    let plan = async || admin.get("/api/privacy/retention").await.json["items"].clone();
    let counts = async || {
        plan().await.as_array().unwrap().iter().map(|rule| rule["count"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let purge = async || privacy::purge(&app.app.privacy()).await.unwrap();
    let nothing = [(Rule::Tickets, 0), (Rule::Messages, 0), (Rule::Inbound, 0)];
    hand.advance(59 * DAY);
    assert_eq!(counts().await, [0, 0, 0, 0]);
    assert_eq!(purge().await, nothing);

    hand.advance(2 * DAY);
    let recent = hers(&admin, None, "Recent").await;
    let planned = plan().await;
    assert_eq!(
        (planned[1]["count"].as_i64(), planned[1]["limit"].as_i64(), planned[1]["unit"].as_str()),
        (Some(3), Some(60), Some("days")),
        "{planned}"
    );
    assert_eq!(planned[3]["limit"], json!(null), "what is not set stays");
    assert_eq!(counts().await[1], 3, "a plan changes nothing");
    assert_eq!(purge().await[1], (Rule::Messages, 3));
    let sent = async |ticket| admin.get(&format!("{}/notifications", at(ticket))).await.json["items"][0].clone();
    assert_eq!((&sent(&open).await["text"], &sent(&open).await["recipient"]), (&json!(""), &json!("")));
    assert!(sent(&recent).await["text"].as_str().unwrap().len() > 10);
    assert_eq!(admin.get(&at(&open)).await.json["description"], "Open and old");
    let page = app.browser().await.open("/privacy").await;
    assert!(page.text.contains("60 days") && page.text.contains("Kept for ever"), "{}", page.text);

    hand.advance(30 * DAY);
    assert_eq!(counts().await, [0, 0, 1, 0]);
    assert_eq!(purge().await[2], (Rule::Inbound, 1));
    let ticket = admin.get(&at(&closed)).await.json;
    assert_eq!((&ticket["notes"][0]["content"], &ticket["description"]), (&json!(""), &json!("Closed and old")));
    assert_eq!(found(&admin, "still").await, 0);

    hand.advance(100 * DAY);
    assert_eq!(counts().await, [1, 1, 0, 0]);
    assert_eq!(purge().await, [(Rule::Tickets, 1), (Rule::Messages, 1), (Rule::Inbound, 0)]);
    let ticket = admin.get(&at(&closed)).await.json;
    assert_eq!((&ticket["description"], &ticket["status"]), (&json!("[erased]"), &json!("Closed")));
    assert_eq!(admin.get(&at(&open)).await.json["description"], "Open and old", "what is open is worked with");
    assert_eq!(purge().await, nothing, "once is enough");
}

async fn views(admin: &Caller) -> Vec<String> {
    let views = admin.get("/api/views").await.json["items"].as_array().unwrap().clone();
    views.iter().map(|view| view["name"].as_str().unwrap().to_owned()).collect()
}

/// As an erasure: what names somebody elsewhere goes with the last ticket of theirs, and the reasons of holds on a ticket with it.
#[tokio::test(flavor = "multi_thread")]
async fn with_the_last_ticket_of_somebody_goes_what_names_them_elsewhere() {
    let (clock, hand) = Clock::fixed(1_764_000_000_000, 5);
    let app = TestApp::with_clock(&[("retention.tickets_months", "3"), ("region", "GB")], clock).await;
    let admin = app.admin().await;
    let one = hers(&admin, None, "One").await;
    let two = hers(&admin, Some("LF-551"), "Two").await;
    for (name, query) in [("Hers", "q=zoe+quillfeather"), ("Nobody's", "q=somebody+else")] {
        assert_eq!(admin.post("/api/views", &json!({"name": name, "query": query})).await.status, 201);
    }
    let browser = app.browser().await;
    assert_eq!(browser.open("/tickets.csv?q=07700+900142").await.status, 200);
    let reason = ("reason", "Asked for by Zoë Quillfeather");
    assert_eq!(browser.submit("/tickets.csv", &[reason]).await.status, 200);
    let hold = json!({"ticket": one["id"], "reason": "Quillfeather sues"});
    let hold = admin.post("/api/privacy/holds", &hold).await.json["id"].as_str().unwrap().to_owned();
    let end = admin.request("POST", &format!("/api/privacy/holds/{hold}/end"));
    assert_eq!(admin.send(end).await.status, 200);
    let reasons = || blobs(app.dir()).into_iter().filter(|(name, _)| name == "legal_holds.reason").collect::<Vec<_>>();
    let before = reasons();
    assert_eq!(before.len(), 1);
    let redacted = async || audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap().redacted;

    close(&admin, &one).await;
    hand.advance(120 * DAY);
    assert_eq!(privacy::purge(&app.app.privacy()).await.unwrap(), [(Rule::Tickets, 1)]);
    assert_eq!(admin.get(&at(&one)).await.json["description"], "[erased]");
    assert_ne!(reasons(), before, "the hold was on this ticket");
    assert!(views(&admin).await.contains(&"Hers".to_owned()), "the desk still works with her");
    assert_eq!(redacted().await, 0);

    close(&admin, &two).await;
    hand.advance(120 * DAY);
    assert_eq!(privacy::purge(&app.app.privacy()).await.unwrap(), [(Rule::Tickets, 1)]);
    let left = views(&admin).await;
    assert!(!left.contains(&"Hers".to_owned()) && left.contains(&"Nobody's".to_owned()), "{left:?}");
    assert_eq!(redacted().await, 3, "the beginning and the end of one export, and the reason of the other");

    // A client without a ticket is still one.
    client(&admin).await;
    let third = hers(&admin, None, "Three").await;
    assert_eq!(admin.post("/api/views", &json!({"name": "Hers", "query": "q=LF-551"})).await.status, 201);
    close(&admin, &third).await;
    hand.advance(120 * DAY);
    assert_eq!(privacy::purge(&app.app.privacy()).await.unwrap(), [(Rule::Tickets, 1)]);
    assert!(views(&admin).await.contains(&"Hers".to_owned()));
}

/// Tickets go some at a time, and whoever is gone with a later one is forgotten by all that the earlier ones said, too.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_are_gone_after_many_tickets_are_forgotten_by_all_of_them() {
    let (clock, hand) = Clock::fixed(1_764_000_000_000, 5);
    let app = TestApp::with_clock(&[("retention.tickets_months", "3"), ("region", "GB")], clock).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let mut tickets = Vec::new();
    for number in 0..60 {
        let email = if number == 0 { json!("quill@work.example") } else { json!(null) };
        let fields = json!({
            "clientName": if number % 59 == 0 { "Zoë Quillfeather".to_owned() } else { format!("Somebody Other{number}") },
            "clientPhone": if number % 59 == 0 { "+447700900142".to_owned() } else { format!("+4477009002{number:02}") },
            "clientEmail": email,
        });
        tickets.push(admin.ticket(fields).await);
    }
    for (name, query) in [("Hers", "q=quill%40work.example"), ("Nobody's", "q=somebody+else")] {
        assert_eq!(admin.post("/api/views", &json!({"name": name, "query": query})).await.status, 201);
    }
    assert_eq!(browser.open("/tickets.csv?q=quill%40work.example").await.status, 200);
    let before = views(&admin).await;
    for ticket in &tickets {
        close(&admin, ticket).await;
        hand.advance(1_000);
    }
    hand.advance(120 * DAY);
    assert_eq!(privacy::purge(&app.app.privacy()).await.unwrap(), [(Rule::Tickets, 60)]);
    for ticket in &tickets {
        assert_eq!(admin.get(&at(ticket)).await.json["clientName"], "[erased]");
    }
    let left = views(&admin).await;
    let gone: Vec<_> = before.iter().filter(|view| !left.contains(view)).collect();
    assert_eq!(gone, ["Hers"]);
    let redacted = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap().redacted;
    assert_eq!(redacted, 2, "the beginning and the end of the export");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_rows_of_the_history_go_and_the_chain_holds() {
    let (clock, hand) = Clock::fixed(1_764_000_000_000, 5);
    let app = TestApp::with_clock(&[("retention.audit_years", "1")], clock).await;
    for name in ["Ada", "Ben", "Cleo"] {
        app.user(name, redress::staff::Role::Technician).await;
    }
    let verify =
        async |held: Option<&str>| audit::verify(&app.app.db, &app.app.tickets.desk.vault, held).await.unwrap();
    let before = verify(None).await;
    assert_eq!((before.linked, before.purged), (3, 0));
    hand.advance(364 * DAY);
    assert_eq!(privacy::purge(&app.app.privacy()).await.unwrap(), [(Rule::Audit, 0)]);
    hand.advance(3 * DAY);
    app.user("Dana", redress::staff::Role::Technician).await;
    assert_eq!(privacy::purge(&app.app.privacy()).await.unwrap(), [(Rule::Audit, 3)]);
    let after = verify(before.head.as_deref()).await;
    assert_eq!((after.linked, after.purged, after.broken.len(), after.held), (2, 3, 0, true), "{after:?}");
    // Whoever takes out more, without the keys, is seen; and so is who takes out the beginning's seal.
    assert_eq!(sql(app.dir(), "DELETE FROM audit_events WHERE seq = (SELECT min(seq) FROM audit_events)"), 1);
    assert_eq!(verify(None).await.broken.len(), 1);
}
