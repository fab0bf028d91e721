//! Everything sent, waiting and failed.

use super::{AWAY, HOUR, NOON, REFUSE, desk, reference, toast};
use crate::notifications::fake_gateway::ACCEPT;

#[tokio::test]
async fn what_there_is_newest_first_and_a_page_at_a_time() {
    let desk = desk([]).await;
    let empty = desk.open("/notifications").await;
    assert_eq!(empty.all(".empty h2"), ["No messages yet"]);
    let mut logged = Vec::new();
    for place in 0..52 {
        logged.push(desk.log(&format!("Client {place}"), "07700 900142").await);
        desk.hand.advance(1000);
    }
    logged.reverse();
    let first = desk.open("/notifications").await;
    assert_eq!(first.all(".page-head .count"), ["52 messages"]);
    let second = desk.open(&first.attribute(".pager a[rel=next]", "href").unwrap()).await;
    let shown: Vec<String> = [&first, &second].into_iter().flat_map(|page| page.all("tbody .ref")).collect();
    let want: Vec<&str> = logged.iter().map(|path| reference(path)).collect();
    assert_eq!(shown, want, "pages neither repeat nor skip");
    assert_eq!(first.all("tbody tr").len(), 50);
    assert!(!second.has(".pager a[rel=next]"));
    let links = first.attributes("tbody .ref", "href");
    assert!(links[0].starts_with(&format!("{}#sms-", logged[0])));
    let text = &first.all("tbody td.roster__wide")[0];
    assert!(text.contains(reference(&logged[0])) && text.contains("STATUS"), "{text}");
    // The same through a filter, whose pages go by another index.
    let mut waiting = desk.open("/notifications?state=queued,sending").await;
    let mut shown = waiting.all("tbody .ref");
    waiting = desk.open(&waiting.attribute(".pager a[rel=next]", "href").unwrap()).await;
    shown.extend(waiting.all("tbody .ref"));
    assert_eq!(shown, want);
}

#[tokio::test]
async fn each_state_has_its_tab_with_its_count() {
    let desk = desk([ACCEPT, REFUSE, AWAY]).await;
    for phone in ["07700 900142", "07700 900143", "07700 900144"] {
        desk.log("Nadia Okonkwo", phone).await;
        desk.send().await;
    }
    desk.log("Nadia Okonkwo", "020 7946 0123").await;
    let page = desk.open("/notifications?state=failed").await;
    assert_eq!(
        page.all(".tabs--page a"),
        [
            "All 4",
            "Waiting 1",
            "Sent 1",
            "Delivered 0",
            "Failed 1",
            "Unknown 0",
            "Not sent 1",
            "Cancelled 0",
            "To call 2",
            "Templates",
            "Gateways"
        ]
    );
    assert_eq!(page.all(".tabs--page [aria-current]"), ["Failed 1"]);
    assert_eq!(page.all("tbody .num"), ["07700 900143"]);
    for tab in page.attributes(".tabs--page a:has(.count)", "href") {
        let page = desk.open(&tab).await;
        let rows = page.all("tbody tr, .calls > li").len();
        assert!(page.all(".tabs--page [aria-current] .count") == [rows.to_string()], "{tab}");
    }
    let day = desk.open("/notifications?from=2026-11-24&to=2026-11-24").await;
    assert_eq!(day.all(".empty h2"), ["No messages here"]);
    assert_eq!(desk.open("/notifications?state=failed&from=2026-11-23&to=2026-11-23").await.all("tbody tr").len(), 1);
    for odd in
        ["state=x", "state=", "after=x", "from=2026-13-01", "from=9999-12-31&to=9999-12-31", "to=0001-01-01", "x=1"]
    {
        desk.open(&format!("/notifications?{odd}")).await;
    }
}

