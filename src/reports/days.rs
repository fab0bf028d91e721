//! The days that a report is about, and how they are put together into bars. Days are days of the ISP's time zone: the
//! one on which clocks change has 23 or 25 hours.

use jiff::{Span, ToSpan, civil::Date, tz::TimeZone};

use crate::words::Text;

/// The first and the last day that can be asked for. Nothing is older, and clocks far ahead are a fault.
pub const EARLIEST: Date = Date::constant(2000, 1, 1);
/// See [`EARLIEST`].
pub const LATEST: Date = Date::constant(2099, 12, 31);

/// A period that moves with the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// The day that it is.
    Today,
    /// From Monday (ISO 8601) until today.
    ThisWeek,
    /// The Monday to Sunday before.
    LastWeek,
    /// From the first until today.
    ThisMonth,
    /// The whole month before.
    LastMonth,
    /// Today and the 29 days before.
    #[default]
    Last30Days,
    /// Today and the 89 days before.
    Last90Days,
    /// From the first of January until today.
    ThisYear,
    /// The whole year before.
    LastYear,
}

impl Period {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 9] = [
        Self::Today,
        Self::ThisWeek,
        Self::LastWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::Last30Days,
        Self::Last90Days,
        Self::ThisYear,
        Self::LastYear,
    ];

    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::ThisWeek => "this-week",
            Self::LastWeek => "last-week",
            Self::ThisMonth => "this-month",
            Self::LastMonth => "last-month",
            Self::Last30Days => "last-30-days",
            Self::Last90Days => "last-90-days",
            Self::ThisYear => "this-year",
            Self::LastYear => "last-year",
        }
    }

    /// What it is called.
    pub const fn words(self) -> Text {
        Text::new(match self {
            Self::Today => "reports-period-today",
            Self::ThisWeek => "reports-period-this-week",
            Self::LastWeek => "reports-period-last-week",
            Self::ThisMonth => "reports-period-this-month",
            Self::LastMonth => "reports-period-last-month",
            Self::Last30Days => "reports-period-last-30-days",
            Self::Last90Days => "reports-period-last-90-days",
            Self::ThisYear => "reports-period-this-year",
            Self::LastYear => "reports-period-last-year",
        })
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == text)
    }

    /// Its first and last day, as it is `today`.
    pub fn days(self, today: Date) -> (Date, Date) {
        let before = |day: Date, span: Span| day.saturating_sub(span);
        let monday = before(today, i64::from(today.weekday().to_monday_zero_offset()).days());
        let month = today.first_of_month();
        let year = today.first_of_year();
        match self {
            Self::Today => (today, today),
            Self::ThisWeek => (monday, today),
            Self::LastWeek => (before(monday, 7.days()), before(monday, 1.day())),
            Self::ThisMonth => (month, today),
            Self::LastMonth => (before(month, 1.month()), before(month, 1.day())),
            Self::Last30Days => (before(today, 29.days()), today),
            Self::Last90Days => (before(today, 89.days()), today),
            Self::ThisYear => (year, today),
            Self::LastYear => (before(year, 1.year()), before(year, 1.day())),
        }
    }
}

/// How long a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

impl Grain {
    /// What a bar is, in words.
    pub const fn words(self) -> Text {
        Text::new(match self {
            Self::Day => "reports-grain-day",
            Self::Week => "reports-grain-week",
            Self::Month => "reports-grain-month",
            Self::Year => "reports-grain-year",
        })
    }

    /// So fine that there are not more than a hundred bars or so.
    fn of(first: Date, last: Date) -> Self {
        let days = first.until(last).map_or(i32::MAX, |span| span.get_days()) + 1;
        match days {
            ..=100 => Self::Day,
            101..=731 => Self::Week,
            732..=3653 => Self::Month,
            _ => Self::Year,
        }
    }

    /// The last day of the one that `day` is in.
    fn end(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_add((6 - i64::from(day.weekday().to_monday_zero_offset())).days()),
            Self::Month => day.last_of_month(),
            Self::Year => day.last_of_year(),
        }
    }
}

/// Days in a row, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// When the first begins, in milliseconds.
    pub from: i64,
    /// When the last ends, in milliseconds.
    pub before: i64,
}

impl Days {
    /// The days from `first` to `last`, which is not before it.
    pub fn new(first: Date, last: Date, zone: &TimeZone) -> Self {
        Self { first, last, from: start_of(first, zone), before: start_of(last.saturating_add(1.day()), zone) }
    }

