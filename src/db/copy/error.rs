//! Why a copy was not made.

use super::super::DbError;

/// Each says what it is about and what to do, in one sentence without anything personal.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases failed.
    #[error("{name}{}: {error}", table.map(|table| format!(", table {table}")).unwrap_or_default())]
    Db {
        /// Which.
        name: String,
        /// Where in it, if known.
        table: Option<&'static str>,
        /// How.
        error: DbError,
    },
    /// The source holds no schema.
    #[error("there is no desk in {name}; name it with database_url")]
    NoDesk {
        /// The source.
        name: String,
    },
    /// The source's schema is older than the program.
    #[error("{name} was last used by an older version; run redress db migrate first")]
    Behind {
        /// The source.
        name: String,
    },
    /// A copy that is not whole can be neither served nor copied.
    #[error(
        "{name} is an unfinished copy of another database; run redress db copy again, or redress restore if that made it, \
         which goes on with it"
    )]
    Unfinished {
        /// The copy.
        name: String,
    },
    /// The target holds something.
    #[error("{name} holds data already (in {table}); name an empty database")]
    NotEmpty {
        /// The target.
        name: String,
        /// The first table with a row.
        table: &'static str,
    },
    /// The target has a value that the source has since given to another row.
    #[error(
        "{name} holds a row of {table} that has become another one since it was copied; copy into an empty database"
    )]
    InTheWay {
        /// The target.
        name: String,
        /// In which table.
        table: &'static str,
    },
    /// The target is a copy of something else.
    #[error("{name} is a copy of a desk with other keys; name an empty database")]
    OtherDesk {
        /// The target.
        name: String,
    },
    /// A row could not be opened to find out what search finds it by.
    #[error("a row of {table} cannot be read, so that search would not find it: {reason:#}")]
    Unreadable {
        /// Its table.
        table: &'static str,
        /// Why.
        reason: anyhow::Error,
    },
    /// Whatever is copied, there may be more a moment later.
    #[error(
        "all is copied so far, but servers use {name} ({nodes} in the last minute); stop them and run this again, \
         which brings only what is different"
    )]
    Served {
        /// The source.
        name: String,
        /// How many.
        nodes: i64,
    },
    /// Somebody wrote to the source meanwhile.
    #[error(
        "{name} changed while it was copied, {what}; stop the servers that use it and run this again, \
         which brings only what is different"
    )]
    Changed {
        /// The source.
        name: String,
        /// Where.
        what: String,
    },
    /// Both sides differ, and it was not the source that changed.
    #[error(
        "{table} in {name} differs from {from} at row {row}; see that nobody else writes to the copy and run this again"
    )]
    Differs {
        /// The source.
        from: String,
        /// The target.
        name: String,
        /// In which table.
        table: &'static str,
        /// The first row that differs, in the order of the key, from 1 on.
        row: u64,
    },
    /// A text would not be found.
    #[error("{index} in {name} does not belong to its tickets or clients; copy into an empty database")]
    NotFound {
        /// The target.
        name: String,
        /// Which index.
        index: &'static str,
    },
}

impl CopyError {
    /// The same, with the table where it happened.
    pub(super) fn in_table(self, table: &'static str) -> Self {
        match self {
            Self::Db { name, error, .. } => Self::Db { name, table: Some(table), error },
            other => other,
        }
    }
}
