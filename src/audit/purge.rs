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
/// Rows whose text one transaction takes out: a few tens of milliseconds.
const STEP: usize = 100;

/// Rows whose filter or address names somebody.
#[derive(Debug, Clone)]
pub struct Naming {
    rows: Vec<i64>,
    /// The last row that was looked at. What is recorded afterwards is not known yet.
    seen: i64,
}

impl Naming {
    fn look(&mut self, rows: &[(i64, String)], named: impl Fn(&str) -> bool) {
        let told = |text: &str| asked(text).iter().any(|text| named(text));
        self.seen = rows.last().map_or(self.seen, |(seq, _)| *seq);
        self.rows.extend(rows.iter().filter(|(_, text)| told(text)).map(|(seq, _)| *seq));
    }
}

/// The rows whose filters or addresses name somebody. A person's words stand in no other kind of row: numbers are kept by their
/// last digits alone.
///
/// # Errors
/// The database's, and a fault of ours when a row does not open.
pub async fn naming(db: &Db, vault: &Vault, named: impl Fn(&str) -> bool) -> Result<Naming, Fault> {
    let mut found = Naming { rows: Vec::new(), seen: i64::MIN };
    loop {
        let (keys, from) = (vault.clone(), found.seen);
        let rows = db.read(move |tx: &mut Tx<'_>| store::of_kinds(tx, &keys, &Event::FILTERED, from, PAGE)).await?;
        if rows.is_empty() {
            return Ok(found);
        }
        found.look(&rows, &named);
    }
}

/// What a row says was asked for: a filter as a query string, an address as people read it.
fn asked(text: &str) -> Vec<String> {
    match serde_json::from_str(text) {
        Ok(Event::ExportBegan { query, .. } | Event::ExportEnded { query, .. } | Event::ExportBroken { query, .. }) => {
            vec![query]
        }
        Ok(Event::Read { path, query }) => vec![decoded(&path), query],
        _ => Vec::new(),
    }
}

/// A path without its percent signs: an account stands in it as `LF%20551`.
fn decoded(path: &str) -> String {
    // What only a query string gives a meaning to means itself here.
    let path = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(path.as_bytes()).map(|(text, _)| text.into_owned()).collect()
}

/// Takes the texts of these rows out, some in each transaction: before whom they name is erased, where that takes long itself.
/// [`redact`] comes in its transaction all the same, as it knows what was recorded since.
///
/// # Errors
/// Only the database's.
pub async fn redact_ahead(db: &Db, vault: &Vault, found: &mut Naming) -> Result<(), Fault> {
    while !found.rows.is_empty() {
        let (keys, some) = (vault.clone(), found.rows.split_off(found.rows.len().saturating_sub(STEP)));
        let work = move |tx: &mut Tx<'_>| {
            tx.take_turn("audit")?;
            some.iter().try_for_each(|seq| store::redact(tx, &keys, *seq))
        };
        db.write(work).await?;
    }
    Ok(())
}

/// Takes the texts of these rows out, and of those that name somebody and were recorded since. That there was something, what
/// kind of thing, when and by whom stays.
///
/// # Errors
/// The database's, and a fault of ours when a row does not open.
pub fn redact(tx: &mut Tx<'_>, vault: &Vault, found: &Naming, named: impl Fn(&str) -> bool) -> Result<(), Fault> {
    // Nothing is recorded from here on to the end of the transaction but by itself.
    tx.take_turn("audit")?;
    let mut all = found.clone();
    loop {
        let rows = store::of_kinds(tx, vault, &Event::FILTERED, all.seen, PAGE)?;
        if rows.is_empty() {
            break;
        }
        all.look(&rows, &named);
    }
    all.rows.iter().try_for_each(|seq| store::redact(tx, vault, *seq))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::{record, verify},
        clock::Clock,
        db::DbOptions,
    };

    #[test]
    fn an_address_is_read_as_it_was_meant() {
        for (path, want) in [
            ("/api/clients/LF-204417", "/api/clients/LF-204417"),
            ("/api/clients/LF%20204417", "/api/clients/LF 204417"),
            ("/api/clients/Zo%C3%AB+1&2=3", "/api/clients/Zoë+1&2=3"),
            ("", ""),
        ] {
            assert_eq!(decoded(path), want);
        }
    }

    /// By filter and by address, before an erasure begins and while it runs.
    #[tokio::test]
    async fn what_names_somebody_is_taken_out_of_rows_recorded_meanwhile_too() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (vault, (clock, _hand)) = (Vault::for_tests(1), Clock::fixed(1_000, 3));
        let read = async |path: &str, query: &str| {
            let event = Event::Read { path: path.to_owned(), query: query.to_owned() };
            let (vault, clock) = (vault.clone(), clock.clone());
            db.write(move |tx| record(tx, &vault, &clock, None, &event)).await.unwrap()
        };
        read("/api/clients/LF%2D1", "").await;
        read("/api/clients/LF-2", "").await;
        let named = |text: &str| text.contains("LF-1");
        let found = naming(&db, &vault, named).await.unwrap();
        read("/tickets", "q=LF-1").await;
        read("/api/clients/LF-1", "").await;
        read("/tickets", "q=LF-2").await;
        let keys = vault.clone();
        db.write(move |tx| redact(tx, &keys, &found, named)).await.unwrap();
        let keys = vault.clone();
        let rows = db.read(move |tx| store::of_kinds(tx, &keys, &Event::FILTERED, i64::MIN, PAGE)).await.unwrap();
        let left: Vec<_> = rows.iter().map(|(_, text)| !text.is_empty()).collect();
        assert_eq!(left, [false, true, false, false, true]);
        let verdict = verify(&db, &vault, None).await.unwrap();
        assert_eq!((verdict.broken.len(), verdict.redacted), (0, 3), "{verdict:?}");
    }
}
