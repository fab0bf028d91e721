//! The table of permissions, first half: what each role has, and what a program's token leaves of it. The second half,
//! what each route asks for, is `routes.rs`; `guard.rs` is the one place that asks. docs/security/roles.md shows both.

use super::Role;
use crate::permissions::{
    Permission::{
        self, Account, AuditRead, ClientsRead, ClientsWrite, JobsRead, JobsWrite, KeysManage, NotificationsRead,
        NotificationsWrite, PrivacyManage, ReportsRead, SettingsManage, TicketsExport, TicketsExportReasoned,
        TicketsRead, TicketsWrite, UsersManage, UsersRead,
    },
    Permissions,
};

const OWN: Permissions = Permissions::of(&[Account]);

/// The desk of NFR-SEC-001.
const DESK: Permissions = Permissions::of(&[
    Account,
    TicketsRead,
    TicketsWrite,
    TicketsExport,
    ClientsRead,
    ClientsWrite,
    NotificationsRead,
    NotificationsWrite,
    ReportsRead,
    UsersRead,
    TicketsExportReasoned,
]);

/// What shows how the desk works and who works there; nothing that changes anything.
const AUDIT: Permissions = Permissions::of(&[
    Account,
    TicketsRead,
    TicketsExportReasoned,
    ClientsRead,
    NotificationsRead,
    ReportsRead,
    UsersRead,
    AuditRead,
]);

/// What the owner flag adds to an admin.
const OWNER: Permissions = Permissions::of(&[UsersManage, SettingsManage, KeysManage, AuditRead, PrivacyManage]);

/// What technicians have where the desk gives them a view of their own.
const JOBS: Permissions = Permissions::of(&[JobsRead, JobsWrite]);

/// As what somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Their role.
    pub role: Role,
    /// Whether they have the owner flag, which counts for admins only.
    pub owner: bool,
}

impl Standing {
    /// The name in records.
    pub const fn name(self) -> &'static str {
        if self.owner { "owner" } else { self.role.name() }
    }
}

/// What a program's token may be used for: never more than its owner may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `tickets:read`: tickets and one's own jobs, read only.
    TicketsRead,
    /// `tickets:write`: log and change tickets, and work on one's own jobs; that gives them back, so it reads too.
    TicketsWrite,
    /// `admin`: whatever its owner may do.
    Admin,
}

impl Scope {
    /// All of them, from the least to the most.
    pub const ALL: [Self; 3] = [Self::TicketsRead, Self::TicketsWrite, Self::Admin];

    /// The name in calls, on the command line and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TicketsRead => "tickets:read",
            Self::TicketsWrite => "tickets:write",
            Self::Admin => "admin",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == text)
    }

    /// The least that lets this through.
    pub fn least(permission: Permission) -> Self {
        Self::ALL.into_iter().find(|scope| scope.permissions().has(permission)).unwrap_or(Self::Admin)
    }

    /// What it lets through.
    pub const fn permissions(self) -> Permissions {
        const READ: Permissions =
            Permissions::of(&[Account, TicketsRead, TicketsExport, TicketsExportReasoned, JobsRead]);
        match self {
            Self::TicketsRead => READ,
            Self::TicketsWrite => READ.and(Permissions::of(&[TicketsWrite, JobsWrite])),
            Self::Admin => Permissions::ALL,
        }
    }
}

/// What a credential may be used for: one scope or more, as it is kept (RFC 6749, section 3.3: names parted by blanks).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// One.
    pub const fn of(scope: Scope) -> Self {
        Self(1 << scope as u8)
    }

    /// Reads names; `None` where there are none, or one that is not known.
    pub fn parse(names: &str) -> Option<Self> {
        let bits =
            names.split_ascii_whitespace().try_fold(0, |bits, name| Some(bits | Self::of(Scope::parse(name)?).0))?;
        (bits != 0).then_some(Self(bits))
    }

    /// Reads what was kept. A name that only a later version knows lets nothing through.
    pub fn kept(names: &str) -> Self {
        let known = names.split_ascii_whitespace().filter_map(Scope::parse);
        Self(known.fold(0, |bits, scope| bits | Self::of(scope).0))
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.0 & Self::of(*scope).0 != 0)
    }

    /// Whether one of them lets this through.
    pub fn let_through(self, permission: Permission) -> bool {
        self.iter().any(|scope| scope.permissions().has(permission))
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(" "))
    }
}

/// What this desk has chosen about roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Whether technicians have a view of their own.
    pub technician_view: bool,
}

impl Rules {
    /// What somebody may do, before the scopes of a token.
    pub const fn permissions(self, who: Standing) -> Permissions {
        match who.role {
            Role::Admin if who.owner => DESK.and(OWNER),
            Role::Admin => DESK,
            Role::Auditor => AUDIT,
            Role::Technician if self.technician_view => OWN.and(JOBS),
            Role::Technician => OWN,
        }
    }

    /// Whether somebody may do this with a credential of these scopes; a session has [`Scope::Admin`].
    pub fn allowed(self, who: Standing, scopes: Scopes, permission: Permission) -> bool {
        self.permissions(who).has(permission) && scopes.let_through(permission)
    }
}
