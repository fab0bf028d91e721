//! Finds clients: by start of name, number, e-mail address or account id.

use std::{collections::BTreeSet, ops::ControlFlow};

use uuid::Uuid;
use vault::Vault;

use super::{Client, store};
use crate::{
    db::Tx,
    email,
    fault::Fault,
    phone::{Phone, Region},
    search::{self, Clauses, Token},
    words::Text,
};

/// Clients of one e-mail address that are looked at to see whether there is more than one.
const ALIKE: u64 = 8;

/// The longest search, in characters.
const LONGEST: usize = 500;

/// Whom a search is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// A blank search filters nothing.
    Everybody,
    /// What was typed cannot be in any client.
    Nobody,
    /// Those who meet every clause.
    Those(Clauses),
}

impl Sought {
    /// Reads what was typed, by the rules of the tickets' search.
    ///
    /// # Errors
    /// [`Fault::Invalid`] on `q` when it is too long.
    pub fn read(q: &str, region: Option<&Region>) -> Result<Self, Fault> {
        if q.chars().count() > LONGEST {
            let message = Text::new("filter-search-too-long").arg("count", LONGEST);
            return Err(Fault::field("q", "too_long", message));
        }
        let forms = |text: &str| -> Vec<String> {
            Phone::parse(text, region).map(|phone| phone.digits().to_owned()).into_iter().collect()
        };
        let contact = |token: &Token| !matches!(token, Token::Word(_) | Token::RefTail(_) | Token::Before(_));
        let read = search::parse(q, &forms).and_then(|cond| {
            let Some(cond) = cond else { return Ok(Self::Everybody) };
            Ok(search::clauses(&cond, contact)?.map_or(Self::Nobody, Self::Those))
        });
        read.map_err(|_| Fault::field("q", "too_long", Text::new("filter-search-too-many")))
    }
}

/// The client with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub fn by_id(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Client, Fault> {
    store::by_id(tx, vault, id)?.ok_or(Fault::NotFound)
}

/// The client who has this account, in any letter case.
///
/// # Errors
/// Only the database's and the vault's.
pub fn by_account(tx: &mut Tx<'_>, vault: &Vault, account_id: &str) -> Result<Option<Client>, Fault> {
    store::by_key(tx, vault, &store::key(vault, account_id))
}

