//! Tickets as JSON: what goes out, and what the calls take.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{At, Entry, Filter, History, Note, Page, Priority, Status, Ticket, photos::Photo};
use crate::{clock::instant, notifications::NotificationRecord, staff::Person};

/// Somebody of the staff.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonRecord {
    id: Uuid,
    name: String,
}

impl From<&Person> for PersonRecord {
    fn from(person: &Person) -> Self {
        Self { id: person.id, name: person.name.clone() }
    }
}

/// A ticket as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TicketSummary)]
pub struct SummaryRecord {
    /// `UUIDv7`.
    id: Uuid,
    #[schema(example = "BILL-20261123-7K3Q")]
    ticket_ref: String,
    client_name: String,
    /// E.164.
    #[schema(example = "+447700900142")]
    client_phone: String,
    #[schema(required)]
    client_email: Option<String>,
    #[schema(required)]
    client_account_id: Option<String>,
    #[schema(example = "Incorrect Bill")]
    issue_type: String,
    description: String,
    status: Status,
    priority: Priority,
    #[schema(required)]
    assigned_to: Option<PersonRecord>,
    #[schema(required, format = DateTime)]
    assigned_at: Option<String>,
    created_by: PersonRecord,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// One up with every change; also the `ETag`.
    version: i64,
    /// When everything personal was erased, if it was: `clientName` and `description` are `[erased]` then, and
    /// `clientPhone` is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    erased_at: Option<String>,
}

impl From<&Ticket> for SummaryRecord {
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id,
            ticket_ref: ticket.reference.to_string(),
            client_name: ticket.client_name.clone(),
            client_phone: ticket.number().to_owned(),
            client_email: ticket.client_email.clone(),
            client_account_id: ticket.client_account_id.clone(),
            issue_type: ticket.issue_type.clone(),
            description: ticket.description.clone(),
            status: ticket.status,
            priority: ticket.priority,
            assigned_to: ticket.assigned_to.as_ref().map(PersonRecord::from),
            assigned_at: ticket.assigned_at.map(instant),
            created_by: PersonRecord::from(&ticket.created_by),
            created_at: instant(ticket.created_at),
            updated_at: instant(ticket.updated_at),
            version: ticket.version,
            erased_at: ticket.erased_at.map(instant),
        }
    }
}

/// One entry of `statusHistory`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StatusEntry)]
pub struct StatusRecord {
    status: Status,
    #[schema(format = DateTime)]
    timestamp: String,
    updated_by: PersonRecord,
}

impl From<(Status, &Entry)> for StatusRecord {
    fn from((status, entry): (Status, &Entry)) -> Self {
        Self { status, timestamp: instant(entry.at), updated_by: PersonRecord::from(&entry.by) }
    }
}

/// An internal note.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Note)]
pub struct NoteRecord {
    id: Uuid,
    content: String,
    #[schema(format = DateTime)]
    timestamp: String,
    added_by: PersonRecord,
    /// What came with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    photos: Vec<PhotoRecord>,
}

/// A photo, which `…/photos/{id}` of its ticket or job gives as a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Photo)]
pub struct PhotoRecord {
    id: Uuid,
    /// Pixels.
    width: u32,
    /// Pixels.
    height: u32,
}

impl From<&Note> for NoteRecord {
    fn from(note: &Note) -> Self {
        Self {
            id: note.id,
            content: note.content.clone(),
            timestamp: instant(note.at),
            added_by: PersonRecord::from(&note.by),
            photos: note.photos.iter().map(|&Photo { id, width, height }| PhotoRecord { id, width, height }).collect(),
        }
    }
}

/// A ticket with its past.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Ticket)]
pub struct TicketRecord {
    #[serde(flatten)]
    ticket: SummaryRecord,
    /// Oldest first; the first entry is the initial status.
    status_history: Vec<StatusRecord>,
    /// Oldest first.
    notes: Vec<NoteRecord>,
    /// The number that the ticket had in another help desk, if it was imported from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false, example = "481516")]
    reference_before: Option<String>,
}

impl TicketRecord {
    /// The whole record of a ticket.
    pub fn new(ticket: &Ticket, history: &History) -> Self {
        Self {
            ticket: SummaryRecord::from(ticket),
            status_history: history.statuses().map(StatusRecord::from).collect(),
            notes: history.notes.iter().map(NoteRecord::from).collect(),
            reference_before: history.before.clone(),
        }
    }
}

