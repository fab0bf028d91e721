//! The log of `serve` and `demo`: lines on standard output. Traces begin with it, as both listen to the same.

mod json;

use tracing_subscriber::{EnvFilter, Layer as _, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use self::json::Json;
use crate::{
    clock::Clock,
    config::{LogFormat, Watched},
    traces::{self, Traces},
    web::refusal::TOO_FINE,
};

/// Starts it. `RUST_LOG` sets what is said. Gives the traces, if there are to be any, which are sent once they are told to be.
///
/// # Errors
/// When the collector of traces could not be called.
pub fn start(watched: &Watched, clock: &Clock) -> anyhow::Result<Option<Traces>> {
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    for directive in [TOO_FINE, &format!("{}=off", traces::TARGET)] {
        filter = filter.add_directive(directive.parse()?);
    }
    let lines = fmt::layer().with_target(false);
    let lines = match watched.log {
        LogFormat::Text => lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stdout())).boxed(),
        LogFormat::Json => lines.with_ansi(false).fmt_fields(Json).event_format(Json).boxed(),
    };
    let (recorder, traces) = match &watched.traces {
        Some(settings) => {
            let (recorder, traces) = traces::start(settings, clock)?;
            (Some(recorder), Some(traces))
        }
        None => (None, None),
    };
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).with(recorder).try_init();
    Ok(traces)
}
