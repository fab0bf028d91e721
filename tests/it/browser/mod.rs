//! The main job in a real browser: by keyboard, on a phone's width, and without scripts.

pub mod chromium;
mod intake;
mod lists;
mod live;
mod looks;
mod paging;
mod passkeys;
mod photos;
mod selection;
mod shortcuts;

use fantoccini::key::Key;

use self::chromium::Chromium;
use crate::support::{PASSWORD, TestApp};

const EMAIL: &str = "priya@isp.example";

/// A gateway is set but nobody sends, so that what is queued stays queued.
const QUIET: [(&str, &str); 7] = [
    ("sms.gateway", "kannel"),
    ("sms.kannel.url", "http://127.0.0.1:9/sendsms"),
    ("sms.kannel.username", "redress"),
    ("sms.kannel.password", "secret"),
    ("sms.undo_seconds", "120"),
    ("worker", "false"),
    ("region", "GB"),
];

/// Makes the first admin, who is signed in then.
async fn set_up(app: &TestApp, browser: &Chromium) {
    browser.open("/").await;
    browser.arrive("/setup").await;
    let code = app.app.setup_code().await.unwrap().unwrap();
    for (field, text) in [("#name", "Priya Raman"), ("#email", EMAIL), ("#password", PASSWORD), ("#code", &code)] {
        browser.fill(field, text).await;
    }
    browser.click("main button[type=submit]").await;
    browser.arrive("/tickets").await;
}

#[tokio::test]
async fn the_main_job_by_keyboard() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    let (tab, enter) = (Key::Tab + "", Key::Enter + "");
    set_up(&app, &browser).await;
    browser.reads("#toasts .toast", "Welcome").await;
    browser.open("/account").await;
    browser.click("form[action='/logout'] button").await;
    browser.arrive("/login").await;
    focus_on(&browser, "email").await;
    browser.keys(&format!("{EMAIL}{tab}{PASSWORD}{enter}")).await;
    browser.arrive("/tickets").await;
    focus_on(&browser, "main").await;

    let path = intake(&browser).await;
    find_and_open(&browser, &path).await;
    fix_and_undo(&browser, &path).await;

    browser.open("/account").await;
    browser.click("label:has([name=theme][value=dark])").await;
    browser.click("form[action='/account/preferences'] [type=submit]").await;
    browser.find("html[data-theme=dark]").await;
    browser.open("/tickets").await;
    browser.holds("return getComputedStyle(document.documentElement).colorScheme === 'dark'", &[]).await;
    let fault = browser.complaints().await;
    let own: Vec<_> = fault.iter().filter(|line| !line.contains("422 (Unprocessable")).collect();
    assert!(own.is_empty(), "{own:?}");
}

/// Logs a ticket by keyboard alone, with a fault to mend on the way; gives its page's path.
async fn intake(browser: &Chromium) -> String {
    let (tab, enter) = (Key::Tab + "", Key::Enter + "");
    browser.keys("n").await;
    browser.arrive("/tickets/new").await;
    focus_on(browser, "clientName").await;
    browser.keys(&format!("Siobhán O'Brien{tab}12{tab}{tab}{tab}{tab}")).await;
    browser.keys(" ").await;
    browser.keys(&format!("{tab}Charged twice <b>again</b>.{}", Key::Control + &Key::Enter)).await;
    browser.reads(".error-summary", "There is a problem").await;
    browser.holds("return document.title.startsWith('Error:')", &[]).await;
    browser.holds("return document.activeElement.matches('.error-summary')", &[]).await;
    browser.keys(&format!("{tab}{enter}")).await;
    focus_on(browser, "clientPhone").await;
    browser.keys(&format!("{}07700 900142{}", Key::Control + "a" + &Key::Null, Key::Control + &Key::Enter)).await;
    let path = browser.arrive("/tickets/BILL-").await;
    let reference = path.trim_start_matches("/tickets/");
    browser.reads("#toasts .toast", &format!("Ticket {reference} logged")).await;
    browser.reads(".ticket-head h1", "Incorrect Bill Siobhán O'Brien").await;
    browser.reads(".prose", "Charged twice <b>again</b>.").await;
    path
}

