//! A search as SQL: as the set of tickets that it finds, and as a test of one ticket.

use vault::Vault;

use super::found::Values;
use crate::{
    db::{Tx, Value},
    fault::Fault,
    search::{Cond, Criterion, Token},
    tickets::tokens,
};

/// A search, its values bound.
#[derive(Debug, Clone)]
pub(super) struct Searched {
    /// A query that gives the `seq` of each ticket found, possibly several times.
    pub set: String,
    /// A query for some of them that the index answers by itself, where `set` has to gather much.
    pub some: Option<String>,
    /// A condition on `tickets t`. One look at the token index costs some 40 µs, so it is for few tickets.
    pub test: String,
}

impl Searched {
    /// Where several parts have to hold, looks up whether one finds no more than `rare` tickets: the others are then
    /// tested on each of those, rather than all that they find gathered.
    ///
    /// # Errors
    /// Only the database's.
    pub fn of(tx: &mut Tx<'_>, vault: &Vault, values: &mut Values, cond: &Cond, rare: u64) -> Result<Self, Fault> {
        Writer { tx, vault, values, rare, prune: false }.write(cond)
    }

    /// The same without tokens that no ticket has. To look for them takes as long as a few tests, so it is for searches
    /// that test many tickets.
    ///
    /// # Errors
    /// Only the database's.
    pub fn pruned(tx: &mut Tx<'_>, vault: &Vault, values: &mut Values, cond: &Cond) -> Result<Self, Fault> {
        Writer { tx, vault, values, rare: 0, prune: true }.write(cond)
    }

    fn nothing() -> Self {
        let (set, test) = ("SELECT seq FROM tickets WHERE seq = -1".to_owned(), "1 = 0".to_owned());
        Self { set, some: None, test }
    }
}

struct Writer<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    vault: &'a Vault,
    values: &'a mut Values,
    rare: u64,
    prune: bool,
}

impl Writer<'_, '_> {
    fn write(&mut self, cond: &Cond) -> Result<Searched, Fault> {
        match cond {
            Cond::Any(conds) => self.any(conds),
            Cond::Together(conds) => match lists(conds) {
                Some(lists) => self.together(&lists),
                None => self.all(conds),
            },
            Cond::All(conds) => self.all(conds),
            Cond::Is(Criterion::Token(token)) => self.together(&[vec![token]]),
            Cond::Is(Criterion::RefWhole(key)) => {
                let place = self.values.bind(Value::from(hyphenated(key)));
                Ok(Searched {
                    set: format!("SELECT seq FROM tickets WHERE ticket_ref = {place}"),
                    some: None,
                    test: format!("t.ticket_ref = {place}"),
                })
            }
            Cond::Is(Criterion::RefStart(key)) => {
                // All references are ASCII below '~', so this range is what starts with the key.
                let start = hyphenated(key);
                let before = self.values.bind(Value::from(format!("{start}~")));
                let from = self.values.bind(Value::from(start));
                Ok(Searched {
                    set: format!("SELECT seq FROM tickets WHERE ticket_ref >= {from} AND ticket_ref < {before}"),
                    some: None,
                    test: format!("(t.ticket_ref >= {from} AND t.ticket_ref < {before})"),
                })
            }
        }
    }

    /// Alternatives. Tokens come into one list, which the index answers with one look.
    fn any(&mut self, conds: &[Cond]) -> Result<Searched, Fault> {
        let mut listed = Vec::new();
        let mut ways = Vec::new();
        for cond in conds {
            match cond {
                Cond::Is(Criterion::Token(token)) => listed.push(token),
                other => ways.push(self.write(other)?),
            }
        }
        if !listed.is_empty() {
            ways.push(self.together(&[listed])?);
        }
        if ways.is_empty() {
            return Ok(Searched::nothing());
        }
        let some = ways.iter().any(|way| way.some.is_some());
        Ok(Searched {
            set: union(ways.iter().map(|way| way.set.as_str())),
            some: some.then(|| union(ways.iter().map(|way| way.some.as_ref().unwrap_or(&way.set).as_str()))),
            test: joined(ways.iter().map(|way| way.test.as_str()), " OR "),
        })
    }

