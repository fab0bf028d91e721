//! When phones are left in peace, how much is sent to one, in a day and to which countries, and what the law wants told.

use redress::notifications::State;

use super::{
    fake_gateway::{self, FakeGateway},
    fake_http::{Act, FakeHttp, answer},
    post::{MOBILE, Post, path},
};

use crate::support::eventually;

/// Noon of 3 November 2026, UTC, is when the clock of a post room begins.
const HOUR: i64 = 3_600_000;

const BUSY: fake_gateway::Act = fake_gateway::Act::Answer(503, "");

async fn post(gateway: &FakeGateway, more: &[(&str, &str)]) -> Post {
    let settings = [
        ("sms.gateway", "kannel"),
        ("sms.kannel.url", gateway.url.as_str()),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "sendpw"),
    ];
    Post::with(&[&settings[..], more].concat()).await
}

async fn send(post: &Post) {
    while post.worker.step().await.unwrap() > 0 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn at_night_a_new_ticket_is_told_and_a_fixed_one_in_the_morning() {
    let gateway = FakeGateway::start([BUSY]).await;
    let post = post(&gateway, &[("sms.quiet_hours", "21:00-08:00")]).await;
    post.hand.advance(10 * HOUR);
    let ticket = post.log().await;
    post.fix(ticket, 0).await;
    for _ in 0..4 {
        send(&post).await;
        post.hand.advance(HOUR);
    }
    let all = post.messages(ticket).await;
    assert_eq!((all[0].state, all[1].state), (State::Sent, State::Queued));
    assert_eq!((all[1].reason.as_deref(), path(&all[1])), (Some("quiet hours"), vec!["queued", "queued"]));
    assert_eq!(gateway.requests().len(), 2, "a failure and the new ticket");
    post.hand.advance(6 * HOUR - 1);
    send(&post).await;
    assert_eq!(post.messages(ticket).await[1].state, State::Queued, "one millisecond before eight");
    post.hand.advance(1);
    send(&post).await;
    assert_eq!(post.messages(ticket).await[1].state, State::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_gets_so_many_in_a_day_and_the_rest_later() {
    let gateway = FakeGateway::start([]).await;
    let post = post(&gateway, &[("sms.per_number", "3")]).await;
    for _ in 0..4 {
        post.log().await;
    }
    let other = post.log_for("+447700900199", "Other").await;
    send(&post).await;
    assert_eq!((gateway.requests().len(), post.state(other).await), (3, State::Sent), "others have their own");
    post.hand.advance(12 * HOUR);
    send(&post).await;
    assert_eq!(gateway.requests().len(), 4, "half a day later one more");
    post.hand.advance(12 * HOUR - 1);
    send(&post).await;
    assert_eq!(gateway.requests().len(), 4, "three in any day");
}

/// A fault that passes must not use up what the number may get, or hold the message for a day.
#[tokio::test(flavor = "multi_thread")]
async fn a_further_try_is_not_counted_again() {
    let gateway = FakeGateway::start([BUSY, BUSY]).await;
    let post = post(&gateway, &[("sms.per_number", "1"), ("sms.per_day", "1")]).await;
    let ticket = post.log().await;
    for _ in 0..4 {
        send(&post).await;
        post.hand.advance(10_000);
    }
    assert_eq!((gateway.requests().len(), post.state(ticket).await), (3, State::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn to_be_asked_to_slow_down_spends_nothing() {
    let server = FakeHttp::start((0..5).map(|_| answer(429, "")).chain([answer(200, "")])).await;
    let url = format!("{}/?to={{to}}&text={{text}}", server.url);
    let post = Post::with(&[
        ("sms.gateway", "http"),
        ("sms.http.url", &url),
        ("sms.http.method", "GET"),
        ("sms.per_number", "1"),
        ("sms.per_day", "1"),
    ])
    .await;
    let ticket = post.log().await;
    for _ in 0..10 {
        send(&post).await;
        post.hand.advance(10_000);
    }
    assert_eq!((server.asked().len(), post.state(ticket).await), (6, State::Sent));
}

/// Some gateways ask for a pause for the sake of one phone.
#[tokio::test(flavor = "multi_thread")]
async fn one_phone_that_is_put_off_again_and_again_holds_up_no_other() {
    let busy = Act::Answer(429, "Retry-After: 5\r\n", String::new());
    let server =
        FakeHttp::answering(move |asked| if asked.path.contains("900199") { busy.clone() } else { answer(200, "") })
            .await;
    let url = format!("{}/?to={{to}}&text={{text}}", server.url);
    let settings = [("sms.gateway", "http"), ("sms.http.url", url.as_str()), ("sms.http.method", "GET")];
    let post = Post::with(&settings).await;
    let slow = post.log_for("+447700900199", "Full").await;
    let mut others = Vec::new();
    // An hour in which somebody calls each minute.
    for _ in 0..60 {
        others.push(post.log().await);
        for _ in 0..12 {
            send(&post).await;
            post.hand.advance(5_000);
        }
    }
    for other in others {
        assert_eq!(post.state(other).await, State::Sent);
    }
    assert_eq!(post.state(slow).await, State::Queued);
    let tries = server.asked().len() - 60;
    assert!((10..100).contains(&tries), "it waits longer the older it is: {tries}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_night_a_second_try_waits_too() {
    let gateway = FakeGateway::start([fake_gateway::Act::Cut, BUSY]).await;
    let post = post(&gateway, &[("sms.quiet_hours", "21:00-08:00"), ("sms.quiet_exempt", "none")]).await;
    post.hand.advance(9 * HOUR - 5_000);
    let ticket = post.log().await;
    for _ in 0..20 {
        send(&post).await;
        post.hand.advance(HOUR / 2);
    }
    assert_eq!(gateway.requests().len(), 1, "before nine");
    for _ in 0..6 {
        send(&post).await;
        post.hand.advance(HOUR / 2);
    }
    assert_eq!((gateway.requests().len(), post.state(ticket).await), (3, State::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_spent_in_a_day_than_may_be() {
    let gateway = FakeGateway::start([]).await;
    let post = post(&gateway, &[("sms.per_day", "2")]).await;
    let mut tickets = Vec::new();
    for _ in 0..3 {
        tickets.push(post.log().await);
        post.hand.advance(1);
    }
    send(&post).await;
    assert_eq!(gateway.requests().len(), 2);
    let waiting = post.message(tickets[2]).await;
    let reason = waiting.reason.as_deref();
    assert_eq!((waiting.state, reason), (State::Queued, Some("as many as may be sent in a day have been sent")));
    post.hand.advance(12 * HOUR);
    send(&post).await;
    assert_eq!(gateway.requests().len(), 3, "the day ends at midnight");
}

/// A gateway that is back hastens what waited for it, and nothing that the night holds back.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_back_at_night_wakes_nobody_and_makes_no_message_live_longer() {
    let gateway = FakeGateway::start([fake_gateway::ACCEPT, BUSY, BUSY, BUSY, BUSY]).await;
    let post = post(&gateway, &[("sms.quiet_hours", "21:00-08:00")]).await;
    post.hand.advance(9 * HOUR - 1_000);
    let ticket = post.log().await;
    send(&post).await;
    post.fix(ticket, 0).await;
    send(&post).await;
    post.hand.advance(10_000);
    send(&post).await;
    let times = async || {
        post.db
            .read(|tx| {
                let row = tx
                    .query_one("SELECT due_at, expires_at FROM notifications WHERE state = 0 AND kind = 1", &[])?
                    .unwrap();
                Ok::<_, redress::db::DbError>((row.int(0)?, row.int(1)?))
            })
            .await
            .unwrap()
    };
    let held = times().await;
    // Three new tickets fail, and the gateway rests; then it is back.
    for _ in 0..3 {
        post.log().await;
        send(&post).await;
        post.hand.advance(1);
    }
    for _ in 0..4 {
        post.hand.advance(40_000);
        send(&post).await;
    }
    assert_eq!(gateway.requests().len(), 8, "one, three failures and three again, and the Fixed one before nine");
    assert_eq!(times().await, held);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_what_waits_goes_by_the_settings_as_they_are_then() {
    let gateway = FakeGateway::start([]).await;
    let mut post = post(&gateway, &[("sms.per_day", "1"), ("sms.quiet_hours", "21:00-08:00")]).await;
    let (first, second) = (post.log().await, post.log().await);
    send(&post).await;
    post.hand.advance(10 * HOUR);
    let night = post.log().await;
    post.fix(night, 0).await;
    send(&post).await;
    assert_eq!((gateway.requests().len(), post.messages(night).await[1].state), (1, State::Queued));
    post.worker.courtesy = std::sync::Arc::default();
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));
    eventually("all of them", async || (gateway.requests().len() == 4).then_some(())).await;
    worker.abort();
    assert!(post.state(first).await != State::Queued && post.state(second).await != State::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_countries_that_are_not_sent_to() {
    let gateway = FakeGateway::start([]).await;
    let post = post(&gateway, &[("sms.countries", "GB,IN")]).await;
    let (home, abroad) = (post.log().await, post.log_for("+15005550006", "Other").await);
    send(&post).await;
    assert_eq!(post.state(home).await, State::Sent);
    let ticket = post.log_for("+15005550006", "STATUS").await;
    assert_eq!(post.state(ticket).await, State::Suppressed);
    // Nor when somebody sends it again, there or, where the number has changed, from here.
    let again = post.resend_to(post.message(home).await.id, "+15005550006").await.unwrap();
    assert_eq!((again.state, again.reason.as_deref()), (State::Suppressed, Some(ABROAD)));
    let again = post.resend_to(post.message(ticket).await.id, "+15005550006").await.unwrap();
    assert_eq!(again.state, State::Suppressed);
    assert_eq!(post.write("+15005550006", "HELP").await, "", "and no answer");
    assert!(!post.write(MOBILE, "HELP").await.is_empty());
    let abroad = post.message(abroad).await;
    let reason = abroad.reason.as_deref();
    assert_eq!((abroad.state, reason), (State::Suppressed, Some(ABROAD)));
}

const ABROAD: &str = "the country is not among those of sms.countries";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_law_wants_told_is_sent_after_a_stop_and_nothing_else() {
    let gateway = FakeGateway::start([]).await;
    let post = post(&gateway, &[("sms.required", "created")]).await;
    post.write(MOBILE, "STOP").await;
    let ticket = post.log().await;
    post.fix(ticket, 0).await;
    send(&post).await;
    let states: Vec<State> = post.messages(ticket).await.iter().map(|message| message.state).collect();
    assert_eq!(states, [State::Sent, State::Suppressed]);
}
