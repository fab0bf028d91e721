//! Changes a member of the staff, with what that ends.

use uuid::Uuid;

use super::{
    Changes, Role, Staff, User,
    credential::Hash,
    links,
    mail::{self, Letter},
    members::taken,
    roles::Scopes,
    store, token_store,
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    input::Given,
    permissions::Permission,
    words::{Language, Text},
};

/// Who changes a user: an admin by their session or token, or the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct By {
    /// The admin; nobody on the command line.
    pub user: Option<Uuid>,
    /// What they proved it by, which outlives a change of their own password.
    pub credential: Option<Hash>,
}

/// Changes a user, and gives them back as they are now. Whoever is disabled, or gets a new password from somebody else,
/// loses all sessions and API tokens; whoever may do more than before all sessions, and the tokens that would do it too.
/// Whoever changes their own password loses what other log-ins opened, and keeps the tokens they have made.
///
/// # Errors
/// [`Fault::NotFound`]; [`Fault::Invalid`] for an address that is taken; [`Fault::Conflict`] when no owner would be left, and for admins who disable themselves.
pub async fn change_user(staff: &Staff, by: By, id: Uuid, changes: Changes) -> Result<User, Fault> {
    let hash = staff.hash(changes.password.clone()).await?;
    let at = staff.clone();
    let work = move |tx: &mut Tx<'_>| change(tx, &at, by, id, &changes, hash.as_deref());
    let user = staff.db.write(work).await?;
    staff.mails.wake();
    tracing::info!(%user.id, enabled = user.enabled, role = user.role.name(), "a user was changed");
    Ok(user)
}

/// The same within a transaction, `hash` being that of a new password.
///
/// # Errors
/// As [`change_user`].
pub(super) fn change(
    tx: &mut Tx<'_>,
    staff: &Staff,
    by: By,
    id: Uuid,
    changes: &Changes,
    hash: Option<&str>,
) -> Result<User, Fault> {
    let (vault, clock) = (&staff.vault, &staff.clock);
    store::take_turn(tx, id)?;
    if changes.role.is_some() || changes.owner.is_some() || changes.enabled == Some(false) {
        // Of two owners who disable each other, the second is the last.
        tx.take_turn("admins")?;
    }
    let before = store::by_id(tx, vault, id)?.ok_or(Fault::NotFound)?;
    if !before.genuine {
        // To write it again would vouch for what somebody else wrote.
        return Err(Fault::conflict(Text::new("staff-not-genuine").arg("email", before.email)));
    }
    let mut user = before.clone();
    changes.apply(&mut user);
    if before.enabled && !user.enabled && by.user == Some(id) {
        return Err(Fault::conflict(Text::new("staff-not-oneself")));
    }
    if before.runs_desk() && !user.runs_desk() {
        match store::other_admins(tx, vault, id)? {
            (_, true) => {}
            (true, false) => return Err(Fault::conflict(Text::new("staff-last-owner"))),
            (false, false) => return Err(Fault::conflict(Text::new("staff-last-admin"))),
        }
    }
    if store::email_owner(tx, vault, &user.email)?.is_some_and(|owner| owner != id) {
        return Err(taken().into());
    }
    let now = clock.now();
    store::update(tx, vault, &user, now)?;
    let what = differences(&before, &user);
    if !what.is_empty() {
        audit::record(tx, vault, clock, by.user, &Event::UserChanged { user: id, name: user.name.clone(), what })?;
    }
    if let Some(hash) = hash {
        store::set_password(tx, vault, id, hash, now)?;
        audit::record(tx, vault, clock, by.user, &Event::PasswordSet { user: id, name: user.name.clone() })?;
    }
    if let Some(must) = changes.must_change {
        links::store::set_must_change(tx, id, must)?;
    }
    if hash.is_some() || !user.enabled || before.email != user.email {
        links::store::void(tx, id)?;
        mail::take_back(tx, id)?;
    }
    if before.email != user.email {
        // To where they were reached before: whoever took it over would else be the only one to hear of it.
        mail::enqueue(tx, staff, &before, &Letter::AddressChanged, Language::English)?;
    }
    if hash.is_some() && user.enabled {
        mail::enqueue(tx, staff, &user, &Letter::PasswordChanged, Language::English)?;
    }
    let rises = before.role != user.role && user.role != Role::Technician;
    if rises || (user.owner && !before.owner) {
        end_what_grows(tx, staff, by, (&before, &user))?;
    }
    match (hash.is_some(), by.user == Some(id)) {
        // Their programs go on: only they know which of them to stop.
        (true, true) => store::end_log_ins(tx, id, by.credential)?,
        (true, false) => store::end_all(tx, id)?,
        _ if !user.enabled => store::end_all(tx, id)?,
        _ => {}
    }
    Ok(user)
}

/// Who may do more signs in anew, and makes new tokens for it: what somebody else got hold of does not grow with its owner. A
/// token grows that lets through what it did not before, of whatever scope: one to read tickets does, when a technician becomes
/// an admin, and does not, when an admin becomes an owner.
fn end_what_grows(tx: &mut Tx<'_>, staff: &Staff, by: By, (before, now): (&User, &User)) -> Result<(), Fault> {
    store::end_log_ins(tx, now.id, None)?;
    let may = |user: &User, scopes, what| staff.rules.allowed(user.standing(), scopes, what);
    let is_new = |scopes, what| may(now, scopes, what) && !may(before, scopes, what);
    let grows = |scopes: Scopes| Permission::ALL.into_iter().any(|what| is_new(scopes, what));
    for id in token_store::end_of_scopes(tx, now.id, grows)? {
        audit::record(tx, &staff.vault, &staff.clock, by.user, &Event::TokenRevoked { id })?;
    }
    Ok(())
}

/// What has changed, for the history: what somebody may do with its new value, the rest by name.
fn differences(before: &User, after: &User) -> Vec<String> {
    let named = [
        (before.name != after.name, "name".to_owned()),
        (before.email != after.email, "email".to_owned()),
        (before.phone != after.phone, "phone".to_owned()),
        (before.role != after.role, format!("role: {}", after.standing().name())),
        (before.owner != after.owner && before.role == after.role, format!("owner: {}", after.owner)),
        (before.enabled != after.enabled, format!("enabled: {}", after.enabled)),
    ];
    named.into_iter().filter(|(differs, _)| *differs).map(|(_, words)| words).collect()
}

/// Refuses to set one's own password where the present one is not asked for: an open page or a token that somebody else
/// got hold of must not become a lasting way in.
///
/// # Errors
/// [`Fault::Invalid`] on `password`.
pub fn not_ones_own(by: &User, id: Uuid) -> Result<(), Fault> {
    if by.id == id { Err(Fault::field("password", "not_allowed", Text::new("staff-password-own"))) } else { Ok(()) }
}

impl Changes {
    /// The user as they will be.
    pub fn apply(&self, user: &mut User) {
        let Self { email, name, phone, role, owner, enabled, password: _, must_change: _ } = self;
        // Whoever becomes an admin is an owner unless it is said that they are none: docs/decisions.
        let becomes_admin = *role == Some(Role::Admin) && user.role != Role::Admin;
        set(&mut user.email, email.as_ref());
        set(&mut user.name, name.as_ref());
        set(&mut user.role, role.as_ref());
        user.owner = user.role == Role::Admin && owner.unwrap_or(user.owner || becomes_admin);
        set(&mut user.enabled, enabled.as_ref());
        match phone {
            Given::Absent => {}
            Given::Null => user.phone = None,
            Given::Value(phone) => user.phone = Some(phone.clone()),
        }
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        field.clone_from(given);
    }
}
