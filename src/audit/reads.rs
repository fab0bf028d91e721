//! Who saw what is personal. A read is recorded beside its answer, and once in a while for the same page: somebody who
//! goes back and forth between a list and a ticket reads it once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;
use uuid::Uuid;
use vault::Vault;

use super::{Event, record};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
};

/// The same page is recorded again after this long: a quarter of an hour.
const AGAIN: i64 = 15 * 60 * 1000;
/// Pages that are remembered. Beyond, all are forgotten, and recorded once more.
const REMEMBERED: usize = 20_000;
/// Records under way. A database that takes none must not gather them without end.
const WAITING: usize = 256;
/// Of an address, in characters.
const LONGEST: usize = 300;

/// Records reads. Cheap to clone.
#[derive(Clone)]
pub struct Reads {
    db: Db,
    vault: Vault,
    clock: Clock,
    recent: Arc<Mutex<HashMap<(Uuid, String), i64>>>,
    room: Arc<Semaphore>,
}

impl std::fmt::Debug for Reads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reads").finish_non_exhaustive()
    }
}

impl Reads {
    /// Of this database.
    pub fn new(db: Db, vault: Vault, clock: Clock) -> Self {
        Self { db, vault, clock, recent: Arc::default(), room: Arc::new(Semaphore::new(WAITING)) }
    }

    /// Notes that somebody saw what is at an address. Nobody waits for the record: a desk is not slower for it.
    pub fn note(&self, by: Uuid, path: &str, query: &str) {
        let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let (path, query, now) = (short(path), short(query), self.clock.now());
        if !self.is_due(by, &format!("{path}?{query}"), now) {
            return;
        }
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            tracing::error!("the database is behind: a read of personal data is not on record");
            return;
        };
        let (vault, clock, db) = (self.vault.clone(), self.clock.clone(), self.db.clone());
        let event = Event::Read { path, query };
        let work = move |tx: &mut Tx<'_>| record(tx, &vault, &clock, Some(by), &event).map(drop);
        tokio::spawn(async move {
            let recorded: Result<(), Fault> = db.write(work).await;
            if let Err(fault) = recorded {
                tracing::error!(%fault, "a read of personal data is not on record");
            }
            drop(room);
        });
    }

    fn is_due(&self, by: Uuid, place: &str, now: i64) -> bool {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() >= REMEMBERED {
            recent.retain(|_, at| (0..AGAIN).contains(&(now - *at)));
            if recent.len() >= REMEMBERED {
                recent.clear();
            }
        }
        let before = recent.insert((by, place.to_owned()), now);
        let due = before.is_none_or(|at| !(0..AGAIN).contains(&(now - at)));
        if let Some(at) = before.filter(|_| !due) {
            recent.insert((by, place.to_owned()), at);
        }
        due
    }
}
