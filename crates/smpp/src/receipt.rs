//! The text of a delivery receipt (SMPP 3.4 appendix B), which the standard gives as an example and
//! every vendor writes in their own way.

/// What a receipt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The phone has it: DELIVRD.
    Delivered,
    /// It never will: UNDELIV, REJECTD, DELETED, EXPIRED.
    Failed,
    /// On its way, with more to come: ENROUTE, ACCEPTD, BUFFERED, SCHEDULED.
    Accepted,
    /// The gateway does not know, or says so in words of its own.
    Unknown,
}

impl Verdict {
    /// Of a `stat`, in any case, cut to 7 characters or not.
    pub(crate) fn of_stat(stat: &str) -> Self {
        let stat = stat.to_ascii_uppercase();
        let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| stat.starts_with(beginning));
        if starts(&["DELIVRD", "DELIVERED"]) {
            Self::Delivered
        } else if starts(&["UNDELIV", "REJECT", "DELETED", "EXPIRED", "FAILED"]) {
            Self::Failed
        } else if starts(&["ENROUTE", "ACCEP", "BUFF", "SCHED", "QUEUED"]) {
            Self::Accepted
        } else {
            Self::Unknown
        }
    }

    /// Of a `message_state` (section 5.2.28).
    pub(crate) const fn of_state(state: u8) -> Self {
        match state {
            2 => Self::Delivered,
            3 | 4 | 5 | 8 => Self::Failed,
            // 0 is SCHEDULED in version 5.
            0 | 1 | 6 => Self::Accepted,
            _ => Self::Unknown,
        }
    }
}

/// The fields of such a text that matter; the rest is dates, counts and the beginning of the message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) id: Option<String>,
    pub(crate) stat: Option<String>,
    pub(crate) err: Option<String>,
}

/// Longer values are noise, and would be kept by whoever stores them.
const LONGEST: usize = 64;

/// Reads fields in any order and case, up to `text:`, since what follows was written by a person and
/// may look like fields itself.
pub(crate) fn fields(text: &str) -> Fields {
    let mut fields = Fields::default();
    let mut words = text.split_whitespace().take_while(|word| !begins_text(word)).peekable();
    while let Some(word) = words.next() {
        let Some((key, value)) = word.split_once(':') else { continue };
        // "id: 7" is about, too; but "err: stat:X" has an empty value.
        let value = match value {
            "" => words.next_if(|next| !next.contains(':')).unwrap_or(""),
            value => value,
        };
        let value: String = value.chars().filter(char::is_ascii_graphic).take(LONGEST).collect();
        if value.is_empty() {
            continue;
        }
        let field = match key.to_ascii_lowercase().as_str() {
            "id" => &mut fields.id,
            "stat" => &mut fields.stat,
            "err" => &mut fields.err,
            _ => continue,
        };
        // The first wins, should a gateway repeat one.
        field.get_or_insert(value);
    }
    fields
}

fn begins_text(word: &str) -> bool {
    word.get(..5).is_some_and(|key| key.eq_ignore_ascii_case("text:"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_gateways_write() {
        let by_the_book = "id:0123456789 sub:001 dlvrd:001 submit date:0809011130 done date:0809011131 \
                           stat:DELIVRD err:000 text:Ticket BILL-2026 is open";
        let table = [
            (by_the_book, Some("0123456789"), Some("DELIVRD"), Some("000")),
            // Without counts and text, as for a UCS-2 message.
            (
                "id:c449ab97 submit date:2611232210 done date:2611232210 stat:UNDELIV err:ND",
                Some("c449ab97"),
                Some("UNDELIV"),
                Some("ND"),
            ),
            ("ID:77 STAT:expired ERR:027", Some("77"), Some("expired"), Some("027")),
            ("stat:REJECTD id:a-b-c", Some("a-b-c"), Some("REJECTD"), None),
            ("id: 42 stat: DELIVRD err: text:id:9 stat:EXPIRED", Some("42"), Some("DELIVRD"), None),
            ("id:1 err: stat:ACCEPTD", Some("1"), Some("ACCEPTD"), None),
            ("id:1 id:2 stat:DELIVRD Text:stat:EXPIRED", Some("1"), Some("DELIVRD"), None),
            ("text:id:9 stat:DELIVRD", None, None, None),
            ("id:3 context:x stat:DELIVRD", Some("3"), Some("DELIVRD"), None),
            ("", None, None, None),
            (":::: id: stat:", None, None, None),
            ("id:\u{202e}7\u{0} stat:ÜDELIVRD", Some("7"), Some("DELIVRD"), None),
        ];
        for (text, id, stat, err) in table {
            let read = fields(text);
            assert_eq!((read.id.as_deref(), read.stat.as_deref(), read.err.as_deref()), (id, stat, err), "{text}");
        }
    }

    #[test]
    fn tells_verdicts() {
        let table = [
            ("DELIVRD", Verdict::Delivered),
            ("delivered", Verdict::Delivered),
            ("UNDELIV", Verdict::Failed),
            ("Undeliverable", Verdict::Failed),
            ("REJECTD", Verdict::Failed),
            ("DELETED", Verdict::Failed),
            ("EXPIRED", Verdict::Failed),
            ("ENROUTE", Verdict::Accepted),
            ("ACCEPTD", Verdict::Accepted),
            ("BUFFERED", Verdict::Accepted),
            ("BUFFRED", Verdict::Accepted),
            ("UNKNOWN", Verdict::Unknown),
            ("", Verdict::Unknown),
        ];
        for (stat, verdict) in table {
            assert_eq!(Verdict::of_stat(stat), verdict, "{stat}");
        }
        let states = [(1, Verdict::Accepted), (2, Verdict::Delivered), (3, Verdict::Failed), (4, Verdict::Failed)];
        let more = [(5, Verdict::Failed), (6, Verdict::Accepted), (7, Verdict::Unknown), (8, Verdict::Failed)];
        for (state, verdict) in states.into_iter().chain(more).chain([(0xff, Verdict::Unknown)]) {
            assert_eq!(Verdict::of_state(state), verdict, "{state}");
        }
    }

    proptest! {
        #[test]
        fn any_text_will_do(text in any::<String>()) {
            let _ = fields(&text);
        }

        #[test]
        fn values_stay_short(id in "[!-~]{1,200}") {
            let fields = fields(&format!("id:{id} stat:DELIVRD"));
            prop_assert!(fields.id.is_none_or(|id| id.len() <= LONGEST));
        }
    }
}
