//! The pages: what goes by age and what is held; and for one client, ticket or number what is kept, a file of it, a hold on it,
//! and its end.
//!
//! What was typed to find somebody is sent in a form's body and never stands in an address.

mod overview;

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use uuid::Uuid;

use self::overview::{HoldRow, hold_row, names};
use super::{Hold, NewHold, Privacy, Subject, api, confirm, hold::InForce, subject::Found};
use crate::{
    clients::Client,
    db::Tx,
    fault::{Fault, FieldFault},
    input::Limits,
    staff::{
        Caller, SignedIn, User,
        step_up::{self, Act},
    },
    tickets::{self, Status},
    web::{Flash, Form, Frame, PageFault, Path, Visit},
    words::{Text, Times, When},
};

/// Tickets that a page names; it tells how many there are.
const NAMED: usize = 50;

/// The routes.
pub fn routes(state: Privacy) -> Router {
    Router::new()
        .route("/privacy", get(overview::page))
        .route("/privacy/find", get(back).post(find))
        .route("/privacy/clients/{id}", get(client))
        .route("/privacy/tickets/{key}", get(ticket))
        .route("/privacy/export", get(back).post(export))
        .route("/privacy/erase", get(back).post(erase))
        .route("/privacy/holds", get(back).post(place))
        .route("/privacy/holds/{id}/end", get(back).post(end))
        .with_state(state)
}

/// A form that was sent before the log-in ended leads back to the page.
async fn back(_: SignedIn) -> Response {
    Redirect::to("/privacy").into_response()
}

#[derive(Template)]
#[template(path = "privacy/subject.html")]
struct SubjectPage {
    frame: Frame,
    heading: Text,
    /// What the hidden field says.
    subject: String,
    /// What has to be typed.
    confirm: Text,
    clients: Vec<Client>,
    tickets: Vec<TicketRow>,
    /// Of all, and of those that are not done.
    total: usize,
    open: usize,
    holds: Vec<HoldRow>,
    /// Only what has a record can be held.
    holdable: bool,
    trouble: Trouble,
}

struct TicketRow {
    reference: String,
    status: Status,
    logged: When,
}

/// What a refused form shows: which one, what was typed, and what is wrong.
#[derive(Default)]
struct Trouble {
    form: &'static str,
    typed: Vec<(String, String)>,
    faults: Vec<FieldFault>,
    general: Option<Text>,
}

impl Trouble {
    /// A refusal that the page can show.
    fn of(form: &'static str, typed: Vec<(String, String)>, fault: Fault) -> Result<Self, Fault> {
        match fault {
            Fault::Invalid(faults) => Ok(Self { form, typed, faults, general: None }),
            Fault::Conflict { detail, .. } => Ok(Self { form, typed, faults: Vec::new(), general: Some(detail) }),
            other => Err(other),
        }
    }

    fn is_none(&self) -> bool {
        self.form.is_empty()
    }

    fn typed(&self, form: &str, field: &str) -> &str {
        let typed = self.typed.iter().find(|(name, _)| self.form == form && name == field);
        typed.map_or("", |(_, text)| text)
    }

    fn fault(&self, form: &str, field: &str) -> Option<&Text> {
        self.faults.iter().find(|fault| self.form == form && fault.field == field).map(|fault| &fault.message)
    }
}

/// Where somebody has to go first who is about to hand out or erase what cannot be taken back.
fn ask(state: &Privacy, caller: &Caller, act: Act, page: &str) -> Option<Response> {
    step_up::ask(caller, act, state.tickets.desk.clock.now(), page)
}

/// `GET /privacy/clients/{id}`.
async fn client(
    State(state): State<Privacy>,
    caller: Caller,
    Path(id): Path<Uuid>,
    visit: Visit,
) -> Result<Response, PageFault> {
    let subject = Subject::Client(id);
    if let Some(away) = ask(&state, &caller, Act::Begin, &page_of(&subject)) {
        return Ok(away);
    }
    show(&state, &caller.user, visit, subject, Trouble::default()).await
}

/// `GET /privacy/tickets/{ref}`.
async fn ticket(
    State(state): State<Privacy>,
    caller: Caller,
    Path(key): Path<String>,
    visit: Visit,
) -> Result<Response, PageFault> {
    if let Some(away) = ask(&state, &caller, Act::Begin, &visit.path) {
        return Ok(away);
    }
    let desk = state.tickets.desk.clone();
    let ticket = state.tickets.db.read(move |tx| tickets::by_key(tx, &desk.vault, &key)).await?;
    show(&state, &caller.user, visit, Subject::Ticket(ticket.id), Trouble::default()).await
}

