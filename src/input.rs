//! What a caller sent, a form or a JSON object, read field by field with every fault kept.
//!
//! Both doors of the product, pages and API, come through here, so that limits and words are the same in both.

use std::collections::BTreeMap;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use crate::{
    fault::{Fault, FieldFault},
    words::Text,
};

/// Faults that one answer names. A body of 1 MiB can have a hundred thousand.
pub const MOST_FAULTS: usize = 50;

/// What one field of a change says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given<T> {
    /// The field was not sent: leave it.
    Absent,
    /// It was sent empty or null: clear it.
    Null,
    /// It was sent with this.
    Value(T),
}

impl<T> Given<T> {
    /// The value, if one was sent.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same for another type.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Null => Given::Null,
            Self::Value(value) => Given::Value(f(value)),
        }
    }
}

/// The limits of a text field, in characters (Unicode scalar values) after trimming and NFC.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most characters allowed.
    pub max: usize,
    /// Whether line breaks stay. In a one-line field they and tabs become spaces.
    pub lines: bool,
}

impl Limits {
    /// A one-line field of at most `max` characters.
    pub const fn line(max: usize) -> Self {
        Self { max, lines: false }
    }

    /// A field of several lines of at most `max` characters.
    pub const fn lines(max: usize) -> Self {
        Self { max, lines: true }
    }
}

/// The fields of one request. Each is taken once; [`Input::finish`] then reports every fault, unknown fields included.
#[derive(Debug, Default)]
pub struct Input {
    fields: BTreeMap<String, Value>,
    faults: Vec<FieldFault>,
}

impl Input {
    /// From a JSON object.
    ///
    /// # Errors
    /// [`Fault::Invalid`] when the value is not an object.
    pub fn from_json(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Object(map) => Ok(Self { fields: map.into_iter().collect(), faults: Vec::new() }),
            _ => Err(Fault::field("", "invalid", Text::new("input-no-object"))),
        }
    }

    /// From a form's pairs. Empty fields count as sent empty; a name that comes twice keeps its last value.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let fields = pairs.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
        Self { fields, faults: Vec::new() }
    }

    /// Whether the field was sent and not yet taken.
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// The text of a field that was sent and not yet taken, as it came.
    pub fn peek(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str)
    }

    /// Notes a fault for each of these fields that was sent and is no text.
    pub fn texts(&mut self, names: &[&str]) {
        for name in names {
            if self.fields.get(*name).is_some_and(|value| !value.is_string() && !value.is_null()) {
                self.fields.remove(*name);
                self.fault(name, "invalid", Text::new("input-no-text"));
            }
        }
    }

    /// Takes a field that pages add for their own use, as it came.
    pub fn take_raw(&mut self, name: &str) -> Option<String> {
        match self.fields.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Notes a fault.
    pub fn fault(&mut self, field: &str, code: &'static str, message: impl Into<Text>) {
        self.faults.push(FieldFault::new(field, code, message));
    }

    /// A text field, trimmed, normalised and checked against `limits`.
    pub fn text(&mut self, name: &str, limits: Limits) -> Given<String> {
        match self.fields.remove(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(Value::String(text)) => match clean(&text, limits) {
                Ok(text) if text.is_empty() => Given::Null,
                Ok(text) => Given::Value(text),
                Err((code, message)) => {
                    self.fault(name, code, message);
                    Given::Absent
                }
            },
            Some(_) => {
                self.fault(name, "invalid", Text::new("input-no-text"));
                Given::Absent
            }
        }
    }

    /// A text field that must be there. Gives an empty text, and a fault, where it is not.
    pub fn required(&mut self, name: &str, limits: Limits, missing: impl Into<Text>) -> String {
        let before = self.faults.len();
        match self.text(name, limits) {
            Given::Value(text) => text,
            Given::Absent | Given::Null => {
                if self.faults.len() == before {
                    self.fault(name, "required", missing);
                }
                String::new()
            }
        }
    }

    /// A password: taken as it is, neither trimmed nor normalised beyond NFC (NIST SP 800-63B).
    pub fn password(&mut self, name: &str) -> Option<String> {
        match self.fields.remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Some(text.nfc().collect()),
            Some(Value::String(_) | Value::Null) | None => None,
            Some(_) => {
                self.fault(name, "invalid", Text::new("input-no-text"));
                None
            }
        }
    }

    /// A yes or no: JSON's `true`/`false`, or a form's `on`/`true`/`1` and `false`/`0`.
    pub fn flag(&mut self, name: &str) -> Given<bool> {
        match self.fields.remove(name) {
            None => Given::Absent,
            Some(Value::Bool(flag)) => Given::Value(flag),
            Some(Value::String(text)) if matches!(text.as_str(), "on" | "true" | "1") => Given::Value(true),
            Some(Value::String(text)) if matches!(text.as_str(), "off" | "false" | "0") => Given::Value(false),
            Some(_) => {
                self.fault(name, "invalid", Text::new("input-no-flag"));
                Given::Absent
            }
        }
    }

    /// The members of an object of whole numbers; a fault where it is anything else.
    pub fn numbers(&mut self, name: &str) -> Vec<(String, u64)> {
        let members = match self.fields.remove(name) {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Object(members)) => members,
            Some(_) => serde_json::Map::from_iter([(String::new(), Value::Null)]),
        };
        let numbers: Option<Vec<_>> = members.into_iter().map(|(name, value)| Some((name, value.as_u64()?))).collect();
        numbers.unwrap_or_else(|| {
            self.fault(name, "invalid", Text::new("input-no-numbers"));
            Vec::new()
        })
    }

    /// Reads a text through `parse`, keeping its fault under the field's name.
    pub fn parsed<T, E: Into<Text>>(
        &mut self,
        name: &str,
        limits: Limits,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Given<T> {
        match self.text(name, limits) {
            Given::Absent => Given::Absent,
            Given::Null => Given::Null,
            Given::Value(text) => match parse(&text) {
                Ok(value) => Given::Value(value),
                Err(message) => {
                    self.fault(name, "invalid", message);
                    Given::Absent
                }
            },
        }
    }

    /// The same for a field that must be there: either way one fault, never two.
    pub fn must<T, E: Into<Text>>(
        &mut self,
        name: &str,
        limits: Limits,
        missing: impl Into<Text>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let before = self.faults.len();
        let value = self.parsed(name, limits, parse).value();
        if value.is_none() && self.faults.len() == before {
            self.fault(name, "required", missing);
        }
        value
    }

    /// How many faults there are so far.
    pub fn faults(&self) -> usize {
        self.faults.len()
    }

    /// Ends the reading: whatever was not taken is unknown.
    ///
    /// # Errors
    /// As [`none_of`]: all faults, in the order they were found.
    pub fn finish(mut self) -> Result<(), Fault> {
        for name in std::mem::take(&mut self.fields).into_keys() {
            let shown: String = name.chars().take(64).collect();
            self.fault(&shown, "unknown", Text::new("input-unknown"));
        }
        none_of(self.faults)
    }
}

