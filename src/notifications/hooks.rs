//! The doors for gateways: reports on messages, and clients' SMS. Plain text in, plain text out.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{
    callbacks,
    channels::{Calls, Fields, Kind, Report},
    inbound::{self, Answering},
    store,
};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    words::Text,
};

/// Longest body of a call, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// What the hooks need. Cheap to clone.
#[derive(Clone)]
pub struct Hooks {
    /// Where messages are.
    pub db: Db,
    /// The time of reports.
    pub clock: Clock,
    /// Guards the hook for replies: [`hook_secret`](super::hook_secret).
    pub secret: Arc<SecretString>,
    /// How clients are answered.
    pub answering: Answering,
}

/// `/hooks/sms/{gateway}/status` and `/hooks/sms/{gateway}/inbound`, each by GET and POST.
///
/// They carry their own secrets, so they take neither session nor token, and no cross-site check.
pub fn routes(hooks: Hooks) -> Router {
    Router::new()
        .route("/hooks/sms/{gateway}/status", get(status).post(status))
        .route("/hooks/sms/{gateway}/inbound", get(inbound).post(inbound))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(hooks)
}

/// A report. An unknown message and a wrong secret are answered alike, so that nobody learns which messages exist.
async fn status(
    State(hooks): State<Hooks>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(calls) = calls(path) else { return text(StatusCode::NOT_FOUND, "No such gateway.") };
    let fields = fields(query, &headers, &body);
    let Some((id, round)) = callbacks::message_of(&hooks.answering.vault, &fields) else {
        return text(StatusCode::FORBIDDEN, "Refused.");
    };
    let Some(report) = (calls.report)(&fields) else {
        return text(StatusCode::BAD_REQUEST, "The report is not complete.");
    };
    let now = hooks.clock.now();
    match hooks.db.write(move |tx| apply(tx, id, round, &report, now)).await {
        Ok(changed) => {
            for state in changed {
                metrics::counter!("redress_notifications_total", "state" => state).increment(1);
            }
            text(StatusCode::OK, "")
        }
        Err(fault) => failure(&fault),
    }
}

fn apply(tx: &mut Tx<'_>, id: Uuid, round: i64, report: &Report, now: i64) -> Result<Vec<&'static str>, Fault> {
    let mut delivery = store::delivery(tx, id)?.ok_or(Fault::Forbidden)?;
    let Some(verdict) = report.verdict else { return Ok(Vec::new()) };
    if !delivery.report(round, verdict, &report.code, report.message_id.as_deref(), now) {
        return Ok(Vec::new());
    }
    let changed = delivery.changes.iter().map(|change| change.state.name()).collect();
    // The gateway calls again after a failure, and then finds the row as it is by then.
    let saved = store::save(tx, &mut delivery)?;
    saved.then_some(changed).ok_or_else(|| Fault::conflict(Text::new("notifications-just-changed")))
}

/// A client's SMS. The answer's text is what the gateway sends back; an empty one sends nothing.
async fn inbound(
    State(hooks): State<Hooks>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(calls) = calls(path) else { return text(StatusCode::NOT_FOUND, "No such gateway.") };
    let fields = fields(query, &headers, &body);
    let given = fields.get("secret").unwrap_or_default();
    if !callbacks::same(given.as_bytes(), hooks.secret.expose_secret().as_bytes()) {
        return text(StatusCode::FORBIDDEN, "Refused.");
    }
    let Some(incoming) = (calls.inbound)(&fields) else {
        return text(StatusCode::BAD_REQUEST, "Send the fields from and text.");
    };
    let (now, with) = (hooks.clock.now(), hooks.answering.clone());
    let receive = move |tx: &mut Tx<'_>| inbound::receive(tx, &with, &incoming.from, &incoming.text, now);
    match hooks.db.write(receive).await {
        Ok(answer) => text(StatusCode::OK, answer.map(|sms| sms.text).unwrap_or_default()),
        Err(fault) => failure(&fault),
    }
}

/// A path that cannot be read names no gateway either.
fn calls(path: Result<Path<String>, PathRejection>) -> Option<&'static Calls> {
    Kind::find(&path.ok()?)?.calls.as_ref()
}

fn fields(query: Option<String>, headers: &HeaderMap, body: &[u8]) -> Fields {
    let mut fields = Fields::default();
    fields.read(query.unwrap_or_default().as_bytes());
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        fields.read(body);
    }
    fields
}

fn failure(fault: &Fault) -> Response {
    match fault {
        Fault::Forbidden => text(StatusCode::FORBIDDEN, "Refused."),
        Fault::Unexpected(_) => {
            tracing::error!(%fault, "a gateway's call failed");
            text(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong.")
        }
        _ => text(StatusCode::SERVICE_UNAVAILABLE, "Try again later."),
    }
}

fn text(status: StatusCode, text: impl Into<String>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, text.into()).into_response()
}
