//! The part of a filter that is typed into the search box: `status:open`, `tech:tomasz`, `after:2026-11-01`.

use uuid::Uuid;

use super::{
    Assignee, Desk, Filter, Priority, Span, Status, Ticket,
    filter::{Edge, read_day},
};
use crate::{
    db::{Db, Tx},
    fault::{Fault, FieldFault},
    search::{self, Cond, Field},
    staff::{self, Role},
    words::Text,
};

/// What terms that name a field ask for; they narrow what the other parameters let through.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    statuses: Vec<Status>,
    issue_types: Vec<String>,
    priorities: Vec<Priority>,
    /// Names, of which each has to fit.
    technicians: Vec<String>,
    nobody: bool,
    from: Option<i64>,
    before: Option<i64>,
    /// When the ticket became Fixed, each of which has to hold; and whether it was opened again afterwards.
    fixed: Vec<(Span, bool)>,
    /// Two terms shut each other out.
    nothing: bool,
}

impl Terms {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let Self { statuses, issue_types, priorities, technicians, nobody, from, before, fixed, nothing } = self;
        let lists = statuses.is_empty() && issue_types.is_empty() && priorities.is_empty() && technicians.is_empty();
        lists && fixed.is_empty() && !nobody && from.is_none() && before.is_none() && !nothing
    }

    /// Reads one term; a phone number or an account id comes back as a condition of the search.
    ///
    /// # Errors
    /// What is wrong with the value, and what to write.
    pub(super) fn read(&mut self, field: Field, value: &str, desk: &Desk) -> Result<Option<Cond>, Text> {
        match field {
            Field::Status => {
                let wanted = each(value, Status::parse_loosely)
                    .ok_or_else(|| Text::new("filter-term-status").arg("choices", Status::names(&Status::ALL)))?;
                self.nothing |= !meet(&mut self.statuses, wanted);
            }
            Field::Priority => {
                let names = || Priority::ALL.map(Priority::name).join(", ");
                let wanted = each(value, Priority::parse)
                    .ok_or_else(|| Text::new("filter-term-priority").arg("choices", names()))?;
                self.nothing |= !meet(&mut self.priorities, wanted);
            }
            Field::Type => {
                let wanted = types(value, desk);
                if wanted.is_empty() {
                    return Err(Text::new("filter-term-type").arg("choices", desk.issue_types.all().join(", ")));
                }
                self.nothing |= !meet(&mut self.issue_types, wanted);
            }
            Field::Tech if value.eq_ignore_ascii_case("none") => self.nobody = true,
            Field::Tech => self.technicians.push(value.to_owned()),
            Field::Before => {
                let at = read_day(value, desk, Edge::From).ok_or_else(|| no_day("before"))?;
                self.before = Some(self.before.map_or(at, |other| other.min(at)));
            }
            Field::After => {
                let at = read_day(value, desk, Edge::From).ok_or_else(|| no_day("after"))?;
                self.from = Some(self.from.map_or(at, |other| other.max(at)));
            }
            Field::Fixed | Field::Reopened => {
                let span = Span::read(value, desk).ok_or_else(|| {
                    let name = if field == Field::Fixed { "fixed" } else { "reopened" };
                    Text::new("filter-term-days").arg("field", name)
                })?;
                self.fixed.push((span, field == Field::Reopened));
            }
            Field::Phone => {
                let found = search::phone(value, &desk.phone_forms());
                return found.map(Some).ok_or_else(|| Text::new("filter-term-phone"));
            }
            Field::Account => return Ok(Some(search::account(value))),
        }
        Ok(None)
    }
}

impl Filter {
    /// Whether the technicians whom its search names exist, which only the database knows.
    ///
    /// # Errors
    /// [`Fault::Invalid`], and the database's.
    pub async fn check(&self, db: &Db, desk: &Desk) -> Result<(), Fault> {
        if self.terms.technicians.is_empty() {
            return Ok(());
        }
        let (filter, desk) = (self.clone(), desk.clone());
        db.read(move |tx| Narrowed::of(tx, &desk, &filter).map(drop)).await
    }
}

/// A filter with its terms met: what the list is really narrowed by.
#[derive(Debug)]
pub(super) struct Narrowed {
    pub statuses: Vec<Status>,
    pub issue_types: Vec<String>,
    pub priorities: Vec<Priority>,
    pub assigned: Vec<Assignee>,
    pub created_from: Option<i64>,
    pub created_before: Option<i64>,
    pub fixed: Vec<(Span, bool)>,
    pub search: Option<Cond>,
}

