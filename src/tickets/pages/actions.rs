//! What is done to a ticket from its page: status, priority, technician, notes, undo, sending an SMS again. Each has a
//! page of its own, for browsers without scripts or menus; refusals are shown on the ticket.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use uuid::Uuid;

use super::{
    KEY,
    back::Back,
    conflict,
    detail::{self, Trouble},
    key_of, path_of,
    seen::Seen,
};
use crate::{
    db::Tx,
    drafts::{self, FormName},
    fault::Fault,
    input::{Given, Limits},
    staff::{Lapsed, Person, SignedIn},
    tickets::{self, Change, Desk, Status, Ticket, Tickets, add_new_note, add_note, by_key, form, undo_fixed, update},
    web::{Answer, Flash, Form, PageFault, Path, Visit, idempotency},
    words::{Said, Text},
};

/// A change that was stored, or that changed nothing.
pub struct Applied {
    was: Ticket,
    now: Ticket,
    /// Whether an SMS waits that can still be called back.
    undoable: bool,
    /// The status that was asked for, where the form is about that.
    asked: Option<Status>,
    /// What is said of it, where that is not plain.
    told: Option<Text>,
}

impl Applied {
    /// Changes a ticket that was read in this transaction.
    ///
    /// # Errors
    /// As [`update`].
    pub fn by(
        tx: &mut Tx<'_>,
        desk: &Desk,
        by: &Person,
        ticket: Ticket,
        change: Change,
        hold: i64,
    ) -> Result<Self, Fault> {
        let was = ticket.clone();
        let now = update(tx, desk, by, ticket, change, hold)?;
        let fixed = was.status != Status::Fixed && now.status == Status::Fixed;
        let undoable = fixed && sms_waits(tx, desk, &now)?;
        Ok(Self { was, now, undoable, asked: None, told: None })
    }

    /// What is said when the same form comes again.
    fn again(tx: &mut Tx<'_>, desk: &Desk, ticket: Ticket, asked: Option<Status>) -> Result<Self, Fault> {
        let undoable = ticket.status == Status::Fixed && sms_waits(tx, desk, &ticket)?;
        Ok(Self { was: ticket.clone(), now: ticket, undoable, asked, told: None })
    }

    /// The same with other words to it.
    #[must_use]
    pub fn told(self, told: Option<Text>) -> Self {
        Self { told, ..self }
    }

    /// `303` to the ticket, with a toast that says what happened.
    pub fn answer(&self, state: &Tickets, visit: &Visit) -> Response {
        if self.was.version != self.now.version {
            state.desk.outbox.wake();
        }
        let path = path_of(&self.now.reference);
        let mut flash = Flash::ok(self.words(state.undo).to(visit.language));
        if self.undoable && state.undo > 0 {
            flash = flash.with_undo(format!("{path}/undo"), state.undo / 1000);
        }
        state.chrome.redirect(&format!("{path}{}", Back::of(visit).suffix()), Some(flash))
    }

    fn words(&self, hold: i64) -> Text {
        let (was, now) = (&self.was, &self.now);
        let technician = |ticket: &Ticket| ticket.assigned_to.as_ref().map(|one| one.id);
        if self.undoable {
            Text::new("ticket-fixed-waits").arg("count", (hold + 999) / 1000)
        } else if let Some(told) = self.told.as_ref().filter(|_| was.version != now.version) {
            told.clone()
        } else if was.version == now.version {
            match self.asked {
                // A second click, or a colleague was faster: what they wanted is done.
                Some(status) if status == now.status => Text::new("ticket-already").arg("status", status.label()),
                _ => Text::new("ticket-nothing-changed"),
            }
        } else if was.status != now.status {
            match now.status {
                Status::Fixed => Text::new("ticket-fixed"),
                other => Text::new("ticket-now-status").arg("status", other.label()),
            }
        } else if technician(was) != technician(now) {
            Text::new(if now.assigned_to.is_some() { "ticket-now-assigned" } else { "ticket-now-unassigned" })
        } else if was.priority != now.priority {
            Text::new("ticket-now-priority").arg("priority", now.priority.label())
        } else {
            Text::new("ticket-saved")
        }
    }
}

