//! Two people at one ticket: a change that was made on an older version is merged field by field with what others have
//! changed since. What only one side has changed is kept; what both have changed, to different values, is for a person
//! to decide.

use std::collections::BTreeMap;

use super::{Change, Happening, History, Ticket};
use crate::{input::Given, staff::Person};

/// The fields that a change may have, by the record's names.
pub const FIELDS: [&str; 9] = [
    "clientName",
    "clientPhone",
    "clientAccountId",
    "clientEmail",
    "issueType",
    "description",
    "priority",
    "assignedTo",
    "status",
];

/// What others have made of a field since some version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theirs {
    /// What it was then, as the history keeps it; a technician by id.
    pub before: String,
    /// Who changed it last.
    pub by: Person,
    /// When, in milliseconds.
    pub at: i64,
}

/// The fields that others have changed, and not changed back, since some version.
pub type Since = BTreeMap<&'static str, Theirs>;

/// Reads from a ticket's history what has become of its fields since a version.
pub fn since(ticket: &Ticket, past: &History, version: i64) -> Since {
    let mut since = Since::new();
    let mut status = "";
    for entry in &past.entries {
        let mut note = |field: &str, before: &str| {
            let Some(field) = FIELDS.into_iter().find(|known| *known == field && entry.version > version) else {
                return;
            };
            let first = || Theirs { before: before.to_owned(), by: entry.by.clone(), at: entry.at };
            let theirs = since.entry(field).or_insert_with(first);
            (theirs.by, theirs.at) = (entry.by.clone(), entry.at);
        };
        match &entry.what {
            Happening::Edited { field, from, .. } => note(field, from),
            Happening::Assigned { from, .. } => note("assignedTo", &id(from.as_ref())),
            Happening::Created(_) | Happening::Moved(_) | Happening::Undone(_) => {}
        }
        if let Some(set) = entry.what.status() {
            note("status", status);
            status = set.name();
        }
    }
    since.retain(|field, theirs| theirs.before != stored(ticket, field));
    since
}

/// Takes out of a change what it does not really change: fields that were left as they had been, and those that others
/// have changed to the same. Gives the fields that both have changed, to different values.
pub fn merge(change: &mut Change, ticket: &Ticket, since: &Since) -> Vec<&'static str> {
    let mut conflicts = Vec::new();
    for field in FIELDS {
        let (Some(mine), Some(theirs)) = (wanted(change, field), since.get(field)) else { continue };
        if mine == theirs.before || mine == stored(ticket, field) {
            leave(change, field);
        } else {
            conflicts.push(field);
        }
    }
    conflicts
}

/// A field of a ticket as the history keeps it; a technician by id.
pub fn stored(ticket: &Ticket, field: &str) -> String {
    match field {
        "clientName" => ticket.client_name.clone(),
        "clientPhone" => ticket.client_phone.as_str().to_owned(),
        "clientEmail" => ticket.client_email.clone().unwrap_or_default(),
        "clientAccountId" => ticket.client_account_id.clone().unwrap_or_default(),
        "issueType" => ticket.issue_type.clone(),
        "description" => ticket.description.clone(),
        "priority" => ticket.priority.name().to_owned(),
        "status" => ticket.status.name().to_owned(),
        "assignedTo" => id(ticket.assigned_to.as_ref()),
        _ => String::new(),
    }
}

/// What a change wants of a field, in the same form; `None` when it leaves it.
pub fn wanted(change: &Change, field: &str) -> Option<String> {
    match field {
        "clientName" => change.client_name.clone(),
        "clientPhone" => change.client_phone.as_ref().map(|phone| phone.as_str().to_owned()),
        "clientEmail" => given(&change.client_email),
        "clientAccountId" => given(&change.client_account_id),
        "issueType" => change.issue_type.clone(),
        "description" => change.description.clone(),
        "priority" => change.priority.map(|priority| priority.name().to_owned()),
        "status" => change.status.map(|status| status.name().to_owned()),
        "assignedTo" => given(&change.assigned_to),
        _ => None,
    }
}

/// Takes a field out of a change.
pub fn leave(change: &mut Change, field: &str) {
    match field {
        "clientName" => change.client_name = None,
        "clientPhone" => change.client_phone = None,
        "clientEmail" => change.client_email = Given::Absent,
        "clientAccountId" => change.client_account_id = Given::Absent,
        "issueType" => change.issue_type = None,
        "description" => change.description = None,
        "priority" => change.priority = None,
        "status" => change.status = None,
        "assignedTo" => change.assigned_to = Given::Absent,
        _ => {}
    }
}

fn given(value: &Given<impl ToString>) -> Option<String> {
    match value {
        Given::Absent => None,
        Given::Null => Some(String::new()),
        Given::Value(value) => Some(value.to_string()),
    }
}

