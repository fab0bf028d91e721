//! The page of each action, for browsers without scripts or menus: the same forms that menus and dialogs hold.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    back::Back,
    canonical,
    fields::{Choice, StatusChoice, technician_choices, why_not},
    fresh_key,
};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{Kind, wording::Sms},
    staff::{self, SignedIn, User},
    tickets::{Desk, Priority, Status, Ticket, Tickets, by_key},
    web::{Frame, PageFault, Path, Query, Visit},
    words::{Piece, Text},
};

/// What a page of its own asks.
#[derive(PartialEq, Eq)]
enum Ask {
    Status,
    Fixed,
    Dispatched,
    Priority,
    Technician,
}

#[derive(Template)]
#[template(path = "tickets/action.html")]
struct ActionPage {
    frame: Frame,
    back: Back,
    heading: Text,
    ask: Ask,
    ticket: Ticket,
    phone: String,
    statuses: Vec<StatusChoice>,
    technicians: Vec<Choice>,
    sms: Option<Sms>,
    no_sms: Option<Text>,
    key: String,
}

/// `GET /tickets/{ref}/status`; `?status=Fixed` and `?status=Dispatched` ask only what those need.
pub async fn status_page(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    query: Query,
) -> Result<Response, PageFault> {
    let ask = match query.get("status").and_then(Status::parse) {
        Some(Status::Fixed) => Ask::Fixed,
        Some(Status::Dispatched) => Ask::Dispatched,
        _ => Ask::Status,
    };
    action_page(&state, &user, visit, &key, "/status", ask, &query.0).await
}

/// `GET /tickets/{ref}/priority`.
pub async fn priority_page(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query,
) -> Result<Response, PageFault> {
    action_page(&state, &user, visit, &key, "/priority", Ask::Priority, &query).await
}

/// `GET /tickets/{ref}/assignment`.
pub async fn assignment_page(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query,
) -> Result<Response, PageFault> {
    action_page(&state, &user, visit, &key, "/assignment", Ask::Technician, &query).await
}

async fn action_page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    key: &str,
    rest: &str,
    mut ask: Ask,
    query: &[(String, String)],
) -> Result<Response, PageFault> {
    let (desk, wanted) = (state.desk.clone(), key.to_owned());
    let read = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &wanted)?;
        let no_sms = desk.outbox.why_no_sms(tx, Kind::Fixed, &ticket.client_phone)?;
        Ok::<_, Fault>((ticket, no_sms, staff::technicians(tx, &desk.vault)?))
    };
    let (ticket, no_sms, staff) = state.db.read(read).await?;
    if let Some(redirect) = canonical(&ticket.reference, key, rest, query) {
        return Ok(redirect);
    }
    let can = |status| ticket.status.may_become(status);
    // A question about a move that is not open is the question about the status, which says why.
    if (ask == Ask::Fixed && !can(Status::Fixed)) || (ask == Ask::Dispatched && !can(Status::Dispatched)) {
        ask = Ask::Status;
    }
    let heading = Text::new(match ask {
        Ask::Status => "ticket-status-menu",
        Ask::Fixed if no_sms.is_some() => "ticket-fix-ask",
        Ask::Fixed => "ticket-fix-ask-sms",
        Ask::Dispatched => "ticket-dispatch-ask",
        Ask::Priority => "ticket-priority-menu",
        Ask::Technician => "ticket-technician-menu",
    });
    let back = Back::of(&visit);
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    let title = frame.t("ticket-ask-title").arg("heading", heading.clone());
    frame.title = title.arg("reference", ticket.reference.as_str()).to_string();
    let chosen = ticket.assigned_to.as_ref().map(|one| one.id.to_string()).unwrap_or_default();
    // Who can no longer be sent is no choice for it.
    let holder = ticket.assigned_to.as_ref().filter(|_| ask != Ask::Dispatched);
    let technicians = technician_choices(&staff, holder, &chosen, frame.visit.language);
    let page = ActionPage {
        frame,
        back,
        heading,
        ask,
        phone: ticket.client_phone.shown_in(state.desk.region.as_ref()),
        statuses: status_choices(&ticket),
        technicians,
        sms: fixed_sms(&state.desk, &ticket),
        no_sms,
        key: fresh_key(&state.desk),
        ticket,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// The statuses as choices for this ticket, with what speaks against each.
pub fn status_choices(ticket: &Ticket) -> Vec<StatusChoice> {
    let choice =
        |status| StatusChoice { status, chosen: status == ticket.status, refused: why_not(ticket.status, status) };
    Status::ALL.map(choice).to_vec()
}

/// The SMS that Fixed would send, when the ticket may become that.
pub fn fixed_sms(desk: &Desk, ticket: &Ticket) -> Option<Sms> {
    ticket.status.may_become(Status::Fixed).then(|| desk.outbox.preview(Kind::Fixed, &ticket.facts_when_fixed()))
}
