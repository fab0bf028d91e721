//! Erasure: what goes, what stays, and what must not bring it back.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use redress::{audit, clock::Clock, staff::Role};
use serde_json::json;

use super::{WAITING, at, client, found, hers, history};
use crate::support::{Browser, Caller, TestApp, at_rest, blobs, eventually, sql};

const ALL: [&str; 4] = ["Quillfeather", "7700900142", "zoe@quill.example", "LF-551"];

pub(super) async fn erase(admin: &Caller, confirm: &str) -> crate::support::Reply {
    let body = json!({"accountId": "lf-551", "reason": "Request 17", "confirm": confirm});
    admin.post("/api/privacy/erasures", &body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_personal_goes_and_what_counts_stays() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    client(&admin).await;
    let long = format!("Zoë Quillfeather says: {}", "charged twice, and then again. ".repeat(300));
    let one = hers(&admin, Some("LF-551"), &long).await;
    let two = hers(&admin, None, "The number of Quillfeather alone").await;
    let others = admin.ticket(json!({"clientPhone": "+447700900142", "clientAccountId": "LF-777"})).await;
    admin.post(&format!("{}/notes", at(&one)), &json!({"content": "Quillfeather called"})).await;
    admin.put(&at(&one), &json!({"clientName": "Zoë Quillfeather-Jones", "priority": "High"})).await;
    let before = admin.get(&at(&one)).await.json;

    assert_eq!(erase(&admin, "LF-55").await.faults(), ["confirm"]);
    assert_eq!(admin.get("/api/clients/LF-551").await.status, 200, "nothing has gone yet");
    let reply = erase(&admin, "LF-551").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json, json!({"clients": 1, "tickets": 2, "notes": 1, "messages": 2}));

    assert_eq!(admin.get("/api/clients/LF-551").await.status, 404);
    for ticket in [&one, &two] {
        let after = admin.get(&at(ticket)).await.json;
        assert_eq!((&after["clientName"], &after["description"]), (&json!("[erased]"), &json!("[erased]")));
        assert_eq!(
            (&after["clientPhone"], &after["clientEmail"], &after["clientAccountId"]),
            (&json!(""), &json!(null), &json!(null))
        );
        assert!(after["erasedAt"].is_string(), "{after}");
        let sent = admin.get(&format!("{}/notifications", at(ticket))).await.json["items"][0].clone();
        assert_eq!((&sent["state"], &sent["reason"]), (&json!("cancelled"), &json!("its client was erased")), "{sent}");
        assert_eq!((&sent["text"], &sent["recipient"]), (&json!(""), &json!("")));
    }
    let after = admin.get(&at(&one)).await.json;
    for same in ["ticketRef", "issueType", "status", "priority", "createdAt", "updatedAt", "statusHistory", "createdBy"]
    {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(after["notes"][0]["content"], "", "{after}");
    assert_eq!(after["notes"][0]["timestamp"], before["notes"][0]["timestamp"]);
    let all = [after.to_string(), browser.open(&format!("/tickets/{}", one["ticketRef"].as_str().unwrap())).await.text];
    for (text, word) in all.iter().flat_map(|text| ALL.map(|word| (text, word))) {
        assert!(!text.contains(word), "{word} in {text}");
    }

    // Search finds neither, but the reference does; who only shares the number stays as they are.
    assert_eq!(
        (found(&admin, "quillfeather").await, found(&admin, "LF-551").await, found(&admin, "charged").await),
        (0, 0, 1)
    );
    assert_eq!(found(&admin, "7700900142").await, 1);
    assert_eq!(found(&admin, one["ticketRef"].as_str().unwrap()).await, 1);
    assert_eq!(admin.get(&at(&others)).await.json["clientName"], "Nadia Okonkwo");
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert!(verdict.broken.is_empty(), "{verdict:?}");
    let rows = history(&browser).await;
    assert!(rows.iter().any(|row| row.contains("A client was erased, from 2 tickets")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("Erasing a client began") && row.contains("Request 17")), "{rows:?}");
    assert_eq!(erase(&admin, "LF-551").await.status, 404, "there is nobody left");
}

/// The sealed values that were there are in no file any more: the log, freed pages and overflow pages included.
#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_what_was_sealed_is_left() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let long = "Zoë Quillfeather was charged twice, and again. ".repeat(200);
    let one = hers(&admin, Some("LF-551"), &long).await;
    admin.post(&format!("{}/notes", at(&one)), &json!({"content": long})).await;
    let values = || blobs(app.dir()).into_iter().collect::<BTreeSet<_>>();
    let before = values();
    assert_eq!(erase(&admin, "Zoë Quillfeather").await.status, 200);
    let after = values();
    // Small ones are ids; and the account's digest stays, so that a file does not bring them back.
    let kept_nowhere = |(name, value): &&(String, Vec<u8>)| value.len() > 20 && name != "clients.account_key";
    let gone: Vec<_> = before.difference(&after).filter(kept_nowhere).collect();
    let of = |place: &str| gone.iter().filter(|(name, _)| name == place).count();
    for place in [
        "ticket_texts.description",
        "ticket_texts.client_name",
        "ticket_texts.client_phone",
        "ticket_texts.client_email",
        "ticket_texts.client_account_id",
        "ticket_notes.content",
        "notifications.recipient",
        "notifications.text",
        "clients.name",
        "clients.phone",
        "clients.email",
        "clients.address",
        "clients.plan",
        "clients.account_id",
    ] {
        assert_eq!(of(place), 1, "{place}");
    }
    // The middle of a long value is on pages of its own.
    let pieces = |value: &[u8]| [value[..20].to_vec(), value[value.len() / 2 - 10..value.len() / 2 + 10].to_vec()];
    let search = AhoCorasick::new(gone.iter().flat_map(|(_, value)| pieces(value))).unwrap();
    let files = if app.dir().database().is_some() {
        // What PostgreSQL frees lies in its files until it is vacuumed; the rows are what may be asked for.
        crate::support::contents(app.dir())
    } else {
        at_rest(app.dir())
    };
    for (name, bytes) in files {
        assert_eq!(search.find_iter(&bytes).count(), 0, "in {name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_them_elsewhere_goes_too() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    client(&admin).await;
    let body = json!({
        "clientName": "Zoë Quillfeather", "clientPhone": "+447700900142", "issueType": "Other",
        "description": "Under a key", "clientAccountId": "LF-551",
    });
    let keyed = || admin.request("POST", "/api/tickets").header("idempotency-key", "k1").json(&body);
    let one = admin.send(keyed()).await.json;
    let other = json!({"clientName": "Ada", "clientPhone": "+447700900199", "issueType": "Other", "description": "x"});
    let unnamed = || admin.request("POST", "/api/tickets").header("idempotency-key", "k2").json(&other);
    assert_eq!(admin.send(unnamed()).await.status, 201);
    let draft = async |form: &str, fields: &[(&str, &str)]| {
        let request = browser.request("PUT", &format!("/drafts/{form}")).header("sec-fetch-site", "same-origin");
        assert_eq!(crate::support::Browser::page(request.form(fields)).await.status, 200);
    };
    draft("ticket", &[("clientName", "Z"), ("clientPhone", "07700 900142")]).await;
    draft(&format!("note-{}", one["id"].as_str().unwrap()), &[("content", "half a note")]).await;
    browser.submit("/views", &[("name", "Hers"), ("query", "q=quillfeather%2C+zo%C3%AB+quillfeather")]).await;
    for (name, query) in [("In plain letters", "q=zoe+quillfeather"), ("Nobody's", "q=somebody+else")] {
        assert_eq!(admin.post("/api/views", &json!({"name": name, "query": query})).await.status, 201);
    }
    browser.submit("/views", &[("name", "Open ones"), ("query", "status=Open")]).await;
    assert_eq!(browser.open("/tickets.csv?q=LF-551").await.status, 200);
    assert_eq!(browser.open("/tickets.csv?q=somebody").await.status, 200);
    let opted = json!({"phone": "+447700900142", "optedOut": true});
    assert!(admin.put("/api/opt-outs", &opted).await.status < 300);

    assert_eq!(erase(&admin, "LF-551").await.status, 200);
    // The same request again neither shows them nor makes the ticket anew.
    let again = admin.send(keyed()).await;
    assert_eq!((again.status, found(&admin, "key").await), (410, 0), "{}", again.text);
    assert_eq!(again.header("content-type"), "application/problem+json");
    assert_eq!(admin.send(unnamed()).await.status, 201, "whoever else sent one has their answer");
    let page = browser.open("/tickets/new").await.text;
    assert!(!page.contains("900142"), "the draft is gone");
    let views: Vec<_> = admin.get("/api/views").await.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|view| view["name"].clone())
        .collect();
    assert!(!views.contains(&json!("Hers")) && !views.contains(&json!("In plain letters")), "{views:?}");
    assert!(views.contains(&json!("Nobody's")), "{views:?}");
    let page = browser.open("/audit").await.text;
    assert!(!page.contains("LF-551") && page.contains("somebody"), "{page}");
    assert!(page.contains("Its filter or its reason named a client who was erased since"));
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert_eq!((verdict.broken.len(), verdict.redacted), (0, 2), "{verdict:?}");
    // Their number goes on getting nothing.
    let kept = admin.post("/api/opt-outs/find", &json!({"phone": "+447700900142"})).await.json;
    assert_eq!(kept["optedOut"], true, "{kept}");
    // Nothing personal comes back to what is left.
    for change in [json!({"clientName": "Zoë"}), json!({"description": "again"})] {
        assert_eq!(admin.put(&at(&one), &change).await.status, 409);
    }
    assert_eq!(admin.post(&format!("{}/notes", at(&one)), &json!({"content": "Zoë again"})).await.status, 409);
    assert_eq!(admin.put(&at(&one), &json!({"status": "Open"})).await.status, 200, "the desk still works with it");
    let sent =
        admin.get(&format!("{}/notifications", at(&one))).await.json["items"][0]["id"].as_str().unwrap().to_owned();
    let resent = admin.request("POST", &format!("/api/notifications/{sent}/resend"));
    assert_eq!(admin.send(resent).await.status, 409);
}

/// Why a file was taken, somebody else erased or something held is free text, and names whom it likes. Why these are erased is
/// what their erasure leaves behind.
#[tokio::test(flavor = "multi_thread")]
async fn reasons_that_name_them_go_and_that_of_their_own_erasure_stays() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    client(&admin).await;
    let ada = json!({"name": "Ada Byron", "phone": "+447700900199"});
    assert_eq!(admin.put("/api/clients/LF-9", &ada).await.status, 201);
    let other = admin.ticket(json!({"clientPhone": "+447700900198"})).await;
    for (path, reason) in [
        ("/tickets.csv", "Asked for by Zoe Quillfeather"),
        ("/tickets.csv", "Yearly check"),
        ("/audit.csv", "LF-551 complained"),
    ] {
        assert_eq!(browser.submit(path, &[("reason", reason)]).await.status, 200, "{reason}");
    }
    let mut holds = Vec::new();
    for reason in ["Against Zoë Quillfeather", "Zoë Quillfeather is a witness"] {
        let hold = admin.post("/api/privacy/holds", &json!({"ticket": other["id"], "reason": reason})).await.json;
        holds.push(hold["id"].as_str().unwrap().to_owned());
    }
    let end = admin.request("POST", &format!("/api/privacy/holds/{}/end", holds[0]));
    assert_eq!(admin.send(end).await.status, 200);
    let export = json!({"accountId": "LF-9", "reason": "Her friend is Zoë Quillfeather"});
    assert_eq!(admin.post("/api/privacy/export", &export).await.status, 200);
    let adas = json!({"accountId": "LF-9", "reason": "As Zoë Quillfeather told us", "confirm": "LF-9"});
    assert_eq!(admin.post("/api/privacy/erasures", &adas).await.status, 200);
    let reasons = || {
        let kept = blobs(app.dir()).into_iter().filter(|(name, _)| name == "legal_holds.reason");
        kept.collect::<BTreeSet<_>>()
    };
    let before = reasons();
    assert_eq!(before.len(), 2);

    let hers = json!({"accountId": "LF-551", "reason": "A letter of Zoë Quillfeather’s", "confirm": "LF-551"});
    assert_eq!(admin.post("/api/privacy/erasures", &hers).await.status, 200);
    let rows = history(&browser).await;
    let naming: Vec<_> = rows.iter().filter(|row| row.contains("Quillfeather") || row.contains("LF-551")).collect();
    assert!(naming.len() == 1 && naming[0].contains("A letter of Zoë Quillfeather’s"), "{naming:?}");
    assert!(rows.iter().any(|row| row.contains("Yearly check")), "{rows:?}");
    for what in ["All data of a client was exported", "Erasing a client began", "Export of tickets", "as a file"] {
        let row = format!("{what} | Its filter or its reason named a client who was erased since");
        assert_eq!(rows.iter().filter(|one| one.ends_with(&row)).count(), 1, "{what}: {rows:?}");
    }
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert_eq!((verdict.broken.len(), verdict.redacted), (0, 4), "{verdict:?}");
    // A hold in force stays as it is, and goes on saying why.
    assert_eq!(before.intersection(&reasons()).count(), 1, "that of the hold which is over has gone");
    let held = admin.get("/api/privacy/holds").await.json;
    assert_eq!(held["items"][0]["reason"], "Zoë Quillfeather is a witness", "{held}");
}

