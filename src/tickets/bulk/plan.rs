//! What a run will do, told before it is done.

use super::{Action, Fate, MOST};
use crate::{
    db::Tx,
    fault::Fault,
    notifications::Kind,
    staff::{self, Person},
    tickets::{Desk, Filter, Reference, Status, Ticket, by_keys, export::Walk},
    words::Text,
};

/// Which tickets.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// These, by reference or id.
    These(Vec<String>),
    /// What a filter finds, the latest [`MOST`] of it or, where it is sorted forwards, the earliest.
    All(Box<Filter>),
}

/// A ticket of a plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// Its reference.
    pub reference: Reference,
    /// The version that the plan was made for.
    pub version: i64,
    /// Whose it is.
    pub client: String,
    /// What it is about.
    pub issue_type: String,
    /// Where it stands.
    pub status: Status,
    /// What becomes of it.
    pub fate: Fate,
    /// Why its client is told nothing although it becomes Fixed.
    pub no_sms: Option<Text>,
}

/// What a run will do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Each ticket, in the order in which they were chosen.
    pub rows: Vec<Planned>,
    /// Whether the filter finds more than are in it.
    pub more: bool,
}

impl Plan {
    /// The tickets with a fate like this.
    pub fn those(&self, is: impl Fn(&Fate) -> bool) -> Vec<&Planned> {
        self.rows.iter().filter(|row| is(&row.fate)).collect()
    }
}

/// Says what an action will do to the chosen tickets. What is chosen twice comes once, and what is no ticket not at all.
///
/// # Errors
/// Those of the filter; the database's and the vault's.
pub fn plan(tx: &mut Tx<'_>, desk: &Desk, action: &Action, chosen: &Chosen) -> Result<Plan, Fault> {
    let technicians: Vec<Person> = staff::technicians(tx, &desk.vault)?.iter().map(staff::User::person).collect();
    let mut rows: Vec<Planned> = Vec::new();
    let mut more = false;
    match chosen {
        Chosen::These(keys) => {
            let found = by_keys(tx, &desk.vault, keys)?;
            more = found.len() > MOST;
            for ticket in found.into_iter().take(MOST) {
                rows.push(planned(tx, desk, action, &technicians, ticket)?);
            }
        }
        Chosen::All(filter) => {
            let mut walk = Walk::new((**filter).clone(), desk.clock.now());
            while !more {
                let found = walk.step(tx, desk)?;
                if found.is_empty() {
                    break;
                }
                more = rows.len() + found.len() > MOST;
                for ticket in found.into_iter().take(MOST - rows.len()) {
                    rows.push(planned(tx, desk, action, &technicians, ticket)?);
                }
            }
        }
    }
    Ok(Plan { rows, more })
}

fn planned(
    tx: &mut Tx<'_>,
    desk: &Desk,
    action: &Action,
    technicians: &[Person],
    ticket: Ticket,
) -> Result<Planned, Fault> {
    let no_sms = match action.status {
        Some(Status::Fixed) => desk.outbox.why_no_sms(tx, Kind::Fixed, &ticket.client_phone)?,
        _ => None,
    };
    let fate = action.fate_of(&ticket, technicians, no_sms.is_none());
    let untold = fate == Fate::Changed { sms: false };
    Ok(Planned {
        fate,
        no_sms: no_sms.filter(|_| untold && ticket.status != Status::Fixed),
        reference: ticket.reference,
        version: ticket.version,
        client: ticket.client_name,
        issue_type: ticket.issue_type,
        status: ticket.status,
    })
}
