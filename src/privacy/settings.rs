//! How long personal data is kept. All of it for ever, unless the settings say otherwise.

use jiff::{Span, Timestamp, tz::TimeZone};

/// A setting: its name, the least that it may be, and what it is for.
pub const KEYS: [(&str, i64, &str); 4] = [
    (
        "retention.tickets_months",
        3,
        "Months after which closed tickets lose all that is personal, 3 or more; kept for ever if not set",
    ),
    (
        "retention.messages_days",
        30,
        "Days after which messages lose text and receiver, 30 or more; kept for ever if not set",
    ),
    (
        "retention.inbound_days",
        30,
        "Days after which what clients wrote on tickets closed since is erased, 30 or more; kept for ever if not set",
    ),
    ("retention.audit_years", 1, "Years after which rows of the audit history go, 1 or more; kept for ever if not set"),
];

/// No setting may be more.
pub const MOST: i64 = 1_200;

/// What the settings say. The least is so much that a slip of the finger erases nothing that is still worked with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Months after its last change until a closed ticket is erased.
    pub tickets_months: Option<i64>,
    /// Days after it was queued until a message is.
    pub messages_days: Option<i64>,
    /// Days until what a client wrote is, on a closed ticket.
    pub inbound_days: Option<i64>,
    /// Years until a row of the audit history goes.
    pub audit_years: Option<i64>,
}

impl Retention {
    /// Reads one setting; the remedy where it will not do.
    ///
    /// # Errors
    /// What to write instead.
    pub fn check(least: i64, text: &str) -> Result<i64, String> {
        let number = text.parse().ok().filter(|number| (least..=MOST).contains(number));
        number.ok_or_else(|| format!("write a whole number from {least} to {MOST}, or leave it out"))
    }

    /// Whether anything ever goes.
    pub const fn is_set(&self) -> bool {
        self.tickets_months.is_some()
            || self.messages_days.is_some()
            || self.inbound_days.is_some()
            || self.audit_years.is_some()
    }

    /// The moment so long before `now`, by the calendar of the ISP's zone, both in milliseconds. A day that a month does not
    /// have is its last one, so that a month never is shorter than asked for.
    pub(super) fn before(now: i64, zone: &TimeZone, span: Span) -> i64 {
        let now = Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone.clone());
        now.checked_sub(span).map_or(i64::MIN, |then| then.timestamp().as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_refused() {
        for (least, text) in [(3, "2"), (3, "0"), (30, "3"), (1, "-1"), (30, "9999"), (1, "ten"), (1, "1.5")] {
            assert!(Retention::check(least, text).is_err(), "{text}");
        }
        assert_eq!((Retention::check(3, "3"), Retention::check(30, "1200")), (Ok(3), Ok(1_200)));
    }

    #[test]
    fn months_go_by_the_calendar() {
        let zone = TimeZone::get("Asia/Kolkata").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let before = Retention::before(at("2026-05-31T10:00:00+05:30"), &zone, Span::new().months(3));
        assert_eq!(before, at("2026-02-28T10:00:00+05:30"));
        let before = Retention::before(at("2028-02-29T10:00:00+05:30"), &zone, Span::new().years(1));
        assert_eq!(before, at("2027-02-28T10:00:00+05:30"));
    }
}
