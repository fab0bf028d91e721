//! A signed call to a program of the ISP's, such as its billing system, for whatever is routed to it. It names nobody: who
//! wants to know more asks the API for the ticket.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::{Client, Url, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Channel, Contact, Content, Gateway, Outcome, Outgoing, Probing, Sending, TRIAL, client, probe};
use crate::notifications::{
    message::{Kind, News},
    reason::{self, with_code},
    segments::clean,
    settings::{Key, Reader},
    wording::Voice,
};

const URL: Key =
    Key::new("webhook.url", "The address that is called with what happens to tickets; without it nobody is called.");
const SECRET: Key = Key::secret("webhook.secret", "What the calls are signed with: at least 16 characters.");

/// Fewer are guessed from one signed call.
const LEAST_SECRET: usize = 16;
const NAME: &str = "webhook";

pub(super) static CHANNEL: Channel = Channel {
    name: NAME,
    label: "notifications-channel-webhook",
    keys,
    build,
    address,
    write,
    wording: None,
    to_phones: false,
    reports: false,
};

fn keys() -> Vec<&'static Key> {
    vec![&URL, &SECRET]
}

#[derive(Debug)]
struct Webhook {
    client: Client,
    url: Url,
    secret: SecretString,
    /// A digest of the settings.
    mark: String,
}

fn build(settings: &mut Reader<'_>) -> Vec<Arc<dyn Gateway>> {
    webhook(settings).map(|webhook| Arc::new(webhook) as Arc<dyn Gateway>).into_iter().collect()
}

fn webhook(settings: &mut Reader<'_>) -> Option<Webhook> {
    settings.text(&URL)?;
    let url = settings.required(&URL, client::address);
    let secret = settings.required(&SECRET, |text| match text.chars().count() {
        LEAST_SECRET.. => Ok(SecretString::from(text)),
        _ => Err(format!("Give at least {LEAST_SECRET} characters.")),
    });
    let (url, secret) = (url?, secret?);
    let client = settings.made(&URL, client::client(&url))?;
    let digest =
        Sha256::new().chain_update(url.as_str()).chain_update([0]).chain_update(secret.expose_secret()).finalize();
    let mark = data_encoding::HEXLOWER.encode(digest.get(..8).unwrap_or_default());
    Some(Webhook { client, url, secret, mark })
}

/// Whoever a message is for, it is the ISP's program that hears it.
#[expect(clippy::unnecessary_wraps, reason = "other channels may not reach somebody")]
fn address(_: &Contact<'_>) -> Result<String, &'static str> {
    Ok(NAME.to_owned())
}

/// What happened, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    event: &'a str,
    ticket: Ticket,
}

/// A ticket as the receiver sees it, in the words of the API.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ticket {
    reference: String,
    issue_type: String,
    status: Option<String>,
}

/// What is sent: the stored event, which delivery of it this is, and when it happened.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Delivery<'a> {
    id: uuid::Uuid,
    occurred_at: Option<String>,
    #[serde(flatten)]
    event: Event<'a>,
}

fn write(_: &Voice, news: &News<'_>) -> Content {
    let facts = &news.facts;
    let ticket = Ticket {
        reference: facts.reference.to_owned(),
        issue_type: clean(facts.issue_type),
        status: facts.status.as_ref().map(crate::words::Text::english),
    };
    let event = Event { event: &format!("ticket.{}", news.kind.name()), ticket };
    Content { text: serde_json::to_string(&event).unwrap_or_default(), segments: 0, registered: None }
}

impl Gateway for Webhook {
    fn name(&self) -> &'static str {
        NAME
    }

    fn turns_off(&self) -> Option<&str> {
        Some(&self.mark)
    }

    /// An event of its own kind, which no program takes for a ticket's.
    fn trial(&self, _: &str) -> Option<(Kind, String)> {
        let ticket = Ticket { reference: TRIAL.to_owned(), issue_type: String::new(), status: None };
        Some((Kind::Note, serde_json::to_string(&Event { event: "trial", ticket }).ok()?))
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.call(message))
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(probe::reach(&self.client, &self.url))
    }
}

