//! What holds of anything that a browser brings back as ours.

use vault::Vault;

use super::{oidc::properties::transaction, second_factor::Carried};
use crate::fuzzing::{altered, choice, halves, text};

const NOW: i64 = 1_800_000_000_000;

/// What is carried opens as it was sealed, for whom and for what, and in its time; nothing else does.
pub fn carried(data: &[u8]) {
    let (vault, other) = (Vault::for_tests(1), Vault::for_tests(2));
    let (at, rest) = choice(data);
    let (of, value) = halves(rest);
    let (said, value) = (text(rest), text(value).into_owned());
    let kinds = [Carried::LOG_IN, Carried::APP, Carried::NEW_PASSKEY, Carried::PASSKEY, Carried::CODES];
    for kind in kinds {
        assert_eq!(kind.open::<serde_json::Value>(&vault, of, NOW, &said), None, "nobody makes one up");
    }
    let kind = kinds[at % kinds.len()];
    let sealed = kind.seal(&vault, of, NOW, &value);
    let open = |kind: Carried, vault: &Vault, of: &[u8], now, text: &str| kind.open::<String>(vault, of, now, text);
    assert_eq!(open(kind, &vault, of, NOW, &sealed), Some(value));
    for forged in [altered(&sealed, at), sealed[..at % sealed.len()].to_owned(), format!("{sealed}A")] {
        assert_eq!(open(kind, &vault, of, NOW, &forged), None, "{forged} for {sealed}");
    }
    let longer = [of, b"x"].concat();
    let elsewhere = kinds[(at + 1) % kinds.len()];
    assert_eq!(open(elsewhere, &vault, of, NOW, &sealed), None);
    assert_eq!(open(kind, &vault, &longer, NOW, &sealed), None);
    assert_eq!(open(kind, &other, of, NOW, &sealed), None);
    for now in [NOW - 1, kind.until(NOW), i64::MAX] {
        assert_eq!(open(kind, &vault, of, now, &sealed), None, "at {now}");
    }
    transaction(&vault, &said, at);
}
