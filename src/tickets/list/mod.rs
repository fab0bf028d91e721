//! Lists and counts of tickets (FR-TVR-001 to -004).

mod common;
mod counts;
mod found;
mod neighbours;
mod newest;
mod searched;
mod way;

#[cfg(test)]
mod tests;

pub use self::{
    counts::{COUNTED_TO, Counted, ViewCounts, view_counts},
    neighbours::{Place, neighbours},
    newest::newest,
};

use self::{
    found::Found,
    way::{Stretch, Way, gather, stretch_sql, walks_well},
};
use super::{At, Cursor, Desk, Filter, Sort, Ticket, store, terms::Narrowed};
use crate::{
    db::{Row, Tx},
    fault::Fault,
};

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page {
    /// The tickets, in order.
    pub items: Vec<Ticket>,
    /// How many the filter finds.
    pub counted: Counted,
    /// Where a walk goes on, unless this is the end.
    pub next_cursor: Option<String>,
}

/// What the choice between the ways turns on. Tests set it low.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Counts are exact up to this.
    counted: u64,
    /// Most tickets that are sorted for a page, at some 0.4 µs each, rather than walked to past any number of others.
    gathered: u64,
    /// A search that finds one ticket in so many, or more, is common: to walk to the first page takes fewer looks
    /// at the token index than there are tickets to be gathered.
    common: u64,
    /// Most tickets that are tested one by one for the other parts of a search. A test takes some 40 µs for a token in
    /// one piece of the index, and was seen to take 0.35 ms for a word with all its forms in ten pieces.
    rare: u64,
    /// Most tickets that are tested one by one for a common search: where a page takes more, what is common among all is
    /// not common there.
    looks: u64,
}

const LIMITS: Limits = Limits { counted: COUNTED_TO, gathered: 100_000, common: 50, rare: 100, looks: 2_000 };

/// Lists what the filter finds.
///
/// # Errors
/// Only the database's and the vault's.
pub fn list(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter) -> Result<Page, Fault> {
    list_within(tx, desk, filter, LIMITS)
}

/// Counts what the filter finds, exactly up to 10,000.
///
/// # Errors
/// As [`list`].
pub fn count(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter) -> Result<Counted, Fault> {
    let found = read(tx, desk, filter, LIMITS)?;
    Ok(size(tx, &found, LIMITS)?.0)
}

/// The tickets of one page without counting all: a step of a walk. Beside them, where the next step begins.
///
/// # Errors
/// As [`list`].
pub fn step(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter) -> Result<(Vec<Ticket>, Option<Cursor>), Fault> {
    // Many steps come to one pass, if each goes on in the index where the last one stopped: nothing is weighed.
    let (found, by) = if filter.search.is_none() {
        let narrowed = Narrowed::of(tx, desk, filter)?;
        (Found::of(tx, desk, &narrowed, LIMITS.rare)?, (Way::Walk, false))
    } else {
        let found = read(tx, desk, filter, LIMITS)?;
        let (counted, common) = size(tx, &found, LIMITS)?;
        let way = choose(tx, &found, filter.sort, counted, common, LIMITS)?;
        (found, (way, common))
    };
    let (items, more) = rows(tx, desk, filter, found, by, LIMITS)?;
    let next = items.last().filter(|_| more).map(|last| Cursor { key: sort_key(filter.sort, last), id: last.id });
    Ok((items, next))
}

fn list_within(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter, limits: Limits) -> Result<Page, Fault> {
    let found = read(tx, desk, filter, limits)?;
    let (counted, common) = size(tx, &found, limits)?;
    let beyond = match &filter.at {
        At::Page(page) => counted.exact && u64::from(page - 1) * u64::from(filter.page_size) >= counted.total,
        At::After(_) => false,
    };
    if beyond {
        return Ok(Page { items: Vec::new(), counted, next_cursor: None });
    }
    let way = choose(tx, &found, filter.sort, counted, common, limits)?;
    let (items, more) = rows(tx, desk, filter, found, (way, common), limits)?;
    let next_cursor = items.last().filter(|_| more).map(|last| {
        let cursor = Cursor { key: sort_key(filter.sort, last), id: last.id };
        filter.write_cursor(&desk.vault, &cursor)
    });
    Ok(Page { items, counted, next_cursor })
}

/// The tickets of a page, and whether there are more.
fn rows(
    tx: &mut Tx<'_>,
    desk: &Desk,
    filter: &Filter,
    mut found: Found,
    (way, common): (Way, bool),
    limits: Limits,
) -> Result<(Vec<Ticket>, bool), Fault> {
    let walked = match way {
        Way::Walk if found.search.is_some() => common::walk(tx, desk, filter, &mut found, limits)?,
        _ => None,
    };
    let rows = if let Some(rows) = walked {
        rows
    } else {
        let way = if found.search.is_some() { Way::Gather } else { way };
        let sql = rows_sql(&mut found, way, common, filter)?;
        query(tx, &found, &sql)?
    };
    let size = usize::try_from(filter.page_size).unwrap_or(usize::MAX);
    let items = rows.iter().take(size).map(|row| store::ticket(&desk.vault, row)).collect::<Result<Vec<_>, _>>()?;
    Ok((items, rows.len() > size))
}

