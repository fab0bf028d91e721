//! Technicians' view: their own jobs, and nothing of anybody else's.

use redress::staff::{Role, User};
use serde_json::{Value, json};

use crate::support::{Browser, Caller, PASSWORD, TestApp};

const ON: [(&str, &str); 1] = [("technician_view", "true")];

/// A technician by browser and by token.
struct Technician {
    id: String,
    browser: Browser,
    program: Caller,
}

async fn technician(app: &TestApp, name: &str) -> Technician {
    let user: User = app.user(name, Role::Technician).await;
    let browser = Browser::new(&app.base);
    let page = browser.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
    assert_eq!(page.status, 303);
    let token =
        redress::staff::add_token(&app.app.staff, user.id, redress::staff::Grant::whole("phone")).await.unwrap();
    Technician { id: user.id.to_string(), browser, program: app.anonymous().with_token(&token) }
}

fn text<'a>(ticket: &'a Value, field: &str) -> &'a str {
    ticket[field].as_str().unwrap()
}

async fn dispatched(admin: &Caller, to: &str, fields: Value) -> Value {
    let ticket = admin.ticket(fields).await;
    let path = format!("/api/tickets/{}", text(&ticket, "id"));
    admin.put(&path, &json!({"assignedTo": to, "status": "Dispatched"})).await.json
}

#[tokio::test]
async fn it_is_off_until_the_setting_turns_it_on() {
    let app = TestApp::start().await;
    let tomasz = technician(&app, "Tomasz").await;
    assert_eq!(tomasz.browser.open("/jobs").await.status, 403);
    assert_eq!(tomasz.program.get("/api/jobs").await.status, 403);
    assert_eq!(tomasz.browser.open("/").await.location, "/account");
    assert!(!tomasz.browser.open("/account").await.has("a[href='/jobs']"));

    let app = TestApp::with(&ON).await;
    let tomasz = technician(&app, "Tomasz").await;
    assert_eq!(tomasz.browser.open("/").await.location, "/jobs");
    assert_eq!(tomasz.browser.open("/jobs").await.status, 200);
    assert!(tomasz.browser.open("/account").await.has("a[href='/jobs']"));
    for path in ["/tickets", "/clients", "/users", "/reports", "/audit", "/live", "/tickets/find?q=na"] {
        assert_eq!(tomasz.browser.open(path).await.status, 403, "{path}");
    }
    assert_eq!(app.browser().await.open("/jobs").await.status, 403, "an admin has a desk, and no jobs");
}

#[tokio::test]
async fn a_list_has_ones_own_and_what_is_done_with_leaves_it() {
    let app = TestApp::with(&ON).await;
    let admin = app.admin().await;
    let (tomasz, aisha) = (technician(&app, "Tomasz").await, technician(&app, "Aisha").await);
    let low = dispatched(&admin, &tomasz.id, json!({"priority": "Low", "clientName": "Ada Low"})).await;
    let urgent = dispatched(&admin, &tomasz.id, json!({"priority": "Urgent", "clientName": "Bea Urgent"})).await;
    dispatched(&admin, &aisha.id, json!({"clientName": "Cy Other"})).await;
    admin.ticket(json!({"clientName": "Di Nobody"})).await;
    let list = tomasz.program.get("/api/jobs").await;
    let names: Vec<_> = list.json["items"].as_array().unwrap().iter().map(|job| text(job, "clientName")).collect();
    assert_eq!((names, &list.json["nextCursor"]), (vec!["Bea Urgent", "Ada Low"], &Value::Null), "{}", list.text);
    let page = tomasz.browser.open("/jobs").await;
    assert_eq!(page.all(".job__open b"), ["Bea Urgent", "Ada Low"]);
    assert_eq!(page.attributes("a[href^='tel:']", "href"), ["tel:+447700900142", "tel:+447700900142"]);
    assert!(!page.text.contains("Cy Other") && !page.text.contains("Di Nobody"));
    for more in ["?assignedTo=none", "?q=Cy", "?status=Closed"] {
        assert_eq!(tomasz.program.get(&format!("/api/jobs{more}")).await.status, 422, "{more}");
    }

    let path = format!("/api/tickets/{}", text(&low, "id"));
    admin.put(&path, &json!({"status": "Fixed"})).await;
    assert_eq!(tomasz.browser.open("/jobs").await.all(".job__open b").len(), 2, "it may come back");
    admin.put(&path, &json!({"status": "Closed"})).await;
    assert_eq!(tomasz.browser.open("/jobs").await.all(".job__open b"), ["Bea Urgent"]);
    assert_eq!(tomasz.browser.open(&format!("/jobs/{}", text(&low, "ticketRef"))).await.status, 404);
    admin.put(&format!("/api/tickets/{}", text(&urgent, "id")), &json!({"assignedTo": aisha.id})).await;
    assert_eq!(tomasz.browser.open("/jobs").await.all(".job__open b"), [] as [String; 0]);
    assert_eq!(tomasz.program.get("/api/jobs").await.json["items"], json!([]));
}

