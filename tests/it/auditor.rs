//! Auditors: they see all that the desk does, and no page offers them to change anything.

use std::collections::{BTreeSet, VecDeque};

use redress::staff::Role;
use serde_json::json;

use crate::support::{Browser, PASSWORD, Page, TestApp};

async fn auditor(app: &TestApp) -> Browser {
    let user = app.user("Aud Itor", Role::Auditor).await;
    let browser = Browser::new(&app.base);
    let page = browser.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/tickets"));
    browser
}

fn without_values(path: &str) -> String {
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{place}?{}", names.into_iter().collect::<Vec<_>>().join("&"))
}

/// What of one's own a page lets anybody change, or what changes nothing but how it looks.
fn is_ones_own(action: &str) -> bool {
    ["/account", "/logout", "/language", "/tickets/density", "/tickets.csv", "/audit.csv"]
        .iter()
        .any(|own| action.starts_with(own))
}

#[tokio::test]
async fn every_page_they_reach_lets_them_in_and_offers_no_change() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let technician = app.technician("Aisha Bello").await.id.to_string();
    for fields in [json!({}), json!({"assignedTo": technician, "clientAccountId": "LF-1"})] {
        let ticket = admin.ticket(fields).await;
        let reference = ticket["ticketRef"].as_str().unwrap();
        admin.post(&format!("/api/tickets/{reference}/notes"), &json!({"content": "Called back."})).await;
        admin.put(&format!("/api/tickets/{reference}"), &json!({"status": "Fixed"})).await;
    }
    admin.put("/api/clients/LF-1", &json!({"name": "Nadia Okonkwo", "phone": "+447700900142"})).await;
    let view = json!({"name": "Urgent", "query": "priority=Urgent", "shared": true});
    assert_eq!(admin.post("/api/views", &view).await.status, 201);
    let browser = auditor(&app).await;
    let (mut waiting, mut seen) = (VecDeque::from(["/".to_owned()]), BTreeSet::new());
    while let Some(path) = waiting.pop_front() {
        let known = if path.starts_with("/tickets?") { without_values(&path) } else { path.clone() };
        if !seen.insert(known) || path.starts_with("/assets/") {
            continue;
        }
        let page: Page = browser.open(&path).await;
        assert!(page.status == 200 || page.status == 303, "{path}: {}", page.status);
        for action in page.attributes("form[method=post]", "action") {
            assert!(is_ones_own(&action), "{path} offers {action}");
        }
        assert!(page.attributes("[formaction]", "formaction").is_empty(), "{path} offers {}", page.text);
        let mut links = page.attributes("a[href]", "href");
        links.push(page.location.clone());
        waiting.extend(links.into_iter().filter(|href| href.starts_with('/')));
    }
    for wanted in ["/clients", "/notifications", "/notifications/gateways", "/reports", "/users", "/audit", "/views"] {
        assert!(seen.contains(wanted), "{wanted} is not among {seen:?}");
    }
    assert!(seen.iter().any(|path| path.starts_with("/tickets/BILL-")), "{seen:?}");
    assert!(seen.iter().any(|path| path.starts_with("/tickets/export")), "{seen:?}");
}

#[tokio::test]
async fn a_file_leaves_with_a_reason_that_stays_on_record() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    admin.ticket(json!({"priority": "High"})).await;
    let browser = auditor(&app).await;
    assert_eq!(browser.open("/tickets.csv?priority=High").await.status, 403);
    let page = browser.open("/tickets/export?priority=High").await;
    let action = page.attribute("main form", "action").unwrap();
    assert_eq!((page.status, action.as_str()), (200, "/tickets.csv?priority=High"));
    for reason in ["", "   "] {
        let page = browser.submit(&action, &[("reason", reason)]).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.all("#reason-err"), ["Say what the file is for."]);
    }
    let events = |text: &str| text.matches("began to export").count() + text.matches("Yearly check").count();
    assert_eq!(events(&browser.open("/audit").await.text), 0, "nothing has left");
    let file = browser.submit(&action, &[("reason", "Yearly check")]).await;
    assert_eq!(file.status, 200);
    assert!(file.text.contains("BILL-") && file.text.contains("High"), "{}", file.text);
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let history = browser.open("/audit").await.text;
    assert!(history.contains("Yearly check"), "{history}");
}

#[tokio::test]
async fn so_does_the_audit_history() {
    let app = TestApp::start().await;
    app.admin().await;
    let browser = auditor(&app).await;
    assert_eq!(browser.open("/audit.csv").await.status, 405);
    let page = browser.open("/audit?kind=access").await;
    let link = page.attribute(".page-head a", "href").unwrap();
    let page = browser.open(&link).await;
    let action = page.attribute("main form", "action").unwrap();
    assert_eq!((page.status, action.as_str()), (200, "/audit.csv?kind=access"));
    let page = browser.submit(&action, &[("reason", " ")]).await;
    assert_eq!((page.status, page.all("#reason-err")), (422, vec!["Say what the file is for.".to_owned()]));
    let taken = async || browser.open("/audit?kind=exports").await.all(".roster td");
    assert!(taken().await.is_empty(), "nothing has left");
    let file = browser.submit(&action, &[("reason", "Yearly check")]).await;
    assert_eq!(file.status, 200);
    assert!(file.text.contains("Signed in"), "{}", file.text);
    assert_eq!(taken().await, ["Aud Itor", "The audit history was taken along as a file", "Yearly check: kind=access"]);
}

#[tokio::test]
async fn their_tokens_read_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let ticket = admin.ticket(json!({})).await;
    let path = format!("/api/tickets/{}", ticket["id"].as_str().unwrap());
    let auditor = app.caller("Aud Itor", Role::Auditor).await;
    assert_eq!(auditor.get(&path).await.json["clientName"], "Nadia Okonkwo");
    assert_eq!(auditor.put(&path, &json!({"priority": "Low"})).await.status, 403);
    assert_eq!(auditor.get("/api/tickets.csv").await.status, 403);
    let unsaid = auditor.post("/api/tickets.csv", &json!({})).await;
    assert_eq!((unsaid.status, unsaid.faults()), (422, vec!["reason".to_owned()]));
    let file = auditor.post("/api/tickets.csv?q=nadia", &json!({"reason": "Yearly check"})).await;
    assert_eq!((file.status, file.text.lines().count()), (200, 2), "{}", file.text);
    assert_eq!(admin.get(&path).await.json["version"], ticket["version"]);
    // An auditor is nobody to assign to.
    let id = app.id_of(&auditor).await;
    assert_eq!(admin.put(&path, &json!({"assignedTo": id})).await.faults(), ["assignedTo"]);
}
