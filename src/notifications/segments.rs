//! How a text travels as SMS: its alphabet, how many segments it takes, and tidying that keeps it
//! cheap. After 3GPP TS 23.038 (GSM 7 bit default alphabet and its extension table) and TS 23.040.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The default alphabet in code order; ESC at 0x1B stands for itself and is no character.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// The extension table: each costs an ESC septet and its own code.
const EXTENSION: [(char, u8); 10] = [
    ('\u{c}', 0x0a),
    ('^', 0x14),
    ('{', 0x28),
    ('}', 0x29),
    ('\\', 0x2f),
    ('[', 0x3c),
    ('~', 0x3d),
    (']', 0x3e),
    ('|', 0x40),
    ('€', 0x65),
];
const ESCAPE: u8 = 0x1b;

/// How the characters of one SMS are coded. One character outside GSM 7 bit turns all to UCS-2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// 7 bit default alphabet with its extension table; units are septets.
    Gsm7,
    /// UTF-16BE; units are 16 bits wide.
    Ucs2,
}

impl Encoding {
    /// The cheaper encoding that holds all of the text.
    pub fn of(text: &str) -> Self {
        if all_alike(text) || text.chars().all(|c| septets(c).is_some()) { Self::Gsm7 } else { Self::Ucs2 }
    }

    /// Units in a message of one segment.
    pub fn single(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units in each segment of a longer message, which loses some to the header that joins them.
    pub fn joined(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }

    /// Units that a character takes, which one segment must hold together.
    fn units(self, c: char) -> usize {
        match self {
            Self::Gsm7 => septets(c).unwrap_or(2),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// What sending a text costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments {
    /// Its encoding.
    pub encoding: Encoding,
    /// Septets or 16 bit units of the text.
    pub units: usize,
    /// Messages that the network bills; one for an empty text.
    pub segments: usize,
    /// Units that one segment holds at this length.
    pub per_segment: usize,
    /// Units free in the last segment.
    pub left: usize,
}

/// Counts the segments of a text, sent as it is.
pub fn count(text: &str) -> Segments {
    let alike = all_alike(text);
    let encoding = if alike { Encoding::Gsm7 } else { Encoding::of(text) };
    let units = if alike { text.len() } else { text.chars().map(|c| encoding.units(c)).sum() };
    if units <= encoding.single() {
        let per_segment = encoding.single();
        return Segments { encoding, units, segments: 1, per_segment, left: per_segment - units };
    }
    let per_segment = encoding.joined();
    if alike {
        let segments = units.div_ceil(per_segment);
        return Segments { encoding, units, segments, per_segment, left: segments * per_segment - units };
    }
    let (mut segments, mut filled) = (1, 0);
    for c in text.chars() {
        let width = encoding.units(c);
        // A pair never straddles: the last unit of a segment stays empty before it.
        if filled + width > per_segment {
            segments += 1;
            filled = 0;
        }
        filled += width;
    }
    Segments { encoding, units, segments, per_segment, left: per_segment - filled }
}

/// The text in the default alphabet, one septet to an octet (unpacked), as SMPP takes it with data
/// coding 0; `None` when a character is outside of it.
pub fn gsm7(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        if let Some(code) = basic_code(c) {
            octets.push(code);
        } else {
            let (_, code) = EXTENSION.iter().find(|(extra, _)| *extra == c)?;
            octets.extend([ESCAPE, *code]);
        }
    }
    Some(octets)
}

/// The text as UTF-16BE, which is what gateways mean by UCS-2.
pub fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// One line without invisible characters, in NFC, and with plain punctuation where that spares the
/// text UCS-2. See [`clean`] and [`plain`].
pub fn fold(text: &str) -> String {
    plain(&clean(text)).into_owned()
}

/// One line, trimmed, in NFC: any run of blanks and line breaks becomes one space; control,
/// bidirectional and zero-width characters go.
///
/// Joiners stay between letters of Indic and Arabic scripts, where they shape words. Elsewhere they
/// go too, so that a joined emoji falls apart into its members.
pub fn clean(text: &str) -> String {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        // Most text, at a tenth of the cost.
        return text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    }
    let text: Vec<char> = text.chars().filter(|&c| !invisible(c) || joiner(c)).collect();
    let mut line = String::with_capacity(text.len());
    for (at, &c) in text.iter().enumerate() {
        if c.is_whitespace() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if joiner(c) {
            let next = text.get(at + 1).copied();
            if line.chars().next_back().is_some_and(shaped) && next.is_some_and(shaped) {
                line.push(c);
            }
        } else if !(line.is_empty() && is_combining_mark(c)) {
            // A mark with nothing before it would settle on whatever precedes the line.
            line.push(c);
        }
    }
    let line = line.trim_end();
    // Last, since what went may have kept a letter and its mark apart.
    if line.is_ascii() { line.to_owned() } else { line.nfc().collect() }
}

/// The text with typographic punctuation made plain, if that is all that keeps it from GSM 7 bit;
/// otherwise as it is, since it then costs UCS-2 anyway.
pub fn plain(text: &str) -> Cow<'_, str> {
    if Encoding::of(text) == Encoding::Gsm7 {
        return Cow::Borrowed(text);
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match plain_form(c) {
            Some(form) => folded.push_str(form),
            None => folded.push(c),
        }
    }
    match Encoding::of(&folded) {
        Encoding::Gsm7 => Cow::Owned(folded),
        Encoding::Ucs2 => Cow::Borrowed(text),
    }
}

