//! Lists and counts of tickets (FR-TVR-001 to -004).

use super::{
    Assignee, At, Cursor, Desk, Filter, Order, Sort, Status, Ticket,
    search::{Cond, Criterion, Token},
    store,
};
use crate::{
    db::{Dialect, Tx, Value},
    fault::Fault,
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

impl std::fmt::Display for Counted {
    /// `1,234`, or `10,000+`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (thousands, rest) = (self.total / 1000, self.total % 1000);
        if thousands > 0 {
            write!(f, "{thousands},{rest:03}")?;
        } else {
            write!(f, "{rest}")?;
        }
        f.write_str(if self.exact { "" } else { "+" })
    }
}

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

/// Lists what the filter finds.
///
/// # Errors
/// Only the database's and the vault's.
pub fn list(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter) -> Result<Page, Fault> {
    let found = Predicate::of(tx.dialect(), desk, filter);
    let counted = count_where(tx, &found)?;
    let (items, more) = rows(tx, desk, filter, found)?;
    let next_cursor = items.last().filter(|_| more).map(|last| {
        let cursor = Cursor { key: sort_key(filter.sort, last), id: last.id };
        filter.write_cursor(&desk.vault, &cursor)
    });
    Ok(Page { items, counted, next_cursor })
}

/// The tickets of one page without counting all: a step of a walk. Beside them, where the next step begins.
///
/// # Errors
/// As [`list`].
pub fn step(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter) -> Result<(Vec<Ticket>, Option<Cursor>), Fault> {
    let found = Predicate::of(tx.dialect(), desk, filter);
    let (items, more) = rows(tx, desk, filter, found)?;
    let next = items.last().filter(|_| more).map(|last| Cursor { key: sort_key(filter.sort, last), id: last.id });
    Ok((items, next))
}

/// The tickets of a page, and whether there are more.
fn rows(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter, mut found: Predicate) -> Result<(Vec<Ticket>, bool), Fault> {
    let column = sort_column(filter.sort);
    let (direction, comparison) = match filter.order {
        Order::Ascending => ("ASC", ">"),
        Order::Descending => ("DESC", "<"),
    };
    let skip = match &filter.at {
        At::Page(page) => u64::from(page - 1) * u64::from(filter.page_size),
        At::After(cursor) => {
            let key = sort_value(filter.sort, &cursor.key)?;
            let (key, id) = (found.bind(key), found.bind(Value::from(cursor.id)));
            found.and(&format!("({column}, t.id) {comparison} ({key}, {id})"));
            0
        }
    };
    // The page's rows are found first and fetched then, so that no sort and no skip carries sealed text along.
    let order = format!("ORDER BY {column} {direction}, t.id {direction}");
    let sql = format!(
        "SELECT {} FROM (SELECT t.seq FROM tickets t {} {order} LIMIT {} OFFSET {skip}) AS found \
         JOIN tickets t ON t.seq = found.seq {} {order}",
        store::COLUMNS,
        found.sql(),
        filter.page_size + 1,
        store::PEOPLE,
    );
    let rows = tx.query(&sql, &found.values)?;
    let size = usize::try_from(filter.page_size).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    let items = rows.iter().take(size).map(|row| store::ticket(&desk.vault, row)).collect::<Result<Vec<_>, _>>()?;
    Ok((items, more))
}

fn count_where(tx: &mut Tx<'_>, found: &Predicate) -> Result<Counted, Fault> {
    let sql =
        format!("SELECT count(*) FROM (SELECT 1 FROM tickets t {} LIMIT {}) AS found", found.sql(), COUNTED_TO + 1);
    let row = tx.query_one(&sql, &found.values)?.ok_or(Fault::NotFound)?;
    let total = u64::try_from(row.int(0)?).unwrap_or(0);
    Ok(Counted { total: total.min(COUNTED_TO), exact: total <= COUNTED_TO })
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
    let mut counted = |condition: &str| {
        let mut found = Predicate::new(tx.dialect());
        found.and(condition);
        count_where(tx, &found)
    };
    // A list of statuses, not a range: with it the index tickets_views answers alone.
    let open = Status::ALL.iter().filter(|status| **status < Status::Fixed).map(|status| status.code().to_string());
    let open = format!("t.status IN ({})", open.collect::<Vec<_>>().join(", "));
    let fixed = Status::Fixed.code();
    let urgent = super::Priority::Urgent.code();
    Ok(ViewCounts {
        open: counted(&open)?,
        unassigned: counted(&format!("{open} AND t.assigned_to IS NULL"))?,
        urgent: counted(&format!("{open} AND t.priority = {urgent}"))?,
        fixed: counted(&format!("t.status = {fixed}"))?,
        all: counted("1 = 1")?,
    })
}

const fn sort_column(sort: Sort) -> &'static str {
    match sort {
        Sort::TicketRef => "t.ticket_ref",
        Sort::CreatedAt => "t.created_at",
        Sort::UpdatedAt => "t.updated_at",
        Sort::Status => "t.status",
        Sort::Priority => "t.priority",
    }
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

fn sort_value(sort: Sort, key: &str) -> Result<Value, Fault> {
    if sort == Sort::TicketRef {
        return Ok(Value::from(key));
    }
    let number: i64 = key.parse().map_err(|_| Fault::field("cursor", "invalid", "This cursor is damaged."))?;
    Ok(Value::from(number))
}

