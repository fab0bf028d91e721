//! The list's filters, sorts and pages as links and a form. The address is the state: nothing is kept elsewhere.

use super::{
    fields::Choice,
    pager::{self, Step},
};
use crate::{
    staff::User,
    tickets::{Assignee, At, Desk, Filter, Order, Page, Priority, Sort, Status, issue_label},
    words::{Language, Text},
};

/// A filter's chip.
#[derive(Debug, Clone)]
pub struct Chip {
    /// What is chosen, or empty.
    pub value: String,
    /// The list without this filter.
    pub clear: String,
}

/// A link of a menu.
#[derive(Debug, Clone)]
pub struct MenuLink {
    pub label: Text,
    pub href: String,
    pub here: bool,
}

/// A column's head.
#[derive(Debug, Clone)]
pub struct Head {
    pub class: &'static str,
    pub label: Text,
    /// Where sorting by it leads; absent when it cannot be sorted by.
    pub href: Option<String>,
    /// `ascending` or `descending` when the list is sorted by it, or empty.
    pub sorted: &'static str,
}

/// Everything above the table.
#[derive(Debug, Clone)]
pub struct Filters {
    pub status: Chip,
    pub statuses: Vec<(Status, bool)>,
    pub issue: Chip,
    pub issues: Vec<Choice>,
    pub priority: Chip,
    pub priorities: Vec<(Priority, bool)>,
    pub technician: Chip,
    pub nobody: bool,
    pub technicians: Vec<Choice>,
    pub created: Chip,
    pub search: Chip,
    pub from: String,
    pub to: String,
    pub spans: Vec<MenuLink>,
    pub sort: Text,
    pub sorts: Vec<MenuLink>,
    pub orders: Vec<MenuLink>,
    /// What the form carries along.
    pub carried: Vec<(&'static str, String)>,
}

/// The list's address with this query.
pub fn href(query: &str) -> String {
    if query.is_empty() { "/tickets".to_owned() } else { format!("/tickets?{query}") }
}

impl Filters {
    /// For a list as `filter` has it.
    pub fn new(filter: &Filter, desk: &Desk, staff: &[User], language: Language) -> Self {
        let say = |text: Text| text.to(language).to_string();
        let labels = |texts: Vec<Text>| texts.into_iter().map(say).collect::<Vec<_>>();
        let brief = |values: &[String]| brief(values).unwrap_or_else(|text| text.to(language).to_string());
        let chip = |value: String, names: &[&str]| {
            let gone: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
            Chip { value, clear: href(&filter.query_with(&gone)) }
        };
        let technicians = technicians(filter, staff, language);
        let chosen = |choices: &[Choice]| -> Vec<String> {
            choices.iter().filter(|choice| choice.chosen).map(|choice| choice.label.clone()).collect()
        };
        let nobody = filter.assigned.contains(&Assignee::Nobody);
        let mut whose = chosen(&technicians);
        if nobody {
            whose.insert(0, say(Text::new("list-unassigned")));
        }
        let issues: Vec<Choice> = desk
            .issue_types
            .all()
            .iter()
            .map(|name| Choice::new(name, &say(issue_label(name)), filter.issue_types.contains(name)))
            .collect();
        Self {
            status: chip(brief(&labels(Status::labels(&filter.statuses))), &["status"]),
            statuses: Status::ALL.map(|status| (status, filter.statuses.contains(&status))).to_vec(),
            issue: chip(brief(&chosen(&issues)), &["issueType"]),
            issues,
            priority: chip(
                brief(&labels(filter.priorities.iter().map(|priority| priority.label()).collect())),
                &["priority"],
            ),
            priorities: Priority::ALL.map(|priority| (priority, filter.priorities.contains(&priority))).to_vec(),
            technician: chip(brief(&whose), &["assignedTo"]),
            nobody,
            technicians,
            created: chip(
                span(&filter.created_from_text, &filter.created_to_text, language),
                &["createdFrom", "createdTo"],
            ),
            search: chip(filter.q.trim().to_owned(), &["q"]),
            from: filter.created_from_text.clone(),
            to: filter.created_to_text.clone(),
            spans: spans(filter, desk),
            sort: sort_words(filter.sort),
            sorts: sorts(filter),
            orders: orders(filter),
            carried: carried(filter),
        }
    }
}

fn technicians(filter: &Filter, staff: &[User], language: Language) -> Vec<Choice> {
    let wanted = |id| filter.assigned.contains(&Assignee::User(id));
    let mut choices: Vec<Choice> =
        staff.iter().map(|user| Choice::new(&user.id.to_string(), &user.name, wanted(user.id))).collect();
    for assignee in &filter.assigned {
        // Somebody who has left, say: the filter is kept, and shown.
        if let Assignee::User(id) = assignee
            && !staff.iter().any(|user| user.id == *id)
        {
            let somebody = Text::new("list-somebody").to(language).to_string();
            choices.push(Choice::new(&id.to_string(), &somebody, true));
        }
    }
    choices
}

/// One or two values in full, more as a number.
fn brief(values: &[String]) -> Result<String, Text> {
    if values.len() > 2 { Err(Text::new("list-chosen").arg("count", values.len())) } else { Ok(values.join(", ")) }
}

fn span(from: &str, to: &str, language: Language) -> String {
    let text = match (from, to) {
        ("", "") => return String::new(),
        (from, to) if from == to => return from.to_owned(),
        (from, "") => Text::new("list-span-from").arg("from", from),
        ("", to) => Text::new("list-span-to").arg("to", to),
        (from, to) => Text::new("list-span").arg("from", from).arg("to", to),
    };
    text.to(language).to_string()
}

/// What a sort is called.
pub const fn sort_words(sort: Sort) -> Text {
    Text::new(match sort {
        Sort::UpdatedAt => "list-sort-updated",
        Sort::CreatedAt => "list-sort-created",
        Sort::TicketRef => "list-sort-reference",
        Sort::Status => "list-sort-status",
        Sort::Priority => "list-sort-priority",
    })
}

fn spans(filter: &Filter, desk: &Desk) -> Vec<MenuLink> {
    let today = desk.today();
    let to = today.to_string();
    let back = |days: i64| today.checked_sub(jiff::Span::new().days(days)).unwrap_or(today).to_string();
    [("list-today", to.clone()), ("list-last-7", back(6)), ("list-last-30", back(29))]
        .into_iter()
        .map(|(key, from)| MenuLink {
            label: Text::new(key),
            href: href(&filter.query_with(&[("createdFrom", &from), ("createdTo", &to)])),
            here: filter.created_from_text == from && filter.created_to_text == to,
        })
        .collect()
}

/// The query for a sort and an order; defaults are left out, so that one list has one address.
fn sorted(filter: &Filter, sort: Sort, order: Order) -> String {
    let sort = if sort == Sort::default() { "" } else { sort.name() };
    let order = if order == Order::default() { "" } else { order.name() };
    href(&filter.query_with(&[("sort", sort), ("order", order)]))
}

fn sorts(filter: &Filter) -> Vec<MenuLink> {
    Sort::ALL
        .map(|sort| MenuLink {
            label: sort_words(sort),
            href: sorted(filter, sort, filter.order),
            here: filter.sort == sort,
        })
        .to_vec()
}

fn orders(filter: &Filter) -> Vec<MenuLink> {
    let words = match filter.sort {
        Sort::UpdatedAt | Sort::CreatedAt | Sort::TicketRef => ["list-newest", "list-oldest"],
        Sort::Status => ["list-closed-first", "list-new-first"],
        Sort::Priority => ["list-urgent-first", "list-low-first"],
    };
    [Order::Descending, Order::Ascending]
        .into_iter()
        .zip(words)
        .map(|(order, key)| MenuLink {
            label: Text::new(key),
            href: sorted(filter, filter.sort, order),
            here: filter.order == order,
        })
        .collect()
}

fn carried(filter: &Filter) -> Vec<(&'static str, String)> {
    let mut carried = Vec::new();
    if !filter.q.is_empty() {
        carried.push(("q", filter.q.clone()));
    }
    if filter.sort != Sort::default() {
        carried.push(("sort", filter.sort.name().to_owned()));
    }
    if filter.order != Order::default() {
        carried.push(("order", filter.order.name().to_owned()));
    }
    if filter.page_size != 25 {
        carried.push(("pageSize", filter.page_size.to_string()));
    }
    carried
}

/// The table's heads.
pub fn heads(filter: &Filter) -> Vec<Head> {
    let columns = [
        ("c-ref", "list-reference", Some(Sort::TicketRef)),
        ("c-client", "list-client", None),
        ("c-issue", "list-issue", None),
        ("c-status", "list-status", Some(Sort::Status)),
        ("c-prio", "list-priority", Some(Sort::Priority)),
        ("c-tech", "list-technician", None),
        ("c-upd", "list-updated", Some(Sort::UpdatedAt)),
    ];
    let head = |(class, key, sort): (_, _, Option<Sort>)| {
        let here = sort == Some(filter.sort);
        let next = if here && filter.order == Order::Descending { Order::Ascending } else { Order::Descending };
        let way = match filter.order {
            Order::Ascending => "ascending",
            Order::Descending => "descending",
        };
        Head {
            class,
            label: Text::new(key),
            href: sort.map(|sort| sorted(filter, sort, next)),
            sorted: if here { way } else { "" },
        }
    };
    columns.map(head).to_vec()
}

/// A number of the pager; no number is a gap.
#[derive(Debug, Clone)]
pub struct Number {
    pub page: Option<u64>,
    pub label: Text,
    pub href: String,
    pub here: bool,
}

/// The pager.
#[derive(Debug, Clone)]
pub struct Pager {
    /// `1–25 of 138`.
    pub range: Text,
    pub numbers: Vec<Number>,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl Pager {
    /// For one page of a list.
    pub fn new(filter: &Filter, page: &Page) -> Self {
        let range = |key| Text::new(key).arg("total", page.counted.text());
        let shown = page.items.len() as u64;
        let At::Page(here) = filter.at else {
            let next = page.next_cursor.as_ref().map(|cursor| href(&filter.query_with(&[("cursor", cursor)])));
            let first = Some(href(&filter.query_with(&[])));
            let range = range("list-stretch").arg("count", shown);
            return Self { range, numbers: Vec::new(), previous: first, next };
        };
        let (here, size) = (u64::from(here), u64::from(filter.page_size));
        let at = |number: u64| {
            let number = if number == 1 { String::new() } else { number.to_string() };
            href(&filter.query_with(&[("page", &number)]))
        };
        let before = (here - 1) * size;
        let numbers = pager::window(here, pager::pages(page.counted.total, size));
        Self {
            range: range("list-range").arg("from", before + 1).arg("to", before + shown),
            numbers: numbers
                .into_iter()
                .map(|step| match step {
                    Step::Page(number) => Number {
                        page: Some(number),
                        label: Text::new("list-page").arg("number", number),
                        href: at(number),
                        here: number == here,
                    },
                    Step::Gap => {
                        Number { page: None, label: Text::new("list-pages"), href: String::new(), here: false }
                    }
                })
                .collect(),
            previous: (here > 1).then(|| at(here - 1)),
            next: page.next_cursor.is_some().then(|| at(here + 1)),
        }
    }
}

/// What a list is called that is no view.
pub fn heading(filter: &Filter, good: bool) -> Text {
    Text::new(if good && !filter.q.trim().is_empty() {
        "list-search"
    } else if good && filter.is_open() {
        "list-all"
    } else {
        "list-tickets"
    })
}

/// Where the file of what is listed is: all of it, whatever page is shown.
pub fn export(filter: &Filter) -> String {
    let query = filter.query_with(&[("pageSize", "")]);
    if query.is_empty() { "/tickets.csv".to_owned() } else { format!("/tickets.csv?{query}") }
}

/// The same, for whoever has to say what for.
pub fn export_reasoned(filter: &Filter) -> String {
    export(filter).replacen("/tickets.csv", "/tickets/export", 1)
}

/// What a parameter is called within a sentence.
pub fn called(name: &str) -> Option<Text> {
    Some(Text::new(match name {
        "status" => "list-the-status",
        "issueType" => "list-the-issue",
        "priority" => "list-the-priority",
        "assignedTo" => "list-the-technician",
        "createdFrom" | "createdTo" => "list-the-date",
        "q" => "list-the-search",
        "sort" | "order" => "list-the-sort",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_stay_short() {
        let values = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!([0, 1, 2].map(|n| brief(&values(n)).unwrap()), ["", "0", "0, 1"]);
        assert_eq!(brief(&values(3)), Err(Text::new("list-chosen").arg("count", 3)));
        let span = |from, to| span(from, to, Language::English);
        assert_eq!(span("", ""), "");
        assert_eq!(span("2026-11-17", ""), "from 2026-11-17");
        assert_eq!(span("", "2026-11-23"), "to 2026-11-23");
        assert_eq!(span("2026-11-23", "2026-11-23"), "2026-11-23");
        assert_eq!(span("2026-11-17", "2026-11-23"), "2026-11-17 to 2026-11-23");
    }
}
