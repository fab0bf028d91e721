//! Statements and transactions that take too long: a line of the log each, and how a statement is carried out. Values are
//! never said, only the places where they go.
//!
//! It must not harm what it measures: lines and plans are few, a plan is asked for once the transaction is over, on a
//! connection for reading, and what is explained is not carried out.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::counter;
use tokio::runtime::Handle;

use super::load::{Gauge, Kind};
use super::plan::{self, Wanted};
use super::{Db, Value};
use crate::request_id::Carried;
use crate::sparing::Sparing;

/// Bytes of a statement in the log, at most.
const LONGEST: usize = 2_000;

/// What is watched of a database.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) gauge: Gauge,
    pub(super) slow: Option<Slow>,
}

impl Watch {
    /// With what takes longer than `threshold` told in the log.
    pub(super) fn new(threshold: Option<Duration>) -> Self {
        Self { gauge: Gauge::default(), slow: threshold.map(Slow::new) }
    }
}

/// A statement that was carried out.
pub(super) struct Statement<'s> {
    pub(super) sql: &'s str,
    pub(super) params: &'s [Value],
    /// Rows that it changed or gave.
    pub(super) rows: u64,
    pub(super) took: Duration,
}

/// Tells of what is slow.
#[derive(Debug)]
pub(super) struct Slow {
    threshold: Duration,
    lines: Sparing,
    plans: Sparing,
    /// Whether there is one to be explained: asked at the end of each transaction, so without a lock.
    any: AtomicBool,
    wanted: Mutex<Option<Wanted>>,
}

impl Slow {
    fn new(threshold: Duration) -> Self {
        Self {
            threshold,
            lines: Sparing::new(20, 3),
            plans: Sparing::new(3, 30),
            any: AtomicBool::new(false),
            wanted: Mutex::default(),
        }
    }

    /// Looks at a statement that is done.
    pub(super) fn statement(&self, kind: Kind, done: &Statement<'_>, waited: Duration) {
        if done.took < self.threshold {
            return;
        }
        counter!("redress_database_slow_total", "what" => "statement").increment(1);
        if plan::can_be_told(done.sql) {
            self.want(done);
        }
        let Some(left_out) = self.lines.may() else { return };
        let (millis, waited_millis) = (done.took.as_millis(), waited.as_millis());
        let statement = one_line(done.sql);
        tracing::warn!(
            kind = kind.name(),
            millis,
            rows = done.rows,
            waited_millis,
            left_out,
            statement,
            "a slow statement"
        );
    }

    /// Has it explained, unless one waits for that which took longer.
    fn want(&self, done: &Statement<'_>) {
        let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        if wanted.as_ref().is_none_or(|slowest| slowest.took < done.took) {
            let (sql, params) = (done.sql.to_owned(), done.params.to_vec());
            *wanted = Some(Wanted { sql, params, took: done.took, carried: Carried::here() });
            self.any.store(true, Ordering::Release);
        }
    }

    /// Looks at a transaction that is over: what was slow of it may have been no statement, but waiting, or its commit.
    pub(super) fn transaction(&self, kind: Kind, took: Duration, waited: Duration, statements: Duration) {
        if took.saturating_sub(statements) < self.threshold {
            return;
        }
        counter!("redress_database_slow_total", "what" => "transaction").increment(1);
        let Some(left_out) = self.lines.may() else { return };
        let (millis, waited_millis, statements_millis) = (took.as_millis(), waited.as_millis(), statements.as_millis());
        tracing::warn!(kind = kind.name(), millis, waited_millis, statements_millis, left_out, "a slow transaction");
    }

    /// Has the slowest statement since the last transaction was over explained, beside whatever else goes on.
    pub(super) fn explain(&self, db: &Db) {
        if !self.any.swap(false, Ordering::Acquire) {
            return;
        }
        let wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner).take();
        let wanted = wanted.filter(|_| self.plans.may().is_some());
        if let (Some(wanted), Ok(runtime)) = (wanted, Handle::try_current()) {
            let carried = wanted.carried.clone();
            runtime.spawn(carried.follow(plan::tell(db.unwatched(), wanted)));
        }
    }
}

/// A statement as it stands in the log.
pub(super) fn one_line(sql: &str) -> String {
    let mut line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > LONGEST {
        line.truncate(line.floor_char_boundary(LONGEST));
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_one_line_of_bounded_length() {
        assert_eq!(one_line("SELECT a,\n   b\tFROM t"), "SELECT a, b FROM t");
        let long = one_line(&"ä".repeat(3_000));
        assert!(long.len() <= LONGEST + "…".len() && long.ends_with('…'));
    }

    #[test]
    fn the_slowest_waits_to_be_explained_and_the_others_use_up_no_plan() {
        let slow = Slow::new(Duration::from_millis(20));
        for (sql, millis) in [
            ("SELECT 1", 30),
            ("DELETE FROM t", 90),
            ("SELECT 2", 50),
            ("SELECT 3", 40),
            ("INSERT INTO t VALUES (1)", 100),
            ("SELECT 4", 19),
        ] {
            let done = Statement { sql, params: &[], rows: 1, took: Duration::from_millis(millis) };
            slow.statement(Kind::Write, &done, Duration::ZERO);
        }
        assert!(slow.any.load(Ordering::Acquire));
        assert_eq!(slow.wanted.lock().unwrap().as_ref().unwrap().sql, "DELETE FROM t");
        assert_eq!(slow.plans.may(), Some(0));
        assert_eq!([slow.plans.may(), slow.plans.may(), slow.plans.may()], [Some(0), Some(0), None]);
    }
}
