//! The audit history: who was let in and whom admins changed, and that nobody can change it unseen.

use redress::{
    audit::{self, Break, Verdict},
    staff::Role,
};
use serde_json::json;

use crate::support::{Browser, PASSWORD, TestApp, eventually, sql};

async fn verdict(app: &TestApp, held: Option<&str>) -> Verdict {
    audit::verify(&app.app.db, &app.app.tickets.desk.vault, held).await.unwrap()
}

/// Rows of the page, each as who, what and about what.
async fn history(browser: &crate::support::Browser) -> Vec<String> {
    let page = browser.open("/audit").await;
    let cells = page.all(".roster td");
    cells.chunks(3).map(|row| row.join(" | ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_let_in_and_whom_admins_changed_is_on_record() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let admin = app.admin().await;
    let new = json!({"name": "Tomasz", "email": "t@isp.example", "role": "technician", "password": PASSWORD});
    let id = admin.post("/api/users", &new).await.json["id"].as_str().unwrap().to_owned();
    let change = json!({"role": "admin", "name": "Tom", "password": "quite another one"});
    assert_eq!(admin.patch(&format!("/api/users/{id}"), &change).await.status, 200);
    assert_eq!(admin.patch(&format!("/api/users/{id}"), &json!({"name": "Tom"})).await.status, 200, "nothing new");
    let wrong = json!({"email": "t@isp.example", "password": "wrong"});
    assert_eq!(app.anonymous().post("/api/auth/login", &wrong).await.status, 401);
    let nobody = json!({"email": "nobody@isp.example", "password": "wrong"});
    assert_eq!(app.anonymous().post("/api/auth/login", &nobody).await.status, 401);
    let right = json!({"email": "t@isp.example", "password": "quite another one"});
    assert_eq!(app.anonymous().post("/api/auth/login", &right).await.status, 200);
    let fields = [("name", "Billing"), ("scope", "tickets:read"), ("days", "30")];
    assert_eq!(browser.submit("/account/tokens", &fields).await.status, 303);
    let of = |rows: &[String], what: &str| rows.iter().filter(|row| row.contains(what)).cloned().collect::<Vec<_>>();
    // What was refused is written beside the answer.
    let rows = eventually("the refusal is on record", async || {
        let rows = history(&browser).await;
        (!of(&rows, "wrong password").is_empty()).then_some(rows)
    })
    .await;
    assert_eq!(of(&rows, "wrong password"), ["Redress | A wrong password was given | For Tom. From 127.0.0.1"]);
    assert_eq!(of(&rows, "over the API")[0], "Tom | Signed in over the API | From 127.0.0.1");
    assert!(of(&rows, "Signed in |").iter().any(|row| row.ends_with("From 127.0.0.1")), "{rows:?}");
    let let_in = browser.open("/audit?kind=access").await.all(".roster tbody tr");
    assert!(let_in.len() >= 3 && let_in.iter().all(|row| row.matches("127.0.0.1").count() == 1), "{let_in:?}");
    assert!(of(&rows, "added").iter().any(|row| row.ends_with("Tomasz: Technician")), "{rows:?}");
    assert!(of(&rows, "changed").iter().any(|row| row.ends_with("Tom: Name, Owner")), "{rows:?}");
    assert_eq!(of(&rows, "user was changed").len(), 1, "{rows:?}");
    assert_eq!(of(&rows, "password was set").len(), 1, "{rows:?}");
    assert!(of(&rows, "token was made").iter().any(|row| row.ends_with("Billing: Reading tickets")), "{rows:?}");
    let all = rows.join("\n");
    assert!(!all.contains("quite another") && !all.contains("nobody@"), "{all}");
    assert!(verdict(&app, None).await.broken.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_out_and_who_is_held_up_is_on_record_once_for_each_wait() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let tomasz = app.user("Tomasz", Role::Technician).await;
    let log_in = async |email: &str, password: &str| {
        app.anonymous().post("/api/auth/login", &json!({"email": email, "password": password})).await
    };
    let token = log_in(&tomasz.email, PASSWORD).await.json["token"].as_str().unwrap().to_owned();
    let program = app.anonymous().with_token(&token);
    assert_eq!(program.post("/api/auth/logout", &json!({})).await.status, 204);
    let other = Browser::new(&app.base);
    assert_eq!(other.submit("/login", &[("email", &tomasz.email), ("password", PASSWORD)]).await.status, 303);
    for _ in 0..2 {
        assert_eq!(other.submit("/logout", &[]).await.status, 303);
    }
    for attempt in 0..8 {
        let wanted = if attempt < 5 { 401 } else { 429 };
        assert_eq!(log_in(&tomasz.email, "wrong").await.status, wanted, "{attempt}");
        assert_eq!(log_in("nobody@isp.example", "wrong").await.status, wanted, "{attempt}");
    }
    let rows = eventually("the wait is on record", async || {
        let rows = history(&browser).await;
        rows.iter().any(|row| row.contains("held up")).then_some(rows)
    })
    .await;
    let held: Vec<_> = rows.iter().filter(|row| row.contains("held up")).collect();
    assert!(held.len() == 1 && held[0].ends_with("For Tomasz, by one minute. From 127.0.0.1"), "{held:?}");
    let left: Vec<_> = rows.iter().filter(|row| row.contains("Signed out")).collect();
    assert_eq!(left.len(), 2, "who is out already leaves no more: {left:?}");
    for how in ["Tomasz | Signed out over the API | From 127.0.0.1", "Tomasz | Signed out | From 127.0.0.1"] {
        assert!(left.iter().any(|row| *row == how), "{left:?}");
    }
    assert!(!rows.join("").contains("nobody@"), "what was typed may be a password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_changed_put_in_or_taken_out_shows() {
    let app = TestApp::start().await;
    for name in ["Ada", "Ben", "Cleo", "Dana", "Elif"] {
        app.user(name, Role::Technician).await;
    }
    let whole = verdict(&app, None).await;
    assert_eq!((whole.linked, whole.broken.len(), whole.held), (5, 0, true), "{whole:?}");
    let head = whole.head.clone().unwrap();
    assert!(verdict(&app, Some(&head)).await.held);
    let broken = async |statement: &str| {
        assert!(sql(app.dir(), statement) > 0, "{statement}");
        verdict(&app, Some(&head)).await.broken
    };
    for column in ["at", "kind"] {
        let found = broken(&format!("UPDATE audit_events SET {column} = {column} + 1 WHERE seq = 2")).await;
        assert_eq!(found, [(2, Break::Link)], "{column}");
        let undone = broken(&format!("UPDATE audit_events SET {column} = {column} - 1 WHERE seq = 2")).await;
        assert_eq!(undone, [], "{column}");
    }
    let other = "UPDATE audit_events SET actor = (SELECT id FROM users ORDER BY id LIMIT 1) WHERE seq = 3";
    assert_eq!(broken(other).await, [(3, Break::Link)], "somebody else did it");
    assert_eq!(broken("UPDATE audit_events SET actor = NULL WHERE seq = 3").await, []);
    let moved = "UPDATE audit_events SET detail = (SELECT detail FROM audit_events WHERE seq = 1) WHERE seq = 4";
    assert_eq!(broken(moved).await, [(4, Break::Unreadable)]);
    assert_eq!(broken("DELETE FROM audit_events WHERE seq = 4").await, [(5, Break::Link)], "one is missing");
    assert_eq!(broken("UPDATE audit_events SET link = NULL WHERE seq = 5").await, [(5, Break::Loose)]);
    assert_eq!(broken("DELETE FROM audit_events WHERE seq > 3").await, [], "what is left holds together");
    assert!(!verdict(&app, Some(&head)).await.held, "and is not all of it");
    // The next one is bound to what is left.
    app.user("Finn", Role::Technician).await;
    let after = verdict(&app, None).await;
    assert_eq!((after.linked, after.broken.len()), (4, 0), "{after:?}");
    // Who takes off all links has not taken off the chain.
    assert_eq!(sql(app.dir(), "UPDATE audit_events SET link = NULL, kind = kind + 1"), 4);
    app.user("Gita", Role::Technician).await;
    let bare = verdict(&app, None).await;
    assert_eq!((bare.linked, bare.broken.len()), (1, 4), "{bare:?}");
    assert!(bare.broken.iter().all(|(_, fault)| *fault == Break::Loose), "{bare:?}");
}

/// Runs a statement as a program that minds no references.
fn sql_unbound(app: &TestApp, statement: &str) {
    if app.dir().database().is_some() {
        sql(app.dir(), "ALTER TABLE audit_events DROP CONSTRAINT audit_events_actor_fkey");
        assert_eq!(sql(app.dir(), statement), 1);
    } else {
        let file = rusqlite::Connection::open(app.dir().path().join("redress.db")).unwrap();
        file.execute_batch(&format!("PRAGMA foreign_keys = OFF; {statement}")).unwrap();
    }
}

/// Whoever looks for what was done to the history sees that row for what it is, and all others.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_does_not_open_is_shown_as_that_and_hides_no_other() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    for name in ["Ada", "Ben", "Cleo", "Dana"] {
        app.user(name, Role::Technician).await;
    }
    let mut want = history(&browser).await;
    assert_eq!(want[2], "Redress | A user was added | Ben: Technician");
    let linked = verdict(&app, None).await.linked;
    let change = |what: &str, place: usize| {
        let row = format!("(SELECT seq FROM audit_events ORDER BY seq DESC LIMIT 1 OFFSET {place})");
        format!("UPDATE audit_events SET {what} WHERE seq = {row}")
    };
    let text = change("detail = (SELECT detail FROM audit_events ORDER BY seq LIMIT 1)", 0);
    assert_eq!(sql(app.dir(), &text), 1);
    // Of another length than any id has.
    assert_eq!(sql(app.dir(), &change("id = link", 1)), 1);
    sql_unbound(&app, &change("actor = link", 2));
    let after = verdict(&app, None).await;
    assert_eq!((after.linked, after.broken.len()), (linked - 3, 3), "{after:?}");
    assert!(after.broken.iter().all(|(_, fault)| *fault == Break::Unreadable), "{after:?}");

    let file = browser.submit("/audit.csv", &[("reason", "Yearly check")]).await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(file.text.lines().count(), want.len() + 2, "with its head and what is on record of it: {}", file.text);
    let (mut page, items) = (history(&browser).await, admin.get("/api/audit").await.json["items"].clone());
    assert_eq!(items.as_array().unwrap().len(), want.len() + 1, "{items:#}");
    assert!(page.remove(0).contains("taken along as a file"));
    for (place, (row, _)) in after.broken.iter().rev().enumerate() {
        let about = format!("Row {row}: it was changed, or the keys are others");
        let item = &items[place + 1];
        assert_eq!(item["event"], json!({"unreadable": {"row": row}}));
        assert_eq!((&item["what"], &item["about"]), (&json!("Cannot be opened"), &json!(about)));
        assert!(file.text.contains(&format!(r#""Cannot be opened","{about}""#)), "{}", file.text);
        want[place] = format!("Redress | Cannot be opened | {about}");
    }
    assert_eq!(page, want);
    assert_eq!(items[4]["event"]["userAdded"]["name"], "Ada");
}

/// Each is bound to the one before, however many come at once, on whatever node.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_at_once_holds_together() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let before = verdict(&app, None).await.linked;
    let mut work = tokio::task::JoinSet::new();
    for number in 0..24 {
        let (admin, vault, path) =
            (admin.clone(), app.app.tickets.desk.vault.clone(), app.app.config.keys.file().unwrap().to_owned());
        work.spawn(async move {
            let phone = format!("+447700900{:03}", 100 + number);
            let reply = admin.put("/api/opt-outs", &json!({"phone": phone, "optedOut": true})).await;
            assert!(reply.status < 300, "{}", reply.text);
            if number == 12 {
                vault.stage_key(&path).unwrap();
                vault.activate_key(&path).unwrap();
            }
        });
    }
    work.join_all().await;
    let after = verdict(&app, None).await;
    assert_eq!((after.linked - before, after.broken.len()), (24, 0), "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_adds_and_changes_clients_is_on_record_with_the_fields_and_nothing_of_what_they_say() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let put = async |fields: serde_json::Value| admin.put("/api/clients/LF-1", &fields).await;
    let added = put(json!({"name": "Nadia Okonkwo", "phone": "+447700900142"})).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let id = added.json["id"].as_str().unwrap();
    assert_eq!(put(json!({"name": "Nadia Okonkwo"})).await.status, 200, "nothing new");
    assert_eq!(put(json!({"phone": "+447700900143", "plan": "Fibre 500"})).await.status, 200);
    let fields =
        [("version", "2"), ("accountId", "LF-2"), ("name", "Nadia Okonkwo"), ("phone", "+447700900143"), ("plan", "")];
    let page = browser.submit(&format!("/clients/{id}/edit"), &fields).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let page = browser.submit("/clients", &[("accountId", "LF-3"), ("name", "Ada"), ("phone", "+447700900144")]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let other = page.location.rsplit('/').next().unwrap();
    let rows: Vec<_> = history(&browser).await.into_iter().filter(|row| row.contains("A client was")).collect();
    let want = [
        format!("Dev Anand | A client was added | Client {other}"),
        format!("Dev Anand | A client was changed | Client {id}: Account ID, Plan"),
        format!("Priya Raman | A client was changed | Client {id}: Mobile number, Plan"),
        format!("Priya Raman | A client was added | Client {id}"),
    ];
    assert_eq!(rows, want);
    assert_eq!(part(&browser, "kind=clients").await, want, "in a group of their own");
    assert!(part(&browser, "kind=other").await.iter().all(|row| !row.contains("A client was")));
    let items = admin.get("/api/audit").await.json["items"].clone();
    assert_eq!((&items[0]["what"], &items[0]["from"]), (&json!("A client was added"), &json!("127.0.0.1")));
    assert!(browser.open("/audit").await.all(".roster th")[4].ends_with("From 127.0.0.1"), "after the head's four");
    // So is who keeps the client of a ticket that they log.
    let ticket = [
        ("clientName", "Zoe Quill"),
        ("clientPhone", "+447700900145"),
        ("clientAccountId", "LF-4"),
        ("issueType", "Other"),
        ("description", "x"),
        ("priority", "Low"),
        ("status", "New"),
        ("keepClient", "on"),
    ];
    let page = browser.submit("/tickets/new", &ticket).await;
    assert_eq!(page.status, 303, "{}", page.text);
    assert!(history(&browser).await[0].starts_with("Dev Anand | A client was added | Client "));
    assert!(verdict(&app, None).await.broken.is_empty());
}

/// Rows of a part of the history, each as who, what and about what.
async fn part(browser: &crate::support::Browser, query: &str) -> Vec<String> {
    let page = browser.open(&format!("/audit?{query}")).await;
    page.all(".roster td").chunks(3).map(|row| row.join(" | ")).collect()
}

/// Who saw what, once that many are on record: these and no others.
async fn reads_are(browser: &crate::support::Browser, mut want: Vec<String>) {
    let rows = eventually("all are on record", async || {
        let rows = part(browser, "kind=reads").await;
        (rows.len() >= want.len()).then_some(rows)
    })
    .await;
    let mut rows: Vec<_> = rows.iter().map(|row| row.replace(" | What is personal was seen", "")).collect();
    rows.sort();
    want.sort();
    assert_eq!(rows, want);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_saw_what_is_on_record_once_in_a_while_and_apart_from_the_rest() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let ticket = admin.ticket(json!({})).await;
    let reference = ticket["ticketRef"].as_str().unwrap();
    for _ in 0..3 {
        browser.open(&format!("/tickets/{reference}")).await;
    }
    browser.open("/tickets?q=nadia&status=").await;
    browser.open("/tickets/find?q=nad").await;
    admin.get(&format!("/api/tickets/{}", ticket["id"].as_str().unwrap())).await;
    assert_eq!(browser.open("/tickets/BILL-20200101-AAAA").await.status, 404);
    let rows = eventually("four reads are on record", async || {
        let rows = part(&browser, "kind=reads").await;
        (rows.len() >= 4).then_some(rows)
    })
    .await;
    let mut rows: Vec<_> = rows.into_iter().filter(|row| row.contains("was seen")).collect();
    rows.sort();
    let id = ticket["id"].as_str().unwrap();
    let mut want = vec![
        format!("Dev Anand | What is personal was seen | /tickets/{reference}"),
        "Dev Anand | What is personal was seen | /tickets (q: nadia)".to_owned(),
        "Dev Anand | What is personal was seen | /tickets/find (q: nad)".to_owned(),
        format!("Priya Raman | What is personal was seen | /api/tickets/{id}"),
    ];
    want.sort();
    assert_eq!(rows, want);
    assert!(history(&browser).await.iter().all(|row| !row.contains("was seen")), "they do not drown the rest");
    assert!(part(&browser, "kind=all").await.iter().any(|row| row.contains("was seen")));
    assert!(verdict(&app, None).await.broken.is_empty());
}

/// Whatever way somebody takes to what is personal.
#[tokio::test(flavor = "multi_thread")]
async fn forms_suggestions_and_the_rows_of_an_open_page_are_on_record_as_pages_are() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let ticket = admin.ticket(json!({})).await;
    let (id, reference) = (ticket["id"].as_str().unwrap(), ticket["ticketRef"].as_str().unwrap());
    let client = admin.put("/api/clients/LF-1", &json!({"name": "Nadia Okonkwo", "phone": "+447700900142"})).await;
    let client = client.json["id"].as_str().unwrap().to_owned();
    let paths = [
        format!("/tickets/{reference}/edit"),
        format!("/tickets/new?client={client}"),
        format!("/clients/{client}/edit"),
        "/clients/suggest?q=nadia".to_owned(),
        format!("/live?see=list&rows={id}:{}", ticket["version"]),
        format!("/live?see=list&rows={id}:0"),
        "/live?see=list&query=q%3Dnadia&since=0".to_owned(),
        "/live?see=list&query=q%3Dsomebody&since=0".to_owned(),
        "/notifications/gateways".to_owned(),
    ];
    for path in &paths {
        // The answer of an open page has no end.
        assert_eq!(browser.request("GET", path).send().await.unwrap().status(), 200, "{path}");
    }
    let sought = json!({"phone": "+447700900142"});
    assert_eq!(admin.post("/api/opt-outs/find", &sought).await.status, 200);
    let want = vec![
        format!("Dev Anand | /tickets/{reference}/edit"),
        format!("Dev Anand | /tickets/new (client: {client})"),
        format!("Dev Anand | /clients/{client}/edit"),
        "Dev Anand | /clients/suggest (q: nadia)".to_owned(),
        format!("Dev Anand | /live (rows: {reference})"),
        "Dev Anand | /live (q: nadia)".to_owned(),
        "Priya Raman | /api/opt-outs/find".to_owned(),
    ];
    reads_are(&browser, want).await;
}

/// Nobody reads off the record by changing nothing, or by what is refused.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_of_a_change_is_on_record_whether_anything_was_changed_or_not() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let (one, other, third) =
        (admin.ticket(json!({})).await, admin.ticket(json!({})).await, admin.ticket(json!({})).await);
    let call = |ticket: &serde_json::Value| format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    let page = format!("/tickets/{}", one["ticketRef"].as_str().unwrap());
    let shown = |text: &str| assert!(text.contains("Nadia Okonkwo"), "{text}");

    // Neither shows what was not sent with it.
    let client = json!({"name": "Nadia Okonkwo", "phone": "+447700900142"});
    assert_eq!(admin.put("/api/clients/LF-2", &client).await.status, 201);
    assert_eq!(admin.put(&call(&third), &json!({"priority": "Nonsense"})).await.faults(), ["priority"]);

    let id = admin.put("/api/clients/LF-1", &client).await.json["id"].as_str().unwrap().to_owned();
    let same = admin.put("/api/clients/LF-1", &json!({"name": "Nadia Okonkwo"})).await;
    assert_eq!((same.status, &same.json["version"]), (200, &json!(1)), "{}", same.text);
    let same = admin.put(&call(&one), &json!({"priority": one["priority"]})).await;
    assert_eq!((same.status, &same.json["version"]), (200, &one["version"]), "{}", same.text);
    shown(&same.text);
    let stale = admin.request("PATCH", &call(&other)).header("if-match", "\"99\"");
    let stale = admin.send(stale.json(&json!({"priority": "Low"}))).await;
    assert_eq!(stale.status, 412, "{}", stale.text);
    shown(&stale.text);
    let nameless = [("version", "1"), ("accountId", "LF-1"), ("name", ""), ("phone", "+447700900142")];
    for (path, fields) in [
        (format!("{page}/status"), &[("status", "Nonsense")][..]),
        (format!("{page}/notes"), &[("content", " ")][..]),
        (format!("/clients/{id}/edit"), &nameless[..]),
    ] {
        let refused = browser.submit(&path, fields).await;
        assert_eq!(refused.status, 422, "{path}");
        shown(&refused.text);
    }
    let want = vec![
        "Priya Raman | /api/clients/LF-1".to_owned(),
        format!("Priya Raman | {}", call(&one)),
        format!("Priya Raman | {}", call(&other)),
        format!("Dev Anand | {page}/status"),
        format!("Dev Anand | {page}/notes"),
        format!("Dev Anand | /clients/{id}/edit"),
    ];
    reads_are(&browser, want).await;
}

/// Its length tells whether a search has found anybody.
#[tokio::test(flavor = "multi_thread")]
async fn asking_about_an_answer_is_on_record_too() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    assert_eq!(browser.request("HEAD", "/tickets?q=nadia").send().await.unwrap().status(), 200);
    let rows = eventually("it is on record", async || {
        Some(part(&browser, "kind=reads").await).filter(|rows| !rows.is_empty())
    })
    .await;
    assert_eq!(rows, ["Dev Anand | What is personal was seen | /tickets (q: nadia)"]);
}

/// The header by which a page renews itself hides nothing: anybody can send it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_fetches_to_stay_true_is_on_record_where_it_was_not_seen_before() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    let (seen, other) = (admin.ticket(json!({})).await, admin.ticket(json!({})).await);
    let path = |ticket: &serde_json::Value| format!("/tickets/{}", ticket["ticketRef"].as_str().unwrap());
    browser.open(&path(&seen)).await;
    for ticket in [&seen, &other, &other] {
        let behind = browser.request("GET", &path(ticket)).header("x-redress-live", "1");
        assert_eq!(behind.send().await.unwrap().status(), 200);
    }
    let rows = eventually("both are on record", async || {
        let rows = part(&browser, "kind=reads").await;
        (rows.len() >= 2).then_some(rows)
    })
    .await;
    for ticket in [&seen, &other] {
        let of = rows.iter().filter(|row| row.ends_with(&path(ticket))).count();
        assert_eq!(of, 1, "{rows:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_are_kept_off_the_record_where_the_desk_says_so() {
    let app = TestApp::with(&[("audit_reads", "false")]).await;
    let browser = app.browser().await;
    browser.open("/tickets").await;
    // What is recorded after it would stand above it.
    browser.submit("/account/tokens", &[("name", "x"), ("scope", "admin")]).await;
    assert!(part(&browser, "kind=all").await[0].contains("An API token was made"));
    assert!(part(&browser, "kind=reads").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_is_narrowed_by_who_what_and_when_on_the_page_in_the_file_and_over_the_api() {
    let app = TestApp::start().await;
    let (browser, admin) = (app.browser().await, app.admin().await);
    app.user("Tomasz", Role::Technician).await;
    let me = admin.get("/api/auth/me").await.json["id"].as_str().unwrap().to_owned();
    let new = json!({"name": "=Mei", "email": "m@isp.example", "role": "technician", "password": PASSWORD});
    assert_eq!(admin.post("/api/users", &new).await.status, 201);
    let by_me = part(&browser, &format!("who={me}")).await;
    assert_eq!(by_me, ["Priya Raman | A user was added | =Mei: Technician"]);
    assert!(part(&browser, "who=redress").await.iter().all(|row| row.starts_with("Redress |")));
    let access = part(&browser, "kind=access").await;
    assert!(!access.is_empty() && access.iter().all(|row| row.contains("Signed in")), "{access:?}");
    assert!(part(&browser, "to=2020-01-01").await.is_empty());
    assert!(part(&browser, "from=2999-01-01").await.is_empty());
    assert_eq!(
        part(&browser, "from=2020-01-01&to=2999-01-01&kind=users&who=").await.len(),
        part(&browser, "kind=users").await.len()
    );

    let file = browser.submit(&format!("/audit.csv?who={me}&kind=users"), &[("reason", "Yearly check")]).await;
    let lines: Vec<_> = file.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "id,at,userId,user,what,about,from");
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[1].ends_with(r#""A user was added","'=Mei: Technician","127.0.0.1""#), "{}", lines[1]);
    let taken = part(&browser, "kind=exports").await;
    let about = format!("Yearly check: who={me}&kind=users");
    assert_eq!(taken, [format!("Dev Anand | The audit history was taken along as a file | {about}")]);

    let reply = admin.get(&format!("/api/audit?who={me}&kind=users")).await;
    assert_eq!(reply.json["items"][0]["event"]["userAdded"]["name"], "=Mei", "{}", reply.text);
    assert_eq!(reply.json["items"].as_array().unwrap().len(), 1);
    assert!(reply.json["before"].is_null());
    for wrong in ["who=x", "kind=x", "from=x", "before=x", "sort=x"] {
        let reply = admin.get(&format!("/api/audit?{wrong}")).await;
        assert_eq!(reply.faults(), [wrong.split('=').next().unwrap()], "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_comes_whole_however_it_is_compressed() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    for path in ["/audit.csv", "/tickets.csv"] {
        for coding in ["identity", "gzip", "br"] {
            let request = browser.request("POST", path).header("sec-fetch-site", "same-origin");
            let request = request.header("accept-encoding", coding).form(&[("reason", "Yearly check")]);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path} {coding}");
            let coded = answer.headers().get("content-encoding").map_or("identity", |coded| coded.to_str().unwrap());
            assert_eq!(coded, coding, "{path}");
            let file = answer.bytes().await.unwrap_or_else(|error| panic!("{path} {coding}: {error}"));
            assert!(!file.is_empty(), "{path} {coding}");
        }
    }
}