fn id(person: Option<&Person>) -> String {
    person.map(|person| person.id.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::tickets::{
        Entry, Priority, Status,
        sample::{person, ticket},
    };

    fn past(steps: &[(i64, u8, Happening)]) -> History {
        let entry = |(version, by, what): &(i64, u8, Happening)| Entry {
            version: *version,
            at: *version * 10,
            by: person(*by),
            what: what.clone(),
        };
        History { entries: steps.iter().map(entry).collect(), ..History::default() }
    }

    fn edited(field: &str, from: &str, to: &str) -> Happening {
        Happening::Edited { field: field.into(), from: from.into(), to: to.into() }
    }

    /// Everything a form has, as it was filled from a ticket.
    fn whole(ticket: &Ticket) -> Change {
        let given = |value: &Option<String>| value.clone().map_or(Given::Null, Given::Value);
        Change {
            client_name: Some(ticket.client_name.clone()),
            client_phone: Some(ticket.client_phone.clone()),
            client_email: given(&ticket.client_email),
            client_account_id: given(&ticket.client_account_id),
            issue_type: Some(ticket.issue_type.clone()),
            description: Some(ticket.description.clone()),
            status: Some(ticket.status),
            priority: Some(ticket.priority),
            assigned_to: ticket.assigned_to.as_ref().map_or(Given::Null, |person| Given::Value(person.id)),
        }
    }

    #[test]
    fn each_field_has_its_place_everywhere() {
        let ticket = ticket();
        for field in FIELDS {
            let mut change = whole(&ticket);
            assert_eq!(wanted(&change, field).as_deref(), Some(stored(&ticket, field).as_str()), "{field}");
            leave(&mut change, field);
            assert_eq!(wanted(&change, field), None, "{field}");
            let others = FIELDS.into_iter().filter(|other| wanted(&change, other).is_some()).count();
            assert_eq!(others, FIELDS.len() - 1, "{field}");
        }
    }

    #[test]
    fn what_others_did_is_told_with_the_first_value_and_the_last_hand() {
        let now = Ticket { client_name: "D".into(), status: Status::Fixed, assigned_to: None, ..ticket() };
        let past = past(&[
            (1, 1, Happening::Created(Status::New)),
            (2, 1, edited("clientName", "A", "B")),
            (3, 1, Happening::Moved(Status::Open)),
            (4, 2, edited("clientName", "B", "C")),
            (5, 3, edited("clientName", "C", "D")),
            (5, 3, edited("priority", "Medium", "High")),
            (6, 2, edited("priority", "High", "Medium")),
            (6, 2, Happening::Assigned { from: Some(person(2)), to: None }),
            (7, 4, Happening::Moved(Status::Fixed)),
        ]);
        let theirs = |before: &str, by, at| Theirs { before: before.into(), by: person(by), at };
        let all = since(&now, &past, 3);
        assert_eq!(all["clientName"], theirs("B", 3, 50));
        assert_eq!(all["status"], theirs("Open", 4, 70));
        assert_eq!(all["assignedTo"], theirs(&person(2).id.to_string(), 2, 60));
        assert_eq!(all.len(), 3, "a field changed and changed back is as it was: {all:?}");
        assert_eq!(since(&now, &past, 1)["status"].before, "New");
        assert!(since(&now, &past, 7).is_empty());
    }

    #[test]
    fn edits_that_do_not_meet_are_merged() {
        let was = ticket();
        let now = Ticket { priority: Priority::Urgent, client_email: Some("n@isp.example".into()), ..ticket() };
        let past =
            past(&[(2, 2, edited("priority", "Medium", "Urgent")), (3, 2, edited("clientEmail", "", "n@isp.example"))]);
        let mut mine = Change { description: Some("Right".into()), ..whole(&was) };
        assert!(merge(&mut mine, &now, &since(&now, &past, 1)).is_empty());
        let mut merged = now.clone();
        merged.apply(mine, Some(person(2))).unwrap();
        let want = Ticket { description: "Right".into(), ..now };
        assert_eq!(format!("{merged:?}"), format!("{want:?}"), "theirs stays, mine is added");
    }

    #[test]
    fn the_same_edit_twice_is_no_conflict_and_a_different_one_is() {
        let now = Ticket { priority: Priority::Urgent, description: "Theirs".into(), ..ticket() };
        let past =
            past(&[(2, 2, edited("priority", "Medium", "Urgent")), (3, 2, edited("description", "Wrong", "Theirs"))]);
        let all = since(&now, &past, 1);
        let mut mine =
            Change { priority: Some(Priority::Urgent), description: Some("Mine".into()), ..whole(&ticket()) };
        assert_eq!(merge(&mut mine, &now, &all), ["description"]);
        assert_eq!((mine.priority, mine.description.as_deref()), (None, Some("Mine")), "what was typed is kept");
        assert!(merge(&mut Change::default(), &now, &all).is_empty(), "what is not sent meets nothing");
    }
}
