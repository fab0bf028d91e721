use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;

use super::*;

/// Each message of a language with the names of its values, as the files have them.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for name in Files::iter().filter(|name| name.starts_with(&format!("{}/", language.tag()))) {
        let text = String::from_utf8(Files::get(&name).unwrap().data.into_owned()).unwrap();
        let feature = name.rsplit('/').next().unwrap().trim_end_matches(".ftl").to_owned();
        if let Err((_, faults)) = FluentResource::try_new(text.clone()) {
            panic!("{name}: {faults:?}");
        }
        let mut key = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((start, _)) =
                line.split_once('=').filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                start.trim().clone_into(&mut key);
                assert!(key.starts_with(&format!("{feature}-")), "{name}: {key} does not begin with {feature}-");
                assert!(all.insert(key.clone(), BTreeSet::new()).is_none(), "{name}: {key} stands twice");
            }
            for (_, rest) in line.match_indices('$').map(|(at, _)| line.split_at(at + 1)) {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
                all.get_mut(&key).unwrap().insert(rest[..end].to_owned());
            }
        }
    }
    all
}

#[test]
fn all_languages_have_the_same_messages_with_the_same_values() {
    let english = messages(Language::English);
    assert!(english.len() > 20, "the walk has lost its way");
    assert_eq!(messages(Language::Hindi), english);
}

#[test]
fn numbers_choose_plural_forms() {
    let said = |n: i64, language| Text::new("frame-new-tickets").arg("count", n).to(language).to_string();
    assert_eq!(said(1, Language::English), "1 new ticket");
    assert_eq!(said(3, Language::English), "3 new tickets");
    assert_eq!(said(3, Language::Hindi), "3 नए टिकट");
}

#[test]
fn a_message_is_parted_at_its_slots() {
    let pieces = Text::new("frame-new-tickets").to(Language::English).arg("count", 2).pieces(&[]);
    assert_eq!(pieces, [Piece::Words("2 new tickets".to_owned())]);
    let pieces = Text::new("frame-editing").to(Language::English).pieces(&["who"]);
    assert_eq!(pieces, [Piece::Slot("who"), Piece::Words(" is editing this ticket".to_owned())]);
}

#[test]
fn a_message_that_is_missing_shows_its_key() {
    assert_eq!(Text::new("no-such-thing").to(Language::Hindi).to_string(), "no-such-thing");
}

/// Whatever a message is, the short way of wording it says what Fluent says.
#[test]
fn the_short_way_says_what_fluent_says() {
    let mut short = 0;
    for language in Language::ALL {
        for (key, names) in messages(language) {
            let key: &'static str = key.leak();
            let values: [Value; 4] = [
                "x { $y }".into(),
                12_345.into(),
                Text::new("status-new").into(),
                vec![Text::new("status-low")].into(),
            ];
            for value in values {
                let mut text = Text::new(key);
                for name in &names {
                    text = text.arg(name.clone().leak(), value.clone());
                }
                let speech = Speech::of(language);
                let pattern = speech.pattern(key).unwrap();
                short += usize::from(is_plain(pattern, &text));
                let (mut said, mut chosen) = (String::new(), String::new());
                word(&text, speech, &mut said).unwrap();
                choose(pattern, &text, (speech, speech), &mut chosen).unwrap();
                assert_eq!(said, chosen, "{key}");
            }
        }
    }
    assert!(short > 2_000, "most messages go the short way: {short}");
}
