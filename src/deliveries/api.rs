//! The calls of messages and gateways.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{gateways::try_out, list::Asked};
use crate::{
    clock::instant,
    db::Tx,
    fault::{Fault, FieldFault},
    input::{self, Input, Limits},
    notifications::{self, Channel, Listed, NotificationRecord, Place, Way},
    phone::Phone,
    staff::Admin,
    tickets::Tickets,
    web::{Answer, ApiFault, JsonBody, Key, Path, Query, idempotency, openapi},
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
    OpenApiRouter::new()
        .routes(routes!(list_notifications))
        .routes(routes!(get_notification))
        .routes(routes!(cancel_notification))
        .routes(routes!(list_gateways))
        .routes(routes!(test_gateway))
        .routes(routes!(find_opt_out))
        .routes(routes!(put_opt_out))
}

/// A message in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedNotification)]
struct ListedRecord {
    /// `UUIDv7`.
    id: Uuid,
    /// The ticket that it tells of.
    ticket_ref: String,
    /// How it is sent: `sms`, `email`, `whatsapp` or `webhook`.
    channel: &'static str,
    /// What it tells.
    kind: &'static str,
    /// The number in E.164, or the e-mail address.
    recipient: String,
    text: String,
    state: &'static str,
    /// Why it is in this state, where that needs saying.
    #[schema(required)]
    reason: Option<String>,
    attempts: i64,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Listed> for ListedRecord {
    fn from(one: &Listed) -> Self {
        Self {
            id: one.id,
            ticket_ref: one.reference.clone(),
            channel: one.channel.name,
            kind: one.kind.name(),
            recipient: one.recipient.clone(),
            text: one.text.clone(),
            state: one.state.name(),
            reason: one.reason.clone(),
            attempts: one.attempts,
            created_at: instant(one.created_at),
        }
    }
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ListedNotifications)]
struct ListedPage {
    /// The newest first.
    items: Vec<ListedRecord>,
    /// Gives the next page as `cursor`; null on the last one.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// A gateway that is set up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Gateway)]
struct GatewayRecord {
    channel: &'static str,
    name: &'static str,
    /// Whether it sends at all: `log` does not.
    sends: bool,
    /// Since when it fails, if it does.
    #[schema(required, format = DateTime)]
    failing_since: Option<String>,
    /// Whether it refuses our own log-in, so that its settings are to be corrected.
    login_refused: bool,
    /// When it last took a message.
    #[schema(required, format = DateTime)]
    last_accepted_at: Option<String>,
    /// When it last failed.
    #[schema(required, format = DateTime)]
    last_error_at: Option<String>,
    /// How it last failed.
    #[schema(required)]
    last_error: Option<String>,
    /// Messages of its channel that wait, those on their way included.
    waiting: i64,
    /// When the oldest of them was queued.
    #[schema(required, format = DateTime)]
    oldest_waiting_at: Option<String>,
}

impl From<&Way> for GatewayRecord {
    fn from(way: &Way) -> Self {
        let standing = &way.standing;
        let (error_at, error) = match &standing.last_error {
            Some((at, reason)) => (Some(instant(*at)), reason.clone()),
            None => (None, None),
        };
        Self {
            channel: way.channel.name,
            name: way.gateway,
            sends: way.hindrance.is_none(),
            failing_since: standing.trouble.as_ref().map(|trouble| instant(trouble.since)),
            login_refused: standing.trouble.as_ref().is_some_and(|trouble| trouble.reason.is_none()),
            last_accepted_at: standing.last_ok.map(instant),
            last_error_at: error_at,
            last_error: error,
            waiting: way.waiting,
            oldest_waiting_at: way.oldest.map(instant),
        }
    }
}

/// The gateways that are set up.
#[derive(Debug, Serialize, ToSchema)]
struct GatewayList {
    /// By channel, in the order of their use.
    items: Vec<GatewayRecord>,
}

/// What came of a trial.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GatewayTrial)]
struct TrialRecord {
    /// Whether the gateway took it.
    accepted: bool,
    /// Why not, or why nobody can tell.
    #[schema(required)]
    reason: Option<String>,
}

/// Whom a trial goes to.
#[derive(ToSchema)]
#[schema(as = NewGatewayTrial)]
#[expect(dead_code, reason = "only its schema is used")]
struct TrialBody {
    /// A number, or for `email` an address.
    #[schema(example = "+447700900142")]
    to: String,
}

/// Whether a number gets messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OptOut)]
struct OptOutRecord {
    /// E.164.
    phone: String,
    opted_out: bool,
    /// Since when, if so.
    #[schema(required, format = DateTime)]
    since: Option<String>,
}

/// A number.
#[derive(ToSchema)]
#[schema(as = PhoneNumber)]
#[expect(dead_code, reason = "only its schema is used")]
struct NumberBody {
    /// As people write it; with a country code unless the settings name a region.
    #[schema(example = "+447700900142")]
    phone: String,
}

/// What the owner of a number has said.
#[derive(ToSchema)]
#[schema(as = OptOutChange, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct OptOutBody {
    /// As people write it; with a country code unless the settings name a region.
    #[schema(example = "+447700900142")]
    phone: String,
    opted_out: bool,
}

