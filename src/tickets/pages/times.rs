//! Times in words: relative within a day, then dates, in the ISP's time zone.

use jiff::{Timestamp, Zoned, tz::TimeZone};

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const SLACK: i64 = 1 - MINUTE;

/// An instant as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// For `datetime`: RFC 3339, UTC.
    pub iso: String,
    /// A few words.
    pub words: String,
    /// The whole of it, for the title.
    pub full: String,
}

/// Reads instants, in milliseconds, against one "now".
#[derive(Debug, Clone)]
pub struct Times {
    now: i64,
    zone: TimeZone,
}

impl Times {
    /// As seen at `now` in `zone`.
    pub fn new(now: i64, zone: TimeZone) -> Self {
        Self { now, zone }
    }

    /// Relative within 24 hours, then the date: `2 min ago`, `3 h ago`, `20 Nov`, `20 Nov 2025`.
    pub fn ago(&self, at: i64) -> When {
        let past = self.now - at;
        let words = match past {
            // A clock a little ahead of another is no reason to show the future.
            SLACK..MINUTE => "just now".to_owned(),
            MINUTE..HOUR => format!("{} min ago", past / MINUTE),
            HOUR..DAY => format!("{} h ago", past / HOUR),
            _ => self.date(at),
        };
        self.when(at, words)
    }

    /// The day and the time: `Today 14:30`, `Yesterday 09:05`, `19 Nov 11:34`.
    pub fn day_and_time(&self, at: i64) -> When {
        let words = format!("{} {}", self.day(at), self.clock(at));
        self.when(at, words)
    }

    /// The same within a sentence: `today at 14:30`, `19 Nov at 11:34`.
    pub fn phrase(&self, at: i64) -> When {
        let words = format!("{} at {}", self.day(at), self.clock(at));
        self.when(at, words.replace("Today", "today").replace("Yesterday", "yesterday"))
    }

    /// Only the time, for lists that name the day: `14:30`.
    pub fn time(&self, at: i64) -> When {
        self.when(at, self.clock(at))
    }

    /// The time to the second, for what takes seconds: `14:30:05`.
    pub fn second(&self, at: i64) -> When {
        self.when(at, self.local(at).strftime("%H:%M:%S").to_string())
    }

    /// The day: `Today`, `Yesterday`, `19 Nov`, `19 Nov 2025`.
    pub fn day(&self, at: i64) -> String {
        let (day, today) = (self.local(at).date(), self.local(self.now).date());
        if day == today {
            "Today".to_owned()
        } else if day.tomorrow().is_ok_and(|next| next == today) {
            "Yesterday".to_owned()
        } else {
            self.date(at)
        }
    }

    fn clock(&self, at: i64) -> String {
        self.local(at).strftime("%H:%M").to_string()
    }

    fn date(&self, at: i64) -> String {
        let day = self.local(at);
        let form = if day.year() == self.local(self.now).year() { "%-d %b" } else { "%-d %b %Y" };
        day.strftime(form).to_string()
    }

    fn when(&self, at: i64, words: String) -> When {
        let local = self.local(at);
        When {
            iso: local.timestamp().to_string(),
            words,
            full: local.strftime("%A %-d %B %Y, %H:%M:%S %Z").to_string(),
        }
    }

    fn local(&self, at: i64) -> Zoned {
        Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn times(now: &str, zone: &str) -> Times {
        Times::new(at(now), TimeZone::get(zone).unwrap())
    }

    #[test]
    fn a_day_is_relative_then_come_dates() {
        let times = times("2026-11-23T14:30:00Z", "UTC");
        for (instant, want) in [
            ("2026-11-23T14:30:20Z", "just now"),
            ("2026-11-23T14:29:01Z", "just now"),
            ("2026-11-23T14:29:00Z", "1 min ago"),
            ("2026-11-23T13:30:01Z", "59 min ago"),
            ("2026-11-23T13:30:00Z", "1 h ago"),
            ("2026-11-22T14:30:01Z", "23 h ago"),
            ("2026-11-22T14:30:00Z", "22 Nov"),
            ("2026-01-01T00:00:00Z", "1 Jan"),
            ("2025-12-31T23:59:59Z", "31 Dec 2025"),
            ("2026-11-23T14:31:00Z", "23 Nov"),
        ] {
            assert_eq!(times.ago(at(instant)).words, want, "{instant}");
        }
    }

    #[test]
    fn days_are_days_of_the_zone() {
        // 22:30 UTC is 06:30 of the next day in Manila.
        let times = times("2026-11-23T22:30:00Z", "Asia/Manila");
        assert_eq!(times.day_and_time(at("2026-11-23T16:05:00Z")).words, "Today 00:05");
        assert_eq!(times.day_and_time(at("2026-11-23T15:05:00Z")).words, "Yesterday 23:05");
        assert_eq!(times.phrase(at("2026-11-23T15:05:00Z")).words, "yesterday at 23:05");
        assert_eq!(times.phrase(at("2025-03-01T15:05:00Z")).words, "1 Mar 2025 at 23:05");
        assert_eq!(times.day_and_time(at("2026-11-22T15:05:00Z")).words, "22 Nov 23:05");
    }

    #[test]
    fn the_title_says_everything() {
        let when = times("2026-11-23T22:30:00Z", "Europe/London").second(at("2026-07-01T12:00:05.250Z"));
        assert_eq!(when.iso, "2026-07-01T12:00:05.25Z");
        assert_eq!(when.words, "13:00:05");
        assert_eq!(when.full, "Wednesday 1 July 2026, 13:00:05 BST");
    }

    #[test]
    fn an_instant_out_of_range_is_shown_somehow() {
        assert_eq!(times("2026-11-23T22:30:00Z", "UTC").ago(i64::MAX).words, "1 Jan 1970");
    }
}
