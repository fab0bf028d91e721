//! What a check comes to.

use serde::Serialize;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Somebody may not have meant it.
    Note,
    /// It works, and will not for ever, or not well.
    Warning,
    /// It does not work.
    Fault,
}

impl Level {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How it is.
    pub level: Level,
    /// What there is. Nothing secret, and nothing of clients.
    pub said: String,
    /// What to do about it, unless it is as it should be.
    pub remedy: Option<String>,
}

impl Verdict {
    pub(super) fn ok(said: impl Into<String>) -> Self {
        Self { level: Level::Ok, said: said.into(), remedy: None }
    }

    pub(super) fn new(level: Level, said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level, said: said.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn note(said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Note, said, remedy)
    }

    pub(super) fn warning(said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Warning, said, remedy)
    }

    pub(super) fn fault(said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(Level::Fault, said, remedy)
    }
}

/// A verdict with the name of its check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check.
    pub check: &'static str,
    /// What it came to.
    #[serde(flatten)]
    pub verdict: Verdict,
}
