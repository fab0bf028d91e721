//! A gateway by SMPP 3.4, by the crate `smpp`: one bind as a transceiver for each node that sends, kept for ever.
//!
//! Receipts name messages by the gateway's ids and come by any bind of ours, so that they are matched by those ids; a long
//! message has one for each part.

mod parts;

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use secrecy::SecretString;
use smpp::{Client, Config, Delivery, Doubt, Inbound, Long, Message, Part, Receipt, Submitted, Text, Tls, TryAgain};

use self::parts::{Parts, Turn};
use super::{
    super::{Gateway, Incoming, Met, Outcome, Outgoing, Probing, Report, Sending, Unmet},
    Kind,
};
use crate::notifications::{
    inbound::Answer,
    inbox::Inbox,
    reason::{self, with_code},
    segments::{Encoding, gsm7, ucs2},
    settings::{Key, Reader, SENDER},
    state::Verdict,
};

const HOST: Key = Key::new("sms.smpp.host", "The gateway's host name or address.");
const PORT: Key = Key::new("sms.smpp.port", "Its port.").or("2775");
const SYSTEM_ID: Key = Key::new("sms.smpp.system_id", "Our system_id there, up to 15 characters.");
const PASSWORD: Key = Key::secret("sms.smpp.password", "Our password there, up to 8 characters.");
const SYSTEM_TYPE: Key = Key::new("sms.smpp.system_type", "Our system_type there, where it wants one.");
const SOURCE_TON: Key = Key::new(
    "sms.smpp.source_ton",
    "The sender's type of number; by its form if not set: a name 5, a number 1, a short code 3.",
);
const SOURCE_NPI: Key = Key::new("sms.smpp.source_npi", "The sender's numbering plan; by its form if not set.");
const WINDOW: Key = Key::new("sms.smpp.window", "SMS that wait for its answer at the same time, at most.").or("10");
const PER_SECOND: Key =
    Key::new("sms.smpp.per_second", "SMS a second, at most, by each node that sends; 0 for as many as it takes.")
        .or("10");
const TLS: Key = Key::new("sms.smpp.tls", "Whether the connection is TLS: true or false.").or("false");
const LONG: Key = Key::new("sms.smpp.long", "How long SMS travel: udh, sar or payload.").or("udh");
const ENTITY_TLV: Key =
    Key::new("sms.smpp.tlv_entity", "The tag that carries the entity id of registered templates.").or("0x1400");
const TEMPLATE_TLV: Key =
    Key::new("sms.smpp.tlv_template", "The tag that carries the id of registered templates.").or("0x1401");

pub(super) const KIND: Kind = Kind {
    name: "smpp",
    keys: &[
        HOST,
        PORT,
        SYSTEM_ID,
        PASSWORD,
        SYSTEM_TYPE,
        SOURCE_TON,
        SOURCE_NPI,
        WINDOW,
        PER_SECOND,
        TLS,
        LONG,
        ENTITY_TLV,
        TEMPLATE_TLV,
    ],
    build,
    hook: None,
    calls: false,
};

struct Smpp {
    config: Config,
    tags: (u16, u16),
    kept: Arc<OnceLock<Client>>,
}

