//! Logs a ticket: record, first history entry, search tokens and the SMS to the client, in one transaction
//! (FR-TC-001 to -004, FR-CN-001).

use uuid::Uuid;

use super::{Desk, Entry, Happening, History, NewTicket, Reference, Ticket, notices, store, telling};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    notifications::{self, Kind},
    staff::{self, Person},
    words::Text,
};

/// How often a reference of four characters is drawn before the day counts as full.
const DRAWS: usize = 8;

/// A ticket ready to be logged: sealed, tokenised and with a reference drawn, none of which needs the database.
#[derive(Debug, Clone)]
pub struct Prepared {
    ticket: Ticket,
    sealed: store::Sealed,
    technician: Option<Uuid>,
    message: notifications::Prepared,
}

/// Prepares a ticket. It takes longer than logging it, so do it before the transaction.
pub fn prepare(desk: &Desk, by: &Person, new: NewTicket) -> Prepared {
    let now = desk.clock.now();
    let ticket = Ticket {
        id: desk.clock.uuid_at(now),
        reference: Reference::draw(desk.day_of(now), 4, &desk.clock),
        client_name: new.client_name,
        client_phone: new.client_phone,
        client_email: new.client_email,
        client_account_id: new.client_account_id,
        issue_type: new.issue_type,
        description: new.description,
        status: new.status,
        priority: new.priority,
        assigned_to: None,
        assigned_at: None,
        created_by: by.clone(),
        created_at: now,
        updated_at: now,
        version: 1,
        erased_at: None,
    };
    Prepared {
        sealed: store::Sealed::of(&desk.vault, &ticket),
        message: message(desk, &ticket),
        ticket,
        technician: new.assigned_to,
    }
}

/// What tells the client that the ticket is logged.
fn message(desk: &Desk, ticket: &Ticket) -> notifications::Prepared {
    desk.outbox.prepare(&ticket.news(Kind::Created, 0))
}

/// Logs a prepared ticket and gives it back with its history so far.
///
/// # Errors
/// [`Fault::Invalid`] when `assigned_to` is no enabled technician. Nothing is stored then.
pub fn create(tx: &mut Tx<'_>, desk: &Desk, prepared: &Prepared) -> Result<(Ticket, History), Fault> {
    let mut ticket = prepared.ticket.clone();
    let mut happened = vec![Happening::Created(ticket.status)];
    if let Some(id) = prepared.technician {
        let technician = staff::enabled_technician(tx, &desk.vault, id)?.ok_or_else(no_technician)?;
        happened.push(Happening::Assigned { from: None, to: Some(technician.clone()) });
        ticket.assigned_at = Some(ticket.created_at);
        ticket.assigned_to = Some(technician);
    }
    if insert(tx, desk, &mut ticket, &prepared.sealed)? {
        desk.outbox.enqueue(tx, &prepared.message)?;
    } else {
        // The message names the reference that was given before.
        desk.outbox.enqueue(tx, &message(desk, &ticket))?;
    }
    store::append(tx, &desk.vault, &ticket, &ticket.created_by, &happened)?;
    telling::tell(tx, desk, &ticket, None, &happened, 0)?;
    notices::tell(tx, &ticket);
    let entry = |what| Entry { version: ticket.version, at: ticket.created_at, by: ticket.created_by.clone(), what };
    let history = History { entries: happened.into_iter().map(entry).collect(), notes: Vec::new(), before: None };
    Ok((ticket, history))
}

/// The fault of an `assignedTo` that names nobody who could go.
pub(super) fn no_technician() -> FieldFault {
    FieldFault::new("assignedTo", "not_allowed", Text::new("rules-technician"))
}

/// Stores the ticket, under another reference where its own has been given before: of four characters as long as that
/// is likely to be free, then of five. Gives whether it kept its own.
pub(super) fn insert(tx: &mut Tx<'_>, desk: &Desk, ticket: &mut Ticket, sealed: &store::Sealed) -> Result<bool, Fault> {
    if store::insert(tx, ticket, sealed)? {
        return Ok(true);
    }
    let day = desk.day_of(ticket.created_at);
    for length in std::iter::repeat_n(4, DRAWS - 1).chain(std::iter::repeat_n(5, DRAWS)) {
        ticket.reference = Reference::draw(day, length, &desk.clock);
        // The reference is among the tokens.
        if store::insert(tx, ticket, &store::Sealed::of(&desk.vault, ticket))? {
            return Ok(false);
        }
    }
    Err(Fault::Unexpected(anyhow::anyhow!("no free reference for {day} after {} draws", 2 * DRAWS)))
}
