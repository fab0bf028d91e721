//! Every place where something sealed lies.
//!
//! A test reads all columns of all tables after a rotation, so that a feature that seals something new has to add it here.

/// Sealed columns of a table.
#[derive(Debug)]
pub(super) struct Place {
    /// The table, as cells name it.
    pub(super) table: &'static str,
    /// Its primary key.
    pub(super) keys: &'static [&'static str],
    /// Its sealed columns; each may be NULL.
    pub(super) columns: &'static [&'static str],
    /// What the values are bound to, one after the other: bytes, text, and numbers of 8 bytes, big endian.
    pub(super) bound: &'static [&'static str],
    /// What is read beside the table `p` for that.
    pub(super) beside: &'static str,
    /// Of these rows only.
    pub(super) only: Option<&'static str>,
}

const fn place(table: &'static str, columns: &'static [&'static str]) -> Place {
    Place { table, keys: &["id"], columns, bound: &["p.id"], beside: "", only: None }
}

pub(super) static PLACES: [Place; 16] = [
    Place {
        keys: &["seq"],
        bound: &["t.id"],
        beside: " JOIN tickets t ON t.seq = p.seq",
        ..place("ticket_texts", &["client_name", "client_phone", "client_email", "client_account_id", "description"])
    },
    Place {
        keys: &["ticket_id", "version", "part"],
        bound: &["p.ticket_id", "p.version", "p.part"],
        ..place("ticket_events", &["detail"])
    },
    Place { keys: &["ticket_id", "version"], ..place("ticket_notes", &["content"]) },
    Place { keys: &["ticket_id"], bound: &["p.ticket_id"], ..place("imported_tickets", &["reference"]) },
    Place { keys: &["photo_id", "part"], bound: &["p.photo_id", "p.part"], ..place("photo_parts", &["data"]) },
    Place { keys: &["seq"], ..place("clients", &["account_id", "name", "phone", "email", "plan", "address"]) },
    place("notifications", &["recipient", "text"]),
    place("staff_mails", &["recipient", "text"]),
    place("legal_holds", &["reason"]),
    place("users", &["email", "name", "phone", "password_hash"]),
    place("authenticators", &["name", "secret"]),
    place("saved_views", &["name", "query"]),
    Place { keys: &["seq"], ..place("audit_events", &["detail"]) },
    Place { keys: &["owner", "form"], bound: &["p.owner", "p.form"], ..place("drafts", &["fields"]) },
    Place { keys: &["key_hash"], bound: &["p.key_hash"], ..place("idempotency", &["answer"]) },
    Place {
        keys: &["name"],
        bound: &["p.name"],
        only: Some("p.name IN ('sms.hook_secret', 'audit.anchor')"),
        ..place("meta", &["value"])
    },
];
