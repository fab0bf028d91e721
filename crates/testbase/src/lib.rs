//! A directory and a database of its own for each test, gone with it.
//!
//! Where `REDRESS_TEST_POSTGRES` names a server, as it does for what `bin/with-postgres` runs, databases are
//! PostgreSQL's; elsewhere they are files of SQLite. So a test is written once, and run on both.

pub mod peer;
mod port;
pub mod servers;

use std::{fs, mem::ManuallyDrop, panic::resume_unwind, path::Path, sync::OnceLock, thread};

pub use port::free_port;
use tempfile::TempDir;
use tokio::runtime::Builder;
pub use tokio_postgres;
use tokio_postgres::{Client, Error, NoTls};

/// Names a database of a server where tests may make others, as a superuser: `postgres://USER@HOST:PORT/postgres`.
pub const VARIABLE: &str = "REDRESS_TEST_POSTGRES";

/// What the databases of [`Dir::like`] are copies of, made once in each process. One of PostgreSQL's stays behind on a server
/// that outlives the process, which that of `bin/with-postgres` does not.
static MODEL: OnceLock<Model> = OnceLock::new();

enum Model {
    /// A file of SQLite.
    File(Vec<u8>),
    /// The name of a database on the server.
    Database(String),
}

impl Model {
    fn made(make: fn(&str)) -> Self {
        let dir = Dir::new();
        make(&dir.url());
        match dir.database.into_inner().flatten() {
            None => Self::File(fs::read(dir.dir.path().join(FILE)).expect("the file of a database that is closed")),
            Some(database) => {
                let database = ManuallyDrop::new(database);
                // Nobody may be connected to what is copied.
                let close = format!(
                    "ALTER DATABASE {0} ALLOW_CONNECTIONS false; \
                     SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{0}'",
                    database.name
                );
                let closed = connected(&database.server, async |client| client.batch_execute(&close).await);
                closed.and_then(|closed| closed).expect("a database that is closed");
                Self::Database(database.name.clone())
            }
        }
    }
}

const FILE: &str = "redress.db";

/// A PostgreSQL database that was made for a test.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// A new and empty one, or none where tests run on SQLite.
    ///
    /// # Panics
    /// When the server that is named makes none.
    pub fn from_environment() -> Option<Self> {
        // Of template0, which nobody can be connected to: where somebody is, none can be made.
        Self::of("TEMPLATE template0")
    }

    fn of(template: &str) -> Option<Self> {
        let server = std::env::var_os(VARIABLE)?.into_string().expect("an address is UTF-8");
        let (base, options) = server.split_once('?').unwrap_or((&server, ""));
        let (host, _) = base.rsplit_once('/').expect("an address ends in a database");
        let name = format!("redress_test_{:016x}", getrandom::u64().expect("random numbers"));
        let url = format!("{host}/{name}?{options}").trim_end_matches('?').to_owned();
        let create = format!("CREATE DATABASE {name} {template}");
        let made = connected(&server, async |client| client.batch_execute(&create).await).and_then(|made| made);
        made.unwrap_or_else(|error| panic!("{VARIABLE} names a server that makes no database: {error:?}"));
        Some(Self { server, name, url })
    }

    /// A new one, for a test of PostgreSQL alone.
    ///
    /// # Panics
    /// Where tests run on SQLite.
    pub fn required() -> Self {
        Self::from_environment().expect("this test needs PostgreSQL: run bin/with-postgres cargo test")
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Does something with a connection to it, as another program would.
    ///
    /// # Panics
    /// When it does not answer, or `work` panics.
    pub fn with<T: Send>(&self, work: impl AsyncFnOnce(&Client) -> T + Send) -> T {
        connected(&self.url, work).expect("the database answers")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Servers and pools of the test may still be connected. A server that is gone has taken it along.
        let forget = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = connected(&self.server, async |client| client.batch_execute(&forget).await);
    }
}

/// Does something with a connection, on a thread of its own, as tests themselves run in a runtime.
fn connected<T: Send>(url: &str, work: impl AsyncFnOnce(&Client) -> T + Send) -> Result<T, Error> {
    let run = || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            let connection = tokio::spawn(connection);
            let done = work(&client).await;
            drop(client);
            // So that the server has heard that it is over.
            let _ = connection.await;
            Ok(done)
        })
    };
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| resume_unwind(panic))
}

/// A directory of a test's own, and the database that goes with it.
#[derive(Debug)]
pub struct Dir {
    /// Made when it is first asked for: many a test needs none.
    database: OnceLock<Option<Database>>,
    dir: TempDir,
}

impl Dir {
    /// An empty one.
    ///
    /// # Panics
    /// When it cannot be made.
    #[expect(clippy::new_without_default, reason = "it makes a directory")]
    pub fn new() -> Self {
        Self { database: OnceLock::new(), dir: tempfile::tempdir().expect("a temporary directory") }
    }

    /// One whose database is a copy of what `make` made at the address that it is given, and closed: once in each process,
    /// by the first who asks. To bring a schema up to date takes longer than what most tests do with it.
    ///
    /// # Panics
    /// When it cannot be made, or `make` panics.
    pub fn like(make: fn(&str)) -> Self {
        let dir = Self::new();
        let database = match MODEL.get_or_init(|| Model::made(make)) {
            Model::File(bytes) => {
                fs::write(dir.path().join(FILE), bytes).expect("a copy of a database");
                None
            }
            // Copied as files: to write it all into the log as well takes three times as long.
            Model::Database(name) => Database::of(&format!("TEMPLATE {name} STRATEGY file_copy")),
        };
        Self { database: OnceLock::from(database), ..dir }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Its database, where tests run on PostgreSQL.
    pub fn database(&self) -> Option<&Database> {
        self.database.get_or_init(Database::from_environment).as_ref()
    }

    /// The setting `database_url` for its database: on SQLite the file `redress.db` in it.
    pub fn url(&self) -> String {
        match self.database() {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite://{}", self.path().join(FILE).display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(database: &Database) -> usize {
        let tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'public'";
        database.with(async |client| client.query(tables, &[]).await).expect("rows").len()
    }

    mod postgres_only {
        use super::*;

        #[test]
        fn each_is_its_own_and_empty_at_first_and_gone_afterwards() {
            let (ours, theirs) = (Database::required(), Database::required());
            ours.with(async |client| client.batch_execute("CREATE TABLE t (id BIGINT)").await).expect("a table");
            assert_eq!((tables(&ours), tables(&theirs)), (1, 0));
            let url = ours.url().to_owned();
            drop(ours);
            assert!(connected(&url, async |_| ()).is_err());
        }
    }
}
