//! Takes a Fixed back while its SMS still waits in the outbox: the message is cancelled and all that the same step
//! changed is again what it was, although the transition table has no such move.

use super::{Change, Desk, Entry, Happening, History, Priority, Status, Ticket, store, update::record};
use crate::{db::Tx, fault::Fault, input::Given, phone::Phone, staff::Person, words::Text};

/// Undoes the Fixed that the ticket has. What has been changed since then stays as it is.
///
/// # Errors
/// [`Fault::Conflict`] when the SMS has gone, the ticket has moved since, or it would be Dispatched to nobody.
pub fn undo_fixed(tx: &mut Tx<'_>, desk: &Desk, by: &Person, mut ticket: Ticket) -> Result<Ticket, Fault> {
    let past = store::history(tx, &desk.vault, &ticket)?;
    let Some(fixed) = Fixed::last(&ticket, &past) else {
        return Err(Fault::conflict(Text::new("rules-nothing-to-undo")));
    };
    if !desk.outbox.cancel_held(tx, ticket.id, fixed.version, by.id)? {
        return Err(Fault::conflict(Text::new("rules-undo-late")));
    }
    let Some(happened) = fixed.take_back(&mut ticket) else {
        return Err(Fault::conflict(Text::new("rules-undo-dispatched")));
    };
    record(tx, desk, by, &mut ticket, &happened)?;
    Ok(ticket)
}

/// Whether [`undo_fixed`] would work while the SMS waits.
pub fn can_undo_fixed(ticket: &Ticket, past: &History) -> bool {
    Fixed::last(ticket, past).is_some_and(|fixed| fixed.take_back(&mut ticket.clone()).is_some())
}

/// The step that made a ticket Fixed.
struct Fixed<'a> {
    version: i64,
    /// The status before.
    before: Status,
    entries: &'a [Entry],
}

impl<'a> Fixed<'a> {
    /// The step that made the ticket what it is, if that is Fixed.
    fn last(ticket: &Ticket, past: &'a History) -> Option<Self> {
        let (mut before, mut last) = (None, None);
        for (status, entry) in past.statuses() {
            before = last.replace((status, entry)).map(|(status, _)| status);
        }
        let (_, entry) = last.filter(|(_, entry)| entry.what == Happening::Moved(Status::Fixed))?;
        let still = ticket.status == Status::Fixed;
        before.filter(|_| still).map(|before| Self { version: entry.version, before, entries: &past.entries })
    }

    /// Puts back what the step changed and nothing has changed since. Nothing when the ticket would be Dispatched
    /// without a technician; it is then good for nothing more.
    fn take_back(&self, ticket: &mut Ticket) -> Option<Vec<Happening>> {
        let mut change = Change::default();
        let mut happened = Vec::new();
        let mut technician = None;
        for entry in self.entries.iter().filter(|entry| entry.version == self.version && !self.overtaken(entry)) {
            match &entry.what {
                Happening::Edited { field, from, .. } => restore(&mut change, field, from),
                Happening::Assigned { from, .. } => technician = Some(from.clone()),
                Happening::Created(_) | Happening::Moved(_) | Happening::Undone(_) => {}
            }
        }
        happened.extend(ticket.edit(change));
        if let Some(technician) = technician {
            happened.extend(ticket.assign(technician));
            ticket.assigned_at = self.assigned_before();
        }
        ticket.status = self.before;
        happened.push(Happening::Undone(self.before));
        let possible = self.before != Status::Dispatched || ticket.assigned_to.is_some();
        possible.then_some(happened)
    }

    /// Whether a later step has changed the same thing again.
    fn overtaken(&self, entry: &Entry) -> bool {
        let mut later = self.entries.iter().filter(|later| later.version > self.version);
        later.any(|later| match (&entry.what, &later.what) {
            (Happening::Edited { field, .. }, Happening::Edited { field: other, .. }) => field == other,
            (Happening::Assigned { .. }, Happening::Assigned { .. }) => true,
            _ => false,
        })
    }

    /// When the technician before the step was assigned.
    fn assigned_before(&self) -> Option<i64> {
        let earlier = self.entries.iter().filter(|entry| entry.version < self.version);
        earlier.rev().find_map(|entry| match &entry.what {
            Happening::Assigned { to, .. } => Some(to.as_ref().map(|_| entry.at)),
            _ => None,
        })?
    }
}

