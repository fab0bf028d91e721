//! A ticket's life on its page: status, technician, SMS, undo, notes.

use redress::clock::Clock;

use super::{FIELDS, NOON, desk, log, toast};
use crate::support::{Browser, Page, TestApp};

async fn set(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.submit(&format!("{path}/status"), fields).await;
    assert_eq!((page.status, page.location.as_str()), (303, path), "{:?}", page.all(".error-summary"));
    browser.open(path).await
}

/// The status that the page shows.
fn status(page: &Page) -> String {
    page.all(".status-btn[popovertarget=m-status]").remove(0)
}

/// The states of its SMS, newest first.
fn sms(page: &Page) -> Vec<String> {
    page.attributes(".dlv", "data-dlv")
}

#[tokio::test]
async fn from_new_to_closed() {
    let (app, hand, browser) = desk().await;
    let aisha = app.technician("Aisha Bello").await;
    let path = log(&browser, &[]).await;
    hand.advance(60_000);
    let reference = path.trim_start_matches("/tickets/");
    let page = set(&browser, &path, &[("status", "In Progress")]).await;
    assert_eq!(toast(&page), ["Status is now In Progress"]);
    assert_eq!(status(&page), "In Progress");

    let refused = browser.submit(&format!("{path}/status"), &[("status", "Dispatched")]).await;
    assert_eq!(refused.status, 422, "Dispatched needs a technician");
    assert_eq!(status(&refused), "In Progress");
    let ask = browser.open(&format!("{path}/status?status=Dispatched")).await;
    assert!(ask.has(&format!("select[name=assignedTo] option[value='{}']", aisha.id)));
    let id = aisha.id.to_string();
    let page = set(&browser, &path, &[("status", "Dispatched"), ("assignedTo", &id)]).await;
    assert_eq!(status(&page), "Dispatched");
    assert!(page.all(".split__rail").concat().contains("Aisha Bello"));
    let kept = browser.submit(&format!("{path}/assignment"), &[("assignedTo", "")]).await;
    assert!(kept.status == 409 || kept.status == 422, "a dispatched ticket keeps its technician: {}", kept.status);

    let preview = browser.open(&format!("{path}/status?status=Fixed")).await;
    let text = preview.all(".sms__bubble").remove(0);
    assert!(text.contains(reference) && text.contains("resolved"), "{text}");
    let page = set(&browser, &path, &[("status", "Fixed")]).await;
    assert_eq!(toast(&page), ["Marked fixed. The SMS goes in 20 seconds"]);
    assert_eq!(sms(&page), ["queued", "queued"]);
    assert!(page.all(".ev__body[data-kind=sms]")[0].starts_with(&text), "what goes out is what was shown");
    hand.advance(20_001);
    let page = set(&browser, &path, &[("status", "Closed")]).await;
    assert_eq!(status(&page), "Closed");
    let lines = page.all(".timeline .ev__line");
    let moves = ["Fixed to Closed", "Dispatched to Fixed", "In Progress to Dispatched", "New to In Progress"];
    let told: Vec<_> = lines.iter().filter(|line| line.contains("changed status from")).collect();
    assert_eq!(told.len(), moves.len(), "{lines:?}");
    for (line, step) in told.iter().zip(moves) {
        let (from, to) = step.split_once(" to ").unwrap();
        assert!(line.contains(&format!("from {from} to {to}")), "{line}");
    }
    assert!(lines.last().unwrap().contains("logged this ticket as New"), "{lines:?}");
    let record = app.admin().await.get(&format!("/api{path}")).await.json;
    let statuses: Vec<_> =
        record["statusHistory"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["New", "In Progress", "Dispatched", "Fixed", "Closed"]);
}

