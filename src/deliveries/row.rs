//! A message as these pages show it.

use crate::{
    notifications::{Channel, Kind, Listed, State, reason_text},
    phone::Phone,
    tickets::{Desk, Reference},
    words::{Text, Times, When},
};

/// A row.
#[derive(Debug)]
pub struct Row {
    pub id: String,
    pub when: When,
    pub reference: Reference,
    pub kind: Text,
    /// How it is sent, where that is not by SMS.
    pub channel: Option<Text>,
    /// As people here write it.
    pub phone: String,
    pub state: State,
    pub label: Text,
    pub icon: &'static str,
    pub reason: Option<Text>,
    pub attempts: i64,
    pub text: String,
    pub resend: bool,
    /// Whether it can be taken back.
    pub cancel: bool,
    /// Whether there is hardly a reason to send it again.
    pub arrived: bool,
}

impl Row {
    pub fn new(one: &Listed, desk: &Desk, times: &Times) -> Self {
        let phone = Phone::from_e164(&one.recipient);
        Self {
            id: one.id.to_string(),
            when: times.day_and_time(one.created_at),
            reference: Reference::stored(one.reference.clone()),
            kind: kind(one.kind),
            channel: (one.channel != Channel::SMS).then(|| one.channel.label()),
            cancel: one.state == State::Queued,
            phone: phone.map_or_else(|_| one.recipient.clone(), |phone| phone.shown_in(desk.region.as_ref())),
            state: one.state,
            label: label(one.state),
            icon: icon(one.state),
            reason: one.reason.as_deref().map(reason_text),
            attempts: one.attempts,
            text: one.text.clone(),
            resend: one.state.may_resend(one.reason.as_deref()),
            arrived: matches!(one.state, State::Sent | State::Delivered),
        }
    }
}

/// What a message tells.
pub const fn kind(kind: Kind) -> Text {
    Text::new(match kind {
        Kind::Created => "notifications-kind-created",
        Kind::Fixed => "notifications-kind-fixed",
        Kind::Assigned => "notifications-kind-assigned",
        Kind::Reopened => "notifications-kind-reopened",
        Kind::Note => "notifications-kind-note",
    })
}

/// What a state is called.
pub const fn label(state: State) -> Text {
    Text::new(match state {
        State::Queued => "notifications-state-queued",
        State::Sending => "notifications-state-sending",
        State::Sent => "notifications-state-sent",
        State::Delivered => "notifications-state-delivered",
        State::Failed => "notifications-state-failed",
        State::Unknown => "notifications-state-unknown",
        State::Suppressed => "notifications-state-suppressed",
        State::Cancelled => "notifications-state-cancelled",
    })
}

const fn icon(state: State) -> &'static str {
    match state {
        State::Queued => "clock",
        State::Sending => "send",
        State::Sent => "check",
        State::Delivered => "checks",
        State::Failed => "message-x",
        State::Unknown => "help-circle",
        State::Suppressed => "ban",
        State::Cancelled => "arrow-back-up",
    }
}
