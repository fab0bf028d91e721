//! Changing a ticket on its form, alone and at the same time as somebody else.

use super::{desk, log, toast};
use crate::support::Page;

/// The form's fields as the page holds them.
fn form(page: &Page) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for name in ["version", "clientName", "clientPhone", "clientEmail", "clientAccountId"] {
        fields.push((name.into(), page.attribute(&format!("main input[name={name}]"), "value").unwrap()));
    }
    fields.push(("description".into(), page.all("#description").remove(0)));
    for name in ["issueType", "priority"] {
        fields.push((name.into(), page.attribute(&format!("input[name={name}][checked]"), "value").unwrap()));
    }
    for name in ["assignedTo", "status"] {
        fields.push((name.into(), page.attribute(&format!("#{name} option[selected]"), "value").unwrap_or_default()));
    }
    fields
}

fn changed<'a>(form: &'a [(String, String)], name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    form.iter().map(|(field, text)| (field.as_str(), if field == name { value } else { text })).collect()
}

#[tokio::test]
async fn a_field_is_changed_and_told() {
    let (app, hand, browser) = desk().await;
    let path = log(&browser, &[("clientEmail", "nadia@example.com")]).await;
    hand.advance(60_000);
    let edit = format!("{path}/edit");
    let fields = form(&browser.open(&edit).await);
    let page = browser.submit(&edit, &changed(&fields, "clientName", "Nadia Okonkwo-Hart")).await;
    assert_eq!((page.status, page.location.as_str()), (303, path.as_str()));
    let page = browser.open(&path).await;
    assert_eq!(toast(&page), ["Saved"]);
    assert!(page.all(".ticket-head h1")[0].ends_with("Nadia Okonkwo-Hart"));
    assert!(
        page.all(".ev__line")[0].contains("from Nadia Okonkwo to Nadia Okonkwo-Hart"),
        "{:?}",
        page.all(".ev__line")
    );
    let admin = app.admin().await;
    let record = admin.get(&format!("/api{path}")).await.json;
    assert_eq!(record["version"], 2);
    assert_eq!(record["clientPhone"], "+447700900142");
    assert_eq!(record["clientEmail"], "nadia@example.com");
    let fields = form(&browser.open(&edit).await);
    browser.submit(&edit, &changed(&fields, "clientEmail", "")).await;
    assert_eq!(admin.get(&format!("/api{path}")).await.json["clientEmail"], serde_json::Value::Null);
}

#[tokio::test]
async fn faults_keep_what_was_typed() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let edit = format!("{path}/edit");
    let fields = form(&browser.open(&edit).await);
    let page = browser.submit(&edit, &changed(&fields, "clientPhone", "none")).await;
    assert_eq!(page.status, 422);
    assert!(page.all("title")[0].starts_with("Error: Edit BILL-"));
    assert_eq!(page.attribute("#clientPhone[aria-invalid]", "value").as_deref(), Some("none"));
    assert_eq!(page.attributes(".error-summary a", "href"), ["#clientPhone"]);
    let page = browser.submit(&edit, &changed(&fields, "status", "Closed")).await;
    assert_eq!(page.status, 422);
    assert!(page.has("#status-err"));
}

#[tokio::test]
async fn two_people_at_once() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let edit = format!("{path}/edit");
    let mine = form(&browser.open(&edit).await);
    let theirs = changed(&mine, "description", "Charged three times.");
    assert_eq!(browser.submit(&edit, &theirs).await.status, 303);
    browser.submit(&format!("{path}/priority"), &[("priority", "Urgent")]).await;

    let page = browser.submit(&edit, &changed(&mine, "description", "Charged twice, and for a month more.")).await;
    assert_eq!(page.status, 422);
    assert!(page.all(".error-summary")[0].contains("changed while you were editing"));
    assert_eq!(page.all("#description"), ["Charged twice, and for a month more."], "what was typed is kept");
    assert!(page.all("#description-now")[0].ends_with("Charged three times."), "and what it is now is shown");
    assert_eq!(
        page.attribute("input[name=priority][checked]", "value").as_deref(),
        Some("Urgent"),
        "untouched: theirs"
    );
    assert!(page.has("#priority-now"));
    assert!(!page.has("#clientName-now"));
    assert_eq!(browser.open(&path).await.all(".prose"), ["Charged three times."], "nothing was stored");

    let again = form(&page);
    assert_eq!(browser.submit(&edit, &changed(&again, "", "")).await.status, 303, "the second sending goes through");
    let page = browser.open(&path).await;
    assert_eq!(page.all(".prose"), ["Charged twice, and for a month more."]);
    assert!(page.all(".ticket-head__meta")[0].contains("Urgent"));
}
