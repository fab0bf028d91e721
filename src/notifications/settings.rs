//! The settings of messages to clients. They come as a look-up by key, wherever they stand, and every fault is kept.

use std::sync::Arc;

use secrecy::SecretString;

use super::channels::{Gateway, KINDS, Kind};
use crate::{
    phone::{Phone, Region},
    words::Language,
};

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name: `sms.gateway` is `--sms-gateway` and `REDRESS_SMS_GATEWAY`.
    pub name: &'static str,
    /// What it is, in a line.
    pub doc: &'static str,
    /// Whether it is masked wherever settings are shown.
    pub secret: bool,
    /// What it is when it is not set.
    pub default: Option<&'static str>,
}

impl Key {
    pub(super) const fn new(name: &'static str, doc: &'static str) -> Self {
        Self { name, doc, secret: false, default: None }
    }

    pub(super) const fn secret(name: &'static str, doc: &'static str) -> Self {
        Self { secret: true, ..Self::new(name, doc) }
    }

    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

/// Which gateway sends.
pub const GATEWAY: Key = Key::new("sms.gateway", "Where SMS go out: log (not sent, only noted) or kannel.").or("log");
/// Whom messages come from.
pub const SENDER: Key =
    Key::new("sms.sender", "The sender that clients see: a number, or up to 11 letters and digits.");
/// In which language clients read.
pub const LANGUAGE: Key =
    Key::new("sms.language", "The language of SMS to clients and of the answers to theirs: en or hi.").or("en");
/// What guards the hook for replies.
pub const HOOK_SECRET: Key =
    Key::secret("sms.hook_secret", "The value `secret` in the gateway's calls; made on the first start if not set.");
/// How long a message waits so that it can be undone.
pub const UNDO_SECONDS: Key =
    Key::new("sms.undo_seconds", "How long a Fixed raised on a page can be undone, 0 to 300 seconds.").or("5");

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The setting's name.
    pub key: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

/// What the settings come to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The way out.
    pub gateway: Arc<dyn Gateway>,
    /// Whom messages come from, a number or a name, if it is set.
    pub sender: Option<String>,
    /// The language of SMS to clients, answers included.
    pub language: Language,
    /// The secret of the hooks, if it is set.
    pub hook_secret: Option<SecretString>,
    /// How long a Fixed raised on a page is held back, in milliseconds.
    pub undo: i64,
}

impl Settings {
    /// The sender as a phone number, for a desk in `region`, if it is one.
    pub fn sender(&self, region: Option<&Region>) -> Option<Phone> {
        Phone::from_gateway(self.sender.as_deref()?, region).ok()
    }

    /// The setting that names the gateway.
    pub const GATEWAY: &str = GATEWAY.name;

    /// Whether the gateway of this name calls us, with reports or with what clients send.
    pub fn is_called_by(gateway: &str) -> bool {
        Kind::find(gateway).is_some_and(|kind| kind.calls.is_some())
    }

    /// Every setting there is, those of all gateways included.
    pub fn keys() -> impl Iterator<Item = &'static Key> {
        const OWN: &[Key] = &[GATEWAY, SENDER, LANGUAGE, HOOK_SECRET, UNDO_SECONDS];
        OWN.iter().chain(KINDS.iter().flat_map(|kind| kind.keys))
    }

    /// Reads the settings; `lookup` gives the text of a key. Empty text counts as not set.
    ///
    /// # Errors
    /// All faults at once.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Vec<SettingFault>> {
        let mut reader = Reader { lookup, faults: Vec::new() };
        let undo = reader.required(&UNDO_SECONDS, |text| match text.parse::<i64>() {
            Ok(seconds @ 0..=300) => Ok(seconds * 1_000),
            _ => Err("Give a whole number of seconds from 0 to 300.".to_owned()),
        });
        let sender = reader.optional(&SENDER, check_sender);
        let language = reader.required(&LANGUAGE, |text| {
            let found = Language::ALL.into_iter().find(|language| language.tag() == text);
            found.ok_or_else(|| choose_one(&Language::ALL.map(Language::tag)))
        });
        let hook_secret = reader.text(&HOOK_SECRET).map(SecretString::from);
        let kind = reader.required(&GATEWAY, |text| {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            Kind::find(text).ok_or_else(|| choose_one(&names))
        });
        let gateway = kind.and_then(|kind| (kind.build)(&mut reader));
        match (gateway, language, undo) {
            (Some(gateway), Some(language), Some(undo)) if reader.faults.is_empty() => {
                Ok(Self { gateway, sender, language, hook_secret, undo })
            }
            _ => Err(reader.faults),
        }
    }
}

