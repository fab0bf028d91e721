//! What is done to each ticket, and what becomes of one by it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    input::Given,
    staff::Person,
    tickets::{Change, Happening, Priority, Status, Ticket},
    words::Text,
};

/// What is done to each ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// A move.
    pub status: Option<Status>,
    /// Another priority.
    pub priority: Option<Priority>,
    /// A technician, or nobody.
    pub assigned_to: Given<Uuid>,
}

/// What becomes of one ticket, or became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It changes.
    Changed {
        /// Whether an SMS tells the client.
        sms: bool,
    },
    /// It is so already.
    Same,
    /// The rules do not let it.
    Refused(Hindrance),
    /// Somebody changed it after it was shown, so it is left alone.
    Overtaken,
    /// There is no such ticket.
    Gone,
}

/// Which rule does not let a ticket change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hindrance {
    /// The transition table has no such move.
    Move {
        /// Its status.
        from: Status,
        /// What was asked for.
        to: Status,
    },
    /// Dispatched needs a technician.
    NeedsTechnician,
    /// A dispatched ticket keeps its technician.
    KeepsTechnician,
    /// Who has it, or was to have it, is no enabled technician.
    TechnicianGone,
}

impl Action {
    /// Reads an action's parameters: `status`, `priority` and `assignedTo`, an id or `none`. Others are not looked at,
    /// and an empty value counts as absent.
    ///
    /// # Errors
    /// What is wrong with each bad value, and where there is nothing to do.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, Vec<Text>> {
        let mut faults = Vec::new();
        let get = |name: &str| pairs.iter().rev().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
        let status = one(&mut faults, get("status"), Text::new("bulk-bad-status"), Status::parse);
        let priority = one(&mut faults, get("priority"), Text::new("bulk-bad-priority"), Priority::parse);
        let assigned_to = match get("assignedTo") {
            "none" => Given::Null,
            text => one(&mut faults, text, Text::new("bulk-bad-technician"), |text| Uuid::try_parse(text).ok())
                .map_or(Given::Absent, Given::Value),
        };
        let action = Self { status, priority, assigned_to };
        if faults.is_empty() && action.is_nothing() {
            faults.push(Text::new("bulk-bad-nothing"));
        }
        if faults.is_empty() { Ok(action) } else { Err(faults) }
    }

    fn is_nothing(&self) -> bool {
        self.status.is_none() && self.priority.is_none() && self.assigned_to == Given::Absent
    }

    /// Whether it is a move and nothing else.
    pub fn is_only_status(&self) -> bool {
        self.status.is_some() && self.priority.is_none() && self.assigned_to == Given::Absent
    }

    /// The same as parameters.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let assigned = match self.assigned_to {
            Given::Absent => None,
            Given::Null => Some("none".to_owned()),
            Given::Value(id) => Some(id.to_string()),
        };
        [
            self.status.map(|status| ("status", status.to_string())),
            self.priority.map(|priority| ("priority", priority.to_string())),
            assigned.map(|id| ("assignedTo", id)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The change of one ticket.
    pub fn change(&self) -> Change {
        Change {
            status: self.status,
            priority: self.priority,
            assigned_to: self.assigned_to.clone(),
            ..Change::default()
        }
    }

    /// What becomes of a ticket. `technicians` are those that can be sent; `takes_sms` says whether its client gets SMS.
    pub fn fate_of(&self, ticket: &Ticket, technicians: &[Person], takes_sms: bool) -> Fate {
        let find = |id: Uuid| technicians.iter().find(|one| one.id == id);
        let asked = self.assigned_to.clone().value();
        let brought = asked.filter(|id| !ticket.has_technician(*id));
        let mut now = ticket.clone();
        // Whom nobody can send stands in for himself: the moves are looked at first, as the use case does.
        let stand_in = |id| Person { id, name: String::new() };
        let technician = brought.map(|id| find(id).cloned().unwrap_or_else(|| stand_in(id)));
        let Ok(happened) = now.apply(self.change(), technician) else { return Fate::Refused(self.hindrance(ticket)) };
        let sent = happened.contains(&Happening::Moved(Status::Dispatched));
        let holder = now.assigned_to.as_ref().map(|one| one.id).filter(|_| sent || brought.is_some());
        if holder.is_some_and(|id| find(id).is_none()) {
            return Fate::Refused(Hindrance::TechnicianGone);
        }
        if happened.is_empty() {
            return Fate::Same;
        }
        Fate::Changed { sms: takes_sms && happened.contains(&Happening::Moved(Status::Fixed)) }
    }

    /// The rule that refuses this ticket, where its own rules do.
    pub(super) fn hindrance(&self, ticket: &Ticket) -> Hindrance {
        match self.status {
            Some(to) if to != ticket.status && !ticket.status.may_become(to) => {
                Hindrance::Move { from: ticket.status, to }
            }
            Some(Status::Dispatched) if ticket.status != Status::Dispatched => Hindrance::NeedsTechnician,
            _ => Hindrance::KeepsTechnician,
        }
    }
}

fn one<T>(faults: &mut Vec<Text>, text: &str, remedy: Text, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let read = parse(text);
    if read.is_none() {
        faults.push(remedy);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::sample::{self, person};

    fn ticket(status: Status, assigned_to: Option<Person>) -> Ticket {
        Ticket { status, assigned_to, client_account_id: None, ..sample::ticket() }
    }

    fn action(pairs: &[(&str, &str)]) -> Action {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Action::read(&pairs).unwrap()
    }

    /// Every status to every status: the plan says what the ticket's own rules say, and why not.
    #[test]
    fn a_move_is_told_as_the_transition_table_has_it() {
        let technicians = [person(2)];
        for from in Status::ALL {
            let ticket = ticket(from, Some(person(2)));
            for to in Status::ALL {
                let fate = action(&[("status", to.name())]).fate_of(&ticket, &technicians, true);
                let want = if from == to {
                    Fate::Same
                } else if from.may_become(to) {
                    Fate::Changed { sms: to == Status::Fixed }
                } else {
                    Fate::Refused(Hindrance::Move { from, to })
                };
                assert_eq!(fate, want, "{from} to {to}");
            }
        }
    }

    #[test]
    fn an_sms_goes_only_for_a_move_to_fixed_of_a_client_who_gets_sms() {
        let (new, fixed) = (ticket(Status::New, None), ticket(Status::Fixed, None));
        let fix = action(&[("status", "Fixed")]);
        assert_eq!(fix.fate_of(&new, &[], true), Fate::Changed { sms: true });
        assert_eq!(fix.fate_of(&new, &[], false), Fate::Changed { sms: false });
        assert_eq!(fix.fate_of(&fixed, &[], true), Fate::Same);
        let both = action(&[("status", "Fixed"), ("priority", "Low")]);
        assert_eq!(both.fate_of(&fixed, &[], true), Fate::Changed { sms: false }, "it was Fixed before");
    }

    #[test]
    fn a_dispatch_needs_somebody_who_can_be_sent() {
        let dispatch = action(&[("status", "Dispatched")]);
        let refused = Fate::Refused;
        let fate =
            |action: &Action, holder, known: &[Person]| action.fate_of(&ticket(Status::Open, holder), known, true);
        assert_eq!(fate(&dispatch, None, &[person(2)]), refused(Hindrance::NeedsTechnician));
        assert_eq!(fate(&dispatch, Some(person(3)), &[person(2)]), refused(Hindrance::TechnicianGone));
        assert_eq!(fate(&dispatch, Some(person(2)), &[person(2)]), Fate::Changed { sms: false });
        let id = person(2).id.to_string();
        let send = action(&[("status", "Dispatched"), ("assignedTo", &id)]);
        assert_eq!(fate(&send, None, &[person(2)]), Fate::Changed { sms: false });
        assert_eq!(fate(&send, None, &[]), refused(Hindrance::TechnicianGone));
        // Who holds a ticket already keeps it, though no longer enabled.
        let give = action(&[("assignedTo", &id)]);
        assert_eq!(fate(&give, Some(person(2)), &[]), Fate::Same);
        assert_eq!(fate(&give, None, &[]), refused(Hindrance::TechnicianGone));
    }

    #[test]
    fn a_dispatched_ticket_keeps_its_technician() {
        let dispatched = ticket(Status::Dispatched, Some(person(2)));
        let take = action(&[("assignedTo", "none")]);
        assert_eq!(take.fate_of(&dispatched, &[person(2)], true), Fate::Refused(Hindrance::KeepsTechnician));
        let back = action(&[("assignedTo", "none"), ("status", "Open")]);
        assert_eq!(back.fate_of(&dispatched, &[person(2)], true), Fate::Changed { sms: false });
    }

    #[test]
    fn parameters_are_read_and_written() {
        let id = person(2).id.to_string();
        let pairs = [("status", "Open"), ("priority", "Urgent"), ("assignedTo", id.as_str())];
        assert_eq!(action(&pairs).pairs(), pairs.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(action(&[("assignedTo", "none"), ("list", "x")]).pairs(), [("assignedTo", "none".to_owned())]);
        for bad in
            [vec![], vec![("status", "Foo")], vec![("priority", "")], vec![("assignedTo", "x"), ("status", "Open")]]
        {
            let pairs: Vec<_> = bad.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(Action::read(&pairs).unwrap_err().len(), 1, "{bad:?}");
        }
    }
}
