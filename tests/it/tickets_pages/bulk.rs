//! One change of many tickets, as a person without scripts makes it.

use redress::staff::Role;

use super::{desk, log, toast, with};
use crate::support::{Browser, PASSWORD, Page};

/// The references of some tickets that are logged.
async fn logged(browser: &Browser, count: usize, other: &[(&str, &str)]) -> Vec<String> {
    let mut references = Vec::new();
    for _ in 0..count {
        references.push(log(browser, other).await.trim_start_matches("/tickets/").to_owned());
    }
    references
}

async fn review(browser: &Browser, references: &[String], action: &str) -> Page {
    let tickets: Vec<_> = references.iter().map(|one| format!("ticket={one}")).collect();
    browser.open(&format!("/tickets/bulk?{}&{action}", tickets.join("&"))).await
}

/// Sends the form of a review as it stands.
async fn send(browser: &Browser, page: &Page) -> Page {
    let names = page.attributes("form.sheet input", "name");
    let values = page.attributes("form.sheet input", "value");
    let fields: Vec<_> = names.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
    browser.submit("/tickets/bulk", &fields).await
}

async fn status(browser: &Browser, reference: &str) -> String {
    let page = browser.open(&format!("/tickets/{reference}")).await;
    page.all(".status-btn .badge").remove(0)
}

#[tokio::test]
async fn what_will_happen_is_stated_before_and_what_did_after() {
    let (_app, _, browser) = desk().await;
    let new = logged(&browser, 3, &[]).await;
    let landline = logged(&browser, 1, &[("clientPhone", "020 7946 0018")]).await;
    let closed = logged(&browser, 1, &[]).await;
    for to in ["Fixed", "Closed"] {
        browser.submit(&format!("/tickets/{}/status", closed[0]), &[("status", to)]).await;
    }
    let all = [new.clone(), landline.clone(), closed.clone(), new[..1].to_vec()].concat();
    let list = browser.open("/tickets?q=nadia").await;
    assert_eq!(list.attribute("form#bulk", "action").as_deref(), Some("/tickets/bulk"));
    assert_eq!(list.attributes("form#bulk input[name=ticket]", "value").len(), 5);
    assert_eq!(list.attribute("form#bulk input[name=list]", "value").as_deref(), Some("q=nadia"));

    let page = review(&browser, &all, "status=Fixed&list=q%3Dnadia").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.all("h1"), ["Mark 4 tickets fixed?"]);
    assert_eq!(page.all("h2#bulk-sms"), ["3 SMS will go out"]);
    assert!(page.all(".sms__bubble")[0].contains("BILL-"));
    assert!(page.all(".notice")[0].starts_with("1 client gets no SMS:"), "{:?}", page.all(".notice"));
    assert_eq!(page.all("summary span"), ["4 tickets change", "1 is Fixed or Closed: reopen it first"]);
    assert_eq!(page.all("form.sheet button[type=submit]"), ["Mark 4 tickets fixed"]);
    assert_eq!(status(&browser, &new[0]).await, "New", "a review changes nothing");

    let done = send(&browser, &page).await;
    assert_eq!(done.status, 303, "{:?}", done.all(".error-summary"));
    let results = browser.open(&done.location).await;
    assert_eq!(toast(&results), ["4 tickets changed"]);
    assert_eq!(results.all("h1"), ["4 of 5 tickets changed"]);
    assert_eq!(results.all("summary span"), ["4 tickets changed", "1 is Fixed or Closed: reopen it first"]);
    let links = results.attributes("details:first-of-type a", "href");
    assert_eq!(links.len(), 4);
    assert!(links.contains(&format!("/tickets/{}", landline[0])));
    assert_eq!(results.attribute(".crumbs a", "href").as_deref(), Some("/tickets?q=nadia"));
    for one in new.iter().chain(&landline) {
        assert_eq!(status(&browser, one).await, "Fixed");
    }
    assert_eq!(status(&browser, &closed[0]).await, "Closed");

    // Until the SMS go, the whole run can be taken back: the one that no SMS tells of stays.
    let undo = results.attribute("#flash form", "action").unwrap();
    let undone = browser.submit(&undo, &[]).await;
    assert_eq!(undone.status, 303);
    let after = browser.open(&undone.location).await;
    assert_eq!(toast(&after), ["Undone. 3 tickets are again what they were and no SMS goes out."]);
    assert_eq!(status(&browser, &new[2]).await, "New");
}

