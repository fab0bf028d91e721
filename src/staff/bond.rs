//! What binds rows that let somebody in to the keys.
//!
//! Each such row carries a MAC of what it says. Whoever can write to the database and does not have the keys can take such
//! rows away, but can make none, change none, and give none to somebody else. What they can do is put a row back that was
//! there before, as it was: a MAC tells who wrote a row, not that it is the last one.

use uuid::Uuid;
use vault::{Purpose, Vault};

use super::credential::Hash;
use crate::sparing::Sparing;

/// Rows that somebody else wrote are met at each request that reads them: all of that would fill a disk.
static ALTERED: Sparing = Sparing::new(5, 10);

/// A row as its MAC vouches for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bond<'a> {
    /// What a user may do, and under which address they sign in. The password's hash is sealed instead.
    User { id: Uuid, email_token: i64, role: i64, owner: bool, enabled: bool },
    /// Whose session it is, until when, and what they proved, when.
    Session { hash: &'a Hash, of: Uuid, expires_at: i64, proved_at: i64, strong: bool },
    /// Whose token it is, until when, and what for. Its name tells that of a log-in from a program's.
    Token { hash: &'a Hash, of: Uuid, name: &'a str, scopes: &'a str, expires_at: Option<i64> },
    /// Whose password a link lets choose, until when.
    Link { hash: &'a Hash, of: Uuid, kind: i64, expires_at: i64 },
    /// Who somebody is whom the provider vouches for.
    Identity { subject: &'a [u8; 32], of: Uuid },
    /// Whose second factor it is. Its secret is sealed for its row.
    Factor { id: Uuid, of: Uuid, kind: i64, credential: Option<i64> },
    /// A recovery code.
    Code { of: Uuid, place: i64, hash: &'a str },
}

impl Bond<'_> {
    /// The MAC to be kept with the row.
    pub(super) fn mac(&self, vault: &Vault) -> [u8; 32] {
        self.with(|purpose, parts| vault.mac(purpose, parts))
    }

    /// Whether a row carries the MAC of what it says.
    pub(super) fn holds(&self, vault: &Vault, kept: Option<&[u8]>) -> bool {
        kept.is_some_and(|kept| self.with(|purpose, parts| vault.verify_mac(purpose, parts, kept)))
    }

    /// As [`holds`](Self::holds), with a word in the log where it does not.
    pub(super) fn vouches(&self, vault: &Vault, kept: Option<&[u8]>) -> bool {
        let holds = self.holds(vault, kept);
        if !holds && let Some(left_out) = ALTERED.may() {
            let (row, user) = match *self {
                Bond::User { id, .. } => ("users", id),
                Bond::Session { of, .. } => ("sessions", of),
                Bond::Token { of, .. } => ("api_tokens", of),
                Bond::Link { of, .. } => ("password_links", of),
                Bond::Identity { of, .. } => ("identities", of),
                Bond::Factor { of, .. } => ("authenticators", of),
                Bond::Code { of, .. } => ("recovery_codes", of),
            };
            tracing::error!(table = row, %user, left_out, "a row that lets somebody in was not written by Redress and does not count");
        }
        holds
    }

    fn with<T>(&self, then: impl FnOnce(Purpose, &[&[u8]]) -> T) -> T {
        match *self {
            Bond::User { id, email_token, role, owner, enabled } => then(
                Purpose::new("users.row"),
                &[id.as_bytes(), &number(email_token), &number(role), &[owner.into()], &[enabled.into()]],
            ),
            Bond::Session { hash, of, expires_at, proved_at, strong } => then(
                Purpose::new("sessions.row"),
                &[hash, of.as_bytes(), &number(expires_at), &number(proved_at), &[strong.into()]],
            ),
            Bond::Token { hash, of, name, scopes, expires_at } => then(
                Purpose::new("api_tokens.row"),
                &[hash, of.as_bytes(), name.as_bytes(), scopes.as_bytes(), &perhaps(expires_at)],
            ),
            Bond::Link { hash, of, kind, expires_at } => {
                then(Purpose::new("password_links.row"), &[hash, of.as_bytes(), &number(kind), &number(expires_at)])
            }
            Bond::Identity { subject, of } => then(Purpose::new("identities.row"), &[subject, of.as_bytes()]),
            Bond::Factor { id, of, kind, credential } => then(
                Purpose::new("authenticators.row"),
                &[id.as_bytes(), of.as_bytes(), &number(kind), &perhaps(credential)],
            ),
            Bond::Code { of, place, hash } => {
                then(Purpose::new("recovery_codes.row"), &[of.as_bytes(), &number(place), hash.as_bytes()])
            }
        }
    }
}

const fn number(number: i64) -> [u8; 8] {
    number.to_be_bytes()
}

/// Nothing is no number: the length of each part is in the MAC.
fn perhaps(number: Option<i64>) -> Vec<u8> {
    number.map(|number| number.to_be_bytes().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Uuid = Uuid::from_u128(1);
    const OTHER: Uuid = Uuid::from_u128(2);
    const HASH: Hash = [1; 32];

    /// Each row with one thing about it changed after the other.
    #[test]
    fn whatever_of_a_row_is_changed_its_mac_holds_no_more() {
        let user = |(id, email_token, role, owner, enabled)| Bond::User { id, email_token, role, owner, enabled };
        let users = [(OTHER, 7, 1, false, true), (ID, 8, 1, false, true), (ID, 7, 0, false, true)]
            .into_iter()
            .chain([(ID, 7, 1, true, true), (ID, 7, 1, false, false)])
            .map(user);
        differs(user((ID, 7, 1, false, true)), users);

        let session =
            |(hash, of, expires_at, proved_at, strong)| Bond::Session { hash, of, expires_at, proved_at, strong };
        let sessions = [(&[2; 32], ID, 9, 3, false), (&HASH, OTHER, 9, 3, false), (&HASH, ID, 10, 3, false)]
            .into_iter()
            .chain([(&HASH, ID, 9, 4, false), (&HASH, ID, 9, 3, true)])
            .map(session);
        differs(session((&HASH, ID, 9, 3, false)), sessions);

        let token = |(hash, of, name, scopes, expires_at)| Bond::Token { hash, of, name, scopes, expires_at };
        let tokens = [(&[2; 32], ID, "tour", "tickets:read", Some(5)), (&HASH, OTHER, "tour", "tickets:read", Some(5))]
            .into_iter()
            .chain([(&HASH, ID, "", "tickets:read", Some(5)), (&HASH, ID, "tour", "admin", Some(5))])
            .chain([(&HASH, ID, "tour", "tickets:read", None), (&HASH, ID, "tourt", "ickets:read", Some(5))])
            .map(token);
        differs(token((&HASH, ID, "tour", "tickets:read", Some(5))), tokens);

        let link = |(hash, of, kind, expires_at)| Bond::Link { hash, of, kind, expires_at };
        let links = [(&[2; 32], ID, 0, 9), (&HASH, OTHER, 0, 9), (&HASH, ID, 1, 9), (&HASH, ID, 0, 10)].map(link);
        differs(link((&HASH, ID, 0, 9)), links);

        let identity = |(subject, of)| Bond::Identity { subject, of };
        differs(identity((&HASH, ID)), [(&[2; 32], ID), (&HASH, OTHER)].map(identity));

        let factor = |(id, of, kind, credential)| Bond::Factor { id, of, kind, credential };
        let factors = [(OTHER, ID, 2, Some(4)), (ID, OTHER, 2, Some(4)), (ID, ID, 1, Some(4)), (ID, ID, 2, None)];
        differs(factor((ID, ID, 2, Some(4))), factors.map(factor));

        let code = |(of, place, hash)| Bond::Code { of, place, hash };
        differs(code((ID, 1, "a")), [(OTHER, 1, "a"), (ID, 2, "a"), (ID, 1, "b")].map(code));
    }

    fn differs<'a>(row: Bond<'a>, changed: impl IntoIterator<Item = Bond<'a>>) {
        let (vault, others) = (Vault::for_tests(1), Vault::for_tests(2));
        let mac = row.mac(&vault);
        assert!(row.holds(&vault, Some(&mac)) && !row.holds(&others, Some(&mac)), "{row:?}");
        assert!(!row.holds(&vault, None) && !row.holds(&vault, Some(&[])) && !row.holds(&vault, Some(&mac[..31])));
        for changed in changed {
            assert!(!changed.holds(&vault, Some(&mac)), "{changed:?}");
        }
    }

    #[test]
    fn a_mac_of_one_table_is_none_of_another() {
        let vault = Vault::for_tests(1);
        let identity = Bond::Identity { subject: &HASH, of: ID };
        let link = Bond::Link { hash: &HASH, of: ID, kind: 0, expires_at: 0 };
        assert!(!link.holds(&vault, Some(&identity.mac(&vault))));
    }
}
