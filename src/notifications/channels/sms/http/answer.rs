//! What a gateway's answer has to say, by the settings: whether it took the message, and by which name.

use std::ops::RangeInclusive;

use regex::Regex;
use serde_json::Value;

use super::super::message_id;

const HOW: &str = "Write `status 200-299`, then if need be what the body says: `contains TEXT`, `matches REGEX`, or \
                   `/json/pointer = VALUE`, of which several are parted by |.";
const HOW_ID: &str = "Write a JSON pointer such as /messages/0/id, or a regular expression with one group.";

/// A condition on an answer.
#[derive(Debug)]
pub struct Condition {
    statuses: RangeInclusive<u16>,
    body: Option<Says>,
}

#[derive(Debug)]
enum Says {
    Contains(String),
    Matches(Regex),
    /// What stands at a JSON pointer is one of these; what is absent counts as `null`.
    Equals(String, Vec<String>),
}

impl Condition {
    /// Reads `[status A-B] [contains TEXT | matches REGEX | /POINTER = VALUE|VALUE]`; any of `statuses` will do if none is given.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn read(text: &str, statuses: RangeInclusive<u16>) -> Result<Self, String> {
        let (statuses, rest) = match text.strip_prefix("status ") {
            Some(rest) => {
                let rest = rest.trim_start();
                let (range, rest) = rest.split_once(' ').unwrap_or((rest, ""));
                (range_of(range).ok_or(HOW)?, rest.trim_start())
            }
            None => (statuses, text),
        };
        let rest = rest.strip_prefix("body ").unwrap_or(rest).trim();
        let body = if rest.is_empty() {
            None
        } else if let Some(words) = rest.strip_prefix("contains ") {
            Some(Says::Contains(unquoted(words)?.to_owned()))
        } else if let Some(pattern) = rest.strip_prefix("matches ") {
            Some(Says::Matches(regex(pattern.trim())?))
        } else if let Some((pointer, values)) = rest.split_once('=').filter(|_| rest.starts_with('/')) {
            let values: Result<Vec<String>, String> =
                values.split('|').map(|value| unquoted(value).map(ToOwned::to_owned)).collect();
            Some(Says::Equals(pointer.trim().to_owned(), values?))
        } else {
            return Err(HOW.to_owned());
        };
        Ok(Self { statuses, body })
    }

    /// Whether the body matters.
    pub const fn reads_body(&self) -> bool {
        self.body.is_some()
    }

    /// Whether an answer meets it; `None` when its body would decide and could not be read to its end.
    pub fn met(&self, status: u16, body: Option<&str>) -> Option<bool> {
        let Some(says) = self.body.as_ref().filter(|_| self.statuses.contains(&status)) else {
            return Some(self.statuses.contains(&status));
        };
        let body = body?;
        Some(match says {
            Says::Contains(words) => body.contains(words),
            Says::Matches(pattern) => pattern.is_match(body),
            Says::Equals(pointer, values) => {
                let json: Option<Value> = serde_json::from_str(body).ok();
                let found = json.map(|json| json.pointer(pointer).map_or(Some("null".to_owned()), word));
                found.flatten().is_some_and(|found| values.contains(&found))
            }
        })
    }
}

/// Where an answer has the gateway's name for the message.
#[derive(Debug)]
pub enum IdPattern {
    Pointer(String),
    Matches(Regex),
}

impl IdPattern {
    /// Reads a JSON pointer, or a regular expression with one group.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Pointer(text.to_owned()));
        }
        let pattern = regex(text)?;
        if pattern.captures_len() == 2 { Ok(Self::Matches(pattern)) } else { Err(HOW_ID.to_owned()) }
    }

    /// The name in this body, if it is one that can be kept.
    pub fn find(&self, body: &str) -> Option<String> {
        match self {
            Self::Pointer(pointer) => {
                let json: Value = serde_json::from_str(body).ok()?;
                message_id(&word(json.pointer(pointer)?).filter(|word| word != "null")?)
            }
            Self::Matches(pattern) => message_id(pattern.captures(body)?.get(1)?.as_str()),
        }
    }
}

/// The text of a value that is neither a list nor an object.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn range_of(text: &str) -> Option<RangeInclusive<u16>> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from >= 100 && from <= to && to <= 599).then_some(from..=to)
}

