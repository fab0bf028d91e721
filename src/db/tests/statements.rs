//! Values, rows, errors of single statements, snapshots.

use super::*;

#[tokio::test]
async fn values_come_back_as_they_went_whatever_the_order_of_placeholders() {
    let (_dir, db) = fresh().await;
    let id = uuid::Uuid::from_u128(7);
    let select = move |tx: &mut Tx<'_>| {
        tx.query_one(
            "SELECT $2, $1, $3, $4, $5, $6, $2",
            params![-5_i64, "naïve", id, None::<i64>, true, &[1_u8, 2][..]],
        )
    };
    let row = db.write(select).await.unwrap().unwrap();
    assert_eq!(row.text(0).unwrap(), "naïve");
    assert_eq!(row.int(1).unwrap(), -5);
    assert_eq!(row.uuid(2).unwrap(), id);
    assert_eq!(row.opt_uuid(2).unwrap(), Some(id));
    assert_eq!(row.opt_int(3).unwrap(), None);
    assert_eq!(row.opt_text(3).unwrap(), None);
    assert_eq!(row.opt_bytes(3).unwrap(), None);
    assert_eq!(row.opt_uuid(3).unwrap(), None);
    assert!(row.bool(4).unwrap());
    assert_eq!(row.bytes(5).unwrap(), [1, 2]);
    assert_eq!(row.text(6).unwrap(), "naïve");
}

#[test]
fn values_are_made_of_what_stores_have() {
    let text = "a".to_owned();
    let id = uuid::Uuid::from_u128(1);
    let values = params![&text, text.clone(), "a", Some("a"), &Some(3_i64), 3_u32, &[7_u8; 32], &id];
    let a = Value::Text("a".to_owned());
    let expected = [
        a.clone(),
        a.clone(),
        a.clone(),
        a,
        Value::Int(3),
        Value::Int(3),
        Value::Bytes(vec![7; 32]),
        Value::Bytes(id.as_bytes().to_vec()),
    ];
    assert_eq!(values, expected);
    assert!(params![].is_empty());
}

#[tokio::test]
async fn a_column_of_another_type_is_an_error() {
    let (_dir, db) = fresh().await;
    let row = db.read(|tx| tx.query_one("SELECT 1, 'x', $1, NULL, 2", params![vec![1_u8]])).await;
    let row: Row = Result::<_, DbError>::unwrap(row).unwrap();
    let told = |error: DbError, text: &str| assert!(error.to_string().ends_with(text), "{error}");
    told(row.int(1).unwrap_err(), "column 1 is not an integer");
    told(row.int(3).unwrap_err(), "column 3 is not a value, and not NULL");
    told(row.text(0).unwrap_err(), "column 0 is not text");
    told(row.opt_text(2).unwrap_err(), "column 2 is not text");
    told(row.bytes(1).unwrap_err(), "column 1 is not bytes");
    told(row.uuid(2).unwrap_err(), "column 2 is not 16 bytes");
    told(row.bool(4).unwrap_err(), "column 4 is not 0 or 1");
    told(row.opt_int(9).unwrap_err(), "there is no column 9");
    let real: Result<_, DbError> = db.read(|tx| tx.query("SELECT 1.5", &[])).await;
    told(real.unwrap_err(), "column 0 is a floating-point number");
}

#[tokio::test]
async fn a_duplicate_names_its_constraint_as_postgres_would() {
    let (_dir, db) = fresh().await;
    define(&db, "CREATE TABLE u (id BLOB PRIMARY KEY, a INTEGER, b INTEGER, UNIQUE (a, b)) STRICT").await;
    let put = |id: i64, a: i64, b: i64| {
        let id = id.to_be_bytes();
        db.write(move |tx| tx.execute("INSERT INTO u VALUES ($1, $2, $3)", params![id, a, b]))
    };
    put(1, 10, 20).await.unwrap();
    let unique = |name: &str| Err(DbError::Unique { constraint: name.to_owned() });
    assert_eq!(put(1, 1, 1).await, unique("u_pkey"));
    assert_eq!(put(2, 10, 20).await, unique("u_a_b_key"));
    define(&db, "CREATE UNIQUE INDEX u_sum_key ON u ((a + b))").await;
    assert_eq!(put(2, 20, 10).await, unique("u_sum_key"));
    define(&db, "INSERT INTO t (id) VALUES (1)").await;
    assert_eq!(db.write(|tx| insert(tx, 1)).await, unique("t_pkey"));
}

#[tokio::test]
async fn foreign_keys_are_enforced() {
    let (_dir, db) = fresh().await;
    define(&db, "CREATE TABLE child (t INTEGER NOT NULL REFERENCES t (id)) STRICT").await;
    let orphan = db.write(|tx| tx.execute("INSERT INTO child VALUES (404)", &[])).await;
    assert!(matches!(orphan, Err(DbError::Other(_))), "{orphan:?}");
}

