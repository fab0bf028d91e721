//! A page of a common search: tickets are walked to in the list's order, and tested until the page is full.

use super::{
    Limits,
    found::{Found, Values},
    query,
    searched::Searched,
    way::{Stretch, Way, stretch_sql},
};
use crate::{
    db::{Row, Tx, Value},
    fault::Fault,
    tickets::{Desk, Filter, store},
};

/// Tickets tested by one statement.
const AT_ONCE: usize = 100;

/// The rows of a page and one more, in order; `None` where so many looks do not fill it.
///
/// # Errors
/// Only the database's.
pub(super) fn walk(
    tx: &mut Tx<'_>,
    desk: &Desk,
    filter: &Filter,
    found: &mut Found,
    limits: Limits,
) -> Result<Option<Vec<Row>>, Fault> {
    let Some(cond) = found.cond.clone() else { return Ok(None) };
    let Stretch { skip, limit } = Stretch::page(filter);
    if skip + limit > limits.looks {
        return Ok(None);
    }
    let ahead = Stretch { skip: 0, limit: limits.looks };
    let sql = stretch_sql(found, Way::Walk, true, filter, ahead)?;
    let seqs = query(tx, found, &sql)?.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?;
    let mut values = Values::default();
    let test = Searched::pruned(tx, &desk.vault, &mut values, &cond)?.test;
    let (skip, wanted) = (count(skip), count(skip + limit));
    let mut hits = Vec::new();
    for some in seqs.chunks(AT_ONCE) {
        let passed = rows_of(tx, "t.seq", "", some, &test, values.clone())?;
        let passed = passed.iter().map(|row| row.int(0)).collect::<Result<Vec<_>, _>>()?;
        hits.extend(some.iter().filter(|seq| passed.contains(seq)));
        if hits.len() >= wanted {
            break;
        }
    }
    if hits.len() < wanted && seqs.len() == count(limits.looks) {
        return Ok(None);
    }
    let page: Vec<i64> = hits.into_iter().skip(skip).take(wanted - skip).collect();
    let columns = format!("{}, t.seq", store::COLUMNS);
    let mut rows = Vec::with_capacity(page.len());
    for row in rows_of(tx, &columns, store::BESIDE, &page, "1 = 1", Values::default())? {
        let seq = row.int(columns.split(", ").count() - 1)?;
        rows.push((page.iter().position(|other| *other == seq), row));
    }
    rows.sort_by_key(|(place, _)| *place);
    Ok(Some(rows.into_iter().map(|(_, row)| row).collect()))
}

/// Columns of those of these tickets that pass a test.
fn rows_of(
    tx: &mut Tx<'_>,
    columns: &str,
    beside: &str,
    seqs: &[i64],
    test: &str,
    mut values: Values,
) -> Result<Vec<Row>, Fault> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = seqs.iter().map(|seq| values.bind(Value::from(*seq))).collect();
    let by = tx.dialect().by_row();
    let sql = format!("SELECT {columns} FROM tickets t{by} {beside} WHERE t.seq IN ({}) AND {test}", places.join(", "));
    let (sql, values) = values.of(&sql);
    Ok(tx.query(&sql, &values)?)
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
