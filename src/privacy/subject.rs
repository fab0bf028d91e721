//! Whom a request is about, and all that is theirs.

use std::cmp::Reverse;

use uuid::Uuid;

use super::Privacy;
use crate::{
    audit::Whom,
    clients::{self, Client},
    db::Tx,
    fault::Fault,
    input::{Input, Limits},
    phone::{Phone, PhoneError, Region},
    tickets::{self, Desk, Ticket},
    words::Text,
};

/// Whom a request is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A client, with every ticket of theirs.
    Client(Uuid),
    /// One ticket alone, such as of a caller who is no client.
    Ticket(Uuid),
    /// Everything with a number: clients with every ticket of theirs, and tickets whatever account they name.
    Number(Phone),
    /// Every ticket that names an account which no client has.
    Account(String),
}

/// Whom a call or a command names.
#[derive(Debug, Clone)]
pub enum Named {
    /// By account, in any letter case.
    Account(String),
    /// By reference or id.
    Ticket(String),
    /// By number.
    Phone(Phone),
}

impl Named {
    /// Who that is.
    ///
    /// # Errors
    /// [`Fault::NotFound`].
    pub fn subject(&self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Subject, Fault> {
        Ok(match self {
            Self::Account(account) => match clients::by_account(tx, &desk.vault, account)? {
                Some(client) => Subject::Client(client.id),
                None => Subject::Account(account.clone()).there(tx, desk)?,
            },
            Self::Ticket(key) => Subject::Ticket(tickets::by_key(tx, &desk.vault, key)?.id),
            Self::Phone(phone) => Subject::Number(phone.clone()),
        })
    }
}

/// What is kept of somebody.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) whom: Whom,
    pub(super) clients: Vec<Client>,
    /// Those that are not erased, the newest first.
    pub(super) tickets: Vec<Ticket>,
}

