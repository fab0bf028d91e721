//! Both ways between a file of SQLite and the engine that tests run on.

use std::collections::{BTreeMap, BTreeSet};

use testbase::Dir;

use super::super::migrate::MIGRATIONS;
use super::super::{DatabaseUrl, DbOptions, Dialect, Row, Value, params};
use super::bring::Brought;
use super::digest::{Digest, Sum};
use super::tables::{LEFT, Table};
use super::*;

/// Databases of one test.
struct Desks {
    copy: Copying,
    dirs: (tempfile::TempDir, Dir),
}

/// What finds the texts of these tests: as many tokens as there are, the same for the same text.
struct Texts(&'static str, TokenIndex);

impl Findable for Texts {
    fn table(&self) -> &'static str {
        self.0
    }

    fn index(&self) -> TokenIndex {
        self.1
    }

    fn columns(&self) -> &'static [&'static str] {
        match self.0 {
            "ticket_texts" => &["seq", "description"],
            "ticket_notes" => &["ticket_id", "content", "version"],
            "imported_tickets" => &["ticket_id", "reference"],
            _ => &["seq", "name"],
        }
    }

    fn parts(&self, source: &mut Tx<'_>, rows: &[Row]) -> anyhow::Result<Vec<Part>> {
        let mut parts = Vec::new();
        for row in rows {
            let token = i64::from(*row.bytes(1)?.first().unwrap());
            let (owner, part) = if ["ticket_notes", "imported_tickets"].contains(&self.0) {
                let ticket = source.query_one("SELECT seq FROM tickets WHERE id = $1", params![row.bytes(0)?])?;
                let part = if self.0 == "ticket_notes" { row.int(2)? } else { parts::IMPORTED };
                (ticket.unwrap().int(0)?, part)
            } else {
                (row.int(0)?, 0)
            };
            parts.push(Part { owner, part, tokens: vec![token, 1000 + part] });
        }
        Ok(parts)
    }
}

fn end(url: &DatabaseUrl) -> End {
    let db = Db::open(url, DbOptions { connections: 6, ..DbOptions::default() }).unwrap();
    db.migrate(0).unwrap();
    End { db, name: url.to_string() }
}

/// Into an empty database of the engine that tests run on, or out of it.
fn desks(out: bool) -> Desks {
    let (file, dir) = (tempfile::tempdir().unwrap(), Dir::new());
    let one = end(&DatabaseUrl::Sqlite(file.path().join("one.db")));
    let other = end(&dir.url().parse().unwrap());
    let (source, target) = if out { (other, one) } else { (one, other) };
    let findable: Vec<Arc<dyn Findable>> = vec![
        Arc::new(Texts("ticket_texts", TokenIndex::Tickets)),
        Arc::new(Texts("ticket_notes", TokenIndex::Tickets)),
        Arc::new(Texts("imported_tickets", TokenIndex::Tickets)),
        Arc::new(Texts("clients", TokenIndex::Clients)),
    ];
    Desks {
        copy: Copying { source, target, desk: vec![7; 16], findable, run: uuid::Uuid::from_u128(1) },
        dirs: (file, dir),
    }
}

fn id(kind: u8, number: i64) -> Vec<u8> {
    [&[kind; 8][..], &number.to_be_bytes()].concat()
}

/// Columns of text, of ids and digests, and of other bytes; all others are numbers.
const TEXTS: [&str; 21] = [
    "source",
    "ticket_ref",
    "issue_type",
    "agent",
    "scopes",
    "password",
    "form",
    "channel",
    "reason",
    "gateway",
    "gateway_message_id",
    "passed",
    "registered",
    "message_id",
    "code",
    "day",
    "language",
    "body",
    "entity",
    "header",
    "template_id",
];
const IDS: [&str; 12] = [
    "notification_id",
    "key",
    "id",
    "token_hash",
    "key_hash",
    "body_hash",
    "account_key",
    "source_key",
    "subject_key",
    "used_key",
    "client_id",
    "photo_id",
];
const BYTES: [&str; 28] = [
    "value",
    "email",
    "name",
    "phone",
    "answer",
    "client_name",
    "client_phone",
    "client_email",
    "client_account_id",
    "description",
    "detail",
    "reference",
    "digest",
    "link",
    "redacted",
    "content",
    "data",
    "recipient",
    "text",
    "query",
    "account_id",
    "plan",
    "address",
    "fields",
    "identity",
    "provider_sid",
    "mac",
    "password_hash",
];

