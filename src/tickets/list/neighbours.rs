//! The tickets before and after one in a list, and its number there, for walking a list ticket by ticket.

use super::{
    Counted, LIMITS, Limits, choose, query, read, rows, size, sort_key,
    way::{Stretch, stretch_sql},
};
use crate::{
    db::Tx,
    fault::Fault,
    tickets::{At, Cursor, Desk, Filter, Order, Reference, Ticket, terms::Narrowed},
};

/// Where a ticket stands in a list.
#[derive(Debug, Clone)]
pub struct Place {
    /// The row before it, with the cursor of that row.
    pub before: Option<(Reference, String)>,
    /// The row after it.
    pub after: Option<(Reference, String)>,
    /// Its number from 1. Absent where the ticket is no longer in its place, and where the list is too long to count.
    pub number: Option<u64>,
    /// How many tickets the list has.
    pub counted: Counted,
    /// The cursor of the place itself. It stays good when the ticket moves on or leaves the list.
    pub at: String,
}

/// Finds the neighbours of a ticket in a list: those of the place that `at` names, a cursor of the same list, or else of
/// where it stands now. One who clears a queue goes on from there, although what is done leaves the queue.
///
/// # Errors
/// Those of the filter, and the database's and the vault's.
pub fn neighbours(
    tx: &mut Tx<'_>,
    desk: &Desk,
    filter: &Filter,
    ticket: &Ticket,
    at: Option<&str>,
) -> Result<Place, Fault> {
    neighbours_within(tx, desk, filter, ticket, at, LIMITS)
}

pub(super) fn neighbours_within(
    tx: &mut Tx<'_>,
    desk: &Desk,
    filter: &Filter,
    ticket: &Ticket,
    at: Option<&str>,
    limits: Limits,
) -> Result<Place, Fault> {
    let now = Cursor { key: sort_key(filter.sort, ticket), id: ticket.id };
    let named = at.and_then(|text| filter.read_cursor(&desk.vault, text)).filter(|cursor| cursor.id == ticket.id);
    let cursor = named.unwrap_or_else(|| now.clone());
    let found = read(tx, desk, filter, limits)?;
    let (counted, common) = size(tx, &found, limits)?;
    let way = choose(tx, &found, filter.sort, counted, common, limits)?;
    let beyond = |order| {
        let mut beyond = filter.clone();
        (beyond.order, beyond.at, beyond.page_size) = (order, At::After(cursor.clone()), 1);
        beyond
    };
    let (ahead, back) = (beyond(filter.order), beyond(turned(filter.order)));
    let one = |tx: &mut Tx<'_>, beyond: &Filter| {
        let (items, _) = rows(tx, desk, beyond, found.clone(), (way, common), limits)?;
        Ok::<_, Fault>(items.into_iter().next().map(|next| {
            let cursor = Cursor { key: sort_key(filter.sort, &next), id: next.id };
            (next.reference, filter.write_cursor(&desk.vault, &cursor))
        }))
    };
    let (after, before) = (one(tx, &ahead)?, one(tx, &back)?);
    let in_place = cursor == now && Narrowed::of(tx, desk, filter)?.lets(ticket);
    let number = if in_place && counted.exact && counted.total > 0 {
        let mut found = found;
        let stretch = Stretch { skip: 0, limit: counted.total };
        let passed = stretch_sql(&mut found, way, common, &back, stretch)?;
        let passed = query(tx, &found, &format!("SELECT count(*) FROM ({passed}) AS passed"))?;
        let passed = passed.first().ok_or(Fault::NotFound)?.int(0)?;
        Some(u64::try_from(passed).unwrap_or(0) + 1)
    } else {
        None
    };
    Ok(Place { before, after, number, counted, at: filter.write_cursor(&desk.vault, &cursor) })
}

const fn turned(order: Order) -> Order {
    match order {
        Order::Ascending => Order::Descending,
        Order::Descending => Order::Ascending,
    }
}
