//! How the provider is asked: for a few seconds, without following anybody elsewhere, and never for more than fits.

use std::{pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Client, Request, redirect, retry};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const TIMEOUT: Duration = Duration::from_secs(5);
/// Discovery documents and key sets have a few thousand bytes.
const LARGEST: usize = 512 * 1024;

/// Why there is no answer of use.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Not even asked: the address is in clear, and the issuer's is not.
    #[error("the address {0} is not https")]
    Clear(String),
    /// No connection, or none in time.
    #[error("no answer")]
    Failed(#[from] reqwest::Error),
    /// Larger than any honest one.
    #[error("the answer has more than {LARGEST} bytes")]
    TooLarge,
    /// It cannot be put together.
    #[error("broken: {0}")]
    Broken(#[from] openidconnect::http::Error),
}

/// The client.
#[derive(Debug, Clone)]
pub struct Http {
    client: Client,
    /// Whether plain HTTP is spoken, as with a provider on this machine.
    clear: bool,
}

impl Http {
    /// For a provider with this issuer. No proxy, so that the environment cannot redirect anybody.
    ///
    /// # Errors
    /// Why no client can be made, for people.
    pub fn new(issuer: &str) -> Result<Self, String> {
        let clear = issuer.starts_with("http://");
        let builder = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy();
        // Plain HTTP needs no certificates, and the machine may have none installed.
        let built = if clear { builder.tls_certs_only([]).build() } else { builder.build() };
        let client = built.map_err(|error| format!("no HTTPS client can be made: {error}"))?;
        Ok(Self { client, clear })
    }

    /// Whether a browser may be sent to an address of the provider, or we ask it.
    pub fn allows(&self, address: &str) -> bool {
        address.starts_with("https://") || (self.clear && address.starts_with("http://"))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let address = request.uri().to_string();
        if !self.allows(&address) {
            return Err(HttpError::Clear(address));
        }
        let mut answer = self.client.execute(Request::try_from(request)?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(HttpError::TooLarge);
            }
        }
        let mut response = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
