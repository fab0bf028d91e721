//! How operators are told what goes on.

use std::time::Duration;

use super::{Checker, Key, key};
use crate::traces;

pub(super) const KEYS: [Key; 5] = [
    key("log.format", "text", "The log's lines: text for people, json for programs"),
    key(
        "log.slow_query_ms",
        "250",
        "Milliseconds from which a statement or a transaction is told in the log, 0 for none",
    ),
    key(
        "drain_seconds",
        "0",
        "Seconds before a stop in which /readyz answers 503 and requests are still answered, up to 60",
    ),
    key(
        "traces.endpoint",
        "",
        "Where traces go by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; nowhere if not set",
    ),
    key("traces.sample", "0.1", "The share of requests that are traced, 0 to 1"),
];

/// How operators are told what goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// Of the log.
    pub log: LogFormat,
    /// How long a stop waits for others to take over.
    pub drain: Duration,
    /// Of traces, if they go anywhere.
    pub traces: Option<traces::Settings>,
}

/// What the log's lines are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object each.
    Json,
}

/// From when on the database is slow.
pub(super) fn slow(checker: &mut Checker<'_>) -> Option<Duration> {
    let remedy = "write milliseconds up to 60000, or 0 for none";
    let millis =
        checker.parsed("log.slow_query_ms", remedy, |text| text.parse().ok().filter(|millis| *millis <= 60_000));
    millis.filter(|millis| *millis > 0).map(Duration::from_millis)
}

pub(super) fn settings(checker: &mut Checker<'_>) -> Watched {
    let log = checker.parsed("log.format", "write text or json", |text| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    });
    let drain = checker
        .parsed("drain_seconds", "write seconds up to 60", |text| text.parse().ok().filter(|drain| *drain <= 60));
    Watched {
        log: log.unwrap_or_default(),
        drain: Duration::from_secs(drain.unwrap_or_default()),
        traces: traces(checker),
    }
}

fn traces(checker: &mut Checker<'_>) -> Option<traces::Settings> {
    let sample = checker.parsed("traces.sample", "write a share from 0 to 1, such as 0.1", |text| {
        text.parse().ok().filter(|share| (0.0..=1.0).contains(share))
    });
    if checker.text("traces.endpoint").contains('@') {
        // Not shown again, as what stands there is a password.
        let fault = "traces.endpoint: no log-in goes with it; put a collector before the one that wants it".to_owned();
        checker.faults.push(fault);
        return None;
    }
    let remedy = "write an address with its path, such as http://127.0.0.1:4318/v1/traces";
    let endpoint = checker.parsed("traces.endpoint", remedy, |text| {
        let url: reqwest::Url = text.parse().ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() != "/").then_some(url)
    });
    Some(traces::Settings { endpoint: endpoint?, sample: sample? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};

    fn check(settings: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        Config::check(&Sources::of(settings))
    }

    #[test]
    fn what_is_not_set_is_as_it_always_was() {
        let config = check(&[]).unwrap();
        assert_eq!(config.watched, Watched { log: LogFormat::Text, drain: Duration::ZERO, traces: None });
        assert_eq!(config.database.slow, Some(Duration::from_millis(250)));
        assert_eq!(check(&[("log.slow_query_ms", "0")]).unwrap().database.slow, None);
        let traced = check(&[("traces.endpoint", "http://127.0.0.1:4318/v1/traces")]).unwrap().watched.traces.unwrap();
        assert_eq!((traced.endpoint.as_str(), traced.sample), ("http://127.0.0.1:4318/v1/traces", 0.1));
    }

    #[test]
    fn what_will_not_do_is_told_by_name() {
        for (name, value) in [
            ("log.format", "JSON"),
            ("log.slow_query_ms", "-1"),
            ("log.slow_query_ms", "1h"),
            ("drain_seconds", "61"),
            ("traces.sample", "1.5"),
            ("traces.sample", "NaN"),
            ("traces.endpoint", "127.0.0.1:4318"),
            ("traces.endpoint", "http://127.0.0.1:4318"),
            ("traces.endpoint", "https://user:secret@collector.example/v1/traces"),
        ] {
            let faults = check(&[(name, value)]).unwrap_err();
            assert!(faults.len() == 1 && faults[0].starts_with(name), "{faults:?}");
            assert!(!faults[0].contains("secret"), "{faults:?}");
        }
    }
}
