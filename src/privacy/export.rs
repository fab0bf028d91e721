//! All that is kept of somebody (GDPR, articles 15 and 20), as one JSON document. docs/operations/privacy.md describes it.
//!
//! Names of the staff are left out: they are other people's data. Whoever hands the document out reads it before.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Privacy, Subject,
    former::Since,
    handout::{Handout, Photos},
    mentions::Mentions,
    subject::Found,
};
use crate::{
    audit::{self, Event},
    clients::Client,
    clock::instant,
    db::Tx,
    drafts,
    fault::Fault,
    notifications::NotificationRecord,
    staff::THE_CLIENT,
    tickets::{self, Desk, Happening, Ticket, views},
};

/// One up whenever a name or a meaning changes; new members may come without.
const VERSION: u32 = 1;

/// All that is kept of somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonalData)]
pub struct Document {
    /// `redress.personal-data`.
    format: &'static str,
    /// Of the format.
    version: u32,
    #[schema(format = DateTime)]
    generated_at: String,
    /// Who keeps it.
    controller: String,
    /// What the ISP's billing system said of them.
    clients: Vec<ClientPart>,
    /// The newest first.
    tickets: Vec<TicketPart>,
    /// What they said about messages, for each number.
    consent: Vec<ConsentPart>,
    /// What the desk has typed and not sent yet, and filters that it saved, where they are named.
    mentions: Vec<serde_json::Value>,
}

/// A client.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonalDataClient)]
struct ClientPart {
    id: Uuid,
    account_id: String,
    name: String,
    phone: String,
    email: Option<String>,
    plan: Option<String>,
    address: Option<String>,
    created_at: String,
    updated_at: String,
}

/// A ticket with its past.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonalDataTicket)]
struct TicketPart {
    id: Uuid,
    ticket_ref: String,
    /// The number that it had in another help desk, if it was imported from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, required = false)]
    reference_before: Option<String>,
    client_name: String,
    client_phone: String,
    client_email: Option<String>,
    client_account_id: Option<String>,
    issue_type: String,
    description: String,
    status: &'static str,
    priority: &'static str,
    created_at: String,
    updated_at: String,
    /// Whether a technician has it.
    assigned: bool,
    /// Oldest first: `what` is `created`, `moved`, `undone`, `assigned` or `edited`. An old or new value of a client's field is null
    /// where it is of whoever the ticket was logged for before it was put right.
    #[schema(value_type = Vec<Object>)]
    history: Vec<serde_json::Value>,
    /// Oldest first.
    notes: Vec<NotePart>,
    /// Oldest first, each with every try.
    messages: Vec<NotificationRecord>,
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonalDataNote)]
struct NotePart {
    at: String,
    /// `client` for what they wrote themselves, or `desk`.
    by: &'static str,
    content: String,
    /// What came with it: files (JPEG) in Base64 (RFC 4648, section 4).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    photos: Vec<String>,
}

/// What the owner of a number said about messages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PersonalDataConsent)]
struct ConsentPart {
    phone: String,
    /// When they said that they want none; null where they may be sent.
    opted_out_at: Option<String>,
}

/// Reads all that is kept of somebody, on record with the reason; photos are read as it is taken.
///
/// # Errors
/// [`Fault::NotFound`] when nothing is; the database's and the vault's.
pub async fn export(privacy: &Privacy, subject: &Subject, reason: String, by: Option<Uuid>) -> Result<Handout, Fault> {
    let (db, desk) = (&privacy.tickets.db, &privacy.tickets.desk);
    let (here, subject) = (desk.clone(), subject.clone());
    let controller = privacy.tickets.chrome.isp_name.to_string();
    let read = move |tx: &mut Tx<'_>| {
        let found = subject.find(tx, &here)?;
        let mut photos = Photos::new(&here.clock);
        let document = document(tx, &here, &found, controller, &mut photos)?;
        Ok::<_, Fault>((found, document, photos))
    };
    let (found, document, photos) = db.read(read).await?;
    let (here, tickets) = (desk.clone(), document.tickets.len() as u64);
    let event = Event::Privacy(audit::Privacy::Exported { whom: found.whom, reason, tickets });
    // What is not on record is not handed out.
    db.write(move |tx| audit::record(tx, &here.vault, &here.clock, by, &event)).await?;
    Handout::new(db, &desk.vault, &document, photos)
}

