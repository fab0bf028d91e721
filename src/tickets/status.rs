//! The six states of a ticket and the moves between them (FR-TSM-002, FR-TSM-004).

use std::fmt;

use crate::words::Text;

/// Where a ticket stands. The order is the sort order of the contract.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub enum Status {
    /// Logged, nobody has looked at it.
    New,
    /// Looked at, waiting for somebody to work on it.
    Open,
    /// Somebody is working on it.
    #[serde(rename = "In Progress")]
    InProgress,
    /// A technician is on the way.
    Dispatched,
    /// Put right; the client is told.
    Fixed,
    /// Done with, by an admin, after Fixed.
    Closed,
}

impl Status {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [Self::New, Self::Open, Self::InProgress, Self::Dispatched, Self::Fixed, Self::Closed];

    /// The states a new ticket may start in.
    pub const INITIAL: [Self; 2] = [Self::New, Self::Open];

    /// The states that a ticket may go to from this one.
    pub const fn moves(self) -> &'static [Self] {
        match self {
            Self::New => &[Self::Open, Self::InProgress, Self::Dispatched, Self::Fixed],
            Self::Open => &[Self::InProgress, Self::Dispatched, Self::Fixed],
            Self::InProgress => &[Self::Open, Self::Dispatched, Self::Fixed],
            Self::Dispatched => &[Self::Open, Self::InProgress, Self::Fixed],
            Self::Fixed => &[Self::Closed, Self::Open, Self::InProgress],
            Self::Closed => &[Self::Open],
        }
    }

    /// Whether the move is allowed. Staying is not a move.
    pub fn may_become(self, to: Self) -> bool {
        self.moves().contains(&to)
    }

    /// The name in records, files and calls.
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Open => "Open",
            Self::InProgress => "In Progress",
            Self::Dispatched => "Dispatched",
            Self::Fixed => "Fixed",
            Self::Closed => "Closed",
        }
    }

    /// What people read.
    pub const fn label(self) -> Text {
        Text::new(match self {
            Self::New => "status-new",
            Self::Open => "status-open",
            Self::InProgress => "status-progress",
            Self::Dispatched => "status-dispatched",
            Self::Fixed => "status-fixed",
            Self::Closed => "status-closed",
        })
    }

    /// The word of the style sheet's `data-status` and of the glyphs.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::InProgress => "progress",
            Self::Dispatched => "dispatched",
            Self::Fixed => "fixed",
            Self::Closed => "closed",
        }
    }

    /// Reads a name, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name().eq_ignore_ascii_case(text))
    }

    /// The same, where a blank may be missing or written as a hyphen: `in-progress`.
    pub fn parse_loosely(text: &str) -> Option<Self> {
        let letters = |text: &str| text.replace([' ', '-', '_'], "").to_ascii_lowercase();
        Self::ALL.into_iter().find(|status| letters(status.name()) == letters(text))
    }

    /// The number it is stored as.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// Back from the stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// All names, as the query string and the search box take several.
    pub fn names(statuses: &[Self]) -> String {
        statuses.iter().map(|status| status.name()).collect::<Vec<_>>().join(", ")
    }

    /// What people read of several.
    pub fn labels(statuses: &[Self]) -> Vec<Text> {
        statuses.iter().map(|status| status.label()).collect()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contract's table, written out: every one of the 36 pairs is decided by it.
    #[test]
    fn every_pair_is_as_the_contract_says() {
        let table = [
            ("New", "Open, In Progress, Dispatched, Fixed"),
            ("Open", "In Progress, Dispatched, Fixed"),
            ("In Progress", "Open, Dispatched, Fixed"),
            ("Dispatched", "Open, In Progress, Fixed"),
            ("Fixed", "Closed, Open, In Progress"),
            ("Closed", "Open"),
        ];
        for (from, to) in table {
            let allowed: Vec<_> = to.split(", ").collect();
            let from = Status::parse(from).unwrap();
            for status in Status::ALL {
                assert_eq!(from.may_become(status), allowed.contains(&status.name()), "{from} to {status}");
            }
            let moves: Vec<_> = from.moves().iter().map(|status| status.name()).collect();
            assert_eq!(moves, allowed);
        }
    }

    #[test]
    fn codes_and_names_come_back() {
        for (place, status) in (0..).zip(Status::ALL) {
            assert_eq!(status.code(), place);
            assert_eq!(Status::from_code(place), Some(status));
            assert_eq!(Status::parse(status.name()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
        assert_eq!(Status::parse("in progress"), Some(Status::InProgress));
        assert_eq!(Status::parse("Done"), None);
        assert_eq!(Status::from_code(6), None);
    }
}
