//! Traces: how long a request, its transactions and the calls of gateways took, and what was part of what, for a collector
//! that speaks OTLP (docs/decisions/0028).
//!
//! A span for traces has [`TARGET`], and no other goes there: what libraries say of themselves may name anybody. Of what a
//! span says only `ATTRIBUTES` are taken.

mod context;
mod export;
mod layer;
mod otlp;

use tokio::sync::mpsc;
use tracing_subscriber::{Layer, filter, registry::LookupSpan};

pub use self::export::Traces;
use self::layer::Recorder;
use crate::clock::Clock;

/// The target of spans that are for traces; the log leaves them out.
/// No module begins with it: the log leaves out whatever does.
pub const TARGET: &str = "traced";

/// What is told of spans. None of it is about anybody.
const ATTRIBUTES: [&str; 11] = [
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "db.system.name",
    "redress.kind",
    "redress.waited_us",
    "redress.request_id",
    "redress.notification",
    "redress.channel",
    "redress.gateway",
    "redress.answer",
];

/// Spans that wait to be sent, at most; more are left out and counted.
const QUEUE: usize = 8_192;

/// Where traces go, and how many.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The collector's address for traces by OTLP over HTTP.
    pub endpoint: reqwest::Url,
    /// The share of requests that are traced, 0 to 1.
    pub sample: f64,
}

/// What takes down spans, and what sends them once it is told to.
///
/// # Errors
/// When no client can be made for the endpoint.
pub fn start<S>(settings: &Settings, clock: &Clock) -> anyhow::Result<(impl Layer<S> + use<S>, Traces)>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let (finished, spans) = mpsc::channel(QUEUE);
    let recorder = Recorder { finished, clock: clock.clone(), sample: settings.sample };
    let ours = filter::filter_fn(|of| of.is_span() && of.target() == TARGET);
    let ours = ours.with_max_level_hint(tracing::Level::INFO);
    Ok((Layer::<S>::with_filter(recorder, ours), Traces::new(settings, spans)?))
}
