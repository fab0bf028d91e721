//! Guessing is slowed down: by account, known or not, and by address.

use axum::http::Method;
use redress::staff::Role;
use serde_json::json;

use super::{Client, MINUTE, PASSWORD, World};

const WRONG: &str = "not the password";

#[tokio::test]
async fn after_five_failures_an_account_has_to_wait_known_or_not() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut seen = Vec::new();
    for email in [user.email.as_str(), "nobody@isp.example"] {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            let page = world.anonymous().try_sign_in(email, WRONG).await;
            statuses.push((page.status, page.header("retry-after").to_owned()));
        }
        seen.push(statuses);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0][..5].iter().all(|(status, wait)| *status == 422 && wait.is_empty()), "{seen:?}");
    assert!(seen[0][5..].iter().all(|(status, wait)| *status == 429 && wait == "60"), "{seen:?}");
}

#[tokio::test]
async fn the_right_password_waits_too_and_the_wait_doubles() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut anyone = world.anonymous();
    for _ in 0..5 {
        anyone.try_sign_in(&user.email, WRONG).await;
    }
    let page = anyone.try_sign_in(&user.email, PASSWORD).await;
    assert_eq!((page.status, page.header("retry-after")), (429, "60"));
    assert_eq!(page.attributes("#email", "value"), [user.email.as_str()]);
    assert!(page.texts("title")[0].starts_with("Error: "));
    world.hand.advance(MINUTE);
    assert_eq!(anyone.try_sign_in(&user.email, WRONG).await.status, 422);
    let answer = anyone.post("/api/auth/login", json!({"email": user.email, "password": WRONG})).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "120"), "both doors count together");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    world.hand.advance(2 * MINUTE);
    assert_eq!(anyone.try_sign_in(&user.email, PASSWORD).await.status, 303);
    for _ in 0..4 {
        assert_eq!(world.anonymous().try_sign_in(&user.email, WRONG).await.status, 422, "a success begins anew");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_made_at_once_do_not_slip_past() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (mut anyone, email) = (world.anonymous(), user.email.clone());
        guesses.spawn(async move { anyone.try_sign_in(&email, WRONG).await.status });
    }
    let statuses = guesses.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 15, "{statuses:?}");
}

#[tokio::test]
async fn after_fifty_failures_an_address_has_to_wait_and_others_do_not() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    let mut guesser = world.anonymous().from("192.0.2.1:4000");
    for place in 0..50 {
        let page = guesser.try_sign_in(&format!("user{place}@isp.example"), WRONG).await;
        assert_eq!(page.status, 422, "{place}");
    }
    assert_eq!(guesser.try_sign_in(&user.email, PASSWORD).await.status, 429);
    let mut neighbour = world.anonymous().from("192.0.2.1:5000");
    assert_eq!(neighbour.try_sign_in(&user.email, PASSWORD).await.status, 429, "the port is no other address");
    let mut other = world.anonymous().from("192.0.2.2:4000");
    assert_eq!(other.try_sign_in(&user.email, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn of_ipv6_the_network_counts() {
    let world = World::new();
    world.user("Priya Raman", Role::Admin).await;
    for place in 0..50 {
        let mut guesser = world.anonymous().from(&format!("[2001:db8:1:2::{place:x}]:4000"));
        assert_eq!(guesser.try_sign_in(&format!("user{place}@isp.example"), WRONG).await.status, 422);
    }
    let mut same = world.anonymous().from("[2001:db8:1:2:ffff::1]:4000");
    assert_eq!(same.try_sign_in("x@isp.example", WRONG).await.status, 429);
    let mut next = world.anonymous().from("[2001:db8:1:3::1]:4000");
    assert_eq!(next.try_sign_in("x@isp.example", WRONG).await.status, 422);
}

/// An office signs in all morning from one address.
#[tokio::test]
async fn successes_do_not_count_against_an_address() {
    let world = World::new();
    let user = world.user("Priya Raman", Role::Admin).await;
    for _ in 0..60 {
        world.anonymous().from("192.0.2.1:4000").sign_in(&user.email, PASSWORD).await;
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_senders_address_counts() {
    let world = World::behind("192.0.2.1", true);
    let mut proxy = world.anonymous().from("192.0.2.1:4000");
    for place in 0..50 {
        let status = proxy.log_in_for("198.51.100.7", place).await;
        assert_eq!(status, 401, "{place}");
    }
    assert_eq!(proxy.log_in_for("198.51.100.7", 50).await, 429);
    assert_eq!(proxy.log_in_for("203.0.113.1, 198.51.100.7", 51).await, 429, "only the last hop is the proxy's word");
    assert_eq!(proxy.log_in_for("198.51.100.8", 52).await, 401);
    assert_eq!(world.anonymous().from("192.0.2.2:4000").log_in_for("198.51.100.7", 53).await, 401);
}

#[tokio::test]
async fn a_proxy_on_this_machine_locks_nobody_out() {
    for (local, want) in [(true, 401), (false, 429)] {
        let world = World::behind("", local);
        let mut proxy = world.anonymous().from("127.0.0.1:4000");
        for place in 0..50 {
            assert_eq!(proxy.log_in_for("198.51.100.7", place).await, 401, "{place}");
        }
        assert_eq!(proxy.log_in_for("198.51.100.7", 50).await, want);
        let body = json!({"email": "user0@isp.example", "password": WRONG});
        for _ in 0..4 {
            proxy.post("/api/auth/login", body.clone()).await;
        }
        assert_eq!(proxy.post("/api/auth/login", body).await.status, 429, "the account's limit stays");
    }
}

impl Client {
    /// A log-in that fails, with what a proxy says of its sender.
    async fn log_in_for(&mut self, forwarded: &str, place: u32) -> u16 {
        let body = json!({"email": format!("user{place}@isp.example"), "password": WRONG}).to_string();
        let more = [("x-forwarded-for", forwarded)];
        self.send(Method::POST, "/api/auth/login", "application/json", body, &more).await.status
    }
}

#[tokio::test]
async fn the_set_up_code_is_limited_alike() {
    let world = World::new();
    let fields = [("name", "A"), ("email", "a@isp.example"), ("password", PASSWORD), ("code", "0000-0000")];
    let mut anyone = world.anonymous();
    for _ in 0..5 {
        assert_eq!(anyone.submit("/setup", &fields).await.status, 422);
    }
    let page = anyone.submit("/setup", &fields).await;
    assert_eq!((page.status, page.header("retry-after")), (429, "60"));
    assert_eq!(page.attributes("#email", "value"), ["a@isp.example"]);
}

#[tokio::test]
async fn a_stolen_session_cannot_guess_the_password() {
    let world = World::new();
    let mut browser = world.browser("Priya Raman", Role::Admin).await;
    let fields = [("currentPassword", WRONG), ("newPassword", "another long password")];
    for _ in 0..5 {
        assert_eq!(browser.submit("/account/password", &fields).await.status, 422);
    }
    assert_eq!(browser.submit("/account/password", &fields).await.status, 429);
}
