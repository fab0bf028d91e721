//! The calls.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Document, Erased, Handout, Hold, Named, NewHold, Planned, Privacy, Subject, confirm};
use crate::{
    clock::instant,
    db::Tx,
    fault::Fault,
    input::{Input, Limits},
    staff::{Caller, SignedIn, step_up},
    web::{Answer, ApiFault, JsonBody, Key, NoFields, Path, idempotency, openapi},
    words::Text,
};

/// The calls of this feature, with their documentation.
pub fn api(privacy: Privacy) -> OpenApiRouter {
    calls().with_state(privacy)
}

/// The documentation alone.
pub fn document() -> utoipa::openapi::OpenApi {
    calls().into_openapi()
}

fn calls() -> OpenApiRouter<Privacy> {
    OpenApiRouter::new()
        .routes(routes!(export_personal_data))
        .routes(routes!(erase_personal_data))
        .routes(routes!(plan_retention))
        .routes(routes!(list_holds, place_hold))
        .routes(routes!(end_hold))
}

/// Whom a request is about: one of the three. This type only documents it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonalDataRequest, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct ExportBody {
    /// A client, with all tickets of theirs.
    #[schema(nullable = false, max_length = 64)]
    account_id: Option<String>,
    /// One ticket alone, by reference or id.
    #[schema(nullable = false, max_length = 64)]
    ticket: Option<String>,
    /// Everything with this number.
    #[schema(nullable = false, max_length = 64)]
    phone: Option<String>,
    /// Why, for the audit history. Name nobody in it.
    #[schema(max_length = 500, pattern = r"\S")]
    reason: String,
}

/// The same with what confirms it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ErasureRequest, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct EraseBody {
    /// A client, with all tickets of theirs.
    #[schema(nullable = false, max_length = 64)]
    account_id: Option<String>,
    /// One ticket alone, by reference or id.
    #[schema(nullable = false, max_length = 64)]
    ticket: Option<String>,
    /// Everything with this number.
    #[schema(nullable = false, max_length = 64)]
    phone: Option<String>,
    /// Why, for the audit history. Name nobody in it.
    #[schema(max_length = 500, pattern = r"\S")]
    reason: String,
    /// The client's account id or name, the ticket's reference, or the number.
    #[schema(max_length = 200, pattern = r"\S")]
    confirm: String,
}

/// The same for a hold.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LegalHoldRequest, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct HoldBody {
    /// A client, with all tickets of theirs, later ones too.
    #[schema(nullable = false, max_length = 64)]
    account_id: Option<String>,
    /// One ticket alone, by reference or id.
    #[schema(nullable = false, max_length = 64)]
    ticket: Option<String>,
    /// Why.
    #[schema(max_length = 500, pattern = r"\S")]
    reason: String,
    /// The last day of it, in the ISP's zone; until it is ended if not given.
    #[schema(nullable, format = Date)]
    until: Option<String>,
}

async fn who(state: &Privacy, named: Option<Named>) -> Result<Subject, Fault> {
    let desk = state.tickets.desk.clone();
    let named = named.ok_or(Fault::NotFound)?;
    state.tickets.db.read(move |tx| named.subject(tx, &desk)).await
}

fn whom(state: &Privacy, input: &mut Input) -> Option<Named> {
    Subject::named(input, state.tickets.desk.region.as_ref())
}

/// Export all that is kept of somebody
///
/// As one JSON document: clients, tickets with history and notes, messages with every try, what they said about messages, and
/// where the desk's drafts and saved views name them. Names of the staff are left out. The audit history says who did it and why.
#[utoipa::path(post, path = "/api/privacy/export", tag = "privacy", operation_id = "export_personal_data",
    request_body = ExportBody,
    responses((status = 200, description = "The document", body = Document), openapi::WriteProblems))]
