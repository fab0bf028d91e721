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
        [(MOBILE, "Thank you so much"), (MOBILE, ""), ("BANK", "HELP"), ("", "HELP"), ("56161x", "STOP")]
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
    let hostile = "%00%FF%F0%9F%98%80%3Cscript%3E".repeat(100);
    assert_eq!(post.call(&format!("{base}?secret={secret}&from={hostile}&text={hostile}")).await, (200, String::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_of_the_settings_is_used_and_a_made_one_is_kept() {
    let post = Post::with(&[("sms.hook_secret", "of the settings")]).await;
    assert_eq!(post.secret, "of the settings");
    let post = Post::with(&[]).await;
    let settings = redress::notifications::Settings::read(&|_| None).unwrap();
    let (vault, clock) = (post.worker.vault.clone(), post.clock.clone());
    let again =
        post.db.write(move |tx| redress::notifications::hook_secret(tx, &vault, &settings, &clock)).await.unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&again), post.secret);
}
