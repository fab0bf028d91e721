//! What a file is for: nobody takes along what is personal without saying so, and it stays on record.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::Frame;
use crate::{
    fault::Fault,
    input::{Input, Limits},
    words::Text,
};

/// What a file is for, in characters.
const REASON: Limits = Limits::line(1000);

/// Reads `reason`, the one field there is.
///
/// # Errors
/// [`Fault::Invalid`] on `reason` when it is missing or too long, and on any other field.
pub fn reason(mut input: Input) -> Result<String, Fault> {
    let reason = input.required("reason", REASON, Text::new("list-export-reason-missing"));
    input.finish().map(|()| reason)
}

/// The page that asks.
#[derive(Template)]
#[template(path = "file_reason.html")]
pub struct ReasonPage {
    /// The frame around it.
    pub frame: Frame,
    /// The key of its heading.
    pub heading: &'static str,
    /// The key of the name of the page that the file is of.
    pub home: &'static str,
    /// Where that is, with its filters.
    pub back: String,
    /// Where the file is.
    pub action: String,
    /// What was typed.
    pub reason: String,
    /// Why that is not enough.
    pub fault: Option<Text>,
}

impl ReasonPage {
    /// The answer: 422 where what was typed is not enough.
    pub fn respond(&self) -> Response {
        let status = if self.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        self.frame.respond(status, self)
    }
}
