//! An hour without a gateway and thousands of messages behind it; a worker killed in the middle of its sends.

use std::collections::BTreeMap;

use redress::{
    notifications::{Contact, Facts, Kind, News, State},
    phone::Phone,
};
use serde_json::json;

use super::{
    fake_gateway::{ACCEPT, Act, FakeGateway},
    post::{MOBILE, Post},
};
use crate::support::{Dir, eventually, process::Process};

/// `bin/bench messages` does the same with a hundred thousand.
const WAITING: usize = 10_000;
const A_SECOND: usize = 50;

/// Queues messages of four ranks in turn. Each says which it is.
async fn queue(post: &Post, count: usize) {
    let places: Vec<usize> = (0..count).collect();
    for some in places.chunks(500) {
        let (outbox, clock, user, some) = (post.outbox.clone(), post.clock.clone(), post.user, some.to_vec());
        let hand = post.hand.clone();
        post.db
            .write(move |tx| {
                for place in &some {
                    // Ids of a later millisecond are greater.
                    hand.advance(1);
                    let ticket = clock.uuid();
                    super::post::add_ticket(tx, ticket, user, clock.now())?;
                    let (to, reference) = (Phone::from_e164(MOBILE).unwrap(), format!("BILL-20261103-{place:05}"));
                    let facts = Facts { reference: &reference, issue: "Twice", ..Facts::default() };
                    let to = Contact { phone: Some(&to), email: None };
                    let rank = i64::try_from(place % 4).unwrap();
                    let news = News { ticket, revision: 1, kind: Kind::Created, facts, to, rank, hold: 0 };
                    outbox.enqueue(tx, &outbox.prepare(&news))?;
                }
                Ok::<_, redress::fault::Fault>(())
            })
            .await
            .unwrap();
    }
}

/// Which message a request is.
fn place(request: &super::fake_gateway::Request) -> usize {
    let (_, rest) = request["text"].split_once("BILL-20261103-").unwrap();
    rest[..5].parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_hour_away_everything_goes_in_order_at_the_rate_and_once() {
    let gateway = FakeGateway::start([]).await;
    gateway.away(true);
    let rate = A_SECOND.to_string();
    let post = Post::with(&[
        ("sms.gateway", "kannel"),
        ("sms.per_second", &rate),
        ("sms.kannel.url", &gateway.url),
        ("sms.kannel.username", "redress"),
        ("sms.kannel.password", "sendpw"),
    ])
    .await;
    queue(&post, WAITING).await;
    for _ in 0..720 {
        post.worker.step().await.unwrap();
        post.hand.advance(5_000);
    }
    let asked = gateway.requests().len();
    assert!((60..400).contains(&asked), "it is asked now and then, not by each of them: {asked}");
    let tried: Vec<usize> = gateway.requests().iter().map(place).collect();
    gateway.away(false);

    let began = gateway.requests().len();
    let (mut seconds, mut most) = (0, 0);
    while gateway.requests().len() < began + WAITING {
        let before = gateway.requests().len();
        for _ in 0..10 {
            while post.worker.step().await.unwrap() > 0 {}
            post.hand.advance(100);
        }
        most = most.max(gateway.requests().len() - before);
        seconds += 1;
        assert!(seconds < 600, "{} of {WAITING}", gateway.requests().len() - began);
    }
    assert!(most <= 2 * A_SECOND, "the rate is kept: {most} in a second");
    assert!(seconds <= 2 * WAITING / A_SECOND, "and used: {seconds} s");

    let sent: Vec<usize> = gateway.requests()[began..].iter().map(place).collect();
    let mut once = sent.clone();
    once.sort_unstable();
    assert!(once.iter().copied().eq(0..WAITING), "each of them, and once");
    // Those that were tried meanwhile come when they come; all others by rank and age. What is on its way together may
    // overtake each other.
    let ordered: Vec<(usize, usize)> =
        sent.iter().filter(|place| !tried.contains(place)).map(|place| (place % 4, *place)).collect();
    let mut right = ordered.clone();
    right.sort_unstable();
    let at: BTreeMap<(usize, usize), usize> = right.iter().copied().zip(0..).collect();
    let off = ordered.iter().zip(0_usize..).map(|(one, now)| at[one].abs_diff(now)).max().unwrap();
    assert!(off <= 64, "out of its place by {off}");
    assert!(post.worker.health.of("kannel").trouble().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_while_it_sends_loses_no_message_and_doubles_only_those_on_their_way() {
    // Four are taken at once; what comes in their place and the rest of the sixteen hang.
    let acts = (0..4).map(|_| ACCEPT).chain((0..16).map(|_| Act::Hang));
    let gateway = FakeGateway::start(acts).await;
    let settings = [
        ("REDRESS_SMS_GATEWAY", "kannel"),
        ("REDRESS_SMS_KANNEL_URL", gateway.url.as_str()),
        ("REDRESS_SMS_KANNEL_USERNAME", "redress"),
        ("REDRESS_SMS_KANNEL_PASSWORD", "sendpw"),
    ];
    let still = [&settings[..], &[("REDRESS_WORKER", "false")]].concat();
    let dir = Dir::new();
    let process = Process::serve(&dir, &still);
    let admin = process.admin(&dir);
    let mut tickets = Vec::new();
    for _ in 0..60 {
        tickets.push(admin.ticket(json!({})).await["id"].as_str().unwrap().to_owned());
    }
    process.stop();
    let process = Process::serve(&dir, &settings);
    gateway.arrived(20).await;
    process.kill();

    let process = Process::serve(&dir, &still);
    let admin = process.admin_again(&dir);
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for ticket in &tickets {
        let message = admin.get(&format!("/api/tickets/{ticket}/notifications")).await.json["items"][0].clone();
        *states.entry(message["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let want = [(State::Queued, 40), (State::Sending, 16), (State::Sent, 4)];
    assert_eq!(states, BTreeMap::from(want.map(|(state, count)| (state.name().to_owned(), count))));
    process.stop();
    let process = Process::serve(&dir, &settings);
    let admin = process.admin_again(&dir);
    for ticket in &tickets {
        let path = format!("/api/tickets/{ticket}/notifications");
        eventually("it is sent", async || {
            let sent = admin.get(&path).await.json;
            assert_eq!(sent["items"].as_array().unwrap().len(), 1);
            (sent["items"][0]["state"] == State::Sent.name()).then_some(())
        })
        .await;
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for request in gateway.requests() {
        // The address is that of the process, the message is named in its query.
        let (_, message) = request["dlr-url"].split_once("?id=").unwrap();
        *times.entry(message.to_owned()).or_default() += 1;
    }
    let counted = |count: usize| times.values().filter(|times| **times == count).count();
    assert_eq!((times.len(), counted(1), counted(2)), (60, 44, 16), "what was on its way went once more, nothing else");
}
