//! What is recorded of clients, and of files that bring clients or tickets. A client is named by id, and what was changed by
//! the names of its fields, never in words: these rows outlive the client.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::privacy::Whom;
use crate::words::Text;

/// Something that was done to clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Clients {
    /// Somebody added one.
    Added {
        /// The client.
        client: Uuid,
    },
    /// Somebody changed one.
    Changed {
        /// The client.
        client: Uuid,
        /// The fields that are different now, as the API calls them.
        fields: Vec<String>,
    },
    /// A file is about to be imported. Without an end it was broken off, and what it had come to is kept.
    ImportBegan {
        /// What is in it.
        of: Brought,
        /// Rows that can be stored.
        rows: u64,
    },
    /// A file was imported.
    Imported {
        /// What was in it.
        of: Brought,
        /// How many came by it.
        added: u64,
        /// How many are different now.
        changed: u64,
        /// Rows with faults.
        refused: u64,
    },
}

/// What a file brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Brought {
    /// Clients, from the billing system.
    Clients,
    /// Tickets, from another help desk.
    Tickets,
}

impl Clients {
    /// See [`super::Event::code`].
    pub(super) const fn code(&self) -> i64 {
        match self {
            Self::Added { .. } => 40,
            Self::Changed { .. } => 41,
            Self::ImportBegan { .. } => 42,
            Self::Imported { .. } => 43,
        }
    }

    pub(super) fn words(&self) -> Text {
        Text::new(match self {
            Self::Added { .. } => "audit-client-added",
            Self::Changed { .. } => "audit-client-changed",
            Self::ImportBegan { of: Brought::Clients, .. } => "audit-clients-import-began",
            Self::ImportBegan { of: Brought::Tickets, .. } => "audit-tickets-import-began",
            Self::Imported { of: Brought::Clients, .. } => "audit-clients-imported",
            Self::Imported { of: Brought::Tickets, .. } => "audit-tickets-imported",
        })
    }

    pub(super) fn about(&self) -> Text {
        match self {
            Self::Added { client } => Whom::Client(*client).text(),
            Self::Changed { client, fields } => {
                let fields: Vec<Text> = fields.iter().map(|name| field(name)).collect();
                Text::new("audit-of-what").arg("name", Whom::Client(*client).text()).arg("what", fields)
            }
            Self::ImportBegan { rows, .. } => Text::new("audit-import-rows").arg("count", rows),
            Self::Imported { added, changed, refused, .. } => {
                Text::new("audit-import-counts").arg("added", added).arg("changed", changed).arg("refused", refused)
            }
        }
    }
}

/// A field of a client, as it is stored.
fn field(name: &str) -> Text {
    Text::new(match name {
        "accountId" => "clients-account",
        "name" => "clients-name",
        "phone" => "clients-phone",
        "email" => "clients-email",
        "plan" => "clients-plan",
        "address" => "clients-address",
        _ => return Text::verbatim(name),
    })
}
