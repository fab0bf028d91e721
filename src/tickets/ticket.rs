//! The ticket's record and what each change to it means. No HTTP, no SQL.

use uuid::Uuid;

use super::{Priority, Reference, Status};
use crate::{fault::Fault, input::Given, phone::Phone, staff::Person, words::Text};

/// A billing complaint.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// `UUIDv7`; never changes.
    pub id: Uuid,
    /// The number the client knows it by; never changes.
    pub reference: Reference,
    /// 1 to 200 characters.
    pub client_name: String,
    /// Where the SMS go.
    pub client_phone: Phone,
    /// An address, if known.
    pub client_email: Option<String>,
    /// The ISP's own account or service id, 1 to 64 characters, if known.
    pub client_account_id: Option<String>,
    /// One of [`super::IssueTypes`].
    pub issue_type: String,
    /// 1 to 10,000 characters, with line breaks.
    pub description: String,
    /// Where it stands.
    pub status: Status,
    /// How soon.
    pub priority: Priority,
    /// The technician, if one is assigned.
    pub assigned_to: Option<Person>,
    /// When that technician was assigned, in milliseconds. Empty between an assignment and its storing.
    pub assigned_at: Option<i64>,
    /// The admin who logged it (FR-TC-004).
    pub created_by: Person,
    /// Milliseconds.
    pub created_at: i64,
    /// Milliseconds; never before `created_at`.
    pub updated_at: i64,
    /// 1 at first, one up with every change.
    pub version: i64,
    /// When everything personal was taken out of it, in milliseconds, if it was: see [`super::erase`].
    pub erased_at: Option<i64>,
}

/// A ticket about to be logged: read and checked.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// See [`Ticket`], as for the rest.
    pub client_name: String,
    /// Possible for its country.
    pub client_phone: Phone,
    /// Optional.
    pub client_email: Option<String>,
    /// Optional.
    pub client_account_id: Option<String>,
    /// Known to the settings.
    pub issue_type: String,
    /// What happened.
    pub description: String,
    /// [`Status::New`] or [`Status::Open`].
    pub status: Status,
    /// [`Priority::Medium`] unless said.
    pub priority: Priority,
    /// A technician's id; whether it is one, the use case finds out.
    pub assigned_to: Option<Uuid>,
}

/// The fields of a change; what is not given stays.
#[derive(Debug, Clone)]
pub struct Change {
    /// See [`Ticket`], as for the rest.
    pub client_name: Option<String>,
    /// A new number.
    pub client_phone: Option<Phone>,
    /// May be cleared.
    pub client_email: Given<String>,
    /// May be cleared.
    pub client_account_id: Given<String>,
    /// Another type.
    pub issue_type: Option<String>,
    /// Another text.
    pub description: Option<String>,
    /// A move, or the status it has.
    pub status: Option<Status>,
    /// Another priority.
    pub priority: Option<Priority>,
    /// Another technician, or nobody.
    pub assigned_to: Given<Uuid>,
}

impl Default for Change {
    fn default() -> Self {
        Self {
            client_name: None,
            client_phone: None,
            client_email: Given::Absent,
            client_account_id: Given::Absent,
            issue_type: None,
            description: None,
            status: None,
            priority: None,
            assigned_to: Given::Absent,
        }
    }
}

impl Change {
    /// Only a move.
    pub fn to_status(status: Status) -> Self {
        Self { status: Some(status), ..Self::default() }
    }
}

/// One thing that happened to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// It was logged with this status.
    Created(Status),
    /// It moved.
    Moved(Status),
    /// A Fixed was taken back before its SMS went; it is again what it was.
    Undone(Status),
    /// The technician changed.
    Assigned {
        /// Who had it.
        from: Option<Person>,
        /// Who has it now.
        to: Option<Person>,
    },
    /// A field changed, by the record's field name. Absent values are empty.
    Edited {
        /// `clientPhone`, `priority` and so on.
        field: String,
        /// What it was.
        from: String,
        /// What it is now.
        to: String,
    },
}

impl Happening {
    /// The status that it set, if it set one.
    pub const fn status(&self) -> Option<Status> {
        match self {
            Self::Created(status) | Self::Moved(status) | Self::Undone(status) => Some(*status),
            Self::Assigned { .. } | Self::Edited { .. } => None,
        }
    }
}