/// Sets a field of a change to a value as the history keeps it.
fn restore(change: &mut Change, field: &str, text: &str) {
    let value = || Some(text.to_owned());
    let optional = || if text.is_empty() { Given::Null } else { Given::Value(text.to_owned()) };
    match field {
        "clientName" => change.client_name = value(),
        "clientPhone" => change.client_phone = Phone::from_e164(text).ok(),
        "clientEmail" => change.client_email = optional(),
        "clientAccountId" => change.client_account_id = optional(),
        "issueType" => change.issue_type = value(),
        "description" => change.description = value(),
        "priority" => change.priority = Priority::parse(text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::tickets::sample::{self, person};

    fn ticket() -> Ticket {
        Ticket { status: Status::Dispatched, ..sample::ticket() }
    }

    fn add(past: &mut History, version: i64, happened: Vec<Happening>) {
        let entry = |what| Entry { version, at: version, by: person(1), what };
        past.entries.extend(happened.into_iter().map(entry));
    }

    /// A ticket that was dispatched in version 1 and has become Fixed by `change` in version 2.
    fn fixed(change: Change) -> (Ticket, History) {
        let (mut now, mut past) = (ticket(), History::default());
        add(
            &mut past,
            1,
            vec![Happening::Created(Status::Dispatched), Happening::Assigned { from: None, to: Some(person(2)) }],
        );
        let happened = now.apply(Change { status: Some(Status::Fixed), ..change }, None).unwrap();
        add(&mut past, 2, happened);
        (now, past)
    }

    #[test]
    fn everything_that_the_step_changed_is_as_before() {
        let (mut now, past) = fixed(Change {
            client_name: Some("N".into()),
            client_phone: Some(Phone::parse("+447700900143", None).unwrap()),
            client_email: Given::Value("n@isp.example".into()),
            client_account_id: Given::Null,
            issue_type: Some("Incorrect Bill".into()),
            description: Some("Right".into()),
            priority: Some(Priority::Low),
            assigned_to: Given::Null,
            status: None,
        });
        assert_eq!((now.status, now.assigned_to.clone(), past.entries.len()), (Status::Fixed, None, 11));
        assert!(can_undo_fixed(&now, &past));
        let happened = Fixed::last(&now, &past).unwrap().take_back(&mut now).unwrap();
        assert_eq!(format!("{now:?}"), format!("{:?}", ticket()));
        assert_eq!(happened.len(), 9, "each is told of: {happened:?}");
    }

    #[test]
    fn what_a_later_step_changed_stays() {
        let (mut now, mut past) = fixed(Change {
            priority: Some(Priority::Low),
            description: Some("Right".into()),
            assigned_to: Given::Null,
            ..Change::default()
        });
        let later =
            Change { priority: Some(Priority::High), assigned_to: Given::Value(person(3).id), ..Change::default() };
        let happened = now.apply(later, Some(person(3))).unwrap();
        add(&mut past, 3, happened);
        let happened = Fixed::last(&now, &past).unwrap().take_back(&mut now).unwrap();
        assert_eq!(happened.last(), Some(&Happening::Undone(Status::Dispatched)));
        assert_eq!((now.priority, now.assigned_to), (Priority::High, Some(person(3))));
        assert_eq!(now.description, "Wrong");
    }

    #[test]
    fn nothing_is_dispatched_to_nobody() {
        let (mut now, mut past) = fixed(Change::default());
        let happened = now.apply(Change { assigned_to: Given::Null, ..Change::default() }, None).unwrap();
        add(&mut past, 3, happened);
        assert!(!can_undo_fixed(&now, &past));
    }

    #[test]
    fn only_a_ticket_that_is_still_fixed_has_something_to_undo() {
        let (mut now, mut past) = fixed(Change::default());
        assert!(Fixed::last(&ticket(), &past).is_none(), "another status");
        let happened = now.apply(Change::to_status(Status::Closed), None).unwrap();
        add(&mut past, 3, happened);
        assert!(Fixed::last(&now, &past).is_none());
    }
}
