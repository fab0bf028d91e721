//! The side bar's views, with their counts.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    tickets::{Counted, ViewCounts, view_counts},
    web::NavItem,
};

/// The named addresses of the list that the side bar leads to: label, icon, query.
pub const VIEWS: [(&str, &str, &str); 5] = [
    ("Open queue", "inbox", "?status=New,Open,In+Progress,Dispatched"),
    ("Unassigned", "user-question", "?status=New,Open,In+Progress,Dispatched&assignedTo=none"),
    ("Urgent", "flame", "?status=New,Open,In+Progress,Dispatched&priority=Urgent"),
    ("Fixed, to close", "circle-check", "?status=Fixed"),
    ("All tickets", "list", ""),
];

/// How long counts are shown again, in milliseconds, though another process may have changed them meanwhile. What this
/// process writes shows at once.
const KEPT: i64 = 5_000;

/// The side bar. Counting costs more than all else of a page, so counts are kept while nothing is written. Clones share
/// them.
#[derive(Clone, Debug)]
pub struct SideBar {
    db: Db,
    clock: Clock,
    kept: Arc<Mutex<Option<Kept>>>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    writes: u64,
    at: i64,
    counts: ViewCounts,
}

impl SideBar {
    /// The side bar of this database.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, kept: Arc::default() }
    }

    /// The views with their counts.
    ///
    /// # Errors
    /// Only the database's.
    pub fn views(&self, tx: &mut Tx<'_>) -> Result<Vec<NavItem>, Fault> {
        let counts = self.counts(tx)?;
        let counts = [counts.open, counts.unassigned, counts.urgent, counts.fixed, counts.all];
        let item = |((label, icon, query), count): ((&'static str, &'static str, &str), Counted)| NavItem {
            label,
            href: format!("/tickets{query}"),
            icon,
            count: count.to_string(),
            alert: false,
        };
        Ok(VIEWS.into_iter().zip(counts).map(item).collect())
    }

    fn counts(&self, tx: &mut Tx<'_>) -> Result<ViewCounts, Fault> {
        // Asked before counting: what is written in between makes the next page count again.
        let (writes, now) = (self.db.write_stats().writes, self.clock.now());
        let kept = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.filter(|kept| kept.writes == writes && (0..KEPT).contains(&(now - kept.at))) {
            return Ok(kept.counts);
        }
        let counts = view_counts(tx)?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { writes, at: now, counts });
        Ok(counts)
    }
}
