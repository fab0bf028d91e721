//! Who saw what is personal. A read is recorded beside its answer, and once in a while for the same page: somebody who
//! goes back and forth between a list and a ticket reads it once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;
use vault::Vault;

use super::{Event, privacy::ERASED, purge::account_in, record, store};
use crate::{
    clock::Clock,
    db::{Db, Tx},
    fault::Fault,
    request_id::Carried,
};

/// The same page is recorded again after this long: a quarter of an hour.
const AGAIN: i64 = 15 * 60 * 1000;
/// Pages that are remembered. Beyond, all are forgotten, and recorded once more.
const REMEMBERED: usize = 20_000;
/// Records under way. A database that takes none must not gather them without end.
const WAITING: usize = 256;
/// Of a path, in characters.
const PATH: usize = 300;
/// Of a query, in characters: the rows of a list have room in it.
const QUERY: usize = 2_500;

/// An erasure takes less from its own row to its commit, in milliseconds: a commit may wait for 15 seconds, and clocks that are kept
/// right differ by little. More would cost every read that comes after an erasure its words.
const BEFORE: i64 = 20_000;
/// Clocks of two nodes differ by less, in milliseconds. Where they agree no row is of later than now, so that this costs no read its
/// words.
const AFTER: i64 = 60 * 60 * 1000;

/// Parameters that hold no words of anybody: ids, references, times, numbers, and what is chosen from a list. Whatever else an address
/// says may name somebody, as what is typed into the search box does.
const FIXED: [&str; 18] = [
    "after",
    "assignedTo",
    "channel",
    "client",
    "createdFrom",
    "createdTo",
    "from",
    "issueType",
    "order",
    "page",
    "pageSize",
    "priority",
    "rows",
    "sort",
    "state",
    "status",
    "ticket",
    "to",
];

/// Whether a client has an account. Clients stand above this feature, so that it is handed in.
pub type HasAccount = Arc<dyn Fn(&mut Tx<'_>, &str) -> Result<bool, Fault> + Send + Sync>;

/// A user and the whole of an address, however long, as a digest.
type Place = [u8; 32];

/// Records reads. Cheap to clone.
#[derive(Clone)]
pub struct Reads {
    db: Db,
    vault: Vault,
    clock: Clock,
    has_account: HasAccount,
    /// When each place was recorded.
    recent: Arc<Mutex<HashMap<Place, i64>>>,
    room: Arc<Semaphore>,
}

impl std::fmt::Debug for Reads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reads").finish_non_exhaustive()
    }
}

impl Reads {
    /// Of this database.
    pub fn new(db: Db, vault: Vault, clock: Clock, has_account: HasAccount) -> Self {
        Self { db, vault, clock, has_account, recent: Arc::default(), room: Arc::new(Semaphore::new(WAITING)) }
    }

    /// Notes that somebody saw what is at an address, by a request that began at `since`, in milliseconds. Nobody waits for the
    /// record: a desk is not slower for it. So it may come after an erasure that has ended meanwhile. Nobody knows by then whether what
    /// was typed names whom that erased, and it is left out, but for the account of a client who is there.
    pub fn note(&self, by: Uuid, path: &str, query: &str, since: i64) {
        let at = place(by, path, query);
        if !self.is_due(at, self.clock.now()) {
            return;
        }
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            self.forget(&at);
            tracing::error!(user = %by, "the database is behind: a read of personal data is not on record");
            return;
        };
        let (vault, clock, db) = (self.vault.clone(), self.clock.clone(), self.db.clone());
        let (has_account, path, query) = (Arc::clone(&self.has_account), path.to_owned(), query.to_owned());
        let work = move |tx: &mut Tx<'_>| {
            // No erasure ends from here on to the end of the transaction.
            tx.take_turn(store::TURN)?;
            let whole = read(&path, &query);
            if !store::has(tx, ERASED, (since - BEFORE, clock.now() + AFTER))? {
                record(tx, &vault, &clock, Some(by), &whole)?;
                return Ok::<_, Fault>(true);
            }
            let is_there = match account_in(&path) {
                Some(account) => has_account(tx, &account)?,
                None => true,
            };
            let event = wordless(&path, &query, is_there);
            record(tx, &vault, &clock, Some(by), &event)?;
            Ok(event == whole)
        };
        let reads = self.clone();
        let recording = async move {
            let recorded: Result<bool, Fault> = db.write(work).await;
            // Else what was left out would be so whenever it is asked for again, for all that time.
            if !matches!(recorded, Ok(true)) {
                reads.forget(&at);
            }
            if let Err(fault) = recorded {
                tracing::error!(user = %by, %fault, "a read of personal data is not on record");
            }
            drop(room);
        };
        tokio::spawn(Carried::here().follow(recording));
    }

    /// Has a place be due again that could not be recorded: else whoever kept the database busy for a moment would see it
    /// unrecorded for all that time.
    fn forget(&self, place: &Place) {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).remove(place);
    }

    fn is_due(&self, place: Place, now: i64) -> bool {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: i64| (0..AGAIN).contains(&(now - at));
        if recent.get(&place).is_some_and(|at| lately(*at)) {
            return false;
        }
        if recent.len() >= REMEMBERED {
            recent.retain(|_, at| lately(*at));
            if recent.len() >= REMEMBERED {
                recent.clear();
            }
        }
        recent.insert(place, now);
        true
    }
}

