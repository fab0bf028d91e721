//! What clients' messages do: news of a ticket, STOP and START, and what they write about it.

use std::sync::Arc;

use vault::{Purpose, Vault};

use super::{
    channels::Incoming,
    courtesy::Courtesy,
    echo,
    inbound_text::{self, Inbound},
    number_store::{self, Allowance, Via},
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
/// Replies that a number may have at once, and 20 more a day. Each costs money and senders can be forged, but a client with
/// several tickets, or a support desk that tries it out, asks for each of them, and some twice.
const REPLIES: Allowance = Allowance { burst: 30, ..Allowance::a_day(20) };
/// References that a number may get wrong at once, and 5 more an hour: they can be guessed in some hundred thousand tries.
const WRONG: Allowance = Allowance { burst: 15, pause: 60 * 60 * 1_000 / 5 };
/// What a number may write that lands on a ticket, at once and in a day: a machine that answers each of our answers, or
/// somebody who forges the sender, fills no ticket.
const WRITTEN: Allowance = Allowance::a_day(20);
/// Fewer digits make a short code: a service, which may well answer our answer.
const NUMBER_DIGITS: usize = 7;
/// Tickets named in one answer, at most.
const NAMED: usize = 5;

/// Keys what numbers are counted by beside their replies.
const WRONG_BY: Purpose = Purpose::new("notifications.wrong");
const WRITTEN_BY: Purpose = Purpose::new("notifications.written");
/// Keys messages that come without an id.
const SEEN: Purpose = Purpose::new("notifications.seen");
/// Without an id, the same words of the same number within this time are one message, in milliseconds.
const SAME: i64 = 2 * 60 * 1_000;

/// What messages ask about tickets, of which they know nothing: the program hands it over.
pub trait Cases: Send + Sync {
    /// Reference and status of the ticket with this reference, if its number is this one; in every other case nothing.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn status(&self, tx: &mut Tx<'_>, reference: &str, from: &Phone) -> Result<Option<(String, Text)>, Fault>;

    /// Reference and status of the number's tickets that are not closed, the newest first: at most `most`.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn open(&self, tx: &mut Tx<'_>, from: &Phone, most: usize) -> Result<Vec<(String, Text)>, Fault>;

    /// Every status that an answer may name.
    fn statuses(&self) -> Vec<Text>;

    /// Puts what a client wrote on the ticket of theirs that it mentions, else on their newest one that is open, else on
    /// the newest that is Fixed; and opens it again where that was not long ago and it says more than thanks. Gives its reference, or nothing where
    /// there is no such ticket, or the text says nothing.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn wrote(&self, tx: &mut Tx<'_>, from: &Phone, text: &str) -> Result<Option<String>, Fault>;
}

/// What answering needs to know.
#[derive(Clone)]
pub struct Answering {
    /// Keys the tokens of numbers.
    pub vault: Vault,
    /// In whose words.
    pub voice: Voice,
    /// The country of numbers that come without a country code.
    pub region: Option<Region>,
    /// Which countries are answered.
    pub courtesy: Arc<Courtesy>,
    /// Our own number, if messages go out under one.
    pub sender: Option<Phone>,
    /// Looks tickets up.
    pub cases: Arc<dyn Cases>,
}

/// An answer to what a client wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The sender's number in full, however the gateway wrote it.
    pub to: Phone,
    /// What it says.
    pub sms: Sms,
}

/// What came of a client's message.
#[derive(Debug, Clone, Default)]
pub struct Received {
    /// By which it is counted; nothing of what is not heard, or came before.
    kind: Option<&'static str>,
    limited: Option<Limited>,
    answer: Option<Answer>,
}

/// A limit that a number came to, by what stands for the number.
#[derive(Debug, Clone, Copy)]
enum Limited {
    References(i64),
    Written(i64),
}

impl Received {
    /// Counts it, says what there is to say of it and gives the answer, if there is one. Only once it is durable: within
    /// the transaction it may be undone, and is done again.
    pub fn kept(self) -> Option<Answer> {
        if let Some(kind) = self.kind {
            metrics::counter!("redress_inbound_total", "kind" => kind).increment(1);
        }
        if let Some(limited) = self.limited {
            let limit = limited.told();
            metrics::counter!("redress_inbound_limited_total", "limit" => limit).increment(1);
        }
        self.answer
    }
}

impl Limited {
    /// Says it, and gives its name.
    fn told(self) -> &'static str {
        match self {
            Self::References(number) => {
                tracing::warn!(
                    number,
                    "a number asks for one reference after another that is not its own; it is not answered"
                );
                "references"
            }
            Self::Written(number) => {
                tracing::warn!(number, "a number writes more than a person would; it lands on no ticket");
                "written"
            }
        }
    }
}

