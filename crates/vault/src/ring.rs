//! The key ring and its text form.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;

use data_encoding::{BASE64_NOPAD, HEXLOWER};
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::derive::Secret;

const VERSION_WORD: &str = "redress-keys";
const VERSION: &str = "1";
const HEADER: &str = "\
# Key ring of Redress. It encrypts the client data of one database and its search index.
# Whoever loses this file loses that data: keep a copy, apart from the copies of the database.
# Whoever reads this file can read that data: mode 0600, never in mail, tickets or git.
# Do not edit the lines below; `checksum` covers them. Comments are not kept at a rotation.
";

/// Names a data key of the ring. Ids are given in order, from 1, and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u32);

impl KeyId {
    /// The id with this number, as read from a column.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The id's number, to keep in a column.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is no key ring. Says where, and never repeats what the line held.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ParseError {
    NotKeys,
    UnknownVersion(u32),
    Damaged,
    Malformed { line: usize, what: &'static str },
}

/// The keys: `index` is the root of all look-up keys, `keys` are the roots of all cell keys.
pub(crate) struct Ring {
    pub(crate) index: Secret,
    pub(crate) keys: BTreeMap<KeyId, Secret>,
    pub(crate) active: KeyId,
}

/// A fresh key from the system's random source. Panics when that fails: nothing is safe then.
pub(crate) fn random_key() -> Secret {
    SecretBox::init_with_mut(|key: &mut [u8; 32]| fill_random(key))
}

pub(crate) fn fill_random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system's random source failed");
}

impl Ring {
    pub(crate) fn random() -> Self {
        let active = KeyId(1);
        Self { index: random_key(), keys: BTreeMap::from([(active, random_key())]), active }
    }

    /// The key with the greatest id.
    pub(crate) fn newest(&self) -> KeyId {
        self.keys.last_key_value().map_or(self.active, |(id, _)| *id)
    }

    /// Adds a random key that seals nothing yet, unless there is one already; `None` when ids have run out.
    pub(crate) fn stage(&mut self) -> Option<KeyId> {
        let newest = self.newest();
        if newest > self.active {
            return Some(newest);
        }
        let added = KeyId(newest.0.checked_add(1)?);
        self.keys.insert(added, random_key());
        Some(added)
    }

    /// Has the newest key seal from now on.
    pub(crate) fn activate(&mut self) -> KeyId {
        self.active = self.newest();
        self.active
    }

    /// Takes a key out; `false` where it is not there, or still to be used for sealing.
    pub(crate) fn forget(&mut self, id: KeyId) -> bool {
        id < self.active && self.keys.remove(&id).is_some()
    }

    /// Whether this ring is a later state of `older`: the same index root, no key another one, and none of those that it
    /// has too gone back. Keys that were taken out may be missing.
    pub(crate) fn follows(&self, older: &Ring) -> bool {
        let same = |a: &Secret, b: &Secret| a.expose_secret() == b.expose_secret();
        same(&self.index, &older.index)
            && self.newest() >= older.newest()
            && self.active >= older.active
            && older.keys.iter().all(|(id, key)| self.keys.get(id).is_none_or(|k| same(k, key)))
    }

