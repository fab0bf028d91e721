//! The list of clients.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::title;
use crate::{
    clients::{COUNTED_TO, Client, Clients, Page, Sought, page},
    fault::{Fault, FieldFault},
    phone::Region,
    staff::SignedIn,
    web::{Frame, PageFault, Query, Visit},
    words::{Piece, Text},
};

/// Rows of a page.
const ROWS: u64 = 25;

#[derive(Template)]
#[template(path = "clients/list.html")]
struct ListPage {
    frame: Frame,
    q: String,
    count: Text,
    rows: Vec<Row>,
    pager: Option<Pager>,
    empty: Option<Empty>,
    faults: Vec<FieldFault>,
}

struct Row {
    client: Client,
    phone: String,
}

struct Pager {
    range: Text,
    previous: Option<String>,
    next: Option<String>,
}

/// What stands where there are no rows.
struct Empty {
    heading: Text,
    text: Text,
    /// Whether to say how a file is imported.
    import: bool,
    /// Where to go instead, if that is not plain from the page's own links.
    back: Option<(String, &'static str)>,
}

/// `GET /clients`.
pub async fn show(
    State(state): State<Clients>,
    SignedIn(user): SignedIn,
    mut visit: Visit,
    query: Query,
) -> Result<Response, PageFault> {
    let q = query.get("q").unwrap_or("").trim().to_owned();
    // The search box of the frame is for tickets.
    visit.q = String::new();
    let number = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, COUNTED_TO / ROWS);
    let (found, faults) = match find(&state, &q, number).await {
        Ok(found) => (found, Vec::new()),
        Err(Fault::Invalid(faults)) => (Page { items: Vec::new(), total: 0, exact: true }, faults),
        Err(other) => return Err(other.into()),
    };
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    title(&mut frame, &Text::new("clients-heading"), faults.is_empty());
    let nobody = found.items.is_empty() && faults.is_empty();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ListPage {
        frame,
        count: Text::new("clients-count").arg("count", found.total).arg("shown", counted(&found)),
        pager: (found.total > ROWS && !found.items.is_empty()).then(|| Pager::new(&q, number, &found)),
        empty: nobody.then(|| Empty::new(&q, found.total)),
        rows: found.items.into_iter().map(|client| Row::new(client, state.region.as_ref())).collect(),
        q,
        faults,
    };
    Ok(page.frame.respond(status, &page))
}

async fn find(state: &Clients, q: &str, number: u64) -> Result<Page, Fault> {
    let sought = Sought::read(q, state.region.as_ref())?;
    let vault = state.vault.clone();
    state.db.read(move |tx| page(tx, &vault, &sought, number, ROWS)).await
}

/// `1,234`, or `10,000+`.
fn counted(found: &Page) -> Text {
    Text::new(if found.exact { "words-count" } else { "words-count-more" }).arg("count", found.total)
}

fn href(q: &str, number: u64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if number > 1 {
        query.append_pair("page", &number.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/clients".to_owned() } else { format!("/clients?{query}") }
}

impl Row {
    fn new(client: Client, region: Option<&Region>) -> Self {
        Self { phone: client.phone.shown_in(region), client }
    }
}

impl Pager {
    fn new(q: &str, number: u64, found: &Page) -> Self {
        let first = (number - 1) * ROWS + 1;
        let last = first - 1 + u64::try_from(found.items.len()).unwrap_or(0);
        Self {
            range: Text::new("clients-range").arg("from", first).arg("to", last).arg("total", counted(found)),
            previous: (number > 1).then(|| href(q, number - 1)),
            next: (last < found.total).then(|| href(q, number + 1)),
        }
    }
}

impl Empty {
    fn new(q: &str, total: u64) -> Self {
        if total > 0 {
            return Self {
                heading: Text::new("clients-beyond"),
                text: Text::new("clients-beyond-text"),
                import: false,
                back: Some((href(q, 1), "clients-first-page")),
            };
        }
        if q.is_empty() {
            return Self {
                heading: Text::new("clients-none"),
                text: Text::new("clients-none-text"),
                import: true,
                back: None,
            };
        }
        Self {
            heading: Text::new("clients-not-found"),
            text: Text::new("clients-not-found-text"),
            import: false,
            back: Some(("/clients".to_owned(), "clients-all")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_pages() {
        for (q, number, want) in [
            ("", 1, "/clients"),
            ("", 3, "/clients?page=3"),
            ("o'b & c", 1, "/clients?q=o%27b+%26+c"),
            ("x", 2, "/clients?q=x&page=2"),
        ] {
            assert_eq!(href(q, number), want);
        }
    }

    #[test]
    fn counts_in_words() {
        for (total, exact, want) in
            [(0, true, "0"), (999, true, "999"), (1_234, true, "1,234"), (10_000, false, "10,000+")]
        {
            let said = counted(&Page { items: Vec::new(), total, exact }).to(crate::words::Language::English);
            assert_eq!(said.to_string(), want);
        }
    }
}