/// A value of the column's type that is not NULL, another one for each row.
fn value(table: &Table, column: &str, row: i64) -> Value {
    if let Some((_, other, key)) = table.refers.iter().find(|(name, ..)| *name == column) {
        let other = TABLES.iter().find(|table| table.name == *other).unwrap();
        return value(other, key, row);
    }
    match column {
        "name" if ["meta", "api_tokens"].contains(&table.name) => Value::Text(format!("name ä {row}")),
        "hash" if table.name == "recovery_codes" => Value::Text(format!("hash {row}")),
        "hash" => Value::Bytes(id(table.name.as_bytes()[0], row)),
        "secret" => Value::Bytes(vec![7]),
        "reason" if table.name == "legal_holds" => Value::Bytes(vec![7]),
        _ if TEXTS.contains(&column) => Value::Text(format!("{column} ü {row}")),
        _ if IDS.contains(&column) => Value::Bytes(id(table.name.as_bytes()[0], row)),
        _ if BYTES.contains(&column) => Value::Bytes([&[u8::try_from(row % 200).unwrap()], column.as_bytes()].concat()),
        _ => Value::Int(row),
    }
}

async fn put(end: &End, name: &'static str, rows: impl IntoIterator<Item = i64>) {
    let table = TABLES.iter().find(|table| table.name == name).unwrap();
    let rows: Vec<i64> = rows.into_iter().collect();
    let write = move |tx: &mut Tx<'_>| {
        for (from, count) in parts::chunks(rows.len(), tx.dialect()) {
            let values = |row: &i64| table.columns().map(|column| value(table, column, *row)).collect::<Vec<_>>();
            tx.execute(&table.put(count), &rows[from..from + count].iter().flat_map(values).collect::<Vec<_>>())?;
        }
        Ok(())
    };
    end.write(write).await.unwrap();
}

/// Rows from 1 on in every table.
async fn fill(end: &End, rows: i64) {
    for table in &TABLES {
        put(end, table.name, 1..=rows).await;
    }
}

async fn run(end: &End, sql: &'static str) -> u64 {
    end.write(move |tx| tx.execute(sql, &[])).await.unwrap()
}

/// Everything of a table, in the order of its key.
async fn rows(end: &End, table: &'static Table<'static>) -> Vec<Row> {
    let sql = table.page(true).replace("LIMIT 500", "");
    end.read(move |tx| tx.query(&sql, &[])).await.unwrap()
}

async fn with_token(end: &End, index: TokenIndex, token: i64) -> Vec<i64> {
    let read = move |tx: &mut Tx<'_>| {
        let (dialect, place) = (tx.dialect(), ["$1".to_owned()]);
        let sql = match index {
            TokenIndex::Tickets => dialect.tickets_with(&place),
            TokenIndex::Clients => dialect.clients_with(&place),
        };
        let sql = format!("SELECT DISTINCT seq FROM ({sql}) AS found ORDER BY seq");
        tx.query(&sql, &dialect.token_lists(&[vec![token]]))?.iter().map(|row| row.int(0)).collect()
    };
    end.read(read).await.unwrap()
}

async fn bring(copy: &Copying) -> Brought {
    copy.bring(&mut |_| {}).await.unwrap()
}

fn counts(brought: &Brought) -> (u64, u64, u64) {
    (brought.written, brought.removed, brought.kept)
}

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

#[tokio::test]
async fn all_rows_come_over_and_the_next_run_brings_only_what_differs() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        // More than a page, a batch, and what is counted at once.
        fill(&copy.source, 3).await;
        put(&copy.source, "number_limits", 1..=20_100).await;
        put(&copy.source, "sessions", 1..=3).await;
        run(&copy.source, "UPDATE tickets SET assigned_to = NULL, assigned_at = NULL WHERE seq = 2").await;
        copy.begin(0).await.unwrap();
        let all = copy.rows().await.unwrap();
        let mut told = 0;
        let brought = copy.bring(&mut |more| told += more).await.unwrap();
        assert_eq!((counts(&brought), told), ((all, 0, 0), all));
        for table in &TABLES {
            assert_eq!(rows(&copy.source, table).await, rows(&copy.target, table).await, "{}", table.name);
        }
        let mut told = 0;
        let verified = copy.verify(&brought, &mut |more| told += more).await.unwrap();
        assert_eq!((verified.total.0, told), (all, all));
        assert!(
            verified.tables.iter().any(|(name, rows, _)| (*name, *rows) == ("number_limits", 20_100)),
            "{verified:?}"
        );
        assert_eq!(verified.indexes, [("ticket_search", 9), ("client_search", 3)]);

        run(&copy.source, "UPDATE number_limits SET full_at = 5 WHERE number_token IN (700, 14000)").await;
        run(&copy.source, "DELETE FROM number_limits WHERE number_token IN (1, 500, 20100)").await;
        run(&copy.source, "DELETE FROM sessions").await;
        put(&copy.source, "number_limits", [-5, 90_000]).await;
        let brought = bring(copy).await;
        assert_eq!(counts(&brought), (4, 6, all - 8));
        copy.verify(&brought, &mut |_| {}).await.unwrap();
        assert_eq!(counts(&bring(copy).await), (0, 0, all - 4));
    }
}

