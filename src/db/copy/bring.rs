//! Makes the target equal to the source, table by table, and writes only what differs.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::super::{DbError, Row, TokenIndex, Tx, Value};
use super::digest::{Digest, Sum, bytes};
use super::pairs::{Pair, Pairs};
use super::parts::{self, Part};
use super::tables::{TABLES, Table, places};
use super::{CopyError, Copying, STEP, Tell, marks};

/// Rows written in one transaction: a few hundred milliseconds with what finds them, and a log forced to the disk not too
/// often.
pub(super) const BATCH: usize = 2_000;

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// Rows that were missing or different.
    pub written: u64,
    /// Rows that the source does not have.
    pub removed: u64,
    /// Rows that were alike.
    pub kept: u64,
    /// Rows that name others which came to the source after their table had been read.
    pub(super) left: u64,
    /// What was read of the source, table by table.
    pub(super) read: Vec<Sum>,
}

/// Rows on their way to the target.
#[derive(Default)]
struct Batch {
    put: Vec<Row>,
    /// Keys of those that go.
    remove: Vec<Vec<Value>>,
}

/// A batch, and what finds its rows.
struct Ready {
    table: &'static Table<'static>,
    put: Arc<[Row]>,
    remove: Vec<Vec<Value>>,
    found_by: Option<(TokenIndex, Vec<Part>)>,
}

impl Copying {
    /// Brings all rows.
    ///
    /// # Errors
    /// Besides those of the databases: [`CopyError::Changed`] when rows came to the source that could not be brought in
    /// this run.
    pub async fn bring(&self, tell: &mut Tell<'_>) -> Result<Brought, CopyError> {
        let mut brought = Brought::default();
        let mut stale = Vec::new();
        for table in &TABLES {
            if self.bring_table(table, &mut brought, tell).await? > 0 {
                stale.push(table);
            }
        }
        // What others name goes after what names it.
        for table in stale.into_iter().rev() {
            self.remove_stale(table, &mut brought).await?;
        }
        if brought.left > 0 {
            return Err(self.changed("with new rows that others name"));
        }
        Ok(brought)
    }

    /// Brings the rows of a table, and tells how many of the target are to go that rows of other tables may still name.
    pub(super) async fn bring_table(
        &self,
        table: &'static Table<'static>,
        brought: &mut Brought,
        tell: &mut Tell<'_>,
    ) -> Result<u64, CopyError> {
        let mut pairs = Pairs::of(&self.source, &self.target, table);
        let mut flow = Flow { copy: self, table, batch: Batch::default(), under_way: None, left: 0 };
        let (mut read, mut stale, mut told) = (Digest::of(table.name), 0, 0);
        while let Some(pair) = pairs.next().await? {
            match pair {
                Pair::Gone(_) if table.is_named() => stale += 1,
                Pair::Gone(was) => {
                    brought.removed += 1;
                    flow.batch.remove.push(table.key(&was).to_vec());
                }
                Pair::Same { now: row, .. } => {
                    read.add(&row);
                    brought.kept += 1;
                }
                Pair::New(row) | Pair::Changed { now: row, .. } => {
                    read.add(&row);
                    brought.written += 1;
                    flow.batch.put.push(row);
                }
            }
            flow.go_on().await?;
            if read.rows() - told >= STEP {
                tell(read.rows() - told);
                told = read.rows();
            }
        }
        flow.finish().await?;
        tell(read.rows() - told);
        brought.left += flow.left;
        brought.written -= flow.left;
        brought.read.push(read.sum());
        Ok(stale)
    }

    /// Removes rows that the source does not have, once nothing names them any more.
    async fn remove_stale(&self, table: &'static Table<'static>, brought: &mut Brought) -> Result<(), CopyError> {
        let mut pairs = Pairs::of(&self.source, &self.target, table);
        let mut flow = Flow { copy: self, table, batch: Batch::default(), under_way: None, left: 0 };
        while let Some(pair) = pairs.next().await? {
            if let Pair::Gone(was) = pair {
                brought.removed += 1;
                flow.batch.remove.push(table.key(&was).to_vec());
                flow.go_on().await?;
            }
        }
        flow.finish().await
    }

    /// Writes a batch, and tells how many rows of it could not be written, since rows are missing that they name.
    async fn write(&self, ready: Arc<Ready>) -> Result<u64, CopyError> {
        let Err(error) = self.store(&ready).await else { return Ok(0) };
        let put = self.without_orphans(ready.table, Arc::clone(&ready.put)).await?;
        let left = ready.put.len() - put.len();
        if left == 0 {
            return Err(self.not_stored(ready.table, error));
        }
        let ready = self.ready(ready.table, put, ready.remove.clone()).await?;
        self.store(&ready).await.map_err(|error| self.not_stored(ready.table, error))?;
        Ok(u64::try_from(left).unwrap_or(u64::MAX))
    }

