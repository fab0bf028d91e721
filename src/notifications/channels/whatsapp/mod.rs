//! WhatsApp by Meta's Cloud API: registered templates out, and one address for all that comes in.
//!
//! What is stored is a line for whoever reads it here, then the template's parameters, a line each: so they are what was
//! told, whatever the words of the template are by the time it is sent.

mod answers;
mod calls;

use std::{future::Future, pin::Pin, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{
    Bundle, Call, Channel, Contact, Content, Gateway, Hook, Incoming, Met, Outcome, Outgoing, Probing, Report, Sending,
    TRIAL, Unmet, client, probe,
};
use crate::{
    notifications::{
        callbacks,
        message::{Kind, News},
        reason::{self, NO_SMS_NUMBER},
        segments::clean,
        settings::{Key, LANGUAGE, Reader},
        wording::Voice,
    },
    words::Text,
};

const PHONE_NUMBER_ID: Key =
    Key::new("whatsapp.phone_number_id", "The id of our number at Meta; without it nothing goes out by WhatsApp.");
const ACCESS_TOKEN: Key = Key::secret("whatsapp.access_token", "The token of the system user that sends.");
const APP_SECRET: Key = Key::secret("whatsapp.app_secret", "The app's secret, which signs Meta's calls.");
const VERIFY_TOKEN: Key =
    Key::secret("whatsapp.verify_token", "What Meta says when our address for its calls is entered there.");
const BASE_URL: Key =
    Key::new("whatsapp.base_url", "The Graph API with its version.").or("https://graph.facebook.com/v26.0");
const TEMPLATE_LANGUAGE: Key =
    Key::new("whatsapp.language", "The language that the templates are registered in; sms.language if not set.");
const TEMPLATES: [(Kind, Key); 5] = [
    (Kind::Created, Key::new("whatsapp.template.created", "The registered template for a ticket that is logged.")),
    (Kind::Fixed, Key::new("whatsapp.template.fixed", "The one for a ticket that is fixed.")),
    (Kind::Assigned, Key::new("whatsapp.template.assigned", "The one for the technician who gets a ticket.")),
    (Kind::Reopened, Key::new("whatsapp.template.reopened", "The one for a ticket that is open again.")),
    (Kind::Note, Key::new("whatsapp.template.note", "The one for what the desk writes to a client.")),
];

/// More than any answer to a message takes.
const MAX_ANSWER: usize = 16 * 1024;
/// Longest parameter, in characters: with the others it stays below the 1024 that a body may have.
const MAX_PARAMETER: usize = 600;

const NAME: &str = "whatsapp";
/// Who carries it, and the path of its hooks.
const GATEWAY: &str = "cloud";

pub(super) static CHANNEL: Channel = Channel {
    name: NAME,
    label: "notifications-channel-whatsapp",
    keys,
    build,
    address,
    write,
    wording: None,
    to_phones: true,
    reports: true,
};

fn keys() -> Vec<&'static Key> {
    static KEYS: [Key; 5] = [TEMPLATES[0].1, TEMPLATES[1].1, TEMPLATES[2].1, TEMPLATES[3].1, TEMPLATES[4].1];
    let own = [&PHONE_NUMBER_ID, &ACCESS_TOKEN, &APP_SECRET, &VERIFY_TOKEN, &BASE_URL, &TEMPLATE_LANGUAGE];
    own.into_iter().chain(&KEYS).collect()
}

#[derive(Debug)]
struct Cloud {
    api: Api,
    /// Meta's id of our number.
    number: String,
    language: String,
    /// The templates' names, of the kinds that have one.
    templates: Vec<(Kind, String)>,
    app_secret: SecretString,
    verify_token: SecretString,
}

/// Where messages are handed in. Cheap to clone.
#[derive(Debug, Clone)]
struct Api {
    client: Client,
    messages: Url,
    token: SecretString,
}

fn build(settings: &mut Reader<'_>) -> Vec<Arc<dyn Gateway>> {
    cloud(settings).map(|cloud| Arc::new(cloud) as Arc<dyn Gateway>).into_iter().collect()
}

