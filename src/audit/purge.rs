//! What leaves the history: texts that name somebody who was erased, and rows that are past their age. The chain holds all the
//! same, and `verify` counts both.

use vault::Vault;

use super::{Event, chain::Anchor, store};
use crate::{
    db::{Db, Tx},
    fault::Fault,
};

/// Rows that one read or one transaction looks at.
const PAGE: u32 = 500;

/// The places of rows whose filters name somebody. A person's words stand in no other kind of row: numbers are kept by their
/// last digits alone.
///
/// # Errors
/// The database's, and a fault of ours when a row does not open.
pub async fn naming(db: &Db, vault: &Vault, named: impl Fn(&str) -> bool) -> Result<Vec<i64>, Fault> {
    let (mut found, mut seq) = (Vec::new(), i64::MIN);
    loop {
        let (keys, from) = (vault.clone(), seq);
        let rows = db.read(move |tx: &mut Tx<'_>| store::of_kinds(tx, &keys, &Event::FILTERED, from, PAGE)).await?;
        let Some((last, _)) = rows.last() else { return Ok(found) };
        seq = *last;
        let query = |text: &str| match serde_json::from_str(text) {
            Ok(
                Event::ExportBegan { query, .. }
                | Event::ExportEnded { query, .. }
                | Event::ExportBroken { query, .. }
                | Event::Read { query, .. },
            ) => query,
            _ => String::new(),
        };
        found.extend(rows.into_iter().filter(|(_, text)| named(&query(text))).map(|(seq, _)| seq));
    }
}

/// Takes the texts of these rows out. That there was something, what kind of thing, when and by whom stays.
///
/// # Errors
/// Only the database's.
pub fn redact(tx: &mut Tx<'_>, vault: &Vault, rows: &[i64]) -> Result<(), Fault> {
    tx.take_turn("audit")?;
    rows.iter().try_for_each(|seq| store::redact(tx, vault, *seq))
}

/// How many rows are from before a time, in milliseconds, with the times of the oldest and the newest.
///
/// # Errors
/// Only the database's.
pub fn age(tx: &mut Tx<'_>, before: i64) -> Result<(u64, Option<i64>, Option<i64>), Fault> {
    store::age(tx, before)
}

/// Removes the oldest rows that are from before a time, in milliseconds, at most 500, and gives how many. The newest row of
/// all always stays: the next one is bound to it.
///
/// # Errors
/// Only the database's.
pub fn purge(tx: &mut Tx<'_>, vault: &Vault, before: i64) -> Result<u64, Fault> {
    tx.take_turn("audit")?;
    let mut rows = store::oldest(tx, PAGE + 1)?;
    rows.pop();
    let gone = rows.iter().take_while(|(_, at, _)| *at < before).count();
    let Some((seq, _, link)) = gone.checked_sub(1).and_then(|last| rows.get(last)) else { return Ok(0) };
    let was = store::anchor(tx, vault)?.map_or(0, |anchor| anchor.rows);
    store::cut(tx, vault, *seq, &Anchor { link: link.clone(), rows: was + gone as u64 })?;
    Ok(gone as u64)
}
