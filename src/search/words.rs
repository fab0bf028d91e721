//! Words of names, descriptions and notes.

use std::collections::BTreeSet;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    Token,
    fold::{fold, is_word_char},
};

/// Shortest word that takes part in plurals, in letters; it keeps `bus` from `bu`.
const SHORTEST_STEM: usize = 3;

/// Splits folded text at white space and punctuation.
///
/// A single apostrophe or hyphen between two letters, and a single point or comma between two digits, stay inside
/// the run: [`readings`] decides what they mean.
pub(super) fn runs(folded: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    let mut start = None;
    let mut before = ' ';
    let mut rest = folded.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let after = rest.peek().map_or(' ', |&(_, next)| next);
        if is_word_char(c) || links(before, c, after) {
            start.get_or_insert(at);
        } else if let Some(from) = start.take() {
            runs.push(&folded[from..at]);
        }
        before = c;
    }
    runs.extend(start.map(|from| &folded[from..]));
    // Marks without a letter are no word.
    runs.retain(|run| run.chars().any(char::is_alphanumeric));
    runs
}

fn links(before: char, c: char, after: char) -> bool {
    match c {
        '\'' | '-' => is_word_char(before) && after.is_alphanumeric(),
        '.' | ',' => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => false,
    }
}

/// The ways to read one run, each a list of parts that all have to be there.
///
/// `o'brien-smith` reads as `obriensmith`, as `obrien` and `smith`, and as `o`, `brien` and `smith`. The comma of a
/// number may group its digits (`1,250.00`) or part a list.
pub(super) fn readings(run: &str) -> Vec<Vec<String>> {
    let mut readings: Vec<Vec<String>> = Vec::new();
    for cuts in ["", "-", "'-", "'-,"] {
        let reading = cut(run, cuts);
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    readings
}

/// Parts `run` at the characters of `cuts` and takes the other apostrophes, hyphens and commas out.
fn cut(run: &str, cuts: &str) -> Vec<String> {
    run.split(|c| cuts.contains(c)).map(|part| part.chars().filter(|c| !"'-,".contains(*c)).collect()).collect()
}

/// Every part that a ticket answers to, some of them more than once: those of [`readings`], and the whole units of an
/// amount.
fn indexed_parts(run: &str) -> Vec<String> {
    if !run.contains(['\'', '-', ',', '.']) {
        return vec![run.to_owned()];
    }
    let mut parts: Vec<String> = readings(run).into_iter().flatten().collect();
    if run.contains('.') {
        parts.extend(cut(run, "'-."));
        parts.extend(cut(run, "'-.,"));
    }
    parts
}

/// Whether each word of `asked` is the start of a word of `name`; never for no word at all.
pub fn is_called(name: &str, asked: &str) -> bool {
    let (name, asked) = (fold(name), fold(asked));
    let words = runs(&name);
    let asked = runs(&asked);
    !asked.is_empty() && asked.iter().all(|start| words.iter().any(|word| word.starts_with(start)))
}

/// A token for every start, of two letters or more, of every word of a name.
///
/// A name's word of one letter (an initial, the `O` of O'Brien) is a token of its own.
pub(super) fn name_tokens(name: &str) -> BTreeSet<Token> {
    let folded = fold(name);
    let mut tokens = BTreeSet::new();
    for part in runs(&folded).into_iter().flat_map(indexed_parts) {
        let ends = part.char_indices().skip(2).map(|(at, _)| at).chain([part.len()]);
        tokens.extend(ends.map(|end| Token::NamePrefix(part[..end].to_owned())));
    }
    tokens
}

/// Tokens for the words of one text, a description or a note.
///
/// Words are those of Unicode Standard Annex #29, numbers included, with what apostrophes and hyphens join and part.
/// Scripts without spaces come out sign by sign; neighbouring signs are then also indexed in pairs, so that a search
/// for several signs finds them next to each other only.
pub fn word_tokens(text: &str) -> BTreeSet<Token> {
    let folded = fold(text);
    let mut tokens = BTreeSet::new();
    for part in runs(&folded).into_iter().flat_map(indexed_parts) {
        // One word by the Annex, without asking it.
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            tokens.insert(Token::Word(part));
            continue;
        }
        let words: Vec<&str> = part.unicode_words().collect();
        tokens.extend(pairs(&words));
        tokens.extend(words.into_iter().map(|word| Token::Word(word.to_owned())));
    }
    tokens
}

/// The alternatives, or else the tokens that have to be there together, for one part of a search term.
pub(super) enum Sought {
    /// One word: any of its plural and singular forms.
    Any(BTreeSet<Token>),
    /// Several signs of a script without spaces: all of these pairs.
    All(BTreeSet<Token>),
}

/// What to look for in the words of texts for one part of a reading.
pub(super) fn sought(part: &str) -> Sought {
    let words: Vec<&str> = part.unicode_words().collect();
    match words[..] {
        [word] => Sought::Any(alike(word).into_iter().map(Token::Word).collect()),
        _ => Sought::All(pairs(&words).collect()),
    }
}

fn pairs(words: &[&str]) -> impl Iterator<Item = Token> {
    words.windows(2).map(|pair| Token::Word(pair.concat()))
}

/// A folded English word with its possible plurals and singulars.
///
/// Rules, not a dictionary: some forms are no words (`houseses`), and a few real words that look like plurals are
/// (`news` and `new`). Words with anything but the letters a to z stand for themselves.
fn alike(word: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::from([word.to_owned()]);
    if word.len() >= SHORTEST_STEM && word.bytes().all(|b| b.is_ascii_lowercase()) {
        forms.insert(plural(word));
        forms.extend(singulars(word));
    }
    forms
}

fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if is_sibilant(word) => format!("{word}es"),
        _ => format!("{word}s"),
    }
}

fn singulars(word: &str) -> Vec<String> {
    let plain = word.strip_suffix('s').filter(|stem| !stem.ends_with(['s', 'u', 'i']));
    let after_sibilant = word.strip_suffix("es").filter(|stem| is_sibilant(stem));
    let with_y = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let mut singulars: Vec<String> = plain.into_iter().chain(after_sibilant).map(str::to_owned).chain(with_y).collect();
    singulars.retain(|singular| singular.len() >= SHORTEST_STEM);
    singulars
}

fn is_sibilant(word: &str) -> bool {
    ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end))
}
