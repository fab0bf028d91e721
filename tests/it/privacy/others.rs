//! What an erasure leaves to others, and what is handed out of nobody else.

use redress::audit;
use serde_json::json;

use super::{WAITING, at, client, erase::erase, hers};
use crate::support::{Browser, TestApp};

/// To a search two such accounts are one. A ticket that names the very account of a client is handed out, renamed and erased as that
/// client's alone.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_alike_is_another_clients() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let (mut ids, mut tickets) = (Vec::new(), Vec::new());
    for (account, name, phone) in
        [("12-345", "Zoë Quillfeather", "+447700900142"), ("123-45", "Ada Byron", "+447700900199")]
    {
        let reply = admin.put(&format!("/api/clients/{account}"), &json!({"name": name, "phone": phone})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        ids.push(reply.json["id"].as_str().unwrap().to_owned());
        let fields = json!({"clientName": name, "clientPhone": phone, "clientAccountId": account});
        tickets.push(admin.ticket(fields).await);
    }
    // No client has this one, so it is either's, as it was.
    let either = json!({"clientName": "Zoë", "clientPhone": "+447700900142", "clientAccountId": "12345"});
    let either = admin.ticket(either).await;
    let (zoe, ada) = (&tickets[0], &tickets[1]);
    let export = admin.post("/api/privacy/export", &json!({"accountId": "12-345", "reason": "R"})).await;
    let handed: Vec<_> = export.json["tickets"].as_array().unwrap().iter().map(|ticket| &ticket["id"]).collect();
    assert_eq!(handed, [&either["id"], &zoe["id"]], "{}", export.text);

    let fields = [("accountId", "LF-1"), ("name", "Zoë Quillfeather"), ("phone", "07700 900142"), ("version", "1")];
    assert_eq!(browser.submit(&format!("/clients/{}/edit", ids[0]), &fields).await.status, 303);
    for (ticket, account) in [(zoe, "LF-1"), (&either, "LF-1"), (ada, "123-45")] {
        assert_eq!(admin.get(&at(ticket)).await.json["clientAccountId"], account);
    }
    assert_eq!(admin.put("/api/clients/12-345", &json!({"name": "Otto", "phone": "+447700900155"})).await.status, 201);
    let otto = json!({"accountId": "12-345", "reason": "R", "confirm": "12-345"});
    assert_eq!(admin.post("/api/privacy/erasures", &otto).await.json["tickets"], 0);
    assert_eq!(admin.get(&at(ada)).await.json["clientName"], "Ada Byron");
    let zoes = json!({"accountId": "LF-1", "reason": "R", "confirm": "LF-1"});
    assert_eq!(admin.post("/api/privacy/erasures", &zoes).await.json["tickets"], 2);
}

/// Families share a number: by it those go on being known who stay. It goes from what was said of her alone.
#[tokio::test(flavor = "multi_thread")]
async fn what_names_the_family_by_its_number_stays_theirs() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    client(&admin).await;
    for (account, name, phone) in [("LF-600", "Otto Byron", "+447700900142"), ("LF-9", "Ada Byron", "+447700900199")] {
        let reply = admin.put(&format!("/api/clients/{account}"), &json!({"name": name, "phone": phone})).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    let his = json!({"clientName": "Otto Byron", "clientPhone": "+447700900177", "clientAccountId": "LF-600"});
    let his = admin.ticket(his).await;
    assert_eq!(admin.put(&at(&his), &json!({"clientPhone": "+447700900142"})).await.status, 200);
    // Hers, until it was put right.
    let adas = hers(&admin, Some("LF-551"), "One").await;
    let right = json!({"clientName": "Ada Byron", "clientPhone": "+447700900199", "clientAccountId": "LF-9"});
    assert_eq!(admin.put(&at(&adas), &right).await.status, 200);
    for (name, query) in [("The family", "q=07700+900142"), ("Hers", "q=LF-551")] {
        assert_eq!(admin.post("/api/views", &json!({"name": name, "query": query})).await.status, 201);
        assert_eq!(browser.open(&format!("/tickets.csv?{query}")).await.status, 200);
    }
    let request = browser.request("PUT", "/drafts/ticket").header("sec-fetch-site", "same-origin");
    let draft = [("clientName", "Otto Byron"), ("clientPhone", "07700 900142")];
    assert_eq!(Browser::page(request.form(&draft[..])).await.status, 200);
    let export = admin.post("/api/privacy/export", &json!({"accountId": "LF-551", "reason": "R"})).await;
    let handed: Vec<_> = export.json["mentions"].as_array().unwrap().iter().map(|one| &one["savedView"]).collect();
    assert_eq!(handed, ["Hers"], "{}", export.text);

    assert_eq!(erase(&admin, "LF-551").await.status, 200);
    let views = admin.get("/api/views").await.text;
    assert!(views.contains("The family") && !views.contains("\"Hers\""), "{views}");
    assert!(browser.open("/tickets/new").await.text.contains("07700 900142"), "his draft");
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert_eq!((verdict.broken.len(), verdict.redacted), (0, 2), "the export of hers, from its beginning to its end");
    let of_his = admin.post("/api/privacy/export", &json!({"accountId": "LF-600", "reason": "R"})).await;
    let edited = of_his.json["tickets"][0]["history"].as_array().unwrap();
    let edited = edited.iter().find(|event| event["what"] == "edited").unwrap();
    assert_eq!((&edited["from"], &edited["to"]), (&json!("+447700900177"), &json!("+447700900142")));
    let page = browser.open(&format!("/tickets/{}", adas["ticketRef"].as_str().unwrap())).await;
    assert!(page.status == 200 && !page.text.contains("900142"), "{}", page.text);
}