fn choose_one(names: &[&str]) -> String {
    format!("Choose one of: {}.", names.join(", "))
}

/// Letters, digits and a few signs up to 11 characters, of which one is a letter; or a number (3GPP TS 23.040, 9.1.2.5).
fn check_sender(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let number = (3..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let signs = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '&');
    let name = text.len() <= 11 && text.contains(|c: char| c.is_ascii_alphabetic()) && text.chars().all(signs);
    if number || name {
        Ok(text.to_owned())
    } else {
        Err("Give a number of 3 to 15 digits, or a name of up to 11 letters and digits.".to_owned())
    }
}

/// Reads settings one by one and keeps their faults.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<SettingFault>,
}

impl Reader<'_> {
    /// A setting's text, or its default; `None` when there is neither.
    pub fn text(&self, key: &Key) -> Option<String> {
        let text = (self.lookup)(key.name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        text.or_else(|| key.default.map(ToOwned::to_owned))
    }

    /// A setting that may be absent.
    pub fn optional<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(&self.text(key)?) {
            Ok(value) => Some(value),
            Err(message) => {
                self.fault(key, message);
                None
            }
        }
    }

    /// A setting that has to be there.
    pub fn required<T>(&mut self, key: &Key, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        if self.text(key).is_none() {
            self.fault(key, "Set this for the chosen gateway.");
        }
        self.optional(key, parse)
    }

    /// Notes a fault.
    pub fn fault(&mut self, key: &Key, message: impl Into<String>) {
        self.faults.push(SettingFault { key: key.name, message: message.into() });
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("faults", &self.faults).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Settings, Vec<&'static str>> {
        let lookup = |key: &str| set.iter().find(|(name, _)| *name == key).map(|(_, text)| (*text).to_owned());
        Settings::read(&lookup).map_err(|faults| faults.iter().map(|fault| fault.key).collect())
    }

    #[test]
    fn without_settings_messages_are_only_noted() {
        let settings = read(&[]).unwrap();
        assert_eq!((settings.gateway.name(), settings.undo), ("log", 5_000));
        assert!(settings.gateway.hindrance().is_some() && settings.hook_secret.is_none());
        assert_eq!(settings.language, Language::English);
    }

    #[test]
    fn a_language_is_one_of_those_that_there_are() {
        assert_eq!(read(&[("sms.language", "hi")]).unwrap().language, Language::Hindi);
        let faults = Settings::read(&|key| (key == "sms.language").then(|| "fr".to_owned())).unwrap_err();
        let fault = SettingFault { key: "sms.language", message: "Choose one of: en, hi.".to_owned() };
        assert_eq!(faults, [fault]);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let set = [("sms.gateway", "kannel"), ("sms.sender", "A name too long"), ("sms.undo_seconds", "301")];
        assert_eq!(
            read(&set).unwrap_err(),
            ["sms.undo_seconds", "sms.sender", "sms.kannel.url", "sms.kannel.username", "sms.kannel.password"]
        );
        assert_eq!(read(&[("sms.gateway", "pigeon")]).unwrap_err(), ["sms.gateway"]);
        let kannel = [("sms.gateway", "kannel"), ("sms.kannel.username", "u"), ("sms.kannel.password", "hidden")];
        for url in ["sendsms", "ftp://example.net/", "http://"] {
            assert_eq!(read(&[&kannel[..], &[("sms.kannel.url", url)]].concat()).unwrap_err(), ["sms.kannel.url"]);
        }
        let whole = read(&[&kannel[..], &[("sms.kannel.url", "http://127.0.0.1:1/x")]].concat()).unwrap();
        assert_eq!(whole.gateway.name(), "kannel");
        assert!(!format!("{whole:?}").contains("hidden"));
    }

    #[test]
    fn a_sender_is_a_number_or_a_short_name() {
        for good in ["REDRESS", "Lake Fibre", "+447700900123", "56161", "12345678901a"] {
            assert_eq!(check_sender(good).is_ok(), good != "12345678901a", "{good}");
        }
        for bad in ["12", "1234567890123456", "Lakeside Fibre", "Ünet", "+", "--"] {
            assert!(check_sender(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_listed_once_with_a_line_each() {
        let mut names: Vec<_> = Settings::keys().map(|key| key.name).collect();
        assert!(Settings::keys().all(|key| key.name.starts_with("sms.") && key.doc.ends_with('.')));
        assert_eq!(Settings::keys().filter(|key| key.secret).count(), 2);
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
