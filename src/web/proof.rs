//! Whether the process lives; and, to whoever holds the keys and asks, that it is this desk and not another one.

use axum::{extract::State, http::Uri};
use data_encoding::HEXLOWER;
use vault::{Purpose, Vault};

const PROOF: Purpose = Purpose::new("web.proof");
/// The parameter that a challenge comes in.
pub const CHALLENGE: &str = "prove";
/// Hexadecimal digits of a challenge.
const DIGITS: usize = 32;

/// `GET /healthz`: `ok`, and what proves the keys behind it where a challenge came along.
pub async fn healthz(State(vault): State<Vault>, uri: Uri) -> String {
    let fields = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let challenge = fields.filter(|(name, _)| name == CHALLENGE).map(|(_, value)| value).next();
    match challenge.and_then(|challenge| proof(&vault, &challenge)) {
        Some(proof) => format!("ok {proof}\n"),
        None => "ok\n".to_owned(),
    }
}

/// What only somebody with these keys can answer to a challenge; nothing where it is none. Of a purpose of its own, so that
/// whoever asks learns nothing that counts elsewhere.
pub fn proof(vault: &Vault, challenge: &str) -> Option<String> {
    let is_one = challenge.len() == DIGITS && challenge.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| HEXLOWER.encode(&vault.mac(PROOF, &[challenge.as_bytes()])[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_of_these_keys_and_this_challenge() {
        let (ours, theirs) = (Vault::for_tests(1), Vault::for_tests(2));
        let (one, other) = ("0".repeat(32), "1".repeat(32));
        assert_eq!(proof(&ours, &one), proof(&ours, &one));
        assert_ne!(proof(&ours, &one), proof(&theirs, &one));
        assert_ne!(proof(&ours, &one), proof(&ours, &other));
        for none in ["", "00", &"0".repeat(31), &"0".repeat(33), &"x".repeat(32), &"é".repeat(16)] {
            assert_eq!(proof(&ours, none), None, "{none}");
        }
    }
}
