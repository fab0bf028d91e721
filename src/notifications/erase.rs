//! Takes text and receiver out of messages, for ever. That there was one, what it told, when, and what became of it stays.

use uuid::Uuid;

use super::{Outbox, erase_store, store};
use crate::{
    db::{Row, Tx},
    fault::Fault,
    words::Text,
};

/// How many are past an age, and the times of the oldest and the newest, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Age {
    /// How many there are.
    pub count: u64,
    /// The oldest, where there are any.
    pub oldest: Option<i64>,
    /// The newest, where there are any.
    pub newest: Option<i64>,
}

impl Age {
    /// What a statement counted: the number, the least and the greatest time.
    ///
    /// # Errors
    /// Where the row has other columns.
    pub fn read(row: Option<Row>) -> Result<Self, Fault> {
        let Some(row) = row else { return Ok(Self::default()) };
        Ok(Self { count: row.int(0)?.cast_unsigned(), oldest: row.opt_int(1)?, newest: row.opt_int(2)? })
    }
}

impl Outbox {
    /// Erases all messages of a ticket, and gives how many there were. What waits is cancelled first; what a worker is just
    /// sending may still arrive. Nobody has to be called about them any more.
    ///
    /// # Errors
    /// [`Fault::Conflict`] when one of them changes at the same moment; the database's.
    pub fn erase(&self, tx: &mut Tx<'_>, ticket: Uuid, by: Option<Uuid>) -> Result<u64, Fault> {
        let ids = erase_store::of_ticket(tx, ticket)?;
        for id in &ids {
            self.erase_message(tx, *id, by)?;
        }
        Ok(ids.len() as u64)
    }

    /// Erases one message.
    ///
    /// # Errors
    /// As [`Self::erase`].
    pub fn erase_message(&self, tx: &mut Tx<'_>, id: Uuid, by: Option<Uuid>) -> Result<(), Fault> {
        let now = self.clock.now();
        let mut delivery = store::delivery(tx, id)?.ok_or(Fault::NotFound)?;
        delivery.erase(now, by);
        if !delivery.changes.is_empty() && !store::save(tx, &mut delivery)? {
            return Err(Fault::conflict(Text::new("notifications-just-changed")));
        }
        erase_store::blank(tx, &self.vault, id, now)?;
        tx.notify(store::CHANGED, id.simple().to_string());
        Ok(())
    }

    /// Messages from before a time, in milliseconds, that wait no more and are not erased.
    ///
    /// # Errors
    /// Only the database's.
    pub fn message_age(&self, tx: &mut Tx<'_>, before: i64) -> Result<Age, Fault> {
        erase_store::age(tx, before)
    }

    /// The oldest of those: at most `most`, each with its time and its ticket, after a time and an id.
    ///
    /// # Errors
    /// Only the database's.
    pub fn old_messages(
        &self,
        tx: &mut Tx<'_>,
        before: i64,
        after: (i64, Uuid),
        most: i64,
    ) -> Result<Vec<(i64, Uuid, Uuid)>, Fault> {
        erase_store::old(tx, before, after, most)
    }
}
