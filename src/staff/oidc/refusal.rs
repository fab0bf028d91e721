//! Why somebody could not sign in by the provider, and what they can do.

use crate::words::Text;

/// A refusal. Its name stands in the address of the log-in page, which says the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The provider does not answer, or makes no sense.
    Unreachable,
    /// The provider says no, or they turned back there.
    Declined,
    /// It was begun in another browser, too long ago, or used already.
    Stale,
    /// What came back does not prove anything: forged, swapped, or of another issuer.
    Unproven,
    /// They proved who they are too weakly, or too long ago.
    TooWeak,
    /// The provider gives them no role here.
    NoRole,
    /// Nobody here is known by that identity, and none is made.
    Unknown,
    /// A user with the same address is there, and is not tied to the identity.
    Taken,
    /// The provider does not tell enough of them to make a user.
    Nameless,
    /// The user is disabled.
    Disabled,
    /// The provider takes the desk from the last admin.
    LastAdmin,
}

impl Refusal {
    const ALL: [Self; 11] = [
        Self::Unreachable,
        Self::Declined,
        Self::Stale,
        Self::Unproven,
        Self::TooWeak,
        Self::NoRole,
        Self::Unknown,
        Self::Taken,
        Self::Nameless,
        Self::Disabled,
        Self::LastAdmin,
    ];

    /// The name in addresses, logs and the audit history.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Declined => "declined",
            Self::Stale => "stale",
            Self::Unproven => "unproven",
            Self::TooWeak => "too-weak",
            Self::NoRole => "no-role",
            Self::Unknown => "unknown",
            Self::Taken => "taken",
            Self::Nameless => "nameless",
            Self::Disabled => "disabled",
            Self::LastAdmin => "last-admin",
        }
    }

    /// Back from the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.name() == name)
    }

    /// What is wrong and what to do.
    pub const fn words(self) -> Text {
        Text::new(match self {
            Self::Unreachable => "staff-sso-unreachable",
            Self::Declined => "staff-sso-declined",
            Self::Stale => "staff-sso-stale",
            Self::Unproven => "staff-sso-unproven",
            Self::TooWeak => "staff-sso-too-weak",
            Self::NoRole => "staff-sso-no-role",
            Self::Unknown => "staff-sso-unknown",
            Self::Taken => "staff-sso-taken",
            Self::Nameless => "staff-sso-nameless",
            Self::Disabled => "staff-sso-disabled",
            Self::LastAdmin => "staff-sso-last-admin",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_and_words_of_its_own() {
        for (place, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(Refusal::parse(refusal.name()), Some(refusal));
            let others = Refusal::ALL.into_iter().skip(place + 1);
            assert!(
                others.into_iter().all(|other| other.words().english() != refusal.words().english()),
                "{refusal:?}"
            );
        }
        assert_eq!(Refusal::parse("x"), None);
    }
}
