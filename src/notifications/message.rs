//! A message: what it is about, and its record.

use uuid::Uuid;

use super::{
    channels::{Channel, Contact},
    reason::reason_text,
    state::State,
};
use crate::words::Text;

/// A ticket as messages know it.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// `BILL-YYYYMMDD-XXXX`.
    pub reference: &'a str,
    /// The issue, of any length; a message has as much of it as fits.
    pub issue: &'a str,
    /// The kind of issue, `Incorrect Bill` for instance: it names nobody.
    pub issue_type: &'a str,
    /// The status that it has now.
    pub status: Option<Text>,
    /// When it was logged, in milliseconds.
    pub registered_at: i64,
    /// What the desk writes to the client, of a note that is for them.
    pub note: &'a str,
}

/// What happened that somebody is told of. The order is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A ticket is logged.
    Created,
    /// A ticket is resolved.
    Fixed,
    /// A technician got a ticket, and is told.
    Assigned,
    /// A ticket that was Fixed is open again.
    Reopened,
    /// The desk writes to the client.
    Note,
}

impl Kind {
    /// All of them, in the stored order.
    pub const ALL: [Self; 5] = [Self::Created, Self::Fixed, Self::Assigned, Self::Reopened, Self::Note];

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Fixed => "fixed",
            Self::Assigned => "assigned",
            Self::Reopened => "reopened",
            Self::Note => "note",
        }
    }

    /// The kind of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is for the client, not for the staff.
    pub const fn is_for_client(self) -> bool {
        !matches!(self, Self::Assigned)
    }

    /// The number stored for it.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The kind of a stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What is told, and to whom: it becomes one message for each channel that the settings name for its kind.
#[derive(Debug)]
pub struct News<'a> {
    /// The ticket's id.
    pub ticket: Uuid,
    /// The ticket's version that the event made: one message for each.
    pub revision: i64,
    /// What happened.
    pub kind: Kind,
    /// What is told of it.
    pub facts: Facts<'a>,
    /// Whom it is for.
    pub to: Contact<'a>,
    /// Before others: 0 for the most urgent.
    pub rank: i64,
    /// How long it waits so that it can be undone, in milliseconds; 0 sends it at once.
    pub hold: i64,
}

/// A message as it stands, with its past.
#[derive(Debug, Clone)]
pub struct Notification {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The ticket's id.
    pub ticket: Uuid,
    /// What it tells.
    pub kind: Kind,
    /// How it is sent.
    pub channel: &'static Channel,
    /// The number in E.164, the e-mail address, or `webhook`.
    pub recipient: String,
    /// The message.
    pub text: String,
    /// Segments that it takes.
    pub segments: i64,
    /// Where it is.
    pub state: State,
    /// Why it is there, where that needs saying: as it is stored, for the API. See [`Self::why`].
    pub reason: Option<String>,
    /// Tries so far, of the present sending.
    pub attempts: i64,
    /// The gateway of the last try.
    pub gateway: Option<String>,
    /// The gateway's name for it, once known.
    pub gateway_message_id: Option<String>,
    /// When it was queued, in milliseconds.
    pub created_at: i64,
    /// When the gateway took it, in milliseconds.
    pub sent_at: Option<i64>,
    /// When it came to its end, in milliseconds.
    pub settled_at: Option<i64>,
    /// Until when it can be undone, in milliseconds.
    pub undo_until: Option<i64>,
    /// Whether its text and whom it went to were erased.
    pub erased: bool,
    /// Every change of state, oldest first.
    pub events: Vec<StateChange>,
}

impl Notification {
    /// Whether it can be sent again as it stands.
    pub fn may_resend(&self) -> bool {
        !self.erased && self.state.may_resend(self.reason.as_deref())
    }

    /// The reason for people.
    pub fn why(&self) -> Option<Text> {
        self.reason.as_deref().map(reason_text)
    }
}

/// One change of a message's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Milliseconds.
    pub at: i64,
    /// The new state.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// Who asked for it, if a person did.
    pub by: Option<Uuid>,
    /// The gateway that was tried.
    pub gateway: Option<String>,
}
