//! What a filter asks for, as SQL on `tickets t`.

use std::fmt::Write as _;

use crate::{
    clock::first_id_at,
    db::{Dialect, Tx, Value},
    fault::Fault,
    search::Cond,
    tickets::{Assignee, Desk, Status, fixes, terms::Narrowed},
};

use super::searched::Searched;

/// Values of one filter beyond this are no longer looked up one by one.
const MOST_BRANCHES: usize = 16;

/// The values that the placeholders `$1`, `$2`… stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Values(pub Vec<Value>);

impl Values {
    /// Keeps a value and gives its placeholder.
    pub fn bind(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    /// A statement with the values that it has placeholders for, and those numbered without a gap. `sql` has no text
    /// in it that could hold a dollar sign.
    pub fn of(&self, sql: &str) -> (String, Vec<Value>) {
        let (mut out, mut used, mut values) = (String::with_capacity(sql.len()), Vec::new(), Vec::new());
        let mut parts = sql.split('$');
        out.extend(parts.next());
        for part in parts {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            let number: usize = part[..digits].parse().unwrap_or(0);
            let place = used.iter().position(|other| *other == number).unwrap_or_else(|| {
                used.push(number);
                values.extend(self.0.get(number.wrapping_sub(1)).cloned());
                used.len() - 1
            });
            let _ = write!(out, "${}{}", place + 1, &part[digits..]);
        }
        (out, values)
    }
}

/// A filter by the values of one column, any of which will do.
#[derive(Debug, Clone)]
pub(super) struct Facet {
    /// The column, as `t.status`.
    pub column: &'static str,
    /// The index that leads with the column, goes on with `updated_at` and `id`, and holds the other columns that
    /// filters look at; or else one of the column and `id`.
    pub index: &'static str,
    /// Whether that index is of the first kind.
    pub by_change: bool,
    /// How few tickets it is likely to find: the smaller the fewer.
    pub rank: u8,
    places: Vec<String>,
    or_null: bool,
}

impl Facet {
    /// As a condition.
    pub fn condition(&self) -> String {
        format!("({})", self.parts().join(" OR "))
    }

    /// Conditions that an index answers, of which one has to hold.
    pub fn parts(&self) -> Vec<String> {
        let listed = (!self.places.is_empty()).then(|| format!("{} IN ({})", self.column, self.places.join(", ")));
        listed.into_iter().chain(self.or_null.then(|| format!("{} IS NULL", self.column))).collect()
    }

    /// A condition for each value by itself, unless they are too many.
    pub fn each(&self) -> Option<Vec<String>> {
        let values = self.places.iter().map(|place| format!("{} = {place}", self.column));
        let each: Vec<String> = values.chain(self.or_null.then(|| format!("{} IS NULL", self.column))).collect();
        (each.len() <= MOST_BRANCHES).then_some(each)
    }
}

/// A filter read into SQL, its values bound.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub dialect: Dialect,
    pub values: Values,
    /// Those that are set, the one likely to find fewest first.
    pub facets: Vec<Facet>,
    /// Bounds of the time of logging: as a ticket's id begins with it, of the id. And those of the time of Fixed.
    pub dates: Vec<String>,
    /// Whether they let few tickets through: then those are gone through for all else.
    pub few_days: bool,
    pub search: Option<Searched>,
    /// What that was read from.
    pub cond: Option<Cond>,
    /// The statuses and priorities let through, by number; all when empty.
    pub statuses: Vec<i64>,
    pub priorities: Vec<i64>,
}

