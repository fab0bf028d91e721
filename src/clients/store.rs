//! Every statement of clients: what is personal goes through the vault on its way in and out.

use std::collections::BTreeSet;

use uuid::Uuid;
use vault::{Cell, Purpose, Vault};

use super::{Client, Sought};
use crate::{
    db::{Row, TokenIndex, Tx, Value, params},
    fault::Fault,
    phone::Phone,
    search::{self, Clauses, Contact, Keys},
    words::Text,
};

/// The keys of the clients' index. A name stays for ever, or what is stored is found no more.
const KEYS: Keys = Keys {
    name: Purpose::new("clients.search.name"),
    word: Purpose::new("clients.search.word"),
    phone: Purpose::new("clients.search.phone"),
    email: Purpose::new("clients.search.email"),
    account: Purpose::new("clients.search.account"),
    reference: Purpose::new("clients.search.reference"),
    before: Purpose::new("clients.search.before"),
};

const ACCOUNT: Purpose = Purpose::new("clients.account");

const COLUMNS: &str =
    "c.id, c.account_id, c.name, c.phone, c.email, c.plan, c.address, c.created_at, c.updated_at, c.version";

/// The digest under which an account is kept: whole, since two accounts that met in it would be one client.
pub(super) fn key(vault: &Vault, account_id: &str) -> [u8; 32] {
    vault.mac(ACCOUNT, &[search::account_key(account_id).as_bytes()])
}

/// What finds a client.
pub(super) fn tokens(vault: &Vault, contact: &Contact<'_>) -> BTreeSet<i64> {
    KEYS.all(vault, &search::contact_tokens(contact))
}

/// The place of a client's text.
pub(super) fn cell<'a>(column: &'static str, id: &'a Uuid) -> Cell<'a> {
    Cell { table: "clients", column, row: id.as_bytes() }
}

fn client(vault: &Vault, row: &Row) -> Result<Client, Fault> {
    let id = row.uuid(0)?;
    let text = |column, at| {
        let sealed = row.opt_bytes(at)?;
        sealed.map(|bytes| Ok::<_, Fault>(vault.open_text(&cell(column, &id), &bytes)?)).transpose()
    };
    let damaged = |what: &str| Fault::Unexpected(anyhow::anyhow!("a stored client has no good {what}"));
    let must = |column, at| text(column, at)?.ok_or_else(|| damaged(column));
    Ok(Client {
        id,
        account_id: must("account_id", 1)?,
        name: must("name", 2)?,
        phone: Phone::from_e164(&must("phone", 3)?).map_err(|_| damaged("phone"))?,
        email: text("email", 4)?,
        plan: text("plan", 5)?,
        address: text("address", 6)?,
        created_at: row.int(7)?,
        updated_at: row.int(8)?,
        version: row.int(9)?,
    })
}

/// The client with this id.
pub(super) fn by_id(tx: &mut Tx<'_>, vault: &Vault, id: Uuid) -> Result<Option<Client>, Fault> {
    let row = tx.query_one(&format!("SELECT {COLUMNS} FROM clients c WHERE c.id = $1"), params![id])?;
    row.map(|row| client(vault, &row)).transpose()
}

/// The client with this [`key`].
pub(super) fn by_key(tx: &mut Tx<'_>, vault: &Vault, key: &[u8; 32]) -> Result<Option<Client>, Fault> {
    let row = tx.query_one(&format!("SELECT {COLUMNS} FROM clients c WHERE c.account_key = $1"), params![&key[..]])?;
    row.map(|row| client(vault, &row)).transpose()
}

/// The personal fields of a client, sealed, and what finds them.
#[derive(Debug, Clone)]
pub(super) struct Sealed {
    account_key: [u8; 32],
    account_id: Vec<u8>,
    name: Vec<u8>,
    phone: Vec<u8>,
    email: Option<Vec<u8>>,
    plan: Option<Vec<u8>>,
    address: Option<Vec<u8>>,
    tokens: BTreeSet<i64>,
}

impl Sealed {
    /// Seals a client's fields.
    pub(super) fn of(vault: &Vault, client: &Client) -> Self {
        let seal = |column, text: &str| vault.seal_text(&cell(column, &client.id), text);
        let contact = Contact {
            name: &client.name,
            phone_e164: client.phone.as_str(),
            email: client.email.as_deref(),
            account: Some(&client.account_id),
        };
        Self {
            account_key: key(vault, &client.account_id),
            account_id: seal("account_id", &client.account_id),
            name: seal("name", &client.name),
            phone: seal("phone", client.phone.as_str()),
            email: client.email.as_deref().map(|text| seal("email", text)),
            plan: client.plan.as_deref().map(|text| seal("plan", text)),
            address: client.address.as_deref().map(|text| seal("address", text)),
            tokens: tokens(vault, &contact),
        }
    }
}

/// Stores a new client.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Client, sealed: &Sealed) -> Result<(), Fault> {
    tx.execute(
        "INSERT INTO clients (id, account_key, account_id, name, phone, email, plan, address, created_at, updated_at, \
         version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            new.id,
            &sealed.account_key[..],
            &sealed.account_id,
            &sealed.name,
            &sealed.phone,
            &sealed.email,
            &sealed.plan,
            &sealed.address,
            new.created_at,
            new.updated_at,
            new.version,
        ],
    )?;
    put_tokens(tx, new.id, sealed)
}

