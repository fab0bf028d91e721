//! Every word that people read, in their language: message files in [Fluent's syntax](https://projectfluent.org),
//! `locales/<language>/<feature>.ftl`.
//!
//! What is to be said is a [`Text`]: a key and its values, made where the thing is known. A [`Language`] words it where it
//! is shown. English is complete; a message that another language lacks is said in English.

mod bundle;
mod language;
mod number;
mod times;

pub use bundle::{Piece, Said};
pub use language::Language;
pub use times::{Times, When, date, date_with_year};

/// Something to be said, in no language yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    key: &'static str,
    values: Vec<(&'static str, Value)>,
}

/// A value that stands in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Stands as it is.
    Words(String),
    /// Chooses plural forms, and is written as the language writes numbers.
    Number(i64),
    /// Is worded first.
    Text(Text),
    /// Each is worded, with commas between.
    List(Vec<Text>),
}

impl Text {
    /// The message of that key.
    pub const fn new(key: &'static str) -> Self {
        Self { key, values: Vec::new() }
    }

    /// Words that no message file can have: names that the settings give, text that somebody typed.
    pub fn verbatim(words: impl Into<String>) -> Self {
        Self::new("words-verbatim").arg("words", words.into())
    }

    /// The same with a value in its place.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    /// The value of that name that was given last, as Fluent takes it.
    fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().rev().find(|(given, _)| *given == name).map(|(_, value)| value)
    }

    /// In the language of what programs and operators read: the API, the command line, the log. Digits of numbers are
    /// not grouped.
    pub fn english(&self) -> String {
        bundle::plain(self)
    }

    /// In a language, for showing.
    pub fn to(self, language: Language) -> Said {
        Said::new(self, language)
    }
}

impl From<&str> for Value {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<&String> for Value {
    fn from(words: &String) -> Self {
        Self::Words(words.clone())
    }
}

impl From<String> for Value {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Text>> for Value {
    fn from(texts: Vec<Text>) -> Self {
        Self::List(texts)
    }
}

impl From<Said> for Value {
    fn from(said: Said) -> Self {
        Self::Text(said.into_text())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl From<&$number> for Value {
            fn from(number: &$number) -> Self {
                Self::from(*number)
            }
        }
    )*};
}
numbers!(i64, i32, u8, u32, u64, usize);
