//! Erases somebody (GDPR, article 17): all that is personal goes from every table, for ever, and what counts stays.
//!
//! One key seals all cells, so that no key can be thrown away for one client: the cells are overwritten, and SQLite blanks what
//! it frees meanwhile. What was copied before, such as backups, is not reached (docs/operations/privacy.md).

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Privacy, Subject, confirm,
    former::Since,
    hold::{self, InForce},
    mentions::{Mentions, Reader},
    store,
    subject::{Found, kept, stays},
};
use crate::{
    audit::{self, Event},
    clients::{self, Client},
    db::{Db, Tx},
    drafts,
    fault::Fault,
    tickets::{self, Desk, views},
    web::idempotency,
};

/// Tickets in one transaction: a few tens of milliseconds, so that the desk does not wait.
const STEP: usize = 25;

/// What was erased. Nothing of it can be had back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Erased {
    /// Clients that are gone.
    pub clients: u64,
    /// Tickets that stay, with reference, type, status and times.
    pub tickets: u64,
    /// Notes that stay without their text.
    pub notes: u64,
    /// Messages that stay without text and receiver.
    pub messages: u64,
}

impl Erased {
    fn add(&mut self, of: tickets::Of) {
        self.tickets += 1;
        self.notes += of.notes;
        self.messages += of.messages;
    }
}

/// Erases somebody. `typed` is what was typed to confirm it; `by` is nobody on the command line.
///
/// Drafts, saved views, kept answers, and searches and reasons on record that name them come first, while it is known by what: the
/// tickets say that too, and are gone when an erasure that was broken off is asked for again. Then come the tickets, some in each
/// transaction, and last the client, in the one that also forgets what has come meanwhile. Its own reason stays as it was given.
///
/// # Errors
/// [`Fault::NotFound`] when nothing is kept of them; [`Fault::Invalid`] when something else was typed; [`Fault::Conflict`] under
/// a legal hold, and when something of theirs changes at the same moment: ask again.
pub async fn erase(
    privacy: &Privacy,
    subject: &Subject,
    reason: String,
    typed: &str,
    by: Option<Uuid>,
) -> Result<Erased, Fault> {
    let (db, desk) = (&privacy.tickets.db, &privacy.tickets.desk);
    let (here, whom) = (desk.clone(), subject.clone());
    let look = move |tx: &mut Tx<'_>| {
        let (found, holds) = (whom.find(tx, &here)?, InForce::read(tx, &here)?);
        hold::refuse(&holds.on(&found))?;
        let known = known(tx, &here, &whom, &found, &holds)?;
        Ok::<_, Fault>((found, known))
    };
    let (found, known) = db.read(look).await?;
    confirm::check(subject, &found, typed, desk.region.as_ref())?;
    let began = desk.clock.now();
    let (reader, of_edits) = known.readers(Mentions::default());
    let named = audit::naming(db, &desk.vault, |said| reader.tells_of_said(said)).await?;
    let edits = tickets::edits_naming(db, desk, |text| of_edits.tells_of(text)).await?;
    let (here, event) = (desk.clone(), audit::Privacy::ErasureBegan { whom: found.whom.clone(), reason });
    let event = Event::Privacy(event);
    let beginning = db.write(move |tx| audit::record(tx, &here.vault, &here.clock, by, &event)).await?;
    let elsewhere = Elsewhere::new(&known, began, edits, by);
    let (here, whom, ids) = (desk.clone(), subject.clone(), found.ids());
    let messages = db.write(move |tx| elsewhere.forget_ahead(tx, &here, &whom, &ids)).await?;
    let mut named = named.sparing(beginning);
    redact_ahead(db, desk, &mut named, &known).await?;
    let so_far = SoFar { erased: Erased { messages, ..Erased::default() }, ids: Vec::new(), known };
    let SoFar { erased, ids, known } = erase_tickets(privacy, subject, so_far, by).await?;
    let elsewhere = Elsewhere::new(&known, began, Vec::new(), by);
    let last = Last { subject: subject.clone(), whom: found.whom, ids, named, elsewhere };
    let here = desk.clone();
    let erased = db.write(move |tx| last.run(tx, &here, erased)).await?;
    db.scrub().await;
    Ok(erased)
}

/// Takes the texts of the history out that name them, and nobody who is held by then.
async fn redact_ahead(db: &Db, desk: &Desk, named: &mut audit::Naming, known: &Known) -> Result<(), Fault> {
    let (here, theirs) = (desk.clone(), known.clone());
    let still = move |tx: &mut Tx<'_>| {
        let (reader, _) = theirs.readers(hold::mentions_now(tx, &here)?);
        Ok::<_, Fault>(move |said: audit::Said<'_>| reader.tells_of_said(said))
    };
    audit::redact_ahead(db, &desk.vault, named, still).await
}

