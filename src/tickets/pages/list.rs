//! The list of tickets (FR-TVR-001 to -004).

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use super::{
    fields::{Choice, Problem},
    filters::{self, Filters, Head, Pager},
    path_of,
    views::ViewForm,
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    notifications::Kind,
    staff::{self, SignedIn, User},
    tickets::{
        self, Desk, Filter, Page, Priority, Reference, Status, Ticket, Tickets, bulk, by_key, parameters, views,
    },
    web::{Frame, PageFault, Query, Visit, render},
    words::{Piece, Text, Times, When},
};

/// How much of a description a row carries, in characters; the column shows less.
const SNIPPET: usize = 140;

#[derive(Template)]
#[template(path = "tickets/list.html")]
struct ListPage {
    frame: Frame,
    heading: String,
    count: Option<Text>,
    /// Where the file of what is listed is.
    export: String,
    /// The same, where it has to be said what for.
    export_reasoned: String,
    save: Option<ViewForm>,
    /// The view that one came from, if it is the viewer's own and shows something else: its id, its name, and the query
    /// that it would get.
    update: Option<(Uuid, String, String)>,
    /// The list's one query, for the way back.
    query: String,
    /// How many tickets of the filter one step can change, in words, where they are more than the page shows.
    every: Option<Text>,
    technicians: Vec<Choice>,
    /// Whether an SMS may tell clients of Fixed.
    sends: bool,
    problems: Vec<Problem>,
    filters: Filters,
    heads: Vec<Head>,
    rows: Vec<Row>,
    pager: Option<Pager>,
    empty: Option<Empty>,
    /// For what keeps the page true: the list, and since when it knows of it.
    live_query: String,
    live_since: i64,
}

/// A ticket in the list.
struct Row {
    id: Uuid,
    version: i64,
    href: String,
    reference: Reference,
    logged: When,
    client: String,
    /// Whether the client was erased.
    erased: bool,
    phone: String,
    issue_type: String,
    snippet: String,
    status: Status,
    priority: Priority,
    /// Short, and in full.
    technician: Option<(String, String)>,
    updated: When,
}

#[derive(Template)]
#[template(path = "tickets/_row.html")]
struct RowAlone<'a> {
    frame: &'a Frame,
    row: Row,
}

/// A ticket's row, as an open list is given it when the ticket has changed.
///
/// # Errors
/// Only a fault of ours.
pub fn row(frame: &Frame, desk: &Desk, ticket: &Ticket) -> Result<String, Fault> {
    let page = RowAlone { frame, row: Row::new(ticket, desk, &desk.times(frame.visit.language)) };
    page.render().map_err(|error| Fault::Unexpected(anyhow::anyhow!("template: {error}")))
}

/// What stands where there are no rows.
struct Empty {
    icon: &'static str,
    heading: Text,
    text: Text,
    /// Address, icon and words of each way on.
    actions: Vec<(String, &'static str, Text)>,
}

/// `GET /tickets`.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
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
    // Before anything is read: what is logged from here on may be missing on the page.
    let live_since = state.desk.clock.now() - 1;
    let (desk, wanted, listed, by) = (state.desk.clone(), filter.clone(), refusal.rows, user.id);
    let read = move |tx: &mut Tx<'_>| {
        let page = if listed { Some(tickets::list(tx, &desk, &wanted)?) } else { None };
        Ok::<_, Fault>((page, staff::technicians(tx, &desk.vault)?, views::visible(tx, &desk.vault, by)?))
    };
    let (page, staff, saved) = state.db.read(read).await?;
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    let (query, good) = (filter.canonical(), refusal.status == StatusCode::OK);
    if good {
        frame.place = filters::href(&query);
    }
    let title = frame.view().map_or_else(|| filters::heading(&filter, good), |view| view.label.clone());
    let heading = frame.say(&title).to_string();
    frame.title = frame.visit.title(title, good);
    let times = state.desk.times(frame.visit.language);
    let live_query = if refusal.rows { query.clone() } else { String::new() };
    let rows =
        page.as_ref().map(|page| page.items.iter().map(|ticket| Row::new(ticket, &state.desk, &times)).collect());
    let found = page.as_ref().filter(|page| !page.items.is_empty());
    let here = saved.iter().find(|view| view.query == query).map(|view| view.id);
    let came_from = frame.visit.view;
    let update = saved.iter().find(|view| Some(view.id) == came_from && view.may_change(user.id));
    let save = good && !query.is_empty() && !frame.is_saved();
    // Another view, all tickets or a new search is another start.
    let leaves = frame.view().is_some() || filter.only_searches();
    let page = ListPage {
        update: update.filter(|_| save && !leaves).map(|view| (view.id, view.name.clone(), query.clone())),
        every: found.and_then(every),
        sends: state.desk.outbox.why_no_sms_at_all(Kind::Fixed).is_none(),
        technicians: staff.iter().map(|user| Choice::new(&user.id.to_string(), &user.name, false)).collect(),
        heading,
        count: page.as_ref().map(count_words),
        export: filters::export(&filter),
        export_reasoned: filters::export_reasoned(&filter),
        save: save.then(|| ViewForm::new(&query, &state.desk)),
        query,
        problems: refusal.problems,
        filters: Filters::new(&filter, &state.desk, &staff, frame.visit.language),
        heads: if refusal.rows { filters::heads(&filter) } else { Vec::new() },
        rows: rows.unwrap_or_default(),
        pager: found.map(|page| Pager::new(&filter, page)),
        empty: page.as_ref().filter(|page| page.items.is_empty()).map(|page| Empty::new(&filter, page.counted.total)),
        live_query,
        live_since,
        frame,
    };
    let mut response = page.frame.respond(refusal.status, &page);
    if good {
        remember_view(&mut response, state, came_from, here, leaves);
    }
    Ok(response)
}

