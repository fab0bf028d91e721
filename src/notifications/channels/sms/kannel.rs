//! Kannel's `sendsms`, its delivery reports and its forwarded messages (Kannel user's guide, chapters 6 and 10).
//!
//! Kannel answers without a message id, so that reports are matched by what we put into `dlr-url`.

use std::sync::Arc;

use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};

use super::super::{
    Call, Fields, Gateway, Hook, Incoming, Met, Outcome, Outgoing, Probing, Report, Sending, Unmet, client, probe,
};
use super::{Kind, message_id, per_second};
use crate::{
    notifications::{
        reason::{self, with_code},
        segments::Encoding,
        settings::{Key, Reader, SENDER},
        state::Verdict,
    },
    words::Text,
};

const URL: Key =
    Key::new("sms.kannel.url", "Address of Kannel's sendsms, such as http://127.0.0.1:13013/cgi-bin/sendsms.");
const USERNAME: Key = Key::new("sms.kannel.username", "User name of Kannel's sendsms-user.");
const PASSWORD: Key = Key::secret("sms.kannel.password", "Password of Kannel's sendsms-user.");
const SMSC: Key = Key::new("sms.kannel.smsc", "The SMSC that Kannel should use; without it Kannel chooses.");

const META_DATA: Key = Key::new(
    "sms.kannel.meta_data",
    "Kannel's meta-data of messages after a registered template, such as \
     ?smpp?entity={entity_id}&template={template_id}, by the names of its smpp-tlv groups.",
);

pub(super) const KIND: Kind = Kind {
    name: "kannel",
    keys: &[URL, USERNAME, PASSWORD, SMSC, META_DATA],
    build,
    hook: Some(&Kannels),
    calls: true,
};

/// More than the longest answer that Kannel has.
const MAX_ANSWER: usize = 4096;
/// Every report that there is: delivered 1, failed 2, buffered 4, accepted by the SMSC 8, rejected by it 16.
const ALL_REPORTS: &str = "31";

#[derive(Debug)]
struct Kannel {
    client: Client,
    url: Url,
    username: String,
    password: SecretString,
    smsc: Option<String>,
    sender: Option<String>,
    meta_data: Option<String>,
    per_second: Option<u32>,
}

fn build(settings: &mut Reader<'_>) -> Option<Arc<dyn Gateway>> {
    let url = settings.required(&URL, client::address);
    let username = settings.required(&USERNAME, |text| Ok(text.to_owned()));
    let password = settings.required(&PASSWORD, |text| Ok(SecretString::from(text)));
    let (smsc, sender) = (settings.text(&SMSC), settings.text(&SENDER));
    let meta_data = settings.optional(&META_DATA, meta_data);
    let per_second = per_second(settings);
    let (url, username, password) = (url?, username?, password?);
    let client = settings.made(&URL, client::client(&url))?;
    Some(Arc::new(Kannel { client, url, username, password, smsc, sender, meta_data, per_second }))
}

/// Kannel reads `?group?name=value&name=value`.
fn meta_data(text: &str) -> Result<String, String> {
    let named = text.strip_prefix('?').and_then(|rest| rest.split_once('?'));
    let named = named.is_some_and(|(group, names)| !group.is_empty() && !names.contains('?'));
    if named && text.contains("{entity_id}") && text.contains("{template_id}") {
        return Ok(text.to_owned());
    }
    Err("Write it as ?smpp?name={entity_id}&name={template_id}.".to_owned())
}

impl Gateway for Kannel {
    fn name(&self) -> &'static str {
        KIND.name
    }

    fn per_second(&self) -> Option<u32> {
        self.per_second
    }

    fn carries_ids(&self) -> Result<(), Text> {
        if self.meta_data.is_some() { Ok(()) } else { Err(Text::new("templates-ids-kannel")) }
    }

    fn send<'a>(&'a self, message: &'a Outgoing<'a>) -> Sending<'a> {
        Box::pin(self.submit(message))
    }

    /// It looks at the log-in first, and then refuses what names no receiver.
    fn probe(&self) -> Probing<'_> {
        Box::pin(async {
            let (status, text) = probe::ask(self.client.get(self.login()), MAX_ANSWER).await?;
            met(status, &text)
        })
    }
}