    async fn store(&self, ready: &Arc<Ready>) -> Result<(), DbError> {
        let (ready, run) = (Arc::clone(ready), self.run);
        let store = move |tx: &mut Tx<'_>| {
            marks::hold(tx, run)?;
            ready.store(tx)
        };
        self.target.db.write(store).await
    }

    fn not_stored(&self, table: &'static Table<'static>, error: DbError) -> CopyError {
        match error {
            DbError::Unique { .. } => CopyError::InTheWay { name: self.target.name.clone(), table: table.name },
            error => self.target.failed(error).in_table(table.name),
        }
    }

    /// Rows with what finds them.
    async fn ready(
        &self,
        table: &'static Table<'static>,
        put: Arc<[Row]>,
        remove: Vec<Vec<Value>>,
    ) -> Result<Arc<Ready>, CopyError> {
        let found_by = match self.findable.iter().find(|findable| findable.table() == table.name) {
            Some(findable) if !put.is_empty() => {
                let parts = parts::of_rows(&self.source, table, findable, Arc::clone(&put)).await?;
                Some((findable.index(), parts))
            }
            _ => None,
        };
        Ok(Arc::new(Ready { table, put, remove, found_by }))
    }

    /// The rows but for those that name a row which the target does not have.
    async fn without_orphans(&self, table: &'static Table<'static>, rows: Arc<[Row]>) -> Result<Arc<[Row]>, CopyError> {
        let read = move |tx: &mut Tx<'_>| {
            let mut rows = rows.to_vec();
            for (column, other, key) in table.refers {
                let Some(place) = table.place(column) else { continue };
                let named = |row: &Row| row.0.get(place).filter(|value| **value != Value::Null).cloned();
                let mut wanted: Vec<Value> = rows.iter().filter_map(named).collect();
                wanted.sort_by_cached_key(bytes);
                wanted.dedup();
                let there = there(tx, other, key, &wanted)?;
                rows.retain(|row| named(row).is_none_or(|value| there.contains(&bytes(&value))));
            }
            Ok(rows.into())
        };
        self.target.read(read).await
    }
}

/// Which of these keys a table has.
fn there(tx: &mut Tx<'_>, table: &str, key: &str, wanted: &[Value]) -> Result<HashSet<Vec<u8>>, DbError> {
    let mut there = HashSet::new();
    for some in wanted.chunks(64) {
        let sql = format!("SELECT {key} FROM {table} WHERE {key} IN ({})", places(1, some.len()));
        there.extend(tx.query(&sql, some)?.iter().filter_map(|row| row.0.first()).map(bytes));
    }
    Ok(there)
}

impl Ready {
    fn store(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let remove = self.table.remove();
        for key in &self.remove {
            tx.execute(&remove, key)?;
        }
        for (from, count) in parts::chunks(self.put.len(), tx.dialect()) {
            let sql = self.table.put(count);
            match &self.put[from..from + count] {
                [row] => tx.execute(&sql, &row.0)?,
                rows => tx.execute(&sql, &rows.iter().flat_map(|row| row.0.iter().cloned()).collect::<Vec<_>>())?,
            };
        }
        match &self.found_by {
            // One after another and after all else, which an index of words needs to gather them before it writes.
            Some((index, parts)) => parts::put(tx, *index, parts),
            None => Ok(()),
        }
    }
}

/// Batches of a table, of which one is written while the next is made ready.
struct Flow<'a> {
    copy: &'a Copying,
    table: &'static Table<'static>,
    batch: Batch,
    under_way: Option<JoinHandle<Result<u64, CopyError>>>,
    left: u64,
}

impl Flow<'_> {
    /// Sends the batch on its way if it is full.
    async fn go_on(&mut self) -> Result<(), CopyError> {
        if self.batch.put.len() + self.batch.remove.len() < BATCH { Ok(()) } else { self.send().await }
    }

    async fn send(&mut self) -> Result<(), CopyError> {
        let Batch { put, remove } = std::mem::take(&mut self.batch);
        let ready = self.copy.ready(self.table, put.into(), remove).await?;
        self.arrive().await?;
        let copy = self.copy.clone();
        self.under_way = Some(tokio::spawn(async move { copy.write(ready).await }));
        Ok(())
    }

    /// Waits for the batch that is under way.
    async fn arrive(&mut self) -> Result<(), CopyError> {
        if let Some(under_way) = self.under_way.take() {
            self.left += under_way.await.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), CopyError> {
        self.send().await?;
        self.arrive().await
    }
}