/// Who read of them stays on record, and which ticket; the account in the address does not.
#[tokio::test(flavor = "multi_thread")]
async fn the_account_goes_from_the_addresses_that_were_read() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    client(&admin).await;
    let one = hers(&admin, Some("LF-551"), "One").await;
    assert_eq!(admin.get("/api/clients/lf%2D551").await.status, 200);
    assert_eq!(admin.get(&at(&one)).await.status, 200);
    let reads = async || {
        let page = browser.open("/audit?kind=all").await;
        page.all(".roster td").chunks(3).map(|row| row.join(" | ")).collect::<Vec<_>>()
    };
    // A read is recorded beside its answer.
    eventually("both reads are on record", async || {
        let rows = reads().await;
        let both = rows.iter().any(|row| row.contains("2D551")) && rows.iter().any(|row| row.contains(&at(&one)));
        both.then_some(())
    })
    .await;
    assert_eq!(erase(&admin, "LF-551").await.status, 200);
    let rows = reads().await;
    assert!(!rows.iter().any(|row| row.contains("2D551")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains(&at(&one))), "a ticket's id says nothing of anybody: {rows:?}");
}

/// A read that was under way is recorded after an erasure, and does not bring back by what they were known.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_meanwhile_is_recorded_without_what_was_typed() {
    let (clock, hand) = Clock::fixed(1_795_000_000_000, 5);
    let app = TestApp::with_clock(&WAITING, clock).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    client(&admin).await;
    let ada = json!({"name": "Ada Byron", "phone": "+447700900199"});
    assert_eq!(admin.put("/api/clients/LF-9", &ada).await.status, 201);
    let other = admin.ticket(json!({"clientPhone": "+447700900199"})).await;
    assert_eq!(erase(&admin, "LF-551").await.status, 200);
    // The clock stands still, so these began no later than the erasure ended.
    assert_eq!(admin.get("/api/clients/LF-9").await.status, 200);
    assert_eq!(admin.get(&at(&other)).await.status, 200);
    assert_eq!(browser.open("/tickets?q=quillfeather").await.status, 200);
    hand.advance(60_000);
    assert_eq!(browser.open("/tickets?q=byron").await.status, 200);
    let address = at(&other);
    let cells = eventually("all reads are on record", async || {
        let cells = browser.open("/audit?kind=all").await.all(".roster td");
        let has = |what: &str| cells.iter().any(|cell| cell.contains(what));
        let lists = cells.iter().filter(|cell| cell.contains("/tickets (")).count();
        (has("/api/clients/LF-9") && has(&address) && lists == 2).then_some(cells)
    })
    .await;
    assert!(!cells.iter().any(|cell| cell.contains("quillfeather")), "{cells:?}");
    assert!(cells.iter().any(|cell| cell.contains("/tickets (q: byron)")), "{cells:?}");
}

