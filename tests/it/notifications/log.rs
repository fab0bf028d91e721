//! What the log says, and what it never says.

use std::{cell::RefCell, io::Write, rc::Rc, sync::Once};

use redress::notifications::State;
use tokio::sync::watch;
use tracing_subscriber::{Layer, filter::dynamic_filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

use super::{
    fake_gateway::{ACCEPT, Act, FakeGateway},
    post::{MOBILE, Post, REFERENCE, report_url},
};

thread_local! {
    /// What this thread logs, while one of these tests listens on it.
    static HEARD: RefCell<Option<Log>> = const { RefCell::new(None) };
}

/// Writes into the log of the thread that logs.
struct Thread;

impl Write for Thread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        HEARD.with_borrow(|heard| heard.iter().for_each(|log| log.0.borrow_mut().extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything logged on this thread, from the finest level up, until another test listens on it.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<u8>>>);

impl Log {
    /// One listener for the whole process, which each thread turns on for itself: a listener of one thread is not asked
    /// about a line that another thread comes to first, and tracing then takes that line for one that nobody hears.
    fn listen() -> Self {
        static ALL: Once = Once::new();
        ALL.call_once(|| {
            // A thread may log while it ends, with nothing of its own left.
            let here = dynamic_filter_fn(|_, _| HEARD.try_with(|heard| heard.borrow().is_some()).unwrap_or_default());
            let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Thread);
            tracing_subscriber::registry().with(lines.with_filter(here)).init();
            // Lines that threads came to before there was a listener.
            tracing::callsite::rebuild_interest_cache();
        });
        let log = Self::default();
        HEARD.set(Some(log.clone()));
        log
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

/// One thread, since the log is listened to on one.
#[tokio::test]
async fn a_message_that_no_gateway_takes_is_noted_as_not_sent() {
    let log = Log::listen();
    let post = Post::with(&[]).await;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));
    tokio::task::yield_now().await;
    post.hand.advance(1);
    let ticket = post.log().await;
    let id = post.message(ticket).await.id.to_string();
    while !log.text().contains(&id) {
        post.outbox.wake();
        tokio::task::yield_now().await;
    }
    stop.send(true).unwrap();
    worker.await.unwrap();
    let text = log.text();
    assert_eq!(text.matches("SMS not sent").count(), 1, "{text}");
    assert!(!text.contains(REFERENCE) && !text.contains("7700900142") && !text.contains("October"), "{text}");
}

#[tokio::test]
async fn a_gateway_that_goes_down_and_comes_back_is_one_line_each() {
    let log = Log::listen();
    let away = || Act::Answer(503, "Temporal failure, try again later.");
    let gateway = FakeGateway::start([away(), away(), away(), ACCEPT, ACCEPT, ACCEPT, away()]).await;
    let post = Post::through(&gateway).await;
    let lines = || {
        let text = log.text();
        let of = |level: &str, words: &str| text.lines().filter(|l| l.contains(level) && l.contains(words)).count();
        (of("WARN", "the gateway is failing"), of("INFO", "the gateway answers again"))
    };
    for _ in 0..3 {
        post.log().await;
    }
    post.worker.step().await.unwrap();
    assert_eq!(lines(), (1, 0), "three messages failed");
    post.hand.advance(60_000);
    post.worker.step().await.unwrap();
    assert_eq!(lines(), (1, 1), "three messages went");
    post.log().await;
    post.worker.step().await.unwrap();
    assert_eq!(lines(), (2, 1), "it is down anew");
}

#[tokio::test]
async fn nothing_personal_is_logged_whatever_happens() {
    let log = Log::listen();
    let gateway = FakeGateway::start([
        Act::Answer(403, "Authorization failed for sendsms"),
        Act::Answer(500, "+447700900142"),
        Act::Cut,
        Act::Answer(400, "The bill counts October twice"),
    ])
    .await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    for _ in 0..4 {
        post.worker.step().await.unwrap();
        post.hand.advance(60_000);
    }
    assert_eq!(post.state(ticket).await, State::Unknown, "refused after a doubt");
    post.call(&report_url(&gateway.requests()[0], "1", "")).await;
    post.write(MOBILE, &format!("STATUS {REFERENCE}")).await;
    post.write(MOBILE, "STOP").await;
    let text = log.text();
    assert!(text.contains("refuses our log-in"), "{text}");
    for personal in ["7700900142", "October", REFERENCE, "sendpw", &post.secret, "secret="] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}
