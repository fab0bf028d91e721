//! The list: rows, filters, sorts, pages, search.

use std::collections::BTreeSet;

use super::{desk, log};

#[tokio::test]
async fn pages_and_sorts() {
    let (_app, hand, browser) = desk().await;
    let mut logged = BTreeSet::new();
    for place in 0..27 {
        let priority = ["Low", "Medium", "High", "Urgent"][place % 4];
        let path = log(&browser, &[("priority", priority)]).await;
        logged.insert(path.trim_start_matches("/tickets/").to_owned());
        hand.advance(1000);
    }
    let first = browser.open("/tickets").await;
    assert_eq!(first.all(".page-head .count"), ["27 tickets"]);
    assert_eq!(first.all("tbody tr").len(), 25);
    assert_eq!(first.all(".pager > span"), ["1–25 of 27"]);
    assert_eq!(first.attributes("nav [aria-current=page]", "href"), ["/tickets"; 2]);
    let second = browser.open(&first.attribute(".pager a[rel=next]", "href").unwrap()).await;
    assert_eq!(second.all(".pager > span"), ["26–27 of 27"]);
    assert!(!second.has(".pager a[rel=next]"));
    assert_eq!(second.attribute(".pager a[rel=prev]", "href").as_deref(), Some("/tickets"));
    let shown: Vec<_> = [&first, &second].into_iter().flat_map(|page| page.all("tbody .ref")).collect();
    assert_eq!(shown.len(), 27);
    assert_eq!(BTreeSet::from_iter(shown), logged, "pages neither repeat nor skip");
    let past = browser.open("/tickets?page=9").await;
    assert_eq!(past.all(".empty h2"), ["There is nothing on this page"]);

    let by_reference = browser.open(&first.attribute("th.c-ref a", "href").unwrap()).await;
    assert_eq!(by_reference.attribute("th.c-ref", "aria-sort").as_deref(), Some("descending"));
    assert!(by_reference.all("tbody .ref").is_sorted_by(|a, b| a > b));
    let turned = browser.open(&by_reference.attribute("th.c-ref a", "href").unwrap()).await;
    assert_eq!(turned.attribute("th.c-ref", "aria-sort").as_deref(), Some("ascending"));
    assert!(turned.all("tbody .ref").is_sorted_by(|a, b| a < b));
    let urgent = browser.open(&first.attribute("th.c-prio a", "href").unwrap()).await;
    assert_eq!(urgent.all("tbody .prio")[..6], ["Urgent"; 6]);
}

#[tokio::test]
async fn filters_as_a_form_sends_them() {
    let (app, _, browser) = desk().await;
    let aisha = app.technician("Aisha Bello").await;
    let id = aisha.id.to_string();
    let open = log(&browser, &[("status", "Open"), ("priority", "Urgent"), ("clientName", "Open Urgent")]).await;
    log(&browser, &[("priority", "Urgent"), ("clientName", "New Urgent")]).await;
    log(&browser, &[("assignedTo", &id), ("issueType", "Other"), ("clientName", "Given Away")]).await;
    let names = |page: &crate::support::Page| {
        let mut names = page.all("tbody .c-client bdi");
        names.sort();
        names
    };
    // Without scripts the form sends its empty dates too.
    let page = browser.open("/tickets?status=New&status=Open&priority=Urgent&createdFrom=&createdTo=").await;
    assert_eq!(page.status, 200);
    assert_eq!(names(&page), ["New Urgent", "Open Urgent"]);
    assert_eq!(page.all(".chip[data-on] strong"), ["New, Open", "Urgent"]);
    assert!(page.has("input[name=status][value=Open][checked]") && !page.has("input[value=Fixed][checked]"));
    let wider = browser.open(&page.attribute("a[aria-label='Clear filter: Status']", "href").unwrap()).await;
    assert_eq!(wider.all(".chip[data-on] strong"), ["Urgent"]);
    let page = browser.open(&format!("/tickets?assignedTo={id}")).await;
    assert_eq!(names(&page), ["Given Away"]);
    assert_eq!(page.all(".chip[data-on] strong"), ["Aisha Bello"]);
    assert_eq!(names(&browser.open("/tickets?assignedTo=none&issueType=Other").await), Vec::<String>::new());
    assert_eq!(names(&browser.open("/tickets?createdFrom=2026-11-23&createdTo=2026-11-23").await).len(), 3);
    let none = browser.open("/tickets?createdTo=2026-11-22").await;
    assert_eq!(none.all(".empty h2"), ["No ticket matches these filters"]);
    let refused = browser.open("/tickets?status=Foo&priority=Urgent").await;
    assert_eq!(refused.status, 422);
    assert!(refused.all("title")[0].starts_with("Error: "));
    assert_eq!(refused.all(".chip[data-on] strong"), ["Urgent"], "what was good is kept");

    // The side bar counts what its links lead to.
    browser.submit(&format!("{open}/status"), &[("status", "Fixed")]).await;
    let bar = browser.open("/tickets").await;
    for (href, count) in bar.attributes(".sidebar li a:has(.count)", "href").iter().zip(bar.all(".sidebar li .count")) {
        let page = browser.open(href).await;
        assert_eq!(page.all("tbody tr").len().to_string(), count, "{href}");
        assert_eq!(page.attributes(".sidebar [aria-current=page]", "href"), [href.as_str()]);
    }
}

