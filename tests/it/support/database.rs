//! What lies in the database of a directory, seen and changed behind the server's back.

use std::{collections::BTreeMap, fs, path::PathBuf, pin::pin, thread};

use futures_util::StreamExt;
use redress::db::{Db, DbOptions};
use testbase::{
    Dir,
    tokio_postgres::{Client, Error},
};

/// A directory with a database that has its schema, and nothing else.
pub fn ready() -> Dir {
    Dir::like(|url| {
        let url = url.parse().unwrap();
        let make = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let db = Db::open(&url, DbOptions::default()).unwrap();
                db.migrate(0).unwrap();
                db.close().await.unwrap();
            });
        };
        // On a thread of its own, as tests themselves run in a runtime.
        thread::scope(|scope| scope.spawn(make).join()).unwrap();
    })
}

/// Where SQLite's file is, if any: the program has a data directory in `dir`, a server of the test's own is right there.
fn file(dir: &Dir) -> PathBuf {
    let program = dir.path().join("data");
    if program.exists() { program.join("redress.db") } else { dir.path().join("redress.db") }
}

/// Runs a statement as another program would, and tells how many rows it has changed.
pub fn sql(dir: &Dir, statement: &str) -> u64 {
    if let Some(database) = dir.database() {
        return database.with(async |client| client.execute(statement, &[]).await).unwrap();
    }
    let file = rusqlite::Connection::open(file(dir)).unwrap();
    file.execute(statement, []).unwrap().try_into().unwrap()
}

/// Everything that it holds, so that nothing can change unseen: on SQLite the file, on PostgreSQL the rows of each table
/// that has any, in their order on the disk.
pub fn contents(dir: &Dir) -> BTreeMap<String, Vec<u8>> {
    match dir.database() {
        Some(database) => database.with(rows).unwrap(),
        None => fs::read(file(dir)).map(|bytes| ("redress.db".to_owned(), bytes)).into_iter().collect(),
    }
}

/// Everything that is at rest: the files of the data directory, and of PostgreSQL the rows, as it packs long ones, and
/// the files that they lie in.
pub fn at_rest(dir: &Dir) -> BTreeMap<String, Vec<u8>> {
    let beside = fs::read_dir(file(dir).parent().unwrap()).unwrap().map(|entry| entry.unwrap());
    let mut found: BTreeMap<_, _> =
        beside.map(|one| (one.file_name().into_string().unwrap(), fs::read(one.path()).unwrap())).collect();
    if let Some(database) = dir.database() {
        found.extend(database.with(rows).unwrap());
        found.extend(database.with(files).unwrap());
    }
    found
}

/// The rows of all tables that have any, by table.
async fn rows(client: &Client) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let tables = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let mut found = BTreeMap::new();
    for table in client.query(tables, &[]).await? {
        let table: String = table.get(0);
        if client.query_opt(&format!("SELECT 1 FROM {table} LIMIT 1"), &[]).await?.is_none() {
            continue;
        }
        let mut copy = pin!(client.copy_out(&format!("COPY {table} TO STDOUT (FORMAT binary)")).await?);
        let mut bytes = Vec::new();
        while let Some(part) = copy.next().await {
            bytes.extend_from_slice(&part?);
        }
        found.insert(table, bytes);
    }
    Ok(found)
}

/// The files of all tables and indexes that are ours, with what of old rows is still in them.
async fn files(client: &Client) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    client.batch_execute("CHECKPOINT").await?;
    let read = "SELECT oid::regclass::text, pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class \
                WHERE relkind IN ('r', 'i', 't', 'S') AND oid >= 16384";
    let files = client.query(read, &[]).await?;
    Ok(files.iter().map(|file| (format!("file of {}", file.get::<_, String>(0)), file.get(1))).collect())
}

/// Has PostgreSQL write every statement with its values into its own log, as an operator may who looks for slow ones.
pub fn log_statements(dir: &Dir) {
    for setting in ["log_min_duration_statement = 0", "log_parameter_max_length = -1", "log_error_verbosity = verbose"]
    {
        let set = format!("ALTER DATABASE %I SET {setting}");
        sql(dir, &format!("DO $$ BEGIN EXECUTE format('{set}', current_database()); END $$"));
    }
}

/// PostgreSQL's own log.
pub fn server_log(dir: &Dir) -> Option<Vec<u8>> {
    let read = "SELECT pg_read_binary_file(current_setting('data_directory') || '.log')";
    let database = dir.database()?;
    Some(database.with(async |client| client.query_one(read, &[]).await).unwrap().get(0))
}

/// Every value of bytes in every table, each with its table and column.
pub fn blobs(dir: &Dir) -> Vec<(String, Vec<u8>)> {
    if let Some(database) = dir.database() {
        return database.with(bytea).unwrap();
    }
    let file = rusqlite::Connection::open(file(dir)).unwrap();
    let columns = "SELECT l.name, c.name FROM pragma_table_list l JOIN pragma_table_info(l.name) c \
                   WHERE l.schema = 'main' AND l.type = 'table' AND c.type = 'BLOB'";
    let mut found = Vec::new();
    let mut columns = file.prepare(columns).unwrap();
    let columns = columns.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    for (table, column) in columns.map(Result::unwrap) {
        let mut values = file.prepare(&format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL")).unwrap();
        let values = values.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        found.extend(values.map(|value| (format!("{table}.{column}"), value.unwrap())));
    }
    found
}

async fn bytea(client: &Client) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let columns = "SELECT table_name::text, column_name::text FROM information_schema.columns \
                   WHERE table_schema = 'public' AND data_type = 'bytea'";
    let mut found = Vec::new();
    for one in client.query(columns, &[]).await? {
        let (table, column): (String, String) = (one.get(0), one.get(1));
        let values = client.query(&format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL"), &[]).await?;
        found.extend(values.iter().map(|value| (format!("{table}.{column}"), value.get(0))));
    }
    Ok(found)
}
