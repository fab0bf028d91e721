//! Brings text to the form in which a search compares it.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Code points of the digit zero; the digits one to nine follow each of them.
///
/// General category Nd of Unicode 14, without what compatibility decomposition folds anyhow and without the
/// scripts that nobody writes a bill in today.
const ZEROS: [char; 38] = [
    '\u{660}',
    '\u{6F0}',
    '\u{7C0}',
    '\u{966}',
    '\u{9E6}',
    '\u{A66}',
    '\u{AE6}',
    '\u{B66}',
    '\u{BE6}',
    '\u{C66}',
    '\u{CE6}',
    '\u{D66}',
    '\u{DE6}',
    '\u{E50}',
    '\u{ED0}',
    '\u{F20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17E0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19D0}',
    '\u{1A80}',
    '\u{1A90}',
    '\u{1B50}',
    '\u{1BB0}',
    '\u{1C40}',
    '\u{1C50}',
    '\u{A620}',
    '\u{A8D0}',
    '\u{A900}',
    '\u{A9D0}',
    '\u{A9F0}',
    '\u{AA50}',
    '\u{ABF0}',
    '\u{11136}',
    '\u{1E2F0}',
    '\u{1E950}',
];

/// Folds case, accents, width, digits, apostrophes and hyphens.
///
/// Compatibility decomposition (Unicode Standard Annex #15), lower case with `ß` as `ss` and one sigma, accents of
/// the Latin, Greek, Cyrillic, Hebrew and Arabic scripts taken away, then composed again. Vowel signs of Indic
/// scripts and the voicing marks of kana are letters in their own right and stay.
pub(super) fn fold(text: &str) -> String {
    // Most text, at a tenth of the cost.
    if text.is_ascii() {
        return text.to_ascii_lowercase().replace('`', "'");
    }
    let mut out = String::with_capacity(text.len());
    // The spacing acute would decompose to a space and tear O´Brien apart.
    let text = text.chars().map(|c| if c == '´' { '\'' } else { c });
    for c in text.nfkd().flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ħ' => out.push('h'),
            'ŧ' => out.push('t'),
            'ŋ' => out.push('n'),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            _ if is_apostrophe(c) => out.push('\''),
            _ if is_hyphen(c) => out.push('-'),
            // Arabic marks of decimals and thousands, and the space of no width.
            '\u{66B}' => out.push('.'),
            '\u{66C}' => out.push(','),
            '\u{200B}' => out.push(' '),
            _ if is_accent(c) || is_unseen(c) => {}
            _ => out.push(ascii_digit(c)),
        }
    }
    out.nfc().collect()
}

/// The form in which e-mail addresses and account ids are compared: lower case, composed, accents kept.
pub(super) fn caseless(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    text.trim().chars().filter(|&c| !is_unseen(c)).nfkc().flat_map(char::to_lowercase).nfc().collect()
}

/// The letters, marks and digits of folded text, run together.
pub(super) fn squash(folded: &str) -> String {
    folded.chars().filter(|&c| is_word_char(c)).collect()
}

/// Whether `c` belongs inside a word. Marks count: the Indic virama is not alphabetic, yet cuts no word.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// The middle dot is here for Catalan: `Gal·la` joins and parts like `O'Brien`.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '`' | '´' | '·' | '\u{2B9}'
            ..='\u{2BC}' | '\u{55A}' | '\u{5F3}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{FF07}'
    )
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{58A}' | '\u{5BE}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2E3A}' | '\u{2E3B}')
}

fn is_accent(c: char) -> bool {
    matches!(
        c,
        // Latin, Greek, Cyrillic.
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
            // Hebrew points.
            | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}' | '\u{5C2}' | '\u{5C4}' | '\u{5C5}' | '\u{5C7}'
            // Arabic vowel marks, and the tatweel that only stretches a word.
            | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
            | '\u{6DF}'..='\u{6E4}' | '\u{6E7}' | '\u{6E8}' | '\u{6EA}'..='\u{6ED}' | '\u{8CA}'..='\u{8E1}'
            | '\u{8E3}'..='\u{8FF}'
    )
}

/// Soft hyphens, joiners, marks of direction and variation selectors: nobody can see or type them.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{61C}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E01EF}'
    )
}

fn ascii_digit(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    ZEROS
        .iter()
        .find_map(|&zero| u32::from(c).checked_sub(u32::from(zero)).filter(|value| *value < 10))
        .and_then(|value| char::from_digit(value, 10))
        .unwrap_or(c)
}
