//! The page of a template, and what is done on it.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{
    draft_of, page_of, place,
    view::{Fields, Shown},
};
use crate::{
    deliveries::row::kind,
    fault::FieldFault,
    notifications::templates::{self, Draft, Outcome, Place, Variable, Version, form},
    staff::{self, SignedIn, User},
    tickets::Tickets,
    web::{Flash, Form, Frame, PageFault, Path, Query, Visit},
    words::{Piece, Text, When},
};

/// Versions that a page lists.
const LISTED: u32 = 50;

#[derive(Template)]
#[template(path = "notifications/template.html")]
struct EditPage {
    frame: Frame,
    href: String,
    kind: Text,
    channel: Text,
    place: Place,
    /// Whether it is a subject and a text, and not one line.
    is_letter: bool,
    /// Whether anybody gets these messages.
    used: bool,
    /// Why the ids of a registered template do not go with the message.
    lost_ids: Option<Text>,
    /// The version that what is typed follows.
    version: i64,
    /// An older version that the form holds.
    older: Option<i64>,
    built_in: bool,
    fields: Fields,
    shown: Shown,
    variables: Vec<Variable>,
    versions: Vec<Row>,
    tried: Option<TriedWords>,
    number: String,
    number_fault: Option<Text>,
}

/// What came of a test.
pub struct TriedWords {
    pub taken: bool,
    pub words: Text,
}

struct Row {
    version: i64,
    /// What it says; nothing for our own wording.
    body: Option<String>,
    registered: bool,
    at: When,
    by: String,
    now: bool,
}

/// What a page shows beside what is stored.
#[derive(Default)]
pub struct Beside {
    /// What was typed, with what is wrong with it.
    pub typed: Option<(Draft, Fields)>,
    pub tried: Option<TriedWords>,
    pub number: String,
    pub number_fault: Option<Text>,
    /// The version to show instead of the newest.
    pub older: Option<i64>,
}

/// The page.
pub async fn page(
    state: &Tickets,
    user: &User,
    visit: Visit,
    place: Place,
    status: StatusCode,
    beside: Beside,
) -> Result<Response, PageFault> {
    let versions = state.db.read(move |tx| templates::versions(tx, place, LISTED)).await?;
    let names: HashMap<Uuid, String> =
        staff::users(&state.staff).await?.into_iter().map(|user| (user.id, user.name)).collect();
    let newest = versions.first();
    let older = beside.older.and_then(|older| versions.iter().find(|version| version.version == older));
    let (draft, fields) = beside.typed.unwrap_or_else(|| {
        let draft = draft_of(&state.desk, place, older.or(newest));
        let fields = Fields::of(&draft, place);
        (draft, fields)
    });
    let times = state.desk.times(visit.language);
    let row = |version: &Version| Row {
        version: version.version,
        body: version.draft.as_ref().map(|draft| draft.body.clone()),
        registered: version.draft.as_ref().is_some_and(|draft| draft.registration.is_some()),
        at: times.day_and_time(version.at),
        by: names.get(&version.by).cloned().unwrap_or_default(),
        now: newest.is_some_and(|newest| newest.version == version.version),
    };
    let title = Text::new("templates-edit-title").arg("kind", kind(place.kind)).arg("channel", place.channel.label());
    let title = visit.title(title, status != StatusCode::UNPROCESSABLE_ENTITY && status != StatusCode::CONFLICT);
    let speaks = state.desk.outbox.voice().language() == place.language;
    let page = EditPage {
        frame: state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?,
        href: page_of(place),
        kind: kind(place.kind),
        place,
        used: speaks && state.desk.outbox.tells_by(place.kind, place.channel),
        channel: place.channel.label(),
        is_letter: place.letter().is_some(),
        lost_ids: state.desk.outbox.lost_ids(),
        version: newest.map_or(0, |newest| newest.version),
        older: older.filter(|older| newest != Some(older)).map(|older| older.version),
        built_in: newest.is_none_or(|newest| newest.draft.is_none()),
        shown: Shown::of(&state.desk, place, &draft).0,
        variables: Variable::ALL.into_iter().filter(|variable| variable.is_for(place.kind)).collect(),
        versions: versions.iter().map(row).collect(),
        fields,
        tried: beside.tried,
        number: beside.number,
        number_fault: beside.number_fault,
    };
    Ok(page.frame.respond(status, &page))
}

