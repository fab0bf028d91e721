//! Which part of the history somebody wants to see.

use uuid::Uuid;

use super::event::READ;

/// Kinds of events under one name. What is in none of them is [`Group::Other`], so that nothing is out of reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// All but reads, which would drown the rest.
    #[default]
    Changes,
    /// Who was let in and who was not.
    Access,
    /// Users, what they may do, and what they sign in with.
    Users,
    /// Clients that were added or changed, and files that brought them or tickets.
    Clients,
    /// What left as a file.
    Exports,
    /// Who saw what.
    Reads,
    /// The wording of messages, trials of gateways, what clients want.
    Messages,
    /// What none of the others has.
    Other,
    /// Everything.
    All,
}

const ACCESS: &[i64] = &[11, 12, 18, 22, 25, 27, 29, 30, 31];
const USERS: &[i64] = &[13, 14, 15, 16, 17, 19, 20, 21, 23, 24, 26, 28, 32];
const CLIENTS: &[i64] = &[40, 41, 42, 43];
const EXPORTS: &[i64] = &[0, 1, 2, 60, 71];
const MESSAGES: &[i64] = &[3, 4, 5, 6, 7, 8];

impl Group {
    /// All of them, as they are offered.
    pub const ALL: [Self; 9] = [
        Self::Changes,
        Self::Access,
        Self::Users,
        Self::Clients,
        Self::Exports,
        Self::Reads,
        Self::Messages,
        Self::Other,
        Self::All,
    ];

    /// As it stands in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Access => "access",
            Self::Users => "users",
            Self::Clients => "clients",
            Self::Exports => "exports",
            Self::Reads => "reads",
            Self::Messages => "messages",
            Self::Other => "other",
            Self::All => "all",
        }
    }

    /// Of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }

    /// The condition on the column `kind`.
    pub(super) fn condition(self) -> String {
        let list = |kinds: &[i64]| kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let within = |kinds: &[i64]| format!("kind IN ({})", list(kinds));
        match self {
            Self::All => "kind = kind".to_owned(),
            Self::Changes => format!("kind <> {READ}"),
            Self::Reads => format!("kind = {READ}"),
            Self::Access => within(ACCESS),
            Self::Users => within(USERS),
            Self::Clients => within(CLIENTS),
            Self::Exports => within(EXPORTS),
            Self::Messages => within(MESSAGES),
            Self::Other => {
                let named = [ACCESS, USERS, CLIENTS, EXPORTS, MESSAGES, &[READ]].concat();
                format!("kind NOT IN ({})", list(&named))
            }
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of this user; the product itself has the nil id.
    pub actor: Option<Uuid>,
    /// Of these kinds.
    pub group: Group,
    /// Not before, in milliseconds.
    pub from: Option<i64>,
    /// Before, in milliseconds.
    pub until: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_is_in_two_groups_and_names_are_read_back() {
        let mut all = [ACCESS, USERS, CLIENTS, EXPORTS, MESSAGES, &[READ]].concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        for group in Group::ALL {
            assert_eq!(Group::parse(group.name()), Some(group));
        }
        assert_eq!(Group::parse("nonsense"), None);
    }
}