impl Subject {
    /// As a form's hidden field has it.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(':')?;
        match kind {
            "client" => Uuid::try_parse(value).ok().map(Self::Client),
            "ticket" => Uuid::try_parse(value).ok().map(Self::Ticket),
            "number" => Phone::from_e164(value).ok().map(Self::Number),
            "account" => Some(Self::Account(value.to_owned())),
            _ => None,
        }
    }

    /// What [`Self::parse`] reads.
    pub fn field(&self) -> String {
        match self {
            Self::Client(id) => format!("client:{id}"),
            Self::Ticket(id) => format!("ticket:{id}"),
            Self::Number(phone) => format!("number:{}", phone.as_str()),
            Self::Account(account) => format!("account:{account}"),
        }
    }

    /// All that is kept of them.
    ///
    /// # Errors
    /// [`Fault::NotFound`] when nothing is; the database's and the vault's.
    pub(super) fn find(&self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Found, Fault> {
        let (whom, clients, ids) = match self {
            Self::Client(id) => {
                let client = clients::by_id(tx, &desk.vault, *id)?;
                let ids = tickets::of(tx, desk, &client)?;
                (Whom::Client(*id), vec![client], ids)
            }
            Self::Ticket(id) => {
                let ticket = tickets::by_key(tx, &desk.vault, &id.to_string())?;
                if ticket.erased_at.is_some() {
                    return Err(Fault::NotFound);
                }
                return Ok(Found {
                    whom: Whom::Ticket(ticket.reference.to_string()),
                    clients: Vec::new(),
                    tickets: vec![ticket],
                });
            }
            Self::Number(phone) => {
                let (mut ids, clients) =
                    (tickets::of_number(tx, desk, phone)?, clients::with_number(tx, &desk.vault, phone)?);
                // Whoever is erased leaves no ticket behind that names them under another number.
                for client in &clients {
                    ids.extend(tickets::of(tx, desk, client)?);
                }
                // A ticket that names no account is each one's.
                ids.sort_unstable();
                ids.dedup();
                (Whom::Number(phone.ending()), clients, ids)
            }
            Self::Account(account) => return without_client(tx, desk, account),
        };
        let mut tickets = kept(tx, desk, &ids)?;
        tickets.sort_by_key(|ticket| Reverse(ticket.created_at));
        if clients.is_empty() && tickets.is_empty() {
            return Err(Fault::NotFound);
        }
        Ok(Found { whom, clients, tickets })
    }

    /// Whom a call names: one of `accountId`, `ticket` (reference or id) and `phone`. None or several of them is a fault.
    pub(super) fn named(input: &mut Input, region: Option<&Region>) -> Option<Named> {
        let account = input.text("accountId", Limits::line(64)).value().map(Named::Account);
        let ticket = input.text("ticket", Limits::line(64)).value().map(Named::Ticket);
        let parse = |text: &str| Phone::parse(text, region).map_err(PhoneError::text);
        let phone = input.parsed("phone", Limits::line(64), parse).value().map(Named::Phone);
        let mut given = [account, ticket, phone].into_iter().flatten();
        let first = given.next();
        if first.is_none() || given.next().is_some() {
            input.fault("accountId", "required", Text::new("privacy-name-one"));
        }
        first
    }

    /// The same, where anything is kept of them.
    fn there(self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Self, Fault> {
        self.find(tx, desk).map(|_| self)
    }

    /// Reads what somebody typed: a reference, an account, or a number.
    ///
    /// # Errors
    /// [`Fault::NotFound`] when nothing is kept of it; the database's and the vault's.
    pub(super) fn sought(tx: &mut Tx<'_>, privacy: &Privacy, text: &str) -> Result<Self, Fault> {
        let desk = &privacy.tickets.desk;
        if tickets::Reference::parse(text).is_some() {
            return Ok(Self::Ticket(tickets::by_key(tx, &desk.vault, text)?.id));
        }
        if let Some(client) = clients::by_account(tx, &desk.vault, text)? {
            return Ok(Self::Client(client.id));
        }
        // What looks like a number may be an account that only tickets name.
        let number = Phone::parse(text, desk.region.as_ref()).ok().map(Self::Number);
        match number.map_or(Err(Fault::NotFound), |number| number.there(tx, desk)) {
            Err(Fault::NotFound) => Self::Account(text.to_owned()).there(tx, desk),
            found => found,
        }
    }
}

/// Tickets by their ids.
pub(super) fn kept(tx: &mut Tx<'_>, desk: &Desk, ids: &[Uuid]) -> Result<Vec<Ticket>, Fault> {
    let keys: Vec<String> = ids.iter().map(Uuid::to_string).collect();
    tickets::by_keys(tx, &desk.vault, &keys)
}

/// Whether the client of a ticket goes on being known beside these: by a record, or by another ticket with the number or the account.
/// Saved views and the history are about them then, too.
pub(super) fn stays(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, going: &[Uuid]) -> Result<bool, Fault> {
    let mut theirs = tickets::of_number(tx, desk, &ticket.client_phone)?;
    let mut is_client = clients::has_number(tx, &desk.vault, &ticket.client_phone, None)?;
    if let Some(account) = &ticket.client_account_id {
        theirs.extend(tickets::of_account(tx, desk, account)?);
        is_client |= !clients::with_account(tx, &desk.vault, account)?.is_empty();
    }
    Ok(is_client || theirs.iter().any(|id| !going.contains(id)))
}

/// The tickets that name an account which no client has. Where one has it in other signs, they are that client's.
fn without_client(tx: &mut Tx<'_>, desk: &Desk, account: &str) -> Result<Found, Fault> {
    if !clients::with_account(tx, &desk.vault, account)?.is_empty() {
        return Err(Fault::NotFound);
    }
    let ids = tickets::of_account(tx, desk, account)?;
    let tickets = kept(tx, desk, &ids)?;
    let newest = tickets.first().ok_or(Fault::NotFound)?.reference.to_string();
    Ok(Found { whom: Whom::Account(newest), clients: Vec::new(), tickets })
}

impl Found {
    /// Every number of theirs, each once.
    pub(super) fn numbers(&self) -> Vec<&Phone> {
        let all = self.clients.iter().map(|client| &client.phone);
        let mut all: Vec<&Phone> = all.chain(self.tickets.iter().map(|ticket| &ticket.client_phone)).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Clients who stay, and have a number of theirs, as in a family, or an account that a ticket of theirs names.
    pub(super) fn sharing(&self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Vec<Client>, Fault> {
        let mut sharing = Vec::new();
        for phone in self.numbers() {
            sharing.extend(clients::with_number(tx, &desk.vault, phone)?);
        }
        let named = self.tickets.iter().filter_map(|ticket| ticket.client_account_id.as_deref());
        let mut accounts: Vec<&str> =
            named.chain(self.clients.iter().map(|client| client.account_id.as_str())).collect();
        accounts.sort_unstable();
        accounts.dedup();
        for account in accounts {
            sharing.extend(clients::with_account(tx, &desk.vault, account)?);
        }
        sharing.retain(|one| !self.clients.iter().any(|own| own.id == one.id));
        Ok(sharing)
    }

    /// The ids of their tickets.
    pub(super) fn ids(&self) -> Vec<Uuid> {
        self.tickets.iter().map(|ticket| ticket.id).collect()
    }
}
