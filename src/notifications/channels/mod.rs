//! The ways out: what a gateway does, and the list of gateways. A gateway is one file here and one line in [`KINDS`].

mod kannel;
mod log;

use std::{fmt::Debug, future::Future, pin::Pin, sync::Arc};

use uuid::Uuid;

use super::{
    segments::Encoding,
    settings::{Key, Reader},
    state::Verdict,
};
use crate::phone::Phone;

/// The gateways that Redress knows.
pub const KINDS: &[Kind] = &[log::KIND, kannel::KIND];

/// A kind of gateway: how it is set up, and how it calls us.
#[derive(Debug)]
pub struct Kind {
    /// The value of `sms.gateway`, and the path of its hooks.
    pub name: &'static str,
    /// Its own settings.
    pub keys: &'static [Key],
    /// Makes it from its settings; faults go to the reader.
    pub build: fn(&mut Reader<'_>) -> Option<Arc<dyn Gateway>>,
    /// How it calls us, if it does.
    pub calls: Option<Calls>,
}

impl Kind {
    /// The gateway of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

/// How a gateway's calls are read, from the fields of query and form.
#[derive(Debug)]
pub struct Calls {
    /// A report on a message; `None` when a field is missing or makes no sense.
    pub report: fn(&Fields) -> Option<Report>,
    /// An SMS from a client; `None` when a field is missing.
    pub inbound: fn(&Fields) -> Option<Incoming>,
}

/// A report on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What became of it; `None` when the gateway says nothing that counts.
    pub verdict: Option<Verdict>,
    /// The gateway's code, for the record.
    pub code: String,
    /// The gateway's name for the message.
    pub message_id: Option<String>,
}

/// An SMS from a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The sender as the gateway writes it.
    pub from: String,
    /// What it says.
    pub text: String,
}

/// Fields of a call, in order; of a name that comes twice the first counts.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text, and adds it to what is there.
    pub fn read(&mut self, text: &[u8]) {
        self.0.extend(form_urlencoded::parse(text).into_owned());
    }

    /// A field's text, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
    }
}

/// A message on its way out.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// The message's id, for the log.
    pub id: Uuid,
    /// Where it goes.
    pub to: &'a Phone,
    /// What it says.
    pub text: &'a str,
    /// The encoding that the segments were counted in.
    pub encoding: Encoding,
    /// The address for reports, with a query that says which message it is; `None` when our own address is not known.
    pub report_url: Option<&'a str>,
}

/// What came of handing a message to a gateway. Reasons are those of `notifications::reason` with the gateway's code, and
/// never name anyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The gateway took it.
    Accepted {
        /// Its name for the message, if it gives one at once.
        message_id: Option<String>,
    },
    /// It will never take it.
    Refused {
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

    /// Hands over one message.
    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a>;
}
