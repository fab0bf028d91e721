//! What follows when a client or a ticket gets another account or another number: by both it is known whose a ticket is.

use std::fmt::Debug;

use uuid::Uuid;

use super::{Desk, Happening, Ticket, notices, store};
use crate::{
    clients::{self, Client, Whose},
    db::Tx,
    fault::Fault,
    phone::Phone,
    search,
};

/// What keeps tickets from being erased. It stands above tickets, and is asked here in plain terms.
pub trait Holds: Send + Sync + Debug {
    /// These tickets were a client's and are theirs no more. What holds the client goes on holding them.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn left(&self, tx: &mut Tx<'_>, desk: &Desk, client: Uuid, tickets: &[Ticket]) -> Result<(), Fault>;

    /// This ticket was somebody's and was made somebody else's. What held it goes on holding it.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn edited(&self, tx: &mut Tx<'_>, desk: &Desk, was: Whose<'_>, now: &Ticket) -> Result<(), Fault>;
}

/// Tells what holds tickets of a change that may have made this one somebody else's.
pub(super) fn edited(tx: &mut Tx<'_>, desk: &Desk, now: &Ticket, happened: &[Happening]) -> Result<(), Fault> {
    let before = |name: &str| {
        happened.iter().find_map(|what| match what {
            Happening::Edited { field, from, .. } if field == name => Some(from.as_str()),
            _ => None,
        })
    };
    let (account, phone) = (before("clientAccountId"), before("clientPhone"));
    if account.is_none() && phone.is_none() {
        return Ok(());
    }
    let account = account.or(now.client_account_id.as_deref()).filter(|account| !account.is_empty());
    let former = phone.and_then(|phone| Phone::from_e164(phone).ok());
    let was = Whose { account_id: account, phone: former.as_ref().unwrap_or(&now.client_phone) };
    desk.holds.edited(tx, desk, was, now)
}

/// Lets a client's tickets name the account of now, so that whoever gets the former account or number does not get them: those
/// that name the former account, and those that name none where nobody else has the former number, by which alone they were
/// theirs. What holds the client goes on holding the tickets that stay behind, those among them that name the very account of
/// another client whose account is alike, and is asked first: whoever erases takes turns with it before they change a ticket.
pub(super) fn moved(tx: &mut Tx<'_>, desk: &Desk, was: &Client, now: &Client) -> Result<(), Fault> {
    let (own, alike) = (desk.all_of(tx, was)?, desk.all_of_account(tx, &was.account_id)?);
    let keys: Vec<String> = own.iter().chain(&alike).map(Uuid::to_string).collect();
    let renamed = search::account_key(&was.account_id) != search::account_key(&now.account_id);
    let sole = was.phone != now.phone && !clients::has_number(tx, &desk.vault, &was.phone, Some(now.id))?;
    let moves = |ticket: &Ticket| if ticket.client_account_id.is_some() { renamed } else { sole };
    let follows = |ticket: &Ticket| own.contains(&ticket.id) && moves(ticket);
    let (following, others): (Vec<_>, Vec<_>) = store::by_keys(tx, &desk.vault, &keys)?.into_iter().partition(follows);
    let stays = |ticket: &Ticket| now.whose().is(ticket.client_account_id.as_deref(), &ticket.client_phone);
    let left: Vec<Ticket> = others.into_iter().filter(|ticket| !stays(ticket)).collect();
    if !left.is_empty() {
        desk.holds.left(tx, desk, now.id, &left)?;
    }
    following.into_iter().try_for_each(|ticket| rename(tx, desk, ticket, &now.account_id))
}

/// One version up, so that pages that show it are told. Its time of change stays, as nobody has worked on it: by that time tickets
/// go by their age. Nothing is added to its history either, which has an author for each change and would keep the former account.
fn rename(tx: &mut Tx<'_>, desk: &Desk, mut ticket: Ticket, account: &str) -> Result<(), Fault> {
    ticket.client_account_id = Some(account.to_owned());
    ticket.version += 1;
    store::update(tx, &ticket, &store::Sealed::of(&desk.vault, &ticket))?;
    notices::tell(tx, &ticket);
    Ok(())
}
