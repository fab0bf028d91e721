//! A ticket for the tests of this feature's rules.

use uuid::Uuid;

use super::{Priority, Reference, Status, Ticket};
use crate::{phone::Phone, staff::Person};

/// Somebody, another one for each number.
pub fn person(id: u8) -> Person {
    Person { id: Uuid::from_bytes([id; 16]), name: format!("Person {id}") }
}

/// An open ticket of person 1 that person 2 has. What a test is about it sets itself.
pub fn ticket() -> Ticket {
    Ticket {
        id: Uuid::from_bytes([9; 16]),
        reference: Reference::parse("BILL-20261103-7K3Q").unwrap(),
        client_name: "Nadia".into(),
        client_phone: Phone::parse("+447700900142", None).unwrap(),
        client_email: None,
        client_account_id: Some("LF-1".into()),
        issue_type: "Other".into(),
        description: "Wrong".into(),
        status: Status::Open,
        priority: Priority::Medium,
        assigned_to: Some(person(2)),
        assigned_at: Some(1),
        created_by: person(1),
        created_at: 0,
        updated_at: 0,
        version: 1,
        erased_at: None,
    }
}
