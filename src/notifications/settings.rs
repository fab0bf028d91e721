//! The settings of messages to clients. They come as a look-up by key, wherever they stand, and every fault is kept.

use secrecy::SecretString;

use jiff::tz::TimeZone;

use super::{
    channels::{CHANNELS, Channel, SmsGateway},
    courtesy::{Courtesy, Quiet},
    gates::Gates,
    message::Kind,
    price::Price,
};
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

    pub(super) const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

/// Which gateway sends.
pub const GATEWAY: Key = Key::new(
    "sms.gateway",
    "Where SMS go out: log (not sent, only noted), kannel, smpp, twilio or http; several in the order of their use.",
)
.or("log");
/// How fast a gateway is sent to that has no setting of its own for it.
pub const PER_SECOND: Key = Key::new(
    "sms.per_second",
    "SMS a second to each gateway at most, by each node that sends; as many as it takes if not set.",
);
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

/// What goes out by which channels, for each kind.
const TOLD: [(Kind, Key); 5] = [
    (
        Kind::Created,
        Key::new("notify.created", "How clients are told that a ticket is logged: channels, or none.").or("sms"),
    ),
    (
        Kind::Fixed,
        Key::new("notify.fixed", "How clients are told that a ticket is fixed: channels, or none.").or("sms"),
    ),
    (
        Kind::Assigned,
        Key::new("notify.assigned", "How technicians are told of a ticket: channels, or none.").or("none"),
    ),
    (
        Kind::Reopened,
        Key::new("notify.reopened", "How clients are told that work goes on: channels, or none.").or("none"),
    ),
    (Kind::Note, Key::new("notify.note", "How clients get notes that are for them: channels, or none.").or("none")),
];
const QUIET_HOURS: Key =
    Key::new("sms.quiet_hours", "When phones are left in peace, such as 21:00-08:00; messages wait until its end.");
const QUIET_ZONE: Key = Key::new("sms.quiet_timezone", "The time zone of the quiet hours; that of the ISP if not set.");
const QUIET_EXEMPT: Key =
    Key::new("sms.quiet_exempt", "What is sent in quiet hours all the same: kinds, or none.").or("created");
const REQUIRED: Key =
    Key::new("sms.required", "What is sent even to numbers that said STOP, since the law wants it: kinds, or none.")
        .or("none");
const PER_NUMBER: Key =
    Key::new("sms.per_number", "Messages to one number in 24 hours at most, answers apart; any number if not set.");
const PER_DAY: Key =
    Key::new("sms.per_day", "SMS segments in a day at most, which bounds its cost; any number if not set.");
const COUNTRIES: Key = Key::new("sms.countries", "The countries that SMS go to, such as IN,GB; all if not set.");
const REOPEN_DAYS: Key = Key::new(
    "sms.reopen_days",
    "A client's SMS reopens a ticket that was fixed so many days ago at most, 0 for never.",
)
.or("7");

const RESOLVE_DAYS: Key = Key::new(
    "sms.resolve_days",
    "By when tickets should be resolved, in days after they are logged: what {{resolve_by}} says in templates.",
);
const PRICE: Key =
    Key::new("sms.price", "What an SMS segment costs, such as 0.12 INR: the page of templates reckons with it.");

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
    /// The ways out.
    pub gates: Gates,
    /// What goes out by which of them.
    pub routes: Routes,
    /// Whom messages come from, a number or a name, if it is set.
    pub sender: Option<String>,
    /// The language of messages to clients, answers included.
    pub language: Language,
    /// The secret of the hooks, if it is set.
    pub hook_secret: Option<SecretString>,
    /// How long a Fixed raised on a page is held back, in milliseconds.
    pub undo: i64,
    /// When and how much is sent.
    pub courtesy: Courtesy,
    /// How many days after a Fixed a client's SMS reopens the ticket.
    pub reopen_days: i64,
    /// How many days after its logging a ticket should be resolved, where the ISP says so.
    pub resolve_days: Option<i64>,
    /// What a segment costs, where that is known.
    pub price: Option<Price>,
}

/// What goes out by which channels.
#[derive(Debug, Clone, Default)]
pub struct Routes(Vec<(Kind, Vec<&'static Channel>)>);

impl Routes {
    /// The channels that tell of this.
    pub fn of(&self, kind: Kind) -> &[&'static Channel] {
        self.0.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, channels)| channels)
    }
}

impl Settings {
    /// The sender as a phone number, for a desk in `region`, if it is one.
    pub fn sender(&self, region: Option<&Region>) -> Option<Phone> {
        Phone::from_gateway(self.sender.as_deref()?, region).ok()
    }

    /// The setting that names the gateway.
    pub const GATEWAY: &str = GATEWAY.name;

