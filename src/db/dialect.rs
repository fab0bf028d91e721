//! The SQL that differs between the engines, and nothing else.

use super::Value;

/// An index of search tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenIndex {
    /// Of tickets and their notes.
    Tickets,
    /// Of clients.
    Clients,
}

impl TokenIndex {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Tickets, Self::Clients];

    pub(super) const fn table(self) -> &'static str {
        match self {
            Self::Tickets => "ticket_search",
            Self::Clients => "client_search",
        }
    }
}

/// An SQL dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite 3.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Dialect {
    /// Ends the `SELECT` that picks jobs to claim, so that two workers never wait for each other.
    ///
    /// SQLite needs none: it has one writer at a time.
    pub const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// See [`super::Tx::take_turn`]: both write this row, which the engine lets only one of them do.
    ///
    /// SQLite needs none: it has one writer at a time.
    pub const fn take_turn(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => {
                Some("INSERT INTO turns (name, n) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET n = turns.n + 1")
            }
        }
    }

    /// How far apart the clocks of those who write may be, in milliseconds. Machines that follow NTP keep well within it;
    /// who warns of more asks [`Self::clock`].
    ///
    /// SQLite's are all on one machine.
    pub const fn clock_slack(self) -> i64 {
        match self {
            Self::Sqlite => 0,
            Self::Postgres => 2_000,
        }
    }

    /// The time of the database's own machine in milliseconds, where that may be another one.
    pub const fn clock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"),
        }
    }

    /// Stores the tokens of a part of a ticket that has none yet, as [`Self::put_tokens`] takes them: to look for those
    /// before takes longer than to store these.
    pub const fn add_tokens(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT INTO ticket_search (rowid, tokens) VALUES (($1 << 20) | $2, $3)",
            Self::Postgres => "INSERT INTO ticket_search (ticket, part, tokens) VALUES ($1, $2, $3)",
        }
    }

    /// Stores the tokens of a part of a ticket in place of those before: `$1` the ticket's `seq`, `$2` the part
    /// (0 to 2²⁰ - 1), `$3` of [`Self::tokens`].
    pub const fn put_tokens(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT OR REPLACE INTO ticket_search (rowid, tokens) VALUES (($1 << 20) | $2, $3)",
            Self::Postgres => {
                "INSERT INTO ticket_search (ticket, part, tokens) VALUES ($1, $2, $3) \
                 ON CONFLICT (ticket, part) DO UPDATE SET tokens = excluded.tokens"
            }
        }
    }

    /// Stores the tokens of a client in place of those before: `$1` the client's `seq`, `$2` of [`Self::tokens`].
    pub const fn put_client_tokens(self) -> &'static str {
        match self {
            Self::Sqlite => "INSERT OR REPLACE INTO client_search (rowid, tokens) VALUES ($1, $2)",
            Self::Postgres => {
                "INSERT INTO client_search (client, tokens) VALUES ($1, $2) \
                 ON CONFLICT (client) DO UPDATE SET tokens = excluded.tokens"
            }
        }
    }

    /// How many rows one statement stores: as many as make a trip to a server worth it. SQLite has no trips to save, and
    /// looks for the place of each value among those before.
    pub(super) const fn rows_at_once(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 64,
        }
    }

    /// Stores the tokens of so many parts, as [`Self::put_tokens`] or [`Self::put_client_tokens`] takes those of one:
    /// the values of each after those of the one before.
    pub(super) fn put_parts(self, index: TokenIndex, count: usize) -> String {
        let (one, columns) = match index {
            TokenIndex::Tickets => (self.put_tokens(), 3),
            TokenIndex::Clients => (self.put_client_tokens(), 2),
        };
        let Some((before, after)) = one.split_once(" VALUES ").filter(|_| count != 1) else { return one.to_owned() };
        let (_, after) = after.split_once(')').unwrap_or_default();
        let rows = (0..count).map(|row| {
            let places: Vec<String> = (1..=columns).map(|place| format!("${}", row * columns + place)).collect();
            format!("({})", places.join(", "))
        });
        format!("{before} VALUES {}{after}", rows.collect::<Vec<_>>().join(", "))
    }

    /// Which parts an index has, of owners after `$1` up to `$2`: the owner's `seq` and the part, in this order.
    pub(super) const fn parts(self, index: TokenIndex) -> &'static str {
        match (self, index) {
            (Self::Sqlite, TokenIndex::Tickets) => {
                "SELECT rowid >> 20, rowid & 1048575 FROM ticket_search \
                 WHERE rowid > (($1 << 20) | 1048575) AND rowid <= (($2 << 20) | 1048575) ORDER BY rowid"
            }
            (Self::Sqlite, TokenIndex::Clients) => {
                "SELECT rowid, 0 FROM client_search WHERE rowid > $1 AND rowid <= $2 ORDER BY rowid"
            }
            (Self::Postgres, TokenIndex::Tickets) => {
                "SELECT ticket, part FROM ticket_search WHERE ticket > $1 AND ticket <= $2 ORDER BY ticket, part"
            }
            (Self::Postgres, TokenIndex::Clients) => {
                "SELECT client, 0 FROM client_search WHERE client > $1 AND client <= $2 ORDER BY client"
            }
        }
    }

    /// Removes a part: `$1` the owner's `seq`, `$2` the part of a ticket.
    pub const fn remove_part(self, index: TokenIndex) -> &'static str {
        match (self, index) {
            (Self::Sqlite, TokenIndex::Tickets) => "DELETE FROM ticket_search WHERE rowid = (($1 << 20) | $2)",
            (Self::Sqlite, TokenIndex::Clients) => "DELETE FROM client_search WHERE rowid = $1",
            (Self::Postgres, TokenIndex::Tickets) => "DELETE FROM ticket_search WHERE ticket = $1 AND part = $2",
            (Self::Postgres, TokenIndex::Clients) => "DELETE FROM client_search WHERE client = $1",
        }
    }

    /// Makes the engine number new rows of a table after those that were stored with their numbers. SQLite looks for the
    /// last one each time.
    pub(super) fn number_on(self, table: &str, column: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!(
                "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(max({column}), 0) + 1, false) \
                 FROM {table}"
            )),
        }
    }

    /// Lets the engine learn what is in a table, by which it chooses how to find rows. See [`Self::by_index`].
    pub(super) fn learn(self, table: &str) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(format!("ANALYZE {table}")),
        }
    }

    /// All columns of all tables: table, column, and its place in the primary key from 1 on, or 0.
    #[cfg(test)]
    pub(super) const fn all_columns(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT m.name, c.name, c.pk FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c \
                 WHERE m.type = 'table' ORDER BY m.name, c.cid"
            }
            Self::Postgres => {
                "SELECT c.relname, a.attname, COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0) \
                 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
                 LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary \
                 WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::text::regnamespace \
                 ORDER BY c.relname, a.attnum"
            }
        }
    }

    /// All foreign keys: table, column, the other table, its column.
    #[cfg(test)]
    pub(super) const fn all_references(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT m.name, f.\"from\", f.\"table\", f.\"to\" FROM sqlite_schema AS m \
                 JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'"
            }
            Self::Postgres => {
                "SELECT c.relname, a.attname, r.relname, b.attname FROM pg_constraint k \
                 JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid \
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] \
                 JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.confkey[1] \
                 WHERE k.contype = 'f' AND c.relnamespace = current_schema()::text::regnamespace"
            }
        }
    }

    /// The `seq` of clients that have of each list at least one token, for `places` as in [`Self::tickets_with`].
    pub fn clients_with(self, places: &[String]) -> String {
        match self {
            Self::Sqlite => {
                format!("SELECT rowid AS seq FROM client_search WHERE client_search MATCH {}", places.concat())
            }
            Self::Postgres => format!("SELECT client AS seq FROM client_search WHERE {}", overlapping(places)),
        }
    }

    /// Makes a query go by this index of the table named before it. SQLite keeps no statistics for us and would guess;
    /// PostgreSQL does, and is left to choose.
    pub fn by_index(self, index: &str) -> String {
        match self {
            Self::Sqlite => format!(" INDEXED BY {index}"),
            Self::Postgres => String::new(),
        }
    }

    /// The same by the index of the one `UNIQUE` of the table, which has no name of ours.
    pub fn by_unique(self, table: &str) -> String {
        // Its primary key has the first one.
        self.by_index(&format!("sqlite_autoindex_{table}_2"))
    }

    /// Makes a query go by the table's rows, in the same way.
    pub const fn by_row(self) -> &'static str {
        match self {
            Self::Sqlite => " NOT INDEXED",
            Self::Postgres => "",
        }
    }

    /// A set of `seq` that the engine finds whole, whatever is done with it then. For a few rows of a set that it takes
    /// for a large one PostgreSQL would else go through all others, and of a token that is rare it knows no more than
    /// that it is not common.
    pub fn whole(self, set: &str) -> String {
        match self {
            Self::Sqlite => set.to_owned(),
            Self::Postgres => {
                format!("SELECT seq FROM (WITH hits AS MATERIALIZED ({set}) SELECT seq FROM hits) AS hits")
            }
        }
    }

    /// The tickets `t` of such a set, each looked up by its `seq`: what comes after `FROM`, and a condition. For the same
    /// reason: PostgreSQL would else walk through all tickets in the order asked for, and see which are in the set.
    pub fn tickets_of(self, set: &str) -> (String, String) {
        match self {
            Self::Sqlite => ("tickets t NOT INDEXED".to_owned(), format!("t.seq IN ({set})")),
            Self::Postgres => {
                let each = "SELECT * FROM tickets WHERE tickets.seq = hits.seq OFFSET 0";
                let from =
                    format!("(SELECT DISTINCT seq FROM ({set}) AS hits) AS hits CROSS JOIN LATERAL ({each}) AS t");
                (from, "1 = 1".to_owned())
            }
        }
    }

    /// What such sets have in common.
    pub fn tickets_of_all(self, first: &str, rest: &[&str]) -> String {
        let within = |name: &str| rest.iter().map(|set| format!("{name} IN ({set})")).collect::<Vec<_>>().join(" AND ");
        match self {
            Self::Sqlite => {
                format!(
                    "SELECT t.seq AS seq FROM tickets t NOT INDEXED WHERE t.seq IN ({first}) AND {}",
                    within("t.seq")
                )
            }
            Self::Postgres => format!("SELECT seq FROM ({first}) AS hits WHERE {}", within("seq")),
        }
    }

    /// The `seq` of tickets of which one text, the record or a note, has of each list at least one token. `places` are
    /// placeholders of what [`Self::token_lists`] gives.
    pub fn tickets_with(self, places: &[String]) -> String {
        match self {
            Self::Sqlite => {
                format!("SELECT rowid >> 20 AS seq FROM ticket_search WHERE ticket_search MATCH {}", places.concat())
            }
            Self::Postgres => format!("SELECT ticket AS seq FROM ticket_search WHERE {}", overlapping(places)),
        }
    }

    /// Whether the ticket `t` is one of [`Self::tickets_with`].
    pub fn ticket_has(self, places: &[String]) -> String {
        match self {
            Self::Sqlite => format!(
                "EXISTS (SELECT 1 FROM ticket_search WHERE ticket_search MATCH {} \
                 AND rowid BETWEEN t.seq << 20 AND (t.seq << 20) + 1048575)",
                places.concat()
            ),
            Self::Postgres => {
                format!("EXISTS (SELECT 1 FROM ticket_search WHERE ticket = t.seq AND {})", overlapping(places))
            }
        }
    }

    /// Goes before the `LIMIT` of those of [`Self::tickets_with`] where the first, the oldest, are wanted. SQLite's index
    /// gives them so by itself, and would sort all of them if it was asked to.
    pub const fn oldest_first(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " ORDER BY seq",
        }
    }

    /// In how many pieces a token index lies, where that matters.
    pub fn index_pieces(self, index: TokenIndex) -> Option<String> {
        match self {
            Self::Sqlite => Some(format!("SELECT count(DISTINCT segid) FROM {}_idx", index.table())),
            Self::Postgres => None,
        }
    }

    /// A step of merging those pieces: 500 pages.
    pub fn merge_index(self, index: TokenIndex) -> String {
        match self {
            Self::Sqlite => format!("INSERT INTO {0} ({0}, rank) VALUES ('merge', -500)", index.table()),
            Self::Postgres => "SELECT 1".to_owned(),
        }
    }

    /// Has what is freed overwritten (`true`), or only where that costs no further write, as it is always; a query. PostgreSQL
    /// has nothing like it: what is freed lies there until `VACUUM`.
    pub const fn blank_freed(self, all: bool) -> Option<&'static str> {
        match (self, all) {
            (Self::Sqlite, true) => Some("PRAGMA secure_delete = ON"),
            (Self::Sqlite, false) => Some("PRAGMA secure_delete = FAST"),
            (Self::Postgres, _) => None,
        }
    }

    /// Tokens as they are stored.
    pub fn tokens(self, tokens: impl IntoIterator<Item = i64>) -> Value {
        match self {
            Self::Sqlite => Value::Text(words(tokens, " ")),
            Self::Postgres => Value::Ints(tokens.into_iter().collect()),
        }
    }

    /// Lists of tokens, of each of which one is enough, as they are looked up: for SQLite one query of FTS5, whose
    /// length does not count towards the depth of a statement.
    pub fn token_lists(self, lists: &[Vec<i64>]) -> Vec<Value> {
        match self {
            Self::Sqlite => {
                let any = |list: &Vec<i64>| format!("({})", words(list.iter().copied(), " OR "));
                vec![Value::Text(lists.iter().map(any).collect::<Vec<_>>().join(" AND "))]
            }
            Self::Postgres => lists.iter().map(|list| Value::Ints(list.clone())).collect(),
        }
    }
}

