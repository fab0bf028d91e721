//! Twilio's Programmable Messaging.
//!
//! Its Messages resource, its status callbacks, its webhook for incoming messages with `TwiML` in the answer, and the signature on
//! both: Twilio's documentation, "Messages resource" and "Webhooks security".

use std::sync::Arc;

use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use reqwest::{
    Client, Url,
    header::{CONTENT_TYPE, HeaderMap},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::{Call, Fields, Gateway, Hook, Incoming, Outcome, Outgoing, Probing, Report, Sending, client, probe};
use super::{Kind, message_id, per_second, xml};
use crate::{
    notifications::{
        callbacks::same,
        inbound_text::{self, Inbound},
        reason::{self, with_code},
        settings::{Key, Reader, SENDER},
        state::Verdict,
    },
    words::Text,
};

const ACCOUNT: Key = Key::new("sms.twilio.account_sid", "SID of the Twilio account: AC and 32 hexadecimal digits.");
const TOKEN: Key = Key::secret(
    "sms.twilio.auth_token",
    "Auth token of the Twilio account, with which Twilio also signs its calls; an API key's secret cannot stand in.",
);
const SERVICE: Key = Key::new(
    "sms.twilio.messaging_service_sid",
    "SID of the Twilio messaging service that chooses the sender, MG and 32 hexadecimal digits; sms.sender if not set.",
);
const BASE: Key = Key::new("sms.twilio.base_url", "Address of Twilio's API.").or("https://api.twilio.com");

/// No hook without settings: the auth token checks the calls.
pub(super) const KIND: Kind =
    Kind { name: "twilio", keys: &[ACCOUNT, TOKEN, SERVICE, BASE], build, hook: None, calls: true };

/// Far more than an answer of Twilio's has.
const MAX_ANSWER: usize = 64 * 1024;
/// The number has sent STOP to our sender or to the messaging service.
const UNSUBSCRIBED: i64 = 21_610;

#[derive(Debug)]
struct Twilio {
    client: Client,
    url: Url,
    /// What tells of the account.
    own: Url,
    account: String,
    token: SecretString,
    from: Origin,
    per_second: Option<u32>,
}

/// Who sends.
#[derive(Debug)]
enum Origin {
    Sender(String),
    Service(String),
}

fn build(settings: &mut Reader<'_>) -> Option<Arc<dyn Gateway>> {
    let account = settings.required(&ACCOUNT, |text| sid(text, "AC"));
    let token = settings.required(&TOKEN, |text| Ok(SecretString::from(text)));
    let service = settings.optional(&SERVICE, |text| sid(text, "MG"));
    let base = settings.required(&BASE, client::address);
    let per_second = per_second(settings);
    let from = service.map(Origin::Service).or_else(|| settings.text(&SENDER).map(Origin::Sender));
    if from.is_none() && settings.text(&SERVICE).is_none() {
        settings.fault(&SENDER, "Set this for twilio, or sms.twilio.messaging_service_sid.");
    }
    let (account, token, base, from) = (account?, token?, base?, from?);
    let client = settings.made(&BASE, client::client(&base))?;
    let own = resource(base.clone(), &[&format!("{account}.json")]);
    let url = resource(base, &[&account, "Messages.json"]);
    Some(Arc::new(Twilio { client, url, own, account, token, from, per_second }))
}

fn sid(text: &str, kind: &str) -> Result<String, String> {
    let digits = text.strip_prefix(kind).filter(|digits| digits.len() == 32);
    match digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        Some(_) => Ok(text.to_owned()),
        None => Err(format!("Give {kind} and 32 hexadecimal digits, as Twilio's console shows it.")),
    }
}

fn resource(mut base: Url, names: &[&str]) -> Url {
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty().extend(["2010-04-01", "Accounts"]).extend(names);
    }
    base
}

impl Gateway for Twilio {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn per_second(&self) -> Option<u32> {
        self.per_second
    }

