//! Stores the tickets of a [`Plan`]: prepared on all cores, stored by the one writer.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use super::life::Plan;
use crate::{
    app::App,
    cli::progress::Progress,
    clients::{prepare, upsert},
    db::{self, TokenIndex, Tx},
    fault::Fault,
};

/// Tickets in one transaction: many enough that commits and the checkpoints after them cost little, few enough that
/// those waiting prepared, some 5 KB each, take little memory.
const BATCH: usize = 2_000;

/// Clients in one transaction.
const CLIENTS: usize = 500;

/// As many clients as a large ISP's desk looks through; more would make a large fill longer and show nothing else.
const MOST_CLIENTS: usize = 100_000;

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
    clients(app, &plan).await?;
    // As the hourly sweep of a server would leave it.
    for index in TokenIndex::ALL {
        db::merge_index(&app.db, index, Duration::ZERO).await?;
    }
    progress.finish();
    Ok(())
}

/// Stores the clients of the latest tickets, and half as many who have none.
async fn clients(app: &App, plan: &Plan) -> Result<(), Fault> {
    let to = plan.count + plan.count / 2;
    let places: Vec<usize> = (to.saturating_sub(MOST_CLIENTS)..to).collect();
    for batch in places.chunks(CLIENTS) {
        let (vault, clock, desk) = (app.vault.clone(), app.clock.clone(), app.tickets.desk.clone());
        let entries = batch.iter().map(|place| plan.client(*place)).collect::<Result<Vec<_>, _>>()?;
        let prepared: Vec<_> = entries.into_iter().flatten().map(|entry| prepare(&vault, &clock, entry)).collect();
        let store =
            move |tx: &mut Tx<'_>| prepared.iter().try_for_each(|one| upsert(tx, &vault, &clock, &desk, one).map(drop));
        app.db.write(store).await?;
    }
    Ok(())
}
