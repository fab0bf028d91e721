//! Changing a ticket's fields on one form. When somebody else has changed the ticket meanwhile, nothing is stored and
//! the form comes back with what was typed and with what is new beside it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    actions::Applied,
    back::Back,
    canonical,
    fields::{Menus, Problem, TicketForm},
    path_of,
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    input::{Limits, clean},
    notifications::Event,
    phone::Phone,
    staff::{self, Admin, User},
    tickets::{Desk, Happening, History, Status, Ticket, Tickets, by_key, form, history},
    web::{Form, Frame, PageFault, Path, Query, Visit},
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
    no_sms: Option<&'static str>,
}

/// What is said when the form's version is none of the ticket's.
const LOST: &str = "This form has lost track of the ticket. Check every field, then save again.";

/// A ticket and who may be sent to it.
type Shown = (Ticket, Vec<User>);

/// `GET /tickets/{ref}/edit`.
pub async fn show(
    State(state): State<Tickets>,
    Admin(user): Admin,
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query,
) -> Result<Response, PageFault> {
    let (ticket, staff) = read(&state, &key).await?;
    if let Some(redirect) = canonical(&ticket.reference, &key, "/edit", &query) {
        return Ok(redirect);
    }
    let menus = Menus { desk: &state.desk, staff: &staff, ticket: Some(&ticket) };
    let form = TicketForm::new(action(&ticket), &menus, |name| value_of(&ticket, &state.desk, name));
    page(&state, &user, visit, StatusCode::OK, ticket, form).await
}

/// How a change went.
enum Outcome {
    Done(Box<Applied>),
    /// The ticket as it is now, and what was changed since the form's version.
    Stale(Box<Ticket>, BTreeMap<String, String>),
}