    /// It knows them by the account, in which the template is registered.
    fn carries_ids(&self) -> Result<(), Text> {
        Err(Text::new("templates-ids-twilio"))
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.submit(message))
    }

    fn probe(&self) -> Probing<'_> {
        Box::pin(async {
            let request = self.client.get(self.own.clone());
            let request = request.basic_auth(&self.account, Some(self.token.expose_secret()));
            probe::known(probe::ask(request, 0).await?.0)
        })
    }

    fn hook(&self) -> Option<&dyn Hook> {
        Some(self)
    }
}

impl Twilio {
    async fn submit(&self, message: &Outgoing<'_>) -> Outcome {
        let request = self.client.post(self.url.clone());
        let request = request.basic_auth(&self.account, Some(self.token.expose_secret()));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(self.form(message));
        match client::send(request).await {
            Ok(answer) => {
                let (status, after) = (answer.status().as_u16(), client::retry_after(&answer));
                outcome(status, after, client::text(answer, MAX_ANSWER).await.as_deref())
            }
            Err(outcome) => outcome,
        }
    }

    fn form(&self, message: &Outgoing<'_>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("To", message.to).append_pair("Body", message.text);
        match &self.from {
            Origin::Sender(sender) => form.append_pair("From", sender),
            Origin::Service(service) => form.append_pair("MessagingServiceSid", service),
        };
        if let Some(report_url) = message.report_url {
            form.append_pair("StatusCallback", report_url);
        }
        form.finish()
    }
}

/// What Twilio answers: `sid` with a message that it took, `code` with a fault.
#[derive(Debug, Default, Deserialize)]
struct Answer {
    sid: Option<String>,
    code: Option<i64>,
}

fn outcome(status: u16, after: Option<i64>, body: Option<&str>) -> Outcome {
    let answer: Answer = body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
    let with = |reason| with_code(reason, answer.code.unwrap_or_else(|| status.into()));
    let later = |reason| Outcome::Later { reason: with(reason), after };
    match (status, answer.code) {
        (200..=299, _) => match answer.sid.as_deref().and_then(message_id) {
            Some(id) => Outcome::Accepted { ids: vec![id] },
            // Cut, or somebody other than Twilio, who may have passed it on.
            None => Outcome::Doubtful { reason: with_code(reason::NOT_TWILIO, status) },
        },
        (_, Some(UNSUBSCRIBED)) => Outcome::OptedOut { reason: with(reason::OPTED_OUT) },
        // 20404: the account is not there.
        (401, _) | (_, Some(20_003 | 20_005 | 20_404)) => {
            Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) }
        }
        (429, _) | (_, Some(14_107 | 20_429 | 21_611)) => Outcome::Throttled { reason: with(reason::THROTTLED), after },
        // Whoever stands in front has waited in vain, which says nothing of the message.
        (504, _) => Outcome::Doubtful { reason: with(reason::NO_ANSWER) },
        (408 | 425 | 500..=599, _) => later(reason::FAULTY),
        (400..=499, Some(code)) => match code {
            21_211 | 21_217 | 21_614 => Outcome::Refused { reason: with(reason::INVALID_NUMBER) },
            21_408 | 21_612 => Outcome::Refused { reason: with(reason::NOT_ROUTABLE) },
            // Sender, messaging service, address for reports: every message would fail until somebody has corrected it.
            21_212 | 21_603 | 21_606 | 21_609 | 21_659 | 21_660 | 21_701 => later(reason::SETTINGS_REFUSED),
            _ => Outcome::Refused { reason: with(reason::REFUSED) },
        },
        (400..=499, None) => later(reason::UNREAD_REFUSAL),
        _ => later(reason::NOT_TWILIO),
    }
}

impl Hook for Twilio {
    fn signed(&self, call: &Call<'_>) -> Option<bool> {
        Some(is_signed(self.token.expose_secret(), call))
    }