impl Happening {
    /// Whether it changed a field that is sealed and that search looks at.
    pub fn is_personal(&self) -> bool {
        matches!(self, Self::Edited { field, .. } if field != "priority" && field != "issueType")
    }
}

/// Why a change is refused by the ticket's own rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// A sentence for people.
    pub detail: Text,
    /// The moves allowed instead.
    pub allowed: Vec<Status>,
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        Self::Conflict {
            detail: refused.detail,
            allowed: refused.allowed.iter().map(|status| status.name().to_owned()).collect(),
        }
    }
}

impl Ticket {
    /// The client's number as programs read it: E.164, or nothing once it is erased.
    pub fn number(&self) -> &str {
        if self.erased_at.is_some() { "" } else { self.client_phone.as_str() }
    }

    /// Applies a change and says what happened. `technician` is the user that `change.assigned_to` names, looked up
    /// and checked by the caller; it is not asked for when the ticket has that technician already.
    ///
    /// Time, version and storing are the caller's. Nothing happening is an empty list and leaves the ticket as it was.
    ///
    /// # Errors
    /// [`Refused`] when the transition table or the technician rule says no; the ticket is then as it was.
    pub fn apply(&mut self, change: Change, technician: Option<Person>) -> Result<Vec<Happening>, Refused> {
        let assigned = match change.assigned_to {
            Given::Absent => self.assigned_to.clone(),
            Given::Null => None,
            Given::Value(id) if self.has_technician(id) => self.assigned_to.clone(),
            Given::Value(_) => technician,
        };
        let status = change.status.unwrap_or(self.status);
        self.check_move(status, assigned.is_some())?;
        let mut happened = self.edit(change);
        happened.extend(self.assign(assigned));
        if status != self.status {
            self.status = status;
            happened.push(Happening::Moved(status));
        }
        Ok(happened)
    }

    /// Applies the fields of a change; technician and status are left to the caller.
    pub(super) fn edit(&mut self, change: Change) -> Vec<Happening> {
        let mut happened = Vec::new();
        edit(&mut happened, "clientName", &mut self.client_name, change.client_name);
        if let Some(phone) = change.client_phone.filter(|phone| *phone != self.client_phone) {
            note_edit(&mut happened, "clientPhone", self.client_phone.as_str(), phone.as_str());
            self.client_phone = phone;
        }
        edit_optional(&mut happened, "clientEmail", &mut self.client_email, change.client_email);
        edit_optional(&mut happened, "clientAccountId", &mut self.client_account_id, change.client_account_id);
        edit(&mut happened, "issueType", &mut self.issue_type, change.issue_type);
        edit(&mut happened, "description", &mut self.description, change.description);
        if let Some(priority) = change.priority.filter(|priority| *priority != self.priority) {
            note_edit(&mut happened, "priority", self.priority.name(), priority.name());
            self.priority = priority;
        }
        happened
    }

    /// Gives the ticket to somebody or nobody; nothing happens when it is theirs already.
    pub(super) fn assign(&mut self, to: Option<Person>) -> Option<Happening> {
        if to.as_ref().map(|person| person.id) == self.assigned_to.as_ref().map(|person| person.id) {
            return None;
        }
        let from = std::mem::replace(&mut self.assigned_to, to.clone());
        self.assigned_at = None;
        Some(Happening::Assigned { from, to })
    }

    /// Whether this technician has the ticket.
    pub fn has_technician(&self, id: Uuid) -> bool {
        self.assigned_to.as_ref().is_some_and(|person| person.id == id)
    }

    fn check_move(&self, to: Status, assigned: bool) -> Result<(), Refused> {
        if to != self.status && !self.status.may_become(to) {
            let allowed = self.status.moves().to_vec();
            let detail = Text::new("rules-no-such-move")
                .arg("from", self.status.label())
                .arg("to", to.label())
                .arg("allowed", Status::labels(&allowed));
            return Err(Refused { detail, allowed });
        }
        if to == Status::Dispatched && !assigned {
            let detail =
                if self.status == Status::Dispatched { "rules-dispatched-keeps" } else { "rules-dispatched-needs" };
            let moves = self.status.moves().iter().copied();
            let allowed = moves.filter(|to| *to != Status::Dispatched).collect();
            return Err(Refused { detail: Text::new(detail), allowed });
        }
        Ok(())
    }
}

