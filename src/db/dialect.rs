//! The SQL that differs between the engines, and nothing else.

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

    const fn table(self) -> &'static str {
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

    /// Makes a query go by the table's rows, in the same way.
    pub const fn by_row(self) -> &'static str {
        match self {
            Self::Sqlite => " NOT INDEXED",
            Self::Postgres => "",
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

    /// Tokens as they are stored.
    pub fn tokens(self, tokens: impl IntoIterator<Item = i64>) -> String {
        match self {
            Self::Sqlite => join(tokens, " ", word),
            Self::Postgres => format!("{{{}}}", join(tokens, ",", |token, list| *list += &token.to_string())),
        }
    }

    /// Lists of tokens, of each of which one is enough, as they are looked up: for SQLite one query of FTS5, whose
    /// length does not count towards the depth of a statement.
    pub fn token_lists(self, lists: &[Vec<i64>]) -> Vec<String> {
        match self {
            Self::Sqlite => {
                let any = |list: &Vec<i64>| format!("({})", join(list.iter().copied(), " OR ", word));
                vec![lists.iter().map(any).collect::<Vec<_>>().join(" AND ")]
            }
            Self::Postgres => lists.iter().map(|list| self.tokens(list.iter().copied())).collect(),
        }
    }
}

fn overlapping(places: &[String]) -> String {
    places.iter().map(|place| format!("tokens && {place}")).collect::<Vec<_>>().join(" AND ")
}

fn join(tokens: impl IntoIterator<Item = i64>, between: &str, write: impl Fn(i64, &mut String)) -> String {
    let mut list = String::new();
    for token in tokens {
        if !list.is_empty() {
            list.push_str(between);
        }
        write(token, &mut list);
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
        assert_eq!(Dialect::Sqlite.tokens([1, 2]), "0000000000002 0000000000004");
        assert_eq!(Dialect::Postgres.tokens([1, -2]), "{1,-2}");
        assert_eq!(Dialect::Sqlite.token_lists(&[vec![1, 2]]), ["(0000000000002 OR 0000000000004)"]);
    }
}
