//! Logs a ticket: record, first history entry, search tokens and the SMS to the client, in one transaction
//! (FR-TC-001 to -004, FR-CN-001).

use super::{Desk, Happening, NewTicket, Reference, Ticket, store};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{Event, NewMessage},
    staff::{self, Person},
};

/// How often a reference of four characters is drawn again before the day counts as full.
const DRAWS: usize = 8;

/// Logs the ticket.
///
/// # Errors
/// [`Fault::Invalid`] when `assigned_to` is no enabled technician. Nothing is stored then.
pub fn create(tx: &mut Tx<'_>, desk: &Desk, by: &Person, new: &NewTicket) -> Result<Ticket, Fault> {
    let technician = match new.assigned_to {
        None => None,
        Some(id) => Some(staff::enabled_technician(tx, &desk.vault, id)?.ok_or_else(no_technician)?),
    };
    let now = desk.clock.now();
    let ticket = Ticket {
        id: desk.clock.uuid(),
        reference: free_reference(tx, desk)?,
        client_name: new.client_name.clone(),
        client_phone: new.client_phone.clone(),
        client_email: new.client_email.clone(),
        client_account_id: new.client_account_id.clone(),
        issue_type: new.issue_type.clone(),
        description: new.description.clone(),
        status: new.status,
        priority: new.priority,
        assigned_at: technician.is_some().then_some(now),
        assigned_to: technician,
        created_by: by.clone(),
        created_at: now,
        updated_at: now,
        version: 1,
    };
    store::insert(tx, &desk.vault, &ticket)?;
    let mut happened = vec![Happening::Created(ticket.status)];
    if let Some(technician) = &ticket.assigned_to {
        happened.push(Happening::Assigned { from: None, to: Some(technician.name.clone()) });
    }
    store::append(tx, &desk.vault, &ticket, by, &happened)?;
    desk.outbox.enqueue(
        tx,
        &NewMessage {
            ticket: ticket.id,
            revision: ticket.version,
            to: &ticket.client_phone,
            event: Event::Created { reference: ticket.reference.as_str(), issue: &ticket.description },
            hold: 0,
        },
    )?;
    Ok(ticket)
}

/// The fault of an `assignedTo` that names nobody who could go.
pub(super) fn no_technician() -> Fault {
    Fault::field("assignedTo", "not_allowed", "Choose an enabled technician.")
}

fn free_reference(tx: &mut Tx<'_>, desk: &Desk) -> Result<Reference, Fault> {
    let day = desk.today();
    for length in std::iter::repeat_n(4, DRAWS).chain(std::iter::repeat_n(5, DRAWS)) {
        let reference = Reference::draw(day, length, &desk.clock);
        if !store::reference_taken(tx, &reference)? {
            return Ok(reference);
        }
    }
    Err(Fault::Unexpected(anyhow::anyhow!("no free reference for {day} after {} draws", 2 * DRAWS)))
}
