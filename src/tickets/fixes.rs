//! Which changes into Fixed count, in SQL: the list and the reports ask the same, so that a report's number and the list
//! that it leads to agree. docs/reports.md says it in words.

use super::{Desk, Status, filter::Edge, filter::read_day};
use crate::db::Dialect;

/// Days between which tickets became Fixed, in milliseconds: from the start of the first to before the end of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// At or after.
    pub from: i64,
    /// Before.
    pub before: i64,
}

impl Span {
    /// Reads `2026-11-01`, or `2026-11-01..2026-11-07` with both days included; days of the ISP's time zone.
    pub(super) fn read(text: &str, desk: &Desk) -> Option<Self> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let span = Self { from: read_day(first, desk, Edge::From)?, before: read_day(last, desk, Edge::To)? };
        (span.from < span.before).then_some(span)
    }
}

/// A condition on a row `e` of `ticket_events`: it made its ticket Fixed, and was not undone. A Fixed that was taken
/// back before its SMS went never was, for the client: the next event of a status is then the undoing.
pub fn counts(dialect: Dialect) -> String {
    let (fixed, undone) = (Status::Fixed.code(), dialect.by_index("ticket_events_undone"));
    format!(
        "e.status = {fixed} AND e.kind <> 2 AND NOT EXISTS (SELECT 1 FROM ticket_events u{undone} WHERE u.kind = 2 \
         AND u.ticket_id = e.ticket_id AND u.version > e.version AND NOT EXISTS (SELECT 1 FROM ticket_events f \
         WHERE f.ticket_id = e.ticket_id AND f.version > e.version AND f.version < u.version AND f.status = {fixed}))"
    )
}

/// A condition on the same row: after it the ticket was opened again, at any time until now.
pub fn reopened() -> String {
    format!(
        "EXISTS (SELECT 1 FROM ticket_events r WHERE r.ticket_id = e.ticket_id AND r.version > e.version \
         AND r.kind = 1 AND r.status < {})",
        Status::Fixed.code()
    )
}

/// The ids of the tickets that became Fixed in a span whose bounds are bound; with `again`, those of them that were
/// opened again afterwards.
pub(super) fn tickets_fixed(dialect: Dialect, from: &str, before: &str, again: bool) -> String {
    let mut conditions = format!("e.at >= {from} AND e.at < {before} AND {}", counts(dialect));
    if again {
        conditions.push_str(" AND ");
        conditions.push_str(&reopened());
    }
    format!("SELECT e.ticket_id FROM ticket_events e{} WHERE {conditions}", dialect.by_index("ticket_events_fixed"))
}
