//! The ways out. A channel is how a message reaches somebody, such as SMS; a gateway is who carries it, such as Kannel. A
//! channel is one file here and one line in [`CHANNELS`]; a gateway for SMS one file in `sms/` and one line there.

mod calls;
mod client;
mod email;
mod probe;
mod sms;
mod webhook;
mod whatsapp;

use std::{fmt::Debug, future::Future, pin::Pin, sync::Arc};

use uuid::Uuid;

pub use self::{
    calls::{Bundle, Call, Fields, Hook, Incoming, Report},
    probe::{Met, Probing, Unmet},
    sms::Kind as SmsGateway,
};
use super::{
    inbox::Inbox,
    message::{Facts, Kind, News},
    segments::Encoding,
    settings::{Key, Reader},
    wording::Voice,
};
use crate::{phone::Phone, words::Text};

/// The channels that Redress knows.
pub static CHANNELS: [&Channel; 4] = [&sms::CHANNEL, &email::CHANNEL, &whatsapp::CHANNEL, &webhook::CHANNEL];

/// How messages reach people.
#[derive(Debug)]
pub struct Channel {
    /// Its name in settings and records.
    pub name: &'static str,
    /// Its name for people: a key of the message files.
    pub label: &'static str,
    /// Its settings, those of all its gateways included.
    pub keys: fn() -> Vec<&'static Key>,
    /// Its gateways as set up, in the order of their use; none when it is not used. Faults go to the reader.
    pub build: fn(&mut Reader<'_>) -> Vec<Arc<dyn Gateway>>,
    /// Where it reaches somebody, or why it does not: a reason of `notifications::reason`.
    pub address: fn(&Contact<'_>) -> Result<String, &'static str>,
    /// What it says.
    pub write: fn(&Voice, &News<'_>) -> Content,
    /// How people may word what it says, where they may.
    pub wording: Option<Wording>,
    /// Whether it goes to phones, whose owners can say STOP and sleep at night.
    pub to_phones: bool,
    /// Whether its gateways say later what became of a message. Where none does, `sent` is the end: it never turns
    /// `unknown`, since nothing is missing.
    pub reports: bool,
}

/// How what a channel says may be worded in templates.
#[derive(Debug)]
pub enum Wording {
    /// One line that costs by its length.
    Line,
    /// A subject and a text.
    Letter(Letter),
}

/// How letters are made.
#[derive(Debug)]
pub struct Letter {
    /// Our own wording of a kind, as a template.
    pub built_in: fn(&Voice, Kind) -> String,
    /// The letter that a template makes: its subject, an empty line, and the text.
    pub fill: fn(&Voice, &str, &Facts<'_>) -> String,
}

impl Channel {
    /// The channel of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        CHANNELS.into_iter().find(|channel| channel.name == name)
    }

    /// What people call it.
    pub fn label(&self) -> Text {
        Text::new(self.label)
    }

    /// SMS.
    pub const SMS: &'static Self = &sms::CHANNEL;

    /// E-mail.
    pub const EMAIL: &'static Self = &email::CHANNEL;

    /// Calls to a program: nobody has to be called for one that failed.
    pub const WEBHOOK: &'static Self = &webhook::CHANNEL;

    /// Whether a person reads it, whose number or address it goes to.
    pub fn is_for_people(&self) -> bool {
        self != Self::WEBHOOK
    }
}

impl PartialEq for Channel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Channel {}

/// Whom a message is for.
#[derive(Debug, Clone, Copy)]
pub struct Contact<'a> {
    /// Their number.
    pub phone: Option<&'a Phone>,
    /// Their e-mail address.
    pub email: Option<&'a str>,
}

/// What a message says on its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The text, as people read it where it is for people.
    pub text: String,
    /// SMS segments that it takes; 0 elsewhere.
    pub segments: usize,
    /// What goes with the text where it follows a registered template.
    pub registered: Option<Registered>,
}

/// The ids of a registered template, such as India's DLT: they go with the message to the gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registered {
    /// Of the principal entity: who sends.
    pub entity: String,
    /// The sender's name that is registered with it.
    pub header: String,
    /// Of the template.
    pub template: String,
}

impl Registered {
    /// As it is stored with a message.
    pub fn store(&self) -> String {
        [self.entity.as_str(), &self.header, &self.template].join("|")
    }

    /// Reads what [`store`](Self::store) gave.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('|').map(ToOwned::to_owned);
        Some(Self { entity: parts.next()?, header: parts.next()?, template: parts.next()? })
    }
}

/// A message on its way out.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// The message's id, for the log and for gateways that take an idempotency key.
    pub id: Uuid,
    /// Counts up whenever somebody sends it again.
    pub round: i64,
    /// What it tells.
    pub kind: Kind,
    /// The time now, in milliseconds.
    pub now: i64,
    /// Where it goes: a number in E.164, an e-mail address, or `webhook`.
    pub to: &'a str,
    /// What it says.
    pub text: &'a str,
    /// The encoding that the segments were counted in.
    pub encoding: Encoding,
    /// The address for reports, with a query that says which message it is; `None` when our own address is not known.
    pub report_url: Option<&'a str>,
    /// The ids of the registered template that it follows.
    pub registered: Option<&'a Registered>,
}

