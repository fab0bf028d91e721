//! What open pages are held against: which new tickets belong to an open list, and whether a ticket's page is true.

use uuid::Uuid;

use super::{Assignee, At, Desk, Filter, Ticket, list, terms::Narrowed};
use crate::{db::Tx, fault::Fault, notifications::Notification};

/// Tickets that came to an open list are told one by one up to this many.
pub const MOST: u32 = 100;

/// A list that somebody has open.
#[derive(Debug)]
pub struct Watch {
    filter: Filter,
    narrowed: Narrowed,
}

impl Watch {
    /// The list of this query.
    ///
    /// # Errors
    /// As [`Filter::parse`], and the database's.
    pub fn open(tx: &mut Tx<'_>, desk: &Desk, pairs: &[(String, String)]) -> Result<Self, Fault> {
        let filter = Filter::parse(pairs, desk)?;
        let narrowed = Narrowed::of(tx, desk, &filter)?;
        Ok(Self { filter, narrowed })
    }

    /// The list's query string, in its one form.
    pub fn query(&self) -> String {
        self.filter.canonical()
    }

    /// Whether a ticket may come to the list by a change of its own, and not only when it is logged.
    pub fn is_queue(&self) -> bool {
        let Narrowed { statuses, issue_types, priorities, assigned, .. } = &self.narrowed;
        !(statuses.is_empty() && issue_types.is_empty() && priorities.is_empty() && assigned.is_empty())
    }

    /// Whether the list searches, or goes by the past, which only the database can do: see [`Self::since`].
    pub fn searches(&self) -> bool {
        self.narrowed.search.is_some() || !self.narrowed.fixed.is_empty()
    }

    /// Whether a ticket belongs to the list, but for what the list searches for.
    pub fn takes(&self, ticket: &Ticket) -> bool {
        let Narrowed { statuses, issue_types, priorities, assigned, created_from, created_before, search: _, fixed: _ } =
            &self.narrowed;
        let holder = ticket.assigned_to.as_ref().map_or(Assignee::Nobody, |person| Assignee::User(person.id));
        any(statuses, &ticket.status)
            && any(issue_types, &ticket.issue_type)
            && any(priorities, &ticket.priority)
            && any(assigned, &holder)
            && created_from.is_none_or(|from| ticket.created_at >= from)
            && created_before.is_none_or(|before| ticket.created_at < before)
    }

    /// The tickets of the list that were logged after `since`, in milliseconds: at most 100 of them.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn since(&self, tx: &mut Tx<'_>, desk: &Desk, since: i64) -> Result<Vec<Uuid>, Fault> {
        let from = self.filter.created_from.unwrap_or(0).max(since.saturating_add(1));
        let mut filter = self.filter.clone();
        (filter.created_from, filter.page_size, filter.at) = (Some(from), MOST, At::Page(1));
        Ok(list(tx, desk, &filter)?.items.into_iter().map(|ticket| ticket.id).collect())
    }
}

/// Whether a list of values lets one through; an empty list lets all.
fn any<T: PartialEq>(wanted: &[T], one: &T) -> bool {
    wanted.is_empty() || wanted.contains(one)
}

/// What a ticket's page shows, in one word: another one means that the page is out of date. It says how often the
/// ticket and its messages have changed.
pub fn mark(ticket: &Ticket, changes_of_messages: i64) -> String {
    format!("{}.{changes_of_messages}", ticket.version)
}

/// How often these messages have changed.
pub fn changes_of(messages: &[Notification]) -> i64 {
    messages.iter().map(|message| i64::try_from(message.events.len()).unwrap_or(0)).sum()
}