/// Finds the ticket by a name in another spelling and opens it from the list.
async fn find_and_open(browser: &Chromium, path: &str) {
    let enter = Key::Enter + "";
    browser.open("/tickets").await;
    browser.keys("/").await;
    focus_on(browser, "q").await;
    browser.keys(&format!("obrien{enter}")).await;
    browser.arrive("/tickets?q=obrien").await;
    browser.reads(".page-head", "1 ticket").await;
    browser.keys("j").await;
    browser.holds("return document.activeElement.matches('a.ref')", &[]).await;
    browser.keys(&enter).await;
    browser.arrive(path).await;
    browser.find(".ticket-head").await;
}

/// Moves the ticket on, marks it fixed through the dialog, and takes that back from the toast.
async fn fix_and_undo(browser: &Chromium, path: &str) {
    let reference = path.trim_start_matches("/tickets/");
    // The menu takes the focus and gives it back; Open comes after the present status and New.
    browser.keys("s").await;
    browser.holds("return document.querySelector('#m-status').contains(document.activeElement)", &[]).await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.holds("return !document.querySelector('#m-status').matches(':popover-open')", &[]).await;
    browser.keys("s").await;
    browser.click("#m-status button[value='In Progress']").await;
    browser.reads(".status-btn .badge", "In Progress").await;

    browser.click(".ticket-head a.btn--primary").await;
    browser.find("dialog#fix[open]").await;
    browser.reads("#fix .sms__bubble", reference).await;
    browser.click("#fix button[type=submit]").await;
    browser.reads(".status-btn .badge", "Fixed").await;
    browser.reads("#toasts .toast", "Marked fixed").await;
    browser.click("#toasts .toast form button").await;
    browser.reads(".status-btn .badge", "In Progress").await;
    browser.reads("#toasts .toast", "no SMS goes out").await;
    browser.reads(".dlv", "Cancelled").await;
    // The list that it was opened from is carried along.
    assert!(browser.path().await.starts_with(&format!("{path}?list=q%3Dobrien")));
}

async fn focus_on(browser: &Chromium, id: &str) {
    browser.holds("return document.activeElement?.id === arguments[0]", &[id]).await;
}

#[tokio::test]
async fn the_main_job_without_scripts() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, false).await;
    set_up(&app, &browser).await;
    assert!(!browser.run("return document.documentElement.classList.contains('js')", &[]).await.as_bool().unwrap());
    browser.click("a[href='/tickets/new']").await;
    browser.arrive("/tickets/new").await;
    browser.fill("#clientName", "Nadia Okonkwo").await;
    browser.fill("#clientPhone", "07700 900142").await;
    browser.click(".pills label:has(input[value='Other'])").await;
    browser.fill("#description", "Wants invoices at the new address.").await;
    browser.click("main button[type=submit]").await;
    let path = browser.arrive("/tickets/BILL-").await;
    browser.reads("#flash .toast", "logged").await;
    browser.click("button[popovertarget=m-status]").await;
    browser.click("#m-status button[value='In Progress']").await;
    browser.reads(".status-btn .badge", "In Progress").await;
    browser.click(".ticket-head a.btn--primary").await;
    browser.arrive(&format!("{path}/status?status=Fixed")).await;
    browser.reads(".sms__bubble", "resolved").await;
    browser.click("main button[type=submit]").await;
    browser.reads(".status-btn .badge", "Fixed").await;
    browser.click("#flash .toast form button").await;
    browser.reads(".status-btn .badge", "In Progress").await;
    browser.fill("#content", "Called back.").await;
    browser.click(".composer button").await;
    browser.reads(".timeline", "Called back.").await;
    browser.fill("#q", "okonkwo\n").await;
    browser.arrive("/tickets?q=okonkwo").await;
    browser.click("button[popovertarget=f-status]").await;
    browser.click("#f-status input[value='In Progress']").await;
    browser.click("#f-status button[type=submit]").await;
    browser.arrive("/tickets?q=okonkwo&status=In+Progress").await;
    browser.reads("tbody .ref", path.trim_start_matches("/tickets/")).await;
}