impl Kannel {
    fn login(&self) -> Url {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("username", &self.username)
            .append_pair("password", self.password.expose_secret());
        url
    }

    async fn submit(&self, message: &Outgoing<'_>) -> Outcome {
        match client::send(self.client.get(self.request(message))).await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                outcome(status, client::text(answer, MAX_ANSWER).await.as_deref())
            }
            Err(outcome) => outcome,
        }
    }

    fn request(&self, message: &Outgoing<'_>) -> Url {
        let mut url = self.login();
        let mut query = url.query_pairs_mut();
        // Left out, it is Kannel's default sender; empty, it would be a fault.
        let header = message.registered.map(|ids| &ids.header).filter(|header| !header.is_empty());
        if let Some(sender) = header.or(self.sender.as_ref()) {
            query.append_pair("from", sender);
        }
        if let (Some(ids), Some(meta_data)) = (message.registered, &self.meta_data) {
            // Ids have letters, digits, - and _ alone, so that they need no quoting of Kannel's.
            let filled = meta_data.replace("{entity_id}", &ids.entity).replace("{template_id}", &ids.template);
            query.append_pair("meta-data", &filled);
        }
        query.append_pair("to", message.to).append_pair("text", message.text).append_pair("charset", "UTF-8");
        query.append_pair(
            "coding",
            match message.encoding {
                Encoding::Gsm7 => "0",
                Encoding::Ucs2 => "2",
            },
        );
        if let Some(smsc) = &self.smsc {
            query.append_pair("smsc", smsc);
        }
        if let Some(report_url) = message.report_url {
            // Neither %p nor %P nor %A: what Kannel keeps and calls names nobody.
            query.append_pair("dlr-mask", ALL_REPORTS);
            query.append_pair("dlr-url", &format!("{report_url}&type=%d&smscid=%F"));
        }
        drop(query);
        url
    }
}

/// What it means how a request without a receiver was answered.
fn met(status: u16, text: &str) -> Result<Met, Unmet> {
    match outcome(status, Some(text)) {
        Outcome::LoginRefused { .. } => Err(Unmet::refused(status)),
        Outcome::Refused { .. } if status == 400 => Ok(Met::TakesLogIn),
        Outcome::Later { reason, .. } => Err(Unmet::away(reason)),
        _ => Err(Unmet::away(with_code(reason::NOT_KANNEL, status))),
    }
}

fn outcome(status: u16, body: Option<&str>) -> Outcome {
    let says = |words: &str| body.is_some_and(|body| body.to_ascii_lowercase().contains(words));
    let with = |reason| with_code(reason, status);
    let later = |reason| Outcome::Later { reason: with(reason), after: None };
    let refused = |reason| Outcome::Refused { reason: with(reason) };
    match status {
        202 => Outcome::Accepted { ids: Vec::new() },
        403 if says("authorization failed") => Outcome::LoginRefused { reason: with(reason::LOG_IN_REFUSED) },
        403 if body.is_none() => later(reason::UNREAD_REFUSAL),
        403 if says("not routable") => refused(reason::NOT_ROUTABLE),
        400 if says("denied by") => refused(reason::DENIED),
        400..=499 => refused(reason::REFUSED),
        // Somebody other than Kannel took the request, who may have passed it on.
        200..=299 => Outcome::Doubtful { reason: with(reason::NOT_KANNEL) },
        500..=599 => later(reason::FAULTY),
        _ => later(reason::NOT_KANNEL),
    }
}

/// How Kannel calls.
#[derive(Debug)]
struct Kannels;

impl Hook for Kannels {
    fn report(&self, call: &Call<'_>) -> Option<Report> {
        report(call.fields)
    }

    /// Without it Kannel sends question marks for what is not of GSM-7. It counts where the `sms-service` has
    /// `accept-x-kannel-headers`.
    fn reply_header(&self, text: &str) -> Option<(&'static str, &'static str)> {
        (Encoding::of(text) == Encoding::Ucs2).then_some(("x-kannel-coding", "2"))
    }

    /// `id` is `%I` in the address of its `sms-service`, if the ISP put it there.
    fn inbound(&self, call: &Call<'_>) -> Option<Incoming> {
        let field = |name: &str| call.fields.get(name).map(ToOwned::to_owned);
        Some(Incoming { from: field("from")?, text: field("text")?, id: field("id").filter(|id| !id.is_empty()) })
    }
}

