//! What Redress says by SMS. In English every text takes one segment in GSM 7 bit, or at most two in UCS-2; languages of
//! other alphabets are UCS-2 throughout.
//!
//! Fields are data: they are made one clean line and put in as they are, never read as a template.

use std::sync::Arc;

use jiff::tz::TimeZone;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    channels::Registered,
    message::{Facts, Kind},
    segments::{Encoding, Segments, clean, count, plain},
};
use crate::words::{Language, Piece, Said, Text, Times};

/// Longest name of the provider in a message, in units of its encoding: it leaves room for an issue
/// beside the reference, which comes twice.
const MAX_NAME: usize = 40;
/// Fewest characters of a cut issue that still say something.
const MIN_PIECE: usize = 4;
const CUT: &str = "...";
/// What a piece does not end with before [`CUT`]: punctuation, and joiners that lost their letter.
const DANGLING: [char; 13] = ['.', ',', ';', ':', '!', '?', '-', '–', '—', '…', ' ', '\u{200c}', '\u{200d}'];
/// Bytes of UTF-8 that one unit of either encoding can stand for, at most: a bound that keeps the
/// search for a cut short whatever the text.
const MAX_BYTES: usize = 3;

/// A message ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// The text, one line.
    pub text: String,
    /// What it costs.
    pub segments: Segments,
    /// What goes with it where it follows a registered template.
    pub registered: Option<Registered>,
}

impl Sms {
    fn new(text: &str) -> Self {
        let text = plain(text).into_owned();
        let segments = count(&text);
        Self { text, segments, registered: None }
    }

    fn fits(&self) -> bool {
        self.segments.segments <= most_segments(self.segments.encoding)
    }
}

const fn most_segments(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Gsm7 => 1,
        Encoding::Ucs2 => 2,
    }
}

/// The message of a logged ticket in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The message.
    pub sms: Sms,
    /// Up to the issue.
    pub head: String,
    /// The issue in brief, or empty.
    pub issue: String,
    /// What follows the issue.
    pub tail: String,
    /// How many characters of the issue, made one line, the message leaves out.
    pub left_out: usize,
}

/// Who speaks, and in which language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Voice {
    name: Arc<str>,
    language: Language,
    /// The message of a logged ticket, which is worded for each.
    created: Arc<[Piece]>,
    /// Where days are those of the ISP.
    zone: TimeZone,
}

impl Voice {
    /// The provider of this name, whose clients read this language.
    pub fn new(isp: &str, language: Language) -> Self {
        let name = name(isp);
        let created = Text::new(if name.is_empty() { "sms-created-nameless" } else { "sms-created" });
        // Name and reference are put in afterwards: whatever their characters, none is taken for a slot.
        let created = created.to(language).pieces(&["isp", "reference", "issue"]);
        Self { name: name.into(), language, created: created.into(), zone: TimeZone::UTC }
    }

    /// The same voice where days are those of this zone.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// The provider's name, one line of at most 40 units; empty where there is none.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Words of other channels, in the language of clients.
    pub(super) fn words(&self, text: Text) -> String {
        self.word(text).to_string()
    }

    /// The day of a time in milliseconds, with the month in full.
    pub(super) fn day(&self, at: i64) -> String {
        Times::new(at, self.zone.clone(), self.language).long_day(at).words
    }

    /// The SMS of this kind.
    pub fn sms(&self, kind: Kind, facts: &Facts<'_>) -> Sms {
        match kind {
            Kind::Created => self.created(facts.reference, facts.issue),
            Kind::Fixed => self.fixed(facts.reference),
            Kind::Assigned => self.assigned(facts.reference, facts.issue_type),
            Kind::Reopened => self.reopened(facts.reference),
            Kind::Note => self.note(facts.reference, facts.note),
        }
    }

    /// A ticket is logged: its reference, the issue in brief, and how to ask for news.
    ///
    /// The issue is cut at a word to what fits, or left out if too little of it would remain; the
    /// reference and the instruction never are.
    pub fn created(&self, reference: &str, issue: &str) -> Sms {
        self.around(reference).with_most_of(&clean(issue)).0
    }

