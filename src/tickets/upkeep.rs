//! Keeps the token index in few pieces, since a look-up goes to each of them.

use std::time::Duration;

use crate::{db::Db, fault::Fault};

/// Pieces beyond which the index is merged. Each commit adds a small one, and the engine merges four of a size into
/// one, so that a desk of a million tickets has some twenty-five.
const TOO_MANY: i64 = 8;
/// Once begun it goes on to the end: while one large piece is written, the others only shrink, and commits add new ones.
const ENOUGH: i64 = 4;
/// Steps at most: 2 GB of index. Each rewrites some 2 MB, in the time of a few commits.
const STEPS: usize = 1_000;

/// Merges the token index where it has come to lie in many pieces, in short transactions with `pause` between them, so
/// that nobody waits for it.
///
/// # Errors
/// Only the database's; what is merged so far stays merged.
pub async fn merge_index(db: &Db, pause: Duration) -> Result<(), Fault> {
    merge_beyond(db, TOO_MANY, pause).await
}

async fn merge_beyond(db: &Db, too_many: i64, pause: Duration) -> Result<(), Fault> {
    let mut enough = too_many;
    for _ in 0..STEPS {
        if pieces(db).await? <= enough {
            return Ok(());
        }
        enough = ENOUGH.min(too_many);
        db.write(|tx| tx.execute(tx.dialect().merge_index(), &[]).map_err(Fault::from)).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn pieces(db: &Db) -> Result<i64, Fault> {
    db.read(|tx| match tx.dialect().index_pieces() {
        Some(sql) => Ok::<_, Fault>(tx.query_one(sql, &[])?.map_or(Ok(0), |row| row.int(0))?),
        None => Ok(0),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        db::{DatabaseUrl, DbOptions, Tx},
        tickets::tokens,
    };

    fn with(tx: &mut Tx<'_>, token: i64) -> Result<Vec<i64>, Fault> {
        let dialect = tx.dialect();
        let found = tx.query(
            &dialect.tickets_with(&["$1".to_owned()]),
            &[crate::db::Value::from(dialect.token_lists(&[vec![token]]).concat())],
        )?;
        found.iter().map(|row| Ok(row.int(0)?)).collect()
    }

    #[tokio::test]
    async fn merging_leaves_few_pieces_and_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("redress.db"));
        let db = Db::open(&url, DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        for seq in 1..=11 {
            db.write(move |tx| tokens::put(tx, seq, tokens::RECORD, &[7, 100 + seq].into())).await.unwrap();
        }
        db.write(|tx| tokens::put(tx, 3, tokens::RECORD, &[8].into())).await.unwrap();
        assert!(pieces(&db).await.unwrap() > 3, "{}", pieces(&db).await.unwrap());
        merge_beyond(&db, 3, Duration::ZERO).await.unwrap();
        assert!(pieces(&db).await.unwrap() <= 3);
        let found = db.read(|tx| Ok::<_, Fault>((with(tx, 7)?, with(tx, 8)?, with(tx, 105)?))).await.unwrap();
        assert_eq!(found, ((1..=11).filter(|seq| *seq != 3).collect(), vec![3], vec![5]));
    }
}
