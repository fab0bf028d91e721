//! Changing a ticket's fields on one form. What somebody else has changed meanwhile is merged with it, see
//! [`crate::tickets::merge`]; where both have changed the same field, nothing is stored and both versions are shown.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    actions::Applied,
    back::Back,
    canonical, conflict,
    fields::{Menus, TicketForm},
    path_of,
    seen::Seen,
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    notifications::Kind,
    staff::{self, SignedIn, User},
    tickets::{Desk, Status, Ticket, Tickets, by_key, form, issue_label, mark},
    web::{Form, Frame, PageFault, Path, Query, Visit},
    words::{Language, Text},
};

#[derive(Template)]
#[template(path = "tickets/edit.html")]
struct EditPage {
    frame: Frame,
    back: Back,
    ticket: Ticket,
    form: TicketForm,
    /// The SMS that Fixed would send, when the ticket may become that.
    sms: Option<String>,
    /// Why it would send none, as the ticket is stored.
    no_sms: Option<Text>,
    /// For what keeps the page true. Messages do not concern a form.
    mark: String,
}

/// A ticket and who may be sent to it.
type Shown = (Ticket, Vec<User>);

/// `GET /tickets/{ref}/edit`.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query,
) -> Result<Response, PageFault> {
    let (ticket, staff) = read(&state, &key).await?;
    if let Some(redirect) = canonical(&ticket.reference, &key, "/edit", &query) {
        return Ok(redirect);
    }
    let menus = Menus { desk: &state.desk, staff: &staff, ticket: Some(&ticket), language: visit.language };
    let form = TicketForm::new(action(&ticket), &menus, |name| value_of(&ticket, &state.desk, name));
    page(&state, &user, visit, StatusCode::OK, ticket, form).await
}

/// `POST /tickets/{ref}/edit`.
pub async fn submit(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let mut input = std::mem::take(&mut form.input);
    let (again, _) = (input.take_raw("again").is_some(), input.take_raw("differs"));
    let seen = Seen::take(&mut input);
    if again {
        return over(&state, &user, visit, &key, &form, &seen).await;
    }
    let change = match form::change(input, &state, &key).await {
        Ok(change) => change,
        Err(fault) => return refused(&state, &user, visit, &key, &form, &seen, fault).await,
    };
    let (desk, by, hold, wanted) = (state.desk.clone(), user.person(), state.undo, key.clone());
    let (before, asked) = (seen.clone(), change.clone());
    let work = move |tx: &mut Tx<'_>| {
        let (ticket, mut change) = (by_key(tx, &desk.vault, &wanted)?, asked.clone());
        let since = before.merge(tx, &desk, &ticket, &mut change)?;
        Applied::by(tx, &desk, &by, ticket, change, hold).map(|done| (done, since))
    };
    match state.db.write(work).await {
        Ok((applied, since)) => {
            let words = conflict::merged(&since, &user);
            Ok(applied.told(words).answer(&state, &visit))
        }
        Err(Fault::Stale(_)) => conflict::page(&state, &user, visit, &key, &form, (seen, change)).await,
        Err(fault) => refused(&state, &user, visit, &key, &form, &seen, fault).await,
    }
}

fn action(ticket: &Ticket) -> String {
    format!("{}/edit", path_of(&ticket.reference))
}

async fn read(state: &Tickets, key: &str) -> Result<Shown, Fault> {
    let (desk, key) = (state.desk.clone(), key.to_owned());
    state.db.read(move |tx| Ok((by_key(tx, &desk.vault, &key)?, staff::technicians(tx, &desk.vault)?))).await
}

/// The form as it was filled in, with its faults. A refused move is one of the field `status`.
async fn refused(
    state: &Tickets,
    user: &User,
    visit: Visit,
    key: &str,
    typed: &Form,
    seen: &Seen,
    fault: Fault,
) -> Result<Response, PageFault> {
    let faults = match fault {
        Fault::Invalid(faults) => faults,
        Fault::Conflict { detail, .. } => vec![FieldFault::new("status", "not_allowed", detail)],
        other => return Err(other.into()),
    };
    let (ticket, form) = filled(state, key, typed, seen, visit.language).await?;
    page(state, user, visit, StatusCode::UNPROCESSABLE_ENTITY, ticket, form.with_faults(&faults)).await
}

