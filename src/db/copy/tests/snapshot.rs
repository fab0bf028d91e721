//! One state of a desk in a file, which backups are made of.

use super::*;
use crate::db::{Stop, inspect};

/// What a backup is made of.
#[tokio::test]
async fn a_snapshot_has_all_rows_and_all_that_search_finds_them_by() {
    for out in [false, true] {
        let Desks { copy, dirs } = &desks(out);
        let source = &copy.source;
        // More than a page, as the next one begins where it ended.
        for table in ["users", "number_limits", "clients"] {
            put(source, table, 100..1300).await;
        }
        fill(source, 40).await;
        let node = uuid::Uuid::from_u128(1);
        source.write(move |tx| nodes::announce(tx, node, (1, 1), 1_000_000)).await.unwrap();
        let indexed = move |tx: &mut Tx<'_>| {
            for client in 100..1300 {
                let part = Part { owner: client, part: 0, tokens: vec![client % 7, 100_000 + client] };
                parts::put(tx, TokenIndex::Clients, &[part])?;
            }
            for part in 0..600 {
                parts::put(tx, TokenIndex::Tickets, &[Part { owner: 5, part, tokens: vec![-part] }])?;
            }
            Ok(())
        };
        source.write(indexed).await.unwrap();
        let file = dirs.0.path().join("snapshot.db");
        source.db.snapshot(&file, 0, Stop::default()).await.unwrap();
        inspect(&file).unwrap();
        let shot = end(&DatabaseUrl::Sqlite(file));
        for table in &TABLES {
            assert_eq!(rows(&shot, table).await, rows(source, table).await, "{}", table.name);
        }
        for table in LEFT {
            let left = shot.read(move |tx| tx.query(&format!("SELECT 1 FROM {table}"), &[])).await.unwrap();
            assert!(left.is_empty(), "{table}");
        }
        for (index, token, found) in [
            (TokenIndex::Clients, 101_299, vec![1299]),
            (TokenIndex::Clients, 100_100, vec![100]),
            (TokenIndex::Tickets, -599, vec![5]),
        ] {
            assert_eq!(with_token(&shot, index, token).await, found, "{index:?} {token}");
        }
    }
}

/// A long one must not go on when nobody waits for it.
#[tokio::test]
async fn a_snapshot_that_is_told_to_stop_does() {
    for out in [false, true] {
        let Desks { copy, dirs } = &desks(out);
        put(&copy.source, "number_limits", 1..5000).await;
        let stop = Stop::default();
        stop.now();
        copy.source.db.snapshot(&dirs.0.path().join("snapshot.db"), 0, stop).await.unwrap_err();
    }
}
