//! The versions of templates.

use uuid::Uuid;

use super::{set::Place, store, template::Draft};
use crate::{db::Tx, fault::Fault};

/// A template as it was kept once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Which messages it is for.
    pub place: Place,
    /// Counts up from 1 in its place.
    pub version: i64,
    /// What is said; our own wording where there is none.
    pub draft: Option<Draft>,
    /// When it was kept, in milliseconds.
    pub at: i64,
    /// Who kept it.
    pub by: Uuid,
}

/// The newest of every place that has any.
///
/// # Errors
/// Only the database's.
pub fn newest(tx: &mut Tx<'_>) -> Result<Vec<Version>, Fault> {
    store::newest(tx)
}

/// The newest of a place.
///
/// # Errors
/// Only the database's.
pub fn current(tx: &mut Tx<'_>, place: Place) -> Result<Option<Version>, Fault> {
    Ok(store::of(tx, place, 1)?.pop())
}

/// At most `most` of a place, newest first.
///
/// # Errors
/// Only the database's.
pub fn versions(tx: &mut Tx<'_>, place: Place, most: u32) -> Result<Vec<Version>, Fault> {
    store::of(tx, place, most)
}
