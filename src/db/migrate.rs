//! The schema's history: what is embedded, what a database has, what is still to be done.

use sha2::{Digest as _, Sha256};

use super::{DbError, Dialect, Row, Tx, params};

/// A step of the schema. Once released it never changes; a mistake is mended by the next one.
pub(super) struct Migration {
    pub(super) name: &'static str,
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(Migration {
            name: $name,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        }),+]
    };
}

/// All of them in order; the first is version 1.
pub(super) const MIGRATIONS: &[Migration] = migrations![
    "0001_initial",
    "0002_clients",
    "0003_drafts",
    "0004_reports",
    "0005_nodes",
    "0006_messages",
    "0007_webhooks",
    "0008_templates",
    "0009_outbox_indexes",
    "0010_held_back",
    "0011_node_keys",
    "0012_audit_chain",
    "0013_second_factors",
    "0014_password_links",
    "0015_owners",
    "0016_single_sign_on",
    "0017_privacy",
    "0018_token_scopes",
    "0019_photos",
    "0020_bonds",
    "0021_imported",
    "0022_requests",
    "0023_mail_requests",
];

/// Whether a migration of this name takes something away.
pub(super) fn contracts(name: &str) -> bool {
    name.ends_with("_contract")
}

impl Migration {
    /// Whether it takes away what versions before may use; see [`super::nodes`].
    pub(super) fn contracts(&self) -> bool {
        contracts(self.name)
    }

    pub(super) fn script(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    pub(super) fn sha256(&self, dialect: Dialect) -> Vec<u8> {
        Sha256::digest(self.script(dialect)).to_vec()
    }
}

/// A migration as recorded in the database.
pub(super) struct Applied {
    pub(super) version: i64,
    pub(super) name: String,
    pub(super) sha256: Vec<u8>,
}

impl Applied {
    pub(super) fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self { version: row.int(0)?, name: row.text(1)?, sha256: row.bytes(2)? })
    }
}

/// What [`super::Db::migrate`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// The schema's version now.
    pub version: i64,
    /// The names of the migrations applied just now, in order.
    pub applied: Vec<String>,
}

/// How the schema of a database compares with the one this program knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaStatus {
    /// The database's version; 0 when it is empty.
    pub version: i64,
    /// The version this program brings it to.
    pub known: i64,
    /// The names of the migrations between the two.
    pub pending: Vec<String>,
}

impl SchemaStatus {
    pub(super) fn new(applied: &[Applied], known: &[Migration], pending: &[Migration]) -> Self {
        Self {
            version: last_applied(applied),
            known: last(known),
            pending: pending.iter().map(|migration| migration.name.to_owned()).collect(),
        }
    }
}

/// The schema's version that this program works with.
pub fn newest_schema() -> i64 {
    last(MIGRATIONS)
}

pub(super) fn last(known: &[Migration]) -> i64 {
    i64::try_from(known.len()).unwrap_or(i64::MAX)
}

pub(super) fn last_applied(applied: &[Applied]) -> i64 {
    applied.last().map_or(0, |migration| migration.version)
}

/// The migrations that a database has had, which has the table of them.
pub(super) fn applied(tx: &mut Tx<'_>) -> Result<Vec<Applied>, DbError> {
    let rows = tx.query("SELECT version, name, sha256 FROM schema_migrations ORDER BY version", &[])?;
    rows.iter().map(Applied::from_row).collect()
}

/// Records that this migration was applied at a time, in milliseconds.
pub(super) fn record(tx: &mut Tx<'_>, version: i64, migration: &Migration, at: i64) -> Result<(), DbError> {
    let sha256 = migration.sha256(tx.dialect());
    tx.execute(
        "INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4)",
        params![version, migration.name, sha256, at],
    )?;
    Ok(())
}

/// The migrations still to be applied, once those that were are found to be the ones we know.
pub(super) fn pending<'k>(
    applied: &[Applied],
    known: &'k [Migration],
    dialect: Dialect,
) -> Result<&'k [Migration], DbError> {
    let (database, known_to) = (last_applied(applied), last(known));
    if database > known_to {
        return Err(DbError::Newer { database, known: known_to });
    }
    for (found, (version, migration)) in applied.iter().zip((1..).zip(known)) {
        let same =
            found.version == version && found.name == migration.name && found.sha256 == migration.sha256(dialect);
        if !same {
            return Err(DbError::Altered { applied: format!("{} ({})", found.version, found.name) });
        }
    }
    Ok(&known[applied.len()..])
}
