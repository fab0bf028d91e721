//! What a ticket's record keeps of its past.

use uuid::Uuid;

use super::{Happening, Status, photos::Photo};
use crate::staff::Person;

/// One thing that happened, by whom and when.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The ticket's version that it made. Several entries may share one.
    pub version: i64,
    /// Milliseconds.
    pub at: i64,
    /// Who did it.
    pub by: Person,
    /// What it was.
    pub what: Happening,
}

/// An internal note.
#[derive(Debug, Clone)]
pub struct Note {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The ticket's version that it made.
    pub version: i64,
    /// 1 to 10,000 characters.
    pub content: String,
    /// Milliseconds.
    pub at: i64,
    /// Who wrote it.
    pub by: Person,
    /// What came with it.
    pub photos: Vec<Photo>,
}

/// The past of one ticket, oldest first.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Changes.
    pub entries: Vec<Entry>,
    /// Notes.
    pub notes: Vec<Note>,
    /// The reference that another help desk gave, for a ticket that was imported from there.
    pub before: Option<String>,
}

impl History {
    /// The entries that set a status: the contract's `statusHistory`.
    pub fn statuses(&self) -> impl Iterator<Item = (Status, &Entry)> {
        self.entries.iter().filter_map(|entry| entry.what.status().map(|status| (status, entry)))
    }
}
