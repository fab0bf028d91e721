//! What a row makes of a ticket: a new one with the past that the row tells, or steps that bring one up to date. No SQL.

use uuid::Uuid;

use super::Entry;
use crate::{
    input::Given,
    phone::Phone,
    staff::Person,
    tickets::{Change, Happening, Reference, Status, Ticket},
};

/// Who the row's client is, once that has been looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// 1 to 200 characters.
    pub name: String,
    /// Theirs, or the desk's own where theirs is not known.
    pub phone: Phone,
    /// The row's, or else the account's that was found.
    pub account_id: Option<String>,
}

/// Something that happened, or was noted, at a time in milliseconds: each makes a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// No earlier than the step before.
    pub at: i64,
    /// What happened; nothing where only the time of the last change is another.
    pub happened: Vec<Happening>,
    /// What was noted.
    pub note: Option<String>,
}

/// The moves that lead from one status to another by the table of moves, the last one included. Nothing leads back to
/// `New`: a ticket that was further on becomes `Open`.
fn way(from: Status, to: Status) -> Vec<Status> {
    if from == to {
        return Vec::new();
    }
    if to == Status::New {
        return way(from, Status::Open);
    }
    if from.may_become(to) {
        return vec![to];
    }
    let over = if to == Status::Closed { Status::Fixed } else { Status::Open };
    let mut moves = way(from, over);
    moves.push(to);
    moves
}

impl Entry {
    /// When it came to a status, as far as the row tells.
    fn at(&self, status: Status) -> i64 {
        match status {
            Status::Fixed => self.fixed_at,
            Status::Closed => self.closed_at,
            _ => self.updated_at,
        }
    }

    fn moves(&self, from: Status) -> impl Iterator<Item = (i64, Status)> {
        way(from, self.status).into_iter().map(|to| (self.at(to), to))
    }

    /// The ticket as it was logged, and what has happened since.
    pub fn logged(&self, contact: &Contact, id: Uuid, reference: Reference, by: &Person) -> (Ticket, Vec<Step>) {
        let status = if self.status == Status::Open { Status::Open } else { Status::New };
        let ticket = Ticket {
            id,
            reference,
            client_name: contact.name.clone(),
            client_phone: contact.phone.clone(),
            client_email: self.client_email.clone(),
            client_account_id: contact.account_id.clone(),
            issue_type: self.issue_type.clone(),
            description: self.description.clone(),
            status,
            priority: self.priority,
            assigned_at: self.technician.as_ref().map(|_| self.created_at),
            assigned_to: self.technician.clone(),
            created_by: by.clone(),
            created_at: self.created_at,
            updated_at: self.created_at,
            version: 1,
            erased_at: None,
        };
        let mut steps: Vec<Step> = self.moves(status).map(|(at, to)| Step::moved(at, to)).collect();
        steps.extend(self.notes.iter().map(|note| Step::noted(self.updated_at, note)));
        let steps = in_order(self.created_at, self.updated_at, steps);
        (ticket, steps)
    }

    /// Gives a ticket that was imported before the fields of this row, and says what steps bring it there: none where nothing
    /// is different. `noted` are its notes so far. Fields of the client that the row leaves empty stay. Status, version and
    /// times come with the steps.
    pub fn brings(&self, ticket: &mut Ticket, noted: &[String]) -> Vec<Step> {
        let mut happened = ticket.edit(self.change());
        happened.extend(ticket.assign(self.technician.clone()));
        let mut steps: Vec<Step> = Vec::new();
        for (at, to) in self.moves(ticket.status) {
            let mut step = Step::moved(at, to);
            // In one step, so that nobody's ticket is ever Dispatched.
            if steps.is_empty() {
                step.happened.splice(0..0, std::mem::take(&mut happened));
            }
            steps.push(step);
        }
        if !happened.is_empty() {
            steps.push(Step { at: self.updated_at, happened, note: None });
        }
        let new = self.notes.iter().filter(|note| !noted.contains(note));
        steps.extend(new.map(|note| Step::noted(self.updated_at, note)));
        in_order(ticket.updated_at, self.updated_at, steps)
    }

    fn change(&self) -> Change {
        let given = |text: &Option<String>| text.clone().map_or(Given::Absent, Given::Value);
        Change {
            client_name: self.client_name.clone(),
            client_phone: self.client_phone.clone(),
            client_email: given(&self.client_email),
            client_account_id: given(&self.client_account_id),
            issue_type: Some(self.issue_type.clone()),
            description: Some(self.description.clone()),
            priority: Some(self.priority),
            status: None,
            assigned_to: Given::Absent,
        }
    }
}

impl Step {
    fn moved(at: i64, to: Status) -> Self {
        Self { at, happened: vec![Happening::Moved(to)], note: None }
    }

    fn noted(at: i64, note: &str) -> Self {
        Self { at, happened: Vec::new(), note: Some(note.to_owned()) }
    }
}

