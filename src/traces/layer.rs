//! Takes spans down and hands on those that are over.

use std::{fmt, sync::Arc, time::Instant};

use metrics::counter;
use serde_json::Value;
use tokio::sync::mpsc;
use tracing::{
    Subscriber,
    field::{Field, Visit},
    span,
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

use super::{ATTRIBUTES, context::Parent};
use crate::clock::Clock;

/// The field by which a span says under which of somebody else's it goes.
const PARENT: &str = "traceparent";

/// The layer.
pub(super) struct Recorder {
    pub(super) finished: mpsc::Sender<Finished>,
    pub(super) clock: Clock,
    pub(super) sample: f64,
}

/// A span that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) name: &'static str,
    pub(super) trace: [u8; 16],
    pub(super) id: [u8; 8],
    pub(super) parent: Option<[u8; 8]>,
    /// Nanoseconds since the epoch.
    pub(super) began: u128,
    pub(super) ended: u128,
    pub(super) said: Vec<(&'static str, Value)>,
}

/// What all spans of a trace have in common.
#[derive(Debug)]
struct Trace {
    id: [u8; 16],
    kept: bool,
    /// When its first span here began: by the machine's clock, in milliseconds, and to be counted on from.
    wall: i64,
    origin: Instant,
}

/// A span under way.
struct Held {
    trace: Arc<Trace>,
    id: [u8; 8],
    parent: Option<[u8; 8]>,
    began: Instant,
    said: Vec<(&'static str, Value)>,
}

impl Recorder {
    /// The trace that begins with this span. What is nobody's part, such as a look of the worker at the queue, is not kept.
    fn begin(&self, name: &str, remote: Option<Parent>) -> Trace {
        let id = remote.map_or_else(|| self.clock.bytes(), |parent| parent.trace);
        let kept = match remote {
            Some(parent) => parent.sampled,
            None => name != "database" && self.is_drawn(id),
        };
        Trace { id, kept, wall: self.clock.now(), origin: Instant::now() }
    }

    /// Whether a trace of this id is one of those that are kept: the same on every node.
    #[expect(clippy::cast_precision_loss, reason = "a share need not be exact to 2⁻⁵³")]
    fn is_drawn(&self, id: [u8; 16]) -> bool {
        let last_eight = id[8..].iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        let drawn = last_eight as f64 / u64::MAX as f64;
        drawn < self.sample || self.sample >= 1.0
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut said = Said::default();
        attributes.record(&mut said);
        let above = span.scope().skip(1).find_map(|above| {
            let extensions = above.extensions();
            extensions.get::<Held>().map(|held| (Arc::clone(&held.trace), held.id))
        });
        let (trace, parent) = match above {
            Some((trace, parent)) => (trace, Some(parent)),
            None => (Arc::new(self.begin(span.name(), said.parent)), said.parent.map(|parent| parent.span)),
        };
        let id = if trace.kept { self.clock.bytes() } else { [0; 8] };
        span.extensions_mut().insert(Held { trace, id, parent, began: Instant::now(), said: said.taken });
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let mut extensions = span.extensions_mut();
        let Some(held) = extensions.get_mut::<Held>().filter(|held| held.trace.kept) else { return };
        let mut said = Said::default();
        values.record(&mut said);
        held.said.append(&mut said.taken);
    }

    fn on_close(&self, id: span::Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(&id) else { return };
        let Some(held) = span.extensions_mut().remove::<Held>().filter(|held| held.trace.kept) else { return };
        let start = u128::try_from(held.trace.wall).unwrap_or_default() * 1_000_000;
        let at = |moment: Instant| start + moment.saturating_duration_since(held.trace.origin).as_nanos();
        let finished = Finished {
            name: span.name(),
            trace: held.trace.id,
            id: held.id,
            parent: held.parent,
            began: at(held.began),
            ended: at(Instant::now()),
            said: held.said,
        };
        if self.finished.try_send(finished).is_err() {
            counter!("redress_traces_spans_total", "fate" => "dropped").increment(1);
        }
    }
}

/// Takes what may be told.
#[derive(Default)]
struct Said {
    taken: Vec<(&'static str, Value)>,
    parent: Option<Parent>,
}

impl Said {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        if let Some(name) = ATTRIBUTES.into_iter().find(|name| *name == field.name()) {
            self.taken.push((name, value.into()));
        }
    }
}

impl Visit for Said {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == PARENT {
            self.parent = Parent::read(value);
        }
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
