//! How a gateway calls that is set up by template: with fields of our naming, by query, form or flat JSON.

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::Value;
use uuid::Uuid;

use super::{
    super::{
        super::{Call, Hook, Incoming, Outcome, Outgoing, Report},
        message_id,
    },
    Way,
};
use crate::notifications::{message::Kind, segments::Encoding, state::Verdict};

/// Reads the calls. The message and the secret are in the query of the address that went out with the message; only for what
/// clients write is `secret` the one of the settings.
#[derive(Debug)]
pub struct Fielded {
    /// Our names of fields, each with the gateway's.
    pub fields: Vec<(&'static str, String)>,
    /// What its calls are answered with.
    pub answer: String,
    /// Sends our replies, where they do not stand in that answer.
    pub sender: Option<Arc<Way>>,
}

impl Fielded {
    /// With our names of fields, and answers as most gateways read them.
    pub const PLAIN: Self = Self { fields: Vec::new(), answer: String::new(), sender: None };

    fn named<'a>(&'a self, name: &'a str) -> &'a str {
        self.fields.iter().find(|(ours, _)| *ours == name).map_or(name, |(_, theirs)| theirs)
    }
}

/// Our names of fields.
const OURS: [&str; 6] = ["status", "code", "message_id", "from", "text", "id"];

/// Reads `status=message_status,text=content`.
pub fn fields(text: &str) -> Result<Vec<(&'static str, String)>, String> {
    let one = |pair: &str| {
        let (ours, theirs) = pair.split_once('=')?;
        let ours = OURS.into_iter().find(|name| *name == ours.trim())?;
        let theirs = theirs.trim();
        (!theirs.is_empty()).then(|| (ours, theirs.to_owned()))
    };
    let read: Option<Vec<_>> = text.split(',').map(one).collect();
    read.ok_or_else(|| format!("Write ours=theirs, with commas between; ours are {}.", OURS.join(", ")))
}

/// Longest code that is kept, in bytes. Longer ones are sentences, and might name somebody.
const MAX_CODE: usize = 16;

/// Words for a state, as small letters and digits alone: SMPP's, and those that gateways commonly have.
const DELIVERED: [&str; 5] = ["delivered", "delivrd", "deliveredtohandset", "read", "seen"];
const FAILED: [&str; 19] = [
    "failed",
    "fail",
    "failure",
    "error",
    "undelivered",
    "undeliv",
    "undelivrd",
    "undeliverable",
    "notdelivered",
    "deliveryfailed",
    "expired",
    "rejected",
    "rejectd",
    "deleted",
    "canceled",
    "cancelled",
    "blocked",
    "blacklisted",
    "bounced",
];
const OPTED_OUT: [&str; 4] = ["optedout", "optout", "unsubscribed", "unsubscribe"];
const ACCEPTED: [&str; 13] = [
    "accepted",
    "acceptd",
    "queued",
    "buffered",
    "pending",
    "enroute",
    "submitted",
    "submitd",
    "sending",
    "sent",
    "processing",
    "scheduled",
    "intransit",
];
/// Said where the gateway does not know either.
const UNKNOWN: [&str; 2] = ["unknown", "unknwn"];

impl Hook for Fielded {
    fn report(&self, call: &Call<'_>) -> Option<Report> {
        let fields = Given::new(self, call);
        let status = fields.get("status")?;
        let word: String = status.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        let is = |words: &[&str]| words.contains(&word.as_str());
        let verdict = match () {
            () if is(&DELIVERED) => Some(Verdict::Delivered),
            () if is(&FAILED) || is(&OPTED_OUT) => Some(Verdict::Failed),
            () if is(&ACCEPTED) => Some(Verdict::Accepted),
            () if is(&UNKNOWN) => None,
            // A gateway's log shows the refusal, and somebody looks at what it sends.
            () => return None,
        };
        let code = fields.get("code").map(|code| code.trim().to_owned()).filter(|code| is_code(code));
        Some(Report {
            verdict,
            opted_out: is(&OPTED_OUT),
            message_id: fields.get("message_id").as_deref().and_then(message_id),
            code: code.unwrap_or(word),
        })
    }

    fn inbound(&self, call: &Call<'_>) -> Option<Incoming> {
        let fields = Given::new(self, call);
        let id = fields.get("id").as_deref().and_then(message_id);
        Some(Incoming { from: fields.get("from")?, text: fields.get("text")?, id })
    }

    fn kept(&self) -> String {
        self.answer.clone()
    }

    fn answer(&self, id: Uuid, to: String, text: String) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let way = Arc::clone(self.sender.as_ref()?);
        Some(Box::pin(async move {
            let message = Outgoing {
                id,
                round: 0,
                kind: Kind::Note,
                now: 0,
                to: &to,
                text: &text,
                encoding: Encoding::of(&text),
                report_url: None,
                registered: None,
            };
            if !matches!(way.submit(&message).await, Outcome::Accepted { .. }) {
                tracing::warn!("the gateway did not take an answer to a client's SMS");
            }
        }))
    }

    fn reply(&self, text: Option<&str>) -> (&'static str, String) {
        let said = if self.answer.is_empty() { text.unwrap_or_default() } else { &self.answer };
        ("text/plain; charset=utf-8", said.to_owned())
    }
}

fn is_code(code: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=MAX_CODE).contains(&code.len()) && code.bytes().all(plain)
}

/// The fields of a call, whatever case their names are in; those of query and form before those of JSON.
struct Given<'a> {
    names: &'a Fielded,
    call: &'a Call<'a>,
    json: Option<serde_json::Map<String, Value>>,
}

