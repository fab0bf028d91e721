//! What is ticked outlasts the list's pages and orders, and on a phone rows are ticked too.

use fantoccini::key::Key;

use super::{EMAIL, QUIET, chromium::Chromium, focus_on, lists::fill, set_up};
use crate::support::{PASSWORD, TestApp};

const TICKED: &str = "return document.querySelectorAll('tbody .check:checked').length === Number(arguments[0])";
/// What the bar says, if it is to be seen.
const BAR: &str = "const bar = document.querySelector('.bulkbar'); \
    const of = (css) => [...bar.querySelectorAll(css)].filter((e) => e.checkVisibility()).map((e) => e.textContent.trim()).join(); \
    return bar.checkVisibility() && bar.querySelector('.bulkbar__n').dataset.count === arguments[0] && \
        of('.bulkbar__others > [popovertarget]') === arguments[1]";
/// What it says of how many there may be.
const FULL: &str = "const said = document.querySelector('[data-queue-target=full]'); \
    return said.checkVisibility() && said.textContent === arguments[0]";

#[tokio::test]
async fn ticks_outlast_pages_and_orders_but_not_another_filter() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 60).await;
    browser.open("/tickets?status=New").await;
    browser.find(".js tbody tr").await;
    browser.click("tbody tr:nth-child(2) .check").await;
    browser.click("tbody tr:nth-child(4) .check").await;
    browser.holds(BAR, &["2", ""]).await;
    browser.click(".pager a[rel=next]").await;
    browser.arrive("/tickets?status=New&page=2").await;
    browser.holds(BAR, &["2", "2 on other pages"]).await;
    browser.holds(TICKED, &["0"]).await;
    browser.click("tbody tr:nth-child(1) .check").await;
    browser.holds(BAR, &["3", "2 on other pages"]).await;
    browser.reads("#bulk [role=status]", "3 tickets selected, 2 on other pages").await;
    // The bar leaves the pager free.
    browser.click(".pager a[rel=prev]").await;
    browser.holds("return !location.search.includes('page=2')", &[]).await;
    browser.holds(TICKED, &["2"]).await;
    browser.holds(BAR, &["3", "1 on other pages"]).await;

    // So they do a look at a ticket, and another order.
    browser.click("tbody tr:nth-child(2) th a").await;
    browser.arrive("/tickets/BILL-").await;
    browser.click(".crumbs a").await;
    browser.holds(BAR, &["3", "1 on other pages"]).await;
    browser.click("thead th a").await;
    browser.holds("return location.search.includes('sort=')", &[]).await;
    browser.holds("return document.querySelector('.bulkbar__n').dataset.count === '3'", &[]).await;
    browser.run("history.back(); return true", &[]).await;
    browser.holds(BAR, &["3", "1 on other pages"]).await;
    // The one can be looked at, and the way back leads to the same ticks.
    browser.click("[popovertarget=b-others]").await;
    browser.find("#b-others:popover-open").await;
    browser.holds("return document.querySelectorAll('#b-others > *').length === 1", &[]).await;
    browser.click("#b-others a").await;
    browser.arrive("/tickets/BILL-").await;
    browser.click(".crumbs a").await;
    browser.holds(BAR, &["3", "1 on other pages"]).await;
    browser.click("[data-action='queue#drop']").await;
    browser.holds(BAR, &["2", ""]).await;

    // Another filter begins anew, also when one comes back.
    browser.run("scrollTo(0, 0); return true", &[]).await;
    browser.click("a[aria-label='Clear filter: Status']").await;
    browser.holds("return !location.search.includes('status=')", &[]).await;
    browser.holds("return !document.querySelector('.bulkbar').checkVisibility()", &[]).await;
    browser.run("history.back(); return true", &[]).await;
    browser
        .holds("return location.search.includes('status=New') && !!document.querySelector('.js .chip[data-on]')", &[])
        .await;
    browser.holds(TICKED, &["0"]).await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn all_that_is_ticked_on_several_pages_is_changed_at_once() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 60).await;
    browser.open("/tickets").await;
    browser.find(".js tbody tr").await;
    browser.click("thead .check").await;
    browser.click(".pager a[rel=next]").await;
    browser.arrive("/tickets?page=2").await;
    browser.click("thead .check").await;
    browser.holds(BAR, &["50", "25 on other pages"]).await;
    browser.click("[popovertarget=b-prio]").await;
    browser.click("#b-prio button[value=Low]").await;
    // Fifty tickets of a day are one value of the address.
    let path = browser.arrive("/tickets/bulk?").await;
    assert!(path.matches("ticket=").count() <= 2 && path.len() < 500, "{path}");
    browser.reads("h1", "Change 50 tickets?").await;
    // What is not done after all is still ticked.
    browser.click(".form-actions a").await;
    browser.arrive("/tickets").await;
    browser.holds(BAR, &["50", "25 on other pages"]).await;
    browser.click("[popovertarget=b-prio]").await;
    browser.click("#b-prio button[value=Low]").await;
    browser.reads("h1", "Change 50 tickets?").await;
    // What the form does not carry is still to be done, so it stays ticked.
    browser.run("document.querySelector('main form [name=ticket]').remove(); return true", &[]).await;
    browser.click("main button[type=submit]").await;
    browser.reads("h1", "49 of 49 tickets changed").await;
    browser.click(".crumbs a").await;
    browser.arrive("/tickets").await;
    browser.find("tbody .prio[data-priority=low]").await;
    browser.holds(TICKED, &["0"]).await;
    browser.holds(BAR, &["1", "1 on other pages"]).await;
    browser.click("[popovertarget=b-prio]").await;
    browser.click("#b-prio button[value=Low]").await;
    browser.reads("h1", "Change 1 ticket?").await;
    browser.click("main button[type=submit]").await;
    browser.reads("h1", "1 of 1 tickets changed").await;
    browser.click(".crumbs a").await;
    browser.arrive("/tickets").await;
    browser.find("tbody .prio[data-priority=low]").await;
    browser.holds("return !document.querySelector('.bulkbar').checkVisibility()", &[]).await;
}

