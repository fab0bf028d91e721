//! What can go wrong, in the words of the desk. Handlers turn a [`Fault`] into a page or a problem document.

use serde::Serializer;

use crate::{db::DbError, words::Text};

/// One fault of one field of an input.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldFault {
    /// The field's name as the caller sent it.
    pub field: String,
    /// A word for programs: `required`, `too_short`, `too_long`, `too_many`, `invalid`, `unknown`,
    /// `not_allowed`, `taken`.
    pub code: &'static str,
    // Programs get it in English; see `words`.
    /// A sentence for people: what is wrong and what to do.
    #[serde(serialize_with = "english")]
    #[schema(value_type = String)]
    pub message: Text,
}

fn english<S: Serializer>(text: &Text, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text.english())
}

impl FieldFault {
    /// The message with the field's name before it, for where it does not stand beside its field.
    pub fn named(self) -> Text {
        if self.field.is_empty() {
            return self.message;
        }
        Text::new("input-of-field").arg("field", self.field).arg("message", self.message)
    }

    /// Shorthand for the three parts.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<Text>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// A use case's refusal or failure.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is no such thing, or the caller may not know that there is.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("not signed in")]
    Unauthorized,
    /// Signed in, but this is not theirs to do.
    #[error("not allowed")]
    Forbidden,
    /// The input has faults; all of them are here.
    #[error("invalid input")]
    Invalid(Vec<FieldFault>),
    /// The thing's state does not allow it. `allowed` names what it does allow.
    #[error("{}", detail.english())]
    Conflict {
        /// A sentence: what was refused and why.
        detail: Text,
        /// The moves that are allowed instead, if it was a move.
        allowed: Vec<String>,
    },
    /// The thing has changed since the version the caller named; this is how it is now, as the API shows it.
    #[error("changed since")]
    Stale(Box<serde_json::Value>),
    /// Too many tries; seconds to wait.
    #[error("too many tries")]
    TooMany(u64),
    /// More requests than one user may send; seconds to wait.
    #[error("too many requests")]
    Pace(u64),
    /// There is more to do than can be done now; seconds after which trying again is worth it.
    #[error("too much to do")]
    Busy(u64),
    /// The database cannot take it now (disk full, busy, away). Nothing was changed; trying again is right.
    // Transparent, as whoever tells a whole chain of reasons would else tell the database's twice.
    #[error(transparent)]
    Unavailable(DbError),
    /// A fault of ours. The cause goes to the log, never to the caller.
    #[error("unexpected: {0:#}")]
    Unexpected(anyhow::Error),
}

impl Fault {
    /// A single field's fault.
    pub fn field(field: &str, code: &'static str, message: impl Into<Text>) -> Self {
        FieldFault::new(field, code, message).into()
    }

    /// A conflict without a list of moves.
    pub fn conflict(detail: impl Into<Text>) -> Self {
        Self::Conflict { detail: detail.into(), allowed: Vec::new() }
    }
}

impl From<FieldFault> for Fault {
    fn from(fault: FieldFault) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Conflict | DbError::TooLong | DbError::Unavailable(_) => Self::Unavailable(error),
            other => Self::Unexpected(other.into()),
        }
    }
}

impl From<vault::OpenError> for Fault {
    fn from(error: vault::OpenError) -> Self {
        Self::Unexpected(error.into())
    }
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::Unexpected(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_tells_each_reason_once() {
        let told = |fault: Fault| format!("{:#}", anyhow::Error::from(fault));
        let read_only = DbError::Unavailable("attempt to write a readonly database".to_owned());
        assert_eq!(told(read_only.into()), "the database is not available: attempt to write a readonly database");
        assert_eq!(told(DbError::Busy.into()), "the database is busy");
        let ours = anyhow::anyhow!("the seal is broken").context("a phone number does not open");
        assert_eq!(told(ours.into()), "unexpected: a phone number does not open: the seal is broken");
    }
}
