//! Proves who somebody is by their password. A failure never tells whether there is such an account, in words or in
//! time: each try is counted, hashed and answered alike, whoever it is for.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use vault::{Purpose, Vault};

use super::{
    Staff, User,
    attempts::{Limit, Tries},
    attempts_store,
    credential::{Hash, Kind},
    device::Device,
    store,
};
use crate::{
    audit::{self, Event, Over},
    db::{DbError, Tx},
    email,
    fault::Fault,
    request_id::Carried,
};

const ACCOUNT: Purpose = Purpose::new("login_attempts.account");
const ADDRESS: Purpose = Purpose::new("login_attempts.address");
const SETUP: Purpose = Purpose::new("login_attempts.setup");
const FACTOR: Purpose = Purpose::new("login_attempts.factor");
const RESET: Purpose = Purpose::new("login_attempts.reset");
const RESET_ADDRESS: Purpose = Purpose::new("login_attempts.reset_address");

/// What one try counts against.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Subjects {
    account: i64,
    address: Option<i64>,
}

impl Subjects {
    /// A try of the account with this e-mail address, whether there is one or not.
    pub fn of_account(vault: &Vault, email: &str, from: Option<IpAddr>) -> Self {
        Self { account: vault.token(ACCOUNT, &email::key(email)), address: from.map(|from| address(vault, from)) }
    }

    /// A try from a browser that has signed in to the account before: it counts by itself, whatever others try.
    pub const fn of_device(device: Device) -> Self {
        Self { account: device.subject, address: None }
    }

    /// A try of the set-up code.
    pub fn of_setup(vault: &Vault, from: Option<IpAddr>) -> Self {
        Self { account: vault.token(SETUP, ""), address: from.map(|from| address(vault, from)) }
    }

    /// A try of a user's second factor, which only they get to whose password was right.
    pub fn of_factor(vault: &Vault, user: Uuid, from: Option<IpAddr>) -> Self {
        let account = vault.token(FACTOR, &user.simple().to_string());
        Self { account, address: from.map(|from| address(vault, from)) }
    }

    /// A wish for a new password of the account with this e-mail address, whether there is one or not. It counts apart, so
    /// that whoever cannot sign in any more can still ask.
    pub fn of_reset(vault: &Vault, email: &str, from: Option<IpAddr>) -> Self {
        let from = from.map(|from| of_address(vault, RESET_ADDRESS, from));
        Self { account: vault.token(RESET, &email::key(email)), address: from }
    }

    fn limits(self) -> impl Iterator<Item = (i64, Limit)> {
        let address = self.address.map(|address| (address, Limit::ADDRESS));
        std::iter::once((self.account, Limit::ACCOUNT)).chain(address)
    }
}

/// Of IPv6 the network counts: everybody has 2⁶⁴ addresses. An address that is not known counts as none: one for all
/// would let anybody lock everybody out.
fn address(vault: &Vault, from: IpAddr) -> i64 {
    of_address(vault, ADDRESS, from)
}

fn of_address(vault: &Vault, purpose: Purpose, from: IpAddr) -> i64 {
    let text = match from.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("{:x?}", &ip.segments()[..4]),
    };
    vault.token(purpose, &text)
}

/// How long whoever comes next has to wait if a try fails, in milliseconds; 0 for not at all.
#[derive(Debug, Clone, Copy)]
pub struct Hold {
    /// With the same account, or set-up code.
    pub account: i64,
    /// From the same address.
    pub address: i64,
}

/// Counts a try as a failure before it is judged.
///
/// # Errors
/// [`Fault::TooMany`]; nothing is counted then.
pub fn reserve(tx: &mut Tx<'_>, subjects: Subjects, now: i64) -> Result<Hold, Fault> {
    // All are asked before any is counted: who is refused has written nothing, and costs other writers nothing.
    let mut counted = Vec::new();
    for (subject, limit) in subjects.limits() {
        counted.push((subject, limit.reserve(attempts_store::tries(tx, subject)?, now).map_err(Fault::TooMany)?));
    }
    let mut hold = Hold { account: 0, address: 0 };
    for (subject, tries) in counted {
        attempts_store::put_tries(tx, subject, Some(tries))?;
        let wait = (tries.blocked_until - now).max(0);
        *(if subject == subjects.account { &mut hold.account } else { &mut hold.address }) = wait;
    }
    Ok(hold)
}

