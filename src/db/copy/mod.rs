//! Copies a desk from one database to another, whatever their engines, and proves that it did.
//!
//! To copy is to make the target equal to the source: both are read in the order of each table's key, and what differs is
//! written, in short transactions. So a run that broke off is gone on with by running it again, and a run after another
//! brings only what has changed since. Values are copied as they lie there: what is sealed stays sealed. What cannot be read
//! back, the token indexes, is made anew by the features they belong to ([`Findable`]).
//!
//! The order of things: [`check_source`], [`Copying::begin`], [`Copying::bring`], [`Copying::settle`],
//! [`Copying::check_quiet`], [`Copying::verify`], [`Copying::end`]. Before the last of them nobody can serve the target, see [`take_over`].

mod bring;
mod digest;
mod error;
mod marks;
mod pairs;
mod parts;
mod tables;
mod verify;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use bring::Brought;
pub use error::CopyError;
pub use marks::{check_whole, take_over};
pub use parts::{Findable, Part};
pub use verify::Verified;

use uuid::Uuid;

use super::{Db, DbError, TokenIndex, Tx, merge_index, nodes};
pub(super) use parts::{chunks, put as put_parts};
pub(super) use tables::{LEFT, PAGE, TABLES, Table};

/// Rows between two words on how far it has come.
const STEP: u64 = 500;

/// Hears how many rows more were read.
pub type Tell<'a> = dyn FnMut(u64) + Send + 'a;

/// A database, and what people know it by.
#[derive(Clone, Debug)]
pub struct End {
    /// The database.
    pub db: Db,
    /// Its address, without secrets.
    pub name: String,
}

/// A copy of a desk, to be made or gone on with.
#[derive(Clone)]
pub struct Copying {
    /// Where it comes from.
    pub source: End,
    /// Where it goes.
    pub target: End,
    /// What tells the desk from others: the fingerprint of its keys.
    pub desk: Vec<u8>,
    /// All that search finds.
    pub findable: Vec<Arc<dyn Findable>>,
    /// Tells this run from others, of which one at a time may write.
    pub run: Uuid,
}

impl std::fmt::Debug for Copying {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Copying(from {}, to {})", self.source.name, self.target.name)
    }
}

impl End {
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, CopyError> {
        self.db.read(work).await.map_err(|error| self.failed(error))
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, DbError> + Send + 'static,
    ) -> Result<T, CopyError> {
        self.db.write(work).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: DbError) -> CopyError {
        CopyError::Db { name: self.name.clone(), table: None, error }
    }
}

/// Whether a database can be copied: it is a desk's, up to date, and no unfinished copy itself.
///
/// # Errors
/// [`CopyError::Behind`], [`CopyError::NoDesk`], [`CopyError::Unfinished`].
pub async fn check_source(source: &End) -> Result<(), CopyError> {
    let status = source.db.schema_status().map_err(|error| source.failed(error))?;
    let name = source.name.clone();
    if status.version == 0 {
        return Err(CopyError::NoDesk { name });
    }
    if !status.pending.is_empty() {
        return Err(CopyError::Behind { name });
    }
    if marks::is_unfinished(source).await? { Err(CopyError::Unfinished { name }) } else { Ok(()) }
}

impl Copying {
    /// Marks the target as what it is to become, if it is empty or was begun before, and brings its schema up to date.
    /// `now` in milliseconds is written beside.
    ///
    /// # Errors
    /// [`CopyError::NotEmpty`], [`CopyError::OtherDesk`].
    pub async fn begin(&self, now: i64) -> Result<(), CopyError> {
        marks::begin(&self.target, self.desk.clone(), self.run, now).await
    }

    /// How many rows the source has.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn rows(&self) -> Result<u64, CopyError> {
        let mut rows = 0;
        for table in &TABLES {
            let mut after = Some(Vec::new());
            while let Some(key) = after.take() {
                let count = self.source.read(move |tx| table.count(tx, &key)).await?;
                rows += count.0;
                after = count.1;
            }
        }
        Ok(rows)
    }

    /// Makes the target ready to be worked with, once it has all rows: new ones are numbered on, the engine knows how much
    /// there is, and the token indexes hold nothing else and lie in few pieces.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn settle(&self) -> Result<(), CopyError> {
        let run = self.run;
        for table in TABLES.iter().filter(|table| table.numbered) {
            let number_on = move |tx: &mut Tx<'_>| {
                marks::hold(tx, run)?;
                let sql = table.keys.first().and_then(|key| tx.dialect().number_on(table.name, key));
                sql.map_or(Ok(()), |sql| tx.query(&sql, &[]).map(drop))
            };
            self.target.write(number_on).await?;
        }
        for name in TABLES.iter().map(|table| table.name).chain(TokenIndex::ALL.map(TokenIndex::table)) {
            let learn = move |tx: &mut Tx<'_>| match tx.dialect().learn(name) {
                Some(sql) => tx.execute(&sql, &[]).map(drop),
                None => Ok(()),
            };
            match self.target.db.write(learn).await {
                // The engine finds time for it later by itself.
                Ok(()) | Err(DbError::TooLong | DbError::Unavailable(_)) => {}
                Err(error) => return Err(self.target.failed(error)),
            }
        }
        for index in TokenIndex::ALL {
            let stale = parts::state(&self.target, index).await?.stale;
            for stale in stale.chunks(bring::BATCH).map(<[_]>::to_vec) {
                let remove = move |tx: &mut Tx<'_>| {
                    marks::hold(tx, run)?;
                    parts::remove(tx, index, &stale)
                };
                self.target.write(remove).await?;
            }
            merge_index(&self.target.db, index, Duration::ZERO).await.map_err(|error| self.target.failed(error))?;
        }
        Ok(())
    }

    /// Whether nobody serves from the source any more. A copy of a desk at work is old a moment later, and whoever goes
    /// on with it loses what came after.
    ///
    /// # Errors
    /// [`CopyError::Served`].
    pub async fn check_quiet(&self, now: i64) -> Result<(), CopyError> {
        let nodes = self.source.read(move |tx| nodes::serving(tx, now)).await?;
        if nodes > 0 { Err(CopyError::Served { name: self.source.name.clone(), nodes }) } else { Ok(()) }
    }

    /// Says that the target is whole: it can be served from now on, and until then it can be copied to again.
    ///
    /// # Errors
    /// [`CopyError::Served`].
    pub async fn end(&self, now: i64) -> Result<(), CopyError> {
        self.check_quiet(now).await?;
        marks::end(&self.target, self.desk.clone(), self.run).await
    }

    fn changed(&self, what: &str) -> CopyError {
        CopyError::Changed { name: self.source.name.clone(), what: what.to_owned() }
    }
}