fn build(settings: &mut Reader<'_>) -> Option<Arc<dyn Gateway>> {
    let host = settings.required(&HOST, |text| Ok(text.to_owned()));
    let port = settings.required(&PORT, |text| whole(text, 1, 65_535));
    let system_id = settings.required(&SYSTEM_ID, |text| Ok(text.to_owned()));
    let password = settings.required(&PASSWORD, |text| Ok(SecretString::from(text)));
    let ton = settings.optional(&SOURCE_TON, |text| whole(text, 0, 7));
    let npi = settings.optional(&SOURCE_NPI, |text| whole(text, 0, 18));
    let window = settings.required(&WINDOW, |text| whole(text, 1, 1_000));
    let per_second = settings.required(&PER_SECOND, |text| whole(text, 0, 100_000));
    let tls = settings.required(&TLS, |text| text.parse::<bool>().map_err(|_| "Give true or false.".to_owned()));
    let long = settings.required(&LONG, |text| match text {
        "udh" => Ok(Long::Udh),
        "sar" => Ok(Long::Sar),
        "payload" => Ok(Long::Payload),
        _ => Err("Choose one of: udh, sar, payload.".to_owned()),
    });
    let tags = (settings.required(&ENTITY_TLV, tag), settings.required(&TEMPLATE_TLV, tag));
    let mut config = Config::new(host?, port?, system_id?, password?);
    config.system_type = settings.text(&SYSTEM_TYPE).unwrap_or_default();
    config.source_addr = settings.text(&SENDER).map(|sender| sender.trim_start_matches('+').to_owned());
    (config.source_ton, config.source_npi) = (ton, npi);
    (config.window, config.per_second) = (window?, per_second?);
    config.tls = if tls? { Tls::Platform } else { Tls::Off };
    config.long = long?;
    settings.made(&HOST, config.check().map_err(|error| format!("SMPP has no room for these settings: {error}.")))?;
    Some(Arc::new(Smpp { config, tags: (tags.0?, tags.1?), kept: Arc::default() }))
}

/// A whole number between two bounds.
fn whole<T: TryFrom<u64>>(text: &str, least: u64, most: u64) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| format!("Give a whole number from {least} to {most}."))
}

/// A tag of a TLV: `0x1400`.
fn tag(text: &str) -> Result<u16, String> {
    let digits = text.strip_prefix("0x").and_then(|digits| u16::from_str_radix(digits, 16).ok());
    digits.or_else(|| text.parse().ok()).ok_or_else(|| "Give a tag such as 0x1400.".to_owned())
}

impl Gateway for Smpp {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn in_flight(&self) -> usize {
        self.config.window
    }

    fn per_second(&self) -> Option<u32> {
        Some(self.config.per_second).filter(|rate| *rate > 0)
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(async {
            let not_bound = || Outcome::Later { reason: reason::NOT_BOUND.to_owned(), after: None };
            let Some(client) = self.kept.get() else { return not_bound() };
            outcome(client.submit(self.message(message)).await)
        })
    }

    /// No bind: many gateways allow one, which is that of the server at work.
    fn probe(&self) -> Probing<'_> {
        Box::pin(async { smpp::reach(&self.config).await.map(|()| Met::Answers).map_err(Unmet::away) })
    }

    fn reports_by_id(&self) -> bool {
        true
    }

    fn start(&self, inbox: Inbox) {
        let desk = Desk { inbox, kept: Arc::clone(&self.kept), parts: Parts::default() };
        let started = Client::start(self.config.clone(), move |delivery| {
            let desk = desk.clone();
            async move { desk.take(delivery).await }
        });
        match started {
            // It is started once; a second one would bind twice.
            Ok(client) => drop(self.kept.set(client)),
            Err(error) => tracing::error!(%error, "the SMPP gateway cannot be used: correct its settings"),
        }
    }

    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            if let Some(client) = self.kept.get() {
                client.stop().await;
            }
        })
    }
}

impl Smpp {
    fn message(&self, message: &Outgoing<'_>) -> Message {
        let text = match message.encoding {
            Encoding::Gsm7 => gsm7(message.text).map(Text::Gsm7),
            Encoding::Ucs2 => None,
        };
        let registered = message.registered.map(|ids| {
            // C-octet strings, as operators in India want them.
            let value = |text: &str| [text.as_bytes(), &[0]].concat();
            vec![(self.tags.0, value(&ids.entity)), (self.tags.1, value(&ids.template))]
        });
        Message {
            to: message.to.to_owned(),
            text: text.unwrap_or_else(|| Text::Ucs2(ucs2(message.text))),
            source: message.registered.map(|ids| ids.header.clone()).filter(|header| !header.is_empty()),
            tlvs: registered.unwrap_or_default(),
            registered_delivery: message.round > 0,
        }
    }
}