impl Found {
    /// `rare` as for [`Searched::of`].
    ///
    /// # Errors
    /// Only the database's.
    pub fn of(tx: &mut Tx<'_>, desk: &Desk, filter: &Narrowed, rare: u64) -> Result<Self, Fault> {
        let dialect = tx.dialect();
        let mut values = Values::default();
        let facets = facets(&mut values, filter);
        let mut dates = Vec::new();
        for (bound, sign) in [(filter.created_from, ">="), (filter.created_before, "<")] {
            if let Some(at) = bound {
                dates.push(format!("t.id {sign} {}", values.bind(Value::from(first_id_at(at)))));
            }
        }
        for (span, again) in &filter.fixed {
            let (from, before) = (values.bind(Value::from(span.from)), values.bind(Value::from(span.before)));
            dates.push(format!("t.id IN ({})", fixes::tickets_fixed(dialect, &from, &before, *again)));
        }
        let search = match &filter.search {
            Some(cond) => Some(Searched::of(tx, &desk.vault, &mut values, cond, rare)?),
            None => None,
        };
        let statuses = filter.statuses.iter().map(|status| status.code()).collect();
        let priorities = filter.priorities.iter().map(|priority| priority.code()).collect();
        Ok(Self {
            dialect,
            values,
            facets,
            dates,
            few_days: false,
            search,
            cond: filter.search.clone(),
            statuses,
            priorities,
        })
    }

    /// All conditions but the search and those of the facet `of`.
    pub fn conditions_beside(&self, of: Option<&str>) -> Vec<String> {
        let facets = self.facets.iter().filter(|facet| Some(facet.column) != of);
        facets.map(Facet::condition).chain(self.dates.iter().cloned()).collect()
    }

    /// Whether nothing but the search narrows it.
    pub fn is_open(&self) -> bool {
        self.facets.is_empty() && self.dates.is_empty()
    }
}

fn facets(values: &mut Values, filter: &Narrowed) -> Vec<Facet> {
    let mut facets = Vec::new();
    let mut add = |column, index, by_change, rank, wanted: Vec<Value>, or_null| {
        let mut distinct: Vec<Value> = Vec::new();
        for value in wanted {
            if !distinct.contains(&value) {
                distinct.push(value);
            }
        }
        if or_null || !distinct.is_empty() {
            // Codes are written out: almost all tickets are closed, and an engine that plans for any code whatever takes
            // the open ones for as many.
            let place = |value| match value {
                Value::Int(code) => code.to_string(),
                value => values.bind(value),
            };
            let places = distinct.into_iter().map(place).collect();
            facets.push(Facet { column, index, by_change, rank, places, or_null });
        }
    };
    let users = filter.assigned.iter().filter_map(|one| match one {
        Assignee::User(id) => Some(Value::from(*id)),
        Assignee::Nobody => None,
    });
    let nobody = filter.assigned.contains(&Assignee::Nobody);
    // What is done is never assigned again, so that nobody's tickets are many.
    add("t.assigned_to", "tickets_of_assignee", true, if nobody { 3 } else { 0 }, users.collect(), nobody);
    let open = filter.statuses.iter().all(|status| *status < Status::Fixed);
    let statuses = filter.statuses.iter().map(|status| Value::from(status.code())).collect();
    add("t.status", "tickets_of_status", true, if open { 1 } else { 5 }, statuses, false);
    let types = filter.issue_types.iter().map(|name| Value::from(name.as_str())).collect();
    add("t.issue_type", "tickets_of_type", true, 2, types, false);
    let priorities = filter.priorities.iter().map(|priority| Value::from(priority.code())).collect();
    add("t.priority", "tickets_priority", false, 4, priorities, false);
    facets.sort_by_key(|facet| facet.rank);
    facets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_gets_the_values_that_it_names() {
        let mut values = Values::default();
        let places: Vec<String> = (0..12).map(|number| values.bind(Value::from(number))).collect();
        let sql = format!("a = {} OR b IN ({}, {}) OR c = {}", places[11], places[2], places[11], places[0]);
        let want =
            ("a = $1 OR b IN ($2, $1) OR c = $3".to_owned(), vec![Value::from(11), Value::from(2), Value::from(0)]);
        assert_eq!(values.of(&sql), want);
    }
}
