//! How a statement is carried out, told in the log. It is asked for, and not carried out again.

use std::time::Duration;

use super::watch::one_line;
use super::{Db, DbError, Dialect, Row, Tx, Value};
use crate::request_id::Carried;

/// How long the engine may think about it.
const PATIENCE: Duration = Duration::from_secs(2);

/// A statement to be explained.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    pub(super) took: Duration,
    /// Where it was slow.
    pub(super) carried: Carried,
}

/// Only of what reads, changes or removes rows: of the rest some is carried out as it is explained, and where rows are added
/// there is nothing to be told.
pub(super) fn can_be_told(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default();
    ["SELECT", "WITH", "UPDATE", "DELETE"].contains(&first)
}

/// Tells it.
pub(super) async fn tell(db: Db, Wanted { sql, params, .. }: Wanted) {
    let asked = sql.clone();
    let plan = db.read_within(PATIENCE, move |tx| plan(tx, &asked, &params)).await;
    let statement = one_line(&sql);
    match plan {
        Ok(plan) => tracing::warn!(plan, statement, "how a slow statement is carried out"),
        Err(error) => tracing::debug!(%error, statement, "a slow statement could not be explained"),
    }
}

/// The steps of a statement, the outermost first.
fn plan(tx: &mut Tx<'_>, sql: &str, params: &[Value]) -> Result<String, DbError> {
    let dialect = tx.dialect();
    let rows = tx.query(&dialect.explain(sql), params)?;
    let steps = rows.iter().map(|row| dialect.step(row)).collect::<Result<Vec<_>, _>>()?;
    Ok(steps.into_iter().flatten().collect::<Vec<_>>().join("; "))
}

impl Dialect {
    fn explain(self, sql: &str) -> String {
        match self {
            Self::Sqlite => format!("EXPLAIN QUERY PLAN {sql}"),
            Self::Postgres => format!("EXPLAIN {sql}"),
        }
    }

    /// The step that a row tells of, if it tells of one. PostgreSQL tells the conditions of a step on rows of their own, and
    /// in them the values: these are left out.
    fn step(self, row: &Row) -> Result<Option<String>, DbError> {
        match self {
            Self::Sqlite => row.text(3).map(Some),
            Self::Postgres => {
                let text = row.text(0)?;
                let inner = text.trim_start().strip_prefix("->");
                let step = inner.or_else(|| (!text.starts_with(' ')).then_some(text.as_str()));
                Ok(step.filter(|step| step.contains("(cost=")).map(|step| step.trim().to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{DbOptions, params};

    #[test]
    fn only_what_finds_rows_is_explained() {
        for sql in ["SELECT 1", " \n WITH n AS (SELECT 1) SELECT * FROM n", "UPDATE t SET a = $1", "DELETE FROM t"] {
            assert!(can_be_told(sql), "{sql}");
        }
        for sql in
            ["", "INSERT INTO t VALUES ($1)", "PRAGMA optimize", "ANALYZE t", "EXPLAIN ANALYZE SELECT 1", "BEGIN"]
        {
            assert!(!can_be_told(sql), "{sql}");
        }
    }

    /// Of statements as stores have them, on a connection that only reads; what is explained is not done.
    #[tokio::test]
    async fn steps_are_told_without_values_and_nothing_is_carried_out() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let add = "INSERT INTO meta (name, value) VALUES ($1, $2)";
        db.write(move |tx| tx.execute(add, params!["quagmire", &b"zephyrine"[..]])).await.unwrap();
        let (name, value) = (Value::from("quagmire"), Value::from(&b"zephyrine"[..]));
        for (sql, values) in [
            ("SELECT value FROM meta WHERE name = $1", vec![name.clone()]),
            ("UPDATE meta SET name = 'other' WHERE value = $1", vec![value.clone()]),
            ("DELETE FROM meta WHERE value = $1 AND name <> $2", vec![value, name.clone()]),
            ("WITH n AS (SELECT name FROM meta WHERE name > $1) SELECT COUNT(*) FROM n", vec![name]),
        ] {
            let told = db.read(move |tx| plan(tx, sql, &values)).await.unwrap();
            assert!(told.contains("meta"), "{sql}: {told}");
            for value in ["quagmire", "zephyrine", "7a65706879"] {
                assert!(!told.contains(value), "{sql}: {told}");
            }
        }
        let left = db.read(|tx| tx.query("SELECT name FROM meta WHERE name = 'quagmire'", &[])).await.unwrap();
        assert_eq!(left.len(), 1);
    }
}
