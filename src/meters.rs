//! What is measured, and the listener where Prometheus asks for it.
//!
//! Features count for themselves, by the macros of `metrics`. Here is what nobody else measures: the process, its database, and
//! how requests went (RED: rate, errors, duration). Nothing of it is about anybody: labels are routes, not paths.

use std::{fs, net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::{Router, middleware, routing::get};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    app::App,
    db::Db,
    web::{
        headers,
        server::{self, Limits},
    },
};

/// Upper bounds of all durations, in seconds: a page that feels instant, the longest request, and what lies between.
const BUCKETS: [f64; 12] = [0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// How often what was recorded is put into its buckets where nobody asks for it: until then it takes memory.
const UPKEEP: Duration = Duration::from_secs(5);
/// What `/proc/self/stat` counts processor time in, on Linux everywhere.
const TICKS_A_SECOND: f64 = 100.0;

/// Serves Prometheus text on a listener of its own.
///
/// # Errors
/// When the address cannot be had.
pub async fn serve(app: &App, address: SocketAddr, stopped: watch::Receiver<bool>) -> anyhow::Result<()> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    describe();
    let engine = app.config.database_url.engine();
    gauge!("redress_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => engine).set(1.0);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve metrics on {address}; choose another with metrics_listen"))?;
    tracing::info!("metrics on http://{}", listener.local_addr()?);
    tokio::spawn(keep_up(handle.clone(), stopped.clone()));
    app.count_from_zero();
    let app = app.clone();
    let page = move || async move {
        look(&app);
        handle.render()
    };
    let router = Router::new().route("/metrics", get(page)).layer(middleware::map_response(headers::bare));
    tokio::spawn(server::serve(listener, router, Limits::default(), stopped));
    Ok(())
}

async fn keep_up(handle: PrometheusHandle, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(UPKEEP) => handle.run_upkeep(),
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}

/// Looks at what has no moment of its own at which it changes.
fn look(app: &App) {
    let stats = app.db.write_stats();
    counter!("redress_database_writes_total").absolute(stats.own);
    counter!("redress_database_commits_total").absolute(stats.commits);
    let health = app.health.now();
    for (_, gateway) in app.config.notifications.gates.all() {
        let failing = health.get(gateway.name()).is_some_and(|health| health.failing);
        gauge!("redress_gateway_failing", "gateway" => gateway.name()).set(f64::from(u8::from(failing)));
    }
    look_at_database(&app.db);
    if let Some(process) = Process::look() {
        gauge!("process_resident_memory_bytes").set(process.resident);
        gauge!("process_open_fds").set(process.files);
        gauge!("process_threads").set(process.threads);
        gauge!("process_cpu_seconds_total").set(process.cpu);
    }
}

fn look_at_database(db: &Db) {
    let number = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    for one in db.transactions() {
        for (state, count) in [("waiting", one.waiting), ("running", one.running)] {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            gauge!("redress_database_transactions", "kind" => one.kind, "state" => state).set(number(count));
        }
    }
    for pool in db.connections() {
        for (state, count) in [("in use", pool.in_use), ("idle", pool.idle)] {
            gauge!("redress_database_connections", "pool" => pool.pool, "state" => state).set(number(count));
        }
        gauge!("redress_database_connections_most", "pool" => pool.pool).set(number(pool.most));
    }
}

/// What the system says of this process.
struct Process {
    resident: f64,
    files: f64,
    threads: f64,
    cpu: f64,
}

impl Process {
    /// Nothing where there is no `/proc`.
    fn look() -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').split_whitespace().next()?.parse::<f64>().ok()
        };
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // Behind the name, which may have anything in it, the third field comes first (proc(5)).
        let mut rest = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
        let (user, system) = (rest.next()?.parse::<f64>().ok()?, rest.next()?.parse::<f64>().ok()?);
        let files = u32::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()?;
        Some(Self {
            resident: field("VmRSS")? * 1024.0,
            files: f64::from(files),
            threads: field("Threads")?,
            cpu: (user + system) / TICKS_A_SECOND,
        })
    }
}

/// What Prometheus shows beside the names.
fn describe() {
    describe_histogram!(
        "redress_http_seconds",
        "Requests by method, route and class of status: how long until the answer begins."
    );
    describe_gauge!("redress_http_in_flight", "Requests that are being answered, open pages that stay true included.");
    describe_histogram!("redress_database_seconds", "Transactions with their duration, to wait for one included.");
    describe_histogram!("redress_database_wait_seconds", "What transactions wait for a connection or for the writer.");
    describe_gauge!("redress_database_transactions", "Transactions by kind: those that wait, and those that are open.");
    describe_gauge!("redress_database_connections", "Connections by pool: those at work, and those that are kept.");
    describe_gauge!("redress_database_connections_most", "Connections that a pool may have.");
    describe_counter!("redress_database_slow_total", "Statements and transactions over log.slow_query_ms.");
    describe_counter!("redress_database_writes_total", "Writing transactions that are durable.");
    describe_counter!("redress_database_commits_total", "Commits that made them so; several may share one.");
    describe_counter!(
        "redress_traces_spans_total",
        "Spans for traces: those that were sent, and those that were lost."
    );
    describe_gauge!("redress_build_info", "Always 1; its labels say what runs.");
    describe_gauge!("redress_gateway_failing", "1 while a gateway has failed since it last answered as it should.");
    describe_gauge!("redress_notifications_waiting", "Messages that wait to go.");
    describe_gauge!("redress_notifications_oldest_seconds", "Age of the message that waits longest.");
    describe_gauge!("redress_channel_waiting", "Messages that wait to go, by channel.");
    describe_gauge!("redress_channel_oldest_seconds", "Age of the message that waits longest, by channel.");
    describe_gauge!("redress_channel_held", "Waiting messages that the night or a limit holds back, by channel.");
    describe_gauge!("redress_notifications_held", "Waiting messages that the night or a limit holds back.");
    describe_counter!("redress_notifications_total", "Changes of messages, by the state they came into.");
    describe_gauge!("process_resident_memory_bytes", "Resident memory.");
    describe_gauge!("process_open_fds", "Open file handles.");
    describe_gauge!("process_threads", "Threads.");
    describe_gauge!("process_cpu_seconds_total", "Processor time, of the program and of the system for it.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_of_this_process() {
        let before = Process::look().unwrap();
        let held: Vec<_> = (0..10).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        let after = Process::look().unwrap();
        assert!(after.files >= 10.0 && after.resident > 1024.0 * 1024.0 && after.threads >= 1.0, "{}", held.len());
        assert!(after.cpu >= before.cpu && after.cpu < 100_000.0);
    }
}