    /// Whether a gateway of these names calls us, with reports or with what clients send.
    pub fn is_called_by(gateways: &str) -> bool {
        gateways.split(',').any(|name| SmsGateway::find(name.trim()).is_some_and(|kind| kind.calls))
    }

    /// Every setting there is, those of all gateways included.
    pub fn keys() -> impl Iterator<Item = &'static Key> {
        static TOLD_KEYS: [Key; 5] = [TOLD[0].1, TOLD[1].1, TOLD[2].1, TOLD[3].1, TOLD[4].1];
        static OWN: [Key; 13] = [
            LANGUAGE,
            HOOK_SECRET,
            UNDO_SECONDS,
            QUIET_HOURS,
            QUIET_ZONE,
            QUIET_EXEMPT,
            REQUIRED,
            PER_NUMBER,
            PER_DAY,
            COUNTRIES,
            REOPEN_DAYS,
            RESOLVE_DAYS,
            PRICE,
        ];
        TOLD_KEYS.iter().chain(&OWN).chain(CHANNELS.into_iter().flat_map(|channel| (channel.keys)()))
    }

    /// Reads the settings; `lookup` gives the text of a key, and `zone` is the ISP's. Empty text counts as not set.
    ///
    /// # Errors
    /// All faults at once.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>, zone: &TimeZone) -> Result<Self, Vec<SettingFault>> {
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
        let courtesy = courtesy(&mut reader, zone);
        let reopen_days = reader.required(&REOPEN_DAYS, |text| match text.parse::<i64>() {
            Ok(days @ 0..=365) => Ok(days),
            _ => Err("Give a whole number of days from 0 to 365.".to_owned()),
        });
        let resolve_days = reader.optional(&RESOLVE_DAYS, |text| match text.parse::<i64>() {
            Ok(days @ 1..=365) => Ok(days),
            _ => Err("Give a whole number of days from 1 to 365.".to_owned()),
        });
        let price = reader.optional(&PRICE, |text| {
            Price::read(text).ok_or_else(|| "Give an amount and a currency, such as 0.12 INR.".to_owned())
        });
        let gates = Gates::new(CHANNELS.map(|channel| (channel, (channel.build)(&mut reader))).into());
        let routes = routes(&mut reader, &gates);
        match (language, undo, reopen_days) {
            (Some(language), Some(undo), Some(reopen_days)) if reader.faults.is_empty() => Ok(Self {
                gates,
                routes,
                sender,
                language,
                hook_secret,
                undo,
                courtesy,
                reopen_days,
                resolve_days,
                price,
            }),
            _ => Err(reader.faults),
        }
    }
}

fn routes(reader: &mut Reader<'_>, gates: &Gates) -> Routes {
    let mut routes = Vec::new();
    for (kind, key) in TOLD {
        let channels = reader.required(&key, |text| {
            let names = choose_several(text, &CHANNELS.map(|channel| channel.name))?;
            let channels: Vec<&'static Channel> = names.into_iter().filter_map(Channel::find).collect();
            let missing = channels.iter().find(|channel| ***channel != *Channel::SMS && gates.of(channel).is_empty());
            if let Some(channel) = missing {
                return Err(format!("{} is not set up: see its settings.", channel.name));
            }
            let mut gateways = channels.iter().flat_map(|channel| gates.of(channel));
            match gateways.find_map(|gate| gate.gateway.tells(kind).err()) {
                Some(fault) => Err(fault),
                None => Ok(channels),
            }
        });
        routes.push((kind, channels.unwrap_or_default()));
    }
    Routes(routes)
}

fn courtesy(reader: &mut Reader<'_>, zone: &TimeZone) -> Courtesy {
    let kinds = |text: &str| {
        let names = choose_several(text, &Kind::ALL.map(Kind::name))?;
        Ok(names.into_iter().filter_map(Kind::find).collect::<Vec<_>>())
    };
    let hours = reader.optional(&QUIET_HOURS, |text| {
        Quiet::hours(text).ok_or_else(|| "Give two times of day, such as 21:00-08:00.".to_owned())
    });
    let quiet_zone = reader.optional(&QUIET_ZONE, |text| {
        TimeZone::get(text).map_err(|_| "Give an IANA name such as Asia/Kolkata.".to_owned())
    });
    let exempt = reader.required(&QUIET_EXEMPT, kinds).unwrap_or_default();
    let zone = quiet_zone.unwrap_or_else(|| zone.clone());
    let number = |text: &str| match text.parse::<i64>() {
        Ok(number @ 1..=1_000_000_000) => Ok(number),
        _ => Err("Give a whole number from 1 on.".to_owned()),
    };
    Courtesy {
        quiet: hours.map(|(from, until)| Quiet { from, until, zone, exempt }),
        required: reader.required(&REQUIRED, kinds).unwrap_or_default(),
        per_number: reader.optional(&PER_NUMBER, number),
        per_day: reader.optional(&PER_DAY, number),
        countries: reader.optional(&COUNTRIES, countries).unwrap_or_default(),
    }
}

