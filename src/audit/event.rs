//! What can be recorded, and how a reader is told.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    pub fn words(&self) -> String {
        match self {
            Self::ExportBegan { .. } => "Export of tickets began".to_owned(),
            Self::ExportEnded { rows, .. } => format!("Export of tickets ended after {}", tickets(*rows)),
            Self::ExportBroken { rows, .. } => format!("Export of tickets was broken off after {}", tickets(*rows)),
        }
    }

    /// What it was about, for people.
    pub fn about(&self) -> String {
        match self {
            Self::ExportBegan { query } | Self::ExportEnded { query, .. } | Self::ExportBroken { query, .. } => {
                let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| format!("{name}: {value}"));
                let text = pairs.collect::<Vec<_>>().join(", ");
                if text.is_empty() { "All tickets".to_owned() } else { text }
            }
        }
    }
}

fn tickets(rows: u64) -> String {
    if rows == 1 { "1 ticket".to_owned() } else { format!("{rows} tickets") }
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
            assert_eq!(event.about(), "q: Zoë, status: New");
        }
        assert_eq!(Event::ExportBegan { query: String::new() }.about(), "All tickets");
    }
}
