//! WhatsApp by Meta's Cloud API: registered templates out, and one address for all that comes in.
//!
//! What is stored is a line for whoever reads it here, then the template's parameters, a line each: so they are what was
//! told, whatever the words of the template are by the time it is sent.

use std::{future::Future, pin::Pin, sync::Arc};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    Bundle, Call, Channel, Contact, Content, Gateway, Hook, Incoming, Outcome, Outgoing, Report, Sending, client,
};
use crate::{
    notifications::{
        callbacks,
        message::{Kind, News},
        reason::{self, NO_SMS_NUMBER, with_code},
        segments::clean,
        settings::{Key, LANGUAGE, Reader},
        state::Verdict,
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
/// Longest name of a message that is kept, in bytes.
const MAX_MESSAGE_ID: usize = 250;

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
    Some(Cloud { api, language, templates, app_secret: app_secret?, verify_token: verify_token? })
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

    fn hook(&self) -> Option<&dyn Hook> {
        Some(self)
    }

    fn tells(&self, kind: Kind) -> Result<(), String> {
        let known = self.templates.iter().any(|(known, _)| *known == kind);
        known.then_some(()).ok_or_else(|| format!("Set whatsapp.template.{}, or leave whatsapp out.", kind.name()))
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.submit(message))
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
    async fn post(&self, body: &Value) -> Outcome {
        let request = self.client.post(self.messages.clone()).bearer_auth(self.token.expose_secret());
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/json").body(body.to_string());
        match client::send(request).await {
            Ok(answer) => {
                let (status, after) = (answer.status().as_u16(), client::retry_after(&answer));
                outcome(status, after, client::text(answer, MAX_ANSWER).await.as_deref())
            }
            Err(outcome) => outcome,
        }
    }
}

#[derive(Deserialize)]
struct Taken {
    messages: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Failure {
    error: Coded,
}

#[derive(Deserialize)]
struct Coded {
    code: i64,
}

fn outcome(status: u16, after: Option<i64>, body: Option<&str>) -> Outcome {
    let Some(body) = body else {
        // The head says that it was taken, or not; only its name is lost.
        return match status {
            200..=299 => Outcome::Doubtful { reason: reason::CUT.to_owned() },
            _ => Outcome::Later { reason: with_code(reason::UNREAD_REFUSAL, status), after },
        };
    };
    if (200..=299).contains(&status) {
        return match serde_json::from_str::<Taken>(body) {
            Ok(Taken { messages }) if !messages.is_empty() => {
                Outcome::Accepted { ids: messages.into_iter().map(|named| named.id).collect() }
            }
            _ => Outcome::Doubtful { reason: with_code(reason::NOT_UNDERSTOOD, status) },
        };
    }
    match serde_json::from_str::<Failure>(body) {
        Ok(Failure { error }) => failed(error.code, status, after),
        Err(_) => unnamed(status, after),
    }
}

/// A refusal without a code of Meta's: something stands between.
fn unnamed(status: u16, after: Option<i64>) -> Outcome {
    match status {
        401 => Outcome::LoginRefused { reason: with_code(reason::LOG_IN_REFUSED, status) },
        429 => Outcome::Throttled { reason: with_code(reason::THROTTLED, status), after },
        _ => Outcome::Later { reason: with_code(reason::NOT_UNDERSTOOD, status), after },
    }
}

/// Meta asks to go by these codes and not by the HTTP status (WhatsApp Business Platform, error codes).
fn failed(code: i64, status: u16, after: Option<i64>) -> Outcome {
    let with = |reason| with_code(reason, code);
    match code {
        // The token, what it may do, and an account that is locked or does not pay: it is about us, and so about all.
        0 | 3 | 10 | 190 | 200..=299 | 368 | 131_005 | 131_031 | 131_042 | 131_045 | 133_010 => {
            Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) }
        }
        4 | 80_007 | 130_429 | 131_048 | 131_056 => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        131_026 => Outcome::Refused { reason: with(reason::INVALID_NUMBER) },
        // They told WhatsApp to stop us.
        131_050 => Outcome::OptedOut { reason: with(reason::REFUSED) },
        132_000 | 132_001 | 132_005 | 132_007 | 132_012 | 132_015 | 132_016 => {
            Outcome::Refused { reason: with(reason::TEMPLATE_REFUSED) }
        }
        1 | 2 | 130_472 | 131_000 | 131_016 | 131_049 | 131_057 | 133_004 => {
            Outcome::Later { reason: with(reason::FAULTY), after }
        }
        _ if status == 401 => Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) },
        _ if status == 429 => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        _ if status >= 500 => Outcome::Later { reason: with(reason::FAULTY), after },
        // 131047 among them: outside of the 24 hours in which a client may be written to freely.
        _ => Outcome::Refused { reason: with(reason::REFUSED) },
    }
}

impl Hook for Cloud {
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
        bundle(call.body)
    }

    /// Each call is a bundle.
    fn report(&self, _: &Call<'_>) -> Option<Report> {
        None
    }

    fn inbound(&self, _: &Call<'_>) -> Option<Incoming> {
        None
    }

    /// Free text may go to whoever has written in the last 24 hours, which they just have.
    fn answer(&self, to: &Incoming, text: String) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let api = self.api.clone();
        let body = json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": to.from.trim_start_matches('+'),
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

#[derive(Deserialize)]
struct Notice {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    value: Value,
}

/// All that a call says. What of it is of another kind is left out, since Meta adds kinds without asking; a call as a
/// whole that cannot be read is refused.
fn bundle(body: &[u8]) -> Option<Bundle> {
    let notice: Notice = serde_json::from_slice(body).ok()?;
    let mut bundle = Bundle::default();
    for change in notice.entry.into_iter().flat_map(|entry| entry.changes) {
        let list = |name: &str| change.value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        bundle.reports.extend(list("statuses").iter().filter_map(report));
        bundle.incoming.extend(list("messages").iter().filter_map(incoming));
    }
    Some(bundle)
}

