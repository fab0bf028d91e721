//! Search: what a record answers to, and what a search asks for. Tickets have all of it, clients the contact fields.
//!
//! Both sides fold case and accents and come down to [`Token`]s, compared for equality only, so that a store can
//! keep keyed hashes of them in place of the clients' data. Only references, which are no secret, are also compared
//! by their start. No I/O here.

mod clauses;
mod fields;
mod fold;
mod keyed;
mod mark;
mod query;
mod words;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use clauses::{Clauses, clauses};
pub use fields::{Field, Parted, part};
pub use keyed::Keys;
pub use mark::{Piece, mark, whole_words};
pub use query::{TooManyTerms, account, parse, phone};
pub use words::{is_called, word_tokens};

/// One thing that a ticket answers to, folded.
///
/// Tokens of different kinds never stand for each other: a hash must cover the kind as well as the text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Token {
    /// A start, of two letters or more, of a word of the client's name; or a name's word of one letter.
    NamePrefix(String),
    /// A whole word of the description or of a note.
    Word(String),
    /// The last four digits or more of the phone number, up to all of its E.164 digits.
    PhoneTail(String),
    /// The whole e-mail address.
    Email(String),
    /// The letters and digits of the account id.
    Account(String),
    /// The last four characters of the reference, or its whole suffix, in Crockford's base 32.
    RefTail(String),
    /// The letters and digits of the reference that another help desk gave.
    Before(String),
}

/// The contact fields that a search looks at.
#[derive(Clone, Copy, Debug)]
pub struct Contact<'a> {
    /// The client's name.
    pub name: &'a str,
    /// The phone number as in ITU-T E.164, with its plus sign or without.
    pub phone_e164: &'a str,
    /// The client's e-mail address.
    pub email: Option<&'a str>,
    /// The client's account id at the ISP.
    pub account: Option<&'a str>,
}

/// The fields of a ticket that a search looks at.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// The client's name.
    pub name: &'a str,
    /// The phone number as in ITU-T E.164, with its plus sign or without.
    pub phone_e164: &'a str,
    /// The client's e-mail address.
    pub email: Option<&'a str>,
    /// The client's account id at the ISP.
    pub account: Option<&'a str>,
    /// What the client complains about.
    pub description: &'a str,
    /// The contents of the notes.
    pub notes: &'a [&'a str],
    /// The reference, such as `BILL-20261123-7K4M`.
    pub reference: &'a str,
}

/// One condition on a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The ticket has this token.
    Token(Token),
    /// The ticket's [`ref_key`] starts with this text.
    RefStart(String),
    /// The ticket's [`ref_key`] is this text.
    RefWhole(String),
}

/// What a search asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cond {
    /// At least one of these holds. Without any, no ticket matches.
    Any(Vec<Cond>),
    /// All of these hold.
    All(Vec<Cond>),
    /// All of these hold of one text of the ticket, its record or a note: the parts of one word, as `Brien` and `Smith`.
    Together(Vec<Cond>),
    /// This criterion is met.
    Is(Criterion),
}

/// All tokens of a ticket. The reference as a whole is not among them: it has its [`ref_key`].
pub fn index_tokens(fields: &Fields<'_>) -> BTreeSet<Token> {
    let Fields { name, phone_e164, email, account, .. } = *fields;
    let mut tokens = contact_tokens(&Contact { name, phone_e164, email, account });
    for text in fields.notes.iter().chain([&fields.description]) {
        tokens.append(&mut word_tokens(text));
    }
    let key = ref_key(fields.reference);
    let suffix = key.get(SUFFIX_START..).unwrap_or_default();
    let last_four = suffix.get(suffix.len().saturating_sub(4)..).unwrap_or_default();
    tokens.extend([suffix, last_four].map(|tail| Token::RefTail(tail.to_owned())));
    tokens
}

/// The tokens of the contact fields alone.
pub fn contact_tokens(contact: &Contact<'_>) -> BTreeSet<Token> {
    let mut tokens = words::name_tokens(contact.name);
    let digits = digits(contact.phone_e164);
    tokens.extend((0..=digits.len().saturating_sub(4)).map(|from| Token::PhoneTail(digits[from..].to_owned())));
    tokens.extend(contact.email.map(email_token));
    tokens.extend(contact.account.and_then(account_token));
    tokens
}

/// What finds everything of an account: its id's letters and digits, if it has any.
pub fn account_token(id: &str) -> Option<Token> {
    let signs = fold::squash(&fold::fold(id));
    (!signs.is_empty()).then_some(Token::Account(signs))
}

/// What finds the ticket that had this reference in another help desk: its letters and digits, if it has any.
pub fn before_token(reference: &str) -> Option<Token> {
    let signs = fold::squash(&fold::fold(reference));
    (!signs.is_empty()).then_some(Token::Before(signs))
}

/// What finds everything of this very e-mail address.
pub fn email_token(address: &str) -> Token {
    Token::Email(fold::caseless(address))
}

/// What finds everything of this very number.
pub fn phone_token(e164: &str) -> Token {
    Token::PhoneTail(digits(e164))
}

/// Whether two account ids mean the same account to a search: only letters and digits count.
pub fn same_account(one: &str, other: &str) -> bool {
    account_token(one) == account_token(other)
}

/// A text as a search compares it: case, accents, width, digits, apostrophes and hyphens are one.
pub fn folded(text: &str) -> String {
    fold::fold(text)
}

/// The form in which account ids are told apart: upper and lower case are one, all other signs count.
pub fn account_key(id: &str) -> String {
    fold::caseless(id)
}

/// A reference without its hyphens, in upper case, for [`Criterion::RefStart`] and [`Criterion::RefWhole`].
pub fn ref_key(reference: &str) -> String {
    reference.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Where the suffix starts in the key of a reference, after `BILL` and the eight digits of the day.
const SUFFIX_START: usize = 12;

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