    /// The same days in bars, one after the other without a gap. The first and the last may be cut short.
    pub fn bars(&self, zone: &TimeZone) -> (Grain, Vec<Self>) {
        let grain = Grain::of(self.first, self.last);
        let (mut bars, mut first) = (Vec::new(), self.first);
        while first <= self.last {
            let last = grain.end(first).min(self.last);
            bars.push(Self::new(first, last, zone));
            first = last.saturating_add(1.day());
        }
        (grain, bars)
    }

    /// As the list's search has them: `2026-11-01`, or `2026-11-01..2026-11-07`.
    pub fn term(&self) -> String {
        if self.first == self.last { self.first.to_string() } else { format!("{}..{}", self.first, self.last) }
    }
}

/// When a day begins, in milliseconds: where its midnight is skipped, at the first moment that there is.
fn start_of(day: Date, zone: &TimeZone) -> i64 {
    let start = day.to_zoned(zone.clone()).and_then(|day| day.start_of_day());
    start.map_or(i64::MAX, |start| start.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn periods_are_those_of_the_calendar() {
        let table = [
            (Period::Today, date(2026, 11, 23), date(2026, 11, 23)),
            (Period::ThisWeek, date(2026, 11, 23), date(2026, 11, 23)),
            (Period::LastWeek, date(2026, 11, 16), date(2026, 11, 22)),
            (Period::ThisMonth, date(2026, 11, 1), date(2026, 11, 23)),
            (Period::LastMonth, date(2026, 10, 1), date(2026, 10, 31)),
            (Period::Last30Days, date(2026, 10, 25), date(2026, 11, 23)),
            (Period::Last90Days, date(2026, 8, 26), date(2026, 11, 23)),
            (Period::ThisYear, date(2026, 1, 1), date(2026, 11, 23)),
            (Period::LastYear, date(2025, 1, 1), date(2025, 12, 31)),
        ];
        assert_eq!(table.map(|row| row.0), Period::ALL);
        for (period, first, last) in table {
            assert_eq!(period.days(date(2026, 11, 23)), (first, last), "{period:?}");
            assert_eq!(Period::parse(period.name()), Some(period));
        }
        assert_eq!(Period::ThisWeek.days(date(2027, 1, 3)).0, date(2026, 12, 28), "a Sunday ends its week");
        assert_eq!(Period::LastMonth.days(date(2026, 3, 31)), (date(2026, 2, 1), date(2026, 2, 28)));
    }

    #[test]
    fn a_day_on_which_clocks_change_is_shorter_or_longer() {
        for (zone, day, hours) in [
            ("Europe/London", date(2026, 3, 29), 23),
            ("Europe/London", date(2026, 10, 25), 25),
            ("Europe/London", date(2026, 6, 1), 24),
            // Midnight itself is skipped: the day begins at one.
            ("America/Santiago", date(2026, 9, 6), 23),
            // Half an hour.
            ("Australia/Lord_Howe", date(2026, 10, 4), 23),
        ] {
            let days = Days::new(day, day, &TimeZone::get(zone).unwrap());
            let want = if zone.starts_with("Australia") { 23 * HOUR + HOUR / 2 } else { hours * HOUR };
            assert_eq!(days.before - days.from, want, "{zone} {day}");
        }
    }

    #[test]
    fn bars_cover_all_days_once_and_are_never_too_many() {
        let zone = TimeZone::get("Europe/London").unwrap();
        for (first, last, grain, count) in [
            (date(2026, 3, 29), date(2026, 3, 29), Grain::Day, 1),
            (date(2026, 3, 1), date(2026, 6, 8), Grain::Day, 100),
            (date(2026, 3, 1), date(2026, 6, 9), Grain::Week, 16),
            (date(2025, 1, 1), date(2025, 12, 31), Grain::Week, 53),
            (date(2020, 2, 29), date(2023, 1, 1), Grain::Month, 36),
            (EARLIEST, LATEST, Grain::Year, 100),
        ] {
            let (found, bars) = Days::new(first, last, &zone).bars(&zone);
            assert_eq!((found, bars.len()), (grain, count), "{first} to {last}");
            assert_eq!((bars[0].first, bars[count - 1].last), (first, last));
            for pair in bars.windows(2) {
                assert_eq!(pair[0].before, pair[1].from, "no moment is left out or counted twice");
                assert!(pair[0].from < pair[0].before);
            }
        }
    }

    #[test]
    fn a_bar_is_written_as_the_search_reads_it() {
        let zone = TimeZone::UTC;
        let day = date(2026, 11, 3);
        assert_eq!(Days::new(day, day, &zone).term(), "2026-11-03");
        assert_eq!(Days::new(day, date(2026, 11, 9), &zone).term(), "2026-11-03..2026-11-09");
    }
}
