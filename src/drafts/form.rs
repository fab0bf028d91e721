//! The forms that have drafts.

use std::fmt;

use uuid::Uuid;

/// A form that has drafts. Its name stands in addresses and in the database, so it holds nothing personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormName {
    /// A new ticket.
    Ticket,
    /// A note on the ticket with this id.
    Note(Uuid),
}

/// The field of a form's key.
pub(super) const KEY: &str = "idempotencyKey";

impl FormName {
    /// Reads what [`Display`](fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "ticket" {
            return Some(Self::Ticket);
        }
        let id = Uuid::try_parse(text.strip_prefix("note-")?).ok()?;
        // One form, one name: other spellings of an id would be other rows.
        Some(Self::Note(id)).filter(|name| name.to_string() == text)
    }

    /// The page that shows the form.
    pub fn page(self) -> String {
        match self {
            Self::Ticket => "/tickets/new".to_owned(),
            Self::Note(id) => format!("/tickets/{id}"),
        }
    }

    /// The fields that somebody types or chooses: without any of them there is nothing to keep.
    pub(super) const fn typed(self) -> &'static [&'static str] {
        match self {
            Self::Ticket => &[
                "clientName",
                "clientPhone",
                "clientAccountId",
                "clientEmail",
                "issueType",
                "description",
                "assignedTo",
            ],
            Self::Note(_) => &["content"],
        }
    }

    /// Whether the form has a field of this name, so that a draft may.
    pub(super) fn has(self, field: &str) -> bool {
        let preset: &[&str] = match self {
            Self::Ticket => &["priority", "status", "keepClient", KEY],
            Self::Note(_) => &[KEY],
        };
        self.typed().contains(&field) || preset.contains(&field)
    }
}

impl fmt::Display for FormName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ticket => f.write_str("ticket"),
            Self::Note(id) => write!(f, "note-{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_one_name() {
        let id = Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_00ff);
        for name in [FormName::Ticket, FormName::Note(id)] {
            assert_eq!(FormName::parse(&name.to_string()), Some(name));
        }
        let upper = id.to_string().to_uppercase();
        for bad in ["", "Ticket", "ticket ", "note", "note-", "note-1", &format!("note-{upper}"), &id.to_string()] {
            assert_eq!(FormName::parse(bad), None, "{bad}");
        }
    }
}
