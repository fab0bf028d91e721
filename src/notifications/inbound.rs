//! What clients' SMS do: news of a ticket, STOP and START.

use std::sync::Arc;

use vault::Vault;

use super::{
    inbound_text::{self, Inbound},
    number_store,
    wording::{Sms, Voice},
};
use crate::{
    db::Tx,
    fault::Fault,
    phone::{Phone, Region},
    words::Text,
};

/// A second STOP within this time, in milliseconds, is not confirmed again.
const CONFIRMED: i64 = 5 * 60 * 1_000;

/// Replies that a number may have at once. Each costs money and senders can be forged, but a client with several
/// tickets, or a support desk that tries it out, asks for each of them, and some twice.
const BURST: i64 = 30;
/// How long until a number may have one more, in milliseconds: 20 a day.
const ONE_MORE: i64 = 24 * 60 * 60 * 1_000 / 20;
/// Fewer digits make a short code: a service, which may well answer our answer.
const NUMBER_DIGITS: usize = 7;

/// Looks a ticket up for its client: reference and status of the ticket with this reference, if its number is this
/// one; in every other case nothing. Set by the program, since messages know nothing of tickets.
pub type TicketStatus = Arc<dyn Fn(&mut Tx<'_>, &str, &Phone) -> Result<Option<(String, Text)>, Fault> + Send + Sync>;

/// What answering needs to know.
#[derive(Clone)]
pub struct Answering {
    /// Keys the tokens of numbers.
    pub vault: Vault,
    /// In whose words.
    pub voice: Voice,
    /// The country of numbers that come without a country code.
    pub region: Option<Region>,
    /// Our own number, if messages go out under one.
    pub sender: Option<Phone>,
    /// Looks tickets up.
    pub ticket_status: TicketStatus,
}

/// Does what a client's SMS asks for, and gives the answer, if there is one.
///
/// Nothing is answered to names, short codes and our own number, to talk that asks for nothing, and to numbers that
/// have had their share of answers. STOP and START count all the same.
///
/// # Errors
/// Only the database's and the vault's.
pub fn receive(tx: &mut Tx<'_>, with: &Answering, from: &str, text: &str, now: i64) -> Result<Option<Sms>, Fault> {
    let short = from.chars().filter(|c| c.is_numeric()).count() < NUMBER_DIGITS;
    let Ok(from) = Phone::from_gateway(from, with.region.as_ref()) else { return Ok(None) };
    if with.sender.as_ref() == Some(&from) {
        return Ok(None);
    }
    let answer = answer(tx, with, &from, text, now)?;
    if answer.is_none() || short || !number_store::take_reply(tx, &with.vault, &from, now, ONE_MORE, BURST)? {
        return Ok(None);
    }
    Ok(answer)
}

fn answer(tx: &mut Tx<'_>, with: &Answering, from: &Phone, text: &str, now: i64) -> Result<Option<Sms>, Fault> {
    Ok(match inbound_text::parse(text) {
        Inbound::Stop => {
            let before = number_store::stopped_at(tx, &with.vault, from)?;
            number_store::opt_out(tx, &with.vault, from, now)?;
            let again = before.is_some_and(|before| now - before < CONFIRMED);
            (!again).then(|| with.voice.stopped())
        }
        Inbound::Start => number_store::opt_in(tx, &with.vault, from)?.then(|| with.voice.started()),
        Inbound::Help => Some(with.voice.help()),
        Inbound::Status(reference) => {
            let found = match &reference {
                Some(reference) => (with.ticket_status)(tx, reference, from)?,
                None => None,
            };
            Some(match found {
                Some((reference, status)) => with.voice.status(&reference, &status),
                None => with.voice.unknown_reference(),
            })
        }
        Inbound::Other => None,
    })
}
