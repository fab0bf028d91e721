//! What clients' SMS do: news of a ticket, STOP and START.

use std::sync::Arc;

use vault::Vault;

use super::{
    inbound_text::{self, Inbound},
    store,
    wording::{self, Sms},
};
use crate::{
    db::Tx,
    fault::Fault,
    phone::{Phone, Region},
};

/// A second STOP within this time, in milliseconds, is not confirmed again.
const CONFIRMED: i64 = 5 * 60 * 1_000;

/// Looks a ticket up for its client: reference and status of the ticket with this reference, if its number is this
/// one; in every other case nothing. Set by the program, since messages know nothing of tickets.
pub type TicketStatus = Arc<dyn Fn(&mut Tx<'_>, &str, &Phone) -> Result<Option<(String, String)>, Fault> + Send + Sync>;

/// What answering needs to know.
#[derive(Clone)]
pub struct Answering {
    /// Keys the tokens of numbers.
    pub vault: Vault,
    /// The ISP's name.
    pub isp: Arc<str>,
    /// The country of numbers that come without a country code.
    pub region: Option<Region>,
    /// Looks tickets up.
    pub ticket_status: TicketStatus,
}

/// Does what a client's SMS asks for, and gives the answer, if there is one.
///
/// Nothing is answered to senders that are no phone numbers, nor to talk that asks for nothing.
///
/// # Errors
/// Only the database's and the vault's.
pub fn receive(tx: &mut Tx<'_>, with: &Answering, from: &str, text: &str, now: i64) -> Result<Option<Sms>, Fault> {
    let Ok(from) = Phone::from_gateway(from, with.region.as_ref()) else { return Ok(None) };
    Ok(match inbound_text::parse(text) {
        Inbound::Stop => {
            let before = store::stopped_at(tx, &with.vault, &from)?;
            store::opt_out(tx, &with.vault, &from, now)?;
            let again = before.is_some_and(|before| now - before < CONFIRMED);
            (!again).then(|| wording::stopped(&with.isp))
        }
        Inbound::Start => store::opt_in(tx, &with.vault, &from)?.then(|| wording::started(&with.isp)),
        Inbound::Help => Some(wording::help(&with.isp)),
        Inbound::Status(reference) => {
            let found = match &reference {
                Some(reference) => (with.ticket_status)(tx, reference, &from)?,
                None => None,
            };
            Some(match found {
                Some((reference, status)) => wording::status(&reference, &status),
                None => wording::unknown_reference(),
            })
        }
        Inbound::Other => None,
    })
}