#[tokio::test]
async fn one_is_sent_again_and_so_are_all_that_failed_after_a_count() {
    let desk = desk([REFUSE, REFUSE, REFUSE]).await;
    for place in 0..3 {
        desk.log(&format!("Client {place}"), &format!("07700 90014{place}")).await;
        desk.send().await;
    }
    let failed = desk.open("/notifications?state=failed").await;
    let forms = failed.attributes("tbody form", "action");
    let fields = [("back", "/notifications?state=failed")];
    let page = desk.browser.submit(&forms[0], &fields).await;
    assert_eq!((page.status, page.location.as_str()), (303, "/notifications?state=failed"));
    assert_eq!(toast(&desk, &page).await, "The message is queued again");
    let page = desk.browser.submit(&forms[0], &fields).await;
    assert_eq!(toast(&desk, &page).await, "The message has changed meanwhile and was left alone");
    let elsewhere = desk.browser.submit(&forms[0], &[("back", "https://evil.example")]).await;
    assert_eq!(elsewhere.location, "/notifications");

    let ask = desk.open(&failed.attribute(".page-head__end a", "href").unwrap()).await;
    assert!(ask.all(".sheet p")[0].starts_with("2 messages have failed."), "{:?}", ask.all(".sheet p"));
    // Only those of the channel that was asked about: none is an e-mail.
    let mail = desk.open("/notifications/resend?channel=sms").await;
    assert_eq!(mail.attribute("form.form-actions input[name=channel]", "value").as_deref(), Some("sms"));
    let page = desk.browser.submit("/notifications/resend", &[("channel", "email")]).await;
    assert_eq!(toast(&desk, &page).await, "0 queued again, 0 cannot be sent");
    let page = desk.browser.submit("/notifications/resend", &[("from", ""), ("to", "")]).await;
    assert_eq!(toast(&desk, &page).await, "2 queued again, 0 cannot be sent");
    let page = desk.browser.submit("/notifications/resend", &[]).await;
    assert_eq!(toast(&desk, &page).await, "0 queued again, 0 cannot be sent");
    desk.send().await;
    assert_eq!(desk.open("/notifications?state=sent").await.all("tbody tr").len(), 3);
    let none = desk.open("/notifications/resend").await;
    assert_eq!(none.all(".sheet p")[0], "No message has failed on these days.");
}

#[tokio::test]
async fn every_page_says_that_the_gateway_fails_since_when_and_how_many_wait() {
    let desk = desk([AWAY, AWAY, ACCEPT, ACCEPT]).await;
    assert!(!desk.open("/tickets").await.has(".notice--page"));
    for phone in ["07700 900142", "07700 900143"] {
        desk.log("Nadia Okonkwo", phone).await;
        desk.send().await;
        desk.hand.advance(1000);
    }
    for path in ["/tickets", "/reports", "/notifications", "/account", "/users"] {
        let page = desk.open(path).await;
        let words = &page.all(".notice--page")[0];
        assert!(words.contains("failing since 12:00"), "{path}: {words}");
        assert!(words.contains("2 SMS wait"), "{path}: {words}");
        let link = page.attribute(".notice--page a", "href").unwrap();
        assert!(link.starts_with("/notifications?state=queued"), "{link}");
    }
    desk.hand.advance(24 * HOUR - 2000 - HOUR);
    assert!(desk.open("/tickets").await.all(".notice--page")[0].contains("since 23 Nov 12:00"));
    desk.send().await;
    assert!(!desk.open("/tickets").await.has(".notice--page"), "it answers again");
    assert_eq!(desk.app.app.clock.now(), NOON + 23 * HOUR);
}

#[tokio::test]
async fn without_a_gateway_every_page_says_so_and_nobody_is_to_be_called() {
    let app = crate::support::TestApp::with(&[("region", "GB")]).await;
    let browser = app.browser().await;
    let admin = app.admin().await;
    admin.ticket(serde_json::json!({})).await;
    let page = browser.open("/notifications").await;
    assert!(page.all(".notice--page")[0].starts_with("No SMS gateway is set up"));
    assert_eq!(page.all("tbody .dlv"), ["Not sent"]);
    let calls = browser.open("/notifications/calls").await;
    assert_eq!(calls.all(".empty h2"), ["Nobody has to be called"]);
    let hindi = browser.request("GET", "/notifications").header("accept-language", "hi-IN");
    let hindi = crate::support::Browser::page(hindi).await;
    assert!(hindi.text.contains("प्रतीक्षा में") && hindi.text.contains("lang=\"hi-IN\""));
}
