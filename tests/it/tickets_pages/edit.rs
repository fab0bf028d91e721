//! Changing a ticket on its form, alone and at the same time as somebody else.

use serde_json::json;

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

/// The fields of the page on which both versions stand, without a choice.
fn both(page: &Page) -> Vec<(String, String)> {
    let form = "main form[data-live-form]";
    let mut fields = vec![("version".to_owned(), page.attribute(&format!("{form} [name=version]"), "value").unwrap())];
    for name in page.attributes(&format!("{form} textarea"), "name") {
        let text = page.all(&format!("{form} textarea[name={name}]")).remove(0);
        fields.push((name, text));
    }
    for name in page.attributes(&format!("{form} .conflict input:not([type=radio])"), "name") {
        let value = page.attribute(&format!("{form} .conflict input[name={name}]"), "value").unwrap();
        fields.push((name, value));
    }
    fields.push(("differs".into(), page.attribute(&format!("{form} [name=differs]"), "value").unwrap()));
    fields
}

fn and<'a>(fields: &'a [(String, String)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).chain(more.iter().copied()).collect()
}

#[tokio::test]
async fn edits_that_do_not_meet_are_merged() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let edit = format!("{path}/edit");
    let mine = form(&browser.open(&edit).await);
    let admin = app.admin().await;
    admin.put(&format!("/api{path}"), &json!({"priority": "Urgent", "clientEmail": "nadia@isp.example"})).await;
    let page = browser.submit(&edit, &changed(&mine, "description", "Charged twice, and for a month more.")).await;
    assert_eq!(page.status, 303, "{:?}", page.all("main"));
    let page = browser.open(&path).await;
    assert_eq!(toast(&page), ["Saved. What Priya Raman changed at the same time is kept too"]);
    let record = admin.get(&format!("/api{path}")).await.json;
    assert_eq!(record["description"], "Charged twice, and for a month more.");
    assert_eq!((&record["priority"], &record["clientEmail"]), (&json!("Urgent"), &json!("nadia@isp.example")));
    assert_eq!(record["version"], 3);
}

#[tokio::test]
async fn two_people_at_one_field() {
    let (app, hand, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let edit = format!("{path}/edit");
    let mine = form(&browser.open(&edit).await);
    let admin = app.admin().await;
    let theirs = json!({"description": "Charged three times.", "clientName": "Nadia O.", "priority": "Urgent"});
    admin.put(&format!("/api{path}"), &theirs).await;
    hand.advance(120_000);

    let mut typed = changed(&mine, "description", "Charged twice,\nand for a month more.");
    for (name, value) in &mut typed {
        match *name {
            "clientName" => *value = "Nadia <b>",
            "clientEmail" => *value = "nadia@isp.example",
            _ => {}
        }
    }
    let page = browser.submit(&edit, &typed).await;
    assert_eq!(page.status, 422);
    assert!(page.all("title")[0].starts_with("Error: "));
    assert_eq!(page.attributes(".error-summary a", "href"), ["#take.clientName", "#take.description"]);
    assert_eq!(
        page.attribute("input[name=clientName]", "value").as_deref(),
        Some("Nadia <b>"),
        "what was typed is kept"
    );
    assert!(page.all(".conflict")[1].contains("Charged three times."), "beside what it is now");
    assert!(page.all(".conflict .hint")[0].contains("Priya Raman changed it, 2 min ago"));
    assert!(!page.has(".conflict input[checked]"), "nobody chooses for them");
    assert!(page.all("form[data-live-form] > .hint")[0].ends_with("Email"), "mine that meets nothing");
    assert!(page.all("form[data-live-form] > .hint")[1].ends_with("Priority"), "theirs that meets nothing");
    assert_eq!(browser.open(&path).await.all(".prose"), ["Charged three times."], "nothing was stored");

    let fields = both(&page);
    let choice = [("take.clientName", "theirs"), ("take.description", "mine")];
    assert_eq!(browser.submit(&edit, &and(&fields, &choice)).await.status, 303);
    let record = admin.get(&format!("/api{path}")).await.json;
    assert_eq!((&record["clientName"], &record["priority"]), (&json!("Nadia O."), &json!("Urgent")));
    assert_eq!(record["description"], "Charged twice, and for a month more.");
    assert_eq!(record["clientEmail"], "nadia@isp.example");
    assert_eq!(record["version"], 3);
}

#[tokio::test]
async fn back_from_both_versions_to_the_form() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let edit = format!("{path}/edit");
    let mine = form(&browser.open(&edit).await);
    let admin = app.admin().await;
    admin.put(&format!("/api{path}"), &json!({"description": "Theirs.", "clientName": "Theirs"})).await;
    let mut typed = changed(&mine, "description", "Mine.");
    typed.iter_mut().filter(|(name, _)| *name == "clientName").for_each(|(_, value)| *value = "Mine");
    let fields = both(&browser.submit(&edit, &typed).await);
    let page = browser.submit(&edit, &and(&fields, &[("take.clientName", "theirs"), ("again", "1")])).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.all("#description"), ["Mine."]);
    assert!(page.all("#description-now")[0].ends_with("Theirs."), "what it is now stands beside it");
    assert_eq!(page.attribute("#clientName", "value").as_deref(), Some("Theirs"));
    // Meanwhile somebody is at it again: the choice that was made is held against that, too.
    admin.put(&format!("/api{path}"), &json!({"description": "Theirs once more."})).await;
    let page = browser.submit(&edit, &and(&fields, &[("take.description", "mine"), ("take.clientName", "mine")])).await;
    assert_eq!(page.status, 422);
    assert_eq!(page.attributes(".error-summary a", "href"), ["#take.description"]);
    assert!(page.all(".conflict")[0].contains("Theirs once more."));
}

