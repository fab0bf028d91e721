//! Adds a client, or changes the one that has the account already.

use uuid::Uuid;
use vault::Vault;

use super::{Cases, Client, Entry, store};
use crate::{
    audit::{self, Event},
    clock::Clock,
    db::Tx,
    fault::{Fault, FieldFault},
    words::Text,
};

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was no such client.
    Added,
    /// There was one, and these fields of it are different now.
    Changed(Vec<&'static str>),
    /// There was one, and nothing is.
    Same,
}

impl Outcome {
    /// What a change of a client came to.
    fn of(was: &Client, now: &Client) -> Self {
        let fields = [
            ("accountId", was.account_id != now.account_id),
            ("name", was.name != now.name),
            ("phone", was.phone != now.phone),
            ("email", was.email != now.email),
            ("plan", was.plan != now.plan),
            ("address", was.address != now.address),
        ];
        let other: Vec<_> = fields.into_iter().filter(|(_, other)| *other).map(|(name, _)| name).collect();
        if other.is_empty() { Self::Same } else { Self::Changed(other) }
    }
}

/// An entry ready to be stored: sealed and tokenised as a new client, which needs no database.
#[derive(Debug, Clone)]
pub struct Prepared {
    entry: Entry,
    key: [u8; 32],
    /// Absent where the entry does not say enough for a new client.
    new: Option<(Client, store::Sealed)>,
    /// Whether somebody of the desk means it, and no file or program that knows of no erasure.
    by_hand: bool,
}

impl Prepared {
    /// The same, meant by somebody of the desk: a client who was erased may become one again.
    #[must_use]
    pub fn by_hand(self) -> Self {
        Self { by_hand: true, ..self }
    }

    /// Whether it is of a client who was erased and is none again.
    ///
    /// # Errors
    /// Only the database's.
    pub fn is_erased(&self, tx: &mut Tx<'_>) -> Result<bool, Fault> {
        store::was_erased(tx, &self.key)
    }
}

/// Prepares an entry. It takes longer than storing it, so do it before the transaction.
pub fn prepare(vault: &Vault, clock: &Clock, entry: Entry) -> Prepared {
    let key = store::key(vault, &entry.account_id);
    let new = new_client(clock, &entry).map(|client| {
        let sealed = store::Sealed::of(vault, &client);
        (client, sealed)
    });
    Prepared { entry, key, new, by_hand: false }
}