/// A name of one word, and a short one, goes from what was searched for and from the link that leads on to a new ticket.
#[tokio::test(flavor = "multi_thread")]
async fn a_short_name_goes_from_what_was_read() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let uma = json!({"name": "Uma", "phone": "+447700900142"});
    assert_eq!(admin.put("/api/clients/LF-551", &uma).await.status, 201);
    for path in ["/tickets?q=uma", "/tickets/new?clientName=Uma", "/tickets/new?clientName=Umashankar"] {
        assert_eq!(browser.open(path).await.status, 200, "{path}");
    }
    let reads = async || browser.open("/audit?kind=all").await.all(".roster td");
    let (sought, filled, other) = ("(q: uma)", "(clientName: Uma)", "(clientName: Umashankar)");
    let has = |cells: &[String], what: &str| cells.iter().any(|cell| cell.contains(what));
    eventually("all reads are on record", async || {
        let cells = reads().await;
        [sought, filled, other].iter().all(|what| has(&cells, what)).then_some(())
    })
    .await;
    assert_eq!(erase(&admin, "LF-551").await.status, 200);
    let cells = reads().await;
    assert!(!has(&cells, sought) && !has(&cells, filled) && has(&cells, other), "{cells:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_billing_system_does_not_bring_them_back() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    client(&admin).await;
    assert_eq!(erase(&admin, "LF-551").await.status, 200);
    let body = json!({"name": "Zoë Quillfeather", "phone": "+447700900142"});
    let reply = admin.put("/api/clients/lf-551", &body).await;
    assert_eq!(reply.status, 409, "{}", reply.text);
    // Somebody of the desk may mean it.
    let fields = [("accountId", "LF-551"), ("name", "Zoë Quillfeather"), ("phone", "07700 900142")];
    assert_eq!(browser.submit("/clients", &fields).await.status, 303);
    assert_eq!(admin.put("/api/clients/LF-551", &json!({"plan": "Fibre 100"})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_without_a_record_is_erased_by_ticket_or_by_number() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    let one = hers(&admin, None, "One").await;
    let two = hers(&admin, None, "Two").await;
    let third = hers(&admin, Some("LF-9"), "Three").await;
    let other = admin.ticket(json!({"clientPhone": "+447700900143"})).await;
    let reference = one["ticketRef"].as_str().unwrap();
    let ask = async |body| admin.post("/api/privacy/erasures", &body).await;
    let by_ticket = ask(json!({"ticket": reference, "reason": "R", "confirm": reference.to_lowercase()})).await;
    assert_eq!(by_ticket.json["tickets"], 1, "{}", by_ticket.text);
    assert_eq!(admin.get(&at(&two)).await.json["clientName"], "Zoë Quillfeather");
    let number = json!({"phone": "07700 900142", "reason": "R", "confirm": "+44 7700 900142"});
    let by_number = ask(number.clone()).await;
    assert_eq!((by_number.status, by_number.json["tickets"].as_i64()), (200, Some(2)), "{}", by_number.text);
    assert_eq!(admin.get(&at(&third)).await.json["clientName"], "[erased]");
    assert_eq!(admin.get(&at(&other)).await.json["clientPhone"], "+447700900143");
    assert_eq!(ask(number).await.status, 404);
    let both = json!({"phone": "07700 900142", "ticket": reference, "reason": "R", "confirm": "x"});
    assert_eq!(ask(both).await.faults(), ["accountId"]);
    assert_eq!(ask(json!({"ticket": reference})).await.faults(), ["confirm", "reason"]);
}

/// Whoever is erased by number leaves nothing behind that names their account under another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_takes_all_tickets_of_the_clients_who_have_it() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let work = json!({"clientName": "Zoë at work", "clientPhone": "+447700900177", "clientAccountId": "LF-551"});
    let work = admin.ticket(work).await;
    let other = admin.ticket(json!({"clientPhone": "+447700900177"})).await;
    let body = json!({"phone": "+447700900142", "reason": "R", "confirm": "+447700900142"});
    let reply = admin.post("/api/privacy/erasures", &body).await;
    assert_eq!((&reply.json["clients"], &reply.json["tickets"]), (&json!(1), &json!(1)), "{}", reply.text);
    assert_eq!(admin.get(&at(&work)).await.json["clientName"], "[erased]");
    assert_eq!(admin.get(&at(&other)).await.json["clientPhone"], "+447700900177");
}

/// More than are read together, by one request; and none of them where anything of any is held.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_takes_however_many_clients_have_it() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    for number in 0..102 {
        let one = json!({"name": format!("Resident {number}"), "phone": "+447700900142"});
        assert_eq!(admin.put(&format!("/api/clients/LF-{number}"), &one).await.status, 201);
    }
    // Those who came first are read last.
    let first = json!({"clientName": "Resident 0", "clientPhone": "+447700900177", "clientAccountId": "LF-0"});
    let first = admin.ticket(first).await;
    let body = json!({"phone": "+447700900142", "reason": "Request 18"});
    let data = admin.post("/api/privacy/export", &body).await.json;
    let kept = ["clients", "tickets"].map(|what| data[what].as_array().unwrap().len());
    assert_eq!(kept, [102, 1], "{data}");
    let hold = json!({"ticket": first["ticketRef"], "reason": "Case 4711"});
    let hold = admin.post("/api/privacy/holds", &hold).await.json;
    let ask = async || {
        let reason = "Request 19 from +447700900142";
        let body = json!({"phone": "+447700900142", "reason": reason, "confirm": "+447700900142"});
        admin.post("/api/privacy/erasures", &body).await
    };
    assert_eq!(ask().await.status, 409);
    assert_eq!(admin.get("/api/clients/LF-101").await.status, 200, "nobody is erased");
    let end = admin.request("POST", &format!("/api/privacy/holds/{}/end", hold["id"].as_str().unwrap()));
    assert_eq!(admin.send(end).await.status, 200);
    let reply = ask().await;
    assert_eq!((reply.status, &reply.json["clients"], &reply.json["tickets"]), (200, &json!(102), &json!(1)));
    for account in ["LF-0", "LF-1", "LF-101"] {
        assert_eq!(admin.get(&format!("/api/clients/{account}")).await.status, 404, "{account}");
    }
    assert_eq!(admin.get(&at(&first)).await.json["clientName"], "[erased]");
    assert_eq!(ask().await.status, 404);
    let rows = history(&browser).await;
    assert_eq!(rows.iter().filter(|row| row.contains("Request 19 from")).count(), 1, "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_no_client_has_is_found_by_its_tickets() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let one = hers(&admin, Some("LF-551"), "One").await;
    let hold = json!({"accountId": "LF-551", "reason": "Case 4711"});
    assert_eq!(admin.post("/api/privacy/holds", &hold).await.status, 409, "there is nobody to hold");
    let page = browser.submit("/privacy/find", &[("whom", "lf-551")]).await;
    assert!(page.status == 200 && page.text.contains("account:lf-551"), "no address names an account");
    assert_eq!(erase(&admin, "LF-552").await.faults(), ["confirm"]);
    let reply = erase(&admin, "LF-551").await;
    assert_eq!((&reply.json["clients"], &reply.json["tickets"]), (&json!(0), &json!(1)), "{}", reply.text);
    assert_eq!(admin.get(&at(&one)).await.json["clientName"], "[erased]");
    assert_eq!(erase(&admin, "LF-551").await.status, 404, "there is nothing left");
    let named = format!("The account that ticket {} names", one["ticketRef"].as_str().unwrap());
    assert!(history(&browser).await.iter().any(|row| row.contains(&named)));

    // What names a client's account in other signs is that client's, and not erased without them.
    client(&admin).await;
    hers(&admin, Some("LF551"), "Two").await;
    let body = json!({"accountId": "LF551", "reason": "R", "confirm": "LF551"});
    assert_eq!(admin.post("/api/privacy/erasures", &body).await.status, 404);
}

