//! The way from a ticket back to its list, and the list's own links.

use super::{desk, log};
use crate::support::{Browser, Page};

/// Opens a page as a link on another one does.
async fn from(browser: &Browser, base: &str, page: &str, path: &str) -> Page {
    let request = browser.request("GET", path).header("referer", format!("{base}{page}"));
    Browser::page(request.header("sec-fetch-site", "same-origin")).await
}

fn back(page: &Page) -> String {
    page.attribute(".crumbs a", "href").unwrap()
}

#[tokio::test]
async fn the_way_back_is_the_list_at_the_row() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[("priority", "Urgent")]).await;
    let reference = path.trim_start_matches("/tickets/");
    let list = browser.open("/tickets").await;
    assert_eq!(list.attribute("tbody a.ref", "id").as_deref(), Some(reference));
    assert_eq!(list.attribute("tbody a.ref", "href"), Some(path.clone()), "a ticket has one address");
    assert_eq!(back(&browser.open(&path).await), format!("/tickets#{reference}"));

    let urgent = "/tickets?status=New,Open,In+Progress,Dispatched&priority=Urgent";
    let page = from(&browser, &app.base, urgent, &path).await;
    assert_eq!(
        back(&page),
        format!("/tickets?status=New%2COpen%2CIn+Progress%2CDispatched&priority=Urgent#{reference}")
    );
    assert_eq!(page.all(".crumbs a"), ["Urgent"]);
    // Every link and form of the ticket carries it along, and so does every answer.
    let mut carried = 0;
    for target in [page.attributes("a", "href"), page.attributes("form[method=post]", "action")].concat() {
        let Some(rest) = target.strip_prefix(&path) else { continue };
        assert!(rest.contains("list=status%3DNew"), "{target}");
        carried += 1;
    }
    assert!(carried > 10, "{carried}");
    let status = page.attribute("#m-status", "action").unwrap();
    let done = browser.submit(&status, &[("status", "Open")]).await;
    assert_eq!(done.status, 303);
    assert_eq!(back(&browser.open(&done.location).await), back(&page));
    let note = page.attribute(".composer", "action").unwrap();
    let noted = browser.submit(&note, &[("content", "Called back.")]).await;
    assert_eq!(back(&browser.open(&noted.location).await), back(&page));
    let refused = browser.submit(&note, &[("content", "")]).await;
    assert_eq!((refused.status, back(&refused)), (422, back(&page)));
    let edit = page.attribute(".ticket-head__actions a", "href").unwrap();
    let form = browser.open(&edit).await;
    let action = form.attribute("form[method=post].stack", "action").unwrap();
    let saved = browser.submit(&action, &[("description", "Another"), ("version", "3")]).await;
    assert_eq!((saved.status, back(&browser.open(&saved.location).await)), (303, back(&page)));
    // An address in another form keeps it too.
    let moved = browser.open(&format!("{}?list=q%3Dx", path.to_lowercase())).await;
    assert_eq!(moved.location, format!("{path}?list=q%3Dx"));
}

#[tokio::test]
async fn the_way_back_leads_nowhere_else() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    for evil in [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "\r\nLocation: https://evil.example",
        "\"><script>alert(1)</script>",
        "next=https://evil.example&url=//evil.example",
    ] {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("list", evil).finish();
        let page = browser.open(&format!("{path}?{query}")).await;
        assert_eq!(back(&page), format!("/tickets{}", path.replace("/tickets/", "#")), "{evil}");
        assert!(!page.text.contains("evil.example") && !page.has("script:not([nonce])"), "{evil}");
        let done = browser.submit(&format!("{path}/priority?{query}"), &[("priority", "Low")]).await;
        assert_eq!((done.status, done.location), (303, path.clone()), "{evil}");
    }
    for referer in ["https://evil.example/tickets?q=planted", "/tickets", "?", "http://", "/users?list=q%3Dx"] {
        let request = browser.request("GET", &path).header("referer", referer);
        let page = Browser::page(request.header("sec-fetch-site", "same-origin")).await;
        assert!(back(&page).starts_with("/tickets") && page.status == 200, "{referer}");
        assert!(!page.text.contains("evil"), "{referer}");
    }
    let long = format!("/tickets?q={}", "x".repeat(9000));
    assert_eq!(from(&browser, &app.base, &long, &path).await.status, 200);
}

#[tokio::test]
async fn the_search_box_of_every_page_knows_a_reference_and_each_filter_has_its_way_out() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[("status", "Open")]).await;
    let reference = path.trim_start_matches("/tickets/");
    for page in ["/tickets", "/views", "/audit", "/users", "/account", &path, "/tickets/new"] {
        let page = browser.open(page).await;
        assert_eq!(page.attribute("form[role=search]", "action").as_deref(), Some("/tickets"));
        assert_eq!(page.all("form[role=search] [name]").len(), 1, "nothing but the search goes along");
    }
    for typed in [
        reference.to_lowercase(),
        reference.replace('-', ""),
        reference.replace('-', "").to_lowercase(),
        format!("++{reference}%09+"),
    ] {
        let page = browser.open(&format!("/tickets?q={typed}")).await;
        assert_eq!((page.status, page.location.as_str()), (303, path.as_str()), "{typed}");
    }
    let filtered = browser.open(&format!("/tickets?q={reference}&status=Open")).await;
    assert_eq!(filtered.status, 200, "within filters it is a search as any other");
    assert_eq!(filtered.all(".chip[data-on] strong"), ["Open", reference]);
    let out = |label: &str| filtered.attribute(&format!("a[aria-label='Clear filter: {label}']"), "href").unwrap();
    assert_eq!(out("Search"), "/tickets?status=Open");
    assert_eq!(out("Status"), format!("/tickets?q={reference}"));
    let sorted = browser.open("/tickets?sort=status&order=asc").await;
    assert_eq!(sorted.attributes("thead [aria-sort]", "aria-sort"), ["ascending"]);
    assert_eq!(sorted.attribute(".c-status[aria-sort] a", "href").as_deref(), Some("/tickets?sort=status"));
}
