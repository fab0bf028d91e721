//! Holds the copy against the source, row by row.

use super::super::TokenIndex;
use super::digest::{Digest, Sum};
use super::pairs::{Pair, Pairs};
use super::parts;
use super::tables::{TABLES, Table};
use super::{Brought, CopyError, Copying, STEP, Tell};

/// What both sides were found to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Table by table: its name, how many rows, and their digest.
    pub tables: Vec<(&'static str, u64, [u8; 32])>,
    /// The same of them all.
    pub total: (u64, [u8; 32]),
    /// How many texts each index finds.
    pub indexes: Vec<(&'static str, u64)>,
}

impl Copying {
    /// Reads every row of both sides, after [`Copying::bring`] has made them alike. What search looks up is not read, since
    /// not every engine gives it back; that each text has its part of the index is.
    ///
    /// # Errors
    /// Besides those of the databases: [`CopyError::Changed`] or [`CopyError::Differs`] at the first difference.
    pub async fn verify(&self, brought: &Brought, tell: &mut Tell<'_>) -> Result<Verified, CopyError> {
        let mut sums = Vec::new();
        for (table, read) in TABLES.iter().zip(&brought.read) {
            sums.push(self.verify_table(table, *read, tell).await?);
        }
        let mut indexes = Vec::new();
        for index in TokenIndex::ALL {
            let state = parts::state(&self.target, index).await?;
            if state.missing > 0 || !state.stale.is_empty() {
                return Err(CopyError::NotFound { name: self.target.name.clone(), index: index.table() });
            }
            indexes.push((index.table(), state.wanted));
        }
        let total = Sum::of_all(sums.iter().copied());
        let tables = TABLES.iter().zip(sums).map(|(table, sum)| (table.name, sum.rows, sum.digest)).collect();
        Ok(Verified { tables, total: (total.rows, total.digest), indexes })
    }

    /// What both have. `read` is what the source had when the table was brought.
    async fn verify_table(
        &self,
        table: &'static Table<'static>,
        read: Sum,
        tell: &mut Tell<'_>,
    ) -> Result<Sum, CopyError> {
        let mut pairs = Pairs::of(&self.source, &self.target, table);
        let (mut source, mut target) = (Digest::of(table.name), Digest::of(table.name));
        let mut differs = None;
        while let Some(pair) = pairs.next().await? {
            if !matches!(pair, Pair::Same { .. }) {
                differs = differs.or(Some(source.rows() + 1));
            }
            // Beyond the first difference it is read on, to find out whose side it is on.
            let (now, was) = match &pair {
                Pair::Same { now, was } | Pair::Changed { now, was } => (Some(now), Some(was)),
                Pair::New(now) => (Some(now), None),
                Pair::Gone(was) => (None, Some(was)),
            };
            if let Some(row) = &was {
                target.add(row);
            }
            if let Some(row) = now {
                source.add(row);
                if source.rows().is_multiple_of(STEP) {
                    tell(STEP);
                }
            }
        }
        tell(source.rows() % STEP);
        let (source, target) = (source.sum(), target.sum());
        match differs {
            None if source == target => Ok(source),
            _ if source != read => Err(self.changed(&format!("in {}", table.name))),
            row => Err(CopyError::Differs {
                from: self.source.name.clone(),
                name: self.target.name.clone(),
                table: table.name,
                row: row.unwrap_or(0),
            }),
        }
    }
}
