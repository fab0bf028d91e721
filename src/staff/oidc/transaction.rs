//! A sign-in that is on its way to the provider and back. It lies in the browser that began it, sealed, so that any node
//! can take it up and nobody who is not signed in makes the database grow.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use vault::{Cell, Vault};

use crate::clock::Clock;

/// How long somebody may take at the provider, in milliseconds: 10 minutes.
pub const LIFE: i64 = 10 * 60 * 1000;

const CELL: Cell<'static> = Cell { table: "cookies", column: "redress_sso", row: b"sign-in" };

/// What has to come back, and what only we know.
#[derive(Clone, Serialize, Deserialize)]
pub struct Transaction {
    /// Comes back in the address; ties the answer to this browser.
    pub(super) state: String,
    /// Comes back in the ID token; ties the token to this sign-in.
    pub(super) nonce: String,
    /// Sent with the code; ties the code to us (RFC 7636).
    pub(super) verifier: String,
    /// The path to go to afterwards.
    pub(super) next: Option<String>,
    /// Milliseconds.
    pub(super) until: i64,
    /// Whether it counts only with a proof that is made for it, however well the provider knows them. What began in a
    /// version that did not ask for that has no word of it.
    #[serde(default)]
    anew: bool,
}

impl Transaction {
    /// A new one, with 256 bits each of what must not be guessed.
    pub(super) fn new(clock: &Clock, next: Option<String>, anew: bool) -> Self {
        let secret = || BASE64URL_NOPAD.encode(&clock.bytes::<32>());
        Self { state: secret(), nonce: secret(), verifier: secret(), next, until: clock.now() + LIFE, anew }
    }

    /// As it lies in the browser.
    pub fn seal(&self, vault: &Vault) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        BASE64URL_NOPAD.encode(&vault.seal_text(&CELL, &text))
    }

    /// Back from the browser, unless it is not ours or too old.
    pub fn open(vault: &Vault, sealed: &str, now: i64) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let text = vault.open_text(&CELL, &sealed).ok()?;
        let found: Self = serde_json::from_str(&text).ok()?;
        (found.until > now).then_some(found)
    }

    /// Whether this is the state that was sent, in a time that does not tell how much of it is right.
    pub(super) fn is_answered_by(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// The path to go to afterwards.
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Whether it is of somebody who is to prove anew who they are.
    pub const fn is_anew(&self) -> bool {
        self.anew
    }

    /// Since when somebody has to have proved at the provider who they are, in milliseconds; any time, unless anew.
    pub(super) fn proved_since(&self) -> Option<i64> {
        self.anew.then_some(self.until - LIFE)
    }

    /// What it is known by once it has been used.
    pub(super) fn mark(&self) -> [u8; 32] {
        Sha256::digest(format!("state {}", self.state)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_for_ten_minutes_and_only_as_it_was_sealed() {
        let (vault, (clock, hand)) = (Vault::for_tests(1), Clock::fixed(1_000_000, 1));
        let begun = Transaction::new(&clock, Some("/tickets".to_owned()), false);
        let sealed = begun.seal(&vault);
        assert!(!sealed.contains(&begun.state));
        hand.advance(LIFE - 1);
        let back = Transaction::open(&vault, &sealed, clock.now()).unwrap();
        assert!(back.is_answered_by(&begun.state) && !back.is_answered_by(&begun.nonce) && !back.is_answered_by(""));
        assert_eq!(back.next.as_deref(), Some("/tickets"));
        hand.advance(1);
        assert!(Transaction::open(&vault, &sealed, clock.now()).is_none(), "too old");
        let now = clock.now() - LIFE;
        let other = if sealed.ends_with('A') { "B" } else { "A" };
        let turned = format!("{}{other}", &sealed[..sealed.len() - 1]);
        for bad in ["", "x", &turned, &Transaction::new(&clock, None, false).seal(&Vault::for_tests(2))] {
            assert!(Transaction::open(&vault, bad, now).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_proof_made_anew_is_no_older_than_the_wish_for_it() {
        let (vault, (clock, _)) = (Vault::for_tests(1), Clock::fixed(1_000_000, 1));
        for (anew, since) in [(false, None), (true, Some(1_000_000))] {
            let sealed = Transaction::new(&clock, None, anew).seal(&vault);
            let back = Transaction::open(&vault, &sealed, clock.now()).unwrap();
            assert_eq!((back.is_anew(), back.proved_since()), (anew, since));
        }
        // As it lies in browsers that began while a version before was running.
        let before = r#"{"state":"s","nonce":"n","verifier":"v","next":null,"until":1600000}"#;
        assert!(!serde_json::from_str::<Transaction>(before).unwrap().is_anew());
    }

    #[test]
    fn what_must_not_be_guessed_differs_each_time() {
        let (clock, _) = Clock::fixed(0, 1);
        let (one, two) = (Transaction::new(&clock, None, false), Transaction::new(&clock, None, false));
        let all = [&one.state, &one.nonce, &one.verifier, &two.state, &two.nonce, &two.verifier];
        let mut distinct = all.to_vec();
        distinct.sort();
        distinct.dedup();
        // RFC 7636 wants 43 characters of a verifier at least.
        assert!(distinct.len() == 6 && all.iter().all(|text| text.len() == 43), "{all:?}");
    }
}
