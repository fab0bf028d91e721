//! What is typed and not sent: kept for whoever typed it, for a day, and gone with the form.

use redress::{
    clock::{Clock, Hand},
    staff::Role,
};

use crate::support::{Browser, PASSWORD, Page, TestApp};

const NOON: i64 = 1_795_435_200_000;
const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
const SETTINGS: [(&str, &str); 2] = [("region", "GB"), ("worker", "false")];

async fn desk() -> (TestApp, Hand, Browser) {
    let (clock, hand) = Clock::fixed(NOON, 5);
    let app = TestApp::with_clock(&SETTINGS, clock).await;
    let browser = app.browser().await;
    (app, hand, browser)
}

async fn sign_in(app: &TestApp, name: &str, role: Role) -> Browser {
    let user = app.user(name, role).await;
    let browser = Browser::new(&app.base);
    log_in(&browser, &user.email, "").await;
    browser
}

async fn log_in(browser: &Browser, email: &str, next: &str) -> Page {
    let page = browser.submit("/login", &[("email", email), ("password", PASSWORD), ("next", next)]).await;
    assert_eq!(page.status, 303, "{}", page.text);
    page
}

/// Keeps a draft as the page's script does.
async fn keep(browser: &Browser, form: &str, fields: &[(&str, &str)]) -> Page {
    let request = browser.request("PUT", &format!("/drafts/{form}")).header("sec-fetch-site", "same-origin");
    Browser::page(request.form(fields)).await
}

const TYPED: [(&str, &str); 6] = [
    ("clientName", "Zoë Quill"),
    ("clientPhone", "07700 9001"),
    ("description", "Half a sen"),
    ("priority", "Urgent"),
    ("keepClient", "on"),
    ("idempotencyKey", "k1"),
];

const WHOLE: [(&str, &str); 5] = [
    ("clientName", "Zoë Quill"),
    ("clientPhone", "07700 900142"),
    ("issueType", "Other"),
    ("description", "Half a sentence, and the rest."),
    ("idempotencyKey", "k1"),
];

fn name(page: &Page) -> String {
    page.attribute("#clientName", "value").unwrap()
}

#[tokio::test]
async fn a_draft_comes_back_until_it_is_discarded() {
    let (_app, hand, browser) = desk().await;
    hand.advance(5 * MINUTE);
    let kept = keep(&browser, "ticket", &TYPED).await;
    assert_eq!((kept.status, kept.text.as_str()), (200, "Draft saved 12:05"));
    hand.advance(HOUR);
    let page = browser.open("/tickets/new").await;
    assert_eq!(name(&page), "Zoë Quill");
    assert_eq!(page.all("#description"), ["Half a sen"]);
    assert_eq!(page.attribute("input[name=priority][checked]", "value").as_deref(), Some("Urgent"));
    assert_eq!(page.attribute("input[name=idempotencyKey]", "value").as_deref(), Some("k1"));
    assert!(page.has("[name=keepClient][checked]"));
    assert!(page.all(".draft")[0].contains("Draft from 12:05 restored"), "{:?}", page.all(".draft"));
    // What the address asks for is not mixed with what was typed before.
    let asked = browser.open("/tickets/new?clientName=Peter").await;
    assert_eq!((name(&asked).as_str(), asked.all("#description").remove(0).as_str()), ("Peter", ""));
    assert!(asked.all(".draft")[0].contains("draft from 12:05") && asked.has(".draft a[href='/tickets/new']"));
    let gone = browser.submit("/drafts/ticket/discard", &[("idempotencyKey", "k1")]).await;
    assert_eq!((gone.status, gone.location.as_str()), (303, "/tickets/new"));
    let page = browser.open("/tickets/new").await;
    assert_eq!((name(&page).as_str(), page.all("#flash .toast b").remove(0).as_str()), ("", "Draft discarded"));
    assert!(!page.all(".draft")[0].contains("restored"));
}

#[tokio::test]
async fn a_draft_goes_with_its_ticket_and_no_late_save_brings_it_back() {
    let (_app, _, browser) = desk().await;
    keep(&browser, "ticket", &TYPED).await;
    let refused = browser.submit("/tickets/new", &TYPED).await;
    assert_eq!(refused.status, 422);
    assert_eq!(name(&browser.open("/tickets/new").await), "Zoë Quill", "a refused form keeps its draft");
    assert_eq!(browser.submit("/tickets/new", &WHOLE).await.status, 303);
    assert_eq!(name(&browser.open("/tickets/new").await), "");
    let late = keep(&browser, "ticket", &WHOLE).await;
    assert_eq!((late.status, late.text.as_str()), (200, ""));
    assert_eq!(name(&browser.open("/tickets/new").await), "");
    // The next ticket has a form, and a draft, of its own.
    let other = [("clientName", "Peter"), ("idempotencyKey", "k2")];
    assert!(keep(&browser, "ticket", &other).await.text.starts_with("Draft saved"));
    assert_eq!(name(&browser.open("/tickets/new").await), "Peter");
    // The first form sent once more, as by a second click, does nothing, to the draft neither.
    assert_eq!(browser.submit("/tickets/new", &WHOLE).await.status, 303);
    assert_eq!(name(&browser.open("/tickets/new").await), "Peter");
}

