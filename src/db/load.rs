//! How busy the database is, at a moment.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Db, Engine};

/// What transactions are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    LongRead,
    Write,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Read, Self::LongRead, Self::Write];

    /// Its name in logs and metrics.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::LongRead => "long read",
            Self::Write => "write",
        }
    }
}

/// How many transactions wait and run, by [`Kind`].
#[derive(Debug, Default)]
pub(super) struct Gauge {
    waiting: [AtomicU64; 3],
    running: [AtomicU64; 3],
}

impl Gauge {
    pub(super) fn asked(&self, kind: Kind) {
        self.waiting[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn began(&self, kind: Kind) {
        self.waiting[kind as usize].fetch_sub(1, Ordering::Relaxed);
        self.running[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// It is over, or given up before it began.
    pub(super) fn over(&self, kind: Kind, begun: bool) {
        let of = if begun { &self.running } else { &self.waiting };
        of[kind as usize].fetch_sub(1, Ordering::Relaxed);
    }
}

/// Transactions of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transactions {
    /// `read`, `long read` or `write`.
    pub kind: &'static str,
    /// Those that wait for a connection, or for the writer.
    pub waiting: u64,
    /// Those that are open.
    pub running: u64,
}

/// Connections of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// `primary` or `replica`; `readers` where reading alone is shared out.
    pub pool: &'static str,
    /// Those at work.
    pub in_use: usize,
    /// Those that are kept for the next.
    pub idle: usize,
    /// Those there may be.
    pub most: usize,
}

impl Db {
    /// What waits and runs now, by kind.
    pub fn transactions(&self) -> [Transactions; 3] {
        let read = |of: &AtomicU64| of.load(Ordering::Relaxed);
        Kind::ALL.map(|kind| Transactions {
            kind: kind.name(),
            waiting: read(&self.watch.gauge.waiting[kind as usize]),
            running: read(&self.watch.gauge.running[kind as usize]),
        })
    }

    /// Has what never happened be there in the metrics.
    pub fn count_from_zero(&self) {
        for what in ["statement", "transaction"] {
            metrics::counter!("redress_database_slow_total", "what" => what).increment(0);
        }
    }

    /// The pools of connections.
    pub fn connections(&self) -> Vec<Connections> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => vec![sqlite.readers.connections()],
            Engine::Postgres(postgres) => postgres.connections(),
        }
    }
}