fn new_client(clock: &Clock, entry: &Entry) -> Option<Client> {
    let now = clock.now();
    let change = entry.change.clone();
    Some(Client {
        id: clock.uuid_at(now),
        account_id: entry.account_id.clone(),
        name: change.name?,
        phone: change.phone?,
        email: change.email.value(),
        plan: change.plan.value(),
        address: change.address.value(),
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

/// Stores a prepared entry. Where the account has a client, only what the entry says changes, and the id stays written
/// as it was. `cases` hears of another number.
///
/// # Errors
/// [`Fault::Invalid`] when there is no such client yet and the entry has no name or no number; [`Fault::Conflict`] when the
/// client was erased and nobody of the desk means it. Nothing is stored then.
pub fn upsert(
    tx: &mut Tx<'_>,
    vault: &Vault,
    clock: &Clock,
    cases: &dyn Cases,
    prepared: &Prepared,
) -> Result<(Client, Outcome), Fault> {
    if let Some(mut client) = store::by_key(tx, vault, &prepared.key)? {
        let was = client.clone();
        if !client.apply(&prepared.entry.change) {
            return Ok((client, Outcome::Same));
        }
        tell(tx, cases, &was, &client)?;
        put(tx, vault, clock, &mut client)?;
        let outcome = Outcome::of(&was, &client);
        return Ok((client, outcome));
    }
    let (client, sealed) = prepared.new.as_ref().ok_or_else(|| too_little(&prepared.entry))?;
    if prepared.by_hand {
        store::readmit(tx, &prepared.key)?;
    } else if prepared.is_erased(tx)? {
        return Err(Fault::conflict(Text::new("clients-erased-before")));
    }
    store::insert(tx, client, sealed)?;
    Ok((client.clone(), Outcome::Added))
}

/// Puts on record what somebody's change of a client came to; a file is on record as a whole. It comes last in its
/// transaction: whatever else is recorded waits from here on to its end.
///
/// # Errors
/// Only the database's.
pub fn record(
    tx: &mut Tx<'_>,
    vault: &Vault,
    clock: &Clock,
    by: Uuid,
    (client, outcome): (Uuid, &Outcome),
) -> Result<(), Fault> {
    let what = match outcome {
        Outcome::Added => audit::Clients::Added { client },
        Outcome::Changed(fields) => {
            audit::Clients::Changed { client, fields: fields.iter().map(|field| (*field).to_owned()).collect() }
        }
        Outcome::Same => return Ok(()),
    };
    audit::record(tx, vault, clock, Some(by), &Event::Clients(what)).map(drop)
}

/// Erases a client, for ever. Their tickets are the callers' to erase.
///
/// # Errors
/// [`Fault::NotFound`].
pub fn erase(tx: &mut Tx<'_>, clock: &Clock, id: Uuid) -> Result<(), Fault> {
    store::erase(tx, id, clock.now())
}

/// The faults of an entry that does not say enough for a new client.
fn too_little(entry: &Entry) -> Fault {
    let missing =
        |field: &str, given: bool| (!given).then(|| FieldFault::new(field, "required", Text::new("clients-new-needs")));
    let faults = [missing("name", entry.change.name.is_some()), missing("phone", entry.change.phone.is_some())];
    Fault::Invalid(faults.into_iter().flatten().collect())
}

/// Changes the client with this id, its account id included. `seen` is the version that the change is meant for; `cases` hears of
/// another account or number.
///
/// # Errors
/// [`Fault::NotFound`]; [`Fault::Conflict`] when somebody has changed the client since; [`Fault::Invalid`] when another
/// client has the account.
pub fn edit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    clock: &Clock,
    cases: &dyn Cases,
    (id, seen): (Uuid, i64),
    entry: &Entry,
) -> Result<(Client, Outcome), Fault> {
    let mut client = store::by_id(tx, vault, id)?.ok_or(Fault::NotFound)?;
    if client.version != seen {
        return Err(Fault::conflict(Text::new("clients-stale")));
    }
    if let Some(other) = store::by_key(tx, vault, &store::key(vault, &entry.account_id))?
        && other.id != id
    {
        return Err(account_taken());
    }
    let was = client.clone();
    let renamed = client.account_id != entry.account_id;
    client.account_id.clone_from(&entry.account_id);
    if renamed {
        store::readmit(tx, &store::key(vault, &entry.account_id))?;
    }
    if client.apply(&entry.change) || renamed {
        tell(tx, cases, &was, &client)?;
        put(tx, vault, clock, &mut client)?;
    }
    let outcome = Outcome::of(&was, &client);
    Ok((client, outcome))
}

/// The fault of an account id that another client has.
pub fn account_taken() -> Fault {
    Fault::field("accountId", "taken", Text::new("clients-account-taken"))
}

/// Stores a changed client, one version up.
fn put(tx: &mut Tx<'_>, vault: &Vault, clock: &Clock, client: &mut Client) -> Result<(), Fault> {
    client.version += 1;
    // A clock set back must not make a client older than the last change.
    client.updated_at = clock.now().max(client.updated_at);
    store::update(tx, client, &store::Sealed::of(vault, client))
}

/// Tells what is known of tickets by account and number when either is another. It comes before the record is changed, as an
/// erasure does: each would else wait for what the other holds.
fn tell(tx: &mut Tx<'_>, cases: &dyn Cases, was: &Client, now: &Client) -> Result<(), Fault> {
    if was.account_id == now.account_id && was.phone == now.phone {
        return Ok(());
    }
    cases.moved(tx, was, now)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::{
        clients::{Caller, Case, Change, Whose},
        db::{Db, DbOptions},
        input::Given,
        phone::Phone,
        search::Clauses,
    };

    /// No tickets, and who moved.
    #[derive(Debug, Default)]
    struct Moves(Mutex<Vec<String>>);

    impl Cases for Moves {
        fn of(&self, _: &mut Tx<'_>, _: Whose<'_>, _: usize) -> Result<Vec<Case>, Fault> {
            Ok(Vec::new())
        }

        fn open_of(&self, _: &mut Tx<'_>, whose: &[Whose<'_>]) -> Result<Vec<Vec<Case>>, Fault> {
            Ok(vec![Vec::new(); whose.len()])
        }

        fn callers(&self, _: &mut Tx<'_>, _: &Clauses, _: usize) -> Result<Vec<Caller>, Fault> {
            Ok(Vec::new())
        }

        fn moved(&self, _: &mut Tx<'_>, was: &Client, now: &Client) -> Result<(), Fault> {
            let end = |client: &Client| format!("{} {}", client.account_id, client.phone.ending());
            self.0.lock().unwrap().push(format!("{} to {}", end(was), end(now)));
            Ok(())
        }
    }

    struct Desk {
        db: Db,
        vault: Vault,
        clock: Clock,
        hand: crate::clock::Hand,
        moves: Arc<Moves>,
        _dir: testbase::Dir,
    }

    fn desk() -> Desk {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (clock, hand) = Clock::fixed(1_000, 3);
        Desk { db, vault: Vault::for_tests(1), clock, hand, moves: Arc::default(), _dir: dir }
    }

    fn entry(account: &str, name: Option<&str>, phone: Option<&str>) -> Entry {
        let change = Change {
            name: name.map(ToOwned::to_owned),
            phone: phone.map(|phone| Phone::from_e164(phone).unwrap()),
            email: Given::Absent,
            plan: Given::Absent,
            address: Given::Absent,
        };
        Entry { account_id: account.to_owned(), change }
    }

    impl Desk {
        async fn put(&self, entry: Entry) -> Result<(Client, Outcome), Fault> {
            let (vault, clock, moves) = (self.vault.clone(), self.clock.clone(), Arc::clone(&self.moves));
            let prepared = prepare(&vault, &clock, entry);
            self.db.write(move |tx| upsert(tx, &vault, &clock, &*moves, &prepared)).await
        }
    }

    #[tokio::test]
    async fn one_client_for_each_account_whatever_the_letter_case() {
        let desk = desk();
        let (added, outcome) = desk.put(entry("LF-1", Some("Nadia"), Some("+447700900142"))).await.unwrap();
        assert_eq!((outcome, added.version, added.updated_at), (Outcome::Added, 1, 1_000));
        desk.hand.advance(500);
        let (same, outcome) = desk.put(entry("lf-1", Some("Nadia"), None)).await.unwrap();
        assert_eq!((outcome, &same), (Outcome::Same, &added));
        let (changed, outcome) = desk.put(entry("lf-1", Some("Nadia O"), None)).await.unwrap();
        let want = Client { name: "Nadia O".to_owned(), version: 2, updated_at: 1_500, ..added.clone() };
        assert_eq!((outcome, changed), (Outcome::Changed(vec!["name"]), want), "the id stays written as it was");
        let (other, outcome) = desk.put(entry("LF1", Some("Nadia"), Some("+447700900142"))).await.unwrap();
        assert_eq!(outcome, Outcome::Added, "signs count");
        assert_ne!(other.id, added.id);
    }

    #[tokio::test]
    async fn a_new_client_needs_a_name_and_a_number() {
        let desk = desk();
        for (name, phone, want) in
            [(None, None, "name phone"), (Some("N"), None, "phone"), (None, Some("+447700900142"), "name")]
        {
            let Err(Fault::Invalid(faults)) = desk.put(entry("LF-1", name, phone)).await else { panic!("{want}") };
            assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>().join(" "), want);
        }
    }

    #[tokio::test]
    async fn an_edit_is_for_the_version_that_was_seen_and_takes_nobodys_account() {
        let desk = desk();
        let (one, _) = desk.put(entry("LF-1", Some("Nadia"), Some("+447700900142"))).await.unwrap();
        desk.put(entry("LF-2", Some("Zoe"), Some("+447700900143"))).await.unwrap();
        let edit = async |account: &'static str, seen| {
            let (vault, clock, id) = (desk.vault.clone(), desk.clock.clone(), one.id);
            let moves = Arc::clone(&desk.moves);
            let work =
                move |tx: &mut Tx<'_>| edit(tx, &vault, &clock, &*moves, (id, seen), &entry(account, None, None));
            desk.db.write(work).await.map(|(client, _)| client)
        };
        assert!(matches!(edit("lf-2", 1).await, Err(Fault::Invalid(_))));
        assert_eq!(edit("LF-1", 1).await.unwrap().version, 1, "nothing is different");
        let renamed = edit("lf-1", 1).await.unwrap();
        assert_eq!((renamed.account_id.as_str(), renamed.version), ("lf-1", 2));
        assert!(matches!(edit("LF-3", 1).await, Err(Fault::Conflict { .. })));
        assert_eq!(edit("LF-3", 2).await.unwrap().account_id, "LF-3");
        let (_, outcome) = desk.put(entry("LF-1", Some("New"), Some("+447700900142"))).await.unwrap();
        assert_eq!(outcome, Outcome::Added, "the account is free again");
        desk.put(entry("LF-3", Some("Nadia O"), None)).await.unwrap();
        desk.put(entry("LF-3", None, Some("+447700900144"))).await.unwrap();
        let want = ["LF-1 0142 to lf-1 0142", "lf-1 0142 to LF-3 0142", "LF-3 0142 to LF-3 0144"];
        assert_eq!(*desk.moves.0.lock().unwrap(), want, "tickets hear of each new account and number");
    }
}
