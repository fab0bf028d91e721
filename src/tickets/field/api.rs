//! The calls of technicians: their jobs.

use axum::{
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    address, filter, job, note, photograph,
    record::{ChangeBody, JobPage, JobRecord, NoteBody, PhotoBody},
    report, takes_photo,
};
use crate::{
    db::Tx,
    fault::Fault,
    staff::SignedIn,
    tickets::{
        Desk, Ticket, Tickets, form, history, list,
        photos::{self, Upload},
        record::NoteRecord,
    },
    web::{Answer, ApiFault, JsonBody, Key, Path, Query, idempotency, openapi},
    words::Text,
};

/// The calls, with their documentation.
pub fn calls() -> OpenApiRouter<Tickets> {
    OpenApiRouter::new()
        .routes(routes!(list_jobs))
        .routes(routes!(get_job, report_job))
        .routes(routes!(create_job_note))
        .routes(routes!(get_job_photo))
        .merge(OpenApiRouter::new().routes(routes!(create_job_photo)).layer(DefaultBodyLimit::max(photos::LARGEST)))
}

/// List one's jobs
///
/// The tickets that are assigned to the technician who asks and not closed, the most urgent first. Off unless the setting
/// `technician_view` is on; then for technicians only.
#[utoipa::path(get, path = "/api/jobs", tag = "jobs", operation_id = "list_jobs",
    params(("cursor" = Option<String>, Query, description = "nextCursor of the page before")),
    responses((status = 200, description = "A page of jobs", body = JobPage), openapi::ReadProblems))]
async fn list_jobs(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Query(pairs): Query,
) -> Result<axum::Json<JobPage>, ApiFault> {
    if let Some((name, _)) = pairs.iter().find(|(name, _)| name != "cursor") {
        let name: String = name.chars().take(64).collect();
        return Err(Fault::field(&name, "unknown", Text::new("problem-no-parameter")).into());
    }
    let desk = tickets.desk.clone();
    let filter = filter(&desk, user.id, &pairs)?;
    let page = tickets.db.read(move |tx| list(tx, &desk, &filter)).await?;
    Ok(axum::Json(page.into()))
}

/// Read a job
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", operation_id = "get_job",
    params(("id" = String, Path, description = "The id or the ticketRef, in any letter case")),
    responses((status = 200, description = "The job", body = JobRecord, headers(("ETag" = String))), openapi::ReadProblems))]
async fn get_job(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<String>,
) -> Result<Answer, ApiFault> {
    let desk = tickets.desk.clone();
    let work = move |tx: &mut Tx<'_>| {
        let ticket = job(tx, &desk, user.id, &id)?;
        whole(tx, &desk, &ticket)
    };
    Ok(tickets.db.read(work).await?)
}

/// Report how a job stands
///
/// Dispatched may become In Progress or Fixed, which tells the client. The desk does the rest.
#[utoipa::path(patch, path = "/api/jobs/{id}", tag = "jobs", operation_id = "report_job",
    params(("id" = String, Path, description = "The id or the ticketRef")),
    request_body = ChangeBody,
    responses((status = 200, description = "The job as it is now", body = JobRecord, headers(("ETag" = String))),
        (status = 409, description = "A refused transition; `allowed` names the allowed ones",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn report_job(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<String>,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let to = form::report(body.input)?;
    let (desk, by) = (tickets.desk.clone(), user.person());
    let work = move |tx: &mut Tx<'_>| {
        let ticket = report(tx, &desk, &by, &id, to)?;
        whole(tx, &desk, &ticket)
    };
    let answer = tickets.db.write(work).await?;
    tickets.desk.outbox.wake();
    Ok(answer)
}

/// Add a note to a job
#[utoipa::path(post, path = "/api/jobs/{id}/notes", tag = "jobs", operation_id = "create_job_note",
    params(("id" = String, Path, description = "The id or the ticketRef"), openapi::IdempotencyKey),
    request_body = NoteBody,
    responses((status = 201, description = "The note", body = NoteRecord),
        (status = 409, description = "The ticket was erased",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn create_job_note(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let key = Key::of(&tickets.desk.vault, &headers, &format!("{} create_job_note {id}", user.id), &body.bytes)?;
    let new = form::note(body.input, &tickets.desk)?;
    let (desk, by) = (tickets.desk.clone(), user.person());
    let work = move |tx: &mut Tx<'_>| {
        // Asked before what is kept is answered: a job that is theirs no more says nothing of what they once wrote.
        job(tx, &desk, by.id, &id)?;
        idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
            let note = note(tx, &desk, &by, &id, &new)?;
            Answer::json(StatusCode::CREATED, &NoteRecord::from(&note))
        })
    };
    Ok(tickets.db.write(work).await?)
}

/// Add a photo to a job
///
/// It comes as a note of its own. What is kept is a JPEG of at most 2,048 pixels, without what else was in the file, such as
/// where it was taken.
#[utoipa::path(post, path = "/api/jobs/{id}/photos", tag = "jobs", operation_id = "create_job_photo",
    params(("id" = String, Path, description = "The id or the ticketRef"), openapi::IdempotencyKey),
    request_body(content = PhotoBody, content_type = "multipart/form-data"),
    responses((status = 201, description = "The note", body = NoteRecord),
        (status = 409, description = "The ticket was erased",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn create_job_photo(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    mut upload: Upload,
) -> Result<Answer, ApiFault> {
    let bytes = upload.form.bytes.clone();
    let key = Key::of(&tickets.desk.vault, &headers, &format!("{} create_job_photo {id}", user.id), &bytes)?;
    upload.or_content(Text::new("photo-note").english());
    let Some(sent) = upload.photo.take() else {
        return Err(Fault::field(photos::PHOTO, "required", Text::new("photo-missing")).into());
    };
    let new = form::note(upload.form.input, &tickets.desk)?;
    let (desk, by) = (tickets.desk.clone(), user.person());
    let (here, of, wanted) = (desk.clone(), by.id, id.clone());
    tickets.db.read(move |tx| takes_photo(tx, &here, of, &wanted)).await?;
    let picture = tickets.darkroom.develop(sent).await?;
    let work = move |tx: &mut Tx<'_>| {
        job(tx, &desk, by.id, &id)?;
        idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
            let note = photograph(tx, &desk, &by, &id, &new, &picture)?;
            Answer::json(StatusCode::CREATED, &NoteRecord::from(&note))
        })
    };
    Ok(tickets.db.write(work).await?)
}

/// Get a photo of a job
#[utoipa::path(get, path = "/api/jobs/{id}/photos/{photo}", tag = "jobs", operation_id = "get_job_photo",
    params(("id" = String, Path, description = "The id or the ticketRef"), ("photo" = Uuid, Path)),
    responses((status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>), openapi::ReadProblems))]
async fn get_job_photo(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path((id, photo)): Path<(String, Uuid)>,
) -> Result<Response, ApiFault> {
    Ok(photos::door::of_job(&tickets, user.id, id, photo).await?)
}

fn whole(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket) -> Result<Answer, Fault> {
    let (past, address) = (history(tx, &desk.vault, ticket)?, address(tx, desk, ticket)?);
    Ok(Answer::json(StatusCode::OK, &JobRecord::new(ticket, &past, address))?.version(ticket.version))
}
