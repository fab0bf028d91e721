//! What the log tells of requests.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    middleware::Next,
    response::Response,
};
use tracing::{Instrument as _, Span, field};

use super::{
    meter::{Asked, InFlight, known},
    proxies::Proxies,
    refusal::RefusedTo,
};
use crate::{
    clock::Clock,
    request_id::{Carried, RequestId},
    sparing::Sparing,
    traces,
};

/// Who tries what is not theirs, or forges a signature. All of them would fill a disk.
static REFUSALS: Sparing = Sparing::new(20, 3);
/// Who runs into a limit. Apart, so that nobody hides those above behind these.
static LIMITS: Sparing = Sparing::new(5, 10);

/// Where requests tell which one they are, and answers whose.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where a proxy that traces tells of which trace a request is a part.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What gives requests their ids.
#[derive(Debug, Clone)]
pub struct Requests {
    /// Those whose ids count, and who are believed about the sender: anybody else's might be made to look like another's.
    pub proxies: Arc<Proxies>,
    /// For ids of our own.
    pub clock: Clock,
}

impl Requests {
    fn id_of(&self, request: &Request) -> RequestId {
        self.given(request).unwrap_or_else(|| RequestId::new(&self.clock))
    }

    fn given(&self, request: &Request) -> Option<RequestId> {
        RequestId::read(self.told(request, &REQUEST_ID)?)
    }

    /// Whom the audit history will name as the sender.
    fn sender(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        self.proxies.sender(peer, request.headers())
    }

    /// The span for traces.
    fn traced(&self, request: &Request, id: &RequestId) -> Span {
        tracing::info_span!(
            target: traces::TARGET,
            "request",
            traceparent = self.told(request, &TRACEPARENT),
            http.request.method = known(request.method()),
            http.route = route(request),
            http.response.status_code = field::Empty,
            redress.request_id = id.as_str(),
        )
    }

    /// What a trusted proxy says of the request in a header of its own, once.
    fn told<'r>(&self, request: &'r Request, name: &HeaderName) -> Option<&'r str> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
        let mut lines = request.headers().get_all(name).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else { return None };
        line.to_str().ok().filter(|_| self.proxies.trusts(peer))
    }
}

/// Gives each request its id, which every line of the log said meanwhile has, and the answer.
pub async fn requests(State(of): State<Requests>, request: Request, next: Next) -> Response {
    let id = of.id_of(&request);
    let span = tracing::error_span!("request", request_id = %id);
    let traced = span.in_scope(|| of.traced(&request, &id));
    let (shown, from) = (HeaderValue::from_str(id.as_str()), of.sender(&request));
    let answer = answer(request, next).instrument(traced);
    let mut response = Carried::of(Some(id), span).coming_from(from).follow(answer).await;
    if let Ok(shown) = shown {
        response.headers_mut().insert(REQUEST_ID, shown);
    }
    response
}

/// The pattern that its path fits, if there is one.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str)
}

/// One line for each request: the route, never the query, since searches are personal.
async fn answer(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = route(&request).to_owned();
    let began = std::time::Instant::now();
    let flight = InFlight::begin();
    let mut asked = Asked::begin(&method, &route);
    let response = next.run(request).await;
    let micros = began.elapsed().as_micros();
    let status = response.status();
    asked.answer(status);
    Span::current().record("http.response.status_code", status.as_u16());
    tracing::debug!(%method, route, status = status.as_u16(), micros, "request");
    let left_out = match status {
        StatusCode::FORBIDDEN => REFUSALS.may(),
        StatusCode::TOO_MANY_REQUESTS => LIMITS.may(),
        _ => None,
    };
    if let Some(left_out) = left_out {
        let user = response.extensions().get::<RefusedTo>().map(|RefusedTo(user)| tracing::field::display(user));
        tracing::warn!(%method, route, status = status.as_u16(), user, left_out, "a request was refused");
    }
    flight.with(response)
}
