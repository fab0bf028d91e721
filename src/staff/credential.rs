//! What proves who is asking: the token of a session or of a program. Only its hash is stored.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use vault::{Purpose, Vault};

use crate::clock::Clock;

const FORM: Purpose = Purpose::new("api_tokens.form");

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A session that has ended by itself is known this much longer, see [`Lapsed`](super::Lapsed).
pub const SESSION_KNOWN: i64 = DAY;
/// The token of a log-in over the API ends at this age.
pub const LOG_IN_LIFE: i64 = 12 * HOUR;
/// A use is noted when the last note is this old: not every request should be a write.
pub const NOTED_AFTER: i64 = MINUTE;

/// The SHA-256 of a token. The token has 256 random bits, so that a plain hash is enough.
pub type Hash = [u8; 32];

/// A new token, to be handed out once, with what is stored of it.
#[derive(Clone)]
pub struct Fresh {
    /// The secret itself.
    pub token: String,
    /// Its hash.
    pub hash: Hash,
    /// The id it is shown and ended under.
    pub id: Uuid,
}

impl Fresh {
    /// For a session's cookie.
    pub fn session(clock: &Clock) -> Self {
        Self::new("", clock)
    }

    /// For a program. The prefix lets secret scanners know it.
    pub fn api(clock: &Clock) -> Self {
        Self::new("rdr_", clock)
    }

    /// For a link by which a password is chosen.
    pub fn link(clock: &Clock) -> Self {
        Self::new("rdl_", clock)
    }

    /// For a program, by the key of the form that asks for it: the same form gives the same token, so
    /// what keeps it has to know forms that were used. Whoever knows the
    /// form but not our keys cannot tell the token.
    pub fn of_form(vault: &Vault, clock: &Clock, of: Uuid, key: &str) -> Self {
        Self::of("rdr_", vault.mac(FORM, &[of.as_bytes(), key.as_bytes()]), clock)
    }

    fn new(prefix: &str, clock: &Clock) -> Self {
        Self::of(prefix, clock.bytes(), clock)
    }

    fn of(prefix: &str, secret: [u8; 32], clock: &Clock) -> Self {
        let token = format!("{prefix}{}", HEXLOWER.encode(&secret));
        Self { hash: hash(&token), token, id: clock.uuid() }
    }
}

/// What a token is stored as.
pub fn hash(token: &str) -> Hash {
    Sha256::digest(token).into()
}

/// Where a credential lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A browser's session.
    Session,
    /// A program's token.
    Api,
}

/// Days as milliseconds.
pub const fn days(days: i64) -> i64 {
    days * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_carry_256_bits() {
        let (clock, _) = Clock::fixed(0, 1);
        let (one, two) = (Fresh::api(&clock), Fresh::api(&clock));
        assert_ne!(one.token, two.token);
        assert_eq!(one.token.len(), 4 + 64);
        assert!(one.token.starts_with("rdr_"));
        assert_eq!(one.hash, hash(&one.token));
    }
}
