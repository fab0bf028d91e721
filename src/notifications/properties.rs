//! What holds of any text that goes out as SMS, comes in as one, is a template, or is in a gateway's call.

use std::sync::OnceLock;

use aws_lc_rs::hmac;
use http::HeaderMap;

use super::{
    channels::{Call, Fields, Hook, Report},
    echo,
    gates::Gates,
    inbound_text::{Inbound, is_thanks, mentioned, parse},
    message::{Facts, Kind},
    segments::{Encoding, clean, count, fold, gsm7, ucs2},
    templates::{Check, Draft, Known, LONGEST, Template, Templates},
    wording::{Calendar, Voice},
};
use crate::{
    config::{Config, Sources},
    fuzzing::{choice, halves, text},
    tickets::Reference,
    words::{Language, Text},
};

const REFERENCE: &str = "BILL-20261123-D4ZP";

/// Both languages, with a name and without.
fn voices() -> &'static [Voice] {
    static VOICES: OnceLock<Vec<Voice>> = OnceLock::new();
    VOICES.get_or_init(|| {
        let named = |language| ["Larkfield Fibre", "", "नेटवर्क"].map(|isp| Voice::new(isp, language));
        let days = || Calendar { zone: jiff::tz::TimeZone::UTC, resolve_days: Some(5) };
        Language::ALL.into_iter().flat_map(named).map(|voice| voice.with(Templates::default(), days())).collect()
    })
}

fn facts(text: &str) -> Facts<'_> {
    let status = Some(Text::new("status-progress"));
    Facts { reference: REFERENCE, issue: text, issue_type: text, status, registered_at: 0, note: text }
}

/// What is counted is what goes: the octets, and the parts into which SMPP parts them, and those say the text.
fn is_counted(text: &str) {
    let counted = count(text);
    let (sent, coding, unit) = match counted.encoding {
        Encoding::Gsm7 => (smpp::Text::Gsm7(gsm7(text).expect("it is of the alphabet")), 0, 1),
        Encoding::Ucs2 => (smpp::Text::Ucs2(ucs2(text)), 8, 2),
    };
    assert_eq!(gsm7(text).is_some(), counted.encoding == Encoding::Gsm7);
    let Some(parts) = smpp::fuzzing::parts(&sent) else {
        assert!(counted.segments > 255, "{counted:?}");
        return;
    };
    let lengths: Vec<usize> = parts.iter().map(|part| part.len() / unit).collect();
    assert_eq!(lengths.len(), counted.segments);
    assert_eq!(lengths.iter().sum::<usize>(), counted.units);
    assert!(lengths.iter().all(|length| *length <= counted.per_segment));
    assert_eq!(lengths.last().map(|length| counted.per_segment - length), Some(counted.left));
    let read: Option<String> = parts.iter().map(|part| smpp::fuzzing::decoded(coding, part)).collect();
    assert_eq!(read.as_deref(), Some(text), "as phones put it together");
}

/// A message fits, names its ticket, costs what is counted, and is known when it comes back.
pub fn sms(data: &[u8]) {
    let (chosen, rest) = choice(data);
    let text = text(rest);
    for written in [&*text, &clean(&text), &fold(&text)] {
        is_counted(written);
    }
    let (cleaned, folded) = (clean(&text), fold(&text));
    assert_eq!((clean(&cleaned), fold(&folded)), (cleaned.clone(), folded.clone()));
    assert!(!cleaned.contains(|c: char| c.is_control() || (c.is_whitespace() && c != ' ')));
    assert!(count(&folded).segments <= count(&cleaned).segments.max(1), "folding makes nothing dearer");
    let voice = &voices()[chosen % voices().len()];
    for kind in Kind::ALL {
        let said = voice.in_parts(kind, &facts(&text));
        let sms = &said.sms;
        assert!(sms.fits() && sms.text.contains(REFERENCE), "{sms:?}");
        assert_eq!(sms.segments, count(&sms.text));
        assert!(!sms.text.contains(char::is_control), "{sms:?}");
        is_counted(&sms.text);
        let joined = format!("{}{}{}", said.head, said.issue, said.tail);
        let words = |text: &str| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        assert_eq!(words(&joined), words(&sms.text));
        assert_eq!(parse(&sms.text), Inbound::Other, "a machine that sends it back asks for nothing");
        // Of a note nearly all is the desk's own, and whoever answers it may begin in the same way.
        if kind.is_for_client() && kind != Kind::Note {
            assert!(echo::is_ours(voice, &sms.text, &[]), "{}", sms.text);
        }
    }
}

