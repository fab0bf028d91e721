//! The calls of tickets.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Filter, Ticket, Tickets, add_new_note, by_key, create, export, field, form, history, list, photos, prepare,
    record::{
        ChangeBody, FilterParams, NewTicketBody, NoteBody, NoteRecord, NotificationList, TicketPage, TicketRecord,
    },
    resend, update, views,
};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::NotificationRecord,
    staff::SignedIn,
    web::{Answer, ApiFault, JsonBody, Key, NoFields, Path, Query, idempotency, openapi, preconditions::if_match},
};

/// The calls of this feature, with their documentation.
pub fn api(tickets: Tickets) -> OpenApiRouter {
    calls().with_state(tickets)
}

/// The documentation alone.
pub fn document() -> utoipa::openapi::OpenApi {
    calls().into_openapi()
}

fn calls() -> OpenApiRouter<Tickets> {
    OpenApiRouter::new()
        .routes(routes!(list_tickets, create_ticket))
        .routes(routes!(get_ticket, put_ticket, patch_ticket))
        .routes(routes!(create_note))
        .routes(routes!(get_photo))
        .routes(routes!(list_ticket_notifications))
        .routes(routes!(resend_notification))
        .merge(export::door::calls())
        .merge(field::api::calls())
        .merge(views::api::calls())
}

/// List tickets
///
/// Filters may be repeated or comma-separated; every order is total.
#[utoipa::path(get, path = "/api/tickets", tag = "tickets", operation_id = "list_tickets",
    params(
        FilterParams,
        ("sort" = Option<String>, Query, pattern = "^(ticketRef|createdAt|updatedAt|status|priority)?$",
            description = "ticketRef, createdAt, updatedAt (default), status, priority"),
        ("order" = Option<String>, Query, pattern = "^(asc|desc)?$", description = "asc, or desc (default)"),
        ("page" = Option<u32>, Query, minimum = 1, maximum = 10_000_000, description = "From 1"),
        ("pageSize" = Option<u32>, Query, minimum = 1, maximum = 100, description = "1 to 100, default 25"),
        ("cursor" = Option<String>, Query, description = "nextCursor of the page before"),
    ),
    responses((status = 200, description = "A page of tickets", body = TicketPage), openapi::ReadProblems))]
async fn list_tickets(
    State(tickets): State<Tickets>,
    SignedIn(_): SignedIn,
    Query(pairs): Query,
) -> Result<axum::Json<TicketPage>, ApiFault> {
    let filter = Filter::parse(&pairs, &tickets.desk)?;
    let desk = tickets.desk.clone();
    let wanted = filter.clone();
    let page = tickets.db.read(move |tx| list(tx, &desk, &wanted)).await?;
    Ok(axum::Json(TicketPage::new(&filter, page)))
}

/// Log a ticket
///
/// The client gets an SMS with the reference.
#[utoipa::path(post, path = "/api/tickets", tag = "tickets", operation_id = "create_ticket",
    params(openapi::IdempotencyKey), request_body = NewTicketBody,
    responses((status = 201, description = "The ticket", body = TicketRecord, headers(("Location" = String), ("ETag" = String))),
        openapi::WriteProblems))]
async fn create_ticket(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let key = Key::of(&tickets.desk.vault, &headers, &format!("{} create_ticket", user.id), &body.bytes)?;
    let asked = form::technician_of(&body.input);
    let new = match form::new_ticket(body.input, &tickets.desk) {
        Ok(new) => new,
        Err(fault) => return Err(form::all_faults(fault, asked, (&tickets, None)).await.into()),
    };
    let desk = tickets.desk.clone();
    let prepared = prepare(&desk, &user.person(), new);
    let answer = tickets
        .db
        .write(move |tx| {
            idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
                let (ticket, past) = create(tx, &desk, &prepared)?;
                let answer = Answer::json(StatusCode::CREATED, &TicketRecord::new(&ticket, &past))?;
                Ok(answer.version(ticket.version).at(format!("/api/tickets/{}", ticket.id)))
            })
        })
        .await?;
    tickets.desk.outbox.wake();
    Ok(answer)
}

/// Read a ticket
#[utoipa::path(get, path = "/api/tickets/{id}", tag = "tickets", operation_id = "get_ticket",
    params(("id" = String, Path, description = "The id or the ticketRef, in any letter case")),
    responses((status = 200, description = "The ticket", body = TicketRecord, headers(("ETag" = String))), openapi::ReadProblems))]
async fn get_ticket(
    State(tickets): State<Tickets>,
    SignedIn(_): SignedIn,
    Path(id): Path<String>,
) -> Result<Answer, ApiFault> {
    let desk = tickets.desk.clone();
    let answer = tickets
        .db
        .read(move |tx| {
            let ticket = by_key(tx, &desk.vault, &id)?;
            whole(tx, &desk.vault, &ticket, StatusCode::OK)
        })
        .await?;
    Ok(answer)
}

