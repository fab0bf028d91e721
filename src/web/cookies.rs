//! Cookies as they travel. Within, they go by plain names; outside, under TLS, each has the prefix `__Host-` (RFC 6265bis,
//! section 4.1.3.2), by which browsers refuse it from any other host, a sibling domain's included, and in clear. And the
//! toast, whose words a page shows, counts only as we have written it.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use data_encoding::BASE64URL_NOPAD;
use vault::{Purpose, Vault};

use super::flash::FLASH;

const PREFIX: &str = "__Host-";
const SIGNED: Purpose = Purpose::new("cookies.signed");
/// Bytes of the signature that travel.
const TAG: usize = 16;

/// What the middleware needs.
#[derive(Clone, Debug)]
pub struct Cookies {
    /// Signs the toast.
    pub vault: Vault,
    /// Whether people reach this server by TLS.
    pub secure: bool,
}

/// Takes the prefix from what comes, and from the toast its signature; gives both to what goes.
pub async fn guard(State(cookies): State<Cookies>, mut request: Request, next: Next) -> Response {
    cookies.unpack(request.headers_mut());
    let mut response = next.run(request).await;
    cookies.pack(response.headers_mut());
    response
}

impl Cookies {
    pub(super) fn unpack(&self, headers: &mut HeaderMap) {
        let lines: Vec<HeaderValue> = headers.get_all(header::COOKIE).iter().cloned().collect();
        if lines.is_empty() {
            return;
        }
        let pairs = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        let kept: Vec<String> = pairs.filter_map(|pair| self.taken(pair.trim())).collect();
        headers.remove(header::COOKIE);
        if let Ok(line) = HeaderValue::try_from(kept.join("; "))
            && !kept.is_empty()
        {
            headers.insert(header::COOKIE, line);
        }
    }

    fn taken(&self, pair: &str) -> Option<String> {
        let pair = if self.secure { pair.strip_prefix(PREFIX)? } else { pair };
        let Some(sealed) = pair.strip_prefix(FLASH).and_then(|rest| rest.strip_prefix('=')) else {
            return Some(pair.to_owned());
        };
        let (tag, value) = sealed.split_once('.')?;
        (*tag == self.tag(value)).then(|| format!("{FLASH}={value}"))
    }

    pub(super) fn pack(&self, headers: &mut HeaderMap) {
        let header::Entry::Occupied(given) = headers.entry(header::SET_COOKIE) else { return };
        let lines: Vec<HeaderValue> = given.remove_entry_mult().1.collect();
        for line in lines {
            let packed = line.to_str().ok().and_then(|line| HeaderValue::try_from(self.given(line)).ok());
            headers.append(header::SET_COOKIE, packed.unwrap_or(line));
        }
    }

    fn given(&self, line: &str) -> String {
        let prefix = if self.secure && !line.starts_with(PREFIX) { PREFIX } else { "" };
        match line.strip_prefix(FLASH).and_then(|rest| rest.strip_prefix('=')) {
            Some(rest) if !rest.starts_with(';') => {
                let value = rest.split(';').next().unwrap_or_default();
                format!("{prefix}{FLASH}={}.{rest}", self.tag(value))
            }
            _ => format!("{prefix}{line}"),
        }
    }

    /// Nobody learns anything from how long a comparison of these takes: what they sign is a toast.
    fn tag(&self, value: &str) -> String {
        BASE64URL_NOPAD.encode(&self.vault.mac(SIGNED, &[FLASH.as_bytes(), value.as_bytes()])[..TAG])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(secure: bool) -> Cookies {
        Cookies { vault: Vault::for_tests(1), secure }
    }

    fn received(secure: bool, lines: &[&str]) -> String {
        let lines = lines.iter().map(|line| (header::COOKIE, line.parse().unwrap()));
        let mut headers = lines.collect::<HeaderMap>();
        cookies(secure).unpack(&mut headers);
        headers.get(header::COOKIE).map(|line| line.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    fn sent(secure: bool, lines: &[&str]) -> Vec<String> {
        let lines = lines.iter().map(|line| (header::SET_COOKIE, line.parse().unwrap()));
        let mut headers = lines.collect::<HeaderMap>();
        cookies(secure).pack(&mut headers);
        headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn under_tls_every_cookie_has_the_prefix_and_none_counts_without() {
        let given = ["redress_session=abc; Path=/; Secure", "__Host-other=1; Path=/; Secure"];
        assert_eq!(
            sent(true, &given),
            ["__Host-redress_session=abc; Path=/; Secure", "__Host-other=1; Path=/; Secure"]
        );
        assert_eq!(sent(false, &given), given);
        let back = ["a=1; __Host-redress_session=abc; redress_session=evil", "__Host-redress_theme=dark"];
        assert_eq!(received(true, &back), "redress_session=abc; redress_theme=dark");
        assert_eq!(received(false, &["redress_session=abc; x=y"]), "redress_session=abc; x=y");
        assert_eq!(received(true, &["redress_session=evil"]), "");
    }

    #[test]
    fn a_toast_counts_only_as_it_was_written_here() {
        for secure in [false, true] {
            let prefix = if secure { PREFIX } else { "" };
            let line = sent(secure, &["redress_flash=dGVzdA; HttpOnly; Path=/"]).remove(0);
            let pair = line.split(';').next().unwrap();
            assert!(pair.starts_with(&format!("{prefix}redress_flash=")) && pair.ends_with(".dGVzdA"), "{line}");
            assert!(line.ends_with("; HttpOnly; Path=/"), "{line}");
            assert_eq!(received(secure, &[pair]), "redress_flash=dGVzdA");
            for forged in
                [format!("{prefix}redress_flash=dGVzdA"), format!("{pair}A"), format!("{prefix}redress_flash=.dGVzdA")]
            {
                assert_eq!(received(secure, &[&forged]), "", "{forged}");
            }
        }
        let gone = "redress_flash=; Max-Age=0; Path=/";
        assert_eq!(sent(false, &[gone]), [gone], "what is taken away is not signed");
    }
}
