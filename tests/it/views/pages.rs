//! The pages: from the list to the side bar, and looking after what is there.

use redress::{clock::Clock, staff::Role};
use serde_json::json;

use super::save;
use crate::support::{Browser, Dir, PASSWORD, Page, TestApp};

/// The saved views of the side bar under a heading: names and addresses.
fn bar(page: &Page, heading: &str) -> Vec<(String, String)> {
    let Some(place) = page.all(".sidebar .nav-label").iter().position(|label| label == heading) else {
        return Vec::new();
    };
    let group = format!(".sidebar ul:nth-of-type({}) a", place + 1);
    page.all(&format!("{group} bdi")).into_iter().zip(page.attributes(&group, "href")).collect()
}

/// Sends the form of the list's page.
async fn save_here(browser: &Browser, page: &Page, name: &str, shared: bool) -> Page {
    let hidden = |name: &str| page.attribute(&format!("#save-view input[name={name}]"), "value").unwrap();
    let (query, key) = (hidden("query"), hidden("idempotencyKey"));
    let mut fields = vec![("name", name), ("query", query.as_str()), ("idempotencyKey", key.as_str())];
    if shared {
        fields.push(("shared", "true"));
    }
    assert_eq!(page.attribute("#save-view form", "action").as_deref(), Some("/views"));
    browser.submit("/views", &fields).await
}

#[tokio::test]
async fn a_filter_becomes_a_view_of_the_side_bar() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    assert!(!browser.open("/tickets").await.has("#save-view"), "nothing is filtered");
    let page = browser.open("/tickets?priority=Urgent&status=New%2COpen&page=1").await;
    let saved = save_here(&browser, &page, "Hot <b>ones</b>", false).await;
    let href = "/tickets?status=New&status=Open&priority=Urgent";
    assert_eq!((saved.status, saved.location.as_str()), (303, href));
    let opened = browser.open(&saved.location).await;
    assert_eq!(opened.all("#flash .toast b"), ["View saved"]);
    assert_eq!(bar(&opened, "My views"), [("Hot <b>ones</b>".to_owned(), href.to_owned())]);
    assert_eq!(opened.all(".page-head h1"), ["Hot <b>ones</b>"]);
    assert!(!opened.has(".sidebar b"), "a name is text");
    for same in ["/tickets?status=Open,New&priority=Urgent", "/tickets?priority=Urgent&status=New&status=Open&page=2"] {
        let page = browser.open(same).await;
        assert_eq!(page.attributes(".sidebar [aria-current=page]", "href"), [href], "{same}");
    }
    let other = browser.open("/tickets?priority=Urgent").await;
    assert!(!other.has(".sidebar [aria-current=page]"));
    // The same form again: once.
    assert_eq!(save_here(&browser, &page, "Hot <b>ones</b>", false).await.status, 303);
    assert_eq!(bar(&browser.open("/tickets").await, "My views").len(), 1);
    let twice = save_here(&browser, &other, "hot <b>ONES</b>", true).await;
    assert_eq!(twice.status, 422);
    assert!(twice.all("title")[0].starts_with("Error: "));
    assert!(twice.all("#name-err")[0].contains("Another of your views"), "{:?}", twice.all("#name-err"));
    assert_eq!(twice.attribute("#name", "value").as_deref(), Some("hot <b>ONES</b>"));
    assert!(twice.has("input[name=shared][checked]") && twice.has("input[name=query][value='priority=Urgent']"));
    assert_eq!(
        browser.open("/views/new?query=q%3Dzo%C3%AB").await.attribute("input[name=query]", "value").unwrap(),
        "q=zoë"
    );
}

#[tokio::test]
async fn views_are_renamed_shared_and_deleted_after_a_question() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let page = browser.open("/tickets?status=Fixed&assignedTo=none&q=router").await;
    save_here(&browser, &page, "To look at", false).await;
    let list = browser.open("/views").await;
    assert_eq!(list.all("tbody tr td:nth-child(2)"), ["Status Fixed; Technician Nobody; Search router"]);
    let change = list.attribute("tbody a.btn", "href").unwrap();
    let priya = app.user("Priya Raman", Role::Admin).await;
    let other = Browser::new(&app.base);
    other.submit("/login", &[("email", &priya.email), ("password", PASSWORD)]).await;
    assert_eq!(other.open(&change).await.status, 404);
    for name in ["", "x\u{0}y", &"x".repeat(10_000)] {
        let refused = browser.submit(&change, &[("name", name)]).await;
        assert_eq!((refused.status, refused.all("#name-err").len()), (422, 1));
    }
    let renamed = browser.submit(&change, &[("name", "\u{202e}Checked"), ("shared", "true")]).await;
    assert_eq!((renamed.status, renamed.location.as_str()), (303, "/views"));
    let theirs = other.open("/views").await;
    assert_eq!(bar(&theirs, "Shared").len(), 1);
    assert_eq!(theirs.all("tbody td:nth-child(3)"), ["Everyone, shared by Dev Anand"]);
    assert!(theirs.has(".sidebar a bdi") && !theirs.has("tbody a.btn"), "a name in any direction stays by itself");
    let delete = format!("{change}/delete");
    assert_eq!(other.open(&change).await.status, 403);
    assert_eq!(other.open(&delete).await.status, 403);
    assert_eq!(other.submit(&delete, &[]).await.status, 403);
    let asked = browser.open(&delete).await;
    assert_eq!((asked.status, asked.all("h1")), (200, vec!["Delete this view?".to_owned()]));
    assert_eq!(bar(&asked, "My views").len(), 1, "a question deletes nothing");
    assert_eq!(browser.submit(&delete, &[]).await.location, "/views");
    let empty = browser.open("/views").await;
    assert_eq!((empty.all("#flash .toast b"), empty.has("table")), (vec!["View deleted".to_owned()], false));
    assert!(bar(&other.open("/views").await, "Shared").is_empty());
}

