//! Any gateway that takes messages by HTTP, set up by templates: the request, and what an answer has to say so that it counts.
//!
//! An answer counts as `success` says, and as nothing else: many gateways answer 200 with an error in the body. Such an answer
//! is a refusal. It is not tried again by itself, since settings that do not know the gateway's "yes" would then send a message
//! for a whole day; `later` names the answers after which it may.

mod answer;
mod hook;
mod request;
mod template;

use std::sync::Arc;

use reqwest::Client;

use self::{
    answer::{Condition, IdPattern},
    hook::Fielded,
    request::Shape,
};
use super::super::{Gateway, Hook, Outcome, Outgoing, Probing, Sending, Unmet, client, probe};
use super::{Kind, per_second};
use crate::{
    notifications::{
        reason::{self, with_code},
        settings::{Key, Reader, SENDER},
    },
    words::Text,
};

const URL: Key = Key::new(
    "sms.http.url",
    "Address that takes a message, a template: {to} {to_digits} {text} {sender} {id} {report_url} {coding} {entity_id} \
     {header} {template_id} {password}.",
);
const METHOD: Key = Key::new("sms.http.method", "POST or GET.").or("POST");
const HEADERS: Key =
    Key::secret("sms.http.headers", "Headers of the request, templates: one `Name: value` a line, or with ; between.");
const BODY: Key = Key::new("sms.http.body", "Body of the request, a template: JSON, a form, XML or text.");
const PASSWORD: Key = Key::secret("sms.http.password", "What {password} stands for in the templates of sms.http.");
const SUCCESS: Key = Key::new(
    "sms.http.success",
    "What an answer says that took the message: status 200-299, then contains TEXT, matches REGEX or /pointer = VALUE.",
)
.or("status 200-299");
const LATER: Key = Key::new(
    "sms.http.later",
    "What an answer says, written as sms.http.success, after which the message was not sent and may be tried again.",
);
const MESSAGE_ID: Key = Key::new(
    "sms.http.message_id",
    "Where an answer has the gateway's name for the message: a JSON pointer, or a regular expression with one group.",
);

const FIELDS: Key = Key::new(
    "sms.http.fields",
    "What the gateway calls the fields of its calls, where not as we do: status=message_status,text=content.",
);
const ANSWER: Key = Key::new(
    "sms.http.answer",
    "What its calls are answered with, where it wants to read more than 200: ACK/Jasmin. Replies are then sent as messages.",
);

pub(super) const KIND: Kind = Kind {
    name: "http",
    keys: &[URL, METHOD, HEADERS, BODY, PASSWORD, SUCCESS, LATER, MESSAGE_ID, FIELDS, ANSWER],
    build,
    hook: Some(&Fielded::PLAIN),
    calls: true,
};

/// Longest answer that is read, in bytes; a longer one counts as broken off.
const MAX_ANSWER: usize = 64 * 1024;

#[derive(Debug)]
struct Http {
    way: Arc<Way>,
    hook: Fielded,
    per_second: Option<u32>,
}

/// How a message is handed over.
#[derive(Debug)]
struct Way {
    client: Client,
    shape: Shape,
    answers: Answers,
}

/// What answers mean.
#[derive(Debug)]
struct Answers {
    success: Condition,
    later: Option<Condition>,
    message_id: Option<IdPattern>,
}

fn build(settings: &mut Reader<'_>) -> Option<Arc<dyn Gateway>> {
    let shape = Shape::read(settings);
    let answers = Answers::read(settings);
    let per_second = per_second(settings);
    let fields = settings.optional(&FIELDS, hook::fields).unwrap_or_default();
    let answer = settings.text(&ANSWER).unwrap_or_default();
    let (shape, answers) = (shape?, answers?);
    let client = settings.made(&URL, shape.base().and_then(|url| client::client(&url)))?;
    let way = Arc::new(Way { client, shape, answers });
    let sender = (!answer.is_empty()).then(|| Arc::clone(&way));
    Some(Arc::new(Http { hook: Fielded { fields, answer, sender }, way, per_second }))
}