fn document(
    tx: &mut Tx<'_>,
    desk: &Desk,
    found: &Found,
    controller: String,
    photos: &mut Photos,
) -> Result<Document, Fault> {
    let mut mentions = Mentions::of(found);
    // A draft for somebody else of the same number is not theirs to read.
    mentions.spare(Mentions::of_all(&found.sharing(tx, desk)?, &[]));
    let reader = mentions.reader();
    let named = |text: &str| reader.names(text);
    let consent = found.numbers().into_iter().map(|phone| {
        let stopped = desk.outbox.stopped_at(tx, phone)?;
        Ok(ConsentPart { phone: phone.as_str().to_owned(), opted_out_at: stopped.map(instant) })
    });
    let consent = consent.collect::<Result<_, Fault>>()?;
    let drafts = drafts::naming(tx, &desk.vault, &named, &found.ids())?;
    let draft = |(form, kept): &(drafts::FormName, drafts::Restored)| json!({"draft": form.to_string(), "savedAt": instant(kept.saved_at), "texts": kept.draft.texts().collect::<Vec<_>>()});
    let views = views::naming(tx, &desk.vault, (&named, &|query: &str| reader.names_in_query(query)))?;
    let view = |view: &views::SavedView| json!({"savedView": view.name, "query": view.query});
    Ok(Document {
        format: "redress.personal-data",
        version: VERSION,
        generated_at: instant(desk.clock.now()),
        controller,
        clients: found.clients.iter().map(ClientPart::from).collect(),
        tickets: found.tickets.iter().map(|one| ticket(tx, desk, one, photos)).collect::<Result<_, _>>()?,
        consent,
        mentions: drafts.iter().map(draft).chain(views.iter().map(view)).collect(),
    })
}

impl From<&Client> for ClientPart {
    fn from(client: &Client) -> Self {
        Self {
            id: client.id,
            account_id: client.account_id.clone(),
            name: client.name.clone(),
            phone: client.phone.as_str().to_owned(),
            email: client.email.clone(),
            plan: client.plan.clone(),
            address: client.address.clone(),
            created_at: instant(client.created_at),
            updated_at: instant(client.updated_at),
        }
    }
}

fn ticket(tx: &mut Tx<'_>, desk: &Desk, ticket: &Ticket, photos: &mut Photos) -> Result<TicketPart, Fault> {
    let past = tickets::history(tx, &desk.vault, ticket)?;
    // Messages to technicians are not the client's.
    let mut messages = desk.outbox.for_ticket(tx, ticket.id)?;
    // Nor is what went out while the ticket was somebody else's.
    let since = Since::of(ticket, &past);
    messages.retain(|message| message.kind.is_for_client() && message.created_at >= since.at);
    let by = |id: Uuid| if id == THE_CLIENT { "client" } else { "desk" };
    let note = |note: &tickets::Note| NotePart {
        at: instant(note.at),
        by: by(note.by.id),
        content: note.content.clone(),
        photos: note.photos.iter().map(|photo| photos.leave(ticket.id, photo.id)).collect(),
    };
    let notes = past.notes.iter().map(note).collect();
    Ok(TicketPart {
        id: ticket.id,
        ticket_ref: ticket.reference.to_string(),
        reference_before: past.before,
        client_name: ticket.client_name.clone(),
        client_phone: ticket.client_phone.as_str().to_owned(),
        client_email: ticket.client_email.clone(),
        client_account_id: ticket.client_account_id.clone(),
        issue_type: ticket.issue_type.clone(),
        description: ticket.description.clone(),
        status: ticket.status.name(),
        priority: ticket.priority.name(),
        created_at: instant(ticket.created_at),
        updated_at: instant(ticket.updated_at),
        assigned: ticket.assigned_to.is_some(),
        history: past.entries.iter().map(|entry| happening(entry, by(entry.by.id), since)).collect(),
        notes,
        messages: messages.iter().map(NotificationRecord::from).collect(),
    })
}

fn happening(entry: &tickets::Entry, by: &str, since: Since) -> serde_json::Value {
    let at = instant(entry.at);
    match &entry.what {
        Happening::Created(status) => json!({"at": at, "by": by, "what": "created", "status": status.name()}),
        Happening::Moved(status) => json!({"at": at, "by": by, "what": "moved", "status": status.name()}),
        Happening::Undone(status) => json!({"at": at, "by": by, "what": "undone", "status": status.name()}),
        Happening::Assigned { to, .. } => {
            json!({"at": at, "by": by, "what": "assigned", "to": to.as_ref().map(|_| "technician")})
        }
        Happening::Edited { field, from, to } => {
            let (from, to) = since.values(entry.version, field, (from.as_str(), to.as_str()));
            json!({"at": at, "by": by, "what": "edited", "field": field, "from": from, "to": to})
        }
    }
}
