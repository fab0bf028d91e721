//! A desk of every version before can be kept as it is.

use std::collections::BTreeSet;

use super::super::super::copy::{LEFT, TABLES, put_parts};
use super::super::super::migrate::MIGRATIONS;
use super::*;
use crate::db::copy::Part;

async fn columns(db: &Db) -> BTreeSet<(String, String)> {
    let schema = db.read(|tx| tx.query(tx.dialect().all_columns(), &[])).await;
    let names = |row: &Row| (row.text(0).unwrap(), row.text(1).unwrap());
    let of_search = |name: &str| TokenIndex::ALL.iter().any(|index| name.starts_with(index.table()));
    let copied = |name: &str| !LEFT.contains(&name) && name != "schema_migrations" && !of_search(name);
    Result::<_, DbError>::unwrap(schema).iter().map(names).filter(|(table, _)| copied(table)).collect()
}

#[tokio::test]
async fn of_every_schema_all_is_kept_that_it_has() {
    let (dir, db) = super::super::migrations::tempdb();
    for (number, version) in (1_i64..).zip(1..=MIGRATIONS.len()) {
        db.migrate_to(&MIGRATIONS[..version], 0).unwrap();
        let put = move |tx: &mut Tx<'_>| {
            let (name, value) = (format!("of {version}"), version.to_be_bytes().to_vec());
            tx.execute("INSERT INTO meta (name, value) VALUES ($1, $2)", params![name, value])?;
            let part = Part { owner: number, part: 0, tokens: vec![7] };
            put_parts(tx, TokenIndex::Tickets, &[part])
        };
        db.write(put).await.unwrap();
        let file = dir.path().join(format!("{version}.db"));
        db.snapshot(&file, 0, Stop::default()).await.unwrap();
        inspect(&file).unwrap();

        let kept = Db::open(&DatabaseUrl::Sqlite(file), DbOptions::default()).unwrap();
        assert_eq!(kept.status_of(&MIGRATIONS[..version]).unwrap().version, number);
        let all = columns(&db).await;
        assert_eq!(columns(&kept).await, all, "{version}: both engines have the same");
        let copied = TABLES.iter().flat_map(|table| table.columns().map(|column| (table.name(), column)));
        let copied: BTreeSet<_> = copied.map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
        assert_eq!(all.difference(&copied).next(), None, "{version}: it is kept");
        let counted = "SELECT (SELECT count(*) FROM meta WHERE name LIKE 'of %'), (SELECT count(*) FROM ticket_search)";
        let row = kept.read(move |tx| tx.query_one(counted, &[])).await;
        let row = Result::<_, DbError>::unwrap(row).unwrap();
        assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (number, number), "{version}");
        // What would be written there finds the keys that it counts on.
        for table in &TABLES {
            let there: Vec<String> =
                all.iter().filter(|(name, _)| name == table.name()).map(|(_, column)| column.clone()).collect();
            if !there.is_empty() {
                let (put, values) =
                    (table.with_others(&table.others_among(&there)).put(1), vec![Value::Null; there.len()]);
                let explained = kept.read(move |tx| tx.query(&format!("EXPLAIN {put}"), &values)).await;
                Result::<_, DbError>::unwrap(explained);
            }
        }
        kept.close().await.unwrap();
    }
}
