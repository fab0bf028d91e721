//! Dates and times as help desks write them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    fmt::strtime,
    tz::TimeZone,
};

/// In which order a date like 03/04/2026 has day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Day before month, as most of the world writes.
    Dmy,
    /// Month before day, as the United States write.
    Mdy,
}

impl Order {
    /// Reads the name on the command line.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "dmy" => Some(Self::Dmy),
            "mdy" => Some(Self::Mdy),
            _ => None,
        }
    }
}

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTime {
    /// Nobody can tell day and month apart.
    #[error("Say with --dates dmy or --dates mdy whether day or month comes first in dates with strokes.")]
    Ambiguous,
    /// No way of writing a time that is known here.
    #[error("This is no date and time; 2026-01-31 14:05 is one.")]
    Unknown,
}

/// Ways of writing that have a name of the month: RT's own, and that of e-mail.
const WORDED: [&str; 3] = ["%a %b %d %H:%M:%S %Y", "%d %b %Y %H:%M:%S", "%d %b %Y %H:%M"];

/// The same with their offset from UTC.
const OFFSET: [&str; 3] = ["%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z"];

/// Reads a time, in milliseconds; nothing for a text that says there is none. One that does not say its zone is meant in
/// `zone`, and where a clock was set back the earlier of the two.
///
/// # Errors
/// [`NoTime`].
pub fn read(text: &str, zone: &TimeZone, order: Option<Order>) -> Result<Option<i64>, NoTime> {
    let text = text.trim();
    if matches!(text.to_ascii_lowercase().as_str(), "" | "-" | "not set" | "never" | "null") {
        return Ok(None);
    }
    if let Some(at) = with_zone(text) {
        return Ok(Some(at.as_millisecond()));
    }
    let civil = match civil(text) {
        Some(civil) => civil,
        None => numbers(text, order)?,
    };
    let zoned = zone.to_ambiguous_zoned(civil).compatible().map_err(|_| NoTime::Unknown)?;
    Ok(Some(zoned.timestamp().as_millisecond()))
}

/// An instant by itself.
fn with_zone(text: &str) -> Option<Timestamp> {
    let utc = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")).map(|text| format!("{text}Z"));
    let plain = utc.as_deref().unwrap_or(text).parse().ok();
    plain.or_else(|| OFFSET.iter().find_map(|format| strtime::parse(format, text).ok()?.to_timestamp().ok()))
}

/// A year first, or a name of the month.
fn civil(text: &str) -> Option<DateTime> {
    let plain = text.as_bytes().get(4) == Some(&b'-');
    let iso = || text.parse().ok();
    let worded = || WORDED.iter().find_map(|format| strtime::parse(format, text).ok()?.to_datetime().ok());
    if plain { iso() } else { worded() }
}

/// Day, month and year by numbers, and a time perhaps.
fn numbers(text: &str, order: Option<Order>) -> Result<DateTime, NoTime> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let date = date.trim_end_matches(',');
    let sign = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| "/.-".contains(*c)).ok_or(NoTime::Unknown)?;
    let parts: Vec<i16> = date.split(sign).map(|part| part.parse().unwrap_or(-1)).collect();
    let [first, second, year] = parts[..] else { return Err(NoTime::Unknown) };
    // Points are written with the day first, wherever they are.
    let order = if sign == '.' { Order::Dmy } else { order.ok_or(NoTime::Ambiguous)? };
    let (day, month) = if order == Order::Dmy { (first, second) } else { (second, first) };
    let year = if (0..100).contains(&year) { 2000 + year } else { year };
    let small = |number: i16| i8::try_from(number).map_err(|_| NoTime::Unknown);
    let date = Date::new(year, small(month)?, small(day)?).map_err(|_| NoTime::Unknown)?;
    Ok(date.to_datetime(time_of_day(time.trim()).ok_or(NoTime::Unknown)?))
}

/// `14:05:00`, `2:05 PM`, or nothing for midnight.
fn time_of_day(text: &str) -> Option<Time> {
    if text.is_empty() {
        return Some(Time::midnight());
    }
    let lower = text.to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(rest), _) => (rest, Some(0)),
        (_, Some(rest)) => (rest, Some(12)),
        _ => (&*lower, None),
    };
    let parts: Vec<i8> = digits.trim().split(':').map(|part| part.parse().unwrap_or(-1)).collect();
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let hour = match half {
        Some(add) if (1..=12).contains(&hour) => hour % 12 + add,
        Some(_) => return None,
        None => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_kolkata(text: &str, order: Option<Order>) -> Result<Option<String>, NoTime> {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        read(text, &zone, order).map(|at| at.map(crate::clock::instant))
    }

    #[test]
    fn times_are_read_as_help_desks_write_them() {
        let (naive, utc) = ("2026-01-31T08:35:00.000Z", "2026-01-31T14:05:00.000Z");
        for (text, want) in [
            ("2026-01-31 14:05:00", naive),
            ("2026-01-31 14:05", naive),
            (" 2026-01-31T14:05:00 ", naive),
            ("Sat Jan 31 14:05:00 2026", naive),
            ("31 Jan 2026 14:05:00", naive),
            ("31.01.2026 14:05", naive),
            ("31.1.26, 14:05:00", naive),
            ("2026-01-31T14:05:00Z", utc),
            ("2026-01-31T14:05:00.000Z", utc),
            ("2026-01-31 14:05:00 UTC", utc),
            ("2026-01-31 15:05:00 +0100", utc),
            ("2026-01-31T15:05:00+01:00", utc),
            ("Sat, 31 Jan 2026 15:05:00 +0100", utc),
            ("2026-01-31", "2026-01-30T18:30:00.000Z"),
        ] {
            assert_eq!(in_kolkata(text, None), Ok(Some(want.to_owned())), "{text}");
        }
    }

    #[test]
    fn strokes_need_to_be_told_of() {
        for (text, order, want) in [
            ("03/04/2026 2:05 PM", Order::Dmy, "2026-04-03T08:35:00.000Z"),
            ("03/04/2026 2:05 PM", Order::Mdy, "2026-03-04T08:35:00.000Z"),
            ("3/4/26 12:05 AM", Order::Mdy, "2026-03-03T18:35:00.000Z"),
            ("31-01-2026 14:05", Order::Dmy, "2026-01-31T08:35:00.000Z"),
        ] {
            assert_eq!(in_kolkata(text, Some(order)), Ok(Some(want.to_owned())), "{text} {order:?}");
            assert_eq!(in_kolkata(text, None), Err(NoTime::Ambiguous), "{text}");
        }
        assert_eq!(in_kolkata("31/01/2026", Some(Order::Mdy)), Err(NoTime::Unknown));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", " ", "-", "Not set", "null"] {
            assert_eq!(in_kolkata(text, None), Ok(None), "{text:?}");
        }
        for text in
            ["3 weeks ago", "2026-13-01", "31.02.2026", "1.1.2026 25:00", "1.1.2026 13:00 pm", "45678.5", "ü-ü-ü", "1/"]
        {
            assert_eq!(in_kolkata(text, Some(Order::Dmy)), Err(NoTime::Unknown), "{text}");
        }
    }
}