    /// The text of the key file.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        // Room for all of it: growing would leave keys in freed memory.
        let room = 1024 + HEADER.len() + 80 * self.keys.len();
        let mut body = Zeroizing::new(String::with_capacity(room));
        let mut line = |words: fmt::Arguments<'_>, key: Option<&Secret>| {
            body.write_fmt(words).expect("writing to a string cannot fail");
            if let Some(key) = key {
                BASE64_NOPAD.encode_append(key.expose_secret(), &mut body);
            }
            body.push('\n');
        };
        line(format_args!("{VERSION_WORD} {VERSION}"), None);
        line(format_args!("index "), Some(&self.index));
        for (id, key) in &self.keys {
            let state = if *id == self.active { "active" } else { "retired" };
            line(format_args!("key {id} {state} "), Some(key));
        }
        let mut text = Zeroizing::new(String::with_capacity(room));
        let (version, rest) = body.split_once('\n').expect("the version line is there");
        for part in [version, "\n", HEADER, rest, "checksum ", &checksum(body.lines()), "\n"] {
            text.push_str(part);
        }
        text
    }

    /// Reads what [`Ring::to_text`] wrote. Blank lines and comments count for nothing.
    pub(crate) fn from_text(text: &[u8]) -> Result<Self, ParseError> {
        let text = std::str::from_utf8(text).map_err(|_| ParseError::NotKeys)?;
        let lines: Vec<(usize, &str)> = (1..)
            .zip(text.lines().map(str::trim))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .collect();
        check_version(lines.first().map_or("", |(_, line)| line))?;
        // The checksum comes first: a damaged line should be told as damage, not as bad syntax.
        let sum = lines.iter().position(|(_, line)| line.starts_with("checksum"));
        let (body, end) = lines.split_at(sum.ok_or(ParseError::Damaged)?);
        if end[0].1 != format!("checksum {}", checksum(body.iter().map(|(_, line)| *line))) {
            return Err(ParseError::Damaged);
        }
        if let Some(&(line, _)) = end.get(1) {
            return Err(ParseError::Malformed { line, what: "nothing may follow the checksum" });
        }
        Self::from_lines(&body[1..])
    }

    fn from_lines(lines: &[(usize, &str)]) -> Result<Self, ParseError> {
        let (mut index, mut active, mut keys) = (None, None, BTreeMap::new());
        for &(line, text) in lines {
            let wrong = |what| ParseError::Malformed { line, what };
            let words: Vec<&str> = text.split_whitespace().collect();
            let again = match words[..] {
                ["index", key] => index.replace(decode(key).map_err(wrong)?).is_some(),
                ["key", id, state, key] => {
                    let number = id.parse().map_err(|_| wrong("the key id is not a number"))?;
                    let id = KeyId(number);
                    let second_active = match state {
                        "active" => active.replace(id).is_some(),
                        "retired" => false,
                        _ => return Err(wrong("a key is active or retired")),
                    };
                    keys.insert(id, decode(key).map_err(wrong)?).is_some() || second_active
                }
                _ => return Err(wrong("a line is an index or a key line")),
            };
            if again {
                return Err(wrong("a second index, active key or key with this id"));
            }
        }
        let line = lines.last().map_or(1, |(line, _)| *line);
        let missing = |what| ParseError::Malformed { line, what };
        Ok(Self {
            index: index.ok_or_else(|| missing("no index line"))?,
            active: active.ok_or_else(|| missing("no active key"))?,
            keys,
        })
    }
}

fn check_version(line: &str) -> Result<(), ParseError> {
    match line.strip_prefix(VERSION_WORD).map(str::trim) {
        Some(VERSION) => Ok(()),
        Some(other) => Err(other.parse().map_or(ParseError::Damaged, ParseError::UnknownVersion)),
        None => Err(ParseError::NotKeys),
    }
}

fn decode(text: &str) -> Result<Secret, &'static str> {
    const WRONG: &str = "a key is 43 characters of base64";
    if BASE64_NOPAD.decode_len(text.len()) != Ok(32) {
        return Err(WRONG);
    }
    // Decoded in place, so that no copy stays on the stack.
    let mut decoded = false;
    let key = SecretBox::init_with_mut(|key: &mut [u8; 32]| {
        decoded = BASE64_NOPAD.decode_mut(text.as_bytes(), key).is_ok();
    });
    decoded.then_some(key).ok_or(WRONG)
}

