//! Adds members of the staff, and finds them for other features.

use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;
use vault::Vault;

use super::{NewUser, Person, Role, Staff, User, store, user::THE_CLIENT};
use crate::{
    audit::{self, Event},
    clock::Clock,
    db::Tx,
    fault::{Fault, FieldFault},
    input::Input,
    words::Text,
};

/// Adds an enabled user. `by` is the admin who does; nobody on the command line.
///
/// # Errors
/// [`Fault::Invalid`] with the code `taken` on `email`.
pub async fn add_user(staff: &Staff, by: Option<Uuid>, new: NewUser) -> Result<User, Fault> {
    let hash = staff.hash(new.password.clone()).await?;
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let user = staff.db.write(move |tx| add(tx, (&vault, &clock), by, &new, hash.as_deref())).await?;
    tracing::info!(user = %user.id, role = user.role.name(), "a user was added");
    Ok(user)
}

/// The same within a transaction, with the hash of the password.
pub(super) fn add(
    tx: &mut Tx<'_>,
    (vault, clock): (&Vault, &Clock),
    by: Option<Uuid>,
    new: &NewUser,
    hash: Option<&str>,
) -> Result<User, Fault> {
    let user = User {
        id: clock.uuid(),
        email: new.email.clone(),
        name: new.name.clone(),
        phone: new.phone.clone(),
        role: new.role,
        owner: new.role == Role::Admin && new.owner,
        enabled: true,
        created_at: clock.now(),
        genuine: true,
    };
    if !store::insert(tx, vault, &user, hash)? {
        return Err(taken().into());
    }
    let added = Event::UserAdded { user: user.id, name: user.name.clone(), role: user.standing().name().to_owned() };
    audit::record(tx, vault, clock, by, &added)?;
    Ok(user)
}

/// The fault of an address that another user has.
pub(super) fn taken() -> FieldFault {
    FieldFault::new("email", "taken", Text::new("staff-email-taken"))
}

/// The address that an input gives, before it is read.
pub(super) fn address_of(input: &Input) -> String {
    input.peek("email").map(str::trim).unwrap_or_default().to_owned()
}

/// What an input is refused for, and what only the database knows of it: that another user has the address. So that whoever
/// mends it does so once. `user` is whom it is a change of.
pub(super) async fn all_faults(fault: Fault, address: String, (staff, user): (&Staff, Option<Uuid>)) -> Fault {
    let Fault::Invalid(mut faults) = fault else { return fault };
    let vault = staff.vault.clone();
    match staff.db.read(move |tx| store::email_owner(tx, &vault, &address)).await {
        Ok(owner) if owner.is_some() && owner != user => faults.push(taken()),
        Ok(_) => {}
        Err(error) => return error.into(),
    }
    Fault::Invalid(faults)
}

/// All users, by name.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub async fn users(staff: &Staff) -> Result<Vec<User>, Fault> {
    let vault = staff.vault.clone();
    staff.db.read(move |tx| store::list(tx, &vault, None)).await
}

/// The user with this e-mail address, in any letter case.
///
/// # Errors
/// As [`users`].
pub async fn by_email(staff: &Staff, address: &str) -> Result<Option<User>, Fault> {
    let (vault, address) = (staff.vault.clone(), address.nfc().collect::<String>());
    staff
        .db
        .read(move |tx| match store::email_owner(tx, &vault, &address)? {
            None => Ok(None),
            Some(id) => store::by_id(tx, &vault, id),
        })
        .await
}

/// The user with this id, if there is one.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub fn by_id(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<User>, Fault> {
    store::by_id(tx, vault, id)
}

/// Clients, as whoever does something by SMS: a user without an address who can never sign in, and is in no list. It is
/// made when the first of them writes.
///
/// # Errors
/// As [`by_id`].
pub fn the_client(tx: &mut Tx<'_>, vault: &Vault, now: i64) -> Result<Person, Fault> {
    let client = User {
        id: THE_CLIENT,
        email: String::new(),
        name: "Client".to_owned(),
        phone: None,
        role: Role::Technician,
        owner: false,
        enabled: false,
        created_at: now,
        genuine: true,
    };
    // Another node may have made it just now, which is as well.
    if !store::knows_the_client(tx)? {
        store::insert(tx, vault, &client, None)?;
    }
    Ok(client.person())
}

/// The technician with this id, if there is one and they are enabled.
///
/// # Errors
/// The database's, and a fault of ours when a sealed field does not open.
pub fn enabled_technician(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<Person>, Fault> {
    let user = store::by_id(tx, vault, id)?;
    Ok(user.filter(|user| user.enabled && user.role == Role::Technician).map(|user| user.person()))
}

/// The enabled technicians, by name.
///
/// # Errors
/// As [`enabled_technician`].
pub fn technicians(tx: &mut Tx<'_>, vault: &Vault) -> Result<Vec<User>, Fault> {
    let mut users = store::list(tx, vault, Some(Role::Technician))?;
    users.retain(|user| user.enabled);
    Ok(users)
}

/// All users of a role, the disabled ones too, by name.
///
/// # Errors
/// Only the database's and the vault's.
pub fn users_of(tx: &mut Tx<'_>, vault: &Vault, role: Role) -> Result<Vec<User>, Fault> {
    store::list(tx, vault, Some(role))
}

/// Opens `users.name`, for the statements of other features that join it.
///
/// # Errors
/// A fault of ours when it does not open.
pub fn user_name(vault: &Vault, id: Uuid, sealed: &[u8]) -> Result<String, Fault> {
    store::name(vault, id, sealed)
}
