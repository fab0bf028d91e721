//! What somebody has chosen for the pages that they see: cookies, since it is a matter of the screen and of who sits before
//! it, and the log-in page has to know.

use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::words::Language;

/// The cookie of the colours: `light` or `dark`, or absent for what the device says.
pub const THEME: &str = "redress_theme";
/// The cookie of how high the list's rows are: `compact`, or absent for two lines.
pub const DENSITY: &str = "redress_density";
/// The cookie of the language: its tag, or absent for what the browser asks for.
pub const LANGUAGE: &str = "redress_language";
/// The cookie of single-letter shortcuts: `off`, or absent while they work.
pub const KEYS: &str = "redress_keys";

/// `light` or `dark` where that is chosen, or empty.
pub fn theme(jar: &CookieJar) -> &'static str {
    match jar.get(THEME).map(Cookie::value) {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "",
    }
}

/// Whether one line a row is chosen for lists.
pub fn compact(jar: &CookieJar) -> bool {
    jar.get(DENSITY).is_some_and(|cookie| cookie.value() == "compact")
}

/// Whether single letters are shortcuts.
pub fn keys(jar: &CookieJar) -> bool {
    jar.get(KEYS).is_none_or(|cookie| cookie.value() != "off")
}

/// The language that is chosen, if any.
pub fn language(jar: &CookieJar) -> Option<Language> {
    jar.get(LANGUAGE).and_then(|cookie| Language::of(cookie.value()))
}

/// The language that the browser asks for.
pub fn asked_language(headers: &HeaderMap) -> Language {
    Language::accepted(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or(""))
}

/// The chosen language, or the browser's.
pub fn spoken(jar: &CookieJar, headers: &HeaderMap) -> Language {
    language(jar).unwrap_or_else(|| asked_language(headers))
}
