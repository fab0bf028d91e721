//! What goes by its age: four rules, each off until the settings say after how long. A plan counts and changes nothing; the
//! purge does the same in small steps.

use std::time::Instant;

use jiff::Span;
use uuid::Uuid;

use super::{
    Privacy, Retention, ages,
    erase::{begin, end},
    hold::InForce,
};
use crate::{
    audit::{self, Event},
    db::{Db, Tx},
    fault::Fault,
    notifications::Age,
    tickets::{self, Desk, Status, Ticket},
};

/// Records in one transaction: a few tens of milliseconds.
pub(super) const STEP: i64 = 25;

/// What is counted of it.
const ERASED: &str = "redress_retention_total";

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Closed tickets lose all that is personal.
    Tickets,
    /// Messages lose text and receiver.
    Messages,
    /// What clients wrote goes from closed tickets.
    Inbound,
    /// Rows of the audit history go.
    Audit,
}

impl Rule {
    /// All of them, in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Tickets, Self::Messages, Self::Inbound, Self::Audit];

    /// The setting that turns it on.
    pub const fn setting(self) -> &'static str {
        super::KEYS[self as usize].0
    }

    /// How long, by the settings, if it is on.
    pub const fn limit(self, retention: &Retention) -> Option<i64> {
        match self {
            Self::Tickets => retention.tickets_months,
            Self::Messages => retention.messages_days,
            Self::Inbound => retention.inbound_days,
            Self::Audit => retention.audit_years,
        }
    }

    /// The unit of [`Self::limit`], for programs.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Tickets => "months",
            Self::Messages | Self::Inbound => "days",
            Self::Audit => "years",
        }
    }

    /// The moment before which things are too old, in milliseconds.
    fn before(self, limit: i64, desk: &Desk) -> i64 {
        let span = match self {
            Self::Tickets => Span::new().months(limit),
            Self::Messages | Self::Inbound => Span::new().days(limit),
            Self::Audit => Span::new().years(limit),
        };
        Retention::before(desk.clock.now(), &desk.zone, span)
    }
}

/// What a rule would do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Which rule.
    pub rule: Rule,
    /// After how many months, days or years; absent where the rule is off.
    pub limit: Option<i64>,
    /// What would go.
    pub age: Age,
    /// What is old enough and stays, since a hold keeps it.
    pub held: u64,
}

/// What every rule would do now. Nothing changes.
///
/// # Errors
/// Only the database's and the vault's.
pub fn plan(tx: &mut Tx<'_>, desk: &Desk, retention: &Retention) -> Result<Vec<Planned>, Fault> {
    let holds = InForce::read(tx, desk)?;
    let kept = holds.tickets(tx, desk)?;
    let mut planned = Vec::new();
    for rule in Rule::ALL {
        let limit = rule.limit(retention);
        let Some(before) = limit.map(|limit| rule.before(limit, desk)) else {
            planned.push(Planned { rule, limit, age: Age::default(), held: 0 });
            continue;
        };
        let mut age = match rule {
            Rule::Tickets => tickets::ticket_age(tx, before)?,
            Rule::Messages => desk.outbox.message_age(tx, before)?,
            Rule::Inbound => tickets::inbound_age(tx, before)?,
            Rule::Audit => {
                let (count, oldest, newest) = audit::age(tx, before)?;
                Age { count, oldest, newest }
            }
        };
        // The history is one: while anything is held, all of it is.
        let held =
            if rule == Rule::Audit && !holds.is_empty() { age.count } else { held(tx, desk, rule, before, &kept)? };
        age.count -= held.min(age.count);
        planned.push(Planned { rule, limit, age, held });
    }
    Ok(planned)
}

fn held(tx: &mut Tx<'_>, desk: &Desk, rule: Rule, before: i64, kept: &[Ticket]) -> Result<u64, Fault> {
    let closed = |ticket: &&Ticket| ticket.status == Status::Closed && ticket.erased_at.is_none();
    let mut held = 0;
    for ticket in kept {
        held += match rule {
            Rule::Tickets => u64::from(closed(&ticket) && ticket.updated_at < before),
            Rule::Messages => {
                let sent = desk.outbox.for_ticket(tx, ticket.id)?;
                sent.iter().filter(|one| !one.erased && !one.state.is_waiting() && one.created_at < before).count()
                    as u64
            }
            Rule::Inbound if closed(&ticket) => {
                let past = tickets::history(tx, &desk.vault, ticket)?;
                let wrote = |note: &&tickets::Note| {
                    note.by.id == crate::staff::THE_CLIENT && note.at < before && !note.content.is_empty()
                };
                past.notes.iter().filter(wrote).count() as u64
            }
            Rule::Inbound | Rule::Audit => 0,
        };
    }
    Ok(held)
}

