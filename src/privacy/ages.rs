//! Closed tickets that go by their age, and with the last ticket of somebody what names them elsewhere.

use std::{sync::Arc, time::Instant};

use uuid::Uuid;

use super::{
    erase::{begin, end},
    hold::{self, InForce},
    mentions::{Mentions, Reader},
    retention::STEP,
    store,
    subject::{kept, stays},
};
use crate::{
    audit,
    db::{Db, Tx},
    fault::Fault,
    tickets::{self, Desk, views},
};

/// Tickets for whose people the history is looked through at once: it is long.
const AHEAD: i64 = 1000;

/// Where a ticket is among all: its last change, in milliseconds, and its id.
type Place = (i64, Uuid);

/// Some tickets in a row that are old enough, and those of them that no hold keeps.
struct Old {
    going: Vec<Uuid>,
    /// The last of the row, held or not.
    last: Option<Place>,
}

impl Old {
    fn read(
        tx: &mut Tx<'_>,
        desk: &Desk,
        holds: &InForce,
        (before, after): (i64, Place),
        most: i64,
    ) -> Result<Self, Fault> {
        let found = tickets::old_tickets(tx, before, after, most)?;
        let mut going: Vec<Uuid> = found.iter().map(|(_, id)| *id).collect();
        if !holds.is_empty() {
            let held: Vec<Uuid> =
                kept(tx, desk, &going)?.iter().filter(|ticket| holds.keep(ticket)).map(|ticket| ticket.id).collect();
            going.retain(|id| !held.contains(id));
        }
        Ok(Self { going, last: found.last().copied() })
    }
}

/// Erases those that nobody has changed since `before`, in milliseconds, as an erasure does it, and counts them. Drafts and kept
/// answers, which it forgets too, are gone after a day anyhow.
pub(super) async fn purge(db: &Db, desk: &Desk, before: i64, count: &mut u64) -> Result<(), Fault> {
    let mut after = (i64::MIN, Uuid::nil());
    while let Some(ahead) = Ahead::look(db, desk, (before, after)).await? {
        let ahead = Arc::new(ahead);
        while after < ahead.last {
            let (here, known, from, began) = (desk.clone(), ahead.clone(), after, Instant::now());
            let step = db.write(move |tx| known.step(tx, &here, (before, from))).await?;
            tokio::time::sleep(began.elapsed()).await;
            // Another one than it seemed is gone with these: look again.
            let Some((erased, last)) = step else { break };
            *count += erased;
            after = last;
        }
    }
    Ok(())
}

/// Those of whom nothing is kept afterwards.
struct Gone {
    mentions: Mentions,
    /// What looks for them.
    reader: Reader,
}

impl Gone {
    /// What looks for them, and for nobody whom `held` names: a hold may have come since they were looked at.
    fn reader(&self, held: Mentions) -> Reader {
        if !self.mentions.overlap(&held) {
            return self.reader.clone();
        }
        let mut mentions = self.mentions.clone();
        mentions.spare(held);
        mentions.reader()
    }
}

/// Takes the texts of the history out that name them, and nobody who is held by then.
async fn redact_ahead(db: &Db, desk: &Desk, found: &mut audit::Naming, whose: &Arc<Gone>) -> Result<(), Fault> {
    let (here, theirs) = (desk.clone(), Arc::clone(whose));
    let still = move |tx: &mut Tx<'_>| {
        let reader = theirs.reader(hold::mentions_now(tx, &here)?);
        Ok::<_, Fault>(move |said: audit::Said<'_>| reader.tells_of_said(said))
    };
    audit::redact_ahead(db, &desk.vault, found, still).await
}

/// What is known of some tickets before they go.
struct Ahead {
    whose: Arc<Gone>,
    /// How far the history was looked through; nothing where nobody is gone.
    named: Option<audit::Naming>,
    /// The last of these tickets.
    last: Place,
}

