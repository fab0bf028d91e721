//! What search looks up. It cannot be read back on every engine, so it is made anew from the rows that it belongs to, and
//! stored in the transaction that stores these: where a row is, its part of the index is too.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::{DbError, Dialect, Row, TokenIndex, Tx, Value, params};
use super::tables::{PAGE, Table, places};
use super::{CopyError, End};

/// The last number that a row may have.
const LAST: i64 = i64::MAX >> 20;

/// The part of the reference that another help desk gave a ticket; notes have their versions, of which the first is 2.
pub(super) const IMPORTED: i64 = 1;

/// Rows that search finds, as the feature knows them that they belong to.
pub trait Findable: Send + Sync {
    /// The table of the rows.
    fn table(&self) -> &'static str;
    /// The index that finds them.
    fn index(&self) -> TokenIndex;
    /// The columns that it takes.
    fn columns(&self) -> &'static [&'static str];
    /// What finds these rows, of which each has those columns in that order. What else it needs it reads where they come
    /// from.
    ///
    /// # Errors
    /// When a row cannot be opened, or what it belongs to is missing.
    fn parts(&self, source: &mut Tx<'_>, rows: &[Row]) -> anyhow::Result<Vec<Part>>;
}

/// What one text is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The `seq` of what it belongs to.
    pub owner: i64,
    /// Which of the owner's texts it is; 0 where there is but one.
    pub part: i64,
    /// Its tokens.
    pub tokens: Vec<i64>,
}

/// What finds rows of a table that were read from the source.
pub(super) async fn of_rows(
    source: &End,
    table: &'static Table<'static>,
    findable: &Arc<dyn Findable>,
    rows: Arc<[Row]>,
) -> Result<Vec<Part>, CopyError> {
    let places: Option<Vec<usize>> = findable.columns().iter().map(|column| table.place(column)).collect();
    let maker = Arc::clone(findable);
    let made = source.db.read(move |tx| {
        let places = places.ok_or_else(|| anyhow::anyhow!("it wants columns that there are not"))?;
        let pick = |row: &Row| Row(places.iter().filter_map(|place| row.0.get(*place)).cloned().collect());
        maker.parts(tx, &rows.iter().map(pick).collect::<Vec<_>>())
    });
    let mut parts = made.await.map_err(|reason| CopyError::Unreadable { table: table.name, reason })?;
    // The index of an engine may have to be written out whenever a row comes before the last one.
    parts.sort_unstable_by_key(|part| (part.owner, part.part));
    Ok(parts)
}

/// Stores parts in place of those before.
pub(in crate::db) fn put(tx: &mut Tx<'_>, index: TokenIndex, parts: &[Part]) -> Result<(), DbError> {
    let dialect = tx.dialect();
    for (from, count) in chunks(parts.len(), dialect) {
        let values: Vec<Value> =
            parts[from..from + count].iter().flat_map(|part| values(dialect, index, part)).collect();
        tx.execute(&dialect.put_parts(index, count), &values)?;
    }
    Ok(())
}

fn values(dialect: Dialect, index: TokenIndex, part: &Part) -> Vec<Value> {
    let mut values = key(index, (part.owner, part.part));
    values.push(dialect.tokens(part.tokens.iter().copied()));
    values
}

fn key(index: TokenIndex, (owner, part): (i64, i64)) -> Vec<Value> {
    match index {
        TokenIndex::Tickets => vec![Value::Int(owner), Value::Int(part)],
        TokenIndex::Clients => vec![Value::Int(owner)],
    }
}

/// Parts so many into statements, each of a size that comes again and again, since the engine keeps those prepared.
pub(in crate::db) fn chunks(count: usize, dialect: Dialect) -> impl Iterator<Item = (usize, usize)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let mut size = dialect.rows_at_once();
        while size > count - from {
            size /= 4;
        }
        from += size;
        (size > 0).then_some((from - size, size))
    })
}

