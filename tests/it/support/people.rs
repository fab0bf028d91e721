//! Who talks to the server: programs with a token, people with a browser.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, RequestBuilder, header::HeaderMap, redirect::Policy};
use scraper::{Html, Selector};
use serde_json::Value;

/// Talks to servers on this machine, in clear: to read whom to trust takes longer than most requests.
fn client() -> ClientBuilder {
    // Sooner than the server gives up an idle connection, which would else be taken for a fault where a test was slow.
    Client::builder().redirect(Policy::none()).no_proxy().tls_certs_only([]).pool_idle_timeout(Duration::from_secs(5))
}

/// A program that calls the API.
#[derive(Clone)]
pub struct Caller {
    pub http: Client,
    base: String,
    token: Option<String>,
}

/// An answer of the API. `json` is null when the body is none.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Reply {
    /// A header's text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// The text but for the id of its request, which no two have in common.
    pub fn words(&self) -> String {
        without_id(&self.headers, &self.text)
    }

    /// The fields with faults, sorted.
    pub fn faults(&self) -> Vec<String> {
        let errors = self.json["errors"].as_array().cloned().unwrap_or_default();
        let mut fields: Vec<_> = errors.iter().map(|fault| fault["field"].as_str().unwrap().to_owned()).collect();
        fields.sort();
        fields
    }
}

impl Caller {
    pub fn new(base: &str) -> Self {
        let http = client().build().unwrap();
        Self { http, base: base.to_owned(), token: None }
    }

    /// Its token, if it has one.
    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let request = self.http.request(method.parse().unwrap(), format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, headers, text, json }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request("POST", path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request("PUT", path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(self.request("PATCH", path).json(body)).await
    }

    /// A ticket with the given fields over believable ones.
    pub async fn ticket(&self, fields: Value) -> Value {
        let mut body = serde_json::json!({
            "clientName": "Nadia Okonkwo",
            "clientPhone": "+447700900142",
            "issueType": "Incorrect Bill",
            "description": "Charged twice for the router.",
        });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let reply = self.post("/api/tickets", &body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json
    }
}

/// A person with a browser, without scripts.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    base: String,
}

/// A page, or the redirect to one.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub location: String,
    pub text: String,
}

/// What an answer says but for which request it answers.
fn without_id(headers: &HeaderMap, text: &str) -> String {
    let id = headers.get("x-request-id").expect("each answer says which request it answers");
    text.replace(id.to_str().unwrap(), "…")
}

impl Page {
    /// The text but for the id of its request, which no two have in common.
    pub fn words(&self) -> String {
        without_id(&self.headers, &self.text)
    }

    /// The texts of what a CSS selector finds, white space folded.
    pub fn all(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).unwrap();
        let fold = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        document.select(&selector).map(|element| fold(element.text().collect())).collect()
    }

    /// An attribute of the first element that a CSS selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).unwrap();
        document.select(&selector).next().and_then(|element| element.attr(name)).map(ToOwned::to_owned)
    }

    /// An attribute of every element that a CSS selector finds; elements without it are left out.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let document = Html::parse_document(&self.text);
        let selector = Selector::parse(selector).unwrap();
        document.select(&selector).filter_map(|element| element.attr(name)).map(ToOwned::to_owned).collect()
    }

    /// Whether a CSS selector finds anything.
    pub fn has(&self, selector: &str) -> bool {
        !self.all(selector).is_empty()
    }
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let http = client().cookie_store(true).build().unwrap();
        Self { http, base: base.to_owned() }
    }

    /// A request that the test shapes itself; [`Self::page`] sends it.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(method.parse().unwrap(), format!("{}{path}", self.base))
    }

    /// Sends a request.
    pub async fn page(request: RequestBuilder) -> Page {
        let response = request.send().await.unwrap();
        let headers = response.headers().clone();
        let location = headers.get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
        Page { status: response.status().as_u16(), headers, location, text: response.text().await.unwrap() }
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Page {
        Self::page(self.http.get(format!("{}{path}", self.base)).header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a form, as a page of ours would.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.http.post(format!("{}{path}", self.base)).header("sec-fetch-site", "same-origin");
        Self::page(request.form(fields)).await
    }
}