/// By a page without scripts, and by nobody who may not.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_asks_for_a_reason_and_the_account() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    let browser = app.browser().await;
    let id = client(&admin).await["id"].as_str().unwrap().to_owned();
    let one = hers(&admin, Some("LF-551"), "On a page").await;
    let page = browser.submit("/privacy/find", &[("whom", "lf-551")]).await;
    assert_eq!(page.location, format!("/privacy/clients/{id}"));
    let page = browser.open(&page.location).await;
    assert!(page.text.contains("Zoë Quillfeather") && page.text.contains(one["ticketRef"].as_str().unwrap()));
    let subject = page.attribute("form[action='/privacy/erase'] [name=subject]", "value").unwrap();
    let page = browser.submit("/privacy/erase", &[("subject", &subject), ("reason", ""), ("confirm", "LF-551")]).await;
    assert_eq!((page.status, page.all("#erase-reason-err").len()), (422, 1));
    let page = browser.submit("/privacy/erase", &[("subject", &subject), ("reason", "R 5"), ("confirm", "Zoë")]).await;
    assert_eq!((page.status, page.all("#confirm-err").len()), (422, 1));
    assert_eq!(page.attribute("#erase-reason", "value").as_deref(), Some("R 5"), "what was typed stays");
    let page = browser.submit("/privacy/find", &[("whom", "07700 900142")]).await;
    assert!(page.status == 200 && page.text.contains("number:+447700900142"), "no address names a number");
    assert_eq!(browser.submit("/privacy/find", &[("whom", "nobody")]).await.status, 422);
    let page =
        browser.submit("/privacy/erase", &[("subject", &subject), ("reason", "R 5"), ("confirm", "LF-551")]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/privacy"));
    assert_eq!(browser.open(&format!("/clients/{id}")).await.status, 404);
    let list = browser.open("/tickets").await;
    assert!(list.all("td.c-client").iter().any(|cell| cell == "Erased"), "{:?}", list.all("td.c-client"));
    let technician = app.caller("Tomasz", Role::Technician).await;
    assert_eq!(erase(&technician, "LF-551").await.status, 403);
}