    fn report(&self, call: &Call<'_>) -> Option<Report> {
        report(sent_fields(call))
    }

    fn inbound(&self, call: &Call<'_>) -> Option<Incoming> {
        inbound(sent_fields(call))
    }

    fn reply(&self, text: Option<&str>) -> (&'static str, String) {
        let inner = text.map(|text| format!("<Response><Message>{}</Message></Response>", xml(text)));
        let inner = inner.unwrap_or_else(|| "<Response/>".to_owned());
        ("text/xml; charset=utf-8", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{inner}"))
    }
}

/// Twilio's own fields: those of the form, or of the query where it is told to call by GET.
fn sent_fields<'a>(call: &Call<'a>) -> &'a Fields {
    if call.form.iter().next().is_some() { call.form } else { call.fields }
}

/// `MessageStatus` moves on, and a message may be `delivered` before the report of `sent` comes.
fn report(fields: &Fields) -> Option<Report> {
    let status = fields.get("MessageStatus").or_else(|| fields.get("SmsStatus"))?;
    let verdict = match status {
        "accepted" | "scheduled" | "queued" | "sending" | "sent" => Some(Verdict::Accepted),
        "delivered" | "read" => Some(Verdict::Delivered),
        "undelivered" | "failed" | "canceled" => Some(Verdict::Failed),
        "partially_delivered" | "receiving" | "received" => None,
        _ => return None,
    };
    let code = fields.get("ErrorCode").and_then(|code| code.trim().parse::<u32>().ok()).filter(|code| *code > 0);
    Some(Report {
        verdict,
        code: code.map_or_else(|| status.to_owned(), |code| code.to_string()),
        message_id: fields.get("MessageSid").or_else(|| fields.get("SmsSid")).and_then(message_id),
        opted_out: code.map(i64::from) == Some(UNSUBSCRIBED),
    })
}

/// `OptOutType` is there where Twilio's Advanced Opt-Out has taken the message for a keyword, which may be one in a language
/// that we do not read.
fn inbound(fields: &Fields) -> Option<Incoming> {
    let (from, body) = (fields.get("From")?.to_owned(), fields.get("Body")?);
    let keyword = fields.get("OptOutType").filter(|kind| matches!(*kind, "STOP" | "START" | "HELP"));
    let text = match inbound_text::parse(body) {
        Inbound::Other => keyword.unwrap_or(body),
        _ => body,
    };
    let id = fields.get("MessageSid").or_else(|| fields.get("SmsSid")).and_then(message_id);
    Some(Incoming { from, text: text.to_owned(), id })
}

/// `X-Twilio-Signature`: HMAC-SHA1 with the auth token over the address and the fields of the form, sorted by name and without
/// anything between them. Of other bodies the address has the SHA-256, as `bodySHA256`. Whether a port that goes without
/// saying is in the address differs between Twilio's products, so that both are tried, as Twilio's own libraries do.
fn is_signed(token: &str, call: &Call<'_>) -> bool {
    let Some(given) = signature(call.headers) else { return false };
    let fields = match body_hash(call.url) {
        Some(hash) if is_hash_of(&hash, call.body) => String::new(),
        Some(_) => return false,
        None => sorted(call.form),
    };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    let (bare, full) = with_and_without_port(call.url);
    [bare, full].into_iter().any(|url| hmac::verify(&key, (url + &fields).as_bytes(), &given).is_ok())
}

fn signature(headers: &HeaderMap) -> Option<Vec<u8>> {
    BASE64.decode(headers.get("X-Twilio-Signature")?.as_bytes()).ok()
}

fn body_hash(url: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields.find(|(name, _)| name == "bodySHA256").map(|(_, hash)| hash.into_owned())
}

fn is_hash_of(hash: &str, body: &[u8]) -> bool {
    HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).is_ok_and(|hash| same(&hash, &Sha256::digest(body)))
}

