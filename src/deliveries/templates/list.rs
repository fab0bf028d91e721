//! All templates: what each message says now.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use uuid::Uuid;

use super::{Sample, check, draft_of, page_of, voice};
use crate::{
    db::Tx,
    deliveries::{
        list::{Asked, Tab, tabs},
        row::kind,
    },
    fault::Fault,
    notifications::templates::{self, Place, Version, letter},
    staff::{self, SignedIn},
    tickets::Tickets,
    web::{Frame, PageFault, Query, Visit},
    words::{Language, Text, When},
};

#[derive(Template)]
#[template(path = "notifications/templates.html")]
struct ListPage {
    frame: Frame,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
}

struct Row {
    href: String,
    kind: Text,
    language: Language,
    /// Whether clients get it: by the settings' language and channels.
    used: bool,
    body: String,
    channel: Text,
    /// Nothing where length costs nothing.
    segments: Option<usize>,
    cost: Option<String>,
    own: Option<Own>,
    /// Why it cannot always be sent as it is, since the settings have changed.
    wrong: Option<Text>,
    registered: bool,
}

struct Own {
    version: i64,
    at: When,
    by: String,
}

/// `GET /notifications/templates`.
pub async fn show(State(state): State<Tickets>, SignedIn(user): SignedIn, visit: Visit) -> Result<Response, PageFault> {
    let desk = state.desk.clone();
    let read = move |tx: &mut Tx<'_>| {
        let mut tabs = tabs(tx, &desk, &Asked::read(&Query::default(), &desk))?;
        for tab in &mut tabs {
            tab.here = false;
        }
        Ok::<_, Fault>((tabs, templates::newest(tx)?))
    };
    let (tabs, newest) = state.db.read(read).await?;
    let names: HashMap<Uuid, String> =
        staff::users(&state.staff).await?.into_iter().map(|user| (user.id, user.name)).collect();
    let times = state.desk.times(visit.language);
    let row = |place: Place| {
        let now = newest.iter().find(|version| version.place == place);
        let draft = draft_of(&state.desk, place, now);
        let speaks = voice(&state.desk, place);
        let read = templates::Template::read_some(&draft, place.kind).0;
        let sms = speaks.fill(&read, &Sample::new(&state.desk, place).facts()).sms;
        let own = |now: &Version| Own {
            version: now.version,
            at: times.day_and_time(now.at),
            by: names.get(&now.by).cloned().unwrap_or_default(),
        };
        Row {
            href: page_of(place),
            kind: kind(place.kind),
            language: place.language,
            used: place.language == state.desk.outbox.voice().language()
                && state.desk.outbox.tells_by(place.kind, place.channel),
            channel: place.channel.label(),
            segments: place.letter().is_none().then_some(sms.segments.segments),
            cost: state.desk.outbox.cost(sms.segments.segments).filter(|_| place.letter().is_none()),
            own: now.filter(|now| now.draft.is_some()).map(own),
            wrong: now.and_then(|_| check(&state.desk, place, &draft).misfits.into_iter().next()).map(|one| one.text),
            registered: draft.registration.is_some(),
            body: if place.letter().is_some() { brief(&draft.body) } else { draft.body },
        }
    };
    let rows = Place::all().map(row).collect();
    let title = Text::new("templates-title").to(visit.language).to_string();
    let frame = state.chrome.frame(&state.db, &user.viewer(), visit, &title).await?;
    let page = ListPage { frame, tabs, rows };
    Ok(page.frame.respond(StatusCode::OK, &page))
}

/// The subject of a letter and how its text begins.
fn brief(body: &str) -> String {
    let (subject, text) = letter::parted(body);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let begins: String = text.chars().take(BRIEF).collect();
    let more = if begins.len() < text.len() { "…" } else { "" };
    format!("{subject}\n{begins}{more}")
}

/// Characters of a letter's text that the list shows.
const BRIEF: usize = 100;
