//! What this feature asks of tickets, in plain fields: it stands below them and knows none.

use super::Client;
use crate::{
    db::Tx,
    fault::Fault,
    phone::Phone,
    search::{self, Clauses},
    words::Text,
};

/// Whose tickets are meant: those of the account, and those without an account that have the number.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// The account; without one, all tickets of the number are meant.
    pub account_id: Option<&'a str>,
    /// The number.
    pub phone: &'a Phone,
}

impl Whose<'_> {
    /// Whether a ticket with this account and this number is theirs.
    pub fn is(&self, account_id: Option<&str>, phone: &Phone) -> bool {
        match (account_id, self.account_id) {
            (Some(own), Some(account)) => search::same_account(own, account),
            _ => phone == self.phone,
        }
    }
}

/// A status as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// What people read.
    pub label: Text,
    /// What style sheets call it.
    pub slug: &'static str,
}

impl Stage {
    /// See [`Stage::slug`].
    pub const fn slug(&self) -> &'static str {
        self.slug
    }

    /// See [`Stage::label`].
    pub fn label(&self) -> Text {
        self.label.clone()
    }
}

/// A ticket in a client's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its reference.
    pub reference: String,
    /// What it is about, as people read it.
    pub issue_type: Text,
    /// Its status.
    pub stage: Stage,
    /// Whether there is still something to do.
    pub open: bool,
    /// When it was logged, in milliseconds.
    pub created_at: i64,
    /// When it last changed, in milliseconds.
    pub updated_at: i64,
}

/// Somebody who is known from a ticket only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name on the ticket.
    pub name: String,
    /// The number on the ticket.
    pub phone: Phone,
    /// The address on the ticket.
    pub email: Option<String>,
    /// The account on the ticket.
    pub account_id: Option<String>,
}

/// Where the tickets are asked for.
pub trait Cases: Send + Sync + std::fmt::Debug {
    /// Tickets of one client, newest first, at most so many.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn of(&self, tx: &mut Tx<'_>, whose: Whose<'_>, most: usize) -> Result<Vec<Case>, Fault>;

    /// The open tickets of each, newest first.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn open_of(&self, tx: &mut Tx<'_>, whose: &[Whose<'_>]) -> Result<Vec<Vec<Case>>, Fault>;

    /// Who called and meets the clauses, the latest first, each once.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    fn callers(&self, tx: &mut Tx<'_>, sought: &Clauses, most: usize) -> Result<Vec<Caller>, Fault>;

    /// A client has another account or another number, in this transaction: tickets that name the account go along, and what
    /// holds tickets that are theirs no more goes on holding them.
    ///
    /// # Errors
    /// A conflict when such a ticket changes at the same moment; the database's and the vault's.
    fn moved(&self, tx: &mut Tx<'_>, was: &Client, now: &Client) -> Result<(), Fault>;
}
