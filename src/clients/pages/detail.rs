//! A client's page: who they are, what is open, all that was.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use crate::{
    clients::{Case, Client, Clients, by_id},
    db::Tx,
    email::mailto,
    fault::Fault,
    staff::SignedIn,
    web::{Frame, PageFault, Path, Visit},
    words::When,
};

/// Most tickets of a client that are listed.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "clients/detail.html")]
struct DetailPage {
    frame: Frame,
    phone: String,
    mailto: String,
    since: When,
    updated: When,
    open: Vec<Row>,
    past: Vec<Row>,
    /// Whether there may be older ones that are not listed.
    more: bool,
    client: Client,
}

struct Row {
    logged: When,
    updated: When,
    case: Case,
}

/// `GET /clients/{id}`.
pub async fn show(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    let (vault, cases) = (state.vault.clone(), state.cases.clone());
    let read = move |tx: &mut Tx<'_>| {
        let client = by_id(tx, &vault, id)?;
        let cases = cases.of(tx, client.whose(), MOST)?;
        Ok::<_, Fault>((client, cases))
    };
    let (client, cases) = state.db.read(read).await?;
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &client.name).await?;
    let times = state.chrome.times(state.clock.now(), frame.visit.language);
    let day = |at| times.long_day(at);
    let more = cases.len() >= MOST;
    let row = |case: Case| Row { logged: day(case.created_at), updated: day(case.updated_at), case };
    let (open, past): (Vec<Row>, Vec<Row>) = cases.into_iter().map(row).partition(|row| row.case.open);
    let page = DetailPage {
        frame,
        phone: client.phone.shown_in(state.region.as_ref()),
        mailto: client.email.as_deref().map(mailto).unwrap_or_default(),
        since: day(client.created_at),
        updated: day(client.updated_at),
        open,
        past,
        more,
        client,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}
