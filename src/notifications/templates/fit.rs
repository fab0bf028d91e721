//! As much of a free text as a message has room for: whole words where that can be, whole graphemes always.

use unicode_segmentation::UnicodeSegmentation;

use crate::{
    notifications::{
        segments::{Encoding, count},
        wording::{Sms, most_segments},
    },
    words::Language,
};

/// Fewest characters of a cut text that still say something.
const MIN_PIECE: usize = 4;
pub(crate) const CUT: &str = "...";
/// What a piece does not end with before [`CUT`]: punctuation, and joiners that lost their letter.
pub(crate) const DANGLING: [char; 13] = ['.', ',', ';', ':', '!', '?', '-', '–', '—', '…', ' ', '\u{200c}', '\u{200d}'];

/// What stands around the one text of a message that may be cut.
#[derive(Debug)]
pub struct Around {
    pub head: String,
    pub tail: String,
    pub manner: Manner,
}

/// How the text is put in.
#[derive(Debug, Clone, Copy)]
pub enum Manner {
    /// Blanks and punctuation are tidied where that spares the message UCS-2. With a language, the text is made a
    /// sentence of it.
    Tidy(Option<Language>),
    /// Everything around it stays as it is registered, and the text has so many characters at most.
    Exact(usize),
}

/// A text as a message has it.
#[derive(Debug)]
pub struct Brief {
    pub text: String,
    /// Characters that are not in it.
    pub left_out: usize,
}

impl Around {
    /// The message with this text.
    pub fn with(&self, piece: &str) -> Sms {
        let mut text = String::with_capacity(self.head.len() + piece.len() + self.tail.len());
        text.push_str(&self.head);
        text.push_str(piece);
        text.push_str(&self.tail);
        match self.manner {
            Manner::Tidy(_) => Sms::new(&one_line(text)),
            Manner::Exact(_) => {
                let segments = count(&text);
                Sms { text, segments, registered: None }
            }
        }
    }

    /// The message with as much of a clean text as fits, which may be nothing.
    pub fn with_most_of(&self, text: &str) -> (Sms, Brief) {
        let none = || (self.with(""), Brief { text: String::new(), left_out: text.chars().count() });
        self.whole(text).or_else(|| self.longest_cut(text)).unwrap_or_else(none)
    }

    /// The message with all of the text, if that fits and there is one.
    fn whole(&self, text: &str) -> Option<(Sms, Brief)> {
        // What has more characters than the largest message has units cannot fit whole.
        let short = text.chars().nth(Encoding::Gsm7.single()).is_none();
        let text = Some(text).filter(|_| short)?;
        let text = match self.manner {
            Manner::Tidy(Some(language)) => finished(text, language),
            Manner::Tidy(None) | Manner::Exact(_) => text.to_owned(),
        };
        let text = Some(text).filter(|text| !text.is_empty() && self.allows(text))?;
        let sms = Some(self.with(&text)).filter(Sms::fits)?;
        Some((sms, Brief { text, left_out: 0 }))
    }

    fn allows(&self, text: &str) -> bool {
        match self.manner {
            Manner::Tidy(_) => true,
            Manner::Exact(most) => text.chars().nth(most).is_none(),
        }
    }

    /// The message with the longest piece of the text that fits: whole words, or, when not even the
    /// first word fits, as much of it as does. `None` when no piece worth reading fits.
    fn longest_cut(&self, text: &str) -> Option<(Sms, Brief)> {
        let piece = |&end: &usize| {
            let piece = text[..end].trim_end_matches(DANGLING);
            let worth = piece.graphemes(true).nth(MIN_PIECE - 1).is_some();
            let brief = format!("{piece}{CUT}");
            let worth = worth && self.allows(&brief);
            let sms = Some(self.with(&brief)).filter(|sms| worth && sms.fits())?;
            Some((sms, Brief { text: brief, left_out: text.chars().count() - piece.chars().count() }))
        };
        // Each end is tried, longest first, because leaving out one character can change the encoding
        // and so the room. What has more characters than the largest message has units cannot fit, whatever they are:
        // a dangling end may be trimmed, so the bound leaves room for one.
        let bare = self.with(CUT);
        let room = (largest(bare.segments.encoding) + DANGLING.len()).saturating_sub(bare.text.chars().count());
        let ends = ends(text, room);
        let mut words = ends.iter().rev().filter(|&&end| ends_word(text, end));
        words.find_map(piece).or_else(|| ends.iter().rev().find_map(piece))
    }
}

/// Without the blanks that nothing stands between.
fn one_line(text: String) -> String {
    if !text.contains("  ") {
        return if text.starts_with(' ') || text.ends_with(' ') { text.trim().to_owned() } else { text };
    }
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A clean text of at most so many characters, cut between graphemes.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let ends = text.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    let room = most.saturating_sub(CUT.len());
    let end = ends.take_while(|&end| text[..end].chars().nth(room).is_none()).last().unwrap_or(0);
    format!("{}{CUT}", text[..end].trim_end_matches(DANGLING))
}

/// Units of the largest message around a text, by the encoding of what stands around it: a UCS-2 frame makes all of it
/// UCS-2, and in a GSM 7 bit frame the text can but make the message smaller.
fn largest(frame: Encoding) -> usize {
    match frame {
        Encoding::Gsm7 => Encoding::Gsm7.single(),
        Encoding::Ucs2 => most_segments(Encoding::Ucs2) * Encoding::Ucs2.joined(),
    }
}

/// The text as a sentence: with a full stop unless it has an end of its own.
fn finished(issue: &str, language: Language) -> String {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '…' | '।' | '॥' | '。' | '！' | '？' | '؟' | '۔');
    let issue = issue.trim_end_matches([',', ';', ':', ' ']);
    if issue.is_empty() || issue.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']']).ends_with(ends) {
        return issue.to_owned();
    }
    let stop = match language {
        Language::Hindi if issue.ends_with(|c: char| matches!(c, '\u{900}'..='\u{97f}')) => '।',
        Language::English | Language::Hindi => '.',
    };
    format!("{issue}{stop}")
}

/// Where a text of one line may be cut between graphemes, so that at most `room` characters stay.
fn ends(text: &str, room: usize) -> Vec<usize> {
    if text.is_ascii() {
        return (1..text.len().min(room + 1)).collect();
    }
    let mut chars = 0;
    let lengths = text.grapheme_indices(true).map(|(at, grapheme)| {
        let before = chars;
        chars += grapheme.chars().count();
        (at, before)
    });
    lengths.skip(1).take_while(|&(_, chars)| chars <= room).map(|(at, _)| at).collect()
}

/// Whether a word may end there: before a blank, and beside a letter of a script that writes
/// without blanks.
fn ends_word(text: &str, end: usize) -> bool {
    let before = text[..end].chars().next_back();
    let after = text[end..].chars().next();
    after.is_some_and(|c| c == ' ' || unspaced(c)) || before.is_some_and(unspaced)
}

/// Thai and Lao, Myanmar, Khmer, and the ideographs and syllables of Chinese and Japanese.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}
