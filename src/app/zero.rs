//! What is counted, before anything has happened.

use metrics::counter;

use super::App;
use crate::{notifications, privacy};

impl App {
    /// Has what never happened be there in the metrics as 0, so that its first time is an increase to whoever watches: wherever
    /// the labels are known before. Requests are not, as each route would be there with each status.
    pub fn count_from_zero(&self) {
        notifications::count_from_zero(&self.config.notifications.gates);
        privacy::count_from_zero(&self.config.retention);
        self.db.count_from_zero();
        counter!("redress_connections_refused_total").increment(0);
        if self.config.backups.is_some() {
            counter!("redress_backup_failures_total").increment(0);
        }
    }
}