    /// The message that [`created`](Self::created) gives, taken apart.
    pub fn created_in_parts(&self, reference: &str, issue: &str) -> Created {
        let (around, all) = (self.around(reference), clean(issue));
        let (sms, brief) = around.with_most_of(&all);
        // Each character is made plain by itself, and only where all of them then fit the alphabet.
        let as_sent = |part: &str| match sms.segments.encoding {
            Encoding::Gsm7 => plain(part).into_owned(),
            Encoding::Ucs2 => part.to_owned(),
        };
        Created {
            head: as_sent(&around.head),
            issue: as_sent(&brief.text),
            tail: as_sent(&around.tail),
            left_out: brief.left_out,
            sms,
        }
    }

    /// A ticket is resolved and its issue fixed.
    pub fn fixed(&self, reference: &str) -> Sms {
        let key = if self.name.is_empty() { "sms-fixed-nameless" } else { "sms-fixed" };
        self.say(Text::new(key).arg("isp", &*self.name).arg("reference", reference))
    }

    /// A technician gets a ticket: which, and what kind of issue it is. Nothing of the client's, as phones get lost.
    pub fn assigned(&self, reference: &str, issue_type: &str) -> Sms {
        self.announce(Text::new("sms-assigned").arg("reference", reference).arg("issue", clean(issue_type)))
    }

    /// A ticket that was resolved is open again.
    pub fn reopened(&self, reference: &str) -> Sms {
        self.announce(Text::new("sms-reopened").arg("reference", reference))
    }

    /// What the desk writes to a client about a ticket: as much of it as fits.
    pub fn note(&self, reference: &str, note: &str) -> Sms {
        let head = self.announce(Text::new("sms-note").arg("reference", reference)).text;
        Around { head, tail: String::new(), language: self.language }.with_most_of(&clean(note)).0
    }

    /// Answers `STATUS` alone where several tickets are open: their references, as many as fit.
    pub fn several(&self, references: &[String]) -> Sms {
        let with = |some: &[String]| self.say(Text::new("sms-several").arg("references", some.join(", ")));
        let fitting = (1..=references.len()).rev().map(|count| with(&references[..count])).find(Sms::fits);
        fitting.unwrap_or_else(|| with(&[]))
    }

    /// Whether a text is one of ours come back, by a machine that sends on what it gets.
    pub fn is_own(&self, text: &str) -> bool {
        let rest = clean(text).strip_prefix(&*self.name).map(ToOwned::to_owned);
        !self.name.is_empty() && rest.is_some_and(|rest| rest.starts_with(": ") && rest.contains("BILL-"))
    }

    /// Answers what a client wrote about a ticket, which now has it.
    pub fn received(&self, reference: &str) -> Sms {
        self.say(Text::new("sms-received").arg("reference", reference))
    }

    /// Answers `STATUS` for a ticket of the sender's own: reference and status, nothing else.
    pub fn status(&self, reference: &str, status: &Text) -> Sms {
        let status = clean(&self.word(status.clone()).to_string());
        self.say(Text::new("sms-status").arg("reference", reference).arg("status", status))
    }

    /// Answers `STATUS` for a reference that does not exist, for one of another number and for none at
    /// all alike, so that nobody learns which references exist. Says nothing back that was sent.
    pub fn unknown_reference(&self) -> Sms {
        self.say(Text::new("sms-unknown-reference"))
    }

    /// Confirms an opt-out.
    pub fn stopped(&self) -> Sms {
        self.announce(Text::new("sms-stopped"))
    }

    /// Confirms an opt-in after an opt-out.
    pub fn started(&self) -> Sms {
        self.announce(Text::new("sms-started"))
    }

    /// Answers `HELP`.
    pub fn help(&self) -> Sms {
        self.announce(Text::new("sms-help"))
    }

    /// A sentence with the provider's name before it.
    fn announce(&self, sentence: Text) -> Sms {
        if self.name.is_empty() {
            return self.say(sentence);
        }
        self.say(Text::new("sms-from").arg("isp", &*self.name).arg("sentence", sentence))
    }

    fn say(&self, text: Text) -> Sms {
        Sms::new(&self.word(text).to_string())
    }

    fn word(&self, text: Text) -> Said {
        text.to(self.language)
    }

