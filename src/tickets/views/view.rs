//! A saved view and who may do what with it.

use uuid::Uuid;

use crate::staff::Person;

/// The longest name, in characters.
pub const NAME: usize = 60;

/// The most views of one owner.
pub const MOST: usize = 50;

/// A filter of the list by a name.
#[derive(Debug, Clone)]
pub struct SavedView {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Who saved it.
    pub owner: Person,
    /// Whether the owner is no longer an enabled admin, and so cannot look after it.
    pub orphaned: bool,
    /// 1 to 60 characters, as it was typed.
    pub name: String,
    /// The list's query string in its one form; never empty.
    pub query: String,
    /// Whether every admin sees it.
    pub shared: bool,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds.
    pub updated_at: i64,
}

impl SavedView {
    /// Only the owner may change it.
    pub fn may_change(&self, user: Uuid) -> bool {
        self.owner.id == user
    }

    /// Its owner may remove it, and anybody once the owner cannot: a shared view must not outlast everyone who could
    /// take it out of all side bars.
    pub fn may_remove(&self, user: Uuid) -> bool {
        self.may_change(user) || self.orphaned
    }
}

/// A view to be saved.
#[derive(Debug, Clone)]
pub struct NewView {
    /// See [`SavedView::name`].
    pub name: String,
    /// See [`SavedView::query`].
    pub query: String,
    /// See [`SavedView::shared`].
    pub shared: bool,
}

/// A change of a view: only what is there changes.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// See [`SavedView::name`].
    pub name: Option<String>,
    /// See [`SavedView::query`].
    pub query: Option<String>,
    /// See [`SavedView::shared`].
    pub shared: Option<bool>,
}

/// Whether two names are one for people: case does not count.
pub fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