/// A desk that is left unlocked must neither hand anybody out nor erase them.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_proved_long_ago_neither_hands_out_nor_erases() {
    let (clock, hand) = Clock::fixed(1_795_000_000_000, 5);
    let app = TestApp::with_clock(&WAITING, clock).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let id = client(&admin).await["id"].as_str().unwrap().to_owned();
    let page = format!("/privacy/clients/{id}");
    assert_eq!(browser.open(&page).await.status, 200);
    hand.advance(10 * 60_000);
    let away = browser.open(&page).await;
    assert_eq!(away.location, format!("/account/confirm?next=%2Fprivacy%2Fclients%2F{id}"));
    hand.advance(30 * 60_000);
    let subject = format!("client:{id}");
    let fields = [("subject", subject.as_str()), ("reason", "Request 17"), ("confirm", "LF-551")];
    for path in ["/privacy/export", "/privacy/erase"] {
        let reply = browser.submit(path, &fields).await;
        assert_eq!((reply.status, reply.location), (303, away.location.clone()), "{path}");
    }
    let held = admin.post("/api/privacy/holds", &json!({"accountId": "LF-551", "reason": "Case 4711"})).await;
    let end = format!("privacy/holds/{}/end", held.json["id"].as_str().unwrap());
    let reply = browser.submit(&format!("/{end}"), &[]).await;
    assert_eq!((reply.status, reply.location.as_str()), (303, "/account/confirm?next=%2Fprivacy"));
    let call = browser.request("POST", &format!("/api/{end}")).header("sec-fetch-site", "same-origin");
    assert_eq!(Browser::page(call).await.status, 403);
    assert_eq!(admin.get("/api/privacy/holds").await.json["items"].as_array().unwrap().len(), 1, "it is in force");
    assert_eq!(admin.send(admin.request("POST", &format!("/api/{end}"))).await.status, 200);
    let body = json!({"accountId": "LF-551", "reason": "Request 17", "confirm": "LF-551"});
    for path in ["/api/privacy/export", "/api/privacy/erasures"] {
        let call = browser.request("POST", path).header("sec-fetch-site", "same-origin").json(&body);
        assert_eq!(Browser::page(call).await.status, 403, "{path}");
    }
    assert_eq!(admin.get("/api/clients/LF-551").await.status, 200, "nobody was erased");
    assert_eq!(erase(&admin, "LF-551").await.status, 200, "a token is made for calls");
}

