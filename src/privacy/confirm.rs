//! What has to be typed, and said, before something is done that cannot be undone.

use super::{Subject, subject::Found};
use crate::{
    fault::Fault,
    input::{Input, Limits},
    phone::{Phone, Region},
    search,
    words::Text,
};

/// The longest reason, in characters.
const REASON: Limits = Limits::line(500);

/// Takes the reason, which must be there.
pub(super) fn reason(input: &mut Input) -> String {
    input.required("reason", REASON, Text::new("privacy-reason-missing"))
}

/// Holds what was typed against whom it is about: the account id or the name of a client, a ticket's reference, the
/// account that no client has, or the number.
///
/// # Errors
/// [`Fault::Invalid`] on `confirm`.
pub(super) fn check(subject: &Subject, found: &Found, typed: &str, region: Option<&Region>) -> Result<(), Fault> {
    let typed = typed.trim();
    let same = match subject {
        Subject::Client(_) => found
            .clients
            .iter()
            .any(|one| search::account_key(&one.account_id) == search::account_key(typed) || one.name == typed),
        Subject::Ticket(_) => found.tickets.iter().any(|one| one.reference.as_str().eq_ignore_ascii_case(typed)),
        Subject::Account(account) => search::account_key(account) == search::account_key(typed),
        Subject::Number(phone) => Phone::parse(typed, region).is_ok_and(|typed| typed == *phone),
    };
    if same { Ok(()) } else { Err(Fault::field("confirm", "not_allowed", Text::new("privacy-confirm-other"))) }
}
