//! Lets somebody in whom the provider vouches for: the user whom the identity belongs to, or who becomes its owner now.

use uuid::Uuid;
use vault::Vault;

use super::{Refusal, flow::Identity, settings::Settings, store, transaction::Transaction};
use crate::{
    audit::{self, Event, Over},
    clock::Clock,
    db::Tx,
    fault::Fault,
    input::Input,
    phone::Region,
    staff::{
        By, Changes, NewUser, Role, Staff, User,
        change::change,
        credential::{Fresh, Hash},
        form, links, mail, members, second_factor, session_store, store as users,
    },
};

/// A sign-in that has come back from the provider.
pub struct Arrival {
    /// Who came.
    pub identity: Identity,
    /// What they had begun.
    pub begun: Transaction,
    /// The session that is to be opened.
    pub fresh: Fresh,
    /// The session that the browser had before.
    pub former: Option<Hash>,
    /// The browser's own words.
    pub agent: String,
    /// Where they came from, if it is known.
    pub from: Option<String>,
}

/// The role that claims give, and what they say of the owner flag.
type Claimed = Option<(Role, Option<bool>)>;

/// What the use case works with.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub staff: &'a Staff,
    pub vault: &'a Vault,
    pub clock: &'a Clock,
    pub region: Option<&'a Region>,
    pub settings: &'a Settings,
}

/// Signs somebody in, within a transaction that is to be kept whatever comes of it: a refusal is on record too.
///
/// # Errors
/// Only the database's and the vault's.
pub fn sign_in(tx: &mut Tx<'_>, desk: Desk<'_>, arrival: &Arrival) -> Result<Result<User, Refusal>, Fault> {
    let Desk { vault, clock, settings, .. } = desk;
    let (identity, now) = (&arrival.identity, clock.now());
    if !store::use_once(tx, &arrival.begun.mark(), arrival.begun.until)? {
        return Ok(Err(Refusal::Stale));
    }
    let subject = store::subject(vault, &settings.issuer, &identity.subject);
    store::take_turn(tx, &subject)?;
    let owner = store::owner(tx, vault, &subject)?;
    let user = match owner {
        Some(id) => known(tx, desk, identity, id)?,
        None => new(tx, desk, identity, &subject)?,
    };
    let user = match user {
        Ok(user) => user,
        Err(refusal) => {
            let refused = Event::ProviderRefused { why: refusal.name().to_owned(), from: arrival.from.clone() };
            audit::record(tx, vault, clock, owner, &refused)?;
            return Ok(Err(refusal));
        }
    };
    if let Some(former) = &arrival.former {
        users::end(tx, crate::staff::credential::Kind::Session, former)?;
    }
    // How many factors somebody needs is the provider's to ask; what a desk wants of it is `oidc.acr`, without which a
    // provider that asks for a password alone would stand in for the factor that its user has here. That they are here now
    // says nothing of when they proved who they are: the provider's own session may be of this morning.
    let strong = !settings.acr.is_empty() || !second_factor::store::any(tx, user.id)?;
    let (proved, lasts) = ((strong, identity.proved_at), (now, desk.staff.settings.life));
    session_store::insert(tx, vault, user.id, &arrival.fresh, proved, &arrival.agent, lasts)?;
    let sid = identity.sid.as_ref().map(|sid| store::session(vault, &settings.issuer, sid));
    store::bind(tx, &arrival.fresh.hash, &subject, sid)?;
    let event = Event::SignedIn { over: Over::Provider, from: arrival.from.clone() };
    audit::record(tx, vault, clock, Some(user.id), &event)?;
    Ok(Ok(user))
}

/// Somebody who has been here before. Their role follows the claims.
fn known(tx: &mut Tx<'_>, desk: Desk<'_>, identity: &Identity, id: Uuid) -> Result<Result<User, Refusal>, Fault> {
    users::take_turn(tx, id)?;
    let user = users::by_id(tx, desk.vault, id)?.ok_or(Fault::NotFound)?;
    if !user.may_enter() {
        return Ok(Err(Refusal::Disabled));
    }
    let role = desk.settings.role(&identity.claims);
    if role.is_none() && desk.settings.are_roles_claimed() {
        bar(tx, desk, &user)?;
        return Ok(Err(Refusal::NoRole));
    }
    given(tx, desk, user, role)
}

