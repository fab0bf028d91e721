//! How long transactions take, for Prometheus.

use std::time::Instant;

use metrics::histogram;

/// Time in the database, to wait for it included: from here until it is dropped.
pub(super) struct Busy(&'static str, Instant);

impl Busy {
    /// For a `read` or a `write`.
    pub(super) fn with(kind: &'static str) -> Self {
        Self(kind, Instant::now())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        histogram!("redress_database_seconds", "kind" => self.0).record(self.1.elapsed());
    }
}
