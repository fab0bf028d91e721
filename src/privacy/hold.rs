//! Legal holds: what is not to be erased, although somebody asks for it or its age does.

use uuid::Uuid;

use super::{Subject, confirm, mentions::Mentions, store, subject::Found};
use crate::{
    audit::{self, Event, Whom},
    clients::{self, Client, Whose},
    db::Tx,
    fault::Fault,
    input::{Input, Limits},
    tickets::{self, Desk, Ticket},
    words::Text,
};

/// A hold that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// `UUIDv7`.
    pub id: Uuid,
    /// The client, with all tickets of theirs, later ones too.
    pub client: Option<Uuid>,
    /// Or the ticket.
    pub ticket: Option<Uuid>,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// Milliseconds.
    pub placed_at: i64,
    /// Who placed it.
    pub placed_by: Uuid,
    /// Until when, in milliseconds; until it is ended where nothing is said.
    pub until: Option<i64>,
}

/// A hold about to be placed: read and checked.
#[derive(Debug, Clone)]
pub struct NewHold {
    reason: String,
    until: Option<i64>,
}

impl NewHold {
    /// Reads `reason` and `until`, the last day of it in the ISP's zone. The rest of the input stays.
    pub fn take(input: &mut Input, desk: &Desk) -> Self {
        let reason = confirm::reason(input);
        let day = |text: &str| {
            let end = text.parse::<jiff::civil::Date>().ok().filter(|day| *day >= desk.today());
            let end = end.and_then(|day| day.tomorrow().ok()?.to_zoned(desk.zone.clone()).ok());
            end.map(|end| end.timestamp().as_millisecond()).ok_or(Text::new("privacy-until-wrong"))
        };
        let until = input.parsed("until", Limits::line(10), day).value();
        Self { reason, until }
    }
}

/// The holds that are in force, the oldest first.
///
/// # Errors
/// Only the database's and the vault's.
pub fn holds(tx: &mut Tx<'_>, desk: &Desk) -> Result<Vec<Hold>, Fault> {
    store::in_force(tx, &desk.vault, desk.clock.now())
}

/// Places a hold, on record.
///
/// # Errors
/// [`Fault::NotFound`]; [`Fault::Conflict`] for a number or an account that no client has, which have no record to hold.
pub fn place(tx: &mut Tx<'_>, desk: &Desk, subject: &Subject, new: &NewHold, by: Uuid) -> Result<Hold, Fault> {
    // Whoever erases at the same moment waits for this one, or this one for them.
    tx.take_turn(TURN)?;
    let found = subject.find(tx, desk)?;
    let (client, ticket) = match subject {
        Subject::Client(id) => (Some(*id), None),
        Subject::Ticket(id) => (None, Some(*id)),
        Subject::Number(_) => return Err(Fault::conflict(Text::new("privacy-hold-number"))),
        Subject::Account(_) => return Err(Fault::conflict(Text::new("privacy-hold-account"))),
    };
    let (id, placed_at) = (desk.clock.uuid(), desk.clock.now());
    let hold = Hold { id, client, ticket, reason: new.reason.clone(), placed_at, placed_by: by, until: new.until };
    store::insert(tx, &desk.vault, &hold)?;
    let event = audit::Privacy::HoldPlaced { whom: found.whom, hold: id, until: new.until };
    audit::record(tx, &desk.vault, &desk.clock, Some(by), &Event::Privacy(event))?;
    Ok(hold)
}

/// What placing a hold and erasing take turns by.
pub(super) const TURN: &str = "legal holds";

/// Ends a hold, on record.
///
/// # Errors
/// [`Fault::NotFound`] when it is not in force.
pub fn end(tx: &mut Tx<'_>, desk: &Desk, id: Uuid, by: Uuid) -> Result<Hold, Fault> {
    let hold = store::end(tx, &desk.vault, id, by, desk.clock.now())?.ok_or(Fault::NotFound)?;
    let whom = match (hold.client, hold.ticket) {
        (Some(client), _) => Whom::Client(client),
        (None, ticket) => {
            let key = ticket.unwrap_or_default().to_string();
            Whom::Ticket(tickets::by_key(tx, &desk.vault, &key)?.reference.to_string())
        }
    };
    let event = Event::Privacy(audit::Privacy::HoldEnded { whom, hold: id });
    audit::record(tx, &desk.vault, &desk.clock, Some(by), &event)?;
    Ok(hold)
}

/// Holds on clients, where one of them or one of their tickets gets another account or number: what they hold must not slip out.
#[derive(Debug, Clone, Copy)]
pub struct HoldsOfClients;

impl tickets::Holds for HoldsOfClients {
    fn left(&self, tx: &mut Tx<'_>, desk: &Desk, client: Uuid, tickets: &[Ticket]) -> Result<(), Fault> {
        tx.take_turn(TURN)?;
        let holds = store::on(tx, &desk.vault, client, desk.clock.now())?;
        tickets.iter().try_for_each(|ticket| stay(tx, desk, &holds, ticket))
    }

    fn edited(&self, tx: &mut Tx<'_>, desk: &Desk, was: Whose<'_>, now: &Ticket) -> Result<(), Fault> {
        tx.take_turn(TURN)?;
        let lost = |(hold, client): (Hold, Option<Client>)| {
            let theirs = |client: &Client| client.whose().is(was.account_id, was.phone);
            (client.as_ref().is_some_and(theirs) && !keeps(&hold, client.as_ref(), now)).then_some(hold)
        };
        let holds: Vec<Hold> = InForce::read(tx, desk)?.holds.into_iter().filter_map(lost).collect();
        stay(tx, desk, &holds, now)
    }
}