    /// The message of a logged ticket without its issue, put together once however many cuts of the issue are tried.
    fn around(&self, reference: &str) -> Around {
        let (mut head, mut tail, mut passed) = (String::new(), String::new(), false);
        for piece in &*self.created {
            let part = if passed { &mut tail } else { &mut head };
            match piece {
                Piece::Words(words) => part.push_str(words),
                Piece::Slot("issue") => passed = true,
                Piece::Slot("reference") => part.push_str(reference),
                Piece::Slot(_) => part.push_str(&self.name),
            }
        }
        Around { head: head.trim().to_owned(), tail: tail.trim().to_owned(), language: self.language }
    }
}

/// What stands around the issue.
struct Around {
    head: String,
    tail: String,
    language: Language,
}

/// An issue as a message has it.
struct Brief {
    text: String,
    /// Characters that are not in it.
    left_out: usize,
}

impl Around {
    fn with(&self, issue: &str) -> Sms {
        let mut text = String::with_capacity(self.head.len() + issue.len() + self.tail.len() + 2);
        for part in [self.head.as_str(), issue, &self.tail] {
            if !text.is_empty() && !part.is_empty() {
                text.push(' ');
            }
            text.push_str(part);
        }
        Sms::new(&text)
    }

    /// The message with as much of a clean issue as fits, which may be nothing.
    fn with_most_of(&self, issue: &str) -> (Sms, Brief) {
        let none = || (self.with(""), Brief { text: String::new(), left_out: issue.chars().count() });
        self.whole(issue).or_else(|| self.longest_cut(issue)).unwrap_or_else(none)
    }

    /// The message with all of the issue, if that fits and there is one.
    fn whole(&self, issue: &str) -> Option<(Sms, Brief)> {
        // What has more characters than the largest message has units cannot fit whole.
        let short = issue.chars().nth(Encoding::Gsm7.single()).is_none();
        let text = finished(Some(issue).filter(|_| short)?, self.language);
        let text = Some(text).filter(|text| !text.is_empty())?;
        let sms = Some(self.with(&text)).filter(Sms::fits)?;
        Some((sms, Brief { text, left_out: 0 }))
    }

    /// The message with the longest piece of the issue that fits: whole words, or, when not even the
    /// first word fits, as much of it as does. `None` when no piece worth reading fits.
    fn longest_cut(&self, issue: &str) -> Option<(Sms, Brief)> {
        let piece = |&end: &usize| {
            let piece = issue[..end].trim_end_matches(DANGLING);
            let worth = piece.graphemes(true).nth(MIN_PIECE - 1).is_some();
            let text = format!("{piece}{CUT}");
            let sms = Some(self.with(&text)).filter(|sms| worth && sms.fits())?;
            Some((sms, Brief { text, left_out: issue.chars().count() - piece.chars().count() }))
        };
        // Each end is tried, longest first, because leaving out one character can change the encoding
        // and so the room. What has more characters than the largest message has units cannot fit, whatever they are:
        // a dangling end may be trimmed, so the bound leaves room for one.
        let bare = self.with(CUT);
        let room = (largest(bare.segments.encoding) + DANGLING.len()).saturating_sub(bare.text.chars().count());
        let ends = ends(issue, room);
        let mut words = ends.iter().rev().filter(|&&end| ends_word(issue, end));
        words.find_map(piece).or_else(|| ends.iter().rev().find_map(piece))
    }
}

/// Units of the largest message around an issue, by the encoding of what stands around it: a UCS-2 frame makes all of it
/// UCS-2, and in a GSM 7 bit frame the issue can but make the message smaller.
fn largest(frame: Encoding) -> usize {
    match frame {
        Encoding::Gsm7 => Encoding::Gsm7.single(),
        Encoding::Ucs2 => most_segments(Encoding::Ucs2) * Encoding::Ucs2.joined(),
    }
}

/// The provider's name, cut between graphemes when it is too long.
fn name(isp: &str) -> String {
    let isp = clean(isp);
    if isp.len() <= MAX_NAME * MAX_BYTES && Sms::new(&isp).segments.units <= MAX_NAME {
        return isp;
    }
    let ends = isp.grapheme_indices(true).map(|(at, grapheme)| at + grapheme.len());
    let fitting = ends
        .take_while(|&end| end <= MAX_NAME * MAX_BYTES)
        .filter(|&end| Sms::new(&isp[..end]).segments.units <= MAX_NAME)
        .last();
    clean(&isp[..fitting.unwrap_or(0)])
}

