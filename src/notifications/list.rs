//! The messages of the whole desk, a page at a time, and those of them whose clients have to be called.

use uuid::Uuid;

use super::{Channel, Kind, Notification, Outbox, State, call_store, list_store};
use crate::{db::Tx, fault::Fault};

/// Which messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    /// In any of these states; in any at all when empty.
    pub states: Vec<State>,
    /// On this channel; on any when absent.
    pub channel: Option<&'static Channel>,
    /// Queued at or after, in milliseconds.
    pub from: Option<i64>,
    /// Queued before, in milliseconds.
    pub before: Option<i64>,
}

/// A place in a list of messages: the one at it, and its time. Written as `1795435200000-019a…`, which tells nothing
/// that the page with the message does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Milliseconds.
    pub at: i64,
    /// The message.
    pub id: Uuid,
}

impl Place {
    /// Reads what [`Display`](std::fmt::Display) writes.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        Some(Self { at: at.parse().ok()?, id: Uuid::try_parse(id).ok()? })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at, self.id.simple())
    }
}

/// A message in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The reference of its ticket.
    pub reference: String,
    /// What it tells.
    pub kind: Kind,
    /// How it is sent.
    pub channel: &'static Channel,
    /// The number in E.164, or the e-mail address.
    pub recipient: String,
    /// The message.
    pub text: String,
    /// Where it is.
    pub state: State,
    /// Why it is there, where that needs saying, as [`reason_text`](super::reason_text) reads it.
    pub reason: Option<String>,
    /// Tries so far, of the present sending.
    pub attempts: i64,
    /// When it was queued, in milliseconds.
    pub created_at: i64,
}

impl Listed {
    /// Its place in the list.
    pub const fn place(&self) -> Place {
        Place { at: self.created_at, id: self.id }
    }
}

impl Outbox {
    /// At most `most` messages after a place, newest first.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn messages(
        &self,
        tx: &mut Tx<'_>,
        sought: &Sought,
        after: Option<Place>,
        most: u32,
    ) -> Result<Vec<Listed>, Fault> {
        list_store::page(tx, &self.vault, sought, after, most)
    }

    /// How many messages there are, counted up to `most`.
    ///
    /// # Errors
    /// Only the database's.
    pub fn count_messages(&self, tx: &mut Tx<'_>, sought: &Sought, most: u32) -> Result<u64, Fault> {
        Ok(u64::try_from(list_store::count(tx, sought, most)?).unwrap_or(0))
    }

    /// The messages whose clients have to be called, after a place: at most `most` of them, the longest waiting first,
    /// each with the time since when, in milliseconds. docs/reports.md says which they are.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn to_call(&self, tx: &mut Tx<'_>, after: Option<Place>, most: u32) -> Result<Vec<(Listed, i64)>, Fault> {
        let found = call_store::after(tx, after.map(|place| (place.at, place.id)), i64::from(most))?;
        found.into_iter().map(|(id, since)| Ok((list_store::one(tx, &self.vault, id)?, since))).collect()
    }

    /// How many clients have to be called, counted up to `most`.
    ///
    /// # Errors
    /// Only the database's.
    pub fn count_to_call(&self, tx: &mut Tx<'_>, most: u32) -> Result<u64, Fault> {
        Ok(u64::try_from(call_store::count(tx, i64::from(most))?).unwrap_or(0))
    }

    /// Takes a message off the list of those to call, once somebody has; `false` when it is not on it (any more), so
    /// that nothing is put on record twice.
    ///
    /// # Errors
    /// Only the database's.
    pub fn called(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Fault> {
        Ok(call_store::remove(tx, id)?)
    }

    /// A message with its past.
    ///
    /// # Errors
    /// [`Fault::NotFound`], and the database's.
    pub fn by_id(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Notification, Fault> {
        super::store::by_id(tx, &self.vault, id)?.ok_or(Fault::NotFound)
    }

    /// A message of the list.
    ///
    /// # Errors
    /// [`Fault::NotFound`], and the database's.
    pub fn message(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Listed, Fault> {
        list_store::one(tx, &self.vault, id)
    }

    /// How many messages wait, those on their way included.
    ///
    /// # Errors
    /// Only the database's.
    pub fn waiting(&self, tx: &mut Tx<'_>) -> Result<u64, Fault> {
        Ok(u64::try_from(super::due_store::waiting(tx)?).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_survive_their_address() {
        let place = Place { at: 1_795_435_200_000, id: Uuid::from_u128(7) };
        assert_eq!(Place::parse(&place.to_string()), Some(place));
        for bad in ["", "-", "1", "x-00000000000000000000000000000007", "1-7", "99999999999999999999-0"] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }
}
