//! Whether a database is there.

use super::{Db, DbError};

/// What came of asking it.
enum Asked {
    Answers,
    Failed(DbError),
}

impl From<DbError> for Asked {
    fn from(error: DbError) -> Self {
        Self::Failed(error)
    }
}

impl Db {
    /// Whether the database answers, to reads and to writes; changes nothing.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(|tx| tx.query("SELECT 1", &[]).map(drop)).await?;
        // Undone, so that it counts as no write: some figures are kept for as long as nobody writes.
        let asked = self.write(|tx| {
            tx.query("SELECT 1", &[])?;
            Err::<(), _>(Asked::Answers)
        });
        match asked.await {
            Err(Asked::Failed(error)) => Err(error),
            Ok(()) | Err(Asked::Answers) => Ok(()),
        }
    }
}
