//! Keeps the token indexes in few pieces, since a look-up goes to each of them.

use std::time::Duration;

use super::{Db, DbError, TokenIndex};

/// Pieces beyond which an index is merged. Each commit adds a small one, and the engine merges four of a size into
/// one, so that a desk of a million tickets has some twenty-five.
const TOO_MANY: i64 = 8;
/// Once begun it goes on to the end: while one large piece is written, the others only shrink, and commits add new ones.
const ENOUGH: i64 = 4;
/// Steps at most: 2 GB of index. Each rewrites some 2 MB, in the time of a few commits.
const STEPS: usize = 1_000;

/// Merges a token index where it has come to lie in many pieces, in short transactions with `pause` between them, so
/// that nobody waits for it.
///
/// # Errors
/// What is merged before one stays merged.
pub async fn merge_index(db: &Db, index: TokenIndex, pause: Duration) -> Result<(), DbError> {
    merge_beyond(db, index, TOO_MANY, pause).await
}

async fn merge_beyond(db: &Db, index: TokenIndex, too_many: i64, pause: Duration) -> Result<(), DbError> {
    let mut enough = too_many;
    for _ in 0..STEPS {
        if pieces(db, index).await? <= enough {
            return Ok(());
        }
        enough = ENOUGH.min(too_many);
        db.write(move |tx| tx.execute(&tx.dialect().merge_index(index), &[])).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn pieces(db: &Db, index: TokenIndex) -> Result<i64, DbError> {
    db.read(move |tx| match tx.dialect().index_pieces(index) {
        Some(sql) => tx.query_one(&sql, &[])?.map_or(Ok(0), |row| row.int(0)),
        None => Ok(0),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{DbOptions, Tx, params};

    fn put(tx: &mut Tx<'_>, index: TokenIndex, seq: i64, tokens: &[i64]) -> Result<(), DbError> {
        let dialect = tx.dialect();
        let tokens = dialect.tokens(tokens.iter().copied());
        match index {
            TokenIndex::Tickets => tx.execute(dialect.put_tokens(), params![seq, 0, tokens])?,
            TokenIndex::Clients => tx.execute(dialect.put_client_tokens(), params![seq, tokens])?,
        };
        Ok(())
    }

    fn with(tx: &mut Tx<'_>, index: TokenIndex, token: i64) -> Result<Vec<i64>, DbError> {
        let dialect = tx.dialect();
        let place = ["$1".to_owned()];
        let sql = match index {
            TokenIndex::Tickets => dialect.tickets_with(&place),
            TokenIndex::Clients => dialect.clients_with(&place),
        };
        let found = tx.query(&sql, &dialect.token_lists(&[vec![token]]))?;
        found.iter().map(|row| row.int(0)).collect()
    }

    #[tokio::test]
    async fn merging_leaves_few_pieces_and_loses_nothing() {
        for index in TokenIndex::ALL {
            let dir = testbase::Dir::new();
            let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
            db.migrate(0).unwrap();
            for seq in 1..=11 {
                db.write(move |tx| put(tx, index, seq, &[7, 100 + seq])).await.unwrap();
            }
            db.write(move |tx| put(tx, index, 3, &[8])).await.unwrap();
            let is_in_pieces = dir.database().is_none();
            assert_eq!(pieces(&db, index).await.unwrap() > 3, is_in_pieces, "{index:?}");
            merge_beyond(&db, index, 3, Duration::ZERO).await.unwrap();
            assert!(pieces(&db, index).await.unwrap() <= 3, "{index:?}");
            let all = move |tx: &mut Tx<'_>| Ok((with(tx, index, 7)?, with(tx, index, 8)?, with(tx, index, 105)?));
            let found = db.read::<_, DbError, _>(all).await.unwrap();
            assert_eq!(found, ((1..=11).filter(|seq| *seq != 3).collect(), vec![3], vec![5]), "{index:?}");
        }
    }
}
