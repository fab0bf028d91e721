//! The calls of message templates.

use std::collections::{BTreeMap, HashMap};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Sample, check, draft_of, voice};
use crate::{
    clock::instant,
    db::Tx,
    fault::{Fault, FieldFault},
    input,
    notifications::templates::{self, Misfit, Outcome, Place, Template, Version, form},
    staff::{self, SignedIn},
    tickets::Tickets,
    web::{Answer, ApiFault, JsonBody, Path, Query, openapi, preconditions::if_match, problem::Problem},
    words::Text,
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
    OpenApiRouter::new().routes(routes!(list_templates)).routes(routes!(get_template, put_template))
}

/// What messages of an event say, on a channel, in a language.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MessageTemplate)]
pub struct TemplateRecord {
    /// `created`, `fixed`, `assigned`, `reopened` or `note`.
    #[schema(example = "created")]
    kind: &'static str,
    #[schema(example = "sms")]
    channel: &'static str,
    /// BCP 47.
    #[schema(example = "en")]
    language: &'static str,
    /// One up with every change, 0 before the first; also the `ETag`.
    version: i64,
    /// Whether it is the wording that Redress brings.
    built_in: bool,
    /// The words, with `{{name}}` where values go.
    #[schema(example = "{{isp}}: ticket {{ref}} logged. {{issue}} Reply STATUS {{ref}} for news.")]
    body: String,
    /// Of a registered template: the id of who sends, such as India's principal entity.
    #[schema(required)]
    entity: Option<String>,
    /// Of a registered template: the sender's name.
    #[schema(required)]
    header: Option<String>,
    /// Of a registered template: its id.
    #[schema(required)]
    template_id: Option<String>,
    /// Whether it is registered as Unicode.
    unicode: bool,
    /// The characters that variables have at most, where that is not 30.
    caps: BTreeMap<&'static str, usize>,
    /// SMS segments that the message of a sample ticket takes; 0 for letters.
    segments: usize,
    #[schema(required, format = DateTime)]
    changed_at: Option<String>,
    /// The name of who changed it last.
    #[schema(required)]
    changed_by: Option<String>,
}

/// All templates.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageTemplateList)]
pub struct TemplateList {
    /// By event and language.
    items: Vec<TemplateRecord>,
}

/// What `PUT` takes: the whole of it. This type only documents it; `templates::form` reads it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageTemplateChange, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct TemplateBody {
    /// The words, with `{{name}}` where values go; null or nothing for the wording that Redress brings. Of an e-mail the
    /// first line is the subject.
    #[schema(nullable, max_length = 5_000)]
    body: Option<String>,
    /// With `header` and `templateId`: the text is registered, and has to be kept exactly.
    #[schema(nullable, max_length = 40, pattern = "^[0-9A-Za-z_-]*$")]
    entity: Option<String>,
    #[schema(nullable, max_length = 11, pattern = "^[0-9A-Za-z_-]*$")]
    header: Option<String>,
    #[schema(nullable, max_length = 40, pattern = "^[0-9A-Za-z_-]*$")]
    template_id: Option<String>,
    #[schema(nullable = false, default = false)]
    unicode: Option<bool>,
    #[schema(nullable)]
    caps: Option<BTreeMap<String, u64>>,
}

fn record(state: &Tickets, place: Place, now: Option<&Version>, names: &HashMap<Uuid, String>) -> TemplateRecord {
    let draft = draft_of(&state.desk, place, now);
    let read = Template::read_some(&draft, place.kind).0;
    let sms = voice(&state.desk, place).fill(&read, &Sample::new(&state.desk, place).facts()).sms;
    let registration = draft.registration.as_ref();
    let caps = registration.map(|registration| registration.caps.clone()).unwrap_or_default();
    TemplateRecord {
        kind: place.kind.name(),
        channel: place.channel.name,
        language: place.language.tag(),
        version: now.map_or(0, |now| now.version),
        built_in: now.is_none_or(|now| now.draft.is_none()),
        entity: registration.map(|registration| registration.ids.entity.clone()),
        header: registration.map(|registration| registration.ids.header.clone()),
        template_id: registration.map(|registration| registration.ids.template.clone()),
        unicode: registration.is_some_and(|registration| registration.unicode),
        caps: caps.into_iter().map(|(variable, cap)| (variable.name(), cap)).collect(),
        segments: if place.letter().is_some() { 0 } else { sms.segments.segments },
        changed_at: now.map(|now| instant(now.at)),
        changed_by: now.map(|now| names.get(&now.by).cloned().unwrap_or_default()),
        body: draft.body,
    }
}