#[tokio::test]
async fn no_more_is_ticked_than_fits_into_an_address_and_the_next_user_begins_anew() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 203).await;
    browser.open("/tickets?pageSize=100").await;
    browser.find(".js tbody tr").await;
    browser.click("thead .check").await;
    browser.holds(BAR, &["100", ""]).await;
    browser.run("document.querySelector('.pager a[rel=next]').click(); return true", &[]).await;
    browser.holds(BAR, &["100", "100 on other pages"]).await;
    browser.click("thead .check").await;
    browser.holds(BAR, &["200", "100 on other pages"]).await;
    browser.holds(FULL, &["At most 200 at once"]).await;
    browser.run("document.querySelector('.pager a[rel=next]').click(); return true", &[]).await;
    browser.holds(BAR, &["200", "200 on other pages"]).await;
    browser.click("tbody tr:nth-child(2) .check").await;
    browser.holds(TICKED, &["0"]).await;
    browser.click("thead .check").await;
    browser.holds(TICKED, &["0"]).await;
    browser.holds(BAR, &["200", "200 on other pages"]).await;
    browser.click("[popovertarget=b-others]").await;
    browser.holds("return document.querySelectorAll('#b-others a').length === 20", &[]).await;
    browser.reads("#b-others", "and 180 more").await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.holds("return !document.querySelector('#b-others:popover-open')", &[]).await;
    browser.click("[popovertarget=b-prio]").await;
    browser.click("#b-prio button[value=Low]").await;
    let path = browser.arrive("/tickets/bulk?").await;
    assert!(path.len() < 6_000, "{path}");
    browser.reads("h1", "Change 200 tickets?").await;

    browser.click("#nav a[href='/account']").await;
    browser.click("form[action='/logout'] button").await;
    browser.arrive("/login").await;
    focus_on(&browser, "email").await;
    browser.keys(&format!("{EMAIL}{}{PASSWORD}{}", Key::Tab + "", Key::Enter + "")).await;
    browser.arrive("/tickets").await;
    browser.find(".js tbody tr").await;
    browser.holds("return !document.querySelector('.bulkbar').checkVisibility()", &[]).await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn a_card_is_ticked_on_a_phone_with_and_without_scripts() {
    for scripts in [true, false] {
        let app = TestApp::with(&QUIET).await;
        let browser = Chromium::start(&app.base, scripts).await;
        set_up(&app, &browser).await;
        fill(&app, 3).await;
        browser.width(390).await;
        browser.open("/tickets").await;
        browser.find(if scripts { ".js tbody tr" } else { "tbody tr" }).await;
        // All around the box belongs to it: 44px wide, as high as the card, and its corner is no link to the ticket.
        let corner = "const cell = document.querySelector(arguments[0]).getBoundingClientRect(); \
            const at = (x, y) => document.elementFromPoint(cell.left + x, cell.top + y); \
            return cell.width >= 44 && cell.height >= 44 && [at(3, 3), at(41, 41)].every((e) => !!e.closest('label.pick'))";
        browser.holds(corner, &["tbody tr:nth-child(2) td:first-child"]).await;
        browser.click("tbody tr:nth-child(2) .pick").await;
        browser.click("tbody tr:nth-child(3) .pick").await;
        browser.holds(TICKED, &["2"]).await;
        let seen = "const box = document.querySelector('.bulkbar').getBoundingClientRect(); \
            return box.height > 0 && box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight && \
                [...document.querySelectorAll('.bulkbar .btn')].filter((e) => e.checkVisibility()).every((e) => { \
                    const one = e.getBoundingClientRect(); return one.height >= 24 && one.left >= 0 && one.right <= innerWidth; })";
        browser.holds(seen, &[]).await;
        browser.click("[popovertarget=b-prio]").await;
        browser.click("#b-prio button[value=High]").await;
        browser.reads("h1", "Change 2 tickets?").await;
        browser.click("main button[type=submit]").await;
        browser.reads("h1", "2 of 2 tickets changed").await;
        // The rest of a card opens the ticket.
        browser.open("/tickets").await;
        browser.click("tbody tr:nth-child(1) th a").await;
        browser.arrive("/tickets/BILL-").await;
    }
}
