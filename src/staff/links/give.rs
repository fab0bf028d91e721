//! Makes links, for admins to hand on and for mails.

use uuid::Uuid;

use super::{Kind, store};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    staff::{
        NewUser, Staff, User,
        credential::Fresh,
        mail::{self, Letter},
        members, store as users,
    },
    words::Language,
};

/// How long links work, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// Of an invitation.
    pub invitation: i64,
    /// Of a reset.
    pub reset: i64,
}

const MINUTE: i64 = 60 * 1000;
/// Whoever gets it is at the keyboard.
const RENEWAL: i64 = 15 * MINUTE;

impl Default for Lives {
    fn default() -> Self {
        Self { invitation: 72 * 60 * MINUTE, reset: 60 * MINUTE }
    }
}

impl Lives {
    const fn of(self, kind: Kind) -> i64 {
        match kind {
            Kind::Invitation => self.invitation,
            Kind::Reset | Kind::Wish => self.reset,
            Kind::Renewal => RENEWAL,
        }
    }
}

/// A link that was made, to be shown this once.
#[derive(Clone)]
pub struct Given {
    /// Its address, secret included.
    pub url: String,
    /// What it is for.
    pub kind: Kind,
    /// When it ends, in milliseconds.
    pub expires_at: i64,
    /// Whether it was sent to them by mail as well.
    pub mailed: bool,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").field("kind", &self.kind).field("mailed", &self.mailed).finish_non_exhaustive()
    }
}

/// Keeps a link of a kind and gives its secret, with its end.
pub(in crate::staff) fn put(tx: &mut Tx<'_>, staff: &Staff, of: Uuid, kind: Kind) -> Result<(String, i64), Fault> {
    let (fresh, until) = (Fresh::link(&staff.clock), staff.clock.now() + staff.settings.links.of(kind));
    store::put(tx, &staff.vault, of, kind, &fresh.hash, until)?;
    Ok((fresh.token, until))
}

/// What a link is for that an admin gives.
fn given_kind(tx: &mut Tx<'_>, of: Uuid) -> Result<Kind, Fault> {
    Ok(if store::has_password(tx, of)? { Kind::Reset } else { Kind::Invitation })
}

/// Makes a link for a user within a transaction, notes that in the audit history, and has it mailed where that can be.
pub(super) fn give(
    tx: &mut Tx<'_>,
    staff: &Staff,
    by: Option<Uuid>,
    (user, kind): (&User, Kind),
    language: Language,
) -> Result<Given, Fault> {
    let (token, expires_at) = put(tx, staff, user.id, kind)?;
    let url = format!("{}/link?token={token}", staff.mails.address());
    let event = Event::LinkMade { user: user.id, name: user.name.clone(), kind: kind.name().to_owned() };
    audit::record(tx, &staff.vault, &staff.clock, by, &event)?;
    let letter = Letter::Link { kind, url: &url, expires_at };
    let mailed = mail::enqueue(tx, staff, user, &letter, language)?;
    Ok(Given { url, kind, expires_at, mailed })
}

/// Makes a link for a user: an invitation while they have no password, a reset after that. The one before of its kind is
/// worthless then. `language` is that of the mail, where theirs is not known.
///
/// # Errors
/// [`Fault::NotFound`] unless the user is there and enabled, and the database's.
pub async fn give_link(staff: &Staff, by: Option<Uuid>, of: Uuid, language: Language) -> Result<Given, Fault> {
    let at = staff.clone();
    let work = move |tx: &mut Tx<'_>| {
        users::take_turn(tx, of)?;
        match users::by_id(tx, &at.vault, of)? {
            Some(user) if user.enabled => {
                let kind = given_kind(tx, of)?;
                give(tx, &at, by, (&user, kind), language)
            }
            _ => Err(Fault::NotFound),
        }
    };
    let given = staff.db.write(work).await?;
    staff.mails.wake();
    tracing::info!(user = %of, kind = given.kind.name(), mailed = given.mailed, "a link to choose a password was made");
    Ok(given)
}

/// Adds an enabled user: without a password they get an invitation; one that the admin chose has to be replaced when they
/// first sign in.
///
/// # Errors
/// As [`add_user`](crate::staff::add_user).
pub async fn welcome(
    staff: &Staff,
    by: Uuid,
    new: NewUser,
    language: Language,
) -> Result<(User, Option<Given>), Fault> {
    let (hash, at) = (staff.hash(new.password.clone()).await?, staff.clone());
    let work = move |tx: &mut Tx<'_>| {
        let user = members::add(tx, (&at.vault, &at.clock), Some(by), &new, hash.as_deref())?;
        if hash.is_some() {
            store::set_must_change(tx, user.id, true)?;
            return Ok((user, None));
        }
        let kind = given_kind(tx, user.id)?;
        let given = give(tx, &at, Some(by), (&user, kind), language)?;
        Ok::<_, Fault>((user, Some(given)))
    };
    let (user, given) = staff.db.write(work).await?;
    staff.mails.wake();
    tracing::info!(user = %user.id, role = user.role.name(), invited = given.is_some(), "a user was added");
    Ok((user, given))
}
