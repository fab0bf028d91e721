//! A client of the ISP, and what a change of one means.

use uuid::Uuid;

use crate::{input::Given, phone::Phone};

/// Whom the ISP serves, as its billing system knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `UUIDv7`; what addresses of pages name, as it says nothing of the client.
    pub id: Uuid,
    /// What the billing system calls the account, 1 to 64 characters. There is one client for each, whatever the letter
    /// case.
    pub account_id: String,
    /// 1 to 200 characters.
    pub name: String,
    /// Where SMS go.
    pub phone: Phone,
    /// One valid address.
    pub email: Option<String>,
    /// What they pay for, at most 100 characters.
    pub plan: Option<String>,
    /// Where the line ends, at most 500 characters.
    pub address: Option<String>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch.
    pub updated_at: i64,
    /// One up with every change, from 1.
    pub version: i64,
}

/// What is said of an account: only the fields that were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// 1 to 200 characters.
    pub name: Option<String>,
    /// A possible number.
    pub phone: Option<Phone>,
    /// One valid address, or none any more.
    pub email: Given<String>,
    /// The plan, or none any more.
    pub plan: Given<String>,
    /// The address, or none any more.
    pub address: Given<String>,
}

/// An account and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The account, trimmed.
    pub account_id: String,
    /// The rest.
    pub change: Change,
}

impl Client {
    /// Changes what `change` names, and tells whether anything is different now.
    pub fn apply(&mut self, change: &Change) -> bool {
        let before = self.clone();
        if let Some(name) = &change.name {
            self.name.clone_from(name);
        }
        if let Some(phone) = &change.phone {
            self.phone.clone_from(phone);
        }
        for (field, given) in
            [(&mut self.email, &change.email), (&mut self.plan, &change.plan), (&mut self.address, &change.address)]
        {
            match given {
                Given::Absent => {}
                Given::Null => *field = None,
                Given::Value(text) => *field = Some(text.clone()),
            }
        }
        *self != before
    }

    /// Whose tickets are this client's.
    pub fn whose(&self) -> super::Whose<'_> {
        super::Whose { account_id: Some(&self.account_id), phone: &self.phone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client {
            id: Uuid::nil(),
            account_id: "LF-1".to_owned(),
            name: "Nadia".to_owned(),
            phone: Phone::from_e164("+447700900142").unwrap(),
            email: Some("n@example.com".to_owned()),
            plan: None,
            address: None,
            created_at: 1,
            updated_at: 1,
            version: 1,
        }
    }

    const NOTHING: Change =
        Change { name: None, phone: None, email: Given::Absent, plan: Given::Absent, address: Given::Absent };

    #[test]
    fn only_what_was_sent_changes() {
        for (change, want) in [
            (NOTHING, None),
            (
                Change { name: Some("Nadia".to_owned()), email: Given::Value("n@example.com".to_owned()), ..NOTHING },
                None,
            ),
            (Change { plan: Given::Null, ..NOTHING }, None),
            (Change { email: Given::Null, ..NOTHING }, Some(Client { email: None, ..client() })),
            (
                Change { plan: Given::Value("Fibre".to_owned()), ..NOTHING },
                Some(Client { plan: Some("Fibre".to_owned()), ..client() }),
            ),
            (Change { name: Some("N".to_owned()), ..NOTHING }, Some(Client { name: "N".to_owned(), ..client() })),
        ] {
            let mut now = client();
            assert_eq!(now.apply(&change), want.is_some(), "{change:?}");
            assert_eq!(now, want.unwrap_or_else(client));
        }
    }
}
