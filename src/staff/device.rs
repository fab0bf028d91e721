//! Browsers that an account has signed in from before (OWASP's device cookie): what they try counts apart, so that somebody
//! who keeps an account waiting with wrong passwords does not keep its owner out.
//!
//! The cookie proves nothing but that: it signs nobody in. It is bound to the account by a MAC, and its name to the account's
//! address, so that several people may share a browser.

use axum_extra::extract::cookie::{Cookie, CookieJar};
use data_encoding::BASE64URL_NOPAD;
use vault::{Purpose, Vault};

use crate::{clock::Clock, email, web::Chrome};

const DEVICE: Purpose = Purpose::new("staff.device");
const NAME: Purpose = Purpose::new("staff.device_name");
const TRIES: Purpose = Purpose::new("login_attempts.device");
/// A browser is known for so long after its last log-in.
const DAYS: i64 = 180;
const DAY: i64 = 24 * 60 * 60 * 1000;
const NONCE: usize = 16;

/// A browser that is known to have signed in to an account.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    /// What its tries count against.
    pub subject: i64,
}

fn name(vault: &Vault, email: &str) -> String {
    format!("redress_device_{:016x}", vault.token(NAME, &email::key(email)))
}

fn mac(vault: &Vault, email: &str, nonce: &[u8], issued: &[u8]) -> [u8; 32] {
    vault.mac(DEVICE, &[email::key(email).as_bytes(), nonce, issued])
}

/// The browser with these cookies, if it is known to the account with this address, whether there is one or not.
pub fn known(vault: &Vault, jar: &CookieJar, email: &str, now: i64) -> Option<Device> {
    let cookie = jar.get(&name(vault, email))?;
    let bytes = BASE64URL_NOPAD.decode(cookie.value().as_bytes()).ok()?;
    let (nonce, rest) = bytes.split_at_checked(NONCE)?;
    let (issued, given) = rest.split_first_chunk::<8>()?;
    if !vault.verify_mac(DEVICE, &[email::key(email).as_bytes(), nonce, issued], given) {
        return None;
    }
    let age = now - i64::from_be_bytes(*issued);
    let subject = format!("{} {}", email::key(email), BASE64URL_NOPAD.encode(nonce));
    (age < DAYS * DAY).then(|| Device { subject: vault.token(TRIES, &subject) })
}

/// The cookie that makes a browser known to an account.
pub fn cookie(vault: &Vault, clock: &Clock, chrome: &Chrome, email: &str) -> Cookie<'static> {
    let (nonce, issued) = (clock.bytes::<NONCE>(), clock.now().to_be_bytes());
    let value = [&nonce[..], &issued, &mac(vault, email, &nonce, &issued)].concat();
    let mut cookie = chrome.cookie(&name(vault, email), &BASE64URL_NOPAD.encode(&value));
    cookie.make_permanent();
    cookie
}
