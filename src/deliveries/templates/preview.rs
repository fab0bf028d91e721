//! A draft tried out: shown while it is typed, and sent to a number.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{
    edit::{self, Beside, TriedWords},
    place,
    view::{Fields, Shown},
};
use crate::{
    email,
    notifications::{Contact, templates::Tried},
    phone::Phone,
    staff::SignedIn,
    tickets::Tickets,
    web::{Form, Frame, PageFault, Path, Visit},
    words::{Piece, Text},
};

/// What Turbo asks for when it can take a part of a page.
const STREAM: &str = "text/vnd.turbo-stream.html";

fn takes_streams(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("").contains(STREAM)
}

#[derive(Template)]
#[template(path = "notifications/template_preview.html")]
struct PreviewStream {
    frame: Frame,
    shown: Shown,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "notifications/template_tried.html")]
struct TriedStream {
    frame: Frame,
    tried: Option<TriedWords>,
}

fn stream(frame: &Frame, page: &impl Template) -> Response {
    let mut response = frame.respond(StatusCode::OK, page);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/vnd.turbo-stream.html; charset=utf-8"));
    response
}

/// `POST …/preview` with the form's fields, which are not kept: to a script the parts of the page that depend on them, to a
/// browser without scripts the whole page.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    path: Path<(String, String, String)>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageFault> {
    let place = place(&path)?;
    let (draft, fields) = edit::read(&state, place, form);
    // What is wrong is said where the message is shown: nothing was refused.
    let fields = Fields { faults: Vec::new(), ..fields };
    if !takes_streams(&headers) {
        let beside = Beside { typed: Some((draft, fields)), ..Beside::default() };
        return edit::page(&state, &user, visit, place, StatusCode::OK, beside).await;
    }
    let shown = Shown::of(&state.desk, place, &draft).0;
    let page = PreviewStream { frame: state.chrome.outside(visit, ""), shown, fields };
    Ok(stream(&page.frame, &page))
}

/// `POST …/test`: sends the message of the sample ticket to a number or an address, by the gateway, at once.
pub async fn send(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    path: Path<(String, String, String)>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageFault> {
    let place = place(&path)?;
    let number = form.typed("number").to_owned();
    let (draft, fields) = edit::read(&state, place, form);
    let (mut tried, mut number_fault) = (None, None);
    if fields.faults.is_empty() {
        let said = Shown::of(&state.desk, place, &draft).0.content();
        let typed = number.trim();
        let phone = Phone::parse(typed, state.desk.region.as_ref());
        let to = if place.letter().is_some() {
            email::check(typed).map(|_| Contact { phone: None, email: Some(typed) })
        } else {
            phone.as_ref().map(|phone| Contact { phone: Some(phone), email: None }).map_err(|why| why.text())
        };
        match to {
            Ok(to) => {
                tried = Some(words(state.desk.outbox.try_out(&state.db, user.id, place, &to, &said).await?));
            }
            Err(why) => number_fault = Some(why),
        }
    } else {
        tried = Some(TriedWords { taken: false, words: Text::new("templates-test-refused") });
    }
    if takes_streams(&headers) {
        let tried = tried.or_else(|| number_fault.map(|words| TriedWords { taken: false, words }));
        let page = TriedStream { frame: state.chrome.outside(visit, ""), tried };
        return Ok(stream(&page.frame, &page));
    }
    let good = number_fault.is_none() && fields.faults.is_empty();
    let status = if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let beside = Beside { typed: Some((draft, fields)), tried, number, number_fault, older: None };
    edit::page(&state, &user, visit, place, status, beside).await
}

fn words(tried: Tried) -> TriedWords {
    match tried {
        Tried::Taken { gateway } => {
            TriedWords { taken: true, words: Text::new("templates-test-taken").arg("gateway", gateway) }
        }
        Tried::NotTaken { why } => TriedWords { taken: false, words: Text::new("templates-test-not").arg("why", why) },
    }
}
