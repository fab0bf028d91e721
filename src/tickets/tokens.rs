//! Search tokens as the database holds them: keyed, so that they tell nothing without the key.

use std::collections::BTreeSet;

use vault::{Purpose, Vault};

use super::{
    Ticket,
    search::{self, Fields, Token},
};
use crate::{db::Tx, fault::Fault};

/// The part of a ticket's tokens that stands for its record. A note's part is its version, which is at least 2.
pub(super) const RECORD: i64 = 0;

/// Stores the tokens of one part of a ticket in place of those before.
pub(super) fn put(tx: &mut Tx<'_>, seq: i64, part: i64, tokens: &BTreeSet<i64>) -> Result<(), Fault> {
    let dialect = tx.dialect();
    tx.execute(dialect.put_tokens(), crate::db::params![seq, part, dialect.tokens(tokens.iter().copied())])?;
    Ok(())
}

/// What finds a ticket by its record.
pub(super) fn of_record(vault: &Vault, ticket: &Ticket) -> BTreeSet<i64> {
    let tokens = search::index_tokens(&Fields {
        name: &ticket.client_name,
        phone_e164: ticket.client_phone.as_str(),
        email: ticket.client_email.as_deref(),
        account: ticket.client_account_id.as_deref(),
        description: &ticket.description,
        notes: &[],
        reference: ticket.reference.as_str(),
    });
    tokens.iter().map(|token| hashed(vault, token)).collect()
}

/// What finds a ticket by a note.
pub(super) fn of_note(vault: &Vault, content: &str) -> BTreeSet<i64> {
    search::word_tokens(content).iter().map(|token| hashed(vault, token)).collect()
}

/// A token as the index holds it. Each kind has a key of its own, so that a name and a word never look alike.
pub(super) fn hashed(vault: &Vault, token: &Token) -> i64 {
    const NAME: Purpose = Purpose::new("tickets.search.name");
    const WORD: Purpose = Purpose::new("tickets.search.word");
    const PHONE: Purpose = Purpose::new("tickets.search.phone");
    const EMAIL: Purpose = Purpose::new("tickets.search.email");
    const ACCOUNT: Purpose = Purpose::new("tickets.search.account");
    const REFERENCE: Purpose = Purpose::new("tickets.search.reference");
    match token {
        Token::NamePrefix(text) => vault.token(NAME, text),
        Token::Word(text) => vault.token(WORD, text),
        Token::PhoneTail(text) => vault.token(PHONE, text),
        Token::Email(text) => vault.token(EMAIL, text),
        Token::Account(text) => vault.token(ACCOUNT, text),
        Token::RefTail(text) => vault.token(REFERENCE, text),
    }
}
