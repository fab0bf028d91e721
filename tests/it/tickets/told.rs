//! Who is told of what: technicians of their tickets, clients of work that goes on and of notes that are for them, by the
//! channels that the settings name; and what clients write by SMS.

use serde_json::{Value, json};

use super::{KANNEL, messages, path};
use crate::support::{Caller, PASSWORD, TestApp};

async fn desk(more: &[(&str, &str)]) -> (TestApp, Caller) {
    let app = TestApp::with(&[&KANNEL[..], more].concat()).await;
    let admin = app.admin().await;
    (app, admin)
}

async fn technician(admin: &Caller, name: &str, phone: Option<&str>) -> String {
    let email = format!("{}@isp.example", name.to_lowercase());
    let mut user = json!({"name": name, "email": email, "role": "technician", "password": PASSWORD});
    if let Some(phone) = phone {
        user["phone"] = json!(phone);
    }
    let added = admin.post("/api/users", &user).await;
    assert_eq!(added.status, 201, "{}", added.text);
    added.json["id"].as_str().unwrap().to_owned()
}

async fn kinds(admin: &Caller, ticket: &Value) -> Vec<String> {
    let all = messages(admin, ticket).await;
    all.iter().map(|one| format!("{} {}", one["kind"].as_str().unwrap(), one["recipient"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_technician_is_told_once_for_each_assignment() {
    let (_app, admin) = desk(&[("notify.assigned", "sms")]).await;
    let (ada, ben) = (technician(&admin, "Ada", Some("+447700900201")).await, technician(&admin, "Ben", None).await);
    let ticket = admin.ticket(json!({"assignedTo": ada, "clientName": "Nadia Okonkwo"})).await;
    assert_eq!(kinds(&admin, &ticket).await, ["created +447700900142", "assigned +447700900201"]);
    let told = messages(&admin, &ticket).await.remove(1);
    let text = told["text"].as_str().unwrap();
    assert!(text.contains(ticket["ticketRef"].as_str().unwrap()) && text.contains("Incorrect Bill"), "{text}");
    assert!(!text.contains("Nadia") && !text.contains("Charged"), "nothing of the client's: {text}");
    // The same again is no assignment; another one is, and who has no number is told in no way that there is.
    admin.put(&path(&ticket), &json!({"assignedTo": ada, "status": "Dispatched"})).await;
    assert_eq!(kinds(&admin, &ticket).await.len(), 2);
    admin.put(&path(&ticket), &json!({"assignedTo": ben})).await;
    assert_eq!(kinds(&admin, &ticket).await.len(), 2);
    admin.put(&path(&ticket), &json!({"assignedTo": ada})).await;
    assert_eq!(kinds(&admin, &ticket).await.len(), 3);
    // Sent again it goes to the technician, never to the client.
    let cancel = format!("/api/notifications/{}/cancel", told["id"].as_str().unwrap());
    assert_eq!(admin.post(&cancel, &json!({})).await.status, 200);
}

#[tokio::test]
async fn nobody_is_told_of_an_assignment_unless_the_settings_say_so() {
    let (_app, admin) = desk(&[]).await;
    let ada = technician(&admin, "Ada", Some("+447700900201")).await;
    let ticket = admin.ticket(json!({"assignedTo": ada})).await;
    admin.put(&path(&ticket), &json!({"status": "Fixed"})).await;
    admin.put(&path(&ticket), &json!({"status": "Open"})).await;
    assert_eq!(kinds(&admin, &ticket).await, ["created +447700900142", "fixed +447700900142"]);
    let note = admin.post(&format!("{}/notes", path(&ticket)), &json!({"content": "x", "tellClient": true})).await;
    assert_eq!((note.status, note.faults()), (422, vec!["tellClient".to_owned()]));
    assert_eq!(admin.get(&path(&ticket)).await.json["notes"], json!([]), "and nothing is kept of it");
}

#[tokio::test]
async fn clients_are_told_that_work_goes_on_and_get_the_notes_that_are_for_them() {
    let (_app, admin) = desk(&[("notify.reopened", "sms"), ("notify.note", "sms"), ("notify.fixed", "none")]).await;
    let ticket = admin.ticket(json!({})).await;
    admin.put(&path(&ticket), &json!({"status": "In Progress"})).await;
    admin.put(&path(&ticket), &json!({"status": "Fixed"})).await;
    assert_eq!(kinds(&admin, &ticket).await.len(), 1, "a first move is no reopening, and Fixed is not told");
    admin.put(&path(&ticket), &json!({"status": "In Progress"})).await;
    assert_eq!(kinds(&admin, &ticket).await[1..], ["reopened +447700900142"]);
    let notes = format!("{}/notes", path(&ticket));
    admin.post(&notes, &json!({"content": "Between us: check the meter"})).await;
    let told = admin.post(&notes, &json!({"content": "We refund 12 pounds.", "tellClient": true})).await;
    assert_eq!(told.status, 201, "{}", told.text);
    let sent = messages(&admin, &ticket).await;
    let text = sent[2]["text"].as_str().unwrap();
    assert!(sent.len() == 3 && sent[2]["kind"] == "note" && text.ends_with("We refund 12 pounds."), "{text}");
}

#[tokio::test]
async fn urgent_messages_go_first_and_of_a_kind_the_oldest() {
    let gateway = crate::notifications::fake_gateway::FakeGateway::start([]).await;
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", gateway.url.as_str()),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "sendpw"),
        ("sms.per_second", "1"),
        ("worker", "false"),
    ];
    let app = TestApp::with(&settings).await;
    let admin = app.admin().await;
    let mut wanted = Vec::new();
    for priority in ["Low", "Medium", "Urgent", "High", "Urgent"] {
        let ticket = admin.ticket(json!({"priority": priority})).await;
        let rank = ["Urgent", "High", "Medium", "Low"].iter().position(|name| *name == priority).unwrap();
        wanted.push((rank, ticket["ticketRef"].as_str().unwrap().to_owned()));
    }
    wanted.sort_by_key(|(rank, _)| *rank);
    let worker = app.app.worker(&app.base);
    while gateway.requests().len() < wanted.len() {
        worker.step().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    for ((_, reference), request) in wanted.iter().zip(gateway.requests()) {
        assert!(request["text"].contains(reference), "{reference}: {}", request["text"]);
    }
}

/// A client writes from a number; the answer.
async fn write(app: &TestApp, from: &str, text: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("from", from).append_pair("text", text).append_pair("secret", app.app.hook_secret());
    let url = format!("{}/hooks/sms/kannel/inbound?{}", app.base, query.finish());
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn status_alone_names_the_ticket_or_all_that_are_open() {
    let (app, admin) = desk(&[]).await;
    let strangers = write(&app, "+447700900142", "STATUS").await;
    assert!(strangers.contains("no ticket with that reference"), "{strangers}");
    let first = admin.ticket(json!({})).await;
    let answer = write(&app, "+447700900142", "status").await;
    assert!(answer.contains(first["ticketRef"].as_str().unwrap()) && answer.contains("New"), "{answer}");
    let second = admin.ticket(json!({"status": "Open"})).await;
    let other = admin.ticket(json!({"clientPhone": "+447700900177"})).await;
    let answer = write(&app, "+447700900142", "STATUS").await;
    for ticket in [&first, &second] {
        assert!(answer.contains(ticket["ticketRef"].as_str().unwrap()), "{answer}");
    }
    assert!(!answer.contains(other["ticketRef"].as_str().unwrap()) && answer.len() <= 160, "{answer}");
}

#[tokio::test]
async fn what_a_client_writes_is_on_their_newest_open_ticket_and_reopens_what_was_fixed_lately() {
    let (app, admin) = desk(&[("notify.reopened", "sms")]).await;
    let old = admin.ticket(json!({})).await;
    let ticket = admin.ticket(json!({})).await;
    for (ticket, status) in [(&old, "Fixed"), (&old, "Closed"), (&ticket, "Fixed")] {
        admin.put(&path(ticket), &json!({"status": status})).await;
    }
    assert_eq!(write(&app, "+447700900199", "Hello?").await, "", "who has no ticket is not answered");
    let answer = write(&app, "+44 7700 900142", "OK, thank you!").await;
    assert_eq!(answer, "", "thanks are kept, and want no answer");
    let thanked = admin.get(&path(&ticket)).await.json;
    assert_eq!((&thanked["status"], &thanked["notes"][0]["content"]), (&json!("Fixed"), &json!("OK, thank you!")));
    let answer = write(&app, "+44 7700 900142", "Still wrong: 200 instead of 100").await;
    assert!(answer.contains(ticket["ticketRef"].as_str().unwrap()), "{answer}");
    let now = admin.get(&path(&ticket)).await.json;
    let note = &now["notes"][1];
    assert_eq!((&now["status"], &note["content"]), (&json!("Open"), &json!("Still wrong: 200 instead of 100")));
    assert_eq!(note["addedBy"]["name"], "Client");
    assert_eq!(now["statusHistory"].as_array().unwrap().last().unwrap()["updatedBy"]["name"], "Client");
    assert_eq!(kinds(&admin, &ticket).await.last().unwrap(), "reopened +447700900142");
    assert_eq!(admin.get(&path(&old)).await.json["status"], "Closed", "what is closed stays so");
    // It is found, shown on the page, and the client is in no list of the staff.
    let found = admin.get("/api/tickets?q=instead").await.json;
    assert_eq!(found["items"][0]["ticketRef"], ticket["ticketRef"]);
    let users = admin.get("/api/users").await.json;
    assert!(users["items"].as_array().unwrap().iter().all(|user| user["name"] != "Client"), "{users}");
    // Nor is it anybody who can be seen, changed, given tickets, or let in.
    let nobody = "00000000-0000-0000-0000-000000000000";
    let takeover = json!({"email": "c@isp.example", "role": "admin", "enabled": true, "password": PASSWORD});
    let change = admin.send(admin.request("PATCH", &format!("/api/users/{nobody}")).json(&takeover)).await;
    assert_eq!(change.status, 404, "{}", change.text);
    assert_eq!(admin.put(&path(&ticket), &json!({"assignedTo": nobody})).await.status, 422);
    let browser = app.browser().await;
    assert_eq!(browser.open(&format!("/users/{nobody}")).await.status, 404);
    assert_eq!(browser.submit(&format!("/users/{nobody}"), &[("name", "x")]).await.status, 404);
    let page = browser.open(&format!("/tickets/{}", ticket["ticketRef"].as_str().unwrap())).await;
    assert!(page.text.contains("Still wrong: 200 instead of 100"));
}

/// Which tickets have notes, by their places.
async fn notes(admin: &Caller, tickets: &[&Value]) -> Vec<usize> {
    let mut counts = Vec::new();
    for ticket in tickets {
        counts.push(admin.get(&path(ticket)).await.json["notes"].as_array().unwrap().len());
    }
    counts
}

#[tokio::test]
async fn what_a_client_writes_is_on_the_ticket_that_they_mean() {
    let (app, admin) = desk(&[]).await;
    let number = "+447700900142";
    let (open, fixed, other) = (
        admin.ticket(json!({})).await,
        admin.ticket(json!({})).await,
        admin.ticket(json!({"clientPhone": "+447700900177"})).await,
    );
    admin.put(&path(&fixed), &json!({"status": "Fixed"})).await;
    let all = [&open, &fixed, &other];
    write(&app, number, "Any news?").await;
    assert_eq!(notes(&admin, &all).await, [1, 0, 0], "what is open goes before what is fixed, though that is newer");
    let named = format!("{} is not right yet", fixed["ticketRef"].as_str().unwrap().to_lowercase());
    write(&app, number, &named).await;
    assert_eq!(notes(&admin, &all).await, [1, 1, 0], "but for the one they name");
    assert_eq!(admin.get(&path(&fixed)).await.json["status"], "Open");
    write(&app, number, &format!("And {}?", other["ticketRef"].as_str().unwrap())).await;
    assert_eq!(notes(&admin, &all).await.iter().sum::<usize>(), 3);
    assert_eq!(notes(&admin, &[&other]).await, [0], "another's is none of theirs");
}

#[tokio::test]
async fn yes_is_an_answer_unless_it_follows_a_stop() {
    let (app, admin) = desk(&[]).await;
    let (ticket, number) = (admin.ticket(json!({})).await, "+447700900142");
    write(&app, number, "Yes").await;
    assert_eq!(notes(&admin, &[&ticket]).await, [1]);
    write(&app, number, "*STOP*").await;
    let again = write(&app, number, "Yes").await;
    assert!(again.contains("Reply STOP to end them"), "{again}");
    assert_eq!(notes(&admin, &[&ticket]).await, [1]);
}

#[tokio::test]
async fn what_a_client_writes_is_made_fit_to_be_kept() {
    let (app, admin) = desk(&[]).await;
    let ticket = admin.ticket(json!({})).await;
    write(&app, "+447700900142", "Still\u{0} wrong\u{1b}[31m: Jose\u{301}\r\nsays so").await;
    let note = admin.get(&path(&ticket)).await.json["notes"][0]["content"].clone();
    assert_eq!(note, "Still wrong[31m: Jos\u{e9}\nsays so");
    assert_eq!(write(&app, "+447700900142", "\u{200b}\u{0} \u{feff}").await, "");
    assert_eq!(notes(&admin, &[&ticket]).await, [1]);
    // A machine that sends on what it gets fills no ticket.
    let answer = write(&app, "+447700900142", &format!("STATUS {}", ticket["ticketRef"].as_str().unwrap())).await;
    assert!(answer.ends_with(": New."), "{answer}");
    assert_eq!(write(&app, "+447700900142", &answer).await, "");
    assert_eq!(notes(&admin, &[&ticket]).await, [1]);
}

#[tokio::test]
async fn a_note_that_did_not_reach_the_client_is_on_the_list_of_calls() {
    let (app, admin) = desk(&[("notify.note", "sms")]).await;
    let ticket = admin.ticket(json!({})).await;
    admin.put("/api/opt-outs", &json!({"phone": "+447700900142", "optedOut": true})).await;
    let note = json!({"content": "We come tomorrow.", "tellClient": true});
    assert_eq!(admin.post(&format!("{}/notes", path(&ticket)), &note).await.status, 201);
    let calls = app.browser().await.open("/notifications/calls").await;
    assert!(calls.text.contains("We come tomorrow."), "{}", calls.text);
}

#[tokio::test]
async fn what_was_fixed_long_ago_stays_fixed() {
    for days in ["0", "3"] {
        let (clock, hand) = redress::clock::Clock::fixed(1_795_435_200_000, 5);
        let app = TestApp::with_clock(&[&KANNEL[..], &[("sms.reopen_days", days)]].concat(), clock).await;
        let admin = app.admin().await;
        let ticket = admin.ticket(json!({})).await;
        admin.put(&path(&ticket), &json!({"status": "Fixed"})).await;
        hand.advance(3 * 24 * 3_600_000);
        write(&app, "+447700900142", "Thank you").await;
        let now = admin.get(&path(&ticket)).await.json;
        assert_eq!((&now["status"], now["notes"].as_array().unwrap().len()), (&json!("Fixed"), 1), "{days}");
    }
}
