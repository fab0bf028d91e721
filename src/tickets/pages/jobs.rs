//! What a technician sees on the phone: the jobs, and each one with what is to be done about it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{KEY_FAULT, fresh_key, key_of};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    staff::{SignedIn, User},
    tickets::{
        Status, Ticket, Tickets, field, form, history, list as find,
        photos::{PHOTO, Photo, Upload},
    },
    web::{Answer, Flash, Form, Frame, PageFault, Path, Query, Visit, idempotency},
    words::{Text, When},
};

#[derive(Template)]
#[template(path = "jobs/list.html")]
struct ListPage {
    frame: Frame,
    jobs: Vec<Row>,
    /// Where the next ones are.
    more: Option<String>,
}

struct Row {
    ticket: Ticket,
    phone: String,
    assigned: Option<When>,
}

#[derive(Template)]
#[template(path = "jobs/job.html")]
struct JobPage {
    frame: Frame,
    ticket: Ticket,
    phone: String,
    address: Option<String>,
    moves: &'static [Status],
    notes: Vec<JobNote>,
    key: String,
    note: String,
    note_fault: Option<Text>,
    photo_fault: Option<Text>,
    problem: Option<Text>,
}

struct JobNote {
    by: String,
    when: When,
    content: String,
    photos: Vec<Photo>,
}

/// `GET /jobs`; `?cursor=` goes on after a page.
pub async fn list(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let at: Vec<_> = query.0.into_iter().filter(|(name, _)| name == "cursor").collect();
    let desk = state.desk.clone();
    let filter = field::filter(&desk, user.id, &at)?;
    let page = state.db.read(move |tx| find(tx, &desk, &filter)).await?;
    let title = visit.title(Text::new("jobs-title"), true);
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let times = state.desk.times(frame.visit.language);
    let row = |ticket: Ticket| Row {
        phone: ticket.client_phone.shown_in(state.desk.region.as_ref()),
        assigned: ticket.assigned_at.map(|at| times.ago(at)),
        ticket,
    };
    let more = page.next_cursor.map(|cursor| format!("/jobs?cursor={cursor}"));
    let page = ListPage { jobs: page.items.into_iter().map(row).collect(), more, frame };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// What a refused form shows on the job's page.
#[derive(Default)]
struct Trouble {
    note: String,
    note_fault: Option<Text>,
    photo_fault: Option<Text>,
    problem: Option<Text>,
}

impl Trouble {
    /// A refusal that the page can show.
    fn of(fault: Fault, note: &str) -> Result<Self, Fault> {
        let trouble = Self { note: note.to_owned(), ..Self::default() };
        match fault {
            Fault::Invalid(faults) => {
                let of = |field: &str| faults.iter().find(|fault: &&FieldFault| fault.field == field);
                let sent_before = of(KEY_FAULT).map(|_| Text::new("ticket-sent-before"));
                let other = faults.first().map(|fault| fault.message.clone());
                match (of("content"), of(PHOTO)) {
                    (Some(fault), _) => Ok(Self { note_fault: Some(fault.message.clone()), ..trouble }),
                    (None, Some(fault)) => Ok(Self { photo_fault: Some(fault.message.clone()), ..trouble }),
                    (None, None) => Ok(Self { problem: sent_before.or(other), ..trouble }),
                }
            }
            Fault::Conflict { detail, .. } => Ok(Self { problem: Some(detail), ..trouble }),
            Fault::Busy(_) => Ok(Self { problem: Some(Text::new("photo-busy")), ..trouble }),
            other => Err(other),
        }
    }
}

/// `GET /jobs/{ref}`.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
) -> Result<Response, PageFault> {
    page(&state, &user, visit, &key, Trouble::default()).await
}