/// An issue type leaves the settings: its view still opens, with what is left, and says what is not known.
#[tokio::test]
async fn a_view_of_another_time_opens_and_says_what_is_gone() {
    let dir = Dir::new();
    let before = TestApp::at(&dir, &[("issue_types", "Roaming")], Clock::system()).await;
    let admin = before.admin().await;
    let query = "issueType=Other&issueType=Roaming&status=New";
    let view = save(&admin, "Abroad", query, true).await;
    admin.ticket(json!({"issueType": "Other", "clientName": "Still Found"})).await;
    before.stop().await;
    let after = TestApp::at(&dir, &[], Clock::system()).await;
    let browser = after.browser().await;
    let href = format!("/tickets?{}", view["query"].as_str().unwrap());
    assert_eq!(bar(&browser.open("/tickets").await, "Shared"), [("Abroad".to_owned(), href.clone())]);
    let page = browser.open(&href).await;
    assert_eq!((page.status, page.all(".page-head h1")), (422, vec!["Abroad".to_owned()]));
    assert!(page.all(".error-summary li")[0].contains("issue type “Roaming”, which is no longer known"));
    assert_eq!(page.all(".error-summary li").len(), 1);
    assert_eq!(page.all("tbody .c-client bdi"), ["Still Found"]);
    assert_eq!(page.all(".chip[data-on] strong"), ["New", "Other"]);
    let stranger = browser.open("/tickets?issueType=Roaming").await;
    assert!(stranger.status == 422 && !stranger.has("tbody"), "an address that is no view is only refused");
    after.stop().await;
}

/// The counts of the side bar under a heading.
fn counts(page: &Page, heading: &str) -> Vec<String> {
    let place = page.all(".sidebar .nav-label").iter().position(|label| label == heading).unwrap();
    page.all(&format!(".sidebar ul:nth-of-type({}) .count", place + 1))
}

#[tokio::test]
async fn views_are_counted_and_follow_what_is_written() {
    // What is slow to count is counted seldom: here nothing takes any time.
    let (clock, _) = Clock::fixed(1_795_435_200_000, 11);
    let app = TestApp::with_clock(&[], clock).await;
    let browser = app.browser().await;
    let admin = app.admin().await;
    let page = browser.open("/tickets?priority=Urgent").await;
    save_here(&browser, &page, "Hot", false).await;
    save(&admin, "Of Nadia", "q=nadia&status=New", true).await;
    let page = browser.open("/tickets").await;
    assert_eq!((counts(&page, "My views"), counts(&page, "Shared")), (vec!["0".to_owned()], vec!["0".to_owned()]));
    let ticket = admin.ticket(json!({"priority": "Urgent"})).await;
    admin.ticket(json!({})).await;
    let page = browser.open("/tickets").await;
    assert_eq!((counts(&page, "My views"), counts(&page, "Shared")), (vec!["1".to_owned()], vec!["2".to_owned()]));
    admin.put(&format!("/api/tickets/{}", ticket["ticketRef"].as_str().unwrap()), &json!({"status": "Fixed"})).await;
    assert_eq!(counts(&browser.open("/tickets").await, "Shared"), ["1"]);
}

#[tokio::test]
async fn a_view_gets_the_filter_of_the_page() {
    let app = TestApp::start().await;
    let browser = app.browser().await;
    let page = browser.open("/tickets?priority=Urgent").await;
    let hot = save_here(&browser, &page, "Hot", true).await.location;
    assert!(!browser.open("/tickets?status=New").await.has("form[action$='/filter']"), "no view was opened yet");
    assert!(!browser.open(&hot).await.has("form[action$='/filter']"), "it shows what it is");
    browser.open("/tickets?priority=Urgent&status=New").await;
    // However often it is narrowed on.
    let narrowed = browser.open("/tickets?priority=Urgent,High&status=New&page=2").await;
    assert_eq!(narrowed.all("form[action$='/filter'] button"), ["Update “Hot”"]);
    let action = narrowed.attribute("form[action$='/filter']", "action").unwrap();
    let query = narrowed.attribute("form[action$='/filter'] input", "value").unwrap();
    assert_eq!(query, "status=New&priority=High&priority=Urgent");

    // Others see it and cannot change it.
    let priya = app.user("Priya Raman", Role::Admin).await;
    let other = Browser::new(&app.base);
    other.submit("/login", &[("email", &priya.email), ("password", PASSWORD)]).await;
    other.open(&hot).await;
    assert!(!other.open("/tickets?status=New").await.has("form[action$='/filter']"));
    assert_eq!(other.submit(&action, &[("query", &query)]).await.status, 403);

    let done = browser.submit(&action, &[("query", &query)]).await;
    assert_eq!((done.status, done.location.as_str()), (303, format!("/tickets?{query}").as_str()));
    let page = browser.open(&done.location).await;
    assert_eq!(page.all(".page-head h1"), ["Hot"]);
    assert_eq!(bar(&page, "My views"), [("Hot".to_owned(), done.location.clone())]);
    assert_eq!(
        other.open("/tickets").await.attributes(".sidebar a[href*='priority=High']", "href").len(),
        1,
        "shared still"
    );
    for bad in [&[][..], &[("query", "")], &[("query", "status=Foo")], &[("query", "page=2")]] {
        assert_eq!(browser.submit(&action, bad).await.status, 422, "{bad:?}");
    }
    // All tickets, and what the product brings along, are another start.
    browser.open("/tickets").await;
    assert!(!browser.open("/tickets?status=Closed").await.has("form[action$='/filter']"));
}