/// What was erased until now, and of whom.
struct SoFar {
    erased: Erased,
    /// Tickets that are erased.
    ids: Vec<Uuid>,
    /// By what anything of it named them.
    known: Known,
}

/// By what they are known.
#[derive(Clone)]
struct Known {
    /// All of it.
    mentions: Mentions,
    /// Clients who stay, and are known by some of it as well: families share a number.
    sharing: Vec<Client>,
}

impl Known {
    fn add(&mut self, other: Self) {
        self.mentions.add(other.mentions);
        self.sharing.extend(other.sharing);
    }

    /// What looks for them alone, and what looks for all of it, as tickets that were theirs have it. Neither finds whom `held` names:
    /// a namesake may be held since they were looked at.
    fn readers(&self, held: Mentions) -> (Reader, Reader) {
        let mut all = self.mentions.clone();
        all.spare(held);
        let mut alone = all.clone();
        alone.spare(Mentions::of_all(&self.sharing, &[]));
        (alone.reader(), all.reader())
    }
}

/// Erases tickets, some in each transaction, until none of theirs is left: which ones those are may change meanwhile.
async fn erase_tickets(
    privacy: &Privacy,
    subject: &Subject,
    mut so_far: SoFar,
    by: Option<Uuid>,
) -> Result<SoFar, Fault> {
    let (db, desk) = (&privacy.tickets.db, &privacy.tickets.desk);
    loop {
        let (here, whom) = (desk.clone(), subject.clone());
        let Some(step) = db.write(move |tx| step(tx, &here, &whom, by)).await? else { return Ok(so_far) };
        so_far.erased = sum(so_far.erased, step.erased);
        so_far.known.add(step.known);
        so_far.ids.extend(step.ids);
    }
}

/// Erases some of their tickets; nothing where none is left.
fn step(tx: &mut Tx<'_>, desk: &Desk, subject: &Subject, by: Option<Uuid>) -> Result<Option<SoFar>, Fault> {
    let held = begin(tx, desk)?;
    let found = left(tx, desk, subject)?.filter(|found| !found.tickets.is_empty());
    let mut step = None;
    if let Some(found) = &found {
        hold::refuse(&held.on(found))?;
        let known = known(tx, desk, subject, found, &held)?;
        let mut erased = Erased::default();
        let ids: Vec<Uuid> = found.ids().into_iter().take(STEP).collect();
        for id in &ids {
            ticket(tx, desk, *id, by, &mut erased)?;
        }
        step = Some(SoFar { erased, ids, known });
    }
    end(tx)?;
    Ok(step)
}

/// Erases a ticket and, in the same transaction, the reasons of holds that were on it: nobody finds them by it any more, should the
/// rest be broken off.
fn ticket(tx: &mut Tx<'_>, desk: &Desk, id: Uuid, by: Option<Uuid>, erased: &mut Erased) -> Result<(), Fault> {
    tickets::erase(tx, desk, id, by)?.into_iter().for_each(|of| erased.add(of));
    store::forget(tx, &desk.vault, id)
}

/// What names them and nobody who is held. Of one ticket alone that is the ticket, unless nothing else is kept of its client.
fn known(tx: &mut Tx<'_>, desk: &Desk, subject: &Subject, found: &Found, holds: &InForce) -> Result<Known, Fault> {
    let alone = match (subject, found.tickets.first()) {
        (Subject::Ticket(_), Some(ticket)) => stays(tx, desk, ticket, &found.ids())?,
        _ => false,
    };
    let mut mentions = if alone { Mentions::of_records(&found.tickets) } else { Mentions::of(found) };
    mentions.spare(holds.mentions(tx, desk)?);
    Ok(Known { mentions, sharing: found.sharing(tx, desk)? })
}

