//! Reading in place, and what SQLite alone would let pass.

use super::super::*;

#[tokio::test]
async fn placeholders_and_values_must_agree() {
    let (_dir, db) = fresh().await;
    for (sql, count) in [
        ("SELECT $1", 0),
        ("SELECT $1", 2),
        ("SELECT $2", 1),
        ("SELECT $1, $3", 2),
        ("SELECT ?", 1),
        ("SELECT :a", 1),
        ("SELECT $1::text", 1),
        ("SELECT $0", 1),
        ("SELECT \"misspelt\" FROM t", 0),
        ("SELECT 1; SELECT 2", 0),
    ] {
        let result: Result<_, DbError> = db.read(move |tx| tx.query(sql, &vec![Value::Int(1); count])).await;
        assert!(matches!(result, Err(DbError::Other(_))), "{sql}: {result:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_run_in_place_on_a_multi_thread_runtime() {
    let (_dir, db) = fresh().await;
    let there = tokio::spawn(async move {
        let here = std::thread::current().id();
        db.read(move |_| Ok::<_, DbError>(std::thread::current().id() == here)).await
    });
    assert_eq!(there.await.unwrap(), Ok(true));
}

#[tokio::test]
async fn a_reading_connection_is_used_again() {
    let (_dir, db) = fresh().await;
    let mark = db.read(|tx| tx.query("PRAGMA cache_size = 77", &[])).await;
    Result::<_, DbError>::unwrap(mark);
    let seen = db.read(|tx| tx.query_one("PRAGMA cache_size", &[])).await;
    assert_eq!(Result::<_, DbError>::unwrap(seen).unwrap().int(0), Ok(77));
}

#[test]
fn reads_need_no_runtime() {
    let dir = Dir::new();
    let db = open(&dir, PATIENCE);
    let mut read: Pending<Result<_, DbError>> = Box::pin(async move { db.read(|tx| tx.query("SELECT 1", &[])).await });
    assert!(matches!(poll_once(&mut read), Poll::Ready(Ok(_))));
}

#[tokio::test]
async fn what_is_no_text_is_told() {
    let (_dir, db) = fresh().await;
    let broken: Result<_, DbError> = db.read(|tx| tx.query("SELECT CAST(x'ff' AS TEXT)", &[])).await;
    assert!(broken.unwrap_err().to_string().ends_with("column 0 is not UTF-8"));
}
