//! What clients write, and what they get for it.

use redress::notifications::State;

use super::post::{MOBILE, Post, REFERENCE};

const STRANGER: &str = "+447700900999";

#[tokio::test(flavor = "multi_thread")]
async fn status_is_told_to_the_tickets_own_number_only() {
    let post = Post::with(&[]).await;
    let own = post.write(MOBILE, &format!("status {}", REFERENCE.to_lowercase())).await;
    assert!(own.contains(REFERENCE) && own.contains("In Progress"), "{own}");
    post.set_status("Fixed");
    for from in [MOBILE, "447700900142", "00447700900142", "07700 900142"] {
        assert!(post.write(from, &format!("Status {REFERENCE}")).await.contains("Fixed"), "{from}");
    }
    let strangers = post.write(STRANGER, &format!("STATUS {REFERENCE}")).await;
    assert!(!strangers.contains(REFERENCE) && !strangers.is_empty());
    assert_eq!(post.write(STRANGER, "STATUS BILL-20200101-0000").await, strangers, "the very same words");
    assert_eq!(post.write(MOBILE, "STATUS BILL-20200101-0000").await, strangers);
    assert_eq!(post.write(STRANGER, "STATUS").await, strangers, "who has no ticket learns nothing either");
    assert!(post.write(MOBILE, "Status?").await.contains(REFERENCE));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_references_is_not_answered_for_long() {
    let post = Post::with(&[]).await;
    for n in 0..15 {
        assert!(!post.write(STRANGER, &format!("STATUS BILL-20261123-00{n:02}")).await.is_empty(), "{n}");
    }
    assert_eq!(post.write(STRANGER, "STATUS BILL-20261123-0099").await, "");
    assert!(!post.write(STRANGER, "HELP").await.is_empty(), "nothing else is refused");
    post.hand.advance(12 * 60_000);
    assert!(!post.write(STRANGER, "STATUS BILL-20261123-0099").await.is_empty(), "five more an hour");
    assert_eq!(post.write(STRANGER, "STATUS BILL-20261123-0099").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_writes_lands_on_their_ticket_once_and_is_acknowledged_once_a_day() {
    let post = Post::with(&[]).await;
    let written = || post.written.lock().unwrap().clone();
    let thanks = post.write(MOBILE, "Still the wrong amount").await;
    assert!(thanks.contains(REFERENCE), "{thanks}");
    assert_eq!(post.write(MOBILE, "Still the wrong amount").await, "", "the gateway brings it again");
    assert_eq!(post.write(MOBILE, "And STOP 12345 is my code").await, "", "kept, and not thanked for again");
    assert_eq!(written(), ["Still the wrong amount", "And STOP 12345 is my code"]);
    post.hand.advance(24 * 3_600_000);
    assert!(!post.write(MOBILE, "Still the wrong amount").await.is_empty(), "another day");
    for n in 0..40 {
        post.write(MOBILE, &format!("Your message {n} was received")).await;
    }
    assert!(written().len() <= 23, "a machine that answers fills no ticket: {}", written().len());
    let ours = format!("Lakeside Fibre: ticket {REFERENCE} logged. Wrong. Reply STATUS {REFERENCE} for news.");
    let before = written().len();
    post.hand.advance(48 * 3_600_000);
    assert_eq!(post.write(MOBILE, &ours).await, "", "our own words come back");
    assert_eq!(written().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateways_id_twice_is_one_message() {
    let post = Post::with(&[]).await;
    let call = async |text: &str, id: &str| {
        let query = format!("?secret={}&from=%2B447700900142&text={text}&id={id}", post.secret);
        post.call(&format!("/hooks/sms/kannel/inbound{query}")).await
    };
    assert!(!call("HELP", "a-1").await.1.is_empty());
    assert_eq!(call("HELP", "a-1").await, (200, String::new()));
    assert!(!call("HELP", "a-2").await.1.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_and_start_are_kept_per_number() {
    let post = Post::at("http://127.0.0.1:9/").await;
    assert!(post.write(MOBILE, "sToP").await.contains("no more SMS"));
    assert_eq!(post.write("00447700900142", "STOP").await, "", "confirmed once");
    post.hand.advance(5 * 60_000);
    assert!(!post.write(MOBILE, "Stop").await.is_empty());
    let stopped = post.log().await;
    assert_eq!(post.message(stopped).await.reason.as_deref(), Some("opted out"));
    let other = post.log_for(STRANGER, "Other").await;
    assert_eq!(post.state(other).await, State::Queued);
    assert!(post.write("447700900142", "start").await.contains("You will get SMS"));
    assert_eq!(post.write(MOBILE, "START").await, "", "it was not stopped");
    let started = post.log().await;
    assert_eq!(post.state(started).await, State::Queued);
    assert_eq!(post.state(stopped).await, State::Suppressed);
    let id = post.message(stopped).await.id;
    assert_eq!(post.resend(id).await.unwrap().state, State::Queued);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_to_talk_and_to_senders_that_are_no_numbers() {
    let post = Post::with(&[]).await;
    assert!(!post.write(MOBILE, "help").await.is_empty());
    for (from, text) in
        [(STRANGER, "Thank you so much"), (MOBILE, ""), ("BANK", "HELP"), ("", "HELP"), ("56161x", "STOP")]
    {
        assert_eq!(post.write(from, text).await, "", "{from}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_needs_its_secret_and_whole_messages() {
    let post = Post::with(&[]).await;
    let secret = &post.secret;
    assert!(secret.len() >= 32);
    let base = "/hooks/sms/kannel/inbound";
    for query in ["", "?from=%2B447700900142&text=STOP", "?from=1&text=STOP&secret=", "?from=1&text=STOP&secret=x"] {
        assert_eq!(post.call(&format!("{base}{query}")).await, (403, "Refused.".to_owned()), "{query}");
    }
    assert_eq!(post.call(&format!("{base}?secret={}", &secret[1..])).await.0, 403);
    assert_eq!(post.call(&format!("{base}?secret={secret}&from=1")).await.0, 400);
    assert_eq!(post.call(&format!("{base}?secret={secret}&text=STOP")).await.0, 400);
    assert_eq!(post.call(&format!("/hooks/sms/log/inbound?secret={secret}&from=1&text=x")).await.0, 404);
    for gateway in ["%FF", "pigeon", "kannel%2F"] {
        for door in ["status", "inbound"] {
            let path = format!("/hooks/sms/{gateway}/{door}?secret={secret}&from=1&text=x");
            assert_eq!(post.call(&path).await, (404, "No such gateway.".to_owned()), "{path}");
        }
    }
    let hostile = "%00%FF%F0%9F%98%80%3Cscript%3E".repeat(100);
    assert_eq!(post.call(&format!("{base}?secret={secret}&from={hostile}&text={hostile}")).await, (200, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_the_settings_is_used_and_a_made_one_is_kept() {
    let post = Post::with(&[("sms.hook_secret", "of the settings")]).await;
    assert_eq!(post.secret, "of the settings");
    let post = Post::with(&[]).await;
    let settings = redress::notifications::Settings::read(&|_| None, &jiff::tz::TimeZone::UTC).unwrap();
    let (vault, clock) = (post.worker.vault.clone(), post.clock.clone());
    let again =
        post.db.write(move |tx| redress::notifications::hook_secret(tx, &vault, &settings, &clock)).await.unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&again), post.secret);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_gets_a_burst_of_answers_and_then_twenty_a_day() {
    let post = Post::at("http://127.0.0.1:9/").await;
    let ask = format!("STATUS {REFERENCE}");
    for n in 1..=30 {
        assert!(!post.write(MOBILE, &ask).await.is_empty(), "{n}");
    }
    for from in [MOBILE, "00447700900142", "07700 900142"] {
        assert_eq!(post.write(from, &ask).await, "", "{from}");
    }
    assert!(!post.write(STRANGER, &ask).await.is_empty(), "another number has its own share");
    assert_eq!(post.write(MOBILE, "STOP").await, "");
    let ticket = post.log().await;
    assert_eq!(post.message(ticket).await.reason.as_deref(), Some("opted out"), "stopped without a word");
    assert_eq!(post.write(MOBILE, "START").await, "");
    let ticket = post.log().await;
    assert_eq!(post.state(ticket).await, State::Queued);
    // What was withheld costs nothing.
    for n in 1..=20 {
        post.hand.advance(72 * 60_000);
        assert!(!post.write(MOBILE, &ask).await.is_empty(), "{n}");
        assert_eq!(post.write(MOBILE, &ask).await, "", "{n}");
    }
    let sweep = async |post: &Post| {
        let now = post.clock.now();
        post.db.write(move |tx| redress::notifications::sweep(tx, now)).await.unwrap()
    };
    let forgotten = (sweep(&post).await, post.answered_numbers().await);
    assert_eq!(forgotten, (2, 1), "the stranger's is whole again, as is what it got wrong");
    assert_eq!(post.write(MOBILE, &ask).await, "", "what is used up is not forgotten");
    post.hand.advance(30 * 72 * 60_000);
    assert_eq!((sweep(&post).await, post.answered_numbers().await), (1, 0));
    // Talk that is not answered uses nothing up, and a long silence gives no more than the burst.
    post.write(STRANGER, "Thanks").await;
    assert_eq!(post.answered_numbers().await, 0);
    post.write(MOBILE, &ask).await;
    post.hand.advance(100 * 24 * 3_600_000);
    for n in 1..=31 {
        assert_eq!(post.write(MOBILE, &ask).await.is_empty(), n == 31, "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_number_names_and_short_codes_are_not_answered() {
    for sender in ["+442079460123", "02079460123"] {
        let post = Post::with(&[("sms.sender", sender)]).await;
        for from in ["+442079460123", "442079460123", "02079460123", "BANK", "56161", "+56161", "611"] {
            assert_eq!(post.write(from, "HELP").await, "", "{from}");
        }
        assert!(!post.write(MOBILE, "HELP").await.is_empty());
        assert_eq!(post.answered_numbers().await, 1);
    }
    // There a number may be that short.
    let post = Post::with(&[("region", "DE")]).await;
    assert_eq!(post.write("56161", "HELP").await, "");
    assert!(!post.write("030 561610", "HELP").await.is_empty());
    let post = Post::with(&[("sms.sender", "Lake Fibre")]).await;
    assert!(!post.write("+442079460123", "HELP").await.is_empty());
}
