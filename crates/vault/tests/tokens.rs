//! Tokens and MACs: stable, kept apart by purpose and by key.

use proptest::prelude::*;
use vault::{Purpose, Vault};

const PHONE: Purpose = Purpose::new("clients.phone");
const EMAIL: Purpose = Purpose::new("clients.email");

#[test]
fn equal_texts_give_equal_tokens_under_one_purpose_only() {
    let vault = Vault::for_tests(1);
    let token = vault.token(PHONE, "9812345678");
    assert_eq!(token, vault.clone().token(PHONE, "9812345678"));
    assert_eq!(token, Vault::for_tests(1).token(PHONE, "9812345678"));
    assert_ne!(token, vault.token(PHONE, "9812345679"));
    assert_ne!(token, vault.token(EMAIL, "9812345678"));
    assert_ne!(token, Vault::for_tests(2).token(PHONE, "9812345678"));
}

#[test]
fn tokens_use_all_64_bits() {
    let vault = Vault::for_tests(1);
    let tokens: Vec<i64> = (0..256).map(|n| vault.token(PHONE, &n.to_string())).collect();
    assert_eq!(tokens.iter().fold(0, |seen, token| seen | token), -1);
    assert_eq!(tokens.iter().fold(-1, |seen, token| seen & token), 0);
}

#[test]
fn a_mac_keeps_its_parts_apart() {
    let vault = Vault::for_tests(1);
    let mac = vault.mac(PHONE, &[b"ab", b"c"]);
    assert_eq!(mac, vault.mac(PHONE, &[b"ab", b"c"]));
    for parts in [&[&b"a"[..], b"bc"][..], &[b"abc"], &[b"ab", b"c", b""], &[b"c", b"ab"], &[]] {
        assert_ne!(mac, vault.mac(PHONE, parts));
        assert!(!vault.verify_mac(PHONE, parts, &mac));
    }
    assert_ne!(mac, vault.mac(EMAIL, &[b"ab", b"c"]));
}

#[test]
fn only_the_whole_mac_is_accepted() {
    let vault = Vault::for_tests(1);
    let mac = vault.mac(PHONE, &[b"code"]);
    assert!(vault.verify_mac(PHONE, &[b"code"], &mac));
    assert!(!vault.verify_mac(PHONE, &[b"code"], &mac[..31]));
    assert!(!vault.verify_mac(PHONE, &[b"code"], &[]));
    assert!(!vault.verify_mac(EMAIL, &[b"code"], &mac));
    for at in 0..mac.len() {
        let mut forged = mac;
        forged[at] ^= 1;
        assert!(!vault.verify_mac(PHONE, &[b"code"], &forged));
    }
}

/// A token handed out must not open what a MAC guards, although both use the purpose's name.
#[test]
fn tokens_macs_and_fingerprints_have_keys_of_their_own() {
    let vault = Vault::for_tests(1);
    let text = "\0\0\0\0\0\0\0\x01x";
    let mac = vault.mac(PHONE, &[b"x"]);
    assert_ne!(vault.token(PHONE, text).to_be_bytes(), mac[..8]);
    assert_ne!(vault.mac(Purpose::new(""), &[])[..16], vault.fingerprint());
}

proptest! {
    #[test]
    fn any_text_has_a_stable_token(text: String) {
        let vault = Vault::for_tests(4);
        prop_assert_eq!(vault.token(PHONE, &text), vault.token(PHONE, &text));
    }
}