#[tokio::test]
async fn a_refused_move_changes_nothing_and_says_why() {
    let (_app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let page = browser.submit(&format!("{path}/status"), &[("status", "Closed"), ("content", "typed")]).await;
    assert_eq!(page.status, 422);
    assert!(page.all("title")[0].starts_with("Error: "));
    let words = page.all(".error-summary").concat();
    assert!(words.contains("Closed") && words.contains("Fixed"), "names the move and what is open: {words}");
    assert_eq!(status(&page), "New");
    assert_eq!(page.all("#content"), ["typed"], "a note sent along is not lost");
    assert_eq!(browser.open(&path).await.all(".timeline .ev").len(), 2);
    let ask = browser.open(&format!("{path}/status")).await;
    assert!(ask.has("input[name=status][value=Closed][disabled]"));
    assert!(ask.all("label[data-status=closed] small").concat().contains("after Fixed"));
}

#[tokio::test]
async fn fixed_is_undone_while_its_sms_waits() {
    let (_app, hand, browser) = desk().await;
    let path = log(&browser, &[]).await;
    set(&browser, &path, &[("status", "In Progress")]).await;
    let page = set(&browser, &path, &[("status", "Fixed"), ("content", "Credit note posted.")]).await;
    let undo = page.attribute("#flash form", "action").unwrap();
    assert_eq!(undo, format!("{path}/undo"));
    assert!(page.all(".timeline").concat().contains("Credit note posted."));
    hand.advance(19_000);
    let back = browser.submit(&undo, &[]).await;
    assert_eq!((back.status, back.location.as_str()), (303, path.as_str()));
    let page = browser.open(&path).await;
    assert_eq!(toast(&page), ["Undone. Status is In Progress again and no SMS goes out"]);
    assert_eq!(status(&page), "In Progress");
    assert_eq!(sms(&page), ["cancelled", "queued"]);
    assert_eq!(browser.submit(&undo, &[]).await.status, 422, "there is nothing to undo twice");

    set(&browser, &path, &[("status", "Fixed")]).await;
    hand.advance(20_001);
    let late = browser.submit(&undo, &[]).await;
    assert_eq!(late.status, 422);
    assert_eq!(status(&late), "Fixed");
    assert!(!browser.open(&path).await.has(&format!("form[action='{undo}']")), "no Undo that would be refused");
}

#[tokio::test]
async fn a_second_click_on_fixed_says_that_it_is_fixed() {
    let none = TestApp::with_clock(&[("region", "GB")], Clock::fixed(NOON, 11).0).await;
    let browser = none.browser().await;
    let path = log(&browser, &[]).await;
    for words in ["Marked fixed", "Already Fixed"] {
        assert_eq!(toast(&set(&browser, &path, &[("status", "Fixed")]).await), [words]);
    }
    set(&browser, &path, &[("status", "Open")]).await;
    for words in ["Marked fixed", "Already Fixed"] {
        let page = set(&browser, &path, &[("status", "Fixed"), ("idempotencyKey", "two")]).await;
        assert_eq!(toast(&page), [words]);
    }
    let edit = browser.submit(&format!("{path}/edit"), &[("clientName", "Nadia Okonkwo"), ("status", "Fixed")]).await;
    assert_eq!(edit.status, 303);
    assert_eq!(toast(&browser.open(&path).await), ["Nothing changed"]);
}

#[tokio::test]
async fn where_there_is_no_technician_the_page_says_so() {
    let (app, _, browser) = desk().await;
    let path = log(&browser, &[]).await;
    let ask = browser.open(&format!("{path}/status?status=Dispatched")).await;
    assert!(ask.has("form.split__main a[href='/users']") && !ask.has("select"), "no empty menu");
    assert!(!ask.has("form.split__main button"), "nothing that would be refused");
    assert!(ask.has(&format!(".form-actions a[href='{path}']")), "but a way back");
    for other in ["status", "assignment"] {
        let page = browser.open(&format!("{path}/{other}")).await;
        assert!(page.has("form.split__main a[href='/users']") && page.has("form.split__main button"), "{other}");
    }
    app.technician("Aisha Bello").await;
    let ask = browser.open(&format!("{path}/status?status=Dispatched")).await;
    assert!(!ask.has("form.split__main a[href='/users']") && ask.has("select") && ask.has("form.split__main button"));
}

#[tokio::test]
async fn notes_priority_and_technician() {
    let (app, _, browser) = desk().await;
    let aisha = app.technician("Aisha Bello").await.id.to_string();
    let path = log(&browser, &[]).await;
    let empty = browser.submit(&format!("{path}/notes"), &[("content", "  ")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.has("#content[aria-invalid=true][aria-describedby=content-err]") && empty.has("#content-err"));
    let note = [("content", "Line one\r\nline two"), ("idempotencyKey", "once")];
    for _ in 0..2 {
        let page = browser.submit(&format!("{path}/notes"), &note).await;
        assert_eq!((page.status, page.location.as_str()), (303, path.as_str()));
    }
    let page = browser.open(&format!("{path}?show=notes")).await;
    assert_eq!(page.all(".timeline .ev__body"), ["Line one line two"], "sent twice, added once");
    assert_eq!(page.all(".tabs .count"), ["1", "1", "1"]);
    for (action, fields, words) in [
        ("priority", [("priority", "Urgent")].as_slice(), "Priority is now Urgent"),
        ("priority", &[("priority", "Urgent")], "Nothing changed"),
        ("assignment", &[("assignedTo", &aisha)], "Technician assigned"),
        ("assignment", &[("assignedTo", "")], "Technician removed"),
        ("assignment", &[("assignedTo", &aisha), ("status", "Dispatched")], "Status is now Dispatched"),
    ] {
        assert_eq!(browser.open(&format!("{path}/{action}")).await.status, 200);
        let page = browser.submit(&format!("{path}/{action}"), fields).await;
        assert_eq!((page.status, page.location.as_str()), (303, path.as_str()), "{action} {fields:?}");
        assert_eq!(toast(&browser.open(&path).await), [words]);
    }
    let refused = browser.submit(&format!("{path}/priority"), &[("priority", "Low"), ("clientName", "X")]).await;
    assert_eq!(refused.status, 422, "a small form changes nothing else");
    assert!(browser.open(&path).await.all(".ticket-head h1")[0].ends_with("Nadia Okonkwo"));
}

#[tokio::test]
async fn no_page_promises_an_sms_that_will_not_go() {
    let landline = ("clientPhone", "020 7946 0142");
    let stopped = ("clientPhone", "07700 900555");
    let none = TestApp::with_clock(&[("region", "GB")], Clock::fixed(NOON, 11).0).await;
    let (set, _, browser) = desk().await;
    let hook = "/hooks/sms/kannel/inbound?from=%2B447700900555&to=1&text=STOP&secret=";
    assert_eq!(browser.open(&format!("{hook}{}", set.app.hook_secret())).await.status, 200);
    let form = browser.open("/tickets/new").await;
    assert_eq!(form.all(".form-actions .btn--primary"), ["Log ticket and send SMSCtrl ↵"]);

    let gatewayless = none.browser().await;
    let form = gatewayless.open("/tickets/new").await;
    assert_eq!(form.all(".form-actions .btn--primary"), ["Log ticketCtrl ↵"]);
    let words = form.all("main").concat();
    assert!(words.contains("sms.gateway") && !words.contains("go in the SMS"), "{words}");

    for (browser, number, why) in
        [(&gatewayless, FIELDS[1], "sms.gateway"), (&browser, landline, "landline"), (&browser, stopped, "STOP")]
    {
        let path = log(browser, &[number]).await;
        let page = browser.open(&path).await;
        let ask = browser.open(&format!("{path}/status?status=Fixed")).await;
        let other = browser.open(&format!("{path}/status")).await;
        let edit = browser.open(&format!("{path}/edit")).await;
        assert_eq!(ask.all("form.split__main button"), ["Mark fixed"], "{why}");
        assert_eq!(page.all("#fix button[type=submit]"), ["Mark fixed"], "{why}");
        assert_eq!((ask.all("h1"), page.all("#fix-h")), (vec!["Mark fixed?".into()], vec!["Mark fixed?".into()]));
        for page in [&page, &ask, &other, &edit] {
            assert!(page.all("main").concat().contains(why), "{why}");
            assert!(!page.has(".sms__bubble") && !page.all("main").concat().contains("Sends the client"), "{why}");
        }
        assert!(!page.has("form[action$=resend]") && !page.all("main").concat().contains("log only"), "{why}");
    }
    let path = log(&browser, &[]).await;
    let page = browser.open(&path).await;
    assert_eq!(page.all("#fix button[type=submit]"), ["Mark fixed and send"]);
    assert!(page.has("#fix .sms__bubble") && page.all("#m-status").concat().contains("Sends the client an SMS"));
}

#[tokio::test]
async fn an_sms_that_did_not_go_is_sent_again() {
    let (app, _, browser) = desk().await;
    let hook = |text: &str| {
        format!("/hooks/sms/kannel/inbound?from=%2B447700900142&to=1&text={text}&secret={}", app.app.hook_secret())
    };
    assert_eq!(browser.open(&hook("STOP")).await.status, 200);
    let path = log(&browser, &[]).await;
    let page = browser.open(&path).await;
    assert_eq!(sms(&page), ["suppressed"]);
    assert!(!page.has(".ev__body form"), "no Send again to a number that has sent STOP");
    assert!(page.all(".ev__body[data-kind=sms]").concat().contains("START"), "but why, and the remedy");
    assert_eq!(browser.open(&hook("START")).await.status, 200);
    let again = browser.open(&path).await.attribute(".ev__body form", "action").unwrap();
    let done = browser.submit(&again, &[]).await;
    assert_eq!((done.status, done.location.as_str()), (303, path.as_str()));
    let page = browser.open(&path).await;
    assert_eq!(toast(&page), ["The message is queued again"]);
    assert_eq!(sms(&page), ["queued"]);
    assert_eq!(browser.submit(&again, &[]).await.status, 422, "it waits already");
    let other = log(&browser, &[]).await;
    let crossed = again.replace(&path, &other);
    assert_eq!(browser.submit(&crossed, &[]).await.status, 404, "another ticket's SMS");
}