/// Stores a changed client. The version in the database must be the one before.
pub(super) fn update(tx: &mut Tx<'_>, now: &Client, sealed: &Sealed) -> Result<(), Fault> {
    let changed = tx.execute(
        "UPDATE clients SET account_key = $1, account_id = $2, name = $3, phone = $4, email = $5, plan = $6, \
         address = $7, updated_at = $8, version = $9 WHERE id = $10 AND version = $11",
        params![
            &sealed.account_key[..],
            &sealed.account_id,
            &sealed.name,
            &sealed.phone,
            &sealed.email,
            &sealed.plan,
            &sealed.address,
            now.updated_at,
            now.version,
            now.id,
            now.version - 1,
        ],
    )?;
    if changed == 0 {
        return Err(Fault::conflict(Text::new("clients-same-moment")));
    }
    put_tokens(tx, now.id, sealed)
}

fn put_tokens(tx: &mut Tx<'_>, id: Uuid, sealed: &Sealed) -> Result<(), Fault> {
    let row = tx.query_one("SELECT seq FROM clients WHERE id = $1", params![id])?.ok_or(Fault::NotFound)?;
    let dialect = tx.dialect();
    let tokens = dialect.tokens(sealed.tokens.iter().copied());
    tx.execute(dialect.put_client_tokens(), params![row.int(0)?, tokens])?;
    Ok(())
}

/// Those that are sought, newest first: `most` of them after the first `skipped`.
pub(super) fn list(
    tx: &mut Tx<'_>,
    vault: &Vault,
    sought: &Sought,
    (most, skipped): (u64, u64),
) -> Result<Vec<Client>, Fault> {
    let Some((found, values)) = found(tx, vault, sought) else { return Ok(Vec::new()) };
    // Found first and fetched then, so that what is skipped is not read.
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM ({found} ORDER BY seq DESC LIMIT {most} OFFSET {skipped}) AS found \
             JOIN clients c ON c.seq = found.seq ORDER BY c.seq DESC"
        ),
        &values,
    )?;
    rows.iter().map(|row| client(vault, row)).collect()
}

/// How many are sought, up to one more than `limit`.
pub(super) fn count(tx: &mut Tx<'_>, vault: &Vault, sought: &Sought, limit: u64) -> Result<u64, Fault> {
    let Some((found, values)) = found(tx, vault, sought) else { return Ok(0) };
    let sql = format!("SELECT count(*) FROM ({found} LIMIT {}) AS found", limit + 1);
    let row = tx.query_one(&sql, &values)?.ok_or(Fault::NotFound)?;
    Ok(u64::try_from(row.int(0)?).unwrap_or(0))
}

/// A query for the `seq` of those that are sought, with its values; absent where nobody is.
fn found(tx: &Tx<'_>, vault: &Vault, sought: &Sought) -> Option<(String, Vec<Value>)> {
    match sought {
        Sought::Everybody => Some(("SELECT seq FROM clients".to_owned(), Vec::new())),
        Sought::Nobody => None,
        Sought::Those(clauses) => {
            let dialect = tx.dialect();
            let lists = dialect.token_lists(&hashed(vault, clauses));
            let places: Vec<String> = (1..=lists.len()).map(|number| format!("${number}")).collect();
            Some((dialect.whole(&dialect.clients_with(&places)), lists))
        }
    }
}

fn hashed(vault: &Vault, clauses: &Clauses) -> Vec<Vec<i64>> {
    clauses.iter().map(|any| KEYS.all(vault, any).into_iter().collect()).collect()
}

/// Removes a client with all that finds them, and keeps of the account that it was erased.
pub(super) fn erase(tx: &mut Tx<'_>, id: Uuid, now: i64) -> Result<(), Fault> {
    let row =
        tx.query_one("SELECT seq, account_key FROM clients WHERE id = $1", params![id])?.ok_or(Fault::NotFound)?;
    tx.execute(tx.dialect().remove_part(TokenIndex::Clients), params![row.int(0)?])?;
    tx.execute("DELETE FROM clients WHERE id = $1", params![id])?;
    tx.execute(
        "INSERT INTO erased_accounts (account_key, erased_at) VALUES ($1, $2) ON CONFLICT (account_key) \
         DO UPDATE SET erased_at = excluded.erased_at",
        params![row.bytes(1)?, now],
    )?;
    Ok(())
}

/// Whether the client of this account was erased.
pub(super) fn was_erased(tx: &mut Tx<'_>, key: &[u8; 32]) -> Result<bool, Fault> {
    Ok(!tx.query("SELECT 1 FROM erased_accounts WHERE account_key = $1", params![&key[..]])?.is_empty())
}

/// Forgets that the client of this account was erased: they are one again.
pub(super) fn readmit(tx: &mut Tx<'_>, key: &[u8; 32]) -> Result<(), Fault> {
    tx.execute("DELETE FROM erased_accounts WHERE account_key = $1", params![&key[..]])?;
    Ok(())
}