/// Goes on only without faults.
///
/// # Errors
/// [`Fault::Invalid`] with the first 50 of them, and a last one that counts those left out.
pub fn none_of(mut faults: Vec<FieldFault>) -> Result<(), Fault> {
    let more = faults.len().saturating_sub(MOST_FAULTS);
    if more > 0 {
        faults.truncate(MOST_FAULTS);
        faults.push(FieldFault::new("", "too_many", Text::new("input-more-faults").arg("count", more)));
    }
    if faults.is_empty() { Ok(()) } else { Err(Fault::Invalid(faults)) }
}

/// Trims, normalises to NFC and checks a text.
///
/// # Errors
/// A fault's code and message.
pub fn clean(text: &str, limits: Limits) -> Result<String, (&'static str, Text)> {
    // Normalising can only shorten or lengthen a little; a text far over the limit need not be worked through.
    if text.trim().len() > limits.max.saturating_mul(16).max(4096) {
        return Err(too_long(limits.max));
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = if text.is_ascii() { text } else { text.nfc().collect() };
    // Before trimming, which would take some of them for white space and hide them.
    if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        let code = format!("U+{:04X}", u32::from(control));
        return Err(("invalid", Text::new("input-control-character").arg("code", code)));
    }
    let text: String = if limits.lines {
        text.trim().to_owned()
    } else {
        text.trim().chars().map(|c| if matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
    };
    if text.chars().count() > limits.max {
        return Err(too_long(limits.max));
    }
    if text.chars().all(is_blank) {
        return Ok(String::new());
    }
    Ok(text)
}

/// The same of a text that nobody can be asked to write again: what does not belong in it is left out, and the rest cut.
pub fn salvage(text: &str, limits: Limits) -> String {
    let kept = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r'));
    // A letter and its marks become one character, so that somewhat more is read than is kept.
    let kept: String = kept.take(limits.max.saturating_mul(2)).collect();
    let kept: String = kept.replace("\r\n", "\n").replace('\r', "\n").nfc().take(limits.max).collect();
    clean(&kept, limits).unwrap_or_default()
}

fn too_long(max: usize) -> (&'static str, Text) {
    ("too_long", Text::new("input-too-long").arg("count", max))
}

/// White space and characters that print nothing: a name made of them alone is no name.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_normalised_and_counted_in_characters() {
        assert_eq!(clean("  Jose\u{301} \r\n", Limits::line(4)).unwrap(), "José");
        assert_eq!(clean("a\r\nb\tc", Limits::lines(9)).unwrap(), "a\nb\tc");
        assert_eq!(clean("a\r\nb\tc", Limits::line(9)).unwrap(), "a b c");
        assert_eq!(clean(&"😀".repeat(200), Limits::line(200)).unwrap().chars().count(), 200);
        assert_eq!(clean(&"😀".repeat(201), Limits::line(200)).unwrap_err().0, "too_long");
        assert_eq!(clean("a\0b", Limits::lines(9)).unwrap_err().0, "invalid");
        assert_eq!(clean("a\u{85}b", Limits::lines(9)).unwrap_err().0, "invalid");
        for edge in ["\u{b}a", "a\u{c}", "\u{85}a", "\u{b}"] {
            assert_eq!(clean(edge, Limits::lines(9)).unwrap_err().0, "invalid", "{edge:?}");
            assert_eq!(clean(edge, Limits::line(9)).unwrap_err().0, "invalid", "{edge:?}");
        }
        assert_eq!(clean("\t\r\na\n\t", Limits::lines(1)).unwrap(), "a");
        assert_eq!(clean(&format!("a{}", " ".repeat(5_000)), Limits::line(1)).unwrap(), "a");
        assert_eq!(clean("\u{200b}\u{feff} ", Limits::line(9)).unwrap(), "");
        assert_eq!(clean("\u{202e}abc", Limits::line(9)).unwrap(), "\u{202e}abc");
    }

    #[test]
    fn what_nobody_can_be_asked_for_again_is_made_fit() {
        let fit = |text: &str| salvage(text, Limits::lines(6));
        assert_eq!(fit(" a\0b\r\nc\u{85}\u{1b} "), "ab\nc");
        assert_eq!(fit(&"e\u{301}".repeat(9)), "é".repeat(6));
        assert_eq!((fit("\u{200b}\u{feff}\0"), fit("")), (String::new(), String::new()));
        assert_eq!(fit(&"\u{1100}".repeat(1_000_000)).chars().count(), 6);
    }

    #[test]
    fn every_fault_is_reported_at_once_with_unknown_fields() {
        let body = serde_json::json!({"name": 5, "extra": 1, "text": "x".repeat(11), "gone": null});
        let mut input = Input::from_json(body).unwrap();
        assert_eq!(input.required("name", Limits::line(5), Text::verbatim("Give a name.")), "");
        assert_eq!(input.text("text", Limits::line(10)), Given::Absent);
        assert_eq!(input.text("gone", Limits::line(10)), Given::Null);
        input.required("missing", Limits::line(5), Text::verbatim("Give it."));
        let Err(Fault::Invalid(faults)) = input.finish() else { panic!("faults expected") };
        let got: Vec<_> = faults.iter().map(|f| (f.field.as_str(), f.code)).collect();
        assert_eq!(got, [("name", "invalid"), ("text", "too_long"), ("missing", "required"), ("extra", "unknown")]);
    }

    #[test]
    fn after_fifty_faults_the_rest_is_counted() {
        let refused = |count: usize| {
            let Err(Fault::Invalid(faults)) =
                Input::from_pairs((0..count).map(|n| (format!("x{n}"), String::new()))).finish()
            else {
                panic!("faults expected")
            };
            faults
        };
        assert_eq!(refused(50).len(), 50);
        assert!(refused(50).iter().all(|fault| fault.code == "unknown"));
        let faults = refused(110_000);
        assert_eq!((faults.len(), faults[49].code, faults[50].code), (51, "unknown", "too_many"));
        let last = faults[50].message.english();
        assert!(last.contains("109950"), "{last}");
        assert!(refused(51)[50].message.english().contains('1'));
    }

    #[test]
    fn a_body_that_is_no_object_is_refused() {
        for body in ["[]", "5", "null", "\"x\""] {
            assert!(Input::from_json(serde_json::from_str(body).unwrap()).is_err());
        }
    }
}
