//! What holds of anything that claims to come from the provider of single sign-on.

use std::sync::OnceLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJsonWebKeySet;
use serde_json::{Value, json};
use vault::Vault;

use super::{
    Transaction,
    claims::Claims,
    logout_token::{EVENT, claimed, json as part, signed},
    provider::SKEW,
};
use crate::{
    clock::Clock,
    fuzzing::{altered, choice, halves, text},
};

const NOW: i64 = 1_800_000_000_000;
const US: (&str, &str) = ("https://id.example", "redress");

/// A provider's key, and its public half as the provider gives it out.
fn key() -> &'static (EcdsaKeyPair, CoreJsonWebKeySet) {
    static KEY: OnceLock<(EcdsaKeyPair, CoreJsonWebKeySet)> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("there is randomness");
        let public = key.public_key().as_ref();
        let (x, y) = (BASE64URL_NOPAD.encode(&public[1..33]), BASE64URL_NOPAD.encode(&public[33..65]));
        let set =
            json!({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1", "x": x, "y": y}]});
        (key, serde_json::from_value(set).expect("it is a set of keys"))
    })
}

/// A token counts if the provider has signed it as it is, and it says what a log-out says; nobody else's counts.
pub fn logout_token(data: &[u8]) {
    let (at, rest) = choice(data);
    let (header, payload) = halves(rest);
    let (key, keys) = key();
    assert_eq!(signed(keys, &text(rest)), None, "nobody makes one up");
    let sign = |header: &[u8]| {
        let message = format!("{}.{}", BASE64URL_NOPAD.encode(header), BASE64URL_NOPAD.encode(payload));
        let signature = key.sign(&SystemRandom::new(), message.as_bytes()).expect("there is randomness");
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    };
    // Whatever the header says: only the key's own algorithm counts.
    if signed(keys, &sign(header)).is_some() {
        let header: Value = serde_json::from_slice(header).expect("a header is JSON");
        assert!(header["alg"] == "ES256" && header.get("crit").is_none_or(Value::is_null), "{header}");
    }
    let token = sign(br#"{"alg":"ES256","kid":"k1","typ":"logout+jwt"}"#);
    assert_eq!(signed(keys, &token).as_deref(), Some(payload));
    for forged in [altered(&token, at), token[..at % token.len()].to_owned(), format!("{token}A")] {
        assert_eq!(signed(keys, &forged), None, "{forged} for {token}");
    }
    let Some(read) = part(payload).and_then(|payload| claimed(payload, US, NOW)) else { return };
    let said: Value = serde_json::from_slice(payload).expect("it was read");
    assert_eq!(said["iss"], US.0);
    assert!(said["aud"] == US.1 || said["aud"].as_array().is_some_and(|list| list.iter().any(|aud| aud == US.1)));
    assert!(said["events"][EVENT].is_object() && said.get("nonce").is_none_or(Value::is_null));
    assert!(said["iat"].as_i64().is_some_and(|since| since * 1000 <= NOW + SKEW) && read.until > NOW);
    assert!(!read.jti.is_empty() && (read.subject.is_some() || read.sid.is_some()));
}

/// Claims of any form are read or left out, and `Debug` tells none of them.
pub fn claims(data: &[u8]) {
    let (name, claims) = halves(data);
    let name = text(name);
    let Ok(value) = serde_json::from_slice::<Value>(claims) else { return };
    let claims = Claims::of(value.clone()).or(Claims::of(json!({"email": "a@isp.example"})));
    let words = claims.words(&name);
    assert!(claims.text(&name).is_none_or(|text| words.iter().any(|word| word.trim() == text)));
    assert!(claims.email().is_some() || value.get("email").is_some(), "what the first has is not replaced");
    assert_eq!(
        claims.email_verified().is_some(),
        value.get("email_verified").is_some_and(|v| v.is_boolean() || v.is_string())
    );
    assert!(claims.name().is_none_or(|name| !name.trim().is_empty()));
    let shown = format!("{claims:?}");
    assert!(shown.starts_with("Claims(") && shown.len() < 20, "{shown}");
}

/// A sign-in on its way opens as it was sealed, and nothing else does.
pub(in crate::staff) fn transaction(vault: &Vault, said: &str, at: usize) {
    assert!(Transaction::open(vault, said, NOW).is_none(), "nobody makes one up");
    let begun = Transaction::new(&Clock::fixed(NOW, 1).0, Some(said.to_owned()), false);
    let sealed = begun.seal(vault);
    let back = Transaction::open(vault, &sealed, NOW).expect("it was sealed here");
    assert_eq!(back.next(), Some(said));
    for forged in [altered(&sealed, at), sealed[..at % sealed.len()].to_owned(), format!("{sealed}A")] {
        assert!(Transaction::open(vault, &forged, NOW).is_none(), "{forged} for {sealed}");
    }
}