/// The ticket's page, from which the list that it was opened from can still be reached.
fn to(ticket: &Ticket, visit: &Visit) -> String {
    format!("{}{}", path_of(&ticket.reference), Back::of(visit).suffix())
}

/// A text in the visitor's language.
fn say(visit: &Visit, text: Text) -> Said {
    text.to(visit.language)
}

/// Whether an SMS of the ticket waits that can still be called back.
fn sms_waits(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket) -> Result<bool, Fault> {
    let now = desk.clock.now();
    let sent = desk.outbox.for_ticket(tx, ticket.id)?;
    Ok(sent.iter().any(|sms| sms.state.is_waiting() && sms.undo_until.is_some_and(|until| until > now)))
}

/// `POST /tickets/{ref}/status`: `status`, and with it `assignedTo` and a note's `content` where they are sent.
pub async fn set_status(
    state: State<Tickets>,
    admin: SignedIn,
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    change(state, admin, visit, path, form, &["status", "assignedTo", "content"]).await
}

/// `POST /tickets/{ref}/priority`: `priority`.
pub async fn set_priority(
    state: State<Tickets>,
    admin: SignedIn,
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    change(state, admin, visit, path, form, &["priority"]).await
}

/// `POST /tickets/{ref}/assignment`: `assignedTo`, empty for nobody, and `status` where the same step dispatches.
pub async fn set_assignment(
    state: State<Tickets>,
    admin: SignedIn,
    visit: Visit,
    path: Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    change(state, admin, visit, path, form, &["assignedTo", "status"]).await
}

