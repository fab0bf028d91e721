//! What only holds of PostgreSQL: several writers, connections that are lost, other nodes. Left out where tests run on
//! SQLite.

mod conflicts;
mod connections;
mod nodes;
mod others;
mod proxy;
mod snapshots;

use testbase::Database;

use super::*;

/// A database with a table, and how to open it.
async fn fresh_with(options: DbOptions) -> (Database, Db) {
    let database = Database::required();
    let db = Db::open(&database.url().parse().unwrap(), options).unwrap();
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, data BLOB) STRICT").await;
    define(&db, "CREATE TABLE turns (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT").await;
    (database, db)
}

async fn fresh() -> (Database, Db) {
    fresh_with(DbOptions { busy_timeout: PATIENCE, ..DbOptions::default() }).await
}

/// Runs a statement as another program would.
fn outside(database: &Database, sql: &str) {
    database.with(async |client| client.batch_execute(sql).await).unwrap();
}

/// Ends all connections to a database but the one that says so.
fn end_connections(database: &Database) {
    outside(
        database,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
}