const PARAMETERS: [&str; 6] = ["state", "channel", "from", "to", "cursor", "pageSize"];

/// List messages
///
/// Of all tickets, the newest first.
#[utoipa::path(get, path = "/api/notifications", tag = "notifications", operation_id = "list_notifications",
    params(
        ("state" = Option<String>, Query, description = "Any of the states, comma-separated"),
        ("channel" = Option<String>, Query, description = "`sms`, `email`, `whatsapp` or `webhook`"),
        ("from" = Option<String>, Query, description = "Queued on this day or later, in the ISP's zone"),
        ("to" = Option<String>, Query, description = "Queued on this day or before"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before"),
        ("pageSize" = Option<u32>, Query, description = "1 to 100, 25 if not given")),
    responses((status = 200, description = "A page of them", body = ListedPage), openapi::ReadProblems))]
async fn list_notifications(
    State(state): State<Tickets>,
    Admin(_): Admin,
    query: Query,
) -> Result<axum::Json<ListedPage>, ApiFault> {
    let (after, size) = check(&query)?;
    let desk = state.desk.clone();
    let sought = Asked::read(&query, &desk).sought;
    let mut found = state.db.read(move |tx| desk.outbox.messages(tx, &sought, after, size + 1)).await?;
    let more = found.len() > size as usize;
    found.truncate(size as usize);
    let next_cursor = found.last().filter(|_| more).map(|last| last.place().to_string());
    Ok(axum::Json(ListedPage { items: found.iter().map(ListedRecord::from).collect(), next_cursor }))
}

/// Every fault of the query, or the place and the size that it asks for.
fn check(query: &Query) -> Result<(Option<Place>, u32), Fault> {
    let mut faults = Vec::new();
    let (mut after, mut size) = (None, 25);
    for (name, value) in &query.0 {
        let good = match name.as_str() {
            "state" => {
                value.split(',').all(|state| notifications::State::ALL.iter().any(|known| known.name() == state))
            }
            "channel" => Channel::find(value).is_some(),
            "from" | "to" => value.parse::<jiff::civil::Date>().is_ok(),
            "cursor" => {
                after = Place::parse(value);
                after.is_some()
            }
            "pageSize" => value.parse().is_ok_and(|wanted| {
                size = wanted;
                (1..=100).contains(&wanted)
            }),
            _ => {
                let shown: String = name.chars().take(64).collect();
                let message = Text::new("filter-unknown").arg("names", PARAMETERS.join(", "));
                faults.push(FieldFault::new(shown, "unknown", message));
                continue;
            }
        };
        if !good {
            faults.push(FieldFault::new(name.clone(), "not_allowed", Text::new("notifications-bad-parameter")));
        }
    }
    input::none_of(faults)?;
    Ok((after, size))
}

/// Read a message
#[utoipa::path(get, path = "/api/notifications/{id}", tag = "notifications", operation_id = "get_notification",
    params(("id" = Uuid, Path)),
    responses((status = 200, description = "The message", body = NotificationRecord), openapi::ReadProblems))]
async fn get_notification(
    State(state): State<Tickets>,
    Admin(_): Admin,
    Path(id): Path<Uuid>,
) -> Result<axum::Json<NotificationRecord>, ApiFault> {
    let desk = state.desk.clone();
    let found = state.db.read(move |tx| desk.outbox.by_id(tx, id)).await?;
    Ok(axum::Json(NotificationRecord::from(&found)))
}

/// Take a message back
///
/// While it waits. What may have gone once is `unknown` then, not `cancelled`.
#[utoipa::path(post, path = "/api/notifications/{id}/cancel", tag = "notifications",
    operation_id = "cancel_notification",
    params(("id" = Uuid, Path), openapi::IdempotencyKey),
    responses((status = 200, description = "Taken back", body = NotificationRecord),
        (status = 409, description = "It does not wait any more",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::ReadProblems))]
async fn cancel_notification(
    State(state): State<Tickets>,
    Admin(user): Admin,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, ApiFault> {
    let key = Key::of(&state.desk.vault, &headers, &format!("{} cancel_notification {id}", user.id), &[])?;
    let desk = state.desk.clone();
    let work = move |tx: &mut Tx<'_>| {
        idempotency::once(tx, &desk.vault, desk.clock.now(), key.as_ref(), |tx| {
            let cancelled = desk.outbox.cancel(tx, id, user.id)?;
            Answer::json(StatusCode::OK, &NotificationRecord::from(&cancelled))
        })
    };
    Ok(state.db.write(work).await?.into_response())
}

