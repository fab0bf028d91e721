//! The states of a message, and what a gateway's report does to each.

use super::reason::CANCELLED;

/// Where a message is on its way. The order is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It waits for its turn, for another try, or for the end of the time to undo it.
    Queued,
    /// A worker has it.
    Sending,
    /// The gateway took it.
    Sent,
    /// It is on the phone.
    Delivered,
    /// Refused for good, or tried until its validity ended.
    Failed,
    /// Nobody can tell whether it went.
    Unknown,
    /// Not to be sent: opted out, no number for SMS, or no gateway that sends.
    Suppressed,
    /// Undone while it waited.
    Cancelled,
}

impl State {
    /// All of them, in the stored order. The first two are those of the index of due messages.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Delivered,
        Self::Failed,
        Self::Unknown,
        Self::Suppressed,
        Self::Cancelled,
    ];

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Suppressed => "suppressed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The number stored for it.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The state of a stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it is still to be sent.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }

    /// Whether someone may send it again: unless it waits, or was undone with its change and not taken back by itself, which
    /// its reason tells. What is sent may be too, as a report may never come, and what is delivered, as clients lose SMS and
    /// numbers are corrected.
    pub fn may_resend(self, reason: Option<&str>) -> bool {
        match self {
            Self::Queued | Self::Sending => false,
            Self::Cancelled => reason == Some(CANCELLED),
            _ => true,
        }
    }

    /// Whether nothing more is done for it, unless someone sends it again.
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending | Self::Sent)
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// What a gateway says became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The network has it, or the gateway keeps it for later.
    Accepted,
    /// It is on the phone.
    Delivered,
    /// It will never be.
    Failed,
}

/// How a report and the message it is about stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The present sending, of which at least one try was made.
    Present,
    /// A sending to the present number of which no try was made: nothing can be said of it yet.
    Untried,
    /// A sending to the same number, before someone asked to send the message again.
    Earlier,
}

impl State {
    /// The state after a report, or `None` when the report changes nothing.
    ///
    /// Nothing moves backwards, so reports may come twice and in any order. One may also come before our own note of
    /// the gateway's answer, or for a try that we doubted; a further try is then not needed. Delivered is the last
    /// word, even after a failure: a gateway may try again by itself, and of a doubled SMS only one may fail.
    pub fn after(self, about: About, verdict: Verdict) -> Option<Self> {
        let to = match (about, verdict) {
            (About::Untried, _) | (About::Earlier, Verdict::Accepted | Verdict::Failed) => return None,
            (_, Verdict::Delivered) => Self::Delivered,
            (About::Present, Verdict::Failed) => Self::Failed,
            (About::Present, Verdict::Accepted) => Self::Sent,
        };
        let open = matches!(self, Self::Queued | Self::Sending | Self::Sent | Self::Unknown);
        let mended = self == Self::Failed && to == Self::Delivered;
        ((open || mended) && self != to).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        About::{Earlier, Present, Untried},
        State::{self, Cancelled, Delivered, Failed, Queued, Sending, Sent, Suppressed, Unknown},
        Verdict,
    };

    #[test]
    fn codes_are_those_of_the_schema() {
        assert_eq!(State::ALL.map(State::code), [0, 1, 2, 3, 4, 5, 6, 7]);
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
        assert_eq!((State::from_code(8), State::from_code(-1)), (None, None));
        assert!(Queued.is_waiting() && Sending.is_waiting() && !Sent.is_waiting());
    }

    /// Every state against every report of the present sending.
    #[test]
    fn reports_of_the_present_sending() {
        let table = [
            // from, accepted, delivered, failed
            (Queued, Some(Sent), Some(Delivered), Some(Failed)),
            (Sending, Some(Sent), Some(Delivered), Some(Failed)),
            (Sent, None, Some(Delivered), Some(Failed)),
            (Delivered, None, None, None),
            (Failed, None, Some(Delivered), None),
            (Unknown, Some(Sent), Some(Delivered), Some(Failed)),
            (Suppressed, None, None, None),
            (Cancelled, None, None, None),
        ];
        assert_eq!(table.map(|row| row.0), State::ALL);
        for (from, accepted, delivered, failed) in table {
            assert_eq!(from.after(Present, Verdict::Accepted), accepted, "{from}");
            assert_eq!(from.after(Present, Verdict::Delivered), delivered, "{from}");
            assert_eq!(from.after(Present, Verdict::Failed), failed, "{from}");
        }
    }

    #[test]
    fn reports_of_an_earlier_sending_count_only_when_delivered() {
        for from in State::ALL {
            assert_eq!(from.after(Earlier, Verdict::Accepted), None);
            assert_eq!(from.after(Earlier, Verdict::Failed), None);
            let open = matches!(from, Queued | Sending | Sent | Failed | Unknown);
            assert_eq!(from.after(Earlier, Verdict::Delivered), open.then_some(Delivered), "{from}");
        }
    }

    #[test]
    fn nothing_is_reported_of_what_was_never_tried() {
        for from in State::ALL {
            for verdict in [Verdict::Accepted, Verdict::Delivered, Verdict::Failed] {
                assert_eq!(from.after(Untried, verdict), None);
            }
        }
    }

    #[test]
    fn a_report_twice_is_a_report_once_and_any_order_ends_alike() {
        let verdicts = [Verdict::Accepted, Verdict::Delivered, Verdict::Failed];
        for from in State::ALL {
            for verdict in verdicts {
                if let Some(to) = from.after(Present, verdict) {
                    assert_eq!(to.after(Present, verdict), None, "{from}");
                }
            }
        }
        for order in [
            [Verdict::Accepted, Verdict::Delivered],
            [Verdict::Delivered, Verdict::Accepted],
            [Verdict::Failed, Verdict::Delivered],
            [Verdict::Delivered, Verdict::Failed],
        ] {
            let end = order.iter().fold(Sending, |at, verdict| at.after(Present, *verdict).unwrap_or(at));
            assert_eq!(end, Delivered);
        }
    }
}
