//! Keeps a new version of a template.

use uuid::Uuid;

use super::{
    set::{CHANGED, Place},
    store,
    template::Draft,
    versions::{Version, current},
};
use crate::{
    audit::{self, Event},
    db::Tx,
    fault::Fault,
    notifications::outbox::Outbox,
};

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It is as wanted, as this version; none where our own wording was never replaced.
    Kept(Option<Version>),
    /// Somebody has kept another since: this one.
    Stale(Option<Version>),
}

/// Keeps what was [checked](super::Check) as the newest version, which counts from the commit on; what is the newest
/// already is left as it is. `seen` are the versions that it may follow, 0 for none, or any.
///
/// Call [`Templates::refresh`](super::Templates::refresh) after the commit.
///
/// # Errors
/// Only the database's.
pub fn save(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    by: Uuid,
    place: Place,
    draft: &Draft,
    seen: Option<&[i64]>,
) -> Result<Outcome, Fault> {
    next(tx, outbox, by, place, Some(draft), seen)
}

/// Adds a version, if it differs from the newest.
pub(super) fn next(
    tx: &mut Tx<'_>,
    outbox: &Outbox,
    by: Uuid,
    place: Place,
    draft: Option<&Draft>,
    seen: Option<&[i64]>,
) -> Result<Outcome, Fault> {
    tx.take_turn("message templates")?;
    let now = current(tx, place)?;
    let version = now.as_ref().map_or(0, |now| now.version);
    if seen.is_some_and(|seen| !seen.contains(&version)) {
        return Ok(Outcome::Stale(now));
    }
    if now.as_ref().and_then(|now| now.draft.as_ref()) == draft {
        return Ok(Outcome::Kept(now));
    }
    let new = Version { place, version: version + 1, draft: draft.cloned(), at: outbox.clock.now(), by };
    store::insert(tx, &new)?;
    let (kind, channel, language) = (place.kind.name(), place.channel.name, place.language.tag());
    let (kind, channel, language) = (kind.to_owned(), channel.to_owned(), language.to_owned());
    let event = match draft {
        Some(_) => Event::TemplateSaved { kind, channel, language, version: new.version },
        None => Event::TemplateReset { kind, channel, language, version: new.version },
    };
    audit::record(tx, &outbox.vault, &outbox.clock, Some(by), &event)?;
    tx.notify(CHANGED, "");
    Ok(Outcome::Kept(Some(new)))
}