/// List the gateways
#[utoipa::path(get, path = "/api/gateways", tag = "notifications", operation_id = "list_gateways",
    responses((status = 200, description = "How each does", body = GatewayList), openapi::ReadProblems))]
async fn list_gateways(State(state): State<Tickets>, Admin(_): Admin) -> Result<axum::Json<GatewayList>, ApiFault> {
    let desk = state.desk.clone();
    let ways = state.db.read(move |tx| desk.outbox.ways(tx)).await?;
    Ok(axum::Json(GatewayList { items: ways.iter().map(GatewayRecord::from).collect() }))
}

/// Try a gateway out
///
/// Sends a message that says only that it is a trial, right now. Ten of them, and ten more a minute.
#[utoipa::path(post, path = "/api/gateways/{channel}/{gateway}/test", tag = "notifications",
    operation_id = "test_gateway",
    params(("channel" = String, Path), ("gateway" = String, Path)), request_body = TrialBody,
    responses((status = 200, description = "What came of it", body = TrialRecord), openapi::WriteProblems))]
async fn test_gateway(
    State(state): State<Tickets>,
    Admin(_): Admin,
    Path((channel, gateway)): Path<(String, String)>,
    body: JsonBody,
) -> Result<axum::Json<TrialRecord>, ApiFault> {
    let mut input = body.input;
    let to = input.required("to", Limits::line(320), Text::new("phone-empty"));
    input.finish()?;
    let reason = try_out(&state, &channel, &gateway, &to).await?;
    Ok(axum::Json(TrialRecord { accepted: reason.is_none(), reason }))
}

/// Ask whether a number gets messages
///
/// The number stands in the body, as addresses are kept by proxies.
#[utoipa::path(post, path = "/api/opt-outs/find", tag = "notifications", operation_id = "find_opt_out",
    request_body = NumberBody,
    responses((status = 200, description = "Whether it does", body = OptOutRecord), openapi::WriteProblems))]
async fn find_opt_out(
    State(state): State<Tickets>,
    Admin(_): Admin,
    body: JsonBody,
) -> Result<axum::Json<OptOutRecord>, ApiFault> {
    let mut input = body.input;
    let phone = phone(&mut input, &state);
    input.finish()?;
    let (desk, phone) = (state.desk.clone(), phone.ok_or(Fault::NotFound)?);
    let asked = phone.clone();
    let since = state.db.read(move |tx| desk.outbox.stopped_at(tx, &asked)).await?;
    Ok(axum::Json(opt_out(&phone, since)))
}

/// Note what the owner of a number has said
///
/// On the phone, say: what they send as STOP and START is kept by itself.
#[utoipa::path(put, path = "/api/opt-outs", tag = "notifications", operation_id = "put_opt_out",
    request_body = OptOutBody,
    responses((status = 200, description = "As it is now", body = OptOutRecord), openapi::WriteProblems))]
async fn put_opt_out(
    State(state): State<Tickets>,
    Admin(user): Admin,
    body: JsonBody,
) -> Result<axum::Json<OptOutRecord>, ApiFault> {
    let mut input = body.input;
    let phone = phone(&mut input, &state);
    let before = input.faults();
    let wanted = input.flag("optedOut").value();
    if wanted.is_none() && input.faults() == before {
        input.fault("optedOut", "required", Text::new("input-no-flag"));
    }
    input.finish()?;
    let (desk, phone, wanted) = (state.desk.clone(), phone.ok_or(Fault::NotFound)?, wanted == Some(true));
    let number = phone.clone();
    let work = move |tx: &mut Tx<'_>| {
        if wanted {
            desk.outbox.opt_out(tx, &number, user.id)?;
        } else {
            desk.outbox.opt_in(tx, &number)?;
        }
        desk.outbox.stopped_at(tx, &number)
    };
    let since = state.db.write(work).await?;
    Ok(axum::Json(opt_out(&phone, since)))
}

fn phone(input: &mut Input, state: &Tickets) -> Option<Phone> {
    let region = state.desk.region;
    let missing = Text::new("phone-empty");
    input
        .must("phone", Limits::line(200), missing, |text| Phone::parse(text, region.as_ref()).map_err(|why| why.text()))
}

fn opt_out(phone: &Phone, since: Option<i64>) -> OptOutRecord {
    OptOutRecord { phone: phone.as_str().to_owned(), opted_out: since.is_some(), since: since.map(instant) }
}
