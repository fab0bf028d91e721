//! Jobs as JSON: of a ticket what whoever goes out needs, and no more.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::moves;
use crate::{
    clock::instant,
    tickets::{History, Page, Priority, Status, Ticket, record::NoteRecord},
};

/// A ticket that is assigned to whoever asks.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobSummary)]
pub struct SummaryRecord {
    /// `UUIDv7`.
    id: Uuid,
    #[schema(example = "BILL-20261123-7K3Q")]
    ticket_ref: String,
    client_name: String,
    /// E.164.
    #[schema(example = "+447700900142")]
    client_phone: String,
    #[schema(example = "Incorrect Bill")]
    issue_type: String,
    description: String,
    status: Status,
    priority: Priority,
    #[schema(required, format = DateTime)]
    assigned_at: Option<String>,
    #[schema(format = DateTime)]
    updated_at: String,
    /// One up with every change; also the `ETag`.
    version: i64,
}

impl From<&Ticket> for SummaryRecord {
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id,
            ticket_ref: ticket.reference.to_string(),
            client_name: ticket.client_name.clone(),
            client_phone: ticket.client_phone.as_str().to_owned(),
            issue_type: ticket.issue_type.clone(),
            description: ticket.description.clone(),
            status: ticket.status,
            priority: ticket.priority,
            assigned_at: ticket.assigned_at.map(instant),
            updated_at: instant(ticket.updated_at),
            version: ticket.version,
        }
    }
}

/// A job with its notes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
pub struct JobRecord {
    #[serde(flatten)]
    job: SummaryRecord,
    /// Where the client lives, if the list of clients says so.
    #[schema(required)]
    client_address: Option<String>,
    /// What `PATCH` takes as its `status` now.
    moves: Vec<Status>,
    /// Oldest first.
    notes: Vec<NoteRecord>,
}

impl JobRecord {
    /// A job with its past.
    pub fn new(ticket: &Ticket, past: &History, client_address: Option<String>) -> Self {
        Self {
            job: SummaryRecord::from(ticket),
            client_address,
            moves: moves(ticket.status).to_vec(),
            notes: past.notes.iter().map(NoteRecord::from).collect(),
        }
    }
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobPage {
    items: Vec<SummaryRecord>,
    /// For the next call's `cursor`; null at the end.
    #[schema(required)]
    next_cursor: Option<String>,
}

impl From<Page> for JobPage {
    fn from(page: Page) -> Self {
        Self { items: page.items.iter().map(SummaryRecord::from).collect(), next_cursor: page.next_cursor }
    }
}

/// What `PATCH /api/jobs/{id}` takes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = JobChange)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ChangeBody {
    /// One of the job's `moves`, or the status that it has.
    pub status: Status,
}

/// What `POST /api/jobs/{id}/notes` takes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewJobNote)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct NoteBody {
    /// It stays within the desk.
    #[schema(max_length = 10_000, pattern = r"\S")]
    pub content: String,
}

/// What `POST /api/jobs/{id}/photos` takes.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewJobPhoto)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PhotoBody {
    /// A JPEG, PNG or WebP; with the rest at most 12 MiB.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    pub photo: Vec<u8>,
    /// It stays within the desk. An empty text counts as none.
    #[schema(max_length = 10_000)]
    pub content: Option<String>,
}