fn note_edit(happened: &mut Vec<Happening>, field: &str, from: &str, to: &str) {
    happened.push(Happening::Edited { field: field.to_owned(), from: from.to_owned(), to: to.to_owned() });
}

fn edit(happened: &mut Vec<Happening>, field: &str, value: &mut String, new: Option<String>) {
    if let Some(new) = new.filter(|new| new != value) {
        note_edit(happened, field, value, &new);
        *value = new;
    }
}

fn edit_optional(happened: &mut Vec<Happening>, field: &str, value: &mut Option<String>, new: Given<String>) {
    let new = match new {
        Given::Absent => return,
        Given::Null => None,
        Given::Value(new) => Some(new),
    };
    if new != *value {
        note_edit(happened, field, value.as_deref().unwrap_or(""), new.as_deref().unwrap_or(""));
        *value = new;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::sample::{self, person};

    fn ticket(status: Status, assigned_to: Option<Person>) -> Ticket {
        Ticket { status, assigned_to, assigned_at: None, ..sample::ticket() }
    }

    /// Every pair, with and without a technician: allowed exactly when the table allows it and Dispatched has somebody.
    #[test]
    fn every_move_with_and_without_a_technician() {
        for from in Status::ALL {
            for to in Status::ALL {
                for assigned in [None, Some(person(2))] {
                    // A dispatched ticket without a technician cannot exist.
                    if from == Status::Dispatched && assigned.is_none() {
                        continue;
                    }
                    let mut ticket = ticket(from, assigned.clone());
                    let result = ticket.apply(Change::to_status(to), None);
                    let allowed =
                        from == to || (from.may_become(to) && (to != Status::Dispatched || assigned.is_some()));
                    assert_eq!(result.is_ok(), allowed, "{from} to {to}, assigned {assigned:?}");
                    match result {
                        Ok(happened) if from == to => assert!(happened.is_empty()),
                        Ok(happened) => assert_eq!(happened, [Happening::Moved(to)]),
                        Err(refused) => {
                            assert_eq!(ticket.status, from);
                            let table = refused.allowed.iter().all(|to| from.may_become(*to));
                            assert!(table && !refused.allowed.contains(&to), "{refused:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_technician_in_the_same_request_allows_dispatched() {
        let mut one = ticket(Status::Open, None);
        let change =
            Change { status: Some(Status::Dispatched), assigned_to: Given::Value(person(2).id), ..Change::default() };
        let happened = one.apply(change, Some(person(2))).unwrap();
        assert_eq!(happened.len(), 2);
        assert_eq!((one.status, one.assigned_to), (Status::Dispatched, Some(person(2))));
    }

    #[test]
    fn a_dispatched_ticket_keeps_its_technician_unless_it_moves_on() {
        let mut one = ticket(Status::Dispatched, Some(person(2)));
        let off = Change { assigned_to: Given::Null, ..Change::default() };
        assert!(one.apply(off.clone(), None).is_err());
        assert_eq!(one.assigned_to, Some(person(2)));
        one.apply(Change { status: Some(Status::Fixed), ..off }, None).unwrap();
        assert_eq!((one.status, one.assigned_to), (Status::Fixed, None));
    }

    #[test]
    fn what_stays_the_same_is_no_happening() {
        let mut one = ticket(Status::Open, Some(person(2)));
        let change = Change {
            client_name: Some("Nadia".into()),
            client_email: Given::Null,
            client_account_id: Given::Value("LF-1".into()),
            status: Some(Status::Open),
            priority: Some(Priority::Medium),
            assigned_to: Given::Value(person(2).id),
            ..Change::default()
        };
        assert_eq!(one.apply(change, None).unwrap(), []);
    }

    #[test]
    fn edits_keep_both_values() {
        let mut one = ticket(Status::Open, None);
        let change = Change { client_account_id: Given::Null, priority: Some(Priority::Urgent), ..Change::default() };
        let happened = one.apply(change, None).unwrap();
        assert_eq!(
            happened,
            [
                Happening::Edited { field: "clientAccountId".into(), from: "LF-1".into(), to: String::new() },
                Happening::Edited { field: "priority".into(), from: "Medium".into(), to: "Urgent".into() },
            ]
        );
        assert_eq!(one.client_account_id, None);
    }
}
