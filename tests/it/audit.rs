//! The audit history: who was let in and whom admins changed, and that nobody can change it unseen.

use redress::{
    audit::{self, Break, Verdict},
    staff::Role,
};
use serde_json::json;

use crate::support::{PASSWORD, TestApp, eventually, sql};

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
    browser.submit("/account/tokens", &[("name", "Billing"), ("expires", "30")]).await;
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
    assert!(of(&rows, "added").iter().any(|row| row.ends_with("Tomasz: Technician")), "{rows:?}");
    assert!(of(&rows, "changed").iter().any(|row| row.ends_with("Tom: Name, Owner")), "{rows:?}");
    assert_eq!(of(&rows, "user was changed").len(), 1, "{rows:?}");
    assert_eq!(of(&rows, "password was set").len(), 1, "{rows:?}");
    let all = rows.join("\n");
    assert!(!all.contains("quite another") && !all.contains("nobody@"), "{all}");
    assert!(verdict(&app, None).await.broken.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_changed_put_in_or_taken_out_shows() {
    let app = TestApp::start().await;
    for name in ["Ada", "Ben", "Cleo", "Dana", "Elif"] {
        app.user(name, Role::Technician).await;
    }
    let whole = verdict(&app, None).await;
    assert_eq!((whole.linked, whole.older, whole.broken.len(), whole.held), (5, 0, 0, true), "{whole:?}");
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
