//! One transaction, from when it is asked for until it is over: how long it takes and waits, for Prometheus, for the log of
//! what is slow, and in the name of which request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use metrics::histogram;
use tracing::Span;

use super::load::Kind;
use super::watch::{Slow, Statement, Watch};
use super::{Db, Tx};
use crate::request_id::Carried;
use crate::traces;

/// It waits for a connection, or for the writer.
const WAITS: u8 = 0;
/// It is open.
const RUNS: u8 = 1;
/// Nobody waits for it any more.
const OVER: u8 = 2;

/// Time in the database, to wait for it included: from here until it is dropped.
pub(super) struct Busy {
    db: Db,
    turn: Turn,
}

impl Busy {
    pub(super) fn with(db: &Db, kind: Kind) -> Self {
        let watch = Arc::clone(&db.watch);
        watch.gauge.asked(kind);
        let span = tracing::info_span!(
            target: traces::TARGET,
            "database",
            db.system.name = db.system(),
            redress.kind = kind.name(),
            redress.waited_us = tracing::field::Empty,
        );
        let turn = Inner {
            kind,
            span,
            asked: Instant::now(),
            waited: AtomicU64::new(0),
            spent: AtomicU64::new(0),
            phase: AtomicU8::new(WAITS),
            carried: Carried::here(),
            watch,
        };
        Self { db: db.clone(), turn: Turn(Arc::new(turn)) }
    }

    /// Its turn, to be handed to whichever thread does the work.
    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let turn = &self.turn.0;
        let begun = turn.phase.swap(OVER, Ordering::Relaxed) == RUNS;
        turn.watch.gauge.over(turn.kind, begun);
        let took = turn.asked.elapsed();
        histogram!("redress_database_seconds", "kind" => turn.kind.name()).record(took);
        if let Some(slow) = &turn.watch.slow {
            slow.transaction(
                turn.kind,
                took,
                self.turn.waited(),
                Duration::from_micros(turn.spent.load(Ordering::Relaxed)),
            );
            slow.explain(&self.db);
        }
    }
}

/// The turn of a transaction; clones are of the same one.
#[derive(Clone)]
pub(super) struct Turn(Arc<Inner>);

struct Inner {
    kind: Kind,
    /// For traces.
    span: Span,
    asked: Instant,
    /// Until it began, in microseconds.
    waited: AtomicU64,
    /// In statements, in microseconds.
    spent: AtomicU64,
    phase: AtomicU8,
    carried: Carried,
    watch: Arc<Watch>,
}

impl Turn {
    /// Does the work of the transaction, in the name of whoever asked for it. A write may come here again.
    pub(super) fn run<T>(&self, tx: &mut Tx<'_>, work: impl FnOnce(&mut Tx<'_>) -> T) -> T {
        let turn = &self.0;
        if turn.phase.compare_exchange(WAITS, RUNS, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            turn.watch.gauge.began(turn.kind);
            let waited = turn.asked.elapsed();
            turn.waited.store(micros(waited), Ordering::Relaxed);
            turn.span.record("redress.waited_us", micros(waited));
            histogram!("redress_database_wait_seconds", "kind" => turn.kind.name()).record(waited);
        }
        tx.turn = Some(self.clone());
        turn.carried.run(|| work(tx))
    }

    /// How long it waited for its turn.
    fn waited(&self) -> Duration {
        Duration::from_micros(self.0.waited.load(Ordering::Relaxed))
    }

    /// What watches for slow statements, if anything does.
    pub(super) fn slow(&self) -> Option<&Slow> {
        self.0.watch.slow.as_ref()
    }

    /// A statement of it is done.
    pub(super) fn done(&self, statement: &Statement<'_>) {
        self.0.spent.fetch_add(micros(statement.took), Ordering::Relaxed);
        if let Some(slow) = self.slow() {
            slow.statement(self.0.kind, statement, self.waited());
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