fn read(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter, limits: Limits) -> Result<Found, Fault> {
    let narrowed = Narrowed::of(tx, desk, filter)?;
    let mut found = Found::of(tx, desk, &narrowed, limits.rare)?;
    // Somebody's tickets and the open ones are few themselves, and their index knows when each was changed.
    if !found.dates.is_empty() && found.facets.first().is_none_or(|facet| facet.rank > 1) {
        let by = found.dialect.by_index("tickets_id");
        let days = format!("SELECT 1 FROM tickets t{by} WHERE {}", found.dates.join(" AND "));
        found.few_days = count_rows(tx, &found, &days, limits.counted)?.exact;
    }
    Ok(found)
}

/// The page's rows are found first and fetched then, so that no sort and no skip carries sealed text along.
fn rows_sql(found: &mut Found, way: Way, common: bool, filter: &Filter) -> Result<String, Fault> {
    let direction = way::direction(filter.order);
    Ok(format!(
        "SELECT {} FROM ({}) AS found JOIN tickets t ON t.seq = found.seq {} ORDER BY found.key {direction}, found.id {direction}",
        store::COLUMNS,
        stretch_sql(found, way, common, filter, Stretch::page(filter))?,
        store::BESIDE,
    ))
}

/// How many tickets are found, and whether what is searched for is common.
fn size(tx: &mut Tx<'_>, found: &Found, limits: Limits) -> Result<(Counted, bool), Fault> {
    let mut common = false;
    if let Some(search) = &found.search {
        let mut alone = hits(tx, found, search.some.as_ref().unwrap_or(&search.set), limits)?;
        if alone.0.exact && search.some.is_some() {
            alone = hits(tx, found, &search.set, limits)?;
        }
        common = alone.1;
        if found.is_open() {
            return Ok(alone);
        }
    }
    Ok((count_found(tx, found, common, limits.counted)?, common))
}

/// How many tickets a set of a search has, and whether they are so many among all that they are common.
fn hits(tx: &mut Tx<'_>, found: &Found, set: &str, limits: Limits) -> Result<(Counted, bool), Fault> {
    let sql = format!(
        "SELECT count(*), COALESCE(max(seq), 0) FROM (SELECT DISTINCT seq FROM ({set}) AS hits{} LIMIT {}) AS hits",
        found.dialect.oldest_first(),
        limits.counted + 1
    );
    let rows = query(tx, found, &sql)?;
    let row = rows.first().ok_or(Fault::NotFound)?;
    let counted = Counted::new(row.int(0)?, limits.counted);
    // The oldest come first: how far it had to go for so many tells how dense they are.
    let passed = u64::try_from(row.int(1)?).unwrap_or(u64::MAX);
    Ok((counted, !counted.exact && passed <= limits.counted.saturating_mul(limits.common)))
}

fn count_found(tx: &mut Tx<'_>, found: &Found, common: bool, limit: u64) -> Result<Counted, Fault> {
    let selects: Vec<String> = gather(found, common).into_iter().map(|from| format!("SELECT 1 {from}")).collect();
    count_rows(tx, found, &selects.join(" UNION ALL "), limit)
}

fn count_rows(tx: &mut Tx<'_>, found: &Found, select: &str, limit: u64) -> Result<Counted, Fault> {
    let rows = query(tx, found, &format!("SELECT count(*) FROM ({select} LIMIT {}) AS found", limit + 1))?;
    Ok(Counted::new(rows.first().ok_or(Fault::NotFound)?.int(0)?, limit))
}

fn query(tx: &mut Tx<'_>, found: &Found, sql: &str) -> Result<Vec<Row>, Fault> {
    let (sql, values) = found.values.of(sql);
    Ok(tx.query(&sql, &values)?)
}

fn choose(
    tx: &mut Tx<'_>,
    found: &Found,
    sort: Sort,
    counted: Counted,
    common: bool,
    limits: Limits,
) -> Result<Way, Fault> {
    if found.search.is_some() {
        return Ok(if common && !counted.exact { Way::Walk } else { Way::Gather });
    }
    if walks_well(found, sort) {
        return Ok(Way::Walk);
    }
    if counted.exact {
        return Ok(Way::Gather);
    }
    let counted = count_found(tx, found, common, limits.gathered)?;
    let last = tx.query_one("SELECT COALESCE(max(seq), 0) FROM tickets", &[])?.ok_or(Fault::NotFound)?.int(0)?;
    // Where a quarter of all pass, a walk passes over few.
    let dense = counted.total.saturating_mul(4) >= u64::try_from(last).unwrap_or(0);
    Ok(if counted.exact && !dense { Way::Gather } else { Way::Walk })
}

fn sort_key(sort: Sort, ticket: &Ticket) -> String {
    match sort {
        Sort::TicketRef => ticket.reference.as_str().to_owned(),
        Sort::CreatedAt => ticket.created_at.to_string(),
        Sort::UpdatedAt => ticket.updated_at.to_string(),
        Sort::Status => ticket.status.code().to_string(),
        Sort::Priority => ticket.priority.code().to_string(),
    }
}
