//! PostgreSQL beside SQLite and beside its own bare statements: `bin/bench engines`.
//!
//! A desk filled by `redress demo` is copied to PostgreSQL, and both are served by the program itself. The same requests
//! go to one and the other in turn, then the statements that they come to go to PostgreSQL without a server in between.
//! Each round gives a ratio, and the medians of the rounds are shown. PostgreSQL has to be one that loses nothing, as
//! `bin/with-postgres --durable` runs it.
//!
//! - `REDRESS_BENCH_SIZES`: tickets of each desk, `100000` unless set.
//! - `REDRESS_BENCH_DIR`: where the filled desks are kept and found again; without it they are made anew and thrown away.
//! - `REDRESS_BENCH_ROUNDS`: 5 unless set.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints its figures, stops at any fault, and counts no further than millions"
)]

mod bare;
mod desks;
#[expect(dead_code, reason = "other benchmarks use all of it")]
#[path = "../support/mod.rs"]
mod support;
mod wire;

use std::{path::PathBuf, sync::Arc};

use bare::Script;
use desks::Desks;
use support::{
    figures::{median, number, setting},
    load::{creations, send_all},
    server::Server,
};

/// Requests of a kind in a round, for each client.
const READS: usize = 60;
/// The same for what is created by one client, by four, by sixteen and more.
const CREATIONS: [(usize, usize); 3] = [(1, 200), (4, 500), (16, 1_000)];

fn main() {
    let thrown = tempfile::tempdir_in(".").unwrap();
    let kept = match setting("REDRESS_BENCH_DIR", "") {
        dir if dir.is_empty() => thrown.path().to_owned(),
        dir => PathBuf::from(dir),
    };
    let rounds = number("REDRESS_BENCH_ROUNDS", 5) as usize;
    for size in setting("REDRESS_BENCH_SIZES", "100000").split(',') {
        let size: usize = size.trim().parse().unwrap();
        let desks = Desks::open(thrown.path(), &kept.join(format!("desk-{size}")), size);
        println!("\n## {size} tickets\n");
        reads(&desks, size, rounds);
        writes(&desks, rounds);
        nodes(&desks, size, rounds);
        connections(&desks, rounds);
    }
}

/// What a kind of request came to in each round: on SQLite, on PostgreSQL, and bare.
#[derive(Default)]
struct Row([Vec<f64>; 3]);

impl Row {
    fn add(&mut self, values: [f64; 3]) {
        for (all, value) in self.0.iter_mut().zip(values) {
            all.push(value);
        }
    }

    /// As a line: the medians, and those of the ratios.
    fn print(mut self, name: &str, clients: usize, unit: &str, digits: usize) {
        let ratio = |a: usize, b: usize| {
            median(&mut self.0[a].iter().zip(&self.0[b]).map(|(a, b)| a / b).collect::<Vec<f64>>())
        };
        let (to_sqlite, to_bare) = (ratio(1, 0), ratio(1, 2));
        let [sqlite, postgres, bare] = self.0.each_mut().map(|values| median(values));
        println!(
            "| {name} | {clients} | {sqlite:.digits$}{unit} | {postgres:.digits$}{unit} | {to_sqlite:.2} | \
             {bare:.digits$}{unit} | {to_bare:.2} |"
        );
    }
}

fn reads(desks: &Desks, size: usize, rounds: usize) {
    println!("| a read | clients | SQLite | PostgreSQL | ratio | bare | ratio |\n|---|---|---|---|---|---|---|");
    for (name, examples) in desks.reads(size) {
        let scripts = desks.scripts(&examples);
        let (mut latency, mut rate) = (Row::default(), Row::default());
        for round in 0..=rounds {
            let one = |clients: usize| {
                let count = READS * clients.min(4);
                let requests: Arc<[Vec<u8>]> = examples.iter().cycle().take(count).cloned().collect();
                let [sqlite, postgres] =
                    desks.servers().map(|server| send_all(&[&server.base], &requests, clients, 200));
                [sqlite, postgres, bare::run(desks.database.url(), &scripts, count, clients)]
            };
            let (alone, together) = (one(1), one(16));
            // The first one fills caches and prepares statements.
            if round > 0 {
                latency.add(alone.map(|(_, mut times)| median(&mut times) * 1e3));
                rate.add(together.map(|(rate, _)| rate));
            }
        }
        latency.print(name, 1, " ms", 2);
        rate.print(name, 16, "/s", 0);
    }
}

