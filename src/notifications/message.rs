//! A message to a client: what it is about, and its record.

use uuid::Uuid;

use super::{
    reason::reason_text,
    state::State,
    wording::{Sms, Voice},
};
use crate::{phone::Phone, words::Text};

/// What happened that the client is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The ticket is logged.
    Created {
        /// `BILL-YYYYMMDD-XXXX`.
        reference: &'a str,
        /// The issue, of any length; the message has as much of it as fits.
        issue: &'a str,
    },
    /// The ticket is resolved.
    Fixed {
        /// `BILL-YYYYMMDD-XXXX`.
        reference: &'a str,
    },
}

impl Event<'_> {
    /// The message in the words of this ISP.
    pub fn sms(self, voice: &Voice) -> Sms {
        match self {
            Self::Created { reference, issue } => voice.created(reference, issue),
            Self::Fixed { reference } => voice.fixed(reference),
        }
    }

    /// What kind of message it makes.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Created { .. } => Kind::Created,
            Self::Fixed { .. } => Kind::Fixed,
        }
    }
}

/// The kinds of messages. The order is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A ticket is logged.
    Created,
    /// A ticket is resolved.
    Fixed,
}

impl Kind {
    /// All of them, in the stored order.
    pub const ALL: [Self; 2] = [Self::Created, Self::Fixed];

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Fixed => "fixed",
        }
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

/// A message to be queued with the change that it tells of.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// The ticket's id.
    pub ticket: Uuid,
    /// The ticket's version that the event made: one message for each.
    pub revision: i64,
    /// Where it goes.
    pub to: &'a Phone,
    /// What it says.
    pub event: Event<'a>,
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
    /// `sms`.
    pub channel: String,
    /// The number in E.164.
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
    /// Every change of state, oldest first.
    pub events: Vec<StateChange>,
}

impl Notification {
    /// Whether it can be sent again as it stands.
    pub const fn may_resend(&self) -> bool {
        self.state.may_resend()
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
}
