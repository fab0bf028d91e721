//! Both ways between a file of SQLite and the engine that tests run on.

mod allowed;
mod bringing;
mod proof;
mod schema;
mod snapshot;

use testbase::Dir;

use super::super::{DatabaseUrl, DbOptions, Row, Value, params};
use super::bring::Brought;
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
