//! Stores the tickets of a [`Plan`]: prepared on all cores, stored by the one writer.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::life::Plan;
use crate::{
    app::App,
    cli::progress::Progress,
    db::{self, TokenIndex},
    fault::Fault,
};

/// Tickets in one transaction: many enough that commits and the checkpoints after them cost little, few enough that
/// those waiting prepared, some 5 KB each, take little memory.
const BATCH: usize = 2_000;

/// Stores them, newest last.
///
/// # Errors
/// Only the database's.
pub async fn fill(app: &App, plan: Plan) -> Result<(), Fault> {
    let (plan, desk) = (Arc::new(plan), &app.tickets.desk);
    // One being prepared on each core, and one waiting for the writer.
    let ahead = 1 + std::thread::available_parallelism().map_or(1, usize::from);
    let mut progress = Progress::new("tickets", u64::try_from(plan.count).unwrap_or(u64::MAX), app.clock.clone());
    let mut batches = (0..plan.count).step_by(BATCH);
    let mut prepared = VecDeque::new();
    loop {
        for from in batches.by_ref().take(ahead - prepared.len()) {
            let (plan, desk) = (Arc::clone(&plan), desk.clone());
            let to = (from + BATCH).min(plan.count);
            prepared.push_back(tokio::task::spawn_blocking(move || {
                (from..to).map(|place| plan.life(&desk, place)).collect::<Result<Vec<_>, _>>()
            }));
        }
        let Some(next) = prepared.pop_front() else { break };
        let lives = next.await.map_err(|error| Fault::Unexpected(error.into()))??;
        let count = u64::try_from(lives.len()).unwrap_or(0);
        app.db.write(move |tx| lives.iter().try_for_each(|life| life.store(tx))).await?;
        progress.add(count);
    }
    // As the hourly sweep of a server would leave it.
    db::merge_index(&app.db, TokenIndex::Tickets, Duration::ZERO).await?;
    progress.finish();
    Ok(())
}
