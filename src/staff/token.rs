//! Tokens for programs.

use uuid::Uuid;

use super::{
    ApiToken, Staff,
    credential::{Fresh, days},
    store,
};
use crate::fault::Fault;

/// Makes a token for a user, which ends after `lasts` days or never. It is given back this once; only its hash is
/// kept.
///
/// # Errors
/// Only the database's.
pub async fn add_token(staff: &Staff, of: Uuid, name: String, lasts: Option<i64>) -> Result<String, Fault> {
    let (now, fresh) = (staff.clock.now(), Fresh::api(&staff.clock));
    let (kept, until) = (fresh.clone(), lasts.map(|lasts| now + days(lasts)));
    staff.db.write(move |tx| store::insert_token(tx, of, &kept, Some(&name), until, now).map_err(Fault::from)).await?;
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
    if staff.db.write(move |tx| store::revoke_token(tx, id).map_err(Fault::from)).await? {
        Ok(())
    } else {
        Err(Fault::NotFound)
    }
}
