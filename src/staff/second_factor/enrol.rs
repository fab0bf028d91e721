//! Adds and takes away second factors.

use uuid::Uuid;

use super::{
    passkey::Passkeys,
    recovery::Code,
    store::{self, Authenticator, Kind},
    totp::Key,
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    staff::{
        Caller, Staff,
        mail::{self, Letter},
        session_store, store as members,
    },
    words::{Language, Text},
};

/// More are a sign of a mistake.
const MOST: usize = 20;

/// Keeps an authenticator app, once its first code shows that it has the key.
///
/// # Errors
/// [`Fault::Invalid`] on `code`, or [`Fault::Conflict`] when there are too many.
pub async fn add_app(staff: &Staff, caller: &Caller, name: String, key: &Key, code: &str) -> Result<Codes, Fault> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let wrong = || Fault::field("code", "invalid", Text::new("factor-code-wrong"));
    let step = key.step_of(&digits, staff.clock.now()).ok_or_else(wrong)?;
    let (of, new) = (caller.user.id, new(staff, Kind::App, name, key.text()));
    let id = new.id;
    let also = move |tx: &mut Tx<'_>, now| Ok(store::use_step(tx, of, id, step, now)?);
    add(staff, caller, new, None, also).await
}

/// Keeps a passkey that was made.
///
/// # Errors
/// [`Fault::Invalid`] when it is not the answer to what was asked, or is somebody's already; [`Fault::Conflict`] when
/// there are too many.
pub async fn add_passkey(
    staff: &Staff,
    caller: &Caller,
    site: &Passkeys,
    name: String,
    (answer, state): (&str, &str),
) -> Result<Codes, Fault> {
    let made = site.finish(&staff.vault, caller.user.id, answer, state, staff.clock.now());
    let made = made.ok_or_else(|| Fault::field("", "invalid", Text::new("factor-passkey-wrong")))?;
    let new = new(staff, Kind::Passkey, name, made.secret);
    add(staff, caller, new, Some(made.credential), |_, _| Ok(true)).await
}

/// Recovery codes to be shown, where they were made along.
pub type Codes = Option<Vec<String>>;

fn new(staff: &Staff, kind: Kind, name: String, secret: String) -> Authenticator {
    let (id, created_at) = (staff.clock.uuid(), staff.clock.now());
    Authenticator { id, kind, name, secret, created_at, last_used_at: None }
}

/// All other log-ins end: they were made without it (ASVS 5.0, 7.4.3). The first factor brings recovery codes, and makes the
/// session at hand one of two factors: its user has just shown both.
async fn add(
    staff: &Staff,
    caller: &Caller,
    new: Authenticator,
    credential: Option<Vec<u8>>,
    also: impl Fn(&mut Tx<'_>, i64) -> Result<bool, Fault> + Send + 'static,
) -> Result<Codes, Fault> {
    let codes = Code::ten(&staff.clock);
    let hashes = hashes(staff, &codes).await?;
    let (of, own, kind) = (caller.user.id, caller.hash, new.kind);
    let (at, user) = (staff.clone(), caller.user.clone());
    let work = move |tx: &mut Tx<'_>| {
        let (vault, clock) = (&at.vault, &at.clock);
        members::take_turn(tx, of)?;
        let before = store::of_user(tx, vault, of)?.len();
        if before >= MOST {
            return Err(Fault::conflict(Text::new("factor-too-many").arg("count", MOST)));
        }
        let now = clock.now();
        if !store::insert(tx, vault, of, &new, credential.as_deref())? || !also(tx, now)? {
            return Err(Fault::field("", "invalid", Text::new("factor-passkey-wrong")));
        }
        audit::record(tx, vault, clock, Some(of), &Event::FactorAdded { kind: kind.into(), name: new.name.clone() })?;
        members::end_log_ins(tx, of, Some(own))?;
        if before == 0 {
            store::put_codes(tx, vault, of, &hashes)?;
            session_store::strengthen(tx, vault, &own)?;
        }
        mail::enqueue(tx, &at, &user, &Letter::FactorsChanged, Language::English)?;
        Ok::<_, Fault>(before == 0)
    };
    let first = staff.db.write(work).await?;
    staff.mails.wake();
    tracing::info!(user = %of, ?kind, "a second factor was added");
    Ok(first.then(|| codes.iter().map(Code::shown).collect()))
}

