//! Tickets under the search box while one types: HTML options, which a script puts there.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use super::{list::log_link, path_of};
use crate::{
    fault::Fault,
    staff::SignedIn,
    tickets::{self, Filter, Status, Tickets},
    web::{Frame, PageFault, Query, Visit},
    words::{Text, When},
};

/// Options at most.
const MOST: u32 = 6;

#[derive(Template)]
#[template(path = "tickets/find.html")]
struct Options {
    frame: Frame,
    rows: Vec<Row>,
    /// Where a new ticket for what was typed is, and its words.
    new: (String, Text),
    found: Text,
}

struct Row {
    href: String,
    reference: String,
    client: String,
    erased: bool,
    phone: String,
    issue_type: String,
    status: Status,
    updated: When,
}

/// `GET /tickets/find?q=…`: the latest tickets that the search finds. What is not yet a search finds none.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let q = query.get("q").unwrap_or("").trim().to_owned();
    let pairs = [("q".to_owned(), q.clone()), ("pageSize".to_owned(), MOST.to_string())];
    let desk = state.desk.clone();
    let found = match Filter::parse(&pairs, &desk) {
        Ok(filter) if filter.search.is_some() || !filter.terms.is_empty() => {
            state.db.read(move |tx| tickets::list(tx, &desk, &filter)).await
        }
        Ok(_) => return Ok(StatusCode::NO_CONTENT.into_response()),
        Err(fault) => Err(fault),
    };
    let items = match found {
        Ok(page) => page.items,
        // A field's name without its value, say, as it stands while one types.
        Err(Fault::Invalid(_)) => Vec::new(),
        Err(other) => return Err(other.into()),
    };
    let times = state.desk.times(visit.language);
    let (href, _, words) = log_link(&q);
    let options = Options {
        found: Text::new("list-found").arg("count", items.len()),
        rows: items
            .iter()
            .map(|ticket| Row {
                href: path_of(&ticket.reference),
                reference: ticket.reference.to_string(),
                client: ticket.client_name.clone(),
                erased: ticket.erased_at.is_some(),
                phone: ticket.client_phone.shown_in(state.desk.region.as_ref()),
                issue_type: ticket.issue_type.clone(),
                status: ticket.status,
                updated: times.ago(ticket.updated_at),
            })
            .collect(),
        new: (href, words),
        frame: state.chrome.outside(visit, ""),
    };
    let html = options.render().map_err(|error| Fault::Unexpected(error.into()))?;
    Ok(Html(html).into_response())
}