#[tokio::test]
async fn what_search_looks_up_is_made_anew_and_goes_with_its_text() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        fill(&copy.source, 150).await;
        copy.begin(0).await.unwrap();
        bring(copy).await;
        assert_eq!(with_token(&copy.target, TokenIndex::Tickets, 77).await, [77]);
        assert_eq!(with_token(&copy.target, TokenIndex::Tickets, 1042).await, [42], "the part of a note");
        assert_eq!(with_token(&copy.target, TokenIndex::Clients, 1000).await, (1..=150).collect::<Vec<_>>());

        run(&copy.source, "UPDATE ticket_texts SET description = client_name WHERE seq = 1").await;
        let other = "UPDATE clients SET name = (SELECT name FROM clients WHERE seq = 9) WHERE seq = 8";
        run(&copy.source, other).await;
        run(&copy.source, "DELETE FROM ticket_notes WHERE version = 42").await;
        let brought = bring(copy).await;
        copy.settle().await.unwrap();
        assert_eq!(with_token(&copy.target, TokenIndex::Clients, 9).await, [8, 9], "in place of what found it before");
        assert_eq!(with_token(&copy.target, TokenIndex::Clients, 8).await, Vec::<i64>::new());
        assert_eq!(with_token(&copy.target, TokenIndex::Tickets, 1042).await, Vec::<i64>::new());
        copy.verify(&brought, &mut |_| {}).await.unwrap();

        copy.target.write(|tx| parts::remove(tx, TokenIndex::Tickets, &[(5, 0)])).await.unwrap();
        let missing = copy.verify(&brought, &mut |_| {}).await.unwrap_err();
        assert!(matches!(missing, CopyError::NotFound { index: "ticket_search", .. }), "{missing}");
    }
}

#[tokio::test]
async fn what_the_source_has_no_more_goes_though_others_name_it() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        copy.begin(0).await.unwrap();
        fill(&copy.source, 3).await;
        fill(&copy.target, 4).await;
        let there = copy.rows().await.unwrap();
        let brought = bring(copy).await;
        let tables = u64::try_from(TABLES.len()).unwrap();
        assert_eq!(counts(&brought), (0, tables, there));
        assert_eq!(rows(&copy.source, &TABLES[1]).await, rows(&copy.target, &TABLES[1]).await);
    }
}

#[tokio::test]
async fn rows_that_name_what_came_meanwhile_are_left_for_the_next_run() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        fill(&copy.source, 3).await;
        copy.begin(0).await.unwrap();
        let mut brought = Brought::default();
        let table = |name: &str| TABLES.iter().find(|table| table.name == name).unwrap();
        copy.bring_table(table("users"), &mut brought, &mut |_| {}).await.unwrap();
        put(&copy.source, "users", [4]).await;
        put(&copy.source, "sessions", [4]).await;
        copy.bring_table(table("sessions"), &mut brought, &mut |_| {}).await.unwrap();
        assert_eq!((brought.written, brought.left), (6, 1));
        assert_eq!(rows(&copy.target, table("sessions")).await.len(), 3);
        let brought = bring(copy).await;
        copy.verify(&brought, &mut |_| {}).await.unwrap();
    }
}

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
        source.db.snapshot(&file, 0, super::super::Stop::default()).await.unwrap();
        super::super::inspect(&file).unwrap();
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
        let stop = super::super::Stop::default();
        stop.now();
        copy.source.db.snapshot(&dirs.0.path().join("snapshot.db"), 0, stop).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_difference_is_found_and_it_is_told_whose_it_is() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        for table in ["users", "audit_events", "number_limits"] {
            put(&copy.source, table, 1..=700).await;
        }
        copy.begin(0).await.unwrap();
        let brought = bring(copy).await;
        let verify = async || copy.verify(&brought, &mut |_| {}).await;
        let first = verify().await.unwrap();

        for (damage, mending) in [
            ("UPDATE audit_events SET at = 0 WHERE seq = 600", "UPDATE audit_events SET at = 600 WHERE seq = 600"),
            (
                "DELETE FROM number_limits WHERE number_token = 600",
                "INSERT INTO number_limits (number_token, full_at) VALUES (600, 600)",
            ),
            (
                "INSERT INTO number_limits (number_token, full_at) VALUES (-1, 0)",
                "DELETE FROM number_limits WHERE number_token = -1",
            ),
        ] {
            run(&copy.target, damage).await;
            let error = verify().await.unwrap_err();
            let row = if damage.contains("-1") { 1 } else { 600 };
            assert!(matches!(error, CopyError::Differs { row: at, .. } if at == row), "{damage}: {error}");
            run(&copy.target, mending).await;
        }
        assert_eq!(verify().await.unwrap(), first);

        run(&copy.source, "UPDATE audit_events SET at = 0 WHERE seq = 600").await;
        let error = verify().await.unwrap_err();
        assert!(matches!(error, CopyError::Changed { .. }), "{error}");
        assert!(error.to_string().contains("stop the servers"), "{error}");
    }
}

