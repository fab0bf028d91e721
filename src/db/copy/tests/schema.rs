//! What is copied: all that the schema has, by statements that both engines take.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::db::Dialect;

#[tokio::test]
async fn every_table_and_column_is_copied_in_an_order_that_its_references_allow() {
    let Desks { copy, .. } = &desks(true);
    let dialect = copy.source.read(|tx| Ok(tx.dialect())).await.unwrap();
    let schema = copy.source.read(move |tx| tx.query(dialect.all_columns(), &[])).await.unwrap();
    let mut found: BTreeMap<String, (BTreeSet<String>, BTreeMap<i64, String>)> = BTreeMap::new();
    for row in schema {
        let table = found.entry(row.text(0).unwrap()).or_default();
        table.0.insert(row.text(1).unwrap());
        table.1.insert(row.int(2).unwrap(), row.text(1).unwrap());
    }
    let made_anew = |name: &str| TokenIndex::ALL.iter().any(|index| name.starts_with(index.table()));
    found.retain(|name, _| !LEFT.contains(&name.as_str()) && name != "schema_migrations" && !made_anew(name));
    let names: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
    assert_eq!(found.keys().map(String::as_str).collect::<BTreeSet<_>>(), names, "a table is copied, or stays behind");
    for table in &TABLES {
        let (columns, keys) = &found[table.name];
        assert_eq!(&table.columns().map(str::to_owned).collect::<BTreeSet<_>>(), columns, "{}", table.name);
        let keys: Vec<&str> = keys.iter().filter(|(place, _)| **place > 0).map(|(_, name)| name.as_str()).collect();
        assert_eq!(table.keys, keys, "{}", table.name);
    }

    let references = copy.source.read(move |tx| tx.query(dialect.all_references(), &[])).await.unwrap();
    let real: BTreeSet<Vec<String>> =
        references.iter().map(|row| (0..4).map(|at| row.text(at).unwrap()).collect()).collect();
    let listed: BTreeSet<Vec<String>> = TABLES
        .iter()
        .flat_map(|table| table.refers.iter().map(|(column, other, key)| [table.name, column, other, key]))
        .map(|parts| parts.map(str::to_owned).to_vec())
        .collect();
    assert_eq!(listed, real);
    let place = |name: &str| TABLES.iter().position(|table| table.name == name);
    for table in &TABLES {
        assert!(table.refers.iter().all(|(_, other, _)| place(other) < place(table.name)), "{}", table.name);
    }
}

#[test]
fn statements_are_the_same_for_both_engines() {
    let table = TABLES.iter().find(|table| table.name == "ticket_notes").unwrap();
    assert_eq!(
        table.page(false),
        "SELECT ticket_id, version, id, at, actor, content, erased_at FROM ticket_notes WHERE (ticket_id, version) > ($1, $2) \
         ORDER BY ticket_id, version LIMIT 500"
    );
    assert_eq!(TABLES[0].page(false).matches("WHERE name > $1 AND name NOT IN").count(), 1);
    let views = TABLES.iter().find(|table| table.name == "number_limits").unwrap();
    assert_eq!(
        views.put(2),
        "INSERT INTO number_limits (number_token, full_at) VALUES ($1, $2), ($3, $4) \
         ON CONFLICT (number_token) DO UPDATE SET full_at = excluded.full_at"
    );
    assert_eq!(
        Dialect::Postgres.put_parts(TokenIndex::Clients, 2),
        "INSERT INTO client_search (client, tokens) VALUES ($1, $2), ($3, $4) \
         ON CONFLICT (client) DO UPDATE SET tokens = excluded.tokens"
    );
    assert_eq!(Dialect::Postgres.put_parts(TokenIndex::Tickets, 1), Dialect::Postgres.put_tokens());
    let sizes: Vec<_> = parts::chunks(150, Dialect::Postgres).map(|(_, size)| size).collect();
    assert_eq!(sizes, [64, 64, 16, 4, 1, 1]);
    assert_eq!(parts::chunks(3, Dialect::Sqlite).collect::<Vec<_>>(), [(0, 1), (1, 1), (2, 1)]);
    assert_eq!(parts::chunks(0, Dialect::Postgres).count(), 0);
}
