//! A template: words with places for values, `{{ref}}`. Read once, filled for each message.

use std::{collections::BTreeMap, ops::Range};

use super::variable::Variable;
use crate::{
    fault::FieldFault,
    notifications::{channels::Registered, message::Kind},
    words::Text,
};

/// The longest template, in characters.
pub const LONGEST: usize = 1_000;
/// Characters that a variable of a registered template has at most where nothing else is said, as is common in India.
pub const CAP: usize = 30;
const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words, as they are.
    Words(String),
    /// The place of a value.
    Slot(Variable),
}

/// What somebody wants to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The words, with `{{name}}` where values go.
    pub body: String,
    /// What it is registered as, where the country wants that.
    pub registration: Option<Registration>,
}

/// How a template is registered, with India's DLT for instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The ids that go with each message.
    pub ids: Registered,
    /// Whether it is registered as Unicode; as text, it has no characters but those of GSM 7 bit.
    pub unicode: bool,
    /// The characters that variables have at most, where that is not [`CAP`].
    pub caps: BTreeMap<Variable, usize>,
}

impl Registration {
    /// The characters that a variable has at most.
    pub fn cap(&self, variable: Variable) -> usize {
        self.caps.get(&variable).copied().unwrap_or(CAP)
    }
}

/// A template that can be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub(super) parts: Vec<Part>,
    pub(super) registration: Option<Registration>,
}

/// Something in a template that keeps it from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// A word for programs.
    pub code: &'static str,
    /// Where in the body, in bytes; nowhere when it is about the whole.
    pub at: Vec<Range<usize>>,
    /// What is wrong and what to do.
    pub text: Text,
}

impl Misfit {
    pub(super) const fn new(code: &'static str, at: Vec<Range<usize>>, text: Text) -> Self {
        Self { code, at, text }
    }

    fn one(code: &'static str, at: Range<usize>, text: Text) -> Self {
        Self::new(code, [at].into(), text)
    }

    /// As a fault of the field.
    pub fn fault(self) -> FieldFault {
        FieldFault::new("body", self.code, self.text)
    }
}

impl Template {
    /// Reads a body, for messages of a kind.
    ///
    /// # Errors
    /// Everything that is wrong with it whatever the values are.
    pub fn read(draft: &Draft, kind: Kind) -> Result<Self, Vec<Misfit>> {
        let (template, misfits) = Self::read_some(draft, kind);
        if misfits.is_empty() { Ok(template) } else { Err(misfits) }
    }

    /// What can be made of a body, with what is wrong.
    pub fn read_some(draft: &Draft, kind: Kind) -> (Self, Vec<Misfit>) {
        let (placed, mut misfits) = parse(&draft.body);
        uses(&placed, kind, &mut misfits);
        let parts = placed.into_iter().map(|(part, _)| part).collect();
        (Self { parts, registration: draft.registration.clone() }, misfits)
    }

    /// Of these parts, and not registered.
    pub fn of(parts: Vec<Part>) -> Self {
        let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(Part::Words(before)), Part::Words(words)) => before.push_str(&words),
                (_, part) => joined.push(part),
            }
        }
        Self { parts: joined, registration: None }
    }

    /// Whether a value of this variable stands in it.
    pub fn has(&self, variable: Variable) -> bool {
        self.parts.contains(&Part::Slot(variable))
    }

    /// How it is registered, if it is.
    pub const fn registration(&self) -> Option<&Registration> {
        self.registration.as_ref()
    }

    /// As it is written.
    pub fn body(&self) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Slot(variable) => variable.slot(),
        };
        self.parts.iter().map(part).collect()
    }

    /// Whether a text may be one that was made of it: it has all of its words, in order, and they are some. It begins and
    /// ends with them where the template does, as whoever quotes it adds something.
    pub fn may_have_made(&self, text: &str) -> bool {
        let (mut rest, mut seen, mut open) = (text.trim(), 0, false);
        for part in &self.parts {
            let Part::Words(words) = part else {
                open = true;
                continue;
            };
            let words = words.trim();
            let Some(at) = rest.find(words).filter(|at| open || *at == 0) else { return false };
            rest = &rest[at + words.len()..];
            (seen, open) = (seen + words.chars().count(), words.is_empty());
        }
        seen >= ENOUGH && (open || rest.is_empty())
    }
}

