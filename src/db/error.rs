//! What can go wrong with a database, in terms a caller can act on.

/// An error of the database. Its text names tables and columns, never the values in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// A row with this key exists already.
    #[error("a row with the same {constraint} exists already")]
    Unique {
        /// Named as PostgreSQL names constraints by default: `tickets_reference_key` for
        /// `UNIQUE (reference)`, `tickets_pkey` for the primary key.
        constraint: String,
    },
    /// Another process kept the database locked for longer than the busy timeout; worth a retry.
    #[error("the database is busy")]
    Busy,
    /// Another transaction changed the same rows at the same time, again and again; worth a retry.
    #[error("others are changing the same rows")]
    Conflict,
    /// It took longer than it was given; see [`super::Db::read_within`].
    #[error("it took too long")]
    TooLong,
    /// Disk full, I/O error, read-only or missing file, lost connection, or closed by us.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The schema was made by a newer version of the program.
    #[error(
        "the database is at version {database}, this Redress knows up to {known}; \
         start the newer version, or restore a backup of before (before-upgrade-….backup)"
    )]
    Newer {
        /// The version found in the database.
        database: i64,
        /// The last version this program knows.
        known: i64,
    },
    /// A migration is not the one that was applied to this database.
    #[error(
        "migration {applied} of the database is not the one this Redress knows; \
         start the version that applied it"
    )]
    Altered {
        /// Number and name, as recorded in the database.
        applied: String,
    },
    /// A migration would take away what nodes of an older version still use.
    #[error(
        "migration {migration} takes away what {nodes} running nodes of an older version need; \
         stop those first, or wait a minute if they have just stopped"
    )]
    Needed {
        /// Number and name.
        migration: String,
        /// How many.
        nodes: i64,
    },
    /// The file is damaged, or no database at all.
    #[error("the database file is damaged or is not a database; restore a backup")]
    Corrupt,
    /// The file is there and has nothing in it, not even that it is a database.
    #[error("the database file is empty; restore a backup, or remove the file if there has never been a desk")]
    Empty,
    /// A fault of the program: wrong SQL, wrong column type, a broken rule of the schema.
    #[error("database error: {0}")]
    Other(String),
}

impl DbError {
    pub(super) fn closed() -> Self {
        Self::Unavailable("it was closed".to_owned())
    }
}
