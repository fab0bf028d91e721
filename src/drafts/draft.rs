//! What is kept of a form.

use super::form::{FormName, KEY};
use crate::{fault::Fault, words::Text};

/// Bytes of all of a draft's texts together, at most. Longer than any form that would be taken, since what is still too
/// long should not be lost; and short enough that nobody fills the disk.
const LARGEST: usize = 128 * 1024;

/// What was typed into a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    fields: Vec<(String, String)>,
}

/// A draft as it comes back.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What was typed.
    pub draft: Draft,
    /// When it was kept last, in milliseconds.
    pub saved_at: i64,
}

impl Draft {
    /// What a form sent, without fields that it does not have.
    ///
    /// # Errors
    /// [`Fault::Invalid`] when it is over 128 KiB.
    pub fn of(name: FormName, sent: &[(String, String)]) -> Result<Self, Fault> {
        let known = sent.iter().filter(|(field, _)| name.has(field));
        let fields: Vec<(String, String)> = known.cloned().collect();
        if fields.iter().map(|(field, text)| field.len() + text.len()).sum::<usize>() > LARGEST {
            return Err(Fault::field("", "too_long", Text::new("drafts-too-long")));
        }
        Ok(Self { fields })
    }

    /// The text of a field, or nothing.
    pub fn get(&self, field: &str) -> &str {
        self.fields.iter().rev().find(|(name, _)| name == field).map_or("", |(_, text)| text)
    }

    /// The key of the form that it was typed into.
    pub fn key(&self) -> Option<&str> {
        Some(self.get(KEY)).filter(|key| !key.is_empty())
    }

    /// Every text in it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(_, text)| text.as_str())
    }

    /// Whether nothing was typed.
    pub(super) fn is_blank(&self, name: FormName) -> bool {
        name.typed().iter().all(|field| self.get(field).trim().is_empty())
    }

    /// As one text.
    pub(super) fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    /// Reads what [`encode`](Self::encode) wrote.
    pub(super) fn decode(text: &str) -> Self {
        Self { fields: form_urlencoded::parse(text.as_bytes()).into_owned().collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn it_keeps_what_the_form_has_and_nothing_else() {
        let typed = [("clientName", "Zoë & Söhne"), ("password", "secret"), ("description", "a\r\nb"), (KEY, "k")];
        let draft = Draft::of(FormName::Ticket, &sent(&typed)).unwrap();
        assert_eq!((draft.get("clientName"), draft.get("password"), draft.key()), ("Zoë & Söhne", "", Some("k")));
        assert_eq!(Draft::decode(&draft.encode()), draft);
    }

    #[test]
    fn what_a_fresh_form_says_by_itself_is_nothing_typed() {
        let blank =
            |fields: &[(&str, &str)]| Draft::of(FormName::Ticket, &sent(fields)).unwrap().is_blank(FormName::Ticket);
        assert!(blank(&[("clientName", " "), ("priority", "Medium"), ("status", "New"), (KEY, "k")]));
        assert!(!blank(&[("description", "x"), ("priority", "Medium")]));
    }

    #[test]
    fn there_is_an_end_to_it() {
        let long = "x".repeat(LARGEST);
        assert!(Draft::of(FormName::Ticket, &sent(&[("description", &long)])).is_err());
        assert!(Draft::of(FormName::Ticket, &sent(&[("description", &long[20..])])).is_ok());
    }
}
