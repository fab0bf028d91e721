//! Offers clients while somebody still types, and says who has an open ticket.

use std::cmp::Reverse;

use uuid::Uuid;
use vault::Vault;

use super::{Caller, Case, Cases, Client, Sought, Whose, find, store};
use crate::{db::Tx, fault::Fault, phone::Phone, search};

/// Most that are offered (CONTRACT.md).
pub const MOST: usize = 10;

/// Clients that are looked at for those: among many of a name, whoever has it whole comes first.
const LOOKED_AT: u64 = 64;

/// Somebody who may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The client's id; absent for somebody known from a ticket only.
    pub id: Option<Uuid>,
    /// The name.
    pub name: String,
    /// The number.
    pub phone: Phone,
    /// The e-mail address.
    pub email: Option<String>,
    /// The account.
    pub account_id: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// Their open tickets, newest first.
    pub open: Vec<Case>,
}

/// The clients that may be meant by what was typed, at most ten: whoever has a name whole before those whose name only
/// starts so, newest first among equals.
///
/// # Errors
/// Only the database's and the vault's.
pub fn clients(tx: &mut Tx<'_>, vault: &Vault, sought: &Sought, q: &str) -> Result<Vec<Client>, Fault> {
    let mut found = store::list(tx, vault, sought, (LOOKED_AT, 0))?;
    found.sort_by_cached_key(|client| Reverse(search::whole_words(&client.name, q)));
    found.truncate(MOST);
    Ok(found)
}

/// The same with their open tickets; where there is room, callers follow who are no clients yet.
///
/// # Errors
/// Only the database's and the vault's.
pub fn suggest(
    tx: &mut Tx<'_>,
    vault: &Vault,
    cases: &dyn Cases,
    sought: &Sought,
    q: &str,
) -> Result<Vec<Suggestion>, Fault> {
    let mut offered: Vec<Suggestion> = clients(tx, vault, sought, q)?.into_iter().map(Suggestion::from).collect();
    if let Sought::Those(clauses) = sought
        && offered.len() < MOST
    {
        for caller in cases.callers(tx, clauses, MOST)? {
            if offered.len() < MOST && !is_client(tx, vault, &caller, &offered)? {
                offered.push(Suggestion::from(caller));
            }
        }
    }
    let whose: Vec<Whose<'_>> = offered.iter().map(Suggestion::whose).collect();
    let open = cases.open_of(tx, &whose)?;
    for (one, open) in offered.iter_mut().zip(open) {
        one.open = open;
    }
    Ok(offered)
}

/// Whether a caller has a record of their own, under another name perhaps.
fn is_client(tx: &mut Tx<'_>, vault: &Vault, caller: &Caller, offered: &[Suggestion]) -> Result<bool, Fault> {
    if let Some(account_id) = &caller.account_id {
        return Ok(find::by_account(tx, vault, account_id)?.is_some());
    }
    Ok(offered.iter().any(|one| one.id.is_some() && one.phone == caller.phone))
}

impl Suggestion {
    fn whose(&self) -> Whose<'_> {
        Whose { account_id: self.account_id.as_deref(), phone: &self.phone }
    }
}

impl From<Client> for Suggestion {
    fn from(client: Client) -> Self {
        let Client { id, name, phone, email, account_id, plan, .. } = client;
        Self { id: Some(id), name, phone, email, account_id: Some(account_id), plan, open: Vec::new() }
    }
}

impl From<Caller> for Suggestion {
    fn from(caller: Caller) -> Self {
        let Caller { name, phone, email, account_id } = caller;
        Self { id: None, name, phone, email, account_id, plan: None, open: Vec::new() }
    }
}
