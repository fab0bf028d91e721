//! What is told of tickets once it is stored, for pages that are open: see [`Tx::notify`].

use uuid::Uuid;

use super::Ticket;
use crate::db::Tx;

/// Tickets that were logged or changed.
pub const TICKETS: &str = "tickets";

/// Saved views that came, changed or went.
pub const VIEWS: &str = "views";

/// Tells that a ticket has its present version.
pub(super) fn tell(tx: &mut Tx<'_>, ticket: &Ticket) {
    tell_of(tx, ticket.id, ticket.version);
}

/// The same of a ticket that was not read.
pub(super) fn tell_of(tx: &mut Tx<'_>, ticket: Uuid, version: i64) {
    tx.notify(TICKETS, format!("{} {version}", ticket.simple()));
}

/// The ticket's id and version in a notice of [`TICKETS`].
pub fn read(payload: &str) -> Option<(Uuid, i64)> {
    let (id, version) = payload.split_once(' ')?;
    Some((Uuid::try_parse(id).ok()?, version.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_names_a_ticket_and_its_version() {
        let id = Uuid::from_bytes([7; 16]);
        assert_eq!(read(&format!("{} 12", id.simple())), Some((id, 12)));
        for bad in ["", "1", "x 1", &format!("{id}"), &format!("{id} x")] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