impl Webhook {
    async fn call(&self, message: &Outgoing<'_>) -> Outcome {
        let Some(request) = self.request(message) else {
            return Outcome::Refused { reason: reason::UNREADABLE.to_owned() };
        };
        match client::send(request).await {
            Ok(answer) => outcome(answer.status().as_u16(), client::retry_after(&answer)),
            // The receiver knows a call that it has had by its id, so that a second one does no harm, and a lost one would.
            Err(Outcome::Doubtful { reason }) => Outcome::Later { reason, after: None },
            Err(outcome) => outcome,
        }
    }

    fn request(&self, message: &Outgoing<'_>) -> Option<reqwest::RequestBuilder> {
        let event: Event<'_> = serde_json::from_str(message.text).ok()?;
        let now = message.now / 1_000;
        let name = event.event.to_owned();
        let body =
            serde_json::to_string(&Delivery { id: message.id, occurred_at: queued_at(message.id), event }).ok()?;
        let signature = format!("t={now},v1={}", self.sign(now, &body)?);
        let request = self.client.post(self.url.clone()).header(header::CONTENT_TYPE, "application/json");
        let request = request.header("x-redress-event", name).header("x-redress-delivery", message.id.to_string());
        Some(request.header("x-redress-signature", signature).body(body))
    }

    /// The time is signed too, so that a call that somebody kept is refused later.
    fn sign(&self, now: i64, body: &str) -> Option<String> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.expose_secret().as_bytes()).ok()?;
        let mac = mac.chain_update(now.to_string()).chain_update(".").chain_update(body);
        Some(data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()))
    }
}

/// When a message was queued, which was in the transaction of what it tells: its id begins with that time.
fn queued_at(id: uuid::Uuid) -> Option<String> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let at = Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()?;
    Some(format!("{at:.3}"))
}

