//! SMS, and the gateways that carry it: each is one file here and one line in [`KINDS`].

mod kannel;
mod log;

use std::sync::Arc;

use super::{Channel, Contact, Content, Gateway, Hook};
use crate::notifications::{
    message::News,
    reason::NO_SMS_NUMBER,
    settings::{GATEWAY, Key, PER_SECOND, Reader, SENDER, choose_some},
    wording::Voice,
};

/// The gateways that Redress knows.
pub const KINDS: &[Kind] = &[log::KIND, kannel::KIND];

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

fn address(contact: &Contact<'_>) -> Result<String, &'static str> {
    let phone = contact.phone.filter(|phone| phone.takes_sms()).ok_or(NO_SMS_NUMBER)?;
    Ok(phone.as_str().to_owned())
}

fn write(voice: &Voice, news: &News<'_>) -> Content {
    let sms = voice.sms(news.kind, &news.facts);
    Content { text: sms.text, segments: sms.segments.segments, registered: sms.registered }
}