/// Remembers the saved view that is shown, until another view is: what it is narrowed to meanwhile can become its filter.
fn remember_view(response: &mut Response, state: &Tickets, was: Option<Uuid>, here: Option<Uuid>, leaves: bool) {
    if here == was || (here.is_none() && !leaves) {
        return;
    }
    let mut cookie = state.chrome.cookie(render::VIEW, &here.map(|id| id.to_string()).unwrap_or_default());
    if here.is_none() {
        cookie.make_removal();
    }
    render::set_cookie(response.headers_mut(), &cookie);
}

/// The words of the box that stands for all that the filter finds, where that is more than the page shows.
fn every(page: &Page) -> Option<Text> {
    let most = bulk::MOST as u64;
    let all = page.counted;
    (all.total > page.items.len() as u64).then(|| {
        if all.total > most {
            Text::new("list-first").arg("count", most)
        } else {
            Text::new("list-every").arg("count", all.total)
        }
    })
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
        message: if fault.field == "q" { fault.message } else { parameters::named(fault) },
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
    let problem = |(name, value): &(String, String)| Problem { field: String::new(), message: gone(name, value) };
    let problems = known.gone.iter().map(problem).collect();
    Ok(Some((filter, Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, problems, rows: true })))
}

fn gone(name: &str, value: &str) -> Text {
    let text = Text::new("list-gone").arg("value", value);
    match filters::called(name) {
        Some(what) => text.arg("what", what),
        None => text.arg("what", name),
    }
}

fn count_words(page: &Page) -> Text {
    Text::new("list-count").arg("count", page.counted.total).arg("shown", page.counted.text())
}

impl Row {
    fn new(ticket: &Ticket, desk: &Desk, times: &Times) -> Self {
        Self {
            id: ticket.id,
            version: ticket.version,
            href: path_of(&ticket.reference),
            reference: ticket.reference.clone(),
            logged: times.day_and_time(ticket.created_at),
            client: ticket.client_name.clone(),
            erased: ticket.erased_at.is_some(),
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
        let (heading, text, action) = if total > 0 {
            let first = (filters::href(&filter.query_with(&[])), "chevron-left", Text::new("list-first-page"));
            ("list-past-end", "list-past-end-text", first)
        } else if filter.is_open() {
            let new = ("/tickets/new".to_owned(), "plus", Text::new("list-new"));
            ("list-empty", "list-empty-text", new)
        } else if filter.q.trim().is_empty() {
            ("list-no-match", "list-no-match-text", ("/tickets".to_owned(), "list", Text::new("list-all")))
        } else {
            return Self::nothing_found(filter);
        };
        let icon = if total > 0 { "list" } else { "inbox" };
        Self { icon, heading: Text::new(heading), text: Text::new(text), actions: vec![action] }
    }

    fn nothing_found(filter: &Filter) -> Self {
        let q = filter.q.trim();
        let wide = form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish();
        let narrow = filter.query_with(&[("sort", ""), ("order", ""), ("pageSize", "")]);
        let filtered = narrow != form_urlencoded::Serializer::new(String::new()).append_pair("q", &filter.q).finish();
        let mut actions = vec![log_link(q)];
        if filtered {
            actions.push((filters::href(&wide), "search", Text::new("list-search-all")));
        } else {
            actions.push(("/tickets".to_owned(), "list", Text::new("list-all")));
        }
        Self {
            icon: if is_number(q) { "phone" } else { "search" },
            heading: Text::new("list-none-for"),
            text: Text::new(if filtered { "list-searched-filtered" } else { "list-searched" }),
            actions,
        }
    }
}

/// The way to a new ticket for what was searched: a number or a name is filled in.
pub fn log_link(q: &str) -> (String, &'static str, Text) {
    let (field, key) = if is_number(q) {
        ("clientPhone", "list-log-number")
    } else if q.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | ':')) {
        return ("/tickets/new".to_owned(), "plus", Text::new("list-new"));
    } else {
        ("clientName", "list-log-client")
    };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(field, q).finish();
    (format!("/tickets/new?{query}"), "plus", Text::new(key))
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