/// `type` is a bit mask: an expired message comes as 34, for instance.
fn report(fields: &Fields) -> Option<Report> {
    let code = fields.get("type")?.trim();
    let bits: u32 = code.parse().ok()?;
    let any = |mask: u32| bits & mask != 0;
    let verdict = match () {
        () if any(1) => Some(Verdict::Delivered),
        () if any(2 | 16) => Some(Verdict::Failed),
        () if any(4 | 8) => Some(Verdict::Accepted),
        () => None,
    };
    let message_id = fields.get("smscid").and_then(message_id);
    Some(Report { verdict, code: bits.to_string(), message_id, opted_out: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(query: &str) -> Fields {
        let mut fields = Fields::default();
        fields.read(query.as_bytes());
        fields
    }

    #[test]
    fn answers_are_told_apart() {
        let later = |status, body| matches!(outcome(status, body), Outcome::Later { after: None, .. });
        let refused = |status, body| matches!(outcome(status, body), Outcome::Refused { .. });
        assert_eq!(outcome(202, Some("0: Accepted for delivery")), Outcome::Accepted { ids: Vec::new() });
        assert_eq!(outcome(202, Some("3: Queued for later delivery")), Outcome::Accepted { ids: Vec::new() });
        // The head says it all; the rest may be cut.
        assert_eq!(outcome(202, None), Outcome::Accepted { ids: Vec::new() });
        assert!(matches!(outcome(403, Some("Authorization failed for sendsms")), Outcome::LoginRefused { .. }));
        assert!(refused(403, Some("Not routable. Do not try again.")));
        assert!(refused(403, Some("")));
        assert!(later(403, None));
        assert!(refused(400, Some("Missing receiver number, rejected")));
        assert!(refused(404, None) && refused(499, None));
        assert!(later(500, Some("")) && later(503, Some("Temporal failure, try again later.")) && later(599, None));
        assert!(later(302, Some("")) && later(101, None));
        assert!(matches!(outcome(200, Some("Welcome")), Outcome::Doubtful { .. }));
        assert!(later(504, Some("Gateway Time-out")), "the contract has all 5xx of Kannel tried again");
    }

    #[test]
    fn a_question_without_a_receiver_tells_whether_we_are_known() {
        assert_eq!(met(400, "Missing receiver number, rejected"), Ok(Met::TakesLogIn));
        assert!(met(403, "Authorization failed for sendsms").is_err_and(|unmet| unmet.refuses_log_in));
        for (status, text) in [(202, "0: Accepted for delivery"), (200, "Welcome"), (404, "Not found"), (503, "")] {
            assert!(met(status, text).is_err_and(|unmet| !unmet.refuses_log_in), "{status}");
        }
    }

    #[test]
    fn a_report_is_read_bit_by_bit() {
        let verdict = |kind: &str| report(&fields(&format!("type={kind}&smscid="))).map(|report| report.verdict);
        for (kind, expected) in [
            ("1", Some(Verdict::Delivered)),
            ("9", Some(Verdict::Delivered)),
            ("3", Some(Verdict::Delivered)),
            ("2", Some(Verdict::Failed)),
            ("34", Some(Verdict::Failed)),
            ("10", Some(Verdict::Failed)),
            ("16", Some(Verdict::Failed)),
            ("24", Some(Verdict::Failed)),
            ("4", Some(Verdict::Accepted)),
            ("8", Some(Verdict::Accepted)),
            ("0", None),
            ("32", None),
        ] {
            assert_eq!(verdict(kind), Some(expected), "{kind}");
        }
        assert_eq!((verdict(""), verdict("x"), verdict("-1")), (None, None, None));
        assert_eq!(report(&fields("smscid=7")), None);
        let id = |query| report(&fields(query)).unwrap().message_id;
        assert_eq!(id("type=1&smscid=%20a1-B%20"), Some("a1-B".to_owned()));
        assert_eq!((id("type=1"), id("type=1&smscid="), id("type=1&smscid=a%0Ab")), (None, None, None));
        assert_eq!(id(&format!("type=1&smscid={}", "x".repeat(101))), None);
    }
}
