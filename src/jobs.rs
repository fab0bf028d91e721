//! What runs beside requests: the sender of messages, what keeps open pages true, the hourly sweep, the metrics
//! listener.

use std::{net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::{Router, routing::get};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};

use crate::{
    app::App,
    db::{self, Db, DbError, TokenIndex},
    drafts, notifications, staff,
    web::{
        idempotency,
        server::{self, Limits},
    },
};

const SWEEP: Duration = Duration::from_hours(1);
/// Between the steps of merging the search index: most of the time the writer is free.
const MERGE_PAUSE: Duration = Duration::from_millis(200);

/// The background work of a node.
#[derive(Debug)]
pub struct Work(JoinSet<()>);

impl Work {
    /// Waits for all of it to end, after the stop was rung.
    pub async fn finish(mut self) {
        while self.0.join_next().await.is_some() {}
    }
}

/// Starts this node's background work, which ends when `stopped` turns true. `base` is this server's own address.
pub fn start(app: &App, base: &str, stopped: watch::Receiver<bool>) -> Work {
    let mut work = JoinSet::new();
    if app.config.worker {
        let worker = app.worker(base);
        let stop = stopped.clone();
        work.spawn(async move { worker.run(stop).await });
    }
    work.spawn(app.live.clone().run(stopped.clone()));
    work.spawn(sweep(app.clone(), stopped));
    Work(work)
}

/// Forgets what has lapsed: sessions, tokens, failed log-ins, answers kept for idempotency, drafts, replies counted.
/// Gives up waiting for reports on SMS, and keeps the search indexes in few pieces.
async fn sweep(app: App, mut stopped: watch::Receiver<bool>) {
    loop {
        let now = app.clock.now();
        let swept = app.db.write(move |tx| {
            idempotency::sweep(tx, now)?;
            drafts::sweep(tx, now)?;
            staff::sweep(tx, now)?;
            notifications::sweep(tx, now)?;
            Ok::<_, DbError>(())
        });
        if let Err(error) = swept.await {
            tracing::warn!(%error, "the hourly sweep failed; the next one makes up for it");
        }
        if let Err(fault) = notifications::lapse(&app.db, app.clock.now()).await {
            tracing::warn!(%fault, "SMS without a report could not be noted; the next sweep makes up for it");
        }
        let merged = tokio::select! {
            merged = merge(&app.db) => merged,
            _ = stopped.wait_for(|stop| *stop) => return,
        };
        if let Err(error) = merged {
            tracing::warn!(%error, "a search index could not be merged; the next sweep goes on with it");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

async fn merge(db: &Db) -> Result<(), DbError> {
    for index in TokenIndex::ALL {
        db::merge_index(db, index, MERGE_PAUSE).await?;
    }
    Ok(())
}

/// Serves Prometheus text on a listener of its own.
///
/// # Errors
/// When the address cannot be had.
pub async fn serve_metrics(address: SocketAddr, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    let handle: PrometheusHandle = PrometheusBuilder::new().install_recorder()?;
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve metrics on {address}; choose another with metrics_listen"))?;
    tracing::info!("metrics on http://{}", listener.local_addr()?);
    let router = Router::new().route("/metrics", get(move || async move { handle.render() }));
    tokio::spawn(server::serve(listener, router, Limits::default(), stopped));
    Ok(())
}
