//! Mails to the staff: queued in the transaction of what they tell of, sent by whoever carries mail. Without a mail server
//! there are none, and everything works without.

mod letter;
mod run;
mod store;

use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;
use uuid::Uuid;

pub use self::{
    letter::Letter,
    run::{Carrying, Fate, Mail, Post, run},
    store::sweep,
};
use super::{Staff, User};
use crate::{db::Tx, fault::Fault, request_id::RequestId, words::Language};

const HOUR: i64 = 60 * 60 * 1000;
/// A notice that could not be sent by then is given up.
const NOTICE: i64 = 24 * HOUR;
/// Who asks for a new password and hears nothing for so long asks again.
const WISH: i64 = HOUR;

/// Where mails wait, and what they say of us.
#[derive(Clone, Default)]
pub struct Mails {
    on: bool,
    address: Arc<OnceLock<String>>,
    wake: Arc<Notify>,
}

impl Mails {
    /// For a server that can send mail, or not.
    pub fn new(on: bool) -> Self {
        Self { on, ..Self::default() }
    }

    /// Whether mail can be sent.
    pub const fn on(&self) -> bool {
        self.on
    }

    /// Sets the address that links lead to, without a slash at its end. The first one stays; a request never sets it, as
    /// its sender could have links lead to themselves.
    pub fn reached_at(&self, address: &str) {
        self.address.get_or_init(|| address.trim_end_matches('/').to_owned());
    }

    /// That address; empty until it is known.
    pub fn address(&self) -> &str {
        self.address.get().map_or("", String::as_str)
    }

    /// Has what was queued be sent at once. Call it after a commit.
    pub fn wake(&self) {
        self.wake.notify_one();
    }
}

/// Queues a mail to a user, in the language that they last read in, or in this one; `false` where none can be sent.
pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    staff: &Staff,
    user: &User,
    letter: &Letter<'_>,
    language: Language,
) -> Result<bool, Fault> {
    if !staff.mails.on {
        return Ok(false);
    }
    let language = store::language(tx, user.id)?.unwrap_or(language);
    let text = letter.write(staff, user, language);
    let (now, until) = (staff.clock.now(), letter.expires_at());
    let row = store::Row {
        id: staff.clock.uuid(),
        user: Some(user.id),
        recipient: user.email.clone(),
        text: Some(text),
        language,
        due_at: now,
        attempts: 0,
        expires_at: until.unwrap_or(now + NOTICE),
        has_link: matches!(letter, Letter::Link { .. }),
        request: RequestId::current(),
    };
    store::insert(tx, &staff.vault, &row)?;
    Ok(true)
}

/// Queues somebody's wish for a new password, whoever they are.
pub(super) fn enqueue_wish(tx: &mut Tx<'_>, staff: &Staff, email: &str, language: Language) -> Result<(), Fault> {
    let now = staff.clock.now();
    let row = store::Row {
        id: staff.clock.uuid(),
        user: None,
        recipient: email.to_owned(),
        text: None,
        language,
        due_at: now,
        attempts: 0,
        expires_at: now + WISH,
        has_link: true,
        request: RequestId::current(),
    };
    Ok(store::insert(tx, &staff.vault, &row)?)
}

/// Takes back the links that wait for a user: they may not have them any more. Warnings still go.
pub(super) fn take_back(tx: &mut Tx<'_>, of: Uuid) -> Result<(), Fault> {
    Ok(store::remove_of(tx, of)?)
}

/// Notes the language that a user reads in.
pub(super) fn note_language(tx: &mut Tx<'_>, of: Uuid, language: Language) -> Result<(), Fault> {
    Ok(store::set_language(tx, of, language)?)
}
