//! What may be promised about an SMS before there is one, so that no page announces what will not happen.

use super::{
    delivery::{NO_SMS_NUMBER, OPTED_OUT},
    number_store,
    outbox::Outbox,
    wording::Created,
};
use crate::{db::Tx, fault::Fault, phone::Phone};

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
    pub const fn words(self) -> &'static str {
        match self {
            Self::Landline => {
                "No SMS goes out: this is a landline or another number that gets none. Edit the ticket if the client \
                 has a mobile number."
            }
            Self::OptedOut => {
                "No SMS goes out: this number has sent STOP. Call the client; a START sent from the number ends it."
            }
            Self::NoGateway => "No SMS goes out: no SMS gateway is set. Set sms.gateway in the settings.",
        }
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
    pub fn why_no_sms(&self, tx: &mut Tx<'_>, to: &Phone) -> Result<Option<&'static str>, Fault> {
        Ok(self.why_not(tx, to)?.map(WhyNot::words))
    }

    /// [`why_not_at_all`](Self::why_not_at_all) as [words](WhyNot::words).
    pub fn why_no_sms_at_all(&self) -> Option<&'static str> {
        self.why_not_at_all().map(WhyNot::words)
    }

    /// The message that logging a ticket would send, in its parts.
    pub fn preview_created(&self, reference: &str, issue: &str) -> Created {
        Created::new(&self.isp, reference, issue)
    }
}
