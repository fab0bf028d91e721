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
    pub fn allowed(self, who: Standing, scopes: &[Scope], permission: Permission) -> bool {
        self.permissions(who).has(permission) && scopes.iter().any(|scope| scope.permissions().has(permission))
    }
}
