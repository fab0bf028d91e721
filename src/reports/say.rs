//! Numbers, days and durations in words.

use jiff::civil::Date;

use super::{
    days::Days,
    sheet::{Label, Value},
};
use crate::words::{self, Language, Text};

/// Says things in one language. The year of a day is left out while it is this year.
#[derive(Debug, Clone, Copy)]
pub struct Say {
    /// The language.
    pub language: Language,
    /// Today.
    pub today: Date,
}

impl Say {
    /// A text.
    pub fn text(self, text: &Text) -> String {
        text.clone().to(self.language).to_string()
    }

    /// A number of a table. Nothing to measure is a dash.
    pub fn value(self, value: Value) -> String {
        match value {
            Value::Count(count) => self.count(count),
            Value::Share { whole: 0, .. } | Value::Time(None) => "–".to_owned(),
            Value::Share { part, whole } => self.share((part * 1000 + whole / 2) / whole),
            Value::Time(Some(seconds)) => self.time(seconds),
        }
    }

    /// A number of things.
    pub fn count(self, count: u64) -> String {
        self.language.number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Per mille as per cent with one place.
    pub fn share(self, mille: u64) -> String {
        let percent = format!("{}.{}", mille / 10, mille % 10);
        self.text(&Text::new("reports-percent").arg("percent", percent.trim_end_matches(".0").to_owned()))
    }

    /// The two largest units: days and hours, hours and minutes, minutes.
    pub fn time(self, seconds: u32) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        let text = if days > 0 {
            Text::new("reports-time-days").arg("days", days).arg("hours", hours % 24)
        } else if hours > 0 {
            Text::new("reports-time-hours").arg("hours", hours).arg("minutes", minutes % 60)
        } else {
            Text::new("reports-time-minutes").arg("minutes", minutes)
        };
        self.text(&text)
    }

    /// A day.
    pub fn day(self, day: Date) -> String {
        self.text(&words::date(day, self.today))
    }

    /// Days in a row.
    pub fn days(self, days: &Days) -> String {
        if days.first == days.last {
            return self.day(days.first);
        }
        let (first, last) = (self.day(days.first), self.day(days.last));
        self.text(&Text::new("reports-range").arg("first", first).arg("last", last))
    }

    /// What a row is of.
    pub fn label(self, label: &Label) -> String {
        match label {
            Label::Days(days) => self.days(days),
            Label::Word(word, _) => self.text(word),
            Label::Name(name) => name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn durations_shares_and_days_in_words() {
        let say = Say { language: Language::English, today: date(2026, 11, 23) };
        for (seconds, want) in [
            (0, "0 min"),
            (59, "0 min"),
            (61, "1 min"),
            (3600, "1 h 0 min"),
            (86_399, "23 h 59 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(say.time(seconds), want, "{seconds}");
        }
        for (part, whole, want) in [(0, 0, "–"), (0, 3, "0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (3, 3, "100%")] {
            assert_eq!(say.value(Value::Share { part, whole }), want);
        }
        assert_eq!(say.day(date(2026, 3, 9)), "9 Mar");
        assert_eq!(say.day(date(2025, 12, 31)), "31 Dec 2025");
    }
}