/// The steps with times that never go back, and one more for a last change of which nothing else is known.
fn in_order(from: i64, last: i64, mut steps: Vec<Step>) -> Vec<Step> {
    let mut latest = from;
    for step in &mut steps {
        latest = latest.max(step.at);
        step.at = latest;
    }
    if latest < last {
        steps.push(Step { at: last, happened: Vec::new(), note: None });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::{Priority, sample};

    fn entry(status: Status) -> Entry {
        Entry {
            reference: "100200".to_owned(),
            client_name: Some("Nadia".to_owned()),
            client_phone: None,
            written_phone: None,
            client_email: None,
            client_account_id: None,
            issue_type: "Other".to_owned(),
            description: "Wrong".to_owned(),
            status,
            priority: Priority::Medium,
            technician: Some(sample::person(2)),
            created_at: 100,
            updated_at: 400,
            fixed_at: 200,
            closed_at: 300,
            notes: Vec::new(),
        }
    }

    fn contact() -> Contact {
        Contact { name: "Nadia".to_owned(), phone: sample::ticket().client_phone, account_id: None }
    }

    fn logged(entry: &Entry) -> (Ticket, Vec<Step>) {
        let ticket = sample::ticket();
        entry.logged(&contact(), ticket.id, ticket.reference, &sample::person(1))
    }

    fn statuses(first: Status, steps: &[Step]) -> Vec<(i64, Status)> {
        let moved = steps.iter().flat_map(|step| step.happened.iter().map(|what| (step.at, what)));
        let moved = moved.filter_map(|(at, what)| Some((at, what.status()?)));
        std::iter::once((0, first)).chain(moved).collect()
    }

    /// Whatever the row says, the past is one that the table of moves allows.
    #[test]
    fn every_way_is_one_of_allowed_moves() {
        for from in Status::ALL {
            for to in Status::ALL {
                let way = way(from, to);
                let mut at = from;
                for &next in &way {
                    assert!(at.may_become(next), "{from} to {to}: {at} to {next}");
                    assert!(next == to || next != Status::Dispatched, "nobody was sent out on the way");
                    at = next;
                }
                let back = to == Status::New && from != Status::New;
                assert_eq!(at, if back { Status::Open } else { to }, "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_past_is_told_with_its_times() {
        for (status, first, want) in [
            (Status::New, Status::New, vec![]),
            (Status::Open, Status::Open, vec![]),
            (Status::InProgress, Status::New, vec![(400, Status::InProgress)]),
            (Status::Dispatched, Status::New, vec![(400, Status::Dispatched)]),
            (Status::Fixed, Status::New, vec![(200, Status::Fixed)]),
            (Status::Closed, Status::New, vec![(200, Status::Fixed), (300, Status::Closed)]),
        ] {
            let (ticket, steps) = logged(&entry(status));
            assert_eq!((ticket.status, ticket.created_at, ticket.assigned_at), (first, 100, Some(100)), "{status}");
            assert_eq!(statuses(first, &steps)[1..], want, "{status}");
            assert_eq!(steps.last().unwrap().at, 400, "its last change is kept: {status}");
        }
        let (_, steps) = logged(&Entry { updated_at: 150, notes: vec!["Called.".to_owned()], ..entry(Status::Closed) });
        assert_eq!(
            steps.iter().map(|step| step.at).collect::<Vec<_>>(),
            [200, 300, 300],
            "no step before the one before"
        );
    }

    /// What a row brings to a ticket, which itself stays.
    fn brings(entry: &Entry, ticket: &Ticket, noted: &[&str]) -> Vec<Step> {
        let noted: Vec<String> = noted.iter().map(ToString::to_string).collect();
        entry.brings(&mut ticket.clone(), &noted)
    }

    #[test]
    fn a_later_export_brings_what_is_different_and_nothing_else() {
        let ticket = Ticket { status: Status::Open, updated_at: 400, ..logged(&entry(Status::Open)).0 };
        assert_eq!(brings(&entry(Status::Open), &ticket, &[]), []);
        assert_eq!(brings(&entry(Status::New), &ticket, &[]), [], "it is never new again");
        let notes = vec!["A".to_owned(), "B".to_owned()];
        let later = Entry { updated_at: 900, fixed_at: 800, notes, ..entry(Status::Fixed) };
        let steps = brings(&later, &ticket, &["A"]);
        assert_eq!(statuses(Status::Open, &steps)[1..], [(800, Status::Fixed)]);
        assert_eq!(steps[1..], [Step::noted(900, "B")]);
        let sent_out = Ticket { status: Status::Dispatched, ..ticket.clone() };
        let nobody = Entry { technician: None, priority: Priority::High, ..later };
        let steps = brings(&nobody, &sent_out, &["A", "B"]);
        assert_eq!(steps[0].happened.len(), 3, "with the move, so that nobody's ticket is Dispatched: {steps:?}");
        assert!(matches!(steps[0].happened[2], Happening::Moved(Status::Fixed)));
        let touched = Entry { updated_at: 950, ..entry(Status::Fixed) };
        let fixed = Ticket { status: Status::Fixed, ..ticket };
        assert_eq!(brings(&touched, &fixed, &[]), [Step { at: 950, happened: Vec::new(), note: None }]);
    }

    #[test]
    fn what_the_row_leaves_empty_stays() {
        let (ticket, _) = logged(&entry(Status::Open));
        let ticket = Ticket { client_email: Some("n@example.com".to_owned()), updated_at: 400, ..ticket };
        assert_eq!(brings(&Entry { client_name: None, ..entry(Status::Open) }, &ticket, &[]), []);
    }
}
