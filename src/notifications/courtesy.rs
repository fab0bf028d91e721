//! When a phone is left in peace, how much is sent to one, and to which countries: rules only. None of it holds unless the
//! ISP sets it.

use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};

use super::message::Kind;
use crate::phone::{Phone, Region};

/// What the ISP has set.
#[derive(Debug, Clone, Default)]
pub struct Courtesy {
    /// No message rings at night.
    pub quiet: Option<Quiet>,
    /// Those that are sent even to numbers that said STOP, since the law wants them told.
    pub required: Vec<Kind>,
    /// Messages that a number gets in 24 hours, at most.
    pub per_number: Option<i64>,
    /// SMS segments in a day of the ISP's zone, at most.
    pub per_day: Option<i64>,
    /// The countries that are sent to; all of them when empty.
    pub countries: Vec<Region>,
}

/// The hours in which phones are left in peace.
#[derive(Debug, Clone)]
pub struct Quiet {
    /// From then on.
    pub from: Time,
    /// Until then, of the next day where it is earlier.
    pub until: Time,
    /// Where they live.
    pub zone: TimeZone,
    /// What is sent all the same.
    pub exempt: Vec<Kind>,
}

impl Courtesy {
    /// Whether a message is sent although the number said STOP.
    pub fn is_required(&self, kind: Kind) -> bool {
        self.required.contains(&kind)
    }

    /// Whether numbers of this one's country are sent to.
    pub fn reaches(&self, phone: &Phone) -> bool {
        self.countries.is_empty() || self.countries.iter().any(|country| phone.is_of(*country))
    }

    /// Whether phones are left in peace now.
    pub fn is_quiet(&self, now: i64) -> bool {
        self.quiet.as_ref().is_some_and(|quiet| quiet.until(now).is_some())
    }

    /// When a message may ring, in milliseconds, if not now.
    pub fn quiet_until(&self, kind: Kind, now: i64) -> Option<i64> {
        self.quiet.as_ref().filter(|quiet| !quiet.exempt.contains(&kind))?.until(now)
    }
}

impl Quiet {
    /// Reads `21:00-08:00`.
    pub fn hours(text: &str) -> Option<(Time, Time)> {
        let (from, until) = text.split_once('-')?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
        let (from, until) = (time(from)?, time(until)?);
        (from != until).then_some((from, until))
    }

    /// The end of the quiet hours that hold at this moment, in milliseconds.
    fn until(&self, now: i64) -> Option<i64> {
        let here = Timestamp::from_millisecond(now).ok()?.to_zoned(self.zone.clone());
        let (day, time) = (here.date(), here.time());
        let over_night = self.from > self.until;
        let quiet =
            if over_night { time >= self.from || time < self.until } else { time >= self.from && time < self.until };
        if !quiet {
            return None;
        }
        let day = if over_night && time >= self.from { day.checked_add(1.day()).ok()? } else { day };
        // Where the clocks skip that hour, it is the moment after it.
        let end = day.to_datetime(self.until).to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond();
        (end > now).then_some(end)
    }
}

/// The day of the zone, `2026-11-26`.
pub fn day(now: i64, zone: &TimeZone) -> String {
    Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone()).date().to_string()
}

/// When the next day of the zone begins, in milliseconds.
pub fn next_day(now: i64, zone: &TimeZone) -> i64 {
    let here = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone());
    let next = here.tomorrow().and_then(|day| day.start_of_day());
    next.map_or(now + 60 * 60 * 1_000, |next| next.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(hours: &str, zone: &str) -> Courtesy {
        let (from, until) = Quiet::hours(hours).unwrap();
        let zone = TimeZone::get(zone).unwrap();
        Courtesy { quiet: Some(Quiet { from, until, zone, exempt: vec![Kind::Created] }), ..Courtesy::default() }
    }

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn the_night_ends_in_the_morning_of_the_zone() {
        let table = [
            // Kolkata is 5:30 ahead: 21:00 there is 15:30Z.
            ("Asia/Kolkata", "21:00-08:00", "2026-11-26T15:29:59Z", None),
            ("Asia/Kolkata", "21:00-08:00", "2026-11-26T15:30:00Z", Some("2026-11-27T02:30:00Z")),
            ("Asia/Kolkata", "21:00-08:00", "2026-11-27T02:29:59Z", Some("2026-11-27T02:30:00Z")),
            ("Asia/Kolkata", "21:00-08:00", "2026-11-27T02:30:00Z", None),
            ("UTC", "12:00-13:00", "2026-11-26T12:00:00Z", Some("2026-11-26T13:00:00Z")),
            ("UTC", "12:00-13:00", "2026-11-26T13:00:00Z", None),
            // The night in which clocks go forward from 02:00 to 03:00 in New York.
            ("America/New_York", "21:00-02:30", "2026-03-08T05:00:00Z", Some("2026-03-08T07:30:00Z")),
            // The one in which they go back.
            ("America/New_York", "21:00-08:00", "2026-11-01T05:30:00Z", Some("2026-11-01T13:00:00Z")),
        ];
        for (zone, hours, now, until) in table {
            assert_eq!(quiet(hours, zone).quiet_until(Kind::Fixed, at(now)), until.map(at), "{zone} {hours} {now}");
            assert_eq!(quiet(hours, zone).quiet_until(Kind::Created, at(now)), None, "on the phone right now");
        }
        for bad in ["", "21:00", "21:00-21:00", "25:00-08:00", "9-17", "21:00-08:00-09:00"] {
            assert!(Quiet::hours(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn nothing_goes_to_other_countries_than_those_set() {
        let phone = |text| Phone::from_e164(text).unwrap();
        let only = |names: &[&str]| {
            let countries = names.iter().map(|name| name.parse().unwrap()).collect();
            Courtesy { countries, ..Courtesy::default() }
        };
        let some = only(&["IN", "GB"]);
        assert!(some.reaches(&phone("+919876543210")) && some.reaches(&phone("+447700900142")));
        assert!(!some.reaches(&phone("+15005550006")));
        // Countries that share a calling code are favourites of those who have others pay for calls.
        let states = only(&["US"]);
        assert!(states.reaches(&phone("+12015550123")));
        assert!(!states.reaches(&phone("+18765551234")) && only(&["JM"]).reaches(&phone("+18765551234")));
        assert!(Courtesy::default().reaches(&phone("+15005550006")));
    }
}