fn writes(desks: &Desks, rounds: usize) {
    println!("\n| a write | clients | SQLite | PostgreSQL | ratio | bare | ratio |\n|---|---|---|---|---|---|---|");
    let scripts: Arc<[Script]> = desks.creations();
    for (clients, count) in CREATIONS {
        let mut rates = Row::default();
        for round in 0..=rounds {
            let requests = creations(&desks.token, count as u64);
            let [sqlite, postgres] = desks.servers().map(|server| send_all(&[&server.base], &requests, clients, 201).0);
            let bare = bare::run(desks.database.url(), &scripts, count, clients).0;
            if round > 0 {
                rates.add([sqlite, postgres, bare]);
            }
        }
        rates.print("create", clients, "/s", 0);
    }
}

/// One, two and three nodes on the same database.
fn nodes(desks: &Desks, size: usize, rounds: usize) {
    println!("\n| nodes | create, 16 clients | against one | list, 16 clients | against one |\n|---|---|---|---|---|");
    let nodes: Vec<Server> = (2..=3).map(|number| desks.node(number, &[])).collect();
    let bases: Vec<&str> = [&desks.postgres].into_iter().chain(&nodes).map(|node| node.base.as_str()).collect();
    let list = desks.reads(size).swap_remove(0).1;
    let list: Arc<[Vec<u8>]> = list.iter().cycle().take(500).cloned().collect();
    let mut rates = vec![[Vec::new(), Vec::new()]; bases.len()];
    for round in 0..=rounds {
        for (place, rates) in rates.iter_mut().enumerate() {
            let bases = &bases[..=place];
            let create = send_all(bases, &creations(&desks.token, 1_000), 16, 201).0;
            let list = send_all(bases, &list, 16, 200).0;
            if round > 0 {
                rates[0].push(create);
                rates[1].push(list);
            }
        }
    }
    let first = rates[0].clone();
    for (place, mut rates) in rates.into_iter().enumerate() {
        print!("| {} |", place + 1);
        for (rates, first) in rates.iter_mut().zip(&first) {
            let mut ratios: Vec<f64> = rates.iter().zip(first).map(|(rate, first)| rate / first).collect();
            print!(" {:.0}/s | {:.2} |", median(rates), median(&mut ratios));
        }
        println!();
    }
}

/// How creation scales with the connections that a node may have.
fn connections(desks: &Desks, rounds: usize) {
    const CLIENTS: usize = 32;
    println!("\n| connections of a node | create, {CLIENTS} clients | against 2 |\n|---|---|---|");
    let counts = ["2", "4", "8", "16", "32"];
    let nodes: Vec<Server> = (4..)
        .zip(counts)
        .map(|(number, count)| desks.node(number, &[("REDRESS_DATABASE_CONNECTIONS", count)]))
        .collect();
    let mut rates = vec![Vec::new(); counts.len()];
    for round in 0..=rounds {
        for (node, rates) in nodes.iter().zip(&mut rates) {
            let rate = send_all(&[&node.base], &creations(&desks.token, 1_000), CLIENTS, 201).0;
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    let first = rates[0].clone();
    for (count, rates) in counts.iter().zip(&mut rates) {
        let mut ratios: Vec<f64> = rates.iter().zip(&first).map(|(rate, first)| rate / first).collect();
        println!("| {count} | {:.0}/s | {:.2} |", median(rates), median(&mut ratios));
    }
}
