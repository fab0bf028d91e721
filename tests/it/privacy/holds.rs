//! Legal holds: nothing that is held is erased.

use redress::{clock::Clock, privacy};
use serde_json::{Value, json};

use super::{WAITING, at, client, close, found, hers, history};
use crate::support::{Caller, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_not_erased() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let one = hers(&admin, None, "One").await;
    let wanted = json!({"accountId": "LF-551", "reason": "Case 4711"});
    let hold = admin.post("/api/privacy/holds", &wanted).await;
    assert_eq!(hold.status, 201, "{}", hold.text);
    assert_eq!(admin.get("/api/privacy/holds").await.json["items"][0]["reason"], "Case 4711");
    let reference = one["ticketRef"].as_str().unwrap();
    for body in [
        json!({"accountId": "LF-551", "reason": "R", "confirm": "LF-551"}),
        json!({"ticket": reference, "reason": "R", "confirm": reference}),
        json!({"phone": "+447700900142", "reason": "R", "confirm": "+447700900142"}),
    ] {
        let refused = admin.post("/api/privacy/erasures", &body).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(refused.text.contains("Case 4711"), "it says why: {}", refused.text);
    }
    assert_eq!(admin.get(&at(&one)).await.json["description"], "One");
    let page = app.browser().await.open("/privacy").await;
    assert!(page.text.contains("Case 4711"), "{}", page.text);
    let end = admin.request("POST", &format!("/api/privacy/holds/{}/end", hold.json["id"].as_str().unwrap()));
    assert_eq!(admin.send(end).await.status, 200);
    let body = json!({"accountId": "LF-551", "reason": "R", "confirm": "LF-551"});
    assert_eq!(admin.post("/api/privacy/erasures", &body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_with_its_last_day_and_a_ticket_can_be_held_alone() {
    let (clock, hand) = Clock::fixed(1_764_000_000_000, 5);
    let settings = [&WAITING[..], &[("retention.tickets_months", "3"), ("timezone", "Asia/Kolkata")]].concat();
    let app = TestApp::with_clock(&settings, clock).await;
    let admin = app.admin().await;
    let one = hers(&admin, None, "One").await;
    let two = hers(&admin, None, "Two").await;
    for ticket in [&one, &two] {
        close(&admin, ticket).await;
    }
    let wrong = json!({"ticket": one["id"], "reason": "R", "until": "2020-01-01"});
    assert_eq!(admin.post("/api/privacy/holds", &wrong).await.faults(), ["until"]);
    assert_eq!(admin.post("/api/privacy/holds", &json!({"phone": "+447700900142", "reason": "R"})).await.status, 409);
    let until = json!({"ticket": one["id"], "reason": "R", "until": "2026-06-30"});
    assert_eq!(admin.post("/api/privacy/holds", &until).await.status, 201);
    hand.advance(120 * 24 * 3_600_000);
    let plan = admin.get("/api/privacy/retention").await.json["items"][0].clone();
    assert_eq!((plan["count"].as_i64(), plan["held"].as_i64()), (Some(1), Some(1)), "{plan}");
    let purged = async || privacy::purge(&app.app.privacy()).await.unwrap();
    assert_eq!(purged().await, [(privacy::Rule::Tickets, 1)]);
    assert_eq!(admin.get(&at(&one)).await.json["description"], "One");
    assert_eq!(admin.get(&at(&two)).await.json["description"], "[erased]");
    hand.advance(120 * 24 * 3_600_000);
    assert_eq!(purged().await, [(privacy::Rule::Tickets, 1)], "the hold is over");
    assert_eq!(admin.get(&at(&one)).await.json["description"], "[erased]");
    let rows = history(&app.browser().await).await;
    assert!(rows.iter().any(|row| row.contains("A legal hold was placed")), "{rows:?}");
    assert!(
        rows.iter()
            .any(|row| row == "Redress | 1 record has gone by its age | By the setting retention.tickets_months"),
        "{rows:?}"
    );
}

/// Whether each of these tickets alone is refused to an erasure.
async fn are_held(admin: &Caller, tickets: &[&Value]) -> bool {
    for ticket in tickets {
        let reference = ticket["ticketRef"].as_str().unwrap();
        let body = json!({"ticket": reference, "reason": "R", "confirm": reference});
        if admin.post("/api/privacy/erasures", &body).await.status != 409 {
            return false;
        }
    }
    true
}

async fn holds(admin: &Caller) -> Vec<Value> {
    admin.get("/api/privacy/holds").await.json["items"].as_array().unwrap().clone()
}

/// A client who gets another number or account keeps their tickets held, also those by which nobody finds them any more: of a
/// number that somebody else has too, nobody knows whose a ticket without an account is.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_slips_out_of_a_hold_when_a_client_moves() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let id = client(&admin).await["id"].as_str().unwrap().to_owned();
    let family = json!({"name": "Otto Quillfeather", "phone": "+447700900142"});
    assert_eq!(admin.put("/api/clients/LF-600", &family).await.status, 201);
    let (one, two) = (hers(&admin, None, "By number").await, hers(&admin, Some("LF-551"), "By account").await);
    let wanted = json!({"accountId": "LF-551", "reason": "Case 4711", "until": "2999-12-31"});
    assert_eq!(admin.post("/api/privacy/holds", &wanted).await.status, 201);
    for phone in ["+447700900155", "+447700900142", "+447700900155"] {
        assert_eq!(admin.put("/api/clients/LF-551", &json!({"phone": phone})).await.status, 200);
    }
    let fields = [("accountId", "LF-552"), ("name", "Zoë Quillfeather"), ("phone", "+447700900155"), ("version", "4")];
    assert_eq!(browser.submit(&format!("/clients/{id}/edit"), &fields).await.status, 303);

    let holds = holds(&admin).await;
    assert_eq!(holds.len(), 2, "back and forth is held once: {holds:?}");
    assert_eq!((&holds[1]["ticketId"], &holds[1]["reason"]), (&one["id"], &json!("Case 4711")));
    assert_eq!(holds[1]["until"], holds[0]["until"]);
    assert!(are_held(&admin, &[&one, &two]).await);
    let placed = history(&browser).await.iter().filter(|row| row.contains("A legal hold was placed")).count();
    assert_eq!(placed, 2);
}

/// Nor when somebody else gets the very account that a ticket of theirs names in other signs.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_slips_out_of_a_hold_by_an_account_that_is_alike() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let zoe = json!({"name": "Zoë Quillfeather", "phone": "+447700900142"});
    let id = admin.put("/api/clients/12-345", &zoe).await.json["id"].as_str().unwrap().to_owned();
    let one = hers(&admin, Some("123-45"), "By account").await;
    let wanted = json!({"accountId": "12-345", "reason": "Case 4711"});
    assert_eq!(admin.post("/api/privacy/holds", &wanted).await.status, 201);
    let ada = json!({"name": "Ada Byron", "phone": "+447700900199"});
    assert_eq!(admin.put("/api/clients/123-45", &ada).await.status, 201);
    assert!(are_held(&admin, &[&one]).await);
    let fields = [("accountId", "LF-1"), ("name", "Zoë Quillfeather"), ("phone", "07700 900142"), ("version", "1")];
    assert_eq!(browser.submit(&format!("/clients/{id}/edit"), &fields).await.status, 303);
    assert_eq!(admin.get(&at(&one)).await.json["clientAccountId"], "123-45");
    assert!(are_held(&admin, &[&one]).await);
}

/// Nor when a ticket is edited, by its account or by its number.
#[tokio::test(flavor = "multi_thread")]
async fn no_edit_takes_a_ticket_out_of_a_hold() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let (one, two, three) = (
        hers(&admin, None, "By number").await,
        hers(&admin, Some("LF-551"), "By account").await,
        hers(&admin, Some("LF-551"), "Stays hers").await,
    );
    let wanted = json!({"accountId": "LF-551", "reason": "Case 4711"});
    assert_eq!(admin.post("/api/privacy/holds", &wanted).await.status, 201);
    let edits = [
        (&one, json!({"clientPhone": "+447700900155"})),
        (&two, json!({"clientAccountId": "LF-9"})),
        // By the account it is hers whatever its number, and by the number without an account.
        (&three, json!({"clientPhone": "+447700900155"})),
        (&three, json!({"clientPhone": "+447700900142"})),
        (&three, json!({"clientAccountId": null})),
        (&three, json!({"clientName": "Zoë Q."})),
    ];
    for (ticket, edit) in edits {
        let reply = admin.put(&at(ticket), &edit).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let of: Vec<Value> = holds(&admin).await.iter().skip(1).map(|hold| hold["ticketId"].clone()).collect();
    assert_eq!(of, [one["id"].clone(), two["id"].clone()], "only what left has a hold of its own");
    assert!(are_held(&admin, &[&one, &two, &three]).await);
}

/// Whoever gets a number that was somebody else's gets none of their tickets.
#[tokio::test(flavor = "multi_thread")]
async fn tickets_without_an_account_follow_the_only_client_of_their_number() {
    let app = TestApp::with(&WAITING).await;
    let admin = app.admin().await;
    client(&admin).await;
    let one = hers(&admin, None, "By number").await;
    assert_eq!(admin.put("/api/clients/LF-551", &json!({"phone": "+447700900155"})).await.status, 200);
    let after = admin.get(&at(&one)).await.json;
    assert_eq!((&after["clientAccountId"], &after["clientPhone"]), (&json!("LF-551"), &json!("+447700900142")));
    assert_eq!(after["updatedAt"], one["updatedAt"]);

    let other = json!({"name": "Ada Byron", "phone": "+447700900142"});
    assert_eq!(admin.put("/api/clients/LF-600", &other).await.status, 201);
    let export =
        async |account: &str| admin.post("/api/privacy/export", &json!({"accountId": account, "reason": "R"})).await;
    assert_eq!(export("LF-600").await.json["tickets"], json!([]));
    let erased = json!({"accountId": "LF-551", "reason": "R", "confirm": "LF-551"});
    assert_eq!(admin.post("/api/privacy/erasures", &erased).await.json["tickets"], 1);
}

/// Whoever gets an account that was somebody else's gets none of their tickets.
#[tokio::test(flavor = "multi_thread")]
async fn tickets_that_name_an_account_follow_its_client() {
    let app = TestApp::with(&WAITING).await;
    let (admin, browser) = (app.admin().await, app.browser().await);
    let id = client(&admin).await["id"].as_str().unwrap().to_owned();
    let one = hers(&admin, Some("lf 551"), "Charged twice").await;
    let before = admin.get(&at(&one)).await.json;
    let fields = [("accountId", "LF-552"), ("name", "Zoë Quillfeather"), ("phone", "+447700900142"), ("version", "1")];
    assert_eq!(browser.submit(&format!("/clients/{id}/edit"), &fields).await.status, 303);
    let after = admin.get(&at(&one)).await.json;
    assert_eq!((&after["clientAccountId"], &after["updatedAt"]), (&json!("LF-552"), &before["updatedAt"]));
    assert_eq!((found(&admin, "LF-551").await, found(&admin, "LF-552").await), (0, 1));

    let other = json!({"name": "Ada Byron", "phone": "+447700900199"});
    assert_eq!(admin.put("/api/clients/LF-551", &other).await.status, 201);
    let export =
        async |account: &str| admin.post("/api/privacy/export", &json!({"accountId": account, "reason": "R"})).await;
    assert_eq!(export("LF-551").await.json["tickets"], json!([]));
    assert_eq!(export("LF-552").await.json["tickets"][0]["id"], one["id"]);
    let erased = json!({"accountId": "LF-552", "reason": "R", "confirm": "LF-552"});
    assert_eq!(admin.post("/api/privacy/erasures", &erased).await.json["tickets"], 1);
}