#[tokio::test]
async fn search_finds_jumps_and_says_what_it_searched() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[("clientName", "Siobhán O'Brien"), ("clientPhone", "07700 900419")]).await;
    log(&browser, &[]).await;
    let reference = path.trim_start_matches("/tickets/");
    for typed in [reference.to_owned(), reference.to_lowercase(), format!("+{reference}+")] {
        let page = browser.open(&format!("/tickets?q={typed}")).await;
        assert_eq!((page.status, page.location.as_str()), (303, path.as_str()), "{typed}");
    }
    for typed in ["siobhan", "obrien", "07700+900419", "0419", &reference[14..]] {
        let page = browser.open(&format!("/tickets?q={typed}")).await;
        assert_eq!(page.all("tbody .ref"), [reference], "{typed}");
        assert_eq!(page.all(".page-head h1"), ["Search"]);
    }
    let none = browser.open("/tickets?q=07700+900999").await;
    assert_eq!(none.status, 200);
    assert_eq!(none.all(".empty h2"), ["No ticket for 07700 900999"]);
    assert_eq!(none.attribute("#q", "value").as_deref(), Some("07700 900999"));
    let form = browser.open(&none.attribute(".empty a.btn--primary", "href").unwrap()).await;
    assert_eq!(form.attribute("#clientPhone", "value").as_deref(), Some("07700 900999"));
    let narrow = browser.open("/tickets?q=siobhan&status=Closed").await;
    assert!(narrow.all(".empty p")[0].contains("filters"), "{:?}", narrow.all(".empty p"));
    let wide = narrow.attributes(".empty a", "href").into_iter().find(|href| href == "/tickets?q=siobhan");
    assert!(wide.is_some(), "a wider search is offered");
    for odd in ["%22", "%27%3B--", "%25%25", "%00", "*", "a%20OR%201=1", "%F0%9F%98%80", &"x".repeat(500)] {
        assert!(browser.open(&format!("/tickets?q={odd}")).await.status < 500, "{odd}");
    }
}

#[tokio::test]
async fn tickets_are_suggested_under_the_search_box() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[("clientName", "Siobhán <b>O'Brien</b>"), ("clientPhone", "07700 900419")]).await;
    for n in 0..8 {
        log(&browser, &[("clientName", &format!("Nadia {n}"))]).await;
    }
    for typed in ["obrien", "0419", "siobhan+07700900419", &path[23..]] {
        let found = browser.open(&format!("/tickets/find?q={typed}")).await;
        assert_eq!(found.status, 200);
        assert_eq!(found.attribute("[role=option]", "data-href"), Some(path.clone()), "{typed}");
        assert_eq!(found.all("[role=option]").len(), 2, "{typed}: the ticket, and a new one");
        assert_eq!(found.all("b bdi"), ["Siobhán <b>O'Brien</b>"]);
    }
    let many = browser.open("/tickets/find?q=nadia").await;
    assert_eq!(
        (many.all("[role=option]").len(), many.attribute("[role=listbox]", "data-said").unwrap()),
        (7, "6 tickets found".to_owned())
    );
    let none = browser.open("/tickets/find?q=07700+900999").await;
    assert_eq!(none.attributes("[role=option]", "data-href"), ["/tickets/new?clientPhone=07700+900999"]);
    for (typed, status) in [("", 204), ("+", 204), ("colour:x", 200), ("tech:nobody", 200), ("status:", 200)] {
        assert_eq!(browser.open(&format!("/tickets/find?q={typed}")).await.status, status, "{typed}");
    }
}
