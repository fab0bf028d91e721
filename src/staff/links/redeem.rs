//! Uses a link.

use super::{Kind, store};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    staff::{
        Staff, User, credential,
        mail::{self, Letter},
        store as users,
    },
    words::Language,
};

/// Whose link this is and what it is for, while it is good: used, ended, voided and invented ones are all nobody's.
///
/// # Errors
/// Only the database's and the vault's.
pub async fn owner(staff: &Staff, token: &str) -> Result<Option<(User, Kind)>, Fault> {
    let (vault, hash, now) = (staff.vault.clone(), credential::hash(token), staff.clock.now());
    staff.db.read(move |tx| store::owner(tx, &vault, &hash, now)).await
}

/// Uses a link: its owner has the new password, and whatever log-ins opened before is ended. Nobody, if it is no good any
/// more: of two uses at once one counts.
///
/// # Errors
/// Only the database's and the vault's.
pub async fn redeem(staff: &Staff, token: &str, password: String, language: Language) -> Result<Option<User>, Fault> {
    let (at, token) = (staff.clone(), credential::hash(token));
    let hash = staff.gate.hash(password, staff.clock.bytes()).await?;
    let work = move |tx: &mut Tx<'_>| {
        let now = at.clock.now();
        let Some((User { id: of, .. }, _)) = store::owner(tx, &at.vault, &token, now)? else { return Ok(None) };
        users::take_turn(tx, of)?;
        // Whoever had the turn before may have used it, or voided it.
        let Some((user, kind)) = store::owner(tx, &at.vault, &token, now)? else { return Ok(None) };
        users::set_password(tx, &at.vault, of, &hash, now)?;
        store::void(tx, of)?;
        users::end_log_ins(tx, of, None)?;
        let event = Event::PasswordSet { user: of, name: user.name.clone() };
        audit::record(tx, &at.vault, &at.clock, Some(of), &event)?;
        if kind != Kind::Invitation {
            mail::enqueue(tx, &at, &user, &Letter::PasswordChanged, language)?;
        }
        Ok::<_, Fault>(Some(user))
    };
    let user = staff.db.write(work).await?;
    staff.mails.wake();
    if let Some(user) = &user {
        tracing::info!(user = %user.id, "a user chose a password by a link");
    }
    Ok(user)
}