#[tokio::test]
async fn a_run_that_another_has_followed_writes_no_more() {
    for out in [false, true] {
        let Desks { copy: first, .. } = &desks(out);
        let second = Copying { run: uuid::Uuid::from_u128(2), ..first.clone() };
        put(&first.source, "number_limits", [1, 2]).await;
        first.begin(0).await.unwrap();
        second.begin(0).await.unwrap();
        let overtaken = |error: CopyError| assert!(error.to_string().contains("another copy"), "{error}");
        overtaken(first.bring(&mut |_| {}).await.unwrap_err());
        overtaken(first.settle().await.unwrap_err());
        bring(&second).await;
        second.end(0).await.unwrap();
        take_over(&second.target.db, "it").await.unwrap();
        put(&second.target, "number_limits", [3]).await;
        overtaken(first.bring(&mut |_| {}).await.unwrap_err());
        overtaken(first.end(0).await.unwrap_err());
        take_over(&second.target.db, "it").await.expect("it stays a desk of its own");
    }
}

#[tokio::test]
async fn only_an_empty_database_or_the_same_copy_is_written_to() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        let other = Copying { desk: vec![8; 16], ..copy.clone() };
        put(&copy.target, "number_limits", [1]).await;
        let error = copy.begin(0).await.unwrap_err();
        assert!(matches!(error, CopyError::NotEmpty { table: "number_limits", .. }), "{error}");
        take_over(&copy.target.db, "it").await.unwrap();
        run(&copy.target, "DELETE FROM number_limits").await;

        copy.begin(0).await.unwrap();
        copy.begin(0).await.unwrap();
        assert!(matches!(other.begin(0).await, Err(CopyError::OtherDesk { .. })));
        assert!(matches!(take_over(&copy.target.db, "it").await, Err(CopyError::Unfinished { .. })));
        assert!(matches!(check_source(&copy.target).await, Err(CopyError::Unfinished { .. })));

        put(&copy.source, "number_limits", [1]).await;
        bring(copy).await;
        copy.end(0).await.unwrap();
        assert!(matches!(other.begin(0).await, Err(CopyError::OtherDesk { .. })), "whole, and not opened");
        check_source(&copy.target).await.unwrap();
        copy.begin(0).await.unwrap();
        copy.end(0).await.unwrap();

        take_over(&copy.target.db, "it").await.unwrap();
        assert!(matches!(copy.begin(0).await, Err(CopyError::NotEmpty { .. })), "it is a desk of its own now");
    }
}

#[tokio::test]
async fn a_desk_of_an_older_version_is_not_touched() {
    let Desks { mut copy, dirs } = desks(false);
    let url = DatabaseUrl::Sqlite(dirs.0.path().join("older.db"));
    copy.target.db = Db::open(&url, DbOptions::default()).unwrap();
    copy.target.db.migrate_to(&MIGRATIONS[..1], 0).unwrap();
    run(&copy.target, "INSERT INTO meta (name, value) VALUES ('vault.fingerprint', x'07')").await;
    let error = copy.begin(0).await.unwrap_err();
    assert!(matches!(error, CopyError::NotEmpty { table: "meta", .. }), "{error}");
    assert_eq!(copy.target.db.schema_status().unwrap().version, 1);
    assert!(matches!(check_source(&copy.target).await, Err(CopyError::Behind { .. })));

    run(&copy.target, "DELETE FROM meta").await;
    copy.begin(0).await.unwrap();
    assert!(copy.target.db.schema_status().unwrap().pending.is_empty());
}

