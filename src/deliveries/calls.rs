//! The work list "not delivered: call the client".

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    COUNTED_TO, SHOWN, counted,
    list::{Asked, Tab, tabs},
    origin,
    row::{Row, kind},
};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{Listed, Place},
    staff::{Person, SignedIn},
    tickets::{Desk, Status, Ticket, Tickets, add_note, by_key, by_keys},
    web::{Flash, Form, Frame, PageFault, Path, Query, Visit},
    words::{Language, Text, Times, When},
};

#[derive(Template)]
#[template(path = "notifications/calls.html")]
struct CallsPage {
    frame: Frame,
    tabs: Vec<Tab>,
    total: String,
    rows: Vec<Call>,
    later: Option<String>,
    first: Option<String>,
    here: String,
}

/// A client to be called.
struct Call {
    row: Row,
    client: String,
    status: Status,
    since: When,
    /// The number that the ticket has now.
    phone: String,
    tel: String,
}

/// `GET /notifications/calls`: the longest waiting first.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let desk = state.desk.clone();
    let after = query.get("after").and_then(Place::parse);
    let read = move |tx: &mut Tx<'_>| {
        let found = desk.outbox.to_call(tx, after, SHOWN + 1)?;
        let references: Vec<&str> = found.iter().map(|(one, _)| one.reference.as_str()).collect();
        let tickets = by_keys(tx, &desk.vault, &references)?.into_iter();
        let tickets: HashMap<String, Ticket> = tickets.map(|one| (one.reference.as_str().to_owned(), one)).collect();
        let with_ticket = |(one, since): (Listed, i64)| {
            let ticket = tickets.get(&one.reference).cloned().ok_or(Fault::NotFound)?;
            Ok((one, since, ticket))
        };
        let found = found.into_iter().map(with_ticket).collect::<Result<Vec<_>, Fault>>()?;
        let total = desk.outbox.count_to_call(tx, COUNTED_TO + 1)?;
        let mut tabs = tabs(tx, &desk, &Asked::read(&Query::default(), &desk))?;
        for tab in &mut tabs {
            tab.here = false;
        }
        Ok::<_, Fault>((tabs, found, total))
    };
    let (tabs, mut found, total) = state.db.read(read).await?;
    let more = found.len() > SHOWN as usize;
    found.truncate(SHOWN as usize);
    let times = state.desk.times(visit.language);
    let later = found.last().filter(|_| more).map(|(one, since, _)| Place { at: *since, id: one.id });
    let here = visit.path.clone();
    let title = Text::new("notifications-calls").to(visit.language).to_string();
    let page = CallsPage {
        frame: state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?,
        tabs,
        total: counted(total),
        rows: found.into_iter().map(|found| call(found, &state.desk, &times)).collect(),
        later: later.map(|place| format!("/notifications/calls?after={place}")),
        first: after.map(|_| "/notifications/calls".to_owned()),
        here,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

fn call((one, since, ticket): (Listed, i64, Ticket), desk: &Desk, times: &Times) -> Call {
    Call {
        row: Row::new(&one, desk, times),
        client: ticket.client_name,
        status: ticket.status,
        since: times.ago(since),
        phone: ticket.client_phone.shown_in(desk.region.as_ref()),
        tel: ticket.client_phone.as_str().to_owned(),
    }
}

/// `POST /notifications/{id}/called`: takes it off the list and notes it on the ticket, both or neither. Twice is once.
pub async fn called(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let back = origin(&mut form.input, "/notifications/calls");
    let (desk, by, language) = (state.desk.clone(), user.person(), visit.language);
    let noted = state.db.write(move |tx| note(tx, &desk, &by, id, language)).await?;
    let word = if noted { "notifications-called-done" } else { "notifications-called-already" };
    Ok(state.chrome.redirect(&back, Some(Flash::ok(Text::new(word).to(language)))))
}

fn note(tx: &mut Tx<'_>, desk: &Desk, by: &Person, id: Uuid, language: Language) -> Result<bool, Fault> {
    let sms = desk.outbox.message(tx, id)?;
    if !desk.outbox.called(tx, id)? {
        return Ok(false);
    }
    let ticket = by_key(tx, &desk.vault, &sms.reference)?;
    let words = Text::new("notifications-called-note").arg("kind", kind(sms.kind)).to(language).to_string();
    add_note(tx, desk, by, ticket, &words)?;
    Ok(true)
}
