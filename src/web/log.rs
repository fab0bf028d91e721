//! What the log tells of requests.

use axum::{
    extract::{MatchedPath, Request},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use super::{meter::Asked, refusal::RefusedTo, sparing::Sparing};

/// Who tries what is not theirs, or forges a signature. All of them would fill a disk.
static REFUSALS: Sparing = Sparing::new(20, 3);
/// Who runs into a limit. Apart, so that nobody hides those above behind these.
static LIMITS: Sparing = Sparing::new(5, 10);

/// One line for each request: the route, never the query, since searches are personal.
pub async fn requests(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let began = std::time::Instant::now();
    let mut asked = Asked::begin(&method, &route);
    let response = next.run(request).await;
    let micros = began.elapsed().as_micros();
    let status = response.status();
    asked.answer(status);
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
    response
}
