//! Whether a gateway is there, asked without handing it a message.

use std::pin::Pin;

use reqwest::{Client, Method, RequestBuilder, Url};

use super::client;
use crate::{cause::innermost, notifications::reason};

/// How a gateway was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// It is none: there is nobody to reach.
    Nobody,
    /// It answers. Whether it takes our log-in shows with a message alone.
    Answers,
    /// It answers, and takes our log-in.
    TakesLogIn,
}

/// Why it was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Whether it answered, and refused our log-in.
    pub refuses_log_in: bool,
    /// Why, for people; nothing secret and nobody's words.
    pub why: String,
}

/// The future of [`Gateway::probe`](super::Gateway::probe).
pub type Probing<'a> = Pin<Box<dyn Future<Output = Result<Met, Unmet>> + Send + 'a>>;

impl Unmet {
    /// It did not answer, or not as it should.
    pub fn away(why: impl Into<String>) -> Self {
        Self { refuses_log_in: false, why: why.into() }
    }

    /// It does not know us.
    pub fn refused(code: impl std::fmt::Display) -> Self {
        Self { refuses_log_in: true, why: reason::with_code(reason::LOG_IN_REFUSED, code) }
    }
}

/// The status of the answer to a harmless request, and its text up to `most` bytes.
pub async fn ask(request: RequestBuilder, most: usize) -> Result<(u16, String), Unmet> {
    // Without the address: it may hold a password.
    let answer = request.send().await.map_err(|error| Unmet::away(innermost(&error.without_url())))?;
    let status = answer.status().as_u16();
    Ok((status, client::text(answer, most).await.unwrap_or_default()))
}

/// Whether anybody answers where an address leads, whatever the answer. Its path and query are left out: with them it might be
/// taken for a message.
pub async fn reach(client: &Client, url: &Url) -> Result<Met, Unmet> {
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    root.set_fragment(None);
    ask(client.request(Method::HEAD, root), 0).await.map(|_| Met::Answers)
}

/// What the answer to a question about our own account means.
pub fn known(status: u16) -> Result<Met, Unmet> {
    match status {
        200..=299 => Ok(Met::TakesLogIn),
        401 | 403 | 404 => Err(Unmet::refused(status)),
        _ => Err(Unmet::away(reason::with_code(reason::FAULTY, status))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_about_our_account_says_whether_we_are_known() {
        assert_eq!(known(200), Ok(Met::TakesLogIn));
        for refused in [401, 403, 404] {
            assert!(known(refused).is_err_and(|unmet| unmet.refuses_log_in), "{refused}");
        }
        for away in [301, 429, 500, 503] {
            assert!(known(away).is_err_and(|unmet| !unmet.refuses_log_in), "{away}");
        }
    }
}
