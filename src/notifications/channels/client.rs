//! The HTTP client of gateways, and what its failures mean for a message.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, Url, redirect, retry};

use super::Outcome;
use crate::notifications::reason;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a setting that is an address.
pub fn address(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err("Give an address that begins with http:// or https://.".to_owned()),
    }
}

/// One connection for each message: on a kept one, a request may meet the other side's closing, and nobody could say
/// whether it was heard. No proxy, so that the environment cannot redirect messages.
///
/// # Errors
/// Why no client can be made, for people.
pub fn client(url: &Url) -> Result<Client, String> {
    let builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(0)
        .no_proxy();
    // Plain HTTP needs no certificates, and the machine may have none installed.
    let built = if url.scheme() == "http" { builder.tls_certs_only([]).build() } else { builder.build() };
    built.map_err(|error| format!("No HTTPS client can be made for this address: {error}."))
}

/// Sends a request. What came instead of an answer is an outcome.
pub async fn send(request: RequestBuilder) -> Result<Response, Outcome> {
    request.send().await.map_err(|error| {
        if error.is_connect() || error.is_builder() {
            Outcome::Later { reason: reason::UNREACHABLE.to_owned(), after: None }
        } else if error.is_timeout() {
            Outcome::Doubtful { reason: reason::NO_ANSWER.to_owned() }
        } else {
            Outcome::Doubtful { reason: reason::CUT.to_owned() }
        }
    })
}

/// The first bytes of an answer as text, `most` of them, unless it breaks off before its end.
pub async fn text(mut answer: Response, most: usize) -> Option<String> {
    let mut text = Vec::new();
    while text.len() < most {
        match answer.chunk().await {
            Ok(Some(chunk)) => text.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(_) => return None,
        }
    }
    text.truncate(most);
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// The pause that an answer asks for by `Retry-After`, in milliseconds: in seconds, since gateways give no dates.
pub fn retry_after(answer: &Response) -> Option<i64> {
    let seconds: i64 = answer.headers().get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.clamp(0, 24 * 60 * 60) * 1_000)
}
