//! Fills a template.

use super::{
    fit::{Around, Brief, Manner, shortened},
    template::{Part, Registration, Template},
    variable::Variable,
};
use crate::{
    notifications::{
        segments::{Encoding, plain},
        wording::Created,
    },
    words::Language,
};

/// Characters that the kind of issue has at most where it stands beside a text that is cut instead.
const KIND_OF_ISSUE: usize = 40;

/// Gives the values, each one clean line.
pub type Values<'a> = &'a dyn Fn(Variable) -> String;

impl Template {
    /// The message with these values, of which one is cut so that it fits; of one that could not fit however that is cut,
    /// the kind of issue goes too.
    pub fn fill(&self, language: Language, values: Values<'_>) -> Created {
        let free = Variable::ALL.into_iter().find(|variable| variable.is_free() && self.has(*variable));
        let said = self.cutting(free.unwrap_or(Variable::IssueType), language, values);
        if said.sms.fits() || free.is_none() || !self.has(Variable::IssueType) {
            return said;
        }
        let without = |variable: Variable| if variable.is_free() { String::new() } else { values(variable) };
        self.cutting(Variable::IssueType, language, &without)
    }

    fn cutting(&self, cut: Variable, language: Language, values: Values<'_>) -> Created {
        let (mut head, mut tail, mut passed) = (String::new(), String::new(), false);
        for part in &self.parts {
            let to = if passed { &mut tail } else { &mut head };
            match part {
                Part::Words(words) => to.push_str(words),
                Part::Slot(variable) if *variable == cut && !passed => passed = true,
                Part::Slot(variable) => to.push_str(&self.value(*variable, values)),
            }
        }
        let manner = match &self.registration {
            Some(registration) => Manner::Exact(registration.cap(cut)),
            None => Manner::Tidy(is_sentence(&head, &tail).then_some(language)),
        };
        let around = Around { head, tail, manner };
        let (mut sms, brief) = if passed {
            let free = if self.registration.is_some() { self.as_registered(&values(cut)) } else { values(cut) };
            around.with_most_of(&free)
        } else {
            (around.with(""), Brief { text: String::new(), left_out: 0 })
        };
        // Each character is made plain by itself, and only where all of them then fit the alphabet.
        let as_sent = |part: &str| match (around.manner, sms.segments.encoding) {
            (Manner::Tidy(_), Encoding::Gsm7) => plain(part).into_owned(),
            _ => part.to_owned(),
        };
        let (head, issue, tail) = (as_sent(&around.head), as_sent(&brief.text), as_sent(&around.tail));
        sms.registered = self.registration.as_ref().map(|registration| registration.ids.clone());
        Created { sms, head, issue, tail, left_out: brief.left_out }
    }

    /// Whether each value that is never cut has room in its place, where that is limited.
    pub fn has_room_for(&self, values: Values<'_>) -> bool {
        let Some(registration) = &self.registration else { return true };
        self.parts.iter().all(|part| match part {
            Part::Slot(variable) if !variable.may_be_cut() => {
                self.as_registered(&values(*variable)).chars().count() <= registration.cap(*variable)
            }
            _ => true,
        })
    }

    /// A value that is put in whole, or nearly.
    fn value(&self, variable: Variable, values: Values<'_>) -> String {
        let value = values(variable);
        match &self.registration {
            Some(registration) => shortened(&self.as_registered(&value), registration.cap(variable)),
            None if variable == Variable::IssueType => shortened(&value, KIND_OF_ISSUE),
            None => value,
        }
    }

    /// A value of a registered template: its fixed text keeps its own alphabet, and so has the value to.
    fn as_registered(&self, value: &str) -> String {
        if self.registration.as_ref().is_none_or(|registration: &Registration| registration.unicode) {
            return plain(value).into_owned();
        }
        let mut known = String::with_capacity(value.len());
        for c in value.chars() {
            let form = plain(c.encode_utf8(&mut [0; 4])).into_owned();
            if Encoding::of(&form) == Encoding::Gsm7 {
                known.push_str(&form);
            }
        }
        known.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// Whether what stands between these is a sentence of its own, and so has an end.
fn is_sentence(head: &str, tail: &str) -> bool {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | ':' | '…' | '।' | '॥');
    let head = head.trim_end();
    (head.is_empty() || head.ends_with(ends)) && (tail.is_empty() || tail.starts_with(' '))
}