async fn show(
    state: &Privacy,
    user: &User,
    visit: Visit,
    subject: Subject,
    trouble: Trouble,
) -> Result<Response, PageFault> {
    let (here, whom) = (state.clone(), subject.clone());
    let read = move |tx: &mut Tx<'_>| {
        let found = whom.find(tx, &here.tickets.desk)?;
        let force = InForce::read(tx, &here.tickets.desk)?;
        let holds: Vec<Hold> = force.on(&found).into_iter().cloned().collect();
        let mut references = Vec::new();
        for hold in &holds {
            let ticket =
                hold.ticket.map(|id| tickets::by_key(tx, &here.tickets.desk.vault, &id.to_string())).transpose()?;
            references.push(ticket.map(|ticket| ticket.reference.to_string()));
        }
        Ok::<_, Fault>((found, names(tx, &here, &holds)?, holds, references))
    };
    let (found, names, holds, references) = state.tickets.db.read(read).await?;
    let good = trouble.is_none();
    let title = visit.title(Text::new("privacy-heading"), good);
    let frame = state.tickets.chrome.frame(&state.tickets.db, &user.viewer(), visit, &title).await?;
    let times = state.tickets.desk.times(frame.visit.language);
    let region = state.tickets.desk.region;
    let (heading, confirm) = match &subject {
        Subject::Client(_) => {
            let name = found.clients.first().map(|one| one.name.clone()).unwrap_or_default();
            let account = found.clients.first().map(|one| one.account_id.clone()).unwrap_or_default();
            (Text::verbatim(name), Text::new("privacy-confirm-client").arg("account", account))
        }
        Subject::Ticket(_) => {
            let reference = found.tickets.first().map(|one| one.reference.to_string()).unwrap_or_default();
            (Text::verbatim(reference.clone()), Text::new("privacy-confirm-ticket").arg("reference", reference))
        }
        Subject::Account(account) => {
            (Text::verbatim(account), Text::new("privacy-confirm-client").arg("account", account))
        }
        Subject::Number(phone) => {
            (Text::verbatim(phone.shown_in(region.as_ref())), Text::new("privacy-confirm-number"))
        }
    };
    let rows = holds.iter().zip(references);
    let page = SubjectPage {
        heading,
        subject: subject.field(),
        confirm,
        total: found.tickets.len(),
        open: found.tickets.iter().filter(|ticket| ticket.status < Status::Fixed).count(),
        tickets: ticket_rows(&found, &times),
        clients: found.clients,
        holds: rows.map(|(hold, reference)| hold_row(hold, reference, &names, &times)).collect(),
        holdable: !matches!(subject, Subject::Number(_) | Subject::Account(_)),
        trouble,
        frame,
    };
    Ok(page.frame.respond(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page))
}

fn ticket_rows(found: &Found, times: &Times) -> Vec<TicketRow> {
    let row = |ticket: &tickets::Ticket| TicketRow {
        reference: ticket.reference.to_string(),
        status: ticket.status,
        logged: times.long_day(ticket.created_at),
    };
    found.tickets.iter().take(NAMED).map(row).collect()
}