/// How an index differs from the rows that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// Parts that should be there.
    pub(super) wanted: u64,
    /// How many of them are not.
    pub(super) missing: u64,
    /// Those that should not be there.
    pub(super) stale: Vec<(i64, i64)>,
}

/// Looks whether a database has for each row that search finds its part of the index, and no other. What is in the part
/// cannot be read on every engine.
pub(super) async fn state(end: &End, index: TokenIndex) -> Result<State, CopyError> {
    let mut state = State::default();
    let mut after = -1;
    while after < LAST {
        let (last, found) = end.read(move |tx| of_range(tx, index, after)).await?;
        state.wanted += found.wanted;
        state.missing += found.missing;
        state.stale.extend(found.stale);
        after = last;
    }
    Ok(state)
}

/// The same for a page of owners after one, and the last of that page. Each statement asks one table by its key, as no
/// engine needs to know how much is in it to do that well.
fn of_range(tx: &mut Tx<'_>, index: TokenIndex, after: i64) -> Result<(i64, State), DbError> {
    let owners = match index {
        TokenIndex::Tickets => "tickets",
        TokenIndex::Clients => "clients",
    };
    let sql = format!("SELECT seq, id FROM {owners} WHERE seq > $1 ORDER BY seq LIMIT {PAGE}");
    let owners = tx.query(&sql, params![after])?.into_iter().map(|row| Ok((row.bytes(1)?, row.int(0)?)));
    let owners: HashMap<Vec<u8>, i64> = owners.collect::<Result<_, DbError>>()?;
    let last = owners.values().max().filter(|_| owners.len() == PAGE).copied().unwrap_or(LAST);
    let mut wanted = match index {
        TokenIndex::Tickets => of_tickets(tx, &owners, after, last)?,
        TokenIndex::Clients => owners.into_values().map(|seq| (seq, 0)).collect(),
    };
    wanted.sort_unstable();
    let there = pairs(&tx.query(tx.dialect().parts(index), params![after, last])?)?;
    let absent = |list: &[(i64, i64)], one: &(i64, i64)| list.binary_search(one).is_err();
    let missing = wanted.iter().filter(|one| absent(&there, one)).count();
    let stale = there.iter().filter(|one| absent(&wanted, one)).copied().collect();
    Ok((last, State { wanted: count(wanted.len()), missing: count(missing), stale }))
}

/// The texts of tickets in a range, their notes, and the references that some had elsewhere.
fn of_tickets(
    tx: &mut Tx<'_>,
    tickets: &HashMap<Vec<u8>, i64>,
    after: i64,
    last: i64,
) -> Result<Vec<(i64, i64)>, DbError> {
    let mut parts =
        pairs(&tx.query("SELECT seq, 0 FROM ticket_texts WHERE seq > $1 AND seq <= $2", params![after, last])?)?;
    let ids: Vec<Value> = tickets.keys().map(Value::from).collect();
    for some in ids.chunks(64) {
        let places = places(1, some.len());
        let notes = format!("SELECT ticket_id, version FROM ticket_notes WHERE ticket_id IN ({places})");
        let imported = format!("SELECT ticket_id, {IMPORTED} FROM imported_tickets WHERE ticket_id IN ({places})");
        for sql in [notes, imported] {
            for row in tx.query(&sql, some)? {
                parts.extend(tickets.get(&row.bytes(0)?).map(|seq| row.int(1).map(|part| (*seq, part))).transpose()?);
            }
        }
    }
    Ok(parts)
}

fn pairs(rows: &[Row]) -> Result<Vec<(i64, i64)>, DbError> {
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Removes parts.
pub(super) fn remove(tx: &mut Tx<'_>, index: TokenIndex, parts: &[(i64, i64)]) -> Result<(), DbError> {
    let sql = tx.dialect().remove_part(index);
    parts.iter().try_for_each(|part| tx.execute(sql, &key(index, *part)).map(drop))
}