async fn page(state: &Tickets, user: &User, visit: Visit, key: &str, trouble: Trouble) -> Result<Response, PageFault> {
    let (desk, technician, wanted) = (state.desk.clone(), user.id, key.to_owned());
    let read = move |tx: &mut Tx<'_>| {
        let ticket = field::job(tx, &desk, technician, &wanted)?;
        let (past, address) = (history(tx, &desk.vault, &ticket)?, field::address(tx, &desk, &ticket)?);
        Ok::<_, Fault>((ticket, past, address))
    };
    let (ticket, past, address) = state.db.read(read).await?;
    let good = trouble.problem.is_none() && trouble.note_fault.is_none() && trouble.photo_fault.is_none();
    let title = visit.title(Text::new("jobs-job").arg("reference", ticket.reference.as_str()), good);
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let times = state.desk.times(frame.visit.language);
    let notes = past.notes.iter().rev();
    let notes = notes.map(|note| JobNote {
        by: note.by.name.clone(),
        when: times.phrase(note.at),
        content: note.content.clone(),
        photos: note.photos.clone(),
    });
    let notes = notes.collect();
    let page = JobPage {
        phone: ticket.client_phone.shown_in(state.desk.region.as_ref()),
        address,
        moves: field::moves(ticket.status),
        notes,
        key: fresh_key(&state.desk),
        note: trouble.note,
        note_fault: trouble.note_fault,
        photo_fault: trouble.photo_fault,
        problem: trouble.problem,
        ticket,
        frame,
    };
    Ok(page.frame.respond(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page))
}

/// `POST /jobs/{ref}/notes`: `content`, `photo`; either may be missing.
pub async fn add_note(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    mut upload: Upload,
) -> Result<Response, PageFault> {
    let typed = upload.form.typed("content").to_owned();
    upload.or_content(Text::new("photo-note").to(visit.language).to_string());
    let added = if upload.photo.is_some() { "photo-added" } else { "ticket-note-added" };
    match keep(&state, &user, &key, upload).await {
        Ok(()) => Ok(done(&state, &visit, &key, Text::new(added))),
        Err(fault) => page(&state, &user, visit, &key, Trouble::of(fault, &typed)?).await,
    }
}

async fn keep(state: &Tickets, user: &User, key: &str, mut upload: Upload) -> Result<(), Fault> {
    let once_key = key_of(&mut upload.form, &state.desk, user.id, &format!("job note {key}"));
    let new = form::note(upload.form.input, &state.desk)?;
    let picture = match upload.photo.take() {
        Some(sent) => {
            let (desk, of, wanted) = (state.desk.clone(), user.id, key.to_owned());
            state.db.read(move |tx| field::takes_photo(tx, &desk, of, &wanted)).await?;
            Some(state.darkroom.develop(sent).await?)
        }
        None => None,
    };
    let (desk, by, key) = (state.desk.clone(), user.person(), key.to_owned());
    let work = move |tx: &mut Tx<'_>| {
        // Asked before what is kept is answered: see the call.
        field::job(tx, &desk, by.id, &key)?;
        idempotency::once(tx, &desk.vault, desk.clock.now(), once_key.as_ref(), |tx| {
            match &picture {
                Some(picture) => field::photograph(tx, &desk, &by, &key, &new, picture)?,
                None => field::note(tx, &desk, &by, &key, &new)?,
            };
            Ok(Answer::empty(StatusCode::SEE_OTHER))
        })
    };
    state.db.write(work).await.map(drop)
}

/// `POST /jobs/{ref}/status`: `status`.
pub async fn report(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    form: Form,
) -> Result<Response, PageFault> {
    let result = match form::report(form.input) {
        Ok(to) => {
            let (desk, by, key) = (state.desk.clone(), user.person(), key.clone());
            state.db.write(move |tx| field::report(tx, &desk, &by, &key, to)).await
        }
        Err(fault) => Err(fault),
    };
    match result {
        Ok(ticket) => {
            state.desk.outbox.wake();
            let words = Text::new("ticket-now-status").arg("status", ticket.status.label());
            Ok(done(&state, &visit, ticket.reference.as_str(), words))
        }
        Err(fault) => page(&state, &user, visit, &key, Trouble::of(fault, "")?).await,
    }
}

fn done(state: &Tickets, visit: &Visit, key: &str, words: Text) -> Response {
    state.chrome.redirect(&format!("/jobs/{key}"), Some(Flash::ok(words.to(visit.language))))
}

/// `GET` of an address that only takes forms, as a reload asks for it: `303` to the job.
pub async fn back(visit: Visit, SignedIn(_): SignedIn) -> Response {
    let key = visit.path.split('/').nth(2).unwrap_or("").to_owned();
    Redirect::to(&format!("/jobs/{key}")).into_response()
}