#[tokio::test]
async fn values_that_changed_places_are_in_each_others_way() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        put(&copy.source, "users", [1, 2]).await;
        copy.begin(0).await.unwrap();
        bring(copy).await;
        run(&copy.source, "UPDATE users SET email_token = 5 - email_token").await;
        run(&copy.source, "UPDATE users SET email_token = email_token - 2").await;
        let error = copy.bring(&mut |_| {}).await.unwrap_err();
        assert!(matches!(error, CopyError::InTheWay { table: "users", .. }), "{error}");
    }
}

#[tokio::test]
async fn a_desk_at_work_is_copied_ahead_and_never_taken_for_whole() {
    let Desks { copy, .. } = &desks(true);
    let node = uuid::Uuid::from_u128(1);
    copy.source.write(move |tx| nodes::announce(tx, node, (1, 1), 1_000_000)).await.unwrap();
    put(&copy.source, "number_limits", [1]).await;
    copy.begin(0).await.unwrap();
    let brought = bring(copy).await;
    copy.verify(&brought, &mut |_| {}).await.unwrap();
    for now in [1_000_000, 1_060_000] {
        assert!(matches!(copy.end(now).await, Err(CopyError::Served { nodes: 1, .. })));
    }
    assert!(matches!(take_over(&copy.target.db, "it").await, Err(CopyError::Unfinished { .. })));
    copy.end(1_060_001).await.unwrap();
    copy.source.write(move |tx| nodes::leave(tx, node)).await.unwrap();
    copy.begin(0).await.unwrap();
    copy.end(1_000_000).await.unwrap();
}

#[tokio::test]
async fn new_rows_are_numbered_on() {
    for out in [false, true] {
        let Desks { copy, .. } = &desks(out);
        put(&copy.source, "number_limits", [1]).await;
        put(&copy.source, "clients", [3, 9]).await;
        copy.begin(0).await.unwrap();
        bring(copy).await;
        copy.settle().await.unwrap();
        for (row, seq) in [(100, 10), (101, 11)] {
            let insert = move |tx: &mut Tx<'_>| {
                let table = TABLES.iter().find(|table| table.name == "clients").unwrap();
                let columns: Vec<&str> = table.columns().skip(1).collect();
                let values: Vec<Value> = columns.iter().map(|column| value(table, column, row)).collect();
                let places = tables::places(1, columns.len());
                tx.execute(&format!("INSERT INTO clients ({}) VALUES ({places})", columns.join(", ")), &values)?;
                tx.query_one("SELECT max(seq) FROM clients", &[])
            };
            assert_eq!(copy.target.write(insert).await.unwrap().unwrap().int(0), Ok(seq));
        }
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

#[test]
fn a_digest_tells_rows_apart_that_look_alike() {
    let sum = |rows: &[&[Value]]| -> Sum {
        let mut digest = Digest::of("t");
        for row in rows {
            digest.add(&Row(row.to_vec()));
        }
        digest.sum()
    };
    let all: Vec<Vec<Vec<Value>>> = vec![
        vec![vec!["ab".into(), "c".into()]],
        vec![vec!["a".into(), "bc".into()]],
        vec![vec!["ab".into()], vec!["c".into()]],
        vec![vec!["ab".into(), Value::from(&b"c"[..])]],
        vec![vec![Value::Null]],
        vec![vec!["".into()]],
        vec![vec![Value::Int(0)]],
        vec![],
    ];
    let sums: Vec<Sum> = all.iter().map(|rows| sum(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>())).collect();
    for (at, one) in sums.iter().enumerate() {
        assert!(sums[..at].iter().all(|other| other != one), "{at}");
    }
    assert_ne!(Digest::of("t").sum().digest, Digest::of("u").sum().digest);
    // What was printed once must be the same in later versions, or copies of different times cannot be compared.
    let hex = data_encoding::HEXLOWER
        .encode(&sum(&[&["ab".into(), Value::Int(-1), Value::Null, Value::from(&[0u8, 255][..])]]).digest[..8]);
    assert_eq!(hex, "6485c3a34154af7e");
}
