//! What can be recorded, and how a reader is told.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Clients, Privacy};
use crate::words::Text;

/// The number of [`Event::Read`]. There are far more of them than of all others.
pub(super) const READ: i64 = 70;

/// Something that was done. It is stored sealed, as JSON, so it may name filters and people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Tickets are about to leave as a file.
    ExportBegan {
        /// The list's filter, as its query string.
        query: String,
        /// What for, where that was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
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
    /// The wording of a message was changed.
    TemplateSaved {
        /// What it tells.
        kind: String,
        /// How it is sent.
        channel: String,
        /// What its readers read.
        language: String,
        /// The new version.
        version: i64,
    },
    /// The built-in wording of a message is used again.
    TemplateReset {
        /// What it tells.
        kind: String,
        /// How it is sent.
        channel: String,
        /// What its readers read.
        language: String,
        /// The new version.
        version: i64,
    },
    /// A message was sent to try its wording.
    TemplateTried {
        /// What it tells.
        kind: String,
        /// How it is sent.
        channel: String,
        /// What its readers read.
        language: String,
        /// The last digits of the number, or the domain of the address, which begins with `@`.
        to: String,
        /// Whether the gateway took it.
        taken: bool,
    },
    /// A message was sent to try a gateway.
    GatewayTried {
        /// Of which channel.
        channel: String,
        /// Its name.
        gateway: String,
        /// The last digits of the number; empty where it went to none.
        to: String,
        /// Whether the gateway took it.
        taken: bool,
    },
    /// Somebody of the staff noted that a number wants no more messages.
    OptedOut {
        /// Its last digits.
        number: String,
    },
    /// Somebody of the staff noted that a number wants them again.
    OptedIn {
        /// Its last digits.
        number: String,
    },
    /// Somebody signed in.
    SignedIn {
        /// On a page, or over the API.
        over: Over,
        /// The address that they came from, if it is known.
        from: Option<String>,
    },
    /// Somebody gave a wrong password for a user that there is.
    SignInRefused {
        /// The user's name.
        name: String,
        /// The address that they came from, if it is known.
        from: Option<String>,
    },
    /// Somebody signed out.
    SignedOut {
        /// On a page, or over the API.
        over: Over,
        /// The address that they came from, if it is known.
        from: Option<String>,
    },
    /// After wrong passwords or codes, whoever tries next has to wait.
    SignInHeld {
        /// The user's name, where there is such a user.
        name: Option<String>,
        /// How long, in seconds.
        seconds: i64,
        /// The address that they came from, if it is known.
        from: Option<String>,
    },
    /// Somebody was added to the staff.
    UserAdded {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
        /// What they may do.
        role: String,
    },
    /// Somebody of the staff was changed.
    UserChanged {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
        /// What was changed, in words of the API: `role: admin`, `enabled: false`, `email`.
        what: Vec<String>,
    },
    /// A user got a new password.
    PasswordSet {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
    },
    /// An API token was made.
    TokenMade {
        /// What it is for.
        token: String,
        /// Its user's name.
        name: String,
        /// What it may be used for, parted by blanks; absent where that was not yet asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scopes: Option<String>,
    },
    /// An API token was made worthless.
    TokenRevoked {
        /// The token.
        id: Uuid,
    },
    /// A browser was signed out from elsewhere.
    SessionEnded {
        /// The session.
        id: Uuid,
    },
    /// A user set up a second factor.
    FactorAdded {
        /// An app or a passkey.
        kind: Factor,
        /// Its user's name for it.
        name: String,
    },
    /// A user took one of their second factors away.
    FactorRemoved {
        /// An app or a passkey.
        kind: Factor,
        /// Its user's name for it.
        name: String,
    },
    /// A user made new recovery codes.
    RecoveryCodesMade,
    /// A user signed in, or proved who they are, by a recovery code.
    RecoveryCodeUsed {
        /// How many they have left.
        left: i64,
    },
    /// A user's second factors were all taken away, as they had lost them.
    FactorsReset {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
    },
    /// It was said who has to have a second factor.
    SecondFactorRequired {
        /// `nobody`, `admins` or `everybody`.
        of: String,
    },
    /// Somebody whose password was right gave a wrong second factor.
    FactorRefused {
        /// The user's name.
        name: String,
        /// The address that they came from, if it is known.
        from: Option<String>,
    },
    /// A link by which a user chooses a password was made.
    LinkMade {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
        /// `invitation`, `reset`, or `wish`: a reset that somebody asked for who knew the address.
        kind: String,
    },
    /// Somebody whom the provider of single sign-on vouches for was not let in.
    ProviderRefused {
        /// Why, in a word of the log-in page's address.
        why: String,
        /// The address that they came from, if it is known.
        from: Option<String>,
    },
    /// Somebody's identity at the provider became a user's.
    IdentityLinked {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
    },
    /// The provider signed a user out.
    ProviderSignedOut {
        /// The user.
        user: Uuid,
        /// Their name.
        name: String,
    },
    /// What lets somebody in and was not bound to the keys yet was, as it stood, by the command line.
    StaffBound {
        /// How many users there were.
        users: u64,
    },
    /// Somebody saw what is personal: a page, or an answer of the API.
    Read {
        /// Its address.
        path: String,
        /// What was asked there, as the query string.
        query: String,
    },
    /// The audit history leaves as a file.
    AuditExported {
        /// Its filter, as the query string.
        query: String,
        /// What for; absent where that was not yet asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A data key seals from then on.
    KeyActivated {
        /// Its number.
        key: u32,
    },
    /// A data key was taken out of the key file.
    KeyForgotten {
        /// Its number.
        key: u32,
    },
    /// What was done to clients, or by a file of them or of tickets.
    Clients(Clients),
    /// What was done about the personal data of a client, or of all.
    Privacy(Privacy),
    /// What was there named somebody who was erased since.
    #[serde(skip)]
    Redacted {
        /// The number of what it was.
        kind: i64,
    },
    /// What was there does not open: it was changed, or is of other keys. Programs are told so; it is never recorded.
    #[serde(skip_deserializing)]
    Unreadable {
        /// Its place, by which [`super::verify`] tells of it.
        row: i64,
    },
    /// What a newer version has recorded; this one cannot tell what it is.
    #[serde(skip)]
    Unknown,
}

impl Event {
    /// The kinds whose rows keep somebody's words, which may name people: a filter, an address, a reason.
    pub(super) const SAID: [i64; 7] = [0, 1, 2, 60, 61, READ, 71];

    /// What it was done for, of an event that asks for that.
    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Self::ExportBegan { reason, .. } | Self::AuditExported { reason, .. } => reason.as_deref(),
            Self::Privacy(Privacy::Exported { reason, .. } | Privacy::ErasureBegan { reason, .. }) => {
                Some(reason.as_str())
            }
            _ => None,
        }
    }

    /// Where it came from, of an event that says so itself.
    pub fn origin(&self) -> Option<&str> {
        match self {
            Self::SignedIn { from, .. }
            | Self::SignInRefused { from, .. }
            | Self::SignedOut { from, .. }
            | Self::SignInHeld { from, .. }
            | Self::FactorRefused { from, .. }
            | Self::ProviderRefused { from, .. } => from.as_deref(),
            _ => None,
        }
    }

    /// The number its kind is stored as.
    pub const fn code(&self) -> i64 {
        match self {
            Self::ExportBegan { .. } => 0,
            Self::ExportEnded { .. } => 1,
            Self::ExportBroken { .. } => 2,
            Self::TemplateSaved { .. } => 3,
            Self::TemplateReset { .. } => 4,
            Self::TemplateTried { .. } => 5,
            Self::GatewayTried { .. } => 6,
            Self::OptedOut { .. } => 7,
            Self::OptedIn { .. } => 8,
            Self::KeyActivated { .. } => 9,
            Self::KeyForgotten { .. } => 10,
            Self::SignedIn { .. } => 11,
            Self::SignInRefused { .. } => 12,
            Self::UserAdded { .. } => 13,
            Self::UserChanged { .. } => 14,
            Self::PasswordSet { .. } => 15,
            Self::TokenMade { .. } => 16,
            Self::TokenRevoked { .. } => 17,
            Self::SessionEnded { .. } => 18,
            Self::FactorAdded { .. } => 19,
            Self::FactorRemoved { .. } => 20,
            Self::RecoveryCodesMade => 21,
            Self::RecoveryCodeUsed { .. } => 22,
            Self::FactorsReset { .. } => 23,
            Self::SecondFactorRequired { .. } => 24,
            Self::FactorRefused { .. } => 25,
            Self::LinkMade { .. } => 26,
            Self::ProviderRefused { .. } => 27,
            Self::IdentityLinked { .. } => 28,
            Self::ProviderSignedOut { .. } => 29,
            Self::SignedOut { .. } => 30,
            Self::SignInHeld { .. } => 31,
            Self::StaffBound { .. } => 32,
            Self::Clients(what) => what.code(),
            Self::Privacy(what) => what.code(),
            Self::Read { .. } => READ,
            Self::AuditExported { .. } => 71,
            Self::Redacted { .. } | Self::Unreadable { .. } | Self::Unknown => -1,
        }
    }
}