fn cloud(settings: &mut Reader<'_>) -> Option<Cloud> {
    settings.text(&PHONE_NUMBER_ID)?;
    let id = settings.required(&PHONE_NUMBER_ID, |text| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.to_owned()).ok_or_else(|| "Give the id, which has digits alone.".to_owned())
    });
    let secret = |text: &str| Ok(SecretString::from(text));
    let token = settings.required(&ACCESS_TOKEN, |text| {
        // It becomes a header.
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            secret(text)
        } else {
            Err("This is no token.".to_owned())
        }
    });
    let (app_secret, verify_token) = (settings.required(&APP_SECRET, secret), settings.required(&VERIFY_TOKEN, secret));
    let base = settings.required(&BASE_URL, client::address);
    let language = settings.text(&TEMPLATE_LANGUAGE).or_else(|| settings.text(&LANGUAGE))?;
    let templates =
        TEMPLATES.iter().filter_map(|(kind, key)| Some((*kind, settings.optional(key, template)?))).collect();
    let (id, token, base) = (id?, token?, base?);
    let client = settings.made(&BASE_URL, client::client(&base))?;
    let mut messages = base;
    messages.path_segments_mut().ok()?.pop_if_empty().extend([&id, "messages"]);
    let api = Api { client, messages, token };
    Some(Cloud { api, number: id, language, templates, app_secret: app_secret?, verify_token: verify_token? })
}

fn template(name: &str) -> Result<String, String> {
    let fits = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    fits.then(|| name.to_owned()).ok_or_else(|| "Give its name: lower case letters, digits and _.".to_owned())
}

/// Nobody can tell beforehand which numbers have WhatsApp.
fn address(contact: &Contact<'_>) -> Result<String, &'static str> {
    contact.phone.map(|phone| phone.as_str().to_owned()).ok_or(NO_SMS_NUMBER)
}

fn write(voice: &Voice, news: &News<'_>) -> Content {
    let facts = &news.facts;
    let heading = Text::new(match news.kind {
        Kind::Created => "notifications-kind-created",
        Kind::Fixed => "notifications-kind-fixed",
        Kind::Assigned => "notifications-kind-assigned",
        Kind::Reopened => "notifications-kind-reopened",
        Kind::Note => "notifications-kind-note",
    });
    let status = facts.status.clone().map(|status| voice.words(status)).unwrap_or_default();
    let parameters = match news.kind {
        Kind::Note => vec![facts.reference, facts.note],
        _ => vec![facts.reference, facts.issue_type, &status],
    };
    let lines = parameters.into_iter().map(parameter);
    let text = std::iter::once(voice.words(heading)).chain(lines).collect::<Vec<_>>().join("\n");
    Content { text, segments: 0, registered: None }
}

/// One line that is not empty: Meta refuses any other.
fn parameter(text: &str) -> String {
    let line: String = clean(text).chars().take(MAX_PARAMETER).collect();
    if line.is_empty() { "–".to_owned() } else { line }
}

impl Gateway for Cloud {
    fn name(&self) -> &'static str {
        GATEWAY
    }

    fn reports_by_id(&self) -> bool {
        true
    }

    fn hook(&self) -> Option<&dyn Hook> {
        Some(self)
    }

    fn tells(&self, kind: Kind) -> Result<(), String> {
        let known = self.templates.iter().any(|(known, _)| *known == kind);
        known.then_some(()).ok_or_else(|| format!("Set whatsapp.template.{}, or leave whatsapp out.", kind.name()))
    }

    /// Meta takes nothing but templates: the first that is set, with values as of no real ticket.
    fn trial(&self, sentence: &str) -> Option<(Kind, String)> {
        let (kind, _) = self.templates.first()?;
        let parameters = if *kind == Kind::Note { vec![TRIAL, sentence] } else { vec![TRIAL, sentence, "–"] };
        Some((*kind, std::iter::once("").chain(parameters).collect::<Vec<_>>().join("\n")))
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.submit(message))
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(self.api.who_are_we())
    }
}

impl Cloud {
    async fn submit(&self, message: &Outgoing<'_>) -> Outcome {
        let Some(body) = self.body(message) else {
            return Outcome::Refused { reason: reason::TEMPLATE_REFUSED.to_owned() };
        };
        self.api.post(&body).await
    }

    fn body(&self, message: &Outgoing<'_>) -> Option<Value> {
        let (_, name) = self.templates.iter().find(|(kind, _)| *kind == message.kind)?;
        let parameters = message.text.lines().skip(1).map(|line| json!({ "type": "text", "text": line }));
        Some(json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.to.trim_start_matches('+'),
            "type": "template",
            "template": {
                "name": name,
                "language": { "code": self.language },
                "components": [{ "type": "body", "parameters": parameters.collect::<Vec<_>>() }],
            },
        }))
    }
}

