//! Lines of the log for programs: one flat JSON object each.
//!
//! What is said of a span, such as a request's id, stands beside what is said of the event, so that whoever looks for it
//! need not know where it came from.

use std::fmt;

use serde_json::{Map, Value};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::Record,
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// The format of lines, and of what is kept of spans.
pub(super) struct Json;

impl<S> FormatEvent<S, Self> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, Self>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut said = Map::new();
        // From the outermost on: of two with one name the nearer one counts.
        for span in ctx.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(kept) = span.extensions().get::<FormattedFields<Self>>() {
                said.append(&mut read(&kept.fields));
            }
        }
        event.record(&mut Said(&mut said));
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let first = [
            ("time", Value::from(time)),
            ("level", Value::from(event.metadata().level().as_str())),
            ("message", said.remove("message").unwrap_or_default()),
        ];
        for (place, (name, value)) in first.iter().enumerate() {
            said.remove(*name);
            write!(writer, "{}\"{name}\":{value}", if place == 0 { '{' } else { ',' })?;
        }
        for (name, value) in &said {
            write!(writer, ",{}:{value}", Value::from(name.as_str()))?;
        }
        writeln!(writer, "}}")
    }
}

/// What is said of a span is kept as an object, too.
impl<'w> FormatFields<'w> for Json {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut said = Map::new();
        fields.record(&mut Said(&mut said));
        write!(writer, "{}", Value::Object(said))
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let mut said = read(&current.fields);
        fields.record(&mut Said(&mut said));
        current.fields = Value::Object(said).to_string();
        Ok(())
    }
}

fn read(kept: &str) -> Map<String, Value> {
    serde_json::from_str(kept).unwrap_or_default()
}

/// Takes down fields by their names.
struct Said<'a>(&'a mut Map<String, Value>);

impl Said<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Said<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    // Times as the standard library counts them; JSON's readers seldom take more than 64 bits.
    fn record_u128(&mut self, field: &Field, value: u128) {
        match u64::try_from(value) {
            Ok(value) => self.put(field, value),
            Err(_) => self.put(field, value.to_string()),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{fmt::MakeWriter, layer::SubscriberExt};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Page {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_line_is_one_flat_object_with_what_its_spans_say() {
        let page = Page::default();
        let lines = tracing_subscriber::fmt::layer().fmt_fields(Json).event_format(Json).with_writer(page.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(lines), || {
            let outer = tracing::error_span!("outer", id = "a", later = tracing::field::Empty, which = 1);
            let _outer = outer.enter();
            outer.record("later", true);
            let inner = tracing::error_span!("inner", which = 2);
            let _inner = inner.enter();
            tracing::warn!(level = "theirs", count = 7_u128, of = ?["x"], "two\n\"lines\"");
        });
        let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("{\"time\":\"2") && text.contains("Z\",\"level\":\"WARN\",\"message\":"), "{text}");
        let line: Map<String, Value> = serde_json::from_str(&text).unwrap();
        let want = serde_json::json!({
            "time": line["time"], "level": "WARN", "message": "two\n\"lines\"",
            "id": "a", "later": true, "which": 2, "count": 7, "of": "[\"x\"]",
        });
        assert_eq!(Value::Object(line), want);
    }
}