async fn change(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    mut form: Form,
    names: &[&str],
) -> Result<Response, PageFault> {
    let once_key = key_of(&mut form, &state.desk, user.id, &format!("change {key}"));
    let mut input = std::mem::take(&mut form.input);
    let seen = Seen::take(&mut input);
    let note = input.text("content", Limits::lines(10_000));
    for (name, _) in &form.typed {
        if !names.contains(&name.as_str()) && input.take_raw(name).is_some() {
            let shown: String = name.chars().take(64).collect();
            input.fault(&shown, "unknown", Text::new("ticket-no-such-field"));
        }
    }
    let mut asked = Change::default();
    let result = match form::change(input, &state, &key).await {
        Ok(change) => {
            asked = change.clone();
            let (desk, by, hold, key, seen) =
                (state.desk.clone(), user.person(), state.undo, key.clone(), seen.clone());
            let work = move |tx: &mut Tx<'_>| {
                let mut applied = None;
                idempotency::once(tx, &desk.vault, desk.clock.now(), once_key.as_ref(), |tx| {
                    let was = by_key(tx, &desk.vault, &key)?;
                    let (mut ticket, mut change) = (was.clone(), change.clone());
                    let asked = change.status;
                    seen.merge(tx, &desk, &was, &mut change)?;
                    if let Given::Value(content) = &note {
                        add_note(tx, &desk, &by, ticket, content)?;
                        ticket = by_key(tx, &desk.vault, &key)?;
                    }
                    let answer = Answer::empty(StatusCode::SEE_OTHER).at(path_of(&was.reference));
                    let done = Applied::by(tx, &desk, &by, ticket, change, hold)?;
                    applied = Some(Applied { was, asked, ..done });
                    Ok(answer)
                })?;
                match applied {
                    Some(applied) => Ok(applied),
                    None => by_key(tx, &desk.vault, &key)
                        .and_then(|ticket| Applied::again(tx, &desk, ticket, change.status)),
                }
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    match result {
        Ok(applied) => Ok(applied.answer(&state, &visit)),
        Err(Fault::Stale(_)) => conflict::page(&state, &user, visit, &key, &form, (seen, asked)).await,
        Err(fault) => {
            let trouble = Trouble::of(fault)?;
            detail::page(&state, &user, visit, &key, trouble.noting(form.typed("content"))).await
        }
    }
}

/// `POST /tickets/{ref}/notes`: `content`.
pub async fn add(
    State(state): State<Tickets>,
    admin: Result<SignedIn, Response>,
    lapsed: Lapsed,
    visit: Visit,
    Path(key): Path<String>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let SignedIn(user) = match admin {
        Ok(admin) => admin,
        Err(refusal) => return note_without_session(&state, lapsed, &visit, key, &form, refusal).await,
    };
    let draft_key = form.typed(KEY).to_owned();
    let once_key = key_of(&mut form, &state.desk, user.id, &format!("note {key}"));
    let result = match form::note(std::mem::take(&mut form.input), &state.desk) {
        Ok(new) => {
            let (desk, by, key) = (state.desk.clone(), user.person(), key.clone());
            let work = move |tx: &mut Tx<'_>| {
                idempotency::once(tx, &desk.vault, desk.clock.now(), once_key.as_ref(), |tx| {
                    let ticket = by_key(tx, &desk.vault, &key)?;
                    let path = path_of(&ticket.reference);
                    let draft = FormName::Note(ticket.id);
                    drafts::take(tx, &desk.vault, by.id, draft, &draft_key, desk.clock.now())?;
                    add_new_note(tx, &desk, &by, ticket, &new)?;
                    Ok(Answer::empty(StatusCode::SEE_OTHER).at(path))
                })
            };
            state.db.write(work).await
        }
        Err(fault) => Err(fault),
    };
    match result {
        Ok(answer) => {
            state.desk.outbox.wake();
            let path = answer.location.unwrap_or_else(|| "/tickets".to_owned());
            let path = format!("{path}{}", Back::of(&visit).suffix());
            Ok(state.chrome.redirect(&path, Some(Flash::ok(say(&visit, Text::new("ticket-note-added"))))))
        }
        Err(fault) => {
            let trouble = Trouble::of(fault)?;
            detail::page(&state, &user, visit, &key, trouble.noting(form.typed("content"))).await
        }
    }
}

/// A note of somebody whose session ended while they were writing it: it becomes their draft.
async fn note_without_session(
    state: &Tickets,
    lapsed: Lapsed,
    visit: &Visit,
    key: String,
    form: &Form,
    refusal: Response,
) -> Result<Response, PageFault> {
    if lapsed.0.is_none() {
        return Ok(refusal);
    }
    let desk = state.desk.clone();
    let Ok(ticket) = state.db.read(move |tx| by_key(tx, &desk.vault, &key)).await else { return Ok(refusal) };
    Ok(drafts::sent_without_session(&state.staff, lapsed, FormName::Note(ticket.id), form, visit, refusal).await)
}

/// `POST /tickets/{ref}/undo`: takes a Fixed back while its SMS waits.
pub async fn undo(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
) -> Result<Response, PageFault> {
    let (desk, by, wanted) = (state.desk.clone(), user.person(), key.clone());
    let work = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &wanted)?;
        undo_fixed(tx, &desk, &by, ticket)
    };
    match state.db.write(work).await {
        Ok(ticket) => {
            let words = say(&visit, Text::new("ticket-undone").arg("status", ticket.status.label()));
            Ok(state.chrome.redirect(&to(&ticket, &visit), Some(Flash::ok(words))))
        }
        Err(fault) => detail::page(&state, &user, visit, &key, Trouble::of(fault)?).await,
    }
}

/// `POST /tickets/{ref}/notifications/{id}/resend`.
pub async fn resend(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path((key, id)): Path<(String, Uuid)>,
) -> Result<Response, PageFault> {
    let (desk, by, wanted) = (state.desk.clone(), user.id, key.clone());
    let work = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &wanted)?;
        if desk.outbox.ticket_of(tx, id)? != Some(ticket.id) {
            return Err(Fault::NotFound);
        }
        let sms = tickets::resend(tx, &desk, id, by)?;
        Ok((ticket, sms.state.is_waiting()))
    };
    match state.db.write(work).await {
        Ok((ticket, queued)) => {
            state.desk.outbox.wake();
            let flash = if queued {
                Flash::ok(say(&visit, Text::new("ticket-queued-again")))
            } else {
                Flash::error(say(&visit, Text::new("ticket-still-not")))
            };
            Ok(state.chrome.redirect(&to(&ticket, &visit), Some(flash)))
        }
        Err(fault) => detail::page(&state, &user, visit, &key, Trouble::of(fault)?).await,
    }
}

/// `GET` of an address that only takes forms, as a reload asks for it: `303` to the ticket.
pub async fn back(visit: Visit, SignedIn(_): SignedIn) -> Response {
    let key = visit.path.split('/').nth(2).unwrap_or("").to_owned();
    Redirect::to(&format!("/tickets/{key}")).into_response()
}
