//! Rows ticked by keyboard, mouse and without scripts; from ticket to ticket; what is found while one types.

use fantoccini::key::Key;

use super::{QUIET, chromium::Chromium, focus_on, lists::fill, set_up};
use crate::support::TestApp;

/// The ticked rows, by their place from 1.
const TICKED: &str = "return [...document.querySelectorAll('tbody tr')].flatMap((row, at) => \
    row.querySelector('.check').checked ? [at + 1] : []).join() === arguments[0]";

#[tokio::test]
async fn rows_are_ticked_and_changed_by_keyboard_alone() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 6).await;
    browser.open("/tickets").await;
    browser.find(".js tbody tr").await;
    browser.keys("jjx").await;
    browser.holds(TICKED, &["2"]).await;
    browser.reads("#bulk [role=status]", "1 ticket selected").await;
    browser.keys("jjX").await;
    browser.holds(TICKED, &["2,3,4"]).await;
    browser.reads("#bulk [role=status]", "3 tickets selected").await;
    browser.holds("return document.querySelector('thead .check').indeterminate", &[]).await;
    browser.holds("return document.querySelector('.bulkbar').checkVisibility()", &[]).await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.holds(TICKED, &[""]).await;
    browser.holds("return !document.querySelector('.bulkbar').checkVisibility()", &[]).await;
    browser.reads("#bulk [role=status]", "No ticket selected").await;

    // With nothing ticked a command is for the row that one is at.
    browser.keys("xkkX").await;
    browser.holds(TICKED, &["2,3,4"]).await;
    browser.keys("s").await;
    browser.find("#b-status:popover-open").await;
    browser.holds("return document.querySelector('#b-status').contains(document.activeElement)", &[]).await;
    browser.click("#b-status button[value='In Progress']").await;
    browser.arrive("/tickets/bulk?").await;
    browser.reads("h1", "Change 3 tickets?").await;
    browser.holds("return document.activeElement.matches('button[type=submit]')", &[]).await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.reads("h1", "3 of 3 tickets changed").await;
    browser.reads("#toasts .toast", "3 tickets changed").await;
    browser.click(".crumbs a").await;
    browser.arrive("/tickets").await;
    browser.holds("return document.querySelectorAll('tbody [data-status=progress]').length === 3", &[]).await;
    browser.keys("jp").await;
    browser.find("#b-prio:popover-open").await;
    browser.holds(TICKED, &["1"]).await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.holds("return !document.querySelector('.pop:popover-open')", &[]).await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn rows_are_ticked_by_mouse_and_keep_their_tick_when_they_are_replaced() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 30).await;
    browser.open("/tickets").await;
    browser.click("tbody tr:nth-child(2) .check").await;
    let shift = "const box = document.querySelector(arguments[0]); \
        box.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: true})); return true";
    browser.run(shift, &["tbody tr:nth-child(4) .check"]).await;
    browser.holds(TICKED, &["2,3,4"]).await;
    // A colleague's change puts the row in anew.
    let replace = "const row = document.querySelector('tbody tr:nth-child(3)'); const copy = row.cloneNode(true); \
        copy.querySelector('.check').checked = false; row.replaceWith(copy); return true";
    browser.run(replace, &[]).await;
    browser.holds(TICKED, &["2,3,4"]).await;
    browser.click("thead .check").await;
    browser.reads("#bulk [role=status]", "25 tickets selected").await;
    browser.click(".bulkbar__all .check").await;
    browser.click("[popovertarget=b-prio]").await;
    browser.click("#b-prio button[value=Low]").await;
    browser.reads("h1", "Change 30 tickets?").await;
    browser.click("main button[type=submit]").await;
    browser.reads("h1", "30 of 30 tickets changed").await;
    // One line or two, from then on.
    browser.open("/tickets").await;
    let height = "return Math.round(document.querySelector('tbody tr').getBoundingClientRect().height)";
    assert_eq!(browser.run(height, &[]).await, 47);
    browser.click("button[form=density][value=compact]").await;
    browser.find("[data-density=compact]").await;
    assert_eq!(browser.run(height, &[]).await, 36);
}

#[tokio::test]
async fn many_are_changed_without_scripts() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, false).await;
    set_up(&app, &browser).await;
    fill(&app, 3).await;
    browser.open("/tickets").await;
    assert!(!browser.run("return document.querySelector('.bulkbar').checkVisibility()", &[]).await.as_bool().unwrap());
    for row in [1, 3] {
        browser.click(&format!("tbody tr:nth-child({row}) .check")).await;
    }
    browser.click("[popovertarget=b-status]").await;
    browser.click("#b-status button[value=Fixed]").await;
    browser.reads("h1", "Mark 2 tickets fixed?").await;
    browser.reads("#bulk-sms", "2 SMS will go out").await;
    browser.click("main button[type=submit]").await;
    browser.reads("h1", "2 of 2 tickets changed").await;
    browser.click("#flash .toast form button").await;
    browser.reads("#flash .toast", "2 tickets are again what they were").await;
}

#[tokio::test]
async fn a_list_is_walked_ticket_by_ticket_and_a_search_suggests() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    fill(&app, 3).await;
    browser.open("/tickets?q=nadia").await;
    browser.find(".js tbody tr").await;
    browser.keys(&format!("j{}", Key::Enter + "")).await;
    browser.reads(".crumbs__end", "1 of 3").await;
    browser.keys("j").await;
    browser.reads(".crumbs__end", "2 of 3").await;
    browser.keys("s").await;
    browser.click("#m-status button[value=Open]").await;
    browser.reads(".status-btn .badge", "Open").await;
    browser.keys("j").await;
    browser
        .holds("return !document.querySelector('.crumbs a[rel=next]') && !!document.querySelector('a[rel=prev]')", &[])
        .await;
    browser.keys("k").await;
    browser.holds("return !!document.querySelector('.crumbs a[rel=next]')", &[]).await;

    // Off while typing, and where they are switched off.
    browser.keys("c").await;
    focus_on(&browser, "content").await;
    browser.keys("jks?").await;
    browser.holds("return document.querySelector('#content').value === 'jks?'", &[]).await;
    browser.open("/tickets").await;
    browser.find(".js tbody tr").await;
    browser.keys("/").await;
    focus_on(&browser, "q").await;
    browser.keys("nadia 1").await;
    browser.find("#find-list [role=option]").await;
    browser.holds("return document.querySelectorAll('#find-list [role=option]').length === 2", &[]).await;
    browser.holds("return document.querySelector('#q').getAttribute('aria-expanded') === 'true'", &[]).await;
    browser.keys(&Key::Down.to_string()).await;
    browser.holds("return document.querySelector('#q').getAttribute('aria-activedescendant') === 'find-1'", &[]).await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.arrive("/tickets/BILL-").await;
    browser.reads(".ticket-head h1", "Nadia 1").await;
    let ticket = browser.path().await;
    browser.keys("?").await;
    browser.find("#keys:popover-open").await;
    browser.click("#keys a[href='/account#preferences']").await;
    browser.arrive("/account").await;
    browser.click("label:has([name=shortcuts][value=off])").await;
    browser.click("form[action='/account/preferences'] [type=submit]").await;
    browser.find("body[data-keys=off]").await;
    browser.open(&ticket).await;
    browser.keys("n").await;
    browser.keys(&(Key::Control + "k" + &Key::Null)).await;
    focus_on(&browser, "q").await;
    assert!(browser.path().await.starts_with("/tickets/BILL-"), "single letters are off, chords are not");
}