fn overlapping(places: &[String]) -> String {
    places.iter().map(|place| format!("tokens && {place}")).collect::<Vec<_>>().join(" AND ")
}

/// Tokens as words of the full-text index.
fn words(tokens: impl IntoIterator<Item = i64>, between: &str) -> String {
    let mut list = String::new();
    for token in tokens {
        if !list.is_empty() {
            list.push_str(between);
        }
        word(token, &mut list);
    }
    list
}

/// A token as a word that the full-text index neither folds nor takes for one of its operators: in base 32 with
/// extended hex alphabet (RFC 4648, section 7), in lower case and without padding. Written out here, since the writer's
/// time goes by meanwhile.
fn word(token: i64, list: &mut String) {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    // 64 bits are twelve digits and four bits, which a last digit begins with.
    let bits = u128::from(token.cast_unsigned()) << 1;
    list.extend((0..=12).rev().map(|place| char::from(DIGITS[usize::try_from(bits >> (5 * place) & 31).unwrap_or(0)])));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_written_as_it_always_was() {
        for token in [0, 1, -1, i64::MIN, i64::MAX, 4_745_418_129_688_881_487] {
            let mut list = String::new();
            word(token, &mut list);
            assert_eq!(list, data_encoding::BASE32_DNSSEC.encode(&token.to_be_bytes()));
        }
        assert_eq!(Dialect::Sqlite.tokens([1, 2]), Value::from("0000000000002 0000000000004"));
        let lists = Dialect::Sqlite.token_lists(&[vec![1, 2], vec![3]]);
        assert_eq!(lists, [Value::from("(0000000000002 OR 0000000000004) AND (0000000000006)")]);
    }

    #[test]
    fn an_array_of_tokens_is_one_value() {
        assert_eq!(Dialect::Postgres.tokens([1, -2]), Value::Ints(vec![1, -2]));
        let lists = Dialect::Postgres.token_lists(&[vec![1, 2], vec![3]]);
        assert_eq!(lists, [Value::Ints(vec![1, 2]), Value::Ints(vec![3])]);
    }
}
