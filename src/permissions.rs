//! What can be permitted, by the names of the field (`resource:action`). Who has what is the staff's to say, and which
//! route asks for what: `staff/roles.rs` and `staff/routes.rs`.

/// One thing that somebody may do. Each is its own: to write does not imply to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// One's own account: password, sessions, tokens, choices.
    Account,
    /// See tickets, their notes, messages and history.
    TicketsRead,
    /// Log and change tickets.
    TicketsWrite,
    /// Take tickets away as a file.
    TicketsExport,
    /// The same by saying what for, which stays on record.
    TicketsExportReasoned,
    /// See the ISP's clients.
    ClientsRead,
    /// Add and change clients.
    ClientsWrite,
    /// See messages, gateways, and how messages are worded.
    NotificationsRead,
    /// Send messages again, cancel them, test gateways, keep what clients said about being written to.
    NotificationsWrite,
    /// See reports.
    ReportsRead,
    /// See who is of the staff.
    UsersRead,
    /// Add, change and disable users, end their sessions.
    UsersManage,
    /// Change how the desk works for all: the wording of messages.
    SettingsManage,
    /// Change the keys that seal what is personal.
    KeysManage,
    /// See the audit history.
    AuditRead,
    /// Hand out, erase and hold what is kept of a client.
    PrivacyManage,
    /// See the tickets that are assigned to oneself, and no others.
    JobsRead,
    /// Work on those: notes, photos, and how the work stands.
    JobsWrite,
}

impl Permission {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 18] = [
        Self::Account,
        Self::TicketsRead,
        Self::TicketsWrite,
        Self::TicketsExport,
        Self::TicketsExportReasoned,
        Self::ClientsRead,
        Self::ClientsWrite,
        Self::NotificationsRead,
        Self::NotificationsWrite,
        Self::ReportsRead,
        Self::UsersRead,
        Self::UsersManage,
        Self::SettingsManage,
        Self::KeysManage,
        Self::AuditRead,
        Self::PrivacyManage,
        Self::JobsRead,
        Self::JobsWrite,
    ];

    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::TicketsRead => "tickets:read",
            Self::TicketsWrite => "tickets:write",
            Self::TicketsExport => "tickets:export",
            Self::TicketsExportReasoned => "tickets:export-reasoned",
            Self::ClientsRead => "clients:read",
            Self::ClientsWrite => "clients:write",
            Self::NotificationsRead => "notifications:read",
            Self::NotificationsWrite => "notifications:write",
            Self::ReportsRead => "reports:read",
            Self::UsersRead => "users:read",
            Self::UsersManage => "users:manage",
            Self::SettingsManage => "settings:manage",
            Self::KeysManage => "keys:manage",
            Self::AuditRead => "audit:read",
            Self::PrivacyManage => "privacy:manage",
            Self::JobsRead => "jobs:read",
            Self::JobsWrite => "jobs:write",
        }
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u32);

impl Permissions {
    /// Of these.
    pub const fn of(permissions: &[Permission]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < permissions.len() {
            bits |= 1 << permissions[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// Every one there is.
    pub const ALL: Self = Self::of(&Permission::ALL);

    /// Those of either.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether this is one of them.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }
}

impl std::fmt::Debug for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(Permission::ALL.iter().filter(|one| self.has(**one)).map(|one| one.name())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_it_was_made_of_and_nothing_else() {
        let set = Permissions::of(&[Permission::Account, Permission::JobsWrite]);
        for one in Permission::ALL {
            assert_eq!(set.has(one), matches!(one, Permission::Account | Permission::JobsWrite), "{one:?}");
            assert!(Permissions::ALL.has(one) && !Permissions::default().has(one), "{one:?}");
        }
        let other = Permissions::of(&[Permission::JobsWrite, Permission::AuditRead]);
        assert_eq!(set.within(other), Permissions::of(&[Permission::JobsWrite]));
        assert!(set.and(other).has(Permission::AuditRead) && set.and(other).has(Permission::Account));
    }

    #[test]
    fn no_two_have_one_name_or_one_place() {
        for (at, one) in Permission::ALL.iter().enumerate() {
            assert_eq!(*one as usize, at);
            assert!(Permission::ALL[..at].iter().all(|other| other.name() != one.name()), "{one:?}");
        }
    }
}
