//! What became Fixed, bar by bar: read once, for all the reports that are about it.

use std::collections::HashSet;

use uuid::Uuid;

use super::{
    ask::Ask,
    percentile::nearest_rank,
    store::{self, Fix},
};
use crate::{db::Tx, fault::Fault};

/// What became Fixed on the days of a bar. A ticket counts once, with the first time of the bar.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many tickets.
    pub tickets: u64,
    /// How many of them were opened again afterwards, at any time until now.
    pub reopened: u64,
    /// How long each took since it was logged, in seconds: 4 bytes for each ticket. Sorted once all are there.
    times: Vec<u32>,
    /// Those that may come again. What was not opened again cannot, so that these are few.
    again: HashSet<Uuid>,
}

impl Tally {
    fn add(&mut self, fix: &Fix) {
        if self.again.contains(&fix.ticket) {
            return;
        }
        if fix.reopened {
            self.again.insert(fix.ticket);
            self.reopened += 1;
        }
        self.tickets += 1;
        let seconds = (fix.at - fix.logged_at).max(0) / 1000;
        self.times.push(u32::try_from(seconds).unwrap_or(u32::MAX));
    }

    fn end(&mut self) {
        self.times.sort_unstable();
        self.again = HashSet::new();
    }

    /// How long it took `percent` of 100 of the tickets at most, in seconds, by the nearest rank.
    pub fn within(&self, percent: u32) -> Option<u32> {
        nearest_rank(&self.times, percent)
    }
}

/// What became Fixed: bar by bar, and on all the days, where a ticket that came in two bars counts once.
#[derive(Debug, Default)]
pub struct Fixed {
    /// One for each bar.
    pub bars: Vec<Tally>,
    /// All of them.
    pub all: Tally,
}

impl Fixed {
    /// Reads it.
    ///
    /// # Errors
    /// Only the database's.
    pub fn read(tx: &mut Tx<'_>, ask: &Ask) -> Result<Self, Fault> {
        let mut fixed = Self { bars: Vec::with_capacity(ask.bars.len()), all: Tally::default() };
        fixed.bars.resize_with(ask.bars.len(), Tally::default);
        let mut bar = 0;
        store::each_fix(tx, ask, |fix| {
            while ask.bars.get(bar).is_some_and(|days| fix.at >= days.before) {
                bar += 1;
            }
            if let Some(tally) = fixed.bars.get_mut(bar) {
                tally.add(fix);
                fixed.all.add(fix);
            }
        })?;
        fixed.bars.iter_mut().chain([&mut fixed.all]).for_each(Tally::end);
        Ok(fixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(ticket: u128, at: i64, reopened: bool) -> Fix {
        Fix { at: at * 1000, ticket: Uuid::from_u128(ticket), logged_at: 0, reopened }
    }

    fn tally(fixes: &[Fix]) -> Tally {
        let mut tally = Tally::default();
        for fix in fixes {
            tally.add(fix);
        }
        tally.end();
        tally
    }

    #[test]
    fn a_ticket_counts_once_with_the_first_time() {
        let tally =
            tally(&[fix(1, 10, true), fix(2, 20, false), fix(1, 30, true), fix(3, 35, false), fix(1, 40, false)]);
        assert_eq!((tally.tickets, tally.reopened), (3, 1));
        assert_eq!([50, 90].map(|percent| tally.within(percent)), [Some(20), Some(35)]);
    }

    #[test]
    fn nothing_took_no_time() {
        let tally = tally(&[]);
        assert_eq!((tally.tickets, tally.reopened, tally.within(50)), (0, 0, None));
    }

    #[test]
    fn clocks_that_disagree_make_no_time_below_none() {
        let early = Fix { logged_at: 5000, ..fix(1, 2, false) };
        assert_eq!(tally(&[early]).within(50), Some(0));
    }
}