fn outcome(status: u16, after: Option<i64>) -> Outcome {
    let with = |reason| with_code(reason, status);
    match status {
        200..=299 => Outcome::Accepted { ids: Vec::new() },
        410 => Outcome::Gone { reason: reason::WEBHOOK_GONE.to_owned() },
        429 => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        401 | 403 => Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) },
        // What it says of this one call.
        400 | 413 | 415 | 422 => Outcome::Refused { reason: with(reason::REFUSED) },
        // A redirect among them, which is not followed: the ISP has said where, and nobody else may.
        _ => Outcome::Later { reason: with(reason::FAULTY), after },
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use uuid::Uuid;

    use super::*;
    use crate::{
        notifications::{Settings, message::Facts, segments::Encoding},
        words::{Language, Text},
    };

    const SECRET_TEXT: &str = "0123456789abcdef";

    fn read(set: &[(&str, &str)]) -> Result<Settings, Vec<&'static str>> {
        let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        Settings::read(&lookup, &TimeZone::UTC).map_err(|faults| faults.iter().map(|fault| fault.key).collect())
    }

    fn mark(url: &str, secret: &str) -> String {
        let settings = read(&[("webhook.url", url), ("webhook.secret", secret)]).unwrap();
        settings.gates.find(NAME).unwrap().turns_off().unwrap().to_owned()
    }

    #[test]
    fn it_needs_an_address_and_a_secret_that_is_not_guessed() {
        assert!(read(&[]).unwrap().gates.find(NAME).is_none());
        assert_eq!(read(&[("webhook.url", "http://127.0.0.1:9/")]).unwrap_err(), ["webhook.secret"]);
        let url = ("webhook.url", "http://127.0.0.1:9/");
        assert_eq!(read(&[url, ("webhook.secret", "short")]).unwrap_err(), ["webhook.secret"]);
        for bad in ["billing", "file:///etc/passwd", "ftp://billing.example/"] {
            assert_eq!(read(&[("webhook.url", bad), ("webhook.secret", SECRET_TEXT)]).unwrap_err(), ["webhook.url"]);
        }
        let whole = read(&[url, ("webhook.secret", SECRET_TEXT), ("notify.note", "webhook")]).unwrap();
        assert!(!format!("{whole:?}").contains(SECRET_TEXT));
        let first = mark("http://127.0.0.1:9/", SECRET_TEXT);
        assert_eq!(first, mark("http://127.0.0.1:9/", SECRET_TEXT));
        assert_ne!(first, mark("http://127.0.0.1:9/b", SECRET_TEXT));
        assert_ne!(first, mark("http://127.0.0.1:9/", "fedcba9876543210"));
    }

    #[test]
    fn an_event_names_the_ticket_and_nobody() {
        let facts = Facts {
            reference: "BILL-1",
            issue: "Mr Jones, account 4711",
            issue_type: "Incorrect Bill",
            status: Some(Text::new("status-progress")),
            note: "Mr Jones called",
            ..Facts::default()
        };
        let to = Contact { phone: None, email: Some("jones@example.org") };
        let news = News { ticket: Uuid::nil(), revision: 1, kind: Kind::Note, facts, to, rank: 0, hold: 0 };
        let text = write(&Voice::new("Lake", Language::Hindi), &news).text;
        let ticket = r#"{"reference":"BILL-1","issueType":"Incorrect Bill","status":"In Progress"}"#;
        assert_eq!(text, format!(r#"{{"event":"ticket.note","ticket":{ticket}}}"#));
    }

    #[test]
    fn a_call_is_signed_with_its_time() {
        let url: Url = "http://127.0.0.1:9/hook?a=b".parse().unwrap();
        let secret = SecretString::from(SECRET_TEXT);
        let webhook = Webhook { client: client::client(&url).unwrap(), url, secret, mark: String::new() };
        let id: Uuid = "019a4b2c-0000-7000-8000-000000000001".parse().unwrap();
        let text = r#"{"event":"ticket.fixed","ticket":{"reference":"BILL-1","issueType":"Other","status":"Fixed"}}"#;
        let mut message = Outgoing {
            id,
            round: 1,
            kind: Kind::Fixed,
            now: 1_800_000_000_999,
            to: NAME,
            text,
            encoding: Encoding::Gsm7,
            report_url: None,
            registered: None,
        };
        let request = webhook.request(&message).unwrap().build().unwrap();
        let body = String::from_utf8(request.body().unwrap().as_bytes().unwrap().to_vec()).unwrap();
        assert_eq!(
            body,
            format!(
                r#"{{"id":"{id}","occurredAt":"2025-11-03T19:22:46.144Z","event":"ticket.fixed","ticket":{{"reference":"BILL-1","issueType":"Other","status":"Fixed"}}}}"#
            )
        );
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        let expected = Hmac::<Sha256>::new_from_slice(SECRET_TEXT.as_bytes())
            .unwrap()
            .chain_update(format!("1800000000.{body}"))
            .finalize()
            .into_bytes();
        let expected = format!("t=1800000000,v1={}", data_encoding::HEXLOWER.encode(&expected));
        assert_eq!(header("x-redress-signature"), expected);
        assert_eq!((header("x-redress-event"), header("x-redress-delivery")), ("ticket.fixed".into(), id.to_string()));
        message.text = "not json";
        assert!(webhook.request(&message).is_none());
    }

    #[test]
    fn answers_are_told_apart() {
        assert_eq!(outcome(204, None), Outcome::Accepted { ids: Vec::new() });
        assert!(matches!(outcome(410, None), Outcome::Gone { .. }));
        assert!(matches!(outcome(429, Some(7)), Outcome::Throttled { after: Some(7), .. }));
        assert!(matches!(outcome(401, None), Outcome::LoginRefused { .. }));
        assert!(matches!(outcome(422, None), Outcome::Refused { .. }));
        for later in [302, 307, 404, 408, 500, 503] {
            assert!(matches!(outcome(later, None), Outcome::Later { .. }), "{later}");
        }
    }
}
