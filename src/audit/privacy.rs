//! What is recorded of personal data: that it was handed out, erased, held or gone by age. Whom it is about is named by an id,
//! a reference or the last digits of a number, never in words: these rows outlive the client.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::Text;

/// The number of [`Privacy::Erased`].
pub(super) const ERASED: i64 = 62;

/// Something that was done about personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Privacy {
    /// All that is kept of somebody left as a file.
    Exported {
        /// Whom it is about.
        whom: Whom,
        /// Why, in words of whoever did it.
        reason: String,
        /// Tickets in it.
        tickets: u64,
    },
    /// An erasure began. Without an end it was broken off, and is to be asked for again.
    ErasureBegan {
        /// Whom it is about.
        whom: Whom,
        /// Why.
        reason: String,
    },
    /// All that was personal is gone.
    Erased {
        /// Whom it is about.
        whom: Whom,
        /// Tickets that stay without it.
        tickets: u64,
        /// Messages that stay without it.
        messages: u64,
    },
    /// Somebody's data, or a ticket's, is not to be erased for now.
    HoldPlaced {
        /// Whom it is about.
        whom: Whom,
        /// The hold.
        hold: Uuid,
        /// Until when, in milliseconds; until it is ended if not given.
        until: Option<i64>,
    },
    /// It may be again.
    HoldEnded {
        /// Whom it is about.
        whom: Whom,
        /// The hold.
        hold: Uuid,
    },
    /// Something has gone by its age.
    Purged {
        /// By which rule: the setting's name.
        rule: String,
        /// How many.
        count: u64,
    },
}

/// Whom something is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Whom {
    /// A client, by id.
    Client(Uuid),
    /// A ticket, by reference.
    Ticket(String),
    /// Everybody with a number, by its last digits.
    Number(String),
    /// An account that no client has, by the reference of a ticket that names it.
    Account(String),
}

impl Whom {
    pub(super) fn text(&self) -> Text {
        match self {
            Self::Client(id) => Text::new("audit-whom-client").arg("id", id.to_string()),
            Self::Ticket(reference) => Text::new("audit-whom-ticket").arg("reference", reference),
            Self::Account(reference) => Text::new("audit-whom-account").arg("reference", reference),
            Self::Number(ending) => Text::new("audit-number").arg("number", ending),
        }
    }
}

impl Privacy {
    /// See [`super::Event::code`].
    pub(super) const fn code(&self) -> i64 {
        match self {
            Self::Exported { .. } => 60,
            Self::ErasureBegan { .. } => 61,
            Self::Erased { .. } => ERASED,
            Self::HoldPlaced { .. } => 63,
            Self::HoldEnded { .. } => 64,
            Self::Purged { .. } => 65,
        }
    }

    pub(super) fn words(&self) -> Text {
        match self {
            Self::Exported { tickets, .. } => Text::new("audit-person-exported").arg("count", tickets),
            Self::ErasureBegan { .. } => Text::new("audit-erasure-began"),
            Self::Erased { tickets, .. } => Text::new("audit-erased").arg("count", tickets),
            Self::HoldPlaced { .. } => Text::new("audit-hold-placed"),
            Self::HoldEnded { .. } => Text::new("audit-hold-ended"),
            Self::Purged { count, .. } => Text::new("audit-purged").arg("count", count),
        }
    }

    pub(super) fn about(&self) -> Text {
        match self {
            Self::Exported { whom, reason, .. } | Self::ErasureBegan { whom, reason } => {
                Text::new("audit-whom-why").arg("whom", whom.text()).arg("why", reason)
            }
            Self::Erased { whom, .. } | Self::HoldPlaced { whom, .. } | Self::HoldEnded { whom, .. } => whom.text(),
            Self::Purged { rule, .. } => Text::new("audit-rule").arg("rule", rule),
        }
    }
}
