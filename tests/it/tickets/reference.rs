//! `BILL-YYYYMMDD-XXXX`: the day, what it is made of, and a day that fills up.

use redress::clock::Clock;
use serde_json::json;

use super::count;
use crate::support::{Caller, TestApp};

/// 2026-12-31T23:30:00Z.
const NEW_YEARS_EVE: i64 = 1_798_759_800_000;

async fn reference(admin: &Caller) -> String {
    admin.ticket(json!({})).await["ticketRef"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_day_is_the_set_zones() {
    for (zone, before, after) in [
        ("UTC", "BILL-20261231-", "BILL-20270101-"),
        ("Asia/Kolkata", "BILL-20270101-", "BILL-20270101-"),
        ("America/Los_Angeles", "BILL-20261231-", "BILL-20261231-"),
        ("Pacific/Kiritimati", "BILL-20270101-", "BILL-20270101-"),
        ("Europe/London", "BILL-20261231-", "BILL-20270101-"),
    ] {
        let (clock, hand) = Clock::fixed(NEW_YEARS_EVE, 7);
        let app = TestApp::with_clock(&[("timezone", zone)], clock).await;
        let admin = app.admin().await;
        assert!(reference(&admin).await.starts_with(before), "{zone}");
        hand.advance(30 * 60 * 1000 - 1);
        assert!(reference(&admin).await.starts_with(before), "{zone}, a millisecond before midnight in UTC");
        hand.advance(1);
        assert!(reference(&admin).await.starts_with(after), "{zone}");
    }
}

#[tokio::test]
async fn a_reference_cannot_be_guessed_from_the_one_before() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let mut tails = Vec::new();
    for _ in 0..40 {
        let reference = reference(&admin).await;
        tails.push(reference[reference.len() - 4..].to_owned());
    }
    let alphabet = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let number = |tail: &str| {
        tail.bytes()
            .fold(0_i64, |sum, c| sum * 32 + i64::try_from(alphabet.iter().position(|a| *a == c).unwrap()).unwrap())
    };
    let steps: std::collections::BTreeSet<i64> =
        tails.windows(2).map(|two| number(&two[1]) - number(&two[0])).collect();
    assert!(steps.len() > 35, "the steps repeat: {steps:?}");
    let ups = tails.windows(2).filter(|two| number(&two[1]) > number(&two[0])).count();
    assert!((8..32).contains(&ups), "they only go one way: {tails:?}");
}

/// Draws are eight bytes each; the script makes every draw of four the same, until the day counts as full.
#[tokio::test]
async fn a_fifth_character_when_the_day_fills_up() {
    let (clock, hand) = Clock::fixed(NEW_YEARS_EVE, 7);
    let app = TestApp::with_clock(&[("worker", "false")], clock).await;
    let admin = app.admin().await;
    hand.script(&[0; 1000]);
    let first = reference(&admin).await;
    assert_eq!(first, "BILL-20261231-0000");
    // Ids are drawn from the same bytes, so only the time keeps them apart.
    hand.advance(1);
    let second = reference(&admin).await;
    assert_eq!(second, "BILL-20261231-00000", "full, so five characters");
    assert_eq!(count(&admin).await, 2);
    for (typed, want) in [(&first, &first), (&second, &second), (&second.to_lowercase(), &second)] {
        assert_eq!(admin.get(&format!("/api/tickets/{typed}")).await.json["ticketRef"], *want);
    }
    let found = admin.get("/api/tickets?q=00000").await.json;
    assert_eq!((&found["total"], &found["items"][0]["ticketRef"]), (&json!(1), &json!(second)));
}
