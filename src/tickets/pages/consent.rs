//! What a client says about messages on the phone, and a message that is taken back while it waits.

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::{back::Back, path_of};
use crate::{
    db::Tx,
    fault::Fault,
    staff::SignedIn,
    tickets::{Tickets, by_key, notices},
    web::{Flash, Form, PageFault, Path, Visit},
    words::Text,
};

/// `POST /tickets/{ref}/consent`: `optedOut`, which is what the client said just now.
pub async fn set(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(key): Path<String>,
    mut form: Form,
) -> Result<Response, PageFault> {
    // A form that does not say it is none of ours, and is not to stop anybody's messages.
    let stop = form.input.flag("optedOut").value();
    let stop = stop.ok_or_else(|| Fault::field("optedOut", "required", Text::new("input-no-flag")))?;
    let desk = state.desk.clone();
    let work = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &key)?;
        if ticket.erased_at.is_some() {
            return Err(Fault::conflict(Text::new("rules-erased")));
        }
        if stop {
            desk.outbox.opt_out(tx, &ticket.client_phone, user.id)?;
        } else {
            desk.outbox.opt_in(tx, &ticket.client_phone, user.id)?;
        }
        notices::tell(tx, &ticket);
        Ok::<_, Fault>(ticket.reference)
    };
    let reference = state.db.write(work).await?;
    let words = Text::new(if stop { "ticket-stop-done" } else { "ticket-start-done" }).to(visit.language);
    let path = format!("{}{}", path_of(&reference), Back::of(&visit).suffix());
    Ok(state.chrome.redirect(&path, Some(Flash::ok(words))))
}

/// `POST /tickets/{ref}/notifications/{id}/cancel`.
pub async fn cancel(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path((key, id)): Path<(String, Uuid)>,
) -> Result<Response, PageFault> {
    let desk = state.desk.clone();
    let work = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &key)?;
        if desk.outbox.ticket_of(tx, id)? != Some(ticket.id) {
            return Err(Fault::NotFound);
        }
        match desk.outbox.cancel(tx, id, user.id) {
            Ok(_) => Ok((ticket.reference, None)),
            Err(Fault::Conflict { detail, .. }) => Ok((ticket.reference, Some(detail))),
            Err(other) => Err(other),
        }
    };
    let (reference, refused) = state.db.write(work).await?;
    let flash = match refused {
        None => Flash::ok(Text::new("notifications-cancel-done").to(visit.language)),
        Some(detail) => Flash::error(detail.to(visit.language)),
    };
    let path = format!("{}{}", path_of(&reference), Back::of(&visit).suffix());
    Ok(state.chrome.redirect(&path, Some(flash)))
}
