//! Extractors whose refusals are our own problem documents and pages, never axum's plain text.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::Response,
};
use serde::de::DeserializeOwned;

use super::{
    problem::{Problem, too_large},
    refusal::{is_api, refused},
};
use crate::{fault::Fault, input::Input, words::Text};

/// A JSON body as an [`Input`], with the bytes it came in (an `Idempotency-Key` is bound to them).
#[derive(Debug)]
pub struct JsonBody {
    /// The fields.
    pub input: Input,
    /// The body as it came.
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        if !is_json(&request) {
            return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, Text::new("problem-send-json")).into());
        }
        let bytes = body(request, state).await.map_err(Response::from)?;
        let input = read_json(&bytes).map_err(Response::from)?;
        Ok(Self { input, bytes })
    }
}

fn read_json(bytes: &Bytes) -> Result<Input, Problem> {
    let value = serde_json::from_slice(bytes).map_err(|error| {
        // serde's words name a line and a column, never the body's content beyond one token.
        let (line, column) = (error.line().to_string(), error.column().to_string());
        Problem::of(StatusCode::BAD_REQUEST, Text::new("problem-not-json").arg("line", line).arg("column", column))
    })?;
    Ok(Input::from_json(value)?)
}

/// The body of a call that has no fields: nothing, or an object of none. Whoever sends some means something else.
#[derive(Debug)]
pub struct NoFields {
    /// The body as it came.
    pub bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for NoFields {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let json = is_json(&request);
        let bytes = body(request, state).await.map_err(Response::from)?;
        if !bytes.is_empty() {
            if !json {
                return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, Text::new("problem-send-json")).into());
            }
            let none = read_json(&bytes).and_then(|input| Ok(input.finish()?));
            none.map_err(Response::from)?;
        }
        Ok(Self { bytes })
    }
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The body, at most the limit that the router has set.
async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let status = axum::response::IntoResponse::into_response(rejection).status();
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            too_large()
        } else {
            Problem::of(StatusCode::BAD_REQUEST, Text::new("problem-broken-off"))
        }
    })
}

/// A form's fields (`application/x-www-form-urlencoded`) as an [`Input`].
#[derive(Debug)]
pub struct Form {
    /// The fields.
    pub input: Input,
    /// The same as they came, to show again what was typed.
    pub typed: Vec<(String, String)>,
    /// The body as it came.
    pub bytes: Bytes,
}

impl Form {
    /// What was typed into a field, or nothing.
    pub fn typed(&self, name: &str) -> &str {
        self.typed.iter().rev().find(|(field, _)| field == name).map_or("", |(_, text)| text)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, Text::new("problem-send-form")));
        }
        let bytes = body(request, state).await.map_err(Problem::for_people)?;
        let typed: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
        Ok(Self { input: Input::from_pairs(typed.iter().cloned()), typed, bytes })
    }
}

/// The query string as pairs, in order.
#[derive(Debug, Clone, Default)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// The last value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or("");
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

/// A path parameter. What does not parse is simply not found.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) if is_api(parts.uri.path()) => Err(Problem::from(Fault::NotFound).into()),
            Err(_) => Err(refused(StatusCode::NOT_FOUND, Text::new("problem-no-such-page"))),
        }
    }
}
