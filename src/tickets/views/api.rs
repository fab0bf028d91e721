//! The calls of saved views.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{SavedView, change, form, remove, save, visible};
use crate::{
    clock::instant,
    fault::FieldFault,
    input,
    staff::SignedIn,
    tickets::{Tickets, record::PersonRecord},
    web::{Answer, ApiFault, JsonBody, Key, Path, Query, idempotency, openapi},
    words::Text,
};

/// The calls, with their documentation.
pub fn calls() -> OpenApiRouter<Tickets> {
    OpenApiRouter::new().routes(routes!(list_views, create_view)).routes(routes!(update_view, delete_view))
}

/// A filter of the list by a name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SavedView)]
pub struct ViewRecord {
    /// `UUIDv7`.
    id: Uuid,
    #[schema(example = "Urgent and old")]
    name: String,
    /// A query string for `GET /api/tickets`, without a question mark, in one form for one list.
    #[schema(example = "priority=Urgent&createdTo=2026-11-20")]
    query: String,
    /// Whether every admin sees it.
    shared: bool,
    owner: PersonRecord,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<&SavedView> for ViewRecord {
    fn from(view: &SavedView) -> Self {
        Self {
            id: view.id,
            name: view.name.clone(),
            query: view.query.clone(),
            shared: view.shared,
            owner: PersonRecord::from(&view.owner),
            created_at: instant(view.created_at),
            updated_at: instant(view.updated_at),
        }
    }
}

/// Saved views.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedViewList)]
pub struct ViewList {
    /// One's own by name, then what others share by name.
    items: Vec<ViewRecord>,
}

// The types of bodies only document the calls; `form` reads them.

/// A view to be saved.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSavedView)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewViewBody {
    /// Unlike the names of one's other views, in any letter case.
    #[schema(max_length = 60, pattern = r"\S", example = "Urgent and old")]
    name: String,
    /// A query string of `GET /api/tickets`; page and cursor are dropped.
    #[schema(min_length = 1, max_length = 8_000, example = "priority=Urgent&createdTo=2026-11-20")]
    query: String,
    #[schema(nullable = false, default = false)]
    shared: Option<bool>,
}

/// A change of a view: any of these, and only those sent change.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SavedViewChange)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ViewChangeBody {
    #[schema(nullable = false, max_length = 60, pattern = r"\S")]
    name: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 8_000)]
    query: Option<String>,
    #[schema(nullable = false)]
    shared: Option<bool>,
}

/// List saved views
///
/// One's own and those that other admins share.
#[utoipa::path(get, path = "/api/views", tag = "views", operation_id = "list_views",
    responses((status = 200, description = "The views", body = ViewList), openapi::ReadProblems))]
async fn list_views(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Query(pairs): Query,
) -> Result<Answer, ApiFault> {
    let unknown = |(name, _): &(String, String)| {
        let shown: String = name.chars().take(64).collect();
        FieldFault::new(shown, "unknown", Text::new("filter-unknown-here"))
    };
    input::none_of(pairs.iter().map(unknown).collect())?;
    let vault = tickets.desk.vault.clone();
    let views = tickets.db.read(move |tx| visible(tx, &vault, user.id)).await?;
    Ok(Answer::json(StatusCode::OK, &ViewList { items: views.iter().map(ViewRecord::from).collect() })?)
}

/// Save a view
///
/// At most 50 of one's own.
#[utoipa::path(post, path = "/api/views", tag = "views", operation_id = "create_view",
    params(openapi::IdempotencyKey), request_body = NewViewBody,
    responses((status = 201, description = "The view", body = ViewRecord, headers(("Location" = String))),
        openapi::WriteProblems))]
async fn create_view(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let key = Key::of(&tickets.desk.vault, &headers, &format!("{} create_view", user.id), &body.bytes)?;
    let new = form::new_view(body.input, &tickets.desk)?;
    let (desk, by) = (tickets.desk.clone(), user.person());
    let answer = tickets
        .db
        .write(move |tx| {
            idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
                let view = save(tx, &desk, &by, &new)?;
                let answer = Answer::json(StatusCode::CREATED, &ViewRecord::from(&view))?;
                Ok(answer.at(format!("/api/views/{}", view.id)))
            })
        })
        .await?;
    Ok(answer)
}

/// Change a view
///
/// Only its owner may.
#[utoipa::path(patch, path = "/api/views/{id}", tag = "views", operation_id = "update_view",
    params(("id" = Uuid, Path, description = "The view's id")), request_body = ViewChangeBody,
    responses((status = 200, description = "The view as it is now", body = ViewRecord), openapi::WriteProblems))]
async fn update_view(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let wanted = form::change(body.input, &tickets.desk)?;
    let desk = tickets.desk.clone();
    let view = tickets.db.write(move |tx| change(tx, &desk, user.id, id, &wanted)).await?;
    Ok(Answer::json(StatusCode::OK, &ViewRecord::from(&view))?)
}

/// Delete a view
///
/// Only its owner may, and any admin when the owner is disabled or no longer an admin.
#[utoipa::path(delete, path = "/api/views/{id}", tag = "views", operation_id = "delete_view",
    params(("id" = Uuid, Path, description = "The view's id")),
    responses((status = 204, description = "It is gone"), openapi::ReadProblems))]
async fn delete_view(
    State(tickets): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Answer, ApiFault> {
    let vault = tickets.desk.vault.clone();
    tickets.db.write(move |tx| remove(tx, &vault, user.id, id)).await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
