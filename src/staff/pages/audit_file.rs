//! The audit history as a file. Nobody takes it along without saying what for, which stays in it.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use futures_util::{StreamExt as _, stream};
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;
use vault::Vault;

use super::audit::{Asked, name_of};
use crate::{
    audit::{self, Entry, Event, Filter},
    db::{Db, Tx},
    fault::Fault,
    spreadsheet,
    staff::{SignedIn, Staff, User, store},
    web::{
        Form, PageFault, Query, Visit,
        file_reason::{ReasonPage, reason},
    },
    words::{Language, Text},
};

/// Entries that one read of a file gives.
const BATCH: u32 = 500;
/// By this mark spreadsheet programs know UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// `GET /audit/export`, with the page's filters: asks what the file is for.
pub async fn ask(
    State(staff): State<Staff>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let asked = Asked::read(&query, &staff.chrome.zone);
    Ok(reason_page(&staff, &user, visit, &asked, (String::new(), None)).await?)
}

/// `POST /audit.csv`, with the page's filters in its address and the form's `reason`.
pub async fn take(
    State(staff): State<Staff>,
    SignedIn(user): SignedIn,
    visit: Visit,
    query: Query,
    form: Form,
) -> Result<Response, PageFault> {
    let (asked, typed) = (Asked::read(&query, &staff.chrome.zone), form.typed("reason").to_owned());
    match reason(form.input) {
        Ok(reason) => Ok(file(&staff, user.id, visit.language, &asked, reason).await?),
        Err(Fault::Invalid(faults)) => {
            let fault = faults.into_iter().next().map(|fault| fault.message);
            Ok(reason_page(&staff, &user, visit, &asked, (typed, fault)).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn reason_page(
    staff: &Staff,
    user: &User,
    visit: Visit,
    asked: &Asked,
    (reason, fault): (String, Option<Text>),
) -> Result<Response, Fault> {
    let heading = "audit-export-title";
    let title = visit.title(Text::new(heading), fault.is_none());
    let frame = staff.chrome.frame(&staff.db, &user.viewer(), visit, &title).await?;
    let (action, back) = (asked.address("/audit.csv", None), asked.address("/audit", None));
    Ok(ReasonPage { frame, heading, home: "audit-heading", back, action, reason, fault }.respond())
}

/// A file that is read on as it is taken.
struct File {
    db: Db,
    vault: Vault,
    filter: Filter,
    zone: TimeZone,
    language: Language,
    names: HashMap<Uuid, String>,
    /// Where the next batch begins.
    before: Option<i64>,
}

impl File {
    /// The lines of the next batch; nothing after the last.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let (vault, filter, before) = (self.vault.clone(), self.filter, self.before);
        let entries = self.db.stale().read(move |tx| audit::recent(tx, &vault, &filter, before, BATCH)).await?;
        let Some(last) = entries.last() else { return Ok(None) };
        self.before = Some(last.seq);
        spreadsheet::lines(entries.iter().map(|entry| self.cells(entry))).map(Some)
    }

    fn cells(&self, entry: &Entry) -> [String; 7] {
        let at = Timestamp::from_millisecond(entry.at).unwrap_or(Timestamp::UNIX_EPOCH);
        let say = |text: Text| text.to(self.language).to_string();
        [
            entry.id.to_string(),
            format!("{:.3}", at.display_with_offset(self.zone.to_offset(at))),
            entry.actor.map(|id| id.to_string()).unwrap_or_default(),
            name_of(&self.names, entry),
            say(entry.event.words()),
            say(entry.event.about()),
            entry.from.clone().unwrap_or_default(),
        ]
    }
}

/// The newest first, without those that come while it is made.
async fn file(staff: &Staff, by: Uuid, language: Language, asked: &Asked, reason: String) -> Result<Response, Fault> {
    let (vault, clock) = (staff.vault.clone(), staff.clock.clone());
    let event = Event::AuditExported { query: asked.query(None), reason: Some(reason) };
    // What is not recorded does not begin.
    let begin = move |tx: &mut Tx<'_>| {
        audit::record(tx, &vault, &clock, Some(by), &event)?;
        store::list(tx, &vault, None)
    };
    let users = staff.db.write(begin).await?;
    let names = users.into_iter().map(|user| (user.id, user.name)).collect();
    let (db, vault, zone) = (staff.db.clone(), staff.vault.clone(), staff.chrome.zone.clone());
    let file = File { db, vault, filter: *asked.filter(), zone, language, names, before: None };
    let head = format!("{BYTE_ORDER_MARK}id,at,userId,user,what,about,from\r\n").into_bytes();
    let pieces = stream::unfold((Some(head), file), |(head, mut file)| async move {
        let piece = match head {
            Some(head) => Ok(head),
            None => file.next().await.transpose()?.map_err(|fault| {
                tracing::error!(%fault, "a file of the audit history was broken off");
                std::io::Error::other("the export was broken off")
            }),
        };
        Some((piece, (None, file)))
    });
    // What compresses it asks once more after its end.
    let mut response = Response::new(Body::from_stream(pieces.fuse()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\""));
    Ok(response)
}
