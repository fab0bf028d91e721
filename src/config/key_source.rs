//! Where the keys come from.

use std::path::PathBuf;

use super::Checker;
use crate::keys::KeySource;

/// One place at most is set, and a file if none is.
pub(super) fn key_source(checker: &mut Checker<'_>) -> KeySource {
    let others = ["key_credential", "key_command", "key_ring"].map(|name| (name, checker.text(name)));
    let mut set = others.into_iter().filter(|(_, text)| !text.is_empty());
    let (first, second) = (set.next(), set.next());
    let file = PathBuf::from(checker.text("key_file"));
    let file = || KeySource::File(file.clone());
    let given = checker.sources.get("key_file").is_some_and(|path| !path.is_empty());
    if let (Some((one, _)), Some(other)) =
        (&first, second.map(|(name, _)| name).or_else(|| given.then_some("key_file")))
    {
        let fault = format!("{one}: {other} is set too, and the keys come from one place; leave one of them out");
        checker.faults.push(fault);
        return file();
    }
    match first {
        None => file(),
        Some(("key_command", command)) => KeySource::Command(command),
        Some(("key_ring", text)) => KeySource::Text(text.into()),
        Some((_, name)) => match std::env::var_os("CREDENTIALS_DIRECTORY") {
            Some(directory) if !name.contains('/') => KeySource::Credential(PathBuf::from(directory).join(name)),
            _ => {
                let remedy = "write the name alone, and have systemd hand it over by LoadCredential=";
                checker.faults.push(format!("key_credential: there is no credential {name}; {remedy}"));
                file()
            }
        },
    }
}
