//! Logging a ticket (FR-TC-001 to -004).

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    KEY, KEY_FAULT,
    fields::{Menus, TicketForm},
    fresh_key, path_of,
};
use crate::{
    fault::{Fault, FieldFault},
    staff::{self, Admin, User},
    tickets::{Tickets, create, form, prepare},
    web::{Answer, Flash, Form, Frame, Key, PageFault, Query, Visit, idempotency},
};

#[derive(Template)]
#[template(path = "tickets/new.html")]
struct NewPage {
    frame: Frame,
    form: TicketForm,
    /// Why no SMS goes out, whatever the number.
    no_sms: Option<&'static str>,
}

/// `GET /tickets/new`; parameters by the fields' names fill them in.
pub async fn show(
    State(state): State<Tickets>,
    Admin(user): Admin,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let values = |name: &str| value_of(name, query.get(name));
    page(&state, &user, visit, values, fresh_key(&state.desk), &[]).await
}

/// `POST /tickets/new` and `POST /tickets`.
pub async fn submit(
    State(state): State<Tickets>,
    Admin(user): Admin,
    visit: Visit,
    mut form: Form,
) -> Result<Response, PageFault> {
    let typed_key = form.input.take_raw(KEY);
    let key =
        typed_key.as_ref().map(|key| Key::new(&state.desk.vault, key, &format!("{} new_ticket", user.id), &form.bytes));
    let input = std::mem::take(&mut form.input);
    let logged = match form::new_ticket(input, &state.desk) {
        Ok(new) => {
            let desk = state.desk.clone();
            let prepared = prepare(&desk, &user.person(), new);
            let work = move |tx: &mut crate::db::Tx<'_>| {
                idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
                    let (ticket, _) = create(tx, &desk, &prepared)?;
                    Ok(Answer::empty(StatusCode::SEE_OTHER).at(path_of(&ticket.reference)))
                })
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    match logged {
        Ok(answer) => {
            state.desk.outbox.wake();
            let path = answer.location.unwrap_or_else(|| "/tickets".to_owned());
            let reference = path.rsplit('/').next().unwrap_or("").to_owned();
            Ok(state.chrome.redirect(&path, Some(Flash::ok(format!("Ticket {reference} logged")))))
        }
        Err(Fault::Invalid(mut faults)) => {
            let key_spent = faults.iter().any(|fault| fault.field == KEY_FAULT);
            if key_spent {
                faults = vec![FieldFault::new(
                    "",
                    "not_allowed",
                    "A ticket has been logged with this form already. Send it again to log another one.",
                )];
            }
            let key = typed_key.filter(|_| !key_spent).unwrap_or_else(|| fresh_key(&state.desk));
            let typed = |name: &str| form.typed(name).to_owned();
            page(&state, &user, visit, typed, key, &faults).await
        }
        Err(other) => Err(other.into()),
    }
}

/// A value for a fresh form: what the address gives, or the default.
fn value_of(name: &str, given: Option<&str>) -> String {
    let default = match name {
        "priority" => "Medium",
        "status" => "New",
        _ => "",
    };
    given.unwrap_or(default).to_owned()
}

async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    values: impl Fn(&str) -> String,
    key: String,
    faults: &[FieldFault],
) -> Result<Response, PageFault> {
    let vault = state.desk.vault.clone();
    let staff = state.db.read(move |tx| staff::technicians(tx, &vault)).await?;
    let menus = Menus { desk: &state.desk, staff: &staff, ticket: None };
    let mut form = TicketForm::new("/tickets/new".to_owned(), &menus, values).with_faults(faults);
    form.key = key;
    let (status, title) = if faults.is_empty() {
        (StatusCode::OK, "New ticket")
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, "Error: New ticket")
    };
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, title).await?;
    let page = NewPage { frame, form, no_sms: state.desk.outbox.why_no_sms_at_all() };
    Ok(page.frame.respond(status, &page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_form_has_the_defaults_and_no_issue_type() {
        assert_eq!(value_of("priority", None), "Medium");
        assert_eq!(value_of("status", None), "New");
        assert_eq!(value_of("issueType", None), "");
        assert_eq!(value_of("clientPhone", Some("07700 900555")), "07700 900555");
    }
}
