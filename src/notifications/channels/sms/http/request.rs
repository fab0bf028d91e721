//! The request that a message becomes, by the templates of the settings.

use http::{HeaderName, Method};
use reqwest::{
    Client, RequestBuilder, Url,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    super::super::{Outgoing, Registered, client},
    BODY, HEADERS, METHOD, PASSWORD, SENDER, URL,
    template::{Place, Template, Values, Variable},
};
use crate::notifications::{
    segments::Encoding,
    settings::{Key, Reader},
};

/// How a request is made.
#[derive(Debug)]
pub struct Shape {
    method: Method,
    url: Template,
    headers: Vec<(HeaderName, Template)>,
    body: Option<Body>,
    sender: Option<String>,
    password: Option<SecretString>,
}

#[derive(Debug)]
struct Body {
    template: Template,
    /// Where the settings name none.
    content_type: Option<&'static str>,
}

impl Shape {
    /// Reads the settings; every fault goes to the reader.
    pub fn read(settings: &mut Reader<'_>) -> Option<Self> {
        let method = settings.required(&METHOD, method);
        let url = settings.required(&URL, url);
        // Not `?` yet: all faults are told at once.
        let headers = settings.optional(&HEADERS, headers);
        let headers_are_good = headers.is_some() || settings.text(&HEADERS).is_none();
        let headers = headers.unwrap_or_default();
        let body = settings.optional(&BODY, |text| body(text, &headers));
        if method == Some(Method::GET) && settings.text(&BODY).is_some() {
            settings.fault(&BODY, "A GET has no body: leave this out, or set sms.http.method to POST.");
        }
        let body_is_good = body.is_some() || settings.text(&BODY).is_none();
        let password = settings.text(&PASSWORD).map(SecretString::from);
        let shape = Self { method: method?, url: url?, headers, body, sender: settings.text(&SENDER), password };
        (headers_are_good && body_is_good && shape.is_complete(settings)).then_some(shape)
    }

    /// Whether it says to whom and what, and has what it names.
    fn is_complete(&self, settings: &mut Reader<'_>) -> bool {
        let mut complete = true;
        let mut want = |there: bool, key: &Key, message: &str| {
            if !there {
                settings.fault(key, message);
            }
            complete &= there;
        };
        let place = if self.method == Method::GET { &URL } else { &BODY };
        let to = self.has(&[Variable::To, Variable::ToDigits]);
        want(to, place, "Nothing says to whom: put {to} or {to_digits} where the gateway wants the number.");
        want(self.has(&[Variable::Text]), place, "Nothing says what: put {text} where the gateway wants the text.");
        let sender = self.sender.is_some() || !self.has(&[Variable::Sender]);
        want(sender, &SENDER, "Set this: the settings of sms.http name {sender}.");
        let password = self.password.is_some() || !self.has(&[Variable::Password]);
        want(password, &PASSWORD, "Set this: the settings of sms.http name {password}.");
        complete
    }

    fn has(&self, variables: &[Variable]) -> bool {
        let others = self.headers.iter().map(|(_, template)| template);
        let others = others.chain(self.body.as_ref().map(|body| &body.template));
        std::iter::once(&self.url).chain(others).any(|template| template.has(variables))
    }

    /// Whether the gateway is told where to report.
    pub fn asks_for_reports(&self) -> bool {
        self.has(&[Variable::ReportUrl])
    }

    /// Whether it is told the ids of registered templates.
    pub fn carries_ids(&self) -> bool {
        self.has(&[Variable::EntityId]) && self.has(&[Variable::TemplateId])
    }

    /// The address without a message's values, for its scheme.
    pub fn base(&self) -> Result<Url, String> {
        client::address(&self.url.fill(&EMPTY))
    }

    /// The request for one message.
    pub fn request(&self, client: &Client, message: &Outgoing<'_>) -> RequestBuilder {
        let id = message.id.to_string();
        let header = message.registered.map(|ids| ids.header.as_str()).filter(|header| !header.is_empty());
        let values = Values {
            to: message.to,
            text: message.text,
            // The one that is registered with the template goes before all others.
            sender: header.or(self.sender.as_deref()).unwrap_or_default(),
            id: &id,
            report_url: message.report_url.unwrap_or_default(),
            coding: match message.encoding {
                Encoding::Gsm7 => "gsm7",
                Encoding::Ucs2 => "ucs2",
            },
            registered: message.registered,
            password: self.password.as_ref().map_or("", |password| password.expose_secret()),
        };
        let mut request = client.request(self.method.clone(), self.url.fill(&values));
        for (name, template) in &self.headers {
            request = request.header(name, template.fill(&values).into_bytes());
        }
        if let Some(body) = &self.body {
            if let Some(content_type) = body.content_type {
                request = request.header(CONTENT_TYPE, content_type);
            }
            request = request.body(body.template.fill(&values));
        } else if self.method == Method::POST {
            // Left out, some answer 411 (RFC 9110, 8.6).
            request = request.header(CONTENT_LENGTH, "0");
        }
        request
    }
}

