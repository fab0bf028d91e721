//! Recovery codes: look-up secrets after NIST SP 800-63B, 3.1.2. Ten of them, each good once.

use crate::clock::Clock;

/// How many are made at a time.
pub const CODES: usize = 10;
/// Random letters of a code, of five bits each: 50 bits.
const LETTERS: usize = 10;
/// Small letters and figures that are not mistaken for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A code: the place says which of the hashes it is held against, so that one guess costs one hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// 0 to 9.
    pub place: i64,
    /// Without its place.
    pub secret: String,
}

impl Code {
    /// Ten new ones.
    pub fn ten(clock: &Clock) -> Vec<Self> {
        let letter = |byte: u8| char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]);
        let code = |place| Self { place, secret: clock.bytes::<LETTERS>().map(letter).iter().collect() };
        (0..).take(CODES).map(code).collect()
    }

    /// As it is shown: `3-k7x2q-9fb4t`.
    pub fn shown(&self) -> String {
        let (start, end) = self.secret.split_at(LETTERS / 2);
        format!("{}-{start}-{end}", self.place)
    }

    /// What somebody typed, in any case, with or without the dashes.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
        let plain = plain.to_ascii_lowercase().replace('o', "0").replace(['i', 'l'], "1");
        let place = plain.chars().next()?.to_digit(10)?;
        let secret = plain.get(1..).filter(|secret| secret.len() == LETTERS)?;
        let known = secret.bytes().all(|byte| ALPHABET.contains(&byte));
        known.then(|| Self { place: i64::from(place), secret: secret.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_is_shown_and_as_people_copy_it() {
        let (clock, _) = Clock::fixed(0, 1);
        let codes = Code::ten(&clock);
        assert_eq!(codes.iter().map(|code| code.place).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        let distinct: std::collections::BTreeSet<_> = codes.iter().map(|code| code.secret.clone()).collect();
        assert_eq!(distinct.len(), CODES);
        for code in &codes {
            let shown = code.shown();
            for typed in [shown.clone(), shown.to_uppercase(), shown.replace('-', " "), shown.replace('-', "")] {
                assert!(Code::parse(&typed).as_ref() == Some(code), "{typed}");
            }
        }
        let mistaken = Code::parse("3-olIO0-11111").unwrap();
        assert_eq!(mistaken.secret, "0110011111");
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "123456", "k-aaaaa-aaaaa", "3-aaaaa-aaaa", "3-aaaaa-aaaaaa", "3-aaaaa-aaaau", "३-aaaaa-aaaaa"]
        {
            assert!(Code::parse(text).is_none(), "{text}");
        }
    }
}