/// Without the quotes that people put around words.
fn unquoted(text: &str) -> Result<&str, String> {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    if inner.is_empty() { Err(HOW.to_owned()) } else { Ok(inner) }
}

fn regex(pattern: &str) -> Result<Regex, String> {
    // Time is linear in the body whatever the pattern is; its size is held too.
    regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|_| {
        "The regular expression cannot be read: see https://docs.rs/regex/#syntax, and write \\ before signs."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(condition: &str, status: u16, body: &str) -> bool {
        Condition::read(condition, 200..=299).unwrap().met(status, Some(body)).unwrap()
    }

    #[test]
    fn status_and_body_both_count() {
        for (condition, status, body, expected) in [
            ("status 200-299", 202, "ERR", true),
            ("status 200", 202, "", false),
            ("status 200-499 contains OK", 404, "all OK", true),
            ("contains \"queued for\"", 200, "queued for delivery", true),
            ("contains queued", 200, "Queued", false),
            ("contains queued", 500, "queued", false),
            ("body contains queued", 200, "queued", true),
            ("status 200 body matches ^(OK|0):", 200, "OK: 17", true),
            ("matches ^(OK|0):", 200, "ERR: OK: 17", false),
            ("matches (?i)success", 200, "SUCCESS", true),
            ("/status = success", 200, r#"{"status":"success"}"#, true),
            ("/status = success", 200, r#"{"status":"error"}"#, false),
            ("/status=0|1", 200, r#"{"status":1}"#, true),
            ("/messages/0/status = \"0\"", 200, r#"{"messages":[{"status":"0"}]}"#, true),
            ("/messages/0/status = 0", 200, r#"{"messages":[{"status":"4"}]}"#, false),
            ("/ok = true", 200, r#"{"ok":true}"#, true),
            ("/error = null", 200, r#"{"error":null}"#, true),
            ("/error = null", 200, r#"{"id":5}"#, true),
            ("/error = null", 200, r#"{"error":{"code":5}}"#, false),
            ("/error = null", 200, "<html>", false),
            ("/status = success", 200, "status = success", false),
        ] {
            assert_eq!(met(condition, status, body), expected, "{condition}: {status} {body}");
        }
    }

    #[test]
    fn a_body_that_was_not_read_decides_nothing() {
        let by_body = Condition::read("contains OK", 200..=299).unwrap();
        assert_eq!((by_body.met(200, None), by_body.met(500, None)), (None, Some(false)));
        let by_status = Condition::read("status 202", 200..=299).unwrap();
        assert_eq!((by_status.met(202, None), by_status.reads_body()), (Some(true), false));
    }

    #[test]
    fn what_cannot_be_understood_is_a_fault() {
        for bad in [
            "status",
            "status x",
            "status 99",
            "status 300-200",
            "status 200-600",
            "status -",
            "contains",
            "contains \"\"",
            "matches (",
            "matches",
            "/status",
            "/status = ",
            "/status = a||b",
            "OK",
            "status 200 OK",
            "/a b",
        ] {
            assert!(Condition::read(bad, 200..=299).is_err(), "{bad}");
        }
        for bad in ["id", "(a)(b)", "(", "id=[0-9]+"] {
            assert!(IdPattern::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_gateways_name_is_found() {
        let find = |pattern: &str, body: &str| IdPattern::read(pattern).unwrap().find(body);
        assert_eq!(find("/messages/0/id", r#"{"messages":[{"id":"a-1"}]}"#).as_deref(), Some("a-1"));
        assert_eq!(find("/id", r#"{"id":17}"#).as_deref(), Some("17"));
        assert_eq!(find(r"^OK: ([\w-]+)", "OK: a-1 queued").as_deref(), Some("a-1"));
        for (pattern, body) in [
            ("/id", r#"{"id":null}"#),
            ("/id", r#"{"id":{}}"#),
            ("/id", r#"{"id":"a b"}"#),
            ("/id", "OK"),
            ("OK: (.*)", "no"),
            ("OK: (.*)", "OK: "),
        ] {
            assert_eq!(find(pattern, body), None, "{pattern} {body}");
        }
    }
}