/// Values for a trial: what could break out of its place, and nothing.
const TRICKY: Values<'static> = Values {
    to: "+447700900142",
    text: "\"'<&>\\ 50% {x} é\u{1f600}",
    sender: "Lake \"F\"",
    id: "01936c5e-8a00-7000-8000-000000000000",
    report_url: "https://desk.example.com/hooks?a=1&b=2",
    coding: "ucs2",
    registered: None,
    password: "p\"w",
};
const EMPTY: Values<'static> = Values { text: "", sender: "", id: "", report_url: "", password: "", ..TRICKY };

fn method(text: &str) -> Result<Method, String> {
    match text {
        "POST" => Ok(Method::POST),
        "GET" => Ok(Method::GET),
        _ => Err("Choose one of: POST, GET.".to_owned()),
    }
}

fn url(text: &str) -> Result<Template, String> {
    let template = Template::read(text, Place::Percent)?;
    let host = template.beginning().split_once("://").map_or("", |(_, rest)| rest);
    // A client's text must not choose where it goes.
    if template.varies() && !host.contains(['/', '?']) {
        return Err(
            "Variables stand in the path or the query, behind http:// or https:// and the name of the host.".to_owned()
        );
    }
    if text.contains('#') || text.chars().any(|c| c.is_control() || c == ' ') {
        return Err("Write %23 for #, and no blanks.".to_owned());
    }
    for values in [&TRICKY, &EMPTY] {
        client::address(&template.fill(values))?;
    }
    Ok(template)
}

/// One header a line; or in one line with `;` between, where a `;` that no name and colon follow is part of the value, as in
/// `application/json; charset=utf-8`. Faults name no value: it may be a key.
fn headers(text: &str) -> Result<Vec<(HeaderName, Template)>, String> {
    let lines: Vec<String> =
        if text.contains('\n') { text.lines().map(ToOwned::to_owned).collect() } else { parted(text) };
    lines.iter().filter(|line| !line.trim().is_empty()).map(|line| header(line)).collect()
}

fn parted(line: &str) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    for part in line.split(';').filter(|part| !part.trim().is_empty()) {
        let begins =
            part.split_once(':').is_some_and(|(name, _)| HeaderName::from_bytes(name.trim().as_bytes()).is_ok());
        match headers.last_mut() {
            Some(last) if !begins => *last = format!("{last};{part}"),
            _ => headers.push(part.to_owned()),
        }
    }
    headers
}

fn header(line: &str) -> Result<(HeaderName, Template), String> {
    let how = || "Write each header as `Name: value`, one a line, or in one line with ; between.".to_owned();
    let (name, value) = line.split_once(':').ok_or_else(how)?;
    let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| how())?;
    if ["host", "content-length", "transfer-encoding", "connection", "te", "upgrade"].contains(&name.as_str()) {
        return Err(format!("Leave {name} out: it is made for each request."));
    }
    let value = value.trim();
    if value.chars().any(char::is_control) {
        return Err(format!("The value of {name} has a control character in it: write it in one line."));
    }
    let template = Template::read(value, Place::Header).map_err(|fault| format!("In {name}: {fault}"))?;
    Ok((name, template))
}

fn body(text: &str, headers: &[(HeaderName, Template)]) -> Result<Body, String> {
    let named = headers.iter().find(|(name, _)| name == CONTENT_TYPE);
    let named = named.map(|(_, template)| template.fill(&EMPTY).to_ascii_lowercase());
    let content_type = match text.chars().next() {
        _ if named.is_some() => None,
        Some('[') => Some("application/json"),
        // And not a variable.
        Some('{') if text[1..].trim_start().starts_with('"') => Some("application/json"),
        Some('<') => Some("application/xml; charset=utf-8"),
        _ => Some("application/x-www-form-urlencoded"),
    };
    let kind = named.as_deref().or(content_type).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let place = match kind {
        "application/x-www-form-urlencoded" => Place::Percent,
        json if json.ends_with("/json") || json.ends_with("+json") => Place::Json,
        xml if xml.ends_with("/xml") || xml.ends_with("+xml") => Place::Xml,
        _ => Place::Plain,
    };
    let template = Template::read(text, place)?;
    if place == Place::Json {
        let registered = Registered { entity: "\"".into(), header: "\"".into(), template: "\"".into() };
        for values in [EMPTY, Values { registered: Some(&registered), ..TRICKY }] {
            serde_json::from_str::<serde_json::Value>(&template.fill(&values)).map_err(|error| {
                format!("With a message in it this is no JSON ({error}): put variables between double quotes.")
            })?;
        }
    }
    Ok(Body { template, content_type })
}