impl Api {
    /// Asks for our own number.
    async fn who_are_we(&self) -> Result<Met, Unmet> {
        let mut own = self.messages.clone();
        if let Ok(mut path) = own.path_segments_mut() {
            path.pop();
        }
        own.set_query(Some("fields=id"));
        let request = self.client.get(own).bearer_auth(self.token.expose_secret());
        match probe::ask(request, 0).await?.0 {
            // As it answers a token or a number that it does not know.
            400 => Err(Unmet::refused(400)),
            status => probe::known(status),
        }
    }

    async fn post(&self, body: &Value) -> Outcome {
        let request = self.client.post(self.messages.clone()).bearer_auth(self.token.expose_secret());
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.to_string());
        match client::send(request).await {
            Ok(answer) => {
                let (status, after) = (answer.status().as_u16(), client::retry_after(&answer));
                answers::outcome(status, after, client::text(answer, MAX_ANSWER).await.as_deref())
            }
            Err(outcome) => outcome,
        }
    }
}

impl Hook for Cloud {
    /// Meta gathers reports while we do not answer, up to 3 MB.
    fn longest(&self) -> usize {
        3 * 1024 * 1024
    }

    /// `X-Hub-Signature-256: sha256=<hex>` over the body as it came.
    fn signed(&self, call: &Call<'_>) -> Option<bool> {
        let given = call.headers.get("x-hub-signature-256").and_then(|header| header.to_str().ok());
        let given = given.and_then(|header| header.strip_prefix("sha256="));
        let given = given.and_then(|hex| data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok());
        let mac = Hmac::<Sha256>::new_from_slice(self.app_secret.expose_secret().as_bytes()).ok();
        let signed =
            given.zip(mac).is_some_and(|(given, mac)| mac.chain_update(call.body).verify_slice(&given).is_ok());
        Some(signed)
    }

    fn challenge(&self, call: &Call<'_>) -> Option<String> {
        let field = |name| call.fields.get(name);
        let ours = callbacks::same(field("hub.verify_token")?.as_bytes(), self.verify_token.expose_secret().as_bytes());
        // Said back as plain text, and nothing but what Meta sends.
        let challenge =
            field("hub.challenge").filter(|text| text.len() <= 200 && text.bytes().all(|b| b.is_ascii_graphic()))?;
        (ours && field("hub.mode") == Some("subscribe")).then(|| challenge.to_owned())
    }

    fn bundle(&self, call: &Call<'_>) -> Option<Bundle> {
        calls::bundle(call.body, &self.number)
    }

    /// Each call is a bundle.
    fn report(&self, _: &Call<'_>) -> Option<Report> {
        None
    }

    fn inbound(&self, _: &Call<'_>) -> Option<Incoming> {
        None
    }