#[tokio::test]
async fn the_same_edit_by_two_is_no_conflict() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let edit = format!("{path}/edit");
    let mine = form(&browser.open(&edit).await);
    app.admin().await.put(&format!("/api{path}"), &json!({"clientPhone": "+447700900143"})).await;
    let page = browser.submit(&edit, &changed(&mine, "clientPhone", "07700 900 143")).await;
    assert_eq!(page.status, 303);
    assert_eq!(toast(&browser.open(&path).await), ["Nothing changed"]);
}

#[tokio::test]
async fn a_menu_of_an_older_page_asks_first() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let version = browser.open(&path).await.attribute("#m-status [name=version]", "value").unwrap();
    let admin = app.admin().await;
    admin.put(&format!("/api{path}"), &json!({"status": "In Progress", "priority": "Low"})).await;
    let (status, priority) = (format!("{path}/status"), format!("{path}/priority"));
    let sent =
        [("version", version.as_str()), ("status", "Fixed"), ("content", "Line reset."), ("idempotencyKey", "a1")];
    let page = browser.submit(&status, &sent).await;
    assert_eq!(page.status, 422);
    assert!(page.all(".conflict")[0].contains("Fixed") && page.all(".conflict")[0].contains("In Progress"));
    assert_eq!(page.all("#content"), ["Line reset."], "the note is not lost");
    let record = admin.get(&format!("/api{path}")).await.json;
    assert_eq!((&record["status"], record["notes"].as_array().unwrap().len()), (&json!("In Progress"), 0));

    let key = page.attribute("main [name=idempotencyKey]", "value").unwrap();
    let now = page.attribute("main [name=version]", "value").unwrap();
    assert_ne!(key, "a1", "another answer needs another key");
    let sent = [
        ("version", now.as_str()),
        ("status", "Fixed"),
        ("take.status", "theirs"),
        ("content", "Line reset."),
        ("idempotencyKey", &key),
    ];
    assert_eq!(browser.submit(&status, &sent).await.status, 303);
    let record = admin.get(&format!("/api{path}")).await.json;
    assert_eq!((&record["status"], record["notes"].as_array().unwrap().len()), (&json!("In Progress"), 1));

    // What others did to another field is no reason to ask.
    let version = browser.open(&path).await.attribute("#m-prio [name=version]", "value").unwrap();
    admin.put(&format!("/api{path}"), &json!({"status": "Open"})).await;
    let page = browser.submit(&priority, &[("version", version.as_str()), ("priority", "Urgent")]).await;
    assert_eq!(page.status, 303);
    let page = browser.submit(&priority, &[("version", version.as_str()), ("priority", "Urgent")]).await;
    assert_eq!(page.status, 303, "a second click");
    assert_eq!(admin.get(&format!("/api{path}")).await.json["priority"], "Urgent");
}

#[tokio::test]
async fn mine_that_is_no_longer_possible_says_so() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let admin = app.admin().await;
    for status in ["Fixed", "Closed"] {
        admin.put(&format!("/api{path}"), &json!({"status": status})).await;
    }
    let page = browser.submit(&format!("{path}/status"), &[("version", "1"), ("status", "In Progress")]).await;
    assert_eq!(page.status, 422);
    assert!(page.has(".conflict input[value=mine][disabled]") && page.has(".conflict .error"));
    assert!(page.has(".conflict input[value=theirs][checked]"));
    let page = browser.submit(&format!("{path}/status"), &[("version", "99"), ("status", "Open")]).await;
    assert_eq!(page.status, 422, "a version that is yet to come");
}