/// What came of handing a message to a gateway. Reasons are those of `notifications::reason` with the gateway's code, and
/// never name anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took it.
    Accepted {
        /// Its names for the parts of the message, of which most have one; none if it gives none at once.
        ids: Vec<String>,
    },
    /// It will never take it; another gateway might.
    Refused {
        /// Why.
        reason: String,
    },
    /// The number told the gateway that it wants nothing more: no other gateway may be tried.
    OptedOut {
        /// Why.
        reason: String,
    },
    /// Not now, and surely not sent.
    Later {
        /// Why.
        reason: String,
        /// The pause that the gateway asks for, in milliseconds.
        after: Option<i64>,
    },
    /// Not this message now, for a cause of its own or its receiver's, such as a full mailbox: surely not sent, while the
    /// gateway does well.
    Deferred {
        /// Why.
        reason: String,
    },
    /// We send too fast: surely not sent, and not counted as a try.
    Throttled {
        /// Why.
        reason: String,
        /// The pause that the gateway asks for, in milliseconds.
        after: Option<i64>,
    },
    /// Our own log-in is wrong: as `Later`, and someone has to look at the settings.
    LoginRefused {
        /// Why.
        reason: String,
    },
    /// The request left and no answer came: it may have gone.
    Doubtful {
        /// Why.
        reason: String,
    },
    /// This gateway does not send.
    NotSent {
        /// Why.
        reason: String,
    },
    /// It says that it is gone for good: surely not taken, and nothing more is sent by it until somebody sees to it.
    Gone {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// Why it was not taken, or why nobody can tell; nothing where it was.
    pub fn why_not(self) -> Option<String> {
        match self {
            Self::Accepted { .. } => None,
            Self::Refused { reason }
            | Self::OptedOut { reason }
            | Self::Later { reason, .. }
            | Self::Deferred { reason }
            | Self::Throttled { reason, .. }
            | Self::LoginRefused { reason }
            | Self::Doubtful { reason }
            | Self::Gone { reason }
            | Self::NotSent { reason } => Some(reason),
        }
    }

    /// All that [`Self::name`] gives, in their order.
    pub const NAMES: [&'static str; 10] = [
        "accepted",
        "refused",
        "opted_out",
        "later",
        "deferred",
        "throttled",
        "login_refused",
        "doubtful",
        "not_sent",
        "gone",
    ];

    /// Its name in metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::OptedOut { .. } => "opted_out",
            Self::Later { .. } => "later",
            Self::Deferred { .. } => "deferred",
            Self::Throttled { .. } => "throttled",
            Self::LoginRefused { .. } => "login_refused",
            Self::Doubtful { .. } => "doubtful",
            Self::NotSent { .. } => "not_sent",
            Self::Gone { .. } => "gone",
        }
    }
}

/// The future of [`Gateway::send`].
pub type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A way out. `send` has to end within half of the worker's lease, whatever the other side does.
pub trait Gateway: Debug + Send + Sync {
    /// The name in settings, records and paths.
    fn name(&self) -> &'static str;

    /// Why its messages are not sent at all, if it is a gateway of that sort.
    fn hindrance(&self) -> Option<&'static str> {
        None
    }

    /// Messages on their way at the same time, at most.
    fn in_flight(&self) -> usize {
        16
    }

    /// Messages a second, at most; `None` for as many as it takes.
    fn per_second(&self) -> Option<u32> {
        None
    }

    /// What tells its present settings from others, for a gateway that is turned off once it has failed steadily: it is on
    /// again when they change. `None` for one that is tried for ever, as where clients wait for what it carries.
    fn turns_off(&self) -> Option<&str> {
        None
    }

    /// Whether it can tell of this, or what to set so that it can.
    ///
    /// # Errors
    /// A sentence for people.
    fn tells(&self, _: Kind) -> Result<(), String> {
        Ok(())
    }

    /// What a trial hands in: its text, and the kind that it counts as. The sentence, unless the gateway takes texts of some
    /// form alone; `None` where its settings give nothing to try.
    fn trial(&self, sentence: &str) -> Option<(Kind, String)> {
        Some((Kind::Note, sentence.to_owned()))
    }

    /// Whether the ids of a registered template go with a message, or why not: a sentence for people.
    fn carries_ids(&self) -> Result<(), Text> {
        Ok(())
    }

    /// Hands over one message.
    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a>;

    /// Asks whether it is there, and by a harmless call whether it takes our log-in, where there is such a call. Nothing is
    /// handed over, and a session that it keeps with us is left alone.
    fn probe(&self) -> Probing<'_>;

    /// Whether it reports what became of messages, as far as its settings say.
    fn reports(&self) -> bool {
        true
    }

    /// Whether its reports name messages by its own ids, so that these have to be kept.
    fn reports_by_id(&self) -> bool {
        false
    }

    /// How its calls are read, if it calls us.
    fn hook(&self) -> Option<&dyn Hook> {
        None
    }

    /// Begins what has to run all the time, such as a bind: `inbox` takes what comes in by it. Within a runtime, once, on
    /// nodes that send.
    fn start(&self, _: Inbox) {}

    /// Ends what [`start`](Self::start) began.
    fn stop(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
}

/// Looks like a reference and is none, as no ticket has this day: for trials.
const TRIAL: &str = "BILL-00000000-TEST";

/// The hook of a gateway that needs no settings for it, with its name, if there is one of this name.
pub fn hook_without_settings(name: &str) -> Option<(&'static dyn Hook, &'static str)> {
    let kind = SmsGateway::find(name)?;
    Some((kind.hook?, kind.name))
}