/// By what they were known only the tickets say, which are gone when it is asked for again.
#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_broken_off_leaves_nothing_behind() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    client(&admin).await;
    for number in 0..25 {
        hers(&admin, Some("LF-551"), &format!("Number {number}")).await;
    }
    let newest = json!({"clientAccountId": "LF-551", "clientEmail": "quill@work.example"});
    let newest = admin.ticket(newest).await;
    for (name, query) in [("Hers", "q=quill%40work.example"), ("Nobody's", "q=somebody+else")] {
        assert_eq!(admin.post("/api/views", &json!({"name": name, "query": query})).await.status, 201);
        assert_eq!(browser.open(&format!("/tickets.csv?{query}")).await.status, 200);
    }
    let hold = json!({"ticket": newest["id"], "reason": "Quillfeather sues"});
    let hold = admin.post("/api/privacy/holds", &hold).await.json["id"].as_str().unwrap().to_owned();
    let end = admin.request("POST", &format!("/api/privacy/holds/{hold}/end"));
    assert_eq!(admin.send(end).await.status, 200);
    let reasons = || blobs(app.dir()).into_iter().filter(|(name, _)| name == "legal_holds.reason").collect::<Vec<_>>();
    let before = reasons();

    // The newest go first. The message of the oldest is in no state that there is.
    let oldest = "(SELECT id FROM tickets ORDER BY seq LIMIT 1)";
    let broken = format!("UPDATE notifications SET state = 99 WHERE ticket_id = {oldest}");
    assert_eq!(sql(app.dir(), &broken), 1);
    assert_eq!(erase(&admin, "LF-551").await.status, 500);
    assert_eq!(admin.get(&at(&newest)).await.json["clientName"], "[erased]");
    assert_ne!(reasons(), before, "the hold was on a ticket that is erased");
    assert_eq!(sql(app.dir(), "UPDATE notifications SET state = 0 WHERE state = 99"), 1);
    let rest = erase(&admin, "LF-551").await;
    assert_eq!((rest.status, &rest.json["tickets"]), (200, &json!(1)), "{}", rest.text);

    let views = admin.get("/api/views").await.text;
    assert!(!views.contains("\"Hers\"") && views.contains("Nobody's"), "{views}");
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert_eq!((verdict.broken.len(), verdict.redacted), (0, 2), "the beginning and the end of one export");
}
