//! Takes a Fixed back while its SMS still waits in the outbox: the message is cancelled and the status is again what
//! it was, although the transition table has no such move.

use super::{Desk, Happening, Status, Ticket, store, update::record};
use crate::{db::Tx, fault::Fault, staff::Person};

/// Undoes the Fixed that made the ticket's present version.
///
/// # Errors
/// [`Fault::Conflict`] when the SMS has gone, or the ticket has changed since.
pub fn undo_fixed(tx: &mut Tx<'_>, desk: &Desk, by: &Person, mut ticket: Ticket) -> Result<Ticket, Fault> {
    let before = store::status_before(tx, &ticket)?;
    let (Status::Fixed, Some(before)) = (ticket.status, before) else {
        return Err(Fault::conflict("This ticket was not just set to Fixed, so there is nothing to undo."));
    };
    if !desk.outbox.cancel_held(tx, ticket.id, ticket.version, by.id)? {
        return Err(Fault::conflict(
            "The SMS has already gone, so Fixed can no longer be undone. Reopen the ticket instead.",
        ));
    }
    ticket.status = before;
    record(tx, desk, by, &mut ticket, &[Happening::Undone(before)])?;
    Ok(ticket)
}