fn place(by: Uuid, path: &str, query: &str) -> Place {
    // No path has a question mark.
    Sha256::new().chain_update(by.as_bytes()).chain_update(path).chain_update("?").chain_update(query).finalize().into()
}

/// A read, as far as it is kept.
fn read(path: &str, query: &str) -> Event {
    Event::Read { path: path.chars().take(PATH).collect(), query: kept(query) }
}

/// The same read without what was typed: what its query says beside [`FIXED`], and the account of its path unless a client
/// who has it is there.
fn wordless(path: &str, query: &str, is_there: bool) -> Event {
    let is_fixed = |pair: &&str| FIXED.contains(&pair.split('=').next().unwrap_or_default());
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let (mut left, typed): (Vec<&str>, Vec<&str>) = pairs.partition(is_fixed);
    if !typed.is_empty() {
        left.insert(0, "left_out=erasure");
    }
    read(if is_there { path } else { "/api/clients/{accountId}" }, &left.join("&"))
}

/// What is kept of a query: what was searched for before all else, which may be too long.
fn kept(query: &str) -> String {
    let (sought, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(|pair| pair.starts_with("q="));
    let pairs: Vec<&str> = sought.into_iter().chain(rest).collect();
    pairs.join("&").chars().take(QUERY).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::App,
        audit::{Privacy, Whom, noted},
        config::{Config, Sources},
        db::DbOptions,
        staff::{self, NewUser, Role},
    };

    /// There is one client, with this account.
    fn only(account: &'static str) -> HasAccount {
        Arc::new(move |_: &mut Tx<'_>, asked: &str| Ok(asked == account))
    }

    #[test]
    fn what_was_searched_for_is_kept_whatever_stands_before_it() {
        let padding = "x".repeat(QUERY);
        assert!(kept(&format!("pad={padding}&q=nadia")).starts_with("q=nadia&pad=xx"));
        assert_eq!(kept(&format!("q={padding}")).len(), QUERY);
        for query in ["", "q=nadia&status=", "status=New&queue=2"] {
            assert_eq!(kept(query), query);
        }
    }

    #[tokio::test]
    async fn an_address_is_due_once_in_a_while_for_each_user_and_the_whole_of_it() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        let reads = Reads::new(db, Vault::for_tests(1), Clock::fixed(1_000, 3).0, only("LF-9"));
        let (one, other, padding) = (Uuid::from_u128(1), Uuid::from_u128(2), "x".repeat(2 * QUERY));
        let due = |by, query: &str, now| reads.is_due(place(by, "/tickets", query), now);
        assert!(due(one, "q=nadia", 0) && due(other, "q=nadia", 0) && due(one, "q=nadi", 0));
        assert!(!due(one, "q=nadia", AGAIN - 1) && due(one, "q=nadia", AGAIN));
        let long = |end: &str| format!("pad={padding}&ticket={end}");
        assert!(due(one, &long("1"), 0) && due(one, &long("2"), 0) && !due(one, &long("1"), 1));
    }

    #[tokio::test]
    async fn what_could_not_be_recorded_is_due_again() {
        let dir = testbase::Dir::new();
        // It has no tables, so that it takes nothing.
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        let reads = Reads::new(db, Vault::for_tests(1), Clock::fixed(1_000, 3).0, only("LF-9"));
        let (by, all) = (Uuid::from_u128(1), u32::try_from(WAITING).unwrap());
        let due = |query: &str| reads.is_due(place(by, "/tickets", query), 1_000);
        let full = reads.room.acquire_many(all).await.unwrap();
        reads.note(by, "/tickets", "q=nadia", 1_000);
        drop(full);
        assert!(due("q=nadia"), "there was no room");
        reads.note(by, "/tickets", "q=zoe", 1_000);
        drop(reads.room.acquire_many(all).await.unwrap());
        assert!(due("q=zoe"), "the database did not take it");
    }

    /// Whoever was read can be told, unless they may have been erased.
    #[tokio::test]
    async fn after_an_erasure_only_what_was_typed_is_left_out() {
        let dir = testbase::Dir::new();
        let (data, url) = (dir.path().to_str().unwrap(), dir.url());
        let sources = Sources::of(&[("data_dir", data), ("database_url", &url), ("region", "GB")]);
        let (clock, hand) = Clock::fixed(1_795_000_000_000, 3);
        let app = App::open(Config::check(&sources).unwrap(), clock.clone()).await.unwrap();
        let (email, name) = ("asha@isp.example".to_owned(), "Asha".to_owned());
        let new = NewUser { email, name, phone: None, role: Role::Admin, owner: true, password: None };
        let by = staff::add_user(&app.staff, None, new).await.unwrap().id;
        let (db, vault) = (app.db.clone(), app.vault.clone());
        let reads = Reads::new(db.clone(), vault.clone(), clock.clone(), only("LF 9"));
        let erased = async |clock: Clock| {
            let whom = Whom::Client(Uuid::from_u128(2));
            let event = Event::Privacy(Privacy::Erased { whom, tickets: 1, messages: 0 });
            let keys = vault.clone();
            db.write(move |tx| record(tx, &keys, &clock, None, &event)).await.unwrap();
        };
        let all = u32::try_from(WAITING).unwrap();
        let note = async |path: &str, query: &str| {
            reads.note(by, path, query, clock.now());
            // It is on record once there is room for all again.
            drop(reads.room.acquire_many(all).await.unwrap());
        };
        erased(clock.clone()).await;
        note("/api/clients/LF%209", "").await;
        note("/api/clients/LF-551", "").await;
        note("/live", "rows=BILL-20261112-0001%2C+BILL-20261112-0002").await;
        note("/tickets", "q=zoe&status=Open&clientName=Zo%C3%AB&page=2&Zo%C3%AB&%71=zoe").await;
        note("/tickets", "status=Open&page=3").await;
        hand.advance(BEFORE);
        note("/tickets", "q=a+commit+may+take+long").await;
        hand.advance(1);
        note("/tickets", "q=ada").await;
        // By a node whose clock is ahead.
        erased(Clock::fixed(clock.now() + 50 * 60 * 1000, 4).0).await;
        note("/tickets", "q=zoe").await;

        let keys = vault.clone();
        let rows = db.read(move |tx| store::of_kinds(tx, &keys, &Event::SAID, i64::MIN, 100)).await.unwrap();
        let left = rows.iter().filter_map(|row| match noted::read(&row.text) {
            Some((Event::Read { path, query }, _)) => Some(format!("{path}?{query}")),
            _ => None,
        });
        let want = [
            "/api/clients/LF%209?",
            "/api/clients/{accountId}?",
            "/live?rows=BILL-20261112-0001%2C+BILL-20261112-0002",
            "/tickets?left_out=erasure&status=Open&page=2",
            "/tickets?status=Open&page=3",
            "/tickets?left_out=erasure",
            "/tickets?q=ada",
            "/tickets?left_out=erasure",
        ];
        assert_eq!(left.collect::<Vec<_>>(), want);
        let due = |path: &str, query: &str| reads.is_due(place(by, path, query), clock.now());
        assert!(due("/tickets", "q=zoe"), "it was not whole");
        assert!(!due("/tickets", "status=Open&page=3"));
    }
}
