//! The calls of clients.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Client, Clients, Outcome, Sought, by_account, clients, form, prepare, record, upsert};
use crate::{
    clock::instant,
    fault::{Fault, FieldFault},
    input,
    staff::SignedIn,
    web::{Answer, ApiFault, JsonBody, Path, Query, openapi, preconditions::if_match, problem::Problem},
    words::Text,
};

/// The calls of this feature, with their documentation.
pub fn api(clients: Clients) -> OpenApiRouter {
    calls().with_state(clients)
}

/// The documentation alone.
pub fn document() -> utoipa::openapi::OpenApi {
    calls().into_openapi()
}

fn calls() -> OpenApiRouter<Clients> {
    OpenApiRouter::new().routes(routes!(find_clients)).routes(routes!(get_client, put_client))
}

/// A client of the ISP.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Client)]
pub struct ClientRecord {
    /// `UUIDv7`.
    id: Uuid,
    #[schema(example = "LF-204417")]
    account_id: String,
    name: String,
    /// E.164.
    #[schema(example = "+447700900142")]
    phone: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    plan: Option<String>,
    #[schema(required)]
    address: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// One up with every change; also the `ETag`.
    version: i64,
}

impl From<&Client> for ClientRecord {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id,
            account_id: client.account_id.clone(),
            name: client.name.clone(),
            phone: client.phone.as_str().to_owned(),
            email: client.email.clone(),
            plan: client.plan.clone(),
            address: client.address.clone(),
            created_at: instant(client.created_at),
            updated_at: instant(client.updated_at),
            version: client.version,
        }
    }
}

/// Clients who may be meant.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientList {
    /// At most ten, the likeliest first.
    items: Vec<ClientRecord>,
}

/// What `PUT /api/clients/{accountId}` takes. This type only documents it; `form` reads it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientChange)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ClientBody {
    /// Needed where the client is new.
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    name: Option<String>,
    /// Needed where the client is new. A possible number; with a country code unless the settings name a region.
    #[schema(nullable = false, pattern = r"\S", example = "+447700900142")]
    phone: Option<String>,
    #[schema(nullable)]
    email: Option<String>,
    #[schema(nullable, max_length = 100)]
    plan: Option<String>,
    #[schema(nullable, max_length = 500)]
    address: Option<String>,
}

fn answer(status: StatusCode, client: &Client) -> Result<Answer, Fault> {
    Ok(Answer::json(status, &ClientRecord::from(client))?.version(client.version))
}

/// Suggest clients
///
/// At most ten who match all terms: the start of any word of the name, the number or its last 4 digits or more, the
/// e-mail address, the account id. Without terms, the newest.
#[utoipa::path(get, path = "/api/clients", tag = "clients", operation_id = "find_clients",
    params(("q" = Option<String>, Query, description = "What somebody has typed so far")),
    responses((status = 200, description = "Who may be meant", body = ClientList), openapi::ReadProblems))]
async fn find_clients(
    State(state): State<Clients>,
    SignedIn(_): SignedIn,
    query: Query,
) -> Result<axum::Json<ClientList>, ApiFault> {
    let unknown = |(name, _): &(String, String)| {
        let shown: String = name.chars().take(64).collect();
        FieldFault::new(shown, "unknown", Text::new("filter-unknown-here"))
    };
    input::none_of(query.0.iter().filter(|(name, _)| name != "q").map(unknown).collect())?;
    let q = query.get("q").unwrap_or("").to_owned();
    let sought = Sought::read(&q, state.region.as_ref())?;
    let vault = state.vault.clone();
    let found = state.db.read(move |tx| clients(tx, &vault, &sought, &q)).await?;
    Ok(axum::Json(ClientList { items: found.iter().map(ClientRecord::from).collect() }))
}

/// Read a client
#[utoipa::path(get, path = "/api/clients/{accountId}", tag = "clients", operation_id = "get_client",
    params(("accountId" = String, Path, description = "The account id, in any letter case")),
    responses((status = 200, description = "The client", body = ClientRecord, headers(("ETag" = String))),
        openapi::ReadProblems))]
async fn get_client(
    State(state): State<Clients>,
    SignedIn(_): SignedIn,
    Path(account_id): Path<String>,
) -> Result<Answer, ApiFault> {
    let vault = state.vault.clone();
    let client = state.db.read(move |tx| by_account(tx, &vault, account_id.trim())).await?;
    Ok(answer(StatusCode::OK, &client.ok_or(Fault::NotFound)?)?)
}

/// Add or change a client
///
/// Only the fields sent change. With `If-Match` the change is refused when the client has changed since.
#[utoipa::path(put, path = "/api/clients/{accountId}", tag = "clients", operation_id = "put_client",
    params(("accountId" = String, Path, description = "The account id, 1 to 64 characters, in any letter case"),
        openapi::IfMatch),
    request_body = ClientBody,
    responses((status = 200, description = "The client as it is now", body = ClientRecord, headers(("ETag" = String))),
        (status = 201, description = "The new client", body = ClientRecord, headers(("ETag" = String))),
        (status = 412, description = "Changed since; `client` is the client now, or null",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The client was erased on request; who becomes a client again is added on a page",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn put_client(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    Path(account_id): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    let known = known(&state, &account_id).await?;
    let entry = form::entry_for(body.input, &account_id, !known, state.region.as_ref())?;
    let (vault, clock, seen) = (state.vault.clone(), state.clock.clone(), if_match(&headers));
    let account_id = entry.account_id.clone();
    let (prepared, cases) = (prepare(&vault, &clock, entry), Arc::clone(&state.cases));
    let stored = state.db.write(move |tx| {
        if let Some(versions) = &seen {
            let now = by_account(tx, &vault, &account_id)?;
            if now.as_ref().is_none_or(|now| !versions.contains(&now.version)) {
                return Ok(Err(now));
            }
        }
        let (client, outcome) = upsert(tx, &vault, &clock, &*cases, &prepared)?;
        record(tx, &vault, &clock, user.id, (client.id, &outcome))?;
        Ok::<_, Fault>(Ok((client, outcome)))
    });
    match stored.await? {
        Ok((client, Outcome::Added)) => Ok(answer(StatusCode::CREATED, &client)?.into_response()),
        Ok((client, _)) => Ok(answer(StatusCode::OK, &client)?.into_response()),
        Err(now) => stale(now.as_ref()),
    }
}

/// Whether the account has a client, so that all faults of what is missing are told with the others.
async fn known(state: &Clients, account_id: &str) -> Result<bool, Fault> {
    let (vault, account_id) = (state.vault.clone(), account_id.trim().to_owned());
    Ok(state.db.look_up(move |tx| by_account(tx, &vault, &account_id)).await?.is_some())
}

fn stale(now: Option<&Client>) -> Result<Response, ApiFault> {
    let now = serde_json::to_value(now.map(ClientRecord::from)).map_err(|error| Fault::Unexpected(error.into()))?;
    let detail = Text::new("clients-stale-version");
    Ok(Problem::of(StatusCode::PRECONDITION_FAILED, detail).with("client", now).into())
}