/// Countries given by their two letters.
fn countries(text: &str) -> Result<Vec<Region>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let read: Result<Vec<Region>, _> = names.map(str::parse).collect();
    read.map_err(|_| "Give the two letters of countries, such as IN,GB.".to_owned())
}

/// Some of these names, at least one, comma-separated, each once.
pub(super) fn choose_some<'n>(text: &str, names: &[&'n str]) -> Result<Vec<&'n str>, String> {
    let mut chosen = Vec::new();
    for wanted in text.split(',').map(str::trim).filter(|wanted| !wanted.is_empty()) {
        let Some(name) = names.iter().find(|name| **name == wanted) else { return Err(choose_one(names)) };
        if !chosen.contains(name) {
            chosen.push(*name);
        }
    }
    if chosen.is_empty() { Err(choose_one(names)) } else { Ok(chosen) }
}

/// The same, or `none`.
fn choose_several<'n>(text: &str, names: &[&'n str]) -> Result<Vec<&'n str>, String> {
    if text == "none" {
        return Ok(Vec::new());
    }
    choose_some(text, names).map_err(|_| format!("Choose none, or some of: {}.", names.join(", ")))
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

    /// What could be made of a setting.
    pub fn made<T>(&mut self, key: &Key, made: Result<T, String>) -> Option<T> {
        made.map_err(|message| self.fault(key, message)).ok()
    }

    /// Notes a fault, once: several gateways read the settings that they share.
    pub fn fault(&mut self, key: &Key, message: impl Into<String>) {
        let fault = SettingFault { key: key.name, message: message.into() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
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
        Settings::read(&lookup, &TimeZone::UTC).map_err(|faults| faults.iter().map(|fault| fault.key).collect())
    }

    fn gateways(settings: &Settings) -> Vec<&'static str> {
        settings.gates.all().map(|(_, gateway)| gateway.name()).collect()
    }

    #[test]
    fn several_gateways_stand_in_the_order_of_their_use_and_log_alone() {
        for bad in ["log,kannel", "kannel,log", "pigeon", ",", "kannel,pigeon"] {
            let faults = read(&[("sms.gateway", bad)]).unwrap_err();
            assert!(faults.contains(&"sms.gateway"), "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_a_fault() {
        for (key, bad) in [
            ("notify.fixed", "pigeon"),
            ("notify.created", "sms,none"),
            ("sms.quiet_hours", "late"),
            ("sms.quiet_timezone", "Moon/Base"),
            ("sms.quiet_exempt", "all"),
            ("sms.required", "created,x"),
            ("sms.per_number", "0"),
            ("sms.per_day", "many"),
            ("sms.countries", "India"),
            ("sms.reopen_days", "-1"),
            ("sms.resolve_days", "0"),
            ("sms.price", "0.12"),
            ("sms.price", ".5 INR"),
            ("sms.price", "0,12 INR"),
        ] {
            assert_eq!(read(&[(key, bad)]).unwrap_err(), [key], "{bad}");
        }
        let set = read(&[("notify.fixed", "none"), ("sms.quiet_hours", "21:00-08:00"), ("sms.countries", "IN, GB")]);
        let settings = set.unwrap();
        assert!(settings.routes.of(Kind::Fixed).is_empty() && settings.courtesy.quiet.is_some());
        assert_eq!(settings.courtesy.countries, ["IN", "GB"].map(|name| name.parse().unwrap()));
    }

    #[test]
    fn without_settings_messages_are_only_noted() {
        let settings = read(&[]).unwrap();
        assert_eq!((gateways(&settings), settings.undo), (vec!["log"], 5_000));
        assert!(settings.gates.hindrance(Channel::SMS).is_some() && settings.hook_secret.is_none());
        let told =
            Kind::ALL.map(|kind| settings.routes.of(kind).iter().map(|channel| channel.name).collect::<Vec<_>>());
        assert_eq!(told, [vec!["sms"], vec!["sms"], vec![], vec![], vec![]]);
        assert!(settings.courtesy.quiet.is_none() && settings.courtesy.per_number.is_none());
        assert_eq!(settings.language, Language::English);
    }

    #[test]
    fn a_language_is_one_of_those_that_there_are() {
        assert_eq!(read(&[("sms.language", "hi")]).unwrap().language, Language::Hindi);
        let faults =
            Settings::read(&|key| (key == "sms.language").then(|| "fr".to_owned()), &TimeZone::UTC).unwrap_err();
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
        assert_eq!(gateways(&whole), ["kannel"]);
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
        assert!(Settings::keys().all(|key| !key.name.is_empty() && key.doc.ends_with('.')));
        assert_eq!(Settings::keys().filter(|key| key.secret).count(), 11);
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
