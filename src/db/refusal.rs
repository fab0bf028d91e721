//! Whether writes are kept, as the last of them tells. A disk that is full, read-only or failing answers as ever whoever writes
//! nothing, and to write in order to ask would be a write for each question.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Db, DbError, Engine};

/// Why the last write was not kept, if that was for want of room, of a disk or of a server. Clones are of the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusal(Arc<Mutex<Option<DbError>>>);

impl Refusal {
    /// A write has failed.
    pub(super) fn note(&self, error: &DbError) {
        if matches!(error, DbError::Unavailable(_)) {
            *self.last() = Some(error.clone());
        }
    }

    /// One was kept that changed something.
    pub(super) fn forget(&self) {
        *self.last() = None;
    }

    fn last(&self) -> MutexGuard<'_, Option<DbError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Db {
    /// Why the last write that had something to keep was not kept, as on a full disk, if so. It asks nobody: until another
    /// write of this process is kept, it stands.
    pub fn refused(&self) -> Option<DbError> {
        let refusal = match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.writer.refusal(),
            Engine::Postgres(postgres) => postgres.refusal(),
        };
        refusal.last().clone()
    }
}
