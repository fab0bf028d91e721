//! A search as SQL: as the set of tickets that it finds, and as a test of one ticket.

use vault::Vault;

use super::found::Values;
use crate::{
    db::{Dialect, Value},
    tickets::{
        search::{Cond, Criterion, Token},
        tokens,
    },
};

/// A search, its values bound.
#[derive(Debug)]
pub(super) struct Searched {
    /// A query that gives the `seq` of each ticket found, possibly several times.
    pub set: String,
    /// A condition on `tickets t`. One look at the token index costs some 40 µs, so it is for few tickets.
    pub test: String,
}

impl Searched {
    pub fn of(dialect: Dialect, vault: &Vault, values: &mut Values, cond: &Cond) -> Self {
        Writer { dialect, vault, values }.write(cond)
    }
}

struct Writer<'a> {
    dialect: Dialect,
    vault: &'a Vault,
    values: &'a mut Values,
}

impl Writer<'_> {
    fn write(&mut self, cond: &Cond) -> Searched {
        match cond {
            Cond::Any(conds) if conds.is_empty() => {
                Searched { set: "SELECT seq FROM tickets WHERE 1 = 0".to_owned(), test: "1 = 0".to_owned() }
            }
            Cond::Any(conds) => self.any(conds),
            Cond::All(conds) => {
                let parts: Vec<Searched> = conds.iter().map(|cond| self.write(cond)).collect();
                let (first, rest) = parts.split_first().expect("all of nothing is never asked for");
                let rest = rest.iter().map(|part| format!("first.seq IN ({})", part.set)).collect::<Vec<_>>();
                Searched {
                    set: format!("SELECT first.seq FROM ({}) AS first WHERE {}", first.set, rest.join(" AND ")),
                    test: joined(parts.iter().map(|part| part.test.as_str()), " AND "),
                }
            }
            Cond::Is(Criterion::Token(token)) => self.any_token(&[token]),
            Cond::Is(Criterion::RefWhole(key)) => {
                let place = self.values.bind(Value::from(hyphenated(key)));
                Searched {
                    set: format!("SELECT seq FROM tickets WHERE ticket_ref = {place}"),
                    test: format!("t.ticket_ref = {place}"),
                }
            }
            Cond::Is(Criterion::RefStart(key)) => {
                // All references are ASCII below '~', so this range is what starts with the key.
                let start = hyphenated(key);
                let before = self.values.bind(Value::from(format!("{start}~")));
                let from = self.values.bind(Value::from(start));
                Searched {
                    set: format!("SELECT seq FROM tickets WHERE ticket_ref >= {from} AND ticket_ref < {before}"),
                    test: format!("(t.ticket_ref >= {from} AND t.ticket_ref < {before})"),
                }
            }
        }
    }

    /// Alternatives. Tokens come into one list, which the index answers with one look.
    fn any(&mut self, conds: &[Cond]) -> Searched {
        let mut listed = Vec::new();
        let mut ways = Vec::new();
        for cond in conds {
            match cond {
                Cond::Is(Criterion::Token(token)) => listed.push(token),
                other => ways.push(self.write(other)),
            }
        }
        if !listed.is_empty() {
            ways.push(self.any_token(&listed));
        }
        Searched {
            set: ways.iter().map(|way| way.set.as_str()).collect::<Vec<_>>().join(" UNION ALL "),
            test: joined(ways.iter().map(|way| way.test.as_str()), " OR "),
        }
    }

    fn any_token(&mut self, listed: &[&Token]) -> Searched {
        let hashed = listed.iter().map(|token| tokens::hashed(self.vault, token));
        let place = self.values.bind(Value::from(self.dialect.any_token(hashed)));
        Searched { set: self.dialect.tickets_with(&place), test: self.dialect.ticket_has(&place) }
    }
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>, between: &str) -> String {
    format!("({})", parts.collect::<Vec<_>>().join(between))
}

/// A reference's start without hyphens as the start of a written one.
fn hyphenated(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 2);
    for (place, c) in key.chars().enumerate() {
        if matches!(place, 4 | 12) {
            out.push('-');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_of_a_reference_gets_its_hyphens() {
        for (key, want) in
            [("BILL2", "BILL-2"), ("BILL20261103", "BILL-20261103"), ("BILL202611037K", "BILL-20261103-7K")]
        {
            assert_eq!(hyphenated(key), want);
        }
    }
}