impl Gateway for Http {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn per_second(&self) -> Option<u32> {
        self.per_second
    }

    fn reports(&self) -> bool {
        self.way.shape.asks_for_reports()
    }

    fn carries_ids(&self) -> Result<(), Text> {
        if self.way.shape.carries_ids() { Ok(()) } else { Err(Text::new("templates-ids-http")) }
    }

    fn hook(&self) -> Option<&dyn Hook> {
        Some(&self.hook)
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.way.submit(message))
    }

    /// What it wants of a message is known, and not what it would answer to anything else.
    fn probe(&self) -> Probing<'_> {
        Box::pin(async {
            let url = self.way.shape.base().map_err(Unmet::away)?;
            probe::reach(&self.way.client, &url).await
        })
    }
}

impl Way {
    async fn submit(&self, message: &Outgoing<'_>) -> Outcome {
        let answer = match client::send(self.shape.request(&self.client, message)).await {
            Ok(answer) => answer,
            Err(outcome) => return outcome,
        };
        let (status, after) = (answer.status().as_u16(), client::retry_after(&answer));
        let body = if self.answers.read_body() { client::text(answer, MAX_ANSWER).await } else { None };
        self.answers.outcome(status, after, body.filter(|body| body.len() < MAX_ANSWER).as_deref())
    }
}

impl Answers {
    fn read(settings: &mut Reader<'_>) -> Option<Self> {
        let success = settings.required(&SUCCESS, |text| Condition::read(text, 200..=299));
        let later = settings.optional(&LATER, |text| Condition::read(text, 100..=599));
        let message_id = settings.optional(&MESSAGE_ID, IdPattern::read);
        Some(Self { success: success?, later, message_id })
    }

    /// Whether a body says anything that counts. One that does not is not waited for.
    fn read_body(&self) -> bool {
        let conditions = [Some(&self.success), self.later.as_ref()];
        self.message_id.is_some() || conditions.into_iter().flatten().any(Condition::reads_body)
    }

    fn outcome(&self, status: u16, after: Option<i64>, body: Option<&str>) -> Outcome {
        let faulty = |after| Outcome::Later { reason: with_code(reason::FAULTY, status), after };
        let later = self.later.as_ref().and_then(|later| later.met(status, body)).unwrap_or_default();
        match self.success.met(status, body) {
            Some(true) => {
                let id = self.message_id.as_ref().zip(body).and_then(|(pattern, body)| pattern.find(body));
                Outcome::Accepted { ids: id.into_iter().collect() }
            }
            // By its head it may have been a yes.
            None => Outcome::Doubtful { reason: reason::CUT.to_owned() },
            Some(false) if later => faulty(after),
            Some(false) => by_status(status, after),
        }
    }
}

/// What an answer means that is no success, as far as HTTP says (RFC 9110, 15).
fn by_status(status: u16, after: Option<i64>) -> Outcome {
    let with = |reason| with_code(reason, status);
    match status {
        401 | 403 | 407 => Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) },
        429 => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        // Whoever stands in front has waited in vain, which says nothing of the message.
        504 => Outcome::Doubtful { reason: with(reason::NO_ANSWER) },
        408 | 425 | 500..=599 => Outcome::Later { reason: with(reason::FAULTY), after },
        400..=499 => Outcome::Refused { reason: with(reason::REFUSED) },
        200..=299 => Outcome::Refused { reason: with(reason::NOT_UNDERSTOOD) },
        // The address has moved, and nothing was done at this one. After other redirections it may have been.
        301 | 307 | 308 => Outcome::Later { reason: with(reason::NOT_UNDERSTOOD), after },
        _ => Outcome::Doubtful { reason: with(reason::NOT_UNDERSTOOD) },
    }
}

#[cfg(test)]
mod tests;