/// A WHERE clause and the values of its placeholders.
#[derive(Debug)]
struct Predicate {
    dialect: Dialect,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Predicate {
    const fn new(dialect: Dialect) -> Self {
        Self { dialect, conditions: Vec::new(), values: Vec::new() }
    }

    fn of(dialect: Dialect, desk: &Desk, filter: &Filter) -> Self {
        let mut found = Self::new(dialect);
        found.any_of("t.status", filter.statuses.iter().map(|status| Value::from(status.code())));
        found.any_of("t.priority", filter.priorities.iter().map(|priority| Value::from(priority.code())));
        found.any_of("t.issue_type", filter.issue_types.iter().map(|name| Value::from(name.as_str())));
        found.assigned(&filter.assigned);
        if let Some(from) = filter.created_from {
            let from = found.bind(Value::from(from));
            found.and(&format!("t.created_at >= {from}"));
        }
        if let Some(before) = filter.created_before {
            let before = found.bind(Value::from(before));
            found.and(&format!("t.created_at < {before}"));
        }
        if let Some(search) = &filter.search {
            let condition = found.search(desk, search);
            found.and(&condition);
        }
        found
    }

    fn sql(&self) -> String {
        if self.conditions.is_empty() { String::new() } else { format!("WHERE {}", self.conditions.join(" AND ")) }
    }

    fn and(&mut self, condition: &str) {
        self.conditions.push(condition.to_owned());
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    fn any_of(&mut self, column: &str, values: impl Iterator<Item = Value>) {
        let places: Vec<String> = values.map(|value| self.bind(value)).collect();
        if !places.is_empty() {
            self.and(&format!("{column} IN ({})", places.join(", ")));
        }
    }

    fn assigned(&mut self, wanted: &[Assignee]) {
        // One list however many ids are asked for: a chain of OR would reach the engine's limit of nesting.
        let users = wanted.iter().filter_map(|one| match one {
            Assignee::User(id) => Some(*id),
            Assignee::Nobody => None,
        });
        let places: Vec<String> = users.map(|id| self.bind(Value::from(id))).collect();
        let nobody = wanted.contains(&Assignee::Nobody).then(|| "t.assigned_to IS NULL".to_owned());
        let users = (!places.is_empty()).then(|| format!("t.assigned_to IN ({})", places.join(", ")));
        let ways: Vec<String> = nobody.into_iter().chain(users).collect();
        if !ways.is_empty() {
            self.and(&format!("({})", ways.join(" OR ")));
        }
    }

    fn search(&mut self, desk: &Desk, cond: &Cond) -> String {
        match cond {
            Cond::Any(conds) if conds.is_empty() => "1 = 0".to_owned(),
            Cond::Any(conds) => self.search_any(desk, conds),
            Cond::All(conds) => {
                let parts: Vec<String> = conds.iter().map(|cond| self.search(desk, cond)).collect();
                format!("({})", parts.join(" AND "))
            }
            Cond::Is(Criterion::Token(token)) => self.with_any_token(desk, [token]),
            Cond::Is(Criterion::RefWhole(key)) => {
                let place = self.bind(Value::from(hyphenated(key)));
                format!("t.ticket_ref = {place}")
            }
            Cond::Is(Criterion::RefStart(key)) => {
                // All references are ASCII below '~', so this range is what starts with the key.
                let start = hyphenated(key);
                let before = self.bind(Value::from(format!("{start}~")));
                let from = self.bind(Value::from(start));
                format!("t.seq IN (SELECT seq FROM tickets WHERE ticket_ref >= {from} AND ticket_ref < {before})")
            }
        }
    }

    /// Alternatives. Tokens come into one list, which the index answers with one look each.
    fn search_any(&mut self, desk: &Desk, conds: &[Cond]) -> String {
        let mut tokens = Vec::new();
        let mut ways = Vec::new();
        for cond in conds {
            match cond {
                Cond::Is(Criterion::Token(token)) => tokens.push(token),
                other => ways.push(self.search(desk, other)),
            }
        }
        if !tokens.is_empty() {
            ways.push(self.with_any_token(desk, tokens));
        }
        format!("({})", ways.join(" OR "))
    }

    fn with_any_token<'a>(&mut self, desk: &Desk, tokens: impl IntoIterator<Item = &'a Token>) -> String {
        let hashed = tokens.into_iter().map(|token| store::hashed(&desk.vault, token));
        let place = self.bind(Value::from(self.dialect.any_token(hashed)));
        format!("t.seq IN ({})", self.dialect.tickets_with(&place))
    }
}

/// A reference's start without hyphens as the start of a written one.
fn hyphenated(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 2);
    for (place, c) in key.chars().enumerate() {
        if matches!(place, 4 | 12) {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_of_a_reference_gets_its_hyphens() {
        for (key, want) in
            [("BILL2", "BILL-2"), ("BILL20261103", "BILL-20261103"), ("BILL202611037K", "BILL-20261103-7K")]
        {
            assert_eq!(hyphenated(key), want);
        }
    }

    #[test]
    fn counts_are_written_for_people() {
        for (total, exact, want) in
            [(0, true, "0"), (999, true, "999"), (2914, true, "2,914"), (10_000, false, "10,000+")]
        {
            assert_eq!(Counted { total, exact }.to_string(), want);
        }
    }
}
