//! Whose a ticket of another help desk is: what its row says, completed by what this desk knows of its clients.

use super::{Contact, Entry};
use crate::{
    clients::{self, Client},
    db::Tx,
    fault::Fault,
    phone::Phone,
    tickets::Desk,
};

/// Who the client of a row is, or why nobody can tell.
///
/// The row comes first. What it leaves out comes from the client who has its account, else from the only one who has its
/// e-mail address; a number that is still missing is `otherwise`, a name the address.
///
/// # Errors
/// Only the database's and the vault's.
pub fn find(
    tx: &mut Tx<'_>,
    desk: &Desk,
    entry: &Entry,
    otherwise: Option<&Phone>,
) -> Result<Result<Contact, String>, Fault> {
    let whole = entry.client_phone.is_some() && entry.client_name.is_some();
    let client = if whole { None } else { known(tx, desk, entry)? };
    let client = client.as_ref();
    let phone = entry.client_phone.as_ref().or(client.map(|client| &client.phone)).or(otherwise);
    let name = entry.client_name.as_ref().or(client.map(|client| &client.name)).or(entry.client_email.as_ref());
    let account_id = entry.client_account_id.as_ref().or(client.map(|client| &client.account_id));
    Ok(match (phone, name) {
        (Some(phone), Some(name)) => {
            // An address may be longer than a name.
            let name = name.chars().take(NAME).collect();
            Ok(Contact { name, phone: phone.clone(), account_id: account_id.cloned() })
        }
        (None, _) => Err(entry.no_number(desk.region.as_ref())),
        (Some(_), None) => Err("clientName: The row names nobody, and no client here has its account.".to_owned()),
    })
}

/// The most characters of a name.
const NAME: usize = 200;

fn known(tx: &mut Tx<'_>, desk: &Desk, entry: &Entry) -> Result<Option<Client>, Fault> {
    if let Some(account) = &entry.client_account_id
        && let Some(client) = clients::by_account(tx, &desk.vault, account)?
    {
        return Ok(Some(client));
    }
    match &entry.client_email {
        Some(address) => clients::by_email(tx, &desk.vault, address),
        None => Ok(None),
    }
}
