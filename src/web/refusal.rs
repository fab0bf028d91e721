//! What is refused before any handler, or for all of them: requests of other sites, those that take too long, and those
//! whose handler panicked. People get a page, programs a problem document.

use std::{any::Any, time::Duration};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use super::problem::{Problem, plain_page};
use crate::words::Text;

/// Whether a path is the API's, where every answer is for programs.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// The detail of a refusal whose maker knows neither path nor reader; [`dress`] does.
#[derive(Clone)]
struct Bare(Text);

/// A refusal that has no body yet: [`dress`] gives it that of its path, in the reader's language.
pub fn refused(status: StatusCode, detail: Text) -> Response {
    let mut response = status.into_response();
    response.extensions_mut().insert(Bare(detail));
    response
}

/// Whom an answer refused: for the log, which has a line for each refusal.
#[derive(Clone, Copy)]
pub struct RefusedTo(pub uuid::Uuid);

/// Gives what is refused within its dress, and ends what takes longer than `slowest`.
pub async fn dress(State(slowest): State<Duration>, request: Request, next: Next) -> Response {
    // Only a page of a refusal needs to know its reader.
    let headers = (!is_api(request.uri().path())).then(|| request.headers().clone());
    let answered = tokio::time::timeout(slowest, next.run(request)).await;
    let response = answered.unwrap_or_else(|_| {
        let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, Text::new("problem-too-slow"));
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        response
    });
    let (mut parts, body) = response.into_parts();
    let Some(Bare(detail)) = parts.extensions.remove() else { return Response::from_parts(parts, body) };
    let dressed: Response = match headers {
        Some(headers) => plain_page(&headers, parts.status, &detail),
        None => Problem::of(parts.status, detail).into(),
    };
    let (given, body) = dressed.into_parts();
    // The refusal's own headers stay: how long to wait, which cookies to forget.
    parts.headers.extend(given.headers);
    Response::from_parts(parts, body)
}

/// The answer in place of a handler that panicked. The panic itself is in the log.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    refused(StatusCode::INTERNAL_SERVER_ERROR, Text::new("problem-our-fault"))
}

/// A directive of the log. The finest lines of what refuses requests of other sites name the address of each request, in which
/// account ids may stand: they are never said, whatever is asked for.
pub const TOO_FINE: &str = "tower_http=info";

/// Refuses requests that another site made a browser send (fetch metadata, Origin). Gateways' callbacks carry a
/// secret of their own instead.
pub fn cross_site(public_url: Option<&str>) -> CsrfLayer<fn(ProtectionError) -> Response> {
    let layer = CsrfLayer::new().with_insecure_bypass(|_, uri| uri.path().starts_with("/hooks/"));
    let layer = match public_url.map(|url| layer.clone().add_trusted_origin(url)) {
        Some(Ok(trusting)) => trusting,
        _ => layer,
    };
    layer.with_rejection_response(|_| refused(StatusCode::FORBIDDEN, Text::new("problem-other-site")))
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

    #[tokio::test]
    async fn pages_are_in_the_readers_language_and_documents_in_english() {
        for (path, cookie, want) in [
            ("/panics", "", "<html lang=\"hi-IN\" dir=\"ltr\">"),
            ("/panics", "redress_language=en; redress_theme=dark", "lang=\"en-GB\" dir=\"ltr\" data-theme=\"dark\">"),
            ("/api/panics", "redress_language=hi", "\"title\":\"Internal Server Error\""),
        ] {
            let request = Request::builder().uri(path).header("accept-language", "hi").header("cookie", cookie);
            let response = router(Duration::from_mins(1)).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(body.contains(want), "{body}");
        }
    }
}
