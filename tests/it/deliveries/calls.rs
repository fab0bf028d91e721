//! Not delivered: call the client.

use super::{HOUR, REFUSE, desk, desk_with, reference, toast};
use redress::db::Tx;

use crate::notifications::fake_gateway::{ACCEPT, Act};

fn called(page: &crate::support::Page) -> Vec<String> {
    page.all(".calls .ref")
}

#[tokio::test]
async fn a_call_is_noted_on_the_ticket_once_and_the_client_is_off_the_list() {
    let desk = desk([REFUSE]).await;
    let path = desk.log("Nadia Okonkwo", "07700 900142").await;
    assert!(!desk.open("/tickets").await.has(".nav-item[data-alert]"), "it waits");
    desk.send().await;
    let bar = desk.open("/tickets").await;
    assert_eq!(bar.all(".nav-item[data-alert] .count"), ["1"]);
    assert_eq!(bar.attributes(".nav-item[data-alert]", "href"), ["/notifications/calls"]);
    let page = desk.open("/notifications/calls").await;
    assert_eq!(called(&page), [reference(&path)]);
    assert_eq!(page.attributes(".calls .call__tel", "href"), ["tel:+447700900142"]);
    assert!(page.all(".calls .call__who b")[0].contains("Nadia Okonkwo"));
    let form = page.attributes(".calls form", "action").into_iter().find(|action| action.ends_with("/called")).unwrap();
    let done = desk.browser.submit(&form, &[]).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/notifications/calls"));
    assert_eq!(toast(&desk, &done).await, "Noted on the ticket that the client was called");
    let again = desk.browser.submit(&form, &[]).await;
    assert_eq!(toast(&desk, &again).await, "Already off the list");
    assert!(called(&desk.open("/notifications/calls").await).is_empty());
    assert!(!desk.open("/tickets").await.has(".nav-item[data-alert]"));
    let ticket = desk.open(&format!("{path}?show=notes")).await;
    let notes = ticket.all(".timeline .ev__body");
    assert_eq!(notes, ["Called the client, since a message did not arrive (Ticket logged)."]);
    assert!(ticket.all(".timeline .ev__line")[0].starts_with("Dev Anand"));
    assert_eq!(desk.browser.submit(&form.replace(|c: char| c.is_ascii_digit(), "0"), &[]).await.status, 404);
}

#[tokio::test]
async fn sending_again_takes_the_client_off_until_it_fails_again() {
    let desk = desk([REFUSE, ACCEPT, REFUSE]).await;
    desk.log("Nadia Okonkwo", "07700 900142").await;
    desk.send().await;
    let page = desk.open("/notifications/calls").await;
    let form = page.attributes(".calls form", "action").into_iter().find(|action| action.ends_with("/resend")).unwrap();
    desk.browser.submit(&form, &[]).await;
    assert!(called(&desk.open("/notifications/calls").await).is_empty());
    desk.send().await;
    assert!(called(&desk.open("/notifications/calls").await).is_empty(), "the gateway took it");
    desk.browser.submit(&form, &[]).await;
    desk.send().await;
    assert_eq!(called(&desk.open("/notifications/calls").await).len(), 1);
}

#[tokio::test]
async fn nobody_is_called_who_was_reached_another_way() {
    let whatsapp = [
        ("notify.created", "sms, whatsapp"),
        ("whatsapp.phone_number_id", "106540352242922"),
        ("whatsapp.access_token", "EAAtoken"),
        ("whatsapp.app_secret", "secret"),
        ("whatsapp.verify_token", "verify me"),
        ("whatsapp.base_url", "http://127.0.0.1:9/"),
        ("whatsapp.language", "en"),
        ("whatsapp.template.created", "ticket_logged"),
    ];
    let desk = desk_with([], &whatsapp).await;
    let landline = desk.log("Land Line", "020 7946 0123").await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline)], "the other waits");
    let arrive = async |state: i64| {
        let sql = "UPDATE notifications SET state = $1 WHERE channel = 'whatsapp'";
        let arrive = move |tx: &mut Tx<'_>| tx.execute(sql, &[state.into()]);
        assert_eq!(desk.app.app.db.write(arrive).await.unwrap(), 1);
    };
    arrive(2).await;
    assert_eq!(called(&desk.open("/notifications/calls").await).len(), 1, "sent is not yet there");
    arrive(3).await;
    let page = desk.open("/notifications/calls").await;
    assert!(called(&page).is_empty() && !page.has(".nav-item[data-alert]"));
}

#[tokio::test]
async fn who_is_called_is_who_does_not_know_how_things_stand() {
    let desk = desk([REFUSE, REFUSE, ACCEPT, Act::Cut, Act::Cut]).await;
    // A landline gets none at all.
    let landline = desk.log("Land Line", "020 7946 0123").await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline)]);
    // It failed while the ticket is open; it does not matter any more once the client is told that it is fixed…
    desk.hand.advance(1000);
    let fixed = desk.log("Late News", "07700 900143").await;
    desk.send().await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline), reference(&fixed)]);
    desk.set(&fixed, "Fixed").await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline)]);
    // …which may fail in its turn, until the ticket is opened again, and a second SMS says that it is fixed.
    desk.hand.advance(HOUR);
    desk.send().await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline), reference(&fixed)]);
    desk.set(&fixed, "Open").await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline), reference(&fixed)]);
    desk.set(&fixed, "Fixed").await;
    desk.hand.advance(HOUR);
    desk.send().await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline)]);
    // Nobody can tell whether it arrived.
    let doubtful = desk.log("Doubt Ful", "07700 900144").await;
    desk.send().await;
    desk.hand.advance(60_000);
    desk.send().await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&landline), reference(&doubtful)]);
    // What is closed is done with, and the hourly sweep forgets it.
    desk.set(&landline, "Fixed").await;
    desk.set(&landline, "Closed").await;
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&doubtful)]);
    let now = desk.app.app.clock.now();
    let swept = desk.app.app.db.write(move |tx| redress::notifications::sweep(tx, now)).await.unwrap();
    assert!(swept >= 2, "{swept}: both SMS of the landline");
    assert_eq!(called(&desk.open("/notifications/calls").await), [reference(&doubtful)]);
}
