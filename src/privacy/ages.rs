//! Closed tickets that go by their age, and with the last ticket of somebody what names them elsewhere.

use uuid::Uuid;

use super::{
    erase::{begin, end},
    hold::InForce,
    mentions::Mentions,
    retention::{STEP, Step},
    store,
    subject::{kept, with_account, with_number},
};
use crate::{
    audit,
    db::{Db, Tx},
    fault::Fault,
    tickets::{self, Desk, Ticket, views},
};

/// Some tickets in a row that are old enough, and those of them that no hold keeps.
struct Old {
    going: Vec<Uuid>,
    last: Option<(i64, Uuid)>,
}

impl Old {
    fn read(tx: &mut Tx<'_>, desk: &Desk, holds: &InForce, before: i64, after: (i64, Uuid)) -> Result<Self, Fault> {
        let found = tickets::old_tickets(tx, before, after, STEP)?;
        let mut going: Vec<Uuid> = found.iter().map(|(_, id)| *id).collect();
        if !holds.is_empty() {
            let held: Vec<Uuid> =
                kept(tx, desk, &going)?.iter().filter(|ticket| holds.keep(ticket)).map(|ticket| ticket.id).collect();
            going.retain(|id| !held.contains(id));
        }
        Ok(Self { going, last: found.last().copied() })
    }
}

/// Erases some of them, as an erasure does it. Drafts and kept answers, which it forgets too, are gone after a day anyhow.
pub(super) async fn step(db: &Db, desk: &Desk, before: i64, after: (i64, Uuid)) -> Result<Step, Fault> {
    let here = desk.clone();
    let look = move |tx: &mut Tx<'_>| {
        let holds = InForce::read(tx, &here)?;
        let old = Old::read(tx, &here, &holds, before, after)?;
        gone(tx, &here, &old.going)
    };
    let mentions = db.read(look).await?;
    // The history is long, so it is read before the desk waits.
    let named = if mentions.is_empty() {
        None
    } else {
        Some(audit::naming(db, &desk.vault, |text| mentions.are_told_in(text)).await?)
    };
    let here = desk.clone();
    let work = move |tx: &mut Tx<'_>| {
        let holds = begin(tx, &here)?;
        let old = Old::read(tx, &here, &holds, before, after)?;
        if gone(tx, &here, &old.going)? != mentions {
            // Somebody came back meanwhile, or another node was here: look again.
            end(tx)?;
            return Ok(Step { count: 0, next: Some(after) });
        }
        for id in &old.going {
            tickets::erase(tx, &here, *id, None)?;
            store::forget(tx, &here.vault, *id)?;
        }
        if let Some(named) = &named {
            views::forget(tx, &here.vault, &|text: &str| mentions.are_in(text))?;
            audit::redact(tx, &here.vault, named, |text| mentions.are_told_in(text))?;
        }
        end(tx)?;
        Ok::<_, Fault>(Step { count: old.going.len() as u64, next: old.last })
    };
    db.write(work).await
}

/// What names those of whom nothing is kept once these tickets are erased.
fn gone(tx: &mut Tx<'_>, desk: &Desk, going: &[Uuid]) -> Result<Mentions, Fault> {
    let mut gone = Vec::new();
    for ticket in kept(tx, desk, going)? {
        if !stays(tx, desk, &ticket, going)? {
            gone.push(ticket);
        }
    }
    Ok(Mentions::of_all(&[], &gone))
}

/// Whether the client of a ticket goes on being known: by a record, or by a ticket with the number or the account that does not
/// go. Saved views and the history are about them then, too.
fn stays(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, going: &[Uuid]) -> Result<bool, Fault> {
    let mut theirs = tickets::of_number(tx, desk, &ticket.client_phone)?;
    let mut clients = with_number(tx, desk, &ticket.client_phone)?;
    if let Some(account) = &ticket.client_account_id {
        theirs.extend(tickets::of_account(tx, desk, account)?);
        clients.extend(with_account(tx, desk, account)?);
    }
    Ok(!clients.is_empty() || theirs.iter().any(|id| !going.contains(id)))
}
