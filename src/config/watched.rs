//! How operators are told what goes on.

use super::{Checker, Key, key};

pub(super) const KEYS: [Key; 1] = [key("log.format", "text", "The log's lines: text for people, json for programs")];

/// How operators are told what goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Of the log.
    pub log: LogFormat,
}

/// What the log's lines are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object each.
    Json,
}

pub(super) fn settings(checker: &mut Checker<'_>) -> Watched {
    let log = checker.parsed("log.format", "write text or json", |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    });
    Watched { log: log.unwrap_or_default() }
}
