//! The worker against a gateway that is away, slow, cutting, refusing, or refusing us.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use redress::{
    clock::Clock,
    notifications::{Channel, Gates, Gateway, LEASE, Met, Outcome, Outgoing, Probing, Sending, State, VALIDITY},
};
use tokio::sync::{Semaphore, watch};

use super::{
    fake_gateway::{ACCEPT, Act, FakeGateway},
    post::{MOBILE, Post, path},
};
use crate::support::eventually;

const LOGIN_REFUSED: Act = Act::Answer(403, "Authorization failed for sendsms");
const MINUTE: i64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_request_is_kannels() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::with(&[
        ("sms.gateway", "kannel"),
        ("sms.sender", "Lake Fibre"),
        ("sms.kannel.url", &gateway.url),
        ("sms.kannel.username", "red&ress"),
        ("sms.kannel.password", "p=w d%+é"),
        ("sms.kannel.smsc", "fake1"),
    ])
    .await;
    post.log_for(MOBILE, "Bill & tax 100% wrong+late?").await;
    post.log_for(MOBILE, "बिल गलत है").await;
    post.worker.step().await.unwrap();
    let mut sent = gateway.requests();
    sent.sort_by_key(|request| request["coding"].clone());
    for request in &sent {
        for (field, text) in [
            ("username", "red&ress"),
            ("password", "p=w d%+é"),
            ("from", "Lake Fibre"),
            ("to", MOBILE),
            ("charset", "UTF-8"),
            ("smsc", "fake1"),
            ("dlr-mask", "31"),
        ] {
            assert_eq!(request[field], text, "{field}");
        }
        assert!(request["dlr-url"].starts_with("http://desk.test/hooks/sms/kannel/status?id="));
        assert!(!request["dlr-url"].contains("7700900142"));
    }
    assert!(sent[0]["coding"] == "0" && sent[0]["text"].contains("Bill & tax 100% wrong+late?"));
    assert!(sent[1]["coding"] == "2" && sent[1]["text"].contains("बिल गलत है"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_set_is_left_out() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    post.log().await;
    post.worker.step().await.unwrap();
    let request = gateway.requests().remove(0);
    assert!(!request.contains_key("from") && !request.contains_key("smsc"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_message_is_sent_and_its_row_is_marked_before_it_leaves() {
    let told = Arc::new(Semaphore::new(0));
    let gateway = FakeGateway::start([Act::WhenTold(told.clone(), 202)]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    let worker = post.worker.clone();
    let step = tokio::spawn(async move { worker.step().await });
    gateway.arrived(1).await;
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.attempts, message.gateway.as_deref()), (State::Sending, 1, Some("kannel")));
    told.add_permits(1);
    step.await.unwrap().unwrap();
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.sent_at, message.settled_at), (State::Sent, Some(post.clock.now()), None));
    assert_eq!(path(&message), ["queued", "sending", "sent"]);
    assert_eq!(post.worker.health.of("kannel").last_ok, Some(post.clock.now()));
}

/// Steps over 24 hours while nobody listens: pauses grow, and the end is `failed`.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_away_is_tried_with_growing_pauses_until_the_validity_ends() {
    let post = Post::at("http://127.0.0.1:9/cgi-bin/sendsms").await;
    let ticket = post.log().await;
    let start = post.clock.now();
    let mut tries = Vec::new();
    while post.state(ticket).await == State::Queued {
        if post.worker.step().await.unwrap() > 0 {
            tries.push(post.clock.now() - start);
        }
        post.hand.advance(if tries.len() < 4 { 100 } else { 30_000 });
    }
    let pauses: Vec<i64> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!((900..=3_100).contains(&pauses[0]), "{pauses:?}");
    let (longest, tries_in_all) = (pauses.iter().max().unwrap(), pauses.len());
    assert!((5 * MINUTE..=15 * MINUTE + 30_000).contains(longest), "{pauses:?}");
    assert!((100..400).contains(&tries_in_all), "{tries_in_all}");
    assert!((VALIDITY..VALIDITY + 30_001).contains(tries.last().unwrap()), "{tries:?}");
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Failed, Some("validity of 24 hours ended")));
    assert!(post.worker.health.of("kannel").last_error.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_with_a_fault_gets_the_message_later() {
    let gateway =
        FakeGateway::start([Act::Answer(503, "Temporal failure, try again later."), Act::Answer(500, "")]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    post.worker.step().await.unwrap();
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Queued, Some("the gateway has a fault (503)")));
    assert_eq!(post.worker.step().await.unwrap(), 0, "not before the pause");
    for _ in 0..2 {
        post.hand.advance(6_001);
        assert_eq!(post.worker.step().await.unwrap(), 1);
    }
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.attempts, message.reason.as_deref()), (State::Sent, 3, None));
    assert_eq!(path(&message), ["queued", "sending", "queued", "sending", "queued", "sending", "sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_refuses_for_good_is_not_tried_again() {
    for refusal in [Act::Answer(403, "Not routable. Do not try again."), Act::Answer(400, "Missing receiver number")] {
        let gateway = FakeGateway::start([refusal]).await;
        let post = Post::through(&gateway).await;
        let ticket = post.log().await;
        post.worker.step().await.unwrap();
        let message = post.message(ticket).await;
        assert!(message.state == State::Failed && message.settled_at.is_some() && message.reason.is_some());
        post.hand.advance(VALIDITY);
        assert_eq!(post.worker.step().await.unwrap(), 0);
        assert_eq!(gateway.requests().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_log_in_keeps_the_message_and_raises_the_alarm() {
    let gateway = FakeGateway::start([LOGIN_REFUSED, LOGIN_REFUSED]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    for _ in 0..2 {
        post.worker.step().await.unwrap();
        assert_eq!(post.state(ticket).await, State::Queued);
        assert!(post.worker.health.of("kannel").login_refused);
        post.hand.advance(6_001);
    }
    post.worker.step().await.unwrap();
    assert_eq!(post.state(ticket).await, State::Sent);
    assert!(!post.worker.health.of("kannel").login_refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_send_is_tried_once_more_after_20_to_40_seconds_and_then_unknown() {
    for (first, second) in [(Act::Cut, Act::Reset), (Act::Reset, Act::Cut)] {
        let gateway = FakeGateway::start([first, second]).await;
        let post = Post::through(&gateway).await;
        let ticket = post.log().await;
        post.worker.step().await.unwrap();
        assert_eq!(post.state(ticket).await, State::Queued);
        post.hand.advance(19_999);
        assert_eq!(post.worker.step().await.unwrap(), 0, "not before 20 s");
        post.hand.advance(20_001);
        assert_eq!(post.worker.step().await.unwrap(), 1, "by 40 s");
        let message = post.message(ticket).await;
        assert_eq!((message.state, message.attempts), (State::Unknown, 2));
        post.hand.advance(VALIDITY);
        assert_eq!(post.worker.step().await.unwrap(), 0);
        assert_eq!(gateway.requests().len(), 2, "twice and never more");
    }
}

/// Takes ten seconds: the gateway says nothing, and the worker has to give up by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_gateway_is_doubtful_and_holds_up_nobody_else() {
    let gateway = FakeGateway::start([Act::Hang]).await;
    let post = Post::through(&gateway).await;
    let silent = post.log().await;
    let worker = post.worker.clone();
    let step = tokio::spawn(async move { worker.step().await });
    gateway.arrived(1).await;
    let other = post.log().await;
    assert_eq!(post.worker.step().await.unwrap(), 1);
    assert_eq!((post.state(other).await, post.state(silent).await), (State::Sent, State::Sending));
    step.await.unwrap().unwrap();
    let message = post.message(silent).await;
    assert_eq!(message.reason.as_deref(), Some("the gateway did not answer in time"));
    post.hand.advance(40_000);
    post.worker.step().await.unwrap();
    assert_eq!(post.state(silent).await, State::Sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_workers_message_is_taken_up_once_its_lease_is_over_and_no_later_answer_of_its_counts() {
    let told = Arc::new(Semaphore::new(0));
    let gateway = FakeGateway::start([Act::WhenTold(told.clone(), 400), Act::Hang]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    let worker = post.worker.clone();
    let first = tokio::spawn(async move { worker.step().await });
    gateway.arrived(1).await;
    post.hand.advance(LEASE);
    assert_eq!(post.worker.step().await.unwrap(), 0, "the lease holds to its end");
    post.hand.advance(1);
    let worker = post.worker.clone();
    let second = tokio::spawn(async move { worker.step().await });
    gateway.arrived(2).await;
    // The first worker was only slow. Its row has a new holder, so its answer is not noted.
    told.add_permits(1);
    first.await.unwrap().unwrap();
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.attempts), (State::Sending, 2));
    assert_eq!(path(&message), ["queued", "sending", "queued", "sending"]);
    second.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_two_workers_died_on_is_unknown() {
    let gateway = FakeGateway::start([Act::Hang, Act::Hang]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    for request in 1..=2 {
        let worker = post.worker.clone();
        let step = tokio::spawn(async move { worker.step().await });
        gateway.arrived(request).await;
        step.abort();
        assert_eq!(post.state(ticket).await, State::Sending);
        post.hand.advance(LEASE + 1);
    }
    post.worker.step().await.unwrap();
    assert_eq!(post.state(ticket).await, State::Unknown);
    assert_eq!(gateway.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_stop_before_the_turn_comes_gets_nothing() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    post.write(MOBILE, "Stop").await;
    assert_eq!(post.worker.step().await.unwrap(), 1);
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Suppressed, Some("opted out")));
    assert!(gateway.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_message_of_a_ticket_goes_before_the_second() {
    let gateway = FakeGateway::start([Act::Answer(503, "")]).await;
    let post = Post::through(&gateway).await;
    let ticket = post.log().await;
    post.fix(ticket, 0).await;
    assert_eq!(post.worker.step().await.unwrap(), 1, "the second waits for the first");
    let other = post.log().await;
    assert_eq!(post.worker.step().await.unwrap(), 1, "no other ticket waits for it");
    assert_eq!(post.state(other).await, State::Sent);
    post.hand.advance(3_001);
    while post.worker.step().await.unwrap() > 0 {}
    let texts: Vec<_> = gateway.requests().iter().map(|request| request["text"].contains("resolved")).collect();
    assert_eq!(texts, [false, false, false, true]);
    assert!(post.messages(ticket).await.iter().all(|one| one.state == State::Sent));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_never_send_the_same_message() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    for _ in 0..40 {
        post.log().await;
    }
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let worker = post.worker.clone();
            tokio::spawn(async move { while worker.step().await.unwrap() > 0 {} })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let mut sent: Vec<_> = gateway.requests().iter().map(|request| request["dlr-url"].clone()).collect();
    assert_eq!(sent.len(), 40);
    sent.sort_unstable();
    sent.dedup();
    assert_eq!(sent.len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_woken_bounds_what_is_in_flight_and_finishes_it_at_the_stop() {
    let told = Arc::new(Semaphore::new(0));
    let gateway = FakeGateway::start((0..20).map(|_| Act::WhenTold(told.clone(), 202))).await;
    let post = Post::through(&gateway).await;
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));
    let mut tickets = Vec::new();
    for _ in 0..20 {
        tickets.push(post.log().await);
    }
    post.outbox.wake();
    gateway.arrived(16).await;
    let mut states = Vec::new();
    for ticket in &tickets {
        states.push(post.state(*ticket).await);
    }
    assert_eq!(states.iter().filter(|state| **state == State::Sending).count(), 16);
    stop.send(true).unwrap();
    told.add_permits(20);
    worker.await.unwrap();
    let mut sent = 0;
    for ticket in &tickets {
        sent += usize::from(post.state(*ticket).await == State::Sent);
    }
    assert_eq!((sent, gateway.requests().len()), (16, 16), "what was on its way is finished, nothing is begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_worker_sends_without_being_told_and_accepts_go_on_after_a_refusal() {
    let gateway = FakeGateway::start([Act::Answer(400, ""), ACCEPT]).await;
    let post = Post::through(&gateway).await;
    let (_stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));
    post.log().await;
    gateway.arrived(1).await;
    post.log().await;
    gateway.arrived(2).await;
    worker.abort();
}

/// Nobody waits until the clock has got to where it was.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_clock_that_was_ahead_has_put_off_goes_once_it_is_set_right() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    post.hand.advance(60 * MINUTE);
    let (_stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));
    let ticket = post.log().await;
    gateway.arrived(1).await;
    post.fix(ticket, 5 * MINUTE).await;
    post.hand.advance(-60 * MINUTE);
    eventually("the second one", async || (gateway.requests().len() == 2).then_some(())).await;
    worker.abort();
}

/// The same where it was set right before the program began.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_clock_has_put_off_goes_at_the_start() {
    let gateway = FakeGateway::start([]).await;
    let mut post = Post::through(&gateway).await;
    let (ahead, present) = (Clock::fixed(post.clock.now() + 60 * MINUTE, 9).0, post.outbox.clone());
    post.outbox = present.with_clock(ahead);
    post.log().await;
    post.outbox = present;
    let held = post.log().await;
    post.fix(held, 5 * MINUTE).await;
    let (_stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(post.worker.clone().run(None, stopped));
    eventually("both that nothing holds", async || (gateway.requests().len() == 2).then_some(())).await;
    worker.abort();
    let all = post.messages(held).await;
    assert_eq!((all[1].state, gateway.requests().len()), (State::Queued, 2), "what can be undone waits as it did");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_does_not_open_holds_up_no_other() {
    let gateway = FakeGateway::start([]).await;
    let post = Post::through(&gateway).await;
    let (spoilt, whole) = (post.log().await, post.log().await);
    let kept = post.tamper(spoilt, b"nonsense").await;
    post.worker.step().await.unwrap();
    assert_eq!((post.state(whole).await, gateway.requests().len()), (State::Sent, 1));
    post.tamper(spoilt, &kept).await;
    assert_eq!(post.state(spoilt).await, State::Failed);
}

/// A gateway with a pace of its own.
#[derive(Debug)]
struct Paced {
    name: &'static str,
    per_second: Option<u32>,
    /// The number that it never takes.
    refuses: &'static str,
    asked: AtomicUsize,
}

impl Paced {
    fn new(name: &'static str, per_second: Option<u32>, refuses: &'static str) -> Arc<Self> {
        Arc::new(Self { name, per_second, refuses, asked: AtomicUsize::new(0) })
    }
}

impl Gateway for Paced {
    fn name(&self) -> &'static str {
        self.name
    }

    fn per_second(&self) -> Option<u32> {
        self.per_second
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(std::future::ready(Ok(Met::Nobody)))
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let refused = message.to == self.refuses;
        Box::pin(async move {
            if refused { Outcome::Refused { reason: String::new() } } else { Outcome::Accepted { ids: Vec::new() } }
        })
    }
}

/// Those that wait for a gateway that takes few stand before all others: they are older.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_one_gateway_holds_up_nobody_who_goes_by_the_other() {
    let refused = "+447700900199";
    let (quick, slow) = (Paced::new("http", None, refused), Paced::new("kannel", Some(1), ""));
    let mut post = Post::through(&FakeGateway::start([]).await).await;
    post.worker.gates = Gates::new(vec![(Channel::SMS, vec![quick.clone(), slow.clone()])]);
    for place in 0..80 {
        post.log_for(if place < 40 { refused } else { MOBILE }, "Twice").await;
        post.hand.advance(1);
    }
    for _ in 0..5 {
        while post.worker.step().await.unwrap() > 0 {}
        post.hand.advance(1_000);
    }
    let sent = quick.asked.load(Ordering::Relaxed);
    assert!(sent >= 76, "{sent} of 80, and not only as the slow one goes on");
    assert!(slow.asked.load(Ordering::Relaxed) <= 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_on_a_channel_that_is_not_set_any_more_is_given_up_in_the_end() {
    let gateway = FakeGateway::start([]).await;
    let mut post = Post::through(&gateway).await;
    let ticket = post.log().await;
    assert_eq!(post.strand().await, 0);
    post.hand.advance(VALIDITY);
    assert_eq!(post.strand().await, 0, "its worker sees to it");
    post.worker.gates = Gates::new(Vec::new());
    assert_eq!((post.strand().await, post.strand().await), (1, 0));
    let message = post.message(ticket).await;
    assert_eq!((message.state, message.reason.as_deref()), (State::Failed, Some("validity of 24 hours ended")));
}
