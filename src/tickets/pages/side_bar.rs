//! The side bar's views: the built-in ones with their counts, then the saved ones.
//!
//! A cap bounds the rows that are counted, not those that are looked at: a saved filter that few tickets pass may walk
//! through many before it knows, and there may be a hundred such views. So what is slow to count is counted seldom, and
//! a page gives no more than a moment to it all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::filters;
use crate::{
    db::Tx,
    fault::Fault,
    tickets::{self, Counted, Desk, Filter, ViewCounts, view_counts, views},
    web::{NavGroup, NavItem, Viewer},
    words::Text,
};

/// The named addresses of the list that the side bar leads to: message, icon, query.
pub const VIEWS: [(&str, &str, &str); 5] = [
    ("frame-view-open", "inbox", "?status=New,Open,In+Progress,Dispatched"),
    ("frame-view-unassigned", "user-question", "?status=New,Open,In+Progress,Dispatched&assignedTo=none"),
    ("frame-view-urgent", "flame", "?status=New,Open,In+Progress,Dispatched&priority=Urgent"),
    ("frame-view-fixed", "circle-check", "?status=Fixed"),
    ("frame-view-all", "list", ""),
];

/// How long counts are shown again, in milliseconds, though another process may have changed them meanwhile. What this
/// process writes shows at once.
const KEPT: i64 = 5_000;

/// A saved view's count is shown again for so many times as long as it took, whatever is written: all views together
/// then take no more than a small part of one processor.
const WORTH: i64 = 200;

/// Time that one page gives to counting saved views, in milliseconds. What is left shows what it was, or no count.
const PATIENCE: i64 = 20;

/// Counts of filters that are kept; more are those of views that are gone.
const MOST_KEPT: usize = 2_000;

/// The side bar. Counting costs more than all else of a page, so counts are kept while nothing is written. Clones share
/// them.
#[derive(Clone, Debug)]
pub struct SideBar {
    desk: Desk,
    kept: Arc<Mutex<Option<Kept<ViewCounts>>>>,
    /// By the query of the view.
    saved: Arc<Mutex<HashMap<String, Kept<Counted>>>>,
}

#[derive(Clone, Copy, Debug)]
struct Kept<T> {
    writes: u64,
    at: i64,
    /// What counting took, in milliseconds.
    took: i64,
    counts: T,
}

impl<T> Kept<T> {
    fn is_good(&self, writes: u64, now: i64) -> bool {
        let age = now - self.at;
        (self.writes == writes && (0..KEPT).contains(&age)) || (0..self.took * WORTH).contains(&age)
    }
}

impl SideBar {
    /// The side bar of this desk.
    pub fn new(desk: Desk) -> Self {
        Self { desk, kept: Arc::default(), saved: Arc::default() }
    }

    /// The views that a viewer sees, in groups.
    ///
    /// # Errors
    /// The database's, and a fault of ours when a sealed field does not open.
    pub fn views(&self, tx: &mut Tx<'_>, viewer: &Viewer) -> Result<Vec<NavGroup>, Fault> {
        let counts = self.counts(tx)?;
        let counts = [counts.open, counts.unassigned, counts.urgent, counts.fixed, counts.all];
        let item = |((label, icon, query), count): ((&'static str, &'static str, &str), Counted)| NavItem {
            label: Text::new(label),
            href: format!("/tickets{query}"),
            place: self.place(query.trim_start_matches('?')),
            icon,
            count: count.to_string(),
            alert: false,
        };
        let items = VIEWS.into_iter().zip(counts).map(item).collect();
        let mut groups = vec![NavGroup { label: Text::new("frame-views"), saved: false, items }];
        let saved = views::visible(tx, &self.desk.vault, viewer.id)?;
        let counts = self.saved_counts(tx, &saved)?;
        let (own, shared): (Vec<_>, Vec<_>) =
            saved.iter().zip(counts).partition(|(view, _)| view.may_change(viewer.id));
        for (label, views) in [("frame-my-views", own), ("frame-shared-views", shared)] {
            if !views.is_empty() {
                let items = views.into_iter().map(saved_item).collect();
                groups.push(NavGroup { label: Text::new(label), saved: true, items });
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
        let (writes, now) = (tx.writes_before(), self.desk.clock.now());
        let kept = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.filter(|kept| kept.is_good(writes, now)) {
            return Ok(kept.counts);
        }
        let counts = view_counts(tx)?;
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(Kept { writes, at: now, took: 0, counts });
        Ok(counts)
    }

    /// The counts of saved views, in their order; none where there was no time, and for filters of another time.
    fn saved_counts(&self, tx: &mut Tx<'_>, views: &[views::SavedView]) -> Result<Vec<Option<Counted>>, Fault> {
        let (writes, began) = (tx.writes_before(), self.desk.clock.now());
        let mut counts = Vec::with_capacity(views.len());
        for view in views {
            let now = self.desk.clock.now();
            let kept = self.saved.lock().unwrap_or_else(PoisonError::into_inner).get(&view.query).copied();
            let stale = kept.is_none_or(|kept| !kept.is_good(writes, now));
            if !stale || now - began >= PATIENCE {
                counts.push(kept.map(|kept| kept.counts));
                continue;
            }
            let counted = self.count(tx, &view.query)?;
            if let Some(counts) = counted {
                let took = self.desk.clock.now() - now;
                let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
                if saved.len() >= MOST_KEPT {
                    saved.clear();
                }
                saved.insert(view.query.clone(), Kept { writes, at: now, took, counts });
            }
            counts.push(counted);
        }
        Ok(counts)
    }

    fn count(&self, tx: &mut Tx<'_>, query: &str) -> Result<Option<Counted>, Fault> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let Ok(filter) = Filter::parse(&pairs, &self.desk) else { return Ok(None) };
        match tickets::count(tx, &self.desk, &filter) {
            Ok(counted) => Ok(Some(counted)),
            // A technician whom it names is none any more.
            Err(Fault::Invalid(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

fn saved_item((view, counted): (&views::SavedView, Option<Counted>)) -> NavItem {
    NavItem {
        label: Text::verbatim(&view.name),
        href: filters::href(&view.query),
        place: filters::href(&view.query),
        icon: "bookmark",
        count: counted.map(|counted| counted.to_string()).unwrap_or_default(),
        alert: false,
    }
}
