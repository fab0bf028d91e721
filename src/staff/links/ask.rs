//! Somebody forgot their password.

use std::net::IpAddr;

use unicode_normalization::UnicodeNormalization;

use super::{Kind, give::give, store};
use crate::{
    db::Tx,
    fault::Fault,
    staff::{
        Staff,
        log_in::{self, Subjects},
        mail, store as users,
    },
    words::Language,
};

/// Keeps somebody's wish for a new password. Nothing here asks whether there is such a user, so that neither the words nor
/// the time of an answer can tell: that comes to light when the mail is written, see [`grant`].
///
/// # Errors
/// [`Fault::TooMany`], by address and by account, known or not; and the database's.
pub async fn ask(staff: &Staff, email: String, from: Option<IpAddr>, language: Language) -> Result<(), Fault> {
    let (at, subjects) = (staff.clone(), Subjects::of_reset(&staff.vault, &email, from));
    let work = move |tx: &mut Tx<'_>| {
        let _ = log_in::reserve(tx, subjects, at.clock.now())?;
        mail::enqueue_wish(tx, &at, &email, language)
    };
    staff.db.write(work).await?;
    staff.mails.wake();
    Ok(())
}

/// Has a link mailed to whose address this is, if they are an enabled user. Whoever signs in by the provider alone gets none:
/// with a password of their own choice they would come past all that it asks of them. An owner may give them one. Links that an owner gave stay good: anybody may wish.
pub(in crate::staff) fn grant(tx: &mut Tx<'_>, staff: &Staff, email: &str, language: Language) -> Result<(), Fault> {
    let email: String = email.nfc().collect();
    let Some(id) = users::email_owner(tx, &staff.vault, &email)? else { return Ok(()) };
    users::take_turn(tx, id)?;
    if store::is_the_providers(tx, id)? {
        return Ok(());
    }
    match users::by_id(tx, &staff.vault, id)? {
        Some(user) if user.enabled => give(tx, staff, None, (&user, Kind::Wish), language).map(drop),
        _ => Ok(()),
    }
}
