//! Walks over everything that a filter finds, in steps of a transaction each: one long one would keep the write-ahead
//! log from being cut for as long as the slowest receiver takes.

use crate::{
    db::Tx,
    fault::Fault,
    tickets::{At, Desk, Filter, Sort, Ticket, list},
};

/// Tickets of one step. Of ordinary length they make some 100 KiB of CSV; of the greatest, 10 MiB.
const STEP: u32 = 250;

/// A walk, and the place where it goes on.
#[derive(Debug)]
pub struct Walk {
    filter: Filter,
    ended: bool,
}

impl Walk {
    /// A walk over what the filter finds and was logged until `now`, in milliseconds.
    ///
    /// It goes by a key that never changes, so that no ticket comes twice or is missed because it changed meanwhile:
    /// by reference or by time of logging. What is sorted by anything else is walked by the time of logging, in the
    /// same direction. What is logged while the walk goes on is left out, or a walk forwards might never end.
    pub fn new(mut filter: Filter, now: i64) -> Self {
        filter.sort = match filter.sort {
            Sort::TicketRef => Sort::TicketRef,
            Sort::CreatedAt | Sort::UpdatedAt | Sort::Status | Sort::Priority => Sort::CreatedAt,
        };
        let end = now.saturating_add(1);
        filter.created_before = Some(filter.created_before.map_or(end, |before| before.min(end)));
        filter.at = At::Page(1);
        filter.page_size = STEP;
        Self { filter, ended: false }
    }

    /// The next tickets; none at the end.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn step(&mut self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Vec<Ticket>, Fault> {
        if self.ended {
            return Ok(Vec::new());
        }
        let (tickets, next) = list::step(tx, desk, &self.filter)?;
        match next {
            Some(cursor) => self.filter.at = At::After(cursor),
            None => self.ended = true,
        }
        Ok(tickets)
    }
}
