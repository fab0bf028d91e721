//! Tokens as a database holds them: keyed, so that they tell nothing without the key.

use std::collections::BTreeSet;

use vault::{Purpose, Vault};

use super::Token;

/// The keys of one index, one for each kind of token, so that a name and a word never look alike, and nothing in one
/// index can be matched with another without the key.
#[derive(Clone, Copy, Debug)]
pub struct Keys {
    /// Of starts of names.
    pub name: Purpose,
    /// Of words.
    pub word: Purpose,
    /// Of ends of phone numbers.
    pub phone: Purpose,
    /// Of e-mail addresses.
    pub email: Purpose,
    /// Of account ids.
    pub account: Purpose,
    /// Of ends of references.
    pub reference: Purpose,
}

impl Keys {
    /// A token as the index holds it.
    pub fn hashed(&self, vault: &Vault, token: &Token) -> i64 {
        match token {
            Token::NamePrefix(text) => vault.token(self.name, text),
            Token::Word(text) => vault.token(self.word, text),
            Token::PhoneTail(text) => vault.token(self.phone, text),
            Token::Email(text) => vault.token(self.email, text),
            Token::Account(text) => vault.token(self.account, text),
            Token::RefTail(text) => vault.token(self.reference, text),
        }
    }

    /// All of them as the index holds them.
    pub fn all(&self, vault: &Vault, tokens: &BTreeSet<Token>) -> BTreeSet<i64> {
        tokens.iter().map(|token| self.hashed(vault, token)).collect()
    }
}
