//! The list of tickets (FR-TVR-001 to -004).

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use super::{
    fields::Problem,
    filters::{self, Filters, Head, Pager},
    path_of, times,
    times::{Times, When},
    views::ViewForm,
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{self, Admin, User},
    tickets::{self, Desk, Filter, Page, Priority, Reference, Status, Ticket, Tickets, by_key, views},
    web::{Frame, PageFault, Query, Visit},
};

/// How much of a description a row carries, in characters; the column shows less.
const SNIPPET: usize = 140;

#[derive(Template)]
#[template(path = "tickets/list.html")]
struct ListPage {
    frame: Frame,
    heading: String,
    count: String,
    /// Where the file of what is listed is.
    export: String,
    save: Option<ViewForm>,
    problems: Vec<Problem>,
    filters: Filters,
    heads: Vec<Head>,
    rows: Vec<Row>,
    pager: Option<Pager>,
    empty: Option<Empty>,
}

/// A ticket in the list.
struct Row {
    id: Uuid,
    href: String,
    reference: Reference,
    logged: When,
    client: String,
    phone: String,
    issue_type: String,
    snippet: String,
    status: Status,
    priority: Priority,
    /// Short, and in full.
    technician: Option<(String, String)>,
    updated: When,
}

/// What stands where there are no rows.
struct Empty {
    icon: &'static str,
    heading: String,
    text: String,
    actions: Vec<(String, &'static str, &'static str)>,
}

/// `GET /tickets`.
pub async fn show(
    State(state): State<Tickets>,
    Admin(user): Admin,
    visit: Visit,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    let read = async {
        let filter = Filter::parse(&pairs, &state.desk)?;
        filter.check(&state.db, &state.desk).await?;
        Ok(filter)
    };
    let filter = match read.await {
        Ok(filter) => filter,
        Err(Fault::Invalid(faults)) => return refused(&state, &user, visit, &pairs, faults).await,
        Err(other) => return Err(other.into()),
    };
    if let Some(path) = whole_reference(&state, &pairs).await? {
        return Ok(Redirect::to(&path).into_response());
    }
    respond(&state, &user, visit, filter, Refusal::none()).await
}

/// What is wrong with the address that was asked for.
struct Refusal {
    status: StatusCode,
    problems: Vec<Problem>,
    /// Whether the tickets that the rest of the filter finds are shown all the same.
    rows: bool,
}

impl Refusal {
    /// Nothing is wrong.
    fn none() -> Self {
        Self { status: StatusCode::OK, problems: Vec::new(), rows: true }
    }
}

async fn respond(
    state: &Tickets,
    user: &User,
    visit: Visit,
    filter: Filter,
    refusal: Refusal,
) -> Result<Response, PageFault> {
    let (desk, wanted, listed) = (state.desk.clone(), filter.clone(), refusal.rows);
    let read = move |tx: &mut Tx<'_>| {
        let page = if listed { Some(tickets::list(tx, &desk, &wanted)?) } else { None };
        Ok::<_, Fault>((page, staff::technicians(tx, &desk.vault)?))
    };
    let (page, staff) = state.db.read(read).await?;
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    let (query, good) = (filter.canonical(), refusal.status == StatusCode::OK);
    if good {
        frame.place = filters::href(&query);
    }
    let heading = frame.view().map_or_else(|| filters::heading(&filter, good).to_owned(), |view| view.label.clone());
    frame.title = format!("{}{heading}", if good { "" } else { "Error: " });
    let times = times(&state.desk);
    let rows =
        page.as_ref().map(|page| page.items.iter().map(|ticket| Row::new(ticket, &state.desk, &times)).collect());
    let found = page.as_ref().filter(|page| !page.items.is_empty());
    let page = ListPage {
        heading,
        count: page.as_ref().map(count_words).unwrap_or_default(),
        export: filters::export(&filter),
        save: (good && !query.is_empty() && !frame.is_saved()).then(|| ViewForm::new(&query, &state.desk)),
        problems: refusal.problems,
        filters: Filters::new(&filter, &state.desk, &staff),
        heads: if refusal.rows { filters::heads(&filter) } else { Vec::new() },
        rows: rows.unwrap_or_default(),
        pager: found.map(|page| Pager::new(&filter, page)),
        empty: page.as_ref().filter(|page| page.items.is_empty()).map(|page| Empty::new(&filter, page.counted.total)),
        frame,
    };
    Ok(page.frame.respond(refusal.status, &page))
}