fn outcome(submitted: Submitted) -> Outcome {
    let coded = |reason: &str, status: u32| with_code(reason, format_args!("0x{status:02X}"));
    match submitted {
        Submitted::Accepted { ids } => Outcome::Accepted { ids },
        // ESME_RINVDSTADR
        Submitted::Refused { status: 0x0B } => Outcome::Refused { reason: coded(reason::INVALID_NUMBER, 0x0B) },
        Submitted::Refused { status } => Outcome::Refused { reason: coded(reason::REFUSED, status) },
        Submitted::Later { status, throttled: true, after } => {
            let after = after.map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
            let reason = status.map_or_else(|| reason::THROTTLED.to_owned(), |status| coded(reason::THROTTLED, status));
            Outcome::Throttled { reason, after }
        }
        // ESME_RSUBMITFAIL, ESME_RX_T_APPN, and vendors' own: gateways say so of single messages and numbers.
        Submitted::Later { status: Some(status @ (0x45 | 0x64 | 0x400..)), .. } => {
            Outcome::Deferred { reason: coded(reason::NOT_NOW, status) }
        }
        Submitted::Later { status: Some(status), .. } => {
            Outcome::Later { reason: coded(reason::FAULTY, status), after: None }
        }
        Submitted::Later { status: None, .. } => Outcome::Later { reason: reason::NOT_BOUND.to_owned(), after: None },
        Submitted::LoginRefused { status } => Outcome::LoginRefused { reason: coded(reason::LOG_IN_REFUSED, status) },
        Submitted::Doubtful { why: Doubt::NoAnswer } => Outcome::Doubtful { reason: reason::NO_ANSWER.to_owned() },
        Submitted::Doubtful { why: Doubt::Cut } => Outcome::Doubtful { reason: reason::CUT.to_owned() },
        // The phone shows nothing before all parts are there, so that once more is right, and no more often.
        Submitted::Partly { ids, of, .. } => {
            Outcome::Doubtful { reason: with_code(reason::PARTLY, format_args!("{}/{of}", ids.len())) }
        }
    }
}

/// Takes what the bind brings.
#[derive(Clone)]
struct Desk {
    inbox: Inbox,
    kept: Arc<OnceLock<Client>>,
    parts: Parts,
}

impl Desk {
    /// The gateway gets its answer once this is kept, and brings it again otherwise.
    async fn take(&self, delivery: Delivery) -> Result<(), TryAgain> {
        match delivery {
            Delivery::Receipt(receipt) => self.report(receipt).await,
            Delivery::Inbound(inbound) => match inbound.part {
                Some(part) if part.total > 1 => self.part(inbound, part).await,
                _ => self.receive(inbound.from, inbound.to, inbound.text).await,
            },
        }
    }

    async fn report(&self, receipt: Receipt) -> Result<(), TryAgain> {
        let ids: Vec<String> = receipt.receipted_message_id.into_iter().chain(receipt.message_id).collect();
        let verdict = match receipt.verdict {
            smpp::Verdict::Delivered => Verdict::Delivered,
            smpp::Verdict::Failed => Verdict::Failed,
            smpp::Verdict::Accepted => Verdict::Accepted,
            smpp::Verdict::Unknown => return Ok(()),
        };
        if ids.is_empty() {
            return Ok(());
        }
        let code = [receipt.stat, receipt.err].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let report = Report { verdict: Some(verdict), code, message_id: None, opted_out: false };
        self.inbox.report_by_id(KIND.name, ids, report).await.map_err(|fault| {
            tracing::warn!(%fault, "a receipt could not be kept; the gateway is asked to bring it again");
            TryAgain
        })
    }

