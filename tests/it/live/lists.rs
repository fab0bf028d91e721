//! Lists that stay true.

use serde_json::json;

use super::{Stream, change, desk, list, row};

#[tokio::test]
async fn a_row_is_replaced_in_place_and_nothing_else_is() {
    let (app, browser, admin) = desk().await;
    let mine = admin.ticket(json!({"description": "Mine."})).await;
    let closed = admin.ticket(json!({"description": "Elsewhere."})).await;
    for status in ["Fixed", "Closed"] {
        change(&admin, &closed, json!({"status": status})).await;
    }
    let technician = app.technician("Tomasz Zielinski").await;
    let mut stream = Stream::open(&browser, &list(&browser.open("/tickets?status=New").await)).await;
    change(&admin, &closed, json!({"priority": "Low"})).await;
    change(&admin, &mine, json!({"status": "Dispatched", "assignedTo": technician.id})).await;
    let text = stream.until(&row(&mine)).await;
    assert!(text.contains("action=\"replace\" method=\"morph\""), "{text}");
    assert!(text.contains("data-status=\"dispatched\"") && text.contains("Tomasz Z."), "as it is now: {text}");
    assert!(text.contains("data-version=\"2\""), "{text}");
    assert!(!text.contains(&row(&closed)), "what the page does not show: {text}");
    assert!(!text.contains("fresh-bar"), "{text}");
}

#[tokio::test]
async fn new_tickets_are_only_announced_where_they_belong() {
    let (_app, browser, admin) = desk().await;
    let known = admin.ticket(json!({"priority": "Urgent"})).await;
    let mut urgent = Stream::open(&browser, &list(&browser.open("/tickets?priority=Urgent").await)).await;
    let mut search = Stream::open(&browser, &list(&browser.open("/tickets?q=adeyemi").await)).await;
    let mut all = Stream::open(&browser, &list(&browser.open("/tickets").await)).await;
    admin.ticket(json!({"priority": "Low", "clientName": "Grace Adeyemi"})).await;
    let first = search.until("fresh-bar").await;
    assert!(first.contains("1 new ticket. Show it") && first.contains("href=\"/tickets?q=adeyemi\""), "{first}");
    admin.ticket(json!({"priority": "Urgent"})).await;
    let text = urgent.until("fresh-bar").await;
    assert!(text.contains("1 new ticket. Show it"), "one of two belongs here: {text}");
    all.until("2 new tickets. Show them").await;
    // One comes by a change; the row that is there already is not announced.
    let moved = admin.ticket(json!({"priority": "Low"})).await;
    change(&admin, &known, json!({"priority": "Urgent", "description": "Again."})).await;
    change(&admin, &moved, json!({"priority": "Urgent"})).await;
    urgent.until("2 new tickets. Show them").await;
    // And it goes again.
    change(&admin, &moved, json!({"priority": "Low"})).await;
    urgent.until("1 new ticket. Show it").await;
}

#[tokio::test]
async fn an_old_ticket_that_comes_to_a_queue_is_announced_as_changed() {
    let (_app, browser, admin) = desk().await;
    let old = admin.ticket(json!({})).await;
    let mut fixed = Stream::open(&browser, &list(&browser.open("/tickets?status=Fixed").await)).await;
    change(&admin, &old, json!({"status": "Fixed"})).await;
    fixed.until("1 new or changed ticket. Show it").await;
    change(&admin, &old, json!({"status": "Closed"})).await;
    let text = fixed.until("target=\"fresh\"").await;
    assert!(text.contains("<template></template>"), "the bar goes away: {text}");
}

#[tokio::test]
async fn what_was_missed_is_told_first() {
    let (_app, browser, admin) = desk().await;
    let (one, two) = (admin.ticket(json!({})).await, admin.ticket(json!({})).await);
    let page = list(&browser.open("/tickets").await);
    change(&admin, &one, json!({"priority": "Urgent"})).await;
    admin.ticket(json!({})).await;
    let mut stream = Stream::open(&browser, &page).await;
    let text = stream.until("1 new ticket. Show it").await;
    assert!(text.contains(&row(&one)) && !text.contains(&row(&two)), "{text}");
}

#[tokio::test]
async fn each_reader_has_their_own_language() {
    let (_app, browser, admin) = desk().await;
    let request = browser.request("GET", "/live?see=list").header("accept-language", "hi");
    let mut hindi = Stream::of(request.send().await.unwrap()).await;
    let mut english = Stream::open(&browser, "see=list").await;
    admin.ticket(json!({})).await;
    hindi.until("1 नया टिकट। दिखाएँ").await;
    english.until("1 new ticket. Show it").await;
}

#[tokio::test]
async fn what_a_flood_has_washed_away_is_told_all_the_same() {
    let (app, browser, admin) = desk().await;
    let known = admin.ticket(json!({})).await;
    let mut stream = Stream::open(&browser, &list(&browser.open("/tickets").await)).await;
    // Whoever listens has heard this by the time that the change is answered, and gathers for a while.
    app.app.db.tell("other", "0");
    change(&admin, &known, json!({"priority": "Urgent"})).await;
    (0..1_500).for_each(|number| app.app.db.tell("other", &number.to_string()));
    stream.until(&row(&known)).await;
}

#[tokio::test]
async fn many_changes_at_once_are_looked_up_by_each_page() {
    let (app, browser, admin) = desk().await;
    let known = admin.ticket(json!({})).await;
    let page = list(&browser.open("/tickets").await);
    let mut stream = Stream::open(&browser, &page).await;
    app.app.db.tell("tickets", "");
    change(&admin, &known, json!({"priority": "Urgent"})).await;
    for number in 0..300 {
        app.app.db.tell("tickets", &format!("{} 2", uuid::Uuid::from_u128(number).simple()));
    }
    stream.until(&row(&known)).await;
}
