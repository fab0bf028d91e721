//! A client's tickets, found by the number and the account that a form names, so that nobody logs a complaint twice
//! unawares.

use super::{Desk, Filter, Sort, Status, Ticket, list::step};
use crate::{
    db::Tx,
    fault::Fault,
    phone::Phone,
    search::{self, Cond, Criterion},
};

/// Open tickets that are looked at, at most.
const OPEN: u32 = 100;
/// Done tickets that are shown.
const DONE: u32 = 3;

/// What a client has with us.
#[derive(Debug, Clone, Default)]
pub struct OfClient {
    /// Tickets that are neither fixed nor closed, the newest first; 100 at most.
    pub open: Vec<Ticket>,
    /// The three newest of the others.
    pub done: Vec<Ticket>,
}

/// The tickets with this number or this account. Two clients may share a number, as in a family: this is for showing,
/// not for deciding.
///
/// # Errors
/// Only the database's and the vault's.
pub fn of_client(
    tx: &mut Tx<'_>,
    desk: &Desk,
    phone: Option<&Phone>,
    account: Option<&str>,
) -> Result<OfClient, Fault> {
    let tokens = [phone.map(|phone| search::phone_token(phone.as_str())), account.and_then(search::account_token)];
    let ways: Vec<Cond> = tokens.into_iter().flatten().map(|token| Cond::Is(Criterion::Token(token))).collect();
    if ways.is_empty() {
        return Ok(OfClient::default());
    }
    // Keyed tokens may, if ever so rarely, be those of another text, and a number's may be the end of a longer one.
    let theirs = |ticket: &Ticket| {
        let same = |own: &String| account.is_some_and(|account| search::same_account(own, account));
        phone == Some(&ticket.client_phone) || ticket.client_account_id.as_ref().is_some_and(same)
    };
    let mut some = |statuses: Vec<Status>, most: u32| {
        let mut filter = Filter::parse(&[], desk)?;
        filter.statuses = statuses;
        filter.search = Some(Cond::Any(ways.clone()));
        filter.sort = Sort::CreatedAt;
        filter.page_size = most;
        let (tickets, _) = step(tx, desk, &filter)?;
        Ok::<_, Fault>(tickets.into_iter().filter(theirs).collect())
    };
    let (open, done) = Status::ALL.into_iter().partition(|status| *status < Status::Fixed);
    Ok(OfClient { open: some(open, OPEN)?, done: some(done, DONE)? })
}
