//! One ticket with everything that happened to it.

use std::collections::{HashMap, hash_map::Entry};

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    KEY_FAULT,
    ask::{fixed_sms, status_choices},
    back::Back,
    canonical,
    fields::{Choice, Problem, StatusChoice, technician_choices},
    fresh_key, path_of,
    sentence::{self, Bit},
    timeline::{Body, Part, Show, Timeline},
};
use crate::{
    db::Tx,
    drafts::{self, FormName},
    email::mailto,
    fault::Fault,
    notifications::{Kind, Notification, wording::Sms},
    staff::{self, SignedIn, User},
    tickets::{
        self, Counted, Desk, Filter, Happening, History, Place, Priority, Reference, Status, Ticket, Tickets, by_key,
        history, issue_label, mark, neighbours, watch::changes_of,
    },
    web::{Frame, PageFault, Path, Query, Visit},
    words::{Piece, Text, When},
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
    /// The number that it had in another help desk.
    before: Option<String>,
    logged: When,
    updated: When,
    assigned: Option<When>,
    /// Who assigned the technician, where the history knows.
    assigned_by: Option<String>,
    /// How many tickets the client's number has.
    of_number: Counted,
    problems: Vec<Problem>,
    statuses: Vec<StatusChoice>,
    priorities: Vec<Priority>,
    technicians: Vec<Choice>,
    sms: Option<Sms>,
    no_sms: Option<Text>,
    /// Since when the number gets nothing, if its owner said so.
    stopped: Option<When>,
    /// Whether notes can be sent to clients.
    tells_notes: bool,
    timeline: Timeline,
    /// What the page shows, in one word: see [`mark`].
    mark: String,
    place: Option<Beside>,
    key: String,
    note: String,
    note_fault: Option<Text>,
    /// The note's form, by the name of its draft.
    note_form: FormName,
    /// When the draft was saved that is the note.
    note_from: Option<String>,
}

impl DetailPage {
    fn sentence(&self, by: &str, parts: &[Part]) -> Vec<Bit> {
        sentence::sentence(by, parts, self.frame.visit.language)
    }
}

/// The tickets before and after this one in the list that it was opened from.
struct Beside {
    /// Links.
    before: Option<String>,
    after: Option<String>,
    /// `7` and `138`, where the ticket is still in its place and the list can be counted.
    number: Option<Text>,
}

/// What a refused action shows on the ticket's page.
pub struct Trouble {
    status: StatusCode,
    problems: Vec<Problem>,
    /// Whether the form came before under its key, with other words.
    resent: bool,
    note: String,
    note_fault: Option<Text>,
}

impl Trouble {
    /// No trouble.
    pub fn none() -> Self {
        Self { status: StatusCode::OK, problems: Vec::new(), resent: false, note: String::new(), note_fault: None }
    }

