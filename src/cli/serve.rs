//! `redress serve`

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, signal::unix::SignalKind, sync::watch};
use tracing_subscriber::EnvFilter;

use super::Failure;
use crate::{
    app::App,
    clock::Clock,
    config::Config,
    jobs,
    web::{
        assets,
        server::{self, Limits},
    },
};

/// What requests and messages in flight get of the ten seconds of a stop.
const LAST_WORK: Duration = Duration::from_secs(7);

/// Serves until SIGTERM or SIGINT.
pub async fn serve(config: Config) -> Result<(), Failure> {
    start_log();
    let app = App::open(config, Clock::system()).await?;
    run(app, |_| {}).await?;
    Ok(())
}

/// Logs to standard output. `RUST_LOG` sets what is said.
pub fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::IsTerminal::is_terminal(&std::io::stdout());
    // A second start in one process (tests) keeps the first log.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_target(false).try_init();
}

/// Serves an opened product until a signal comes, then stops within ten seconds: no new connections, requests in
/// flight finished, workers stopped, database closed.
pub async fn run(app: App, listening: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let address = app.config.listen;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another address or port with listen"))?;
    let address = listener.local_addr()?;
    // Heard from here on: whoever reads "listening" may send one at once.
    let signal = signal()?;
    let (stop, stopped) = watch::channel(false);
    if let Some(metrics) = app.config.metrics_listen {
        jobs::serve_metrics(metrics, stopped.clone()).await?;
    }
    assets::compress_ahead();
    let base = base_url(address);
    let work = jobs::start(&app, &base, stopped.clone());
    if let Some(code) = app.setup_code().await? {
        tracing::info!("setup code: {code}");
    }
    tracing::info!("listening on http://{address}");
    listening(address);

    let server = tokio::spawn(server::serve(listener, app.router(), Limits::default(), stopped));
    signal.await;
    tracing::info!("stopping");
    stop.send_replace(true);
    let (requests, messages) =
        tokio::join!(tokio::time::timeout(LAST_WORK, server), tokio::time::timeout(LAST_WORK, work.finish()));
    if requests.is_err() {
        tracing::warn!("some requests were still running and were cut off");
    }
    if messages.is_err() {
        tracing::warn!("some messages were still being sent; their leases will run out and they are taken up again");
    }
    app.db.close().await.context("cannot close the database")?;
    tracing::info!("stopped");
    Ok(())
}

/// How this machine's own gateways reach the server when no `public_url` is set.
fn base_url(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://127.0.0.1:{}", address.port())
    } else {
        format!("http://{address}")
    }
}

/// Waits for SIGTERM or SIGINT. Both are caught from this call on, not from the first poll.
pub fn signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
