//! What can be recorded, and how a reader is told.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::Text;

/// Something that was done. It is stored sealed, as JSON, so it may name filters and people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Tickets are about to leave as a file.
    ExportBegan {
        /// The list's filter, as its query string.
        query: String,
    },
    /// All of them have left.
    ExportEnded {
        /// The event with which it began.
        export: Uuid,
        /// As it began.
        query: String,
        /// How many tickets.
        rows: u64,
    },
    /// The receiver went away, or the database did. A beginning without any end is a server that was stopped.
    ExportBroken {
        /// The event with which it began.
        export: Uuid,
        /// As it began.
        query: String,
        /// How many tickets were handed over at most; the last of them may not have arrived.
        rows: u64,
    },
}

impl Event {
    /// The number its kind is stored as.
    pub const fn code(&self) -> i64 {
        match self {
            Self::ExportBegan { .. } => 0,
            Self::ExportEnded { .. } => 1,
            Self::ExportBroken { .. } => 2,
        }
    }

    /// What happened, in a sentence without its end.
    pub fn words(&self) -> Text {
        match self {
            Self::ExportBegan { .. } => Text::new("audit-export-began"),
            Self::ExportEnded { rows, .. } => Text::new("audit-export-ended").arg("count", rows),
            Self::ExportBroken { rows, .. } => Text::new("audit-export-broken").arg("count", rows),
        }
    }

    /// What it was about, for people.
    pub fn about(&self) -> Text {
        match self {
            Self::ExportBegan { query } | Self::ExportEnded { query, .. } | Self::ExportBroken { query, .. } => {
                let pairs = form_urlencoded::parse(query.as_bytes());
                let filters: Vec<_> = pairs
                    .map(|(name, value)| Text::new("audit-filter").arg("name", filter(&name)).arg("value", &*value))
                    .collect();
                if filters.is_empty() {
                    Text::new("audit-all-tickets")
                } else {
                    Text::new("audit-filters").arg("filters", filters)
                }
            }
        }
    }
}

/// The name of a filter of tickets, as it stands in their addresses.
fn filter(name: &str) -> Text {
    Text::new(match name {
        "q" => "audit-filter-q",
        "status" => "audit-filter-status",
        "priority" => "audit-filter-priority",
        "issueType" => "audit-filter-issue",
        "assignedTo" => "audit-filter-technician",
        "createdFrom" => "audit-filter-from",
        "createdTo" => "audit-filter-to",
        "sort" => "audit-filter-sort",
        "order" => "audit-filter-order",
        _ => return Text::verbatim(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_numbers_and_names_stay_what_they_are() {
        let (export, query) = (Uuid::nil(), "q=Zo%C3%AB&status=New".to_owned());
        let events = [
            (Event::ExportBegan { query: query.clone() }, "exportBegan"),
            (Event::ExportEnded { export, query: query.clone(), rows: 1 }, "exportEnded"),
            (Event::ExportBroken { export, query, rows: 2 }, "exportBroken"),
        ];
        for (code, (event, name)) in (0..).zip(events) {
            assert_eq!(event.code(), code);
            let json = serde_json::to_value(&event).unwrap();
            assert!(json[name].is_object(), "{json}");
            assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
            assert_eq!(event.about().english(), "q: Zoë, status: New");
        }
        assert_eq!(Event::ExportBegan { query: String::new() }.about().english(), "All tickets");
    }
}