#[tokio::test]
async fn what_another_window_typed_stays_when_this_one_is_sent() {
    let (_app, _, browser) = desk().await;
    keep(&browser, "ticket", &[("clientName", "Peter"), ("idempotencyKey", "k2")]).await;
    assert_eq!(browser.submit("/tickets/new", &WHOLE).await.status, 303);
    assert_eq!(name(&browser.open("/tickets/new").await), "Peter");
}

#[tokio::test]
async fn a_draft_that_was_emptied_is_none() {
    let (_app, _, browser) = desk().await;
    keep(&browser, "ticket", &TYPED).await;
    let blank = keep(&browser, "ticket", &[("clientName", " "), ("priority", "High"), ("idempotencyKey", "k1")]).await;
    assert_eq!((blank.status, blank.text.as_str()), (200, ""));
    assert!(!browser.open("/tickets/new").await.all(".draft")[0].contains("restored"));
}

#[tokio::test]
async fn a_draft_is_its_writers_alone() {
    let (app, _, browser) = desk().await;
    keep(&browser, "ticket", &TYPED).await;
    let other = sign_in(&app, "Priya Raman", Role::Admin).await;
    assert_eq!(name(&other.open("/tickets/new").await), "");
    other.submit("/drafts/ticket/discard", &[("idempotencyKey", "k1")]).await;
    keep(&other, "ticket", &[("clientName", "Hers"), ("idempotencyKey", "k1")]).await;
    assert_eq!(name(&browser.open("/tickets/new").await), "Zoë Quill");
    let technician = sign_in(&app, "Tomasz", Role::Technician).await;
    assert_eq!(keep(&technician, "ticket", &TYPED).await.status, 403);
    for path in ["/drafts/ticket", "/drafts/ticket/discard", "/tickets/new/preview"] {
        assert_eq!(technician.submit(path, &TYPED).await.status, 403, "{path}");
        let nobody = Browser::new(&app.base).submit(path, &TYPED).await;
        assert_eq!((nobody.status, nobody.location.as_str()), (303, "/login"), "{path}");
    }
    let nobody = keep(&Browser::new(&app.base), "ticket", &TYPED).await;
    assert_eq!(nobody.status, 401);
    assert!(nobody.text.contains("not saved"), "{}", nobody.text);
    for form in ["nothing", "note-1", "TICKET"] {
        assert_eq!(keep(&browser, form, &TYPED).await.status, 404, "{form}");
    }
}

#[tokio::test]
async fn after_a_day_a_draft_is_gone() {
    let (app, hand, browser) = desk().await;
    keep(&browser, "ticket", &TYPED).await;
    for _ in 0..23 {
        hand.advance(HOUR);
        browser.open("/tickets").await;
    }
    assert_eq!(name(&browser.open("/tickets/new").await), "Zoë Quill");
    hand.advance(HOUR);
    assert_eq!(name(&browser.open("/tickets/new").await), "", "also before it is swept");
    let now = app.app.clock.now();
    let swept = app.app.db.write(move |tx| redress::drafts::sweep(tx, now)).await.unwrap();
    assert_eq!(swept, 1);
}