async fn names(state: &Tickets) -> Result<HashMap<Uuid, String>, Fault> {
    Ok(staff::users(&state.staff).await?.into_iter().map(|user| (user.id, user.name)).collect())
}

async fn answer(state: &Tickets, place: Place, now: Option<&Version>) -> Result<Answer, Fault> {
    let record = record(state, place, now, &names(state).await?);
    Ok(Answer::json(StatusCode::OK, &record)?.version(record.version))
}

fn found((kind, channel, language): &(String, String, String)) -> Result<Place, Fault> {
    Place::find(kind, channel, language).ok_or(Fault::NotFound)
}

/// List message templates
#[utoipa::path(get, path = "/api/templates", tag = "messages", operation_id = "list_templates",
    responses((status = 200, description = "What each message says", body = TemplateList), openapi::ReadProblems))]
async fn list_templates(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
    Query(pairs): Query,
) -> Result<axum::Json<TemplateList>, ApiFault> {
    let unknown = |(name, _): &(String, String)| {
        let shown: String = name.chars().take(64).collect();
        FieldFault::new(shown, "unknown", Text::new("filter-unknown-here"))
    };
    input::none_of(pairs.iter().map(unknown).collect())?;
    let (newest, names) = (state.db.read(templates::newest).await?, names(&state).await?);
    let of = |place| newest.iter().find(|version| version.place == place);
    let items = Place::all().map(|place| record(&state, place, of(place), &names)).collect();
    Ok(axum::Json(TemplateList { items }))
}

/// Read a message template
#[utoipa::path(get, path = "/api/templates/{kind}/{channel}/{language}", tag = "messages", operation_id = "get_template",
    params(("kind" = String, Path, description = "`created`, `fixed`, `assigned`, `reopened` or `note`"),
        ("channel" = String, Path, description = "`sms` or `email`"), ("language" = String, Path, description = "`en` or `hi`")),
    responses((status = 200, description = "The template", body = TemplateRecord, headers(("ETag" = String))),
        openapi::ReadProblems))]
async fn get_template(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
    Path(path): Path<(String, String, String)>,
) -> Result<Answer, ApiFault> {
    let place = found(&path)?;
    let now = state.db.read(move |tx| templates::current(tx, place)).await?;
    Ok(answer(&state, place, now.as_ref()).await?)
}

/// Change a message template
///
/// Messages queued from then on say so. What could not always be sent as it is, is refused, with every fault of the field
/// `body`. With `If-Match` the change is refused when the template has changed since.
#[utoipa::path(put, path = "/api/templates/{kind}/{channel}/{language}", tag = "messages", operation_id = "put_template",
    params(("kind" = String, Path, description = "`created`, `fixed`, `assigned`, `reopened` or `note`"),
        ("channel" = String, Path, description = "`sms` or `email`"), ("language" = String, Path, description = "`en` or `hi`"),
        openapi::IfMatch),
    request_body = TemplateBody,
    responses((status = 200, description = "The template as it is now", body = TemplateRecord,
            headers(("ETag" = String))),
        (status = 412, description = "Changed since; `template` is the template now",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn put_template(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(path): Path<(String, String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    let place = found(&path)?;
    let (seen, by, outbox) = (if_match(&headers), user.id, state.desk.outbox.clone());
    let built_in = body.input.peek("body").is_none_or(|body| body.trim().is_empty());
    let (draft, mut faults) = form::draft(body.input, place.letter().is_some());
    if !built_in || draft.registration.is_some() {
        faults.splice(..0, check(&state.desk, place, &draft).misfits.into_iter().map(Misfit::fault));
    }
    input::none_of(faults)?;
    let work = move |tx: &mut Tx<'_>| {
        if built_in {
            return templates::reset(tx, &outbox, by, place, seen.as_deref());
        }
        templates::save(tx, &outbox, by, place, &draft, seen.as_deref())
    };
    match state.db.write(work).await? {
        Outcome::Kept(now) => {
            state.desk.outbox.templates().refresh(&state.db).await?;
            Ok(answer(&state, place, now.as_ref()).await?.into_response())
        }
        Outcome::Stale(now) => {
            let record = record(&state, place, now.as_ref(), &names(&state).await?);
            let now = serde_json::to_value(record).map_err(|error| Fault::Unexpected(error.into()))?;
            let problem = Problem::of(StatusCode::PRECONDITION_FAILED, Text::new("templates-stale"));
            Ok(problem.with("template", now).into())
        }
    }
}
