//! What Redress says by SMS. In English every text takes one segment in GSM 7 bit, or at most two in UCS-2; languages of
//! other alphabets are UCS-2 throughout. The ISP may have its own wording: see `templates/`.
//!
//! Fields are data: they are made one clean line and put in as they are, never read as a template.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use unicode_segmentation::UnicodeSegmentation;

use super::{
    channels::{Channel, Registered},
    message::{Facts, Kind},
    segments::{Encoding, Segments, clean, count, plain},
    templates::{Part, Place, Template, Templates, Variable},
};
use crate::words::{Language, Piece, Said, Text, Times, date_with_year};

/// Longest name of the provider in a message, in units of its encoding: it leaves room for an issue
/// beside the reference, which comes twice.
const MAX_NAME: usize = 40;
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
    pub(super) fn new(text: &str) -> Self {
        let text = plain(text).into_owned();
        let segments = count(&text);
        Self { text, segments, registered: None }
    }

    /// Whether it costs no more than a message may.
    pub fn fits(&self) -> bool {
        self.segments.segments <= most_segments(self.segments.encoding)
    }
}

/// The segments that a message has at most.
pub const fn most_segments(encoding: Encoding) -> usize {
    match encoding {
        Encoding::Gsm7 => 1,
        Encoding::Ucs2 => 2,
    }
}

/// A message in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The message.
    pub sms: Sms,
    /// Up to the issue, with the blank before it.
    pub head: String,
    /// The issue in brief, or empty.
    pub issue: String,
    /// What follows the issue.
    pub tail: String,
    /// How many characters of the issue, made one line, the message leaves out.
    pub left_out: usize,
}

/// By which days go.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The ISP's time zone.
    pub zone: TimeZone,
    /// The days after its logging by which a ticket should be resolved, if the ISP says so.
    pub resolve_days: Option<i64>,
}

/// Who speaks, and in which language. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Voice {
    name: Arc<str>,
    language: Language,
    /// Our own wording, kind by kind.
    built_in: Arc<[Template]>,
    /// The ISP's.
    own: Templates,
    calendar: Calendar,
}

impl Voice {
    /// The provider of this name, whose clients read this language.
    pub fn new(isp: &str, language: Language) -> Self {
        let name: Arc<str> = name(isp).into();
        let built_in = Kind::ALL.map(|kind| built_in(kind, language, name.is_empty()));
        let calendar = Calendar { zone: TimeZone::UTC, resolve_days: None };
        Self { name, language, built_in: built_in.into(), own: Templates::default(), calendar }
    }

    /// The same with the ISP's own wording and days.
    #[must_use]
    pub fn with(self, own: Templates, calendar: Calendar) -> Self {
        Self { own, calendar, ..self }
    }

    /// The same in another language.
    #[must_use]
    pub fn speaking(&self, language: Language) -> Self {
        if language == self.language {
            return self.clone();
        }
        Self::new(&self.name, language).with(self.own.clone(), self.calendar.clone())
    }

    /// Its language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The ISP's own wording.
    pub const fn own(&self) -> &Templates {
        &self.own
    }

    /// Whether a day by which tickets should be resolved is set.
    pub const fn has_resolve_days(&self) -> bool {
        self.calendar.resolve_days.is_some()
    }

    /// Our own wording of a kind.
    pub fn built_in(&self, kind: Kind) -> &Template {
        &self.built_in[kind as usize]
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
        Times::new(at, self.calendar.zone.clone(), self.language).long_day(at).words
    }

    /// The SMS of this kind.
    pub fn sms(&self, kind: Kind, facts: &Facts<'_>) -> Sms {
        self.in_parts(kind, facts).sms
    }

    /// The message that [`sms`](Self::sms) gives, taken apart.
    ///
    /// The issue is cut at a word to what fits, or left out if too little of it would remain; the
    /// reference and the instruction never are.
    pub fn in_parts(&self, kind: Kind, facts: &Facts<'_>) -> Created {
        let own = self.own.find(Place { kind, channel: Channel::SMS, language: self.language });
        let own = own.filter(|own| self.has_resolve_days() || !own.has(Variable::ResolveBy));
        // A name that has grown since the template was saved: what is cut is not what is registered.
        let own = own.filter(|own| own.has_room_for(&|variable| self.value(variable, facts)));
        let said = own.map(|own| self.fill(&own, facts)).filter(|said| said.sms.fits());
        said.unwrap_or_else(|| self.fill(self.built_in(kind), facts))
    }

    /// A template with what it says of a ticket.
    pub fn fill(&self, template: &Template, facts: &Facts<'_>) -> Created {
        template.fill(self.language, &|variable| self.value(variable, facts))
    }