/// Change a ticket
///
/// Only the fields sent change. With `If-Match` the change is refused when the ticket has changed since.
#[utoipa::path(put, path = "/api/tickets/{id}", tag = "tickets", operation_id = "put_ticket",
    params(("id" = String, Path, description = "The id or the ticketRef"), openapi::IfMatch),
    request_body = ChangeBody,
    responses((status = 200, description = "The ticket as it is now", body = TicketRecord, headers(("ETag" = String))),
        (status = 409, description = "A refused transition; `allowed` names the allowed ones",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "Changed since; `ticket` is the ticket now",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn put_ticket(
    state: State<Tickets>,
    admin: SignedIn,
    path: Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    change_ticket(state, admin, path, headers, body).await
}

/// Change a ticket
///
/// The same as PUT.
#[utoipa::path(patch, path = "/api/tickets/{id}", tag = "tickets", operation_id = "patch_ticket",
    params(("id" = String, Path, description = "The id or the ticketRef"), openapi::IfMatch),
    request_body = ChangeBody,
    responses((status = 200, description = "The ticket as it is now", body = TicketRecord, headers(("ETag" = String))),
        (status = 409, description = "A refused transition; `allowed` names the allowed ones",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "Changed since; `ticket` is the ticket now",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn patch_ticket(
    state: State<Tickets>,
    admin: SignedIn,
    path: Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    change_ticket(state, admin, path, headers, body).await
}

async fn change_ticket(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let change = form::change(body.input, &tickets, &id).await?;
    let seen = if_match(&headers);
    let (desk, by) = (tickets.desk.clone(), user.person());
    let answer = tickets
        .db
        .write(move |tx| {
            let ticket = by_key(tx, &desk.vault, &id)?;
            if seen.as_ref().is_some_and(|versions| !versions.contains(&ticket.version)) {
                let past = history(tx, &desk.vault, &ticket)?;
                let current = serde_json::to_value(TicketRecord::new(&ticket, &past));
                return Err(
                    current.map_or_else(|error| Fault::Unexpected(error.into()), |now| Fault::Stale(Box::new(now)))
                );
            }
            let ticket = update(tx, &desk, &by, ticket, change.clone(), 0)?;
            whole(tx, &desk.vault, &ticket, StatusCode::OK)
        })
        .await?;
    tickets.desk.outbox.wake();
    Ok(answer)
}

/// Add a note
#[utoipa::path(post, path = "/api/tickets/{id}/notes", tag = "tickets", operation_id = "create_note",
    params(("id" = String, Path, description = "The id or the ticketRef"), openapi::IdempotencyKey),
    request_body = NoteBody,
    responses((status = 201, description = "The note", body = NoteRecord),
        (status = 409, description = "The ticket was erased",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn create_note(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let key = Key::of(&tickets.desk.vault, &headers, &format!("{} create_note {id}", user.id), &body.bytes)?;
    let new = form::note(body.input, &tickets.desk)?;
    let (desk, by) = (tickets.desk.clone(), user.person());
    let answer = tickets
        .db
        .write(move |tx| {
            idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
                let ticket = by_key(tx, &desk.vault, &id)?;
                let note = add_new_note(tx, &desk, &by, ticket, &new)?;
                Answer::json(StatusCode::CREATED, &NoteRecord::from(&note))
            })
        })
        .await?;
    tickets.desk.outbox.wake();
    Ok(answer)
}

/// Get a photo of a ticket
#[utoipa::path(get, path = "/api/tickets/{id}/photos/{photo}", tag = "tickets", operation_id = "get_photo",
    params(("id" = String, Path, description = "The id or the ticketRef"), ("photo" = Uuid, Path)),
    responses((status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>), openapi::ReadProblems))]
async fn get_photo(
    State(tickets): State<Tickets>,
    SignedIn(_): SignedIn,
    Path((id, photo)): Path<(String, Uuid)>,
) -> Result<Response, ApiFault> {
    Ok(photos::door::of_desk(&tickets, id, photo).await?)
}

/// The messages of a ticket
#[utoipa::path(get, path = "/api/tickets/{id}/notifications", tag = "notifications",
    operation_id = "list_ticket_notifications",
    params(("id" = String, Path, description = "The id or the ticketRef")),
    responses((status = 200, description = "The messages", body = NotificationList), openapi::ReadProblems))]
async fn list_ticket_notifications(
    State(tickets): State<Tickets>,
    SignedIn(_): SignedIn,
    Path(id): Path<String>,
) -> Result<axum::Json<NotificationList>, ApiFault> {
    let desk = tickets.desk.clone();
    let sent = tickets
        .db
        .read(move |tx| {
            let ticket = by_key(tx, &desk.vault, &id)?;
            desk.outbox.for_ticket(tx, ticket.id)
        })
        .await?;
    Ok(axum::Json(NotificationList { items: sent.iter().map(NotificationRecord::from).collect() }))
}

/// Send a message again
#[utoipa::path(post, path = "/api/notifications/{id}/resend", tag = "notifications",
    operation_id = "resend_notification",
    params(("id" = Uuid, Path), openapi::IdempotencyKey),
    responses((status = 202, description = "Queued again", body = NotificationRecord),
        (status = 409, description = "It is waiting already, or was cancelled",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn resend_notification(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: NoFields,
) -> Result<Response, ApiFault> {
    let key = Key::of(&tickets.desk.vault, &headers, &format!("{} resend_notification {id}", user.id), &body.bytes)?;
    let desk = tickets.desk.clone();
    let answer = tickets
        .db
        .write(move |tx| {
            idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
                let sent = resend(tx, &desk, id, user.id)?;
                Answer::json(StatusCode::ACCEPTED, &NotificationRecord::from(&sent))
            })
        })
        .await?;
    tickets.desk.outbox.wake();
    Ok(answer.into_response())
}

fn whole(tx: &mut Tx<'_>, vault: &vault::Vault, ticket: &Ticket, status: StatusCode) -> Result<Answer, Fault> {
    let past = history(tx, vault, ticket)?;
    Ok(Answer::json(status, &TicketRecord::new(ticket, &past))?.version(ticket.version))
}
