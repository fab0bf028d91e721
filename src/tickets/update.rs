//! Changes a ticket: fields, priority, technician and status in one step, with its history and, when it becomes
//! Fixed, the SMS to the client (FR-TM-001, FR-TM-002, FR-TSM-001 to -004, FR-CN-003).

use super::{Change, Desk, Happening, Status, Ticket, create::no_technician, follow, notices, store, telling};
use crate::{
    db::Tx,
    fault::Fault,
    input::Given,
    staff::{self, Person},
    words::Text,
};

/// Changes `ticket`, which was read in this transaction, and gives it back as it is now.
///
/// `hold` is how long, in milliseconds, the SMS of a Fixed waits so that it can be undone.
///
/// # Errors
/// [`Fault::Conflict`] for a refused move, [`Fault::Invalid`] for a technician who is none; nothing is stored then.
pub fn update(
    tx: &mut Tx<'_>,
    desk: &Desk,
    by: &Person,
    mut ticket: Ticket,
    change: Change,
    hold: i64,
) -> Result<Ticket, Fault> {
    let (before, technician) = (ticket.status, technician(tx, desk, &ticket, &change)?);
    let happened = ticket.apply(change, technician)?;
    if happened.is_empty() {
        return Ok(ticket);
    }
    record(tx, desk, by, &mut ticket, &happened)?;
    telling::tell(tx, desk, &ticket, Some(before), &happened, hold)?;
    Ok(ticket)
}

/// The technician whom a change brings in or sends out. Whoever has the ticket already may have been disabled since,
/// and keeps it, but is not sent out.
fn technician(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, change: &Change) -> Result<Option<Person>, Fault> {
    let dispatches = change.status == Some(Status::Dispatched) && ticket.status.may_become(Status::Dispatched);
    let has = ticket.assigned_to.as_ref().map(|person| person.id);
    let asked = match change.assigned_to {
        Given::Absent => has,
        Given::Null => None,
        Given::Value(id) => Some(id),
    };
    match asked {
        Some(id) if dispatches || asked != has => {
            Ok(Some(staff::enabled_technician(tx, &desk.vault, id)?.ok_or_else(no_technician)?))
        }
        _ => Ok(None),
    }
}

/// Stores a ticket that has just changed, one version up, with what happened.
///
/// # Errors
/// [`Fault::Conflict`] where something personal would come back to an erased ticket; the database's.
pub(super) fn record(
    tx: &mut Tx<'_>,
    desk: &Desk,
    by: &Person,
    ticket: &mut Ticket,
    happened: &[Happening],
) -> Result<(), Fault> {
    if ticket.erased_at.is_some() && happened.iter().any(Happening::is_personal) {
        return Err(Fault::conflict(Text::new("rules-erased")));
    }
    // A clock set back must not make a ticket older than its last change.
    let now = desk.clock.now().max(ticket.updated_at);
    if ticket.assigned_to.is_some() {
        ticket.assigned_at.get_or_insert(now);
    }
    ticket.version += 1;
    ticket.updated_at = now;
    follow::edited(tx, desk, ticket, happened)?;
    if happened.iter().any(Happening::is_personal) {
        store::update(tx, ticket, &store::Sealed::of(&desk.vault, ticket))?;
    } else {
        store::touch(tx, ticket)?;
    }
    if happened.iter().any(|what| matches!(what, Happening::Assigned { .. })) {
        store::assign(tx, ticket)?;
    }
    store::append(tx, &desk.vault, ticket, by, happened)?;
    notices::tell(tx, ticket);
    Ok(())
}