/// Whoever has lost all roles at the provider has no business in a session of before, and no way in past it: without a
/// password neither a passkey nor a wish for another leads in. The last owner keeps theirs, as the last admin keeps their
/// role: a rule that somebody mistyped must not close the desk to everybody.
fn bar(tx: &mut Tx<'_>, desk: Desk<'_>, user: &User) -> Result<(), Fault> {
    users::end_log_ins(tx, user.id, None)?;
    if user.runs_desk() && !users::other_admins(tx, desk.vault, user.id)?.1 {
        return Ok(());
    }
    links::store::void(tx, user.id)?;
    mail::take_back(tx, user.id)?;
    if users::take_password(tx, user.id, desk.clock.now())? {
        let event = Event::UserChanged { user: user.id, name: user.name.clone(), what: vec!["no password".to_owned()] };
        audit::record(tx, desk.vault, desk.clock, None, &event)?;
    }
    Ok(())
}

/// The user with the role that the claims give, if they give one.
fn given(tx: &mut Tx<'_>, desk: Desk<'_>, user: User, role: Claimed) -> Result<Result<User, Refusal>, Fault> {
    let Some((role, owner)) = role else { return Ok(Ok(user)) };
    let owner = owner.filter(|_| role == Role::Admin);
    if role == user.role && owner.is_none_or(|owner| owner == user.owner) {
        return Ok(Ok(user));
    }
    let changes = Changes { role: Some(role), owner, ..Changes::none() };
    match change(tx, desk.staff, By::default(), user.id, &changes, None) {
        Ok(user) => Ok(Ok(user)),
        Err(Fault::Conflict { .. }) => Ok(Err(Refusal::LastAdmin)),
        Err(other) => Err(other),
    }
}

/// Somebody new here, who becomes a user or the owner of one, or nobody.
fn new(
    tx: &mut Tx<'_>,
    desk: Desk<'_>,
    identity: &Identity,
    subject: &store::Token,
) -> Result<Result<User, Refusal>, Fault> {
    let Desk { vault, clock, settings, .. } = desk;
    let (claims, role) = (&identity.claims, settings.role(&identity.claims));
    if role.is_none() && settings.are_roles_claimed() {
        return Ok(Err(Refusal::NoRole));
    }
    let Some(email) = claims.email() else { return Ok(Err(Refusal::Nameless)) };
    let user = match users::email_owner(tx, vault, email)? {
        Some(id) if settings.link_by_email && claims.email_verified() == Some(true) => {
            users::take_turn(tx, id)?;
            let user = users::by_id(tx, vault, id)?.ok_or(Fault::NotFound)?;
            if !user.may_enter() {
                return Ok(Err(Refusal::Disabled));
            }
            match given(tx, desk, user, role)? {
                Ok(user) => user,
                Err(refusal) => return Ok(Err(refusal)),
            }
        }
        Some(_) => return Ok(Err(Refusal::Taken)),
        None => {
            // An address that is known not to be theirs would get what is meant for its owner.
            let (true, Some(role), false) = (settings.create_users, role, claims.email_verified() == Some(false))
            else {
                return Ok(Err(Refusal::Unknown));
            };
            let Some(new) = described(desk, identity, role) else { return Ok(Err(Refusal::Nameless)) };
            members::add(tx, (vault, clock), None, &new, None)?
        }
    };
    store::insert(tx, vault, subject, user.id, clock.now())?;
    let event = Event::IdentityLinked { user: user.id, name: user.name.clone() };
    audit::record(tx, vault, clock, None, &event)?;
    Ok(Ok(user))
}

/// A user as the claims describe one, held to what a form of ours has to keep to.
fn described(desk: Desk<'_>, identity: &Identity, (role, owner): (Role, Option<bool>)) -> Option<NewUser> {
    let (email, name) = (identity.claims.email()?, identity.claims.name()?);
    // Read with a password that will do, as forms have one; it is left out again.
    let fields = [("email", email), ("name", name), ("password", "none is ever set")];
    let input = Input::from_pairs(fields.map(|(field, text)| (field.to_owned(), text.to_owned())));
    let new = form::new_user(input, desk.region, Some(role)).ok()?;
    Some(NewUser { password: None, owner: owner.unwrap_or(new.owner), ..new })
}
