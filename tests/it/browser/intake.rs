//! Taking a call: the form of a new ticket by keyboard alone, its preview, its draft.

use fantoccini::key::Key;
use serde_json::json;

use super::{EMAIL, QUIET, chromium::Chromium, focus_on, set_up};
use crate::support::{Caller, PASSWORD, TestApp, eventually};

/// Keys pressed by an admin, counted.
struct Keyboard<'a> {
    browser: &'a Chromium,
    pressed: usize,
}

impl Keyboard<'_> {
    async fn keys(&mut self, text: &str) {
        self.pressed += text.chars().count();
        self.browser.keys(text).await;
    }

    async fn key(&mut self, key: Key) {
        self.keys(&key.to_string()).await;
    }

    /// One key with Ctrl held down counts as one.
    async fn ctrl(&mut self, key: Key) {
        self.pressed += 1;
        self.browser.keys(&(Key::Control + &key)).await;
    }
}

async fn desk() -> (TestApp, Chromium, Caller) {
    let app = TestApp::with(&QUIET).await;
    let browser = Chromium::start(&app.base, true).await;
    set_up(&app, &browser).await;
    let admin = app.caller("Kiran Shah", redress::staff::Role::Admin).await;
    (app, browser, admin)
}

/// A client, and others whose names begin alike.
async fn clients(admin: &Caller) {
    for (account, name, phone) in [
        ("LF-204417", "Nadia Okonkwo", "+447700900142"),
        ("LF-198830", "Nadeem Akhtar", "+447700900147"),
        ("LF-220156", "Nadine Castellan", "+447700900612"),
    ] {
        let body = json!({"name": name, "phone": phone, "email": "x@example.com"});
        let reply = admin.put(&format!("/api/clients/{account}"), &body).await;
        assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
    }
}

const VALUE: &str = "return document.querySelector(arguments[0]).value === arguments[1]";

