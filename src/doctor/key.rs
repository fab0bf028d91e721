//! Whether the keys are there, are those of the data, and are all of them.

use vault::Vault;

use super::{Patient, Verdict, aside, database::Kept};
use crate::config::Config;

const REMEDY: &str = "docs/operations/keys.md has where keys come from, and how a copy is put back";

/// The ring that the settings name. None is made. A command that prints it has the time that it has at a start.
pub(super) async fn read(config: &Config) -> Result<Vault, String> {
    let source = config.keys.clone();
    let read = aside(None, move || source.read()).await;
    read.unwrap_or_else(|| Err(anyhow::anyhow!("they could not be read"))).map_err(|error| format!("{error:#}"))
}

pub(super) fn check(patient: &Patient) -> Vec<Verdict> {
    vec![judge(&patient.config.keys.name(), patient.keys.as_ref(), patient.facts.kept())]
}

fn judge(name: &str, ring: Result<&Vault, &String>, kept: Option<&Kept>) -> Verdict {
    let has_data = kept.is_some_and(|kept| kept.fingerprint.is_some());
    let ring = match ring {
        Ok(ring) => ring,
        Err(why) if has_data => return Verdict::fault(format!("nobody can read what is personal: {why}"), REMEDY),
        Err(why) => return Verdict::fault(why.as_str(), "where there is no desk yet, redress serve makes its keys"),
    };
    let Some(kept) = kept else {
        let said = format!("the keys of {name} can be read; whether they are those of the data cannot be told");
        return Verdict::note(said, "see the line of the database");
    };
    match &kept.fingerprint {
        None => return Verdict::ok(format!("the keys of {name} can be read; nothing is sealed with them yet")),
        Some(recorded) if *recorded != ring.fingerprint() => {
            let said = format!("the keys of {name} belong to other data: nobody can read what is personal");
            return Verdict::fault(said, REMEDY);
        }
        Some(_) => {}
    }
    if let Some(needed) = kept.needed.filter(|needed| ring.newest_key() < *needed) {
        let said = format!("the keys of {name} are an older copy, without key {needed}");
        return Verdict::fault(said, "put the newest copy in place; every node needs the same");
    }
    let (newest, active) = (ring.newest_key(), ring.active_key());
    if newest > active || kept.rotating.is_some() {
        return Verdict::warning(
            format!("a rotation of the keys of {name} is not finished: key {active} seals, key {newest} is the newest"),
            "run redress key rotate, which goes on with it",
        );
    }
    let old = ring.keys().len() - 1;
    let old = if old == 0 { String::new() } else { format!(", {old} older ones open what they sealed") };
    Verdict::ok(format!("the keys of {name} open the data; key {active} seals{old}"))
}

#[cfg(test)]
mod tests {
    use vault::KeyId;

    use super::*;
    use crate::doctor::Level;

    fn kept(ring: Option<&Vault>, needed: Option<u32>, rotating: Option<u32>) -> Kept {
        Kept {
            fingerprint: ring.map(|ring| ring.fingerprint().to_vec()),
            needed: needed.map(KeyId::new),
            rotating: rotating.map(KeyId::new),
            newest: None,
            serving: 0,
        }
    }

    #[test]
    fn keys_are_held_against_the_data() {
        let (ours, theirs) = (Vault::for_tests(1), Vault::for_tests(2));
        let gone = "there is no key file at /data/redress.key: put a copy of it back".to_owned();
        let table = [
            (Ok(&ours), Some(kept(Some(&ours), Some(1), None)), Level::Ok, "open the data; key 1 seals"),
            (Ok(&ours), Some(kept(None, None, None)), Level::Ok, "nothing is sealed"),
            (Ok(&ours), None, Level::Note, "cannot be told"),
            (Ok(&ours), Some(kept(Some(&theirs), None, None)), Level::Fault, "belong to other data"),
            (Ok(&ours), Some(kept(Some(&ours), Some(2), None)), Level::Fault, "an older copy, without key 2"),
            (Ok(&ours), Some(kept(Some(&ours), Some(1), Some(1))), Level::Warning, "is not finished"),
            (
                Err(&gone),
                Some(kept(Some(&ours), None, None)),
                Level::Fault,
                "nobody can read what is personal: there is",
            ),
            (Err(&gone), None, Level::Fault, "there is no key file"),
        ];
        for (ring, kept, level, words) in table {
            let verdict = judge("/data/redress.key", ring, kept.as_ref());
            assert_eq!(verdict.level, level, "{words}: {verdict:?}");
            assert!(verdict.said.contains(words), "{words}: {verdict:?}");
        }
    }

    #[test]
    fn a_key_that_waits_and_keys_that_are_retired_are_told() {
        let dir = testbase::Dir::new();
        let path = dir.path().join("keys");
        let ring = Vault::create(&path).unwrap();
        let look = |ring: &Vault| judge("keys", Ok(ring), Some(&kept(Some(ring), None, None)));
        ring.stage_key(&path).unwrap();
        let waiting = look(&ring);
        assert!(
            waiting.level == Level::Warning && waiting.said.contains("key 1 seals, key 2 is the newest"),
            "{waiting:?}"
        );
        ring.activate_key(&path).unwrap();
        let done = look(&ring);
        assert!(done.level == Level::Ok && done.said.contains("key 2 seals, 1 older ones"), "{done:?}");
    }
}
