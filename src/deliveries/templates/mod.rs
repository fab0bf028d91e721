//! The pages and calls of message templates.

pub mod api;
mod edit;
mod list;
mod preview;
mod view;

use axum::{
    Router,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{
    notifications::{
        Facts, Kind,
        templates::{Check, Checked, Draft, Known, Place, Version},
        wording::Voice,
    },
    staff::SignedIn,
    tickets::{Desk, Status, Tickets},
    web::{PageFault, Path},
    words::Text,
};

/// The routes of these pages.
pub fn routes() -> Router<Tickets> {
    let place = "/notifications/templates/{kind}/{channel}/{language}";
    Router::new()
        .route("/notifications/templates", get(list::show))
        .route(place, get(edit::show).post(edit::save))
        .route(&format!("{place}/preview"), get(back).post(preview::show))
        .route(&format!("{place}/reset"), get(back).post(edit::reset))
        .route(&format!("{place}/test"), get(back).post(preview::send))
}

/// A form that was sent before the log-in ended leads back to the page.
async fn back(_: SignedIn, path: Path<(String, String, String)>) -> Result<Response, PageFault> {
    Ok(Redirect::to(&page_of(place(&path)?)).into_response())
}

fn place(Path((kind, channel, language)): &Path<(String, String, String)>) -> Result<Place, crate::fault::Fault> {
    Place::find(kind, channel, language).ok_or(crate::fault::Fault::NotFound)
}

fn page_of(place: Place) -> String {
    format!("/notifications/templates/{}", place.path())
}

/// Who speaks in the messages of a place.
fn voice(desk: &Desk, place: Place) -> Voice {
    desk.outbox.voice().speaking(place.language)
}

/// Holds a draft against all that its messages may have to say.
fn check(desk: &Desk, place: Place, draft: &Draft) -> Checked {
    let known =
        Known { statuses: Status::ALL.map(Status::label).to_vec(), issue_types: desk.issue_types.all().to_vec() };
    Check { voice: &voice(desk, place), kind: place.kind, letter: place.letter().is_some(), known: &known }.check(draft)
}

/// What a version says: its own words or ours.
fn draft_of(desk: &Desk, place: Place, version: Option<&Version>) -> Draft {
    let own = version.and_then(|version| version.draft.clone());
    own.unwrap_or_else(|| {
        let voice = voice(desk, place);
        let body = match place.letter() {
            Some(letter) => (letter.built_in)(&voice, place.kind),
            None => voice.built_in(place.kind).body(),
        };
        Draft { body, registration: None }
    })
}

/// The letter that a draft makes of a sample ticket, as subject and text; none where messages are one line.
fn letter(desk: &Desk, place: Place, draft: &Draft) -> Option<(String, String)> {
    let made = (place.letter()?.fill)(&voice(desk, place), &draft.body, &Sample::new(desk, place).facts());
    let (subject, text) = made.split_once("\n\n").unwrap_or((&made, ""));
    Some((subject.to_owned(), text.to_owned()))
}

/// A ticket that nobody has logged.
struct Sample {
    reference: String,
    issue: String,
    issue_type: String,
    note: String,
    status: Status,
    registered_at: i64,
}

impl Sample {
    fn new(desk: &Desk, place: Place) -> Self {
        let say = |key| Text::new(key).to(place.language).to_string();
        Self {
            reference: format!("BILL-{}-K7QM", desk.today().strftime("%Y%m%d")),
            issue: say("templates-sample-issue"),
            issue_type: desk.issue_types.all().first().cloned().unwrap_or_default(),
            note: say("templates-sample-note"),
            status: match place.kind {
                Kind::Created => Status::New,
                Kind::Fixed => Status::Fixed,
                Kind::Assigned | Kind::Note => Status::Open,
                Kind::Reopened => Status::InProgress,
            },
            registered_at: desk.clock.now(),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            reference: &self.reference,
            issue: &self.issue,
            issue_type: &self.issue_type,
            status: Some(self.status.label()),
            registered_at: self.registered_at,
            note: &self.note,
        }
    }
}