/// What kind of second factor it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Factor {
    /// An authenticator app.
    App,
    /// A passkey.
    Passkey,
}

impl Factor {
    pub(super) fn words(self) -> Text {
        Text::new(match self {
            Self::App => "factor-app",
            Self::Passkey => "factor-passkey",
        })
    }
}

/// By what somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Over {
    /// The pages, in a browser.
    Page,
    /// The API.
    Api,
    /// Single sign-on, in a browser.
    Provider,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Whom;

    #[test]
    fn stored_numbers_and_names_stay_what_they_are() {
        let (export, query) = (Uuid::nil(), "q=Zo%C3%AB&status=New".to_owned());
        let events = [
            (Event::ExportBegan { query: query.clone(), reason: None }, "exportBegan"),
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
        assert_eq!(Event::ExportBegan { query: String::new(), reason: None }.about().english(), "All tickets");
    }

    #[test]
    fn whatever_keeps_a_reason_is_looked_through() {
        let (query, reason, whom) = (String::new, "Asked for by Zoë", || Whom::Account("BILL-1".to_owned()));
        for event in [
            Event::ExportBegan { query: query(), reason: Some(reason.to_owned()) },
            Event::AuditExported { query: query(), reason: Some(reason.to_owned()) },
            Event::Privacy(Privacy::Exported { whom: whom(), reason: reason.to_owned(), tickets: 1 }),
            Event::Privacy(Privacy::ErasureBegan { whom: whom(), reason: reason.to_owned() }),
        ] {
            assert_eq!(event.reason(), Some(reason));
            assert!(Event::SAID.contains(&event.code()), "{event:?}");
        }
    }
}
