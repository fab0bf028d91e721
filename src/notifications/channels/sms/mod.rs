//! SMS, and the gateways that carry it: each is one file here and one line in [`KINDS`].

mod http;
mod kannel;
mod log;
mod smpp;
mod twilio;

use std::sync::Arc;

use super::{Channel, Contact, Content, Gateway, Hook, Wording};
use crate::notifications::{
    message::News,
    reason::NO_SMS_NUMBER,
    settings::{GATEWAY, Key, PER_SECOND, Reader, SENDER, choose_some},
    wording::Voice,
};

/// The gateways that Redress knows.
pub const KINDS: &[Kind] = &[log::KIND, kannel::KIND, smpp::KIND, twilio::KIND, http::KIND];

/// A kind of gateway: how it is set up.
#[derive(Debug)]
pub struct Kind {
    /// The value of `sms.gateway`, and the path of its hooks.
    pub name: &'static str,
    /// Its own settings.
    pub keys: &'static [Key],
    /// Makes it from its settings; faults go to the reader.
    pub build: fn(&mut Reader<'_>) -> Option<Arc<dyn Gateway>>,
    /// How its calls are read, where that needs no settings.
    pub hook: Option<&'static dyn Hook>,
    /// Whether it calls us at all.
    pub calls: bool,
}

impl Kind {
    /// The gateway of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }
}

pub(super) static CHANNEL: Channel = Channel {
    name: "sms",
    label: "notifications-channel-sms",
    keys,
    build,
    address,
    write,
    wording: Some(Wording::Line),
    to_phones: true,
    reports: true,
};

fn keys() -> Vec<&'static Key> {
    [&GATEWAY, &SENDER, &PER_SECOND].into_iter().chain(KINDS.iter().flat_map(|kind| kind.keys)).collect()
}

fn build(settings: &mut Reader<'_>) -> Vec<Arc<dyn Gateway>> {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let chosen = settings.required(&GATEWAY, |text| {
        let chosen = choose_some(text, &names)?;
        if chosen.len() > 1 && chosen.contains(&"log") {
            return Err("log sends nothing, so it stands alone.".to_owned());
        }
        Ok(chosen)
    });
    let kinds = chosen.unwrap_or_default().into_iter().filter_map(Kind::find);
    kinds.filter_map(|kind| (kind.build)(settings)).collect()
}

/// What `sms.per_second` allows each gateway that has no limit of its own: messages a second, `None` if it is not set.
fn per_second(settings: &mut Reader<'_>) -> Option<u32> {
    settings.optional(&PER_SECOND, |text| match text.parse() {
        Ok(rate @ 1..=10_000) => Ok(rate),
        _ => Err("Give a whole number from 1 to 10000.".to_owned()),
    })
}

/// A gateway's name for a message as it is kept: printing ASCII of 1 to 100 bytes, blanks around it apart. Anything else is
/// none, for it goes into pages, logs and the API.
fn message_id(text: &str) -> Option<String> {
    let id = text.trim();
    let kept = (1..=100).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    kept.then(|| id.to_owned())
}

/// Text as it stands in XML, in an element or a quoted attribute. Characters that XML 1.0 has no way to write are left out.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

fn address(contact: &Contact<'_>) -> Result<String, &'static str> {
    let phone = contact.phone.filter(|phone| phone.takes_sms()).ok_or(NO_SMS_NUMBER)?;
    Ok(phone.as_str().to_owned())
}

fn write(voice: &Voice, news: &News<'_>) -> Content {
    let sms = voice.sms(news.kind, &news.facts);
    Content { text: sms.text, segments: sms.segments.segments, registered: sms.registered }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_can_be_read_back() {
        assert_eq!(xml("a & b < c > \"d\" 'e'"), "a &amp; b &lt; c &gt; &quot;d&quot; &apos;e&apos;");
        assert_eq!(xml("बिल\u{0}\u{1b}\n€ \u{ffff}x"), "बिल\n€ x");
    }

    #[test]
    fn a_gateways_name_for_a_message_is_short_and_plain() {
        assert_eq!(message_id(" a1-B/7 "), Some("a1-B/7".to_owned()));
        assert_eq!(message_id(&"x".repeat(100)).map(|id| id.len()), Some(100));
        for bad in ["", "  ", "a\nb", "a b", "é", &"x".repeat(101)] {
            assert_eq!(message_id(bad), None, "{bad}");
        }
    }
}