/// `GET /notifications/templates/{kind}/{channel}/{language}`; `?version=3` puts an older version into the form.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    path: Path<(String, String, String)>,
    query: Query,
) -> Result<Response, PageFault> {
    let older = query.get("version").and_then(|text| text.parse().ok());
    page(&state, &user, visit, place(&path)?, StatusCode::OK, Beside { older, ..Beside::default() }).await
}

/// A form, read and held against what its messages may have to say: the draft, its fields and all faults.
pub fn read(state: &Tickets, place: Place, mut form: Form) -> (Draft, Fields) {
    for name in ["version", "number"] {
        form.input.take_raw(name);
    }
    let mut fields = Fields::new(place, |name| {
        let typed = form.typed.iter().rev().find(|(field, _)| field == name);
        typed.map(|(_, text)| text.replace("\r\n", "\n")).unwrap_or_default()
    });
    let (draft, faults) = form::draft(form.input, place.letter().is_some());
    fields.faults = Shown::of(&state.desk, place, &draft).1.misfits.into_iter().map(templates::Misfit::fault).collect();
    fields.faults.extend(faults);
    (draft, fields)
}

fn seen(form: &Form) -> Option<Vec<i64>> {
    form.typed("version").parse().ok().map(|version| vec![version])
}

/// `POST` of that address: keeps what was typed as the newest version.
pub async fn save(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    path: Path<(String, String, String)>,
    form: Form,
) -> Result<Response, PageFault> {
    let place = place(&path)?;
    let seen = seen(&form);
    let (draft, fields) = read(&state, place, form);
    if !fields.faults.is_empty() {
        let beside = Beside { typed: Some((draft, fields)), ..Beside::default() };
        return page(&state, &user, visit, place, StatusCode::UNPROCESSABLE_ENTITY, beside).await;
    }
    let (outbox, by, wanted) = (state.desk.outbox.clone(), user.id, draft.clone());
    let work = move |tx: &mut crate::db::Tx<'_>| templates::save(tx, &outbox, by, place, &wanted, seen.as_deref());
    match state.db.write(work).await? {
        Outcome::Kept(_) => kept(&state, &visit, place, "templates-saved").await,
        Outcome::Stale(_) => stale(&state, &user, visit, place, draft, fields).await,
    }
}

async fn kept(state: &Tickets, visit: &Visit, place: Place, word: &'static str) -> Result<Response, PageFault> {
    state.desk.outbox.templates().refresh(&state.db).await?;
    let flash = Flash::ok(Text::new(word).to(visit.language));
    Ok(state.chrome.redirect(&page_of(place), Some(flash)))
}

/// Somebody has kept another version meanwhile: the page shows which, and what was typed can be sent again.
async fn stale(
    state: &Tickets,
    user: &User,
    visit: Visit,
    place: Place,
    draft: Draft,
    mut fields: Fields,
) -> Result<Response, PageFault> {
    fields.faults.push(FieldFault::new("", "stale", Text::new("templates-stale")));
    let beside = Beside { typed: Some((draft, fields)), ..Beside::default() };
    page(state, user, visit, place, StatusCode::CONFLICT, beside).await
}

/// `POST …/reset`: our own wording again.
pub async fn reset(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    path: Path<(String, String, String)>,
    form: Form,
) -> Result<Response, PageFault> {
    let place = place(&path)?;
    let seen = seen(&form);
    let (outbox, by) = (state.desk.outbox.clone(), user.id);
    let work = move |tx: &mut crate::db::Tx<'_>| templates::reset(tx, &outbox, by, place, seen.as_deref());
    match state.db.write(work).await? {
        Outcome::Kept(_) => kept(&state, &visit, place, "templates-reset-done").await,
        Outcome::Stale(now) => {
            let draft = draft_of(&state.desk, place, now.as_ref());
            let fields = Fields::of(&draft, place);
            stale(&state, &user, visit, place, draft, fields).await
        }
    }
}
