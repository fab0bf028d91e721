//! What holds for any text, name and number.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    Fields,
    fold::fold,
    index_tokens, parse,
    tests::{described, matches, named, uk},
};

/// Letters of many scripts with what may stand between them.
const TEXT: &str = "[a-zA-Z0-9éßÆøİıŁđςΣёÄאבשَمحمد أबिलगतक्ष账单错ก-ฮあア김철'’. ,\\-–_/()\"@*:+\n]{0,60}";

/// Names of many scripts.
const NAME: &str =
    r"[[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}\p{Han}&&\p{L}][\p{Devanagari}&&[\p{L}\p{M}]]'’ \-]{0,30}";

proptest! {
    #[test]
    fn any_search_is_read(q in any::<String>()) {
        let read = parse(&q, &uk);
        prop_assert_eq!(read == Ok(None), q.trim().is_empty());
        index_tokens(&Fields { name: &q, phone_e164: &q, email: Some(&q), account: Some(&q), description: &q, notes: &[&q], reference: &q });
    }

    #[test]
    fn folding_twice_is_folding_once(text in any::<String>()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
    }

    #[test]
    fn every_word_of_a_description_finds_it(text in TEXT) {
        let ticket = described(&text);
        let words = text.unicode_words().chain(text.split_whitespace());
        for q in words.filter(|q| fold(q).contains(char::is_alphanumeric)) {
            prop_assert!(matches(&ticket, q), "{:?} of {:?}", q, text);
        }
        prop_assert!(!fold(&text).contains(char::is_alphanumeric) || matches(&ticket, &text));
    }

    #[test]
    fn every_start_of_a_name_finds_it(name in NAME) {
        let ticket = named(&name);
        let words = name.split(|c: char| c.is_whitespace() || "'’-".contains(c));
        // Some single characters decompose to a space and an accent, or to a letter and a middle dot.
        for word in words.filter(|word| !fold(word).contains([' ', '\''])) {
            for (at, _) in word.char_indices().chain([(word.len(), ' ')]) {
                let start = &word[..at];
                if fold(start).chars().filter(|c| c.is_alphanumeric()).count() >= 2 {
                    prop_assert!(matches(&ticket, start), "{:?} of {:?}", start, name);
                }
            }
        }
    }

    #[test]
    fn every_end_of_a_phone_number_finds_it(phone in "[1-9][0-9]{6,14}", other in "[1-9][0-9]{6,14}") {
        let ticket = Fields { phone_e164: &phone, ..described("") };
        for from in 0..=phone.len() - 4 {
            prop_assert!(matches(&ticket, &phone[from..]));
        }
        let whole = format!("+{phone}");
        prop_assert!(matches(&ticket, &whole));
        prop_assert_eq!(matches(&ticket, &other), phone.ends_with(&other));
    }
}