    /// A refusal that the page can show: 422, as for every form.
    ///
    /// # Errors
    /// Every other fault, which has a page of its own.
    pub fn of(fault: Fault) -> Result<Self, Fault> {
        match fault {
            Fault::Invalid(faults) if faults.iter().any(|fault| fault.field == KEY_FAULT) => {
                Ok(Self { status: StatusCode::UNPROCESSABLE_ENTITY, resent: true, ..Self::none() })
            }
            Fault::Invalid(faults) => {
                let note_fault = faults.iter().find(|fault| fault.field == "content");
                Ok(Self {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    note_fault: note_fault.map(|fault| fault.message.clone()),
                    problems: Problem::of(&faults).into_iter().map(unlinked).collect(),
                    ..Self::none()
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
    SignedIn(user): SignedIn,
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

/// The ticket's messages, and the names of those who sent some again or took them back.
fn sent(tx: &mut Tx<'_>, desk: &Desk, ticket: Uuid) -> Result<(Vec<Notification>, HashMap<Uuid, String>), Fault> {
    let sent = desk.outbox.for_ticket(tx, ticket)?;
    let mut names = HashMap::new();
    for by in sent.iter().flat_map(|sms| &sms.events).filter_map(|event| event.by) {
        if let Entry::Vacant(free) = names.entry(by)
            && let Some(user) = staff::by_id(tx, &desk.vault, by)?
        {
            free.insert(user.name);
        }
    }
    Ok((sent, names))
}

/// The ticket's page, with what went wrong.
pub async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    key: &str,
    trouble: Trouble,
) -> Result<Response, PageFault> {
    let (show, back) = (Show::of_address(&visit.path), Back::of(&visit));
    let (desk, wanted, reader, list) = (state.desk.clone(), key.to_owned(), user.id, back.clone());
    let read = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &wanted)?;
        let past = history(tx, &desk.vault, &ticket)?;
        let sent = sent(tx, &desk, ticket.id)?;
        let staff = staff::technicians(tx, &desk.vault)?;
        let no_sms = desk.outbox.why_no_sms(tx, Kind::Fixed, &ticket.client_phone)?;
        let stopped = desk.outbox.stopped_at(tx, &ticket.client_phone)?;
        let draft = drafts::find(tx, &desk.vault, reader, FormName::Note(ticket.id), desk.clock.now())?;
        let place = place(tx, &desk, &list, &ticket)?;
        let of_number = of_number(tx, &desk, &ticket)?;
        Ok::<_, Fault>((ticket, past, sent, staff, (no_sms, stopped), draft, (place, of_number)))
    };
    let (ticket, past, sent, staff, (no_sms, stopped), draft, (place, of_number)) = state.db.read(read).await?;
    let (back, place) = moved(back, place);
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    let title = Text::new("ticket-title").arg("reference", ticket.reference.as_str());
    let title = title.arg("issue", issue_label(&ticket.issue_type));
    frame.title = frame.visit.title(title, trouble.status == StatusCode::OK);
    let resent = trouble.resent.then(|| Problem::general(Text::new("ticket-sent-before")));
    let (desk, times) = (&state.desk, state.desk.times(frame.visit.language));
    let holder = ticket.assigned_to.as_ref();
    let draft = draft.filter(|_| trouble.note.is_empty());
    let chosen = holder.map(|one| one.id.to_string()).unwrap_or_default();
    let technicians = technician_choices(&staff, holder, &chosen, frame.visit.language);
    let timeline = Timeline::new(&ticket, &past, (&sent.0, no_sms.as_ref(), &sent.1), show, &times, desk);
    let page = DetailPage {
        phone: ticket.client_phone.shown_in(desk.region.as_ref()),
        others: others(&ticket),
        mailto: mailto(ticket.client_email.as_deref().unwrap_or_default()),
        before: past.before.clone(),
        logged: times.phrase(ticket.created_at),
        updated: times.ago(ticket.updated_at),
        assigned: ticket.assigned_at.map(|at| times.phrase(at)),
        assigned_by: assigned_by(&past),
        of_number,
        place,
        problems: trouble.problems.into_iter().chain(resent).collect(),
        statuses: status_choices(&ticket),
        priorities: Priority::ALL.into_iter().rev().collect(),
        technicians,
        sms: fixed_sms(desk, &ticket),
        stopped: stopped.map(|at| times.phrase(at)),
        tells_notes: desk.outbox.tells(Kind::Note),
        no_sms,
        timeline,
        mark: mark(&ticket, changes_of(&sent.0)),
        key: draft.as_ref().and_then(|found| found.draft.key()).map_or_else(|| fresh_key(desk), ToOwned::to_owned),
        note_form: FormName::Note(ticket.id),
        note_from: draft.as_ref().map(|found| times.time(found.saved_at).words),
        note: draft.map_or(trouble.note, |found| found.draft.get("content").to_owned()),
        note_fault: trouble.note_fault,
        back,
        frame,
        ticket,
    };
    Ok(page.frame.respond(trouble.status, &page))
}

/// The way back to where the ticket is in its list now, and what stands beside it.
fn moved(back: Back, place: Option<Place>) -> (Back, Option<Beside>) {
    match place {
        Some(place) => (back.moved(&place.at), Some(Beside::of(&place, &back))),
        None => (back, None),
    }
}

/// Where the ticket stands in the list that it was opened from.
fn place(tx: &mut Tx<'_>, desk: &Desk, back: &Back, ticket: &Ticket) -> Result<Option<Place>, Fault> {
    let Some(filter) = back.filter(desk) else { return Ok(None) };
    match neighbours(tx, desk, &filter, ticket, back.at()) {
        Ok(place) => Ok(Some(place)),
        // A technician whom the search names is none any more.
        Err(Fault::Invalid(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

impl Beside {
    fn of(place: &Place, back: &Back) -> Self {
        let link = |one: &Option<(Reference, String)>| {
            one.as_ref().map(|(reference, at)| format!("{}{}", path_of(reference), back.moved(at).suffix()))
        };
        let text = |number| Text::new("ticket-place").arg("number", number).arg("total", place.counted.text());
        let number = place.number.map(text);
        Self { before: link(&place.before), after: link(&place.after), number }
    }
}

/// How many tickets there are of the client's number.
fn of_number(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket) -> Result<Counted, Fault> {
    let pairs = [("q".to_owned(), ticket.client_phone.as_str().to_owned())];
    tickets::count(tx, desk, &Filter::parse(&pairs, desk)?)
}

/// Who gave the ticket to whoever has it.
fn assigned_by(past: &History) -> Option<String> {
    let last = past.entries.iter().rfind(|entry| matches!(entry.what, Happening::Assigned { .. }))?;
    Some(last.by.name.clone())
}

/// The list of all tickets of the client's number.
fn others(ticket: &Ticket) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", ticket.client_phone.as_str()).finish();
    format!("/tickets?{query}")
}
