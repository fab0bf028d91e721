//! The heaviest tests of the project: what a caller was told, the disk must hold.

mod crash;
mod faults;
mod group_commit;
mod migrations;
mod notices;
mod statements;

use std::path::Path;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use tempfile::TempDir;

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

fn url(dir: &Path) -> DatabaseUrl {
    DatabaseUrl::Sqlite(dir.join("test.db"))
}

fn open(dir: &Path, busy_timeout: Duration) -> Db {
    let options = DbOptions { busy_timeout, readers: 4, ..DbOptions::default() };
    Db::open(&url(dir), options).unwrap()
}

async fn fresh() -> (TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path(), PATIENCE);
    define(&db, "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT, data BLOB) STRICT").await;
    (dir, db)
}

async fn define(db: &Db, sql: &'static str) {
    db.write(move |tx| tx.execute(sql, &[])).await.unwrap();
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

/// Another program on the same file, impatient.
fn outsider(dir: &Path) -> rusqlite::Connection {
    let conn = rusqlite::Connection::open(dir.join("test.db")).unwrap();
    conn.busy_timeout(Duration::ZERO).unwrap();
    conn
}

/// Fails when anybody holds the write lock.
fn assert_unlocked(dir: &Path) {
    outsider(dir).execute_batch("BEGIN IMMEDIATE; ROLLBACK").unwrap();
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
