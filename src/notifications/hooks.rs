//! The doors for gateways: reports on messages, and what clients write.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{OriginalUri, Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;

use super::{
    callbacks::{self, Callbacks},
    channels::{Bundle, Call, Fields, Hook},
    gates::Gates,
    inbox::Inbox,
};
use crate::{fault::Fault, request_id::Carried};

/// What the hooks need. Cheap to clone.
#[derive(Clone)]
pub struct Hooks {
    /// Takes what comes in.
    pub inbox: Inbox,
    /// The gateways that may call.
    pub gates: Gates,
    /// Our own address, as they write it: some sign it.
    pub callbacks: Callbacks,
    /// Guards the hook for replies: [`hook_secret`](super::hook_secret).
    pub secret: Arc<SecretString>,
}

/// `/hooks/{channel}/{gateway}/status` and `/hooks/{channel}/{gateway}/inbound`, each by GET and POST.
///
/// They carry their own secrets, so they take neither session nor token, and no cross-site check.
pub fn routes(hooks: Hooks) -> Router {
    Router::new()
        .route("/hooks/{channel}/{gateway}/status", get(status).post(status))
        .route("/hooks/{channel}/{gateway}/inbound", get(inbound).post(inbound))
        .with_state(hooks)
}

/// A report. An unknown message and a wrong secret are answered alike, so that nobody learns which messages exist.
async fn status(
    State(hooks): State<Hooks>,
    path: Result<Path<(String, String)>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some((hook, gateway)) = hook(&hooks, path) else { return text(StatusCode::NOT_FOUND, "No such gateway.") };
    let Ok(body) = to_bytes(body, hook.longest()).await else { return too_long() };
    let heard = Heard::new(&hooks, &uri, headers, body);
    let call = heard.call();
    if let Some(answer) = hook.challenge(&call) {
        return text(StatusCode::OK, &answer);
    }
    if hook.signed(&call) == Some(false) {
        return text(StatusCode::FORBIDDEN, "Refused.");
    }
    if hook.signed(&call) == Some(true)
        && let Some(bundle) = hook.bundle(&call)
    {
        return match take_bundle(&hooks, hook, gateway, bundle).await {
            Ok(()) => text(StatusCode::OK, &hook.kept()),
            Err(fault) => failure(&fault),
        };
    }
    let Some(about) = callbacks::message_of(&hooks.inbox.answering.vault, &heard.fields) else {
        return text(StatusCode::FORBIDDEN, "Refused.");
    };
    let Some(report) = hook.report(&call) else {
        return text(StatusCode::BAD_REQUEST, "The report is not complete.");
    };
    match hooks.inbox.report(about, report).await {
        Ok(()) => text(StatusCode::OK, &hook.kept()),
        Err(fault) => failure(&fault),
    }
}

/// All that a call tells. A gateway calls again after a failure, with all of it; what was kept the first time changes
/// nothing then.
async fn take_bundle(hooks: &Hooks, hook: &dyn Hook, gateway: &'static str, bundle: Bundle) -> Result<(), Fault> {
    // All at once, so that they share commits: Meta hands in up to a thousand together, and does not wait long. They may
    // come in any order as it is.
    let mut reports = JoinSet::new();
    for (id, report) in bundle.reports {
        let (inbox, here) = (hooks.inbox.clone(), Carried::here());
        reports.spawn(here.follow(async move { inbox.report_by_id(gateway, vec![id], report).await }));
    }
    while let Some(done) = reports.join_next().await {
        done.map_err(|error| Fault::Unexpected(error.into()))??;
    }
    for incoming in bundle.incoming {
        let Some(answer) = hooks.inbox.receive(gateway, incoming).await? else { continue };
        // The call is answered first: whoever waits for us to call them in between would call again.
        if let Some(sending) = hook.answer(hooks.inbox.clock.uuid(), answer.to.as_str().to_owned(), answer.sms.text) {
            tokio::spawn(Carried::here().follow(sending));
        }
    }
    Ok(())
}

/// What a client wrote. The answer's text is what the gateway sends back; an empty one sends nothing.
async fn inbound(
    State(hooks): State<Hooks>,
    path: Result<Path<(String, String)>, PathRejection>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some((hook, gateway)) = hook(&hooks, path) else { return text(StatusCode::NOT_FOUND, "No such gateway.") };
    let Ok(body) = to_bytes(body, hook.longest()).await else { return too_long() };
    let heard = Heard::new(&hooks, &uri, headers, body);
    let call = heard.call();
    let given = heard.fields.get("secret").unwrap_or_default();
    let by_secret = || callbacks::same(given.as_bytes(), hooks.secret.expose_secret().as_bytes());
    if !hook.signed(&call).unwrap_or_else(by_secret) {
        return text(StatusCode::FORBIDDEN, "Refused.");
    }
    let Some(incoming) = hook.inbound(&call) else {
        return text(StatusCode::BAD_REQUEST, "Send the fields from and text.");
    };
    match hooks.inbox.receive(gateway, incoming).await {
        Ok(answer) => {
            let to = answer.as_ref().map(|answer| answer.to.as_str().to_owned());
            let mut answer = answer.map(|answer| answer.sms.text);
            // The call is answered first: whoever waits for us to call them in between would call again.
            let reply = to.zip(answer.clone());
            if let Some(sending) = reply.and_then(|(to, text)| hook.answer(hooks.inbox.clock.uuid(), to, text)) {
                tokio::spawn(Carried::here().follow(sending));
                answer = None;
            }
            let (kind, body) = hook.reply(answer.as_deref());
            let mut response = respond(StatusCode::OK, kind, body);
            if let Some((name, value)) = answer.as_deref().and_then(|text| hook.reply_header(text)) {
                response.headers_mut().insert(name, HeaderValue::from_static(value));
            }
            response
        }
        Err(fault) => failure(&fault),
    }
}

/// A path that cannot be read names no gateway either.
fn hook(hooks: &Hooks, path: Result<Path<(String, String)>, PathRejection>) -> Option<(&dyn Hook, &'static str)> {
    let Path((channel, gateway)) = path.ok()?;
    hooks.gates.hook(&channel, &gateway)
}

/// A call as it came.
struct Heard {
    url: String,
    headers: HeaderMap,
    body: Bytes,
    fields: Fields,
    form: Fields,
}

impl Heard {
    fn new(hooks: &Hooks, uri: &Uri, headers: HeaderMap, body: Bytes) -> Self {
        let (mut fields, mut form) = (Fields::default(), Fields::default());
        fields.read(uri.query().unwrap_or_default().as_bytes());
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            form.read(&body);
            fields.read(&body);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{path}", hooks.callbacks.base().unwrap_or_default());
        Self { url, headers, body, fields, form }
    }

    fn call(&self) -> Call<'_> {
        Call { url: &self.url, headers: &self.headers, body: &self.body, fields: &self.fields, form: &self.form }
    }
}

fn too_long() -> Response {
    text(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long, or broke off.")
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

fn text(status: StatusCode, text: &str) -> Response {
    respond(status, "text/plain; charset=utf-8", text.to_owned())
}

fn respond(status: StatusCode, kind: &'static str, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], body).into_response()
}
