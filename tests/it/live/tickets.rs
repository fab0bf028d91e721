//! A ticket's page that stays true, and who is editing it.

use redress::staff::Role;
use serde_json::json;

use super::{Stream, change, desk, ticket};
use crate::support::{Browser, PASSWORD};

#[tokio::test]
async fn a_page_is_told_to_renew_itself_by_every_kind_of_change() {
    let (app, browser, admin) = desk().await;
    let (mine, other) = (admin.ticket(json!({})).await, admin.ticket(json!({})).await);
    let path = format!("/tickets/{}", mine["ticketRef"].as_str().unwrap());
    let mut stream = Stream::open(&browser, &ticket(&browser.open(&path).await)).await;
    assert!(!stream.text.contains("live-renew"), "it is true so far: {}", stream.text);
    change(&admin, &other, json!({"priority": "Low"})).await;
    change(&admin, &mine, json!({"priority": "Low"})).await;
    let text = stream.until("live-renew").await;
    assert_eq!(text.matches("live-renew").count(), 1, "{text}");
    let now = |page: &crate::support::Page| page.attribute("#presence", "data-live-mark").unwrap();
    assert!(text.contains(&format!("mark=\"{}\"", now(&browser.open(&path).await))), "{text}");
    admin.post(&format!("/api{path}/notes"), &json!({"content": "Called."})).await;
    stream.until("live-renew").await;
    // Nothing of the ticket changes, but a message of it does.
    let worker = app.app.worker(&app.base);
    assert_eq!(worker.step().await.unwrap(), 2);
    // It is claimed and settled in two writes, and may be told of both.
    let text = stream.until(&format!("mark=\"{}\"", now(&browser.open(&path).await))).await;
    assert!(text.contains("live-renew"), "{text}");
}

#[tokio::test]
async fn what_changed_before_the_stream_was_open_is_told() {
    let (_app, browser, admin) = desk().await;
    let logged = admin.ticket(json!({})).await;
    let path = format!("/tickets/{}", logged["ticketRef"].as_str().unwrap());
    let page = ticket(&browser.open(&path).await);
    admin.post(&format!("/api{path}/notes"), &json!({"content": "Called."})).await;
    let mut stream = Stream::open(&browser, &page).await;
    stream.until("live-renew").await;
}

#[tokio::test]
async fn others_see_who_is_editing_and_when_they_are_done() {
    let (app, dev, admin) = desk().await;
    let user = app.user("Asha Menon", Role::Admin).await;
    let asha = Browser::new(&app.base);
    asha.submit("/login", &[("email", &user.email), ("password", PASSWORD)]).await;
    let logged = admin.ticket(json!({})).await;
    let reference = logged["ticketRef"].as_str().unwrap();
    let page = ticket(&dev.open(&format!("/tickets/{reference}")).await);
    let (mut hers, mut his) = (Stream::open(&asha, &page).await, Stream::open(&dev, &page).await);
    let say = async |who: &Browser, tab, on| {
        let page = who.submit("/live/editing", &[("ticket", reference), ("tab", tab), ("on", on)]).await;
        assert_eq!(page.status, 204);
    };
    say(&asha, "1", "1").await;
    his.until("Asha Menon\u{2069} is editing this ticket").await;
    // Who comes later sees it as well.
    let mut later = Stream::open(&dev, &page).await;
    later.until("Asha Menon\u{2069} is editing this ticket").await;
    say(&asha, "2", "1").await;
    say(&asha, "1", "0").await;
    say(&dev, "3", "1").await;
    let text = hers.until("Dev Anand\u{2069} is editing this ticket").await;
    assert!(!text.contains("Asha"), "nobody is told of themselves: {text}");
    say(&asha, "2", "0").await;
    let text = his.until("target=\"presence\"><template></template>").await;
    assert!(!text.contains("Dev"), "{text}");
}

#[tokio::test]
async fn a_page_fetched_in_place_leaves_the_toast_to_the_next_one() {
    let (_app, browser, admin) = desk().await;
    let logged = admin.ticket(json!({})).await;
    let path = format!("/tickets/{}", logged["ticketRef"].as_str().unwrap());
    assert_eq!(browser.submit(&format!("{path}/priority"), &[("priority", "Low")]).await.status, 303);
    let behind = browser.request("GET", &path).header("x-redress-live", "1");
    let behind = Browser::page(behind).await;
    assert!(behind.all("#flash .toast").is_empty() && behind.headers.get("set-cookie").is_none());
    assert_eq!(browser.open(&path).await.all("#flash .toast b"), ["Priority is now Low"]);
}
