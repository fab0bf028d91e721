//! The heaviest tests of the project: what a caller was told, the disk must hold.

mod load;
mod migrations;
mod notices;
mod postgres_only;
mod sqlite_only;
mod statements;
mod writes;

use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use testbase::Dir;

use super::*;

/// A feature's own error, as store code has it.
#[derive(Debug, PartialEq)]
enum Fault {
    Db(DbError),
    Rule,
}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Longer than any test waits for a lock that is going to be free.
const PATIENCE: Duration = Duration::from_secs(30);

fn url(dir: &Dir) -> DatabaseUrl {
    dir.url().parse().unwrap()
}

fn open(dir: &Dir, busy_timeout: Duration) -> Db {
    let options = DbOptions { busy_timeout, readers: 4, connections: 6, ..DbOptions::default() };
    Db::open(&url(dir), options).unwrap()
}

async fn fresh() -> (Dir, Db) {
    let dir = Dir::new();
    let db = open(&dir, PATIENCE);
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, data BLOB) STRICT").await;
    (dir, db)
}

/// Runs a statement that is written as for SQLite.
async fn define(db: &Db, sql: &'static str) {
    db.write(move |tx| tx.execute(&translated(sql, tx.dialect()), &[])).await.unwrap();
}

fn translated(sql: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => sql.to_owned(),
        Dialect::Postgres => sql.replace("INTEGER", "BIGINT").replace("BLOB", "BYTEA").replace(" STRICT", ""),
    }
}

fn insert(tx: &mut Tx<'_>, id: i64) -> Result<u64, DbError> {
    tx.execute("INSERT INTO t (id, body) VALUES ($1, $2)", params![id, "body"])
}

fn select_ids(tx: &mut Tx<'_>) -> Result<Vec<i64>, DbError> {
    tx.query("SELECT id FROM t ORDER BY id", &[])?.iter().map(|row| row.int(0)).collect()
}

async fn ids(db: &Db) -> Vec<i64> {
    db.read(select_ids).await.unwrap()
}

/// Waits until word of other nodes comes to this one: what it heard and counted as that began is behind it.
async fn hears_others(db: &Db) {
    while db.write_stats().writes != db.write_stats().writes {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Another program on the same file, impatient.
fn outsider(dir: &Dir) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(dir.path().join("redress.db")).unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    conn
}

/// Runs a statement as another program would.
fn outside(dir: &Dir, sql: &str) {
    match dir.database() {
        Some(database) => database.with(async |client| client.batch_execute(sql).await).unwrap(),
        None => outsider(dir).execute_batch(sql).unwrap(),
    }
}

/// Fails when anybody holds the write lock, or a transaction open.
async fn assert_unlocked(dir: &Dir) {
    const OPEN: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                        AND state LIKE '%transaction%' AND pid <> pg_backend_pid()";
    let Some(database) = dir.database() else {
        return outsider(dir).execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
    };
    // The end of a transaction that nobody waits for is on its way.
    for _ in 0..500 {
        let open: i64 = database.with(async |client| client.query_one(OPEN, &[]).await).unwrap().get(0);
        if open == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a transaction is still open");
}

type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Starts a write up to where it waits: it is in the queue then.
fn enqueue<T: Send + 'static, E: From<DbError> + Send + 'static>(
    db: &Db,
    work: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
) -> Pending<Result<T, E>> {
    let db = db.clone();
    let mut pending: Pending<_> = Box::pin(async move { db.write(work).await });
    assert!(poll_once(&mut pending).is_pending());
    pending
}

fn poll_once<T>(future: &mut Pending<T>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Occupies the writer, so that what is enqueued meanwhile becomes one group.
struct Held {
    release: mpsc::Sender<()>,
    write: Pending<Result<(), DbError>>,
}

fn hold(db: &Db) -> Held {
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let write = enqueue(db, move |_| {
        started.send(()).unwrap();
        released.recv().unwrap();
        Ok(())
    });
    has_started.recv().unwrap();
    Held { release, write }
}

impl Held {
    async fn release(self) {
        self.release.send(()).unwrap();
        self.write.await.unwrap();
    }
}