/// Does what the rules say, and gives how much went by each. It may be stopped at any time, and begins where it was; two nodes
/// that do it at once do it once. Half of the time is the desk's.
///
/// # Errors
/// The first of what kept a rule from its end, once the others have run: the database's, a conflict with whoever changes the same
/// record at the same moment, a row of the audit history that does not hold. The next purge goes on.
pub async fn purge(privacy: &Privacy) -> Result<Vec<(Rule, u64)>, Fault> {
    let (db, desk) = (&privacy.tickets.db, &privacy.tickets.desk);
    let (mut done, mut failed) = (Vec::new(), None);
    for rule in Rule::ALL {
        let Some(before) = rule.limit(&privacy.retention).map(|limit| rule.before(limit, desk)) else { continue };
        let mut count = 0;
        let run = match rule {
            Rule::Tickets => ages::purge(db, desk, before, &mut count).await,
            _ => steps(db, desk, rule, before, &mut count).await,
        };
        failed = failed.or(run.err());
        if count > 0 {
            let here = desk.clone();
            let event = Event::Privacy(audit::Privacy::Purged { rule: rule.setting().to_owned(), count });
            db.write(move |tx| audit::record(tx, &here.vault, &here.clock, None, &event)).await?;
            metrics::counter!(ERASED, "rule" => rule.setting()).increment(count);
        }
        done.push((rule, count));
    }
    if done.iter().any(|(_, count)| *count > 0) {
        db.scrub().await;
    }
    failed.map_or(Ok(done), Err)
}

/// Has rules that are on and have erased nothing yet be there in the metrics.
pub fn count_from_zero(retention: &Retention) {
    for rule in Rule::ALL.into_iter().filter(|rule| rule.limit(retention).is_some()) {
        metrics::counter!(ERASED, "rule" => rule.setting()).increment(0);
    }
}

async fn steps(db: &Db, desk: &Desk, rule: Rule, before: i64, count: &mut u64) -> Result<(), Fault> {
    let mut after = (i64::MIN, Uuid::nil());
    loop {
        let (here, from, began) = (desk.clone(), after, Instant::now());
        let step = db.write(move |tx| step(tx, &here, rule, before, from)).await?;
        *count += step.count;
        let Some(next) = step.next else { return Ok(()) };
        after = next;
        tokio::time::sleep(began.elapsed()).await;
    }
}

/// What went in one transaction.
struct Step {
    count: u64,
    /// Where the next one begins; nothing at the end.
    next: Option<(i64, Uuid)>,
}

fn step(tx: &mut Tx<'_>, desk: &Desk, rule: Rule, before: i64, after: (i64, Uuid)) -> Result<Step, Fault> {
    let holds = begin(tx, desk)?;
    // Each with its time, its id and its ticket.
    let found: Vec<(i64, Uuid, Uuid)> = match rule {
        // They have steps of their own.
        Rule::Tickets => Vec::new(),
        Rule::Messages => desk.outbox.old_messages(tx, before, after, STEP)?,
        Rule::Inbound => tickets::old_inbound(tx, before, after, STEP)?,
        Rule::Audit => {
            let count = if holds.is_empty() { audit::purge(tx, &desk.vault, before)? } else { 0 };
            end(tx)?;
            return Ok(Step { count, next: (count > 0).then_some(after) });
        }
    };
    let keys: Vec<String> = found.iter().map(|(.., ticket)| ticket.to_string()).collect();
    let kept: Vec<Uuid> = if holds.is_empty() {
        Vec::new()
    } else {
        let tickets = tickets::by_keys(tx, &desk.vault, &keys)?;
        tickets.iter().filter(|ticket| holds.keep(ticket)).map(|ticket| ticket.id).collect()
    };
    let mut count = 0;
    for (_, id, _) in found.iter().filter(|(.., ticket)| !kept.contains(ticket)) {
        match rule {
            Rule::Messages => desk.outbox.erase_message(tx, *id, None)?,
            _ => tickets::erase_inbound(tx, desk, *id)?,
        }
        count += 1;
    }
    end(tx)?;
    Ok(Step { count, next: found.last().map(|(at, id, _)| (*at, *id)) })
}
