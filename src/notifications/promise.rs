//! What may be promised about an SMS before there is one, so that no page announces what will not happen.

use super::{
    number_store,
    outbox::Outbox,
    reason::{NO_SMS_NUMBER, OPTED_OUT},
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
    /// No gateway is set.
    NoGateway,
}

impl WhyNot {
    fn of(hindrance: &str) -> Self {
        match hindrance {
            NO_SMS_NUMBER => Self::Landline,
            OPTED_OUT => Self::OptedOut,
            _ => Self::NoGateway,
        }
    }

    /// With the remedy, as a sentence or two for people.
    pub const fn words(self) -> Text {
        Text::new(match self {
            Self::Landline => "notifications-none-to-landline",
            Self::OptedOut => "notifications-none-after-stop",
            Self::NoGateway => "notifications-none-without-gateway",
        })
    }
}

impl Outbox {
    /// Why no SMS would go to a number now; nothing when one would.
    ///
    /// # Errors
    /// Only the database's.
    pub fn why_not(&self, tx: &mut Tx<'_>, to: &Phone) -> Result<Option<WhyNot>, Fault> {
        let stopped_at = || number_store::stopped_at(tx, &self.vault, to);
        Ok(self.hindrance(to.takes_sms(), stopped_at)?.map(WhyNot::of))
    }

    /// The same before the number is known: only the gateway can be missing.
    pub fn why_not_at_all(&self) -> Option<WhyNot> {
        self.hindrance.map(WhyNot::of)
    }

    /// [`why_not`](Self::why_not) as [words](WhyNot::words).
    ///
    /// # Errors
    /// Only the database's.
    pub fn why_no_sms(&self, tx: &mut Tx<'_>, to: &Phone) -> Result<Option<Text>, Fault> {
        Ok(self.why_not(tx, to)?.map(WhyNot::words))
    }

    /// [`why_not_at_all`](Self::why_not_at_all) as [words](WhyNot::words).
    pub fn why_no_sms_at_all(&self) -> Option<Text> {
        self.why_not_at_all().map(WhyNot::words)
    }

    /// The message that logging a ticket would send, in its parts.
    pub fn preview_created(&self, reference: &str, issue: &str) -> Created {
        self.voice.created_in_parts(reference, issue)
    }
}
