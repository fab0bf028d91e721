//! What a report is asked: which days, and the list's filters. The address says it, so that a report can be kept and
//! sent.

use jiff::{civil::Date, tz::TimeZone};

use super::days::{Days, EARLIEST, Grain, LATEST, Period};
use crate::{
    fault::{Fault, FieldFault},
    tickets::{Assignee, Desk, Filter, Priority, Status},
    words::Text,
};

/// The filters that reports share with the list.
pub const FILTERS: [&str; 4] = ["status", "issueType", "priority", "assignedTo"];

/// A question to a report.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The period that was asked for by name; nothing when two days were.
    pub period: Option<Period>,
    /// All the days.
    pub days: Days,
    /// How long a bar is.
    pub grain: Grain,
    /// The days of each bar.
    pub bars: Vec<Days>,
    /// Today, in the ISP's time zone.
    pub today: Date,
    /// That time zone.
    pub zone: TimeZone,
    /// The list's filters.
    pub facets: Facets,
}

/// The list's filters, as the tickets are now.
#[derive(Debug, Clone, Default)]
pub struct Facets {
    /// Any of these, or all when empty; so for the next ones.
    pub statuses: Vec<Status>,
    /// By name.
    pub issue_types: Vec<String>,
    /// By urgency.
    pub priorities: Vec<Priority>,
    /// Whose.
    pub assigned: Vec<Assignee>,
}

impl Facets {
    fn take(&mut self, filter: Filter) {
        self.statuses.extend(filter.statuses);
        self.issue_types.extend(filter.issue_types);
        self.priorities.extend(filter.priorities);
        self.assigned.extend(filter.assigned);
    }

    /// Whether all tickets are let through.
    pub const fn are_open(&self) -> bool {
        self.statuses.is_empty()
            && self.issue_types.is_empty()
            && self.priorities.is_empty()
            && self.assigned.is_empty()
    }

    /// Those of some statuses that the filter lets through.
    pub fn of(&self, statuses: &[Status]) -> Vec<Status> {
        let passes = |status: &Status| self.statuses.is_empty() || self.statuses.contains(status);
        statuses.iter().copied().filter(passes).collect()
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.statuses.iter().map(|status| ("status", status.name().to_owned())));
        pairs.extend(self.issue_types.iter().map(|name| ("issueType", name.clone())));
        pairs.extend(self.priorities.iter().map(|priority| ("priority", priority.name().to_owned())));
        pairs.extend(self.assigned.iter().map(|one| ("assignedTo", whose(*one))));
        pairs
    }
}

impl Ask {
    /// Reads a query string's pairs. Beside the question there are the faults of what could not be read, for which the
    /// question has what it has without them.
    pub fn read(pairs: &[(String, String)], desk: &Desk) -> (Self, Vec<FieldFault>) {
        let mut faults = Vec::new();
        let (ours, filters): (Vec<_>, Vec<_>) =
            pairs.iter().cloned().partition(|(name, _)| !FILTERS.contains(&name.as_str()));
        let mut facets = Facets::default();
        for name in FILTERS {
            // One by one, so that what is good is kept.
            let filters: Vec<_> = filters.iter().filter(|(other, _)| other == name).cloned().collect();
            match Filter::parse(&filters, desk) {
                Ok(filter) => facets.take(filter),
                Err(Fault::Invalid(more)) => faults.extend(more),
                Err(_) => {}
            }
        }
        let one = |name: &str| {
            let value = ours.iter().rev().find(|(key, value)| key == name && !value.is_empty());
            value.map(|(_, value)| value.clone())
        };
        let (period, from, to) = (one("period"), one("from"), one("to"));
        for (name, _) in ours.iter().filter(|(name, _)| !["period", "from", "to"].contains(&name.as_str())) {
            let shown: String = name.chars().take(64).collect();
            faults.push(FieldFault::new(shown, "unknown", Text::new("reports-no-filter")));
        }
        let today = desk.today();
        let named = period.as_deref().and_then(Period::parse);
        if period.is_some() && named.is_none() {
            faults.push(FieldFault::new("period", "invalid", Text::new("reports-no-period")));
        }
        let range = range(from.as_deref(), to.as_deref(), today, &mut faults);
        let period = if range.is_some() { None } else { Some(named.unwrap_or_default()) };
        let (first, last) = range.unwrap_or_else(|| period.unwrap_or_default().days(today));
        let days = Days::new(first, last, &desk.zone);
        let (grain, bars) = days.bars(&desk.zone);
        (Self { period, days, grain, bars, today, zone: desk.zone.clone(), facets }, faults)
    }