/// `POST /tickets/{ref}/edit`.
pub async fn submit(
    State(state): State<Tickets>,
    Admin(user): Admin,
    visit: Visit,
    Path(key): Path<String>,
    mut form: Form,
) -> Result<Response, PageFault> {
    // Without a version the last write wins, field by field, as over the API.
    let sent = form.input.has("version");
    let seen: Option<i64> = form.input.take_raw("version").and_then(|text| text.parse().ok());
    if sent && seen.is_none() {
        form.input.fault("", "invalid", LOST);
    }
    let input = std::mem::take(&mut form.input);
    let result = match form::change(input, &state, &key).await {
        Ok(change) => {
            let (desk, by, hold, key) = (state.desk.clone(), user.person(), state.undo, key.clone());
            let work = move |tx: &mut Tx<'_>| {
                let ticket = by_key(tx, &desk.vault, &key)?;
                if let Some(seen) = seen.filter(|seen| *seen != ticket.version) {
                    if seen > ticket.version {
                        return Err(Fault::field("", "invalid", LOST));
                    }
                    let mut before = changed_since(&history(tx, &desk.vault, &ticket)?, seen);
                    before.retain(|name, was| !same(&desk, name, &value_of(&ticket, &desk, name), was));
                    // A note, or a field changed and changed back, is nothing that this form could overwrite.
                    if !before.is_empty() {
                        return Ok(Outcome::Stale(Box::new(ticket), before));
                    }
                }
                Applied::by(tx, &desk, &by, ticket, change.clone(), hold).map(|done| Outcome::Done(Box::new(done)))
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    match result {
        Ok(Outcome::Done(applied)) => Ok(applied.answer(&state, &visit)),
        Ok(Outcome::Stale(ticket, before)) => stale(&state, &user, visit, &form, *ticket, &before).await,
        Err(Fault::Invalid(faults)) => refused(&state, &user, visit, &key, &form, seen, &faults).await,
        Err(Fault::Conflict { detail, .. }) => {
            let faults = [FieldFault::new("status", "not_allowed", detail)];
            refused(&state, &user, visit, &key, &form, seen, &faults).await
        }
        Err(other) => Err(other.into()),
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
    seen: Option<i64>,
    faults: &[FieldFault],
) -> Result<Response, PageFault> {
    let (ticket, staff) = read(state, key).await?;
    let menus = Menus { desk: &state.desk, staff: &staff, ticket: Some(&ticket) };
    let mut form = TicketForm::new(action(&ticket), &menus, |name| typed_or_stored(typed, &ticket, &state.desk, name))
        .with_faults(faults);
    // What the form was filled from stays what a later sending is held against.
    form.version = seen.filter(|seen| *seen <= ticket.version).unwrap_or(ticket.version);
    page(state, user, visit, StatusCode::UNPROCESSABLE_ENTITY, ticket, form).await
}

/// The form for a ticket that has changed meanwhile. A field that was left as it had been takes its new value; a field
/// that was typed into keeps what was typed. Either way the new value stands beside it.
async fn stale(
    state: &Tickets,
    user: &User,
    visit: Visit,
    typed: &Form,
    ticket: Ticket,
    before: &BTreeMap<String, String>,
) -> Result<Response, PageFault> {
    let desk = &state.desk;
    let vault = desk.vault.clone();
    let staff = state.db.read(move |tx| staff::technicians(tx, &vault)).await?;
    let menus = Menus { desk, staff: &staff, ticket: Some(&ticket) };
    let value = |name: &str| {
        let text = typed_or_stored(typed, &ticket, desk, name);
        let untouched = before.get(name).is_some_and(|before| same(desk, name, &text, before));
        if untouched { value_of(&ticket, desk, name) } else { text }
    };
    let mut form = TicketForm::new(action(&ticket), &menus, value);
    for name in before.keys() {
        form.set_now(name, shown_value(&ticket, desk, name));
    }
    form.problems = vec![Problem::general(
        "This ticket was changed while you were editing it. Look at what is new beside the fields, then save again.",
    )];
    page(state, user, visit, StatusCode::UNPROCESSABLE_ENTITY, ticket, form).await
}

async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    status: StatusCode,
    ticket: Ticket,
    form: TicketForm,
) -> Result<Response, PageFault> {
    let error = if status == StatusCode::OK { "" } else { "Error: " };
    let title = format!("{error}Edit {}", ticket.reference);
    let back = Back::of(&visit);
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let (desk, phone) = (state.desk.clone(), ticket.client_phone.clone());
    let no_sms = state.db.read(move |tx| desk.outbox.why_no_sms(tx, &phone)).await?;
    let sms = ticket.status.may_become(Status::Fixed).then(|| {
        let event = Event::Fixed { reference: ticket.reference.as_str() };
        state.desk.outbox.preview(event).text
    });
    let page = EditPage { frame, back, ticket, form, sms, no_sms };
    Ok(page.frame.respond(status, &page))
}

fn typed_or_stored(form: &Form, ticket: &Ticket, desk: &Desk, name: &str) -> String {
    let sent = form.typed.iter().any(|(field, _)| field == name);
    if sent { form.typed(name).to_owned() } else { value_of(ticket, desk, name) }
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
fn shown_value(ticket: &Ticket, desk: &Desk, name: &str) -> String {
    let text = match (name, &ticket.assigned_to) {
        ("assignedTo", Some(person)) => person.name.clone(),
        ("assignedTo", None) => "Nobody".to_owned(),
        _ => value_of(ticket, desk, name),
    };
    if text.is_empty() { "(empty)".to_owned() } else { text }
}

/// The fields changed after a version, with what each was then; a technician by id.
fn changed_since(past: &History, version: i64) -> BTreeMap<String, String> {
    let mut before = BTreeMap::new();
    let mut status = String::new();
    for entry in &past.entries {
        let new = entry.version > version;
        match &entry.what {
            Happening::Edited { field, from, .. } if new => {
                before.entry(field.clone()).or_insert_with(|| from.clone());
            }
            Happening::Assigned { from, .. } if new => {
                let from = from.as_ref().map(|person| person.id.to_string()).unwrap_or_default();
                before.entry("assignedTo".to_owned()).or_insert(from);
            }
            _ => {}
        }
        if let Some(set) = entry.what.status() {
            if new {
                before.entry("status".to_owned()).or_insert_with(|| status.clone());
            }
            set.name().clone_into(&mut status);
        }
    }
    before
}

/// Whether a field as typed says the same as a stored value.
fn same(desk: &Desk, name: &str, typed: &str, stored: &str) -> bool {
    if name == "clientPhone" {
        return Phone::parse(typed, desk.region.as_ref()).is_ok_and(|phone| phone.as_str() == stored);
    }
    let limits = if name == "description" { Limits::lines(10_000) } else { Limits::line(254) };
    clean(typed, limits).is_ok_and(|text| text == stored)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{staff::Person, tickets::Entry};

    fn entry(version: i64, what: Happening) -> Entry {
        Entry { version, at: 0, by: Person { id: Uuid::nil(), name: "Dev".into() }, what }
    }

    fn edited(from: &str, to: &str) -> Happening {
        Happening::Edited { field: "clientName".into(), from: from.into(), to: to.into() }
    }

    #[test]
    fn what_changed_since_a_version_keeps_what_it_was_then() {
        let past = History {
            entries: vec![
                entry(1, Happening::Created(Status::New)),
                entry(2, edited("A", "B")),
                entry(3, Happening::Moved(Status::Open)),
                entry(4, edited("B", "C")),
                entry(5, edited("C", "D")),
                entry(5, Happening::Moved(Status::InProgress)),
                entry(6, Happening::Moved(Status::Fixed)),
            ],
            notes: Vec::new(),
        };
        let changed = |version| changed_since(&past, version).into_iter().collect::<Vec<_>>();
        assert_eq!(changed(6), []);
        assert_eq!(changed(5), [("status".to_owned(), "In Progress".to_owned())]);
        let since_3 = [("clientName".to_owned(), "B".to_owned()), ("status".to_owned(), "Open".to_owned())];
        assert_eq!(changed(3), since_3);
        assert_eq!(changed(1)[0].1, "A");
    }
}