fn septets(c: char) -> Option<usize> {
    if is_alike_in_ascii(c) {
        return Some(1);
    }
    if EXTENSION.iter().any(|(extra, _)| *extra == c) {
        return Some(2);
    }
    basic_code(c).map(|_| 1)
}

/// The alphabet agrees with ASCII on these, which are most of any text.
const fn is_alike_in_ascii(c: char) -> bool {
    matches!(c, ' '..='#' | '%'..='?' | 'A'..='Z' | 'a'..='z')
}

/// Whether that is all there is in a text: each character is then one byte and one septet.
fn all_alike(text: &str) -> bool {
    text.bytes().all(|byte| is_alike_in_ascii(char::from(byte)))
}

fn basic_code(c: char) -> Option<u8> {
    if is_alike_in_ascii(c) {
        return u8::try_from(c).ok();
    }
    let code = BASIC.chars().position(|basic| basic == c && c != '\u{1b}')?;
    u8::try_from(code).ok()
}

fn plain_form(c: char) -> Option<&'static str> {
    Some(match c {
        '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' | '`' | '´' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' | '•' | '·' => "-",
        '…' => "...",
        _ => return None,
    })
}

fn joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Control characters and those that take no room: an SMS needs none, and they can hide text.
/// Blanks are not among them: tabs and line breaks become spaces.
fn invisible(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Letters and marks of the scripts in which a joiner shapes a word: Arabic, and Devanagari to
/// Sinhala.
fn shaped(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{dff}')
        && (c.is_alphanumeric() || is_combining_mark(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segments(text: &str) -> usize {
        count(text).segments
    }

    #[test]
    fn counts_by_the_book() {
        let a = |n| "A".repeat(n);
        let ka = |n| "क".repeat(n);
        let table = [
            (String::new(), 1),
            (a(160), 1),
            (a(161), 2),
            (a(159) + "€", 2),
            (a(158) + "€", 1),
            (a(152) + "€" + &a(152), 3),
            (a(151) + "€" + &a(153), 2),
            (a(306), 2),
            (a(307), 3),
            (ka(70), 1),
            (ka(71), 2),
            (ka(134), 2),
            (ka(135), 3),
            ("x".repeat(66) + "😀" + &"x".repeat(67), 3),
            ("x".repeat(65) + "😀" + &"x".repeat(67), 2),
            ("😀".repeat(35), 1),
            ("😀".repeat(36), 2),
        ];
        for (text, expected) in table {
            assert_eq!(segments(&text), expected, "{text}");
        }
    }

    #[test]
    fn tells_units_and_room() {
        let bill = count("Bill [1]");
        assert_eq!((bill.encoding, bill.units, bill.left), (Encoding::Gsm7, 10, 150));
        let long = count(&"A".repeat(170));
        assert_eq!((long.per_segment, long.left), (153, 136));
        let hindi = count("बिल");
        assert_eq!((hindi.encoding, hindi.units, hindi.left), (Encoding::Ucs2, 3, 67));
    }

    #[test]
    fn knows_the_alphabet() {
        assert_eq!(BASIC.chars().count(), 128);
        assert_eq!(gsm7("@ΔAa¿à\r\n ").unwrap(), [0, 16, 65, 97, 0x60, 0x7f, 13, 10, 32]);
        assert_eq!(gsm7("€^\u{c}").unwrap(), [27, 0x65, 27, 0x14, 27, 0x0a]);
        let extension = gsm7("{}\\[~]|").unwrap();
        assert_eq!(extension, [27, 40, 27, 41, 27, 47, 27, 60, 27, 61, 27, 62, 27, 64]);
        for outside in ["ç", "á", "`", "\t", "\u{1b}", "’", "\u{a0}", "₹", "😀"] {
            assert_eq!(gsm7(outside), None, "{outside:?}");
            assert_eq!(Encoding::of(outside), Encoding::Ucs2, "{outside:?}");
        }
        assert_eq!(ucs2("A😀"), [0, 0x41, 0xd8, 0x3d, 0xde, 0]);
    }

    #[test]
    fn every_ascii_shortcut_agrees_with_the_table() {
        for (code, c) in BASIC.chars().enumerate().filter(|(_, c)| *c != '\u{1b}') {
            assert_eq!(gsm7(&c.to_string()).unwrap(), [u8::try_from(code).unwrap()], "{c:?}");
        }
    }

    #[test]
    fn folds_what_would_cost_or_harm() {
        let table = [
            ("Client’s “bill” – wrong…", "Client's \"bill\" - wrong..."),
            ("paid\u{a0}twice", "paid twice"),
            ("one\r\ntwo\tthree\n\n four ", "one two three four"),
            ("a\u{202e}b\u{200b}c\u{feff}d\u{0}e\u{1b}f\u{7f}g\u{ad}h\u{2066}i", "abcdefghi"),
            ("cafe\u{301}", "café"),
            ("cafe\u{200b}\u{301}", "café"),
            ("\u{301}abc", "abc"),
            // Costs UCS-2 anyway: keeps its own punctuation.
            ("बिल – गलत", "बिल – गलत"),
            // Joiners shape Indic and Arabic words, and nothing else.
            ("र\u{94d}\u{200d}य", "र\u{94d}\u{200d}य"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("क\u{200d} \u{200d}x\u{200c}y", "क xy"),
            ("👩\u{200d}💻❤\u{fe0f}", "👩💻❤"),
            ("\u{200d}\u{fe0f}\u{200b} ", ""),
        ];
        for (text, expected) in table {
            assert_eq!(fold(text), expected);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