/// While an erasure runs the desk goes on: a ticket that is put right to be somebody else's stays as it is, and tells nothing of
/// whom it was logged for. Either the erasure or the edit was first, for each ticket.
#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_somebody_elses_while_an_erasure_runs_is_theirs() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let ada = json!({"name": "Ada Byron", "phone": "+447700900199"});
    assert_eq!(admin.put("/api/clients/LF-9", &ada).await.status, 201);
    let mut tickets = Vec::new();
    for number in 0..60 {
        tickets.push(hers(&admin, Some("LF-551"), &format!("Number {number}")).await);
    }
    let right = json!({
        "clientName": "Ada Byron", "clientPhone": "+447700900199", "clientEmail": null, "clientAccountId": "LF-9",
    });
    // The newest go first, and are put right last.
    let edits = async {
        let mut hers = Vec::new();
        for ticket in &tickets {
            hers.push(admin.put(&at(ticket), &right).await.status != 200);
        }
        hers
    };
    let erasing = async {
        // A change at the same moment is told of, and it is asked for again.
        while erase(&admin, "LF-551").await.status == 409 {}
    };
    let (hers, ()) = tokio::join!(edits, erasing);
    let browser = app.browser().await;
    for (ticket, hers) in tickets.iter().zip(hers) {
        let left = admin.get(&at(ticket)).await.json;
        let want = if hers { "[erased]" } else { "Ada Byron" };
        assert_eq!(left["clientName"], want, "{left}");
        assert_eq!(left["description"] == "[erased]", hers, "{left}");
        let page = browser.open(&format!("/tickets/{}", ticket["ticketRef"].as_str().unwrap())).await;
        for word in ["Quillfeather", "900142", "zoe@quill.example", "LF-551"] {
            assert!(!page.text.contains(word), "{word} in {}", page.text);
        }
    }
    assert_eq!(admin.get("/api/clients/LF-551").await.status, 404);
}

/// One ticket of a client whom the desk goes on working with: that one is erased, and nothing that names the client elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn one_ticket_of_a_client_who_stays_goes_alone() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    client(&admin).await;
    let (one, two) = (hers(&admin, None, "One").await, hers(&admin, Some("LF-551"), "Two").await);
    assert_eq!(admin.put(&at(&two), &json!({"clientName": "Zoë Quillfeather-Ott"})).await.status, 200);
    let reference = one["ticketRef"].as_str().unwrap();
    let by_reference = format!("q={reference}");
    for (name, query) in [("Hers", "q=zoe+quillfeather"), ("That one", by_reference.as_str())] {
        assert_eq!(admin.post("/api/views", &json!({"name": name, "query": query})).await.status, 201);
    }
    assert_eq!(browser.open("/tickets.csv?q=LF-551").await.status, 200);
    let body = json!({"ticket": reference, "reason": "R", "confirm": reference});
    let erased = admin.post("/api/privacy/erasures", &body).await;
    assert_eq!((erased.status, &erased.json["tickets"]), (200, &json!(1)), "{}", erased.text);

    assert_eq!(admin.get(&at(&one)).await.json["clientName"], "[erased]");
    let page = browser.open(&format!("/tickets/{}", two["ticketRef"].as_str().unwrap())).await.text;
    assert!(page.contains("Zoë Quillfeather-Ott") && page.matches("Zoë Quillfeather").count() > 1, "{page}");
    let views: Vec<_> = admin.get("/api/views").await.json["items"].as_array().unwrap().clone();
    let named = |name: &str| views.iter().any(|view| view["name"] == name);
    assert!(named("Hers") && !named("That one"), "{views:?}");
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert_eq!((verdict.broken.len(), verdict.redacted), (0, 0), "{verdict:?}");
}

/// Whoever is called as everything is takes nothing along that is not theirs.
#[tokio::test(flavor = "multi_thread")]
async fn a_common_word_for_a_name_erases_nothing_else() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let other = hers(&admin, None, "The device was charged 500 for tickets").await;
    for description in ["An open ticket of clients", "Open"] {
        assert_eq!(admin.put(&at(&other), &json!({"description": description})).await.status, 200);
    }
    let view = json!({"name": "About devices", "query": "q=device&status=Open"});
    assert_eq!(admin.post("/api/views", &view).await.status, 201);
    assert_eq!(browser.open("/tickets.csv?status=Open").await.status, 200);
    for (number, name) in ["Tickets", "Open", "Devi", "Clients"].into_iter().enumerate() {
        let fields = json!({
            "clientName": name, "clientPhone": format!("+4477009003{number:02}"), "clientAccountId": "500",
        });
        let ticket = admin.ticket(fields).await;
        let reference = ticket["ticketRef"].as_str().unwrap();
        let body = json!({"ticket": reference, "reason": "R", "confirm": reference});
        assert_eq!(admin.post("/api/privacy/erasures", &body).await.status, 200);
    }
    let page = browser.open(&format!("/tickets/{}", other["ticketRef"].as_str().unwrap())).await.text;
    assert!(page.contains("charged 500 for tickets") && page.contains("An open ticket of clients"), "{page}");
    let views = admin.get("/api/views").await.text;
    assert!(views.contains("About devices"), "{views}");
    let verdict = audit::verify(&app.app.db, &app.app.tickets.desk.vault, None).await.unwrap();
    assert_eq!((verdict.broken.len(), verdict.redacted), (0, 0), "{verdict:?}");
}
