//! Adds tickets of another help desk with their past, or brings those up to date that were imported before.
//!
//! Neither clients nor technicians are told anything: nothing here knows the outbox.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    Contact, Entry, Source, Step, contact,
    store::{self as imported, Known},
};
use crate::{
    clients,
    db::Tx,
    fault::Fault,
    phone::Phone,
    staff::Person,
    tickets::{Desk, Happening, Note, Reference, Ticket, create, follow, notices, store, tokens},
};

/// What an import is done with.
#[derive(Debug, Clone)]
pub struct Import {
    /// The desk that the tickets come to.
    pub desk: Desk,
    /// The help desk that they come from.
    pub source: Source,
    /// Who stands for having logged and moved them.
    pub by: Person,
    /// The number of those whose client's number nobody knows.
    pub default_phone: Option<Phone>,
}

/// What became of a row, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was no such ticket.
    Added,
    /// There was one, and something of it is different now.
    Changed,
    /// There was one, and nothing is.
    Same,
    /// Somebody of this desk has changed it since, and it stays as they left it.
    Kept,
    /// Its client was erased, and so it was left out.
    Erased,
    /// It could not be stored, and why.
    Refused(String),
}

/// A row ready to be stored: sealed and tokenised as a new ticket, which needs no database.
#[derive(Debug, Clone)]
pub struct Prepared {
    entry: Entry,
    key: [u8; 32],
    digest: [u8; 32],
    new: Option<New>,
}

#[derive(Debug, Clone)]
struct New {
    first: Ticket,
    steps: Vec<Step>,
    /// The ticket behind its last step.
    last: Ticket,
    sealed: store::Sealed,
    reference: Vec<u8>,
}

/// A row that has been looked at.
#[derive(Debug, Clone)]
pub enum Weighed {
    /// Nothing is to be done.
    Done(Outcome),
    /// It is to be added for this client.
    New(Contact),
    /// It is to be brought up to date.
    Change,
}

impl Weighed {
    /// What will become of the row.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Done(outcome) => outcome,
            Self::New(_) => Outcome::Added,
            Self::Change => Outcome::Changed,
        }
    }
}

