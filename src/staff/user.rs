//! The staff: who may sign in, and as what.

use uuid::Uuid;

use super::{Rules, Standing};
use crate::{phone::Phone, web::Viewer, words::Text};

/// What a user may do (NFR-SEC-001).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the desk: tickets, clients, staff.
    Admin,
    /// Goes out; tickets are assigned to them.
    Technician,
    /// Sees what the desk does, and changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Technician, Self::Auditor];

    /// The name in records, forms and the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Technician => "technician",
            Self::Auditor => "auditor",
        }
    }

    /// What people read.
    pub const fn label(self) -> Text {
        Text::new(match self {
            Self::Admin => "staff-role-admin",
            Self::Technician => "staff-role-technician",
            Self::Auditor => "staff-role-auditor",
        })
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == text)
    }

    /// The number it is stored as.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// Back from the stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Clients together, as those who did something by SMS.
pub const THE_CLIENT: Uuid = Uuid::nil();

/// Somebody of the staff, as records name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user's id.
    pub id: Uuid,
    /// The user's name now.
    pub name: String,
}

/// A member of the staff.
#[derive(Debug, Clone)]
pub struct User {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The address they sign in with, as it was written.
    pub email: String,
    /// 1 to 200 characters.
    pub name: String,
    /// Where to reach them, if known.
    pub phone: Option<Phone>,
    /// What they may do.
    pub role: Role,
    /// Whether they look after users, settings, keys and the audit history. Only admins are owners.
    pub owner: bool,
    /// Whether they may sign in and be assigned.
    pub enabled: bool,
    /// Milliseconds.
    pub created_at: i64,
    /// Whether Redress wrote what stands here of role, owner, address and whether they are enabled. Somebody else could by
    /// writing to the database; such a user is shown, and may not enter.
    pub genuine: bool,
}

impl User {
    /// Whether anything they prove lets them in.
    pub const fn may_enter(&self) -> bool {
        self.enabled && self.genuine
    }

    /// What people read of what they are.
    pub const fn label(&self) -> Text {
        if self.owner { Text::new("staff-role-owner") } else { self.role.label() }
    }

    /// Whether the desk can be run with nobody else.
    pub fn runs_desk(&self) -> bool {
        self.may_enter() && self.role == Role::Admin && self.owner
    }

    /// As records name them.
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone() }
    }

    /// As what they sign in.
    pub const fn standing(&self) -> Standing {
        Standing { role: self.role, owner: self.owner }
    }

    /// As the frame of a page knows them.
    pub fn viewer(&self) -> Viewer {
        // What the desk has not turned on is in no page's frame: see `Chrome`.
        let can = Rules { technician_view: true }.permissions(self.standing());
        Viewer { id: self.id, name: self.name.clone(), can }
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn stored_numbers_and_names_of_roles_stay_what_they_are() {
        assert_eq!(Role::ALL.map(|role| (role.code(), role.name())), [(0, "admin"), (1, "technician"), (2, "auditor")]);
        for role in Role::ALL {
            assert_eq!((Role::from_code(role.code()), Role::parse(role.name())), (Some(role), Some(role)));
        }
        assert_eq!((Role::from_code(3), Role::parse("Admin"), Role::parse("")), (None, None, None));
    }
}
