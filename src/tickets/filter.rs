//! The list's query string, read once for pages and API: filters, sort, place.

use jiff::{Timestamp, civil::Date};
use uuid::Uuid;
use vault::Vault;

use super::{
    Cursor, Desk, Priority, Status, issue_label,
    parameters::Reader,
    terms::{self, Terms},
};
use crate::{
    fault::Fault,
    search::{self, Cond},
    words::Text,
};

/// The longest search, in characters.
pub(super) const LONGEST_SEARCH: usize = 500;

/// By what the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By reference.
    TicketRef,
    /// By the time of logging.
    CreatedAt,
    /// By the time of the last change.
    #[default]
    UpdatedAt,
    /// By status, in the order of the contract.
    Status,
    /// By urgency.
    Priority,
}

impl Sort {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 5] = [Self::UpdatedAt, Self::CreatedAt, Self::TicketRef, Self::Status, Self::Priority];

    /// The name in the query string.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TicketRef => "ticketRef",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
            Self::Status => "status",
            Self::Priority => "priority",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == text)
    }
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Smallest or oldest first.
    Ascending,
    /// Largest or newest first.
    #[default]
    Descending,
}

impl Order {
    /// The name in the query string.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        }
    }
}

impl Order {
    fn parse(text: &str) -> Option<Self> {
        [Self::Ascending, Self::Descending].into_iter().find(|order| order.name() == text)
    }
}

/// Whose tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    /// Nobody's.
    Nobody,
    /// This technician's.
    User(Uuid),
}

impl Assignee {
    fn parse(text: &str) -> Option<Self> {
        if text == "none" { Some(Self::Nobody) } else { Uuid::try_parse(text).ok().map(Self::User) }
    }
}

/// Where in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A page, from 1.
    Page(u32),
    /// After a row.
    After(Cursor),
}

/// A list's query, read and checked.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Any of these, or all when empty; so for the next two.
    pub statuses: Vec<Status>,
    /// By name.
    pub issue_types: Vec<String>,
    /// By urgency.
    pub priorities: Vec<Priority>,
    /// Any of these.
    pub assigned: Vec<Assignee>,
    /// Logged at or after, in milliseconds.
    pub created_from: Option<i64>,
    /// Logged before, in milliseconds.
    pub created_before: Option<i64>,
    /// `createdFrom` as it was written.
    pub created_from_text: String,
    /// `createdTo` as it was written.
    pub created_to_text: String,
    /// The search as it was typed.
    pub q: String,
    /// What terms of the search that name a field ask for.
    pub terms: Terms,
    /// The rest of the search as a condition; absent when it is blank.
    pub search: Option<Cond>,
    /// By what.
    pub sort: Sort,
    /// Which way.
    pub order: Order,
    /// Where.
    pub at: At,
    /// 1 to 100.
    pub page_size: u32,
    pairs: Vec<(String, String)>,
}

impl Filter {
    /// Reads a query string's pairs.
    ///
    /// # Errors
    /// [`Fault::Invalid`] with every unknown parameter and every bad value.
    pub fn parse(pairs: &[(String, String)], desk: &Desk) -> Result<Self, Fault> {
        let mut reader = Reader::new(pairs);
        let types = &desk.issue_types;
        let statuses = reader.list("status", || Status::labels(&Status::ALL), Status::parse);
        let type_labels = || types.all().iter().map(|name| issue_label(name)).collect::<Vec<_>>();
        let issue_types = reader.list("issueType", type_labels, |text| types.find(text).map(ToOwned::to_owned));
        let priorities = reader.list("priority", || Priority::ALL.map(Priority::label).to_vec(), Priority::parse);
        let assigned = reader.list("assignedTo", || vec![Text::new("filter-user")], Assignee::parse);
        let (created_from_text, created_from) = bound(&mut reader, "createdFrom", desk, Edge::From);
        let (created_to_text, created_before) = bound(&mut reader, "createdTo", desk, Edge::To);
        if created_from.zip(created_before).is_some_and(|(from, before)| from >= before) {
            reader.fault("createdTo", "invalid", Text::new("filter-days-swapped"));
        }
        let q = reader.one("q").unwrap_or_default();
        let (terms, search) = read_search(&mut reader, &q, desk);
        let sort = reader.word("sort", &Sort::ALL.map(Sort::name), Sort::parse);
        let order = reader.word("order", &["asc", "desc"], Order::parse);
        let page_size = reader.number("pageSize", 25, 100);
        let page = reader.number("page", 1, 10_000_000);
        let mut filter = Self {
            statuses,
            issue_types,
            priorities,
            assigned,
            created_from,
            created_before,
            created_from_text,
            created_to_text,
            q,
            terms,
            search,
            sort,
            order,
            at: At::Page(page),
            page_size,
            pairs: pairs.to_vec(),
        };
        filter.go_to_cursor(&mut reader, &desk.vault);
        if reader.faults.is_empty() { Ok(filter) } else { Err(Fault::Invalid(reader.faults)) }
    }

