//! What may be promised about an SMS before there is one, so that no page announces what will not happen.

use super::{
    delivery::{NO_SMS_NUMBER, OPTED_OUT},
    number_store,
    outbox::Outbox,
};
use crate::{db::Tx, fault::Fault, phone::Phone};

impl Outbox {
    /// Why no SMS would go to a number now, with the remedy, as a sentence or two for people; nothing when one would.
    ///
    /// # Errors
    /// Only the database's.
    pub fn why_no_sms(&self, tx: &mut Tx<'_>, to: &Phone) -> Result<Option<&'static str>, Fault> {
        let stopped_at = || number_store::stopped_at(tx, &self.vault, to);
        Ok(self.hindrance(to.takes_sms(), stopped_at)?.map(words))
    }

    /// The same before the number is known: only the gateway can be missing.
    pub fn why_no_sms_at_all(&self) -> Option<&'static str> {
        self.hindrance.map(words)
    }
}

fn words(hindrance: &str) -> &'static str {
    match hindrance {
        NO_SMS_NUMBER => {
            "No SMS goes out: this is a landline or another number that gets none. Edit the ticket if the client has a \
             mobile number."
        }
        OPTED_OUT => {
            "No SMS goes out: this number has sent STOP. Call the client; a START sent from the number ends it."
        }
        _ => "No SMS goes out: no SMS gateway is set. Set sms.gateway in the settings.",
    }
}