/// 128 bits of SHA-256: not against forgery, only to tell a damaged file from a wrong one.
fn checksum<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> ParseError {
        Ring::from_text(text.as_bytes()).err().expect("is refused")
    }

    /// The text with the checksum its lines ask for.
    fn summed(lines: &str) -> String {
        format!("{lines}\nchecksum {}\n", checksum(lines.lines()))
    }

    #[test]
    fn what_is_written_is_read() {
        let mut ring = Ring::random();
        assert_eq!((ring.stage(), ring.activate()), (Some(KeyId(2)), KeyId(2)));
        assert_eq!((ring.stage(), ring.stage()), (Some(KeyId(3)), Some(KeyId(3))), "one at a time");
        let read = Ring::from_text(ring.to_text().as_bytes()).ok().unwrap();
        assert!(read.follows(&ring) && ring.follows(&read));
        assert_eq!((read.active, read.newest()), (KeyId(2), KeyId(3)), "it waits");
        assert_eq!(read.keys.len(), 3);
    }

    #[test]
    fn only_what_seals_no_more_is_taken_out() {
        let mut ring = Ring::random();
        ring.stage();
        assert!(!ring.forget(KeyId(1)) && !ring.forget(KeyId(2)), "one seals, one will");
        ring.activate();
        let before = Ring::from_text(ring.to_text().as_bytes()).ok().unwrap();
        assert!(!ring.forget(KeyId(2)) && !ring.forget(KeyId(9)));
        assert!(ring.forget(KeyId(1)) && !ring.forget(KeyId(1)));
        assert!(ring.follows(&before));
    }

    #[test]
    fn comments_blank_lines_and_line_ends_count_for_nothing() {
        let text = Ring::random().to_text().replace('\n', "\r\n\r\n# mine\r\n");
        assert!(Ring::from_text(text.as_bytes()).is_ok());
    }

    #[test]
    fn a_ring_follows_only_its_own_past() {
        let ring = Ring::random();
        let mut newer = Ring::from_text(ring.to_text().as_bytes()).ok().unwrap();
        newer.stage();
        assert!(newer.follows(&ring));
        assert!(!ring.follows(&newer));
        let staged = Ring::from_text(newer.to_text().as_bytes()).ok().unwrap();
        newer.activate();
        assert!(newer.follows(&staged) && !staged.follows(&newer), "what seals is never again what sealed before");
        let mut fork = Ring::from_text(ring.to_text().as_bytes()).ok().unwrap();
        fork.stage();
        fork.activate();
        assert!(!fork.follows(&newer));
        let mut other_index = Ring::from_text(ring.to_text().as_bytes()).ok().unwrap();
        other_index.index = random_key();
        assert!(!other_index.follows(&ring));
    }

    #[test]
    fn ids_run_out_in_words_not_in_a_wrap() {
        let mut ring = Ring::random();
        ring.keys.insert(KeyId(u32::MAX), random_key());
        assert_eq!((ring.stage(), ring.activate()), (Some(KeyId(u32::MAX)), KeyId(u32::MAX)));
        assert_eq!(ring.stage(), None);
    }

    #[test]
    fn wrong_texts_are_told_apart() {
        let key = BASE64_NOPAD.encode(&[7; 32]);
        let malformed = |lines: &str, line| match problem(&summed(lines)) {
            ParseError::Malformed { line: at, what } if at == line => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(problem(""), ParseError::NotKeys);
        assert_eq!(problem("-----BEGIN KEY-----"), ParseError::NotKeys);
        assert_eq!(problem("redress-keys 2\nnew things"), ParseError::UnknownVersion(2));
        assert_eq!(problem(&format!("redress-keys 1\nindex {key}")), ParseError::Damaged);
        assert_eq!(malformed("redress-keys 1", 1), "no index line");
        let index = format!("redress-keys 1\nindex {key}");
        assert_eq!(malformed(&index, 2), "no active key");
        malformed(&format!("{index}\nkey 1 retired {key}\nkey 2 asleep {key}"), 4);
        malformed(&format!("{index}\nkey one active {key}"), 3);
        malformed(&format!("{index}\nkey 1 active {key}\nkey 1 retired {key}"), 4);
        malformed(&format!("{index}\nkey 1 active {key}\nkey 2 active {key}"), 4);
        malformed(&format!("{index}\nindex {key}\nkey 1 active {key}"), 3);
        malformed(&format!("{index}\nkey 1 active {}", &key[1..]), 3);
        malformed(&format!("{index}\nkey 1 active {}", key.replace('B', "!")), 3);
        malformed(&format!("{index}\nlock 1"), 3);
        let trailing = summed(&format!("{index}\nkey 1 active {key}")) + "key 2 retired x\n";
        assert!(matches!(problem(&trailing), ParseError::Malformed { line: 5, .. }));
        assert!(Ring::from_text(summed(&format!("{index}\nkey 1 active {key}")).as_bytes()).is_ok());
    }
}
