//! Codes of an authenticator app: TOTP (RFC 6238) by SHA-1, of six digits, a new one each 30 seconds. Apps know no other
//! parameters reliably, and HMAC-SHA-1 is as good as it ever was.

use std::fmt::Write as _;

use data_encoding::BASE32_NOPAD;
use fast_qr::{ECL, QRBuilder};
use totp_rs::{Algorithm, Builder, Totp};

use crate::fault::Fault;

/// As RFC 4226 advises: 160 bits.
const BYTES: usize = 20;
/// How many steps a phone's clock may be off, either way (RFC 6238, section 5.2).
const SKEW: u16 = 1;

/// The key that an app and this server share.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; BYTES]);

impl Key {
    /// Of random bytes.
    pub const fn new(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// From what [`Self::text`] gave.
    pub fn parse(text: &str) -> Option<Self> {
        BASE32_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }

    /// As people type it where they cannot scan: base32.
    pub fn text(&self) -> String {
        BASE32_NOPAD.encode(&self.0)
    }

    /// The step whose code this is, at a time in milliseconds. A step is good once: see [`super::spend`].
    pub fn step_of(&self, code: &str, now: i64) -> Option<i64> {
        let seconds = u64::try_from(now / 1000).ok()?;
        let step = self.totp("", "").ok()?.check(code, seconds)?;
        i64::try_from(step).ok()
    }

    /// The address that apps scan, for an account at this ISP.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn address(&self, isp: &str, account: &str) -> Result<String, Fault> {
        let url = self.totp(isp, account)?.to_url();
        url.map_err(|error| Fault::Unexpected(anyhow::anyhow!("address of an authenticator's key: {error}")))
    }

    fn totp(&self, isp: &str, account: &str) -> Result<Totp, Fault> {
        // A colon parts the two where apps show them.
        let isp = isp.replace(':', " ");
        let issuer = if isp.trim().is_empty() { "Redress".to_owned() } else { isp };
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_skew(SKEW)
            .with_secret(self.0.to_vec())
            .with_account_name(account.replace(':', " "))
            .with_issuer(Some(issuer))
            .build()
            .map_err(|error| Fault::Unexpected(anyhow::anyhow!("key of an authenticator: {error}")))
    }
}

/// A QR code, as the path of an SVG and the number of modules on a side.
///
/// # Errors
/// A fault of ours: the text is too long for one.
pub fn picture(text: &str) -> Result<(String, usize), Fault> {
    let code = QRBuilder::new(text).ecl(ECL::M).build();
    let code = code.map_err(|error| Fault::Unexpected(anyhow::anyhow!("QR code: {error:?}")))?;
    let mut path = String::new();
    for row in 0..code.size {
        for (column, _) in code[row].iter().enumerate().filter(|(_, module)| module.value()) {
            let _ = write!(path, "M{column} {row}h1v1h-1z");
        }
    }
    Ok((path, code.size))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238's test vectors, appendix B; of its eight digits the last six.
    #[test]
    fn codes_are_those_of_the_standard_one_step_early_and_late_and_no_further() {
        let key = Key::new(*b"12345678901234567890");
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let step = Some(seconds / 30);
            assert_eq!(key.step_of(code, seconds * 1000), step);
            assert_eq!(key.step_of(code, (seconds + 30) * 1000), step, "a step late");
            assert_eq!(key.step_of(code, (seconds - 30) * 1000), step, "a step early");
            assert_eq!(key.step_of(code, (seconds + 60) * 1000), None, "two steps late");
            assert_eq!(key.step_of(code, (seconds - 60) * 1000), None, "two steps early");
        }
        for code in ["", "28708", "2870820", "28708x", "２８７０８２", "-87082"] {
            assert_eq!(key.step_of(code, 59_000), None, "{code}");
        }
    }

    #[test]
    fn a_key_survives_being_typed_and_its_address_names_isp_and_account() {
        let key = Key::new([7; BYTES]);
        assert_eq!(Key::parse(&key.text()).as_ref().map(Key::text), Some(key.text()));
        assert!(Key::parse("AAAA").is_none());
        let address = key.address("Northern: Fibre", "ada@isp.example").unwrap();
        assert!(address.starts_with("otpauth://totp/Northern%20%20Fibre:ada%40isp.example?"), "{address}");
        assert!(address.contains(&format!("secret={}", key.text())), "{address}");
    }

    #[test]
    fn a_picture_is_square_and_has_the_three_corners() {
        let (path, size) = picture("otpauth://totp/x").unwrap();
        assert_eq!((size - 17) % 4, 0);
        for corner in ["M0 0h".to_owned(), format!("M{} 0h", size - 1), format!("M0 {}h", size - 1)] {
            assert!(path.contains(&corner), "{corner}");
        }
    }
}