#[tokio::test]
async fn a_known_clients_complaint_is_logged_with_a_handful_of_keys() {
    let (_app, browser, admin) = desk().await;
    clients(&admin).await;
    browser.open("/tickets").await;
    focus_on(&browser, "main").await;
    let began = tokio::time::Instant::now();
    let mut keyboard = Keyboard { browser: &browser, pressed: 0 };
    keyboard.keys("n").await;
    browser.arrive("/tickets/new").await;
    focus_on(&browser, "clientName").await;
    keyboard.keys("nad").await;
    // Pressed before the list is there, as quick fingers do.
    keyboard.key(Key::Down).await;
    browser.holds("return document.querySelectorAll('#clients-found [aria-selected=true]').length === 1", &[]).await;
    let chosen = "const input = document.getElementById('clientName'); \
        const option = document.getElementById(input.getAttribute('aria-activedescendant')); \
        return input.role === 'combobox' && input.ariaExpanded === 'true' && option.ariaSelected === 'true' && \
        document.querySelectorAll('#clients-found > [role=option]').length === 4";
    browser.holds(chosen, &[]).await;
    browser.reads("[data-suggest-target=said]", "3 clients found").await;
    let name = browser.run("return document.querySelector('[aria-selected=true]').dataset.clientName", &[]).await;
    let name = name.as_str().unwrap().to_owned();
    keyboard.key(Key::Enter).await;
    browser.holds("return document.activeElement.name === 'issueType'", &[]).await;
    browser.holds(VALUE, &["#clientName", &name]).await;
    browser.reads(".picked", &name).await;
    browser.holds("return !document.querySelector('#clientName').checkVisibility()", &[]).await;
    keyboard.keys("p").await;
    browser
        .holds("return document.querySelector('[name=issueType]:checked').value === 'Payment Not Reflected'", &[])
        .await;
    keyboard.key(Key::Tab).await;
    focus_on(&browser, "description").await;
    let typed = keyboard.pressed;
    keyboard.keys("Paid on the 18th, still overdue").await;
    let description = keyboard.pressed - typed;
    keyboard.ctrl(Key::Enter).await;
    let path = browser.arrive("/tickets/BILL-").await;
    browser.reads(".ticket-head h1", &name).await;
    let took = began.elapsed();
    println!("keys: {}, of which {description} describe; the walk took {took:?}", keyboard.pressed);
    assert_eq!(keyboard.pressed - description, 9, "N, three letters, an arrow, Enter, a letter, Tab, Ctrl Enter");
    let ticket = admin.get(&format!("/api{path}")).await.json;
    assert_eq!(ticket["issueType"], "Payment Not Reflected");
    assert_eq!(ticket["clientName"], name.as_str());
    assert!(ticket["clientAccountId"].as_str().unwrap().starts_with("LF-"), "{ticket}");
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn an_unknown_client_is_typed_in_and_kept() {
    let (_app, browser, admin) = desk().await;
    clients(&admin).await;
    browser.open("/tickets/new").await;
    focus_on(&browser, "clientName").await;
    let (down, enter, tab) = (Key::Down.to_string(), Key::Enter.to_string(), Key::Tab.to_string());
    browser.keys("nadxyz").await;
    browser.reads("#client-other", "nadxyz").await;
    browser.reads("[data-suggest-target=said]", "No client found").await;
    browser.keys(&Key::Escape.to_string()).await;
    browser.holds("return !document.querySelector('.combo__list').checkVisibility()", &[]).await;
    browser.keys("q").await;
    browser.reads("#client-other", "nadxyzq").await;
    browser.keys(&format!("{down}{enter}")).await;
    focus_on(&browser, "clientPhone").await;
    browser.keys(&format!("07700 900777{tab}LF-NEW-1{tab}{tab} {tab}s{tab}Line down since May")).await;
    browser.holds("return document.querySelector('[name=keepClient]').checked", &[]).await;
    browser.keys(&(Key::Control + &Key::Enter)).await;
    browser.arrive("/tickets/BILL-").await;
    browser.reads(".ticket-head h1", "Service Suspension nadxyzq").await;
    let client = admin.get("/api/clients/LF-NEW-1").await;
    assert_eq!((client.status, client.json["name"].as_str()), (200, Some("nadxyzq")), "{}", client.text);
}

#[tokio::test]
async fn an_open_ticket_warns_and_the_preview_follows_the_keys() {
    let (_app, browser, admin) = desk().await;
    clients(&admin).await;
    let open = admin.ticket(json!({"clientAccountId": "LF-204417"})).await;
    let reference = open["ticketRef"].as_str().unwrap();
    browser.open("/tickets/new").await;
    focus_on(&browser, "clientName").await;
    browser.keys("okon").await;
    browser.reads("#clients-found [role=option]", "Nadia Okonkwo").await;
    browser.click("#clients-found [role=option]").await;
    browser.reads(".known", "already has 1 open ticket").await;
    browser.reads(".known a", reference).await;
    browser.reads("#preview header", "07700 900142").await;
    browser.keys("i").await;
    browser.reads(".known", "The issue type is the same").await;
    browser.keys(&format!("{}Paid at the shop", Key::Tab + "")).await;
    browser.reads(".sms__bubble mark", "Paid at the shop.").await;
    browser.reads("#send", "Log ticket and send SMS").await;
    browser.click(".picked button").await;
    focus_on(&browser, "clientName").await;
    browser.fill("#clientPhone", "020 7946 0018").await;
    browser.reads("#send", "Log ticket").await;
    browser.holds("return document.querySelector('#send').textContent.trim() === 'Log ticket'", &[]).await;
    browser.reads("#no-sms", "landline").await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn a_double_click_logs_one_ticket() {
    let (_app, browser, admin) = desk().await;
    browser.open("/tickets/new").await;
    for (field, text) in [("#clientName", "Peter"), ("#clientPhone", "07700 900142"), ("#description", "Twice")] {
        browser.fill(field, text).await;
    }
    browser.click(".pills label:has(input[value='Other'])").await;
    // Both clicks, and a submit beside the guard, before any answer can come.
    let click = "const button = document.querySelector('.form-actions .btn--primary'); button.click(); button.click(); \
        const form = button.form; const body = new URLSearchParams(new FormData(form)); \
        window.second = fetch(form.action, {method: 'POST', body}).then((answer) => answer.url); return true";
    browser.run(click, &[]).await;
    let path = browser.arrive("/tickets/BILL-").await;
    browser.holds("return window.second.then((url) => url.endsWith(arguments[0]))", &[&path]).await;
    browser.reads(".prose", "Twice").await;
    assert_eq!(admin.get("/api/tickets").await.json["total"], 1);
}

/// Waits until the draft of a form holds some words.
async fn kept(browser: &Chromium) {
    browser.reads("[data-draft-target=said]", "Draft saved").await;
    browser.holds("return document.querySelector('[data-draft-state=kept]') !== null", &[]).await;
}

#[tokio::test]
async fn a_draft_is_kept_and_leaving_asks_nothing_then() {
    let (_app, browser, admin) = desk().await;
    let ticket = admin.ticket(json!({})).await;
    browser.open("/tickets/new").await;
    browser.fill("#clientName", "Zoë Quill").await;
    browser.fill("#description", "Half a sentence").await;
    kept(&browser).await;
    let stored = "return [localStorage, sessionStorage].some((store) => JSON.stringify({...store}).includes('Quill'))";
    assert_eq!(browser.run(stored, &[]).await, json!(false));
    // A link leads away at once; what was typed last goes along.
    browser.fill("#clientAccountId", "LF-9").await;
    browser.click(".sidebar a[href='/users']").await;
    browser.arrive("/users").await;
    browser.click(".topbar a[href='/tickets/new']").await;
    browser.arrive("/tickets/new").await;
    browser.reads(".draft", "restored").await;
    browser.holds(VALUE, &["#clientName", "Zoë Quill"]).await;
    browser.holds(VALUE, &["#clientAccountId", "LF-9"]).await;
    browser.click(".draft .link-btn").await;
    browser.reads("#toasts .toast", "Draft discarded").await;
    browser.holds(VALUE, &["#clientName", ""]).await;

    // The same for a note.
    let path = format!("/tickets/{}", ticket["ticketRef"].as_str().unwrap());
    browser.open(&path).await;
    browser.fill("#content", "Called, no answer").await;
    kept(&browser).await;
    browser.open(&path).await;
    browser.holds(VALUE, &["#content", "Called, no answer"]).await;
    browser.click("#content").await;
    browser.keys(&(Key::Control + &Key::Enter)).await;
    browser.reads(".timeline", "Called, no answer").await;
    browser.open(&path).await;
    browser.holds(VALUE, &["#content", ""]).await;
    let faults = browser.complaints().await;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn what_cannot_be_kept_is_asked_about() {
    let (app, browser, _) = desk().await;
    browser.open("/tickets/new").await;
    browser
        .run("window.asked = 0; window.confirm = () => { window.asked += 1; return false; }; return true", &[])
        .await;
    // Nothing of a draft reaches the server.
    let cut = "const fetched = window.fetch; window.fetch = (url, options) => \
        String(url).includes('/drafts/') ? Promise.reject(new TypeError('cut')) : fetched(url, options); return true";
    browser.run(cut, &[]).await;
    browser.fill("#clientName", "Zoë Quill").await;
    browser.holds("return document.querySelector('[data-draft-state=failed]') !== null", &[]).await;
    browser.click(".sidebar a[href='/users']").await;
    browser.holds("return window.asked === 1", &[]).await;
    assert_eq!(browser.path().await, "/tickets/new");
    assert!(app.base.starts_with("http"));
}

#[tokio::test]
async fn nothing_is_lost_when_the_session_ends_while_one_types() {
    let (app, browser, _) = desk().await;
    browser.open("/tickets/new").await;
    browser.fill("#clientName", "Zoë Quill").await;
    kept(&browser).await;
    // Thirteen hours pass for every session.
    let idle =
        |tx: &mut redress::db::Tx<'_>| tx.execute("UPDATE sessions SET last_seen_at = last_seen_at - 46800000", &[]);
    app.app.db.write(idle).await.unwrap();
    browser.fill("#clientPhone", "07700 900142").await;
    browser.reads("[data-draft-target=said]", "You were signed out").await;
    browser.fill("#description", "Typed after the end").await;
    browser.keys(&(Key::Control + &Key::Enter)).await;
    browser.arrive("/login?next=").await;
    browser.reads("#toasts .toast", "kept as your draft").await;
    browser.fill("#email", EMAIL).await;
    browser.fill("#password", &format!("{PASSWORD}\n")).await;
    browser.arrive("/tickets/new").await;
    for (field, text) in
        [("#clientName", "Zoë Quill"), ("#clientPhone", "07700 900142"), ("#description", "Typed after the end")]
    {
        browser.holds(VALUE, &[field, text]).await;
    }
}

/// A page whose scripts are slow to get an answer must show the last one asked for.
#[tokio::test]
async fn an_answer_that_comes_late_is_not_shown() {
    let (_app, browser, admin) = desk().await;
    clients(&admin).await;
    browser.open("/tickets/new").await;
    focus_on(&browser, "clientName").await;
    let slow = "const fetched = window.fetch; window.calls = []; window.fetch = (url, options) => { \
        if (!String(url).includes('suggest')) return fetched(url, options); window.calls.push(String(url)); \
        return new Promise((done, fail) => { options.signal.addEventListener('abort', () => fail(options.signal.reason)); \
        if (!String(url).endsWith('nadi')) fetched(url, options).then(done, fail); }); }; return true";
    browser.run(slow, &[]).await;
    // At once: of keys that come slowly, as on a busy machine, each is asked about.
    let typed = "const input = document.getElementById('clientName'); input.value = 'nadi'; \
        input.dispatchEvent(new Event('input', {bubbles: true})); return true";
    browser.run(typed, &[]).await;
    eventually("the first call", async || {
        let calls = browser.run("return window.calls.length", &[]).await;
        (calls.as_u64() == Some(1)).then_some(())
    })
    .await;
    browser.keys("n").await;
    browser.reads("#clients-found [role=option]", "Nadine Castellan").await;
    browser.reads("[data-suggest-target=said]", "1 client found").await;
    browser.holds("return window.calls.length === 2", &[]).await;
}

/// Whoever goes on to the next field while the preview comes is not taken back: the letters that follow would be commands.
#[tokio::test]
async fn a_preview_takes_nobody_back_to_the_field_before() {
    let (_app, browser, _) = desk().await;
    browser.open("/tickets/new").await;
    focus_on(&browser, "clientName").await;
    // The next field takes the focus after the answer has come and before the next frame is painted.
    let hasty = "const frames = (n, then) => n ? requestAnimationFrame(() => frames(n - 1, then)) : then(); \
                 new MutationObserver((seen) => { \
                   if (window.ended || !seen.some(({ addedNodes: [one] }) => one?.tagName === 'TURBO-STREAM')) return; \
                   document.getElementById('description').focus(); \
                   frames(5, () => (window.ended = document.activeElement.id)); \
                 }).observe(document.documentElement, { childList: true }); \
                 document.getElementById('issueType').focus()";
    browser.run(hasty, &[]).await;
    focus_on(&browser, "issueType").await;
    browser.keys(" ").await;
    browser.holds("return !!window.ended", &[]).await;
    assert_eq!(browser.run("return window.ended", &[]).await, "description");
    browser.reads("#preview", "SMS").await;
}
