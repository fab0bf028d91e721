//! What a template can say of a ticket.

use crate::{notifications::message::Kind, words::Text};

/// A value that stands in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// `BILL-YYYYMMDD-XXXX`.
    Reference,
    /// The provider's name.
    Isp,
    /// The ticket's status.
    Status,
    /// The day on which it was logged.
    RegisteredAt,
    /// The day by which it should be resolved, by the settings.
    ResolveBy,
    /// What the client complains of: as much of it as fits.
    Issue,
    /// The kind of issue, which names nobody.
    IssueType,
    /// What the desk writes to the client: as much of it as fits.
    Note,
}

impl Variable {
    /// All of them, in the order in which pages list them.
    pub const ALL: [Self; 8] = [
        Self::Reference,
        Self::Isp,
        Self::Status,
        Self::RegisteredAt,
        Self::ResolveBy,
        Self::Issue,
        Self::IssueType,
        Self::Note,
    ];

    /// Its name in templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "ref",
            Self::Isp => "isp",
            Self::Status => "status",
            Self::RegisteredAt => "registered_at",
            Self::ResolveBy => "resolve_by",
            Self::Issue => "issue",
            Self::IssueType => "issue_type",
            Self::Note => "note",
        }
    }

    /// The variable of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variable| variable.name() == name)
    }

    /// As it stands in a template.
    pub fn slot(self) -> String {
        format!("{{{{{}}}}}", self.name())
    }

    /// Whether a message of this kind can say it. Technicians get nothing of the client's, as phones get lost.
    pub fn is_for(self, kind: Kind) -> bool {
        match self {
            Self::Issue => kind.is_for_client() && kind != Kind::Note,
            Self::Note => kind == Kind::Note,
            _ => true,
        }
    }

    /// Whether somebody writes it freely: it is of any length, may say anything, and is what gets cut.
    pub const fn is_free(self) -> bool {
        matches!(self, Self::Issue | Self::Note)
    }

    /// Whether a message still says enough with a part of it.
    pub const fn may_be_cut(self) -> bool {
        matches!(self, Self::Issue | Self::Note | Self::IssueType)
    }

    /// What it is, for people, in a letter or in one line.
    pub const fn meaning(self, in_letter: bool) -> Text {
        Text::new(match self {
            Self::Issue if in_letter => "templates-whole-issue",
            Self::Note if in_letter => "templates-whole-note",
            Self::Reference => "templates-ref",
            Self::Isp => "templates-isp",
            Self::Status => "templates-status",
            Self::RegisteredAt => "templates-registered-at",
            Self::ResolveBy => "templates-resolve-by",
            Self::Issue => "templates-issue",
            Self::IssueType => "templates-issue-type",
            Self::Note => "templates-note",
        })
    }
}
