//! Jobs: the tickets that are assigned to a technician, as that technician sees them. One is a job for as long as it is
//! assigned to them and not closed; from then on it is not found, as if it had never been there.

pub mod api;
mod record;

use uuid::Uuid;

use super::{
    Change, Desk, Filter, Note, Status, Ticket, add_new_note, by_key,
    form::NewNote,
    photos::{self, Picture},
    update,
};
use crate::{
    clients,
    db::Tx,
    fault::Fault,
    staff::{self, Person},
    words::Text,
};

/// Photos of one ticket.
const MOST_PHOTOS: i64 = 50;
/// Jobs of one page.
pub const PAGE: u32 = 50;

/// What somebody at the client's may report.
pub const fn moves(status: Status) -> &'static [Status] {
    match status {
        Status::Dispatched => &[Status::InProgress, Status::Fixed],
        _ => &[],
    }
}

/// The filter of a technician's jobs, the most urgent first.
///
/// # Errors
/// [`Fault::Invalid`] for a page or cursor that is none.
pub fn filter(desk: &Desk, technician: Uuid, at: &[(String, String)]) -> Result<Filter, Fault> {
    let open: Vec<&str> = Status::ALL.iter().filter(|one| **one != Status::Closed).map(|one| one.name()).collect();
    let mut pairs = vec![
        ("assignedTo".to_owned(), technician.to_string()),
        ("status".to_owned(), open.join(",")),
        ("sort".to_owned(), "priority".to_owned()),
        ("pageSize".to_owned(), PAGE.to_string()),
    ];
    pairs.extend_from_slice(at);
    Filter::parse(&pairs, desk)
}

/// One of a technician's jobs.
///
/// # Errors
/// [`Fault::NotFound`] alike for a ticket that is not there, and for one that is none of theirs.
pub fn job(tx: &mut Tx<'_>, desk: &Desk, technician: Uuid, key: &str) -> Result<Ticket, Fault> {
    let ticket = by_key(tx, &desk.vault, key)?;
    let theirs = ticket.has_technician(technician) && ticket.status != Status::Closed;
    theirs.then_some(ticket).ok_or(Fault::NotFound)
}

/// Where the client lives, as far as the ISP's list of clients says so.
///
/// # Errors
/// Only the database's and the vault's.
pub fn address(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket) -> Result<Option<String>, Fault> {
    let Some(account) = &ticket.client_account_id else { return Ok(None) };
    Ok(clients::by_account(tx, &desk.vault, account)?.and_then(|client| client.address))
}

/// Notes something about a job. It stays within the desk.
///
/// # Errors
/// As [`job`]; [`Fault::Invalid`] for a note that is to go to the client, which is the desk's to send.
pub fn note(tx: &mut Tx<'_>, desk: &Desk, by: &Person, key: &str, new: &NewNote) -> Result<Note, Fault> {
    if new.tell_client {
        return Err(Fault::field("tellClient", "not_allowed", Text::new("rules-no-notes-to-clients")));
    }
    let ticket = still(tx, desk, by, key)?;
    add_new_note(tx, desk, by, ticket, new)
}

/// Whether a job takes another photo: to be asked before one is developed, which costs more than anything else here.
///
/// # Errors
/// As [`job`]; [`Fault::Conflict`] where the ticket has as many as it may have.
pub fn takes_photo(tx: &mut Tx<'_>, desk: &Desk, technician: Uuid, key: &str) -> Result<Ticket, Fault> {
    let ticket = job(tx, desk, technician, key)?;
    if photos::count(tx, ticket.id)? >= MOST_PHOTOS {
        return Err(Fault::conflict(Text::new("photo-enough").arg("most", MOST_PHOTOS)));
    }
    Ok(ticket)
}

/// Notes something about a job, with a photo.
///
/// # Errors
/// As [`note`]; [`Fault::Conflict`] where the ticket has as many as it may have.
pub fn photograph(
    tx: &mut Tx<'_>,
    desk: &Desk,
    by: &Person,
    key: &str,
    new: &NewNote,
    picture: &Picture,
) -> Result<Note, Fault> {
    let ticket = takes_photo(tx, desk, by.id, key)?.id;
    let mut note = note(tx, desk, by, key, new)?;
    photos::attach(tx, &desk.vault, ticket, &mut note, desk.clock.uuid(), picture)?;
    Ok(note)
}

/// Reports how the work stands. What it says already changes nothing.
///
/// # Errors
/// As [`job`]; [`Fault::Conflict`] with the moves that there are, for any other.
pub fn report(tx: &mut Tx<'_>, desk: &Desk, by: &Person, key: &str, to: Status) -> Result<Ticket, Fault> {
    let ticket = still(tx, desk, by, key)?;
    let allowed = moves(ticket.status);
    if to != ticket.status && !allowed.contains(&to) {
        let detail = if allowed.is_empty() {
            Text::new("jobs-no-move").arg("from", ticket.status.label())
        } else {
            Text::new("rules-no-such-move")
                .arg("from", ticket.status.label())
                .arg("to", to.label())
                .arg("allowed", Status::labels(allowed))
        };
        let allowed = allowed.iter().map(|status| status.name().to_owned()).collect();
        return Err(Fault::Conflict { detail, allowed });
    }
    update(tx, desk, by, ticket, Change::to_status(to), 0)
}

/// The job, by whoever is a technician still: between the door and here they may have been disabled.
fn still(tx: &mut Tx<'_>, desk: &Desk, by: &Person, key: &str) -> Result<Ticket, Fault> {
    staff::enabled_technician(tx, &desk.vault, by.id)?.ok_or(Fault::Forbidden)?;
    job(tx, desk, by.id, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_a_technician_is_one_of_the_desks() {
        for from in Status::ALL {
            for to in moves(from) {
                assert!(from.may_become(*to), "{from:?} {to:?}");
            }
        }
        assert_eq!(moves(Status::Dispatched), [Status::InProgress, Status::Fixed]);
        assert_eq!(Status::ALL.iter().filter(|status| !moves(**status).is_empty()).count(), 1);
    }
}
