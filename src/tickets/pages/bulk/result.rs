//! What became of each ticket of a run.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    Group,
    groups::{self, Line},
    kept,
    review::value,
};
use crate::{
    db::Tx,
    fault::Fault,
    staff::SignedIn,
    tickets::{
        Tickets,
        bulk::{Action, Fate},
        by_key,
        pages::filters,
    },
    web::{Frame, PageFault, Path, Query, Visit},
    words::Text,
};

#[derive(Template)]
#[template(path = "tickets/bulk_done.html")]
struct ResultPage {
    frame: Frame,
    back: String,
    heading: Text,
    groups: Vec<Group>,
    sms: usize,
    /// The review of those that somebody else changed meanwhile, for the same action; empty where there are none.
    again: String,
}

/// `GET /tickets/bulk/{run}`: for 24 hours, and only for who ran it.
pub async fn show(
    State(state): State<Tickets>,
    SignedIn(user): SignedIn,
    visit: Visit,
    Path(run): Path<String>,
    Query(pairs): Query,
) -> Result<Response, PageFault> {
    let (desk, by) = (state.desk.clone(), user.id);
    let read = move |tx: &mut Tx<'_>| {
        let done = kept(tx, &desk, &run, by)?;
        let mut lines = Vec::with_capacity(done.len());
        for one in &done {
            lines.push(match by_key(tx, &desk.vault, &one.key) {
                Ok(ticket) => Line::of(&ticket),
                Err(Fault::NotFound) => Line::unknown(&one.key),
                Err(other) => return Err(other),
            });
        }
        Ok::<_, Fault>((done, lines))
    };
    let (done, lines) = state.db.read(read).await?;
    if done.is_empty() {
        return Err(Fault::NotFound.into());
    }
    let changed = done.iter().filter(|one| matches!(one.fate, Fate::Changed { .. })).count();
    let heading = Text::new("bulk-done").arg("count", changed).arg("total", done.len());
    let mut frame = state.chrome.frame(&state.db, &user.viewer(), visit, "").await?;
    frame.title = frame.say(&heading).to_string();
    let list = value(&pairs, "list");
    let mut again = form_urlencoded::Serializer::new("/tickets/bulk?".to_owned());
    let overtaken: Vec<_> = done.iter().filter(|one| one.fate == Fate::Overtaken).collect();
    for one in &overtaken {
        again.append_pair("ticket", &one.key);
    }
    if let Ok(action) = Action::read(&pairs) {
        again.extend_pairs(action.pairs());
    }
    again.append_pair("list", list);
    let page = ResultPage {
        back: filters::href(list),
        heading,
        groups: groups::done(&done, lines),
        sms: done.iter().filter(|one| one.fate == Fate::Changed { sms: true }).count(),
        again: if overtaken.is_empty() { String::new() } else { again.finish() },
        frame,
    };
    Ok(page.frame.respond(StatusCode::OK, &page))
}
