//! What messages tell of a ticket, and whom.

use super::{Desk, Happening, Priority, Status, Ticket};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::{Contact, Facts, Kind, News, Prepared},
    staff,
    words::Text,
};

impl Ticket {
    /// What messages may say of it.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            reference: self.reference.as_str(),
            issue: &self.description,
            issue_type: &self.issue_type,
            status: Some(self.status.label()),
            registered_at: self.created_at,
            note: "",
        }
    }

    /// What messages say of it once it is Fixed.
    pub fn facts_when_fixed(&self) -> Facts<'_> {
        Facts { status: Some(Status::Fixed.label()), ..self.facts() }
    }

    /// How its client is reached; by nothing, once it is erased.
    pub fn contact(&self) -> Contact<'_> {
        if self.erased_at.is_some() {
            return Contact { phone: None, email: None };
        }
        Contact { phone: Some(&self.client_phone), email: self.client_email.as_deref() }
    }

    /// What its client is told of its present version, `hold` milliseconds from now at the earliest.
    pub(super) fn news(&self, kind: Kind, hold: i64) -> News<'_> {
        News {
            ticket: self.id,
            revision: self.version,
            kind,
            facts: self.facts(),
            to: self.contact(),
            rank: rank(self.priority),
            hold,
        }
    }
}

/// The place of a ticket's messages among those that wait: the most urgent go first.
const fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Urgent => 0,
        Priority::High => 1,
        Priority::Medium => 2,
        Priority::Low => 3,
    }
}

/// Queues what a step has to be told of: that the ticket is fixed, or open again, to the client; that it is theirs, to
/// the technician (FR-CN-003, FR-TM-003).
///
/// # Errors
/// Only the database's and the vault's.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    desk: &Desk,
    ticket: &Ticket,
    before: Option<Status>,
    happened: &[Happening],
    hold: i64,
) -> Result<(), Fault> {
    for what in happened {
        match what {
            Happening::Moved(Status::Fixed) => queue(tx, desk, &ticket.news(Kind::Fixed, hold))?,
            Happening::Moved(status) if *status < Status::Fixed && before >= Some(Status::Fixed) => {
                queue(tx, desk, &ticket.news(Kind::Reopened, 0))?;
            }
            Happening::Assigned { to: Some(technician), .. } => assigned(tx, desk, ticket, technician.id)?,
            _ => {}
        }
    }
    Ok(())
}

fn queue(tx: &mut Tx<'_>, desk: &Desk, news: &News<'_>) -> Result<(), Fault> {
    if !desk.outbox.tells(news.kind) {
        return Ok(());
    }
    let prepared: Prepared = desk.outbox.prepare(news);
    desk.outbox.enqueue(tx, &prepared)
}

/// Queues what the desk writes to the client.
///
/// # Errors
/// Only the database's.
pub(super) fn write(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, note: &str) -> Result<(), Fault> {
    let news = ticket.news(Kind::Note, 0);
    queue(tx, desk, &News { facts: Facts { note, ..news.facts.clone() }, ..news })
}

fn assigned(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, technician: uuid::Uuid) -> Result<(), Fault> {
    if !desk.outbox.tells(Kind::Assigned) {
        return Ok(());
    }
    let Some(technician) = staff::by_id(tx, &desk.vault, technician)? else { return Ok(()) };
    let to = Contact { phone: technician.phone.as_ref(), email: Some(&technician.email) };
    queue(tx, desk, &News { to, ..ticket.news(Kind::Assigned, 0) })
}

/// How whom a message of this kind is for is reached now: the client, or the technician who has the ticket.
///
/// # Errors
/// Only the database's and the vault's.
pub fn with_contact<R>(
    tx: &mut Tx<'_>,
    desk: &Desk,
    ticket: &Ticket,
    kind: Kind,
    then: impl FnOnce(&mut Tx<'_>, &Contact<'_>) -> Result<R, Fault>,
) -> Result<R, Fault> {
    if kind.is_for_client() {
        return then(tx, &ticket.contact());
    }
    let technician = match &ticket.assigned_to {
        Some(person) => staff::by_id(tx, &desk.vault, person.id)?,
        None => None,
    };
    let (phone, email) = technician.map_or((None, None), |user| (user.phone, Some(user.email)));
    then(tx, &Contact { phone: phone.as_ref(), email: email.as_deref() })
}

/// Sends a message of a ticket again, to where its people are reached now.
///
/// # Errors
/// As [`Outbox::resend`](crate::notifications::Outbox::resend); [`Fault::NotFound`] also where the message is none of the
/// ticket that `key` names. [`Fault::Conflict`] also where the ticket was erased.
pub fn resend(
    tx: &mut Tx<'_>,
    desk: &Desk,
    id: uuid::Uuid,
    by: uuid::Uuid,
) -> Result<crate::notifications::Notification, Fault> {
    let ticket = desk.outbox.ticket_of(tx, id)?.ok_or(Fault::NotFound)?;
    let ticket = super::by_key(tx, &desk.vault, &ticket.to_string())?;
    if ticket.erased_at.is_some() {
        return Err(Fault::conflict(Text::new("rules-erased")));
    }
    let kind = desk.outbox.message(tx, id)?.kind;
    with_contact(tx, desk, &ticket, kind, |tx, to| desk.outbox.resend(tx, id, to, by))
}
