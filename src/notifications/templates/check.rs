//! Holds a draft against everything that its messages may have to say, so that what is kept can always be sent as it is.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::{
    letter::{self, LONGEST_LETTER, LONGEST_SUBJECT},
    template::{Draft, LONGEST, Misfit, Part, Registration, Template, parse, place},
    variable::Variable,
};
use crate::{
    notifications::{
        message::{Facts, Kind},
        segments::{Encoding, clean, plain},
        wording::{Sms, Voice, most_segments},
    },
    words::Text,
};

/// As long as a reference gets.
const REFERENCE: &str = "BILL-20261123-D4ZPX";
/// Noon of the 28th of each month of 2026 is so many milliseconds after the one before, or close to it.
const MONTH: i64 = 30 * 24 * 60 * 60 * 1_000 + 10 * 60 * 60 * 1_000;
const JANUARY: i64 = 1_769_601_600_000;
/// Characters that are told of, at most.
const TOLD: usize = 12;
/// So many characters outside of the alphabet are each told of.
const FOREIGN: usize = 3;

/// What values there may be.
#[derive(Debug, Clone)]
pub struct Known {
    /// The statuses that a ticket can have.
    pub statuses: Vec<Text>,
    /// What a complaint may be about.
    pub issue_types: Vec<String>,
}

/// A draft is held against this.
#[derive(Debug)]
pub struct Check<'a> {
    /// Who speaks, in the draft's language.
    pub voice: &'a Voice,
    /// What its messages tell.
    pub kind: Kind,
    /// Whether they are letters, with a subject and a text that is not cut.
    pub letter: bool,
    /// What values there may be.
    pub known: &'a Known,
}

/// What came of it.
#[derive(Debug)]
pub struct Checked {
    /// What can be made of the draft.
    pub template: Template,
    /// What keeps it from being used.
    pub misfits: Vec<Misfit>,
}

impl Check<'_> {
    /// Checks a draft.
    pub fn check(&self, draft: &Draft) -> Checked {
        if draft.body.is_empty() {
            let misfits = vec![Misfit::new("required", Vec::new(), Text::new("templates-fault-empty"))];
            return Checked { template: Template::of(Vec::new()), misfits };
        }
        let longest = if self.letter { LONGEST_LETTER } else { LONGEST };
        if draft.body.chars().nth(longest).is_some() {
            let text = Text::new("input-too-long").arg("count", longest);
            let misfits = vec![Misfit::new("too_long", Vec::new(), text)];
            return Checked { template: Template::of(Vec::new()), misfits };
        }
        let (template, mut misfits) = Template::read_some(draft, self.kind);
        if template.has(Variable::ResolveBy) && !self.voice.has_resolve_days() {
            misfits.push(Misfit::new("not_allowed", Vec::new(), Text::new("templates-fault-resolve-by")));
        }
        if self.letter {
            of_a_letter(draft, &mut misfits);
            return Checked { template, misfits };
        }
        if let Some(registration) = template.registration() {
            exact(&draft.body, registration, &mut misfits);
            self.caps(&template, registration, &mut misfits);
        }
        if misfits.is_empty() {
            misfits.extend(self.too_long(&template));
        }
        Checked { template, misfits }
    }

    /// Every combination of values that differ in length, but for what is cut.
    fn every(&self, template: &Template) -> impl Iterator<Item = Facts<'_>> {
        let one_of = |variable, count: usize| if template.has(variable) { count } else { count.min(1) };
        let statuses = one_of(Variable::Status, self.known.statuses.len()).max(1);
        let types = one_of(Variable::IssueType, self.known.issue_types.len()).max(1);
        let dated = template.has(Variable::RegisteredAt) || template.has(Variable::ResolveBy);
        let months = if dated { 12 } else { 1 };
        (0..statuses * types * months).map(move |at| Facts {
            reference: REFERENCE,
            issue: "",
            issue_type: self.known.issue_types.get(at / statuses % types).map_or("", String::as_str),
            status: self.known.statuses.get(at % statuses).cloned(),
            registered_at: JANUARY + MONTH * i64::try_from(at / statuses / types).unwrap_or(0),
            note: "",
        })
    }

    fn too_long(&self, template: &Template) -> Option<Misfit> {
        let fill = |facts: Facts<'_>| self.voice.fill(template, &facts).sms;
        let longest = self.every(template).map(fill).filter(|sms| !sms.fits()).max_by_key(over)?;
        let most = most_segments(longest.segments.encoding);
        let key = match longest.segments.encoding {
            Encoding::Gsm7 => "templates-fault-too-long-gsm",
            Encoding::Ucs2 => "templates-fault-too-long-unicode",
        };
        let text =
            Text::new(key).arg("segments", longest.segments.segments).arg("most", most).arg("over", over(&longest));
        Some(Misfit::new("too_long", Vec::new(), text))
    }

    /// Whether every value has room in its place.
    fn caps(&self, template: &Template, registration: &Registration, misfits: &mut Vec<Misfit>) {
        for variable in Variable::ALL.into_iter().filter(|variable| template.has(*variable)) {
            if variable.is_free() && !registration.caps.contains_key(&variable) {
                let text = Text::new("templates-fault-free").arg("name", variable.slot());
                misfits.push(Misfit::new("not_allowed", Vec::new(), text));
            }
            let values = self.every(template).map(|facts| self.voice.value(variable, &facts));
            let Some(longest) = values.max_by_key(|value| value.chars().count()) else { continue };
            let (length, cap) = (longest.chars().count(), registration.cap(variable));
            if length > cap && !variable.may_be_cut() {
                let text = Text::new("templates-fault-cap").arg("name", variable.slot()).arg("value", &longest);
                misfits.push(Misfit::new("too_long", Vec::new(), text.arg("length", length).arg("cap", cap)));
            }
            if !registration.unicode && Encoding::of(&plain(&longest)) == Encoding::Ucs2 {
                let text = Text::new("templates-fault-value").arg("name", variable.slot()).arg("value", &longest);
                misfits.push(Misfit::new("not_allowed", Vec::new(), text));
            }
        }
    }
}

