//! The embedded style sheets, scripts, icons and fonts.
//!
//! One fingerprint stands for the whole tree, in the path: `/assets/3f9a…/app.css`. Relative addresses inside style
//! sheets and scripts then work as they are, and everything may be cached for ever. `app.css` is all of `assets/css`
//! in one file, in the order of `SHEETS`. What compresses well is compressed once, as hard as it goes, and kept.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::Write as _,
    sync::{LazyLock, OnceLock},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::Path;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

/// The style sheets in the order in which they apply; within a layer, later ones win.
const SHEETS: &[&str] = &[
    "tokens",
    "fonts",
    "reset",
    "base",
    "layout",
    "outside",
    "sidebar",
    "buttons",
    "search",
    "badges",
    "chips",
    "menus",
    "table",
    "notices",
    "live",
    "conflict",
    "forms",
    "combobox",
    "cards",
    "preview",
    "intake",
    "ticket",
    "tabs",
    "composer",
    "timeline",
    "dialog",
    "phone",
    "desk",
    "roster",
    "finder",
    "bulk",
    "reports",
    "messages",
    "templates",
    "jobs",
    "docs",
    "utilities",
    "print",
];

/// One file as it is served.
struct Asset {
    media_type: &'static str,
    plain: Bytes,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let one_by_one = Files::iter().filter(|name| !name.starts_with("css/"));
    let mut assets: HashMap<String, Asset> =
        one_by_one.filter_map(|name| Some((name.to_string(), Asset::new(&name, file(&name)?)))).collect();
    let sheets: Vec<Cow<'_, [u8]>> = SHEETS.iter().filter_map(|name| file(&format!("css/{name}.css"))).collect();
    let sheets = String::from_utf8_lossy(&sheets.concat()).into_owned();
    assets.insert("app.css".to_owned(), Asset::new("app.css", slim(&sheets).into_bytes().into()));
    assets
});

static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<&String> = ASSETS.keys().collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name.as_bytes());
        digest.update(Sha256::digest(&ASSETS[name].plain));
    }
    data_encoding::HEXLOWER.encode(&digest.finalize()[..6])
});