/// Takes a try back that was right: the account begins anew, the address loses no more than this try.
///
/// # Errors
/// Only the database's.
pub fn forgive(tx: &mut Tx<'_>, subjects: Subjects) -> Result<(), DbError> {
    attempts_store::put_tries(tx, subjects.account, None)?;
    let Some(address) = subjects.address else { return Ok(()) };
    let left: Option<Tries> = attempts_store::tries(tx, address)?.and_then(Limit::give_back);
    attempts_store::put_tries(tx, address, left)
}

/// A password that was right a moment ago. A browser may carry it, sealed, to the second factor.
#[derive(Clone, Serialize, Deserialize)]
pub struct Proof {
    user: Uuid,
    /// Of the stored hash that it matched.
    digest: [u8; 32],
    email: String,
    subjects: Subjects,
}

impl Proof {
    /// Whose it is.
    pub const fn user(&self) -> Uuid {
        self.user
    }
}

fn digest(hash: &str) -> [u8; 32] {
    Sha256::digest(hash).into()
}

/// Verifies a password, given from an address by a browser that may be known to the account. Without a proof it was
/// refused: wrong, nobody's, or a disabled user's.
///
/// # Errors
/// [`Fault::TooMany`], and the database's.
pub async fn verify(
    staff: &Staff,
    email: String,
    password: String,
    from: Option<IpAddr>,
    device: Option<Device>,
) -> Result<Option<Proof>, Fault> {
    let of_account = || Subjects::of_account(&staff.vault, &email, from);
    let subjects = device.map_or_else(of_account, Subjects::of_device);
    let now = staff.clock.now();
    let hold = staff.db.write(move |tx| reserve(tx, subjects, now)).await?;
    let (vault, address) = (staff.vault.clone(), email.clone());
    let found = staff.db.read(move |tx| store::log_in(tx, &vault, &address)).await?;
    let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), hash));
    let right = staff.gate.verify(password.clone(), hash.clone()).await?;
    if let (true, Some(user), Some(hash)) = (right, user, hash) {
        let digest = digest(&renewed(staff, user, password, hash).await);
        return Ok(Some(Proof { user, digest, email, subjects }));
    }
    tracing::warn!("a log-in was refused");
    if let Some(user) = user {
        note_refusal(staff, user, from, |name, from| Event::SignInRefused { name, from });
        note_hold(staff, Some(user), from, hold);
    } else {
        // Of accounts that somebody made up only the sender's waits are kept: else anybody lets the history grow.
        write_as_much(staff, subjects);
        if hold.address < 1000 && hold.account >= 1000 {
            write_as_much(staff, subjects);
        }
        note_hold(staff, None, from, Hold { account: 0, ..hold });
    }
    Ok(None)
}

/// The hash that is kept of a right password: one of costs of before is made anew. Where that cannot be, it stays good.
async fn renewed(staff: &Staff, user: Uuid, password: String, hash: String) -> String {
    if !staff.gate.is_dated(&hash) {
        return hash;
    }
    let Ok(anew) = staff.gate.hash(password.clone(), staff.clock.bytes()).await else { return hash };
    let (vault, before, kept) = (staff.vault.clone(), hash.clone(), anew.clone());
    let renew = move |tx: &mut Tx<'_>| store::renew_password(tx, &vault, user, &before, &kept).map_err(Fault::from);
    match staff.db.write(renew).await {
        Ok(true) => anew,
        // Another log-in was quicker, or somebody has set another password: then the proof of this one is worth nothing.
        Ok(false) => other_of(staff, user, password).await.unwrap_or(hash),
        Err(fault) => {
            tracing::warn!(%fault, "a password's hash of former costs was not made anew");
            hash
        }
    }
}

/// The hash that is kept now, if it is of this password.
async fn other_of(staff: &Staff, user: Uuid, password: String) -> Option<String> {
    let vault = staff.vault.clone();
    let kept = staff.db.read(move |tx| store::password(tx, &vault, user).map_err(Fault::from)).await.ok().flatten()?;
    let right = staff.gate.verify(password, Some(kept.clone())).await.ok()?;
    right.then_some(kept)
}