/// A request is the same however it is wrapped, and what is read as a reference is one.
pub fn inbound(data: &[u8]) {
    let text = text(data);
    let asked = parse(&text);
    for wrapped in [clean(&text), format!(" \r\n{text}\t "), format!("\u{200b}{text}\u{feff}")] {
        assert_eq!(parse(&wrapped), asked, "{wrapped:?}");
    }
    if let Inbound::Status(Some(reference)) = &asked {
        assert_eq!(Reference::parse(reference).map(|read| read.to_string()).as_ref(), Some(reference));
        assert_eq!(parse(&format!("STATUS {reference}")), asked);
    }
    let found = mentioned(&text);
    assert!(found.len() <= 5);
    for reference in &found {
        assert_eq!(Reference::parse(reference).map(|read| read.to_string()).as_ref(), Some(reference));
        assert_eq!(mentioned(reference), std::slice::from_ref(reference));
    }
    assert_eq!(mentioned(&found.join(", ")), found);
    assert_eq!(is_thanks(&clean(&text)), is_thanks(&text));
    assert!(!is_thanks(&text) || !matches!(asked, Inbound::Stop | Inbound::Status(_) | Inbound::AnyStatus));
    echo::is_ours(&voices()[0], &text, &[Text::new("status-progress")]);
}

/// A template that is taken is the same when it is read again, and whatever it is filled with fits and counts.
pub fn template(data: &[u8]) {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(|| Known {
        statuses: ["status-open", "status-progress", "status-fixed"].map(Text::new).into(),
        issue_types: ["Incorrect Bill", "Payment Not Reflected", "Other"].map(str::to_owned).into(),
    });
    let (chosen, rest) = choice(data);
    let (body, value) = halves(rest);
    let body: String = text(body).chars().take(LONGEST).collect();
    let value = text(value);
    let voice = &voices()[chosen % voices().len()];
    let kind = Kind::ALL[chosen / 8 % Kind::ALL.len()];
    let draft = Draft { body, registration: None };
    let checked = Check { voice, kind, letter: false, known }.check(&draft);
    for at in checked.misfits.iter().flat_map(|misfit| &misfit.at) {
        assert!(draft.body.get(at.clone()).is_some(), "{at:?} of {:?}", draft.body);
    }
    let said = voice.fill(&checked.template, &Facts { issue_type: "Other", ..facts(&value) });
    assert_eq!(said.sms.segments, count(&said.sms.text));
    if checked.misfits.is_empty() {
        let again = Draft { body: checked.template.body(), registration: None };
        assert_eq!(Template::read(&again, kind).as_ref(), Ok(&checked.template));
        assert!(said.sms.fits(), "{:?} with {value:?}: {:?}", draft.body, said.sms);
    }
}

/// Each gateway that calls, and a secret of each.
fn gates() -> &'static Gates {
    static GATES: OnceLock<Gates> = OnceLock::new();
    GATES.get_or_init(|| {
        let settings = Sources::of(&[
            ("sms.gateway", "twilio,http"),
            ("sms.sender", "+447700900199"),
            ("sms.twilio.account_sid", "AC0123456789abcdef0123456789abcdef"),
            ("sms.twilio.auth_token", TOKEN),
            ("sms.http.url", "http://127.0.0.1:9/?to={to}&text={text}"),
            ("whatsapp.phone_number_id", "7"),
            ("whatsapp.access_token", TOKEN),
            ("whatsapp.app_secret", TOKEN),
            ("whatsapp.verify_token", TOKEN),
            ("whatsapp.created_template", "created"),
        ]);
        Config::check(&settings).expect("the settings are right").notifications.gates
    })
}

const TOKEN: &str = "a-token-that-only-the-gateway-has";
const ADDRESS: &str = "https://desk.example.com/hooks/sms/twilio/status";