    /// Free text may go to whoever has written in the last 24 hours, which they just have.
    fn answer(&self, _: Uuid, to: String, text: String) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let api = self.api.clone();
        let body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to.trim_start_matches('+'),
            "type": "text",
            "text": { "body": text, "preview_url": false },
        });
        Some(Box::pin(async move {
            let outcome = api.post(&body).await;
            if !matches!(outcome, Outcome::Accepted { .. }) {
                tracing::warn!(gateway = GATEWAY, ?outcome, "the answer to what a client wrote could not be sent");
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{
        notifications::{Settings, message::Facts, segments::Encoding},
        words::Language,
    };

    const SET: [(&str, &str); 5] = [
        ("whatsapp.phone_number_id", "106540352242922"),
        ("whatsapp.access_token", "EAAhidden"),
        ("whatsapp.app_secret", "hidden too"),
        ("whatsapp.verify_token", "hidden as well"),
        ("whatsapp.template.created", "ticket_logged"),
    ];

    fn faults(set: &[(&str, &str)]) -> Vec<&'static str> {
        let lookup = |key: &str| set.iter().rev().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        let faults = Settings::read(&lookup, &TimeZone::UTC).err().unwrap_or_default();
        faults.iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn what_is_routed_here_needs_a_template_of_its_own() {
        assert!(faults(&[]).is_empty() && faults(&SET).is_empty());
        assert!(faults(&[&SET[..], &[("notify.created", "sms,whatsapp")]].concat()).is_empty());
        assert_eq!(faults(&[&SET[..], &[("notify.fixed", "whatsapp")]].concat()), ["notify.fixed"]);
        assert_eq!(faults(&[("notify.fixed", "whatsapp")]), ["notify.fixed"]);
        assert_eq!(faults(&SET[..1]), ["whatsapp.access_token", "whatsapp.app_secret", "whatsapp.verify_token"]);
        for (key, bad) in [
            ("whatsapp.phone_number_id", "../me"),
            ("whatsapp.access_token", "a\r\nb"),
            ("whatsapp.base_url", "graph.facebook.com"),
            ("whatsapp.template.created", "Ticket logged"),
        ] {
            assert_eq!(faults(&[&SET[..], &[(key, bad)]].concat()), [key], "{bad}");
        }
    }

    fn written(kind: Kind, facts: Facts<'_>) -> String {
        let to = Contact { phone: None, email: None };
        let news = News { ticket: Uuid::nil(), revision: 1, kind, facts, to, rank: 0, hold: 0 };
        write(&Voice::new("Lake", Language::English), &news).text
    }

    #[test]
    fn the_text_is_a_heading_and_the_parameters_a_line_each() {
        let facts = Facts {
            reference: "BILL-1",
            issue: "Account 4711",
            issue_type: "Incorrect\n\tBill",
            status: Some(Text::new("status-progress")),
            note: "We called.\n\nPlease call.",
            ..Facts::default()
        };
        assert_eq!(written(Kind::Created, facts.clone()), "Ticket logged\nBILL-1\nIncorrect Bill\nIn Progress");
        assert_eq!(written(Kind::Note, facts), "Message to the client\nBILL-1\nWe called. Please call.");
        let bare = Facts { reference: "BILL-1", ..Facts::default() };
        assert_eq!(written(Kind::Fixed, bare.clone()), "Ticket fixed\nBILL-1\n–\n–");
        let long = "a".repeat(2_000);
        assert_eq!(
            written(Kind::Note, Facts { note: &long, ..bare }).lines().last().map(str::len),
            Some(MAX_PARAMETER)
        );
    }

    fn example() -> Cloud {
        let lookup = |key: &str| SET.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        assert!(!format!("{:?}", Settings::read(&lookup, &TimeZone::UTC).unwrap()).contains("hidden"));
        let base: Url = "http://127.0.0.1:9/".parse().unwrap();
        let token = SecretString::from("t");
        Cloud {
            api: Api { client: client::client(&base).unwrap(), messages: base, token },
            number: "7".to_owned(),
            language: "hi".to_owned(),
            templates: vec![(Kind::Created, "ticket_logged".to_owned())],
            app_secret: SecretString::from("secret"),
            verify_token: SecretString::from("verify"),
        }
    }

    #[test]
    fn the_request_names_template_language_and_parameters() {
        let text = "Ticket logged\nBILL-1\nIncorrect \"Bill\"\nOpen";
        let mut message = Outgoing {
            id: Uuid::nil(),
            round: 1,
            kind: Kind::Created,
            now: 0,
            to: "+919876543210",
            text,
            encoding: Encoding::Gsm7,
            report_url: None,
            registered: None,
        };
        let body = example().body(&message).unwrap();
        assert_eq!(body["to"], "919876543210");
        assert_eq!(body["template"]["name"], "ticket_logged");
        assert_eq!(body["template"]["language"]["code"], "hi");
        let parameters = &body["template"]["components"][0]["parameters"];
        assert_eq!(parameters.as_array().map(Vec::len), Some(3));
        assert_eq!(parameters[1], json!({ "type": "text", "text": "Incorrect \"Bill\"" }));
        message.kind = Kind::Fixed;
        assert!(example().body(&message).is_none(), "its template was taken out of the settings");
    }

    #[test]
    fn only_what_meta_signed_is_heard() {
        let cloud = example();
        let fields = crate::notifications::channels::Fields::default();
        let signed = |header: Option<&str>, body: &[u8]| {
            let mut headers = http::HeaderMap::new();
            if let Some(header) = header {
                headers.insert("x-hub-signature-256", header.parse().unwrap());
            }
            cloud.signed(&Call { url: "", headers: &headers, body, fields: &fields, form: &fields })
        };
        let mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap().chain_update(b"{}").finalize().into_bytes();
        let good = format!("sha256={}", data_encoding::HEXLOWER.encode(&mac));
        assert_eq!(signed(Some(&good), b"{}"), Some(true));
        assert_eq!(signed(Some(&good), b"{} "), Some(false));
        for bad in [None, Some(""), Some("sha256="), Some("sha256=zz"), Some(&good[..good.len() - 2]), Some(&good[7..])]
        {
            assert_eq!(signed(bad, b"{}"), Some(false), "{bad:?}");
        }
    }
}