/// Of a field that comes twice each value stands once.
fn sorted(form: &Fields) -> String {
    let mut fields: Vec<_> = form.iter().collect();
    fields.sort_unstable();
    fields.dedup();
    fields.into_iter().flat_map(|(name, value)| [name, value]).collect()
}

fn with_and_without_port(url: &str) -> (String, String) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), url.to_owned()) };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // An address of IPv6 has colons of its own, within brackets.
    let name_end = host.rfind(']').map_or(0, |bracket| bracket + 1);
    let (name, port) = match host.get(name_end..).and_then(|end| end.find(':')) {
        Some(colon) => host.split_at(name_end + colon),
        None => (host, if scheme == "https" { ":443" } else { ":80" }),
    };
    (format!("{scheme}://{name}{path}"), format!("{scheme}://{name}{port}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "12345";
    const STATUS: &str = "https://desk.example.com/hooks/sms/twilio/status?id=0199&round=1&secret=00ff";
    const INBOUND: &str = "https://desk.example.com/hooks/sms/twilio/inbound";

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        fields.read(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().as_bytes());
        fields
    }

    fn delivered() -> Fields {
        fields(&[
            ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
            ("SmsSid", "SM0123456789abcdef0123456789abcdef"),
            ("MessageStatus", "delivered"),
            ("To", "+447700900142"),
            ("From", "+15005550006"),
            ("AccountSid", "AC0123456789abcdef0123456789abcdef"),
            ("ApiVersion", "2010-04-01"),
        ])
    }

    fn check(url: &str, signature: &str, form: &Fields, body: &[u8]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("x-twilio-signature", signature.parse().unwrap());
        is_signed(TOKEN, &Call { url, headers: &headers, body, fields: form, form })
    }

    /// The signatures were made by `getExpectedTwilioSignature` of Twilio's library for Node, version 6.2.0.
    #[test]
    fn what_twilios_library_signs_is_genuine() {
        let at = |url: &str, signature: &str| check(url, signature, &delivered(), b"");
        let (bare, full) = ("QAZ8PGstnwB7v7Gv3GG+JxN4Mwo=", "H0gvRcEWLPzHmPSbKB+WMQP+3jo=");
        let with_port = STATUS.replace(".com/", ".com:443/");
        assert!(at(STATUS, bare) && at(STATUS, full) && at(&with_port, bare) && at(&with_port, full));
        let elsewhere = STATUS.replace(".com/", ".com:8443/");
        assert!(at(&elsewhere, "F0qr/CPef+QaJ9PvtnSP7Q7Z0L8=") && at(&elsewhere, bare) && !at(&elsewhere, full));
        assert!(at(
            &STATUS.replace("https://desk.example.com", "http://[2001:db8::1]"),
            "xpF/M8Lv66ZnJODeLZkaSm6ycic="
        ));
        let written = [
            ("From", "+447700900142"),
            ("To", "+15005550006"),
            ("Body", "Ünïcode & 'quotes' + बिल €"),
            ("MessageSid", "SM1"),
            ("NumMedia", "0"),
            ("Empty", ""),
        ];
        assert!(check(INBOUND, "Savj6DtFvBfWQgCX07sKTBYmOdU=", &fields(&written), b""));
        let twice = fields(&[("B", "2"), ("B", "1"), ("A", "x"), ("B", "2")]);
        assert!(check(INBOUND, "Ynf4+bvCAUMvoOH/56rVpO/OyXk=", &twice, b""));
        let by_get = format!("{INBOUND}?From=%2B447700900142&Body=STOP");
        assert!(check(&by_get, "H4fQ+GfIplfphjMa6bKhYNrF+No=", &Fields::default(), b""));
    }

    #[test]
    fn another_body_is_held_to_its_hash() {
        let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
        let url = format!("https://desk.example.com/hooks/sms/twilio/status?bodySHA256={hash}");
        let at = |url: &str, body: &[u8]| check(url, "ulZt86z44T08mB5kJJTJE5NuYZY=", &Fields::default(), body);
        assert!(at(&url, br#"{"property": "value", "boolean": true}"#));
        assert!(!at(&url, br#"{"property": "value", "boolean": false}"#));
        assert!(!at(&url, b"") && !at(&url.replace("0a1f", "0a1e"), br#"{"property": "value", "boolean": true}"#));
    }

    #[test]
    fn what_is_changed_by_anybody_else_is_not() {
        let (form, good) = (delivered(), "QAZ8PGstnwB7v7Gv3GG+JxN4Mwo=");
        for (url, signature) in [
            (STATUS.replace("round=1", "round=2").as_str(), good),
            (&STATUS.replace("https", "http"), good),
            (&STATUS.replace("desk", "task"), good),
            ("", good),
            (STATUS, ""),
            (STATUS, "QAZ8PGstnwB7v7Gv3GG+JxN4Mwp="),
            (STATUS, "QAZ8PGstnwB7v7Gv3GG+JxN4Mw"),
            (STATUS, "QAZ8PGst"),
            (STATUS, "not base64"),
        ] {
            assert!(!check(url, signature, &form, b""), "{url} {signature}");
        }
        for (name, value) in [("MessageStatus", "failed"), ("To", "+447700900143"), ("More", "x")] {
            let mut form = fields(&[(name, value)]);
            form.0.extend(delivered().0.into_iter().filter(|(field, _)| field != name));
            assert!(!check(STATUS, good, &form, b""), "{name}");
        }
        let call = Call { url: STATUS, headers: &HeaderMap::new(), body: b"", fields: &form, form: &form };
        assert!(!is_signed(TOKEN, &call), "without a signature");
    }

    #[test]
    fn answers_are_told_apart() {
        let fault =
            |status, code: i64| outcome(status, Some(1_000), Some(&format!("{{\"code\":{code},\"status\":1}}")));
        let took = outcome(201, None, Some(r#"{"sid":"SM1","status":"queued","error_code":null}"#));
        assert_eq!(took, Outcome::Accepted { ids: vec!["SM1".to_owned()] });
        for unread in [None, Some(""), Some("<html>"), Some("{}"), Some(r#"{"sid":""}"#), Some(r#"{"sid":5}"#)] {
            assert!(matches!(outcome(201, None, unread), Outcome::Doubtful { .. }), "{unread:?}");
        }
        for code in [21_211, 21_217, 21_614, 21_408, 21_612, 21_617, 21_602, 99_999] {
            let Outcome::Refused { reason } = fault(400, code) else { panic!("{code}") };
            assert!(reason.ends_with(&format!(" ({code})")), "{reason}");
        }
        assert_eq!(fault(400, 21_610), Outcome::OptedOut { reason: "opted out (21610)".to_owned() });
        for (status, code) in [(401, 20_003), (401, 70_051), (403, 20_003), (403, 20_005), (404, 20_404)] {
            assert!(matches!(fault(status, code), Outcome::LoginRefused { .. }), "{status} {code}");
        }
        assert!(matches!(outcome(401, None, None), Outcome::LoginRefused { .. }));
        for (status, code) in [(429, 20_429), (429, 1), (400, 14_107), (400, 20_429), (400, 21_611)] {
            assert!(matches!(fault(status, code), Outcome::Throttled { after: Some(1_000), .. }), "{status} {code}");
        }
        assert!(matches!(outcome(429, None, None), Outcome::Throttled { after: None, .. }));
        for code in [21_212, 21_603, 21_606, 21_609, 21_659, 21_660, 21_701] {
            assert!(matches!(fault(400, code), Outcome::Later { .. }), "ours to correct: {code}");
        }
        for status in [500, 502, 503, 599, 408, 425] {
            assert!(matches!(fault(status, 20_500), Outcome::Later { after: Some(1_000), .. }), "{status}");
            assert!(matches!(outcome(status, None, None), Outcome::Later { after: None, .. }), "{status}");
        }
        assert!(matches!(outcome(504, None, None), Outcome::Doubtful { .. }));
        for (status, body) in [(400, None), (403, Some("<html>Blocked")), (302, Some("")), (101, None)] {
            assert!(matches!(outcome(status, None, body), Outcome::Later { .. }), "not in Twilio's words: {status}");
        }
    }

    #[test]
    fn a_report_is_read_by_its_status() {
        let verdict = |status: &str| report(&fields(&[("MessageStatus", status)])).map(|report| report.verdict);
        for status in ["accepted", "scheduled", "queued", "sending", "sent"] {
            assert_eq!(verdict(status), Some(Some(Verdict::Accepted)), "{status}");
        }
        for status in ["delivered", "read"] {
            assert_eq!(verdict(status), Some(Some(Verdict::Delivered)), "{status}");
        }
        for status in ["undelivered", "failed", "canceled"] {
            assert_eq!(verdict(status), Some(Some(Verdict::Failed)), "{status}");
        }
        assert_eq!((verdict("receiving"), verdict(""), verdict("Sent")), (Some(None), None, None));
        assert_eq!(report(&fields(&[("ErrorCode", "30003")])), None);
        let of = |pairs: &[(&str, &str)]| report(&fields(pairs)).unwrap();
        let failed = of(&[("MessageStatus", "undelivered"), ("ErrorCode", "30003"), ("MessageSid", "SM1")]);
        assert_eq!(
            (failed.code.as_str(), failed.message_id.as_deref(), failed.opted_out),
            ("30003", Some("SM1"), false)
        );
        let stopped = of(&[("SmsStatus", "failed"), ("ErrorCode", "21610"), ("SmsSid", "SM2")]);
        assert_eq!((stopped.message_id.as_deref(), stopped.opted_out), (Some("SM2"), true));
        assert_eq!(of(&[("MessageStatus", "canceled"), ("ErrorCode", "0")]).code, "canceled");
        assert_eq!(of(&[("MessageStatus", "failed"), ("ErrorCode", "<b>")]).code, "failed");
    }

    #[test]
    fn what_a_client_wrote_is_read_and_twilios_keyword_helps_where_ours_does_not() {
        let text = |pairs: &[(&str, &str)]| {
            let all = [&[("From", "+447700900142"), ("MessageSid", "SM1")], pairs].concat();
            inbound(&fields(&all)).map(|incoming| incoming.text)
        };
        assert_eq!(text(&[("Body", "Hello")]).as_deref(), Some("Hello"));
        assert_eq!(text(&[("Body", "stop please"), ("OptOutType", "STOP")]).as_deref(), Some("STOP"));
        assert_eq!(text(&[("Body", "Arrêt"), ("OptOutType", "STOP")]).as_deref(), Some("Arrêt"), "we read it");
        assert_eq!(text(&[("Body", "Hello"), ("OptOutType", "PAUSE")]).as_deref(), Some("Hello"));
        assert_eq!(text(&[]), None);
        assert_eq!(inbound(&fields(&[("Body", "x")])), None);
        let incoming = inbound(&fields(&[("From", "+447700900142"), ("Body", ""), ("SmsSid", "SM2")])).unwrap();
        assert_eq!((incoming.text.as_str(), incoming.id.as_deref()), ("", Some("SM2")));
    }

    #[test]
    fn the_base_may_have_a_path() {
        let at = |base: &str| resource(base.parse().unwrap(), &["AC1", "Messages.json"]).to_string();
        let path = "/2010-04-01/Accounts/AC1/Messages.json";
        assert_eq!(at("https://api.twilio.com"), format!("https://api.twilio.com{path}"));
        assert_eq!(at("http://127.0.0.1:4020/mock/"), format!("http://127.0.0.1:4020/mock{path}"));
    }
}
