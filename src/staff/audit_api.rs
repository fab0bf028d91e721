//! The audit history over the API.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Staff, pages::Asked, store};
use crate::{
    audit::{self, Entry},
    clock::instant,
    db::Tx,
    fault::Fault,
    web::{ApiFault, Query, openapi},
};

/// Entries of one answer.
const SIZE: u32 = 100;

/// What somebody did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    id: Uuid,
    /// RFC 3339, UTC, milliseconds.
    #[schema(format = DateTime)]
    at: String,
    /// Who; null for what the product did by itself.
    user_id: Option<Uuid>,
    /// Their name as it is now.
    user_name: Option<String>,
    /// The address that it came from; null where there was none or it is not known.
    from: Option<String>,
    /// What happened, in English.
    what: String,
    /// What it was about, in English.
    about: String,
    /// The same for programs: one name, with what belongs to it; `unreadable` where its text does not open.
    #[schema(value_type = Object)]
    event: serde_json::Value,
}

impl AuditRecord {
    fn new(entry: &Entry, names: &HashMap<Uuid, String>) -> Self {
        Self {
            id: entry.id,
            at: instant(entry.at),
            user_id: entry.actor,
            user_name: entry.actor.and_then(|id| names.get(&id).cloned()),
            from: entry.from.clone(),
            what: entry.event.words().english(),
            about: entry.event.about().english(),
            event: serde_json::to_value(&entry.event).unwrap_or_default(),
        }
    }
}

/// A part of the history, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditList {
    items: Vec<AuditRecord>,
    /// What to send as `before` for the next part; null at the end.
    before: Option<i64>,
}

/// The calls, with their documentation.
pub fn calls() -> OpenApiRouter<Staff> {
    OpenApiRouter::new().routes(routes!(list_audit))
}

/// Read the audit history
///
/// A hundred entries, the newest first.
#[utoipa::path(get, path = "/api/audit", tag = "audit", operation_id = "list_audit",
    params(
        ("who" = Option<String>, Query, pattern = "^(redress|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
            description = "A user's id, or `redress` for what the product did by itself"),
        ("kind" = Option<String>, Query, pattern = "^(changes|access|users|clients|exports|reads|messages|other|all)$",
            description =
                "changes (default: all but reads), access, users, clients, exports, reads, messages, other, all"),
        ("from" = Option<String>, Query, format = Date, description = "First day in the ISP's time zone, YYYY-MM-DD"),
        ("to" = Option<String>, Query, format = Date, description = "Last day"),
        ("before" = Option<i64>, Query, description = "As the part before says"),
    ),
    responses((status = 200, description = "The entries", body = AuditList), openapi::ReadProblems))]
async fn list_audit(State(staff): State<Staff>, query: Query) -> Result<axum::Json<AuditList>, ApiFault> {
    Asked::check(&query)?;
    let before = query.get("before").and_then(|text| text.parse().ok());
    let asked = Asked::read(&query, &staff.chrome.zone);
    let (vault, filter) = (staff.vault.clone(), *asked.filter());
    let read = move |tx: &mut Tx<'_>| {
        let entries = audit::recent(tx, &vault, &filter, before, SIZE + 1)?;
        Ok::<_, Fault>((entries, store::list(tx, &vault, None)?))
    };
    let (mut entries, users) = staff.db.read(read).await?;
    let more = entries.len() > SIZE as usize;
    entries.truncate(SIZE as usize);
    let names = users.into_iter().map(|user| (user.id, user.name)).collect();
    Ok(axum::Json(AuditList {
        items: entries.iter().map(|entry| AuditRecord::new(entry, &names)).collect(),
        before: entries.last().filter(|_| more).map(|last| last.seq),
    }))
}
