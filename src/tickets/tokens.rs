//! Search tokens as the database holds them: keyed, so that they tell nothing without the key.

use std::collections::BTreeSet;

use vault::{Purpose, Vault};

use super::Ticket;
use crate::{
    db::Tx,
    fault::Fault,
    search::{self, Fields, Keys, Token},
};

/// The keys of the tickets' index. A name stays for ever, or what is stored is found no more.
const KEYS: Keys = Keys {
    name: Purpose::new("tickets.search.name"),
    word: Purpose::new("tickets.search.word"),
    phone: Purpose::new("tickets.search.phone"),
    email: Purpose::new("tickets.search.email"),
    account: Purpose::new("tickets.search.account"),
    reference: Purpose::new("tickets.search.reference"),
    before: Purpose::new("tickets.search.before"),
};

/// The part of a ticket's tokens that stands for its record. A note's part is its version, which is at least 2.
pub(super) const RECORD: i64 = 0;

/// The part of the reference that another help desk gave, if one did. It changes with nothing else of the ticket.
pub(super) const BEFORE: i64 = 1;

/// Stores the tokens of a part of a ticket that has none yet.
pub(super) fn add(tx: &mut Tx<'_>, seq: i64, part: i64, tokens: &BTreeSet<i64>) -> Result<(), Fault> {
    let dialect = tx.dialect();
    tx.execute(dialect.add_tokens(), crate::db::params![seq, part, dialect.tokens(tokens.iter().copied())])?;
    Ok(())
}

/// Stores the tokens of one part of a ticket in place of those before.
pub(super) fn put(tx: &mut Tx<'_>, seq: i64, part: i64, tokens: &BTreeSet<i64>) -> Result<(), Fault> {
    let dialect = tx.dialect();
    tx.execute(dialect.put_tokens(), crate::db::params![seq, part, dialect.tokens(tokens.iter().copied())])?;
    Ok(())
}

/// What finds a ticket by its record.
pub(super) fn of_record(vault: &Vault, ticket: &Ticket) -> BTreeSet<i64> {
    let fields = Fields {
        name: &ticket.client_name,
        phone_e164: ticket.client_phone.as_str(),
        email: ticket.client_email.as_deref(),
        account: ticket.client_account_id.as_deref(),
        description: &ticket.description,
        notes: &[],
        reference: ticket.reference.as_str(),
    };
    of_fields(vault, &fields)
}

/// The same from the fields alone.
pub(super) fn of_fields(vault: &Vault, fields: &Fields<'_>) -> BTreeSet<i64> {
    KEYS.all(vault, &search::index_tokens(fields))
}

/// What finds a ticket by a note.
pub(super) fn of_note(vault: &Vault, content: &str) -> BTreeSet<i64> {
    KEYS.all(vault, &search::word_tokens(content))
}

/// What finds a ticket by the reference that another help desk gave.
pub(super) fn of_before(vault: &Vault, reference: &str) -> BTreeSet<i64> {
    KEYS.all(vault, &search::before_token(reference).into_iter().collect())
}

/// A token as the index holds it.
pub(super) fn hashed(vault: &Vault, token: &Token) -> i64 {
    KEYS.hashed(vault, token)
}
