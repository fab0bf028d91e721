//! The audit history, for admins: newest first, a page at a time.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use crate::{
    audit,
    db::Tx,
    fault::Fault,
    staff::{Admin, Staff, store},
    web::{Frame, PageFault, Query, Visit},
    words::{Text, When},
};

/// Entries of one page.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage {
    frame: Frame,
    rows: Vec<Row>,
    /// Where older entries are.
    older: Option<String>,
    first: bool,
}

struct Row {
    at: When,
    who: String,
    what: Text,
    about: Text,
}

/// `GET /audit`; `?before=N` goes on after a page. What is no number is the first page.
pub async fn show(
    State(staff): State<Staff>,
    Admin(by): Admin,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let before = query.get("before").and_then(|text| text.parse().ok());
    let vault = staff.vault.clone();
    let read = move |tx: &mut Tx<'_>| {
        let entries = audit::recent(tx, &vault, before, SHOWN + 1)?;
        Ok::<_, Fault>((entries, store::list(tx, &vault, None)?))
    };
    let (mut entries, users) = staff.db.read(read).await?;
    let more = entries.len() > SHOWN as usize;
    entries.truncate(SHOWN as usize);
    let names: HashMap<Uuid, String> = users.into_iter().map(|user| (user.id, user.name)).collect();
    let times = staff.chrome.times(staff.clock.now(), visit.language);
    let row = |entry: &audit::Entry| Row {
        at: times.exact(entry.at),
        who: entry.actor.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| "Redress".to_owned()),
        what: entry.event.words(),
        about: entry.event.about(),
    };
    let title = visit.title(Text::new("audit-heading"), true);
    let frame = staff.chrome.frame(&staff.db, &by.viewer(), visit, &title).await?;
    let page = AuditPage {
        rows: entries.iter().map(row).collect(),
        older: entries.last().filter(|_| more).map(|last| format!("/audit?before={}", last.seq)),
        first: before.is_none(),
        frame,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}
