//! What a link is for.

/// What a link is for. The order is the stored one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Somebody new chooses their first password.
    Invitation,
    /// Somebody who forgot theirs chooses another.
    Reset,
    /// Somebody who has just signed in with a password that an admin chose replaces it.
    Renewal,
    /// The same as a reset, at the wish of anybody who knows the address: it takes the place of no link that an admin gave.
    Wish,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Invitation, Self::Reset, Self::Renewal, Self::Wish];

    /// The number stored for it.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// Back from the stored number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The name in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
            Self::Renewal => "renewal",
            Self::Wish => "wish",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn stored_numbers_stay_what_they_are() {
        let kinds = [(0, "invitation"), (1, "reset"), (2, "renewal"), (3, "wish")];
        assert_eq!(Kind::ALL.map(|kind| (kind.code(), kind.name())), kinds);
        assert!(Kind::ALL.iter().all(|kind| Kind::from_code(kind.code()) == Some(*kind)));
        assert_eq!(Kind::from_code(4), None);
    }
}