#[tokio::test]
async fn a_run_sent_again_does_nothing_twice_and_goes_on() {
    let (app, _, browser) = desk().await;
    let tickets = logged(&browser, 30, &[]).await;
    let page = review(&browser, &tickets, "status=Fixed").await;
    let versions: Vec<_> = page.attributes("input[name=ticket]", "value");
    assert_eq!(versions[0], format!("{}@1", tickets[0]));
    // As much as a run has done that broke off within its second batch.
    let part: Vec<_> = versions[..27].iter().map(|one| ("ticket", one.as_str())).chain([("status", "Fixed")]).collect();
    assert_eq!(browser.submit("/tickets/bulk", &part).await.status, 303);
    let rest = send(&browser, &page).await;
    let again = send(&browser, &page).await;
    assert_eq!((rest.status, &rest.location), (303, &again.location));
    let results = browser.open(&again.location).await;
    assert_eq!(results.all("h1"), ["3 of 30 tickets changed"], "the first answer again");
    assert_eq!(results.all("summary span"), ["3 tickets changed", "27 are so already"]);
    let admin = app.admin().await;
    for one in [&tickets[0], &tickets[29]] {
        let ticket = admin.get(&format!("/api/tickets/{one}")).await.json;
        assert_eq!((ticket["version"].as_i64(), ticket["statusHistory"].as_array().unwrap().len()), (Some(2), 2));
        let sent = admin.get(&format!("/api/tickets/{one}/notifications")).await.json;
        assert_eq!(sent["items"].as_array().unwrap().len(), 2, "one SMS for Fixed: {sent}");
    }
    // The key with other tickets is another form.
    let key = page.attribute("input[name=idempotencyKey]", "value").unwrap();
    let reused = browser
        .submit("/tickets/bulk", &[("ticket", &versions[0]), ("status", "Closed"), ("idempotencyKey", &key)])
        .await;
    assert_eq!(reused.status, 422);
    assert_eq!(status(&browser, &tickets[0]).await, "Fixed");
    // What a run did is told to who ran it, and to nobody else.
    let priya = app.user("Somebody Else", Role::Admin).await;
    let stranger = Browser::new(&app.base);
    stranger.submit("/login", &[("email", &priya.email), ("password", PASSWORD)]).await;
    assert_eq!(stranger.open(&rest.location).await.status, 404);
}

#[tokio::test]
async fn what_a_colleague_changed_meanwhile_is_left_alone_and_offered_again() {
    let (_app, _, browser) = desk().await;
    let tickets = logged(&browser, 2, &[]).await;
    let page = review(&browser, &tickets, "priority=Low&list=status%3DNew").await;
    assert_eq!(page.all(".bulk__asked li"), ["Priority becomes Low"]);
    browser.submit(&format!("/tickets/{}/status", tickets[0]), &[("status", "Open")]).await;
    let done = send(&browser, &page).await;
    let results = browser.open(&done.location).await;
    assert_eq!(results.all("h1"), ["1 of 2 tickets changed"]);
    assert!(results.all("summary span")[1].starts_with("1 was changed by somebody else meanwhile"));
    let again = results.attribute(".form-actions a", "href").unwrap();
    let page = browser.open(&again).await;
    assert_eq!(page.all("h1"), ["Change 1 ticket?"]);
    assert_eq!(page.attributes("input[name=ticket]", "value"), [format!("{}@2", tickets[0])]);
    assert_eq!(page.attribute("input[name=list]", "value").as_deref(), Some("status=New"));
    let done = send(&browser, &page).await;
    assert_eq!(browser.open(&done.location).await.all("h1"), ["1 of 1 tickets changed"]);
}

#[tokio::test]
async fn close_fixed_skips_the_others_and_says_how_many() {
    let (_app, _, browser) = desk().await;
    let tickets = logged(&browser, 3, &[]).await;
    browser.submit(&format!("/tickets/{}/status", tickets[1]), &[("status", "Fixed")]).await;
    let list = browser.open("/tickets").await;
    assert_eq!(list.all(".bulkbar button[name=status][value=Closed]"), ["Close fixed"]);
    let page = review(&browser, &tickets, "status=Closed").await;
    assert_eq!(page.all("h1"), ["Close 1 ticket?"]);
    assert_eq!(page.all("summary span"), ["1 ticket changes", "2 are not Fixed, so they stay as they are"]);
    let results = browser.open(&send(&browser, &page).await.location).await;
    assert_eq!(results.all("h1"), ["1 of 3 tickets changed"]);
    assert_eq!(status(&browser, &tickets[1]).await, "Closed");
    assert_eq!(status(&browser, &tickets[0]).await, "New");
}

