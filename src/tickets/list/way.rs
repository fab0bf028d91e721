//! How a page's rows are found: walked to in the order of the sort, or gathered and sorted.
//!
//! SQLite keeps no statistics for us, so the choice that a planner would guess is made here by what was counted:
//!
//! - **Walk**: an index gives the tickets in the order asked for, and the first that pass are the page. With a filter
//!   on the index's leading column there is one branch for each value, and the branches are merged. It costs as many
//!   looks as tickets are passed over, so it is for filters that let many through.
//! - **Gather**: all that the filter finds is sorted. It costs in proportion to what is found, so it is for few.

use super::found::{Facet, Found};
use crate::{
    db::Value,
    fault::Fault,
    tickets::{At, Cursor, Filter, Order, Priority, Sort, Status},
    words::Text,
};

/// The way to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In the order of an index.
    Walk,
    /// All that is found, sorted.
    Gather,
}

/// Whether the walk's index answers the filter by itself, however few tickets pass.
pub(super) fn walks_well(found: &Found, sort: Sort) -> bool {
    let only = |column: &str| found.facets.iter().all(|facet| facet.column == column);
    match sort {
        _ if found.few_days => sort == Sort::CreatedAt && found.facets.is_empty(),
        Sort::UpdatedAt => driving(found).is_some() || found.is_open(),
        Sort::CreatedAt => only("t.status") || only("t.priority"),
        Sort::Status => only("t.status") && found.dates.is_empty(),
        Sort::Priority => only("t.priority") && found.dates.is_empty(),
        Sort::TicketRef => found.is_open(),
    }
}

/// A stretch of the list after the filter's place: so many rows, after leaving out some.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub skip: u64,
    pub limit: u64,
}

impl Stretch {
    /// The rows of one page and one more.
    pub fn page(filter: &Filter) -> Self {
        let size = u64::from(filter.page_size);
        let skip = match filter.at {
            At::Page(page) => u64::from(page - 1) * size,
            At::After(_) => 0,
        };
        Self { skip, limit: size + 1 }
    }
}

/// The query for a stretch of the list: `seq`, and what the list is sorted by.
///
/// # Errors
/// [`Fault::Invalid`] for a cursor whose key is none of its sort.
pub(super) fn stretch_sql(
    found: &mut Found,
    way: Way,
    common: bool,
    filter: &Filter,
    stretch: Stretch,
) -> Result<String, Fault> {
    let direction = direction(filter.order);
    let after = match &filter.at {
        At::Page(_) => None,
        At::After(cursor) => Some(After::of(found, filter.sort, cursor)?),
    };
    let Stretch { skip, limit } = stretch;
    let selects = match way {
        Way::Walk => walks(found, filter, after.as_ref(), skip + limit),
        Way::Gather => gathered(found, common, filter, after.as_ref()),
    };
    Ok(format!("{} ORDER BY key {direction}, id {direction} LIMIT {limit} OFFSET {skip}", selects.join(" UNION ALL ")))
}

/// What gathers the rows, for the page and for counting alike: `FROM` and `WHERE` of selects that share no row.
pub(super) fn gather(found: &Found, common: bool) -> Vec<String> {
    let mut from = format!("tickets t{}", found.dialect.by_index("tickets_id"));
    let mut parts = Vec::new();
    let mut conditions = found.conditions_beside(None);
    match &found.search {
        Some(search) if !common => {
            let (tickets, condition) = found.dialect.tickets_of(&search.set);
            from = tickets;
            conditions.push(condition);
        }
        search => {
            if let Some(facet) = found.facets.first().filter(|_| !found.few_days) {
                // With nothing else to look at, the index by id goes straight to the days.
                let by_days = facet.column == "t.status" && found.facets.len() == 1 && !found.dates.is_empty();
                let index = if by_days { "tickets_status" } else { facet.index };
                from = format!("tickets t{}", found.dialect.by_index(index));
                parts = facet.parts();
                conditions = found.conditions_beside(Some(facet.column));
            }
            // The index named keeps the engine from going through the set, which is large.
            conditions.extend(search.as_ref().map(|search| format!("t.seq IN ({})", search.set)));
        }
    }
    if parts.is_empty() {
        return vec![format!("FROM {from}{}", filtered(&conditions))];
    }
    let of = |part: String| {
        let all: Vec<String> = [part].into_iter().chain(conditions.iter().cloned()).collect();
        format!("FROM {from}{}", filtered(&all))
    };
    parts.into_iter().map(of).collect()
}