/// So many characters of a text that are those of a template are no accident.
const ENOUGH: usize = 20;

pub(super) type Placed = Vec<(Part, Range<usize>)>;

/// Reads a body part by part. What is no slot is words.
pub(super) fn parse(body: &str) -> (Placed, Vec<Misfit>) {
    let (mut parts, mut misfits): (Placed, Vec<Misfit>) = (Vec::new(), Vec::new());
    let mut words = String::new();
    let (mut at, mut began) = (0, 0);
    while let Some(next) = body[at..].find(['{', '}']).map(|next| at + next) {
        words.push_str(&body[at..next]);
        let rest = &body[next..];
        if let Some(inner) = rest.strip_prefix(OPEN) {
            let end = inner.find(CLOSE).filter(|&end| !inner[..end].contains(OPEN));
            let Some(end) = end else {
                misfits.push(brace(body, next, "templates-fault-unclosed"));
                words.push_str(OPEN);
                at = next + OPEN.len();
                continue;
            };
            let whole = next..next + OPEN.len() + end + CLOSE.len();
            at = whole.end;
            if let Some(variable) = Variable::find(inner[..end].trim()) {
                if !words.is_empty() {
                    parts.push((Part::Words(std::mem::take(&mut words)), began..next));
                }
                parts.push((Part::Slot(variable), whole));
                began = at;
            } else {
                let name: String = inner[..end].trim().chars().take(40).collect();
                let text = Text::new("templates-fault-unknown").arg("name", format!("{OPEN}{name}{CLOSE}"));
                words.push_str(&body[whole.clone()]);
                misfits.push(Misfit::one("unknown", whole, text));
            }
        } else if rest.starts_with(CLOSE) {
            misfits.push(brace(body, next, "templates-fault-unopened"));
            words.push_str(CLOSE);
            at = next + CLOSE.len();
        } else if rest.starts_with("{#") {
            // How portals write the place of a value.
            let end = rest.find("#}").map_or(2, |end| end + 2);
            let text = Text::new("templates-fault-var").arg("place", place(body, next));
            misfits.push(Misfit::one("invalid", next..next + end, text));
            words.push_str(&rest[..end]);
            at = next + end;
        } else {
            words.push_str(&rest[..1]);
            at = next + 1;
        }
    }
    words.push_str(&body[at..]);
    if !words.is_empty() {
        parts.push((Part::Words(words), began..body.len()));
    }
    (parts, misfits)
}

fn brace(body: &str, at: usize, key: &'static str) -> Misfit {
    let text = Text::new(key).arg("place", place(body, at));
    Misfit::one("invalid", at..at + OPEN.len(), text)
}

/// The character that begins at a byte, counted from one.
pub(super) fn place(body: &str, at: usize) -> usize {
    body[..at].chars().count() + 1
}

/// Whether the variables are those that a message of this kind can and must say.
fn uses(parts: &Placed, kind: Kind, misfits: &mut Vec<Misfit>) {
    let places = |variable| -> Vec<Range<usize>> {
        parts.iter().filter(|(part, _)| *part == Part::Slot(variable)).map(|(_, at)| at.clone()).collect()
    };
    for variable in Variable::ALL {
        let at = places(variable);
        if !at.is_empty() && !variable.is_for(kind) {
            let text = Text::new("templates-fault-not-here").arg("name", variable.slot());
            misfits.push(Misfit::new("not_allowed", at, text));
        } else if variable.is_free() && at.len() > 1 {
            let text = Text::new("templates-fault-twice").arg("name", variable.slot());
            misfits.push(Misfit::new("too_many", at[1..].to_vec(), text));
        }
    }
    let needed = match kind {
        Kind::Created | Kind::Fixed | Kind::Assigned => Variable::Reference,
        Kind::Note => Variable::Note,
        Kind::Reopened => return,
    };
    if places(needed).is_empty() {
        let text = Text::new("templates-fault-needed").arg("name", needed.slot());
        misfits.push(Misfit::new("required", Vec::new(), text));
    }
}