impl Ahead {
    /// Looks at the next tickets that are old enough, and takes what names those of whom nothing will be kept out of the history:
    /// should the rest be broken off, it is done again, as the tickets are still there. Nothing where there is no such ticket.
    async fn look(db: &Db, desk: &Desk, place: (i64, Place)) -> Result<Option<Self>, Fault> {
        let here = desk.clone();
        let look = move |tx: &mut Tx<'_>| {
            let holds = InForce::read(tx, &here)?;
            let old = Old::read(tx, &here, &holds, place, AHEAD)?;
            let held = holds.mentions(tx, &here)?;
            Ok::<_, Fault>((gone(tx, &here, held, &old.going)?, old.last))
        };
        let (mentions, Some(last)) = db.read(look).await? else { return Ok(None) };
        let whose = Arc::new(Gone { reader: mentions.reader(), mentions });
        let mut named = None;
        if !whose.mentions.is_empty() {
            let mut found = audit::naming(db, &desk.vault, |said| whose.reader.tells_of_said(said)).await?;
            redact_ahead(db, desk, &mut found, &whose).await?;
            named = Some(found);
        }
        Ok(Some(Self { whose, named, last }))
    }

    /// Erases the first of them, and gives how many and the last of those; nothing where somebody would be gone of whom it was not
    /// known.
    fn step(&self, tx: &mut Tx<'_>, desk: &Desk, place: (i64, Place)) -> Result<Option<(u64, Place)>, Fault> {
        let holds = begin(tx, desk)?;
        let old = Old::read(tx, desk, &holds, place, STEP)?;
        let held = holds.mentions(tx, desk)?;
        let reader = self.whose.reader(held.clone());
        let known = self.whose.mentions.include(&gone(tx, desk, held, &old.going)?);
        if known {
            self.erase(tx, desk, &old.going, &reader)?;
        }
        end(tx)?;
        // Where none is left another node was here.
        Ok(known.then(|| (old.going.len() as u64, old.last.unwrap_or(self.last))))
    }

    fn erase(&self, tx: &mut Tx<'_>, desk: &Desk, going: &[Uuid], reader: &Reader) -> Result<(), Fault> {
        for id in going {
            tickets::erase(tx, desk, *id, None)?;
            store::forget(tx, &desk.vault, *id)?;
        }
        if let Some(named) = &self.named {
            let by_name = |name: &str| reader.names(name);
            views::forget(tx, &desk.vault, (&by_name, &|query: &str| reader.names_in_query(query)))?;
            store::forget_naming(tx, &desk.vault, desk.clock.now(), |reason| reader.tells_of(reason))?;
            audit::redact(tx, &desk.vault, named, |said| reader.tells_of_said(said))?;
        }
        Ok(())
    }
}

/// What names those of whom nothing is kept once these tickets are erased, and nobody whom `held` names.
fn gone(tx: &mut Tx<'_>, desk: &Desk, held: Mentions, going: &[Uuid]) -> Result<Mentions, Fault> {
    let mut gone = Vec::new();
    for ticket in kept(tx, desk, going)? {
        if !stays(tx, desk, &ticket, going)? {
            gone.push(ticket);
        }
    }
    let mut mentions = Mentions::of_all(&[], &gone);
    mentions.spare(held);
    Ok(mentions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::tests::{self, START, closed};

    /// The purge has looked at her ticket before the hold was there.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_names_somebody_who_is_held_meanwhile_stays() {
        let (app, asha, _dir) = tests::desk().await;
        let (db, desk, by) = (&app.db, &app.tickets.desk, asha.id);
        let here = desk.clone();
        let log = move |tx: &mut Tx<'_>| {
            let zoe = closed(tx, &here, &asha, ("Zoë Quillfeather", "+447700900142"))?;
            closed(tx, &here, &asha, ("Ada Byron", "+447700900199"))?;
            Ok::<_, Fault>(zoe.id)
        };
        let zoe = db.write(log).await.unwrap();
        let place = (START + 1, (i64::MIN, Uuid::nil()));
        let ahead = Ahead::look(db, desk, place).await.unwrap().unwrap();
        let here = desk.clone();
        db.write(move |tx| tests::hold(tx, &here, zoe, by)).await.unwrap();
        let here = desk.clone();
        let step = db.write(move |tx| ahead.step(tx, &here, place)).await.unwrap();
        assert_eq!(step.unwrap().0, 1, "Ada's");
        assert_eq!(tests::left(&app, by).await, (vec!["Zoë Quillfeather".to_owned()], 0));
    }

    /// What was searched for goes ahead of the rest, in transactions of its own.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_search_for_somebody_who_is_held_meanwhile_stays() {
        let (app, asha, _dir) = tests::desk().await;
        let (db, desk, by) = (&app.db, &app.tickets.desk, asha.id);
        let here = desk.clone();
        let log = move |tx: &mut Tx<'_>| {
            let zoe = closed(tx, &here, &asha, ("Zoë Quillfeather", "+447700900142"))?;
            let ada = closed(tx, &here, &asha, ("Ada Byron", "+447700900199"))?;
            tests::read(tx, &here, by, "zoe quillfeather")?;
            tests::read(tx, &here, by, "ada byron")?;
            Ok::<_, Fault>((gone(tx, &here, Mentions::default(), &[zoe.id, ada.id])?, zoe.id))
        };
        let (mentions, zoe) = db.write(log).await.unwrap();
        let whose = Arc::new(Gone { reader: mentions.reader(), mentions });
        let mut found = audit::naming(db, &desk.vault, |said| whose.reader.tells_of_said(said)).await.unwrap();
        let here = desk.clone();
        db.write(move |tx| tests::hold(tx, &here, zoe, by)).await.unwrap();
        redact_ahead(db, desk, &mut found, &whose).await.unwrap();
        assert_eq!(tests::left(&app, by).await.1, 1, "that for Ada");
    }
}