#[tokio::test]
async fn nothing_is_wider_than_a_phone() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    browser.width(390).await;
    browser.open("/setup").await;
    fits(&browser).await;
    set_up(&app, &browser).await;
    browser.open("/tickets/new").await;
    browser.fill("#clientName", &"W".repeat(200)).await;
    browser.fill("#clientPhone", "07700 900142").await;
    browser.fill("#clientAccountId", &"8".repeat(64)).await;
    browser.click(".pills label:has(input[value='Other'])").await;
    browser.fill("#description", &"long".repeat(300)).await;
    browser.click("main button[type=submit]").await;
    let path = browser.arrive("/tickets/BILL-").await;
    fits(&browser).await;
    let pages = [
        "/tickets",
        "/tickets/new",
        "/tickets?q=nothing",
        "/tickets?page=x",
        "/account",
        "/users",
        "/users/new",
        "/audit",
    ];
    for page in pages.into_iter().chain(["/api/docs", "/login", "/nowhere"]) {
        browser.open(page).await;
        fits(&browser).await;
    }
    browser.open("/tickets?q=long").await;
    browser.click("button[popovertarget=save-view]").await;
    browser.fill("#save-view #name", &"W".repeat(60)).await;
    fits(&browser).await;
    browser.click("#save-view button[type=submit]").await;
    browser.reads("#toasts .toast", "View saved").await;
    fits(&browser).await;
    browser.open("/views").await;
    fits(&browser).await;
    for link in ["tbody a.btn[href^='/views/']", ".btn--danger"] {
        browser.click(link).await;
        browser.arrive("/views/").await;
        fits(&browser).await;
    }
    for rest in ["/edit", "/status", "/status?status=Fixed", "/priority", "/assignment"] {
        browser.open(&format!("{path}{rest}")).await;
        fits(&browser).await;
    }
    browser.open("/tickets").await;
    browser.holds("return !document.querySelector('#nav').checkVisibility()", &[]).await;
    browser.click(".menu-btn").await;
    browser.find("#nav:popover-open").await;
    browser.click("#nav a[href='/users']").await;
    browser.arrive("/users").await;
}

async fn fits(browser: &Chromium) {
    let size = "const root = document.documentElement; return [root.scrollWidth, root.clientWidth]";
    let size = browser.run(size, &[]).await;
    let at = browser.path().await;
    assert_eq!(size[1], 390, "{at}");
    assert!(size[0].as_u64().unwrap() <= 390, "{at} is {} wide", size[0]);
}

#[tokio::test]
async fn a_call_is_tried_on_the_api_page() {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    browser.open("/login").await;
    set_up(&app, &browser).await;
    browser.open("/api/docs").await;
    browser.click("details:has(#get_me) summary").await;
    browser.click("#get_me button[type=submit]").await;
    browser.reads("#get_me [role=status]", "200").await;
    browser.reads("#get_me .docs__answer", "\"name\": \"Priya Raman\"").await;
    browser.click("details:has(#get_ticket) summary").await;
    browser.fill("#get_ticket-id", "BILL-20200101-AAAA").await;
    browser.click("#get_ticket button[type=submit]").await;
    browser.reads("#get_ticket [role=status]", "404").await;
    browser.reads("#get_ticket .docs__answer", "application/problem+json").await;
    browser.click("details:has(#create_ticket) summary").await;
    browser.fill("#create_ticket-body", "{\"clientName\": \"<img src=x>\"}").await;
    browser.click("#create_ticket button[type=submit]").await;
    browser.reads("#create_ticket .docs__answer", "\"field\": \"clientPhone\"").await;
    browser.click("details:has(#log_out) summary").await;
    browser.click("#log_out button[type=submit]").await;
    browser.reads("#log_out [role=status]", "204").await;
    browser.click("#get_me button[type=submit]").await;
    browser.reads("#get_me [role=status]", "401").await;
    let faults = browser.complaints().await;
    let own: Vec<_> = faults.iter().filter(|line| !line.contains("Failed to load resource")).collect();
    assert!(own.is_empty(), "{own:?}");
}
