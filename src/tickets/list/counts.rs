//! Counts, exact up to a limit.

use crate::{
    db::{Dialect, Tx},
    fault::Fault,
    tickets::{Priority, Status},
    words::{Language, Text},
};

/// Counts are exact up to this; a full scan for a number that nobody reads is not worth its time.
pub const COUNTED_TO: u64 = 10_000;

/// A count that may have stopped early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The number, at most 10,000.
    pub total: u64,
    /// Whether there are no more.
    pub exact: bool,
}

impl Counted {
    /// Of `found` rows where counting stopped after one more than `limit`.
    pub(super) fn new(found: i64, limit: u64) -> Self {
        let found = u64::try_from(found).unwrap_or(0);
        Self { total: found.min(limit), exact: found <= limit }
    }

    /// `1,234`, or `10,000+`.
    pub fn text(self) -> Text {
        Text::new(if self.exact { "words-count" } else { "words-count-more" }).arg("count", self.total)
    }
}

impl std::fmt::Display for Counted {
    /// `1,234`, or `10,000+`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().to(Language::English).fmt(f)
    }
}

/// The counts of the side bar's views.
#[derive(Debug, Clone, Copy)]
pub struct ViewCounts {
    /// Neither Fixed nor Closed.
    pub open: Counted,
    /// Open and with nobody.
    pub unassigned: Counted,
    /// Open and Urgent.
    pub urgent: Counted,
    /// Fixed, waiting to be closed.
    pub fixed: Counted,
    /// All.
    pub all: Counted,
}

/// Counts the side bar's views.
///
/// # Errors
/// Only the database's.
pub fn view_counts(tx: &mut Tx<'_>) -> Result<ViewCounts, Fault> {
    let mut counts = Vec::new();
    for sql in view_queries(tx.dialect()) {
        let row = tx.query_one(&sql, &[])?.ok_or(Fault::NotFound)?;
        counts.push(Counted::new(row.int(0)?, COUNTED_TO));
    }
    let [open, unassigned, urgent, fixed, all] = counts[..] else { return Err(Fault::NotFound) };
    Ok(ViewCounts { open, unassigned, urgent, fixed, all })
}

/// In the order of [`ViewCounts`].
pub(super) fn view_queries(dialect: Dialect) -> [String; 5] {
    // A list of statuses, not a range: with it the index answers alone.
    let open = Status::ALL.iter().filter(|status| **status < Status::Fixed).map(|status| status.code().to_string());
    let open = format!("t.status IN ({})", open.collect::<Vec<_>>().join(", "));
    let counted = |index: &str, condition: &str| {
        let (by, limit) = (dialect.by_index(index), COUNTED_TO + 1);
        format!("SELECT count(*) FROM (SELECT 1 FROM tickets t{by} WHERE {condition} LIMIT {limit}) AS found")
    };
    [
        counted("tickets_status", &open),
        counted("tickets_of_status", &format!("{open} AND t.assigned_to IS NULL")),
        counted("tickets_of_status", &format!("{open} AND t.priority = {}", Priority::Urgent.code())),
        counted("tickets_status", &format!("t.status = {}", Status::Fixed.code())),
        counted("tickets_status", "1 = 1"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_for_people() {
        for (total, exact, want) in
            [(0, true, "0"), (999, true, "999"), (2914, true, "2,914"), (10_000, false, "10,000+")]
        {
            assert_eq!(Counted { total, exact }.to_string(), want);
        }
    }
}
