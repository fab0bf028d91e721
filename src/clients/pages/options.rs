//! What the form that logs a ticket offers while somebody types a client: options of a list box (WAI-ARIA), as HTML.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use crate::{
    clients::{Clients, Sought, Suggestion, suggest},
    fault::Fault,
    phone::Region,
    search::{self, Piece},
    staff::SignedIn,
    web::{Frame, PageFault, Query, Visit},
};

/// Fewest characters that are looked up: one letter is the start of everybody.
const SHORTEST: usize = 2;

#[derive(Template)]
#[template(path = "clients/_options.html")]
struct Options {
    frame: Frame,
    q: String,
    choices: Vec<Choice>,
}

struct Choice {
    one: Suggestion,
    id: String,
    phone: String,
    email: String,
    account_id: String,
    plan: String,
}

impl Choice {
    fn new(one: Suggestion, region: Option<&Region>) -> Self {
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        Self {
            id: one.id.map(|id| id.to_string()).unwrap_or_default(),
            phone: one.phone.shown_in(region),
            email: text(&one.email),
            account_id: text(&one.account_id),
            plan: text(&one.plan),
            one,
        }
    }

    /// The name, parted at what was asked for.
    fn pieces(&self, q: &str) -> Vec<Piece<'_>> {
        search::mark(&self.one.name, q)
    }
}

/// `GET /clients/suggest?q=`: `<li role="option">` for each, or nothing. A search that cannot be read finds nothing.
pub async fn show(
    State(state): State<Clients>,
    SignedIn(_): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let q = query.get("q").unwrap_or("").trim().to_owned();
    let sought = match Sought::read(&q, state.region.as_ref()) {
        Ok(sought) if q.chars().count() >= SHORTEST => sought,
        Ok(_) | Err(Fault::Invalid(_)) => Sought::Nobody,
        Err(other) => return Err(other.into()),
    };
    let (vault, cases, typed) = (state.vault.clone(), state.cases.clone(), q.clone());
    let offered = state.db.read(move |tx| suggest(tx, &vault, &*cases, &sought, &typed)).await?;
    let frame = state.chrome.outside(visit, "");
    let choices = offered.into_iter().map(|one| Choice::new(one, state.region.as_ref())).collect();
    let page = Options { frame, q, choices };
    Ok(page.frame.respond(StatusCode::OK, &page))
}
