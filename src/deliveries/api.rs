//! The calls of messages and gateways.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    gateways::try_out,
    list::Asked,
    record::{
        GatewayList, GatewayRecord, ListedPage, ListedRecord, NumberBody, OptOutBody, OptOutRecord, TrialBody,
        TrialRecord,
    },
};
use crate::{
    db::Tx,
    fault::{Fault, FieldFault},
    input::{self, Input, Limits},
    notifications::{self, Channel, NotificationRecord, Place},
    phone::{Phone, PhoneError},
    staff::SignedIn,
    tickets::Tickets,
    web::{Answer, ApiFault, JsonBody, Key, NoFields, Path, Query, idempotency, openapi},
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

const PARAMETERS: [&str; 6] = ["state", "channel", "from", "to", "cursor", "pageSize"];

/// List messages
///
/// Of all tickets, the newest first.
#[utoipa::path(get, path = "/api/notifications", tag = "notifications", operation_id = "list_notifications",
    params(
        ("state" = Option<String>, Query,
            pattern = "^(queued|sending|sent|delivered|failed|unknown|suppressed|cancelled)(,(queued|sending|sent|delivered|failed|unknown|suppressed|cancelled))*$",
            description = "Any of the states, comma-separated"),
        ("channel" = Option<String>, Query, pattern = "^(sms|email|whatsapp|webhook)$",
            description = "`sms`, `email`, `whatsapp` or `webhook`"),
        ("from" = Option<String>, Query, format = Date, description = "Queued on this day or later, in the ISP's zone"),
        ("to" = Option<String>, Query, format = Date, description = "Queued on this day or before"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before"),
        ("pageSize" = Option<u32>, Query, minimum = 1, maximum = 100, description = "1 to 100, 25 if not given")),
    responses((status = 200, description = "A page of them", body = ListedPage), openapi::ReadProblems))]
async fn list_notifications(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
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
    SignedIn(_): SignedIn,
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
        openapi::WriteProblems))]
async fn cancel_notification(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    body: NoFields,
) -> Result<Response, ApiFault> {
    let key = Key::of(&state.desk.vault, &headers, &format!("{} cancel_notification {id}", user.id), &body.bytes)?;
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
async fn list_gateways(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
) -> Result<axum::Json<GatewayList>, ApiFault> {
    let desk = state.desk.clone();
    let ways = state.db.read(move |tx| desk.outbox.ways(tx)).await?;
    Ok(axum::Json(GatewayList { items: ways.iter().map(GatewayRecord::from).collect() }))
}

/// Try a gateway out
///
/// Sends a message that says only that it is a trial, right now. Ten of them, and ten more a minute. With an
/// `Idempotency-Key` it is sent once.
#[utoipa::path(post, path = "/api/gateways/{channel}/{gateway}/test", tag = "notifications",
    operation_id = "test_gateway",
    params(("channel" = String, Path), ("gateway" = String, Path), openapi::IdempotencyKey), request_body = TrialBody,
    responses((status = 200, description = "What came of it", body = TrialRecord),
        (status = 409, description = "It is being sent with this key",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        (status = 429, description = "Ten were sent just now",
            body = openapi::ProblemDocument, content_type = "application/problem+json"),
        openapi::WriteProblems))]
async fn test_gateway(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    Path((channel, gateway)): Path<(String, String)>,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    let scope = format!("{} test_gateway {channel} {gateway}", user.id);
    let key = Key::of(&state.desk.vault, &headers, &scope, &body.bytes)?;
    let mut input = body.input;
    let missing = Text::new("phone-empty");
    let to = if channel == Channel::WEBHOOK.name {
        input.text("to", Limits::line(320)).value().unwrap_or_default()
    } else {
        input.required("to", Limits::line(320), missing)
    };
    input.finish()?;
    let (desk, asked, given) = (state.desk.clone(), key.clone(), Arc::<Mutex<Option<Answer>>>::default());
    let before = Arc::clone(&given);
    let admit = move |tx: &mut Tx<'_>| {
        let sent = |_: &mut Tx<'_>| Ok(Answer::empty(StatusCode::CONFLICT));
        let answer = idempotency::once(tx, &desk.vault, desk.clock.now(), asked.as_ref(), sent)?;
        if answer.replayed {
            *before.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
            return Err(Fault::conflict(Text::new("notifications-tried-before")));
        }
        Ok(())
    };
    let tried = try_out(&state, user.id, (&channel, &gateway), &to, admit).await;
    let given = given.lock().unwrap_or_else(PoisonError::into_inner).take();
    // Its answer is there once the gateway has answered.
    if let Some(first) = given.filter(|first| first.status == StatusCode::OK.as_u16()) {
        return Ok(first.into_response());
    }
    let reason = tried?;
    let answer = Answer::json(StatusCode::OK, &TrialRecord { accepted: reason.is_none(), reason })?;
    if let Some(key) = key {
        let (desk, answer) = (state.desk.clone(), answer.clone());
        state.db.write(move |tx| idempotency::keep(tx, &desk.vault, &key, &answer)).await?;
    }
    Ok(answer.into_response())
}

/// Ask whether a number gets messages
///
/// The number stands in the body, as addresses are kept by proxies.
#[utoipa::path(post, path = "/api/opt-outs/find", tag = "notifications", operation_id = "find_opt_out",
    request_body = NumberBody,
    responses((status = 200, description = "Whether it does", body = OptOutRecord), openapi::WriteProblems))]
async fn find_opt_out(
    State(state): State<Tickets>,
    SignedIn(_): SignedIn,
    body: JsonBody,
) -> Result<axum::Json<OptOutRecord>, ApiFault> {
    let mut input = body.input;
    let phone = phone(&mut input, &state);
    input.finish()?;
    let (desk, phone) = (state.desk.clone(), phone.ok_or(Fault::NotFound)?);
    let asked = phone.clone();
    let since = state.db.read(move |tx| desk.outbox.stopped_at(tx, &asked)).await?;
    Ok(axum::Json(OptOutRecord::new(&phone, since)))
}

/// Note what the owner of a number has said
///
/// On the phone, say: what they send as STOP and START is kept by itself.
#[utoipa::path(put, path = "/api/opt-outs", tag = "notifications", operation_id = "put_opt_out",
    request_body = OptOutBody,
    responses((status = 200, description = "As it is now", body = OptOutRecord), openapi::WriteProblems))]
async fn put_opt_out(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
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
            desk.outbox.opt_in(tx, &number, user.id)?;
        }
        desk.outbox.stopped_at(tx, &number)
    };
    let since = state.db.write(work).await?;
    Ok(axum::Json(OptOutRecord::new(&phone, since)))
}

fn phone(input: &mut Input, state: &Tickets) -> Option<Phone> {
    let region = state.desk.region;
    let missing = Text::new("phone-empty");
    input
        .must("phone", Limits::line(200), missing, |text| Phone::parse(text, region.as_ref()).map_err(PhoneError::text))
}
