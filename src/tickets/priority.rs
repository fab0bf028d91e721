//! How soon a ticket wants looking at (FR-TC-003).

use std::fmt;

use crate::words::Text;

/// The four priorities, by urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, utoipa::ToSchema)]
pub enum Priority {
    /// When there is time.
    Low,
    /// The usual.
    #[default]
    Medium,
    /// Before the usual.
    High,
    /// At once.
    Urgent,
}

impl Priority {
    /// All of them, by urgency.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Urgent];

    /// The name in records, files and calls.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Urgent => "Urgent",
        }
    }

    /// What people read.
    pub const fn label(self) -> Text {
        Text::new(match self {
            Self::Low => "status-low",
            Self::Medium => "status-medium",
            Self::High => "status-high",
            Self::Urgent => "status-urgent",
        })
    }

    /// The word of the style sheet's `data-priority` and of the glyphs.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads a name, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name().eq_ignore_ascii_case(text))
    }

    /// The number it is stored as.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// Back from the stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.code() == code)
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