/// Hashes as those of passwords.
async fn hashes(staff: &Staff, codes: &[Code]) -> Result<Vec<(i64, String)>, Fault> {
    let mut hashes = Vec::new();
    for code in codes {
        hashes.push((code.place, staff.gate.hash(code.secret.clone(), staff.clock.bytes()).await?));
    }
    Ok(hashes)
}

/// Makes new recovery codes in place of those before, and gives them back this once.
///
/// # Errors
/// [`Fault::Conflict`] without any second factor that they could stand in for.
pub async fn make_codes(staff: &Staff, of: Uuid) -> Result<Vec<String>, Fault> {
    let codes = Code::ten(&staff.clock);
    let hashes = hashes(staff, &codes).await?;
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let work = move |tx: &mut Tx<'_>| {
        members::take_turn(tx, of)?;
        if !store::any(tx, of)? {
            return Err(Fault::conflict(Text::new("factor-none")));
        }
        store::put_codes(tx, &vault, of, &hashes)?;
        audit::record(tx, &vault, &clock, Some(of), &Event::RecoveryCodesMade).map(drop)
    };
    staff.db.write(work).await?;
    Ok(codes.iter().map(Code::shown).collect())
}

/// Takes one of a user's own factors away; with the last, the recovery codes. All other log-ins end: one of them may have
/// been made by it.
///
/// # Errors
/// [`Fault::NotFound`] when there is none such.
pub async fn remove(staff: &Staff, caller: &Caller, id: Uuid) -> Result<(), Fault> {
    let (at, user, own) = (staff.clone(), caller.user.clone(), caller.hash);
    let of = user.id;
    let work = move |tx: &mut Tx<'_>| {
        members::take_turn(tx, of)?;
        let found = store::of_user(tx, &at.vault, of)?.into_iter().find(|one| one.id == id).ok_or(Fault::NotFound)?;
        store::remove(tx, of, id)?;
        if !store::any(tx, of)? {
            store::remove_all(tx, of)?;
            session_store::weaken(tx, &at.vault, of)?;
        }
        members::end_log_ins(tx, of, Some(own))?;
        mail::enqueue(tx, &at, &user, &Letter::FactorsChanged, Language::English)?;
        let event = Event::FactorRemoved { kind: found.kind.into(), name: found.name };
        audit::record(tx, &at.vault, &at.clock, Some(of), &event).map(drop)
    };
    staff.db.write(work).await?;
    staff.mails.wake();
    Ok(())
}

/// Takes all factors of somebody away who has lost them, and ends whatever they are signed in with. `by` is nobody on the
/// command line.
///
/// # Errors
/// [`Fault::NotFound`] without that user, [`Fault::Conflict`] when they have none.
pub async fn reset(staff: &Staff, by: Option<Uuid>, of: Uuid) -> Result<(), Fault> {
    let at = staff.clone();
    let work = move |tx: &mut Tx<'_>| {
        members::take_turn(tx, of)?;
        let user = members::by_id(tx, &at.vault, of)?.ok_or(Fault::NotFound)?;
        if store::remove_all(tx, of)? == 0 {
            return Err(Fault::conflict(Text::new("factor-none")));
        }
        members::end_log_ins(tx, of, None)?;
        mail::enqueue(tx, &at, &user, &Letter::FactorsChanged, Language::English)?;
        audit::record(tx, &at.vault, &at.clock, by, &Event::FactorsReset { user: of, name: user.name }).map(drop)
    };
    staff.db.write(work).await?;
    staff.mails.wake();
    tracing::info!(user = %of, "a user's second factors were taken away");
    Ok(())
}
