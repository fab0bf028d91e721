//! What may be promised about an SMS before there is one, so that no page announces what will not happen.

use super::{
    channels::Channel,
    message::{Facts, Kind},
    number_store,
    outbox::Outbox,
    reason::{COUNTRY, NO_SMS_NUMBER, OPTED_OUT},
    wording::Created,
};
use crate::{db::Tx, fault::Fault, phone::Phone, words::Text};

/// Why no SMS would go to a number now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// A landline or another number that gets none.
    Landline,
    /// Its owner has sent STOP.
    OptedOut,
    /// Its country is none of those that are sent to.
    Abroad,
    /// No gateway is set.
    NoGateway,
    /// Clients are told of this in another way, or not at all.
    NotBySms,
}

impl WhyNot {
    fn of(hindrance: &str) -> Self {
        match hindrance {
            NO_SMS_NUMBER => Self::Landline,
            OPTED_OUT => Self::OptedOut,
            COUNTRY => Self::Abroad,
            _ => Self::NoGateway,
        }
    }

    /// With the remedy, as a sentence or two for people.
    pub const fn words(self) -> Text {
        Text::new(match self {
            Self::Landline => "notifications-none-to-landline",
            Self::OptedOut => "notifications-none-after-stop",
            Self::Abroad => "notifications-none-abroad",
            Self::NoGateway => "notifications-none-without-gateway",
            Self::NotBySms => "notifications-none-by-sms",
        })
    }
}

impl Outbox {
    /// Why no SMS of this kind would go to a number now; nothing when one would.
    ///
    /// # Errors
    /// Only the database's.
    pub fn why_not(&self, tx: &mut Tx<'_>, kind: Kind, to: &Phone) -> Result<Option<WhyNot>, Fault> {
        if !self.by_sms(kind) {
            return Ok(Some(WhyNot::NotBySms));
        }
        let barred = if to.takes_sms() { (!self.courtesy.reaches(to)).then_some(COUNTRY) } else { Some(NO_SMS_NUMBER) };
        let stopped_at = || number_store::stopped_at(tx, &self.vault, to);
        Ok(self.hindrance(Channel::SMS, kind, barred, stopped_at)?.map(WhyNot::of))
    }

    /// The same before the number is known.
    pub fn why_not_at_all(&self, kind: Kind) -> Option<WhyNot> {
        if !self.by_sms(kind) {
            return Some(WhyNot::NotBySms);
        }
        self.gates.hindrance(Channel::SMS).map(WhyNot::of)
    }

    fn by_sms(&self, kind: Kind) -> bool {
        self.routes.of(kind).contains(&Channel::SMS)
    }

    /// [`why_not`](Self::why_not) as [words](WhyNot::words).
    ///
    /// # Errors
    /// Only the database's.
    pub fn why_no_sms(&self, tx: &mut Tx<'_>, kind: Kind, to: &Phone) -> Result<Option<Text>, Fault> {
        Ok(self.why_not(tx, kind, to)?.map(WhyNot::words))
    }

    /// [`why_not_at_all`](Self::why_not_at_all) as [words](WhyNot::words).
    pub fn why_no_sms_at_all(&self, kind: Kind) -> Option<Text> {
        self.why_not_at_all(kind).map(WhyNot::words)
    }

    /// The message that logging a ticket would send, in its parts.
    pub fn preview_created(&self, facts: &Facts<'_>) -> Created {
        self.voice.in_parts(Kind::Created, facts)
    }
}
