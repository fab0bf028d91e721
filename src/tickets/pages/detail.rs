//! One ticket with everything that happened to it.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    KEY_FAULT,
    ask::{fixed_sms, status_choices},
    back::Back,
    canonical,
    fields::{Choice, Problem, StatusChoice, technician_choices},
    fresh_key,
    timeline::{Body, Part, Show, Timeline},
    times,
    times::When,
};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::wording::Sms,
    staff::{self, Admin, User},
    tickets::{Priority, Status, Ticket, Tickets, by_key, history, mark, watch::changes_of},
    web::{Frame, PageFault, Path, Query, Visit},
};

#[derive(Template)]
#[template(path = "tickets/detail.html")]
struct DetailPage {
    frame: Frame,
    back: Back,
    ticket: Ticket,
    phone: String,
    others: String,
    mailto: String,
    logged: When,
    updated: When,
    assigned: Option<When>,
    problems: Vec<Problem>,
    statuses: Vec<StatusChoice>,
    priorities: Vec<Priority>,
    technicians: Vec<Choice>,
    sms: Option<Sms>,
    no_sms: Option<&'static str>,
    timeline: Timeline,
    /// What the page shows, in one word: see [`mark`].
    mark: String,
    key: String,
    note: String,
    note_fault: String,
}

/// What a refused action shows on the ticket's page.
pub struct Trouble {
    status: StatusCode,
    problems: Vec<Problem>,
    note: String,
    note_fault: String,
}

impl Trouble {
    /// No trouble.
    pub fn none() -> Self {
        Self { status: StatusCode::OK, problems: Vec::new(), note: String::new(), note_fault: String::new() }
    }

    /// A refusal that the page can show: 422, as for every form.
    ///
    /// # Errors
    /// Every other fault, which has a page of its own.
    pub fn of(fault: Fault) -> Result<Self, Fault> {
        match fault {
            Fault::Invalid(faults) if faults.iter().any(|fault| fault.field == KEY_FAULT) => Ok(Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                problems: vec![Problem::general(
                    "This form has been sent before, with other words. Look at the history, then send it again if that \
                     is still needed.",
                )],
                ..Self::none()
            }),
            Fault::Invalid(faults) => {
                let note_fault = faults.iter().find(|fault| fault.field == "content");
                Ok(Self {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    note_fault: note_fault.map(|fault| fault.message.clone()).unwrap_or_default(),
                    problems: Problem::of(&faults).into_iter().map(unlinked).collect(),
                    note: String::new(),
                })
            }
            Fault::Conflict { detail, .. } => Ok(Self {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                problems: vec![Problem::general(detail)],
                ..Self::none()
            }),
            other => Err(other),
        }
    }

    /// The same, keeping the note that was typed.
    #[must_use]
    pub fn noting(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }
}

/// A problem of a field that is in a menu, where no link leads.
fn unlinked(problem: Problem) -> Problem {
    if problem.field == "content" { problem } else { Problem { field: String::new(), ..problem } }
}

/// `GET /tickets/{ref}`; `?show=notes`, `sms` or `changes` narrows the history.
pub async fn show(
    State(state): State<Tickets>,
    Admin(user): Admin,
    visit: Visit,
    Path(key): Path<String>,
    Query(query): Query,
) -> Result<Response, PageFault> {
    let (desk, wanted) = (state.desk.clone(), key.clone());
    let ticket = state.db.read(move |tx| by_key(tx, &desk.vault, &wanted)).await?;
    match canonical(&ticket.reference, &key, "", &query) {
        Some(redirect) => Ok(redirect),
        None => page(&state, &user, visit, &key, Trouble::none()).await,
    }
}

/// The ticket's page, with what went wrong.
pub async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    key: &str,
    trouble: Trouble,
) -> Result<Response, PageFault> {
    let (desk, wanted) = (state.desk.clone(), key.to_owned());
    let read = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &wanted)?;
        let past = history(tx, &desk.vault, &ticket)?;
        let sent = desk.outbox.for_ticket(tx, ticket.id)?;
        let staff = staff::technicians(tx, &desk.vault)?;
        let no_sms = desk.outbox.why_no_sms(tx, &ticket.client_phone)?;
        Ok::<_, Fault>((ticket, past, sent, staff, no_sms))
    };
    let (ticket, past, sent, staff, no_sms) = state.db.read(read).await?;
    let error = if trouble.status == StatusCode::OK { "" } else { "Error: " };
    let title = format!("{error}{} {}", ticket.reference, ticket.issue_type);
    let (show, back) = (Show::of_address(&visit.path), Back::of(&visit));
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let (desk, times) = (&state.desk, times(&state.desk));
    let holder = ticket.assigned_to.as_ref();
    let page = DetailPage {
        phone: ticket.client_phone.shown_in(desk.region.as_ref()),
        others: others(&ticket),
        mailto: mailto(ticket.client_email.as_deref().unwrap_or_default()),
        logged: times.phrase(ticket.created_at),
        updated: times.ago(ticket.updated_at),
        assigned: ticket.assigned_at.map(|at| times.phrase(at)),
        problems: trouble.problems,
        statuses: status_choices(&ticket),
        priorities: Priority::ALL.into_iter().rev().collect(),
        technicians: technician_choices(&staff, holder, &holder.map(|one| one.id.to_string()).unwrap_or_default()),
        sms: fixed_sms(desk, &ticket),
        no_sms,
        timeline: Timeline::new(&ticket, &past, (&sent, no_sms), show, &times, desk),
        mark: mark(&ticket, changes_of(&sent)),
        key: fresh_key(desk),
        note: trouble.note,
        note_fault: trouble.note_fault,
        back,
        frame,
        ticket,
    };
    Ok(page.frame.respond(trouble.status, &page))
}

/// The list of all tickets of the client's number.
fn others(ticket: &Ticket) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", ticket.client_phone.as_str()).finish();
    format!("/tickets?{query}")
}

/// A link that writes to an address (RFC 6068): everything that is not plainly part of one is escaped.
fn mailto(address: &str) -> String {
    let escape = |byte: u8| match byte {
        b'@' | b'.' | b'_' | b'-' | b'~' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let escaped: String = address.bytes().map(escape).collect();
    format!("mailto:{escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_add_headers_to_its_link() {
        assert_eq!(mailto("first.last@example.com"), "mailto:first.last@example.com");
        assert_eq!(mailto("a?bcc=b&c@d.e"), "mailto:a%3Fbcc%3Db%26c@d.e");
        assert_eq!(mailto("ü+x@d.e"), "mailto:%C3%BC%2Bx@d.e");
    }
}
