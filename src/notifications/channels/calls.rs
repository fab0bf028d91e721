//! What gateways call us with: reports, and what clients write.

use std::{fmt::Debug, pin::Pin};

use http::HeaderMap;
use uuid::Uuid;

use crate::notifications::state::Verdict;

/// A call of a gateway's: a report, or what a client wrote.
#[derive(Debug)]
pub struct Call<'a> {
    /// The address as the gateway wrote it, by our public URL where that is set.
    pub url: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body.
    pub body: &'a [u8],
    /// The fields of query and form together.
    pub fields: &'a Fields,
    /// The fields of the body alone, where that is a form.
    pub form: &'a Fields,
}

/// How a gateway's calls are read.
pub trait Hook: Debug + Send + Sync {
    /// Whether the call comes from the gateway, by its signature. `None` where it has none: then the secret in our own
    /// address counts.
    fn signed(&self, _: &Call<'_>) -> Option<bool> {
        None
    }

    /// A report on a message; `None` when a field is missing or makes no sense.
    fn report(&self, call: &Call<'_>) -> Option<Report>;

    /// What a client wrote; `None` when a field is missing.
    fn inbound(&self, call: &Call<'_>) -> Option<Incoming>;

    /// The answer to the call by which a gateway makes sure that our address is ours, if this is such a call and it knows
    /// what only we have told it.
    fn challenge(&self, _: &Call<'_>) -> Option<String> {
        None
    }

    /// All that a call says, of a gateway that tells of several things at once and by its own names for messages: it calls
    /// the address for reports with all of them, and signs each call. `None` for every other gateway, and for a call that
    /// makes no sense.
    fn bundle(&self, _: &Call<'_>) -> Option<Bundle> {
        None
    }

    /// Sends our reply, of this id, to the number of whoever wrote, where that takes a call of our own. Nobody waits for it.
    fn answer(&self, _: Uuid, _: String, _: String) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        None
    }

    /// Longest body of a call, in bytes.
    fn longest(&self) -> usize {
        64 * 1024
    }

    /// What a report is answered with, so that the gateway knows that it is kept. Most want to see 200 alone.
    fn kept(&self) -> String {
        String::new()
    }

    /// A header of that answer, where the gateway needs one to send the reply as it is.
    fn reply_header(&self, _: &str) -> Option<(&'static str, &'static str)> {
        None
    }

    /// The answer by which the gateway sends our reply back, as content type and body. Plain text unless it says otherwise.
    fn reply(&self, text: Option<&str>) -> (&'static str, String) {
        ("text/plain; charset=utf-8", text.unwrap_or_default().to_owned())
    }
}

/// What a call of a gateway says that tells of several things at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Reports, each with the gateway's name for the message.
    pub reports: Vec<(String, Report)>,
    /// What clients wrote.
    pub incoming: Vec<Incoming>,
}

/// A report on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What became of it; `None` when the gateway says nothing that counts.
    pub verdict: Option<Verdict>,
    /// The gateway's code, for the record; it names nobody.
    pub code: String,
    /// The gateway's name for the message.
    pub message_id: Option<String>,
    /// Whether the number has told the gateway that it wants nothing more.
    pub opted_out: bool,
}

/// What a client wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The sender as the gateway writes it.
    pub from: String,
    /// What it says.
    pub text: String,
    /// The gateway's name for it, if it has one: the same one twice is one message.
    pub id: Option<String>,
}

/// Fields of a call that are read.
const MOST_FIELDS: usize = 200;

/// Fields of a call, in order; of a name that comes twice the first counts.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text, and adds it to what is there. No gateway has more than some dozens
    /// of fields; what somebody else sends beyond that is not read.
    pub fn read(&mut self, text: &[u8]) {
        let room = MOST_FIELDS.saturating_sub(self.0.len());
        self.0
            .extend(form_urlencoded::parse(text).take(room).map(|(name, text)| (name.into_owned(), text.into_owned())));
    }

    /// A field's text, which may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