    /// A value as messages say it: one clean line.
    pub fn value(&self, variable: Variable, facts: &Facts<'_>) -> String {
        match variable {
            Variable::Reference => facts.reference.to_owned(),
            Variable::Isp => (*self.name).to_owned(),
            Variable::Status => {
                facts.status.clone().map(|status| clean(&self.word(status).to_string())).unwrap_or_default()
            }
            Variable::RegisteredAt => self.date(facts.registered_at, 0),
            Variable::ResolveBy => self.date(facts.registered_at, self.calendar.resolve_days.unwrap_or_default()),
            Variable::Issue => clean(facts.issue),
            Variable::IssueType => clean(facts.issue_type),
            Variable::Note => clean(facts.note),
        }
    }

    /// The day so many days after an instant.
    fn date(&self, at: i64, later: i64) -> String {
        let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let day = at.to_zoned(self.calendar.zone.clone()).date();
        clean(&self.word(date_with_year(day.saturating_add(later.days()))).to_string())
    }

    /// Answers `STATUS` alone where several tickets are open: their references, as many as fit.
    pub fn several(&self, references: &[String]) -> Sms {
        let with = |some: &[String]| self.say(Text::new("sms-several").arg("references", some.join(", ")));
        let fitting = (1..=references.len()).rev().map(|count| with(&references[..count])).find(Sms::fits);
        fitting.unwrap_or_else(|| with(&[]))
    }

    /// Whether a text may be a message of ours, by its words: see [`super::echo`].
    pub(super) fn may_have_made(&self, text: &str) -> bool {
        self.built_in.iter().any(|template| template.may_have_made(text)) || self.own.may_have_made(text)
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

    /// Tries a gateway out.
    pub fn trial(&self) -> Sms {
        self.announce(Text::new("sms-trial"))
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
}

/// Our own wording of a kind, as a template.
fn built_in(kind: Kind, language: Language, nameless: bool) -> Template {
    let say = |key, slots: &[&'static str]| Text::new(key).to(language).pieces(slots);
    let key = |named, without| if nameless { without } else { named };
    let (sentence, from) = match kind {
        Kind::Created => (say(key("sms-created", "sms-created-nameless"), &["isp", "reference", "issue"]), false),
        Kind::Fixed => (say(key("sms-fixed", "sms-fixed-nameless"), &["isp", "reference"]), false),
        Kind::Assigned => (say("sms-assigned", &["reference", "issue"]), !nameless),
        Kind::Reopened => (say("sms-reopened", &["reference"]), !nameless),
        Kind::Note => (say("sms-note", &["reference"]), !nameless),
    };
    let pieces = if from {
        let put = |piece| match piece {
            Piece::Slot("sentence") => sentence.clone(),
            other => vec![other],
        };
        say("sms-from", &["isp", "sentence"]).into_iter().flat_map(put).collect()
    } else {
        sentence
    };
    let part = |piece| match piece {
        Piece::Words(words) => Part::Words(words),
        Piece::Slot("isp") => Part::Slot(Variable::Isp),
        Piece::Slot("issue") if kind == Kind::Assigned => Part::Slot(Variable::IssueType),
        Piece::Slot("issue") => Part::Slot(Variable::Issue),
        Piece::Slot(_) => Part::Slot(Variable::Reference),
    };
    let parts = pieces.into_iter().map(part);
    let note = [Part::Words(" ".to_owned()), Part::Slot(Variable::Note)];
    Template::of(parts.chain(note.into_iter().filter(|_| kind == Kind::Note)).collect())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::notifications::{
        segments::fold,
        templates::{CUT, DANGLING},
    };

    const REF: &str = "BILL-20261123-D4ZP";
    const ISP: &str = "Larkfield Fibre";

    impl Voice {
        pub(in crate::notifications) fn created(&self, reference: &str, issue: &str) -> Sms {
            self.created_in_parts(reference, issue).sms
        }

        fn created_in_parts(&self, reference: &str, issue: &str) -> Created {
            self.in_parts(Kind::Created, &Facts { reference, issue, ..Facts::default() })
        }

        pub(in crate::notifications) fn fixed(&self, reference: &str) -> Sms {
            self.sms(Kind::Fixed, &Facts { reference, ..Facts::default() })
        }
    }

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
            assert_eq!(parts.head, format!("{ISP}: ticket {REF} logged. "));
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
            let joined = [&parts.head[..], &parts.issue, &parts.tail].concat().replace("  ", " ");
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
            let joined = [&parts.head[..], &parts.issue, &parts.tail].concat().replace("  ", " ");
            prop_assert_eq!((&joined, &parts.sms), (&sms.text, &sms));
        }
    }
}
