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
    /// Of references that other help desks gave.
    pub before: Purpose,
}

impl Keys {
    /// A token as the index holds it.
    pub fn hashed(&self, vault: &Vault, token: &Token) -> i64 {
        let (key, text) = self.of(token);
        vault.token(key, text)
    }

    /// All of them as the index holds them.
    pub fn all(&self, vault: &Vault, tokens: &BTreeSet<Token>) -> BTreeSet<i64> {
        // Those of a kind stand together.
        let tokens: Vec<(Purpose, &str)> = tokens.iter().map(|token| self.of(token)).collect();
        let kinds = tokens.chunk_by(|one, next| one.0 == next.0);
        kinds.flat_map(|kind| vault.tokens(kind[0].0, kind.iter().map(|(_, text)| *text))).collect()
    }

    fn of<'t>(&self, token: &'t Token) -> (Purpose, &'t str) {
        match token {
            Token::NamePrefix(text) => (self.name, text),
            Token::Word(text) => (self.word, text),
            Token::PhoneTail(text) => (self.phone, text),
            Token::Email(text) => (self.email, text),
            Token::Account(text) => (self.account, text),
            Token::RefTail(text) => (self.reference, text),
            Token::Before(text) => (self.before, text),
        }
    }
}