/// A style sheet without comments and indentation: a fifth of what a browser fetches. What is quoted stays as it is.
fn slim(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(c) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if matches!(c, '"' | '\'') {
            let end = rest[1..].find(c).map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if c == '\n' {
            out.truncate(out.trim_end().len());
            out.push(c);
            rest = rest.trim_start();
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fn file(name: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(name).map(|file| file.data)
}

impl Asset {
    fn new(name: &str, data: Cow<'static, [u8]>) -> Self {
        let plain = match data {
            Cow::Borrowed(data) => Bytes::from_static(data),
            Cow::Owned(data) => data.into(),
        };
        Self { media_type: media_type(name), plain, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// Fonts are compressed already.
    fn compresses(&self) -> bool {
        self.media_type != "font/woff2"
    }

    fn brotli(&self) -> &Bytes {
        // Level 11 takes a hundred times as long in a build without optimisation.
        let quality = if cfg!(debug_assertions) { 1 } else { 11 };
        self.brotli.get_or_init(|| {
            let mut out = brotli::CompressorWriter::new(Vec::new(), 4096, quality, 22);
            let written = out.write_all(&self.plain).and_then(|()| out.flush());
            // Writing to memory cannot fail; should it, the file goes out as it is.
            written.map_or_else(|_| Bytes::new(), |()| out.into_inner().into())
        })
    }

    fn gzip(&self) -> &Bytes {
        self.gzip.get_or_init(|| {
            let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            let written = out.write_all(&self.plain).and_then(|()| out.finish());
            written.map_or_else(|_| Bytes::new(), Into::into)
        })
    }

    /// The body for a reader who takes these encodings, and the encoding's name.
    fn body(&self, accepted: &HeaderMap) -> (Bytes, Option<&'static str>) {
        if self.compresses() {
            for (name, packed) in [("br", Self::brotli as fn(&Self) -> &Bytes), ("gzip", Self::gzip)] {
                if takes(accepted, name) && !packed(self).is_empty() {
                    return (packed(self).clone(), Some(name));
                }
            }
        }
        (self.plain.clone(), None)
    }
}

/// Whether `Accept-Encoding` names an encoding, and not with a weight of nothing (RFC 9110, section 12.5.3).
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// The path under which all assets are, without a slash at its end.
pub fn base() -> String {
    format!("/assets/{}", *FINGERPRINT)
}

/// The addresses of all files, below [`base`].
pub fn names() -> impl Iterator<Item = String> {
    ASSETS.keys().cloned()
}

/// A file's text, if it is one.
pub fn text(name: &str) -> Option<&'static str> {
    ASSETS.get(name).and_then(|asset| std::str::from_utf8(&asset.plain).ok())
}

/// Compresses everything that will be asked for, on a thread of its own: half a second of work.
pub fn compress_ahead() {
    std::thread::spawn(|| {
        for asset in ASSETS.values().filter(|asset| asset.compresses()) {
            asset.brotli();
            asset.gzip();
        }
    });
}

/// `GET /assets/{fingerprint}/{*path}`. Another fingerprint still gets the file, but may not keep it.
pub async fn serve(Path((fingerprint, path)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = ASSETS.get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let caching = if fingerprint == *FINGERPRINT { "public, max-age=31536000, immutable" } else { "no-cache" };
    let (body, encoding) = asset.body(&headers);
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml; charset=utf-8",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn every_style_sheet_has_its_place_in_the_order() {
        let mut files: Vec<String> = Files::iter()
            .filter_map(|name| Some(name.strip_prefix("css/")?.strip_suffix(".css")?.to_owned()))
            .collect();
        let mut listed: Vec<&str> = SHEETS.to_vec();
        files.sort();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }

    #[test]
    fn a_slim_sheet_says_the_same() {
        let sheet = "/* one */\n\n.a {\n  content: \"/* '\n  no */\"; /* two\n lines */\n  color: red;\n}\n";
        assert_eq!(slim(sheet), "\n.a {\ncontent: \"/* '\n  no */\";\ncolor: red;\n}\n");
        let sheets = SHEETS.iter().filter_map(|name| file(&format!("css/{name}.css")));
        let whole: String = sheets.map(|data| String::from_utf8(data.into_owned()).unwrap()).collect();
        assert!(!whole.contains(r#"\""#) && !whole.contains(r"\'"), "an escaped quote would end what is quoted");
        let without =
            |(n, part): (usize, &str)| if n == 0 { part } else { part.split_once("*/").unwrap().1 }.to_owned();
        let plain: String = whole.split("/*").enumerate().map(without).collect();
        assert!(slim(&whole).split_whitespace().eq(plain.split_whitespace()));
    }

    #[test]
    fn what_is_compressed_comes_out_as_it_was() {
        for (name, asset) in &*ASSETS {
            let accepts = |value: &str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().unwrap())]);
            let (br, encoding) = asset.body(&accepts("gzip, deflate, br"));
            if !asset.compresses() {
                assert_eq!((br, encoding), (asset.plain.clone(), None), "{name}");
                continue;
            }
            let mut plain = Vec::new();
            brotli::Decompressor::new(&br[..], 4096).read_to_end(&mut plain).unwrap();
            assert_eq!((plain.as_slice(), encoding), (&asset.plain[..], Some("br")), "{name}");
            let (gz, encoding) = asset.body(&accepts("br;q=0, gzip"));
            plain.clear();
            flate2::read::GzDecoder::new(&gz[..]).read_to_end(&mut plain).unwrap();
            assert_eq!((plain.as_slice(), encoding), (&asset.plain[..], Some("gzip")), "{name}");
            assert_eq!(asset.body(&HeaderMap::new()), (asset.plain.clone(), None), "{name}");
        }
    }
}
