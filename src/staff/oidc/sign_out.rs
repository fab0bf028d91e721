//! Ends sessions with those of the provider.

use super::{Refusal, logout_token, provider::Provider, store};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    staff::{Staff, credential::Hash},
};

/// Takes a logout token: the sessions that it is about end. One that was taken before changes nothing.
///
/// # Errors
/// The inner one: the token is not good, or its keys cannot be had. The outer one: only the database's.
pub async fn by_provider(staff: &Staff, provider: &Provider, token: &str) -> Result<Result<(), Refusal>, Fault> {
    let token = match logout_token::verify(provider, token).await {
        Ok(token) => token,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (vault, clock, issuer) = (staff.vault.clone(), staff.clock.clone(), provider.settings.issuer.clone());
    let work = move |tx: &mut Tx<'_>| {
        if !store::use_once(tx, &store::mark(&vault, &issuer, &token.jti), token.until)? {
            return Ok(0);
        }
        let subject = token.subject.as_ref().map(|subject| store::subject(&vault, &issuer, subject));
        let sid = token.sid.as_ref().map(|sid| store::session(&vault, &issuer, sid));
        let mut ended = store::end(tx, subject, sid)?;
        let count = ended.len();
        ended.sort_unstable();
        ended.dedup();
        for user in ended {
            let name = crate::staff::by_id(tx, &vault, user)?.map(|user| user.name).unwrap_or_default();
            audit::record(tx, &vault, &clock, None, &Event::ProviderSignedOut { user, name })?;
        }
        Ok::<_, Fault>(count)
    };
    let sessions = staff.db.write(work).await?;
    tracing::info!(sessions, "the provider has signed somebody out");
    Ok(Ok(()))
}

/// Whether a session was opened by the provider, so that signing out goes on there.
///
/// # Errors
/// Only the database's.
pub fn is_by_provider(tx: &mut Tx<'_>, hash: &Hash) -> Result<bool, Fault> {
    Ok(store::is_bound(tx, hash)?)
}
