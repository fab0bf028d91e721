//! What a provider sends when somebody has signed out there (OpenID Connect Back-Channel Logout 1.0, section 2.4).

use data_encoding::BASE64URL_NOPAD;
use openidconnect::{
    JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyUse,
    core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    Provider, Refusal,
    provider::{ALGORITHMS, SKEW},
};

pub(super) const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token without an end counts this long, in milliseconds: 2 minutes, as the standard advises.
const LIFE: i64 = 2 * 60 * 1000;

/// A log-out that the provider vouches for: of one of its sessions, or of all that somebody has.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedOut {
    pub(super) subject: Option<String>,
    pub(super) sid: Option<String>,
    /// What it is known by, so that it counts once.
    pub(super) jti: String,
    /// Milliseconds; after that it is worth nothing.
    pub(super) until: i64,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Payload {
    iss: String,
    aud: Value,
    iat: i64,
    nbf: Option<i64>,
    exp: Option<i64>,
    jti: String,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
    events: Map<String, Value>,
}

/// Verifies a logout token. A key that is not known is asked for once.
///
/// # Errors
/// [`Refusal::Unproven`], whatever is wrong; [`Refusal::Unreachable`] when the provider's keys cannot be had.
pub async fn verify(provider: &Provider, token: &str) -> Result<SignedOut, Refusal> {
    let known = provider.known().await?;
    let read = match signed(&known.keys, token) {
        Some(payload) => Some(payload),
        None => signed(&provider.with_newer_keys(&known).await?.keys, token),
    };
    let payload = read.and_then(|payload| json(&payload)).ok_or(Refusal::Unproven)?;
    claimed(payload, (&provider.settings.issuer, &provider.settings.client_id), provider.clock.now())
        .ok_or(Refusal::Unproven)
}

/// The payload of a token that one of the keys has signed (RFC 7515, RFC 8725).
pub(super) fn signed(keys: &CoreJsonWebKeySet, token: &str) -> Option<Vec<u8>> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
    let header: Header = json(&decode(header)?)?;
    let typ = header.typ.as_deref().map(|typ| typ.to_ascii_lowercase().trim_start_matches("application/").to_owned());
    if header.crit.is_some() || !ALGORITHMS.contains(&header.alg) {
        return None;
    }
    if !typ.is_none_or(|typ| typ == "logout+jwt" || typ == "jwt") {
        return None;
    }
    let signature = decode(signature)?;
    let named = |key: &&CoreJsonWebKey| {
        let same = header.kid.as_deref().is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid));
        let signs = key.key_use().is_none_or(JsonWebKeyUse::allows_signature);
        same && signs
            && match key.signing_alg() {
                JsonWebKeyAlgorithm::Algorithm(alg) => *alg == header.alg,
                JsonWebKeyAlgorithm::Unspecified => true,
                JsonWebKeyAlgorithm::Unsupported => false,
            }
    };
    let right = |key: &CoreJsonWebKey| key.verify_signature(&header.alg, message.as_bytes(), &signature).is_ok();
    keys.keys().iter().filter(named).any(right).then(|| decode(payload))?
}

/// A part of a token, which is JSON in UTF-8 to its last letter (RFC 7515, section 5.2). Of octets the parser would take
/// anything for what nobody asks for.
pub(super) fn json<T: DeserializeOwned>(part: &[u8]) -> Option<T> {
    serde_json::from_str(std::str::from_utf8(part).ok()?).ok()
}

/// What it says, if it is for us, of now, and about a log-out.
pub(super) fn claimed(said: Payload, (issuer, client): (&str, &str), now: i64) -> Option<SignedOut> {
    let for_us = match &said.aud {
        Value::String(aud) => aud == client,
        Value::Array(list) => list.iter().any(|aud| aud.as_str() == Some(client)),
        _ => false,
    };
    let (since, until) = (
        said.iat.checked_mul(1000)?,
        said.exp
            .map_or(said.iat.checked_mul(1000)?.checked_add(LIFE), |exp| exp.checked_mul(1000))?
            .checked_add(SKEW)?,
    );
    let begins = said.nbf.unwrap_or(said.iat).checked_mul(1000)?.max(since);
    let of_now = begins <= now + SKEW && until > now;
    // An ID token has a nonce and no such event, so that neither can be taken for the other.
    let of_log_out = said.events.get(EVENT).is_some_and(Value::is_object) && said.nonce.is_none();
    let names = said.sub.is_some() || said.sid.is_some();
    let good = said.iss == issuer && for_us && of_now && of_log_out && names && !said.jti.is_empty();
    good.then_some(SignedOut { subject: said.sub, sid: said.sid, jti: said.jti, until })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn good() -> Value {
        let now = NOW / 1000;
        json!({
            "iss": "https://id.example", "aud": "redress", "iat": now, "exp": now + 120, "jti": "j1", "sub": "asha",
            "sid": "s1", "events": {EVENT: {}},
        })
    }

    fn read(value: Value) -> Option<SignedOut> {
        claimed(serde_json::from_value(value).ok()?, ("https://id.example", "redress"), NOW)
    }

    #[test]
    fn a_logout_token_says_who_and_which_session() {
        let said = read(good()).unwrap();
        assert_eq!((said.subject.as_deref(), said.sid.as_deref(), said.jti.as_str()), (Some("asha"), Some("s1"), "j1"));
        assert_eq!(said.until, NOW + 120_000 + SKEW);
    }

    #[test]
    fn what_is_not_one_is_refused() {
        let seconds = NOW / 1000;
        for (name, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("another")),
            ("aud", json!(["another"])),
            ("aud", json!(null)),
            ("iat", json!(seconds + 61)),
            ("exp", json!(seconds - 60)),
            ("iat", json!(i64::MAX)),
            ("jti", json!("")),
            ("events", json!({})),
            ("events", json!({EVENT: true})),
            ("nonce", json!("n")),
        ] {
            let mut token = good();
            token[name] = value.clone();
            assert_eq!(read(token), None, "{name}: {value}");
        }
        for missing in ["iss", "aud", "iat", "jti", "events"] {
            let mut token = good();
            token.as_object_mut().unwrap().remove(missing);
            assert_eq!(read(token), None, "without {missing}");
        }
        let mut nobody = good();
        nobody.as_object_mut().unwrap().retain(|name, _| name != "sub" && name != "sid");
        assert_eq!(read(nobody), None);
    }

    /// Found by fuzzing: what nobody asks for was not looked at.
    #[test]
    fn a_part_that_is_not_utf_8_throughout_is_none() {
        let header =
            |more: &[u8]| json::<Header>(&[&br#"{"alg":"ES256","x":""#[..], more, br#""}"#].concat()).is_some();
        assert!(header(b"a") && header("é".as_bytes()));
        assert!(!header(b"\x92") && !header(b"\xe0\x80"));
    }

    #[test]
    fn one_without_an_end_counts_for_two_minutes() {
        let mut token = good();
        token.as_object_mut().unwrap().remove("exp");
        token["iat"] = json!(NOW / 1000 - 179);
        assert!(read(token.clone()).is_some());
        token["iat"] = json!(NOW / 1000 - 180);
        assert_eq!(read(token), None);
    }
}
