//! A message as the API shows it.

use uuid::Uuid;

use super::message::{Notification, StateChange};

/// A message to a client, with its changes of state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Notification)]
pub struct NotificationRecord {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The ticket's id.
    pub ticket_id: Uuid,
    /// How it is sent: `sms`, `email`, `whatsapp` or `webhook`.
    pub channel: &'static str,
    /// What it tells: `created`, `fixed`, `assigned` (which goes to the technician), `reopened` or `note`.
    pub kind: &'static str,
    /// The number in E.164, the e-mail address, or `webhook`; empty once it is erased.
    pub recipient: String,
    /// What it says; empty once it is erased.
    pub text: String,
    /// SMS segments that it takes.
    pub segments: i64,
    /// `queued`, `sending`, `sent`, `delivered`, `failed`, `unknown`, `suppressed` or `cancelled`.
    pub state: &'static str,
    /// Why it is in this state, where that needs saying.
    pub reason: Option<String>,
    /// Tries so far; sending it again starts at 0.
    pub attempts: i64,
    /// The gateway of the last try.
    pub gateway: Option<String>,
    /// The gateway's id for the message, once known.
    pub gateway_message_id: Option<String>,
    /// RFC 3339, UTC, with milliseconds.
    pub created_at: String,
    /// When the gateway took it.
    pub sent_at: Option<String>,
    /// When it came to its end.
    pub settled_at: Option<String>,
    /// Every change of state, oldest first.
    pub history: Vec<NotificationChange>,
}

/// A change of a message's state.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct NotificationChange {
    /// The new state.
    pub state: &'static str,
    /// RFC 3339, UTC, with milliseconds.
    pub timestamp: String,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// The gateway that was tried.
    pub gateway: Option<String>,
}

impl From<&Notification> for NotificationRecord {
    fn from(one: &Notification) -> Self {
        Self {
            id: one.id,
            ticket_id: one.ticket,
            channel: one.channel.name,
            kind: one.kind.name(),
            recipient: one.recipient.clone(),
            text: one.text.clone(),
            segments: one.segments,
            state: one.state.name(),
            reason: one.reason.clone(),
            attempts: one.attempts,
            gateway: one.gateway.clone(),
            gateway_message_id: one.gateway_message_id.clone(),
            created_at: rfc3339(one.created_at),
            sent_at: one.sent_at.map(rfc3339),
            settled_at: one.settled_at.map(rfc3339),
            history: one.events.iter().map(NotificationChange::from).collect(),
        }
    }
}

impl From<&StateChange> for NotificationChange {
    fn from(change: &StateChange) -> Self {
        Self {
            state: change.state.name(),
            timestamp: rfc3339(change.at),
            reason: change.reason.clone(),
            gateway: change.gateway.clone(),
        }
    }
}

fn rfc3339(millis: i64) -> String {
    format!("{:.3}", jiff::Timestamp::from_millisecond(millis).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_milliseconds_and_a_z() {
        assert_eq!(super::rfc3339(1_762_214_400_007), "2025-11-04T00:00:00.007Z");
        assert_eq!(super::rfc3339(0), "1970-01-01T00:00:00.000Z");
    }
}
