//! A [`Fault`] as an answer: RFC 9457 problem documents for programs, pages for people.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde_json::{Value, json};

use super::{choices, refusal::refused};
use crate::{
    fault::{Fault, FieldFault},
    input::MOST_FAULTS,
    request_id::RequestId,
    sparing::Sparing,
    words::{Language, Said, Text},
};

/// While the database is away anybody can bring such a line about, as often as they like.
static AWAY: Sparing = Sparing::new(20, 3);

/// A problem document.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: Text,
    more: serde_json::Map<String, Value>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with nothing but a status and a sentence.
    pub fn of(status: StatusCode, detail: impl Into<Text>) -> Self {
        Self { status, detail: detail.into(), more: serde_json::Map::new(), retry_after: None }
    }

    /// The same with a member of its own.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// The same for people: a refusal that [`dress`](super::refusal::dress) makes a page of.
    pub fn for_people(self) -> Response {
        let mut response = refused(self.status, self.detail);
        retry_after(response.headers_mut(), self.retry_after);
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotFound => Self::of(StatusCode::NOT_FOUND, Text::new("problem-not-found-name")),
            Fault::Unauthorized => Self::of(StatusCode::UNAUTHORIZED, Text::new("problem-sign-in")),
            Fault::Forbidden => Self::of(StatusCode::FORBIDDEN, Text::new("problem-role")),
            Fault::Invalid(faults) => {
                let detail = match faults.len() {
                    // The last one only counts the rest.
                    n if n > MOST_FAULTS => Text::new("problem-many-faults").arg("count", MOST_FAULTS),
                    n => Text::new("problem-faults").arg("count", n),
                };
                Self::of(StatusCode::UNPROCESSABLE_ENTITY, detail).with("errors", json!(faults))
            }
            Fault::Conflict { detail, allowed } => {
                let problem = Self::of(StatusCode::CONFLICT, detail);
                if allowed.is_empty() { problem } else { problem.with("allowed", json!(allowed)) }
            }
            Fault::Stale(current) => {
                Self::of(StatusCode::PRECONDITION_FAILED, Text::new("problem-stale")).with("ticket", *current)
            }
            Fault::TooMany(seconds) => {
                let mut problem = Self::of(StatusCode::TOO_MANY_REQUESTS, too_many(seconds));
                problem.retry_after = Some(seconds);
                problem
            }
            Fault::Busy(seconds) => {
                let mut problem = Self::of(StatusCode::SERVICE_UNAVAILABLE, Text::new("problem-overloaded"));
                problem.retry_after = Some(seconds);
                problem
            }
            Fault::Pace(seconds) => {
                let detail = Text::new("problem-too-fast").arg("seconds", seconds);
                let mut problem = Self::of(StatusCode::TOO_MANY_REQUESTS, detail);
                problem.retry_after = Some(seconds);
                problem
            }
            Fault::Unavailable(error) => {
                if let Some(left_out) = AWAY.may() {
                    tracing::error!(%error, left_out, "the database cannot take a request now");
                }
                let mut problem = Self::of(StatusCode::SERVICE_UNAVAILABLE, Text::new("problem-busy"));
                problem.retry_after = Some(5);
                problem
            }
            Fault::Unexpected(error) => {
                tracing::error!(error = format!("{error:#}"), "a fault of ours");
                Self::of(StatusCode::INTERNAL_SERVER_ERROR, Text::new("problem-our-fault"))
            }
        }
    }
}

/// That a body is larger than what is taken.
pub fn too_large() -> Problem {
    Problem::of(StatusCode::PAYLOAD_TOO_LARGE, Text::new("problem-too-large"))
}

/// That there were too many tries, and how long to wait.
pub fn too_many(seconds: u64) -> Text {
    Text::new("problem-too-many").arg("seconds", seconds)
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut body = serde_json::Map::new();
        body.insert("type".to_owned(), json!("about:blank"));
        body.insert("title".to_owned(), json!(problem.status.canonical_reason().unwrap_or("Error")));
        body.insert("status".to_owned(), json!(problem.status.as_u16()));
        body.insert("detail".to_owned(), json!(problem.detail.english()));
        body.extend(problem.more);
        if let Some(id) = RequestId::current() {
            body.insert("requestId".to_owned(), json!(id.as_str()));
        }
        let mut response = (problem.status, Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if problem.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"redress\""));
        }
        retry_after(headers, problem.retry_after);
        response
    }
}