/// The form once more, from the page on which both versions stood: what was typed and what was taken from others is in
/// its fields, and what differed stands beside them.
async fn over(
    state: &Tickets,
    user: &User,
    visit: Visit,
    key: &str,
    typed: &Form,
    seen: &Seen,
) -> Result<Response, PageFault> {
    let (ticket, mut form) = filled(state, key, typed, seen, visit.language).await?;
    for name in typed.typed("differs").split(',') {
        form.set_now(name, shown_value(&ticket, &state.desk, name, visit.language));
    }
    page(state, user, visit, StatusCode::UNPROCESSABLE_ENTITY, ticket, form).await
}

/// The form with what was typed, else with what is stored.
async fn filled(
    state: &Tickets,
    key: &str,
    typed: &Form,
    seen: &Seen,
    language: Language,
) -> Result<(Ticket, TicketForm), Fault> {
    let (ticket, staff) = read(state, key).await?;
    let menus = Menus { desk: &state.desk, staff: &staff, ticket: Some(&ticket), language };
    let value = |name: &str| {
        let sent = typed.typed.iter().any(|(field, _)| field == name) && !seen.is_theirs(name);
        if sent { typed.typed(name).to_owned() } else { value_of(&ticket, &state.desk, name) }
    };
    let mut form = TicketForm::new(action(&ticket), &menus, value);
    // What the form was filled from stays what a later sending is held against.
    form.version = seen.version.filter(|seen| *seen <= ticket.version).unwrap_or(ticket.version);
    Ok((ticket, form))
}

async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    status: StatusCode,
    ticket: Ticket,
    form: TicketForm,
) -> Result<Response, PageFault> {
    let title = Text::new("ticket-edit-title").arg("reference", ticket.reference.as_str());
    let (back, title) = (Back::of(&visit), visit.title(title, status == StatusCode::OK));
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let (desk, phone) = (state.desk.clone(), ticket.client_phone.clone());
    let no_sms = state.db.read(move |tx| desk.outbox.why_no_sms(tx, Kind::Fixed, &phone)).await?;
    let sms = ticket
        .status
        .may_become(Status::Fixed)
        .then(|| state.desk.outbox.preview(Kind::Fixed, &ticket.facts_when_fixed()).text);
    let mark = mark(&ticket, 0);
    let page = EditPage { frame, back, ticket, form, sms, no_sms, mark };
    Ok(page.frame.respond(status, &page))
}

/// A stored field as the form holds it.
fn value_of(ticket: &Ticket, desk: &Desk, name: &str) -> String {
    match name {
        "clientName" => ticket.client_name.clone(),
        "clientPhone" => ticket.client_phone.shown_in(desk.region.as_ref()),
        "clientEmail" => ticket.client_email.clone().unwrap_or_default(),
        "clientAccountId" => ticket.client_account_id.clone().unwrap_or_default(),
        "issueType" => ticket.issue_type.clone(),
        "description" => ticket.description.clone(),
        "status" => ticket.status.name().to_owned(),
        "priority" => ticket.priority.name().to_owned(),
        "assignedTo" => ticket.assigned_to.as_ref().map(|person| person.id.to_string()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A stored field as people read it.
fn shown_value(ticket: &Ticket, desk: &Desk, name: &str, language: Language) -> String {
    let text = match (name, &ticket.assigned_to) {
        ("assignedTo", Some(person)) => return person.name.clone(),
        ("assignedTo", None) => Text::new("list-nobody"),
        ("issueType", _) => issue_label(&ticket.issue_type),
        ("priority", _) => ticket.priority.label(),
        ("status", _) => ticket.status.label(),
        _ => match value_of(ticket, desk, name) {
            empty if empty.is_empty() => Text::new("ticket-now-empty"),
            value => return value,
        },
    };
    text.to(language).to_string()
}