    async fn receive(&self, from: String, to: String, text: String) -> Result<(), TryAgain> {
        // Binary, or in an alphabet that nobody here reads.
        if text.is_empty() {
            return Ok(());
        }
        let incoming = Incoming { from, text, id: None };
        let answer = self.inbox.receive(KIND.name, incoming).await.map_err(|fault| {
            tracing::warn!(%fault, "a client's SMS could not be kept; the gateway is asked to bring it again");
            TryAgain
        })?;
        let Some(Answer { to: number, sms }) = answer else { return Ok(()) };
        let kept = Arc::clone(&self.kept);
        // Beside the acknowledgement: whoever asks again gets it again.
        tokio::spawn(async move {
            let Some(client) = kept.get() else { return };
            let text = gsm7(&sms.text).map_or_else(|| Text::Ucs2(ucs2(&sms.text)), Text::Gsm7);
            let source = Some(to).filter(|to| !to.is_empty());
            let reply =
                Message { to: number.as_str().to_owned(), text, source, tlvs: Vec::new(), registered_delivery: false };
            if !matches!(client.submit(reply).await, Submitted::Accepted { .. }) {
                tracing::warn!("the gateway did not take an answer to a client's SMS");
            }
        });
        Ok(())
    }

    /// One part of a long message: the last one to come hands the whole in, and all are acknowledged then.
    async fn part(&self, inbound: Inbound, part: Part) -> Result<(), TryAgain> {
        match self.parts.add(&inbound, part).await {
            Turn::HandIn(text, done) => {
                let kept = self.receive(inbound.from, inbound.to, text).await;
                done.send_replace(Some(kept.is_ok()));
                kept
            }
            Turn::Done(true) => Ok(()),
            Turn::Done(false) => Err(TryAgain),
        }
    }
}

impl fmt::Debug for Smpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smpp").field("config", &self.config).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let later = Submitted::Later { status: Some(0x08), throttled: false, after: None };
        let busy = Submitted::Later { status: Some(0x58), throttled: true, after: Some(Duration::from_secs(2)) };
        let failed = Submitted::Later { status: Some(0x45), throttled: false, after: None };
        let away = Submitted::Later { status: None, throttled: false, after: None };
        let partly = Submitted::Partly { ids: vec!["1".into()], of: 2, rest: Box::new(away.clone()) };
        for (submitted, want) in [
            (
                Submitted::Accepted { ids: vec!["a".into(), "b".into()] },
                Outcome::Accepted { ids: vec!["a".into(), "b".into()] },
            ),
            (
                Submitted::Refused { status: 0x0B },
                Outcome::Refused { reason: "the gateway knows no such number (0x0B)".into() },
            ),
            (Submitted::Refused { status: 0x0A }, Outcome::Refused { reason: "the gateway refused it (0x0A)".into() }),
            (later, Outcome::Later { reason: "the gateway has a fault (0x08)".into(), after: None }),
            (failed, Outcome::Deferred { reason: "the gateway cannot pass it on now (0x45)".into() }),
            (busy, Outcome::Throttled { reason: "the gateway asks us to slow down (0x58)".into(), after: Some(2_000) }),
            (away, Outcome::Later { reason: "the gateway has no session with us".into(), after: None }),
            (
                Submitted::LoginRefused { status: 0x0E },
                Outcome::LoginRefused { reason: "the gateway refuses our log-in (0x0E)".into() },
            ),
            (
                Submitted::Doubtful { why: Doubt::Cut },
                Outcome::Doubtful { reason: "the connection was cut before the answer".into() },
            ),
            (partly, Outcome::Doubtful { reason: "only some of its parts were taken (1/2)".into() }),
        ] {
            assert_eq!(outcome(submitted), want);
        }
    }

    #[test]
    fn tags_are_read_as_operators_write_them() {
        assert_eq!((tag("0x1400"), tag("5121")), (Ok(0x1400), Ok(0x1401)));
        assert!(tag("1400h").is_err() && tag("0x14000").is_err() && tag("").is_err());
    }
}
