//! Goes back to our own wording.

use uuid::Uuid;

use super::{
    save::{Outcome, next},
    set::Place,
};
use crate::{db::Tx, fault::Fault, notifications::outbox::Outbox};

/// Our own wording counts again, as a new version, from the commit on. See [`save`](super::save()).
///
/// # Errors
/// Only the database's.
pub fn reset(tx: &mut Tx<'_>, outbox: &Outbox, by: Uuid, place: Place, seen: Option<&[i64]>) -> Result<Outcome, Fault> {
    next(tx, outbox, by, place, None, seen)
}
