//! The client of a new ticket's form: filled in from the record, looked up without scripts, kept with the ticket.

use uuid::Uuid;

use crate::{
    clients::{self, Client, Entry, Sought},
    db::Tx,
    fault::Fault,
    input::Given,
    tickets::{NewTicket, Tickets},
};

/// A client who may be meant by what was typed.
pub struct Match {
    pub id: Uuid,
    pub name: String,
    pub phone: String,
    pub account_id: String,
}

/// The client with this id, as an address or a button names it, if there is one.
///
/// # Errors
/// Only the database's and the vault's.
pub async fn by_id(state: &Tickets, id: Option<&str>) -> Result<Option<Client>, Fault> {
    let Some(id) = id.and_then(|id| Uuid::try_parse(id).ok()) else { return Ok(None) };
    let vault = state.desk.vault.clone();
    match state.db.read(move |tx| clients::by_id(tx, &vault, id)).await {
        Ok(client) => Ok(Some(client)),
        Err(Fault::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The clients that may be meant, unless one has the account that was typed already.
///
/// # Errors
/// Only the database's and the vault's.
pub async fn matches(state: &Tickets, typed: &str) -> Result<Vec<Match>, Fault> {
    let (desk, q) = (state.desk.clone(), typed.trim().to_owned());
    let Ok(sought) = Sought::read(&q, desk.region.as_ref()) else { return Ok(Vec::new()) };
    if q.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let read = move |tx: &mut Tx<'_>| clients::clients(tx, &desk.vault, &sought, &q);
    let region = state.desk.region;
    let shown = |client: Client| Match {
        id: client.id,
        phone: client.phone.shown_in(region.as_ref()),
        name: client.name,
        account_id: client.account_id,
    };
    Ok(state.db.read(read).await?.into_iter().map(shown).collect())
}

/// What a client's record says of a field of the form; nothing where the field is not the client's.
pub fn value_of(client: &Client, state: &Tickets, name: &str) -> Option<String> {
    Some(match name {
        "clientName" => client.name.clone(),
        "clientPhone" => client.phone.shown_in(state.desk.region.as_ref()),
        "clientAccountId" => client.account_id.clone(),
        "clientEmail" => client.email.clone().unwrap_or_default(),
        _ => return None,
    })
}

/// A ticket's client, to be kept; nothing without an account, which clients are known by. What the ticket does not say
/// stays as it was.
pub fn entry(new: &NewTicket) -> Option<Entry> {
    let change = clients::Change {
        name: Some(new.client_name.clone()),
        phone: Some(new.client_phone.clone()),
        email: new.client_email.clone().map_or(Given::Absent, Given::Value),
        plan: Given::Absent,
        address: Given::Absent,
    };
    Some(Entry { account_id: new.client_account_id.clone()?, change })
}