/// Does what a client's message asks for.
///
/// Nothing is answered to names, short codes and our own number, to our own words come back, and to numbers that have had
/// their share of answers. STOP and START count all the same.
///
/// # Errors
/// Only the database's and the vault's.
pub fn receive(
    tx: &mut Tx<'_>,
    with: &Answering,
    gateway: &str,
    incoming: &Incoming,
    now: i64,
) -> Result<Received, Fault> {
    let short = incoming.from.chars().filter(|c| c.is_numeric()).count() < NUMBER_DIGITS;
    let Ok(from) = Phone::from_gateway(&incoming.from, with.region.as_ref()) else {
        return Ok(Received::default());
    };
    if with.sender.as_ref() == Some(&from) || echo::is_ours(&with.voice, &incoming.text, &with.cases.statuses()) {
        return Ok(Received { kind: Some("echo"), ..Received::default() });
    }
    if let Some(id) = &incoming.id
        && !number_store::first_time(tx, gateway, id.as_bytes(), now)?
    {
        return Ok(Received::default());
    }
    let (kind, token) = (inbound_text::parse(&incoming.text), number_store::token(&with.vault, &from));
    let mut received = Received { kind: Some(kind.name()), ..Received::default() };
    let mut talk = Talk { with, from: &from, token, now, short, limited: None };
    let sms = talk.answer(tx, kind, incoming)?;
    received.limited = talk.limited;
    if let Some(sms) = sms
        && !short
        && with.courtesy.reaches(&from)
        && number_store::take_reply(tx, token, now, REPLIES)?
    {
        received.answer = Some(Answer { to: from, sms });
    }
    Ok(received)
}

/// A message of a number that we may listen to.
struct Talk<'a> {
    with: &'a Answering,
    from: &'a Phone,
    token: i64,
    now: i64,
    /// From a service, which gets no answer and writes on no ticket.
    short: bool,
    limited: Option<Limited>,
}

impl Talk<'_> {
    fn answer(&mut self, tx: &mut Tx<'_>, kind: Inbound, incoming: &Incoming) -> Result<Option<Sms>, Fault> {
        let voice = &self.with.voice;
        Ok(match kind {
            Inbound::Stop => {
                let before = number_store::stopped(tx, self.token)?;
                number_store::opt_out(tx, self.token, Via::Sms, self.now)?;
                let again = before.is_some_and(|before| self.now - before < CONFIRMED);
                (!again).then(|| voice.stopped())
            }
            Inbound::Start => number_store::opt_in(tx, self.token)?.then(|| voice.started()),
            Inbound::Yes if number_store::opt_in(tx, self.token)? => Some(voice.started()),
            Inbound::Help => Some(voice.help()),
            Inbound::Status(reference) => self.status(tx, reference.as_deref())?,
            Inbound::AnyStatus => {
                let open = self.with.cases.open(tx, self.from, NAMED)?;
                match open.as_slice() {
                    [] => Some(voice.unknown_reference()),
                    [(reference, status)] => Some(voice.status(reference, status)),
                    several => {
                        let references: Vec<String> = several.iter().map(|(reference, _)| reference.clone()).collect();
                        Some(voice.several(&references))
                    }
                }
            }
            Inbound::Yes | Inbound::Other => self.wrote(tx, incoming)?,
        })
    }

    fn status(&mut self, tx: &mut Tx<'_>, reference: Option<&str>) -> Result<Option<Sms>, Fault> {
        let found = match reference {
            Some(reference) => self.with.cases.status(tx, reference, self.from)?,
            None => None,
        };
        if let Some((reference, status)) = found {
            return Ok(Some(self.with.voice.status(&reference, &status)));
        }
        let counted = self.with.vault.token(WRONG_BY, self.from.as_str());
        if number_store::take_message(tx, counted, self.now, WRONG)? {
            return Ok(Some(self.with.voice.unknown_reference()));
        }
        self.limited = Some(Limited::References(counted));
        Ok(None)
    }

    fn wrote(&mut self, tx: &mut Tx<'_>, incoming: &Incoming) -> Result<Option<Sms>, Fault> {
        let text = incoming.text.trim();
        if self.short || text.is_empty() {
            return Ok(None);
        }
        if incoming.id.is_none() {
            let key = self.with.vault.mac(SEEN, &[self.from.as_str().as_bytes(), text.as_bytes()]);
            if !number_store::first_in(tx, &key, SAME, self.now)? {
                return Ok(None);
            }
        }
        let counted = self.with.vault.token(WRITTEN_BY, self.from.as_str());
        if !number_store::take_message(tx, counted, self.now, WRITTEN)? {
            self.limited = Some(Limited::Written(counted));
            return Ok(None);
        }
        let Some(reference) = self.with.cases.wrote(tx, self.from, text)? else { return Ok(None) };
        // Thanks want no answer, and leave the one of the day to what comes after them.
        if inbound_text::is_thanks(text) {
            return Ok(None);
        }
        // Said once a day for each ticket: whoever answers by machine has nothing more to answer.
        let key = self.with.vault.mac(SEEN, &[self.from.as_str().as_bytes(), reference.as_bytes(), b"told"]);
        let first = number_store::first_in(tx, &key, 24 * 60 * 60 * 1_000, self.now)?;
        Ok(first.then(|| self.with.voice.received(&reference)))
    }
}
