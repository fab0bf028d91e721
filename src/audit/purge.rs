//! What leaves the history: texts that name somebody who was erased, and rows that are past their age. The chain holds all the
//! same, and `verify` counts both.

use uuid::Uuid;
use vault::Vault;

use super::{
    Event,
    chain::{self, Anchor},
    noted,
    store::{self, Opened},
};
use crate::{
    db::{Db, Tx},
    fault::Fault,
};

/// Rows that one read or one transaction looks at.
const PAGE: u32 = 500;
/// Rows whose text one transaction takes out: a few tens of milliseconds, and what it takes to ask who is spared by then. Nobody
/// records anything meanwhile.
const STEP: usize = 100;

/// Somebody's words that a row keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said<'a> {
    /// What was asked for: a parameter and its value.
    Asked(&'a str, &'a str),
    /// What something was done for.
    Reason(&'a str),
}

/// Rows whose filter, address or reason names somebody.
#[derive(Debug, Clone)]
pub struct Naming {
    rows: Vec<i64>,
    /// The last row that was looked at. What is recorded afterwards is not known yet.
    seen: i64,
    /// A row that stays, whomever it names.
    spared: Option<Uuid>,
}

impl Naming {
    /// The same, and a row that is recorded afterwards stays, whomever it names: the one that says why the others go.
    #[must_use]
    pub fn sparing(self, row: Uuid) -> Self {
        Self { spared: Some(row), ..self }
    }