/// Keeps that a wrong second factor was given for a user.
pub fn note_factor_refusal(staff: &Staff, user: Uuid, from: Option<IpAddr>) {
    tracing::warn!("a second factor was refused");
    note_refusal(staff, user, from, |name, from| Event::FactorRefused { name, from });
}

/// Keeps that a try which failed holds up the next ones: once for each wait, however many come meanwhile.
pub fn note_hold(staff: &Staff, user: Option<Uuid>, from: Option<IpAddr>, hold: Hold) {
    let seconds = hold.account.max(hold.address) / 1000;
    if seconds > 0 {
        note(staff, user, from, move |name, from| Some(Event::SignInHeld { name, seconds, from }));
    }
}

/// Keeps that a user was refused. Nobody waits for it: how long an answer takes must not tell whether there is such a
/// user.
fn note_refusal(staff: &Staff, user: Uuid, from: Option<IpAddr>, event: fn(String, Option<String>) -> Event) {
    note(staff, Some(user), from, move |name, from| name.map(|name| event(name, from)));
}

/// Writes as much as what is kept of a refused user, and keeps nothing: the request behind waits for either as long, and whoever
/// sent both must not be told by that whether there is such a user.
fn write_as_much(staff: &Staff, subjects: Subjects) {
    let work = move |tx: &mut Tx<'_>| {
        tx.take_turn(audit::TURN)?;
        let tries = attempts_store::tries(tx, subjects.account)?;
        Ok(attempts_store::put_tries(tx, subjects.account, tries)?)
    };
    write_aside(staff, work);
}

fn note(
    staff: &Staff,
    user: Option<Uuid>,
    from: Option<IpAddr>,
    event: impl Fn(Option<String>, Option<String>) -> Option<Event> + Send + 'static,
) {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let from = from.map(|from| from.to_canonical().to_string());
    let note = move |tx: &mut Tx<'_>| {
        let user = user.map(|user| store::by_id(tx, &vault, user)).transpose()?.flatten();
        let Some(event) = event(user.map(|user| user.name), from.clone()) else { return Ok(()) };
        audit::record(tx, &vault, &clock, None, &event).map(drop)
    };
    write_aside(staff, note);
}

fn write_aside(staff: &Staff, work: impl Fn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) {
    let db = staff.db.clone();
    tokio::spawn(Carried::here().follow(async move {
        let noted = db.write(work).await;
        if let Err(fault) = noted {
            tracing::warn!(%fault, "a refused log-in is not in the audit history");
        }
    }));
}

/// Uses a proof, in the transaction of what it is for. Nobody, if the user was disabled or got another password
/// since.
///
/// # Errors
/// The database's.
pub fn admit(tx: &mut Tx<'_>, vault: &Vault, proof: &Proof) -> Result<Option<User>, Fault> {
    store::take_turn(tx, proof.user)?;
    let now = store::log_in(tx, vault, &proof.email)?;
    let same =
        now.is_some_and(|(user, hash)| user == proof.user && hash.is_some_and(|hash| digest(&hash) == proof.digest));
    if !same {
        return Ok(None);
    }
    forgive(tx, proof.subjects)?;
    store::by_id(tx, vault, proof.user)
}

