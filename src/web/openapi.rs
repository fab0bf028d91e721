//! What the calls' documentation shares, and the document itself (OpenAPI 3.1), generated from the code.

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::{
    IntoParams, IntoResponses, Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::fault::FieldFault;

/// An RFC 9457 problem document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemDocument {
    /// Always `about:blank`: the status says what kind of problem it is.
    r#type: String,
    /// The status in words.
    title: String,
    /// The status code.
    status: u16,
    /// A sentence for people.
    detail: String,
    /// With 422: every fault.
    errors: Option<Vec<FieldFault>>,
    /// With 409 of a refused transition: the allowed ones.
    allowed: Option<Vec<String>>,
    /// The request's id, as in `X-Request-Id`: by it the log has what went wrong.
    request_id: Option<String>,
}

/// `Idempotency-Key`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its documentation is used")]
pub struct IdempotencyKey {
    /// The same key with the same body within 24 hours answers the first answer again.
    #[param(rename = "Idempotency-Key", max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$")]
    idempotency_key: Option<String>,
}

/// `If-Match`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its documentation is used")]
pub struct IfMatch {
    /// The ETag of the version the change is meant for.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

/// The problems of any call.
#[derive(IntoResponses)]
pub enum ReadProblems {
    /// Who are you
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(ProblemDocument),
    /// Not yours to do
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemDocument),
    /// Nothing by that name
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemDocument),
    /// Bad values; `errors` has every fault
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemDocument),
    /// More requests than one user may send; `Retry-After` says when to go on
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemDocument),
    /// The database cannot take it now; nothing was changed, send it again
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemDocument),
}

/// The problems of a call with a body.
#[derive(IntoResponses)]
pub enum WriteProblems {
    /// Broken off, or not as it is said to be
    #[response(status = 400, content_type = "application/problem+json")]
    BadJson(ProblemDocument),
    /// Who are you
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(ProblemDocument),
    /// Not yours to do
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(ProblemDocument),
    /// Nothing by that name
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemDocument),
    /// Over 1 MiB, or with a photo over 12
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemDocument),
    /// Not sent as what it takes
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(ProblemDocument),
    /// Bad values; `errors` has every fault
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemDocument),
    /// More requests than one user may send; `Retry-After` says when to go on
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(ProblemDocument),
    /// The database cannot take it now; nothing was changed, send it again
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemDocument),
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Redress",
        description = "The billing-complaint desk for Internet service providers.\n\nSend `Authorization: Bearer TOKEN`, \
            with a token of `redress token create` or of `POST /api/auth/login`."
    ),
    components(schemas(ProblemDocument, FieldFault)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Base;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        if let Some(components) = document.components.as_mut() {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
            components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        }
    }
}

/// The document without any call: features add theirs.
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The document as it is served: written once, and sent again only to whom it is new.
#[derive(Debug, Clone)]
pub struct Served {
    text: Bytes,
    tag: HeaderValue,
}

impl Served {
    /// The document's text and tag.
    pub fn new(document: &utoipa::openapi::OpenApi) -> Self {
        let text = document.to_json().unwrap_or_default();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..8]);
        let tag = HeaderValue::try_from(format!("\"{digest}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { text: text.into(), tag }
    }

    /// `GET /api/openapi.json`.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|tags| self.is_among(tags));
        let mut response = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, "application/json")], self.text.clone()).into_response()
        };
        response.headers_mut().insert(header::ETAG, self.tag.clone());
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    /// Compared weakly (RFC 9110, section 13.1.2): what compresses the answer weakens its tag.
    fn is_among(&self, tags: &HeaderValue) -> bool {
        let tags = tags.to_str().unwrap_or_default();
        tags.split(',')
            .map(str::trim)
            .any(|tag| tag == "*" || tag.trim_start_matches("W/").as_bytes() == self.tag.as_bytes())
    }
}
