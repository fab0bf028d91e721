//! Every report as a page and as a file.

use std::time::Duration;

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::{
    ALL, Pass, Report, Reports,
    ask::{Ask, FILTERS, whose},
    chart::Picture,
    days::Period,
    file, named,
    say::Say,
    sheet::Sheet,
};
use crate::{
    db::DbError,
    fault::{Fault, FieldFault},
    staff::{self, SignedIn, User},
    tickets::{Assignee, Desk, Priority, Status},
    web::{Frame, PageFault, Path, Query, Visit},
    words::Text,
};

/// The longest that the reports of a page may take. A page has no other bound: its rows are few, and what is kept of
/// tickets while it is made are four bytes for each that became Fixed.
const LONGEST: Duration = Duration::from_secs(15);

/// The routes of this feature's pages.
pub fn routes(state: Reports) -> Router {
    Router::new().route("/reports", get(all)).route("/reports/{name}", get(one)).with_state(state)
}

#[derive(Template)]
#[template(path = "reports/page.html")]
struct ReportsPage {
    frame: Frame,
    heading: String,
    /// Whether it is one report by itself.
    alone: bool,
    /// All reports by title, with the address of each for the same question.
    tabs: Vec<(String, String, bool)>,
    problems: Vec<FieldFault>,
    too_long: bool,
    /// The days in words, and the zone that they are days of.
    days: String,
    zone: String,
    /// How long a bar is.
    grain: String,
    filters: Filters,
    sections: Vec<Section>,
}

/// A report on the page.
struct Section {
    name: &'static str,
    title: String,
    about: String,
    /// Its own page, and its file.
    page: String,
    file: String,
    figures: Vec<(String, Shown)>,
    heads: Vec<String>,
    rows: Vec<(String, Vec<Shown>)>,
    picture: Option<Picture>,
}

/// A number, and where it leads.
struct Shown {
    words: String,
    leads: Option<(String, u64)>,
}

/// The form above.
struct Filters {
    action: String,
    period: String,
    periods: Vec<(String, String, bool)>,
    from: String,
    to: String,
    clear: Vec<(&'static str, String)>,
    statuses: Vec<(Status, bool)>,
    types: Vec<(String, bool)>,
    priorities: Vec<(Priority, bool)>,
    nobody: bool,
    technicians: Vec<(String, String, bool)>,
    /// What the form carries along: the period, where days are not asked for.
    carried: Option<&'static str>,
    reset: Option<String>,
}

impl Filters {
    /// How many values of a filter are chosen, as its chip has it.
    fn chosen(&self, name: &str) -> usize {
        match name {
            "status" => self.statuses.iter().filter(|one| one.1).count(),
            "issueType" => self.types.iter().filter(|one| one.1).count(),
            "priority" => self.priorities.iter().filter(|one| one.1).count(),
            _ => self.technicians.iter().filter(|one| one.2).count() + usize::from(self.nobody),
        }
    }

