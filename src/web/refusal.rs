//! What is refused before any handler, or for all of them: requests of other sites, those that take too long, and those
//! whose handler panicked. People get a page, programs a problem document.

use std::{any::Any, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::problem::{Problem, plain_page};

/// Whether a path is the API's, where every answer is for programs.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// A refusal in the dress of its path.
pub fn refused(path: &str, status: StatusCode, detail: &str) -> Response {
    if is_api(path) { Problem::of(status, detail).into() } else { plain_page(status, detail) }
}

/// A refusal by a layer that does not know the path; [`dress`] does.
#[derive(Clone, Copy)]
struct Bare(&'static str);

fn bare(status: StatusCode, detail: &'static str) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Bare(detail));
    response
}

/// Gives what the layers within refuse its dress, and ends what takes longer than `slowest`.
pub async fn dress(State(slowest): State<Duration>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let Ok(response) = tokio::time::timeout(slowest, next.run(request)).await else {
        let detail = "This took too long and was given up. Look whether it was done before you try again.";
        return refused(&path, StatusCode::SERVICE_UNAVAILABLE, detail);
    };
    match response.extensions().get() {
        Some(Bare(detail)) => refused(&path, response.status(), detail),
        None => response,
    }
}

/// The answer in place of a handler that panicked. The panic itself is in the log.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    bare(StatusCode::INTERNAL_SERVER_ERROR, "This is our fault. It has been logged. Try again.")
}

/// Refuses requests that another site made a browser send (fetch metadata, Origin). Gateways' callbacks carry a
/// secret of their own instead.
pub fn cross_site(public_url: Option<&str>) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let layer = CsrfLayer::new().with_insecure_bypass(|_, uri| uri.path().starts_with("/hooks/"));
    let layer = match public_url.map(|url| layer.clone().add_trusted_origin(url)) {
        Some(Ok(trusting)) => trusting,
        _ => layer,
    };
    layer.with_rejection_response(|_| {
        let detail = "This request came from another site, so it was refused. Send it from our own pages.";
        bare(StatusCode::FORBIDDEN, detail)
    })
}

/// Takes from calls with a bearer token what browsers add by themselves. The cookie then proves nothing, so there is
/// nothing to forge, and a token may be used from any site. To stand before [`cross_site`].
pub async fn bearer_only(mut request: Request, next: Next) -> Response {
    if is_api(request.uri().path()) && bearer(request.headers()).is_some() {
        for name in [header::COOKIE, header::ORIGIN, header::HeaderName::from_static("sec-fetch-site")] {
            request.headers_mut().remove(name);
        }
    }
    next.run(request).await
}

/// The token of `Authorization: Bearer TOKEN`. Any other scheme is not ours to judge.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(header::AUTHORIZATION)?.as_bytes());
    let (scheme, token) = value.split_once(' ').unwrap_or((&value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware, routing::any};
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn panics() -> StatusCode {
        panic!("as it must")
    }

    fn router(slowest: Duration) -> Router {
        let stuck = || std::future::pending::<StatusCode>();
        Router::new()
            .route("/stuck", any(stuck))
            .route("/api/stuck", any(stuck))
            .route("/panics", any(panics))
            .route("/api/panics", any(panics))
            .route("/fine", any(|| async { (StatusCode::FORBIDDEN, "as it came") }))
            .route("/api/fine", any(|| async { "as it came" }))
            .layer(cross_site(Some("https://desk.example")))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn_with_state(slowest, dress))
    }

    /// Status, media type and body.
    async fn answer(slowest: Duration, method: &str, path: &str) -> (u16, String, String) {
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "cross-site");
        let response = router(slowest).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn refusals_are_pages_for_people_and_problem_documents_for_programs() {
        let (ample, none) = (Duration::from_mins(1), Duration::ZERO);
        let cases = [(ample, "GET", "panics", 500), (none, "GET", "stuck", 503), (ample, "POST", "fine", 403)];
        for (slowest, method, route, want) in cases {
            let (status, kind, body) = answer(slowest, method, &format!("/{route}")).await;
            assert_eq!((status, kind.as_str()), (want, "text/html; charset=utf-8"), "{route}");
            assert!(body.contains("<h1>"), "{body}");
            let (status, kind, body) = answer(slowest, method, &format!("/api/{route}")).await;
            assert_eq!((status, kind.as_str()), (want, "application/problem+json"), "{route}");
            assert!(body.contains(&format!("\"status\":{want}")), "{body}");
        }
    }

    #[tokio::test]
    async fn what_handlers_answer_stays_as_it_is() {
        let (status, _, body) = answer(Duration::from_mins(1), "GET", "/fine").await;
        assert_eq!((status, body.as_str()), (403, "as it came"));
    }
}
