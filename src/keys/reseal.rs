//! Seals everything anew under the active key, while servers run.

use std::{collections::BTreeMap, time::Instant};

use vault::{Cell, KeyId, Vault};

use super::{
    places::{PLACES, Place},
    store::{self, Sealed},
};
use crate::{
    db::{Db, Tx, Value},
    fault::Fault,
};

/// The work of a rotation on the data.
#[derive(Debug, Clone)]
pub struct Resealing {
    /// Where the data is.
    pub db: Db,
    /// The keys, all of them.
    pub vault: Vault,
}

/// Values by the key that sealed them.
pub type Used = BTreeMap<KeyId, u64>;

/// What one walk through the data has found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// How many values each key has sealed, as they are after it.
    pub used: Used,
    /// How many were sealed anew.
    pub resealed: u64,
    /// How many do not open with the key that they name: damaged, or moved by somebody. They stay as they are.
    pub unreadable: u64,
}

impl Resealing {
    /// How many rows have something sealed, or could have.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn rows(&self) -> Result<u64, Fault> {
        let count = |tx: &mut Tx<'_>| PLACES.iter().map(|place| store::count(tx, place)).sum::<Result<u64, Fault>>();
        self.db.read(count).await
    }

    /// Walks through everything and tells which keys it is sealed with; `tell` hears of rows.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn look(&self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Found, Fault> {
        self.walk(false, tell).await
    }

    /// Walks through everything and seals anew what another than the active key has sealed. It may be stopped at any time,
    /// and begun again. A value that somebody changes meanwhile is left to them.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn reseal(&self, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Found, Fault> {
        self.walk(true, tell).await
    }

    async fn walk(&self, change: bool, tell: &mut (dyn FnMut(u64) + Send)) -> Result<Found, Fault> {
        let mut found = Found::default();
        for place in &PLACES {
            let mut after: Vec<Value> = Vec::new();
            loop {
                let from = after.clone();
                let rows = self.db.read(move |tx| store::page(tx, place, &from)).await?;
                let Some(last) = rows.last() else { break };
                after.clone_from(&last.key);
                let stale = self.sort(place, &rows, &mut found);
                if change && !stale.is_empty() {
                    self.put(place, stale, &mut found).await?;
                }
                tell(rows.len() as u64);
            }
        }
        Ok(found)
    }

    /// Counts what is there, and gives what is to be sealed anew.
    fn sort(&self, place: &'static Place, rows: &[Sealed], found: &mut Found) -> Vec<Stale> {
        let active = self.vault.active_key();
        let mut stale = Vec::new();
        for row in rows {
            for (column, value) in place.columns.iter().zip(&row.values) {
                let Some(old) = value else { continue };
                let Some(key) = Vault::key_of(old) else {
                    found.unreadable += 1;
                    continue;
                };
                *found.used.entry(key).or_default() += 1;
                if key == active {
                    continue;
                }
                let cell = Cell { table: place.table, column, row: &row.bound };
                match self.vault.open_cell(&cell, old) {
                    Ok(plain) => {
                        let new = self.vault.seal(&cell, &plain);
                        stale.push(Stale { column, key: row.key.clone(), by: key, old: old.clone(), new });
                    }
                    Err(error) => {
                        tracing::error!(table = place.table, column, %error, "a value cannot be sealed anew and stays");
                        found.unreadable += 1;
                    }
                }
            }
        }
        stale
    }

    async fn put(&self, place: &'static Place, stale: Vec<Stale>, found: &mut Found) -> Result<(), Fault> {
        let began = Instant::now();
        let put = move |tx: &mut Tx<'_>| {
            let mut put = Vec::new();
            for one in &stale {
                if store::replace(tx, place, one.column, &one.key, (&one.old, &one.new))? {
                    put.push(one.by);
                }
            }
            Ok::<_, Fault>(put)
        };
        let put = self.db.write(put).await?;
        let active = self.vault.active_key();
        for by in put {
            found.resealed += 1;
            *found.used.entry(active).or_default() += 1;
            if let Some(count) = found.used.get_mut(&by) {
                *count -= 1;
            }
        }
        found.used.retain(|_, count| *count > 0);
        // The desk writes as well: at most half of the time is ours.
        tokio::time::sleep(began.elapsed()).await;
        Ok(())
    }
}

/// A value that another key has sealed.
struct Stale {
    column: &'static str,
    key: Vec<Value>,
    by: KeyId,
    old: Vec<u8>,
    new: Vec<u8>,
}
