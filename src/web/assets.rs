//! The embedded style sheets, scripts, icons and fonts.
//!
//! One fingerprint stands for the whole tree, in the path: `/assets/3f9a…/app.css`. Relative addresses inside style
//! sheets and scripts then work as they are, and everything may be cached for ever.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::Path;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<Cow<'static, str>> = Files::iter().collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            digest.update(file.metadata.sha256_hash());
        }
    }
    data_encoding::HEXLOWER.encode(&digest.finalize()[..6])
});

/// The path under which all assets are, without a slash at its end.
pub fn base() -> String {
    format!("/assets/{}", *FINGERPRINT)
}

/// `GET /assets/{fingerprint}/{*path}`. Another fingerprint still gets the file, but may not keep it.
pub async fn serve(Path((fingerprint, path)): Path<(String, String)>) -> Response {
    let Some(file) = Files::get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = if fingerprint == *FINGERPRINT { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = file.data.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(&path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
