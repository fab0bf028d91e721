//! Messages, gateways and numbers as the API shows them, and what it takes.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    clock::instant,
    notifications::{LOG_IN_REFUSED, Listed, Way},
    phone::Phone,
};

/// A message in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedNotification)]
pub struct ListedRecord {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The ticket that it tells of.
    pub ticket_ref: String,
    /// How it is sent: `sms`, `email`, `whatsapp` or `webhook`.
    pub channel: &'static str,
    /// What it tells.
    pub kind: &'static str,
    /// The number in E.164, or the e-mail address.
    pub recipient: String,
    pub text: String,
    pub state: &'static str,
    /// Why it is in this state, where that needs saying.
    #[schema(required)]
    pub reason: Option<String>,
    pub attempts: i64,
    #[schema(format = DateTime)]
    pub created_at: String,
}

impl From<&Listed> for ListedRecord {
    fn from(one: &Listed) -> Self {
        Self {
            id: one.id,
            ticket_ref: one.reference.clone(),
            channel: one.channel.name,
            kind: one.kind.name(),
            recipient: one.recipient.clone(),
            text: one.text.clone(),
            state: one.state.name(),
            reason: one.reason.clone(),
            attempts: one.attempts,
            created_at: instant(one.created_at),
        }
    }
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedNotifications)]
pub struct ListedPage {
    /// The newest first.
    pub items: Vec<ListedRecord>,
    /// Gives the next page as `cursor`; null on the last one.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A gateway that is set up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Gateway)]
pub struct GatewayRecord {
    pub channel: &'static str,
    pub name: &'static str,
    /// Whether it sends at all: `log` does not.
    pub sends: bool,
    /// Since when it fails, if it does.
    #[schema(required, format = DateTime)]
    pub failing_since: Option<String>,
    /// Whether it refuses our own log-in, so that its settings are to be corrected.
    pub login_refused: bool,
    /// When it last took a message.
    #[schema(required, format = DateTime)]
    pub last_accepted_at: Option<String>,
    /// When it last failed.
    #[schema(required, format = DateTime)]
    pub last_error_at: Option<String>,
    /// How it last failed.
    #[schema(required)]
    pub last_error: Option<String>,
    /// Messages of its channel that wait, those on their way included.
    pub waiting: i64,
    /// Those of them that quiet hours and limits hold back, whatever the gateway does.
    pub held_back: i64,
    /// When the oldest of them was queued.
    #[schema(required, format = DateTime)]
    pub oldest_waiting_at: Option<String>,
}

impl From<&Way> for GatewayRecord {
    fn from(way: &Way) -> Self {
        let standing = &way.standing;
        let (error_at, error) = match &standing.last_error {
            Some((at, reason)) => {
                (Some(instant(*at)), Some(reason.clone().unwrap_or_else(|| LOG_IN_REFUSED.to_owned())))
            }
            None => (None, None),
        };
        Self {
            channel: way.channel.name,
            name: way.gateway,
            sends: way.hindrance.is_none(),
            failing_since: standing.trouble.as_ref().map(|trouble| instant(trouble.since)),
            login_refused: standing.trouble.as_ref().is_some_and(|trouble| trouble.reason.is_none()),
            last_accepted_at: standing.last_ok.map(instant),
            last_error_at: error_at,
            last_error: error,
            waiting: way.waiting,
            held_back: way.held,
            oldest_waiting_at: way.oldest.map(instant),
        }
    }
}

/// The gateways that are set up.
#[derive(Debug, Serialize, ToSchema)]
pub struct GatewayList {
    /// By channel, in the order of their use.
    pub items: Vec<GatewayRecord>,
}

/// What came of a trial.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GatewayTrial)]
pub struct TrialRecord {
    /// Whether the gateway took it.
    pub accepted: bool,
    /// Why not, or why nobody can tell.
    #[schema(required)]
    pub reason: Option<String>,
}

/// Whom a trial goes to.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGatewayTrial)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct TrialBody {
    /// A number, or for `email` an address; none for `webhook`.
    #[schema(example = "+447700900142")]
    pub to: Option<String>,
}

/// Whether a number gets messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OptOut)]
pub struct OptOutRecord {
    /// E.164.
    pub phone: String,
    pub opted_out: bool,
    /// Since when, if so.
    #[schema(required, format = DateTime)]
    pub since: Option<String>,
}

impl OptOutRecord {
    /// Of a number that said STOP `since`, in milliseconds, if it did.
    pub fn new(phone: &Phone, since: Option<i64>) -> Self {
        Self { phone: phone.as_str().to_owned(), opted_out: since.is_some(), since: since.map(instant) }
    }
}

/// A number.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneNumber)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NumberBody {
    /// As people write it; with a country code unless the settings name a region.
    #[schema(pattern = r"\S", example = "+447700900142")]
    pub phone: String,
}

/// What the owner of a number has said.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OptOutChange, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct OptOutBody {
    /// As people write it; with a country code unless the settings name a region.
    #[schema(pattern = r"\S", example = "+447700900142")]
    pub phone: String,
    pub opted_out: bool,
}
