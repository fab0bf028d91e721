//! Checks a second factor, and uses it up: a code of an app and a challenge are good once, and so is a recovery code.

use std::net::IpAddr;

use uuid::Uuid;

use super::{
    carried::Carried,
    passkey::{Passkeys, Used},
    recovery::Code,
    store::{self, Authenticator, Kind},
    totp::Key,
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    staff::{
        Staff,
        log_in::{self, Subjects},
    },
};
use vault::Vault;

/// What somebody gave as their second factor.
#[derive(Clone)]
pub enum Given {
    /// A code of an app, or a recovery code.
    Code(String),
    /// A passkey's answer, and the state that it answers.
    Passkey(String, String),
}

/// A second factor that was right a moment ago. It proves nothing until it is [spent](spend).
#[derive(Clone)]
pub struct Second {
    /// Whose it is.
    pub user: Uuid,
    what: What,
    /// What the try was counted against.
    subjects: Option<Subjects>,
}

#[derive(Clone)]
enum What {
    App { id: Uuid, step: i64 },
    Recovery { place: i64, hash: String },
    Passkey { id: Uuid, spent: Used },
}

/// Checks what a user gave. Without a proof it was wrong. A guessed code counts as a guessed password does.
///
/// # Errors
/// [`Fault::TooMany`], and the database's.
pub async fn check(staff: &Staff, user: Uuid, from: Option<IpAddr>, given: Given) -> Result<Option<Second>, Fault> {
    let vault = staff.vault.clone();
    let found = staff.db.read(move |tx| store::of_user(tx, &vault, user)).await?;
    match given {
        Given::Code(code) => check_code(staff, user, from, &found, &code).await,
        Given::Passkey(answer, state) => {
            let (Some(site), Some(answer)) = (&staff.passkeys, Passkeys::read(&answer)) else { return Ok(None) };
            let now = staff.clock.now();
            let spent = found.iter().filter(|one| one.kind == Kind::Passkey).find_map(|one| {
                let spent = site.check(&staff.vault, user, &one.secret, (&answer, &state), now)?;
                Some(What::Passkey { id: one.id, spent })
            });
            Ok(spent.map(|what| Second { user, what, subjects: None }))
        }
    }
}

async fn check_code(
    staff: &Staff,
    user: Uuid,
    from: Option<IpAddr>,
    found: &[Authenticator],
    code: &str,
) -> Result<Option<Second>, Fault> {
    let subjects = Subjects::of_factor(&staff.vault, user, from);
    let now = staff.clock.now();
    let hold = staff.db.write(move |tx| log_in::reserve(tx, subjects, now)).await?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let of_app = found.iter().filter(|one| one.kind == Kind::App).find_map(|one| {
        let step = Key::parse(&one.secret)?.step_of(&digits, now)?;
        Some(What::App { id: one.id, step })
    });
    let what = match (of_app, Code::parse(code)) {
        (Some(what), _) => Some(what),
        (None, Some(code)) => recovery(staff, user, code).await?,
        (None, None) => None,
    };
    if what.is_none() {
        log_in::note_hold(staff, Some(user), from, hold);
    }
    Ok(what.map(|what| Second { user, what, subjects: Some(subjects) }))
}

async fn recovery(staff: &Staff, user: Uuid, code: Code) -> Result<Option<What>, Fault> {
    let (asked, vault) = (code.clone(), staff.vault.clone());
    let hash = staff.db.read(move |tx| store::code_hash(tx, &vault, user, &asked).map_err(Fault::from)).await?;
    let right = staff.gate.verify(code.secret, hash.clone()).await?;
    Ok(hash.filter(|_| right).map(|hash| What::Recovery { place: code.place, hash }))
}

/// Checks the passkey of somebody who has not said who they are. Without a proof it is nobody's, or wrong.
///
/// # Errors
/// Only the database's.
pub async fn check_passkey(staff: &Staff, answer: &str, state: &str) -> Result<Option<Second>, Fault> {
    let (Some(site), Some(answer)) = (&staff.passkeys, Passkeys::read(answer)) else { return Ok(None) };
    let (vault, credential) = (staff.vault.clone(), answer.get_credential_id().to_vec());
    let found = staff.db.read(move |tx| store::by_credential(tx, &vault, &credential)).await?;
    let Some((user, passkey)) = found else { return Ok(None) };
    // The passkey says whose it is, too: it was made for that user.
    if answer.get_user_unique_id() != Some(user.as_bytes().as_slice()) {
        return Ok(None);
    }
    let spent = site.check_anybody(&staff.vault, &passkey.secret, (&answer, state), staff.clock.now());
    Ok(spent.map(|spent| Second { user, what: What::Passkey { id: passkey.id, spent }, subjects: None }))
}

/// Uses a proof up, in the transaction of what it is for. `false` where it was spent before, or its factor was taken away
/// since.
///
/// # Errors
/// The database's.
pub fn spend(tx: &mut Tx<'_>, staff: &Staff, second: &Second) -> Result<bool, Fault> {
    let (user, now, vault) = (second.user, staff.clock.now(), &staff.vault);
    let good = match &second.what {
        What::App { id, step } => store::use_step(tx, user, *id, *step, now)?,
        What::Recovery { place, hash } => {
            let spent = store::use_code(tx, user, *place, hash)?;
            if spent {
                let left = store::codes_left(tx, user)?;
                audit::record(tx, vault, &staff.clock, Some(user), &Event::RecoveryCodeUsed { left })?;
            }
            spent
        }
        What::Passkey { id, spent } => use_passkey(tx, vault, (user, *id), spent, now)?,
    };
    if good && let Some(subjects) = second.subjects {
        log_in::forgive(tx, subjects)?;
    }
    Ok(good)
}

fn use_passkey(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (user, id): (Uuid, Uuid),
    spent: &Used,
    now: i64,
) -> Result<bool, Fault> {
    let fresh = store::spend_challenge(tx, &spent.challenge, Carried::PASSKEY.until(now))?;
    Ok(fresh && store::use_passkey(tx, vault, user, id, spent.secret.as_deref(), now)?)
}
