//! What is copied: every table whose rows cannot be made anew, those that others refer to first.
//!
//! A test holds this list against the schema, so that a migration that adds a table or a column has to add it here.

use std::cmp::Ordering;

use super::super::{DbError, Row, Tx, Value};
use super::marks;

/// Rows that one read gives.
pub(in crate::db) const PAGE: usize = 500;
/// Rows that one statement counts.
const COUNTED: u64 = 20_000;

/// A table that is copied.
#[derive(Debug)]
pub(in crate::db) struct Table<'t> {
    pub(super) name: &'static str,
    /// The primary key. Both engines order its values alike, byte by byte.
    pub(super) keys: &'static [&'static str],
    /// All other columns.
    others: &'t [&'static str],
    /// Whose rows its own name: column, table, that one's column.
    pub(super) refers: &'static [(&'static str, &'static str, &'static str)],
    /// Whether the engine numbers new rows, in the key.
    pub(super) numbered: bool,
    /// A condition that its rows meet; others stay where they are.
    only: Option<&'static str>,
}

const fn table(name: &'static str, keys: &'static [&'static str], others: &'static [&'static str]) -> Table<'static> {
    Table { name, keys, others, refers: &[], numbered: false, only: None }
}

type References = &'static [(&'static str, &'static str, &'static str)];

pub(in crate::db) static TABLES: [Table<'static>; 37] = [
    Table { only: Some(marks::NOT_MARKS), ..table("meta", &["name"], &["value"]) },
    table(
        "users",
        &["id"],
        &[
            "email",
            "email_token",
            "name",
            "phone",
            "role",
            "password",
            "enabled",
            "created_at",
            "updated_at",
            "must_change",
            "language",
            "owner",
            "mac",
            "password_hash",
        ],
    ),
    table(
        "sessions",
        &["token_hash"],
        &[
            "id",
            "user_id",
            "agent",
            "created_at",
            "last_seen_at",
            "expires_at",
            "proved_at",
            "strong",
            "identity",
            "provider_sid",
            "mac",
        ],
    )
    .refers(&[("user_id", "users", "id")]),
    table(
        "authenticators",
        &["id"],
        &["user_id", "kind", "name", "secret", "credential", "last_step", "created_at", "last_used_at", "mac"],
    )
    .refers(&[("user_id", "users", "id")]),
    table("recovery_codes", &["user_id", "place"], &["hash", "mac"]).refers(&[("user_id", "users", "id")]),
    table("spent_challenges", &["hash"], &["until"]),
    table("identities", &["subject_key"], &["user_id", "created_at", "mac"]).refers(&[("user_id", "users", "id")]),
    table("used_once", &["used_key"], &["until"]),
    table(
        "api_tokens",
        &["token_hash"],
        &["id", "user_id", "name", "created_at", "expires_at", "last_used_at", "scopes", "end_told", "mac"],
    )
    .refers(&[("user_id", "users", "id")]),
    table("password_links", &["user_id", "kind"], &["token_hash", "expires_at", "mac"])
        .refers(&[("user_id", "users", "id")]),
    table(
        "staff_mails",
        &["id"],
        &["user_id", "recipient", "text", "language", "due_at", "attempts", "expires_at", "has_link", "request_id"],
    )
    .refers(&[("user_id", "users", "id")]),
    table("login_attempts", &["subject"], &["failures", "last_at", "blocked_until"]),
    table("idempotency", &["key_hash"], &["body_hash", "created_at", "answer"]),
    table(
        "tickets",
        &["seq"],
        &[
            "id",
            "ticket_ref",
            "issue_type",
            "status",
            "priority",
            "assigned_to",
            "assigned_at",
            "created_by",
            "created_at",
            "updated_at",
            "version",
            "erased_at",
        ],
    )
    .numbered()
    .refers(&[("assigned_to", "users", "id"), ("created_by", "users", "id")]),
    table(
        "ticket_texts",
        &["seq"],
        &["client_name", "client_phone", "client_email", "client_account_id", "description"],
    )
    .refers(&[("seq", "tickets", "seq")]),
    table("ticket_events", &["ticket_id", "version", "part"], &["at", "actor", "kind", "status", "detail"])
        .refers(&[("ticket_id", "tickets", "id"), ("actor", "users", "id")]),
    table("ticket_notes", &["ticket_id", "version"], &["id", "at", "actor", "content", "erased_at"])
        .refers(&[("ticket_id", "tickets", "id"), ("actor", "users", "id")]),
    table("imported_tickets", &["ticket_id"], &["source", "source_key", "reference", "digest", "version"]).refers(&[(
        "ticket_id",
        "tickets",
        "id",
    )]),
    table("photos", &["id"], &["ticket_id", "version", "width", "height"]).refers(&[("ticket_id", "tickets", "id")]),
    table("photo_parts", &["photo_id", "part"], &["data"]).refers(&[("photo_id", "photos", "id")]),
    table(
        "notifications",
        &["id"],
        &[
            "ticket_id",
            "kind",
            "revision",
            "channel",
            "recipient",
            "recipient_token",
            "text",
            "segments",
            "state",
            "reason",
            "attempts",
            "round",
            "addressed_in",
            "doubts",
            "due_at",
            "undo_until",
            "expires_at",
            "lease",
            "lease_until",
            "gateway",
            "gateway_message_id",
            "created_at",
            "sent_at",
            "settled_at",
            "rank",
            "passed",
            "registered",
            "counted_in",
            "erased_at",
            "request_id",
        ],
    )
    .refers(&[("ticket_id", "tickets", "id")]),
    table("notification_events", &["notification_id", "n"], &["at", "state", "reason", "actor", "gateway"])
        .refers(&[("notification_id", "notifications", "id"), ("actor", "users", "id")]),
    table("inbound_replies", &["number_token"], &["full_at"]),
    table("opt_outs", &["number_token"], &["stopped_at", "via", "actor"]).refers(&[("actor", "users", "id")]),
    table("number_limits", &["number_token"], &["full_at"]),
    table("sms_spend", &["day"], &["segments", "full_at"]),
    table("inbound_seen", &["gateway", "key"], &["at"]),
    table("gateway_failures", &["gateway"], &["mark", "failures", "since", "off_at", "reason"]),
    table("message_parts", &["gateway", "message_id"], &["notification_id", "round", "verdict", "code", "at"]),
    table(
        "message_templates",
        &["kind", "channel", "language", "version"],
        &["body", "entity", "header", "template_id", "at", "actor", "as_unicode", "caps"],
    )
    .refers(&[("actor", "users", "id")]),
    table("saved_views", &["id"], &["owner", "shared", "name", "query", "created_at", "updated_at"])
        .refers(&[("owner", "users", "id")]),
    table("audit_events", &["seq"], &["id", "at", "actor", "kind", "detail", "link", "redacted"])
        .numbered()
        .refers(&[("actor", "users", "id")]),
    table(
        "clients",
        &["seq"],
        &[
            "id",
            "account_key",
            "account_id",
            "name",
            "phone",
            "email",
            "plan",
            "address",
            "created_at",
            "updated_at",
            "version",
        ],
    )
    .numbered(),
    table("drafts", &["owner", "form"], &["key_token", "fields", "saved_at"]).refers(&[("owner", "users", "id")]),
    table("erased_accounts", &["account_key"], &["erased_at"]),
    table(
        "legal_holds",
        &["id"],
        &["client_id", "ticket_id", "reason", "placed_at", "placed_by", "until", "ended_at", "ended_by"],
    )
    .refers(&[("ticket_id", "tickets", "id"), ("placed_by", "users", "id"), ("ended_by", "users", "id")]),
    table("undelivered", &["notification_id"], &["ticket_id", "since"])
        .refers(&[("notification_id", "notifications", "id"), ("ticket_id", "tickets", "id")]),
];

/// Tables that stay behind. Without `schedules` a database finds everything due, which after a move is right; rows of
/// `turns` are locks, and what they count means nothing; `nodes` serve from where they are, and say themselves how their
/// gateway does. `schema_migrations` is the engine's own.
pub(in crate::db) const LEFT: [&str; 5] = ["gateway_health", "gateway_states", "nodes", "schedules", "turns"];

impl Table<'_> {
    const fn refers(self, refers: References) -> Self {
        Self { refers, ..self }
    }

    const fn numbered(self) -> Self {
        Self { numbered: true, ..self }
    }

    /// Those of its columns beside the key that a schema of before had as well, of the columns that the table had then.
    pub(in crate::db) fn others_among(&self, columns: &[String]) -> Vec<&'static str> {
        self.others.iter().copied().filter(|name| columns.iter().any(|column| column == name)).collect()
    }

    /// The same with fewer columns.
    pub(in crate::db) fn with_others<'o>(&self, others: &'o [&'static str]) -> Table<'o> {
        Table { others, ..*self }
    }

    /// The name.
    pub(in crate::db) fn name(&self) -> &'static str {
        self.name
    }

    /// All columns, in the order in which rows have them: the key first.
    pub(in crate::db) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().chain(self.others).copied()
    }

    /// Where rows have a column.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.columns().position(|name| name == column)
    }

    /// Whether rows of other tables may name its own.
    pub(super) fn is_named(&self) -> bool {
        TABLES.iter().any(|other| other.refers.iter().any(|(_, name, _)| *name == self.name))
    }

    /// The key of a row.
    pub(in crate::db) fn key<'r>(&self, row: &'r Row) -> &'r [Value] {
        row.0.get(..self.keys.len()).unwrap_or_default()
    }

    /// The order of two rows, in which [`Self::page`] gives them.
    pub(super) fn order(&self, one: &Row, other: &Row) -> Ordering {
        let pairs = self.key(one).iter().zip(self.key(other));
        pairs.map(|(one, other)| order(one, other)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Reads a page: the first one, or what comes after the key given.
    pub(in crate::db) fn page(&self, first: bool) -> String {
        let columns = self.columns().collect::<Vec<_>>().join(", ");
        let (keys, which) = (self.keys.join(", "), self.which(first));
        format!("SELECT {columns} FROM {}{which} ORDER BY {keys} LIMIT {PAGE}", self.name)
    }

    /// The condition of all rows, or of those after a key.
    fn which(&self, first: bool) -> String {
        let keys = self.keys.join(", ");
        let after = (!first).then(|| {
            let places = places(1, self.keys.len());
            if self.keys.len() == 1 { format!("{keys} > {places}") } else { format!("({keys}) > ({places})") }
        });
        let conditions: Vec<String> = after.into_iter().chain(self.only.map(str::to_owned)).collect();
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
    }

    /// How many rows come after a key, or are there at all; and where to go on, since no statement may take long.
    pub(super) fn count(&self, tx: &mut Tx<'_>, after: &[Value]) -> Result<(u64, Option<Vec<Value>>), DbError> {
        let (keys, which) = (self.keys.join(", "), self.which(after.is_empty()));
        let all = format!("SELECT {keys} FROM {}{which} ORDER BY {keys}", self.name);
        let row = match tx.query_one(&format!("{all} LIMIT 1 OFFSET {}", COUNTED - 1), after)? {
            Some(last) => return Ok((COUNTED, Some(last.0))),
            None => tx.query_one(&format!("SELECT count(*) FROM ({all} LIMIT {COUNTED}) AS rest"), after)?,
        };
        Ok((row.map_or(Ok(0), |row| row.int(0))?.cast_unsigned(), None))
    }

    /// Stores so many rows, whether rows with their keys are there or not.
    pub(in crate::db) fn put(&self, rows: usize) -> String {
        let columns: Vec<&str> = self.columns().collect();
        let rows: Vec<String> =
            (0..rows).map(|row| format!("({})", places(1 + row * columns.len(), columns.len()))).collect();
        let set: Vec<String> = self.others.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        format!(
            "INSERT INTO {} ({}) VALUES {} ON CONFLICT ({}) DO UPDATE SET {}",
            self.name,
            columns.join(", "),
            rows.join(", "),
            self.keys.join(", "),
            set.join(", ")
        )
    }

    /// Removes the row with a key.
    pub(super) fn remove(&self) -> String {
        let keys: Vec<String> = (1..).zip(self.keys).map(|(place, name)| format!("{name} = ${place}")).collect();
        format!("DELETE FROM {} WHERE {}", self.name, keys.join(" AND "))
    }
}

/// `$3, $4, $5` for three from 3 on.
pub(super) fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// As both engines order values of a key, which are of one type and never NULL: integers by size, the others byte by
/// byte.
fn order(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => one.cmp(other),
        (Value::Text(one), Value::Text(other)) => one.as_bytes().cmp(other.as_bytes()),
        (Value::Bytes(one), Value::Bytes(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}
