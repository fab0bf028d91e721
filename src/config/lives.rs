//! How long things last: sessions, links, and what is personal.

use super::Checker;
use crate::{
    privacy::{self, Retention},
    staff,
};

const MINUTE: i64 = 60 * 1000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// A time such as `45m`, `12h` or `30d`, in milliseconds.
pub(super) fn time(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

pub(super) fn staff(checker: &mut Checker<'_>) -> staff::Settings {
    let mut read = |name, remedy, bounds: std::ops::RangeInclusive<i64>| {
        checker.parsed(name, remedy, |text| time(text).filter(|time| bounds.contains(time))).unwrap_or_default()
    };
    let short = "write a time from 5m to 24h";
    let long = "write a time from 15m to 30d";
    let idle = read("session.idle", short, 5 * MINUTE..=DAY);
    let life = read("session.absolute", long, 15 * MINUTE..=30 * DAY);
    let links = staff::Lives {
        invitation: read("links.invitation", long, 15 * MINUTE..=30 * DAY),
        reset: read("links.reset", short, 5 * MINUTE..=DAY),
    };
    if idle > life && life > 0 {
        let fault = "session.idle: longer than session.absolute, so it would never count; make it shorter";
        checker.faults.push(fault.to_owned());
    }
    staff::Settings { idle, life, links }
}

pub(super) fn retention(checker: &mut Checker<'_>) -> Retention {
    let [tickets_months, messages_days, inbound_days, audit_years] = privacy::KEYS.map(|(name, least, _)| {
        let text = checker.text(name);
        if text.is_empty() {
            return None;
        }
        Retention::check(least, &text)
            .map_err(|remedy| checker.faults.push(format!("{name}: \"{text}\" will not do; {remedy}")))
            .ok()
    });
    Retention { tickets_months, messages_days, inbound_days, audit_years }
}
