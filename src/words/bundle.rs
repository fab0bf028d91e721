//! The message files, read once, and messages worded from them.

use std::{borrow::Cow, fmt, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use rust_embed::RustEmbed;

use super::{Language, Text, Value};

#[derive(RustEmbed)]
#[folder = "locales"]
struct Files;

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English, true));
static HINDI: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Hindi, true));
/// For programs: digits stand ungrouped.
static PLAIN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English, false));

/// A file with faults gives what could be read of it; a test finds the faults.
fn bundle(language: Language, groups: bool) -> Bundle {
    let tag = language.html().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The marks would stand in SMS too, and make them longer; pages isolate what people typed with <bdi>.
    bundle.set_use_isolating(false);
    bundle.set_formatter(groups.then_some(match language {
        Language::English => |value, _| grouped(value, Language::English),
        Language::Hindi => |value, _| grouped(value, Language::Hindi),
    }));
    for name in Files::iter().filter(|name| name.starts_with(&format!("{}/", language.tag()))) {
        let text = Files::get(&name).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// Numbers are amounts, and written as the language writes them; what is no amount is given as words.
fn grouped(value: &FluentValue<'_>, language: Language) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let whole = number.value.fract() == 0.0;
    whole.then(|| language.number(format!("{:.0}", number.value).parse().unwrap_or(i64::MAX)))
}

fn bundle_of(language: Language) -> &'static Bundle {
    match language {
        Language::English => &ENGLISH,
        Language::Hindi => &HINDI,
    }
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
        f.write_str(&word(&self.text, bundle_of(self.language)))
    }
}

/// In English for programs.
pub(super) fn plain(text: &Text) -> String {
    word(text, &PLAIN).into_owned()
}

fn word(text: &Text, own: &'static Bundle) -> Cow<'static, str> {
    let english: &'static Bundle = &ENGLISH;
    let found = [own, english].into_iter().find_map(|bundle| Some((bundle, bundle.get_message(text.key)?.value()?)));
    let Some((bundle, pattern)) = found else {
        tracing::error!(key = text.key, "a message is missing");
        return text.key.into();
    };
    let mut args = FluentArgs::with_capacity(text.values.len());
    for (name, value) in &text.values {
        args.set(
            *name,
            match value {
                Value::Words(words) => FluentValue::from(words.as_str()),
                Value::Number(number) => FluentValue::from(*number),
                Value::Text(text) => FluentValue::from(word(text, own)),
                Value::List(texts) => {
                    FluentValue::from(texts.iter().map(|text| word(text, own)).collect::<Vec<_>>().join(", "))
                }
            },
        );
    }
    let mut faults = Vec::new();
    let words = bundle.format_pattern(pattern, Some(&args), &mut faults);
    if !faults.is_empty() {
        tracing::error!(key = text.key, ?faults, "a message could not be worded whole");
    }
    words.into_owned().into()
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