#[tokio::test]
async fn a_job_shows_what_is_needed_out_there_and_takes_notes_and_reports() {
    let app = TestApp::with(&ON).await;
    let admin = app.admin().await;
    let tomasz = technician(&app, "Tomasz").await;
    let client = json!({"name": "Nadia Okonkwo", "phone": "+447700900142", "address": "7 Mill Lane"});
    assert!(admin.put("/api/clients/LF-1", &client).await.status < 300);
    let ticket = dispatched(&admin, &tomasz.id, json!({"clientAccountId": "LF-1", "clientEmail": "n@x.example"})).await;
    let (reference, id) = (text(&ticket, "ticketRef"), text(&ticket, "id"));
    let (page, call) = (format!("/jobs/{reference}"), format!("/api/jobs/{id}"));
    let shown = tomasz.browser.open(&page).await;
    assert_eq!(shown.status, 200);
    for wanted in ["7 Mill Lane", "Charged twice", "tel:+447700900142"] {
        assert!(shown.text.contains(wanted), "{wanted}: {}", shown.text);
    }
    let job = tomasz.program.get(&call).await.json;
    assert_eq!((&job["clientAddress"], &job["moves"]), (&json!("7 Mill Lane"), &json!(["In Progress", "Fixed"])));
    for kept in ["clientEmail", "clientAccountId", "createdBy", "statusHistory"] {
        assert!(job.get(kept).is_none(), "{kept} is not for the road: {job}");
    }

    let blank = tomasz.browser.submit(&format!("{page}/notes"), &[("content", " ")]).await;
    assert_eq!((blank.status, blank.all("#content-err").len()), (422, 1));
    let fields = [("content", "Router swapped"), ("idempotencyKey", "k1")];
    for _ in 0..2 {
        let sent = tomasz.browser.submit(&format!("{page}/notes"), &fields).await;
        assert_eq!((sent.status, sent.location.as_str()), (303, page.as_str()));
    }
    let by_call = tomasz.program.post(&format!("{call}/notes"), &json!({"content": "Line tested"})).await;
    assert_eq!(by_call.status, 201, "{}", by_call.text);
    let tell = json!({"content": "x", "tellClient": true});
    assert_eq!(tomasz.program.post(&format!("{call}/notes"), &tell).await.faults(), ["tellClient"]);
    let notes = admin.get(&format!("/api/tickets/{id}")).await.json["notes"].clone();
    let notes: Vec<_> = notes.as_array().unwrap().iter().map(|note| text(note, "content").to_owned()).collect();
    assert_eq!(notes, ["Router swapped", "Line tested"]);

    for refused in ["Open", "New", "Closed"] {
        let reply = tomasz.program.patch(&call, &json!({"status": refused})).await;
        assert_eq!((reply.status, &reply.json["allowed"]), (409, &json!(["In Progress", "Fixed"])), "{refused}");
    }
    for more in [json!({}), json!({"status": "Nowhere"}), json!({"status": "Fixed", "priority": "Low"})] {
        assert_eq!(tomasz.program.patch(&call, &more).await.status, 422, "{more}");
    }
    assert_eq!(admin.get(&format!("/api/tickets/{id}")).await.json["status"], "Dispatched");
    let sent = tomasz.browser.submit(&format!("{page}/status"), &[("status", "In Progress")]).await;
    assert_eq!((sent.status, sent.location.as_str()), (303, page.as_str()));
    let now = tomasz.browser.open(&page).await;
    assert!(!now.has("[name=status]"), "the rest is the desk's: {}", now.text);
    let late = tomasz.browser.submit(&format!("{page}/status"), &[("status", "Fixed")]).await;
    assert_eq!((late.status, late.all(".error-summary").len()), (422, 1));
    assert_eq!(admin.get(&format!("/api/tickets/{id}")).await.json["status"], "In Progress");
    let again = tomasz.program.patch(&call, &json!({"status": "In Progress"})).await;
    assert_eq!(again.status, 200, "what it is already changes nothing");
}