    fn look(&mut self, rows: &[Opened], named: impl Fn(Said<'_>) -> bool) {
        let spared = self.spared;
        let told = |row: &&Opened| Some(row.id) != spared && tells(&row.text, &named);
        self.seen = rows.last().map_or(self.seen, |row| row.seq);
        self.rows.extend(rows.iter().filter(told).map(|row| row.seq));
    }
}

/// The rows whose filters, addresses or reasons name somebody: `named` is asked about each of these. A person's words stand in no
/// other kind of row: numbers are kept by their last digits alone. A row that does not open says nothing any more;
/// [`super::verify`] tells of it.
///
/// # Errors
/// Only the database's.
pub async fn naming(db: &Db, vault: &Vault, named: impl Fn(Said<'_>) -> bool) -> Result<Naming, Fault> {
    let mut found = Naming { rows: Vec::new(), seen: i64::MIN, spared: None };
    loop {
        let (keys, from) = (vault.clone(), found.seen);
        let rows = db.read(move |tx: &mut Tx<'_>| store::of_kinds(tx, &keys, &Event::SAID, from, PAGE)).await?;
        if rows.is_empty() {
            return Ok(found);
        }
        found.look(&rows, &named);
    }
}

/// Whether any words of a row's text name somebody.
fn tells(text: &str, named: impl Fn(Said<'_>) -> bool) -> bool {
    let Some((event, _)) = noted::read(text) else { return false };
    event.reason().is_some_and(|reason| named(Said::Reason(reason)))
        || asked(&event).iter().any(|(parameter, value)| named(Said::Asked(parameter, value)))
}

/// What an event says was asked for: the parameters of a filter, and the account in an address, which is as good as searched for.
/// Nothing else of an address is somebody's words.
fn asked(event: &Event) -> Vec<(String, String)> {
    let pairs = |query: &str| form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>();
    match event {
        Event::ExportBegan { query, .. } | Event::ExportEnded { query, .. } | Event::ExportBroken { query, .. } => {
            pairs(query)
        }
        Event::Read { path, query } => {
            let account = account_in(path).map(|account| ("q".to_owned(), account));
            account.into_iter().chain(pairs(query)).collect()
        }
        _ => Vec::new(),
    }
}

/// The account that an address ends with.
pub(super) fn account_in(path: &str) -> Option<String> {
    path.strip_prefix("/api/clients/").map(decoded)
}

/// A path without its percent signs: an account stands in it as `LF%20551`.
fn decoded(path: &str) -> String {
    // What only a query string gives a meaning to means itself here.
    let path = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(path.as_bytes()).map(|(text, _)| text.into_owned()).collect()
}

/// Takes the texts of these rows out, some in each transaction: before whom they name is erased, which takes long itself.
/// `still` is asked at the beginning of each of these for what tells whether a text names somebody, and a row that names nobody any
/// more stays: whom it names may be held by then. It takes the turn [`super::TURN`] itself, the last of all, before it reads much: what
/// others record meanwhile would have it all done again. [`redact`] comes in its transaction all the same, as it knows what was recorded
/// since.
///
/// # Errors
/// The database's, and those of `still`.
pub async fn redact_ahead<S, N>(db: &Db, vault: &Vault, found: &mut Naming, still: S) -> Result<(), Fault>
where
    S: Fn(&mut Tx<'_>) -> Result<N, Fault> + Clone + Send + 'static,
    N: Fn(Said<'_>) -> bool,
{
    while !found.rows.is_empty() {
        let some = found.rows.split_off(found.rows.len().saturating_sub(STEP));
        let (keys, still) = (vault.clone(), still.clone());
        let work = move |tx: &mut Tx<'_>| {
            let named = still(tx)?;
            // For one that reads nothing.
            tx.take_turn(store::TURN)?;
            // As in the rest of an erasure.
            tx.blank_freed(true)?;
            take_out(tx, &keys, &some, named)?;
            Ok::<_, Fault>(tx.blank_freed(false)?)
        };
        db.write(work).await?;
    }
    Ok(())
}

/// Takes the texts of these rows out, and of those that were recorded since, where they name somebody. That there was something,
/// what kind of thing, when and by whom stays.
///
/// # Errors
/// Only the database's.
pub fn redact(tx: &mut Tx<'_>, vault: &Vault, found: &Naming, named: impl Fn(Said<'_>) -> bool) -> Result<(), Fault> {
    // Nothing is recorded from here on to the end of the transaction but by itself.
    tx.take_turn(store::TURN)?;
    let mut all = found.clone();
    loop {
        let rows = store::of_kinds(tx, vault, &Event::SAID, all.seen, PAGE)?;
        if rows.is_empty() {
            break;
        }
        all.look(&rows, &named);
    }
    take_out(tx, vault, &all.rows, named)
}

/// Takes the texts of these rows out that name somebody: since they were found somebody may be spared.
fn take_out(tx: &mut Tx<'_>, vault: &Vault, rows: &[i64], named: impl Fn(Said<'_>) -> bool) -> Result<(), Fault> {
    for seq in rows {
        let row = store::of_kinds(tx, vault, &Event::SAID, *seq - 1, 1)?.pop();
        if row.is_some_and(|row| row.seq == *seq && tells(&row.text, &named)) {
            store::redact(tx, vault, *seq)?;
        }
    }
    Ok(())
}

/// How many rows are from before a time, in milliseconds, with the times of the oldest and the newest.
///
/// # Errors
/// Only the database's.
pub fn age(tx: &mut Tx<'_>, before: i64) -> Result<(u64, Option<i64>, Option<i64>), Fault> {
    store::age(tx, before)
}

/// Removes the oldest rows that are from before a time, in milliseconds, at most 500, and gives how many. The newest row of
/// all always stays: the next one is bound to it. Each is held against the chain first: what is left will vouch for what has gone.
///
/// # Errors
/// The database's, and a fault of ours at a row that does not hold, once those before it have gone: somebody has been at it, so it
/// stays for [`super::verify`] to show.
pub fn purge(tx: &mut Tx<'_>, vault: &Vault, before: i64) -> Result<u64, Fault> {
    tx.take_turn(store::TURN)?;
    let was = store::anchor(tx, vault)?.unwrap_or_default();
    let mut rows = store::after(tx, vault, i64::MIN, PAGE + 1)?;
    rows.pop();
    let (mut gone, mut link, mut cut) = (0, was.link, None);
    for row in rows.iter().take_while(|row| row.at < before) {
        if chain::fault(vault, &link, row).is_some() {
            if gone > 0 {
                break;
            }
            return Err(Fault::Unexpected(anyhow::anyhow!(
                "row {} of the audit history does not hold: none goes from there on (redress audit verify)",
                row.seq
            )));
        }
        (gone, link, cut) = (gone + 1, row.link.clone().unwrap_or_default(), Some(row.seq));
    }
    if let Some(seq) = cut {
        store::cut(tx, vault, seq, &Anchor { link, rows: was.rows + gone })?;
    }
    Ok(gone)
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
        let named = |said: Said<'_>| matches!(said, Said::Asked(_, "LF-1"));
        let found = naming(&db, &vault, named).await.unwrap();
        read("/tickets", "q=LF-1").await;
        read("/api/clients/LF-1", "").await;
        read("/tickets", "q=LF-2").await;
        let keys = vault.clone();
        db.write(move |tx| redact(tx, &keys, &found, named)).await.unwrap();
        let keys = vault.clone();
        let rows = db.read(move |tx| store::of_kinds(tx, &keys, &Event::SAID, i64::MIN, PAGE)).await.unwrap();
        let left: Vec<_> = rows.iter().map(|row| !row.text.is_empty()).collect();
        assert_eq!(left, [false, true, false, false, true]);
        let verdict = verify(&db, &vault, None).await.unwrap();
        assert_eq!((verdict.broken.len(), verdict.redacted), (0, 3), "{verdict:?}");
    }

    /// Nobody is kept from being erased by who writes to the database past Redress.
    #[tokio::test]
    async fn a_row_whose_id_is_none_holds_up_no_erasure() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (vault, (clock, _hand)) = (Vault::for_tests(1), Clock::fixed(1_000, 3));
        for _ in 0..3 {
            let event = Event::Read { path: "/tickets".to_owned(), query: "q=LF-1".to_owned() };
            let (keys, clock) = (vault.clone(), clock.clone());
            db.write(move |tx| record(tx, &keys, &clock, None, &event)).await.unwrap();
        }
        let change = "UPDATE audit_events SET id = link WHERE seq = (SELECT min(seq) FROM audit_events)";
        assert_eq!(db.write(move |tx| tx.execute(change, &[]).map_err(Fault::from)).await.unwrap(), 1);
        let named = |said: Said<'_>| matches!(said, Said::Asked(_, "LF-1"));
        let found = naming(&db, &vault, named).await.unwrap();
        let keys = vault.clone();
        db.write(move |tx| redact(tx, &keys, &found, named)).await.unwrap();
        let verdict = verify(&db, &vault, None).await.unwrap();
        assert_eq!((verdict.redacted, verdict.broken.len()), (2, 1), "{verdict:?}");
    }

    /// A hold may be placed between two transactions.
    #[tokio::test]
    async fn a_row_whose_person_is_spared_by_then_stays() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (vault, (clock, _hand)) = (Vault::for_tests(1), Clock::fixed(1_000, 3));
        for number in 0..STEP + 2 {
            let event = Event::Read { path: "/tickets".to_owned(), query: format!("q=LF-{}", 1 + number % 2) };
            let (keys, clock) = (vault.clone(), clock.clone());
            db.write(move |tx| record(tx, &keys, &clock, None, &event)).await.unwrap();
        }
        let both = |said: Said<'_>| matches!(said, Said::Asked(_, "LF-1" | "LF-2"));
        let mut ahead = naming(&db, &vault, both).await.unwrap();
        let at_once = ahead.clone();
        let one = |said: Said<'_>| matches!(said, Said::Asked(_, "LF-1"));
        redact_ahead(&db, &vault, &mut ahead, move |_: &mut Tx<'_>| Ok::<_, Fault>(one)).await.unwrap();
        let keys = vault.clone();
        db.write(move |tx| redact(tx, &keys, &at_once, one)).await.unwrap();
        let keys = vault.clone();
        let rows = db.read(move |tx| store::of_kinds(tx, &keys, &Event::SAID, i64::MIN, PAGE)).await.unwrap();
        let left: Vec<_> = rows.iter().filter(|row| !row.text.is_empty()).collect();
        assert_eq!((rows.len(), left.len()), (STEP + 2, STEP / 2 + 1));
        assert!(left.iter().all(|row| row.text.contains("LF-2")), "{left:?}");
        let verdict = verify(&db, &vault, None).await.unwrap();
        assert_eq!(verdict.broken.len(), 0, "{verdict:?}");
    }

    /// Whoever writes to the database without the keys gets no help of ours to hide what they did: neither rows made old, which
    /// would go by their age, nor a row changed before its text goes, would be vouched for.
    #[tokio::test]
    async fn neither_a_purge_nor_an_erasure_vouches_for_what_was_changed() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (vault, (clock, hand)) = (Vault::for_tests(1), Clock::fixed(1_000, 3));
        for number in 0..6 {
            let event = Event::Read { path: "/tickets".to_owned(), query: format!("q=LF-{number}") };
            let (keys, clock) = (vault.clone(), clock.clone());
            db.write(move |tx| record(tx, &keys, &clock, None, &event)).await.unwrap();
            hand.advance(1_000);
        }
        let run =
            async |sql: &'static str| db.write(move |tx| tx.execute(sql, &[]).map_err(Fault::from)).await.unwrap();
        let rows = "SELECT seq FROM audit_events ORDER BY seq LIMIT 1 OFFSET";
        let third = format!("UPDATE audit_events SET at = 0 WHERE seq = ({rows} 2)");
        db.write(move |tx| tx.execute(&third, &[]).map_err(Fault::from)).await.unwrap();
        let purge = async |before: i64| {
            let keys = vault.clone();
            db.write(move |tx| super::purge(tx, &keys, before)).await
        };
        assert_eq!(purge(i64::MAX).await.unwrap(), 2, "up to the one that was changed");
        let stuck = purge(i64::MAX).await.unwrap_err();
        assert!(format!("{stuck:?}").contains("does not hold"), "{stuck:?}");

        let named = |said: Said<'_>| matches!(said, Said::Asked(_, "LF-2" | "LF-4"));
        let found = naming(&db, &vault, named).await.unwrap();
        let keys = vault.clone();
        db.write(move |tx| redact(tx, &keys, &found, named)).await.unwrap();
        let verdict = verify(&db, &vault, None).await.unwrap();
        assert_eq!((verdict.redacted, verdict.broken.len()), (1, 1), "{verdict:?}");
        run("UPDATE audit_events SET at = at + 1 WHERE redacted IS NOT NULL").await;
        assert_eq!(verify(&db, &vault, None).await.unwrap().broken.len(), 2);
    }
}
