//! The message files, read once, and messages worded from them.

use std::{fmt, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};
use rust_embed::RustEmbed;

use super::{Language, Text, Value};

#[derive(RustEmbed)]
#[folder = "locales"]
struct Files;

/// The messages of a language.
struct Speech {
    bundle: FluentBundle<FluentResource>,
    /// How digits are grouped, if they are.
    groups: Option<Language>,
}

static ENGLISH: LazyLock<Speech> = LazyLock::new(|| Speech::new(Language::English, true));
static HINDI: LazyLock<Speech> = LazyLock::new(|| Speech::new(Language::Hindi, true));
/// For programs: digits stand ungrouped.
static PLAIN: LazyLock<Speech> = LazyLock::new(|| Speech::new(Language::English, false));

impl Speech {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Hindi => &HINDI,
        }
    }

    /// A file with faults gives what could be read of it; a test finds the faults.
    fn new(language: Language, groups: bool) -> Self {
        let tag = language.html().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // The marks would stand in SMS too, and make them longer; pages isolate what people typed with <bdi>.
        bundle.set_use_isolating(false);
        bundle.set_formatter(groups.then_some(match language {
            Language::English => |value, _| grouped(value, Language::English),
            Language::Hindi => |value, _| grouped(value, Language::Hindi),
        }));
        for name in Files::iter().filter(|name| name.starts_with(&format!("{}/", language.tag()))) {
            let text =
                Files::get(&name).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
            let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self { bundle, groups: groups.then_some(language) }
    }

    fn pattern(&self, key: &str) -> Option<&Pattern<&str>> {
        self.bundle.get_message(key)?.value()
    }
}

/// Numbers are amounts, and written as the language writes them; what is no amount is given as words.
fn grouped(value: &FluentValue<'_>, language: Language) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let whole = number.value.fract() == 0.0;
    whole.then(|| language.number(format!("{:.0}", number.value).parse().unwrap_or(i64::MAX)))
}

/// A text in a language, worded when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    text: Text,
    language: Language,
}

/// A part of a worded message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Words.
    Words(String),
    /// The place of the value of that name, which a page fills with markup of its own.
    Slot(&'static str),
}

impl Said {
    pub(super) fn new(text: Text, language: Language) -> Self {
        Self { text, language }
    }

    pub(super) fn into_text(self) -> Text {
        self.text
    }

    /// The same with a value in its place.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.text = self.text.arg(name, value);
        self
    }

    /// The words, parted at the places of the values of these names: a page puts badges, names and links there.
    pub fn pieces(mut self, slots: &[&'static str]) -> Vec<Piece> {
        // Private use characters, which nobody types: clients' text is never a value of a message with slots.
        let mark = |at: usize| u32::try_from(at).ok().and_then(|at| char::from_u32(0xE000 + at)).unwrap_or('\u{F8FF}');
        for (at, name) in slots.iter().enumerate() {
            self = self.arg(name, mark(at).to_string());
        }
        let (mut pieces, mut words) = (Vec::new(), String::new());
        for c in self.to_string().chars() {
            let Some(at) = (0..slots.len()).find(|at| mark(*at) == c) else {
                words.push(c);
                continue;
            };
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            pieces.push(Piece::Slot(slots[at]));
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words));
        }
        pieces
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        word(&self.text, Speech::of(self.language), f)
    }
}

/// In English for programs.
pub(super) fn plain(text: &Text) -> String {
    let mut words = String::new();
    // A string takes all that is written to it.
    let _ = word(text, &PLAIN, &mut words);
    words
}

fn word(text: &Text, own: &'static Speech, out: &mut impl fmt::Write) -> fmt::Result {
    let english: &'static Speech = &ENGLISH;
    let found = [own, english].into_iter().find_map(|speech| Some((speech, speech.pattern(text.key)?)));
    let Some((speech, pattern)) = found else {
        tracing::error!(key = text.key, "a message is missing");
        return out.write_str(text.key);
    };
    if is_plain(pattern, text) { put(pattern, text, own, out) } else { choose(pattern, text, (speech, own), out) }
}

/// Whether a message has nothing but words and values that are there. Most are so, and a page has hundreds: Fluent's own
/// way, which can choose among forms, takes some ten times as long.
fn is_plain(pattern: &Pattern<&str>, text: &Text) -> bool {
    pattern.elements.iter().all(|element| match element {
        PatternElement::TextElement { .. } => true,
        PatternElement::Placeable { expression } => variable(expression).is_some_and(|name| text.value(name).is_some()),
    })
}

fn variable<'a>(expression: &Expression<&'a str>) -> Option<&'a str> {
    match expression {
        Expression::Inline(InlineExpression::VariableReference { id }) => Some(id.name),
        _ => None,
    }
}

fn put(pattern: &Pattern<&str>, text: &Text, own: &'static Speech, out: &mut impl fmt::Write) -> fmt::Result {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => out.write_str(value)?,
            PatternElement::Placeable { expression } => match variable(expression).and_then(|name| text.value(name)) {
                Some(Value::Words(words)) => out.write_str(words)?,
                Some(Value::Number(number)) => match own.groups {
                    Some(language) => out.write_str(&language.number(*number))?,
                    None => write!(out, "{number}")?,
                },
                Some(Value::Text(text)) => word(text, own, &mut *out)?,
                Some(Value::List(texts)) => out.write_str(&list(texts, own)?)?,
                None => {}
            },
        }
    }
    Ok(())
}

fn list(texts: &[Text], own: &'static Speech) -> Result<String, fmt::Error> {
    let mut all = String::new();
    for text in texts {
        if !all.is_empty() {
            all.push_str(", ");
        }
        word(text, own, &mut all)?;
    }
    Ok(all)
}

fn choose(
    pattern: &Pattern<&str>,
    text: &Text,
    (speech, own): (&'static Speech, &'static Speech),
    out: &mut impl fmt::Write,
) -> fmt::Result {
    let mut args = FluentArgs::with_capacity(text.values.len());
    for (name, value) in &text.values {
        let value = match value {
            Value::Words(words) => FluentValue::from(words.as_str()),
            Value::Number(number) => FluentValue::from(*number),
            Value::Text(text) => FluentValue::from(list(std::slice::from_ref(text), own)?),
            Value::List(texts) => FluentValue::from(list(texts, own)?),
        };
        args.set(*name, value);
    }
    let mut faults = Vec::new();
    let words = speech.bundle.format_pattern(pattern, Some(&args), &mut faults);
    if !faults.is_empty() {
        tracing::error!(key = text.key, ?faults, "a message could not be worded whole");
    }
    out.write_str(&words)
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