#[tokio::test]
async fn notes_have_drafts_of_their_own() {
    let (_app, _, browser) = desk().await;
    let paths = [browser.submit("/tickets/new", &WHOLE).await.location, {
        let other: Vec<_> = WHOLE[..4].to_vec();
        browser.submit("/tickets/new", &other).await.location
    }];
    let url = browser.open(&paths[0]).await.attribute(".composer", "data-draft-url-value").unwrap();
    let form = url.strip_prefix("/drafts/").unwrap();
    assert_eq!(keep(&browser, form, &[("content", "Called, no ans"), ("idempotencyKey", "n1")]).await.status, 200);
    let page = browser.open(&paths[0]).await;
    assert_eq!(page.all("#content"), ["Called, no ans"]);
    assert!(page.all(".composer")[0].contains("Draft from 12:00 restored"), "{:?}", page.all(".composer"));
    assert_eq!(browser.open(&paths[1]).await.all("#content"), [""], "another ticket, another note");
    let notes = format!("{}/notes", paths[0]);
    let added = browser.submit(&notes, &[("content", "Called, no answer."), ("idempotencyKey", "n1")]).await;
    assert_eq!(added.status, 303);
    let page = browser.open(&paths[0]).await;
    assert_eq!(page.all("#content"), [""]);
    assert_eq!(keep(&browser, form, &[("content", "Called, no ans"), ("idempotencyKey", "n1")]).await.text, "");
    keep(&browser, form, &[("content", "Another"), ("idempotencyKey", "n2")]).await;
    let gone = browser.submit(&format!("{url}/discard"), &[("content", "Another"), ("idempotencyKey", "n2")]).await;
    assert_eq!(gone.status, 303);
    let page = browser.open(&gone.location).await;
    assert_eq!((page.status, page.location.as_str()), (303, paths[0].as_str()));
    assert_eq!(browser.open(&paths[0]).await.all("#content"), [""]);
}

#[tokio::test]
async fn a_session_that_ends_while_one_types_loses_nothing() {
    let (app, hand, browser) = desk().await;
    let path = browser.submit("/tickets/new", &WHOLE[..4]).await.location;
    hand.advance(13 * HOUR);
    // The script's save.
    let kept = keep(&browser, "ticket", &TYPED).await;
    assert_eq!(kept.status, 401);
    assert!(kept.text.contains("kept as your draft"), "{}", kept.text);
    // The form itself, with more than was kept.
    let sent = browser.submit("/tickets/new", &[&WHOLE[..4], &[("idempotencyKey", "k9")]].concat()).await;
    assert_eq!((sent.status, sent.location.as_str()), (303, "/login?next=%2Ftickets%2Fnew"));
    let note = browser.submit(&format!("{path}/notes"), &[("content", "Rang twice"), ("idempotencyKey", "n1")]).await;
    assert!(note.location.starts_with("/login?next=%2Ftickets%2F"), "{}", note.location);
    assert!(browser.open("/login").await.all("#flash .toast b")[0].contains("kept as your draft"));
    // The old session shows nothing of it, and another admin at the same desk sees nothing either.
    assert_eq!(browser.open("/tickets/new").await.status, 303);
    let priya = app.user("Priya Raman", Role::Admin).await;
    let other = Browser::new(&app.base);
    log_in(&other, &priya.email, "").await;
    assert_eq!(name(&other.open("/tickets/new").await), "");
    let back = log_in(&browser, "dev.anand@isp.example", "/tickets/new").await;
    let page = browser.open(&back.location).await;
    assert_eq!((name(&page).as_str(), page.all("#description").remove(0).as_str()), ("Zoë Quill", WHOLE[3].1));
    assert_eq!(browser.open(&path).await.all("#content"), ["Rang twice"]);
    assert_eq!(browser.open("/tickets").await.all("tbody tr").len(), 1, "nothing was logged meanwhile");
}

#[tokio::test]
async fn a_session_that_was_ended_keeps_nothing() {
    let (app, _, browser) = desk().await;
    let stolen = browser.clone();
    let cookie = format!("redress_session={}", session_of(&browser).await);
    browser.submit("/logout", &[]).await;
    let request = stolen.request("PUT", "/drafts/ticket").header("cookie", cookie).form(&TYPED);
    assert_eq!(Browser::page(request).await.status, 401);
    let again = Browser::new(&app.base);
    log_in(&again, "dev.anand@isp.example", "").await;
    assert_eq!(name(&again.open("/tickets/new").await), "");
}

/// The token of a fresh session, which the browser has from now on.
async fn session_of(browser: &Browser) -> String {
    let page = log_in(browser, "dev.anand@isp.example", "").await;
    let cookies = page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap().to_owned());
    let session = cookies.into_iter().find_map(|cookie| cookie.strip_prefix("redress_session=").map(ToOwned::to_owned));
    session.unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn there_is_an_end_to_what_is_kept() {
    let (_app, hand, browser) = desk().await;
    let long = "x".repeat(200_000);
    assert_eq!(keep(&browser, "ticket", &[("description", &long)]).await.status, 422);
    keep(&browser, "ticket", &TYPED).await;
    for one in 0..50 {
        hand.advance(1000);
        let form = format!("note-019aab00-0000-7000-8000-0000000000{one:02x}");
        assert_eq!(keep(&browser, &form, &[("content", "x")]).await.status, 200);
    }
    assert_eq!(name(&browser.open("/tickets/new").await), "", "the oldest of 51 goes");
}