async fn export_personal_data(
    State(state): State<Privacy>,
    caller: Caller,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, state.tickets.desk.clock.now()) {
        return Ok(refusal);
    }
    let user = caller.user;
    let mut input = body.input;
    let named = whom(&state, &mut input);
    let reason = confirm::reason(&mut input);
    input.finish()?;
    let subject = who(&state, named).await?;
    let document = super::export(&state, &subject, reason, Some(user.id)).await?;
    Ok(file(document))
}

/// The document as a file.
pub(super) fn file(document: Handout) -> Response {
    let pieces = stream::unfold(document, |mut document| async move {
        let piece = document.piece().await.transpose()?.map_err(|fault| {
            tracing::error!(%fault, "a document of personal data was broken off");
            std::io::Error::other("the document was broken off")
        });
        Some((piece, document))
    });
    // What compresses it asks once more after its end.
    let mut response = Response::new(Body::from_stream(pieces.fuse()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // Its name says nothing of them: it stands in the browser's history.
    let name = HeaderValue::from_static("attachment; filename=\"personal-data.json\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Erase somebody
///
/// For ever: all that is personal, in every table. Their tickets stay with reference, type, status and times. What waits to be
/// sent is cancelled first; a number that wants no messages goes on getting none. Backups are not reached.
#[utoipa::path(post, path = "/api/privacy/erasures", tag = "privacy", operation_id = "erase_personal_data",
    request_body = EraseBody,
    responses((status = 200, description = "What was erased", body = Erased),
        (status = 409, description = "A legal hold keeps it, or it has changed at the same moment",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn erase_personal_data(
    State(state): State<Privacy>,
    caller: Caller,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    if let Some(refusal) = step_up::refusal(&caller, state.tickets.desk.clock.now()) {
        return Ok(refusal);
    }
    let user = caller.user;
    let mut input = body.input;
    let named = whom(&state, &mut input);
    let reason = confirm::reason(&mut input);
    let typed = input.required("confirm", Limits::line(200), Text::new("privacy-confirm-missing"));
    input.finish()?;
    let subject = who(&state, named).await?;
    Ok(Json(super::erase(&state, &subject, reason, &typed, Some(user.id)).await?).into_response())
}

/// What a rule of retention would do now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RetentionRule)]
struct RuleRecord {
    /// The setting.
    rule: &'static str,
    /// After how long, in `unit`; null where nothing ever goes.
    #[schema(required)]
    limit: Option<i64>,
    /// `months`, `days` or `years`.
    unit: &'static str,
    /// What would go.
    count: u64,
    #[schema(required, format = DateTime)]
    oldest: Option<String>,
    #[schema(required, format = DateTime)]
    newest: Option<String>,
    /// What is old enough and stays, since a legal hold keeps it.
    held: u64,
}

impl From<&Planned> for RuleRecord {
    fn from(one: &Planned) -> Self {
        Self {
            rule: one.rule.setting(),
            limit: one.limit,
            unit: one.rule.unit(),
            count: one.age.count,
            oldest: one.age.oldest.map(instant),
            newest: one.age.newest.map(instant),
            held: one.held,
        }
    }
}

/// What all rules would do now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionPlan)]
struct PlanRecord {
    items: Vec<RuleRecord>,
}

/// Say what would go by age
///
/// A dry run: nothing changes.
#[utoipa::path(get, path = "/api/privacy/retention", tag = "privacy", operation_id = "plan_retention",
    responses((status = 200, description = "Each rule", body = PlanRecord), openapi::ReadProblems))]
async fn plan_retention(State(state): State<Privacy>, SignedIn(_): SignedIn) -> Result<Json<PlanRecord>, ApiFault> {
    let (desk, retention) = (state.tickets.desk.clone(), state.retention);
    let planned = state.tickets.db.read(move |tx| super::plan(tx, &desk, &retention)).await?;
    Ok(Json(PlanRecord { items: planned.iter().map(RuleRecord::from).collect() }))
}

/// A legal hold.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LegalHold)]
struct HoldRecord {
    id: Uuid,
    #[schema(required)]
    client_id: Option<Uuid>,
    #[schema(required)]
    ticket_id: Option<Uuid>,
    reason: String,
    #[schema(format = DateTime)]
    placed_at: String,
    /// A user's id.
    placed_by: Uuid,
    #[schema(required, format = DateTime)]
    until: Option<String>,
}

impl From<&Hold> for HoldRecord {
    fn from(hold: &Hold) -> Self {
        Self {
            id: hold.id,
            client_id: hold.client,
            ticket_id: hold.ticket,
            reason: hold.reason.clone(),
            placed_at: instant(hold.placed_at),
            placed_by: hold.placed_by,
            until: hold.until.map(instant),
        }
    }
}

/// Legal holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LegalHoldList)]
struct HoldList {
    /// The oldest first.
    items: Vec<HoldRecord>,
}

/// List the legal holds in force
#[utoipa::path(get, path = "/api/privacy/holds", tag = "privacy", operation_id = "list_holds",
    responses((status = 200, description = "All of them", body = HoldList), openapi::ReadProblems))]
async fn list_holds(State(state): State<Privacy>, SignedIn(_): SignedIn) -> Result<Json<HoldList>, ApiFault> {
    let desk = state.tickets.desk.clone();
    let holds = state.tickets.db.read(move |tx| super::holds(tx, &desk)).await?;
    Ok(Json(HoldList { items: holds.iter().map(HoldRecord::from).collect() }))
}

/// Place a legal hold
///
/// On a client or on one ticket: erasure refuses, and nothing of it goes by age.
#[utoipa::path(post, path = "/api/privacy/holds", tag = "privacy", operation_id = "place_hold",
    params(openapi::IdempotencyKey), request_body = HoldBody,
    responses((status = 201, description = "It is in force", body = HoldRecord),
        (status = 409, description = "A number has no record to hold",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn place_hold(
    State(state): State<Privacy>,
    SignedIn(user): SignedIn,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Answer, ApiFault> {
    let key = Key::of(&state.tickets.desk.vault, &headers, &format!("{} place_hold", user.id), &body.bytes)?;
    let mut input = body.input;
    let named = whom(&state, &mut input);
    let new = NewHold::take(&mut input, &state.tickets.desk);
    input.finish()?;
    let subject = who(&state, named).await?;
    let desk = state.tickets.desk.clone();
    let work = move |tx: &mut Tx<'_>| {
        idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
            let hold = super::place_hold(tx, &desk, &subject, &new, user.id)?;
            Answer::json(StatusCode::CREATED, &HoldRecord::from(&hold))
        })
    };
    Ok(state.tickets.db.write(work).await?)
}

/// End a legal hold
#[utoipa::path(post, path = "/api/privacy/holds/{id}/end", tag = "privacy", operation_id = "end_hold",
    params(("id" = Uuid, Path), openapi::IdempotencyKey),
    responses((status = 200, description = "It is over", body = HoldRecord), openapi::WriteProblems))]
async fn end_hold(
    State(state): State<Privacy>,
    caller: Caller,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: NoFields,
) -> Result<Response, ApiFault> {
    // What it kept may go by age within the hour.
    if let Some(refusal) = step_up::refusal(&caller, state.tickets.desk.clock.now()) {
        return Ok(refusal);
    }
    let (desk, by) = (state.tickets.desk.clone(), caller.user.id);
    let key = Key::of(&desk.vault, &headers, &format!("{by} end_hold {id}"), &body.bytes)?;
    let work = move |tx: &mut Tx<'_>| {
        idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
            let hold = super::end_hold(tx, &desk, id, by)?;
            Answer::json(StatusCode::OK, &HoldRecord::from(&hold))
        })
    };
    Ok(state.tickets.db.write(work).await?.into_response())
}