impl Import {
    /// Looks at rows without changing anything.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn weigh(&self, tx: &mut Tx<'_>, entries: &[Entry]) -> Result<Vec<Weighed>, Fault> {
        let keys: Vec<_> = entries.iter().map(|entry| self.key(entry)).collect();
        let known = imported::known(tx, &keys)?;
        let mut weighed = Vec::with_capacity(entries.len());
        for (entry, key) in entries.iter().zip(&keys) {
            let known = known.get(&key[..]);
            let digest = imported::digest(&self.desk.vault, entry);
            weighed.push(match (self.settled(tx, known, entry, &digest)?, known) {
                (Some(outcome), _) => Weighed::Done(outcome),
                (None, None) => match contact::find(tx, &self.desk, entry, self.default_phone.as_ref())? {
                    Ok(contact) => Weighed::New(contact),
                    Err(why) => Weighed::Done(Outcome::Refused(why)),
                },
                (None, Some(known)) => match self.behind(tx, known.ticket, entry)? {
                    (_, steps) if steps.is_empty() => Weighed::Done(Outcome::Same),
                    _ => Weighed::Change,
                },
            });
        }
        Ok(weighed)
    }

    fn key(&self, entry: &Entry) -> [u8; 32] {
        imported::key(&self.desk.vault, self.source, &entry.reference)
    }

    /// What is to be done with a row where that is nothing.
    fn settled(
        &self,
        tx: &mut Tx<'_>,
        known: Option<&Known>,
        entry: &Entry,
        digest: &[u8; 32],
    ) -> Result<Option<Outcome>, Fault> {
        Ok(match (known, &entry.client_account_id) {
            (Some(known), _) if known.erased => Some(Outcome::Erased),
            (Some(known), _) if known.digest == digest => Some(Outcome::Same),
            (Some(known), _) if known.version != known.version_now => Some(Outcome::Kept),
            (None, Some(account)) if clients::was_erased(tx, &self.desk.vault, account)? => Some(Outcome::Erased),
            _ => None,
        })
    }

    /// A ticket with the fields of a row, and the steps that bring it there.
    fn behind(&self, tx: &mut Tx<'_>, ticket: Uuid, entry: &Entry) -> Result<(Ticket, Vec<Step>), Fault> {
        let mut ticket = store::by_key(tx, &self.desk.vault, &ticket.to_string())?;
        let past = store::history(tx, &self.desk.vault, &ticket)?;
        let noted: Vec<String> = past.notes.into_iter().map(|note| note.content).collect();
        let steps = entry.brings(&mut ticket, &noted);
        Ok((ticket, steps))
    }

    /// Prepares a row that is to be stored, for the client who was found if it is new. It takes longer than storing it, so do
    /// it before the transaction.
    pub fn prepare(&self, entry: Entry, contact: Option<&Contact>) -> Prepared {
        let (key, digest) = (self.key(&entry), imported::digest(&self.desk.vault, &entry));
        Prepared { new: contact.map(|contact| self.new_ticket(&entry, contact)), entry, key, digest }
    }

    fn new_ticket(&self, entry: &Entry, contact: &Contact) -> New {
        let Desk { vault, clock, .. } = &self.desk;
        let reference = Reference::draw(self.desk.day_of(entry.created_at), 4, clock);
        let (first, steps) = entry.logged(contact, clock.uuid_at(entry.created_at), reference, &self.by);
        let mut last = first.clone();
        for step in &steps {
            take(&mut last, step);
        }
        let (sealed, reference) =
            (store::Sealed::of(vault, &last), imported::sealed(vault, &last.id, &entry.reference));
        New { first, steps, last, sealed, reference }
    }

    /// Stores prepared rows, each whole or not at all. Of two imports at once, one waits for the other's transaction.
    ///
    /// # Errors
    /// Only the database's and the vault's.
    pub fn store(&self, tx: &mut Tx<'_>, prepared: &[Prepared]) -> Result<Vec<Outcome>, Fault> {
        tx.take_turn("tickets.import")?;
        let keys: Vec<_> = prepared.iter().map(|one| one.key).collect();
        let known = imported::known(tx, &keys)?;
        prepared.iter().map(|one| self.store_one(tx, &known, one)).collect()
    }

    fn store_one(&self, tx: &mut Tx<'_>, known: &HashMap<Vec<u8>, Known>, one: &Prepared) -> Result<Outcome, Fault> {
        let known = known.get(&one.key[..]);
        if let Some(outcome) = self.settled(tx, known, &one.entry, &one.digest)? {
            return Ok(outcome);
        }
        match (known, &one.new) {
            (None, Some(new)) => self.add(tx, one, new).map(|()| Outcome::Added),
            (Some(known), _) => self.bring(tx, one, known.ticket),
            (None, None) => Err(Fault::NotFound),
        }
    }

    fn add(&self, tx: &mut Tx<'_>, one: &Prepared, new: &New) -> Result<(), Fault> {
        let vault = &self.desk.vault;
        let mut last = new.last.clone();
        create::insert(tx, &self.desk, &mut last, &new.sealed)?;
        let mut now = new.first.clone();
        let technician = now.assigned_to.clone();
        let assigned = technician.map(|to| Happening::Assigned { from: None, to: Some(to) });
        let happened: Vec<_> = std::iter::once(Happening::Created(now.status)).chain(assigned).collect();
        store::append(tx, vault, &now, &self.by, &happened)?;
        for step in &new.steps {
            take(&mut now, step);
            self.tell_of(tx, &now, step)?;
        }
        let seq = store::seq(tx, now.id)?;
        tokens::add(tx, seq, tokens::BEFORE, &tokens::of_before(vault, &one.entry.reference))?;
        let came = (self.source, &new.reference[..]);
        imported::insert(tx, (now.id, now.version), came, (&one.key, &one.digest))
    }

    fn bring(&self, tx: &mut Tx<'_>, one: &Prepared, ticket: Uuid) -> Result<Outcome, Fault> {
        let (mut now, steps) = self.behind(tx, ticket, &one.entry)?;
        for step in &steps {
            take(&mut now, step);
            follow::edited(tx, &self.desk, &now, &step.happened)?;
            if step.happened.iter().any(Happening::is_personal) {
                store::update(tx, &now, &store::Sealed::of(&self.desk.vault, &now))?;
            } else {
                store::touch(tx, &now)?;
            }
            if step.happened.iter().any(|what| matches!(what, Happening::Assigned { .. })) {
                store::assign(tx, &now)?;
            }
            self.tell_of(tx, &now, step)?;
        }
        imported::update(tx, now.id, now.version, &one.digest)?;
        Ok(if steps.is_empty() { Outcome::Same } else { Outcome::Changed })
    }

    /// Keeps what happened or was noted in a step.
    fn tell_of(&self, tx: &mut Tx<'_>, now: &Ticket, step: &Step) -> Result<(), Fault> {
        store::append(tx, &self.desk.vault, now, &self.by, &step.happened)?;
        let Some(content) = &step.note else { return Ok(()) };
        let id = self.desk.clock.uuid_at(step.at);
        let (content, by) = (content.clone(), self.by.clone());
        let note = Note { id, version: now.version, content, at: step.at, by, photos: Vec::new() };
        store::insert_note(tx, &self.desk.vault, now, &note)
    }
}

/// Puts a ticket behind a step.
fn take(ticket: &mut Ticket, step: &Step) {
    ticket.version += 1;
    ticket.updated_at = step.at;
    if ticket.assigned_to.is_some() {
        ticket.assigned_at.get_or_insert(step.at);
    }
    if let Some(status) = step.happened.iter().filter_map(Happening::status).next_back() {
        ticket.status = status;
    }
}

/// Has open pages look at everything once, in place of a notice for each of thousands of tickets.
pub fn tell_pages(tx: &mut Tx<'_>) {
    tx.notify(notices::TICKETS, "");
}