#[tokio::test]
async fn query_one_refuses_a_second_row_and_returning_works() {
    let (_dir, db) = fresh().await;
    let sql = "INSERT INTO t (id) VALUES (1), (2) RETURNING id";
    assert_eq!(db.write(move |tx| tx.query(sql, &[])).await.map(|rows| rows.len()), Ok(2));
    let two: Result<_, DbError> = db.read(|tx| tx.query_one("SELECT id FROM t", &[])).await;
    assert!(matches!(two, Err(DbError::Other(_))));
    let none: Result<_, DbError> = db.read(|tx| tx.query_one("SELECT id FROM t WHERE id = 3", &[])).await;
    assert_eq!(none, Ok(None));
    let changed = db.write(|tx| tx.execute("UPDATE t SET body = 'x'", &[])).await;
    assert_eq!(changed, Ok(2));
}

#[tokio::test]
async fn rows_are_streamed_until_the_first_error() {
    let (_dir, db) = fresh().await;
    db.write(|tx| (1..=5).try_for_each(|id| insert(tx, id).map(drop))).await.unwrap();
    let seen = db
        .read(|tx| {
            let mut seen = Vec::new();
            let result = tx.query_each("SELECT id FROM t ORDER BY id", &[], |row| {
                seen.push(row.int(0)?);
                if seen.len() == 3 { Err(Fault::Rule) } else { Ok(()) }
            });
            assert_eq!(result, Err(Fault::Rule));
            // The caller's own error is not the transaction's: it goes on.
            assert_eq!(select_ids(tx)?.len(), 5);
            Ok::<_, Fault>(seen)
        })
        .await;
    assert_eq!(seen, Ok(vec![1, 2, 3]));
}

#[tokio::test]
async fn a_read_sees_one_state_from_beginning_to_end() {
    let (dir, db) = fresh().await;
    db.write(|tx| insert(tx, 1)).await.unwrap();
    let (_dir, before, after) = db
        .read(move |tx| {
            let before = select_ids(tx)?;
            outside(&dir, "INSERT INTO t (id) VALUES (2)");
            Ok::<_, DbError>((dir, before, select_ids(tx)?))
        })
        .await
        .unwrap();
    assert_eq!((before, after), (vec![1], vec![1]));
    assert_eq!(ids(&db).await, [1, 2]);
}

#[tokio::test]
async fn a_read_cannot_write() {
    let (_dir, db) = fresh().await;
    assert!(db.read(|tx| insert(tx, 1)).await.is_err());
    assert!(ids(&db).await.is_empty());
}

#[tokio::test]
async fn a_panicking_read_leaves_its_connection_clean() {
    let (_dir, db) = fresh().await;
    for _ in 0..8 {
        let db = db.clone();
        let task = tokio::spawn(async move {
            db.read(|tx| -> Result<(), DbError> {
                tx.query_each("SELECT 1", &[], |_| -> Result<(), DbError> { panic!("on purpose") })
            })
            .await
        });
        assert!(task.await.unwrap_err().is_panic());
    }
    db.write(|tx| insert(tx, 1)).await.unwrap();
    assert_eq!(ids(&db).await, [1]);
}

#[test]
fn a_url_is_read_and_shown_without_its_password() {
    let sqlite: DatabaseUrl = "sqlite:///var/lib/redress/redress.db".parse().unwrap();
    assert_eq!(sqlite, DatabaseUrl::Sqlite("/var/lib/redress/redress.db".into()));
    let postgres: DatabaseUrl = "postgres://u:secret@a,b:5433/redress".parse().unwrap();
    assert!(!format!("{postgres} {postgres:?}").contains("secret"));
    assert_eq!(postgres.to_string(), "postgres://a:5432,b:5433/…");
    for wrong in ["", "redress.db", "sqlite:x", "sqlite://", "mysql://x"] {
        assert!(wrong.parse::<DatabaseUrl>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_read_past_its_limit_is_broken_off_and_the_next_one_is_not() {
    const ENDLESS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";
    let dir = Dir::new();
    // One connection for reads, so that the next one gets the same.
    let db = Db::open(&url(&dir), DbOptions { readers: 1, connections: 2, ..DbOptions::default() }).unwrap();
    let short = Duration::from_millis(30);
    let endless = db.read_within(short, |tx| tx.query(ENDLESS, &[]).map(drop)).await;
    assert_eq!(endless, Err(DbError::TooLong));
    let long = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT max(i) FROM n";
    assert_eq!(db.read(|tx| tx.query_one(long, &[])?.unwrap().int(0)).await, Ok(200_000));
    let panicked = tokio::spawn({
        let db = db.clone();
        async move { db.read_within(Duration::ZERO, |_| -> Result<(), DbError> { panic!("a fault of the caller") }).await }
    });
    assert!(panicked.await.is_err());
    assert_eq!(db.read(|tx| tx.query_one(long, &[])?.unwrap().int(0)).await, Ok(200_000));
}