/// What is still kept of them, if anything is: an erased ticket is found no more, and so is a number alone.
fn left(tx: &mut Tx<'_>, desk: &Desk, subject: &Subject) -> Result<Option<Found>, Fault> {
    match subject.find(tx, desk) {
        Ok(found) => Ok(Some(found)),
        Err(Fault::NotFound) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn sum(one: Erased, other: Erased) -> Erased {
    Erased {
        clients: one.clients + other.clients,
        tickets: one.tickets + other.tickets,
        notes: one.notes + other.notes,
        messages: one.messages + other.messages,
    }
}

/// What is in force, before anything goes; and what is freed from here on is blanked.
pub(super) fn begin(tx: &mut Tx<'_>, desk: &Desk) -> Result<InForce, Fault> {
    tx.take_turn(hold::TURN)?;
    let held = InForce::read(tx, desk)?;
    tx.blank_freed(true)?;
    Ok(held)
}

/// The end of what [`begin`] began.
pub(super) fn end(tx: &mut Tx<'_>) -> Result<(), Fault> {
    Ok(tx.blank_freed(false)?)
}

/// The last step: what came meanwhile, the client, and what names them elsewhere.
struct Last {
    subject: Subject,
    whom: audit::Whom,
    /// Tickets of theirs.
    ids: Vec<Uuid>,
    named: audit::Naming,
    elsewhere: Elsewhere,
}

impl Last {
    fn run(&self, tx: &mut Tx<'_>, desk: &Desk, mut erased: Erased) -> Result<Erased, Fault> {
        let (held, by, mut ids) = (begin(tx, desk)?, self.elsewhere.by, self.ids.clone());
        if let Some(left) = left(tx, desk, &self.subject)? {
            hold::refuse(&held.on(&left))?;
            for id in left.ids() {
                ticket(tx, desk, id, by, &mut erased)?;
                ids.push(id);
            }
            for client in &left.clients {
                clients::erase(tx, &desk.clock, client.id)?;
                store::forget(tx, &desk.vault, client.id)?;
                erased.clients += 1;
            }
        }
        let readers = self.elsewhere.known.readers(held.mentions(tx, desk)?);
        erased.messages += self.elsewhere.forget(tx, desk, &held, &readers, &ids)?;
        audit::redact(tx, &desk.vault, &self.named, |said| readers.0.tells_of_said(said))?;
        let (whom, tickets, messages) = (self.whom.clone(), erased.tickets, erased.messages);
        let event = Event::Privacy(audit::Privacy::Erased { whom, tickets, messages });
        audit::record(tx, &desk.vault, &desk.clock, by, &event)?;
        end(tx)?;
        Ok(erased)
    }
}

/// What names them elsewhere than in their own records.
struct Elsewhere {
    /// When it was looked for, in milliseconds.
    began: i64,
    known: Known,
    /// Of tickets that are somebody else's by now, as far as they were there before.
    edits: Vec<tickets::Naming>,
    by: Option<Uuid>,
}

/// Clocks of two nodes differ by less, in milliseconds.
const APART: i64 = 60 * 60 * 1000;

impl Elsewhere {
    fn new(known: &Known, began: i64, edits: Vec<tickets::Naming>, by: Option<Uuid>) -> Self {
        Self { began, known: known.clone(), edits, by }
    }

    /// Forgets it before anything of theirs goes, unless that is refused. Gives how many messages went.
    fn forget_ahead(&self, tx: &mut Tx<'_>, desk: &Desk, subject: &Subject, ids: &[Uuid]) -> Result<u64, Fault> {
        let held = begin(tx, desk)?;
        if let Some(found) = left(tx, desk, subject)? {
            hold::refuse(&held.on(&found))?;
        }
        let readers = self.known.readers(held.mentions(tx, desk)?);
        let messages = self.forget(tx, desk, &held, &readers, ids)?;
        end(tx)?;
        Ok(messages)
    }

    /// Forgets what [`Known::readers`] find. Gives how many messages went, of tickets that are not among theirs (`ids`).
    fn forget(
        &self,
        tx: &mut Tx<'_>,
        desk: &Desk,
        held: &InForce,
        (reader, of_edits): &(Reader, Reader),
        ids: &[Uuid],
    ) -> Result<u64, Fault> {
        let named = |text: &str| reader.names(text);
        drafts::forget(tx, &desk.vault, &named, ids)?;
        views::forget(tx, &desk.vault, (&named, &|query: &str| reader.names_in_query(query)))?;
        idempotency::forget(tx, &desk.vault, &named)?;
        store::forget_naming(tx, &desk.vault, desk.clock.now(), |reason| reader.tells_of(reason))?;
        self.forget_edits(tx, desk, held, of_edits, ids)
    }

    /// Takes them out of the history of tickets that are somebody else's by now, and out of what was sent before they were, unless
    /// a hold keeps the ticket as it is. What a description has said since then is the other one's, and where that is somebody who
    /// shares a number, so is all that was said since. Gives how many messages went.
    fn forget_edits(
        &self,
        tx: &mut Tx<'_>,
        desk: &Desk,
        held: &InForce,
        reader: &Reader,
        own: &[Uuid],
    ) -> Result<u64, Fault> {
        let told = |text: &str| reader.tells_of(text);
        let mut edits = self.edits.clone();
        edits.extend(tickets::edits_naming_since(tx, desk, self.began - APART, told)?);
        edits.sort_unstable();
        edits.dedup();
        let mut ids: Vec<Uuid> = edits.iter().map(|naming| naming.edit.0).collect();
        ids.dedup();
        let mut others = kept(tx, desk, &ids)?;
        // Their own are erased with all their edits.
        others.retain(|ticket| ticket.erased_at.is_none() && !own.contains(&ticket.id) && !held.keep(ticket));
        let (mut messages, mut theirs) = (0, Vec::new());
        for ticket in &others {
            let since = Since::of(ticket, &tickets::history(tx, &desk.vault, ticket)?);
            let of_ticket = edits.iter().filter(|naming| naming.edit.0 == ticket.id);
            let whose = |one: &Client| one.whose().is(ticket.client_account_id.as_deref(), &ticket.client_phone);
            let is_shared = self.known.sharing.iter().any(whose);
            let meant = of_ticket.filter(|naming| (naming.of_client && !is_shared) || naming.edit.1 <= since.version);
            theirs.extend(meant.map(|naming| naming.edit));
            let sent = desk.outbox.for_ticket(tx, ticket.id)?;
            for message in sent.iter().filter(|one| one.created_at < since.at && !one.erased && told(&one.recipient)) {
                desk.outbox.erase_message(tx, message.id, self.by)?;
                messages += 1;
            }
        }
        tickets::erase_edits(tx, desk, &theirs, &told)?;
        Ok(messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::tests::{self, START, closed};

    /// It was looked for before the hold was there.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_names_a_namesake_who_is_held_meanwhile_stays() {
        let (app, asha, _dir) = tests::desk().await;
        let (db, desk, by) = (&app.db, &app.tickets.desk, asha.id);
        let here = desk.clone();
        let log = move |tx: &mut Tx<'_>| {
            let zoe = closed(tx, &here, &asha, ("Zoë Quillfeather", "+447700900142"))?;
            let namesake = closed(tx, &here, &asha, ("Zoe Quillfeather", "+447700900199"))?;
            tests::view(tx, &here, &asha, "07700 900142")?;
            let subject = Subject::Ticket(zoe.id);
            let (found, holds) = (subject.find(tx, &here)?, InForce::read(tx, &here)?);
            let known = known(tx, &here, &subject, &found, &holds)?;
            Ok::<_, Fault>((subject, found, known, namesake.id))
        };
        let (subject, found, known, namesake) = db.write(log).await.unwrap();
        let named = audit::naming(db, &desk.vault, |_| true).await.unwrap();
        let elsewhere = Elsewhere::new(&known, START, Vec::new(), Some(by));
        let last = Last { subject, ids: found.ids(), whom: found.whom, named, elsewhere };
        let here = desk.clone();
        db.write(move |tx| tests::hold(tx, &here, namesake, by)).await.unwrap();
        let here = desk.clone();
        let erase = move |tx: &mut Tx<'_>| {
            last.elsewhere.forget_ahead(tx, &here, &last.subject, &last.ids)?;
            last.run(tx, &here, Erased::default())
        };
        assert_eq!(db.write(erase).await.unwrap().tickets, 1);
        let stay = vec!["Zoe Quillfeather".to_owned(), "Zoë Quillfeather".to_owned()];
        assert_eq!(tests::left(&app, by).await, (stay, 0));
    }

    /// What was searched for goes ahead of the rest, in transactions of its own.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_search_for_a_namesake_who_is_held_meanwhile_stays() {
        let (app, asha, _dir) = tests::desk().await;
        let (db, desk, by) = (&app.db, &app.tickets.desk, asha.id);
        let here = desk.clone();
        let log = move |tx: &mut Tx<'_>| {
            let zoe = closed(tx, &here, &asha, ("Zoë Quillfeather", "+447700900142"))?;
            let namesake = closed(tx, &here, &asha, ("Zoe Quillfeather", "+447700900199"))?;
            tests::read(tx, &here, by, "zoe quillfeather")?;
            tests::read(tx, &here, by, "07700 900142")?;
            let subject = Subject::Ticket(zoe.id);
            let (found, holds) = (subject.find(tx, &here)?, InForce::read(tx, &here)?);
            Ok::<_, Fault>((known(tx, &here, &subject, &found, &holds)?, namesake.id))
        };
        let (known, namesake) = db.write(log).await.unwrap();
        let (reader, _) = known.readers(Mentions::default());
        let mut named = audit::naming(db, &desk.vault, |said| reader.tells_of_said(said)).await.unwrap();
        let here = desk.clone();
        db.write(move |tx| tests::hold(tx, &here, namesake, by)).await.unwrap();
        redact_ahead(db, desk, &mut named, &known).await.unwrap();
        assert_eq!(tests::left(&app, by).await.1, 1, "that for the number");
    }
}
