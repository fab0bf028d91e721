//! The two addresses of the file: one for people, one for programs.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, Method, header},
    response::Response,
};
use futures_core::Stream;
use jiff::{Timestamp, Zoned};
use tokio::sync::mpsc::Receiver;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::run::{self, Piece};
use crate::{
    fault::{Fault, FieldFault},
    staff::{SignedIn, User},
    tickets::{Filter, Tickets, record::FilterParams},
    web::{
        ApiFault, Form, JsonBody, PageFault, Query, Visit,
        file_reason::{ReasonPage, reason},
        openapi,
    },
    words::Text,
};

/// By this mark spreadsheet programs know UTF-8; without it the most used one takes the system's old code page, and
/// `José` arrives as `JosÃ©`. Programs would find it in the first column's name, so only people's file has it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The call of this feature, with its documentation.
pub fn calls() -> OpenApiRouter<Tickets> {
    OpenApiRouter::new().routes(routes!(export_tickets, export_tickets_reasoned))
}

/// `GET /tickets.csv`, with the list's filters.
pub async fn page(
    state: State<Tickets>,
    SignedIn(user): SignedIn,
    method: Method,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    Ok(file(&state, &user, &method, &pairs, (None, BYTE_ORDER_MARK)).await?)
}

/// `GET /tickets/export`, with the list's filters: asks what the file is for.
pub async fn ask(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    read(&state, &pairs)?;
    Ok(reason_page(&state, &user, visit, &pairs, (String::new(), None)).await?)
}

/// `POST /tickets.csv`, with the list's filters in its address and the form's `reason`.
pub async fn page_reasoned(
    state: State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Query(pairs): Query,
    form: Form,
) -> Result<Response, PageFault> {
    let typed = form.typed("reason").to_owned();
    match reason(form.input) {
        Ok(reason) => Ok(file(&state, &user, &Method::POST, &pairs, (Some(reason), BYTE_ORDER_MARK)).await?),
        Err(Fault::Invalid(faults)) => {
            let fault = faults.into_iter().next().map(|fault| fault.message);
            Ok(reason_page(&state, &user, visit, &pairs, (typed, fault)).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn reason_page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    pairs: &[(String, String)],
    (reason, fault): (String, Option<Text>),
) -> Result<Response, Fault> {
    let heading = "list-export-title";
    let title = visit.title(Text::new(heading), fault.is_none());
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    let (action, back) = (format!("/tickets.csv{mark}{query}"), format!("/tickets{mark}{query}"));
    Ok(ReasonPage { frame, heading, home: "list-tickets", back, action, reason, fault }.respond())
}

/// What a file is for.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExportReason)]
#[expect(dead_code, reason = "only its schema is used")]
struct ExportBody {
    /// It stays in the audit history.
    #[schema(max_length = 1000, pattern = r"\S")]
    reason: String,
}

/// Export tickets
///
/// Everything that the filters find, as CSV (RFC 4180): UTF-8 without a byte order mark, lines end with CR LF, the first
/// one has the record's names, times have the ISP's offset. Sorted by `ticketRef` or `createdAt` it comes in that order;
/// any other sort may change while the file is made, so it comes by `createdAt` then, in the same direction. Tickets
/// logged after the beginning are left out. A cell that a spreadsheet program would take for a formula (it begins with
/// `=`, `+`, `-`, `@` or a control character, as every phone number does) has an apostrophe before it. The audit history
/// says who exported what.
#[utoipa::path(get, path = "/api/tickets.csv", tag = "tickets", operation_id = "export_tickets",
    params(
        FilterParams,
        ("sort" = Option<String>, Query, pattern = "^(ticketRef|createdAt|updatedAt|status|priority)?$",
            description = "ticketRef, or createdAt, by which all other sorts come too"),
        ("order" = Option<String>, Query, pattern = "^(asc|desc)?$", description = "asc, or desc (default)"),
    ),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String))), openapi::ReadProblems))]
async fn export_tickets(
    state: State<Tickets>,
    SignedIn(user): SignedIn,
    method: Method,
    Query(pairs): Query,
) -> Result<Response, ApiFault> {
    Ok(file(&state, &user, &method, &pairs, (None, "")).await?)
}

/// Export tickets, saying what for
///
/// As `GET`, with a reason that the audit history keeps. Auditors export in this way only.
#[utoipa::path(post, path = "/api/tickets.csv", tag = "tickets", operation_id = "export_tickets_reasoned",
    request_body = ExportBody,
    params(
        FilterParams,
        ("sort" = Option<String>, Query, pattern = "^(ticketRef|createdAt|updatedAt|status|priority)?$",
            description = "ticketRef, or createdAt, by which all other sorts come too"),
        ("order" = Option<String>, Query, pattern = "^(asc|desc)?$", description = "asc, or desc (default)"),
    ),
    responses((status = 200, description = "The file", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String))), openapi::WriteProblems))]
async fn export_tickets_reasoned(
    state: State<Tickets>,
    SignedIn(user): SignedIn,
    Query(pairs): Query,
    body: JsonBody,
) -> Result<Response, ApiFault> {
    let reason = reason(body.input)?;
    Ok(file(&state, &user, &Method::POST, &pairs, (Some(reason), "")).await?)
}

async fn file(
    state: &Tickets,
    user: &User,
    method: &Method,
    pairs: &[(String, String)],
    (reason, start): (Option<String>, &'static str),
) -> Result<Response, Fault> {
    let filter = read(state, pairs)?;
    filter.check(&state.db, &state.desk).await?;
    // `HEAD` asks about the file, and takes nothing.
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        Body::from_stream(Pieces(run::begin(&state.db, &state.desk, user.id, filter, reason, start).await?))
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let now = Timestamp::from_millisecond(state.desk.clock.now()).unwrap_or(Timestamp::UNIX_EPOCH);
    let name = file_name(&now.to_zoned(state.desk.zone.clone()));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn file_name(now: &Zoned) -> String {
    now.strftime("tickets-%Y%m%d-%H%M.csv").to_string()
}

/// The list's filter. A file has no pages.
fn read(state: &Tickets, pairs: &[(String, String)]) -> Result<Filter, Fault> {
    let paged = |name: &str| matches!(name, "page" | "pageSize" | "cursor");
    let mut faults: Vec<FieldFault> = pairs
        .iter()
        .filter(|(name, _)| paged(name))
        .map(|(name, _)| FieldFault::new(name, "not_allowed", Text::new("filter-whole-file")))
        .collect();
    let others: Vec<_> = pairs.iter().filter(|(name, _)| !paged(name)).cloned().collect();
    match Filter::parse(&others, &state.desk) {
        Ok(filter) if faults.is_empty() => Ok(filter),
        Ok(_) => Err(Fault::Invalid(faults)),
        Err(Fault::Invalid(more)) => {
            faults.extend(more);
            Err(Fault::Invalid(faults))
        }
        Err(other) => Err(other),
    }
}

/// The pieces as a body's stream: the next one is asked for when the connection has room for it.
struct Pieces(Receiver<Piece>);

impl Stream for Pieces {
    type Item = Piece;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Piece>> {
        self.0.poll_recv(context)
    }
}