impl Narrowed {
    /// Looks up the technicians whom the terms name.
    ///
    /// # Errors
    /// [`Fault::Invalid`] for a name that no technician has.
    pub fn of(tx: &mut Tx<'_>, desk: &Desk, filter: &Filter) -> Result<Self, Fault> {
        let terms = &filter.terms;
        let mut narrowed = Self {
            statuses: filter.statuses.clone(),
            issue_types: filter.issue_types.clone(),
            priorities: filter.priorities.clone(),
            assigned: filter.assigned.clone(),
            created_from: filter.created_from.into_iter().chain(terms.from).max(),
            created_before: filter.created_before.into_iter().chain(terms.before).min(),
            fixed: terms.fixed.clone(),
            search: filter.search.clone(),
        };
        let mut passes = !terms.nothing
            && meet(&mut narrowed.statuses, terms.statuses.clone())
            && meet(&mut narrowed.issue_types, terms.issue_types.clone())
            && meet(&mut narrowed.priorities, terms.priorities.clone());
        if terms.nobody {
            passes &= meet(&mut narrowed.assigned, vec![Assignee::Nobody]);
        }
        if !terms.technicians.is_empty() {
            let known = staff::users_of(tx, &desk.vault, Role::Technician)?;
            let known: Vec<(Uuid, String)> = known.into_iter().map(|user| (user.id, user.name)).collect();
            for name in &terms.technicians {
                passes &= meet(&mut narrowed.assigned, called(&known, name)?);
            }
        }
        if !passes {
            narrowed.search = Some(Cond::Any(Vec::new()));
        }
        Ok(narrowed)
    }

    /// Whether it lets a ticket through, as far as that can be told without its texts.
    pub fn lets(&self, ticket: &Ticket) -> bool {
        let mut holders = self.assigned.iter();
        let held = |one: &Assignee| match one {
            Assignee::Nobody => ticket.assigned_to.is_none(),
            Assignee::User(id) => ticket.has_technician(*id),
        };
        (self.statuses.is_empty() || self.statuses.contains(&ticket.status))
            && (self.issue_types.is_empty() || self.issue_types.contains(&ticket.issue_type))
            && (self.priorities.is_empty() || self.priorities.contains(&ticket.priority))
            && (self.assigned.is_empty() || holders.any(held))
            && self.created_from.is_none_or(|from| ticket.created_at >= from)
            && self.created_before.is_none_or(|before| ticket.created_at < before)
    }
}

fn called(known: &[(Uuid, String)], name: &str) -> Result<Vec<Assignee>, Fault> {
    let fits = known.iter().filter(|(_, other)| search::is_called(other, name));
    let found: Vec<Assignee> = fits.map(|(id, _)| Assignee::User(*id)).collect();
    if found.is_empty() {
        let names: Vec<&str> = known.iter().map(|(_, name)| name.as_str()).take(10).collect();
        let message = if names.is_empty() {
            Text::new("filter-term-tech-none")
        } else {
            Text::new("filter-term-tech").arg("names", names.join(", "))
        };
        return Err(Fault::field("q", "invalid", message));
    }
    Ok(found)
}

fn no_day(field: &str) -> Text {
    Text::new("filter-term-day").arg("field", field)
}

/// Comma-separated values, if all of them can be read.
fn each<T>(value: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').map(str::trim).map(parse).collect()
}

/// The issue types with these words, or with any of several lists of words between commas.
fn types(value: &str, desk: &Desk) -> Vec<String> {
    let wanted: Vec<&str> = value.split(',').collect();
    let fits = |name: &&String| wanted.iter().any(|one| search::is_called(name, one));
    desk.issue_types.all().iter().filter(fits).cloned().collect()
}

/// Leaves in `have` what is also wanted, where an empty list stands for everything; `false` if nothing is left.
fn meet<T: PartialEq>(have: &mut Vec<T>, wanted: Vec<T>) -> bool {
    if wanted.is_empty() {
        return true;
    }
    if have.is_empty() {
        *have = wanted;
        return true;
    }
    have.retain(|one| wanted.contains(one));
    !have.is_empty()
}

/// A fault of the search box.
pub(super) fn fault(message: Text) -> FieldFault {
    FieldFault::new("q", "invalid", message)
}