    fn go_to_cursor(&mut self, reader: &mut Reader<'_>, vault: &Vault) {
        let Some(text) = reader.one("cursor") else { return };
        if reader.pairs.iter().any(|(name, _)| name == "page") {
            reader.fault("cursor", "not_allowed", Text::new("filter-page-or-cursor"));
        }
        match self.read_cursor(vault, &text) {
            Some(cursor) => self.at = At::After(cursor),
            None => reader.fault("cursor", "invalid", Text::new("filter-cursor-of-another")),
        }
    }

    /// Whether it lets every ticket through.
    pub fn is_open(&self) -> bool {
        self.statuses.is_empty()
            && self.issue_types.is_empty()
            && self.priorities.is_empty()
            && self.assigned.is_empty()
            && self.created_from.is_none()
            && self.created_before.is_none()
            && self.search.is_none()
            && self.terms.is_empty()
    }

    /// Whether it is what the search box asks for, or nothing at all.
    pub fn only_searches(&self) -> bool {
        self.pairs.iter().all(|(name, _)| name == "q")
    }

    /// The query string with some parameters replaced; an empty value takes the parameter out. The page and the
    /// cursor are left out unless given, since another filter is another list.
    pub fn query_with(&self, replaced: &[(&str, &str)]) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.pairs {
            let gone = matches!(name.as_str(), "page" | "cursor") || replaced.iter().any(|(other, _)| other == name);
            if !gone && !value.is_empty() {
                out.append_pair(name, value);
            }
        }
        for (name, value) in replaced.iter().filter(|(_, value)| !value.is_empty()) {
            out.append_pair(name, value);
        }
        out.finish()
    }
}

/// The search box: terms that name a field, and what the rest looks for.
fn read_search(reader: &mut Reader<'_>, q: &str, desk: &Desk) -> (Terms, Option<Cond>) {
    let mut terms = Terms::default();
    if q.chars().count() > LONGEST_SEARCH {
        reader.fault("q", "too_long", Text::new("filter-search-too-long").arg("count", LONGEST_SEARCH));
        return (terms, None);
    }
    let parted = search::part(q);
    let mut conds = Vec::new();
    for (field, value) in &parted.terms {
        match terms.read(*field, value, desk) {
            Ok(cond) => conds.extend(cond),
            Err(message) => reader.faults.push(terms::fault(message)),
        }
    }
    match search::parse(&parted.text, &desk.phone_forms()) {
        Ok(cond) => conds.extend(cond),
        Err(_) => reader.fault("q", "too_long", Text::new("filter-search-too-many")),
    }
    let one = if conds.len() > 1 { Some(Cond::All(conds)) } else { conds.pop() };
    (terms, one)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    From,
    To,
}

/// A date (its whole day, in the ISP's zone) or an RFC 3339 instant, as a bound in milliseconds. The upper bound is
/// exclusive: the next day's start, or one millisecond after the instant.
fn bound(reader: &mut Reader<'_>, name: &str, desk: &Desk, edge: Edge) -> (String, Option<i64>) {
    let Some(text) = reader.one(name) else { return (String::new(), None) };
    let read = read_day(&text, desk, edge).or_else(|| read_instant(&text, edge));
    if read.is_none() {
        reader.fault(name, "invalid", Text::new("filter-no-day"));
    }
    (text, read)
}

pub(super) fn read_day(text: &str, desk: &Desk, edge: Edge) -> Option<i64> {
    if text.len() != 10 {
        return None;
    }
    let day: Date = text.parse().ok()?;
    let start = if edge == Edge::To { day.tomorrow() } else { Ok(day) };
    // `to_zoned` of a day that starts in a gap takes the first moment that exists.
    let start = start.and_then(|day| day.to_zoned(desk.zone.clone())?.start_of_day());
    // Instants end within the last day of the year 9999, and no ticket is logged after them.
    let end = if edge == Edge::To { i64::MAX } else { Timestamp::MAX.as_millisecond() };
    Some(start.map_or(end, |start| start.timestamp().as_millisecond()))
}

fn read_instant(text: &str, edge: Edge) -> Option<i64> {
    // An unencoded plus sign of an offset arrives as a space.
    let instant: Timestamp = text.replace(' ', "+").parse().ok()?;
    let whole = instant.as_millisecond();
    let part = instant.as_nanosecond().rem_euclid(1_000_000) != 0;
    Some(match edge {
        Edge::From => whole + i64::from(part),
        Edge::To => whole + 1,
    })
}
