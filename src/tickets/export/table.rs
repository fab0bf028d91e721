//! Tickets as lines of CSV (RFC 4180), safe to open in a spreadsheet program.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, WriterBuilder};
use jiff::{Timestamp, tz::TimeZone};

use crate::{fault::Fault, tickets::Ticket};

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
/// Every cell is quoted: where the system's list separator is a semicolon, programs part a bare cell at it, and what
/// comes after would be a cell of its own.
///
/// # Errors
/// A fault of ours: writing to memory does not fail.
pub fn lines(tickets: &[Ticket], zone: &TimeZone) -> Result<Vec<u8>, Fault> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(Vec::new());
    for ticket in tickets {
        let cells = cells(ticket, zone);
        let cells = cells.iter().map(|cell| safe(cell));
        writer.write_record(cells.map(Cow::into_owned)).map_err(|error| Fault::Unexpected(error.into()))?;
    }
    writer.into_inner().map_err(|error| Fault::Unexpected(anyhow::anyhow!("csv: {error}")))
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

/// A cell that no spreadsheet program takes for a formula: one that begins like one gets an apostrophe before it, by
/// which those programs know text (OWASP, CSV injection). White space and characters that print nothing are looked
/// through, since some programs drop them. Phone numbers begin with a plus sign, so every one of them has it.
pub fn safe(cell: &str) -> Cow<'_, str> {
    let drops = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let first = cell.trim_start_matches(drops).chars().next();
    let formula = matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if formula || cell.starts_with(['\t', '\r', '\n', '\0']) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_like_a_formula() {
        for bad in [
            "=1+1",
            "+447700900142",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\rx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "\u{200b}=1",
            "\u{feff}@x",
            "\u{202e}=1",
            "-",
        ] {
            assert_eq!(safe(bad), format!("'{bad}"), "{bad:?}");
        }
        for good in ["", "a=1", "07700 900142", "'quoted", "1-2", "\"=1\"", "é", "−1 is a minus sign of typographers"]
        {
            assert_eq!(safe(good), good);
        }
    }

    #[test]
    fn times_have_the_offset_of_their_day() {
        let zone = TimeZone::get("Europe/London").unwrap();
        assert_eq!(instant(1_795_435_200_007, &zone), "2026-11-23T12:00:00.007+00:00");
        assert_eq!(instant(1_782_216_000_000, &zone), "2026-06-23T13:00:00.000+01:00");
    }
}