/// The issue as a sentence: with a full stop unless it has an end of its own.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::notifications::segments::fold;

    const REF: &str = "BILL-20261123-D4ZP";
    const ISP: &str = "Larkfield Fibre";

    fn english(isp: &str) -> Voice {
        Voice::new(isp, Language::English)
    }

    fn created(isp: &str, reference: &str, issue: &str) -> Sms {
        english(isp).created(reference, issue)
    }

    fn issue_in(sms: &Sms) -> &str {
        let (_, rest) = sms.text.split_once(" logged. ").unwrap();
        rest.split_once("Reply STATUS ").unwrap().0.trim_end()
    }

    #[test]
    fn says_the_issue_in_brief() {
        let sms = created(ISP, REF, "Paid at the shop, line still down");
        assert_eq!(
            sms.text,
            "Larkfield Fibre: ticket BILL-20261123-D4ZP logged. Paid at the shop, line still down. \
             Reply STATUS BILL-20261123-D4ZP for news."
        );
        assert_eq!((sms.segments.encoding, sms.segments.segments), (Encoding::Gsm7, 1));
    }

    #[test]
    fn ends_and_cuts_the_issue_well() {
        let table = [
            ("Bill wrong.", "Bill wrong."),
            ("Why so much?", "Why so much?"),
            ("He said \"down.\"", "He said \"down.\""),
            ("Charged twice,", "Charged twice."),
            ("Charged twice…", "Charged twice..."),
            ("{{ref}} {isp} ${x}", "{{ref}} {isp} ${x}."),
            ("Client’s bill\nis “wrong” – again", "Client's bill is \"wrong\" - again."),
            ("\u{200d}\u{fe0f}\u{202e}", ""),
            ("", ""),
            ("बिल गलत है।", "बिल गलत है।"),
            ("Double charge 😀 in May", "Double charge 😀 in May."),
            (
                "The October bill charges the old plan as well as the new one, and the shop says so",
                "The October bill charges the old plan as well as the new one...",
            ),
            // Cut in a word only when there is no other way; 67 septets of room.
            (&"x".repeat(200), &("x".repeat(64) + CUT)),
            (&format!("Payment {}", "x".repeat(200)), "Payment..."),
            // The emoji lies beyond what GSM 7 bit takes, so it costs nothing.
            (
                &format!("{}😀", "word ".repeat(14)),
                "word word word word word word word word word word word word word...",
            ),
            // Inside of it, it leaves 41 units, as UCS-2.
            ("Double 😀 charge in May and again in June and then in July", "Double 😀 charge in May and again in..."),
            (&format!("{}{}", "账单".repeat(9), "x".repeat(50)), &("账单".repeat(9) + CUT)),
            (
                &"账单金额不对".repeat(20),
                "账单金额不对账单金额不对账单金额不对账单金额不对账单金额不对账单金额不对账单...",
            ),
        ];
        for (issue, expected) in table {
            let sms = created(ISP, REF, issue);
            assert_eq!(issue_in(&sms), expected);
            assert!(sms.fits(), "{}", sms.text);
        }
    }

    #[test]
    fn uses_the_room_to_the_last_unit() {
        let sms = created(ISP, REF, &format!("{}x", "word ".repeat(13)));
        assert_eq!((sms.segments.units, sms.segments.left), (160, 0));
        let sms = created(ISP, REF, &"ж".repeat(41));
        assert_eq!((sms.segments.units, sms.segments.segments), (134, 2));
        assert!(sms.text.contains(&"ж".repeat(38)));
    }

    #[test]
    fn never_parts_a_grapheme() {
        for grapheme in ["👨🏽", "🇬🇧", "क्षि", "q\u{323}\u{307}"] {
            let sms = created(ISP, REF, &grapheme.repeat(80));
            let piece = issue_in(&sms).strip_suffix(CUT).unwrap();
            assert_eq!(piece.replace(grapheme, ""), "", "{}", sms.text);
            assert!(piece.len() > 4 * grapheme.len(), "{}", sms.text);
        }
        let zalgo = format!("a{}", "\u{323}".repeat(9_000));
        assert_eq!(issue_in(&created(ISP, REF, &zalgo)), "");
    }

    #[test]
    fn leaves_no_joiner_at_a_cut() {
        for count in 1..60 {
            let text = format!("{}می\u{200c}خواهم", "خ".repeat(count));
            for sms in [created(ISP, REF, &text.repeat(3)), created(&text, REF, &text)] {
                assert_eq!(clean(&sms.text), sms.text);
            }
        }
    }

    #[test]
    fn cuts_a_name_that_is_too_long() {
        let sms = created(&"Very Long Name ".repeat(20), "BILL-20261123-D4ZPX", "No bill came this month");
        assert!(sms.text.starts_with("Very Long Name Very Long Name Very Long: ticket BILL-"), "{}", sms.text);
        assert_eq!(issue_in(&sms), "No bill came this month.");
        assert_eq!(created("", REF, "").text, format!("Ticket {REF} logged. Reply STATUS {REF} for news."));
    }

    #[test]
    fn is_taken_apart_where_it_was_put_together() {
        let long = format!("{}tail", "word ".repeat(30));
        for (issue, shown, left_out) in [
            ("Bill  wrong", "Bill wrong.", 0),
            ("Charged twice…", "Charged twice...", 0),
            ("", "", 0),
            (&long, "word word word word word word word word word word word word word...", 154 - 64),
            (&format!("a{}", "\u{323}".repeat(9_000)), "", 9_000),
        ] {
            let parts = english(ISP).created_in_parts(REF, issue);
            assert_eq!((parts.issue.as_str(), parts.left_out), (shown, left_out));
            assert_eq!(parts.head, format!("{ISP}: ticket {REF} logged."));
            assert_eq!(parts.sms, created(ISP, REF, issue));
        }
    }

    #[test]
    fn says_the_rest_plainly() {
        assert_eq!(
            english(ISP).fixed(REF).text,
            "Larkfield Fibre: ticket BILL-20261123-D4ZP is resolved: the issue is fixed. If not, please tell us."
        );
        assert_eq!(
            english("").fixed(REF).text,
            "Ticket BILL-20261123-D4ZP is resolved: the issue is fixed. If not, please tell us."
        );
        let status = Text::verbatim(" In\nProgress ");
        assert_eq!(english(ISP).status(REF, &status).text, "Ticket BILL-20261123-D4ZP: In Progress.");
        assert_eq!(
            english(ISP).unknown_reference().text,
            "We have no ticket with that reference for your number. Please reply STATUS and the reference in our SMS."
        );
        assert_eq!(english("").stopped().text, "You will get no more SMS from us. Reply START to get them again.");
        assert_eq!(
            english(ISP).started().text,
            "Larkfield Fibre: You will get SMS about your tickets. Reply STOP to end them."
        );
        assert_eq!(
            english(ISP).help().text,
            "Larkfield Fibre: Reply STATUS and your ticket reference for news of it, STOP to get no more SMS."
        );
    }

    #[test]
    fn in_hindi_the_instruction_stays_what_has_to_be_typed() {
        let hindi = Voice::new(ISP, Language::Hindi);
        assert_eq!(
            hindi.created(REF, "बिल में दो बार शुल्क लगा है").text,
            "Larkfield Fibre: टिकट BILL-20261123-D4ZP दर्ज है। बिल में दो बार शुल्क लगा है। \
             स्थिति के लिए STATUS BILL-20261123-D4ZP भेजें।"
        );
        let long = hindi.created_in_parts(REF, "The bill charges the old plan as well as the new one.");
        assert_eq!((long.issue.as_str(), long.left_out), ("The bill charges the old plan as...", 53 - 32));
        assert_eq!((long.sms.segments.encoding, long.sms.segments.segments), (Encoding::Ucs2, 2));
        let nameless = Voice::new("", Language::Hindi);
        assert_eq!(nameless.created(REF, "").text, format!("टिकट {REF} दर्ज है। स्थिति के लिए STATUS {REF} भेजें।"));
    }

    #[test]
    fn no_field_is_read_as_a_place_for_another() {
        for language in Language::ALL {
            for odd in ["\u{e000}", "\u{e001}x", "{ $issue }", "{isp}"] {
                let voice = Voice::new(&format!("Net {odd}"), language);
                let parts = voice.created_in_parts(REF, &format!("Bill {odd}"));
                assert!(parts.head.starts_with(&format!("Net {odd}: ")), "{parts:?}");
                assert!(parts.issue.starts_with(&format!("Bill {odd}")), "{parts:?}");
                assert!(voice.fixed(REF).text.starts_with(&format!("Net {odd}: ")));
            }
        }
    }

    proptest! {
        #[test]
        fn creation_always_fits(
            isp in "\\PC{0,60}|[€\\[…😀a]{0,60}",
            issue in "\\PC{0,300}|([a-z’é€\\[]{1,12}[ ,.\\n]){0,60}|(\\PC{1,9} ){0,40}",
            reference in "BILL-2026[01][0-9]{3}-[0-9A-HJKMNP-TV-Z]{4,5}",
        ) {
            let sms = created(&isp, &reference, &issue);
            prop_assert!(sms.fits(), "{:?}", sms);
            prop_assert_eq!(sms.segments, count(&sms.text));
            let logged = format!("icket {reference} logged. ");
            let reply = format!("Reply STATUS {reference} for news.");
            prop_assert!(sms.text.contains(&logged) && sms.text.ends_with(&reply), "{}", sms.text);
            prop_assert_eq!(&clean(&sms.text), &sms.text);
            let parts = english(&isp).created_in_parts(&reference, &issue);
            let joined = [&parts.head[..], &parts.issue, &parts.tail].join(" ").replace("  ", " ");
            prop_assert_eq!((&joined, &parts.sms), (&sms.text, &sms));
            // The piece is a run of whole graphemes from the start of the issue.
            let shown = issue_in(&sms);
            let piece = shown.strip_suffix(CUT).or(shown.strip_suffix('.')).unwrap_or(shown);
            let graphemes = |text: &str| text.graphemes(true).map(str::to_owned).collect::<Vec<_>>();
            let (piece, whole, plain) = (graphemes(piece), graphemes(&clean(&issue)), graphemes(&fold(&issue)));
            let typographic = whole.concat().contains(['…', '’', '“', '”', '–']);
            // A comma that is trimmed may have been one grapheme with a letter that is written before others.
            let begins = |all: &[String]| {
                let trimmed = || all.concat().strip_prefix(&piece.concat()).is_some_and(|rest| rest.starts_with(DANGLING));
                all.starts_with(&piece) || trimmed()
            };
            prop_assert!(typographic || begins(&whole) || begins(&plain), "{}", sms.text);
        }

        #[test]
        fn everything_else_fits(isp in "\\PC{0,60}|[€\\[…😀a]{0,60}") {
            for voice in Language::ALL.map(|language| Voice::new(&isp, language)) {
                let reference = "BILL-20261123-D4ZPX";
                let status = voice.status(reference, &Text::new("status-dispatched"));
                let fixed = voice.fixed(reference);
                let all = [fixed, status, voice.unknown_reference(), voice.stopped(), voice.started(), voice.help()];
                for sms in all {
                    prop_assert!(sms.fits(), "{:?}", sms);
                    prop_assert_eq!(&clean(&sms.text), &sms.text);
                }
            }
        }

        #[test]
        fn creation_fits_in_hindi_too(
            isp in "\\PC{0,60}|[€\\[…😀a]{0,60}|[क-ह]{0,60}",
            issue in "\\PC{0,300}|([a-z’é€\\[]{1,12}[ ,.\\n]){0,60}|(\\PC{1,9} ){0,40}|([क-ह]{1,9}[ ।]){0,40}",
            reference in "BILL-2026[01][0-9]{3}-[0-9A-HJKMNP-TV-Z]{4,5}",
        ) {
            let voice = Voice::new(&isp, Language::Hindi);
            let sms = voice.created(&reference, &issue);
            prop_assert_eq!((sms.segments, sms.segments.encoding), (count(&sms.text), Encoding::Ucs2));
            prop_assert!(sms.fits(), "{:?}", sms);
            let reply = format!("STATUS {reference} भेजें।");
            prop_assert!(sms.text.ends_with(&reply), "{}", sms.text);
            prop_assert!(sms.text.matches(&reference).count() >= 2, "{}", sms.text);
            prop_assert_eq!(&clean(&sms.text), &sms.text);
            let parts = voice.created_in_parts(&reference, &issue);
            let joined = [&parts.head[..], &parts.issue, &parts.tail].join(" ").replace("  ", " ");
            prop_assert_eq!((&joined, &parts.sms), (&sms.text, &sms));
        }
    }
}
