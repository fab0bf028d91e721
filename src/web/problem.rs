//! A [`Fault`] as an answer: RFC 9457 problem documents for programs, pages for people.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::{fault::Fault, input::MOST_FAULTS};

/// A problem document.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    more: serde_json::Map<String, Value>,
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with nothing but a status and a sentence.
    pub fn of(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), more: serde_json::Map::new(), retry_after: None }
    }

    /// Its status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Its sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The same with a member of its own.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotFound => Self::of(StatusCode::NOT_FOUND, "There is nothing here by that name."),
            Fault::Unauthorized => Self::of(
                StatusCode::UNAUTHORIZED,
                "Sign in, or send a valid token in the header Authorization: Bearer TOKEN.",
            ),
            Fault::Forbidden => Self::of(StatusCode::FORBIDDEN, "Your role does not allow this."),
            Fault::Invalid(faults) => {
                let detail = match faults.len() {
                    1 => "One field has a fault.".to_owned(),
                    // The last one only counts the rest.
                    n if n > MOST_FAULTS => format!("More than {MOST_FAULTS} fields have faults."),
                    n => format!("{n} fields have faults."),
                };
                Self::of(StatusCode::UNPROCESSABLE_ENTITY, detail).with("errors", json!(faults))
            }
            Fault::Conflict { detail, allowed } => {
                let problem = Self::of(StatusCode::CONFLICT, detail.english());
                if allowed.is_empty() { problem } else { problem.with("allowed", json!(allowed)) }
            }
            Fault::Stale(current) => Self::of(
                StatusCode::PRECONDITION_FAILED,
                "The ticket has changed since the version you sent in If-Match. Look at it as it is now and try again.",
            )
            .with("ticket", *current),
            Fault::TooMany(seconds) => {
                let mut problem = Self::of(
                    StatusCode::TOO_MANY_REQUESTS,
                    format!("Too many failed tries. Wait {seconds} seconds and try again."),
                );
                problem.retry_after = Some(seconds);
                problem
            }
            Fault::Unavailable(error) => {
                tracing::error!(%error, "the database cannot take a request now");
                let mut problem = Self::of(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The database cannot take this now. Nothing was changed. Try again shortly.",
                );
                problem.retry_after = Some(5);
                problem
            }
            Fault::Unexpected(error) => {
                tracing::error!(error = format!("{error:#}"), "a fault of ours");
                Self::of(StatusCode::INTERNAL_SERVER_ERROR, "This is our fault. It has been logged. Try again.")
            }
        }
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        let mut body = serde_json::Map::new();
        body.insert("type".to_owned(), json!("about:blank"));
        body.insert("title".to_owned(), json!(title(problem.status)));
        body.insert("status".to_owned(), json!(problem.status.as_u16()));
        body.insert("detail".to_owned(), json!(problem.detail));
        body.extend(problem.more);
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

fn retry_after(headers: &mut axum::http::HeaderMap, seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

fn title(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Error")
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
            Fault::NotFound => {
                Problem::of(StatusCode::NOT_FOUND, "There is no such page, or it is not there any more.")
            }
            Fault::Invalid(faults) => {
                let text: Vec<_> =
                    faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message.english())).collect();
                Problem::of(StatusCode::UNPROCESSABLE_ENTITY, text.join(" "))
            }
            other => Problem::from(other),
        };
        let mut response = plain_page(problem.status, &problem.detail);
        retry_after(response.headers_mut(), problem.retry_after);
        response
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct PlainPage<'a> {
    status: u16,
    title: &'a str,
    detail: &'a str,
    assets: String,
}

/// A page without the frame: it must be shown even when the database cannot be asked.
pub fn plain_page(status: StatusCode, detail: &str) -> Response {
    let page = PlainPage { status: status.as_u16(), title: title(status), detail, assets: super::assets::base() };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(_) => (status, detail.to_owned()).into_response(),
    }
}
