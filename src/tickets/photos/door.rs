//! Photos as files: on pages of the desk and of technicians, and for their programs.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use uuid::Uuid;

use crate::{
    db::Tx,
    fault::Fault,
    staff::SignedIn,
    tickets::{Tickets, by_key, field},
    web::{PageFault, Path},
};

/// A picture is shown and does nothing: should it ever be something else, it still does nothing (ASVS 5.0, 3.2.1).
const INERT: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The picture of a photo of this ticket, for whom the desk is.
///
/// # Errors
/// [`Fault::NotFound`], the database's and the vault's.
pub async fn of_desk(state: &Tickets, key: String, photo: Uuid) -> Result<Response, Fault> {
    let desk = state.desk.clone();
    let read = move |tx: &mut Tx<'_>| {
        let ticket = by_key(tx, &desk.vault, &key)?;
        super::read(tx, &desk.vault, ticket.id, photo)
    };
    state.db.read(read).await.map(|jpeg| file(jpeg, photo))
}

/// The same of one of a technician's jobs.
///
/// # Errors
/// As [`of_desk`].
pub async fn of_job(state: &Tickets, technician: Uuid, key: String, photo: Uuid) -> Result<Response, Fault> {
    let desk = state.desk.clone();
    let read = move |tx: &mut Tx<'_>| {
        let ticket = field::job(tx, &desk, technician, &key)?;
        super::read(tx, &desk.vault, ticket.id, photo)
    };
    state.db.read(read).await.map(|jpeg| file(jpeg, photo))
}

/// `GET /tickets/{ref}/photos/{id}`.
pub async fn desk_page(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
    Path((key, photo)): Path<(String, Uuid)>,
) -> Result<Response, PageFault> {
    Ok(of_desk(&state, key, photo).await?)
}

/// `GET /jobs/{ref}/photos/{id}`.
pub async fn job_page(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    Path((key, photo)): Path<(String, Uuid)>,
) -> Result<Response, PageFault> {
    Ok(of_job(&state, user.id, key, photo).await?)
}

fn file(jpeg: Vec<u8>, photo: Uuid) -> Response {
    let mut response = jpeg.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(INERT));
    if let Ok(name) = HeaderValue::try_from(format!("inline; filename=\"{}.jpg\"", photo.simple())) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}
