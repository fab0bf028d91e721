//! `If-Match` (RFC 9110, section 13.1.1), where an entity tag is a record's version.

use axum::http::{HeaderMap, header};

/// The versions that `If-Match` allows; absent when there is no such header or it is `*`.
pub fn if_match(headers: &HeaderMap) -> Option<Vec<i64>> {
    let mut versions = Vec::new();
    for value in headers.get_all(header::IF_MATCH) {
        for tag in value.to_str().unwrap_or("?").split(',').map(str::trim) {
            if tag == "*" {
                return None;
            }
            // Proxies that compress answers make our strong tags weak; the version is the same.
            let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
            // A tag that is none of ours is one that does not match.
            versions.push(tag.parse().unwrap_or(-1));
        }
    }
    (!versions.is_empty()).then_some(versions)
}
