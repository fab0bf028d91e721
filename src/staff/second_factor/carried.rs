//! What a browser carries from one page to the next for us: sealed, so that it can neither read nor make it, and good for
//! some minutes. No row is written before somebody has proved something.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use vault::{Cell, Vault};

/// What is carried, by what it is for: one kind is never taken for another.
#[derive(Debug, Clone, Copy)]
pub struct Carried {
    name: &'static str,
    /// Milliseconds that it is good for.
    life: i64,
}

#[derive(Serialize, Deserialize)]
struct Dated<T> {
    at: i64,
    value: T,
}

impl Carried {
    /// Between the password and the second factor.
    pub const LOG_IN: Self = Self::new("log-in");
    /// The key of an app that is being set up.
    pub const APP: Self = Self::new("app");
    /// The challenge of a passkey that is being made.
    pub const NEW_PASSKEY: Self = Self::new("new passkey");
    /// The challenge of a passkey that is asked for.
    pub const PASSKEY: Self = Self::new("passkey");
    /// Recovery codes, over the redirect to the page that shows them.
    pub const CODES: Self = Self::new("codes");

    const fn new(name: &'static str) -> Self {
        Self { name, life: 10 * 60 * 1000 }
    }

    /// Until when something that was sealed now is good.
    pub const fn until(self, now: i64) -> i64 {
        now + self.life
    }

    /// Seals a value for one user, or for nobody in particular where `of` is empty.
    pub fn seal(self, vault: &Vault, of: &[u8], now: i64, value: &impl Serialize) -> String {
        let json = serde_json::to_vec(&Dated { at: now, value }).unwrap_or_default();
        BASE64URL_NOPAD.encode(&vault.seal(&self.cell(of), &json))
    }

    /// What was sealed, unless it is too old, of another kind or another user, or not ours.
    pub fn open<T: DeserializeOwned>(self, vault: &Vault, of: &[u8], now: i64, text: &str) -> Option<T> {
        let sealed = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let json = vault.open_cell(&self.cell(of), &sealed).ok()?;
        let Dated { at, value } = serde_json::from_slice(&json).ok()?;
        // One from a clock that has been set back since is as good as an old one.
        (at <= now && now < self.until(at)).then_some(value)
    }

    fn cell(self, of: &[u8]) -> Cell<'_> {
        Cell { table: "carried", column: self.name, row: of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_for_whom_and_what_it_was_sealed_and_for_ten_minutes() {
        let vault = Vault::for_tests(1);
        let text = Carried::APP.seal(&vault, b"ada", 1000, &"key");
        let open = |kind: Carried, of: &[u8], now| kind.open::<String>(&vault, of, now, &text);
        assert_eq!(open(Carried::APP, b"ada", 1000).as_deref(), Some("key"));
        assert_eq!(open(Carried::APP, b"ada", 1000 + 599_999).as_deref(), Some("key"));
        assert_eq!(open(Carried::APP, b"ada", 1000 + 600_000), None);
        assert_eq!(open(Carried::APP, b"ada", 999), None);
        assert_eq!(open(Carried::APP, b"bob", 1000), None);
        assert_eq!(open(Carried::CODES, b"ada", 1000), None);
        let other = Vault::for_tests(2);
        assert_eq!(Carried::APP.open::<String>(&other, b"ada", 1000, &text), None);
        for text in ["", "x", "AAAA", "é"] {
            assert_eq!(Carried::APP.open::<String>(&vault, b"ada", 1000, text), None);
        }
    }
}
