//! The toast that the next page shows: it travels in a cookie.

use data_encoding::BASE64URL_NOPAD;

use crate::words::Said;

/// The cookie's name.
pub(super) const FLASH: &str = "redress_flash";
/// Characters of a toast at most: it travels in a cookie, and proxies bound what headers hold.
const LONGEST_TOAST: usize = 200;

/// A toast for the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// `ok` or `error`.
    pub kind: &'static str,
    /// What happened, in a few words without personal data: it stands in a cookie, signed by [`super::cookies`].
    pub title: String,
    /// The path to post to for taking it back, if that can be done, and for how many seconds.
    pub undo: Option<(String, i64)>,
}

impl Flash {
    /// Something worked.
    pub fn ok(title: Said) -> Self {
        Self::new("ok", title)
    }

    /// Something did not.
    pub fn error(title: Said) -> Self {
        Self::new("error", title)
    }

    fn new(kind: &'static str, title: impl std::fmt::Display) -> Self {
        Self { kind, title: title.to_string().chars().take(LONGEST_TOAST).collect(), undo: None }
    }

    /// The same, with a way to take it back.
    #[must_use]
    pub fn with_undo(mut self, path: impl Into<String>, seconds: i64) -> Self {
        self.undo = Some((path.into(), seconds));
        self
    }

    pub(super) fn encode(&self) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("k", self.kind).append_pair("t", &self.title);
        if let Some((undo, seconds)) = &self.undo {
            pairs.append_pair("u", undo).append_pair("s", &seconds.to_string());
        }
        // Percent signs would be encoded once more in a cookie: nine bytes for each letter of Hindi, and then fifteen.
        BASE64URL_NOPAD.encode(pairs.finish().as_bytes())
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        let pairs = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let pairs = super::Query(form_urlencoded::parse(&pairs).into_owned().collect());
        let kind = if pairs.get("k")? == "error" { "error" } else { "ok" };
        let seconds = pairs.get("s").and_then(|seconds| seconds.parse().ok());
        let undo = pairs.get("u").filter(|path| is_local(path)).map(ToOwned::to_owned).zip(seconds);
        Some(Self { kind, title: pairs.get("t")?.chars().take(LONGEST_TOAST).collect(), undo })
    }
}

/// Whether a path stays on this server, no scheme and no other host, and can stand in a `Location` (RFC 3986: anything
/// but printing ASCII comes percent-encoded in a path).
pub fn is_local(path: &str) -> bool {
    let printing = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    path.starts_with('/') && !path.starts_with("//") && printing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Language, Text};

    #[test]
    fn a_flash_survives_its_cookie_and_never_leads_away() {
        let said = |words: &str| Text::verbatim(words).to(Language::English);
        let flash = Flash::ok(said("Ticket logged; 100% & more")).with_undo("/tickets/BILL-1/undo", 5);
        assert_eq!(Flash::decode(&flash.encode()), Some(flash));
        for bad in ["https://evil.example", "//evil.example", "/\\evil.example"] {
            assert_eq!(Flash::decode(&Flash::ok(said("x")).with_undo(bad, 5).encode()).unwrap().undo, None, "{bad}");
        }
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_path() {
        for good in ["/", "/tickets?q=jos%C3%A9&page=2", "/account#tokens"] {
            assert!(is_local(good), "{good}");
        }
        for bad in ["", "tickets", "/\u{1}", "/\u{7f}", "/\r\nX: y", "/a\tb", "/a b", "/josé", "/\u{85}", "/a\\b"] {
            assert!(!is_local(bad), "{bad:?}");
        }
    }
}
