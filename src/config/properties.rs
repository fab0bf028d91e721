//! What holds of any settings file.

use std::path::Path;

use super::{Config, Sources, describe, hints, keys};
use crate::fuzzing::text;

/// A file is read or refused; what is effective can be shown, read again, and is the same; and no secret is told.
pub fn config(data: &[u8]) {
    let sources = Sources::of_file(Path::new("redress.toml"), &text(data));
    let shown = describe(&sources);
    let again = Sources::of_file(Path::new("redress.toml"), &shown);
    assert!(again.faults.is_empty(), "{shown}: {:?}", again.faults);
    for key in keys() {
        let (before, after) = (sources.get(key.name).unwrap_or_default(), again.get(key.name).unwrap_or_default());
        let default = sources.default(key.name);
        let before = if before.is_empty() { &default } else { before };
        if key.secret {
            assert!(after.is_empty() || after == "***", "{}", key.name);
        } else if !key.name.starts_with("database_") {
            assert_eq!(after, before, "{}", key.name);
        }
    }
    let told = match Config::check(&sources) {
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    };
    // A fault says what to do, and hints name settings.
    assert!(told.iter().chain(&hints(&sources)).all(|line| line.contains(' ')));
    let is_told = |secret: &str| told.iter().any(|line| line.contains(secret)) || shown.contains(secret);
    for secret in keys().filter(|key| key.secret).filter_map(|key| sources.get(key.name)) {
        let other = keys().filter(|key| !key.secret).filter_map(|key| sources.get(key.name));
        let mut other = other.chain(keys().map(|key| key.name));
        // What is short stands in words of ours, too, and what stands in another setting is no secret.
        assert!(secret.len() < 16 || other.any(|text| text.contains(secret)) || !is_told(secret), "a secret is told");
    }
}