    /// The address of a report, or of all of them, for the same question with some parameters replaced: an empty list
    /// takes one out. Days that are asked for anew replace those before.
    pub fn address(&self, path: &str, replaced: &[(&str, &str)]) -> String {
        let mut pairs = self.facets.pairs();
        match self.period {
            Some(period) if period == Period::default() => {}
            Some(period) => pairs.push(("period", period.name().to_owned())),
            None => {
                pairs.push(("from", self.days.first.to_string()));
                pairs.push(("to", self.days.last.to_string()));
            }
        }
        let days = ["period", "from", "to"];
        let anew = replaced.iter().any(|(name, _)| days.contains(name));
        let goes = |name: &str| replaced.iter().any(|(other, _)| *other == name) || (anew && days.contains(&name));
        pairs.retain(|(name, _)| !goes(name));
        pairs.extend(
            replaced.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, (*value).to_owned())),
        );
        address(path, &pairs)
    }

    /// The list of what was logged on these days. Days without a beginning or an end are left open.
    pub fn logged(&self, days: &Days, more: &[(&'static str, String)]) -> String {
        let mut all = more.to_vec();
        if days.first > EARLIEST {
            all.push(("createdFrom", days.first.to_string()));
        }
        if days.last < LATEST {
            all.push(("createdTo", days.last.to_string()));
        }
        self.list(&all)
    }

    /// The list of what became Fixed on these days.
    pub fn fixed(&self, days: &Days) -> String {
        self.list(&[("q", format!("fixed:{}", days.term()))])
    }

    /// The list of what became Fixed on these days and was opened again afterwards.
    pub fn reopened(&self, days: &Days) -> String {
        self.list(&[("q", format!("reopened:{}", days.term()))])
    }

    /// The address of the list of those tickets that pass the filters and what is `more`.
    pub fn list(&self, more: &[(&'static str, String)]) -> String {
        let mut pairs = self.facets.pairs();
        pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        pairs.extend(more.iter().cloned());
        address("/tickets", &pairs)
    }
}

/// As the list's filter has it.
pub fn whose(one: Assignee) -> String {
    match one {
        Assignee::Nobody => "none".to_owned(),
        Assignee::User(id) => id.to_string(),
    }
}

fn address(path: &str, pairs: &[(&str, String)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The days between two, of which one may be left out: from then until today, or that day alone.
fn range(from: Option<&str>, to: Option<&str>, today: Date, faults: &mut Vec<FieldFault>) -> Option<(Date, Date)> {
    let mut read = |name: &str, text: Option<&str>| {
        let day = text?.parse().ok().filter(|day| (EARLIEST..=LATEST).contains(day));
        if day.is_none() {
            let (first, last) = (EARLIEST.to_string(), LATEST.to_string());
            let message = Text::new("reports-no-day").arg("first", first).arg("last", last);
            faults.push(FieldFault::new(name, "invalid", message));
        }
        day
    };
    let (from, to): (Option<Date>, Option<Date>) = (read("from", from), read("to", to));
    if !faults.is_empty() {
        return None;
    }
    let (first, last) = match (from, to) {
        (None, None) => return None,
        (Some(first), None) => (first, today.max(first)),
        (None, Some(last)) => (last, last),
        (Some(first), Some(last)) => (first, last),
    };
    if first > last {
        faults.push(FieldFault::new("to", "invalid", Text::new("reports-days-swapped")));
        return None;
    }
    Some((first, last))
}