/// The page of the ticket, when the search is nothing but its whole reference.
async fn whole_reference(state: &Tickets, pairs: &[(String, String)]) -> Result<Option<String>, Fault> {
    let [(name, text)] = pairs else { return Ok(None) };
    let Some(reference) = (name == "q").then(|| Reference::parse(text)).flatten() else { return Ok(None) };
    let desk = state.desk.clone();
    match state.db.read(move |tx| by_key(tx, &desk.vault, reference.as_str())).await {
        Ok(ticket) => Ok(Some(path_of(&ticket.reference))),
        Err(Fault::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The page for a query that has faults: 422, with those of its filters that are good.
async fn refused(
    state: &Tickets,
    user: &User,
    visit: Visit,
    pairs: &[(String, String)],
    faults: Vec<FieldFault>,
) -> Result<Response, PageFault> {
    if let Some((filter, refusal)) = of_another_time(state, user, &visit, pairs).await? {
        return respond(state, user, visit, filter, refusal).await;
    }
    let is_good = |name: &str| !faults.iter().any(|fault| fault.field == name);
    let good: Vec<(String, String)> = pairs.iter().filter(|(name, _)| is_good(name)).cloned().collect();
    let filter = Filter::parse(&good, &state.desk).or_else(|_| Filter::parse(&[], &state.desk))?;
    let problem = |fault: FieldFault| Problem {
        field: String::new(),
        // What is wrong with the search says so itself.
        message: if fault.field == "q" { fault.message } else { format!("{}: {}", fault.field, fault.message) },
    };
    let problems = faults.into_iter().map(problem).collect();
    let refusal = Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, problems, rows: false };
    respond(state, user, visit, filter, refusal).await
}

/// A saved view that opens with what is still known of its filter, and says what is not.
async fn of_another_time(
    state: &Tickets,
    user: &User,
    visit: &Visit,
    pairs: &[(String, String)],
) -> Result<Option<(Filter, Refusal)>, Fault> {
    let (vault, by, path) = (state.desk.vault.clone(), user.id, visit.path.clone());
    let saved = state.db.read(move |tx| views::visible(tx, &vault, by)).await?;
    if saved.iter().all(|view| filters::href(&view.query) != path) {
        return Ok(None);
    }
    let known = views::known_parts(pairs, &state.desk);
    let Ok(filter) = Filter::parse(&known.pairs, &state.desk) else { return Ok(None) };
    let problem = |(name, value): &(String, String)| Problem {
        field: String::new(),
        message: format!(
            "This view asks for {} “{value}”, which is no longer known. It is shown without that.",
            filters::called(name)
        ),
    };
    let problems = known.gone.iter().map(problem).collect();
    Ok(Some((filter, Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, problems, rows: true })))
}

fn count_words(page: &Page) -> String {
    let noun = if page.counted.total == 1 { "ticket" } else { "tickets" };
    format!("{} {noun}", page.counted)
}

impl Row {
    fn new(ticket: &Ticket, desk: &Desk, times: &Times) -> Self {
        Self {
            id: ticket.id,
            href: path_of(&ticket.reference),
            reference: ticket.reference.clone(),
            logged: times.day_and_time(ticket.created_at),
            client: ticket.client_name.clone(),
            phone: ticket.client_phone.shown_in(desk.region.as_ref()),
            issue_type: ticket.issue_type.clone(),
            snippet: snippet(&ticket.description),
            status: ticket.status,
            priority: ticket.priority,
            technician: ticket.assigned_to.as_ref().map(|person| (short(&person.name), person.name.clone())),
            updated: times.ago(ticket.updated_at),
        }
    }
}

/// A name as a narrow column has room for it: `Aisha B.`
fn short(name: &str) -> String {
    let mut words = name.split_whitespace();
    let (first, last) = (words.next().unwrap_or(""), words.next_back());
    match last.and_then(|word| word.chars().next()) {
        Some(initial) => format!("{first} {initial}."),
        None => first.to_owned(),
    }
}

/// The beginning of a text in one line.
fn snippet(text: &str) -> String {
    // A character of UTF-8 has at most four bytes: no need to walk through all of a long text.
    let words: Vec<&str> = text.split_whitespace().take(SNIPPET).collect();
    words.join(" ").chars().take(SNIPPET).collect()
}

impl Empty {
    fn new(filter: &Filter, total: u64) -> Self {
        let all = ("/tickets".to_owned(), "list", "All tickets");
        if total > 0 {
            return Self {
                icon: "list",
                heading: "There is nothing on this page".to_owned(),
                text: "The list ends before it.".to_owned(),
                actions: vec![(filters::href(&filter.query_with(&[])), "chevron-left", "Go to the first page")],
            };
        }
        if filter.is_open() {
            return Self {
                icon: "inbox",
                heading: "No tickets yet".to_owned(),
                text: "Log the first one when a client calls.".to_owned(),
                actions: vec![("/tickets/new".to_owned(), "plus", "New ticket")],
            };
        }
        if filter.q.trim().is_empty() {
            return Self {
                icon: "inbox",
                heading: "No ticket matches these filters".to_owned(),
                text: "Take a filter away to see more.".to_owned(),
                actions: vec![all],
            };
        }
        Self::nothing_found(filter)
    }

    fn nothing_found(filter: &Filter) -> Self {
        let q = filter.q.trim();
        let wide = form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish();
        let narrow = filter.query_with(&[("sort", ""), ("order", ""), ("pageSize", "")]);
        let filtered = narrow != form_urlencoded::Serializer::new(String::new()).append_pair("q", &filter.q).finish();
        let place = if filtered { ", among the tickets that the filters let through" } else { "" };
        let mut actions = vec![log_link(q)];
        if filtered {
            actions.push((filters::href(&wide), "search", "Search every ticket"));
        } else {
            actions.push(("/tickets".to_owned(), "list", "All tickets"));
        }
        Self {
            icon: if is_number(q) { "phone" } else { "search" },
            heading: format!("No ticket for {q}"),
            text: format!(
                "Searched names, phone numbers, references, e-mail addresses, accounts, descriptions and notes{place}. \
                 Every word must match. Fields narrow a search: status:open, tech:name, after:2026-11-01."
            ),
            actions,
        }
    }
}

/// The way to a new ticket for what was searched: a number or a name is filled in.
fn log_link(q: &str) -> (String, &'static str, &'static str) {
    let (field, label) = if is_number(q) {
        ("clientPhone", "Log a ticket for this number")
    } else if q.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | ':')) {
        return ("/tickets/new".to_owned(), "plus", "New ticket");
    } else {
        ("clientName", "Log a ticket for this client")
    };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(field, q).finish();
    (format!("/tickets/new?{query}"), "plus", label)
}

