//! Whose a ticket was before: one that was logged for somebody else and put right keeps who that was in its history.

use crate::{
    clients::Whose,
    phone::Phone,
    tickets::{self, Happening, Ticket},
};

/// Fields that say who a client is.
const OF_CLIENT: [&str; 4] = ["clientName", "clientPhone", "clientEmail", "clientAccountId"];

/// Since when a ticket is its present client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Since {
    /// The version that made it theirs.
    pub(super) version: i64,
    /// When that was, in milliseconds.
    pub(super) at: i64,
}

impl Since {
    /// The last change by which account and number became those of another client, as it is known whose a ticket is. One that
    /// has always been theirs is since its beginning.
    pub(super) fn of(ticket: &Ticket, past: &tickets::History) -> Self {
        let mut account = ticket.client_account_id.clone().unwrap_or_default();
        let mut phone = Some(ticket.client_phone.clone());
        for step in past.entries.chunk_by(|one, next| one.version == next.version).rev() {
            let (mut before, mut number) = (account.clone(), phone.clone());
            for entry in step {
                match &entry.what {
                    Happening::Edited { field, from, .. } if field == "clientAccountId" => before.clone_from(from),
                    Happening::Edited { field, from, .. } if field == "clientPhone" => {
                        number = Phone::from_e164(from).ok();
                    }
                    _ => {}
                }
            }
            if !same((account.as_str(), phone.as_ref()), (before.as_str(), number.as_ref())) {
                return Self { version: step[0].version, at: step[0].at };
            }
            (account, phone) = (before, number);
        }
        Self { version: 0, at: i64::MIN }
    }

    /// The old and the new value of an edit, each where it is the present client's or nobody's.
    pub(super) fn values<'e>(
        self,
        version: i64,
        field: &str,
        (from, to): (&'e str, &'e str),
    ) -> (Option<&'e str>, Option<&'e str>) {
        let open = !OF_CLIENT.contains(&field);
        ((open || version > self.version).then_some(from), (open || version >= self.version).then_some(to))
    }
}

/// Whether two pairs of account and number are of one client.
fn same(now: (&str, Option<&Phone>), before: (&str, Option<&Phone>)) -> bool {
    let named = |account: &&str| !account.is_empty();
    match (now.1, before.1) {
        (Some(phone), Some(other)) => {
            let whose = Whose { account_id: Some(now.0).filter(named), phone };
            whose.is(Some(before.0).filter(named), other)
        }
        // A number that was erased since was somebody else's.
        _ => now.1 == before.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_and_number_tell_one_client_from_another() {
        let one = Phone::from_e164("+447700900142").unwrap();
        let two = Phone::from_e164("+447700900143").unwrap();
        for (now, before, want) in [
            (("LF-1", Some(&one)), ("LF-1", Some(&two)), true),
            (("LF-1", Some(&one)), ("lf1", Some(&two)), true),
            (("LF-1", Some(&one)), ("LF-2", Some(&one)), false),
            (("LF-1", Some(&one)), ("", Some(&one)), true),
            (("LF-1", Some(&one)), ("", Some(&two)), false),
            (("", Some(&one)), ("LF-1", Some(&one)), true),
            (("", Some(&one)), ("", Some(&two)), false),
            (("", Some(&one)), ("", None), false),
        ] {
            assert_eq!(same(now, before), want, "{now:?} {before:?}");
        }
    }

    #[test]
    fn values_from_before_are_nobodys_to_hand_out() {
        let since = Since { version: 3, at: 30 };
        for (version, field, want) in [
            (2, "clientName", (None, None)),
            (3, "clientName", (None, Some("b"))),
            (4, "clientName", (Some("a"), Some("b"))),
            (2, "priority", (Some("a"), Some("b"))),
        ] {
            assert_eq!(since.values(version, field, ("a", "b")), want, "{version} {field}");
        }
    }
}
