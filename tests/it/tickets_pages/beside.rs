//! From ticket to ticket within the list that one came from.

use super::{desk, log};
use crate::support::{Browser, Page};

async fn from(browser: &Browser, base: &str, page: &str, path: &str) -> Page {
    let request = browser.request("GET", path).header("referer", format!("{base}{page}"));
    Browser::page(request.header("sec-fetch-site", "same-origin")).await
}

fn beside(page: &Page) -> (Option<String>, Vec<String>, Option<String>) {
    let bare = |rel| {
        let href = page.attribute(&format!(".crumbs a[rel={rel}]"), "href")?;
        Some(href.split('?').next().unwrap().to_owned())
    };
    (bare("prev"), page.all(".crumbs__end .num"), bare("next"))
}

#[tokio::test]
async fn a_queue_is_worked_through_although_what_is_done_leaves_it() {
    let (app, hand, browser) = desk().await;
    let mut paths = Vec::new();
    for _ in 0..4 {
        paths.push(log(&browser, &[]).await);
        hand.advance(60_000);
    }
    log(&browser, &[("priority", "Low")]).await;
    paths.reverse();
    let list = "/tickets?priority=High&status=New&page=1";
    let first = from(&browser, &app.base, list, &paths[0]).await;
    assert_eq!(beside(&first), (None, vec!["1 of 4".to_owned()], Some(paths[1].clone())));
    let second = browser.open(&first.attribute(".crumbs a[rel=next]", "href").unwrap()).await;
    assert_eq!(beside(&second), (Some(paths[0].clone()), vec!["2 of 4".to_owned()], Some(paths[2].clone())));
    assert_eq!(second.attribute("a[rel=next]", "aria-keyshortcuts").as_deref(), Some("j"));
    // Fixed, it is no longer in the list: from its place the way goes on all the same.
    let action = second.attribute("#m-status", "action").unwrap();
    let fixed = browser.submit(&action, &[("status", "Fixed")]).await;
    let second = browser.open(&fixed.location).await;
    assert_eq!(beside(&second), (Some(paths[0].clone()), Vec::new(), Some(paths[2].clone())));
    let third = browser.open(&second.attribute(".crumbs a[rel=next]", "href").unwrap()).await;
    assert_eq!(beside(&third), (Some(paths[0].clone()), vec!["2 of 3".to_owned()], Some(paths[3].clone())));
    let end = browser.open(&third.attribute(".crumbs a[rel=next]", "href").unwrap()).await;
    assert_eq!(beside(&end), (Some(paths[2].clone()), vec!["3 of 3".to_owned()], None));
}

#[tokio::test]
async fn without_a_list_there_is_nothing_beside() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    log(&browser, &[]).await;
    assert!(!browser.open(&path).await.has(".crumbs__end"));
    assert!(!from(&browser, &app.base, "/users", &path).await.has(".crumbs__end"));
    let all = from(&browser, &app.base, "/tickets", &path).await;
    assert_eq!(all.all(".crumbs__end .num").len(), 1);
    // A search, and a place that is none of this list, or of no list at all.
    let found = browser.open(&format!("{path}?list=q%3Dnadia%26sort%3DticketRef%26order%3Dasc&at=nonsense")).await;
    assert_eq!(found.all(".crumbs__end .num").len(), 1);
    for odd in ["list=status%3DFoo", "list=q%3Dtech%3Asomebody", "list=cursor%3Dx%26page%3D9"] {
        assert_eq!(browser.open(&format!("{path}?{odd}")).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn the_client_s_other_tickets_are_counted_and_the_technician_s_giver_named() {
    let (app, _, browser) = desk().await;
    let aisha = app.technician("Aisha Bello").await;
    let path = log(&browser, &[("assignedTo", &aisha.id.to_string())]).await;
    log(&browser, &[]).await;
    log(&browser, &[("clientPhone", "07700 900999")]).await;
    let page = browser.open(&path).await;
    assert_eq!(page.all(".card header a.hint"), ["2 tickets"]);
    let others = browser.open(&page.attribute(".card header a.hint", "href").unwrap()).await;
    assert_eq!(others.all("tbody tr").len(), 2);
    assert!(page.all(".card .person")[1].ends_with("by Dev Anand"), "{:?}", page.all(".card .person"));
    assert!(!page.has("#m-assign .pop__filter"), "two names need no filter");
    for n in 0..9 {
        app.technician(&format!("Technician {n}")).await;
    }
    assert!(browser.open(&path).await.has("#m-assign input[type=search].pop__filter"));
}
