//! `BILL-YYYYMMDD-XXXX`: the number a client reads back over the phone (FR-TC-002).

use std::fmt;

use jiff::civil::Date;

use crate::clock::Clock;

/// Crockford's base 32: no I, L, O, U, which are misheard or misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A ticket's reference, in its one written form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference(String);

impl Reference {
    /// A reference of this day with `length` unpredictable characters (20 bits for 4, 25 for 5).
    pub fn draw(day: Date, length: usize, clock: &Clock) -> Self {
        let bytes: [u8; 8] = clock.bytes();
        let tail: String = bytes.iter().take(length).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        Self(format!("BILL-{:04}{:02}{:02}-{tail}", day.year(), day.month(), day.day()))
    }

    /// Reads a whole reference in any letter case, with or without hyphens; O, I and L are taken as 0 and 1.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text.trim().chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect();
        let rest = plain.strip_prefix("BILL")?;
        let rest: String = rest.chars().map(unmishear).collect();
        if !rest.is_ascii() || !(12..=13).contains(&rest.len()) {
            return None;
        }
        let (day, tail) = rest.split_at(8);
        let known = day.bytes().all(|b| b.is_ascii_digit()) && tail.bytes().all(|b| ALPHABET.contains(&b));
        known.then(|| Self(format!("BILL-{day}-{tail}")))
    }

    /// A reference that the database holds.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form without hyphens, by which starts are looked up.
    pub fn key(&self) -> String {
        self.0.replace('-', "")
    }

    /// All but the last part, and the last part, which pages print bold.
    pub fn parts(&self) -> (&str, &str) {
        self.0.split_at(self.0.rfind('-').map_or(0, |at| at + 1))
    }
}

fn unmishear(c: char) -> char {
    match c {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_its_day_and_letters_that_cannot_be_misheard() {
        let (clock, _) = Clock::fixed(0, 7);
        let day = jiff::civil::date(2026, 11, 3);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..200 {
            let reference = Reference::draw(day, 4, &clock);
            let (day, tail) = reference.parts();
            assert_eq!(day, "BILL-20261103-");
            assert!(tail.len() == 4 && tail.bytes().all(|b| ALPHABET.contains(&b)));
            seen.insert(reference);
        }
        assert!(seen.len() > 195);
        assert_eq!(Reference::draw(day, 5, &clock).as_str().len(), 19);
    }

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        let want = Reference::stored("BILL-20261103-7K01".into());
        for text in [
            "BILL-20261103-7K01",
            "bill-20261103-7k01",
            " BILL202611037K01 ",
            "bill-2O261103-7koi",
            "BILL-20261103-7KOL",
        ] {
            assert_eq!(Reference::parse(text), Some(want.clone()), "{text}");
        }
        for text in [
            "",
            "BILL",
            "BILL-20261103",
            "BILL-20261103-7K",
            "BILL-20261103-7K0123",
            "BILL-2026110U-7K01",
            "XILL-20261103-7K01",
            "BILL-20261103-7K0U",
            "BILL-20261103-7Ké1",
        ] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
        assert_eq!(want.key(), "BILL202611037K01");
    }
}