fn retry_after(headers: &mut HeaderMap, seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// The error of a JSON handler.
#[derive(Debug)]
pub struct ApiFault(pub Fault);

impl<E: Into<Fault>> From<E> for ApiFault {
    fn from(fault: E) -> Self {
        Self(fault.into())
    }
}

impl IntoResponse for ApiFault {
    fn into_response(self) -> Response {
        Problem::from(self.0).into()
    }
}

/// The error of a page handler. Faults of a form never come here: their page is shown again with them.
#[derive(Debug)]
pub struct PageFault(pub Fault);

impl<E: Into<Fault>> From<E> for PageFault {
    fn from(fault: E) -> Self {
        Self(fault.into())
    }
}

impl IntoResponse for PageFault {
    fn into_response(self) -> Response {
        let problem = match self.0 {
            Fault::NotFound => Problem::of(StatusCode::NOT_FOUND, Text::new("problem-no-page")),
            Fault::Invalid(faults) => {
                let both = |first: Text, next: Text| Text::new("words-two").arg("first", first).arg("second", next);
                let text = faults.into_iter().map(FieldFault::named).reduce(both);
                let text = text.unwrap_or_else(|| Text::new("problem-faults").arg("count", 0));
                Problem::of(StatusCode::UNPROCESSABLE_ENTITY, text)
            }
            other => Problem::from(other),
        };
        problem.for_people()
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct PlainPage {
    language: Language,
    theme: &'static str,
    status: u16,
    title: Said,
    detail: Said,
    home: Said,
    /// The id of the request, which finds its lines in the log.
    request: Option<String>,
    tell: Said,
    assets: String,
}

/// A page without the frame: it must be shown even when the database cannot be asked. `headers` are those of the request:
/// they say in which language and which colours.
pub fn plain_page(headers: &HeaderMap, status: StatusCode, detail: &Text) -> Response {
    let jar = CookieJar::from_headers(headers);
    let language = choices::spoken(&jar, headers);
    let page = PlainPage {
        language,
        theme: choices::theme(&jar),
        status: status.as_u16(),
        title: title(status).to(language),
        detail: detail.clone().to(language),
        home: Text::new("problem-home").to(language),
        request: RequestId::current().map(|id| id.as_str().to_owned()),
        tell: Text::new("problem-request").to(language),
        assets: super::assets::base(),
    };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, page.detail.to_string()).into_response(),
    }
}

/// What a status is called on pages: in English as in the standard.
fn title(status: StatusCode) -> Text {
    Text::new(match status {
        StatusCode::BAD_REQUEST => "problem-bad-request",
        StatusCode::UNAUTHORIZED => "problem-unauthorized",
        StatusCode::FORBIDDEN => "problem-forbidden",
        StatusCode::NOT_FOUND => "problem-not-found",
        StatusCode::METHOD_NOT_ALLOWED => "problem-method-not-allowed",
        StatusCode::CONFLICT => "problem-conflict",
        StatusCode::PRECONDITION_FAILED => "problem-precondition-failed",
        StatusCode::PAYLOAD_TOO_LARGE => "problem-payload-too-large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "problem-unsupported-media-type",
        StatusCode::UNPROCESSABLE_ENTITY => "problem-unprocessable",
        StatusCode::TOO_MANY_REQUESTS => "problem-too-many-requests",
        StatusCode::INTERNAL_SERVER_ERROR => "problem-internal",
        StatusCode::SERVICE_UNAVAILABLE => "problem-unavailable",
        _ => "problem-error",
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use tracing::{Event, Subscriber};
    use tracing_subscriber::{
        Layer,
        layer::{Context, SubscriberExt},
    };

    use super::*;
    use crate::db::DbError;

    /// Counts the lines of a log.
    struct Lines(Arc<AtomicUsize>);

    impl<S: Subscriber> Layer<S> for Lines {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn an_outage_fills_no_log() {
        let lines = Arc::new(AtomicUsize::new(0));
        let log = tracing_subscriber::registry().with(Lines(Arc::clone(&lines)));
        tracing::subscriber::with_default(log, || {
            for _ in 0..200 {
                let problem = Problem::from(Fault::Unavailable(DbError::Busy));
                assert_eq!((problem.status, problem.retry_after), (StatusCode::SERVICE_UNAVAILABLE, Some(5)));
            }
        });
        assert!(lines.load(Ordering::Relaxed) <= 25, "{lines:?}");
    }

    #[test]
    fn statuses_are_called_as_in_the_standard_and_by_name_in_other_languages() {
        for code in [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503] {
            let status = StatusCode::from_u16(code).unwrap();
            assert_eq!(title(status).english(), status.canonical_reason().unwrap());
            assert!(!title(status).to(Language::Hindi).to_string().is_ascii(), "{code}");
        }
    }
}