/// A page of tickets.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TicketPage {
    items: Vec<SummaryRecord>,
    /// From 1; null in a walk by cursor.
    #[schema(required)]
    page: Option<u32>,
    page_size: u32,
    /// Exact up to 10,000.
    total: u64,
    total_is_exact: bool,
    /// For the next call's `cursor`; null at the end.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl TicketPage {
    /// The page that a filter found.
    pub fn new(filter: &Filter, page: Page) -> Self {
        Self {
            items: page.items.iter().map(SummaryRecord::from).collect(),
            page: match filter.at {
                At::Page(page) => Some(page),
                At::After(_) => None,
            },
            page_size: filter.page_size,
            total: page.counted.total,
            total_is_exact: page.counted.exact,
            next_cursor: page.next_cursor,
        }
    }
}

/// The messages of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationList {
    /// In the order they were queued.
    pub items: Vec<NotificationRecord>,
}

// The types of bodies only document the calls; `form` reads them.

/// What `POST /api/tickets` takes. Null is the same as leaving a field out.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTicket, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NewTicketBody {
    #[schema(max_length = 200, pattern = r"\S")]
    client_name: String,
    /// A possible number; with a country code unless the settings name a region.
    #[schema(pattern = r"\S", example = "+447700900142")]
    client_phone: String,
    #[schema(nullable)]
    client_email: Option<String>,
    #[schema(nullable, max_length = 64)]
    client_account_id: Option<String>,
    #[schema(pattern = r"\S", example = "Incorrect Bill")]
    issue_type: String,
    #[schema(max_length = 10_000, pattern = r"\S")]
    description: String,
    #[schema(nullable, default = "New")]
    status: Option<FirstStatus>,
    #[schema(nullable, default = "Medium")]
    priority: Option<Priority>,
    /// The id of an enabled technician.
    #[schema(nullable)]
    assigned_to: Option<Uuid>,
}

/// Where a ticket may stand when it is logged.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
enum FirstStatus {
    New,
    Open,
}

/// What `PUT /api/tickets/{id}` takes: any of these, and only those sent change.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TicketChange, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ChangeBody {
    #[schema(nullable = false, max_length = 200, pattern = r"\S")]
    client_name: Option<String>,
    #[schema(nullable = false, pattern = r"\S")]
    client_phone: Option<String>,
    #[schema(nullable)]
    client_email: Option<String>,
    #[schema(nullable, max_length = 64)]
    client_account_id: Option<String>,
    #[schema(nullable = false, pattern = r"\S")]
    issue_type: Option<String>,
    #[schema(nullable = false, max_length = 10_000, pattern = r"\S")]
    description: Option<String>,
    #[schema(nullable = false)]
    status: Option<Status>,
    #[schema(nullable = false)]
    priority: Option<Priority>,
    /// The id of an enabled technician; null for nobody.
    #[schema(nullable)]
    assigned_to: Option<Uuid>,
}

/// What `POST /api/tickets/{id}/notes` takes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewNote, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NoteBody {
    #[schema(max_length = 10_000, pattern = r"\S")]
    content: String,
    /// Whether the client gets it too, as much of it as fits. The setting `notify.note` says how; without it nobody does.
    #[schema(nullable = false, default = false)]
    tell_client: Option<bool>,
}

/// What the list and the file narrow tickets by.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its documentation is used")]
pub struct FilterParams {
    /// Any of the six, comma-separated
    #[param(style = Form, explode = false)]
    status: Option<Vec<Status>>,
    /// Any of the issue types, comma-separated
    issue_type: Option<String>,
    /// Any of the four, comma-separated
    #[param(style = Form, explode = false)]
    priority: Option<Vec<Priority>>,
    /// Technicians' ids, or none, comma-separated
    #[param(
        pattern = "^((none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(,(none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}))*)?$"
    )]
    assigned_to: Option<String>,
    /// A date or an instant
    #[param(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?)?$")]
    created_from: Option<String>,
    /// A date, itself included, or an instant
    #[param(pattern = "^([0-9]{4}-[0-9]{2}-[0-9]{2}(T.+)?)?$")]
    created_to: Option<String>,
    /// Finds tickets that match all terms; fields: status: type: priority: tech: phone: account: before: after: fixed: reopened:
    #[param(max_length = 500)]
    q: Option<String>,
}
