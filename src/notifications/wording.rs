//! What Redress says by SMS. Every text takes one segment in GSM 7 bit, or at most two in UCS-2.
//!
//! Fields are data: they are made one clean line and put in as they are, never read as a template.

use unicode_segmentation::UnicodeSegmentation;

use super::segments::{Encoding, Segments, clean, count, fold, plain};

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
}

impl Sms {
    fn new(text: &str) -> Self {
        let text = plain(text).into_owned();
        let segments = count(&text);
        Self { text, segments }
    }

    fn fits(&self) -> bool {
        let most = match self.segments.encoding {
            Encoding::Gsm7 => 1,
            Encoding::Ucs2 => 2,
        };
        self.segments.segments <= most
    }
}

/// A ticket is logged: its reference, the issue in brief, and how to ask for news.
///
/// The issue is cut at a word to what fits, or left out if too little of it would remain; the
/// reference and the instruction never are.
pub fn created(isp: &str, reference: &str, issue: &str) -> Sms {
    let head = format!("{} {reference} logged.", ticket_of(isp));
    let tail = how_to_ask(reference);
    let with = |issue: &str| Sms::new(&format!("{head} {issue} {tail}"));
    let issue = clean(issue);
    whole(&issue, &with).or_else(|| longest_cut(&issue, &with)).unwrap_or_else(|| Sms::new(&format!("{head} {tail}")))
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

impl Created {
    /// The message that [`created`] gives, taken apart.
    pub fn new(isp: &str, reference: &str, issue: &str) -> Self {
        let sms = created(isp, reference, issue);
        let (logged, tail) = (format!(" {reference} logged."), how_to_ask(reference));
        // Neither part holds a character that `plain` would change.
        let head = sms.text.find(&logged).map_or(0, |at| at + logged.len());
        let end = sms.text.len().saturating_sub(tail.len()).max(head);
        let shown = sms.text[head..end].trim().to_owned();
        let all = clean(issue);
        let left_out = match shown.strip_suffix(CUT) {
            Some(piece) if !fold(&all).ends_with(&shown) => all.chars().count().saturating_sub(piece.chars().count()),
            None if shown.is_empty() => all.chars().count(),
            _ => 0,
        };
        Self { head: sms.text[..head].to_owned(), issue: shown, tail, left_out, sms }
    }
}

fn how_to_ask(reference: &str) -> String {
    format!("Reply STATUS {reference} for news.")
}

/// The message with all of the issue, if that fits and there is one.
fn whole(issue: &str, with: &impl Fn(&str) -> Sms) -> Option<Sms> {
    // What has more characters than the largest message has units cannot fit whole.
    let short = issue.chars().nth(Encoding::Gsm7.single()).is_none();
    let issue = Some(issue).filter(|_| short).map(finished).filter(|issue| !issue.is_empty())?;
    Some(with(&issue)).filter(Sms::fits)
}

/// A ticket is resolved and its issue fixed.
pub fn fixed(isp: &str, reference: &str) -> Sms {
    Sms::new(&format!("{} {reference} is resolved: the issue is fixed. If not, please tell us.", ticket_of(isp)))
}

/// Answers `STATUS` for a ticket of the sender's own: reference and status, nothing else.
pub fn status(reference: &str, status: &str) -> Sms {
    Sms::new(&format!("Ticket {reference}: {}.", clean(status)))
}

/// Answers `STATUS` for a reference that does not exist, for one of another number and for none at
/// all alike, so that nobody learns which references exist. Says nothing back that was sent.
pub fn unknown_reference() -> Sms {
    Sms::new(
        "We have no ticket with that reference for your number. Please reply STATUS and the \
         reference in our SMS.",
    )
}

/// Confirms an opt-out.
pub fn stopped(isp: &str) -> Sms {
    said(isp, "You will get no more SMS from us. Reply START to get them again.")
}

/// Confirms an opt-in after an opt-out.
pub fn started(isp: &str) -> Sms {
    said(isp, "You will get SMS about your tickets. Reply STOP to end them.")
}

/// Answers `HELP`.
pub fn help(isp: &str) -> Sms {
    said(isp, "Reply STATUS and your ticket reference for news of it, STOP to get no more SMS.")
}

fn ticket_of(isp: &str) -> String {
    match name(isp) {
        name if name.is_empty() => "Ticket".to_owned(),
        name => format!("{name}: ticket"),
    }
}

fn said(isp: &str, sentence: &str) -> Sms {
    match name(isp) {
        name if name.is_empty() => Sms::new(sentence),
        name => Sms::new(&format!("{name}: {sentence}")),
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
fn finished(issue: &str) -> String {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '…' | '।' | '॥' | '。' | '！' | '？' | '؟' | '۔');
    let issue = issue.trim_end_matches([',', ';', ':', ' ']);
    if issue.is_empty() || issue.trim_end_matches(['"', '\'', '”', '’', '»', ')', ']']).ends_with(ends) {
        issue.to_owned()
    } else {
        format!("{issue}.")
    }
}

/// The message with the longest piece of the issue that fits: whole words, or, when not even the
/// first word fits, as much of it as does. `None` when no piece worth reading fits.
fn longest_cut(issue: &str, with: &impl Fn(&str) -> Sms) -> Option<Sms> {
    let piece = |&end: &usize| {
        let piece = issue[..end].trim_end_matches(DANGLING);
        let worth = piece.graphemes(true).nth(MIN_PIECE - 1).is_some();
        Some(with(&format!("{piece}{CUT}"))).filter(|sms| worth && sms.fits())
    };
    // Each end is tried, longest first, because leaving out one character can change the encoding
    // and so the room. What has more characters than the largest message has units cannot fit, whatever they are:
    // a dangling end may be trimmed, so the bound leaves room for one.
    let taken = with(CUT).text.chars().count();
    let room = (Encoding::Gsm7.single() + DANGLING.len()).saturating_sub(taken);
    let ends = ends(issue, room);
    let mut words = ends.iter().rev().filter(|&&end| ends_word(issue, end));
    words.find_map(piece).or_else(|| ends.iter().rev().find_map(piece))
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

    const REF: &str = "BILL-20261123-D4ZP";
    const ISP: &str = "Larkfield Fibre";

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
            let parts = Created::new(ISP, REF, issue);
            assert_eq!((parts.issue.as_str(), parts.left_out), (shown, left_out));
            assert_eq!(parts.head, format!("{ISP}: ticket {REF} logged."));
            assert_eq!(parts.sms, created(ISP, REF, issue));
        }
    }

    #[test]
    fn says_the_rest_plainly() {
        assert_eq!(
            fixed(ISP, REF).text,
            "Larkfield Fibre: ticket BILL-20261123-D4ZP is resolved: the issue is fixed. If not, please tell us."
        );
        assert_eq!(status(REF, "In Progress").text, "Ticket BILL-20261123-D4ZP: In Progress.");
        assert_eq!(stopped("").text, "You will get no more SMS from us. Reply START to get them again.");
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
            let parts = Created::new(&isp, &reference, &issue);
            let joined = [&parts.head[..], &parts.issue, &parts.tail].join(" ").replace("  ", " ");
            prop_assert_eq!((&joined, &parts.sms), (&sms.text, &sms));
            // The piece is a run of whole graphemes from the start of the issue.
            let shown = issue_in(&sms);
            let piece = shown.strip_suffix(CUT).or(shown.strip_suffix('.')).unwrap_or(shown);
            let graphemes = |text: &str| text.graphemes(true).map(str::to_owned).collect::<Vec<_>>();
            let (piece, whole, plain) = (graphemes(piece), graphemes(&clean(&issue)), graphemes(&fold(&issue)));
            let typographic = whole.concat().contains(['…', '’', '“', '”', '–']);
            prop_assert!(typographic || whole.starts_with(&piece) || plain.starts_with(&piece), "{}", sms.text);
        }

        #[test]
        fn everything_else_fits(isp in "\\PC{0,60}|[€\\[…😀a]{0,60}") {
            for sms in [fixed(&isp, "BILL-20261123-D4ZPX"), stopped(&isp), started(&isp), help(&isp)] {
                prop_assert!(sms.fits(), "{:?}", sms);
                prop_assert_eq!(&clean(&sms.text), &sms.text);
            }
        }
    }
}
