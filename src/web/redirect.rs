//! The listener in clear beside the one with TLS: it leads people over, and does nothing else but show what an authority
//! asks for to renew the certificate.

use std::path::{Path, PathBuf};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, uri::Authority},
    middleware,
    response::{IntoResponse, Response},
};

use super::headers;

/// Where an authority looks for proof that a host is ours (RFC 8555, section 8.3).
const PROOF: &str = "/.well-known/acme-challenge/";
/// A proof is a line; more is none.
const LONGEST_PROOF: u64 = 4096;

/// Where people are led to.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// The public address, if one is set.
    pub public_url: Option<String>,
    /// The port of the listener with TLS.
    pub port: u16,
    /// The directory that an ACME client writes its proofs into, under `.well-known/acme-challenge/`.
    pub proofs: Option<PathBuf>,
}

/// Answers everything.
pub fn router(redirect: Redirect) -> Router {
    Router::new().fallback(lead).layer(middleware::map_response(headers::bare)).with_state(redirect)
}

async fn lead(State(redirect): State<Redirect>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(token) = path.strip_prefix(PROOF) {
        proof(redirect.proofs.as_deref(), token).await
    } else if path.starts_with("/api/") || path.starts_with("/hooks/") {
        // A program that was led over in silence would go on sending its token in clear (ASVS 4.1.2).
        (StatusCode::FORBIDDEN, "Call this by https.\n").into_response()
    } else {
        redirect.over(request.uri(), request.headers())
    }
}

impl Redirect {
    fn over(&self, uri: &Uri, headers: &HeaderMap) -> Response {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let to = self.base(headers).map(|base| format!("{base}{path}"));
        let to = to.filter(|_| path.starts_with('/')).and_then(|to| HeaderValue::try_from(to).ok());
        match to {
            Some(to) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to)]).into_response(),
            None => (StatusCode::BAD_REQUEST, "Use the https address.\n").into_response(),
        }
    }

    /// What the address by https begins with. The host that was asked for counts only where no address is set.
    fn base(&self, headers: &HeaderMap) -> Option<String> {
        if let Some(url) = &self.public_url {
            return Some(url.clone());
        }
        let asked: Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
        let host = asked.host();
        let plain =
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte));
        let port = if self.port == 443 { String::new() } else { format!(":{}", self.port) };
        (plain && !asked.as_str().contains('@')).then(|| format!("https://{host}{port}"))
    }
}

/// A proof by its name, which is letters, digits, `-` and `_` alone: it leads to no other directory.
async fn proof(dir: Option<&Path>, token: &str) -> Response {
    let plain = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let Some(dir) = dir.filter(|_| plain) else { return StatusCode::NOT_FOUND.into_response() };
    let file = dir.join(PROOF.trim_start_matches('/')).join(token);
    let read = tokio::task::spawn_blocking(move || {
        let short = std::fs::metadata(&file).is_ok_and(|meta| meta.is_file() && meta.len() <= LONGEST_PROOF);
        short.then(|| std::fs::read(&file).ok()).flatten()
    });
    match read.await {
        Ok(Some(text)) => ([(header::CONTENT_TYPE, "application/octet-stream")], text).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    use super::*;

    async fn asked(redirect: &Redirect, method: &str, host: &str, path: &str) -> (u16, String, String) {
        let request = Request::builder().method(method).uri(path).header("host", host).body(Body::empty()).unwrap();
        let response = router(redirect.clone()).oneshot(request).await.unwrap();
        let location = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        (status, location, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn people_are_led_over_to_our_own_host_and_programs_are_told() {
        let set = Redirect { public_url: Some("https://desk.example".to_owned()), port: 8443, proofs: None };
        let unset = Redirect { public_url: None, ..set.clone() };
        let usual = Redirect { port: 443, ..unset.clone() };
        for (redirect, method, host, path, status, location) in [
            (&set, "GET", "evil.example", "/tickets?q=a&page=2", 308, "https://desk.example/tickets?q=a&page=2"),
            (&set, "POST", "evil.example", "/login", 308, "https://desk.example/login"),
            (&set, "GET", "x", "//evil.example/", 308, "https://desk.example//evil.example/"),
            (&set, "GET", "x", "http://evil.example/tickets", 308, "https://desk.example/tickets"),
            (&unset, "GET", "desk.example:8080", "/", 308, "https://desk.example:8443/"),
            (&usual, "GET", "[2001:db8::1]:80", "/", 308, "https://[2001:db8::1]/"),
            (&usual, "GET", "desk.example", "/a%0d%0aX:b", 308, "https://desk.example/a%0d%0aX:b"),
            (&usual, "GET", "desk.example@evil.example", "/", 400, ""),
            (&usual, "GET", "", "/", 400, ""),
            (&usual, "GET", "a b", "/", 400, ""),
            (&set, "GET", "x", "/api/tickets", 403, ""),
            (&set, "POST", "x", "/hooks/sms/kannel/status", 403, ""),
        ] {
            let (given, to, _) = asked(redirect, method, host, path).await;
            assert_eq!((given, to.as_str()), (status, location), "{method} {host} {path}");
        }
    }

    #[tokio::test]
    async fn proofs_are_shown_from_their_directory_alone() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join(".well-known/acme-challenge");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("tok-EN_1"), "tok-EN_1.thumb").unwrap();
        std::fs::write(dir.path().join("secret"), "tell nobody").unwrap();
        let without = Redirect { public_url: None, port: 443, proofs: None };
        let with = Redirect { proofs: Some(dir.path().to_owned()), ..without.clone() };
        let (status, _, body) = asked(&with, "GET", "x", "/.well-known/acme-challenge/tok-EN_1").await;
        assert_eq!((status, body.as_str()), (200, "tok-EN_1.thumb"));
        for path in ["..%2f..%2fsecret", "../../secret", "", "other", "tok-EN_1/"] {
            assert_eq!(asked(&with, "GET", "x", &format!("{PROOF}{path}")).await.0, 404, "{path}");
        }
        let (status, location, _) = asked(&without, "GET", "x", "/.well-known/acme-challenge/tok-EN_1").await;
        assert_eq!((status, location.as_str()), (404, ""), "it is led nowhere");
    }
}