impl<'a> Given<'a> {
    /// A body that is an object is JSON, whatever the header says: many send none.
    fn new(names: &'a Fielded, call: &'a Call<'a>) -> Self {
        Self { names, call, json: serde_json::from_slice(call.body).ok() }
    }

    fn get(&self, wanted: &str) -> Option<String> {
        let wanted = self.names.named(wanted);
        let plain = self.call.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        plain.map(|(_, text)| text.to_owned()).or_else(|| {
            let (_, value) = self.json.as_ref()?.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
            match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::{super::super::super::Fields, *};

    fn call<T>(query: &str, body: &str, read: impl FnOnce(&Call<'_>) -> T) -> T {
        let mut fields = Fields::default();
        fields.read(query.as_bytes());
        let (headers, form) = (HeaderMap::new(), Fields::default());
        read(&Call { url: "", headers: &headers, body: body.as_bytes(), fields: &fields, form: &form })
    }

    fn report(query: &str, body: &str) -> Option<Report> {
        call(query, body, |call| Fielded::PLAIN.report(call))
    }

    #[test]
    fn a_state_is_read_in_the_words_that_gateways_have() {
        let verdict = |status: &str| report(&format!("status={status}"), "").map(|report| report.verdict);
        for word in ["delivered", "DELIVRD", "Delivered", "READ"] {
            assert_eq!(verdict(word), Some(Some(Verdict::Delivered)), "{word}");
        }
        for word in
            ["failed", "UNDELIV", "UNDELIVRD", "Not-Delivered", "not_delivered", "EXPIRED", "REJECTD", "deleted"]
        {
            assert_eq!(verdict(word), Some(Some(Verdict::Failed)), "{word}");
        }
        for word in ["accepted", "ACCEPTD", "ENROUTE", "en-route", "queued", "Sent"] {
            assert_eq!(verdict(word), Some(Some(Verdict::Accepted)), "{word}");
        }
        assert_eq!(
            (verdict("UNKNOWN"), verdict(""), verdict("banana"), report("", "")),
            (Some(None), None, None, None)
        );
        let stopped = report("status=opted-out", "").unwrap();
        assert_eq!((stopped.verdict, stopped.opted_out), (Some(Verdict::Failed), true));
        let mut all = [&DELIVERED[..], &FAILED, &OPTED_OUT, &ACCEPTED, &UNKNOWN].concat();
        let (words, count) = (all.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase())), all.len());
        all.sort_unstable();
        all.dedup();
        assert!(words && all.len() == count, "each word has one meaning");
    }

    #[test]
    fn a_report_may_be_json_and_our_own_query_goes_first() {
        let body = r#"{"Status":"UNDELIV","code":34,"message_id":"a-1","id":"theirs"}"#;
        let read = report("id=ours&round=1&secret=x", body).unwrap();
        let expected = (Some(Verdict::Failed), "34", Some("a-1"));
        assert_eq!((read.verdict, read.code.as_str(), read.message_id.as_deref()), expected);
        assert_eq!(report("status=delivered", body).unwrap().verdict, Some(Verdict::Delivered));
        for bad in ["[]", "{\"status\":{}}", "{", "status=delivered"] {
            assert_eq!(report("", bad), None, "{bad}");
        }
    }

    #[test]
    fn fields_have_the_names_that_the_gateway_gives_them() {
        let jasmin = Fielded {
            fields: fields("status=message_status, text = content,code=err").unwrap(),
            answer: "ACK/Jasmin".to_owned(),
            sender: None,
        };
        let report = call("id=ours&message_status=DELIVRD&err=000&status=no", "", |call| jasmin.report(call)).unwrap();
        assert_eq!((report.verdict, report.code.as_str()), (Some(Verdict::Delivered), "000"));
        let wrote = call("from=447700900142&content=STOP&id=7", "", |call| jasmin.inbound(call)).unwrap();
        assert_eq!((wrote.text.as_str(), wrote.id.as_deref()), ("STOP", Some("7")));
        assert_eq!((jasmin.kept().as_str(), jasmin.reply(Some("x")).1.as_str()), ("ACK/Jasmin", "ACK/Jasmin"));
        assert_eq!((Fielded::PLAIN.kept().as_str(), Fielded::PLAIN.reply(Some("x")).1.as_str()), ("", "x"));
        for bad in ["", "status", "status=", "state=x", "status=a;text=b,"] {
            assert!(fields(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_code_that_could_name_somebody_is_not_kept() {
        let code = |code: &str| report(&format!("status=failed&code={code}"), "").unwrap().code;
        assert_eq!((code("EC-12.1"), code("0x0b")), ("EC-12.1".to_owned(), "0x0b".to_owned()));
        for bad in ["", "Number+447700900142+is+off", "%2B447700900142", "%3Cb%3E", &"1".repeat(17)] {
            assert_eq!(code(bad), "failed", "{bad}");
        }
    }

    #[test]
    fn what_a_client_wrote_comes_in_three_ways() {
        let read = |query: &str, body: &str| call(query, body, |call| Fielded::PLAIN.inbound(call));
        let (from, text) = ("+447700900142".to_owned(), "STOP".to_owned());
        let with = |id: Option<&str>| Some(Incoming { from: from.clone(), text: text.clone(), id: id.map(Into::into) });
        assert_eq!(read("from=%2B447700900142&text=STOP&id=7", ""), with(Some("7")));
        assert_eq!(read("secret=s", r#"{"from":"+447700900142","text":"STOP","id":7}"#), with(Some("7")));
        assert_eq!(read("", r#"{"From":"+447700900142","TEXT":"STOP"}"#), with(None));
        assert_eq!((read("from=1", ""), read("text=x", ""), read("", r#"{"from":"1"}"#)), (None, None, None));
    }
}
