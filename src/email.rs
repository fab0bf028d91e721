//! One e-mail address (RFC 5321, 5322), as the contract's `clientEmail` and the staff's log-in want it.

use email_address::{EmailAddress, Options};

use crate::words::Text;

/// Gives the address back as it was written, or what is wrong with it.
///
/// # Errors
/// A sentence for people. Addresses with a display name, a domain literal or a domain of one word are refused.
pub fn check(text: &str) -> Result<String, Text> {
    let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
    match EmailAddress::parse_with_options(text, options) {
        Ok(_) if !text.contains(char::is_whitespace) => Ok(text.to_owned()),
        _ => Err(Text::new("problem-email")),
    }
}

/// The form under which an address is looked up: lower case. Local parts that differ only in case are held alike, as
/// every large mail provider does.
pub fn key(address: &str) -> String {
    address.trim().to_lowercase()
}

/// A link that writes to an address (RFC 6068): everything that is not plainly part of one is escaped.
pub fn mailto(address: &str) -> String {
    let escape = |byte: u8| match byte {
        b'@' | b'.' | b'_' | b'-' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let escaped: String = address.bytes().map(escape).collect();
    format!("mailto:{escaped}")
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

    #[test]
    fn an_address_cannot_add_headers_to_its_link() {
        assert_eq!(super::mailto("first.last@example.com"), "mailto:first.last@example.com");
        assert_eq!(super::mailto("a?bcc=b&c@d.e"), "mailto:a%3Fbcc%3Db%26c@d.e");
        assert_eq!(super::mailto("ü+x@d.e"), "mailto:%C3%BC%2Bx@d.e");
    }
}