/// What only letters have, and what they do not.
fn of_a_letter(draft: &Draft, misfits: &mut Vec<Misfit>) {
    let (subject, text) = letter::parted(&draft.body);
    if subject.is_empty() || text.is_empty() {
        misfits.push(Misfit::new("required", Vec::new(), Text::new("templates-fault-letter")));
    }
    if subject.chars().count() > LONGEST_SUBJECT {
        let text = Text::new("templates-fault-subject").arg("most", LONGEST_SUBJECT);
        misfits.push(Misfit::new("too_long", std::iter::once(0..subject.len()).collect(), text));
    }
    for (part, at) in parse(subject).0 {
        if let Part::Slot(variable) = part
            && variable.is_free()
        {
            let text = Text::new("templates-fault-subject-free").arg("name", variable.slot());
            misfits.push(Misfit::new("not_allowed", std::iter::once(at).collect(), text));
        }
    }
    if draft.registration.is_some() {
        misfits.push(Misfit::new("not_allowed", Vec::new(), Text::new("templates-fault-letter-registered")));
    }
}

/// Units beyond what a message may have.
fn over(sms: &Sms) -> usize {
    let most = most_segments(sms.segments.encoding);
    let encoding = sms.segments.encoding;
    let room = if most == 1 { encoding.single() } else { most * encoding.joined() };
    sms.segments.units.saturating_sub(room)
}

/// What is wrong with a character.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Odd {
    /// It would not arrive as it is registered.
    Changes,
    /// It is not of the alphabet that the template is registered in.
    Outside,
}

/// The fixed text has to arrive character by character as it is registered.
fn exact(body: &str, registration: &Registration, misfits: &mut Vec<Misfit>) {
    let (parts, _) = parse(body);
    let mut found: Vec<(&str, Odd, Vec<Range<usize>>)> = Vec::new();
    for (_, range) in parts.iter().filter(|(part, _)| matches!(part, Part::Words(_))) {
        for (at, grapheme) in body[range.clone()].grapheme_indices(true) {
            let at = range.start + at;
            for (at, piece) in pieces(at, grapheme) {
                let Some(odd) = odd(body, at, piece, registration.unicode) else { continue };
                let range = at..at + piece.len();
                match found.iter_mut().find(|(known, why, _)| (*known, *why) == (piece, odd)) {
                    Some((_, _, places)) => places.push(range),
                    None => found.push((piece, odd, vec![range])),
                }
            }
        }
    }
    // Of another alphabet altogether, one word says it.
    let foreign = |(piece, odd, _): &(&str, Odd, _)| *odd == Odd::Outside && plain(piece) == *piece;
    if found.iter().filter(|one| foreign(one)).count() > FOREIGN {
        let (others, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(foreign);
        let shown: Vec<&str> = others.iter().take(TOLD).map(|(piece, ..)| *piece).collect();
        let text = Text::new("templates-fault-outside-many").arg("characters", shown.join(" "));
        misfits.push(Misfit::new("not_allowed", others.into_iter().flat_map(|(.., at)| at).collect(), text));
        found = rest;
    }
    misfits.extend(found.into_iter().take(TOLD).map(|(piece, odd, at)| said(body, piece, odd, at)));
}

/// A grapheme that its normal form would replace stands for itself; of others each character does.
fn pieces(at: usize, grapheme: &str) -> Vec<(usize, &str)> {
    use unicode_normalization::is_nfc;
    if !is_nfc(grapheme) {
        return vec![(at, grapheme)];
    }
    grapheme.char_indices().map(|(in_it, c)| (at + in_it, &grapheme[in_it..in_it + c.len_utf8()])).collect()
}

fn odd(body: &str, at: usize, piece: &str, unicode: bool) -> Option<Odd> {
    let before = body[..at].chars().next_back().unwrap_or('x');
    let after = body[at + piece.len()..].chars().next().unwrap_or('x');
    let changes = if piece == " " {
        before == ' '
    } else {
        let combining = piece.chars().all(unicode_normalization::char::is_combining_mark);
        let alone = if combining { format!("{before}{piece}") } else { format!("x{before}{piece}{after}x") };
        !clean(&alone).contains(piece)
    };
    if changes {
        return Some(Odd::Changes);
    }
    (!unicode && Encoding::of(piece) == Encoding::Ucs2).then_some(Odd::Outside)
}

fn said(body: &str, piece: &str, odd: Odd, at: Vec<Range<usize>>) -> Misfit {
    let codes: Vec<String> = piece.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    let places: Vec<String> = at.iter().map(|range| place(body, range.start).to_string()).collect();
    let shown = if clean(piece).is_empty() { String::new() } else { format!("{piece} ") };
    let instead = plain(piece);
    let key = match odd {
        Odd::Changes if piece == " " => "templates-fault-blanks",
        Odd::Changes if piece == "\n" => "templates-fault-line",
        Odd::Changes => "templates-fault-changes",
        Odd::Outside if instead != piece => "templates-fault-outside-plain",
        Odd::Outside => "templates-fault-outside",
    };
    let text = Text::new(key).arg("character", shown).arg("code", codes.join(" ")).arg("places", places.join(", "));
    Misfit::new("not_allowed", at, text.arg("instead", &*instead))
}