    fn clear(&self, name: &str) -> &str {
        self.clear.iter().find(|(other, _)| *other == name).map_or("", |(_, href)| href)
    }
}

/// `GET /reports`.
async fn all(
    State(state): State<Reports>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    page(&state, &user, visit, &pairs, None).await
}

/// `GET /reports/{name}`, and `GET /reports/{name}.csv`.
async fn one(
    State(state): State<Reports>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(name): Path<String>,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    let stem = name.strip_suffix(".csv");
    let report = named(stem.unwrap_or(&name)).ok_or(Fault::NotFound)?;
    if stem.is_some() {
        return Ok(download(&state, report, &pairs).await?);
    }
    page(&state, &user, visit, &pairs, Some(report)).await
}

async fn download(state: &Reports, report: &'static dyn Report, pairs: &[(String, String)]) -> Result<Response, Fault> {
    let (ask, faults) = Ask::read(pairs, &state.tickets.desk);
    if !faults.is_empty() {
        return Err(Fault::Invalid(faults));
    }
    let name = format!("{}-{}-{}.csv", report.name(), ask.days.first, ask.days.last);
    let sheets = make(state, &ask, &[report]).await?;
    let bytes = sheets.first().map(file::csv).transpose()?.unwrap_or_default();
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// Makes reports, in one look at the database, so that they agree with each other.
async fn make(state: &Reports, ask: &Ask, reports: &[&'static dyn Report]) -> Result<Vec<Sheet>, Fault> {
    let _turn = state.turns.acquire().await.map_err(|_| DbError::Unavailable("it was closed".to_owned()))?;
    let (ask, desk, reports) = (ask.clone(), state.tickets.desk.clone(), reports.to_vec());
    let work = move |tx: &mut crate::db::Tx<'_>| {
        let mut pass = Pass::new(tx, &ask, &desk);
        reports.into_iter().map(|report| report.make(&mut pass)).collect::<Result<Vec<_>, Fault>>()
    };
    state.tickets.db.stale().read_within(LONGEST, work).await
}

async fn page(
    state: &Reports,
    user: &User,
    visit: Visit,
    pairs: &[(String, String)],
    only: Option<&'static dyn Report>,
) -> Result<Response, PageFault> {
    let desk = &state.tickets.desk;
    let (ask, problems) = Ask::read(pairs, desk);
    let reports = only.map_or_else(|| ALL.to_vec(), |report| vec![report]);
    let (sheets, too_long) = match make(state, &ask, &reports).await {
        Ok(sheets) => (sheets, false),
        Err(Fault::Unavailable(DbError::TooLong)) => (Vec::new(), true),
        Err(fault) => return Err(fault.into()),
    };
    let technicians = {
        let vault = desk.vault.clone();
        state.tickets.db.read(move |tx| staff::technicians(tx, &vault)).await?
    };
    let say = Say { language: visit.language, today: ask.today };
    let path = only.map_or_else(|| "/reports".to_owned(), |report| format!("/reports/{}", report.name()));
    let title = only.map_or_else(|| Text::new("reports-title"), Report::title);
    let (heading, title) = (say.text(&title), visit.title(title, problems.is_empty()));
    let frame = state.tickets.chrome.frame(&state.tickets.db, &user.viewer(), visit, &title).await?;
    let status = match (problems.is_empty(), too_long) {
        (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (true, true) => StatusCode::SERVICE_UNAVAILABLE,
        (true, false) => StatusCode::OK,
    };
    let mut tabs = vec![(say.text(&Text::new("reports-all")), ask.address("/reports", &[]), only.is_none())];
    tabs.extend(ALL.into_iter().map(|report| {
        let here = only.is_some_and(|only| only.name() == report.name());
        (say.text(&report.title()), ask.address(&format!("/reports/{}", report.name()), &[]), here)
    }));
    let page = ReportsPage {
        heading,
        alone: only.is_some(),
        tabs,
        problems,
        too_long,
        days: say.days(&ask.days),
        zone: ask.zone.iana_name().unwrap_or("UTC").to_owned(),
        grain: say.text(&ask.grain.words()),
        filters: filters(&ask, desk, &technicians, &path, say),
        sections: reports.into_iter().zip(&sheets).map(|(report, sheet)| section(report, sheet, &ask, say)).collect(),
        frame,
    };
    Ok(page.frame.respond(status, &page))
}

fn section(report: &'static dyn Report, sheet: &Sheet, ask: &Ask, say: Say) -> Section {
    let shown = |cell: &super::sheet::Cell| Shown { words: say.value(cell.value), leads: cell.leads.clone() };
    let path = format!("/reports/{}", report.name());
    let heads = [&sheet.of].into_iter().chain(&sheet.columns).map(|column| say.text(&column.head));
    Section {
        name: report.name(),
        title: say.text(&report.title()),
        about: say.text(&report.about()),
        page: ask.address(&path, &[]),
        file: ask.address(&format!("{path}.csv"), &[]),
        figures: sheet.figures.iter().map(|(word, cell)| (say.text(word), shown(cell))).collect(),
        heads: heads.collect(),
        rows: sheet.rows.iter().map(|row| (say.label(&row.label), row.cells.iter().map(shown).collect())).collect(),
        picture: Picture::of(sheet, say),
    }
}

fn filters(ask: &Ask, desk: &Desk, technicians: &[User], path: &str, say: Say) -> Filters {
    let facets = &ask.facets;
    let period = |period: Period| {
        (say.text(&period.words()), ask.address(path, &[("period", period.name())]), ask.period == Some(period))
    };
    let periods: Vec<_> = Period::ALL.map(period).to_vec();
    let here = periods.iter().find(|one| one.2).map(|one| one.0.clone());
    let has = |id| facets.assigned.contains(&Assignee::User(id));
    Filters {
        action: path.to_owned(),
        period: here.unwrap_or_else(|| say.days(&ask.days)),
        periods,
        from: ask.period.map_or_else(|| ask.days.first.to_string(), |_| String::new()),
        to: ask.period.map_or_else(|| ask.days.last.to_string(), |_| String::new()),
        clear: FILTERS.map(|name| (name, ask.address(path, &[(name, "")]))).to_vec(),
        statuses: Status::ALL.map(|status| (status, facets.statuses.contains(&status))).to_vec(),
        types: desk.issue_types.all().iter().map(|name| (name.clone(), facets.issue_types.contains(name))).collect(),
        priorities: Priority::ALL.map(|priority| (priority, facets.priorities.contains(&priority))).to_vec(),
        nobody: facets.assigned.contains(&Assignee::Nobody),
        technicians: technicians
            .iter()
            .map(|user| (whose(Assignee::User(user.id)), user.name.clone(), has(user.id)))
            .collect(),
        carried: ask.period.filter(|period| *period != Period::default()).map(Period::name),
        reset: (!facets.are_open()).then(|| ask.address(path, &FILTERS.map(|name| (name, "")))),
    }
}
