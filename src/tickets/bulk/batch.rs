//! A run's steps: some tickets in one short transaction, so that no other writer waits long.

use serde::{Deserialize, Serialize};

use super::{Action, Fate, Hindrance};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::Kind,
    staff::{self, Person},
    tickets::{Desk, Status, Ticket, by_key, can_undo_fixed, history, undo_fixed, update},
};

/// Tickets of one transaction; some 10 ms.
pub const BATCH: usize = 25;

/// A ticket that a run is to change: its key, and the version that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its reference or id.
    pub key: String,
    /// The version that it must still have.
    pub version: i64,
}

/// What became of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Its reference, or what was asked for where there is none.
    pub key: String,
    /// What became of it.
    pub fate: Fate,
}

/// Does an action to some tickets, each by itself: a refusal of one stops none.
///
/// `hold` is how long, in milliseconds, the SMS of a Fixed waits so that it can be undone.
///
/// # Errors
/// Only the database's and the vault's; nothing of the batch is stored then.
pub fn batch(
    tx: &mut Tx<'_>,
    desk: &Desk,
    by: &Person,
    action: &Action,
    wanted: &[Wanted],
    hold: i64,
) -> Result<Vec<Done>, Fault> {
    let mut done = Vec::with_capacity(wanted.len());
    for one in wanted {
        let (key, fate) = match by_key(tx, &desk.vault, &one.key) {
            Ok(ticket) => (ticket.reference.to_string(), change(tx, desk, by, action, ticket, one.version, hold)?),
            Err(Fault::NotFound) => (one.key.clone(), Fate::Gone),
            Err(other) => return Err(other),
        };
        done.push(Done { key, fate });
    }
    Ok(done)
}

fn change(
    tx: &mut Tx<'_>,
    desk: &Desk,
    by: &Person,
    action: &Action,
    ticket: Ticket,
    version: i64,
    hold: i64,
) -> Result<Fate, Fault> {
    if ticket.version != version {
        // Whoever was faster may have done the same.
        let technicians: Vec<Person> = staff::technicians(tx, &desk.vault)?.iter().map(staff::User::person).collect();
        let same = action.fate_of(&ticket, &technicians, false) == Fate::Same;
        return Ok(if same { Fate::Same } else { Fate::Overtaken });
    }
    let (was, hindrance) = (ticket.status, action.hindrance(&ticket));
    // Both refusals come before anything is written.
    match update(tx, desk, by, ticket, action.change(), hold) {
        Ok(now) if now.version == version => Ok(Fate::Same),
        Ok(now) => {
            let fixed = was != Status::Fixed && now.status == Status::Fixed;
            Ok(Fate::Changed { sms: fixed && desk.outbox.why_no_sms(tx, Kind::Fixed, &now.client_phone)?.is_none() })
        }
        Err(Fault::Conflict { .. }) => Ok(Fate::Refused(hindrance)),
        Err(Fault::Invalid(_)) => Ok(Fate::Refused(Hindrance::TechnicianGone)),
        Err(other) => Err(other),
    }
}

/// Takes the Fixed of some tickets back whose SMS still waits, and says of how many.
///
/// # Errors
/// Only the database's and the vault's.
pub fn undo(tx: &mut Tx<'_>, desk: &Desk, by: &Person, keys: &[String]) -> Result<usize, Fault> {
    let mut undone = 0;
    for key in keys {
        let ticket = match by_key(tx, &desk.vault, key) {
            Ok(ticket) => ticket,
            Err(Fault::NotFound) => continue,
            Err(other) => return Err(other),
        };
        // Its second refusal comes when the SMS is cancelled already, which here nothing would take back.
        if !can_undo_fixed(&ticket, &history(tx, &desk.vault, &ticket)?) {
            continue;
        }
        match undo_fixed(tx, desk, by, ticket) {
            Ok(_) => undone += 1,
            Err(Fault::Conflict { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(undone)
}