fn report(status: &Value) -> Option<(String, Report)> {
    let text = |name: &str| status.get(name).and_then(Value::as_str);
    let id = text("id").filter(|id| !id.is_empty() && id.len() <= MAX_MESSAGE_ID)?;
    let verdict = match text("status")? {
        "sent" => Verdict::Accepted,
        "delivered" | "read" | "played" => Verdict::Delivered,
        "failed" => Verdict::Failed,
        _ => return None,
    };
    let code = status.pointer("/errors/0/code").and_then(Value::as_i64);
    let report = Report {
        verdict: Some(verdict),
        code: code.map(|code| code.to_string()).unwrap_or_default(),
        message_id: Some(id.to_owned()),
        opted_out: verdict == Verdict::Failed && code == Some(131_050),
    };
    Some((id.to_owned(), report))
}

/// What somebody wrote; a picture or a place says nothing that could be put on a ticket. Whoever hides their number has
/// none to look for.
fn incoming(message: &Value) -> Option<Incoming> {
    let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str);
    let from = text("/from").filter(|from| !from.is_empty() && from.bytes().all(|byte| byte.is_ascii_digit()))?;
    let said = text("/text/body").or_else(|| text("/button/text"))?;
    Some(Incoming { from: format!("+{from}"), text: said.to_owned(), id: text("/id").map(ToOwned::to_owned) })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use uuid::Uuid;

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
    fn answers_are_told_apart() {
        let says = |status, body: &str| match outcome(status, Some(5_000), Some(body)) {
            Outcome::Accepted { .. } => "accepted",
            Outcome::Refused { .. } => "refused",
            Outcome::OptedOut { .. } => "opted out",
            Outcome::Later { .. } => "later",
            Outcome::Throttled { after: Some(5_000), .. } => "throttled",
            Outcome::LoginRefused { .. } => "login",
            Outcome::Doubtful { .. } => "doubtful",
            _ => "other",
        };
        let taken = r#"{"messaging_product":"whatsapp","messages":[{"id":"wamid.A"}]}"#;
        assert_eq!(outcome(200, None, Some(taken)), Outcome::Accepted { ids: vec!["wamid.A".to_owned()] });
        assert_eq!((says(200, "{}"), says(200, r#"{"messages":[]}"#)), ("doubtful", "doubtful"));
        assert!(matches!(outcome(200, None, None), Outcome::Doubtful { .. }));
        assert!(matches!(outcome(400, None, None), Outcome::Later { .. }));
        for (status, code, want) in [
            (401, 190, "login"),
            (400, 0, "login"),
            (403, 10, "login"),
            (403, 131_031, "login"),
            (401, 999, "login"),
            (400, 130_429, "throttled"),
            (400, 80_007, "throttled"),
            (400, 131_056, "throttled"),
            (429, 999, "throttled"),
            (400, 131_026, "refused"),
            (400, 131_047, "refused"),
            (400, 131_050, "opted out"),
            (404, 132_001, "refused"),
            (400, 100, "refused"),
            (500, 1, "later"),
            (503, 2, "later"),
            (400, 131_000, "later"),
            (502, 999, "later"),
        ] {
            let body = format!(r#"{{"error":{{"message":"x +919876543210","code":{code},"fbtrace_id":"a"}}}}"#);
            assert_eq!(says(status, &body), want, "{status} {code}");
            assert!(!format!("{:?}", outcome(status, None, Some(&body))).contains("9876543210"));
        }
        assert_eq!((says(401, "<html>"), says(429, ""), says(502, "<html>")), ("login", "throttled", "later"));
    }

    #[test]
    fn a_call_holds_reports_and_what_clients_wrote() {
        let body = json!({ "object": "whatsapp_business_account", "entry": [
            { "id": "1", "changes": [{ "field": "messages", "value": { "statuses": [
                { "id": "wamid.A", "status": "delivered", "recipient_id": "919876543210" },
                { "id": "wamid.B", "status": "failed", "errors": [{ "code": 131_050, "title": "x" }] },
                { "id": "wamid.C", "status": "reconsidered" },
                { "status": "sent" },
            ] } }] },
            { "id": "1", "changes": [{ "field": "messages", "value": { "messages": [
                { "id": "wamid.D", "from": "919876543210", "type": "text", "text": { "body": "STATUS" } },
                { "id": "wamid.E", "from": "919876543210", "type": "image", "image": {} },
                { "id": "wamid.F", "from_user_id": "IN.1", "type": "text", "text": { "body": "hello" } },
            ] } }, { "field": "account_update", "value": { "event": "X" } }] },
        ] });
        let bundle = bundle(body.to_string().as_bytes()).unwrap();
        let verdicts: Vec<_> = bundle.reports.iter().map(|(id, report)| (id.as_str(), report.verdict)).collect();
        assert_eq!(verdicts, [("wamid.A", Some(Verdict::Delivered)), ("wamid.B", Some(Verdict::Failed))]);
        assert_eq!((bundle.reports[1].1.code.as_str(), bundle.reports[1].1.opted_out), ("131050", true));
        let wrote =
            Incoming { from: "+919876543210".to_owned(), text: "STATUS".to_owned(), id: Some("wamid.D".to_owned()) };
        assert_eq!(bundle.incoming, [wrote]);
        for bad in ["", "[]", "{}", "{\"entry\":1}", "\u{0}"] {
            assert!(super::bundle(bad.as_bytes()).is_none(), "{bad}");
        }
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
