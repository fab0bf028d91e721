//! Tokens for programs.

use uuid::Uuid;

use super::{
    ApiToken, Staff,
    credential::{Fresh, days},
    mail::{self, Letter},
    oidc,
    roles::{Scope, Scopes},
    store, token_store,
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    words::{Language, Text},
};

/// How long a form that has made a token is known, in days: longer than any page lies open.
const FORM_KNOWN: i64 = 365;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct Grant {
    /// What will use it: 1 to 100 characters.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// In how many days it ends; never without it.
    pub lasts: Option<i64>,
}

impl Grant {
    /// For all that its owner may do, without an end.
    pub fn whole(name: impl Into<String>) -> Self {
        Self { name: name.into(), scopes: Scopes::of(Scope::Admin), lasts: None }
    }
}

/// Makes a token for a user. It is given back this once; only its hash is kept.
///
/// # Errors
/// [`Fault::NotFound`] unless the user is there and enabled, and the database's.
pub async fn add_token(staff: &Staff, of: Uuid, grant: Grant) -> Result<String, Fault> {
    keep(staff, of, None, Fresh::api(&staff.clock), grant).await
}

/// The same by its owner, on a form with a key: sent twice, it gives the same token.
///
/// # Errors
/// As [`add_token`]; and [`Fault::Invalid`] when the token of that form has been revoked or has ended: it must not come back.
pub(super) async fn add_own(staff: &Staff, of: Uuid, key: Option<&str>, grant: Grant) -> Result<String, Fault> {
    let fresh = match key {
        Some(key) => Fresh::of_form(&staff.vault, &staff.clock, of, key),
        None => Fresh::api(&staff.clock),
    };
    keep(staff, of, Some(of), fresh, grant).await
}

async fn keep(staff: &Staff, of: Uuid, by: Option<Uuid>, fresh: Fresh, grant: Grant) -> Result<String, Fault> {
    let (kept, now) = (fresh.clone(), staff.clock.now());
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let keep = move |tx: &mut Tx<'_>| {
        // Whoever is disabled at this moment has all their tokens ended, this one as well.
        store::take_turn(tx, of)?;
        let user = store::able(tx, &vault, of)?.ok_or(Fault::NotFound)?;
        // The command line makes another token each time. A form may come again, and would make the same.
        if by.is_some() && !oidc::use_once(tx, &kept.hash, now + days(FORM_KNOWN))? {
            let good = token_store::is_good(tx, &kept.hash, now)?;
            return if good { Ok(false) } else { Err(Fault::field("", "used", Text::new("account-token-used"))) };
        }
        if !token_store::insert(tx, &vault, of, &kept, &grant, now)? {
            return Ok(false);
        }
        let scopes = Some(grant.scopes.to_string());
        let event = Event::TokenMade { token: grant.name.clone(), name: user.name, scopes };
        audit::record(tx, &vault, &clock, by, &event)?;
        Ok::<_, Fault>(true)
    };
    if staff.db.write(keep).await? {
        tracing::info!(user = %of, "a token was made");
    }
    Ok(fresh.token)
}

/// How long before a token ends its owner is told, in days: time to make another one and to bring it where it is used.
pub(super) const TOLD: i64 = 7;

/// Tells those by mail whose tokens end soon; nobody where none can be sent. One that lasts no longer than that anyway needs
/// no reminder.
///
/// # Errors
/// Only the database's and the vault's.
pub async fn remind(staff: &Staff) -> Result<(), Fault> {
    if !staff.mails.on() {
        return Ok(());
    }
    let at = staff.clone();
    let remind = move |tx: &mut Tx<'_>| {
        let now = at.clock.now();
        for (id, of, name, ends) in token_store::ending(tx, now, now + days(TOLD))? {
            if let Some(user) = store::able(tx, &at.vault, of)? {
                mail::enqueue(tx, &at, &user, &Letter::TokenEnds { name: &name, at: ends }, Language::English)?;
            }
            token_store::note_told(tx, id)?;
        }
        Ok::<_, Fault>(())
    };
    staff.db.write(remind).await?;
    staff.mails.wake();
    Ok(())
}

/// Everybody's tokens, the newest first: those of programs, and of log-ins those that are good.
///
/// # Errors
/// Only the database's.
pub async fn tokens(staff: &Staff) -> Result<Vec<ApiToken>, Fault> {
    let now = staff.clock.now();
    staff.db.read(move |tx| token_store::list(tx, None, now).map_err(Fault::from)).await
}

/// Ends anybody's token.
///
/// # Errors
/// [`Fault::NotFound`], and the database's.
pub async fn revoke_token(staff: &Staff, id: Uuid) -> Result<(), Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let revoke = move |tx: &mut Tx<'_>| {
        if !token_store::revoke(tx, id)? {
            return Err(Fault::NotFound);
        }
        audit::record(tx, &vault, &clock, None, &Event::TokenRevoked { id }).map(drop)
    };
    staff.db.write(revoke).await
}
