//! Headers of every answer: content security policy, no sniffing, no framing, no caching of what is personal.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use super::render::Nonce;
use crate::clock::Clock;

/// What the middleware needs.
#[derive(Clone, Debug)]
pub struct Headers {
    /// For the nonce.
    pub clock: Clock,
    /// Whether people reach this server by TLS: then browsers are told to stay with it.
    pub secure: bool,
}

/// Gives the request its nonce and the answer its headers.
pub async fn guard(State(settings): State<Headers>, mut request: Request, next: Next) -> Response {
    let nonce = data_encoding::BASE64.encode(&settings.clock.bytes::<16>());
    request.extensions_mut().insert(Nonce(nonce.clone()));
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        put(headers, header::CONTENT_SECURITY_POLICY, policy);
    }
    put(headers, header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    put(headers, header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    put(headers, header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    put(headers, HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    put(
        headers,
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    put(headers, header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if settings.secure {
        put(
            headers,
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    response
}

/// Lets nothing be compressed that another site has a browser ask for: beside words which that site has put into the address,
/// the length of a compressed page tells whether the same words stand in what is secret (BREACH). To stand before what
/// compresses.
pub async fn plain_for_others(mut request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    if matches!(site, Some(b"cross-site" | b"same-site")) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// The headers of what is for programs alone and has no page: nothing of it is to be shown, run or kept.
pub async fn bare(mut response: Response) -> Response {
    let headers = response.headers_mut();
    put(
        headers,
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    put(headers, header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    put(headers, header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    put(headers, header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    put(headers, header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Sets a header that the handler has not set itself.
fn put(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}
