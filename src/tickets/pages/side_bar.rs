//! The side bar's views: the built-in ones with their counts, then the saved ones.
//!
//! Saved views have no counts. A cap bounds the rows that are counted, not those that are looked at: a filter that few
//! tickets pass walks through all of them before it knows, and there may be a hundred such views on every page.

use std::sync::{Arc, Mutex, PoisonError};

use super::filters;
use crate::{
    db::{Db, Tx},
    fault::Fault,
    tickets::{Counted, Desk, Filter, ViewCounts, view_counts, views},
    web::{NavGroup, NavItem, Viewer},
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
    desk: Desk,
    kept: Arc<Mutex<Option<Kept>>>,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    writes: u64,
    at: i64,
    counts: ViewCounts,
}

impl SideBar {
    /// The side bar of this desk.
    pub fn new(db: Db, desk: Desk) -> Self {
        Self { db, desk, kept: Arc::default() }
    }

    /// The views that a viewer sees, in groups.
    ///
    /// # Errors
    /// The database's, and a fault of ours when a sealed field does not open.
    pub fn views(&self, tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<NavGroup>, Fault> {
        let counts = self.counts(tx)?;
        let counts = [counts.open, counts.unassigned, counts.urgent, counts.fixed, counts.all];
        let item = |((label, icon, query), count): ((&'static str, &'static str, &str), Counted)| NavItem {
            label: label.to_owned(),
            href: format!("/tickets{query}"),
            place: self.place(query.trim_start_matches('?')),
            icon,
            count: count.to_string(),
            alert: false,
        };
        let items = VIEWS.into_iter().zip(counts).map(item).collect();
        let mut groups = vec![NavGroup { label: "Views", saved: false, items }];
        let saved = views::visible(tx, &self.desk.vault, viewer.id)?;
        let (own, shared): (Vec<_>, Vec<_>) = saved.iter().partition(|view| view.may_change(viewer.id));
        for (label, views) in [("My views", own), ("Shared", shared)] {
            if !views.is_empty() {
                groups.push(NavGroup { label, saved: true, items: views.into_iter().map(saved_item).collect() });
            }
        }
        Ok(groups)
    }

    /// The one address of a list.
    fn place(&self, query: &str) -> String {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Filter::parse(&pairs, &self.desk).map(|filter| filters::href(&filter.canonical())).unwrap_or_default()
    }

    fn counts(&self, tx: &mut Tx<'_>) -> Result<ViewCounts, Fault> {
        // Asked before counting: what is written in between makes the next page count again.
        let (writes, now) = (self.db.write_stats().writes, self.desk.clock.now());
        let kept = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.filter(|kept| kept.writes == writes && (0..KEPT).contains(&(now - kept.at))) {
            return Ok(kept.counts);
        }
        let counts = view_counts(tx)?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { writes, at: now, counts });
        Ok(counts)
    }
}

fn saved_item(view: &views::SavedView) -> NavItem {
    NavItem {
        label: view.name.clone(),
        href: filters::href(&view.query),
        place: filters::href(&view.query),
        icon: "bookmark",
        count: String::new(),
        alert: false,
    }
}