#[tokio::test]
async fn what_is_fixed_out_there_tells_the_client_and_is_theirs_on_record() {
    let app = TestApp::with(&ON).await;
    let admin = app.admin().await;
    let tomasz = technician(&app, "Tomasz").await;
    let ticket = dispatched(&admin, &tomasz.id, json!({})).await;
    let call = format!("/api/jobs/{}", text(&ticket, "ticketRef").to_lowercase());
    let fixed = tomasz.program.patch(&call, &json!({"status": "Fixed"})).await;
    assert_eq!((fixed.status, &fixed.json["status"]), (200, &json!("Fixed")), "{}", fixed.text);
    let path = format!("/api/tickets/{}", text(&ticket, "id"));
    let now = admin.get(&path).await.json;
    assert_eq!(now["statusHistory"].as_array().unwrap().last().unwrap()["updatedBy"]["name"], "Tomasz");
    let messages = admin.get(&format!("{path}/notifications")).await.json;
    let kinds: Vec<_> = messages["items"].as_array().unwrap().iter().map(|one| text(one, "kind")).collect();
    assert!(kinds.contains(&"fixed"), "{kinds:?}");
}

/// Whoever asks for what is not theirs learns no more than of what is not there.
#[tokio::test]
async fn the_jobs_of_others_are_as_if_they_were_not() {
    let app = TestApp::with(&ON).await;
    let admin = app.admin().await;
    let (tomasz, aisha) = (technician(&app, "Tomasz").await, technician(&app, "Aisha").await);
    let theirs = dispatched(&admin, &aisha.id, json!({})).await;
    let nobodys = admin.ticket(json!({})).await;
    let mut closed = dispatched(&admin, &tomasz.id, json!({})).await;
    for status in ["Fixed", "Closed"] {
        let path = format!("/api/tickets/{}", text(&closed, "id"));
        closed = admin.put(&path, &json!({"status": status})).await.json;
    }
    let unknown = json!({"id": "0190b5f0-0000-7000-8000-000000000000", "ticketRef": "BILL-20200101-ZZZZ"});
    let mut answers = Vec::new();
    for ticket in [&unknown, &theirs, &nobodys, &closed] {
        let mut said = Vec::new();
        for key in [text(ticket, "id"), text(ticket, "ticketRef")] {
            let call = format!("/api/jobs/{key}");
            for reply in [
                tomasz.program.get(&call).await,
                tomasz.program.patch(&call, &json!({"status": "Fixed"})).await,
                tomasz.program.post(&format!("{call}/notes"), &json!({"content": "Mine?"})).await,
            ] {
                said.push((reply.status, reply.words()));
            }
            let page = format!("/jobs/{key}");
            for reply in [
                tomasz.browser.open(&page).await,
                tomasz.browser.submit(&format!("{page}/status"), &[("status", "Fixed")]).await,
                tomasz.browser.submit(&format!("{page}/notes"), &[("content", "Mine?")]).await,
            ] {
                said.push((reply.status, reply.words()));
            }
            for desk in [format!("/tickets/{key}"), format!("/tickets/{key}/edit"), format!("/api/tickets/{key}")] {
                assert_eq!(tomasz.browser.open(&desk).await.status, 403, "{desk}");
            }
        }
        answers.push(said);
    }
    assert!(answers[0].iter().all(|(status, _)| *status == 404), "{:?}", answers[0]);
    for answer in &answers[1..] {
        assert_eq!(*answer, answers[0]);
    }
    for ticket in [&theirs, &nobodys, &closed] {
        let now = admin.get(&format!("/api/tickets/{}", text(ticket, "id"))).await.json;
        assert_eq!((&now["version"], &now["status"]), (&ticket["version"], &ticket["status"]));
    }
}

#[tokio::test]
async fn what_was_once_theirs_says_nothing_by_a_key_of_then() {
    let app = TestApp::with(&ON).await;
    let admin = app.admin().await;
    let (tomasz, aisha) = (technician(&app, "Tomasz").await, technician(&app, "Aisha").await);
    let ticket = dispatched(&admin, &tomasz.id, json!({})).await;
    let call = format!("/api/jobs/{}/notes", text(&ticket, "id"));
    let send = async || {
        let request = tomasz.program.request("POST", &call).header("idempotency-key", "k");
        tomasz.program.send(request.json(&json!({"content": "Gate code 4711"}))).await.status
    };
    assert_eq!((send().await, send().await), (201, 201));
    let path = format!("/api/tickets/{}", text(&ticket, "id"));
    admin.put(&path, &json!({"assignedTo": aisha.id})).await;
    assert_eq!(send().await, 404);
    assert!(aisha.program.get(call.trim_end_matches("/notes")).await.text.contains("4711"));
}
