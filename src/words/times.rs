//! Days and times in words: relative within a day, then dates, in the ISP's time zone and the reader's language.

use jiff::{
    Timestamp, Zoned,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::{Language, Text};

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
    language: Language,
}

impl Times {
    /// As seen at `now` in `zone`, told in `language`.
    pub fn new(now: i64, zone: TimeZone, language: Language) -> Self {
        Self { now, zone, language }
    }

    /// The language that times are told in.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Relative within 24 hours, then the date: `2 min ago`, `3 h ago`, `20 Nov`, `20 Nov 2025`.
    pub fn ago(&self, at: i64) -> When {
        let past = self.now - at;
        let words = match past {
            // A clock a little ahead of another is no reason to show the future.
            SLACK..MINUTE => self.say(Text::new("words-just-now")),
            MINUTE..HOUR => self.say(Text::new("words-minutes-ago").arg("count", past / MINUTE)),
            HOUR..DAY => self.say(Text::new("words-hours-ago").arg("count", past / HOUR)),
            _ => self.date(at),
        };
        self.when(at, words)
    }

    /// The day and the time: `Today 14:30`, `Yesterday 09:05`, `19 Nov 11:34`.
    pub fn day_and_time(&self, at: i64) -> When {
        let words = self.say(Text::new("words-day-time").arg("day", self.day(at)).arg("time", self.clock(at)));
        self.when(at, words)
    }

    /// The same within a sentence: `today at 14:30`, `19 Nov at 11:34`.
    pub fn phrase(&self, at: i64) -> When {
        let time = self.clock(at);
        let words = match self.distance(at) {
            Some(Distance::Today) => Text::new("words-today-at"),
            Some(Distance::Yesterday) => Text::new("words-yesterday-at"),
            None => Text::new("words-day-at").arg("day", self.date(at)),
        };
        self.when(at, self.say(words.arg("time", time)))
    }

    /// Day and minute with the zone's abbreviation, always in full: `23 Nov 2026, 14:30 GMT`.
    pub fn exact(&self, at: i64) -> When {
        let local = self.local(at);
        let words = Text::new("words-exact")
            .arg("date", date_with_year(local.date()))
            .arg("time", local.strftime("%H:%M").to_string())
            .arg("zone", local.strftime("%Z").to_string());
        self.when(at, self.say(words))
    }

    /// The day with the month in full: `23 November 2026`.
    pub fn long_day(&self, at: i64) -> When {
        let words = self.say(long_date(self.local(at).date()));
        self.when(at, words)
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
        match self.distance(at) {
            Some(Distance::Today) => self.say(Text::new("words-today")),
            Some(Distance::Yesterday) => self.say(Text::new("words-yesterday")),
            None => self.date(at),
        }
    }

    fn distance(&self, at: i64) -> Option<Distance> {
        let (day, today) = (self.local(at).date(), self.local(self.now).date());
        if day == today {
            Some(Distance::Today)
        } else if day.tomorrow().is_ok_and(|next| next == today) {
            Some(Distance::Yesterday)
        } else {
            None
        }
    }

    fn clock(&self, at: i64) -> String {
        self.local(at).strftime("%H:%M").to_string()
    }

    fn date(&self, at: i64) -> String {
        self.say(date(self.local(at).date(), self.local(self.now).date()))
    }

    fn when(&self, at: i64, words: String) -> When {
        let local = self.local(at);
        let full = Text::new("words-full")
            .arg("weekday", Text::new(weekday(local.weekday())))
            .arg("date", long_date(local.date()))
            .arg("time", local.strftime("%H:%M:%S").to_string())
            .arg("zone", local.strftime("%Z").to_string());
        When { iso: format!("{:.3}", local.timestamp()), words, full: self.say(full) }
    }

    fn say(&self, text: Text) -> String {
        text.to(self.language).to_string()
    }

    fn local(&self, at: i64) -> Zoned {
        Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }
}

enum Distance {
    Today,
    Yesterday,
}

/// A day in brief, without its year while that is this year: `19 Nov`, `19 Nov 2025`.
pub fn date(day: Date, today: Date) -> Text {
    if day.year() != today.year() {
        return date_with_year(day);
    }
    Text::new("words-date").arg("day", i32::from(day.day())).arg("month", Text::new(in_brief(day)))
}

/// A day in brief with its year: `19 Nov 2025`.
pub fn date_with_year(day: Date) -> Text {
    dated("words-date-year", day, in_brief(day))
}

fn long_date(day: Date) -> Text {
    dated("words-date-year", day, in_full(day))
}

fn dated(key: &'static str, day: Date, month: &'static str) -> Text {
    // A year is no amount: its digits are never grouped.
    let year = day.year().to_string();
    Text::new(key).arg("day", i32::from(day.day())).arg("month", Text::new(month)).arg("year", year)
}

fn in_brief(day: Date) -> &'static str {
    match day.month() {
        1 => "words-jan",
        2 => "words-feb",
        3 => "words-mar",
        4 => "words-apr",
        5 => "words-may",
        6 => "words-jun",
        7 => "words-jul",
        8 => "words-aug",
        9 => "words-sep",
        10 => "words-oct",
        11 => "words-nov",
        _ => "words-dec",
    }
}

fn in_full(day: Date) -> &'static str {
    match day.month() {
        1 => "words-january",
        2 => "words-february",
        3 => "words-march",
        4 => "words-april",
        5 => "words-whole-may",
        6 => "words-june",
        7 => "words-july",
        8 => "words-august",
        9 => "words-september",
        10 => "words-october",
        11 => "words-november",
        _ => "words-december",
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "words-monday",
        Weekday::Tuesday => "words-tuesday",
        Weekday::Wednesday => "words-wednesday",
        Weekday::Thursday => "words-thursday",
        Weekday::Friday => "words-friday",
        Weekday::Saturday => "words-saturday",
        Weekday::Sunday => "words-sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn times(now: &str, zone: &str) -> Times {
        Times::new(at(now), TimeZone::get(zone).unwrap(), Language::English)
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
        assert_eq!(when.iso, "2026-07-01T12:00:05.250Z");
        assert_eq!(when.words, "13:00:05");
        assert_eq!(when.full, "Wednesday 1 July 2026, 13:00:05 BST");
    }

    #[test]
    fn an_instant_out_of_range_is_shown_somehow() {
        assert_eq!(times("2026-11-23T22:30:00Z", "UTC").ago(i64::MAX).words, "1 Jan 1970");
    }

    #[test]
    fn other_languages_have_words_and_months_of_their_own() {
        let times = Times::new(at("2026-11-23T14:30:00Z"), TimeZone::UTC, Language::Hindi);
        assert_eq!(times.ago(at("2026-11-23T14:28:00Z")).words, "2 मिनट पहले");
        assert_eq!(times.day_and_time(at("2025-02-19T11:34:00Z")).words, "19 फ़र॰ 2025 11:34");
        assert_eq!(times.second(at("2026-07-01T12:00:05Z")).full, "बुधवार, 1 जुलाई 2026, 12:00:05 UTC");
    }

    #[test]
    fn a_day_is_told_in_full_where_it_stands_alone() {
        let times = times("2026-11-23T22:30:00Z", "Europe/London");
        assert_eq!(times.exact(at("2026-07-01T12:00:05Z")).words, "1 Jul 2026, 13:00 BST");
        assert_eq!(times.long_day(at("2026-05-01T12:00:05Z")).words, "1 May 2026");
    }
}