#[tokio::test]
async fn technicians_are_assigned_and_dispatch_needs_one() {
    let (app, _, browser) = desk().await;
    let aisha = app.technician("Aisha Bello").await;
    let id = aisha.id.to_string();
    let tickets = logged(&browser, 2, &[]).await;
    let page = review(&browser, &tickets, "status=Dispatched").await;
    assert_eq!(page.all("summary span"), ["2 have no technician, which Dispatched needs"]);
    assert!(!page.has("form.sheet button[type=submit]"), "nothing would change");
    let page = review(&browser, &tickets, &format!("assignedTo={id}")).await;
    assert_eq!(page.all(".bulk__asked li"), ["Aisha Bello becomes the technician"]);
    send(&browser, &page).await;
    let list = browser.open("/tickets").await;
    assert_eq!(list.all("tbody .c-tech .person bdi"), ["Aisha B.", "Aisha B."]);
    let page = review(&browser, &tickets, "status=Dispatched").await;
    send(&browser, &page).await;
    let page = review(&browser, &tickets, "assignedTo=none").await;
    assert_eq!(page.all("summary span"), ["2 are Dispatched and keep their technician"]);
    assert_eq!(status(&browser, &tickets[0]).await, "Dispatched");
}

#[tokio::test]
async fn all_that_a_filter_finds() {
    let (_app, _, browser) = desk().await;
    logged(&browser, 28, &[]).await;
    logged(&browser, 3, &[("priority", "Low")]).await;
    let list = browser.open("/tickets?priority=High").await;
    assert_eq!(list.all(".bulkbar label"), ["All 28 that match"]);
    let page = browser.open("/tickets/bulk?all=1&list=priority%3DHigh%26page%3D2&status=Open").await;
    assert_eq!(page.all("h1"), ["Change 28 tickets?"]);
    assert_eq!(page.attributes("input[name=ticket]", "value").len(), 28);
    let results = browser.open(&send(&browser, &page).await.location).await;
    assert_eq!(results.all("h1"), ["28 of 28 tickets changed"]);
    assert_eq!(browser.open("/tickets?status=Open").await.all(".page-head .count"), ["28 tickets"]);
    assert!(!browser.open("/tickets?priority=Low").await.has(".bulkbar label"), "the page shows all there are");
    let refused = browser.open("/tickets/bulk?all=1&list=status%3DFoo&status=Open").await;
    assert_eq!((refused.status, refused.has(".error-summary")), (422, true));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (_app, _, browser) = desk().await;
    let one = logged(&browser, 1, &[]).await.remove(0);
    for query in [
        "",
        "status=Open",
        "ticket=BILL-20200101-AAAA&status=Open",
        &format!("ticket={one}"),
        &format!("ticket={one}&status=Foo"),
        &format!("ticket={one}&assignedTo=x"),
    ] {
        let page = browser.open(&format!("/tickets/bulk?{query}")).await;
        assert_eq!((page.status, page.has(".error-summary")), (422, true), "{query}");
        assert!(page.all("title")[0].starts_with("Error: "), "{query}");
    }
    let version = format!("{one}@1");
    let good = [("ticket", version.as_str()), ("status", "Open"), ("idempotencyKey", "abc123")];
    for other in [("ticket", one.as_str()), ("ticket", "@"), ("status", ""), ("idempotencyKey", "a/../b")] {
        let page = browser.submit("/tickets/bulk", &with(&good, &[other])).await;
        assert_eq!(page.status, 422, "{other:?}");
    }
    let many: Vec<_> = (0..1001).map(|n| format!("BILL-{n}@1")).collect();
    let fields: Vec<_> = many.iter().map(|one| ("ticket", one.as_str())).chain([("status", "Open")]).collect();
    assert_eq!(browser.submit("/tickets/bulk", &fields).await.status, 422);
    assert_eq!(status(&browser, &one).await, "New");
    assert_eq!(browser.open("/tickets/bulk/nothing").await.status, 404);
    assert_eq!(browser.submit("/tickets/bulk/nothing/undo", &[]).await.status, 404);
    let gone = browser.submit("/tickets/bulk", &[("ticket", "BILL-20200101-AAAA@1"), ("status", "Open")]).await;
    let results = browser.open(&gone.location).await;
    assert_eq!(results.all("summary span"), ["1 was not found"]);
}

#[tokio::test]
async fn rows_have_one_line_where_that_was_chosen() {
    let (app, _, browser) = desk().await;
    logged(&browser, 1, &[]).await;
    let density = |page: &Page| page.attribute("form#bulk", "data-density").unwrap();
    assert_eq!(density(&browser.open("/tickets").await), "roomy");
    let request = browser.request("POST", "/tickets/density").header("sec-fetch-site", "same-origin");
    let request = request.header("referer", format!("{}/tickets?status=New", app.base));
    let chosen = Browser::page(request.form(&[("density", "compact")])).await;
    assert_eq!((chosen.status, chosen.location.as_str()), (303, "/tickets?status=New"));
    let page = browser.open("/tickets").await;
    assert_eq!(density(&page), "compact");
    assert_eq!(page.attribute("button[form=density][aria-pressed=true]", "value").as_deref(), Some("compact"));
    let back = browser.submit("/tickets/density", &[("density", "roomy")]).await;
    assert_eq!(back.location, "/tickets");
    assert_eq!(density(&browser.open("/tickets").await), "roomy");
}
