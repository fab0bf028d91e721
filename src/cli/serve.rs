//! `redress serve`

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use tokio::{net::TcpListener, signal::unix::SignalKind, sync::watch};

use super::{Failure, log};
use crate::{
    app::App,
    clock::Clock,
    config::{Config, TlsSettings},
    jobs, meters,
    traces::Traces,
    web::{
        assets,
        redirect::{self, Redirect},
        server::{self, Limits},
        tls::Tls,
    },
};

/// What requests and messages in flight get of the ten seconds of a stop.
const LAST_WORK: Duration = Duration::from_millis(6_500);
/// What the database gets of them afterwards, to finish what it is at and to close its files.
const LAST_STATEMENTS: Duration = Duration::from_millis(1_500);

/// Serves until SIGTERM or SIGINT.
pub async fn serve(config: Config, exposed: &[String]) -> Result<(), Failure> {
    let clock = Clock::system();
    let traces = log::start(&config.watched, &clock)?;
    for line in exposed {
        tracing::warn!("{line}");
    }
    let app = App::open(config, clock).await?;
    run(app, traces, |_| {}).await?;
    Ok(())
}

/// Serves an opened product until a signal comes, then, after what `drain_seconds` says, stops within ten seconds: no new connections, requests in
/// flight finished, workers stopped, database closed.
pub async fn run(app: App, traces: Option<Traces>, listening: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let address = app.config.listen;
    let tls = app.config.tls.clone();
    let by_tls = tls.as_ref().map(|tls| Tls::open(tls.files.clone(), app.clock.clone())).transpose()?;
    let listener = bind(address, "listen").await?;
    let address = listener.local_addr()?;
    // Heard from here on: whoever reads "listening" may send one at once.
    let signal = signal()?;
    let hangup = tokio::signal::unix::signal(SignalKind::hangup())?;
    let (stop, stopped) = watch::channel(false);
    if let Some(metrics) = app.config.metrics_listen {
        meters::serve(&app, metrics, stopped.clone()).await?;
    }
    let traces = traces.map(|traces| traces.send(app.node.id));
    assets::compress_ahead();
    if let Some(tls) = tls {
        lead_over(tls, app.config.public_url.clone(), address.port(), stopped.clone()).await?;
    }
    let scheme = if by_tls.is_some() { "https" } else { "http" };
    let base = base_url(scheme, address);
    let work = jobs::start(&app, &base, stopped.clone());
    if let Some(code) = app.setup_code().await? {
        tracing::info!("setup code: {code}");
    }
    tracing::info!(node = app.node.short(), version = env!("CARGO_PKG_VERSION"), "this node");
    tracing::info!("listening on {scheme}://{address}");
    listening(address);

    if let Some(tls) = by_tls.clone() {
        tokio::spawn(tls.follow(hangup, stopped.clone()));
    }
    let server = tokio::spawn(server::serve_by(listener, by_tls, app.router(), app.limits(), stopped));
    signal.await;
    drain(&app).await?;
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
    if let Ok(closed) = tokio::time::timeout(LAST_STATEMENTS, app.db.close()).await {
        closed.context("cannot close the database")?;
    } else {
        // As after a kill, nothing that was answered is lost.
        tracing::warn!("the database was still at work for somebody who was cut off, and is left to itself");
    }
    if let Some(traces) = traces {
        traces.finish().await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Gives load balancers the time to notice that this node is about to stop, unless it is told so again.
async fn drain(app: &App) -> std::io::Result<()> {
    let (wait, again) = (app.config.watched.drain, signal()?);
    app.node.drain();
    if !wait.is_zero() {
        tracing::info!(seconds = wait.as_secs(), "draining: /readyz sends requests to other nodes");
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = again => {}
        }
    }
    Ok(())
}

/// How this machine's own gateways reach the server when no `public_url` is set.
fn base_url(scheme: &str, address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("{scheme}://127.0.0.1:{}", address.port())
    } else {
        format!("{scheme}://{address}")
    }
}

async fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose another address or port with {setting}"))
}

/// Leads from HTTP to the listener with TLS on `port`, if that is set.
async fn lead_over(
    tls: TlsSettings,
    public_url: Option<String>,
    port: u16,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let Some(address) = tls.redirect_listen else { return Ok(()) };
    let listener = bind(address, "tls.redirect_listen").await?;
    tracing::info!("leading from http://{} to https", listener.local_addr()?);
    let router = redirect::router(Redirect { public_url, port, proofs: tls.acme_webroot });
    tokio::spawn(server::serve(listener, router, Limits::default(), stopped));
    Ok(())
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