    /// Of each list at least one token in the same text.
    fn together(&mut self, lists: &[Vec<&Token>]) -> Result<Searched, Fault> {
        let dialect = self.tx.dialect();
        let hashed = |list: &Vec<&Token>| list.iter().map(|token| tokens::hashed(self.vault, token)).collect();
        let mut lists: Vec<Vec<i64>> = lists.iter().map(hashed).collect();
        if self.prune {
            for list in lists.iter_mut().filter(|list| list.len() > 1) {
                *list = self.known(list)?;
            }
        }
        let places: Vec<String> = dialect.token_lists(&lists).into_iter().map(|list| self.values.bind(list)).collect();
        Ok(Searched { set: dialect.tickets_with(&places), some: None, test: dialect.ticket_has(&places) })
    }

    /// The tokens that some ticket has, or else any one.
    fn known(&mut self, list: &[i64]) -> Result<Vec<i64>, Fault> {
        let dialect = self.tx.dialect();
        let set = dialect.whole(&dialect.tickets_with(&["$1".to_owned()]));
        let sql = format!("SELECT seq FROM ({set}) AS hits LIMIT 1");
        let mut known = Vec::new();
        for token in list {
            if !self.tx.query(&sql, &dialect.token_lists(&[vec![*token]]))?.is_empty() {
                known.push(*token);
            }
        }
        Ok(if known.is_empty() { list[..1].to_vec() } else { known })
    }

    /// Conditions that all have to hold, whichever of a ticket's texts each of them is met by.
    fn all(&mut self, conds: &[Cond]) -> Result<Searched, Fault> {
        let mut parts = Vec::with_capacity(conds.len());
        for cond in conds {
            let part = self.write(cond)?;
            parts.push((self.count(&part.set)?, part));
        }
        parts.sort_by_key(|(count, _)| *count);
        let test = joined(parts.iter().map(|(_, part)| part.test.as_str()), " AND ");
        let Some(((count, first), rest)) = parts.split_first() else { return Ok(Searched::nothing()) };
        let rare = *count <= self.rare;
        let dialect = self.tx.dialect();
        let set = if rest.is_empty() {
            first.set.clone()
        } else if rare {
            let (from, condition) = dialect.tickets_of(&first.set);
            let tests: Vec<&str> = rest.iter().map(|(_, part)| part.test.as_str()).collect();
            format!("SELECT t.seq AS seq FROM {from} WHERE {condition} AND {}", tests.join(" AND "))
        } else {
            let rest: Vec<&str> = rest.iter().map(|(_, part)| part.set.as_str()).collect();
            dialect.tickets_of_all(&first.set, &rest)
        };
        let some = match lists(conds) {
            Some(lists) if !rare => Some(self.together(&lists)?.set),
            _ => None,
        };
        Ok(Searched { set, some, test })
    }

    /// How many tickets a set has, up to one more than is rare.
    fn count(&mut self, set: &str) -> Result<u64, Fault> {
        let set = self.tx.dialect().whole(set);
        let sql = format!("SELECT count(*) FROM (SELECT seq FROM ({set}) AS hits LIMIT {}) AS hits", self.rare + 1);
        let (sql, values) = self.values.of(&sql);
        let row = self.tx.query_one(&sql, &values)?.ok_or(Fault::NotFound)?;
        Ok(u64::try_from(row.int(0)?).unwrap_or(0))
    }
}

/// The tokens of each condition, if they are nothing but tokens of which any will do.
fn lists(conds: &[Cond]) -> Option<Vec<Vec<&Token>>> {
    conds.iter().map(list).collect()
}

fn list(cond: &Cond) -> Option<Vec<&Token>> {
    match cond {
        Cond::Is(Criterion::Token(token)) => Some(vec![token]),
        Cond::Any(any) if !any.is_empty() => Some(any.iter().map(list).collect::<Option<Vec<_>>>()?.concat()),
        _ => None,
    }
}

fn union<'a>(sets: impl Iterator<Item = &'a str>) -> String {
    sets.collect::<Vec<_>>().join(" UNION ALL ")
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
