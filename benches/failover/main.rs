//! What is left when a node and the database's primary die: `cargo bench --bench failover`.
//!
//! Three nodes with a database on a PostgreSQL primary and its synchronous standby (`bin/pg-pair`), all on this machine.
//! Clients log tickets, add notes and read, each request under its key until it is acknowledged. After a quarter of the
//! time a node is killed, after half of it the primary; a second later the standby is promoted. In the end every ticket
//! that was acknowledged has to be there once, and its SMS to have gone.
//!
//! - `REDRESS_BENCH_SECONDS`: how long the clients work, 60 unless set.
//! - `REDRESS_BENCH_CLIENTS`: how many they are, 16 unless set.
//! - `REDRESS_BENCH_DIR`: a new directory that keeps the nodes' logs; without it they are thrown away.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a drill prints what it found, stops at any fault of its own, and counts no further than thousands"
)]

mod clients;
mod gateway;
mod pair;
#[expect(dead_code, reason = "other benchmarks use all of it")]
#[path = "../support/mod.rs"]
mod support;
mod verdict;

use std::{
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use clients::{Client, Record};
use gateway::Gateway;
use pair::Pair;
use support::{
    figures::{number, setting},
    server::{Desk, Server},
};

const NODES: usize = 3;

fn main() {
    let (seconds, clients) = (number("REDRESS_BENCH_SECONDS", 60), number("REDRESS_BENCH_CLIENTS", 16));
    let thrown = tempfile::tempdir_in(".").unwrap();
    let dir = match setting("REDRESS_BENCH_DIR", "") {
        dir if dir.is_empty() => thrown.path().canonicalize().unwrap(),
        dir => PathBuf::from(dir),
    };
    let pair = Pair::start(&dir.join("pair"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut gateway = runtime.block_on(Gateway::start());
    let desk = |node: usize| {
        Desk::new(&dir.join(format!("node-{node}")))
            .with("REDRESS_DATABASE_URL", &pair.url)
            .with("REDRESS_KEY_FILE", dir.join("redress.key").to_str().unwrap())
            .with("REDRESS_PUBLIC_URL", &gateway.base)
            .with("REDRESS_SMS_GATEWAY", "kannel")
            .with("REDRESS_SMS_KANNEL_URL", &format!("{}/cgi-bin/sendsms", gateway.base))
            .with("REDRESS_SMS_KANNEL_USERNAME", "redress")
            .with("REDRESS_SMS_KANNEL_PASSWORD", "sendpw")
    };
    let token = desk(0).admin("drill");
    let nodes: Vec<Server> = (0..NODES).map(|node| desk(node).serve()).collect();
    let bases: Vec<String> = nodes.iter().map(|node| node.base.clone()).collect();
    runtime.block_on(async { gateway.report_to(&bases) });

    println!("\n{NODES} nodes, a primary with a synchronous standby, {clients} clients for {seconds} s");
    let began = Instant::now();
    let whole = Duration::from_secs(seconds);
    let (nodes, record) = thread::scope(|scope| {
        let blows = scope.spawn(|| strike(nodes, &pair, began, whole));
        let record = runtime.block_on(async {
            let work = (0..clients).map(|number| {
                let client = Client::new(number, &bases, &token, began);
                tokio::spawn(client.work(began + whole))
            });
            let mut record = Record::default();
            for client in work.collect::<Vec<_>>() {
                record.add(client.await.unwrap());
            }
            record
        });
        (blows.join().unwrap(), record)
    });
    record.print(whole);
    verdict::print(&runtime, &pair, &gateway, &record, &nodes[NODES - 1].base, &token);
}

/// Kills a node and the primary, and promotes the standby, each at its time.
fn strike(mut nodes: Vec<Server>, pair: &Pair, began: Instant, whole: Duration) -> Vec<Server> {
    let at = |time: Duration| thread::sleep((began + time).saturating_duration_since(Instant::now()));
    at(whole / 4);
    println!("  {:5.1} s: a node is killed", began.elapsed().as_secs_f64());
    nodes[0].kill();
    at(whole / 2);
    println!("  {:5.1} s: the primary is killed", began.elapsed().as_secs_f64());
    pair.run("kill");
    at(whole / 2 + Duration::from_secs(1));
    println!("  {:5.1} s: the standby is being promoted", began.elapsed().as_secs_f64());
    pair.run("promote");
    println!("  {:5.1} s: it has been", began.elapsed().as_secs_f64());
    nodes
}
