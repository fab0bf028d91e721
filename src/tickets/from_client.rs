//! What clients ask and write by SMS, as far as it concerns tickets.

use super::{Change, Desk, Filter, Reference, Sort, Status, Ticket, add_note, by_key, form, list::step, store, update};
use crate::{
    db::Tx,
    fault::Fault,
    input,
    notifications::{Cases, inbound_text},
    phone::Phone,
    search::{self, Cond, Criterion},
    staff,
    words::Text,
};

/// Clients of this desk, by SMS.
#[derive(Clone)]
pub struct FromClients {
    /// Where tickets are.
    pub desk: Desk,
    /// A client's words reopen what was fixed so many days ago at most; never when 0.
    pub reopen_days: i64,
}

const DAY: i64 = 24 * 60 * 60 * 1_000;

impl Cases for FromClients {
    fn status(&self, tx: &mut Tx<'_>, reference: &str, from: &Phone) -> Result<Option<(String, Text)>, Fault> {
        if Reference::parse(reference).is_none() {
            return Ok(None);
        }
        match by_key(tx, &self.desk.vault, reference) {
            Ok(ticket) => Ok((ticket.client_phone == *from).then(|| told(&ticket))),
            Err(Fault::NotFound) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn open(&self, tx: &mut Tx<'_>, from: &Phone, most: usize) -> Result<Vec<(String, Text)>, Fault> {
        let mut open: Vec<Ticket> = newest(tx, &self.desk, from, |status| status < Status::Fixed)?;
        if open.is_empty() {
            open = newest(tx, &self.desk, from, |status| status == Status::Fixed)?;
        }
        Ok(open.iter().take(most).map(told).collect())
    }

    fn statuses(&self) -> Vec<Text> {
        Status::ALL.map(Status::label).to_vec()
    }

    fn wrote(&self, tx: &mut Tx<'_>, from: &Phone, text: &str) -> Result<Option<String>, Fault> {
        let (desk, text) = (&self.desk, input::salvage(text, form::TEXT));
        if text.is_empty() {
            return Ok(None);
        }
        let Some(ticket) = self.meant(tx, from, &text)? else { return Ok(None) };
        let client = staff::the_client(tx, &desk.vault, desk.clock.now())?;
        let ticket = if !inbound_text::is_thanks(&text) && self.reopens(tx, &ticket)? {
            update(tx, desk, &client, ticket, Change::to_status(Status::Open), 0)?
        } else {
            ticket
        };
        let reference = ticket.reference.to_string();
        add_note(tx, desk, &client, ticket, &text)?;
        Ok(Some(reference))
    }
}

impl FromClients {
    /// The ticket that a client writes about: one of theirs that they name, else the newest that is open, else the newest
    /// that is Fixed.
    fn meant(&self, tx: &mut Tx<'_>, from: &Phone, text: &str) -> Result<Option<Ticket>, Fault> {
        let desk = &self.desk;
        for reference in inbound_text::mentioned(text) {
            if Reference::parse(&reference).is_none() {
                continue;
            }
            match by_key(tx, &desk.vault, &reference) {
                Ok(ticket) if ticket.client_phone == *from && ticket.status < Status::Closed => {
                    return Ok(Some(ticket));
                }
                Ok(_) | Err(Fault::NotFound) => {}
                Err(fault) => return Err(fault),
            }
        }
        let mut tickets = newest(tx, desk, from, |status| status < Status::Fixed)?;
        if tickets.is_empty() {
            tickets = newest(tx, desk, from, |status| status == Status::Fixed)?;
        }
        Ok(tickets.into_iter().next())
    }

    fn reopens(&self, tx: &mut Tx<'_>, ticket: &Ticket) -> Result<bool, Fault> {
        if ticket.status != Status::Fixed || self.reopen_days == 0 {
            return Ok(false);
        }
        let past = store::history(tx, &self.desk.vault, ticket)?;
        let fixed = past.statuses().filter(|(status, _)| *status == Status::Fixed).map(|(_, entry)| entry.at).last();
        Ok(fixed.is_some_and(|at| self.desk.clock.now() - at < self.reopen_days * DAY))
    }
}

/// What a client may know: reference and status.
fn told(ticket: &Ticket) -> (String, Text) {
    (ticket.reference.to_string(), ticket.status.label())
}

/// The number's tickets in some statuses, the newest first.
fn newest(tx: &mut Tx<'_>, desk: &Desk, from: &Phone, which: fn(Status) -> bool) -> Result<Vec<Ticket>, Fault> {
    let mut filter = Filter::parse(&[], desk)?;
    filter.statuses = Status::ALL.into_iter().filter(|status| which(*status)).collect();
    filter.search = Some(Cond::Is(Criterion::Token(search::phone_token(from.as_str()))));
    filter.sort = Sort::CreatedAt;
    filter.page_size = 20;
    let (tickets, _) = step(tx, desk, &filter)?;
    // A keyed token may, if ever so rarely, be that of another number's end.
    Ok(tickets.into_iter().filter(|ticket| ticket.client_phone == *from).collect())
}