/// The one client who has this e-mail address, in any letter case; nobody where several have it.
///
/// # Errors
/// Only the database's and the vault's.
pub fn by_email(tx: &mut Tx<'_>, vault: &Vault, address: &str) -> Result<Option<Client>, Fault> {
    let sought = Sought::Those(vec![BTreeSet::from([search::email_token(address)])]);
    let mut found = store::list(tx, vault, &sought, (ALIKE, 0))?;
    // A keyed token may, if ever so rarely, be that of another address.
    found.retain(|client| client.email.as_deref().map(email::key) == Some(email::key(address)));
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// Clients that one statement reads.
const PAGE: u64 = 100;

/// All clients who have this number: a family may share one, and a block of flats.
///
/// # Errors
/// Only the database's and the vault's.
pub fn with_number(tx: &mut Tx<'_>, vault: &Vault, phone: &Phone) -> Result<Vec<Client>, Fault> {
    let mut found = Vec::new();
    each(tx, vault, search::phone_token(phone.as_str()), |client| {
        // The end of a longer number has the same token.
        if client.phone == *phone {
            found.push(client);
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// Whether any client but this one has a number. So many may have one that is put in where there is none that they are not read for
/// this, as [`with_number`] does.
///
/// # Errors
/// Only the database's and the vault's.
pub fn has_number(tx: &mut Tx<'_>, vault: &Vault, phone: &Phone, but: Option<Uuid>) -> Result<bool, Fault> {
    let mut has = false;
    each(tx, vault, search::phone_token(phone.as_str()), |client| {
        has = client.phone == *phone && Some(client.id) != but;
        if has { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(has)
}

/// All clients whose account is this one to a search, in whatever signs it is written.
///
/// # Errors
/// Only the database's and the vault's.
pub fn with_account(tx: &mut Tx<'_>, vault: &Vault, account: &str) -> Result<Vec<Client>, Fault> {
    let Some(token) = search::account_token(account) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    each(tx, vault, token, |client| {
        // A keyed token may, if ever so rarely, be that of another account.
        if search::same_account(&client.account_id, account) {
            found.push(client);
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// Hands over all clients who have a token, the newest first, for as long as they are wanted.
fn each(
    tx: &mut Tx<'_>,
    vault: &Vault,
    token: Token,
    mut seen: impl FnMut(Client) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let sought = Sought::Those(vec![BTreeSet::from([token])]);
    let mut skipped = 0;
    loop {
        let page = store::list(tx, vault, &sought, (PAGE, skipped))?;
        let is_last = (page.len() as u64) < PAGE;
        if page.into_iter().try_for_each(&mut seen).is_break() || is_last {
            return Ok(());
        }
        skipped += PAGE;
    }
}

/// Whether another client than this one has the account that a ticket names, sign for sign. It is that client's then: to a search,
/// and so to [`super::Whose`], `12-345` and `123-45` are one account.
///
/// # Errors
/// Only the database's and the vault's.
pub fn is_anothers(tx: &mut Tx<'_>, vault: &Vault, client: &Client, account: Option<&str>) -> Result<bool, Fault> {
    let own = search::account_key(&client.account_id);
    let Some(account) = account.filter(|account| search::account_key(account) != own) else { return Ok(false) };
    Ok(by_account(tx, vault, account)?.is_some_and(|other| other.id != client.id))
}

/// Whether the client of this account was erased, and is none again.
///
/// # Errors
/// Only the database's.
pub fn was_erased(tx: &mut Tx<'_>, vault: &Vault, account_id: &str) -> Result<bool, Fault> {
    store::was_erased(tx, &store::key(vault, account_id))
}

/// A page of clients.
#[derive(Debug, Clone)]
pub struct Page {
    /// Newest first.
    pub items: Vec<Client>,
    /// How many there are, up to 10,000.
    pub total: u64,
    /// Whether there are no more than that.
    pub exact: bool,
}

/// Counts are exact up to this.
pub const COUNTED_TO: u64 = 10_000;

/// The page with this number, from 1.
///
/// # Errors
/// Only the database's and the vault's.
pub fn page(tx: &mut Tx<'_>, vault: &Vault, sought: &Sought, number: u64, size: u64) -> Result<Page, Fault> {
    let found = store::count(tx, vault, sought, COUNTED_TO)?;
    let (total, exact) = (found.min(COUNTED_TO), found <= COUNTED_TO);
    let skipped = number.saturating_sub(1).saturating_mul(size);
    let items = if skipped < total { store::list(tx, vault, sought, (size, skipped))? } else { Vec::new() };
    Ok(Page { items, total, exact })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::Clock,
        db::{Db, DbOptions},
    };

    /// More than are read together, and newer ones with a longer number that ends with theirs.
    #[tokio::test]
    async fn all_who_have_a_number_or_an_account_are_found() {
        let dir = testbase::Dir::new();
        let db = Db::open(&dir.url().parse().unwrap(), DbOptions::default()).unwrap();
        db.migrate(0).unwrap();
        let (vault, (clock, _hand)) = (Vault::for_tests(1), Clock::fixed(1_000, 3));
        let work = move |tx: &mut Tx<'_>| {
            let all = ["+447700900199", "+447700900142", "+1447700900142"];
            let [sole, shared, longer] = &all.map(|phone| Phone::from_e164(phone).unwrap());
            let mut first = None;
            for number in 0..=204 {
                let phone = match number {
                    0 => sole,
                    1..=102 => shared,
                    _ => longer,
                };
                let client = Client {
                    id: clock.uuid(),
                    // To a search they are one account.
                    account_id: format!("LF{}551", "-".repeat(number)),
                    name: "Zoë Quillfeather".to_owned(),
                    phone: phone.clone(),
                    email: None,
                    plan: None,
                    address: None,
                    created_at: 1_000,
                    updated_at: 1_000,
                    version: 1,
                };
                store::insert(tx, &client, &store::Sealed::of(&vault, &client))?;
                first = first.or(Some(client.id));
            }
            let found = with_number(tx, &vault, shared)?;
            let alike = with_account(tx, &vault, "LF-551")?.len();
            let has = has_number(tx, &vault, shared, first)?;
            let (any, other) = (has_number(tx, &vault, sole, None)?, has_number(tx, &vault, sole, first)?);
            assert!(found.iter().all(|client| client.phone == *shared), "{found:?}");
            Ok::<_, Fault>((found.len(), alike, [has, any, other]))
        };
        assert_eq!(db.write(work).await.unwrap(), (102, 205, [true, true, false]));
    }
}
