//! What follows when a client gets another account or another number: by both it is known whose a ticket is.

use std::fmt::Debug;

use uuid::Uuid;

use super::{Desk, Ticket, notices, store};
use crate::{clients::Client, db::Tx, fault::Fault, search};

/// What keeps tickets from being erased. It stands above tickets, and is asked here in plain terms.
pub trait Holds: Send + Sync + Debug {
    /// These tickets were a client's and are theirs no more. What holds the client goes on holding them.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn left(&self, tx: &mut Tx<'_>, desk: &Desk, client: Uuid, tickets: &[Ticket]) -> Result<(), Fault>;
}

/// Lets tickets that name the former account name the one of now, so that whoever gets the former one does not get them, and has
/// what holds the client hold the tickets that stay behind.
pub(super) fn moved(tx: &mut Tx<'_>, desk: &Desk, was: &Client, now: &Client) -> Result<(), Fault> {
    let ids = desk.all_of(tx, was.whose())?;
    let keys: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    let renamed = !search::same_account(&was.account_id, &now.account_id);
    let mut left = Vec::new();
    for mut ticket in store::by_keys(tx, &desk.vault, &keys)? {
        if renamed && ticket.client_account_id.is_some() {
            rename(tx, desk, &mut ticket, &now.account_id)?;
        }
        if !now.whose().is(ticket.client_account_id.as_deref(), &ticket.client_phone) {
            left.push(ticket);
        }
    }
    if left.is_empty() { Ok(()) } else { desk.holds.left(tx, desk, now.id, &left) }
}

/// One version up, so that pages that show it are told. Its time of change stays, as nobody has worked on it: by that time tickets
/// go by their age. Nothing is added to its history either, which has an author for each change and would keep the former account.
fn rename(tx: &mut Tx<'_>, desk: &Desk, ticket: &mut Ticket, account: &str) -> Result<(), Fault> {
    ticket.client_account_id = Some(account.to_owned());
    ticket.version += 1;
    store::update(tx, ticket, &store::Sealed::of(&desk.vault, ticket))?;
    notices::tell(tx, ticket);
    Ok(())
}