/// Whether a search looks like a phone number: at least five digits and nothing else but what people write in one.
fn is_number(q: &str) -> bool {
    q.chars().filter(char::is_ascii_digit).count() >= 5
        && q.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '(' | ')' | '.' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_looks_like_a_number_fills_in_the_phone() {
        for (q, want) in [
            ("07700 900555", "/tickets/new?clientPhone=07700+900555"),
            ("+44 (0) 7700-900555", "/tickets/new?clientPhone=%2B44+%280%29+7700-900555"),
            ("Zoë", "/tickets/new?clientName=Zo%C3%AB"),
            ("1234", "/tickets/new"),
            ("LF-204417", "/tickets/new"),
            ("a@b.com", "/tickets/new"),
        ] {
            assert_eq!(log_link(q).0, want, "{q}");
        }
    }

    #[test]
    fn names_are_short() {
        for (name, want) in
            [("Aisha Bello", "Aisha B."), ("Mei-Ling van Chow", "Mei-Ling C."), ("Cher", "Cher"), ("", "")]
        {
            assert_eq!(short(name), want);
        }
    }

    #[test]
    fn a_snippet_is_one_short_line() {
        assert_eq!(snippet(" a\n\n b\t c "), "a b c");
        assert_eq!(snippet(&"é".repeat(10_000)).chars().count(), SNIPPET);
        assert_eq!(snippet(&"a ".repeat(5000)).chars().count(), SNIPPET);
    }
}
