//! What mails to the staff say: a subject, an empty line, and the text.

use crate::{
    staff::{Staff, User, links::Kind},
    words::{Language, Text},
};

/// What a mail tells.
#[derive(Debug)]
pub enum Letter<'a> {
    /// A link by which they choose a password.
    Link {
        /// What it is for.
        kind: Kind,
        /// The link itself.
        url: &'a str,
        /// When it ends, in milliseconds.
        expires_at: i64,
    },
    /// Their password was changed (ASVS 6.3.7).
    PasswordChanged,
    /// The address that they sign in with was changed (ASVS 6.3.7); it goes to the one of before.
    AddressChanged,
    /// A second factor of theirs came or went (ASVS 6.3.7).
    FactorsChanged,
    /// An API token of theirs ends soon (ASVS 6.4.5).
    TokenEnds {
        /// Their name for it.
        name: &'a str,
        /// When, in milliseconds.
        at: i64,
    },
    /// Somebody signed in from a browser that they had not signed in from before (ASVS 6.3.5).
    NewBrowser {
        /// When, in milliseconds.
        at: i64,
        /// The browser's own words.
        agent: &'a str,
    },
}

impl Letter<'_> {
    /// When it is of no use any more, if ever.
    pub(super) const fn expires_at(&self) -> Option<i64> {
        match self {
            Self::Link { expires_at, .. } => Some(*expires_at),
            Self::TokenEnds { at, .. } => Some(*at),
            _ => None,
        }
    }

    pub(super) fn write(&self, staff: &Staff, user: &User, language: Language) -> String {
        let isp = &*staff.chrome.isp_name;
        let say = |text: Text| text.to(language).to_string();
        let when = |millis| staff.chrome.times(staff.clock.now(), language).exact(millis).words;
        let until = |millis| say(Text::new("mail-link-until").arg("until", when(millis)));
        let (subject, parts) = match self {
            Self::Link { kind: Kind::Invitation, url, expires_at } => {
                let invitation = say(Text::new("mail-invitation").arg("isp", isp).arg("email", &user.email));
                ("mail-invitation-subject", vec![invitation, (*url).to_owned(), until(*expires_at)])
            }
            Self::Link { url, expires_at, .. } => {
                let reset = say(Text::new("mail-reset").arg("isp", isp).arg("email", &user.email));
                let unasked = say(Text::new("mail-reset-unasked"));
                ("mail-reset-subject", vec![reset, (*url).to_owned(), until(*expires_at), unasked])
            }
            Self::PasswordChanged => {
                let changed = say(Text::new("mail-password").arg("isp", isp));
                ("mail-password-subject", vec![changed, say(Text::new("mail-not-you"))])
            }
            Self::AddressChanged => {
                let changed = say(Text::new("mail-address").arg("isp", isp));
                ("mail-address-subject", vec![changed, say(Text::new("mail-not-you"))])
            }
            Self::FactorsChanged => {
                let changed = say(Text::new("mail-factors").arg("isp", isp));
                ("mail-factors-subject", vec![changed, say(Text::new("mail-not-you"))])
            }
            Self::TokenEnds { name, at } => {
                let ends = Text::new("mail-token").arg("isp", isp).arg("name", *name).arg("at", when(*at));
                ("mail-token-subject", vec![say(ends)])
            }
            Self::NewBrowser { at, agent } => {
                let seen = say(Text::new("mail-browser").arg("isp", isp).arg("at", when(*at)));
                ("mail-browser-subject", vec![seen, (*agent).to_owned(), say(Text::new("mail-not-you"))])
            }
        };
        let subject = say(Text::new(subject).arg("isp", isp));
        let hello = say(Text::new("mail-hello").arg("name", &user.name));
        let parts = [subject, hello].into_iter().chain(parts).chain([isp.to_owned()]);
        parts.filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n\n")
    }
}