/// A call is read or refused; what is kept of it is short and plain; and only who has the secret can sign one.
pub fn calls(data: &[u8]) {
    let (at, rest) = choice(data);
    let (query, body) = halves(rest);
    let (mut fields, mut form) = (Fields::default(), Fields::default());
    fields.read(query);
    fields.read(body);
    form.read(body);
    let url = match text(query) {
        query if query.is_empty() => ADDRESS.to_owned(),
        query => format!("{ADDRESS}?{query}"),
    };
    let no_headers = HeaderMap::new();
    let call = Call { url: &url, headers: &no_headers, body, fields: &fields, form: &form };
    for (channel, name) in [("sms", "kannel"), ("sms", "twilio"), ("sms", "http"), ("whatsapp", "cloud")] {
        let (hook, _) = gates().hook(channel, name).unwrap_or_else(|| panic!("{name} has no hook"));
        assert!(hook.signed(&call) != Some(true), "{name} without a signature");
        is_plain(hook.report(&call).as_ref());
        hook.inbound(&call);
        let bundle = hook.bundle(&call).unwrap_or_default();
        for (id, report) in &bundle.reports {
            assert_eq!(report.message_id.as_ref(), Some(id));
            is_plain(Some(report));
        }
        assert!(bundle.incoming.iter().all(|one| one.from.starts_with('+')));
        let known = fields.get("hub.verify_token") == Some(TOKEN);
        assert!(hook.challenge(&call).is_none_or(|said| known && said.bytes().all(|byte| byte.is_ascii_graphic())));
        let (kind, reply) = hook.reply(Some(&text(body)));
        assert!(!kind.contains("xml") || is_one_element(&reply), "{reply}");
    }
    let twilio = gates().hook("sms", "twilio").expect("it is set up").0;
    signed_by_twilio(twilio, &url, body, &form, at);
}

fn is_plain(report: Option<&Report>) {
    let Some(report) = report else { return };
    assert!(report.code.len() <= 64 && report.code.bytes().all(|byte| byte.is_ascii_graphic()), "{report:?}");
    let plain = |id: &String| (1..=256).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    assert!(report.message_id.as_ref().is_none_or(plain), "{report:?}");
}

/// Whether an answer for Twilio has its own elements alone, whatever is said in it.
fn is_one_element(reply: &str) -> bool {
    let inner = reply.split_once("<Message>").and_then(|(_, rest)| rest.split_once("</Message></Response>"));
    inner.is_some_and(|(said, rest)| rest.is_empty() && !said.contains(['<', '>', '"']))
}

/// Twilio's signature, made here by its documentation, counts; and none does for anything else.
fn signed_by_twilio(hook: &dyn Hook, url: &str, body: &[u8], form: &Fields, at: usize) {
    // Of an address with the hash of its body the fields are left out: `another_body_is_held_to_its_hash` is about those.
    if url.contains("bodySHA256") || url.contains('%') || !url.is_ascii() {
        return;
    }
    let signature = |form: &Fields| {
        let mut fields: Vec<_> = form.iter().collect();
        fields.sort_unstable();
        fields.dedup();
        let fields: String = fields.into_iter().flat_map(|(name, value)| [name, value]).collect();
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
        hmac::sign(&key, format!("{url}{fields}").as_bytes()).as_ref().to_vec()
    };
    let signed = |signature: &[u8], form: &Fields| {
        let mut headers = HeaderMap::new();
        let written = data_encoding::BASE64.encode(signature);
        headers.insert("x-twilio-signature", written.parse().expect("it is ASCII"));
        hook.signed(&Call { url, headers: &headers, body, fields: form, form }) == Some(true)
    };
    let genuine = signature(form);
    assert!(signed(&genuine, form), "{url}");
    let mut forged = genuine.clone();
    forged[at % genuine.len()] ^= 1;
    assert!(!signed(&forged, form) && !signed(&genuine[..at % genuine.len()], form));
    let mut more = form.clone();
    more.read(b"~~more~~=x");
    assert!(signature(&more) == genuine || !signed(&genuine, &more));
}