/// Has holds on a client hold a ticket of its own that is theirs no more.
fn stay(tx: &mut Tx<'_>, desk: &Desk, holds: &[Hold], ticket: &Ticket) -> Result<(), Fault> {
    if holds.is_empty() {
        return Ok(());
    }
    let now = desk.clock.now();
    // A number may go back and forth.
    let there = store::on(tx, &desk.vault, ticket.id, now)?;
    let lacking = |hold: &&Hold| !there.iter().any(|one| one.reason == hold.reason && one.until == hold.until);
    for hold in holds.iter().filter(lacking) {
        let id = desk.clock.uuid();
        let own = Hold { id, client: None, ticket: Some(ticket.id), placed_at: now, ..hold.clone() };
        store::insert(tx, &desk.vault, &own)?;
        let whom = Whom::Ticket(ticket.reference.to_string());
        let event = Event::Privacy(audit::Privacy::HoldPlaced { whom, hold: id, until: own.until });
        audit::record(tx, &desk.vault, &desk.clock, None, &event)?;
    }
    Ok(())
}

/// What is in force, with the clients that it names.
pub(super) struct InForce {
    holds: Vec<(Hold, Option<Client>)>,
}

impl InForce {
    /// As it is now.
    pub(super) fn read(tx: &mut Tx<'_>, desk: &Desk) -> Result<Self, Fault> {
        let mut holds = Vec::new();
        for hold in self::holds(tx, desk)? {
            let client = match hold.client.map(|id| clients::by_id(tx, &desk.vault, id)).transpose() {
                Err(Fault::NotFound) => None,
                other => other?,
            };
            holds.push((hold, client));
        }
        Ok(Self { holds })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.holds.is_empty()
    }

    /// The holds that keep any of this from being erased: of these clients, of these tickets, and of other clients whose
    /// tickets are among them.
    pub(super) fn on(&self, found: &Found) -> Vec<&Hold> {
        let on = |(hold, client): &&(Hold, Option<Client>)| {
            found.clients.iter().any(|one| hold.client == Some(one.id))
                || found.tickets.iter().any(|ticket| keeps(hold, client.as_ref(), ticket))
        };
        self.holds.iter().filter(on).map(|(hold, _)| hold).collect()
    }

    /// What names those who are held.
    pub(super) fn mentions(&self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Mentions, Fault> {
        if self.is_empty() {
            return Ok(Mentions::default());
        }
        let clients: Vec<Client> = self.holds.iter().filter_map(|(_, client)| client.clone()).collect();
        Ok(Mentions::of_all(&clients, &self.tickets(tx, desk)?))
    }

    /// Whether a ticket is not to be erased.
    pub(super) fn keep(&self, ticket: &Ticket) -> bool {
        self.holds.iter().any(|(hold, client)| keeps(hold, client.as_ref(), ticket))
    }

    /// Every ticket that is not to be erased.
    pub(super) fn tickets(&self, tx: &mut Tx<'_>, desk: &Desk) -> Result<Vec<Ticket>, Fault> {
        let mut keys = Vec::new();
        for (hold, client) in &self.holds {
            keys.extend(hold.ticket.map(|id| id.to_string()));
            if let Some(client) = client {
                keys.extend(tickets::of(tx, desk, client)?.iter().map(ToString::to_string));
                // Also those of another client whose account is alike: else whoever adds one frees a ticket that names it.
                keys.extend(tickets::of_account(tx, desk, &client.account_id)?.iter().map(ToString::to_string));
            }
        }
        tickets::by_keys(tx, &desk.vault, &keys)
    }
}

/// What names those who are held by now, at the beginning of a write that takes something out of the audit history: a hold may have
/// come since it was looked for. Whoever places one at the same moment waits for this write, or this one for them. The history's turn
/// is taken before all is read, too: where something was recorded meanwhile, it would have to be read again, and as often as that.
pub(super) fn mentions_now(tx: &mut Tx<'_>, desk: &Desk) -> Result<Mentions, Fault> {
    tx.take_turn(TURN)?;
    tx.take_turn(audit::TURN)?;
    InForce::read(tx, desk)?.mentions(tx, desk)
}

fn keeps(hold: &Hold, client: Option<&Client>, ticket: &Ticket) -> bool {
    let theirs = |client: &Client| client.whose().is(ticket.client_account_id.as_deref(), &ticket.client_phone);
    hold.ticket == Some(ticket.id) || client.is_some_and(theirs)
}

/// The refusal of an erasure, with the reasons of the holds.
pub(super) fn refuse(holds: &[&Hold]) -> Result<(), Fault> {
    let Some(first) = holds.first() else { return Ok(()) };
    Err(Fault::conflict(Text::new("privacy-held").arg("reason", &first.reason).arg("count", holds.len())))
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;
    use crate::privacy::tests;

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_is_recorded_while_it_is_read_who_is_held() {
        let (app, asha, _dir) = tests::desk().await;
        let (started, has_started) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let (db, desk) = (app.db.clone(), app.tickets.desk.clone());
        let first = tokio::spawn(async move {
            let work = move |tx: &mut Tx<'_>| {
                mentions_now(tx, &desk)?;
                started.send(()).unwrap();
                released.recv().unwrap();
                Ok::<_, Fault>(())
            };
            db.write(work).await
        });
        tokio::task::spawn_blocking(move || has_started.recv().unwrap()).await.unwrap();
        let (db, desk) = (app.db.clone(), app.tickets.desk.clone());
        let record = move |tx: &mut Tx<'_>| tests::read(tx, &desk, asha.id, "Ada Byron");
        let mut second = tokio::spawn(async move { db.write(record).await });
        let early = tokio::time::timeout(Duration::from_millis(300), &mut second).await;
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        assert!(early.is_err(), "it did not wait");
        second.await.unwrap().unwrap();
    }
}
