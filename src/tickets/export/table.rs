//! Tickets as lines of CSV (RFC 4180), safe to open in a spreadsheet program.

use jiff::{Timestamp, tz::TimeZone};

use crate::{fault::Fault, spreadsheet, tickets::Ticket};

/// The columns: the record's names, with a dot into what is a record of its own.
pub const COLUMNS: [&str; 18] = [
    "id",
    "ticketRef",
    "clientName",
    "clientPhone",
    "clientEmail",
    "clientAccountId",
    "issueType",
    "description",
    "status",
    "priority",
    "assignedTo.id",
    "assignedTo.name",
    "assignedAt",
    "createdBy.id",
    "createdBy.name",
    "createdAt",
    "updatedAt",
    "version",
];

/// The line of column names.
pub fn head() -> Vec<u8> {
    let mut line = COLUMNS.join(",").into_bytes();
    line.extend_from_slice(b"\r\n");
    line
}

/// A line for each ticket, times in the ISP's zone.
///
/// # Errors
/// A fault of ours: writing to memory does not fail.
pub fn lines(tickets: &[Ticket], zone: &TimeZone) -> Result<Vec<u8>, Fault> {
    spreadsheet::lines(tickets.iter().map(|ticket| cells(ticket, zone)))
}

fn cells(ticket: &Ticket, zone: &TimeZone) -> [String; COLUMNS.len()] {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let assigned = ticket.assigned_to.as_ref();
    [
        ticket.id.to_string(),
        ticket.reference.to_string(),
        ticket.client_name.clone(),
        ticket.number().to_owned(),
        optional(&ticket.client_email),
        optional(&ticket.client_account_id),
        ticket.issue_type.clone(),
        ticket.description.clone(),
        ticket.status.to_string(),
        ticket.priority.to_string(),
        assigned.map(|person| person.id.to_string()).unwrap_or_default(),
        assigned.map(|person| person.name.clone()).unwrap_or_default(),
        ticket.assigned_at.map(|at| instant(at, zone)).unwrap_or_default(),
        ticket.created_by.id.to_string(),
        ticket.created_by.name.clone(),
        instant(ticket.created_at, zone),
        instant(ticket.updated_at, zone),
        ticket.version.to_string(),
    ]
}

/// RFC 3339 with milliseconds and the zone's offset at that time.
fn instant(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{:.3}", at.display_with_offset(zone.to_offset(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_offset_of_their_day() {
        let zone = TimeZone::get("Europe/London").unwrap();
        assert_eq!(instant(1_795_435_200_007, &zone), "2026-11-23T12:00:00.007+00:00");
        assert_eq!(instant(1_782_216_000_000, &zone), "2026-06-23T13:00:00.000+01:00");
    }
}