/// `POST /privacy/find`: by account, reference or number.
async fn find(
    State(state): State<Privacy>,
    SignedIn(user): SignedIn,
    visit: Visit,
    form: Form,
) -> Result<Response, PageFault> {
    let sought = form.typed("whom").trim().to_owned();
    let (here, text) = (state.clone(), sought.clone());
    let look = move |tx: &mut Tx<'_>| {
        let subject = Subject::sought(tx, &here, &text)?;
        subject.find(tx, &here.tickets.desk).map(|found| (subject, found))
    };
    match state.tickets.db.read(look).await {
        Ok((Subject::Client(id), _)) => Ok(Redirect::to(&format!("/privacy/clients/{id}")).into_response()),
        Ok((Subject::Ticket(_), found)) => {
            let reference = found.tickets.first().map(|ticket| ticket.reference.to_string()).unwrap_or_default();
            Ok(Redirect::to(&format!("/privacy/tickets/{reference}")).into_response())
        }
        // A number stands in no address, nor does an account.
        Ok((subject, _)) => show(&state, &user, visit, subject, Trouble::default()).await,
        Err(Fault::NotFound) => {
            let fault = Text::new(if sought.is_empty() { "privacy-find-missing" } else { "privacy-find-none" });
            overview::show(&state, &user, visit, sought, Some(fault)).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Whom a form is about, as its hidden field says.
fn subject(form: &mut Form) -> Result<Subject, Fault> {
    form.input.take_raw("subject").as_deref().and_then(Subject::parse).ok_or(Fault::NotFound)
}

/// `POST /privacy/export`.
async fn export(
    State(state): State<Privacy>,
    caller: Caller,
    visit: Visit,
    mut form: Form,
) -> Result<Response, PageFault> {
    let subject = subject(&mut form)?;
    if let Some(away) = ask(&state, &caller, Act::End, &page_of(&subject)) {
        return Ok(away);
    }
    let user = caller.user;
    let reason = confirm::reason(&mut form.input);
    if let Err(fault) = form.input.finish() {
        return show(&state, &user, visit, subject, Trouble::of("export", form.typed, fault)?).await;
    }
    let document = super::export(&state, &subject, reason, Some(user.id)).await?;
    Ok(api::file(document))
}

/// `POST /privacy/erase`.
async fn erase(
    State(state): State<Privacy>,
    caller: Caller,
    visit: Visit,
    mut form: Form,
) -> Result<Response, PageFault> {
    let subject = subject(&mut form)?;
    if let Some(away) = ask(&state, &caller, Act::End, &page_of(&subject)) {
        return Ok(away);
    }
    let user = caller.user;
    let reason = confirm::reason(&mut form.input);
    let typed = form.input.required("confirm", Limits::line(200), Text::new("privacy-confirm-missing"));
    let erased = match form.input.finish() {
        Ok(()) => super::erase(&state, &subject, reason, &typed, Some(user.id)).await,
        Err(fault) => Err(fault),
    };
    match erased {
        Ok(erased) => {
            let words = Text::new("privacy-erased").arg("tickets", erased.tickets).arg("messages", erased.messages);
            Ok(state.tickets.chrome.redirect("/privacy", Some(Flash::ok(words.to(visit.language)))))
        }
        Err(fault) => show(&state, &user, visit, subject, Trouble::of("erase", form.typed, fault)?).await,
    }
}

/// `POST /privacy/holds`.
async fn place(
    State(state): State<Privacy>,
    SignedIn(user): SignedIn,
    visit: Visit,
    mut form: Form,
) -> Result<Response, PageFault> {
    let subject = subject(&mut form)?;
    let new = NewHold::take(&mut form.input, &state.tickets.desk);
    let placed = match form.input.finish() {
        Ok(()) => {
            let (desk, whom) = (state.tickets.desk.clone(), subject.clone());
            state.tickets.db.write(move |tx| super::place_hold(tx, &desk, &whom, &new, user.id)).await
        }
        Err(fault) => Err(fault),
    };
    match placed {
        Ok(_) => {
            let flash = Flash::ok(Text::new("privacy-hold-placed").to(visit.language));
            Ok(state.tickets.chrome.redirect(&page_of(&subject), Some(flash)))
        }
        Err(fault) => show(&state, &user, visit, subject, Trouble::of("hold", form.typed, fault)?).await,
    }
}

/// Where somebody's page is.
fn page_of(subject: &Subject) -> String {
    match subject {
        Subject::Client(id) => format!("/privacy/clients/{id}"),
        Subject::Ticket(id) => format!("/privacy/tickets/{id}"),
        Subject::Number(_) | Subject::Account(_) => "/privacy".to_owned(),
    }
}

/// `POST /privacy/holds/{id}/end`.
async fn end(
    State(state): State<Privacy>,
    caller: Caller,
    visit: Visit,
    Path(id): Path<Uuid>,
) -> Result<Response, PageFault> {
    // What a hold kept may go by age within the hour.
    if let Some(away) = ask(&state, &caller, Act::End, "/privacy") {
        return Ok(away);
    }
    let user = caller.user;
    let desk = state.tickets.desk.clone();
    state.tickets.db.write(move |tx| super::end_hold(tx, &desk, id, user.id)).await?;
    let flash = Flash::ok(Text::new("privacy-hold-ended").to(visit.language));
    Ok(state.tickets.chrome.redirect("/privacy", Some(flash)))
}