/// Ends what somebody signed in with, at their wish.
///
/// # Errors
/// Only the database's.
pub async fn leave(
    staff: &Staff,
    user: Uuid,
    (kind, hash): (Kind, Hash),
    (over, from): (Over, Option<String>),
) -> Result<(), Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let event = Event::SignedOut { over, from };
    let leave = move |tx: &mut Tx<'_>| {
        store::end(tx, kind, &hash)?;
        audit::record(tx, &vault, &clock, Some(user), &event).map(drop)
    };
    staff.db.write(leave).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        clock::Clock,
        db::{Db, DbOptions},
        staff::{By, Changes, Gate, NewUser, Role, add_user, change_user},
        web::Chrome,
    };

    fn staff(dir: &testbase::Dir) -> Staff {
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let chrome = Chrome {
            isp_name: "".into(),
            secure: false,
            zone: jiff::tz::TimeZone::UTC,
            technician_view: false,
            views: std::sync::Arc::new(|_, _| Ok(Vec::new())),
            news: std::sync::Arc::new(|_| Ok(crate::web::News::default())),
        };
        Staff::new(db, Vault::for_tests(1), Clock::fixed(1_000_000, 1).0, chrome, None).with_gate(Gate::light())
    }

    #[tokio::test]
    async fn a_hash_of_former_costs_is_made_anew_by_the_password_it_is_of() {
        let dir = testbase::Dir::new();
        let staff = staff(&dir);
        let dear = staff.clone().with_gate(Gate::default());
        let new = NewUser {
            email: "priya@isp.example".to_owned(),
            name: "Priya".to_owned(),
            phone: None,
            role: Role::Admin,
            owner: true,
            password: Some("correct horse".to_owned()),
        };
        let user = add_user(&staff, None, new).await.unwrap();
        let kept = async || {
            let vault = staff.vault.clone();
            let read = move |tx: &mut Tx<'_>| store::log_in(tx, &vault, "priya@isp.example");
            staff.db.read(read).await.unwrap().unwrap().1.unwrap()
        };
        let attempt =
            async |password: &str| verify(&dear, user.email.clone(), password.to_owned(), None, None).await.unwrap();
        let before = kept().await;
        assert!(attempt("wrong horse").await.is_none());
        assert_eq!(kept().await, before, "a wrong password makes nothing anew");
        let proof = attempt("correct horse").await.unwrap();
        let after = kept().await;
        assert!(!Gate::default().is_dated(&after), "{after}");
        let vault = staff.vault.clone();
        assert!(staff.db.write(move |tx| admit(tx, &vault, &proof)).await.unwrap().is_some(), "the proof is of it");
        assert!(attempt("correct horse").await.is_some());
        assert_eq!(kept().await, after, "once is enough");
    }

    /// Whoever sends another request right behind waits for what is written of the first.
    #[tokio::test]
    async fn a_refusal_writes_as_often_for_nobody_as_for_a_user() {
        let dir = testbase::Dir::new();
        let staff = staff(&dir);
        let new = NewUser {
            email: "priya@isp.example".to_owned(),
            name: "Priya".to_owned(),
            phone: None,
            role: Role::Technician,
            owner: false,
            password: Some("correct horse".to_owned()),
        };
        // What is written aside is a task each.
        let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let idle = tasks();
        let written = async || {
            let all = async {
                while tasks() > idle {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_mins(1), all).await.expect("it is written");
            staff.db.write_stats().own
        };
        add_user(&staff, None, new).await.unwrap();
        for email in ["priya@isp.example", "nobody@isp.example"] {
            let before = written().await;
            // The fifth begins a wait.
            for _ in 0..5 {
                let refused = verify(&staff, email.to_owned(), "wrong horse".to_owned(), None, None).await;
                assert!(refused.unwrap().is_none());
            }
            assert_eq!(written().await - before, 11, "{email}");
        }
        let vault = staff.vault.clone();
        let rows = staff.db.read(move |tx| audit::recent(tx, &vault, &audit::Filter::default(), None, 100)).await;
        assert_eq!(rows.unwrap().len(), 1 + 5 + 1, "who was added, and what became of a user's tries alone");
    }

    /// Between the hashing of a password and the session there is time for an admin to act.
    #[tokio::test]
    async fn a_proof_is_worthless_once_the_user_is_disabled_or_has_another_password() {
        let dir = testbase::Dir::new();
        let staff = staff(&dir);
        for (place, change, good) in [
            (0, Changes { name: Some("Other".to_owned()), ..Changes::none() }, true),
            (1, Changes { enabled: Some(false), ..Changes::none() }, false),
            (2, Changes { password: Some("quite another one".to_owned()), ..Changes::none() }, false),
        ] {
            let email = format!("user{place}@isp.example");
            let (name, role, password) = (String::new(), Role::Technician, "correct horse".to_owned());
            let new = NewUser {
                email: email.clone(),
                name,
                phone: None,
                role,
                owner: true,
                password: Some(password.clone()),
            };
            let user = add_user(&staff, None, new).await.unwrap();
            let proof = verify(&staff, email, password, None, None).await.unwrap().unwrap();
            change_user(&staff, By::default(), user.id, change).await.unwrap();
            let vault = staff.vault.clone();
            let admitted = staff.db.write(move |tx| admit(tx, &vault, &proof)).await.unwrap();
            assert_eq!(admitted.is_some(), good, "{place}");
        }
    }
}
