//! Takes a message back while it waits.

use axum::{extract::State, response::Response};
use uuid::Uuid;

use super::origin;
use crate::{
    fault::Fault,
    staff::SignedIn,
    tickets::Tickets,
    web::{Flash, Form, PageFault, Path, Visit},
    words::Text,
};

/// `POST /notifications/{id}/cancel`.
pub async fn one(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(id): Path<Uuid>,
    mut form: Form,
) -> Result<Response, PageFault> {
    let back = origin(&mut form.input, "/notifications");
    let (desk, by) = (state.desk.clone(), user.id);
    let flash = match state.db.write(move |tx| desk.outbox.cancel(tx, id, by)).await {
        Ok(_) => Flash::ok(Text::new("notifications-cancel-done").to(visit.language)),
        Err(Fault::Conflict { detail, .. }) => Flash::error(detail.to(visit.language)),
        Err(other) => return Err(other.into()),
    };
    Ok(state.chrome.redirect(&back, Some(flash)))
}
