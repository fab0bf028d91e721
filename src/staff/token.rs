//! Tokens for programs.

use uuid::Uuid;

use super::{
    ApiToken, Staff,
    credential::{Fresh, days},
    store,
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
};

/// Makes a token for a user, which ends after `lasts` days or never. It is given back this once; only its hash is
/// kept.
///
/// # Errors
/// [`Fault::NotFound`] unless the user is there and enabled, and the database's.
pub async fn add_token(staff: &Staff, of: Uuid, name: String, lasts: Option<i64>) -> Result<String, Fault> {
    keep(staff, of, None, Fresh::api(&staff.clock), (name, lasts)).await
}

/// The same by somebody, with a token that is made already. One that is kept already stays as it is.
pub(super) async fn keep(
    staff: &Staff,
    of: Uuid,
    by: Option<Uuid>,
    fresh: Fresh,
    (name, lasts): (String, Option<i64>),
) -> Result<String, Fault> {
    let now = staff.clock.now();
    let (kept, until) = (fresh.clone(), lasts.map(|lasts| now + days(lasts)));
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let keep = move |tx: &mut Tx<'_>| {
        // Whoever is disabled at this moment has all their tokens ended, this one as well.
        store::take_turn(tx, of)?;
        match store::by_id(tx, &vault, of)? {
            Some(user) if user.enabled => {
                store::insert_token(tx, of, &kept, Some(&name), until, now)?;
                let event = Event::TokenMade { token: name.clone(), name: user.name };
                audit::record(tx, &vault, &clock, by, &event).map(drop)
            }
            _ => Err(Fault::NotFound),
        }
    };
    staff.db.write(keep).await?;
    tracing::info!(user = %of, "a token was made");
    Ok(fresh.token)
}

/// Everybody's tokens that are good, the newest first.
///
/// # Errors
/// Only the database's.
pub async fn tokens(staff: &Staff) -> Result<Vec<ApiToken>, Fault> {
    let now = staff.clock.now();
    staff.db.read(move |tx| store::tokens(tx, None, now).map_err(Fault::from)).await
}

/// Ends anybody's token.
///
/// # Errors
/// [`Fault::NotFound`], and the database's.
pub async fn revoke_token(staff: &Staff, id: Uuid) -> Result<(), Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let revoke = move |tx: &mut Tx<'_>| {
        if !store::revoke_token(tx, id)? {
            return Err(Fault::NotFound);
        }
        audit::record(tx, &vault, &clock, None, &Event::TokenRevoked { id }).map(drop)
    };
    staff.db.write(revoke).await
}
