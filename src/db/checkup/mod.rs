//! What a database says of itself to somebody who only looks: none is made, no schema is changed, and whoever works with it is
//! not kept waiting.

pub(super) mod file;

use std::time::Duration;

use super::postgres;
use super::{DatabaseUrl, DbError, DbOptions, SchemaStatus, Tx};

/// What was found.
#[derive(Debug)]
pub struct Checkup<R> {
    /// The engine with its version, for people.
    pub engine: String,
    /// How the schema compares with the one of this program.
    pub schema: Result<SchemaStatus, DbError>,
    /// The time by its own clock, in milliseconds, where it has one.
    pub now: Option<i64>,
    /// Bytes that it takes.
    pub bytes: i64,
    /// What is set or built otherwise than it should be.
    pub remarks: Vec<Remark>,
    /// What the caller read in the same transaction; nothing where the schema is not to be trusted.
    pub read: Option<R>,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether what was answered as durable may be lost, or the desk cannot work.
    pub grave: bool,
    /// What there is.
    pub said: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Whether every page and index fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// It does.
    Yes,
    /// Something does not: how many things at least.
    No(usize),
    /// The time was up before the end, and nothing was found so far.
    Unfinished,
    /// The engine looks after that by itself, or has no way to be asked.
    NotAsked,
}

/// Looks at a database that is there, and runs `work` in a transaction that reads. Blocks: a server that does not answer takes
/// some seconds for each of its hosts.
///
/// # Errors
/// When it cannot be opened, or does not answer.
pub fn look<T, E>(
    url: &DatabaseUrl,
    options: &DbOptions,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
) -> Result<Checkup<Result<T, E>>, DbError>
where
    T: Send,
    E: From<DbError> + Send,
{
    match url {
        DatabaseUrl::Sqlite(path) => file::look(path, work),
        DatabaseUrl::Postgres(address) => postgres::look(address, options, work),
    }
}

/// Looks at the standby that reads may go to, if one is set: what there is to say of it, good or not. Blocks.
pub fn look_at_replica(options: &DbOptions) -> Option<Result<Vec<Remark>, DbError>> {
    options.replica.as_ref().map(|address| postgres::look_at_replica(address, options))
}

/// Whether a database is whole, as far as that shows within `limit`. Blocks. Others read and write meanwhile.
///
/// # Errors
/// When it cannot be read.
pub fn whole(url: &DatabaseUrl, limit: Option<Duration>) -> Result<Whole, DbError> {
    match url {
        DatabaseUrl::Sqlite(path) => file::whole(path, limit),
        DatabaseUrl::Postgres(_) => Ok(Whole::NotAsked),
    }
}