fn filtered(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

fn gathered(found: &Found, common: bool, filter: &Filter, after: Option<&After>) -> Vec<String> {
    let more = match after {
        Some(after) => format!(" AND {}", after.anywhere(filter)),
        None => String::new(),
    };
    let select = |from: String| format!("SELECT t.seq AS seq, {} AS key, t.id AS id {from}{more}", key(filter.sort));
    gather(found, common).into_iter().map(select).collect()
}

/// One select for each branch. A search is not among its conditions: [`super::common`] tests what is walked to.
fn walks(found: &Found, filter: &Filter, after: Option<&After>, limit: u64) -> Vec<String> {
    let direction = direction(filter.order);
    let order = match filter.sort {
        Sort::UpdatedAt => format!("t.updated_at {direction}, t.id {direction}"),
        Sort::TicketRef => format!("t.ticket_ref {direction}"),
        Sort::CreatedAt | Sort::Status | Sort::Priority => format!("t.id {direction}"),
    };
    let select = |(place, branch): (usize, Branch)| {
        let mut conditions = branch.conditions;
        conditions.extend(found.conditions_beside(branch.column));
        format!(
            "SELECT seq, key, id FROM (SELECT t.seq AS seq, {} AS key, t.id AS id FROM tickets t{}{} \
             ORDER BY {order} LIMIT {limit}) AS branch{place}",
            key(filter.sort),
            found.dialect.by_index(branch.index),
            filtered(&conditions),
        )
    };
    branches(found, filter, after).into_iter().enumerate().map(select).collect()
}

/// One walk through an index.
struct Branch {
    index: &'static str,
    /// The column whose value the branch is of.
    column: Option<&'static str>,
    conditions: Vec<String>,
}

fn branches(found: &Found, filter: &Filter, after: Option<&After>) -> Vec<Branch> {
    let of = |facet: &Facet, index| {
        let branch = |condition: String| Branch {
            index,
            column: Some(facet.column),
            conditions: [condition].into_iter().chain(after.map(|after| after.anywhere(filter))).collect(),
        };
        facet.each().unwrap_or_default().into_iter().map(branch).collect::<Vec<_>>()
    };
    let whole = |index| {
        vec![Branch {
            index,
            column: None,
            conditions: after.map(|after| after.anywhere(filter)).into_iter().collect(),
        }]
    };
    match filter.sort {
        Sort::UpdatedAt => match driving(found) {
            Some(facet) => of(facet, facet.index),
            None => whole("tickets_updated"),
        },
        Sort::CreatedAt => match &found.facets[..] {
            [facet] if facet.column == "t.status" => of(facet, "tickets_status"),
            [facet] if facet.column == "t.priority" => of(facet, "tickets_priority"),
            _ => whole("tickets_id"),
        },
        Sort::TicketRef => whole("tickets_ref"),
        Sort::Status => {
            let codes: Vec<i64> = Status::ALL.iter().map(|status| status.code()).collect();
            of_codes("t.status", "tickets_status", &codes, &found.statuses, filter.order, after)
        }
        Sort::Priority => {
            let codes: Vec<i64> = Priority::ALL.iter().map(|priority| priority.code()).collect();
            of_codes("t.priority", "tickets_priority", &codes, &found.priorities, filter.order, after)
        }
    }
}

/// A branch for each value of the column that is also the sort's key. A walk that goes on after a row has no need of
/// the values before it.
fn of_codes(
    column: &'static str,
    index: &'static str,
    all: &[i64],
    wanted: &[i64],
    order: Order,
    after: Option<&After>,
) -> Vec<Branch> {
    let branch = |&code: &i64| {
        let mut conditions = vec![format!("{column} = {code}")];
        if let Some(After { number, id, .. }) = after {
            let ahead = if order == Order::Ascending { code > *number } else { code < *number };
            if code == *number {
                conditions.push(format!("t.id {} {id}", comparison(order)));
            } else if !ahead {
                return None;
            }
        }
        Some(Branch { index, column: Some(column), conditions })
    };
    let passes = |code: &&i64| wanted.is_empty() || wanted.contains(code);
    let found: Vec<Branch> = all.iter().filter(passes).filter_map(branch).collect();
    if found.is_empty() {
        // The end of the walk: no value is left.
        return vec![Branch { index, column: Some(column), conditions: vec![format!("{column} = -1")] }];
    }
    found
}

/// The facet whose index is walked when the list is sorted by the last change.
fn driving(found: &Found) -> Option<&Facet> {
    found.facets.iter().find(|facet| facet.by_change && facet.each().is_some())
}

/// The row that a walk goes on after, bound.
struct After {
    key: String,
    /// The key, where it is a number.
    number: i64,
    id: String,
}

impl After {
    fn of(found: &mut Found, sort: Sort, cursor: &Cursor) -> Result<Self, Fault> {
        let id = found.values.bind(Value::from(cursor.id));
        if sort == Sort::TicketRef {
            return Ok(Self { key: found.values.bind(Value::from(cursor.key.as_str())), number: 0, id });
        }
        let damaged = |_| Fault::field("cursor", "invalid", Text::new("filter-cursor-damaged"));
        let number = cursor.key.parse::<i64>().map_err(damaged)?;
        Ok(Self { key: found.values.bind(Value::from(number)), number, id })
    }

    /// As a condition on any row.
    fn anywhere(&self, filter: &Filter) -> String {
        let Self { key, id, .. } = self;
        let comparison = comparison(filter.order);
        match filter.sort {
            Sort::CreatedAt => format!("t.id {comparison} {id}"),
            Sort::TicketRef => format!("t.ticket_ref {comparison} {key}"),
            sort => format!("({}, t.id) {comparison} ({key}, {id})", self::key(sort)),
        }
    }
}

/// What a list is sorted by, before the id.
const fn key(sort: Sort) -> &'static str {
    match sort {
        Sort::TicketRef => "t.ticket_ref",
        // The id begins with the time of logging.
        Sort::CreatedAt => "t.id",
        Sort::UpdatedAt => "t.updated_at",
        Sort::Status => "t.status",
        Sort::Priority => "t.priority",
    }
}

pub(super) const fn direction(order: Order) -> &'static str {
    match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    }
}

const fn comparison(order: Order) -> &'static str {
    match order {
        Order::Ascending => ">",
        Order::Descending => "<",
    }
}
