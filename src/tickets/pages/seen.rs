//! What a form says of the version that it was filled from, and of what is to be taken from others.

use std::collections::BTreeSet;

use crate::{
    db::Tx,
    fault::Fault,
    input::Input,
    tickets::{
        Change, Desk, Ticket, history,
        merge::{self, FIELDS, Since},
    },
    words::Text,
};

/// What is said when the form's version is none of the ticket's.
const LOST: Text = Text::new("conflict-lost");

/// What precedes a field's name in the name of the choice between mine and theirs.
pub const TAKE: &str = "take.";

/// How the form stands to the ticket.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The version that it shows. Without one the last write wins, field by field, as over the API.
    pub version: Option<i64>,
    /// The fields that are to stay as others have made them.
    theirs: BTreeSet<&'static str>,
}

impl Seen {
    /// Takes what belongs here out of a form's fields.
    pub fn take(input: &mut Input) -> Self {
        let sent = input.has("version");
        let version: Option<i64> = input.take_raw("version").and_then(|text| text.parse().ok());
        if sent && version.is_none() {
            input.fault("", "invalid", LOST);
        }
        let mut theirs = BTreeSet::new();
        for field in FIELDS {
            if input.take_raw(&format!("{TAKE}{field}")).as_deref() == Some("theirs") {
                theirs.insert(field);
            }
        }
        Self { version, theirs }
    }

    /// Whether a field is to stay as others have made it.
    pub fn is_theirs(&self, field: &str) -> bool {
        self.theirs.contains(field)
    }

    /// Leaves in a change what of it is really wanted, and gives what others have changed meanwhile.
    ///
    /// # Errors
    /// [`Fault::Stale`] when they have changed the same fields, to other values: nothing may be stored then.
    /// [`Fault::Invalid`] for a version that is yet to come.
    pub fn merge(&self, tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, change: &mut Change) -> Result<Since, Fault> {
        let since = self.since(tx, desk, ticket)?;
        if self.left(ticket, &since, change).is_empty() { Ok(since) } else { Err(Fault::Stale(Box::default())) }
    }

    /// The same without the verdict: the fields on which both differ.
    pub fn left(&self, ticket: &Ticket, since: &Since, change: &mut Change) -> Vec<&'static str> {
        self.theirs.iter().for_each(|field| merge::leave(change, field));
        merge::merge(change, ticket, since)
    }

    /// What others have changed since the form's version.
    ///
    /// # Errors
    /// As [`Self::merge`], but for [`Fault::Stale`].
    pub fn since(&self, tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket) -> Result<Since, Fault> {
        match self.version {
            Some(seen) if seen > ticket.version => Err(Fault::field("", "invalid", LOST)),
            Some(seen) if seen < ticket.version => Ok(merge::since(ticket, &history(tx, &desk.vault, ticket)?, seen)),
            _ => Ok(Since::new()),
        }
    }
}
