//! One e-mail address (RFC 5321, 5322), as the contract's `clientEmail` and the staff's log-in want it.

use email_address::{EmailAddress, Options};

/// Gives the address back as it was written, or what is wrong with it.
///
/// # Errors
/// A sentence for people. Addresses with a display name, a domain literal or a domain of one word are refused.
pub fn check(text: &str) -> Result<String, String> {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    match EmailAddress::parse_with_options(text, options) {
        Ok(_) if !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err("Enter one e-mail address, such as name@example.com.".to_owned()),
    }
}

/// The form under which an address is looked up: lower case. Local parts that differ only in case are held alike, as
/// every large mail provider does.
pub fn key(address: &str) -> String {
    address.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_valid_address() {
        for good in ["a@example.com", "first.last+tag@sub.example.co.uk", "üser@exämple.de"] {
            assert!(super::check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.com",
            "a@b",
            "a b@c.de",
            "A <a@b.com>",
            "a@b.com, c@d.com",
            "a@[127.0.0.1]",
            "a@b..com",
            "a@@b.com",
        ] {
            assert!(super::check(bad).is_err(), "{bad}");
        }
    }
}
