//! One change of many tickets as pages: a review that states what will happen, and what became of each.
//!
//! The run's results are the kept answers of its batches, so that sending it again goes on where it broke off.

mod groups;
mod result;
mod review;
mod run;

pub use self::{
    result::show as result,
    review::show as review,
    run::{submit, undo},
};

use uuid::Uuid;

use self::groups::Group;
use crate::{
    db::Tx,
    fault::Fault,
    tickets::{
        Desk,
        bulk::{BATCH, Done, MOST},
    },
    web::{Key, idempotency},
};

/// The key of one of a run's batches, bound to who runs it.
fn batch_key(desk: &Desk, run: &str, by: Uuid, batch: usize, body: &[u8]) -> Key {
    Key::new(&desk.vault, run, &format!("{by} bulk {batch}"), body)
}

/// What became of the tickets of a run, as far as it got.
fn kept(tx: &mut Tx<'_>, desk: &Desk, run: &str, by: Uuid) -> Result<Vec<Done>, Fault> {
    let mut done: Vec<Done> = Vec::new();
    for batch in 0..MOST.div_ceil(BATCH) {
        let key = batch_key(desk, run, by, batch, &[]);
        let Some(answer) = idempotency::kept(tx, &desk.vault, desk.clock.now(), &key)? else { break };
        done.extend(read(&answer.body)?);
    }
    Ok(done)
}

fn read(body: &str) -> Result<Vec<Done>, Fault> {
    serde_json::from_str(body).map_err(|error| Fault::Unexpected(error.into()))
}
