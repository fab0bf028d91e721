//! Two people at their browsers, one of whom sees what the other does.

use redress::staff::Role;
use serde_json::json;

use super::{EMAIL, QUIET, chromium::Chromium, set_up};
use crate::support::{Caller, Dir, PASSWORD, TestApp, process::Process};

/// Asha, another admin, in a browser of her own.
async fn asha(app: &TestApp) -> Chromium {
    let user = app.user("Asha Menon", Role::Admin).await;
    let browser = Chromium::start(&app.base, true).await;
    log_in(&browser, &user.email).await;
    browser
}

async fn log_in(browser: &Chromium, email: &str) {
    browser.open("/login").await;
    browser.fill("#email", email).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("main button[type=submit]").await;
    browser.arrive("/tickets").await;
}

/// A ticket of the API, with its path.
async fn ticket(admin: &Caller) -> (String, String) {
    let ticket = admin.ticket(json!({})).await;
    let reference = ticket["ticketRef"].as_str().unwrap();
    (format!("/tickets/{reference}"), ticket["id"].as_str().unwrap().to_owned())
}

async fn is_live(browser: &Chromium) {
    browser.reads(".live[data-state=on]", "Live").await;
}

#[tokio::test]
async fn a_list_stays_true_while_somebody_else_works() {
    let app = TestApp::with(&QUIET).await;
    let priya = Chromium::start(&app.base, true).await;
    set_up(&app, &priya).await;
    let (path, id) = ticket(&app.caller("Dev Anand", Role::Admin).await).await;
    let asha = asha(&app).await;
    priya.open("/tickets").await;
    is_live(&priya).await;
    let row = format!("#row-{id}");
    priya.run("document.querySelector(arguments[0] + ' a.ref').focus(); window.here = true", &[&row]).await;

    asha.open(&path).await;
    asha.keys("s").await;
    asha.click("#m-status button[value='In Progress']").await;
    priya.reads(&format!("{row} .badge"), "In Progress").await;
    priya.holds("return document.activeElement.matches(arguments[0] + ' a.ref')", &[&row]).await;

    asha.open("/tickets/new").await;
    asha.fill("#clientName", "Grace Adeyemi").await;
    asha.fill("#clientPhone", "07700 900155").await;
    asha.click(".pills label:has(input[value='Other'])").await;
    asha.fill("#description", "No bill since June.").await;
    asha.click("main button[type=submit]").await;
    let new = asha.arrive("/tickets/BILL-").await;
    priya.reads("#fresh", "1 new ticket. Show it").await;
    let rows = "return document.querySelectorAll('tbody tr').length === Number(arguments[0])";
    priya.holds(rows, &["1"]).await;
    priya.reads("#nav a[href='/tickets'] .count", "2").await;
    assert_eq!(priya.run("return window.here", &[]).await, true, "all that without loading the page");
    priya.click("#fresh a").await;
    priya.reads("tbody .ref", new.trim_start_matches("/tickets/")).await;
    priya.holds("return document.querySelector('#fresh').textContent === ''", &[]).await;
    let faults = priya.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn a_ticket_renews_itself_around_what_is_being_written() {
    let app = TestApp::with(&QUIET).await;
    let priya = Chromium::start(&app.base, true).await;
    set_up(&app, &priya).await;
    let dev = app.caller("Dev Anand", Role::Admin).await;
    let (path, _) = ticket(&dev).await;
    let asha = asha(&app).await;
    asha.open(&path).await;
    is_live(&asha).await;
    priya.open(&path).await;
    is_live(&priya).await;
    priya.fill("#content", "The client says that").await;
    asha.reads("#presence", "Priya Raman\u{2069} is editing this ticket").await;

    dev.put(&format!("/api{path}"), &json!({"status": "In Progress"})).await;
    dev.post(&format!("/api{path}/notes"), &json!({"content": "Line tested."})).await;
    priya.reads(".status-btn .badge", "In Progress").await;
    priya.reads(".timeline", "Line tested.").await;
    asha.reads(".timeline", "Line tested.").await;
    priya.holds("return document.querySelector('#content').value === 'The client says that'", &[]).await;
    priya.holds("return document.activeElement.id === 'content'", &[]).await;
    priya.keys(" it works.").await;
    priya.click(".composer button[type=submit]").await;
    priya.reads(".timeline", "The client says that it works.").await;
    asha.reads(".timeline", "The client says that it works.").await;
    asha.holds("return document.querySelector('#presence').textContent === ''", &[]).await;

    // A menu that is open stays as it is, and is renewed when it closes.
    asha.keys("s").await;
    asha.find("#m-status:popover-open").await;
    dev.put(&format!("/api{path}"), &json!({"status": "Fixed"})).await;
    asha.reads(".status-btn .badge", "Fixed").await;
    asha.holds("return document.querySelector('#m-status [aria-current]').dataset.status === 'progress'", &[]).await;
    asha.run("document.querySelector('#m-status').hidePopover()", &[]).await;
    asha.holds("return document.querySelector('#m-status [aria-current]').dataset.status === 'fixed'", &[]).await;
    for browser in [priya, asha] {
        let faults = browser.complaints().await;
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[tokio::test]
async fn two_people_edit_one_ticket() {
    let app = TestApp::with(&QUIET).await;
    let priya = Chromium::start(&app.base, true).await;
    set_up(&app, &priya).await;
    let dev = app.caller("Dev Anand", Role::Admin).await;
    let (path, _) = ticket(&dev).await;
    let asha = asha(&app).await;
    asha.open(&path).await;
    priya.open(&format!("{path}/edit")).await;
    asha.reads("#presence", "Priya Raman\u{2069} is editing this ticket").await;
    priya.fill("#description", "Mine.").await;
    dev.put(&format!("/api{path}"), &json!({"description": "Theirs.", "priority": "Urgent"})).await;
    priya.reads("#stale:not([hidden])", "has changed while you have this form open").await;
    priya.holds("return document.querySelector('#description').value === 'Mine.'", &[]).await;
    priya.click("main button[type=submit]").await;
    priya.reads(".error-summary", "choose between the two versions").await;
    priya.holds("return document.activeElement.matches('.error-summary')", &[]).await;
    priya.reads(".conflict", "Theirs.").await;
    // Without a choice the browser itself does not send it.
    priya.click("main .btn--primary").await;
    priya.holds("return document.querySelector('.conflict input:invalid') !== null", &[]).await;
    priya.click(".conflict input[value=mine]").await;
    priya.click("main .btn--primary").await;
    priya.arrive(&path).await;
    priya.reads(".prose", "Mine.").await;
    asha.reads(".prose", "Mine.").await;
    asha.reads(".status-btn .prio", "Urgent").await;
    asha.holds("return document.querySelector('#presence').textContent === ''", &[]).await;
}

#[tokio::test]
async fn a_page_comes_back_by_itself_after_a_restart() {
    let dir = Dir::new();
    // It comes back to where it was.
    let address = format!("127.0.0.1:{}", testbase::free_port());
    let settings = [("REDRESS_REGION", "GB"), ("REDRESS_LISTEN", address.as_str())];
    let process = Process::serve(&dir, &settings);
    let admin = process.admin(&dir);
    let browser = Chromium::start(&process.base, true).await;
    log_in(&browser, EMAIL).await;
    admin.ticket(json!({})).await;
    browser.open("/tickets").await;
    is_live(&browser).await;
    browser.run("window.here = true", &[]).await;
    tokio::task::spawn_blocking(move || process.stop()).await.unwrap();
    browser.reads(".live[data-state=off]", "Reconnecting").await;
    let process = Process::serve(&dir, &settings);
    admin.ticket(json!({})).await;
    is_live(&browser).await;
    browser.reads("#fresh", "1 new ticket. Show it").await;
    assert_eq!(browser.run("return window.here", &[]).await, true);
    tokio::task::spawn_blocking(move || process.stop()).await.unwrap();
}

#[tokio::test]
async fn a_hidden_page_holds_no_connection_and_catches_up() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    let dev = app.caller("Dev Anand", Role::Admin).await;
    let (path, id) = ticket(&dev).await;
    browser.open("/tickets").await;
    is_live(&browser).await;
    let hide = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => arguments[0] === 'yes' }); \
                document.dispatchEvent(new Event('visibilitychange'))";
    let hide = format!("const arg = arguments[0]; {}", hide.replace("arguments[0]", "arg"));
    browser.run(&hide, &["yes"]).await;
    crate::support::eventually("the seat is free", async || (app.app.live.open_pages() == 0).then_some(())).await;
    dev.put(&format!("/api{path}"), &json!({"status": "Open"})).await;
    browser.run(&hide, &["no"]).await;
    browser.reads(&format!("#row-{id} .badge"), "Open").await;
}
